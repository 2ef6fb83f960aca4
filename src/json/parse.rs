//! The parser that fills the tape.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::{TapeDocument, ESCAPED, Entry, Kind, SHADOWED, scan, skip};
use super::error::{
    Refused, SyntaxError, SyntaxErrorKind, explain, is_space, looks_like_utf_16,
};

/// `serde_json` rejects the 128th level of nesting.
const MAX_DEPTH: u8 = crate::limits::NESTING;

/// Objects up to this size find repeated keys by comparing all pairs.
const PAIRWISE_KEYS: usize = 16;

pub(super) fn document(text: &[u8]) -> Result<TapeDocument<'_>, SyntaxError> {
    let (document, end) = prefix_within(text)?;
    let rest = &text[end..];
    match rest.iter().position(|byte| !is_space(*byte)) {
        None => Ok(document),
        Some(more) => Err(explain(
            text,
            Refused(end + more, SyntaxErrorKind::TrailingText),
        )),
    }
}

pub(super) fn prefix(text: &[u8]) -> Result<(TapeDocument<'_>, usize), SyntaxError> {
    /// The initial window in bytes. Most values end within it, so the text after them is not read.
    const FIRST: usize = 16 * 1024;
    /// A word cut off by the end of the window is at most this long.
    const WORD: usize = 8;
    let mut window = FIRST;
    loop {
        let is_all = window >= text.len();
        let shown = &text[..window.min(text.len())];
        if !is_all && is_cut(shown) {
            window *= 2;
            continue;
        }
        let found = prefix_within(shown);
        match &found {
            _ if is_all => return found,
            // A number may continue after the window.
            Ok((_, end)) if *end < shown.len() => return found,
            Err(error)
                if error.kind != SyntaxErrorKind::UnexpectedEnd
                    && error.offset + WORD <= shown.len() =>
            {
                return found;
            }
            _ => window *= 2,
        }
    }
}

/// Whether the text ends before its first value does, in which case the error needs no explanation.
fn is_cut(text: &[u8]) -> bool {
    let valid = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
    };
    let refused = Parser::new(valid).value(0).err();
    refused.is_some_and(|Refused(_, kind)| kind == SyntaxErrorKind::UnexpectedEnd)
}

fn prefix_within(text: &[u8]) -> Result<(TapeDocument<'_>, usize), SyntaxError> {
    if u32::try_from(text.len()).is_err() {
        return Err(SyntaxError {
            kind: SyntaxErrorKind::TooLong,
            offset: 0,
            message: "text of 4 GiB or more".to_owned(),
            hint: None,
        });
    }
    let (valid, broken) = match std::str::from_utf8(text) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = std::str::from_utf8(&text[..error.valid_up_to()]);
            (valid.unwrap_or_default(), Some(error.valid_up_to()))
        }
    };
    let mut parser = Parser::new(valid);
    match parser.value(0) {
        Ok(()) => {
            let end = parser.at;
            let document = TapeDocument {
                text: valid,
                entries: parser.entries,
                repeated: parser.repeated,
                stand_ins: None,
            };
            Ok((document, end))
        }
        Err(refused) => {
            let error = explain(valid.as_bytes(), refused);
            match broken {
                Some(offset) if error.offset + 1 >= offset => Err(SyntaxError {
                    kind: SyntaxErrorKind::NotUtf8,
                    offset,
                    message: "not UTF-8".to_owned(),
                    hint: looks_like_utf_16(text)
                        .then_some("it looks like UTF-16; convert it to UTF-8"),
                }),
                _ => Err(error),
            }
        }
    }
}

pub(super) fn head(text: &str, elements: u32) -> Option<TapeDocument<'_>> {
    u32::try_from(text.len()).ok()?;
    let mut parser = Parser::new(text);
    parser.elements = elements;
    parser.value(0).ok()?;
    Some(TapeDocument {
        text,
        entries: parser.entries,
        repeated: parser.repeated,
        stand_ins: None,
    })
}

pub(super) fn prefix_length(text: &str) -> Option<usize> {
    u32::try_from(text.len()).ok()?;
    let mut parser = Parser::new(text);
    parser.value(0).ok().map(|()| parser.at)
}

