//! Exceptions: findings and changes that do not count, because a baseline lists them or the user ignores them.
//!
//! What traffic shows is excepted fact by fact, before facts become findings: an ignore for one property, and a
//! baseline that knows one value, leave the others.

mod baseline;
mod ignore;
mod unused;

use std::fmt;

use super::catalogue::{Level, Rule};
use super::change::judge::Change;
use super::finding::{Finding, Matter};
use super::key::Key;
use super::scope::Spot;
use crate::diff::{Fact, Owner};
use crate::observe::{DeviationKind, TrafficFact};

pub(crate) use baseline::{ANYTHING, BASELINE_FORMAT, Baseline, Entry, Looked};
use baseline::BREAKING;
pub(crate) use super::scope::Pattern;
pub(crate) use ignore::Ignore;
pub(crate) use unused::{Kind, unused_ignores};

/// Why a finding or a change does not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suppression {
    /// The baseline lists it.
    Baseline {
        /// The day on which it was added to the baseline, such as `2026-11-29`.
        first_seen: String,
    },
    /// The user ignores it.
    Ignored {
        /// The reason that the user gives.
        reason: String,
    },
}

impl fmt::Display for Suppression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Baseline { first_seen } => write!(f, "in the baseline since {first_seen}"),
            Self::Ignored { reason } => write!(f, "ignored: {reason}"),
        }
    }
}

/// What exceptions can be made for.
pub(crate) trait Subject {
    fn rule(&self) -> &'static Rule;
    fn key(&self) -> &Key;
    fn level(&self) -> Level;
    /// One sentence, without values from captures if these are hidden.
    fn message(&self, hides_values: bool) -> String;
    /// The ids of the operations that it is about.
    fn operations(&self) -> Vec<&str>;
    /// The places that it is about.
    fn spots(&self) -> Vec<Spot<'_>>;
    /// What of the cause it is about: another property or value is another matter, though the key is the same.
    fn details(&self) -> Vec<String>;
    /// Whether the details are values from captures.
    fn details_are_values(&self) -> bool;
}

impl Subject for Finding {
    fn rule(&self) -> &'static Rule {
        self.rule
    }

    fn key(&self) -> &Key {
        &self.key
    }

    fn level(&self) -> Level {
        self.level
    }

    fn message(&self, hides_values: bool) -> String {
        if !hides_values {
            return self.headline().to_string();
        }
        let mut finding = self.clone();
        finding.leave_out_values();
        finding.headline().to_string()
    }

    fn operations(&self) -> Vec<&str> {
        self.operation_ids()
    }

    fn spots(&self) -> Vec<Spot<'_>> {
        // A finding about a contract has its place there.
        let own = self.key.place.trim_start_matches('#').to_owned();
        let spots = self.places.iter().map(|place| Spot {
            operation: place.target.as_ref().map(|target| &*target.operation),
            paths: vec![place.path.to_string(), own.clone()],
        });
        match self.places.is_empty() {
            true => vec![Spot {
                operation: None,
                paths: vec![own],
            }],
            false => spots.collect(),
        }
    }

    fn details(&self) -> Vec<String> {
        if let Matter::Undeclared(true) = self.matter {
            return vec![ANYTHING.to_owned()];
        }
        if !self.requests.is_empty() {
            return self.requests.clone();
        }
        let seen = match tells_values_apart(&self.matter) {
            true => &self.values,
            false => &self.properties,
        };
        seen.iter().map(|seen| seen.value.to_string()).collect()
    }

    fn details_are_values(&self) -> bool {
        tells_values_apart(&self.matter) && !matches!(self.matter, Matter::Broken(DeviationKind::Type { .. }))
    }
}

/// Whether each value of a finding is a matter of its own. Of the values that break a limit or a format, all are the
/// same matter.
pub(crate) fn tells_values_apart(matter: &Matter) -> bool {
    let by_kind = |kind: &DeviationKind| {
        matches!(
            kind,
            DeviationKind::Enum { .. } | DeviationKind::Tag { .. } | DeviationKind::Type { .. }
        )
    };
    match matter {
        Matter::OpenEnum | Matter::UnseenValues => true,
        Matter::Broken(kind) | Matter::Traffic(TrafficFact::ParameterValue { kind, .. }) => by_kind(kind),
        _ => false,
    }
}

