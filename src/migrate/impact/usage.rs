//! What traffic says about one change: counters that can be merged, and a first sample.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use twox_hash::XxHash64;

use crate::location::Origin;

use super::affected::Affected;

/// Distinct values that are counted separately.
pub const VALUES_KEPT: usize = 256;

/// Parts of payloads that are examined to find a sample.
const SAMPLES_TRIED: usize = 16;

/// Places that are kept.
const PLACES_KEPT: usize = 3;

/// Whether a value says nothing, and is left out of profiles.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The first and the last time that something was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Times {
    /// The first time; `None` if no capture has a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// The last time.
    #[serde(skip_serializing_if = "Option::is_none")]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeenTimes {
    /// How often.
    pub count: u64,
    /// When.
    #[serde(skip_serializing_if = "is_default")]
    pub times: Times,
}

impl AddAssign<&Self> for SeenTimes {
    fn add_assign(&mut self, other: &Self) {
        self.count += other.count;
        self.times += &other.times;
    }
}

/// The values that were seen, redacted; those beyond [`VALUES_KEPT`] are counted together.
///
/// Which ones are kept depends only on the values, not on their order: those with the smallest hashes. So the
/// results of several threads add up to those of one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "StoredValues", into = "StoredValues")]
pub struct Values {
    entries: Vec<Entry>,
    /// Those that are kept.
    by_value: FxHashMap<String, usize>,
    by_hash: BTreeSet<(u64, usize)>,
    /// How often values were seen for which there was no room.
    pub others: u64,
}

#[derive(Debug, Clone)]
struct Entry {
    value: String,
    seen: SeenTimes,
    /// Whether it has not been displaced by others.
    is_kept: bool,
}

/// The values in a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct StoredValues {
    kept: BTreeMap<String, SeenTimes>,
    others: u64,
}

impl From<Values> for StoredValues {
    fn from(values: Values) -> Self {
        Self {
            kept: values.iter().map(|(value, seen)| (value.to_owned(), *seen)).collect(),
            others: values.others,
        }
    }
}

impl From<StoredValues> for Values {
    fn from(stored: StoredValues) -> Self {
        let mut values = Self::default();
        for (value, seen) in stored.kept {
            values.add_seen(&value, &seen);
        }
        values.others += stored.others;
        values
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        StoredValues::from(self.clone()) == StoredValues::from(other.clone())
    }
}

/// A hash that is the same in every run, on every machine, and in every version.
pub(super) fn hash_of(value: &str) -> u64 {
    XxHash64::oneshot(0, value.as_bytes())
}

impl Values {
    /// Counts a value, in the form in which it is shown.
    pub(super) fn add(&mut self, shown: &str, time: Option<Timestamp>) {
        let place = self.place(shown);
        self.count(place, time);
    }

    /// The position of a value; `None` if it is one of the others.
    pub(super) fn place(&mut self, value: &str) -> Option<usize> {
        if let Some(known) = self.by_value.get(value) {
            return Some(*known);
        }
        if !self.has_room_for(value) {
            return None;
        }
        let place = self.entries.len();
        self.entries.push(Entry {
            value: value.to_owned(),
            seen: SeenTimes::default(),
            is_kept: true,
        });
        self.by_value.insert(value.to_owned(), place);
        self.by_hash.insert((hash_of(value), place));
        if self.by_hash.len() > VALUES_KEPT
            && let Some((_, last)) = self.by_hash.pop_last()
        {
            let last = &mut self.entries[last];
            last.is_kept = false;
            self.others += last.seen.count;
            self.by_value.remove(&last.value);
        }
        Some(place)
    }

    /// Whether a value is one of those that are kept, or would be.
    pub(super) fn has_room_for(&self, value: &str) -> bool {
        let last = self
            .by_hash
            .last()
            .filter(|_| self.by_hash.len() >= VALUES_KEPT);
        self.by_value.contains_key(value) || last.is_none_or(|(last, _)| hash_of(value) < *last)
    }

    /// Counts a value by its position.
    #[inline]
    pub(super) fn count(&mut self, place: Option<usize>, time: Option<Timestamp>) {
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(entry) if entry.is_kept => {
                entry.seen.count += 1;
                entry.seen.times.add(time);
            }
            _ => self.others += 1,
        }
    }

    /// Adds what is known of a value from elsewhere.
    fn add_seen(&mut self, value: &str, seen: &SeenTimes) {
        match self.place(value) {
            Some(place) if self.entries[place].is_kept => self.entries[place].seen += seen,
            _ => self.others += seen.count,
        }
    }

    /// The values that are kept.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SeenTimes)> {
        let kept = self.entries.iter().filter(|entry| entry.is_kept);
        kept.map(|entry| (entry.value.as_str(), &entry.seen))
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

