//! How a text report is laid out.

use crate::report::render::wrap::WIDTH;
use crate::rules::Level;

/// How the text is laid out.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    /// List the verdict on each payload.
    pub payloads: bool,
    /// List what the contract declares and no payload showed.
    pub coverage: bool,
    /// Count the findings by rule in place of listing them.
    pub statistics: bool,
    /// Columns of a line.
    pub width: usize,
    /// Make places links to their files, for terminals that show them.
    pub links: bool,
    /// The lowest level that fails the run; `None` if no level does.
    pub fail_on: Option<Level>,
    /// Whether findings were compared with a baseline.
    pub has_baseline: bool,
    /// Say that `--suggest` proposes edits of the contract.
    pub names_suggest: bool,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            payloads: false,
            coverage: false,
            statistics: false,
            width: WIDTH,
            links: false,
            fail_on: None,
            has_baseline: false,
            names_suggest: false,
        }
    }
}
