//! Drift over time: how the traffic of one period differs from that of another, as far as the samples show it.
//!
//! Facts only: [`crate::rules`] decides which of them are findings, and how severe they are.

mod compare;
mod places;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::learn::{Learnt, Seen};
use crate::location::{PathPattern, Side};

pub use statistics::Share;

/// How two periods differ.
#[derive(Debug, Default)]
pub struct Drift {
    /// The operations of either period.
    pub operations: Vec<OperationCounts>,
    /// What differs for sure.
    pub shifts: Vec<Shift>,
    /// What seems to differ, but is in too few samples to tell.
    pub unsure: Vec<Shift>,
}

/// An operation, and its requests in both periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationCounts {
    /// `GET /pets/{petId}`; what the payloads are called that name no method and path.
    pub name: String,
    /// Requests, or payloads, before.
    pub old: u64,
    /// Requests, or payloads, now.
    pub new: u64,
}

/// One difference.
#[derive(Debug, Clone)]
pub struct Shift {
    /// The operation.
    pub operation: String,
    /// The side; `None` for an operation as a whole, and for payloads of neither side.
    pub side: Option<Side>,
    /// The status of the responses.
    pub status: Option<u16>,
    /// The place in the payloads.
    pub place: PathPattern,
    /// The properties of the object that the place is in: the same object may be in the payloads of several operations.
    pub object: BTreeSet<Arc<str>>,
    /// What differs.
    pub what: What,
    /// Where it was seen in the new period, or else in the old one.
    pub seen: Seen,
}

/// What differs.
#[derive(Debug, Clone)]
pub enum What {
    /// The share of the requests that the operation has.
    Operation {
        /// Before.
        old: Share,
        /// Now.
        new: Share,
    },
    /// The share of a status among the responses.
    Status {
        /// Before.
        old: Share,
        /// Now.
        new: Share,
    },
    /// The share of the objects that have a property.
    Presence {
        /// Before.
        old: Share,
        /// Now.
        new: Share,
    },
    /// The share of the requests or responses that have a parameter or a header.
    Field {
        /// `query parameter` or `header`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Before.
        old: Share,
        /// Now.
        new: Share,
    },
    /// The share of the values that have a type.
    Type {
        /// The type.
        name: &'static str,
        /// Before.
        old: Share,
        /// Now.
        new: Share,
    },
    /// The share of the strings that have a format.
    Format {
        /// The format.
        name: &'static str,
        /// Before.
        old: Share,
        /// Now.
        new: Share,
    },
    /// How often which value is there.
    Values {
        /// The values whose shares differ most, as JSON text, with both shares.
        moved: Vec<(String, Share, Share)>,
    },
    /// Few values became many, or many became few.
    Distinct {
        /// How many distinct values there were, of so many.
        old: Share,
        /// How many there are.
        new: Share,
    },
    /// How numbers or lengths are distributed.
    Range {
        /// `numbers`, `lengths of strings` or `lengths of arrays`.
        kind: &'static str,
        /// Before.
        old: Spread,
        /// Now.
        new: Spread,
    },
}

/// How numbers are distributed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The number of values.
    pub count: u64,
    /// The least one.
    pub least: f64,
    /// The median, roughly.
    pub median: f64,
    /// The greatest one.
    pub most: f64,
}

/// Compares what was learnt in two periods.
#[must_use]
pub fn drift(old: &Learnt, new: &Learnt) -> Drift {
    compare::drift(old, new)
}

/// The requests of each operation in each of several periods, with those that failed.
#[must_use]
pub fn timeline(periods: &[&Learnt]) -> Vec<BTreeMap<String, (u64, u64)>> {
    compare::timeline(periods)
}

#[cfg(test)]
mod tests;
