//! The levels that the user sets.

use std::collections::BTreeMap;

use super::catalogue::{Level, Rule, UNDECLARED_PROPERTY};
use super::except::Pattern;
use super::finding::FindingPlace;

/// The levels that the user sets.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Report undeclared properties as errors.
    pub strict: bool,
    /// Levels by rule, instead of the defaults.
    pub levels: BTreeMap<&'static str, Level>,
    /// Levels of a rule for some operations or places. The last one that matches counts, before those by rule.
    pub(crate) scoped: Vec<ScopedLevel>,
    /// The level of changes for which neither a proof nor a counterexample was found; by default a warning.
    pub unproven: Option<Level>,
}

/// The level of a rule for some operations or places.
#[derive(Debug, Clone)]
pub(crate) struct ScopedLevel {
    pub(crate) rule: &'static Rule,
    /// The ids of operations; every operation if `None`.
    pub(crate) operation: Option<Pattern>,
    /// Places in payloads, such as `/data/*/name`; every place if `None`.
    pub(crate) path: Option<Pattern>,
    pub(crate) level: Level,
}

impl Policy {
    pub(super) fn level(&self, rule: &'static Rule, place: &FindingPlace) -> Level {
        let target = place.target.as_ref();
        let operations: Vec<&str> = target.map(|target| &*target.operation).into_iter().collect();
        if let Some(level) = self.scoped(rule, &operations, &place.path.to_string()) {
            return level;
        }
        let side = target.and_then(|target| target.side);
        match self.levels.get(rule.id) {
            Some(level) => *level,
            None if self.strict && *rule == UNDECLARED_PROPERTY => Level::Error,
            None => rule.level(side),
        }
    }

    /// The level that is set for these operations at this place.
    pub(super) fn scoped(&self, rule: &Rule, operations: &[&str], path: &str) -> Option<Level> {
        let matching = |scope: &&ScopedLevel| {
            let is_of_operations = scope.operation.as_ref().is_none_or(|pattern| {
                !operations.is_empty() && operations.iter().all(|operation| pattern.fits(operation))
            });
            *scope.rule == *rule && is_of_operations && scope.path.as_ref().is_none_or(|pattern| pattern.fits(path))
        };
        self.scoped.iter().rev().find(matching).map(|scope| scope.level)
    }
}
