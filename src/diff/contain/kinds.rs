//! Sets of value kinds, with integers and other numbers as separate kinds.

use std::fmt;

use crate::json::Kind;
use crate::schema::Types;

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const NULL: Self = Self(1);
    pub(crate) const BOOLEAN: Self = Self(1 << 1);
    pub(crate) const WHOLE: Self = Self(1 << 2);
    pub(crate) const FRACTION: Self = Self(1 << 3);
    pub(crate) const NUMBER: Self = Self(Self::WHOLE.0 | Self::FRACTION.0);
    pub(crate) const STRING: Self = Self(1 << 4);
    pub(crate) const ARRAY: Self = Self(1 << 5);
    pub(crate) const OBJECT: Self = Self(1 << 6);
    pub(crate) const ALL: Self = Self(0x7F);
    /// A flag in addition to [`WHOLE`](Self::WHOLE): written with a zero fraction, which is not an integer in
    /// draft 4. No set of kinds contains it.
    pub(super) const WITH_FRACTION: Self = Self(0x80);
    /// Each kind on its own.
    pub(crate) const EACH: [Self; 7] = [
        Self::NULL,
        Self::BOOLEAN,
        Self::WHOLE,
        Self::FRACTION,
        Self::STRING,
        Self::ARRAY,
        Self::OBJECT,
    ];

    /// The kinds that a `type` accepts. Draft 4 accepts fewer numbers as integers. A proof for all of them
    /// also covers fewer, so only `takes_all` has to distinguish them.
    pub(crate) fn of(types: Types) -> Self {
        let mut kinds = Self(0);
        let named = [
            (Kind::Null, Self::NULL),
            (Kind::Boolean, Self::BOOLEAN),
            (Kind::String, Self::STRING),
            (Kind::Array, Self::ARRAY),
            (Kind::Object, Self::OBJECT),
            (Kind::Number, Self::WHOLE),
        ];
        for (kind, set) in named {
            if types.may_hold(kind) {
                kinds.0 |= set.0;
            }
        }
        if types.holds_fractions() {
            kinds.0 |= Self::FRACTION.0;
        }
        kinds
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The kinds that a keyword for this kind of value applies to.
    pub(crate) const fn about(kind: Kind) -> Self {
        match kind {
            Kind::Null => Self::NULL,
            Kind::Boolean => Self::BOOLEAN,
            Kind::Number => Self::NUMBER,
            Kind::String => Self::STRING,
            Kind::Array => Self::ARRAY,
            Kind::Object => Self::OBJECT,
        }
    }

    /// The kind of a value.
    pub(crate) fn of_value(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::NULL,
            serde_json::Value::Bool(_) => Self::BOOLEAN,
            serde_json::Value::Number(number) => {
                let is_whole = number.as_f64().is_none_or(|float| float.fract() == 0.0);
                if is_whole {
                    Self::WHOLE
                } else {
                    Self::FRACTION
                }
            }
            serde_json::Value::String(_) => Self::STRING,
            serde_json::Value::Array(_) => Self::ARRAY,
            serde_json::Value::Object(_) => Self::OBJECT,
        }
    }
}

impl fmt::Display for Kinds {
    /// The names of the types, as in `string or null`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("any value");
        }
        if self.is_empty() {
            return f.write_str("no value");
        }
        let number = match self.and(Self::NUMBER) {
            Self::WHOLE => "integer",
            Self::FRACTION => "fraction",
            _ => "number",
        };
        let named = [
            (Self::BOOLEAN, "boolean"),
            (Self::NUMBER, number),
            (Self::STRING, "string"),
            (Self::ARRAY, "array"),
            (Self::OBJECT, "object"),
            (Self::NULL, "null"),
        ];
        let names: Vec<&str> = named
            .iter()
            .filter_map(|(kind, name)| self.has(*kind).then_some(*name))
            .collect();
        f.write_str(&names.join(" or "))
    }
}
