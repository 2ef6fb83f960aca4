//! When each version was in use: exchanges by time, in steps that grow with the span.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::capture::time;
use crate::location::Origin;
use crate::redact::sanitised;

/// Maximum number of steps; beyond that, they get longer.
const STEPS: usize = 4096;

/// Maximum number of columns in a chart.
const COLUMNS: i64 = 48;

/// The contract that an exchange belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spoken {
    /// The old one.
    Old,
    /// The new one.
    New,
    /// Neither.
    Neither,
}

/// Exchanges by time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredTimeline", into = "StoredTimeline")]
pub struct Timeline {
    /// Seconds in a step.
    step: i64,
    /// Exchanges of the old contract, the new one, and neither, by the second at which their step starts.
    steps: BTreeMap<i64, [u64; 3]>,
    /// Exchanges without a time.
    pub untimed: u64,
    /// Exchanges whose time could not be parsed, and the first of these times.
    pub unreadable: u64,
    unreadable_kept: Vec<(Origin, String)>,
    /// Exchanges whose time has no offset and was taken for UTC.
    pub zoneless: u64,
}

/// The timeline in a profile.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredTimeline {
    step: i64,
    steps: Vec<(i64, [u64; 3])>,
    untimed: u64,
    unreadable: u64,
    unreadable_kept: Vec<(Origin, String)>,
    zoneless: u64,
}

impl From<Timeline> for StoredTimeline {
    fn from(timeline: Timeline) -> Self {
        Self {
            step: timeline.step,
            steps: timeline.steps.into_iter().collect(),
            untimed: timeline.untimed,
            unreadable: timeline.unreadable,
            unreadable_kept: timeline.unreadable_kept,
            zoneless: timeline.zoneless,
        }
    }
}

impl TryFrom<StoredTimeline> for Timeline {
    type Error = &'static str;

    fn try_from(stored: StoredTimeline) -> Result<Self, Self::Error> {
        let is_time = |(start, _): &(i64, _)| Timestamp::from_second(*start).is_ok();
        if stored.step < 1 || !stored.steps.iter().all(is_time) {
            return Err("a timeline has a step or a time that is out of range");
        }
        Ok(Self {
            step: stored.step,
            steps: stored.steps.into_iter().collect(),
            untimed: stored.untimed,
            unreadable: stored.unreadable,
            unreadable_kept: stored.unreadable_kept,
            zoneless: stored.zoneless,
        })
    }
}

/// Unparsable times whose text is kept.
const UNREADABLE_KEPT: usize = 3;

/// Characters of such a text that are kept.
const UNREADABLE_LENGTH: usize = 40;

impl Default for Timeline {
    fn default() -> Self {
        Self {
            step: 1,
            steps: BTreeMap::new(),
            untimed: 0,
            unreadable: 0,
            unreadable_kept: Vec::new(),
            zoneless: 0,
        }
    }
}

impl AddAssign<Self> for Timeline {
    fn add_assign(&mut self, other: Self) {
        if other.step > self.step {
            self.grow(other.step);
        }
        for (start, counts) in other.steps {
            self.put(start, counts);
        }
        self.untimed += other.untimed;
        self.unreadable += other.unreadable;
        self.zoneless += other.zoneless;
        for (origin, text) in other.unreadable_kept {
            self.keep_unreadable(&origin, text);
        }
    }
}

/// A column of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// When it starts.
    pub start: Timestamp,
    /// Exchanges of the old contract, the new one, and neither.
    pub counts: [u64; 3],
}

/// Spans that read well, in seconds: minutes, hours, days, weeks.
const SPANS: [i64; 14] = [
    1, 5, 15, 60, 300, 900, 3_600, 10_800, 21_600, 86_400, 172_800, 604_800, 2_592_000, 31_536_000,
];

impl Timeline {
    /// Parses the time of an exchange, and counts problems with it.
    pub(super) fn read(&mut self, text: &str, origin: &Origin) -> Option<Timestamp> {
        let Some(read) = time::read(text) else {
            self.unreadable += 1;
            let start: String = text.chars().take(UNREADABLE_LENGTH).collect();
            self.keep_unreadable(origin, sanitised(&start));
            return None;
        };
        self.zoneless += u64::from(!read.has_zone);
        Some(read.time)
    }

    /// Keeps a text, if its first place is among the first.
    fn keep_unreadable(&mut self, origin: &Origin, text: String) {
        let kept = &mut self.unreadable_kept;
        let mut known = kept.iter();
        match known.position(|(_, known)| *known == text) {
            Some(known) if kept[known].0 <= *origin => return,
            Some(known) => drop(kept.remove(known)),
            None => {}
        }
        let at = kept.partition_point(|(known, _)| known <= origin);
        kept.insert(at, (origin.clone(), text));
        kept.truncate(UNREADABLE_KEPT);
    }

    /// The first times that could not be read.
    pub fn unreadable_texts(&self) -> impl Iterator<Item = &str> {
        self.unreadable_kept.iter().map(|(_, text)| text.as_str())
    }

    /// Counts an exchange.
    pub fn add(&mut self, spoken: Spoken, time: Option<Timestamp>) {
        let Some(time) = time else {
            self.untimed += 1;
            return;
        };
        let mut counts = [0; 3];
        counts[spoken as usize] = 1;
        self.put(time.as_second(), counts);
    }

    /// Adds exchanges in one second.
    fn put(&mut self, second: i64, counts: [u64; 3]) {
        let start = second.div_euclid(self.step) * self.step;
        let sum = self.steps.entry(start).or_default();
        for (sum, count) in sum.iter_mut().zip(counts) {
            *sum += count;
        }
        if self.steps.len() > STEPS {
            // Multiples of the previous steps, so that every exchange stays in the column that it would have
            // been in.
            self.grow(self.step * 4);
        }
    }

    /// Makes the steps longer.
    fn grow(&mut self, step: i64) {
        self.step = step;
        for (start, counts) in std::mem::take(&mut self.steps) {
            self.put(start, counts);
        }
    }

    /// Whether some exchange has a time.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        !self.steps.is_empty()
    }

    /// The columns of a chart, including empty ones, and how many seconds each one covers.
    #[must_use]
    pub fn columns(&self) -> (Vec<Column>, i64) {
        let (Some((first, _)), Some((last, _))) =
            (self.steps.first_key_value(), self.steps.last_key_value())
        else {
            return (Vec::new(), self.step);
        };
        let fits = |span: &&i64| **span >= self.step && (last - first) / **span < COLUMNS;
        let span = SPANS.iter().find(fits).copied();
        let span = span.unwrap_or_else(|| (last - first) / COLUMNS + 1);
        let start = first.div_euclid(span) * span;
        let mut columns = Vec::new();
        let mut at = start;
        while at <= *last {
            let mut counts = [0; 3];
            for own in self.steps.range(at..at + span).map(|(_, own)| own) {
                for (sum, count) in counts.iter_mut().zip(own) {
                    *sum += count;
                }
            }
            if let Ok(start) = Timestamp::from_second(at) {
                columns.push(Column { start, counts });
            }
            at += span;
        }
        (columns, span)
    }
}