struct Parser<'t> {
    text: &'t [u8],
    document: &'t str,
    at: usize,
    /// How many elements of each array to read. The others are skipped and counted.
    elements: u32,
    entries: Vec<Entry>,
    repeated: Vec<u32>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            document: text,
            at: 0,
            elements: u32::MAX,
            entries: Vec::new(),
            repeated: Vec::new(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Fails at the current position, with `UnexpectedEnd` at the end of the text.
    fn refuse<T>(&self, kind: SyntaxErrorKind) -> Result<T, Refused> {
        Err(Refused(
            self.at,
            match self.peek() {
                Some(_) => kind,
                None => SyntaxErrorKind::UnexpectedEnd,
            },
        ))
    }

    fn open(&mut self, kind: Kind) -> usize {
        self.entries.push(Entry {
            kind,
            flags: 0,
            start: self.at as u32,
            end: 0,
            next: 0,
            len: 0,
        });
        self.entries.len() - 1
    }

    fn close(&mut self, index: usize, len: u32) {
        let next = self.entries.len() as u32;
        let entry = &mut self.entries[index];
        entry.end = self.at as u32;
        entry.next = next;
        entry.len = len;
    }

    fn value(&mut self, depth: u8) -> Result<(), Refused> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.word(b"null", Kind::Null),
            Some(b't') => self.word(b"true", Kind::Boolean),
            Some(b'f') => self.word(b"false", Kind::Boolean),
            _ => self.refuse(SyntaxErrorKind::ExpectedValue),
        }
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<(), Refused> {
        if !self.text[self.at..].starts_with(word) {
            return self.refuse(SyntaxErrorKind::ExpectedValue);
        }
        let index = self.open(kind);
        self.at += word.len();
        self.close(index, 0);
        Ok(())
    }

    fn array(&mut self, depth: u8) -> Result<(), Refused> {
        if depth == MAX_DEPTH {
            return self.refuse(SyntaxErrorKind::TooDeep);
        }
        let index = self.open(Kind::Array);
        self.at += 1;
        self.skip_space();
        let mut len = 0;
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                self.value(depth + 1)?;
                len += 1;
                self.skip_space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b']') => break self.at += 1,
                    _ => return self.refuse(SyntaxErrorKind::ExpectedComma),
                }
                if len == self.elements {
                    let Some((end, others)) = skip::elements(self.text, self.at) else {
                        self.at = self.text.len();
                        return self.refuse(SyntaxErrorKind::UnexpectedEnd);
                    };
                    len += others;
                    break self.at = end;
                }
            }
        }
        self.close(index, len);
        Ok(())
    }

    fn object(&mut self, depth: u8) -> Result<(), Refused> {
        if depth == MAX_DEPTH {
            return self.refuse(SyntaxErrorKind::TooDeep);
        }
        let index = self.open(Kind::Object);
        self.at += 1;
        self.skip_space();
        let mut len = 0;
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                self.skip_space();
                if self.peek() != Some(b'"') {
                    return self.refuse(SyntaxErrorKind::ExpectedKey);
                }
                self.string()?;
                self.skip_space();
                if self.peek() != Some(b':') {
                    return self.refuse(SyntaxErrorKind::ExpectedColon);
                }
                self.at += 1;
                self.value(depth + 1)?;
                len += 1;
                self.skip_space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => break self.at += 1,
                    _ => return self.refuse(SyntaxErrorKind::ExpectedComma),
                }
            }
        }
        self.close(index, len);
        if len > 1 {
            let shadowed = self.shadow_repeated_keys(index);
            self.entries[index].len -= shadowed;
        }
        Ok(())
    }

    /// Marks every key that a later member repeats, and returns how many there are.
    fn shadow_repeated_keys(&mut self, object: usize) -> u32 {
        let len = self.entries[object].len as usize;
        let mut keys = Vec::with_capacity(len);
        let mut at = object + 1;
        while at < self.entries.len() {
            keys.push(at);
            at = self.entries[at + 1].next as usize;
        }
        let shadowed: Vec<usize> = if len <= PAIRWISE_KEYS {
            let repeats = |(i, key): (usize, &usize)| {
                let repeated = keys[i + 1..]
                    .iter()
                    .any(|later| self.same_key(*key, *later));
                repeated.then_some(*key)
            };
            keys.iter().enumerate().filter_map(repeats).collect()
        } else {
            let mut seen = FxHashSet::default();
            let mut shadowed: Vec<usize> = keys
                .into_iter()
                .rev()
                .filter(|key| !seen.insert(self.key(*key)))
                .collect();
            shadowed.reverse();
            shadowed
        };
        for &key in &shadowed {
            self.entries[key].flags |= SHADOWED;
            self.repeated.push(key as u32);
        }
        shadowed.len() as u32
    }

    fn same_key(&self, left: usize, right: usize) -> bool {
        let (l, r) = (&self.entries[left], &self.entries[right]);
        if (l.flags | r.flags) & ESCAPED == 0 {
            self.text[l.start as usize..l.end as usize]
                == self.text[r.start as usize..r.end as usize]
        } else {
            self.key(left) == self.key(right)
        }
    }

    fn key(&self, index: usize) -> Cow<'_, str> {
        let entry = &self.entries[index];
        let quoted = &self.document[entry.start as usize..entry.end as usize];
        if entry.flags & ESCAPED == 0 {
            Cow::Borrowed(quoted)
        } else {
            Cow::Owned(format!("\"{}\"", unescape(quoted)))
        }
    }

    fn string(&mut self) -> Result<(), Refused> {
        let index = self.open(Kind::String);
        self.at += 1;
        // The end of the last escape.
        let mut escaped = None;
        loop {
            self.at = scan::stop_from(self.text, self.at);
            match self.peek() {
                Some(b'"') => break self.at += 1,
                Some(b'\\') => {
                    self.entries[index].flags |= ESCAPED;
                    let from = self.at;
                    // If escapes follow each other closely, expect more of them; a single one is faster to
                    // skip on its own.
                    let passed = match escaped {
                        Some(last) if from - last < 16 => {
                            scan::stop_behind_escapes(self.text, from) - from
                        }
                        _ => 0,
                    };
                    match passed {
                        0 => self.escape()?,
                        _ => self.at += passed,
                    }
                    escaped = (passed == 0 || passed >= scan::BLOCK).then_some(self.at);
                }
                Some(0x20..) => self.at += 1,
                Some(..0x20) | None => return self.refuse(SyntaxErrorKind::InvalidString),
            }
        }
        self.close(index, 0);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Refused> {
        match self.text.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            // A lone surrogate is not a character, but it is valid JSON (RFC 8259, section 8.2).
            Some(b'u') => {
                self.code_unit(self.at)?;
                self.at += 6;
                Ok(())
            }
            _ => self.refuse(SyntaxErrorKind::InvalidString),
        }
    }

    /// Reads the code unit of `\uXXXX` at `at`.
    fn code_unit(&self, at: usize) -> Result<u16, Refused> {
        self.document
            .get(at..at + 6)
            .and_then(|escape| escape.strip_prefix("\\u"))
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
            .ok_or(Refused(at, SyntaxErrorKind::InvalidString))
    }

    fn number(&mut self) -> Result<(), Refused> {
        let index = self.open(Kind::Number);
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return self.refuse(SyntaxErrorKind::InvalidNumber),
        }
        // A digit after a leading zero is left to the caller, which then misses a comma there.
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        self.close(index, 0);
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<(), Refused> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.refuse(SyntaxErrorKind::InvalidNumber);
        }
        self.digits();
        Ok(())
    }
}

/// Converts a number that the parser has accepted.
pub(super) fn number(literal: &str) -> serde_json::Number {
    // Numbers beyond a double become the largest double. Callers that need more precision read the digits.
    let largest = || {
        let largest = match literal.starts_with('-') {
            true => f64::MIN,
            false => f64::MAX,
        };
        serde_json::Number::from_f64(largest).unwrap_or_else(|| 0.into())
    };
    serde_json::from_str(literal).unwrap_or_else(|_| largest())
}

/// Decodes a quoted string that the parser has accepted.
pub(super) fn unescape(quoted: &str) -> Cow<'_, str> {
    let content = quoted.get(1..quoted.len().saturating_sub(1));
    Cow::Owned(scan::unescape(content.unwrap_or_default()))
}
