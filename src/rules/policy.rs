//! The levels that the user sets.

use std::collections::BTreeMap;

use super::catalogue::{Level, Rule, UNDECLARED_PROPERTY};
use super::finding::FindingPlace;

/// The levels that the user sets.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Report undeclared properties as errors.
    pub strict: bool,
    /// Levels by rule, instead of the defaults.
    pub levels: BTreeMap<&'static str, Level>,
    /// The level of changes for which neither a proof nor a counterexample was found; by default a warning.
    pub unproven: Option<Level>,
}

impl Policy {
    pub(super) fn level(&self, rule: &'static Rule, place: &FindingPlace) -> Level {
        let side = place.target.as_ref().and_then(|target| target.side);
        match self.levels.get(rule.id) {
            Some(level) => *level,
            None if self.strict && *rule == UNDECLARED_PROPERTY => Level::Error,
            None => rule.level(side),
        }
    }
}
