//! What the user decides of levels.

use std::collections::BTreeMap;

use super::catalogue::{Level, Rule, UNDECLARED_PROPERTY};
use super::finding::FindingPlace;

/// What the user decides of levels.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// An undeclared property is an error.
    pub strict: bool,
    /// Levels by rule, in place of the default ones.
    pub levels: BTreeMap<&'static str, Level>,
    /// The level of changes of which neither a proof nor a counterexample was found; a warning unless said.
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
