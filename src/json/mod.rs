//! JSON text with positions: a tape of the values of one document, each with its byte span.
//!
//! The tape rejects what `serde_json` rejects (nesting deeper than 127, a byte order mark), with the same
//! message and position. Two exceptions are valid JSON (RFC 8259): lone surrogates are read as U+FFFD, and
//! numbers beyond the range of a double keep their digits.
//!
//! Unlike `serde_json::Value`, the tape keeps the order of members, repeated keys and the position of every
//! value. It implements the value representation of the `jsonschema` crate ([`Tape`]), so any subtree can be
//! passed to that crate as is.

pub(crate) mod decimal;
mod error;
mod parse;
mod part;
pub(crate) mod scan;
pub(crate) mod skim;
mod skip;
mod tape;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use decimal::Decimal;
pub(crate) use skip::ValueEnd;

pub use error::{SyntaxError, SyntaxErrorKind};
pub use tape::{Tape, TapeNode};

/// The kind of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `false` or `true`
    Boolean,
    /// A number, integer or not.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Null,
        Self::Boolean,
        Self::Number,
        Self::String,
        Self::Array,
        Self::Object,
    ];

    /// The kind of a `serde_json` value.
    #[must_use]
    pub const fn of(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(_) => Self::Boolean,
            serde_json::Value::Number(_) => Self::Number,
            serde_json::Value::String(_) => Self::String,
            serde_json::Value::Array(_) => Self::Array,
            serde_json::Value::Object(_) => Self::Object,
        }
    }

    /// The JSON Schema name of the kind. [`Value::is_integer`] distinguishes integers from other numbers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// One entry of the tape. A key is an entry of kind `String`, followed by its value.
#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: Kind,
    /// Bits: `ESCAPED` for a string with escapes, `SHADOWED` for a key that a later member repeats.
    flags: u8,
    /// Byte span in the text, quotes and brackets included.
    start: u32,
    end: u32,
    /// The index of the entry after this value and everything in it.
    next: u32,
    /// The number of members or elements; repeated keys count once.
    len: u32,
}

const ESCAPED: u8 = 1;
const SHADOWED: u8 = 2;

/// A parsed JSON text. Offsets are 32 bits wide, so a text of 4 GiB or more is rejected.
#[derive(Debug)]
pub struct TapeDocument<'t> {
    text: &'t str,
    entries: Vec<Entry>,
    /// Indices of keys that occur again later in the same object.
    repeated: Vec<u32>,
    /// The text before strings replaced some of its parts, and the offsets of those strings.
    stand_ins: Option<(&'t str, &'t [usize])>,
}

/// The text without leading white space (RFC 8259, section 2; form feed is not white space).
pub(crate) fn trim_start(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_white_space(*byte));
    &text[start.unwrap_or(text.len())..]
}

/// The text without trailing white space.
pub(crate) fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !is_white_space(*byte));
    &text[..end.map_or(0, |end| end + 1)]
}

/// Whether JSON allows this byte between tokens.
pub(crate) const fn is_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

impl<'t> TapeDocument<'t> {
    /// Parses one whole text.
    ///
    /// # Errors
    ///
    /// Where and why the text is not one JSON value.
    pub fn parse(text: &'t [u8]) -> Result<Self, SyntaxError> {
        parse::document(text)
    }

    /// The value null.
    pub(crate) fn null() -> Self {
        Self {
            text: "null",
            entries: vec![Entry {
                kind: Kind::Null,
                flags: 0,
                start: 0,
                end: 4,
                next: 1,
                len: 0,
            }],
            repeated: Vec::new(),
            stand_ins: None,
        }
    }

    /// Parses the value that `text` starts with and returns it with the offset of its end.
    ///
    /// # Errors
    ///
    /// Where and why the text does not start with a JSON value.
    pub fn parse_prefix(text: &'t [u8]) -> Result<(Self, usize), SyntaxError> {
        parse::prefix(text)
    }

    /// The first elements of each array, and all members of each object. The remaining elements are counted
    /// but not parsed, so arrays report their full length. The skipped part may be malformed.
    ///
    /// `None` when the rest is not JSON.
    pub(crate) fn head(text: &'t [u8], elements: u32) -> Option<Self> {
        parse::head(std::str::from_utf8(text).ok()?, elements)
    }

