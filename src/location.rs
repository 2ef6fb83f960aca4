//! Where something is: in a file, on a side of an exchange, in a payload, in a class of payloads.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS};
use serde::Serialize;

/// Bytes of a text between positions that are kept, so that a text with many places is read once.
pub(crate) const STRIDE: usize = 1024;

/// A place in a text: lines and columns count from 1, bytes from 0.
///
/// A column counts Unicode scalar values, as editors do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Offset in bytes from the start of the (decompressed) file.
    pub byte: u64,
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
}

impl Position {
    /// The start of a text.
    pub const START: Self = Self {
        byte: 0,
        line: 1,
        column: 1,
    };

    /// The position of the byte at `offset` in a text that starts here.
    #[must_use]
    pub fn at_offset(self, text: &[u8], offset: usize) -> Self {
        self.after(&text[..offset.min(text.len())])
    }

    /// The position after reading `text` from here.
    #[must_use]
    pub fn after(self, text: &[u8]) -> Self {
        let lines = memchr::memchr_iter(b'\n', text).count() as u64;
        let last_line = match memchr::memrchr(b'\n', text) {
            Some(newline) => &text[newline + 1..],
            None => text,
        };
        let characters = characters(last_line);
        Self {
            byte: self.byte + text.len() as u64,
            line: self.line + lines,
            column: if lines == 0 {
                self.column + characters
            } else {
                1 + characters
            },
        }
    }
}

/// Counts the characters of UTF-8 text: every byte that is not a continuation byte.
fn characters(text: &[u8]) -> u64 {
    // The count for one chunk fits in a byte, so many bytes are counted at once.
    let starts = |chunk: &[u8]| -> u8 {
        let starts = chunk.iter().map(|byte| u8::from(byte & 0xC0 != 0x80));
        starts.sum()
    };
    text.chunks(128).map(|chunk| u64::from(starts(chunk))).sum()
}

/// The two sides of an exchange.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What the client sends.
    Request,
    /// What the server sends.
    Response,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Response => "response",
        })
    }
}

/// Where an exchange, a payload or a piece of evidence was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The file as the user would name it; `<stdin>` for standard input.
    pub file: Arc<str>,
    /// Number of the entry in a file that holds several, from 1: a HAR entry, a line of NDJSON, a
    /// message of a raw HTTP file, a block of a guide.
    pub entry: Option<u64>,
    /// The place in the file, after decompression.
    pub position: Position,
}

impl Origin {
    /// The start of a file with this name.
    #[must_use]
    pub(crate) fn of_file(name: &str) -> Self {
        Self {
            file: name.into(),
            entry: None,
            position: Position::START,
        }
    }

    /// The same file and entry, at another position.
    #[must_use]
    pub fn at(&self, position: Position) -> Self {
        Self {
            file: Arc::clone(&self.file),
            entry: self.entry,
            position,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.file.chars() {
            // File names may contain characters that control a terminal.
            match character.is_control()
                || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            {
                true => write!(f, "{}", character.escape_unicode())?,
                false => f.write_char(character)?,
            }
        }
        write!(f, ":{}:{}", self.position.line, self.position.column)
    }
}

impl Ord for Origin {
    fn cmp(&self, other: &Self) -> Ordering {
        // Places in one file mostly share its name.
        let files = match Arc::ptr_eq(&self.file, &other.file) {
            true => Ordering::Equal,
            false => self.file.cmp(&other.file),
        };
        files.then_with(|| (self.position, self.entry).cmp(&(other.position, other.entry)))
    }
}

impl PartialOrd for Origin {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Characters that are percent-encoded in the path of a URI (RFC 3986 section 3.3).
pub(crate) const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Characters that are percent-encoded in a URI fragment (RFC 3986 section 3.5).
const NOT_IN_FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A JSON pointer (RFC 6901) into a payload or a schema, kept in its escaped text form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole document.
    #[must_use]
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Takes a pointer that is already escaped, such as `/a~1b/0`.
    #[must_use]
    pub fn from_escaped(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Appends an object key, escaping `~` and `/`.
    pub fn push_key(&mut self, key: &str) {
        self.0.push('/');
        push_escaped(&mut self.0, key);
    }

    /// Appends an array position.
    pub fn push_index(&mut self, index: usize) {
        self.0.push('/');
        self.0.push_str(&index.to_string());
    }

    /// The pointer one key further down.
    #[must_use]
    pub fn join(&self, key: &str) -> Self {
        let mut longer = self.clone();
        longer.push_key(key);
        longer
    }

    /// The pointer one step further up; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.0.rsplit_once('/')?;
        Some(Self(parent.to_owned()))
    }

    /// Truncates the text to an earlier length, dropping what was appended since.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// Calls `act` with the pointer one key further down.
    pub(crate) fn within<T>(&mut self, key: &str, act: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.0.len();
        self.push_key(key);
        let result = act(self);
        self.0.truncate(length);
        result
    }

