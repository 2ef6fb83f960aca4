//! `type`, `enum`, `const`: the allowed values.

use std::fmt;

use rustc_hash::FxHashSet;
use serde_json::Value;

use crate::json::{self, Kind};

/// A set of the seven JSON Schema types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Types(u8);

impl Types {
    pub(in crate::schema) const NAMES: [&'static str; 7] = [
        "null", "boolean", "integer", "number", "string", "array", "object",
    ];
    const INTEGER: u8 = 1 << 2;
    /// `integer` means a number written without fraction and exponent (draft 4).
    const AS_WRITTEN: u8 = 1 << 7;

    pub(in crate::schema) fn is_empty(self) -> bool {
        self.0 & !Self::AS_WRITTEN == 0
    }

    /// All types except `integer`, which `number` includes.
    pub(crate) const fn any() -> Self {
        Self(0b111_1011)
    }

    /// The names of the types.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let bits = Self::NAMES.iter().enumerate();
        bits.filter_map(|(bit, name)| (self.0 & (1 << bit) != 0).then_some(*name))
            .collect()
    }

    pub(in crate::schema) fn count_as_written(&mut self) {
        self.0 |= Self::AS_WRITTEN;
    }

    /// Adds the type with this name; returns `false` if there is no such type.
    pub fn insert(&mut self, name: &str) -> bool {
        let bit = Self::NAMES.iter().position(|known| *known == name);
        if let Some(bit) = bit {
            self.0 |= 1 << bit;
        }
        bit.is_some()
    }

    const fn bit(kind: Kind) -> u8 {
        match kind {
            Kind::Null => 1,
            Kind::Boolean => 1 << 1,
            Kind::Number => 1 << 3,
            Kind::String => 1 << 4,
            Kind::Array => 1 << 5,
            Kind::Object => 1 << 6,
        }
    }

    /// Whether `integer` means a number written without fraction and exponent (draft 4).
    #[must_use]
    pub const fn counts_as_written(self) -> bool {
        self.0 & Self::AS_WRITTEN != 0
    }

    /// Whether integers are accepted, but only if written without fraction and exponent.
    pub(crate) const fn is_integer_as_written(self) -> bool {
        self.counts_as_written() && self.0 & Self::INTEGER != 0 && !self.holds_fractions()
    }

    /// Whether non-integer numbers are accepted.
    #[must_use]
    pub const fn holds_fractions(self) -> bool {
        self.0 & Self::bit(Kind::Number) != 0
    }

    /// Whether values of this kind may be accepted. For numbers: whether some of them may be.
    #[must_use]
    pub const fn may_hold(self, kind: Kind) -> bool {
        let bit = Self::bit(kind);
        self.0 & bit != 0 || (matches!(kind, Kind::Number) && self.0 & Self::INTEGER != 0)
    }

    /// Whether the value has one of the types.
    #[must_use]
    pub fn hold(self, value: json::Value<'_>) -> bool {
        let kind = value.kind();
        self.0 & Self::bit(kind) != 0
            || (kind == Kind::Number
                && self.0 & Self::INTEGER != 0
                && value.is_integer()
                && (self.0 & Self::AS_WRITTEN == 0 || !value.raw().contains(['.', 'e', 'E'])))
    }
}

impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        // `null` comes last: "string or null" reads better than the reverse.
        for bit in [1, 2, 3, 4, 5, 6, 0] {
            if self.0 & (1 << bit) != 0 {
                if !first {
                    f.write_str(" or ")?;
                }
                f.write_str(Self::NAMES[bit])?;
                first = false;
            }
        }
        Ok(())
    }
}

/// The values of an `enum`.
#[derive(Debug)]
pub struct Values {
    /// The strings among them, for lookup.
    strings: FxHashSet<Box<str>>,
    /// All values, in document order.
    pub all: Vec<Value>,
}

impl Values {
    pub(in crate::schema) fn new(all: Vec<Value>) -> Self {
        let strings = all
            .iter()
            .filter_map(|value| value.as_str().map(Into::into))
            .collect();
        Self { strings, all }
    }

    /// Whether the string is one of the values.
    #[must_use]
    pub fn has_str(&self, text: &str) -> bool {
        self.strings.contains(text)
    }

    /// The strings among the values, in document order.
    pub fn strings(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter_map(Value::as_str)
    }
}
