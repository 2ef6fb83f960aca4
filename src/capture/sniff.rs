//! What a file holds, from its name and its first bytes.

use std::fmt;

use crate::json::Document;

use super::http::is_start_line;

/// The formats that captures come in.
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
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON document: a payload.
    Json,
    /// One JSON document a line: payloads.
    Ndjson,
    /// Raw HTTP messages.
    Http,
    /// HTTP Archive 1.2.
    Har,
    /// A text with blocks of JSON, HTTP or Python: Markdown, or plain with label lines.
    Guide,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::Ndjson => "NDJSON",
            Self::Http => "HTTP",
            Self::Har => "HAR",
            Self::Guide => "guide",
        })
    }
}

/// Recognises a format by the name of the file (without `.gz` or `.zst`) and the start of its
/// content; `complete` says whether `head` is all of it.
///
/// The content decides where it is clear; the name decides between readings of the same content.
pub(super) fn sniff(name: &str, head: &[u8], complete: bool) -> Option<Format> {
    let extension = name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase();
    match extension.as_str() {
        "ndjson" | "jsonl" => return Some(Format::Ndjson),
        "har" => return Some(Format::Har),
        "http" => return Some(Format::Http),
        "md" | "markdown" => return Some(Format::Guide),
        _ => {}
    }
    let start = head.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let text = &head[start..];
    if matches!(text[0], b'{' | b'[') {
        return Some(json_family(text, complete));
    }
    if extension == "json" {
        return Some(Format::Json);
    }
    let mut lines = lines_of(text);
    if lines.clone().next().is_some_and(is_start_line) {
        return Some(Format::Http);
    }
    lines
        .any(|line| {
            super::guide::is_label(line) || line.starts_with(b"```") || line.starts_with(b"~~~")
        })
        .then_some(Format::Guide)
}

/// Lines without white space around them.
fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    let lines = ends.scan(0, |start, end| {
        Some(&text[std::mem::replace(start, end + 1)..end])
    });
    lines.map(<[u8]>::trim_ascii)
}

/// Tells apart one document, several on lines, and an archive.
fn json_family(text: &[u8], complete: bool) -> Format {
    let is_document = |line: &[u8]| Document::parse(line).is_ok();
    let mut lines = lines_of(text).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let second = lines.next();
    let third = lines.next();
    // The last line of an incomplete head may be cut.
    let second = second.filter(|_| complete || third.is_some());
    let starts_document = |line: &[u8]| matches!(line.first(), Some(b'{' | b'['));
    if let Some(second) = second
        && starts_document(second)
        && (is_document(first) || (first.len() > 1 && is_document(second)))
    {
        return Format::Ndjson;
    }
    if looks_like_har(text) {
        return Format::Har;
    }
    // One line longer than the head: a document on one line reads the same as a line of its own, and
    // if there are more lines, they are documents, too.
    if !complete && !text.contains(&b'\n') {
        return Format::Ndjson;
    }
    Format::Json
}

/// An archive starts `{"log": {` and names its entries or its version soon after.
fn looks_like_har(text: &[u8]) -> bool {
    let compact = || {
        let bytes = text.iter().copied();
        bytes.filter(|byte| !byte.is_ascii_whitespace()).take(200)
    };
    if !compact().take(8).eq(*b"{\"log\":{") {
        return false;
    }
    let compact: Vec<u8> = compact().collect();
    let has = |needle: &[u8]| memchr::memmem::find(&compact, needle).is_some();
    has(b"\"version\"") || has(b"\"creator\"") || has(b"\"entries\"")
}