    /// The length of the value at the start of `text`, including leading white space; `None` if `text` does
    /// not start with a value. Nothing after the value is read.
    #[must_use]
    pub fn prefix_length(text: &str) -> Option<usize> {
        parse::prefix_length(text)
    }

    /// The value of the whole document.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        Value {
            document: self,
            index: 0,
        }
    }

    /// The text the document was parsed from.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The same document, in which some strings replace other content. `original` has the same length as the
    /// text, and `at` holds the offsets of those strings.
    pub(crate) fn standing_in(mut self, original: &'t str, at: &'t [usize]) -> Self {
        self.stand_ins = (original.len() == self.text.len()).then_some((original, at));
        self
    }

    /// The text to display: the original content instead of the strings that replaced it.
    pub(crate) fn shown_text(&self) -> &'t str {
        self.stand_ins.map_or(self.text, |(original, _)| original)
    }

    /// The number of values.
    pub(crate) fn values(&self) -> usize {
        let objects = self
            .entries
            .iter()
            .filter(|entry| entry.kind == Kind::Object);
        let members: usize = objects.map(|object| object.len as usize).sum();
        // Each key is an entry as well.
        self.entries.len() - members
    }

    /// Keys that a later member of the same object repeats. As in `serde_json`, the last one counts.
    pub fn repeated_keys(&self) -> impl Iterator<Item = Key<'_>> {
        self.repeated.iter().map(|&index| Key {
            document: self,
            index,
        })
    }
}

/// One value of a [`TapeDocument`]; cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Value<'d> {
    document: &'d TapeDocument<'d>,
    index: u32,
}

impl<'d> Value<'d> {
    fn entry(self) -> &'d Entry {
        &self.document.entries[self.index as usize]
    }

    /// The index of the value in its document.
    pub(crate) fn index(self) -> u32 {
        self.index
    }

    /// Whether the value replaces content that is not JSON.
    pub(crate) fn is_stand_in(self) -> bool {
        let stand_ins = self.document.stand_ins;
        stand_ins.is_some_and(|(_, at)| at.binary_search(&(self.entry().start as usize)).is_ok())
    }

    /// The kind of the value.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.entry().kind
    }

    /// The byte range of the value in the document's text.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        span(self.entry())
    }

    /// The text of the value as written.
    #[must_use]
    pub fn raw(self) -> &'d str {
        &self.document.text[self.span()]
    }

    /// The decoded string, if the value is one.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'d, str>> {
        (self.kind() == Kind::String).then(|| decode(self.document, self.entry()))
    }

    /// The number as `serde_json` represents it, if the value is one.
    #[must_use]
    pub fn as_number(self) -> Option<serde_json::Number> {
        (self.kind() == Kind::Number).then(|| parse::number(self.raw()))
    }

    /// The boolean, if the value is one.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then(|| self.raw() == "true")
    }

    /// Whether the value is a number without a fractional part (`1.0` is).
    #[must_use]
    pub fn is_integer(self) -> bool {
        if self.kind() != Kind::Number {
            return false;
        }
        let raw = self.raw();
        let is_plain = !raw.contains(['.', 'e', 'E']);
        is_plain || Decimal::parse(raw).is_some_and(|number| number.is_integer())
    }

    /// The number of members of an object or elements of an array; 0 for anything else.
    #[must_use]
    pub fn len(self) -> usize {
        self.entry().len as usize
    }

    /// Whether the value has no members or elements.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The members of an object in document order, without those that a later member repeats; empty for other
    /// values.
    #[must_use]
    pub fn members(self) -> Members<'d> {
        Members(self.children(Kind::Object))
    }

    /// The members of an object, including those that a later member repeats.
    pub fn all_members(self) -> impl Iterator<Item = (Key<'d>, Value<'d>)> {
        let Children {
            document,
            mut at,
            end,
        } = self.children(Kind::Object);
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let key = Key {
                    document,
                    index: at,
                };
                let value = Value {
                    document,
                    index: at + 1,
                };
                at = value.entry().next;
                (key, value)
            })
        })
    }

    /// The text of the document that contains the value.
    #[must_use]
    pub fn document_text(self) -> &'d str {
        self.document.text
    }

    /// The elements of an array; empty for other values.
    #[must_use]
    pub fn elements(self) -> Elements<'d> {
        Elements(self.children(Kind::Array))
    }

    fn children(self, kind: Kind) -> Children<'d> {
        let end = if self.kind() == kind {
            self.entry().next
        } else {
            self.index + 1
        };
        Children {
            document: self.document,
            at: self.index + 1,
            end,
        }
    }

    /// The value of the member with this key, if the value is an object with such a member.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'d>> {
        self.members()
            .find(|(name, _)| name.is(key))
            .map(|(_, value)| value)
    }

    /// The value as `serde_json` would have read it.
    #[must_use]
    pub fn to_serde(self) -> serde_json::Value {
        match self.kind() {
            Kind::Null => serde_json::Value::Null,
            Kind::Boolean => (self.raw() == "true").into(),
            Kind::Number => serde_json::Value::Number(parse::number(self.raw())),
            Kind::String => decode(self.document, self.entry()).into_owned().into(),
            Kind::Array => self.elements().map(Value::to_serde).collect(),
            Kind::Object => serde_json::Value::Object(
                self.members()
                    .map(|(key, value)| (key.name().into_owned(), value.to_serde()))
                    .collect(),
            ),
        }
    }
}

