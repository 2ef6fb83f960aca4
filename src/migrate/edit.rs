//! Edits that bring a payload into another shape.

use std::fmt;

use crate::redact::{MASK, is_card, is_secret_name, masked, sanitised};
use crate::location::Pointer;
use crate::location::PathPattern;


/// From where to where a guess would move something, and the reason for it.
pub type ProposalKey = (PathPattern, PathPattern, &'static str);

/// One edit of a payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The kind of edit.
    pub kind: EditKind,
    /// The place in the old payload; `None` for a value that it did not have.
    pub from: Option<Pointer>,
    /// The place in the new payload; `None` for a value that it no longer has.
    pub to: Option<Pointer>,
    /// The value before, as JSON text in its own spelling.
    pub before: Option<String>,
    /// The value after, as JSON text.
    pub after: Option<String>,
    /// For a dropped value, where it would go if a guess were right.
    pub proposal: Option<Box<Proposal>>,
}

/// A guess that was not applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proposal {
    /// Where the value is in the old payload.
    pub from: Pointer,
    /// Where it would go.
    pub to: Pointer,
    /// The reason for it.
    pub ground: &'static str,
}

impl Proposal {
    /// The key that it is counted by.
    pub(super) fn key(&self) -> ProposalKey {
        (self.from.folded(), self.to.folded(), self.ground)
    }
}

/// What can be done to a payload.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EditKind {
    /// A property was left out, since the other contract does not have it: its value is lost.
    Dropped,
    /// A property was left out that can have one value only: nothing is lost.
    ConstantDropped,
    /// A property that is null was left out, since null is not allowed and the property is optional.
    LeftOut,
    /// A property has another name.
    Renamed,
    /// A property stands in another place.
    Moved,
    /// What was wrapped stands by itself.
    Unwrapped,
    /// What stood by itself is wrapped.
    Wrapped,
    /// A property was added that has one value only.
    Constant,
    /// A property was added with its default.
    Default,
    /// The same value in another format: a timestamp, an empty object as null, a number as a string.
    Respelled,
    /// A property was given a value, as a file of moves says.
    Supplied,
    /// A value was replaced, as a file of moves says.
    Replaced,
}

impl EditKind {
    /// Whether a value of the payload is lost.
    #[must_use]
    pub const fn loses(self) -> bool {
        matches!(self, Self::Dropped)
    }

    /// What was done, in one word or two.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::ConstantDropped => "constant dropped",
            Self::LeftOut => "null left out",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Unwrapped => "unwrapped",
            Self::Wrapped => "wrapped",
            Self::Constant => "constant added",
            Self::Default => "default added",
            Self::Respelled => "reformatted",
            Self::Supplied => "supplied",
            Self::Replaced => "replaced",
        }
    }
}

impl fmt::Display for EditKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// Longest value in a line of text, in characters.
const VALUE_LENGTH: usize = 60;

/// A value on one line, redacted and truncated: `text` is JSON. Numbers keep their spelling.
pub(crate) fn shown_value(pointer: &Pointer, text: &str) -> String {
    let is_secret = pointer.steps().any(|step| is_secret_name(&step));
    let text = text.trim();
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let text = match serde_json::from_str::<serde_json::Value>(text) {
        _ if is_secret => MASK.to_owned(),
        _ if is_number && is_card(text) => MASK.to_owned(),
        Ok(value) if !is_number => sanitised(&masked(&value).to_string()),
        _ => sanitised(text),
    };
    match text.char_indices().nth(VALUE_LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
