//! Capture formats: each has a row in the [`table`] and a file.

mod guide;
mod har;
mod http;
mod json;
mod lines;
mod markdown;
pub(super) mod ndjson;
mod python;
mod sniff;
mod table;

pub(super) use table::{Recognised, Head, Reader, Text, recognise};

/// The format of a capture.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    schemars::JsonSchema,
)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON document: a payload.
    Json,
    /// One JSON document per line: payloads.
    Ndjson,
    /// Raw HTTP messages.
    Http,
    /// HTTP Archive 1.2.
    Har,
    /// Markdown with fenced blocks of JSON, HTTP or Python.
    Markdown,
    /// Plain text with blocks of JSON, HTTP or Python after label lines.
    Guide,
}
