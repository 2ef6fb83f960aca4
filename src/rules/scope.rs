//! Operations and places that a level or an ignore is limited to.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};

/// One place that a rule is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spot<'s> {
    /// The id of the operation; for a request without one, `GET /path`.
    pub(crate) operation: Option<&'s str>,
    /// The place in a payload, and what is meant there: `/data/*` and `/data/*/name`.
    pub(crate) paths: Vec<String>,
}

impl Spot<'_> {
    /// Whether an operation and a place, where they are given, are those of this spot.
    pub(crate) fn is_in(&self, operation: Option<&Pattern>, path: Option<&Pattern>) -> bool {
        let is_of_operation =
            operation.is_none_or(|pattern| self.operation.is_some_and(|operation| pattern.fits(operation)));
        is_of_operation && path.is_none_or(|pattern| self.paths.iter().any(|path| pattern.fits(path)))
    }
}

/// A name, or a pattern with `*` (within one step of a path) and `**`.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(super) text: String,
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
