//! Counters that merge: how often, in how many payloads, and the first few places.
//!
//! Merging is associative and commutative, with the default as identity. Bounded collections preserve this:
//! the places kept are the smallest by order, and a collection over its limit stays folded.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use jiff::Timestamp;

use crate::redact::Excerpt;
use crate::location::{Origin, Pointer, Position};

use super::period::Period;

/// Places kept per fact.
pub const EVIDENCE_KEPT: usize = crate::limits::EVIDENCE;

/// Distinct keys or values kept before a collection folds.
pub const DISTINCT_KEPT: usize = crate::limits::DISTINCT;

/// Where a fact was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// The place in the capture.
    pub origin: Origin,
    /// Where the place ends (exclusive).
    pub end: Position,
    /// The place in the payload.
    pub pointer: Pointer,
    /// The line of the capture, redacted.
    pub excerpt: Excerpt,
}

/// Orders evidence without computing lines and columns: file, start of the body, offset in the body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
struct Rank(std::sync::Arc<str>, u64, u64);

/// The first few places of a fact, in the order of the captures.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Samples(Vec<(Rank, Evidence)>);

impl Samples {
    /// The places, first to last.
    pub fn iter(&self) -> impl Iterator<Item = &Evidence> {
        self.0.iter().map(|(_, evidence)| evidence)
    }

    /// Whether this place would be kept.
    fn wants(&self, start: &Origin, offset: usize) -> bool {
        self.0.len() < EVIDENCE_KEPT
            || self.0.last().is_some_and(|(Rank(file, byte, at), _)| {
                let here = (&start.file, start.position.byte, offset as u64);
                here < (file, *byte, *at)
            })
    }

    fn insert(&mut self, rank: Rank, evidence: impl FnOnce() -> Evidence) {
        let at = self.0.partition_point(|(kept, _)| *kept <= rank);
        if at < EVIDENCE_KEPT {
            self.0.insert(at, (rank, evidence()));
            self.0.truncate(EVIDENCE_KEPT);
        }
    }
}

impl AddAssign<&Self> for Samples {
    fn add_assign(&mut self, other: &Self) {
        for (rank, evidence) in &other.0 {
            self.insert(rank.clone(), || evidence.clone());
        }
    }
}

/// Where something was met, before lines and columns are computed.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    /// Where the body (or the message) starts.
    pub start: &'a Origin,
    /// Offset in the body.
    pub offset: usize,
    /// Number of the payload in this run; used to tell payloads apart, not merged.
    pub payload: u64,
    /// When it was recorded.
    pub time: Option<Timestamp>,
}

/// How often a fact was seen and where.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// In how many payloads.
    pub payloads: u64,
    /// The first places.
    pub samples: Samples,
    /// When it was seen.
    pub period: Period,
    /// The payload counted last.
    #[serde(skip)]
    last: Option<u64>,
}

/// The payload counted last is not part of what was learnt.
impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        (self.count, self.payloads, &self.samples, self.period)
            == (other.count, other.payloads, &other.samples, other.period)
    }
}

impl Eq for Tally {}

impl Tally {
    /// Counts one occurrence; `evidence` is called only if the place is kept.
    pub fn add(&mut self, spot: Spot<'_>, evidence: impl FnOnce() -> Evidence) {
        self.count += 1;
        self.period.see(spot.time);
        if self.last != Some(spot.payload) {
            self.last = Some(spot.payload);
            self.payloads += 1;
        }
        self.sample(spot, evidence);
    }

    /// Keeps the place if it is among the first, without counting it.
    pub(crate) fn sample(&mut self, spot: Spot<'_>, evidence: impl FnOnce() -> Evidence) {
        if !self.wants(spot.start, spot.offset) {
            return;
        }
        let rank = Rank(
            spot.start.file.clone(),
            spot.start.position.byte,
            spot.offset as u64,
        );
        self.samples.insert(rank, evidence);
    }

