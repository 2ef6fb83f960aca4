//! The reports, each with one renderer per format.

pub mod check;
pub mod diff;
mod document;
pub mod migration;
mod render;
pub mod upgrade;

pub use check::Report;
pub(crate) use render::lines::{hunks, sign};
pub(crate) use render::numbers::plural;
pub use render::wrap::Columns;
pub(crate) use render::wrap::WIDTH;

/// A format that a report is written in, by its name.
pub trait Format: Copy + Eq + Send + Sync + 'static {
    /// Every format of the report, with the name that people ask for it by.
    const NAMES: &'static [(&'static str, Self)];
}

/// A report, and the formats that it has. One that it does not have cannot be asked for.
pub trait Render {
    /// Its formats.
    type Format: Format;
    /// How it is laid out.
    type Options: Default;

    /// Lays it out. Text has ANSI styles; whoever prints it strips them where they are not wanted.
    fn render(&self, format: Self::Format, options: Self::Options) -> String;
}
