//! From an offset in a body, or in a file, to the position in the file.

use std::cell::RefCell;
use std::fmt::Debug;
use std::ops::Range;

use crate::json::TapeDocument;
use crate::location::{Position, STRIDE};
use crate::redact::Excerpt;

use super::scalar::Scalar;

/// How offsets in a body map to offsets in the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Places<'a> {
    /// The body appears in the file unchanged.
    Verbatim,
    /// The body is the content of a JSON string, which is escaped in the file.
    Escaped(&'a str),
    /// The body is the content of a YAML scalar.
    Scalar(Scalar<'a>),
    /// The body was decoded (base64, gzip, chunks): only its start is known.
    Start,
    /// The body is a part of another one, from this offset on.
    Within(&'a dyn Written, usize),
    /// The body is the text that another one was read as.
    Transcript(&'a dyn Written),
}

/// What a part of a body, or a text, was read from.
pub(super) trait Written: Debug {
    /// The position in the file of the byte at `offset`.
    fn position(&self, offset: usize) -> Position;

    /// The line that a place was written in; `document` is the text, parsed.
    fn excerpt(&self, document: &TapeDocument<'_>, span: Range<usize>) -> Excerpt;
}

impl Places<'_> {
    /// The position of the byte at `offset` of a body that starts at `start`.
    pub(super) fn position(self, start: Position, bytes: &[u8], offset: usize, known: &Known) -> Position {
        match self {
            Self::Start => start,
            Self::Within(whole, at) => whole.position(at + offset),
            Self::Transcript(transcript) => transcript.position(offset),
            Self::Verbatim => known.in_text(start, bytes, offset),
            Self::Escaped(quoted) => {
                let written = quoted.as_bytes();
                known.position(start, written, 1, offset, |from, to| unescaped(written, from, to))
            }
            Self::Scalar(scalar) => {
                let indentation = scalar.indentation();
                let first = scalar.first(indentation);
                known.position(start, scalar.written().as_bytes(), first, offset, |from, to| {
                    scalar.after(from, to, indentation)
                })
            }
        }
    }
}

/// Positions in a body or another text, one for every [`STRIDE`] bytes up to the last one that was asked for. So the
/// text is read once, however many places in it are asked for, in any order.
///
/// They are those of one text, with one start.
#[derive(Debug, Default)]
pub(super) struct Known(RefCell<Vec<Mark>>);

/// Where a byte of a body was written.
#[derive(Debug, Clone, Copy)]
struct Mark {
    /// The offset in the body.
    offset: usize,
    /// The offset in the text as written.
    written: usize,
    position: Position,
}

impl Known {
    /// The position of the byte at `offset` in a text that appears in the file unchanged, as
    /// [`Position::at_offset`] finds it.
    pub(super) fn in_text(&self, start: Position, text: &[u8], offset: usize) -> Position {
        let offset = offset.min(text.len());
        if offset < STRIDE {
            return start.at_offset(text, offset);
        }
        self.position(start, text, 0, offset, |_, to| (to, to))
    }

    /// The position of the byte at `offset`. `first` is where `text` has the first byte; `after` goes from an offset
    /// in the body, with that in the text, to a later offset.
    fn position(
        &self,
        start: Position,
        text: &[u8],
        first: usize,
        offset: usize,
        after: impl Fn((usize, usize), usize) -> (usize, usize),
    ) -> Position {
        let reach = |from: Mark, offset: usize| {
            let (offset, written) = after((from.offset, from.written), offset);
            let written = written.min(text.len());
            Mark {
                offset,
                written,
                position: from.position.after(&text[from.written..written]),
            }
        };
        let mut marks = self.0.borrow_mut();
        if marks.is_empty() {
            let written = first.min(text.len());
            marks.push(Mark {
                offset: 0,
                written,
                position: start.after(&text[..written]),
            });
        }
        while let Some(last) = marks.last()
            && last.offset + STRIDE <= offset
        {
            let next = reach(*last, last.offset + STRIDE);
            if next.offset <= last.offset {
                break;
            }
            marks.push(next);
        }
        // An escape may be several bytes of the body, so the last mark may be after the offset.
        let after = marks.partition_point(|mark| mark.offset <= offset);
        reach(marks[after - 1], offset).position
    }
}

/// Goes from a byte of the content of a quoted JSON string to a later one: the offsets in the content and in the
/// string as written. An escape that is several bytes of the content is passed as a whole.
fn unescaped(quoted: &[u8], (mut passed, mut at): (usize, usize), offset: usize) -> (usize, usize) {
    while passed < offset && at < quoted.len() {
        if quoted[at] != b'\\' {
            at += 1;
            passed += 1;
            continue;
        }
        let (written, bytes) = match (unit(quoted, at), unit(quoted, at + 6)) {
            (None, _) => (2, 1),
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, 4),
            (Some(0..=0x7F), _) => (6, 1),
            (Some(0x80..=0x7FF), _) => (6, 2),
            // A surrogate alone is read as U+FFFD.
            (Some(_), _) => (6, 3),
        };
        at += written;
        passed += bytes;
    }
    (passed, at)
}

/// The code unit that the escape at an offset encodes, if it is one of `\u`.
fn unit(quoted: &[u8], at: usize) -> Option<u16> {
    let digits = quoted.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests;
