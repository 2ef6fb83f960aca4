//! Suggestions for people, and as JSON Patch.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::redact::{Shown, printed};
use crate::report::{plural, wrapped};
use crate::source::edit::Operation;

use super::{Because, Suggestion, Suggestions};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const FILE: Style = AnsiColor::BrightBlue.on_default().bold();

/// The edits by file, each with its finding. Styles are stripped where they are not wanted.
pub(crate) fn text(suggestions: &Suggestions, width: usize) -> String {
    let mut out = String::new();
    let mut files: BTreeMap<&str, Vec<&Suggestion>> = BTreeMap::new();
    for edit in &suggestions.edits {
        files.entry(&edit.file).or_default().push(edit);
    }
    // Writing to a `String` does not fail, so the results of `write!` are dropped.
    for (file, edits) in files {
        let _ = writeln!(out, "{FILE}{}{FILE:#}", printed(file));
        for edit in edits {
            let words = wrapped(&Shown::new(&edit.words), width.saturating_sub(4), "", "    ");
            let _ = writeln!(out, "  {BOLD}-{BOLD:#} {words}");
            let _ = writeln!(out, "    {DIM}{}{DIM:#}", wrapped(&because(&edit.because), width.saturating_sub(4), "", "    "));
        }
        out.push('\n');
    }
    if !suggestions.without.is_empty() {
        let _ = writeln!(out, "{BOLD}Without an edit{BOLD:#}");
        for (finding, reason) in &suggestions.without {
            let line = format!("{}: {reason}", because(finding));
            let _ = writeln!(out, "  - {}", wrapped(&Shown::new(&line), width.saturating_sub(4), "", "    "));
        }
        out.push('\n');
    }
    let _ = writeln!(
        out,
        "{}{}.",
        plural(suggestions.edits.len() as u64, "edit"),
        match suggestions.without.len() {
            0 => String::new(),
            count => format!(", and {} without one", plural(count as u64, "finding")),
        }
    );
    out
}

/// `wrong-type: …, 3 times, first at session.har:12:3`
fn because(because: &Because) -> String {
    let mut words = format!("{}: {}", because.rule, because.message);
    if because.count > 1 {
        words.push_str(&format!(", {} times", because.count));
    }
    if let Some(evidence) = &because.evidence {
        let first = if because.count > 1 { "first " } else { "" };
        words.push_str(&format!(", {first}at {}", evidence.origin));
    }
    words
}

/// An operation of JSON Patch (RFC 6902).
fn operation(operation: &Operation) -> Value {
    match operation {
        Operation::Add { path, value } => json!({"op": "add", "path": path, "value": value}),
        Operation::Replace { path, value } => json!({"op": "replace", "path": path, "value": value}),
        Operation::Remove { path } => json!({"op": "remove", "path": path}),
    }
}

/// The edits as JSON Patch: one document if they are about one file, else an object with one for each file.
pub(crate) fn patch_document(suggestions: &Suggestions) -> Value {
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &suggestions.edits {
        files.entry(&edit.file).or_default().extend(edit.operations.iter().map(operation));
    }
    match files.len() {
        0 => json!([]),
        1 => files.into_values().next().unwrap_or_default().into(),
        _ => json!(files),
    }
}
