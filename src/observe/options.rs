//! What is said of captures beside what they say themselves.

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
    pub by_file: Vec<(glob::Pattern, String)>,
    /// Which walk compares payloads with schemas.
    pub engine: Engine,
}

/// Whether a pattern is about a file: its path as it was given, or its name alone.
#[must_use]
pub fn fits_file(glob: &glob::Pattern, file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let plain = glob.as_str().strip_prefix("./").map(glob::Pattern::new);
    glob.matches(file)
        || glob.matches(name)
        || plain.is_some_and(|plain| plain.is_ok_and(|plain| plain.matches(file)))
}