impl AddAssign<&Self> for Values {
    fn add_assign(&mut self, other: &Self) {
        self.others = self.others.saturating_add(other.others);
        for (value, seen) in other.iter() {
            self.add_seen(value, seen);
        }
    }
}

/// What the traffic of one contract says about a change. A message is a payload, or an exchange for changes
/// around schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SideUsage {
    /// Messages that contain what the change is about.
    #[serde(skip_serializing_if = "is_default")]
    pub reached: u64,
    /// Those that could show it: not those that it cannot affect, whoever sends them.
    #[serde(skip_serializing_if = "is_default")]
    pub telling: u64,
    /// Messages that show it: of the old contract, those that it touches; of the new one, those that conform
    /// to it.
    #[serde(skip_serializing_if = "is_default")]
    pub shown: u64,
    /// Messages of the old contract that already do what only the new one allows.
    #[serde(skip_serializing_if = "is_default")]
    pub early: u64,
    /// Messages of the new contract that are unchanged: they contradict the change.
    #[serde(skip_serializing_if = "is_default")]
    pub contradicted: u64,
    /// Exchanges of the old contract that hold what the change is about, but do not show who is affected.
    #[serde(skip_serializing_if = "is_default")]
    pub held: u64,
    /// Exchanges in which what the change is about cannot be read: a body was not captured, or not compared.
    #[serde(skip_serializing_if = "is_default")]
    pub undecided: u64,
    /// Exchanges that would show the change if it concerned their sender.
    #[serde(skip_serializing_if = "is_default")]
    pub elsewhere: u64,
    /// When it showed.
    #[serde(skip_serializing_if = "is_default")]
    pub times: Times,
    /// The first places where it showed, by file and position.
    #[serde(skip_serializing_if = "is_default")]
    pub places: Vec<Origin>,
}

impl SideUsage {
    /// Counts what was found in addition to how the change was met.
    pub(super) fn note(&mut self, notes: Notes) {
        self.held += u64::from(notes.is_held);
        self.undecided += u64::from(notes.is_undecided);
        self.elsewhere += u64::from(notes.is_elsewhere);
    }

    /// Counts a message.
    pub(super) fn add(
        &mut self,
        met: Met,
        origin: &Origin,
        time: Option<Timestamp>,
    ) {
        self.reached += 1;
        self.telling += u64::from(met >= Met::Reached);
        match met {
            Met::Shown => {
                self.shown += 1;
                self.times.add(time);
                if self.places.len() < PLACES_KEPT || self.places.last().is_some_and(|last| origin < last) {
                    let at = self.places.partition_point(|known| known <= origin);
                    self.places.insert(at, origin.clone());
                    self.places.truncate(PLACES_KEPT);
                }
            }
            Met::Contradicted => self.contradicted += 1,
            Met::Early => self.early += 1,
            Met::Aside | Met::Elsewhere | Met::Held | Met::Reached | Met::Doubtful => {}
        }
    }
}

impl AddAssign<Self> for SideUsage {
    fn add_assign(&mut self, other: Self) {
        self.reached += other.reached;
        self.telling += other.telling;
        self.shown += other.shown;
        self.early += other.early;
        self.contradicted += other.contradicted;
        self.held += other.held;
        self.undecided += other.undecided;
        self.elsewhere += other.elsewhere;
        self.times += &other.times;
        self.places.extend(other.places);
        self.places.sort();
        self.places.truncate(PLACES_KEPT);
    }
}

/// How a change was met in a message: the strongest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// The message contains what it is about, but the change does not concern its sender.
    Aside,
    /// The same, and the message would show the change otherwise.
    Elsewhere,
    /// The message contains what it is about, but cannot show it.
    Held,
    /// The message already does what only the new contract allows.
    Early,
    /// The message could show it.
    Reached,
    /// The message could show it, and cannot be read well enough to tell.
    Doubtful,
    /// The message shows it.
    Shown,
    /// The message contradicts it.
    Contradicted,
}

/// What was found in an exchange in addition to how a change was met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Notes {
    /// Something holds the place of the change, but does not show who is affected.
    pub(super) is_held: bool,
    /// What the change is about cannot be read.
    pub(super) is_undecided: bool,
    /// The change would show if it concerned the sender.
    pub(super) is_elsewhere: bool,
}

impl Notes {
    pub(super) fn add(&mut self, met: Met) {
        match met {
            Met::Held | Met::Early => self.is_held = true,
            Met::Doubtful => self.is_undecided = true,
            Met::Elsewhere => self.is_elsewhere = true,
            Met::Aside | Met::Reached | Met::Shown | Met::Contradicted => {}
        }
    }
}

impl Met {
    /// How a message meets a change that does not concern its sender.
    pub(super) const fn aside(self) -> Self {
        match self {
            Self::Shown => Self::Elsewhere,
            _ => Self::Aside,
        }
    }

