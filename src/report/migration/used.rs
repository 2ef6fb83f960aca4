//! Which breaking changes the captured traffic uses.

use crate::migrate::impact::{Affected, affected};
use crate::redact::printed;
use crate::report::plural;
use crate::rules::{Change, Level};

use super::MigrationReport;

impl MigrationReport {
    /// Whether the captured traffic of the old version uses what a change is about.
    pub(crate) fn use_of(&self, change: usize) -> Use {
        let (Some(usage), Some(judged)) = (self.usage.get(change), self.diff.changes.get(change)) else {
            return Use::Unused;
        };
        let old = &usage.old;
        let difference = &judged.difference;
        // All exchanges use what the contract as a whole says.
        if difference.reach.is_empty() && difference.pair.is_none() {
            let exchanges = self.traffic.as_ref().map_or(0, |traffic| traffic.exchanges.old);
            return if exchanges > 0 { Use::Used } else { Use::Unused };
        }
        let mut senders = difference.senders().into_iter();
        match (old.reached, old.telling, old.shown) {
            (_, _, 1..) => Use::Used,
            (0, ..) => Use::Unused,
            (_, 0, _) if old.early > 0 => Use::Unused,
            // The operation was called, and nothing in its messages says who is affected.
            (_, 0, _) if senders.all(|sender| affected(difference, sender) == Affected::NotShown) => Use::Used,
            // Only messages of the other side could show it, and there are none.
            (_, 0, _) => Use::Unclear,
            _ => Use::Unused,
        }
    }

    /// `2 of 7 breaking changes affect the captured traffic: …`; `None` without traffic or breaking changes.
    pub(crate) fn used_words(&self) -> Option<String> {
        /// Changes that are named.
        const NAMED: usize = 3;
        if !self.has_exchanges() {
            return None;
        }
        let errors = self.diff.changes.iter().enumerate();
        let errors: Vec<(usize, &Change)> = errors.filter(|(_, change)| change.level == Level::Error).collect();
        let all = errors.len() as u64;
        let of = |wanted: Use| errors.iter().filter(move |(at, _)| self.use_of(*at) == wanted);
        let used: Vec<String> = of(Use::Used).map(|(_, change)| printed(&change.message)).collect();
        let unclear = of(Use::Unclear).count();
        let mut words = match (all, used.len()) {
            (0, _) => return None,
            (1, 0) => "The breaking change does not affect the captured traffic".to_owned(),
            (1, _) => format!("The breaking change affects the captured traffic: {}", used.join("")),
            (_, 0) => format!("None of {} affects the captured traffic", plural(all, "breaking change")),
            (_, count) => {
                let verb = if count == 1 { "affects" } else { "affect" };
                let more = match count.saturating_sub(NAMED) {
                    0 => String::new(),
                    more => format!("; and {more} more"),
                };
                let named = used.get(..NAMED).unwrap_or(&used).join("; ");
                format!("{count} of {} {verb} the captured traffic: {named}{more}", plural(all, "breaking change"))
            }
        };
        if unclear > 0 {
            words.push_str(&format!(" ({unclear} cannot be judged from it)"));
        }
        Some(words)
    }

    /// The highest level, if only changes that the traffic uses are errors.
    pub(crate) fn worst_used(&self) -> Option<Level> {
        let changes = self.diff.changes.iter().enumerate();
        let changes = changes.map(|(at, change)| match self.use_of(at) {
            Use::Used => change.level,
            Use::Unused | Use::Unclear => change.level.min(Level::Warning),
        });
        let unusable = self.diff.unusable.iter().map(|finding| finding.level);
        changes.chain(unusable).max()
    }
}

/// Whether captured traffic uses what a change is about: a property was present, a value was sent, an operation was
/// called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Used,
    Unused,
    /// There is traffic of the operation, but none of the side that could show it.
    Unclear,
}
