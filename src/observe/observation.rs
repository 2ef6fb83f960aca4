//! What a run learnt, and how its captures were read: everything that a report needs, without the traffic.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::capture::{Format, ReadProblem, SourceRead};
use crate::limits::{PROBLEMS, VERDICTS};
use crate::location::Origin;

use super::profile::{PayloadVerdict, Profile, TargetKey};
use super::profile::word::{self, Word};

/// What a run learnt, and how its captures were read. `a += &b` merges two runs over different captures. The order
/// makes no difference: lists are in the order of files and places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Observation {
    /// What was learnt.
    pub profile: Profile,
    /// The files that were read.
    pub sources: Vec<SourceRead>,
    /// Files of folders that were passed over, and why.
    pub skipped: Vec<Skipped>,
    /// What could not be read: the first problems.
    pub problems: Vec<ReadProblem>,
    /// How many problems there were.
    pub problems_met: u64,
    /// The verdicts on the first payloads.
    pub judged: Vec<Judged>,
    /// The callbacks with more URLs in the captures than are kept.
    pub callbacks_cut: Vec<String>,
}

/// The verdict on one payload.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Judged {
    /// Where the payload starts.
    pub origin: Origin,
    /// What it was compared with.
    pub target: Option<TargetKey>,
    /// What came out.
    pub verdict: PayloadVerdict,
    /// The named variants that accepted it as a whole.
    pub variants: Vec<String>,
}

/// A file of a folder that was passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// The file.
    pub path: PathBuf,
    /// Why it is no capture.
    #[serde(deserialize_with = "word::deserialize")]
    pub reason: Word,
}

/// Keeps the first verdicts, by file and position.
pub(super) fn first_judged(judged: &mut Vec<Judged>) {
    judged.sort_by(|one, other| one.origin.cmp(&other.origin));
    judged.truncate(VERDICTS);
}

impl Observation {
    /// Puts the lists in the order of files and places, so that it makes no difference who read which part of the
    /// captures when.
    #[must_use]
    pub(super) fn in_order(mut self) -> Self {
        let mut sources: BTreeMap<(String, Option<Format>), u64> = BTreeMap::new();
        for SourceRead { file, format, exchanges } in self.sources {
            *sources.entry((file, format)).or_default() += exchanges;
        }
        let sources = sources.into_iter();
        self.sources = sources.map(|((file, format), exchanges)| SourceRead { file, format, exchanges }).collect();
        first_judged(&mut self.judged);
        self.problems.sort();
        self.problems.truncate(PROBLEMS);
        self.skipped.sort();
        self.callbacks_cut.sort();
        self.callbacks_cut.dedup();
        self
    }
}

impl AddAssign<&Self> for Observation {
    fn add_assign(&mut self, other: &Self) {
        self.profile += &other.profile;
        self.problems_met += other.problems_met;
        self.sources.extend_from_slice(&other.sources);
        self.skipped.extend_from_slice(&other.skipped);
        self.problems.extend_from_slice(&other.problems);
        self.judged.extend_from_slice(&other.judged);
        self.callbacks_cut.extend_from_slice(&other.callbacks_cut);
        *self = std::mem::take(self).in_order();
    }
}
