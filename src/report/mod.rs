//! The reports, each with a renderer per format.

pub mod captures;
pub mod check;
pub mod diff;
mod document;
mod exempt;
pub mod migration;
#[cfg(feature = "cli")]
pub(crate) mod notice;
mod render;
pub mod upgrade;

pub use check::Report;
pub(crate) use document::baseline_schema;
pub(crate) use exempt::Exempt;
pub(crate) use render::lines::{hunks, sign};
pub(crate) use render::numbers::{plural, thousands};
#[cfg(feature = "cli")]
pub(crate) use render::markdown::{MOST as COMMENT, beginning};
pub use render::wrap::Columns;
pub(crate) use render::wrap::wrapped;
pub(crate) use render::wrap::WIDTH;

/// An output format of a report.
pub trait Format: Copy + Eq + Send + Sync + 'static {
    /// All formats of the report, with the names that users pass.
    const NAMES: &'static [(&'static str, Self)];
}

/// A report that can be rendered. Its type determines its formats, so an unsupported one cannot be requested.
pub trait Render {
    /// Its formats.
    type Format: Format;
    /// Its layout options.
    type Options: Default;

    /// Renders the report. Text contains ANSI styles, which the output strips if they are not wanted.
    fn render(&self, format: Self::Format, options: Self::Options) -> String;
}

#[cfg(test)]
mod tests;
