//! The API for Rust programs: the names at the root of the crate.
//!
//! Everything here is composed from the modules below, and so is the command line.

mod changes;
mod check;
mod compatible;
mod conform;
mod contract;
mod report;

pub use changes::diff;
pub use check::{Check, check};
pub use compatible::lock_failure;
pub use conform::payload_failure;

/// Whether text has ANSI styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// Plain text.
    #[default]
    Never,
    /// Styles for a terminal.
    Always,
}

impl Color {
    /// Text that was rendered with styles, with or without them.
    pub(crate) fn apply(self, styled: &str) -> String {
        match self {
            Self::Never => crate::redact::without_styles(styled),
            Self::Always => crate::redact::only_styles(styled),
        }
    }
}

#[cfg(test)]
mod tests;
