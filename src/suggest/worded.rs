//! Edits, and what they are called.

use serde_json::Value;

use crate::redact::MASK;
use crate::rules::{Finding, Unit};
use crate::schema::{Document, Place};
use crate::source::edit::Operation;

use super::at::At;

/// Names that are listed; further ones are counted.
const NAMED: usize = 8;

/// What to do to a document.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) operations: Vec<Operation>,
    pub(super) words: String,
    /// The schema, parameter or response that changes.
    pub(super) place: Place,
}

/// The file of a document, as the user would name it.
pub(super) fn file_of(document: &Document) -> Option<String> {
    document.source.as_ref().map(|source| source.origin(0).file.to_string())
}

/// Whether a finding says that a message is broken, whatever the contract.
pub(super) fn is_about_traffic(finding: &Finding) -> bool {
    let rules = ["malformed-json", "duplicate-key", "content-length", "capture-encoding"];
    finding.unit != Unit::Place && rules.contains(&finding.rule.id)
}

/// Why there is no edit for a finding.
pub(super) fn none(finding: &Finding) -> String {
    if is_about_traffic(finding) {
        return "the traffic is wrong, not the contract".to_owned();
    }
    let words = match finding.rule.id {
        "unknown-operation" | "undeclared-method" => "describe the operation by hand",
        "media-type" | "missing-body" | "unexpected-body" => "describe the body by hand",
        "duplicate-key" => "remove the repeated key by hand",
        _ => "there is no automatic edit for this rule",
    };
    words.to_owned()
}

/// Operations, and the same in words.
pub(super) type Worded = (Vec<Operation>, String);

/// Removes a keyword, for a reason that may be empty.
pub(super) fn removed(at: &At<'_>, keyword: &str, reason: &str) -> Result<Worded, String> {
    let value = at.value.get(keyword).ok_or_else(|| at.lacks(keyword))?;
    let words = format!("remove `{keyword}: {}` of {}{reason}", short(value), at.name());
    Ok((vec![at.remove(keyword)], words))
}

/// A value for a sentence.
pub(super) fn short(value: &Value) -> String {
    let text = match value {
        // A string that could be read as something else is quoted.
        Value::String(text) if !text.is_empty() && serde_json::from_str::<Value>(text).is_err() => {
            text.clone()
        }
        other => other.to_string(),
    };
    crate::redact::clipped(&text, 40).into_owned()
}

/// A masked name must not get into a contract.
pub(super) fn refuse_masked(text: &str) -> Result<(), String> {
    let is_masked = text.contains(MASK) || crate::redact::mask_shapes(text) != text;
    match is_masked {
        true => Err("a name is masked or shortened".to_owned()),
        false => Ok(()),
    }
}

/// `a`, `b` and `c`, in backquotes.
pub(super) fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [first @ .., _, _, _] if first.len() >= NAMED => {
            let first = &names[..NAMED];
            format!("{} and {} more", first.join(", "), names.len() - NAMED)
        }
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