    /// The pointer as the fragment of a URI: percent-encoded where RFC 3986 requires it.
    #[must_use]
    pub fn to_fragment(&self) -> String {
        percent_encoding::utf8_percent_encode(&self.0, NOT_IN_FRAGMENT).to_string()
    }

    /// The pointer with positions folded. A key that consists of digits is taken for a position.
    #[must_use]
    pub fn folded(&self) -> PathPattern {
        let steps = self.steps().map(|step| {
            let is_index = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
            match is_index {
                true => Step::Any,
                false => Step::Key(step.as_ref().into()),
            }
        });
        PathPattern(steps.collect())
    }

    /// The keys and positions from the root, unescaped.
    pub fn steps(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(1).map(|step| {
            if step.contains('~') {
                Cow::Owned(step.replace("~1", "/").replace("~0", "~"))
            } else {
                Cow::Borrowed(step)
            }
        })
    }

    /// The escaped text; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn push_escaped(out: &mut String, key: &str) {
    for character in key.chars() {
        match character {
            '~' => out.push_str("~0"),
            '/' => out.push_str("~1"),
            other => out.push(other),
        }
    }
}

/// One step of a [`PathPattern`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The member with this key.
    Key(Arc<str>),
    /// Any element of an array, or any member of an object whose keys are data.
    Any,
}

/// A class of places in payloads: a JSON pointer in which array positions, and keys that are data,
/// are folded to `*`, such as `/data/*/archived`.
///
/// A key that is literally `*` is written `"*"`, which distinguishes it from the wildcard; one that is `"*"` gets
/// another pair of quotes, and so on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PathPattern(Vec<Step>);

impl PathPattern {
    /// The pattern of the whole payload.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The pattern made of these steps.
    #[must_use]
    pub const fn from_steps(steps: Vec<Step>) -> Self {
        Self(steps)
    }

    /// Parses a pattern: a JSON pointer in which `*` stands for any element or member.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_empty() && !text.starts_with('/') {
            return None;
        }
        let pointer = Pointer::from_escaped(text);
        let steps = pointer.steps().map(|step| match &*step {
            "*" => Step::Any,
            name if is_quoted_wildcard(name) => Step::Key(name[1..name.len() - 1].into()),
            name => Step::Key(name.into()),
        });
        Some(Self(steps.collect()))
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Appends a step.
    pub fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    /// The pattern one step further down.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        let mut longer = self.clone();
        longer.push(step);
        longer
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                Step::Any => f.write_str("/*")?,
                Step::Key(key) if is_quoted_wildcard(key) => write!(f, "/\"{key}\"")?,
                Step::Key(key) => {
                    let mut escaped = String::with_capacity(key.len() + 1);
                    push_escaped(&mut escaped, key);
                    write!(f, "/{escaped}")?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a key is `*` in any number of quotes.
fn is_quoted_wildcard(key: &str) -> bool {
    let rest = key.trim_start_matches('"');
    let quotes = &key[..key.len() - rest.len()];
    rest.strip_prefix('*') == Some(quotes)
}

impl Serialize for PathPattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for PathPattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a place does not start with a slash"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_as_rfc_6901_says() {
        let mut pointer = Pointer::root();
        pointer.push_key("a/b");
        pointer.push_key("m~n");
        pointer.push_key("");
        pointer.push_index(7);
        assert_eq!(pointer.as_str(), "/a~1b/m~0n//7");
    }

    #[test]
    fn columns_count_characters() {
        let end = Position::START.after("{\n  é".as_bytes());
        assert_eq!((end.byte, end.line, end.column), (6, 2, 4));
    }

    #[test]
    fn a_pattern_is_read_as_it_is_written() {
        let pattern = PathPattern::parse("/data/*/a~1b").expect("a pattern");
        assert_eq!(pattern.to_string(), "/data/*/a~1b");
        assert_eq!(PathPattern::parse("data"), None);
    }

    #[test]
    fn a_literal_star_is_not_the_wildcard() {
        let pattern = PathPattern::from_steps(vec![Step::Any, Step::Key("*".into())]);
        assert_eq!(pattern.to_string(), "/*/\"*\"");
        for key in ["*", "\"*\"", "\"\"*\"\"", "\"*", "*\"", "\"", "\"\"", "\"é", "**", "\"*\"\"", ""] {
            let pattern = PathPattern::from_steps(vec![Step::Key(key.into()), Step::Any]);
            assert_eq!(PathPattern::parse(&pattern.to_string()), Some(pattern), "{key}");
        }
    }

    #[test]
    fn origins_sort_by_file_then_place() {
        let origin = |file: &str, byte| Origin {
            file: file.into(),
            entry: None,
            position: Position {
                byte,
                line: 1,
                column: byte + 1,
            },
        };
        assert!(origin("a", 9) < origin("b", 0));
        assert!(origin("a", 1) < origin("a", 9));
    }
}
