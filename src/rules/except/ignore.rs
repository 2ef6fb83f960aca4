//! Findings and changes that the user ignores, with a reason.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};

use crate::observe::Evidence;
use crate::rules::catalogue::Rule;

use super::Subject;

/// An ignore.
#[derive(Debug, Clone)]
pub(crate) struct Ignore {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// The ids of operations; every operation if `None`.
    pub(crate) operation: Option<Pattern>,
    /// Places in payloads; every place if `None`.
    pub(crate) path: Option<Pattern>,
    /// Why it is ignored.
    pub(crate) reason: String,
    /// The last day on which it applies, such as `2026-12-31`.
    pub(crate) until: Option<String>,
    /// Where the configuration has it; `None` for an option of the command line.
    pub(crate) place: Option<Evidence>,
}

/// `wrong-type of listPets at /data/*/name`
impl fmt::Display for Ignore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.rule.id)?;
        if let Some(operation) = &self.operation {
            write!(f, " of {}", operation.text)?;
        }
        if let Some(path) = &self.path {
            write!(f, " at {}", path.text)?;
        }
        Ok(())
    }
}

impl Ignore {
    /// Whether it is about a finding or a change. An ignore for one operation does not hide what others share.
    pub(super) fn matches(&self, subject: &impl Subject) -> bool {
        let operations = subject.operations();
        let is_of_operations = self.operation.as_ref().is_none_or(|pattern| {
            !operations.is_empty() && operations.iter().all(|operation| pattern.fits(operation))
        });
        let is_at_path =
            |pattern: &Pattern| subject.paths().iter().any(|path| pattern.fits(path));
        subject.key().rule == self.rule.id && is_of_operations && self.path.as_ref().is_none_or(is_at_path)
    }

    /// Whether the last day has passed. Days are compared as text, which is their order.
    pub(crate) fn is_expired(&self, today: &str) -> bool {
        self.until.as_ref().is_some_and(|until| **until < *today)
    }
}

/// A name, or a pattern with `*` (within one step of a path) and `**`.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    text: String,
    glob: GlobMatcher,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob = glob.map_err(|error| format!("not a pattern: {}", error.kind()))?;
        Ok(Self {
            text: text.to_owned(),
            glob: glob.compile_matcher(),
        })
    }

    pub(crate) fn fits(&self, name: &str) -> bool {
        self.text == name || self.glob.is_match(name)
    }
}

/// As written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}
