//! What traffic says about the changes between two contracts: which it touches, how often, since when, and
//! for whom.

mod affected;
mod around;
mod ask;
mod asked;
mod consumer;
mod current;
mod exchange;
mod kept;
mod meet;
mod older;
mod outline;
mod pairs;
mod parts;
mod resources;
mod responses;
mod timeline;
mod touch;
mod usage;
mod visit;
mod watcher;

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::diff::{Difference, Verdict};
use crate::location::PathPattern;
use crate::observe::PayloadVerdict;

use super::edit::EditKind;
use super::migration::Migration;

#[cfg(test)]
pub(crate) use affected::of_fact;
pub use affected::{Affected, affected, concerns};
pub use consumer::ConsumerBy;
use consumer::{KnownConsumers, OTHERS};
pub use outline::PairDifferenceKind;
pub use pairs::SideBySide;
use responses::Responses;
pub use timeline::{Spoken, Timeline};
pub use usage::{Exchanges, Sample, SeenTimes, SideUsage, Times, Usage};
pub use watcher::ImpactWatcher;

/// What traffic says about some changes. Merging is associative and commutative; the default is its identity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Impact {
    /// What it says about each change, in their order.
    pub usage: Vec<Usage>,
    /// Exchanges by operation: under the old contract's id, or the new one's if the operation is new.
    pub operations: BTreeMap<String, Exchanges>,
    /// Exchanges by consumer; those without one are under the empty name.
    pub consumers: BTreeMap<String, Exchanges>,
    /// Exchanges by time.
    pub timeline: Timeline,
    /// When each contract was in use.
    pub spoken: BTreeMap<Spoken, SeenTimes>,
    /// All exchanges, including those of neither contract.
    pub exchanges: Exchanges,
    /// Payloads that could not be compared, by reason.
    pub unjudged: BTreeMap<PayloadVerdict, u64>,
    /// Those among them that may belong to any operation.
    pub unplaced: u64,
    /// The first responses.
    responses: Responses,
}

/// What an upgrade does in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EditRow {
    /// The operation, as the old contract calls it.
    pub operation: String,
    /// The place before.
    pub from: Option<PathPattern>,
    /// The place after.
    pub to: Option<PathPattern>,
    /// The kind of edit.
    pub kind: EditKind,
}

/// How often an upgrade makes an edit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditCounts {
    /// The number of payloads.
    pub payloads: u64,
    /// A value before and after, as JSON, redacted.
    pub example: Option<(String, String)>,
}

impl Impact {
    /// How often an upgrade makes each edit in the first responses.
    #[must_use]
    pub fn edits(&self) -> BTreeMap<EditRow, EditCounts> {
        self.responses.edits()
    }

    /// How many responses were counted but neither rewritten nor paired, because there are too many.
    #[must_use]
    pub const fn passed_over(&self) -> u64 {
        self.responses.passed_over()
    }

    /// Compares old and new responses that describe the same resource.
    #[must_use]
    pub fn side_by_side(&self, migration: Migration<'_>) -> SideBySide {
        pairs::compared(&self.responses, migration)
    }

    /// What it says about some of the changes, given by their positions, in this order.
    #[must_use]
    pub fn of_changes(mut self, positions: &[usize]) -> Self {
        let now: BTreeMap<usize, usize> = positions.iter().enumerate().map(|(now, was)| (*was, now)).collect();
        let usage = positions.iter().map(|was| self.usage.get(*was).cloned().unwrap_or_default());
        self.usage = usage.collect();
        let own = [&mut self.operations, &mut self.consumers].into_iter().flat_map(BTreeMap::values_mut);
        for exchanges in own.chain([&mut self.exchanges]) {
            let changes = exchanges.changes.iter().filter_map(|was| now.get(was).copied());
            exchanges.changes = changes.collect();
        }
        self
    }

    /// Whether it is about this number of changes.
    #[must_use]
    pub fn is_of(&self, changes: usize) -> bool {
        let own = self.operations.values().chain(self.consumers.values()).chain([&self.exchanges]);
        let mut named = own.flat_map(|exchanges: &Exchanges| &exchanges.changes);
        self.usage.len() == changes && named.all(|change| *change < changes)
    }

    /// Counts displaced consumers as others.
    fn displace(&mut self, displaced: impl IntoIterator<Item = String>) {
        for name in displaced {
            if let Some(exchanges) = self.consumers.remove(&name) {
                *self.consumers.entry(OTHERS.to_owned()).or_default() += &exchanges;
            }
            for usage in &mut self.usage {
                if let Some(count) = usage.consumers.remove(&name) {
                    *usage.consumers.entry(OTHERS.to_owned()).or_default() += count;
                }
            }
        }
    }
}

impl AddAssign<Self> for Impact {
    fn add_assign(&mut self, other: Self) {
        if self.usage.len() < other.usage.len() {
            self.usage.resize_with(other.usage.len(), Usage::default);
        }
        for (own, other) in self.usage.iter_mut().zip(other.usage) {
            *own += other;
        }
        for (id, exchanges) in other.operations {
            *self.operations.entry(id).or_default() += &exchanges;
        }
        let names = self.consumers.keys().chain(other.consumers.keys());
        let displaced = KnownConsumers::of(names.map(String::as_str)).dropped;
        for (name, exchanges) in other.consumers {
            *self.consumers.entry(name).or_default() += &exchanges;
        }
        self.displace(displaced);
        self.timeline += other.timeline;
        for (spoken, seen) in &other.spoken {
            *self.spoken.entry(*spoken).or_default() += seen;
        }
        self.exchanges += &other.exchanges;
        for (verdict, count) in other.unjudged {
            *self.unjudged.entry(verdict).or_default() += count;
        }
        self.unplaced += other.unplaced;
        self.responses += other.responses;
    }
}

/// Whether neither a proof nor a counterexample was found for a change.
#[must_use]
pub fn is_open(change: &Difference) -> bool {
    let mut verdicts = change.verdicts.iter();
    verdicts.any(|(_, verdict)| matches!(verdict, Verdict::Unknown(_)))
}
