//! JSON text with places: a tape of the values of one document, each with its byte span.
//!
//! The tape refuses what `serde_json` refuses (nesting deeper than 127, a byte order mark), with the same message and
//! place, but for two things that are JSON (RFC 8259): surrogates that stand alone, which are read as U+FFFD, and numbers
//! beyond a double, which keep their digits.
//! Unlike `serde_json::Value` it keeps the order of members, repeated keys and where every value
//! stands. It is a representation of the `jsonschema` crate ([`Tape`]), so that any subtree can be
//! handed to that crate as it is.

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

pub use error::{SyntaxError, SyntaxErrorKind};
pub use tape::{Tape, TapeNode};

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `false` or `true`
    Boolean,
    /// A number, whole or not.
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

    /// The kind of a value of `serde_json`.
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

    /// The name JSON Schema has for it; a whole number is told apart by [`Value::is_integer`].
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

/// One entry of the tape. A key is an entry of kind `String` that its value follows.
#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: Kind,
    /// A string with escapes; a key that a later member repeats.
    flags: u8,
    /// Byte span in the text, quotes and brackets included.
    start: u32,
    end: u32,
    /// The entry after this value and everything in it.
    next: u32,
    /// Members or elements, repeated keys counted once.
    len: u32,
}

const ESCAPED: u8 = 1;
const SHADOWED: u8 = 2;

/// A parsed JSON text. Offsets are 32 bits wide: a text of 4 GiB or more is refused.
#[derive(Debug)]
pub struct TapeDocument<'t> {
    text: &'t str,
    entries: Vec<Entry>,
    /// Entries of keys that stand again later in the same object.
    repeated: Vec<u32>,
    /// The text as it was before strings took the place of something else, and where those start.
    stand_ins: Option<(&'t str, &'t [usize])>,
}

/// A text without the white space at its start (RFC 8259 section 2: a form feed is none).
pub(crate) fn trim_start(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_white_space(*byte));
    &text[start.unwrap_or(text.len())..]
}

/// The same at its end.
pub(crate) fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !is_white_space(*byte));
    &text[..end.map_or(0, |end| end + 1)]
}

/// Whether JSON allows the byte between its parts.
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

    /// The first elements of each array, and all members of each object. What is left out is counted, so that
    /// arrays have the length of the whole, and is not looked at: it may be malformed.
    ///
    /// `None` when the rest is not JSON.
    pub(crate) fn head(text: &'t [u8], elements: u32) -> Option<Self> {
        parse::head(std::str::from_utf8(text).ok()?, elements)
    }

    /// The length of the value that `text` starts with, white space before it included; `None` when it
    /// does not start with one. It says no more, and looks no further.
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

    /// The same document, of which some strings stand for something else: `original` has the same length, and
    /// `at` says where those strings start.
    pub(crate) fn standing_in(mut self, original: &'t str, at: &'t [usize]) -> Self {
        self.stand_ins = (original.len() == self.text.len()).then_some((original, at));
        self
    }

    /// The text for people: with what stood there before strings took its place.
    pub(crate) fn shown_text(&self) -> &'t str {
        self.stand_ins.map_or(self.text, |(original, _)| original)
    }

    /// How many values there are.
    pub(crate) fn values(&self) -> usize {
        let objects = self
            .entries
            .iter()
            .filter(|entry| entry.kind == Kind::Object);
        let members: usize = objects.map(|object| object.len as usize).sum();
        // Each key is an entry, too.
        self.entries.len() - members
    }

    /// Keys that a later member of the same object repeats: as in `serde_json` the last one counts.
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

    /// The number of the value in its document.
    pub(crate) fn index(self) -> u32 {
        self.index
    }

    /// Whether the value stands for something else, which is no JSON.
    pub(crate) fn is_stand_in(self) -> bool {
        let stand_ins = self.document.stand_ins;
        stand_ins.is_some_and(|(_, at)| at.binary_search(&(self.entry().start as usize)).is_ok())
    }

    /// What the value is.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.entry().kind
    }

    /// Where the value stands: bytes from the start of the document's text.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        span(self.entry())
    }

    /// The text of the value as it was written.
    #[must_use]
    pub fn raw(self) -> &'d str {
        &self.document.text[self.span()]
    }

    /// The decoded string, if the value is one.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'d, str>> {
        (self.kind() == Kind::String).then(|| decode(self.document, self.entry()))
    }

    /// The number as `serde_json` holds it, if the value is one.
    #[must_use]
    pub fn as_number(self) -> Option<serde_json::Number> {
        (self.kind() == Kind::Number).then(|| parse::number(self.raw()))
    }

    /// The boolean, if the value is one.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then(|| self.raw() == "true")
    }

    /// Whether the value is a number without a fractional part (`1.0` is one).
    #[must_use]
    pub fn is_integer(self) -> bool {
        if self.kind() != Kind::Number {
            return false;
        }
        let raw = self.raw();
        let is_plain = !raw.contains(['.', 'e', 'E']);
        is_plain || Decimal::parse(raw).is_some_and(|number| number.is_integer())
    }

    /// Members of an object or elements of an array; 0 for anything else.
    #[must_use]
    pub fn len(self) -> usize {
        self.entry().len as usize
    }

    /// Whether the value has no members or elements.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The members of an object in the order of the text, without those that a later one repeats;
    /// nothing for other values.
    #[must_use]
    pub fn members(self) -> Members<'d> {
        Members(self.children(Kind::Object))
    }

    /// The members of an object, those that a later one repeats included.
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

    /// The text of the whole document that the value is part of.
    #[must_use]
    pub fn document_text(self) -> &'d str {
        self.document.text
    }

    /// The elements of an array; nothing for other values.
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

    /// The value of the member with this key, if the value is an object that has it.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'d>> {
        self.members()
            .find(|(name, _)| name.is(key))
            .map(|(_, value)| value)
    }

    /// The same value as `serde_json` would have read it.
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

    /// The key as it was written, if it has no escapes.
    pub(crate) fn plain(self) -> Option<&'d [u8]> {
        let entry = self.entry();
        let content = entry.start as usize + 1..entry.end as usize - 1;
        (entry.flags & ESCAPED == 0).then(|| &self.document.text.as_bytes()[content])
    }

    /// Where the key stands, quotes included.
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
