//! Partial tapes: only the requested parts of a text.
//!
//! The text is known to be JSON. Other parts are skipped, not read.

use std::ops::Range;

use super::{TapeDocument, ESCAPED, Entry, Kind};

impl<'t> TapeDocument<'t> {
    /// The values around some byte ranges, which must be in order, of a text that is known to be JSON. Arrays
    /// and objects that contain none of the ranges are empty, and everything after the last range is omitted.
    pub(crate) fn around(text: &'t str, ranges: &[Range<usize>]) -> Option<Self> {
        Builder::build(text, ranges)
    }
}

struct Builder<'t, 'w> {
    text: &'t [u8],
    at: usize,
    /// Values that overlap one of these ranges are put on the tape. Other arrays and objects are empty, and
    /// everything after the last range is omitted.
    ranges: &'w [Range<usize>],
    entries: Vec<Entry>,
    /// Whether all ranges have been read.
    is_done: bool,
}

impl<'t, 'w> Builder<'t, 'w> {
    fn build(text: &'t str, ranges: &'w [Range<usize>]) -> Option<TapeDocument<'t>> {
        u32::try_from(text.len()).ok()?;
        let mut builder = Self {
            text: text.as_bytes(),
            at: 0,
            ranges,
            entries: Vec::new(),
            is_done: false,
        };
        builder.value()?;
        Some(TapeDocument {
            stand_ins: None,
            text,
            entries: builder.entries,
            repeated: Vec::new(),
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Option<()> {
        self.skip_space();
        let start = self.at;
        let first = self.peek()?;
        let kind = match first {
            b'"' => return self.string(),
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'n' => Kind::Null,
            b't' | b'f' => Kind::Boolean,
            _ => Kind::Number,
        };
        match kind {
            Kind::Object | Kind::Array => {
                let next = self.ranges.partition_point(|range| range.end <= start);
                let limit = self.ranges.get(next);
                let limit = limit.map_or(usize::MAX, |range| range.start);
                // A value that ends before the next range contains none of them.
                if let Some(end) = end_of(self.text, start, limit) {
                    self.at = end;
                    self.leaf(kind, start);
                    return Some(());
                }
                self.container(kind)
            }
            _ => {
                let rest = &self.text[start..];
                let is_end =
                    |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\t' | b'\r');
                self.at = start + rest.iter().position(is_end).unwrap_or(rest.len());
                self.leaf(kind, start);
                Some(())
            }
        }
    }

    fn leaf(&mut self, kind: Kind, start: usize) {
        let next = self.entries.len() + 1;
        self.entries.push(entry(kind, 0, start, self.at, next));
        self.check_done();
    }

    fn check_done(&mut self) {
        let last = self.ranges.last();
        self.is_done = last.is_none_or(|range| range.end <= self.at);
    }

    fn string(&mut self) -> Option<()> {
        let start = self.at;
        let (end, is_escaped) = string_end(self.text, start)?;
        self.at = end;
        let flags = if is_escaped { ESCAPED } else { 0 };
        let next = self.entries.len() + 1;
        self.entries
            .push(entry(Kind::String, flags, start, end, next));
        self.check_done();
        Some(())
    }

    fn container(&mut self, kind: Kind) -> Option<()> {
        let start = self.at;
        let index = self.entries.len();
        self.entries.push(entry(kind, 0, start, 0, 0));
        self.at += 1;
        let mut len = 0;
        loop {
            self.skip_space();
            match self.peek()? {
                b'}' | b']' => {
                    self.at += 1;
                    break;
                }
                b',' => {
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            if kind == Kind::Object {
                self.string()?;
                self.skip_space();
                self.at += 1;
            }
            self.value()?;
            if self.is_done {
                // Omits the rest.
                self.at = self.text.len();
                len += 1;
                break;
            }
            len += 1;
        }
        let next = self.entries.len();
        let end = self.at;
        self.entries[index] = Entry {
            len: u32::try_from(len).ok()?,
            ..entry(kind, 0, start, end, next)
        };
        Some(())
    }
}

/// Offsets and entry indices fit in 32 bits because the text does.
fn entry(kind: Kind, flags: u8, start: usize, end: usize, next: usize) -> Entry {
    Entry {
        kind,
        flags,
        start: start as u32,
        end: end as u32,
        next: next as u32,
        len: 0,
    }
}

/// The offset after the string at `start`, and whether it has escapes.
fn string_end(text: &[u8], start: usize) -> Option<(usize, bool)> {
    let mut at = start + 1;
    let mut is_escaped = false;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some((at + 1, is_escaped));
        }
        is_escaped = true;
        at += 2;
    }
}

/// The offset after the array or object at `start`, if it ends before `limit`.
fn end_of(text: &[u8], start: usize, limit: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    while at < limit {
        match text.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' => {
                at = string_end(text, at)?.0;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
