//! Findings and changes that the user ignores, with a reason.

use std::fmt;

use crate::observe::Evidence;
use crate::rules::catalogue::Rule;

use crate::rules::scope::{Pattern, Spot};

/// An ignore.
#[derive(Debug, Clone)]
pub(crate) struct Ignore {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// The ids of operations; every operation if `None`.
    pub(crate) operation: Option<Pattern>,
    /// Places in payloads; every place if `None`.
    pub(crate) path: Option<Pattern>,
    /// Why it is ignored.
    pub(crate) reason: String,
    /// The last day on which it applies, such as `2026-12-31`.
    pub(crate) until: Option<String>,
    /// Where the configuration has it; `None` for an option of the command line.
    pub(crate) place: Option<Evidence>,
}

/// `wrong-type of listPets at /data/*/name`
impl fmt::Display for Ignore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.rule.id)?;
        if let Some(operation) = &self.operation {
            write!(f, " of {}", operation.text)?;
        }
        if let Some(path) = &self.path {
            write!(f, " at {}", path.text)?;
        }
        Ok(())
    }
}

impl Ignore {
    /// Whether it is about a rule at a place.
    pub(super) fn covers(&self, rule: &Rule, spot: &Spot<'_>) -> bool {
        *rule == *self.rule && spot.is_in(self.operation.as_ref(), self.path.as_ref())
    }

    /// Whether the last day has passed. Days are compared as text, which is their order.
    pub(crate) fn is_expired(&self, today: &str) -> bool {
        self.until.as_ref().is_some_and(|until| **until < *today)
    }
}