/// The key of a member.
#[derive(Debug, Clone, Copy)]
pub struct Key<'d> {
    document: &'d TapeDocument<'d>,
    index: u32,
}

impl<'d> Key<'d> {
    fn entry(self) -> &'d Entry {
        &self.document.entries[self.index as usize]
    }

    /// The decoded key.
    #[must_use]
    pub fn name(self) -> Cow<'d, str> {
        decode(self.document, self.entry())
    }

    /// The key as written, if it has no escapes.
    pub(crate) fn plain(self) -> Option<&'d [u8]> {
        let entry = self.entry();
        let content = entry.start as usize + 1..entry.end as usize - 1;
        (entry.flags & ESCAPED == 0).then(|| &self.document.text.as_bytes()[content])
    }

    /// The byte range of the key, including the quotes.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        span(self.entry())
    }

    /// Whether the decoded key is `name`.
    #[must_use]
    pub fn is(self, name: &str) -> bool {
        let entry = self.entry();
        if entry.flags & ESCAPED == 0 {
            self.document.text[entry.start as usize + 1..entry.end as usize - 1] == *name
        } else {
            self.name() == name
        }
    }
}

fn span(entry: &Entry) -> Range<usize> {
    entry.start as usize..entry.end as usize
}

fn decode<'d>(document: &'d TapeDocument<'d>, entry: &Entry) -> Cow<'d, str> {
    let quoted = &document.text[span(entry)];
    if entry.flags & ESCAPED == 0 {
        Cow::Borrowed(&quoted[1..quoted.len() - 1])
    } else {
        parse::unescape(quoted)
    }
}

#[derive(Debug, Clone)]
struct Children<'d> {
    document: &'d TapeDocument<'d>,
    at: u32,
    end: u32,
}

/// Iterates over the members of an object.
#[derive(Debug, Clone)]
pub struct Members<'d>(Children<'d>);

impl<'d> Iterator for Members<'d> {
    type Item = (Key<'d>, Value<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        let Children { document, at, end } = &mut self.0;
        while at < end {
            let key = Key {
                document,
                index: *at,
            };
            let value = Value {
                document,
                index: *at + 1,
            };
            *at = value.entry().next;
            if key.entry().flags & SHADOWED == 0 {
                return Some((key, value));
            }
        }
        None
    }
}

/// Iterates over the elements of an array.
#[derive(Debug, Clone)]
pub struct Elements<'d>(Children<'d>);

impl<'d> Iterator for Elements<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let Children { document, at, end } = &mut self.0;
        (at < end).then(|| {
            let value = Value {
                document,
                index: *at,
            };
            *at = value.entry().next;
            value
        })
    }
}

#[cfg(test)]
mod tests;
