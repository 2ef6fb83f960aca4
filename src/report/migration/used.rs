//! Which breaking changes the captured traffic uses.

use crate::migrate::impact::{Affected, affected};
use crate::redact::printed;
use crate::report::plural;
use crate::rules::{Change, Level};

use super::MigrationReport;

/// Changes that are named in a sentence.
const NAMED: usize = 3;

impl MigrationReport {
    /// Whether the captured traffic of the old version uses what a change is about. What the captures leave open is
    /// never called unused.
    pub(crate) fn use_of(&self, change: usize) -> Use {
        let (Some(usage), Some(judged)) = (self.usage.get(change), self.diff.changes.get(change)) else {
            return Use::Undecided;
        };
        let difference = &judged.difference;
        let traffic = self.traffic.as_ref();
        // All exchanges use what the contract as a whole says.
        if difference.reach.is_empty() && difference.pair.is_none() {
            let exchanges = traffic.map_or(0, |traffic| traffic.exchanges.old);
            return if exchanges > 0 { Use::Used } else { Use::Undecided };
        }
        let (old, doubtful) = (&usage.old, &usage.doubtful);
        let is_captured = traffic.is_some_and(|traffic| traffic.exchanges.old > 0);
        // An exchange that may be one of the new version proves a use only if it has what that version removed.
        let mut senders = difference.senders().into_iter();
        let is_proof = senders.any(|sender| !matches!(affected(difference, sender), Affected::Every | Affected::NotShown));
        let is_unplaced = traffic.is_some_and(|traffic| traffic.unplaced > 0) && difference.pair.is_some();
        if old.shown > 0 || (doubtful.shown > 0 && is_proof) {
            Use::Used
        } else if old.held > 0 {
            Use::Possible
        } else if !is_captured || usage.left_open() > 0 || is_unplaced {
            Use::Undecided
        } else {
            Use::Unused
        }
    }

    /// The changes of level error, with their use, including those that were lowered.
    fn uses(&self) -> Vec<(&Change, Use)> {
        let changes = self.diff.changes.iter().enumerate();
        let errors = changes.filter(|(at, change)| change.level == Level::Error || self.diff.lowered.contains(at));
        errors.map(|(at, change)| (change, self.use_of(at))).collect()
    }

    /// Whether there are changes of level error.
    pub(crate) fn is_breaking(&self) -> bool {
        !self.uses().is_empty()
    }

    /// Lowers the errors that the captured traffic does not use to warnings, in all formats.
    pub(crate) fn lower_unused(&mut self) {
        let errors = (0..self.diff.changes.len()).filter(|at| self.diff.changes[*at].level == Level::Error);
        let unused: Vec<usize> = errors.filter(|at| self.use_of(*at) == Use::Unused).collect();
        for at in unused {
            self.diff.changes[at].level = Level::Warning;
            self.diff.lowered.insert(at);
        }
    }

    /// `2 of 7 breaking changes affect the captured traffic: …. 1 cannot be decided from the captures: …`; `None`
    /// without traffic or breaking changes.
    pub(crate) fn used_words(&self) -> Option<String> {
        let uses = self.uses();
        if !self.has_exchanges() || uses.is_empty() {
            return None;
        }
        let all = uses.len();
        let of = |wanted: Use| {
            let changes = uses.iter().filter(|(_, of)| *of == wanted);
            changes.map(|(change, _)| *change).collect::<Vec<_>>()
        };
        let mut sentences = Vec::new();
        for wanted in [Use::Used, Use::Possible, Use::Undecided] {
            let changes = of(wanted);
            let subject = match (all, changes.len()) {
                (_, 0) => continue,
                (1, _) => "the breaking change".to_owned(),
                (_, count) => format!("{count} of {}", plural(all as u64, "breaking change")),
            };
            let affect = if changes.len() == 1 { "affects" } else { "affect" };
            let sentence = match wanted {
                Use::Possible => format!("{subject} may affect the captured traffic, which cannot show it"),
                Use::Undecided => {
                    format!("whether {subject} {affect} the traffic cannot be decided from the captures")
                }
                Use::Used | Use::Unused => format!("{subject} {affect} the captured traffic"),
            };
            sentences.push(format!("{}: {}", capitalized(&sentence), named(&changes)));
        }
        if sentences.is_empty() {
            sentences.push(match all {
                1 => "The breaking change does not affect the captured traffic".to_owned(),
                all => format!("None of {} affects the captured traffic", plural(all as u64, "breaking change")),
            });
        }
        match (all, self.diff.lowered.len()) {
            (_, 0) => {}
            (1, _) => sentences.push("It is listed as a warning".to_owned()),
            (_, 1) => sentences.push("The one that does not is listed as a warning".to_owned()),
            (all, lowered) if all == lowered => sentences.push("They are listed as warnings".to_owned()),
            (_, lowered) => sentences.push(format!("The {lowered} that do not are listed as warnings")),
        }
        Some(sentences.join(". "))
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first: Vec<char> = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    let first = first.into_iter();
    first.chain(characters).collect()
}

/// The first changes by their messages, and how many more there are.
fn named(changes: &[&Change]) -> String {
    let mut names: Vec<String> = changes.iter().take(NAMED).map(|change| printed(&change.message)).collect();
    if let Some(more) = changes.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("and {more} more"));
    }
    names.join("; ")
}

/// Whether captured traffic uses what a change is about. Everything but [`Unused`](Self::Unused) fails the run with
/// `--fail-on used`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A message is affected: a property was present, a value was sent, an operation was called.
    Used,
    /// A message holds the place of the change, and no message of the old version could show the change.
    Possible,
    /// The captures cannot show it: a body was not captured or not compared, or the operation was called without the
    /// side that the change is about.
    Undecided,
    /// Whatever the change is about was captured, and no message is affected.
    Unused,
}

impl Use {
    /// In one word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Possible => "possible",
            Self::Undecided => "undecided",
            Self::Unused => "unused",
        }
    }
}
