//! The baseline: findings that are known, so that only new ones count.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::catalogue::Level;

use super::Subject;

/// The version of the file.
pub(crate) const BASELINE_FORMAT: &str = "baseline-v1";

/// Known findings or changes, sorted by key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    /// The name of this format: `baseline-v1`.
    pub(crate) format: String,
    /// The command that wrote it: `check`, `lint`, `diff` or `report`.
    pub(crate) command: String,
    /// The known findings or changes.
    pub(crate) findings: Vec<Entry>,
}

/// A known finding or change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Identifies the cause in every run: rule, name of the contract, and JSON pointer into the contract.
    pub(crate) key: String,
    /// The properties or values that it is about; with none, all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) details: Vec<String>,
    /// The day on which it was added: `2026-11-29`.
    pub(crate) first_seen: String,
    /// What it said then. Only people read this.
    #[serde(default)]
    pub(crate) message: String,
}

/// How an updated baseline differs from the old one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) added: usize,
    pub(crate) removed: usize,
}

impl Baseline {
    /// An empty one.
    pub(crate) fn new(command: &str) -> Self {
        Self {
            format: BASELINE_FORMAT.to_owned(),
            command: command.to_owned(),
            findings: Vec::new(),
        }
    }

    /// The entry that lists a finding, with all that it is about.
    pub(super) fn find(&self, subject: &impl Subject) -> Option<&Entry> {
        let key = subject.key().to_string();
        let details = subject.details();
        self.findings.iter().find(|entry| {
            let is_covered = |detail: &String| entry.details.is_empty() || entry.details.contains(detail);
            entry.key == key && details.iter().all(is_covered)
        })
    }

    /// The entries that none of these findings is about.
    pub(crate) fn gone<'b, T: Subject>(&'b self, subjects: &[&T]) -> Vec<&'b Entry> {
        let keys: std::collections::BTreeSet<String> = subjects.iter().map(|s| s.key().to_string()).collect();
        self.findings.iter().filter(|entry| !keys.contains(&entry.key)).collect()
    }

    /// A baseline of exactly these findings. Those that are known keep the day on which they were added.
    pub(crate) fn updated<T: Subject>(&self, subjects: &[&T], today: &str) -> (Self, Update) {
        let known: BTreeMap<&str, &Entry> = self.findings.iter().map(|entry| (&*entry.key, entry)).collect();
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for subject in subjects.iter().filter(|subject| subject.level() > Level::Off) {
            let key = subject.key().to_string();
            let first_seen = known.get(&*key).map_or(today, |entry| &entry.first_seen);
            let entry = entries.entry(key.clone()).or_insert_with(|| Entry {
                key,
                details: Vec::new(),
                first_seen: first_seen.to_owned(),
                message: subject.message(),
            });
            entry.details.extend(subject.details());
            entry.details.sort();
            entry.details.dedup();
        }
        let update = Update {
            added: entries.keys().filter(|key| !known.contains_key(key.as_str())).count(),
            removed: known.keys().filter(|key| !entries.contains_key(**key)).count(),
        };
        let baseline = Self {
            findings: entries.into_values().collect(),
            ..self.clone()
        };
        (baseline, update)
    }
}
