//! Bodies of other media types, read as JSON text, with the place that each part was written at.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::TapeDocument;
use crate::location::Position;
use crate::redact::{Excerpt, secrets};

use super::body::Body;
use super::places::{Places, Written};

/// Bytes of the original around a place that an excerpt may show.
const AROUND: usize = 1024;

/// A body read as JSON text.
///
/// The text is compared like a payload. Places in it are those of the body that it was read from.
#[derive(Debug)]
pub(crate) struct Transcript<'a> {
    original: &'a Body<'a>,
    text: String,
    /// In the order of the text.
    parts: Vec<Part>,
    /// Places of the original that the text does not have.
    left_out: Vec<Range<usize>>,
    /// Whether it is the same text in another character encoding.
    is_recoded: bool,
}

/// A key, a scalar or the start of a container of the text.
#[derive(Debug, Clone)]
struct Part {
    /// Where it is in the text.
    text: Range<usize>,
    /// Where it was written in the original.
    written: Range<usize>,
    way: Way,
}

/// How offsets in a part of the text lead to the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is the same, byte for byte.
    Verbatim,
    /// Each character, or unit of UTF-16, was written in so many bytes.
    Characters(u8),
    /// Only the part as a whole has a place.
    Whole,
}

/// Writes the text of a [`Transcript`], part by part.
#[derive(Debug)]
pub(crate) struct Scribe<'a> {
    transcript: Transcript<'a>,
}

impl<'a> Scribe<'a> {
    /// Starts to read a body.
    pub(crate) fn new(original: &'a Body<'a>) -> Self {
        Self {
            transcript: Transcript {
                original,
                text: String::new(),
                parts: Vec::new(),
                left_out: Vec::new(),
                is_recoded: false,
            },
        }
    }

    /// Writes punctuation.
    pub(crate) fn mark(&mut self, text: &str) {
        self.transcript.text.push_str(text);
    }

    /// Writes a key, a scalar, or the start of a container, that was written at `written`.
    pub(crate) fn part(&mut self, text: &str, written: Range<usize>) {
        let start = self.transcript.text.len();
        self.transcript.text.push_str(text);
        self.transcript.parts.push(Part {
            text: start..self.transcript.text.len(),
            written,
            way: Way::Whole,
        });
    }

    /// Writes text of which each character was written in `step` bytes.
    pub(crate) fn characters(&mut self, text: &str, written: Range<usize>, step: u8) {
        self.part(text, written);
        if let Some(part) = self.transcript.parts.last_mut() {
            part.way = Way::Characters(step);
        }
    }

    /// Notes a place of the original that the text does not have, so that it is not shown.
    pub(crate) fn leave_out(&mut self, written: Range<usize>) {
        self.transcript.left_out.push(written);
    }

    /// Writes text that appears in the original unchanged, from `at` on.
    pub(crate) fn verbatim(&mut self, text: &str, at: usize) {
        let end = at + text.len();
        self.part(text, at..end);
        if let Some(part) = self.transcript.parts.last_mut() {
            part.way = Way::Verbatim;
        }
    }

    /// The finished transcript.
    pub(crate) fn finish(self) -> Transcript<'a> {
        self.transcript
    }

    /// The finished transcript, which is the original in another character encoding.
    pub(crate) fn finish_recoded(self) -> Transcript<'a> {
        Transcript {
            is_recoded: true,
            ..self.transcript
        }
    }
}

impl<'a> Transcript<'a> {
    /// The text as a body.
    pub(crate) fn body(&self) -> Body<'_> {
        let start = self.parts.first().map_or(0, |part| part.written.start);
        let body = Body::new(Cow::Borrowed(self.text.as_bytes()), self.original.place(start), Places::Transcript(self));
        let media_type = self.original.media_type.as_deref().filter(|_| self.is_recoded);
        body.with_media_type(media_type)
    }

    /// The last part that starts at or before an offset of the text.
    fn part_at(&self, offset: usize) -> Option<&Part> {
        let after = self.parts.partition_point(|part| part.text.start <= offset);
        after.checked_sub(1).map(|last| &self.parts[last])
    }

    /// The offset in the original of the byte at `offset` of the text.
    fn written(&self, offset: usize) -> usize {
        let Some(part) = self.part_at(offset) else {
            return 0;
        };
        let inside = offset - part.text.start;
        let end = part.written.end;
        match part.way {
            Way::Verbatim => (part.written.start + inside).min(end),
            _ if offset >= part.text.end => end,
            Way::Whole => part.written.start,
            Way::Characters(step) => {
                let before = self.text.get(part.text.start..offset).unwrap_or_default();
                let before = match step {
                    // In UTF-16, some characters are two units.
                    2 => before.chars().map(char::len_utf16).sum(),
                    _ => before.chars().count(),
                };
                (part.written.start + before * usize::from(step)).min(end)
            }
        }
    }
}

impl Written for Transcript<'_> {
    fn position(&self, offset: usize) -> Position {
        self.original.position(self.written(offset))
    }

    /// The line of the original in which a part of the text was written. Secrets are masked by their names in the
    /// text, and by their form.
    fn excerpt(&self, document: &TapeDocument<'_>, span: Range<usize>) -> Excerpt {
        if self.is_recoded {
            return Excerpt::of_json(document, span);
        }
        let start = self.written(span.start);
        // Of a value that was written as a whole, all of it is marked.
        let whole = self.part_at(span.start).filter(|part| part.way == Way::Whole).map(|part| part.written.end);
        let end = self.written(span.end).max(whole.unwrap_or(start));
        self.line(document, start..end.max(start))
    }
}

impl Transcript<'_> {
    /// The line of the original with a place in it; `None` if the text is not JSON.
    pub(crate) fn excerpt_of(&self, place: Range<usize>) -> Excerpt {
        match TapeDocument::parse(self.text.as_bytes()) {
            Ok(document) => self.line(&document, place),
            Err(_) => Excerpt::default(),
        }
    }

    fn line(&self, document: &TapeDocument<'_>, place: Range<usize>) -> Excerpt {
        let bytes = self.original.as_read();
        let near = place.start.saturating_sub(AROUND)..(place.end + AROUND).min(bytes.len());
        let is_near = |part: &&Part| part.written.start < near.end && near.start < part.written.end;
        let shown: Vec<&Part> = self.parts.iter().filter(is_near).collect();
        let first = shown.iter().map(|part| part.text.start).min().unwrap_or_default();
        let last = shown.iter().map(|part| part.text.end).max().unwrap_or_default();
        let hidden = secrets(document, &(first..last));
        let mut masks: Vec<Range<usize>> = self.left_out.clone();
        for part in shown {
            let own = hidden.iter().filter(|secret| secret.start < part.text.end && part.text.start < secret.end);
            for secret in own {
                masks.push(match part.way {
                    Way::Whole => part.written.clone(),
                    _ => self.written(secret.start.max(part.text.start))..self.written(secret.end.min(part.text.end)),
                });
            }
        }
        Excerpt::of_text(bytes, place, &masks)
    }
}
