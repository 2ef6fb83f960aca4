//! The report of an upgrade of payloads, and one renderer per format.

mod json;
mod text;

use std::path::PathBuf;

use crate::capture::ReadProblem;
use crate::redact::sanitised;
use crate::location::{PathPattern, Step};
use crate::migrate::{Summary, Values, shown_value};
use crate::observe::DeviationKind;
use crate::rules::sentence;

use json::json;
pub use json::{UPGRADE_FORMAT, json_schema};
use text::text;

use super::render::wrap::{Columns, fitted};
use super::{Format, Render};

/// Everything that an upgrade has to say.
#[derive(Debug)]
pub struct UpgradeReport {
    /// Where payloads come from: `name@version`.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// What became of the payloads.
    pub summary: Summary,
    /// What could not be read.
    pub problems: Vec<ReadProblem>,
    /// Files of folders that were passed over, and why.
    pub skipped: Vec<(PathBuf, &'static str)>,
}

/// The formats that the report of an upgrade has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpgradeFormat {
    /// For people, in a terminal.
    Text,
    /// For programs.
    Json,
}

impl Format for UpgradeFormat {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("text", Self::Text),
        ("json", Self::Json),
    ];
}

impl Render for UpgradeReport {
    type Format = UpgradeFormat;
    type Options = Columns;

    fn render(&self, format: UpgradeFormat, columns: Columns) -> String {
        match format {
            UpgradeFormat::Text => fitted(&text(self, columns), columns),
            UpgradeFormat::Json => json(self),
        }
    }
}

/// Up to so many different values of a place, redacted.
fn shown_values(values: &Values, most: usize) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    for (text, place, _) in &values.kept {
        let word = shown_value(place, text);
        if !shown.contains(&word) {
            if shown.len() == most {
                shown.push("…".to_owned());
                return shown;
            }
            shown.push(word);
        }
    }
    if values.has_more {
        shown.push("…".to_owned());
    }
    shown
}

/// A place in a payload, safe to print; the whole of it has no pointer that one could see.
fn shown_place(pattern: &PathPattern) -> String {
    match pattern.steps() {
        [] => "the payload".to_owned(),
        _ => printable(pattern).to_string(),
    }
}

fn printable(pattern: &PathPattern) -> PathPattern {
    let steps = pattern.steps().iter().map(|step| match step {
        Step::Any => Step::Any,
        Step::Key(name) => Step::Key(sanitised(name).into()),
    });
    PathPattern::from_steps(steps.collect())
}

/// What is wrong with a payload, in one sentence.
fn wrong(place: &PathPattern, kind: &DeviationKind, subject: &str) -> String {
    let words = sentence(kind, &printable(place), subject);
    format!("{}: {words}", shown_place(place))
}

/// The line of a file for `--moves` that acts on a guess.
fn move_line(operation: &str, from: &PathPattern, to: &PathPattern) -> String {
    let quoted = |text: &str| {
        // A path may hold what YAML reads as something else.
        let is_plain = text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/_-.*".contains(c));
        match is_plain && !text.starts_with(['*', '-', '.']) {
            true => text.to_owned(),
            false => serde_json::Value::from(text).to_string(),
        }
    };
    format!(
        "- {{operation: {}, move: {{from: {}, to: {}}}}}",
        quoted(operation),
        quoted(&from.to_string()),
        quoted(&to.to_string())
    )
}
