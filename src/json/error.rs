//! Why a text is not JSON, and where.

use std::fmt;



/// The kind of a [`SyntaxError`]. Kinds are stable; messages may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyntaxErrorKind {
    /// The text ends inside a value.
    UnexpectedEnd,
    /// A value was expected.
    ExpectedValue,
    /// A key was expected.
    ExpectedKey,
    /// A key is not followed by a colon.
    ExpectedColon,
    /// A member or element is followed by neither a comma nor the closing bracket.
    ExpectedComma,
    /// A string contains a control character or an invalid escape.
    InvalidString,
    /// A number is malformed.
    InvalidNumber,
    /// There is more text after the value.
    TrailingText,
    /// Nested deeper than 127 levels: possibly valid JSON, but not supported.
    TooDeep,
    /// The text is not UTF-8.
    NotUtf8,
    /// The text is 4 GiB or longer.
    TooLong,
}

impl SyntaxErrorKind {
    /// A stable, machine-readable name.
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

    /// Whether the text could not be read at all, as opposed to being malformed.
    #[must_use]
    pub const fn is_unreadable(self) -> bool {
        matches!(self, Self::TooDeep | Self::NotUtf8 | Self::TooLong)
    }
}

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The kind of error.
    pub kind: SyntaxErrorKind,
    /// The offset in bytes from the start of the text.
    pub offset: usize,
    /// What is wrong, in words.
    pub message: String,
    /// The likely mistake, if the text shows it.
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

/// The offset at which the parser gave up. The message comes from `serde_json`.
pub(super) struct Refused(pub(super) usize, pub(super) SyntaxErrorKind);

/// Lets `serde_json` explain the error, so that the message and position are its own.
pub(super) fn explain(text: &[u8], Refused(offset, kind): Refused) -> SyntaxError {
    let refused = serde_json::from_slice::<serde_json::Value>(text).err();
    // The tape tolerates this error. A parser that discards values tolerates it too and finds the real one.
    let refused = refused.and_then(|error| match is_tolerated(&error) {
        true => serde_json::from_slice::<serde::de::IgnoredAny>(text).err(),
        false => Some(error),
    });
    let (offset, message) = match refused {
        Some(error) => {
            let place = format!(" at line {} column {}", error.line(), error.column());
            let message = error.to_string();
            let message = in_words(message.strip_suffix(&place).unwrap_or(&message));
            // `serde_json` reports column 0 for a line break inside a string; the offset of the tape is more
            // precise.
            let place = match error.column() {
                0 => offset,
                column => offset_of(text, error.line(), column),
            };
            (place, message)
        }
        // Everything that `serde_json` accepts, the tape accepts (a property test checks this). If it ever
        // did not, the offset would still be right.
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

/// What `serde_json` says, in words that do not need its source.
pub(super) fn in_words(message: &str) -> String {
    let words = match message {
        "EOF while parsing a string" => "the text ends inside a string",
        "EOF while parsing an object" => "the text ends inside an object",
        "EOF while parsing a list" => "the text ends inside an array",
        "EOF while parsing a value" => "the text ends where a value is expected",
        "expected value" => "expected a value",
        "expected ident" => "expected `true`, `false` or `null`",
        "expected `:`" => "expected `:` after a key",
        "key must be a string" => "expected a key in double quotes",
        "trailing comma" => "a comma is not allowed before a closing bracket",
        "trailing characters" => "unexpected text after the value",
        "invalid escape" => "invalid escape sequence in a string",
        message if message.starts_with("control character") => "unescaped control character in a string",
        message => message,
    };
    words.to_owned()
}

/// Whether `serde_json` rejects something that is valid JSON: lone surrogates and numbers beyond a double.
pub(super) fn is_tolerated(error: &serde_json::Error) -> bool {
    let tolerated = [
        "number out of range",
        "lone leading surrogate in hex escape",
        "unexpected end of hex escape",
    ];
    let message = error.to_string();
    tolerated.iter().any(|own| message.starts_with(own))
}

/// The offset of a line and column as `serde_json` counts them: in bytes, starting at 1.
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

/// Guesses what the author did wrong.
fn hint(text: &[u8], offset: usize) -> Option<&'static str> {
    let rest = &text[offset.min(text.len())..];
    let before = text[..offset.min(text.len())]
        .iter()
        .rev()
        .find(|byte| !is_space(**byte));
    match (before, rest.first()) {
        (Some(b'{'), Some(b'{')) => {
            Some("two opening braces: an object starts where the first key is expected")
        }
        (Some(b'{'), Some(b'[')) => {
            Some("an array starts where the first key of the object is expected")
        }
        (_, Some(b'\'')) => Some("strings need double quotes"),
        (_, Some(b'/' | b'#')) => Some("JSON has no comments"),
        (_, Some(b'N')) if rest.starts_with(b"None") => Some("`None` is Python; use `null`"),
        (_, Some(b'T')) if rest.starts_with(b"True") => Some("`True` is Python; use `true`"),
        (_, Some(b'F')) if rest.starts_with(b"False") => Some("`False` is Python; use `false`"),
        (_, Some(b'N' | b'I')) if rest.starts_with(b"NaN") || rest.starts_with(b"Infinity") => {
            Some("JSON does not support `NaN` or `Infinity`")
        }
        (None, Some(b'<')) => Some("this looks like HTML or XML"),
        (_, Some(b'.')) if rest.starts_with(b"...") => Some("an ellipsis is not JSON"),
        (Some(b'{' | b','), Some(b'}')) => Some("an extra comma"),
        (Some(b'{'), Some(_)) if rest.contains(&b'}') && is_name(rest) => {
            Some("a placeholder or an unquoted key")
        }
        (Some(b'}' | b']'), Some(b'{' | b'[')) => {
            Some("several documents in a row; NDJSON needs one per line")
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