    /// The same in a message of the old contract, which does not show a change that affects nobody: it may
    /// already do what only the new contract allows.
    pub(super) const fn of(self, affected: Affected) -> Self {
        match (self, affected) {
            (Self::Shown, Affected::NotShown) => Self::Early,
            (Self::Reached, Affected::NotShown) => Self::Held,
            (met, _) => met,
        }
    }
}

/// A part of a payload before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Where the payload starts.
    pub origin: Origin,
    /// The part as it was, redacted.
    #[serde(with = "as_text")]
    pub before: Json,
    /// The part as it will be.
    #[serde(with = "as_text")]
    pub after: Json,
}

/// Values in profiles are texts, because numbers there are counts.
mod as_text {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};
    use serde_json::Value as Json;

    pub(super) fn serialize<S: Serializer>(value: &Json, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map_err(D::Error::custom)
    }
}

/// A part of a payload that was examined, by the place where the payload starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tried {
    at: Origin,
    /// `None` if it stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sample: Option<Sample>,
}

/// What traffic says about a change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Traffic of the old contract.
    #[serde(skip_serializing_if = "is_default")]
    pub old: SideUsage,
    /// Traffic of the new contract.
    #[serde(skip_serializing_if = "is_default")]
    pub new: SideUsage,
    /// Traffic that only its payloads assign to the new contract, as if it were of the old one.
    #[serde(skip_serializing_if = "is_default")]
    pub doubtful: SideUsage,
    /// The values that it is about, of both contracts.
    #[serde(skip_serializing_if = "is_default")]
    pub values: Values,
    /// Exchanges that it touches, by consumer.
    #[serde(skip_serializing_if = "is_default")]
    pub consumers: BTreeMap<String, u64>,
    /// The first parts of payloads that it touches, by file and position, up to the first one that is different
    /// afterwards.
    #[serde(skip_serializing_if = "is_default")]
    tried: Vec<Tried>,
}

impl Usage {
    /// The number of exchanges that may hold what the change is about, and do not show whether they do.
    #[must_use]
    pub const fn left_open(&self) -> u64 {
        let doubtful = &self.doubtful;
        self.old.undecided + doubtful.undecided + doubtful.shown + doubtful.held
    }

    /// A part of a real payload that it touches, before and after.
    #[must_use]
    pub fn sample(&self) -> Option<&Sample> {
        self.tried.last()?.sample.as_ref()
    }

    /// Whether a part of a payload that starts there is wanted.
    pub(super) fn wants_sample(&self, origin: &Origin) -> bool {
        match self.tried.last() {
            Some(last) if last.sample.is_some() || self.tried.len() >= SAMPLES_TRIED => *origin < last.at,
            _ => true,
        }
    }

    /// Adds a part of a payload that starts there: as a sample, if it is different afterwards.
    pub(super) fn add_sample(&mut self, origin: &Origin, sample: Option<Sample>) {
        let at = self.tried.partition_point(|known| known.at <= *origin);
        let tried = Tried {
            at: origin.clone(),
            sample,
        };
        self.tried.insert(at, tried);
        self.settle();
    }

    /// Leaves out what is not needed to find the first sample.
    fn settle(&mut self) {
        let sampled = self.tried.iter().position(|tried| tried.sample.is_some());
        let needed = sampled.map_or(SAMPLES_TRIED, |first| first + 1);
        self.tried.truncate(needed.min(SAMPLES_TRIED));
    }
}

impl AddAssign<Self> for Usage {
    fn add_assign(&mut self, other: Self) {
        self.old += other.old;
        self.new += other.new;
        self.doubtful += other.doubtful;
        self.values += &other.values;
        for (consumer, count) in other.consumers {
            *self.consumers.entry(consumer).or_default() += count;
        }
        // As if one reader had examined them.
        self.tried.extend(other.tried);
        self.tried.sort_by(|one, other| one.at.cmp(&other.at));
        self.settle();
    }
}

/// Exchanges of one operation or consumer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Exchanges {
    /// How many there are.
    #[serde(skip_serializing_if = "is_default")]
    pub all: u64,
    /// How many are touched by a change that is an error or a warning.
    #[serde(skip_serializing_if = "is_default")]
    pub touched: u64,
    /// Those of the old contract among them.
    #[serde(skip_serializing_if = "is_default")]
    pub old: u64,
    /// Those of the new contract.
    #[serde(skip_serializing_if = "is_default")]
    pub new: u64,
    /// The changes that touch some of them.
    #[serde(skip_serializing_if = "is_default")]
    pub changes: BTreeSet<usize>,
    /// When.
    #[serde(skip_serializing_if = "is_default")]
    pub times: Times,
}

impl AddAssign<&Self> for Exchanges {
    fn add_assign(&mut self, other: &Self) {
        self.all += other.all;
        self.touched += other.touched;
        self.old += other.old;
        self.new += other.new;
        self.changes.extend(&other.changes);
        self.times += &other.times;
    }
}
