//! What traffic says of one change: counters that merge, and a first sample.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::location::Origin;

use super::affected::Affected;

/// Different values that are told apart.
pub const VALUES_KEPT: usize = 256;

/// Parts of payloads that are looked at in search of a sample.
pub(super) const SAMPLES_TRIED: u32 = 16;

/// Places that are kept.
const PLACES_KEPT: usize = 3;

/// The first and the last time that something was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// The first time; `None` where no capture says a time.
    pub first: Option<Timestamp>,
    /// The last time.
    pub last: Option<Timestamp>,
}

impl Times {
    /// Adds a time.
    pub fn add(&mut self, time: Option<Timestamp>) {
        let Some(time) = time else { return };
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }
}

impl AddAssign<&Self> for Times {
    fn add_assign(&mut self, other: &Self) {
        self.add(other.first);
        self.add(other.last);
    }
}

/// How often a value was seen, and when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeenTimes {
    /// How often.
    pub count: u64,
    /// When.
    pub times: Times,
}

impl AddAssign<&Self> for SeenTimes {
    fn add_assign(&mut self, other: &Self) {
        self.count += other.count;
        self.times += &other.times;
    }
}

/// The values that were seen, redacted; those beyond [`VALUES_KEPT`] are counted together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// Each value, in the order in which they were met.
    each: Vec<(String, SeenTimes)>,
    by_value: BTreeMap<String, usize>,
    /// Whether some are not shown as they are.
    pub(super) is_masked: bool,
    /// How often others were seen, for which there was no room.
    pub others: u64,
}

impl Values {
    /// Counts a value, which is shown so.
    pub(super) fn add(&mut self, value: &str, shown: &str, time: Option<Timestamp>) {
        self.is_masked |= value != shown;
        let place = self.place(shown);
        self.count(place, time);
    }

    /// The place of a value, for which there is room now or not; `None` where it is one of the others.
    pub(super) fn place(&mut self, value: &str) -> Option<usize> {
        if let Some(known) = self.by_value.get(value) {
            return Some(*known);
        }
        if self.each.len() >= VALUES_KEPT {
            return None;
        }
        self.each.push((value.to_owned(), SeenTimes::default()));
        self.by_value.insert(value.to_owned(), self.each.len() - 1);
        Some(self.each.len() - 1)
    }

    /// The place of a value that was met.
    pub(super) fn known(&self, value: &str) -> Option<usize> {
        self.by_value.get(value).copied()
    }

    /// Whether there is no room for another value.
    pub(super) const fn is_full(&self) -> bool {
        self.each.len() >= VALUES_KEPT
    }

    /// Counts a value by its place.
    #[inline]
    pub(super) fn count(&mut self, place: Option<usize>, time: Option<Timestamp>) {
        match place.and_then(|place| self.each.get_mut(place)) {
            Some((_, seen)) => {
                seen.count += 1;
                seen.times.add(time);
            }
            None => self.others += 1,
        }
    }

    /// The values, in the order in which they were met.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SeenTimes)> {
        self.each.iter().map(|(value, seen)| (value.as_str(), seen))
    }

    /// The values, the most frequent first.
    #[must_use]
    pub fn by_count(&self) -> Vec<(&str, SeenTimes)> {
        let mut all: Vec<(&str, SeenTimes)> =
            self.iter().map(|(value, seen)| (value, *seen)).collect();
        all.sort_by(|one, other| other.1.count.cmp(&one.1.count).then(one.0.cmp(other.0)));
        all
    }
}

/// What the traffic of one contract says of a change. A message is a payload, or an exchange for what is
/// around schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// Messages that hold what the change is about.
    pub reached: u64,
    /// Those that could show it: not those that it cannot affect, whoever sends them.
    pub telling: u64,
    /// Messages in which it shows: of the old contract those that it touches, of the new one those that are
    /// as it says.
    pub shown: u64,
    /// Messages of the old contract that do already what only the new one allows.
    pub early: u64,
    /// Messages of the new contract that are as before: they contradict the change.
    pub contradicted: u64,
    /// When it showed.
    pub times: Times,
    /// The first places where it showed.
    pub places: Vec<Origin>,
}

impl Side {
    /// Counts a message.
    pub(super) fn add(&mut self, met: Met, origin: &Origin, time: Option<Timestamp>) {
        self.reached += 1;
        self.telling += u64::from(met >= Met::Reached);
        match met {
            Met::Shown => {
                self.shown += 1;
                self.times.add(time);
                if self.places.len() < PLACES_KEPT {
                    self.places.push(origin.clone());
                }
            }
            Met::Contradicted => self.contradicted += 1,
            Met::Early => self.early += 1,
            Met::Held | Met::Reached => {}
        }
    }
}

/// How a change was met in a message: the strongest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// The message holds what it is about, and cannot show it.
    Held,
    /// The message does already what only the new contract allows.
    Early,
    /// The message could show it.
    Reached,
    /// The message shows it.
    Shown,
    /// The message says otherwise.
    Contradicted,
}

impl Met {
    /// The same in a message of the old contract, which shows no change that affects nobody: it may do already what
    /// only the new contract allows.
    pub(super) const fn of(self, affected: Affected) -> Self {
        match (self, affected) {
            (Self::Shown, Affected::Nobody) => Self::Early,
            (Self::Reached, Affected::Nobody) => Self::Held,
            (met, _) => met,
        }
    }
}

/// A part of a payload before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Where the payload starts.
    pub origin: Origin,
    /// The part as it was, redacted.
    pub before: Json,
    /// The part as it is to be.
    pub after: Json,
}

/// What traffic says of a change.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    /// Traffic of the old contract.
    pub old: Side,
    /// Traffic of the new contract.
    pub new: Side,
    /// The values that it is about, of both.
    pub values: Values,
    /// Exchanges that it touches, by consumer.
    pub consumers: BTreeMap<String, u64>,
    /// A part of a real payload that it touches, before and after.
    pub sample: Option<Sample>,
    /// Parts that were no sample, since they are the same afterwards.
    pub(super) samples_tried: u32,
}

impl Usage {
    /// Whether some traffic could tell of it.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.old.reached + self.new.reached > 0
    }
}

/// Exchanges of one operation or consumer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchanges {
    /// How many there are.
    pub all: u64,
    /// How many a change touches that is an error or a warning.
    pub touched: u64,
    /// Those of the old contract among them.
    pub old: u64,
    /// Those of the new contract.
    pub new: u64,
    /// The changes that touch some.
    pub changes: BTreeSet<usize>,
    /// When.
    pub times: Times,
}