    /// Whether this place would be kept.
    pub(crate) fn wants(&self, start: &Origin, offset: usize) -> bool {
        self.samples.wants(start, offset)
    }

    /// Adds counts from elsewhere; none of those payloads may have been counted here.
    pub(crate) fn add_counts(&mut self, count: u64, payloads: u64, period: &Period) {
        self.count += count;
        self.payloads += payloads;
        self.period += period;
    }
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.count += other.count;
        self.payloads += other.payloads;
        self.samples += &other.samples;
        self.period += &other.period;
    }
}

/// Tallies by key. At most [`DISTINCT_KEPT`] keys are kept apart; with more, the keys are data, and only the
/// total is kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Keyed {
    /// All keys together.
    pub all: Tally,
    /// Each key; `None` if there were too many.
    pub keys: Option<BTreeMap<Box<str>, Tally>>,
}

impl Default for Keyed {
    fn default() -> Self {
        Self {
            all: Tally::default(),
            keys: Some(BTreeMap::new()),
        }
    }
}

impl Keyed {
    /// Counts one occurrence of a key.
    pub fn add(&mut self, key: &str, spot: Spot<'_>, evidence: impl Fn() -> Evidence) {
        self.all.add(spot, &evidence);
        if let Some(keys) = &mut self.keys {
            match keys.get_mut(key) {
                Some(tally) => tally.add(spot, evidence),
                None => keys.entry(key.into()).or_default().add(spot, evidence),
            }
        }
        self.fold_when_full();
    }

    /// Keeps the place of a key if it is among the first, without counting it.
    pub(crate) fn sample(&mut self, key: &str, spot: Spot<'_>, evidence: impl Fn() -> Evidence) {
        self.all.sample(spot, &evidence);
        if let Some(keys) = &mut self.keys {
            match keys.get_mut(key) {
                Some(tally) => tally.sample(spot, evidence),
                None => keys.entry(key.into()).or_default().sample(spot, evidence),
            }
        }
        self.fold_when_full();
    }

    /// Whether this place of a key would be kept.
    pub(crate) fn wants(&self, key: &str, start: &Origin, offset: usize) -> bool {
        match &self.keys {
            // The first places of all keys are also among the first of each key.
            Some(keys) => keys.get(key).is_none_or(|tally| tally.wants(start, offset)),
            None => self.all.wants(start, offset),
        }
    }

    /// Adds counts of a key from elsewhere.
    pub(crate) fn add_counts(&mut self, key: &str, count: u64, payloads: u64, period: &Period) {
        if let Some(keys) = &mut self.keys {
            let tally = keys.entry(key.into()).or_default();
            tally.add_counts(count, payloads, period);
        }
        self.fold_when_full();
    }

    /// Adds places without their counts.
    pub(crate) fn add_samples(&mut self, other: &Self) {
        self.all.samples += &other.all.samples;
        match (&mut self.keys, &other.keys) {
            (Some(ours), Some(theirs)) => {
                for (key, tally) in theirs {
                    ours.entry(key.clone()).or_default().samples += &tally.samples;
                }
            }
            (ours, _) => *ours = None,
        }
        self.fold_when_full();
    }

    fn fold_when_full(&mut self) {
        self.keys.take_if(|keys| keys.len() > DISTINCT_KEPT);
    }
}

impl AddAssign<&Self> for Keyed {
    fn add_assign(&mut self, other: &Self) {
        self.all += &other.all;
        match (&mut self.keys, &other.keys) {
            (Some(ours), Some(theirs)) => merge(ours, theirs),
            (ours, _) => *ours = None,
        }
        self.fold_when_full();
    }
}

/// Merges two maps value by value.
pub(crate) fn merge<K: Ord + Clone, V: Default + for<'v> AddAssign<&'v V>>(
    into: &mut BTreeMap<K, V>,
    from: &BTreeMap<K, V>,
) {
    for (key, value) in from {
        *into.entry(key.clone()).or_default() += value;
    }
}
