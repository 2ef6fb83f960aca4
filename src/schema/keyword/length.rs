//! `minLength` … `maxProperties`: how long strings, arrays and objects are.


use crate::json::{self, Kind};

/// One of the six keywords that bound how long a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// What is counted: characters, elements or members.
    pub kind: Kind,
    /// Whether the limit is an upper one.
    pub is_maximum: bool,
    /// The limit, which is itself allowed.
    pub limit: u64,
}

impl Length {
    /// The JSON Schema keyword.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match (self.kind, self.is_maximum) {
            (Kind::String, false) => "minLength",
            (Kind::String, true) => "maxLength",
            (Kind::Array, false) => "minItems",
            (Kind::Array, true) => "maxItems",
            (_, false) => "minProperties",
            (_, true) => "maxProperties",
        }
    }

    /// How long the value is, if it is of the kind that the keyword counts.
    #[must_use]
    pub fn measure(self, value: json::Value<'_>) -> Option<u64> {
        (value.kind() == self.kind).then(|| match value.as_str() {
            Some(text) => text.chars().count() as u64,
            None => value.len() as u64,
        })
    }

    /// Whether this length is allowed.
    #[must_use]
    pub const fn allows(self, length: u64) -> bool {
        if self.is_maximum {
            length <= self.limit
        } else {
            length >= self.limit
        }
    }
}