impl Subject for Change {
    fn rule(&self) -> &'static Rule {
        self.rule
    }

    fn key(&self) -> &Key {
        &self.key
    }

    fn level(&self) -> Level {
        self.level
    }

    fn message(&self, _: bool) -> String {
        crate::redact::sanitised(&self.message)
    }

    fn operations(&self) -> Vec<&str> {
        let own = match &self.difference.owner {
            Owner::Operation(name, _) => Some(&*name.id),
            Owner::Contract | Owner::Operations(_) | Owner::Component(..) => None,
        };
        // Where it does less harm, it is not what the user means.
        let worst = |sender| self.levels.iter().any(|(known, level)| *known == sender && *level == self.level);
        let reached = self.difference.reach.iter().filter(|reach| worst(reach.sender));
        let mut all: Vec<&str> = own.into_iter().chain(reached.map(|reach| &*reach.operation.id)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn spots(&self) -> Vec<Spot<'_>> {
        let paths = vec![self.difference.path.to_string()];
        let operations = Subject::operations(self);
        let spots = operations.iter().map(|operation| Spot {
            operation: Some(operation),
            paths: paths.clone(),
        });
        match operations.is_empty() {
            true => vec![Spot {
                operation: None,
                paths,
            }],
            false => spots.collect(),
        }
    }

    fn details(&self) -> Vec<String> {
        let difference = &self.difference;
        // Of a new list of values, a shorter one is another matter.
        let mut details = match difference.fact {
            Fact::EnumAdded => vec![difference.values.join(", ")],
            _ => difference.values.clone(),
        };
        if details.is_empty() && (difference.old.is_some() || difference.new.is_some()) {
            let side = |text: &Option<String>| match text {
                Some(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
                None => "nothing".to_owned(),
            };
            details.push(format!("{} → {}", side(&difference.old), side(&difference.new)));
        }
        if difference.is_breaking() {
            details.push(BREAKING.to_owned());
        }
        details
    }

    fn details_are_values(&self) -> bool {
        false
    }
}

/// The exceptions of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exceptions {
    pub(crate) ignores: Vec<Ignore>,
    pub(crate) baseline: Option<Baseline>,
    /// The current day, such as `2026-11-29`.
    pub(crate) today: String,
}

/// What exceptions were made.
#[derive(Debug)]
pub(crate) struct Excepted<T> {
    /// What counts.
    pub(crate) active: Vec<T>,
    pub(crate) suppressed: Vec<(T, Suppression)>,
    /// Positions of the ignores that matched something.
    pub(crate) used: Vec<usize>,
}

impl Exceptions {
    /// The ignore that covers a rule at a place, by its position.
    pub(crate) fn ignored(&self, rule: &Rule, spot: &Spot<'_>) -> Option<(usize, Suppression)> {
        let mut ignores = self.ignores.iter().enumerate();
        let (at, ignore) =
            ignores.find(|(_, ignore)| ignore.covers(rule, spot) && !ignore.is_expired(&self.today))?;
        let suppression = Suppression::Ignored {
            reason: ignore.reason.clone(),
        };
        Some((at, suppression))
    }

    /// The entry of the baseline that knows a detail of a cause, or the cause as a whole.
    pub(crate) fn known(&self, key: &str, detail: Option<&str>) -> Option<Suppression> {
        let entry = self.baseline.as_ref()?.find(key, detail)?;
        Some(Suppression::Baseline {
            first_seen: entry.first_seen.clone(),
        })
    }

    /// Whether there is anything to except.
    pub(crate) fn is_empty(&self) -> bool {
        self.ignores.is_empty() && self.baseline.is_none()
    }

    /// Separates what counts from what does not.
    pub(crate) fn apply<T: Subject>(&self, subjects: Vec<T>) -> Excepted<T> {
        let mut excepted = Excepted {
            active: Vec::new(),
            suppressed: Vec::new(),
            used: Vec::new(),
        };
        for subject in subjects {
            let spots = subject.spots();
            let ignored: Vec<_> = spots.iter().map(|spot| self.ignored(subject.rule(), spot)).collect();
            excepted.used.extend(ignored.iter().flatten().map(|(at, _)| *at));
            // What is ignored in some of its operations still counts in the others.
            let is_ignored = ignored.iter().all(Option::is_some);
            let ignored = ignored.into_iter().flatten().next().filter(|_| is_ignored);
            let key = subject.key().to_string();
            let details = subject.details();
            let known = || match &*details {
                [] => self.known(&key, None),
                [first, ..] => details
                    .iter()
                    .all(|detail| self.known(&key, Some(detail)).is_some())
                    .then(|| self.known(&key, Some(first)))
                    .flatten(),
            };
            match ignored.map(|(_, suppression)| suppression).or_else(known) {
                Some(suppression) => excepted.suppressed.push((subject, suppression)),
                None => excepted.active.push(subject),
            }
        }
        excepted
    }
}

#[cfg(test)]
mod tests;
