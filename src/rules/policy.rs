//! How the user judges: levels of rules, by operation and place.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Level, Rule, UNDECLARED_PROPERTY};
use super::scope::{Pattern, Spot};
use crate::location::Side;

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
    /// The level of a rule at a place.
    pub(super) fn level(&self, rule: &'static Rule, side: Option<Side>, spot: &Spot<'_>) -> Level {
        self.set(rule, spot).unwrap_or_else(|| match self.strict && *rule == UNDECLARED_PROPERTY {
            true => Level::Error,
            false => rule.level(side),
        })
    }

    /// The level that the user sets for a rule at a place.
    pub(super) fn set(&self, rule: &Rule, spot: &Spot<'_>) -> Option<Level> {
        let mut scoped = self.scoped.iter().rev();
        let scoped = scoped.find(|scope| {
            *scope.rule == *rule && spot.is_in(scope.operation.as_ref(), scope.path.as_ref())
        });
        let scoped = scoped.map(|scope| scope.level);
        scoped.or_else(|| self.levels.get(rule.id).copied())
    }

    /// The ids of rules that are off, at least at some places.
    pub(crate) fn rules_off(&self) -> BTreeSet<&'static str> {
        let everywhere = self.levels.iter().map(|(rule, level)| (*rule, *level));
        let some = self.scoped.iter().map(|scope| (scope.rule.id, scope.level));
        let off = everywhere.chain(some).filter(|(_, level)| *level == Level::Off);
        off.map(|(rule, _)| rule).collect()
    }
}
