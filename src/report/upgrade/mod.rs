//! The report of an upgrade of payloads, and one renderer per format.

mod json;
mod text;

use std::path::PathBuf;

use crate::capture::Problem;
use crate::capture::redact::{is_secret_name, masked, sanitised};
use crate::location::{PathPattern, Pointer, Step};
use crate::migrate::{Edit, EditKind, Fate, Upgrade, Upgraded};
use crate::rules::sentence;

pub use json::{JsonUpgrade, UPGRADE_REPORT_VERSION, json, json_schema};
pub use text::text;

/// Everything that an upgrade has to say.
#[derive(Debug)]
pub struct UpgradeReport {
    /// Where payloads come from: `name@version`.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// What became of each.
    pub payloads: Vec<Upgraded>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Files of folders that were passed over, and why.
    pub skipped: Vec<(PathBuf, &'static str)>,
}

/// How many payloads met which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    /// Rewritten, and valid now.
    pub valid: usize,
    /// Of all that were rewritten, those that lost something.
    pub losing: usize,
    /// Rewritten, with something to supply by hand.
    pub incomplete: usize,
    /// Left alone, since they are as the new contract has them.
    pub current: usize,
    /// Left alone, since they cannot be rewritten.
    pub others: usize,
}

impl UpgradeReport {
    /// How many payloads met which fate.
    #[must_use]
    pub fn fates(&self) -> Fates {
        let mut fates = Fates::default();
        for payload in &self.payloads {
            match &payload.fate {
                Fate::Rewritten(upgrade) if upgrade.left.is_empty() => fates.valid += 1,
                Fate::Rewritten(_) => fates.incomplete += 1,
                Fate::Current(_) => fates.current += 1,
                Fate::Left { .. } => fates.others += 1,
            }
            if let Fate::Rewritten(upgrade) = &payload.fate {
                let loses = upgrade.edits.iter().any(|edit| edit.kind.loses());
                fates.losing += usize::from(loses);
            }
        }
        fates
    }

    /// Whether nothing in the captures is a payload of either contract.
    #[must_use]
    pub fn nothing_matched(&self) -> bool {
        let is_known = |payload: &Upgraded| payload.operation.is_some();
        !self.payloads.iter().any(is_known)
    }
}

/// The same edit of several places of a payload.
struct EditGroup<'e> {
    kind: EditKind,
    from: Option<PathPattern>,
    to: Option<PathPattern>,
    edits: Vec<&'e Edit>,
}

impl EditGroup<'_> {
    /// Up to so many different values that stood there, redacted.
    fn before(&self, most: usize) -> Vec<String> {
        let edits = self.edits.iter();
        let values = edits.filter_map(|edit| Some((edit.from.as_ref()?, edit.before.as_ref()?)));
        distinct(values, most)
    }

    /// Up to so many different values that stand there.
    fn after(&self, most: usize) -> Vec<String> {
        let edits = self.edits.iter();
        let values = edits.filter_map(|edit| Some((edit.to.as_ref()?, edit.after.as_ref()?)));
        distinct(values, most)
    }
}

fn distinct<'v>(
    values: impl Iterator<Item = (&'v Pointer, &'v serde_json::Value)>,
    most: usize,
) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    for (pointer, value) in values.take(LOOKED_AT) {
        let word = shown_value(pointer, value);
        if !shown.contains(&word) {
            if shown.len() == most {
                shown.push("…".to_owned());
                break;
            }
            shown.push(word);
        }
    }
    shown
}

/// Values of one group that are looked at for different ones.
const LOOKED_AT: usize = 200;

/// Longest value in a line of text, in characters.
const VALUE_LENGTH: usize = 60;

/// A value on one line, redacted and cut.
fn shown_value(pointer: &Pointer, value: &serde_json::Value) -> String {
    let is_secret = pointer.steps().any(|step| is_secret_name(&step));
    let text = match is_secret {
        true => crate::capture::redact::MASK.to_owned(),
        false => sanitised(&masked(value).to_string()),
    };
    match text.char_indices().nth(VALUE_LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The edits of a payload, those that differ in positions alone put together, in order.
fn groups(edits: &[Edit]) -> Vec<EditGroup<'_>> {
    let mut groups: Vec<EditGroup<'_>> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for edit in edits {
        let (from, to) = (edit.from.as_ref().map(folded), edit.to.as_ref().map(folded));
        let key = (edit.kind, from.clone(), to.clone());
        let index = *known.entry(key).or_insert_with(|| {
            groups.push(EditGroup {
                kind: edit.kind,
                from,
                to,
                edits: Vec::new(),
            });
            groups.len() - 1
        });
        groups[index].edits.push(edit);
    }
    groups
}

/// A pointer with its positions folded.
fn folded(pointer: &Pointer) -> PathPattern {
    let steps = pointer.folded().steps().to_vec();
    let steps = steps.into_iter().map(|step| match step {
        Step::Any => Step::Any,
        Step::Key(name) => Step::Key(sanitised(&name).into()),
    });
    PathPattern::from_steps(steps.collect())
}

/// What is left to do by hand, one sentence each, with how often.
fn left(upgrade: &Upgrade) -> Vec<(String, usize)> {
    let mut sentences: Vec<(String, usize)> = Vec::new();
    for (pointer, kind) in &upgrade.left {
        let value = upgrade.payload.pointer(pointer.as_str());
        let subject = value.map(|value| shown_value(pointer, value));
        let pattern = folded(pointer);
        let words = sentence(kind, &pattern, subject.as_deref().unwrap_or_default());
        let words = format!("{}: {words}", shown_place(&pattern));
        match sentences.iter_mut().find(|(known, _)| *known == words) {
            Some((_, count)) => *count += 1,
            None => sentences.push((words, 1)),
        }
    }
    sentences
}

/// A place in a payload; the whole of it has no pointer that one could see.
fn shown_place(pattern: &PathPattern) -> String {
    match pattern.steps() {
        [] => "the payload".to_owned(),
        _ => pattern.to_string(),
    }
}
