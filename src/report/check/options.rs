//! How a text report is laid out.

use crate::report::render::wrap::WIDTH;

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
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            payloads: false,
            coverage: false,
            statistics: false,
            width: WIDTH,
            links: false,
        }
    }
}
