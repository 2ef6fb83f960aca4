//! Suggestions for people, and as JSON Patch.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::redact::{Shown, printed};
use crate::report::{plural, wrapped};
use crate::source::edit::Operation;

use super::{FindingSummary, Suggestion, Suggestions};

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
    let filled = |text: &str| {
        let lines = wrapped(&Shown::new(text), width.saturating_sub(4), "", "    ");
        // A line that starts with `::` would be a command for GitHub Actions.
        lines.replace("\n    ::", "\n    : :")
    };
    // Writing to a `String` does not fail, so the results of `write!` are dropped.
    for (file, edits) in files {
        let _ = writeln!(out, "{FILE}{}{FILE:#}", printed(file));
        for edit in edits {
            let _ = writeln!(out, "  {BOLD}-{BOLD:#} {}", filled(&edit.words));
            if !edit.reach.is_empty() {
                let words = format!("also changes {}", edit.reach.join(", "));
                let _ = writeln!(out, "    {}", filled(&words));
            }
            let _ = writeln!(out, "    {DIM}{}{DIM:#}", filled(&in_words(&edit.finding)));
        }
        out.push('\n');
    }
    if !suggestions.without.is_empty() {
        let _ = writeln!(out, "{BOLD}Findings without an edit{BOLD:#}");
        for (finding, reason) in &suggestions.without {
            let line = format!("{}: {reason}", in_words(finding));
            let _ = writeln!(out, "  - {}", filled(&line));
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
fn in_words(finding: &FindingSummary) -> String {
    let mut words = format!("{}: {}", finding.rule, finding.message);
    if finding.count > 1 {
        words.push_str(&format!(", {} times", finding.count));
    }
    if let Some(evidence) = &finding.evidence {
        let first = if finding.count > 1 { "first " } else { "" };
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
        Operation::Rename { path, name } => {
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            let name = name.replace('~', "~0").replace('/', "~1");
            json!({"op": "move", "from": path, "path": format!("{parent}/{name}")})
        }
    }
}

/// The edits: a JSON Patch for each file, what each edit is for, and the findings without an edit.
pub(crate) fn patch_document(suggestions: &Suggestions) -> Value {
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &suggestions.edits {
        let operations = edit.operations.iter().map(operation);
        files.entry(&edit.file).or_default().extend(operations);
    }
    let edits = suggestions.edits.iter().map(|edit| {
        json!({
            "file": edit.file,
            "edit": printed(&edit.words),
            "also_changes": edit.reach,
            "finding": summary(&edit.finding),
        })
    });
    let without = suggestions.without.iter();
    let without = without.map(|(finding, reason)| {
        json!({"finding": summary(finding), "reason": printed(reason)})
    });
    json!({
        "patches": files,
        "edits": edits.collect::<Vec<_>>(),
        "without_edit": without.collect::<Vec<_>>(),
    })
}

fn summary(finding: &FindingSummary) -> Value {
    let first = finding.evidence.as_ref();
    json!({
        "key": finding.key,
        "rule": finding.rule,
        "message": printed(&finding.message),
        "count": finding.count,
        "first": first.map(|evidence| evidence.origin.to_string()),
    })
}
