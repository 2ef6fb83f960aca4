//! The smallest edits of a contract that accept what was seen, one or more for each finding.
//!
//! An edit is a list of operations of JSON Patch on one document. It is a proposal: whether the contract or the
//! traffic is wrong, only people can say. When it is not certain that an edit accepts what was seen and nothing
//! more than needed, there is none, and a reason instead.

mod at;
mod edits;
mod keywords;
mod kinds;
mod messages;
mod reach;
mod render;
mod seen;
mod unions;
mod worded;

use crate::contract::Contract;
use crate::observe::Evidence;
use crate::rules::Finding;
use crate::source::edit::Operation;

pub(crate) use edits::may_edit;
pub(crate) use render::{patch_document, text};
pub(crate) use seen::Seen;

use reach::Reach;

/// An edit of one document, with the finding that it resolves.
#[derive(Debug, Clone)]
pub(crate) struct Suggestion {
    /// The file of the document, as the user would name it.
    pub(crate) file: String,
    /// What to do to it.
    pub(crate) operations: Vec<Operation>,
    /// The same in words.
    pub(crate) words: String,
    /// Other messages that it changes, since they share the schema.
    pub(crate) reach: Vec<String>,
    /// Why.
    pub(crate) finding: FindingSummary,
}

/// A finding that an edit is about.
#[derive(Debug, Clone)]
pub(crate) struct FindingSummary {
    pub(crate) key: String,
    pub(crate) rule: &'static str,
    pub(crate) message: String,
    /// How often it was seen.
    pub(crate) count: u64,
    /// The first place.
    pub(crate) evidence: Option<Evidence>,
}

impl FindingSummary {
    pub(crate) fn new(finding: &Finding) -> Self {
        Self {
            key: finding.key.to_string(),
            rule: finding.rule.id,
            message: finding.headline().to_string(),
            count: finding.count,
            evidence: finding.evidence.first().cloned(),
        }
    }
}

/// The edits for findings, and those for which there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Suggestions {
    pub(crate) edits: Vec<Suggestion>,
    /// Findings without an edit, and why.
    pub(crate) without: Vec<(FindingSummary, String)>,
}

/// Proposes edits of a contract for what was found, from the values that were seen.
pub(crate) fn suggest(findings: &[&Finding], contract: &Contract, seen: &Seen) -> Suggestions {
    let mut suggestions = Suggestions::default();
    let mut reach = Reach::new(contract);
    for finding in findings {
        let edits = match edits::edit(finding, contract, seen) {
            Ok(edits) => edits,
            Err(reason) => {
                suggestions.without.push((FindingSummary::new(finding), reason));
                continue;
            }
        };
        for edit in edits {
            let document = contract.documents.document(&edit.place.document);
            let Some(file) = document.and_then(worded::file_of) else {
                continue;
            };
            suggestions.edits.push(Suggestion {
                file,
                operations: edit.operations,
                words: edit.words,
                reach: reach.others(&edit.place, finding),
                finding: FindingSummary::new(finding),
            });
        }
    }
    suggestions
}
