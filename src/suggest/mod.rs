//! The smallest edits of a contract that accept what was seen, one or more for each finding.
//!
//! An edit is a list of operations of JSON Patch on one document. It is a proposal: whether the contract or the
//! traffic is wrong, only people can say.

mod edits;
mod render;

use std::sync::Arc;

use crate::contract::Contract;
use crate::observe::Evidence;
use crate::rules::Finding;
use crate::source::edit::Operation;

pub(crate) use render::{patch_document, text};

/// An edit of one document, with the finding that it resolves.
#[derive(Debug, Clone)]
pub(crate) struct Suggestion {
    /// The URI of the document.
    pub(crate) document: Arc<str>,
    /// The file of the document, as the user would name it.
    pub(crate) file: String,
    /// What to do to it.
    pub(crate) operations: Vec<Operation>,
    /// The same in words.
    pub(crate) words: String,
    /// Why.
    pub(crate) because: Because,
}

/// A finding that an edit is about.
#[derive(Debug, Clone)]
pub(crate) struct Because {
    pub(crate) rule: &'static str,
    pub(crate) message: String,
    /// How often it was seen.
    pub(crate) count: u64,
    /// The first place.
    pub(crate) evidence: Option<Evidence>,
}

impl Because {
    fn new(finding: &Finding) -> Self {
        Self {
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
    pub(crate) without: Vec<(Because, String)>,
}

/// Proposes edits of a contract for what was found. `round` counts from 0: limits are moved to what was seen at
/// first, and removed when that was not enough, since only some of the values are kept.
pub(crate) fn suggest(findings: &[&Finding], contract: &Contract, round: usize) -> Suggestions {
    let mut suggestions = Suggestions::default();
    for finding in findings {
        match edits::edit(finding, contract, round) {
            Ok(edits) => {
                for (document, file, edit) in edits {
                    suggestions.edits.push(Suggestion {
                        document,
                        file,
                        operations: edit.operations,
                        words: edit.words,
                        because: Because::new(finding),
                    });
                }
            }
            Err(reason) => suggestions.without.push((Because::new(finding), reason)),
        }
    }
    suggestions
}
