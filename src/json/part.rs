//! Parts of a text on a tape: what somebody asks about, without the rest.
//!
//! The text is known to be JSON. What is left out is passed over, not read.

use std::ops::Range;

use super::{Document, ESCAPED, Entry, Kind};

/// Which parts of a text are put on the tape.
#[derive(Debug, Clone, Copy)]
enum Part<'w> {
    /// What overlaps one of these ranges of bytes, which are in order. Other arrays and objects are
    /// empty, and what follows the last range is not there.
    Around(&'w [Range<usize>]),
    /// The first so many elements of each array. Their lengths are those of the whole arrays.
    Head(usize),
}

impl<'t> Document<'t> {
    /// The values around some ranges of bytes, which are in order, of a text that is known to be JSON.
    /// Arrays and objects that hold none of them are empty, and what follows the last is left out.
    pub(crate) fn around(text: &'t str, ranges: &[Range<usize>]) -> Option<Self> {
        Builder::build(text, Part::Around(ranges))
    }

    /// The first elements of each array of a text that is known to be JSON; lengths are those of the
    /// whole arrays.
    pub(crate) fn head(text: &'t str, elements: usize) -> Option<Self> {
        Builder::build(text, Part::Head(elements))
    }
}

struct Builder<'t, 'w> {
    text: &'t [u8],
    at: usize,
    part: Part<'w>,
    entries: Vec<Entry>,
    /// Whether everything that was asked for is there.
    is_done: bool,
}

impl<'t, 'w> Builder<'t, 'w> {
    fn build(text: &'t str, part: Part<'w>) -> Option<Document<'t>> {
        u32::try_from(text.len()).ok()?;
        let mut builder = Self {
            text: text.as_bytes(),
            at: 0,
            part,
            entries: Vec::new(),
            is_done: false,
        };
        builder.value()?;
        Some(Document {
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
                if let Part::Around(ranges) = self.part {
                    let next = ranges.partition_point(|range| range.end <= start);
                    let limit = ranges.get(next).map_or(usize::MAX, |range| range.start);
                    // What ends before the next range holds none of them.
                    if let Some(end) = end_of(self.text, start, limit) {
                        self.at = end;
                        self.leaf(kind, start);
                        return Some(());
                    }
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
        if let Part::Around(ranges) = self.part {
            self.is_done = ranges.last().is_none_or(|range| range.end <= self.at);
        }
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
            let is_left_out =
                matches!(self.part, Part::Head(elements) if kind == Kind::Array && len >= elements);
            if is_left_out {
                self.at = value_end(self.text, self.at)?;
            } else {
                if kind == Kind::Object {
                    self.string()?;
                    self.skip_space();
                    self.at += 1;
                }
                self.value()?;
                if self.is_done {
                    // The rest is left out.
                    self.at = self.text.len();
                    len += 1;
                    break;
                }
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

/// Offsets and numbers of entries fit, since the text does.
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

/// The offset behind the string at `start`, and whether it has escapes.
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

/// The offset behind the array or object at `start`, if it ends before `limit`.
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

/// The offset behind the value at `start`.
fn value_end(text: &[u8], start: usize) -> Option<usize> {
    match text.get(start)? {
        b'"' => string_end(text, start).map(|(end, _)| end),
        b'{' | b'[' => end_of(text, start, usize::MAX),
        _ => {
            let rest = &text[start..];
            let is_end =
                |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\t' | b'\r');
            Some(start + rest.iter().position(is_end).unwrap_or(rest.len()))
        }
    }
}
