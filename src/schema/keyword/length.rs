//! `minLength` … `maxProperties`: the length of strings, arrays and objects.


use crate::json::{self, Kind};

/// One of the six keywords that limit the length of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// The kind of value, which determines what is counted: characters, elements or members.
    pub kind: Kind,
    /// Whether the limit is an upper limit.
    pub is_maximum: bool,
    /// The limit (inclusive).
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

    /// The length of the value, if the keyword applies to its kind.
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
