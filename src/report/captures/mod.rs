//! The report of `wiredrift captures`, with a renderer per format.

mod json;
mod stale;
mod text;

use std::sync::Arc;

use jiff::Timestamp;

use crate::observe::Skipped;
use crate::capture::ReadProblem;
use crate::survey::FileSurvey;

use super::render::wrap::Columns;
use super::{Format, Render};

use json::json;
use stale::{Staleness, staleness};
pub use json::{CAPTURES_FORMAT, json_schema};

/// What captures hold.
#[derive(Debug)]
pub struct CapturesReport {
    /// The contract that they were compared with: `name`, `name@version` or a file.
    pub contract: Option<String>,
    /// The versions that payloads were compared with, from old to new.
    pub versions: Vec<String>,
    /// The files, in the order of their names.
    pub files: Vec<(Arc<str>, FileSurvey)>,
    /// Inputs that could not be read: the first ones.
    pub problems: Vec<ReadProblem>,
    /// How many inputs could not be read.
    pub problems_met: u64,
    /// Files in folders that were skipped, and why.
    pub skipped: Vec<Skipped>,
    /// When the report was made.
    pub now: Timestamp,
}

/// The formats of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapturesFormat {
    /// Text for a terminal.
    Text,
    /// JSON for programs.
    Json,
}

impl Format for CapturesFormat {
    const NAMES: &'static [(&'static str, Self)] = &[("text", Self::Text), ("json", Self::Json)];
}

/// The layout of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CapturesOptions {
    /// The width.
    pub columns: Columns,
    /// Whether it says how old each file is and which version it matches.
    pub stale: bool,
}

impl CapturesReport {
    /// Whether a file is out of date.
    #[must_use]
    pub fn has_stale(&self) -> bool {
        self.files.iter().any(|(_, survey)| staleness(self, survey) == Staleness::Stale)
    }
}

impl Render for CapturesReport {
    type Format = CapturesFormat;
    type Options = CapturesOptions;

    fn render(&self, format: CapturesFormat, options: CapturesOptions) -> String {
        match (format, options.stale) {
            (CapturesFormat::Json, _) => json(self),
            (CapturesFormat::Text, true) => stale::text(self, options.columns),
            (CapturesFormat::Text, false) => text::text(self, options.columns),
        }
    }
}

#[cfg(test)]
mod tests;
