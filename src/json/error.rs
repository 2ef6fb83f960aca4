//! Why a text is not JSON, and where.

use std::fmt;



/// What sort of error a [`SyntaxError`] is: stable, where messages may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SyntaxErrorKind {
    /// The text ends inside a value.
    UnexpectedEnd,
    /// No value stands where one should.
    ExpectedValue,
    /// No key stands where one should.
    ExpectedKey,
    /// A key is not followed by a colon.
    ExpectedColon,
    /// A member or element is followed by neither a comma nor the closing bracket.
    ExpectedComma,
    /// A string holds a control character or a bad escape.
    InvalidString,
    /// A number is malformed.
    InvalidNumber,
    /// Something follows the value.
    TrailingText,
    /// Nesting is deeper than 127 levels: it may be JSON, but it is not read.
    TooDeep,
    /// The text is not UTF-8.
    NotUtf8,
    /// The text is 4 GiB or longer.
    TooLong,
}

impl SyntaxErrorKind {
    /// A name for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnexpectedEnd => "unexpected-end",
            Self::ExpectedValue => "expected-value",
            Self::ExpectedKey => "expected-key",
            Self::ExpectedColon => "expected-colon",
            Self::ExpectedComma => "expected-comma",
            Self::InvalidString => "invalid-string",
            Self::InvalidNumber => "invalid-number",
            Self::TrailingText => "trailing-text",
            Self::TooDeep => "too-deep",
            Self::NotUtf8 => "not-utf-8",
            Self::TooLong => "too-long",
        }
    }

    /// Whether the text could not be read at all, rather than read and found malformed.
    #[must_use]
    pub const fn is_unreadable(self) -> bool {
        matches!(self, Self::TooDeep | Self::NotUtf8 | Self::TooLong)
    }
}

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What sort of error it is.
    pub kind: SyntaxErrorKind,
    /// Offset in bytes from the start of the text.
    pub offset: usize,
    /// What is wrong, in the words of `serde_json`.
    pub message: String,
    /// What the writer probably did, where the text shows it.
    pub hint: Option<&'static str>,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(hint) = self.hint {
            write!(f, ": {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SyntaxError {}

/// The parser gave up at this offset; what `serde_json` says of the text is the message.
pub(super) struct Refused(pub(super) usize, pub(super) SyntaxErrorKind);

/// Asks `serde_json` what is wrong, so that message and place are its own.
pub(super) fn explain(text: &[u8], Refused(offset, kind): Refused) -> SyntaxError {
    let refused = serde_json::from_slice::<serde_json::Value>(text).err();
    // What the tape accepts is not what is wrong: who keeps no values does, too.
    let refused = refused.and_then(|error| match is_tolerated(&error) {
        true => serde_json::from_slice::<serde::de::IgnoredAny>(text).err(),
        false => Some(error),
    });
    let (offset, message) = match refused {
        Some(error) => {
            let place = format!(" at line {} column {}", error.line(), error.column());
            let message = error.to_string();
            let message = message.strip_suffix(&place).unwrap_or(&message).to_owned();
            // Column 0 is that of a line end inside a string, for which we know better.
            let place = match error.column() {
                0 => offset,
                column => offset_of(text, error.line(), column),
            };
            (place, message)
        }
        // The tape refuses nothing that serde_json accepts (a property test holds them together);
        // should it ever, the place is still right.
        None => (offset, "not JSON".to_owned()),
    };
    let hint = match kind {
        SyntaxErrorKind::TooDeep => Some("nested deeper than 127 levels"),
        _ => hint(text, offset),
    };
    SyntaxError {
        kind,
        offset,
        message,
        hint,
    }
}

/// Whether an error of `serde_json` is none: surrogates that stand alone and numbers beyond a double are JSON.
pub(super) fn is_tolerated(error: &serde_json::Error) -> bool {
    let tolerated = [
        "number out of range",
        "lone leading surrogate in hex escape",
        "unexpected end of hex escape",
    ];
    let message = error.to_string();
    tolerated.iter().any(|own| message.starts_with(own))
}

/// The offset of a line and column as `serde_json` counts them: bytes, from 1.
fn offset_of(text: &[u8], line: usize, column: usize) -> usize {
    let start = if line <= 1 {
        0
    } else {
        memchr::memchr_iter(b'\n', text)
            .nth(line - 2)
            .map_or(text.len(), |newline| newline + 1)
    };
    (start + column.saturating_sub(1)).min(text.len())
}

/// Says what the writer probably did.
fn hint(text: &[u8], offset: usize) -> Option<&'static str> {
    let rest = &text[offset.min(text.len())..];
    let before = text[..offset.min(text.len())]
        .iter()
        .rev()
        .find(|byte| !is_space(**byte));
    match (before, rest.first()) {
        (Some(b'{'), Some(b'{')) => {
            Some("two opening braces: an object opens where its first key should stand")
        }
        (Some(b'{'), Some(b'[')) => {
            Some("an array opens where the object's first key should stand")
        }
        (_, Some(b'\'')) => Some("strings take double quotes"),
        (_, Some(b'/' | b'#')) => Some("JSON has no comments"),
        (_, Some(b'N')) if rest.starts_with(b"None") => {
            Some("`None` is Python; JSON writes `null`")
        }
        (_, Some(b'T')) if rest.starts_with(b"True") => {
            Some("`True` is Python; JSON writes `true`")
        }
        (_, Some(b'F')) if rest.starts_with(b"False") => {
            Some("`False` is Python; JSON writes `false`")
        }
        (_, Some(b'N' | b'I')) if rest.starts_with(b"NaN") || rest.starts_with(b"Infinity") => {
            Some("JSON has no such number")
        }
        (None, Some(b'<')) => Some("this looks like HTML or XML"),
        (_, Some(b'.')) if rest.starts_with(b"...") => Some("an ellipsis is not JSON"),
        (Some(b'{' | b','), Some(b'}')) => Some("a comma too many"),
        (Some(b'{'), Some(_)) if rest.contains(&b'}') && is_name(rest) => {
            Some("a placeholder or a key without quotes")
        }
        (Some(b'}' | b']'), Some(b'{' | b'[')) => {
            Some("several documents in a row: NDJSON has one on each line")
        }
        _ => None,
    }
}

/// Whether the text starts with a bare name.
fn is_name(text: &[u8]) -> bool {
    text.first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
}

pub(super) fn looks_like_utf_16(text: &[u8]) -> bool {
    text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff")
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r')
}
