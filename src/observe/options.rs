//! What is said of captures beside what they say themselves.

use std::fmt;
use std::sync::Arc;

use globset::{Glob, GlobMatcher};

use crate::capture::Hint;

/// Which walk compares payloads with schemas. Both learn the same of every payload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Engine {
    /// One pass over the bytes; what it does not know goes to the other.
    #[default]
    Streaming,
    /// A tape for each payload, and a walk over it: slow and plain.
    Reference,
}

/// What the user said of all captures of a run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Operation, side and status of payloads that come without method and URL. They win over what
    /// the capture's own name says.
    pub hint: Hint,
    /// Operations of payloads by the path of their file; the first pattern that fits decides, and wins
    /// over `hint`.
    pub by_file: Vec<(FileGlob, String)>,
    /// Which walk compares payloads with schemas.
    pub engine: Engine,
    /// Requests that the server refused are held to the contract like those that it accepted.
    pub strict_requests: bool,
}

/// A pattern for the paths of files, such as `events/sold-*.json`; `*` may stand for several folders.
#[derive(Debug, Clone)]
pub struct FileGlob {
    text: String,
    matcher: GlobMatcher,
}

impl FileGlob {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        // Files are named with or without it.
        let pattern = text.strip_prefix("./").unwrap_or(text);
        let glob = Glob::new(pattern).map_err(|error| format!("`{text}`: {}", error.kind()))?;
        Ok(Self {
            text: text.to_owned(),
            matcher: glob.compile_matcher(),
        })
    }

    /// Whether it is about a file: its path as it was given, or its name alone.
    #[must_use]
    pub fn fits(&self, file: &str) -> bool {
        let path = file.strip_prefix("./").unwrap_or(file);
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        self.matcher.is_match(path) || self.matcher.is_match(name)
    }
}

impl fmt::Display for FileGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is known of the payloads of a file that do not say it themselves.
#[derive(Debug)]
pub(super) struct Hinted {
    pub(super) file: Arc<str>,
    pub(super) told: Hint,
    pub(super) hint: Arc<Hint>,
}
