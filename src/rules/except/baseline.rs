//! Known findings and changes in a file, so that only new ones count.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::catalogue::Level;
use crate::rules::key::hash;

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
    /// What of the cause is known: properties, values, types, or what a change is from and to. Anything else is new.
    /// `*` stands for anything. A detail that starts with `hash-` is the hash of a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) details: Vec<String>,
    /// The ids of the operations that it was seen in. A run that had none of their traffic does not miss it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) operations: Vec<String>,
    /// The day on which it was added: `2026-11-29`.
    pub(crate) first_seen: String,
    /// What it said then. Only people read this.
    #[serde(default)]
    pub(crate) message: String,
}

/// The detail of a cause of which too many values were seen to list them.
pub(crate) const ANYTHING: &str = "*";

/// The detail of a change that breaks something: that it does is another matter.
pub(crate) const BREAKING: &str = "breaking";

impl Entry {
    /// Whether a detail is known, or the cause as a whole where there is none.
    fn knows(&self, detail: Option<&str>) -> bool {
        let has = |wanted: &str| self.details.iter().any(|known| known == wanted);
        match detail {
            Some(detail) => has(ANYTHING) || has(detail) || has(&hashed(detail)),
            None => self.details.is_empty() || has(ANYTHING),
        }
    }
}

/// A value as a baseline has it that must not show values.
fn hashed(value: &str) -> String {
    format!("hash-{:016x}", hash(value.as_bytes()))
}

/// How an updated baseline differs from the old one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) added: usize,
    pub(crate) removed: usize,
    /// Entries that this run says nothing about.
    pub(crate) kept: usize,
}

/// What a run looked at. About the rest it says nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Looked {
    /// The ids of operations of which there was traffic; `None` if the run is not about traffic.
    pub(crate) operations: Option<BTreeSet<String>>,
    /// Whether there was traffic of every operation.
    pub(crate) is_whole: bool,
    /// Whether parts of the input were left out or could not be read.
    pub(crate) is_partial: bool,
    /// The ids of rules that are off, at least at some places.
    pub(crate) off: BTreeSet<&'static str>,
}

impl Looked {
    /// Whether the run would have found what an entry lists, if it still were there.
    fn at(&self, entry: &Entry) -> bool {
        let rule = entry.key.split('|').next().unwrap_or_default();
        let has_traffic = match &self.operations {
            Some(exercised) => entry.operations.iter().all(|operation| exercised.contains(operation)),
            None => true,
        };
        !self.is_partial && has_traffic && !self.off.contains(rule)
    }
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

    /// The entry of a key that knows a detail, or the whole cause.
    pub(crate) fn find(&self, key: &str, detail: Option<&str>) -> Option<&Entry> {
        let mut entries = self.findings.iter();
        entries.find(|entry| entry.key == key && entry.knows(detail))
    }

    /// The day on which a cause was added.
    pub(crate) fn first_seen(&self, key: &str) -> Option<&str> {
        let entry = self.findings.iter().find(|entry| entry.key == key)?;
        Some(&entry.first_seen)
    }

    /// The entries, or those of their details, that did not occur.
    pub(crate) fn gone<T: Subject>(&self, subjects: &[&T], looked: &Looked) -> Vec<Entry> {
        let found = details_by_key(subjects);
        let gone = self.findings.iter().filter(|entry| looked.at(entry)).filter_map(|entry| {
            let Some(details) = found.get(&entry.key) else {
                return Some(entry.clone());
            };
            let is_gone = |known: &&String| {
                let is_it = |detail: &String| *detail == **known || hashed(detail) == **known;
                *known != ANYTHING && *known != BREAKING && !details.contains(ANYTHING) && !details.iter().any(is_it)
            };
            let gone: Vec<String> = entry.details.iter().filter(is_gone).cloned().collect();
            (!gone.is_empty()).then(|| Entry {
                details: gone,
                ..entry.clone()
            })
        });
        gone.collect()
    }

    /// A baseline of these findings, and of what the run says nothing about. What is known keeps the day on which it
    /// was added. With `hides_values`, values from captures are hashed.
    pub(crate) fn updated<T: Subject>(
        &self,
        subjects: &[&T],
        looked: &Looked,
        today: &str,
        hides_values: bool,
    ) -> (Self, Update) {
        let known: BTreeMap<&str, &Entry> = self.findings.iter().map(|entry| (&*entry.key, entry)).collect();
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        let mut added = BTreeSet::new();
        for subject in subjects.iter().filter(|subject| subject.level() > Level::Off) {
            let key = subject.key().to_string();
            let details = subject.details();
            let is_known = match &*details {
                [] => self.find(&key, None).is_some(),
                details => details.iter().all(|detail| self.find(&key, Some(detail)).is_some()),
            };
            if !is_known {
                added.insert(key.clone());
            }
            let first_seen = known.get(&*key).map_or(today, |entry| &entry.first_seen);
            let entry = entries.entry(key.clone()).or_insert_with(|| Entry {
                key,
                details: Vec::new(),
                operations: Vec::new(),
                first_seen: first_seen.to_owned(),
                message: subject.message(hides_values),
            });
            let hides = hides_values && subject.details_are_values();
            entry.details.extend(details.into_iter().map(|detail| match hides && detail != ANYTHING {
                true => hashed(&detail),
                false => detail,
            }));
            entry.operations.extend(subject.operations().into_iter().map(str::to_owned));
        }
        let mut update = Update {
            added: added.len(),
            removed: 0,
            kept: 0,
        };
        for entry in &self.findings {
            let is_looked_at = looked.at(entry);
            match entries.get_mut(&entry.key) {
                Some(_) if is_looked_at => {}
                Some(found) => {
                    found.details.extend(entry.details.iter().cloned());
                    found.operations.extend(entry.operations.iter().cloned());
                }
                None if is_looked_at => update.removed += 1,
                None => {
                    update.kept += 1;
                    entries.insert(entry.key.clone(), entry.clone());
                }
            }
        }
        for entry in entries.values_mut() {
            for list in [&mut entry.details, &mut entry.operations] {
                list.sort();
                list.dedup();
            }
        }
        let baseline = Self {
            findings: entries.into_values().collect(),
            ..self.clone()
        };
        (baseline, update)
    }
}

fn details_by_key<T: Subject>(subjects: &[&T]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for subject in subjects {
        let details = found.entry(subject.key().to_string()).or_default();
        details.extend(subject.details());
    }
    found
}
