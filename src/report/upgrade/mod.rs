//! The report of `wiredrift upgrade`, with a renderer per format.

mod json;
mod text;


use crate::capture::ReadProblem;
use crate::redact;
use crate::location::PathPattern;
use crate::migrate::{Summary, Values, shown_value};
use crate::observe::{DeviationKind, Skipped};
use crate::rules::sentence;

use json::json;
pub use json::{UPGRADE_FORMAT, json_schema};
use text::text;

use super::render::wrap::{Columns, fitted};
use super::{Format, Render};

/// The content of an upgrade report.
#[derive(Debug)]
pub struct UpgradeReport {
    /// The contract that payloads are upgraded from: `name@version`.
    pub from: String,
    /// The contract that payloads are upgraded to: `name@version`.
    pub to: String,
    /// The result for the payloads.
    pub summary: Summary,
    /// Inputs that could not be read.
    pub problems: Vec<ReadProblem>,
    /// Files in folders that were skipped, and why.
    pub skipped: Vec<Skipped>,
}

/// The formats of an upgrade report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpgradeFormat {
    /// Text for a terminal.
    Text,
    /// JSON for programs.
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

/// At most `most` distinct values of a place, redacted.
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

/// A place in a payload, safe to print. The pointer to the whole payload is empty, so it is spelled out.
fn shown_place(pattern: &PathPattern) -> String {
    match pattern.steps() {
        [] => "the payload".to_owned(),
        _ => redact::shown_place(pattern).to_string(),
    }
}

/// What is wrong with a payload, in one sentence.
fn wrong(place: &PathPattern, kind: &DeviationKind, subject: &str) -> String {
    let words = sentence(kind, &redact::shown_place(place), subject);
    format!("{}: {words}", shown_place(place))
}

/// The line to add to a `--moves` file to apply a possible move.
fn move_line(operation: &str, from: &PathPattern, to: &PathPattern) -> String {
    let quoted = |text: &str| {
        // Quote what YAML would read as something else.
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
