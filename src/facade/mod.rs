//! What a Rust program uses of wiredrift: the names at the root of the crate.
//!
//! Everything here is put together of what the modules below give, and so is the command line.

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
    /// Text that was rendered with styles, as it is wanted.
    pub(crate) fn apply(self, styled: &str) -> String {
        match self {
            Self::Never => crate::redact::without_styles(styled),
            Self::Always => crate::redact::only_styles(styled),
        }
    }
}

#[cfg(test)]
mod tests;
