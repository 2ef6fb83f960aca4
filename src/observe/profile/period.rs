//! When something was seen.

use std::ops::AddAssign;

use jiff::Timestamp;

/// The first and the last time that something was recorded, as far as captures name times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Period {
    /// Both times; `None` if no time is known.
    pub ends: Option<(Timestamp, Timestamp)>,
}

impl Period {
    /// The day or the two days, as in a sentence: `2026-05-01 to 2026-05-03`.
    #[must_use]
    pub(crate) fn days(&self) -> Option<String> {
        let (first, last) = self.ends?;
        let day = |time: Timestamp| time.to_string().chars().take(10).collect::<String>();
        let (first, last) = (day(first), day(last));
        Some(match first == last {
            true => first,
            false => format!("{first} to {last}"),
        })
    }

    /// Extends the period to a time.
    pub(crate) fn see(&mut self, time: Option<Timestamp>) {
        let Some(time) = time else { return };
        self.ends = Some(match self.ends {
            Some((first, last)) => (first.min(time), last.max(time)),
            None => (time, time),
        });
    }
}

impl AddAssign<&Self> for Period {
    fn add_assign(&mut self, other: &Self) {
        if let Some((first, last)) = other.ends {
            self.see(Some(first));
            self.see(Some(last));
        }
    }
}
