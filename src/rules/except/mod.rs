//! Exceptions: findings and changes that do not count, since the baseline lists them or the user ignores them.

mod baseline;
mod ignore;
mod unused;

use std::fmt;

use super::catalogue::Level;
use super::change::judge::Change;
use super::finding::{Finding, Matter};
use super::key::Key;
use crate::diff::Owner;
use crate::observe::DeviationKind;

pub(crate) use baseline::{BASELINE_FORMAT, Baseline, Entry};
pub(crate) use ignore::{Ignore, Pattern};
pub(crate) use unused::{Kind, unused_ignores};

/// Why a finding or a change does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    fn key(&self) -> &Key;
    fn level(&self) -> Level;
    /// One sentence.
    fn message(&self) -> String;
    /// The ids of the operations that it is about.
    fn operations(&self) -> Vec<&str>;
    /// The places in payloads, such as `/data/*/name`.
    fn paths(&self) -> Vec<String>;
    /// The properties or values that it is about: another one is another matter, though the key is the same.
    fn details(&self) -> Vec<String>;
}

impl Subject for Finding {
    fn key(&self) -> &Key {
        &self.key
    }

    fn level(&self) -> Level {
        self.level
    }

    fn message(&self) -> String {
        self.headline().to_string()
    }

    fn operations(&self) -> Vec<&str> {
        self.operation_ids()
    }

    fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.places.iter().map(|place| place.path.to_string()).collect();
        // The properties of an object have places of their own.
        for place in &self.places {
            let inside = self.properties.iter();
            paths.extend(inside.map(|property| format!("{}/{}", place.path, property.value)));
        }
        paths
    }

    fn details(&self) -> Vec<String> {
        let is_of_enum = matches!(&self.matter, Matter::OpenEnum | Matter::Broken(DeviationKind::Enum { .. }));
        let seen = match is_of_enum {
            true => &self.values,
            false => &self.properties,
        };
        // Of many values only some are kept, and not the same ones in each run.
        let kept = if seen.len() < MOST_DETAILS { seen.as_slice() } else { &[] };
        kept.iter().map(|seen| seen.value.to_string()).collect()
    }
}

/// The most properties or values that are told apart.
const MOST_DETAILS: usize = 8;

impl Subject for Change {
    fn key(&self) -> &Key {
        &self.key
    }

    fn level(&self) -> Level {
        self.level
    }

    fn message(&self) -> String {
        crate::redact::sanitised(&self.message)
    }

    fn operations(&self) -> Vec<&str> {
        let own = match &self.difference.owner {
            Owner::Operation(name, _) => Some(&*name.id),
            Owner::Contract | Owner::Operations(_) | Owner::Component(..) => None,
        };
        let reached = self.difference.reach.iter().map(|reach| &*reach.operation.id);
        own.into_iter().chain(reached).collect()
    }

    fn paths(&self) -> Vec<String> {
        vec![self.difference.path.to_string()]
    }

    fn details(&self) -> Vec<String> {
        self.difference.values.clone()
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
    /// Separates what counts from what does not.
    pub(crate) fn apply<T: Subject>(&self, subjects: Vec<T>) -> Excepted<T> {
        let mut excepted = Excepted {
            active: Vec::new(),
            suppressed: Vec::new(),
            used: Vec::new(),
        };
        for subject in subjects {
            let matching = self.ignores.iter().enumerate();
            let mut matching = matching.filter(|(_, ignore)| ignore.matches(&subject));
            let ignored = matching.find(|(_, ignore)| !ignore.is_expired(&self.today));
            let known = self.baseline.as_ref().and_then(|baseline| baseline.find(&subject));
            let suppression = match (ignored, known) {
                (Some((at, ignore)), _) => {
                    excepted.used.push(at);
                    Some(Suppression::Ignored {
                        reason: ignore.reason.clone(),
                    })
                }
                (None, Some(entry)) => Some(Suppression::Baseline {
                    first_seen: entry.first_seen.clone(),
                }),
                (None, None) => None,
            };
            match suppression {
                Some(suppression) => excepted.suppressed.push((subject, suppression)),
                None => excepted.active.push(subject),
            }
        }
        excepted
    }
}

#[cfg(test)]
mod tests;
