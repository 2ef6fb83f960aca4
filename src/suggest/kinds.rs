//! The types of values that were seen, and the schema that accepts them.

use std::ops::{BitOr, BitOrAssign};

use serde_json::{Value, json};

use crate::json::{self, Kind};
use crate::schema::Dialect;

/// The types, as `type` names them. An integer is one of its own: not every number is.
const NAMES: [&str; 7] = [
    "string", "integer", "number", "boolean", "object", "array", "null",
];

/// A set of types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) fn insert(&mut self, value: json::Value<'_>) {
        let name = match value.kind() {
            // `1.0` is an integer for some versions of JSON Schema, but not for all readers of JSON.
            Kind::Number if value.raw().bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) => "integer",
            kind => kind.name(),
        };
        self.insert_name(name);
    }

    pub(super) fn insert_name(&mut self, name: &str) {
        if let Some(at) = NAMES.iter().position(|known| *known == name) {
            self.0 |= 1 << at;
        }
    }

    /// The names of the types; `number` includes `integer`.
    pub(super) fn names(self) -> Vec<&'static str> {
        let has = |at: usize| self.0 & (1 << at) != 0;
        let names = NAMES.iter().enumerate();
        names
            .filter(|(at, name)| has(*at) && !(**name == "integer" && has(2)))
            .map(|(_, name)| *name)
            .collect()
    }

    /// The smallest schema by type that accepts values of these types.
    pub(super) fn schema(self, dialect: Dialect) -> Value {
        let names = self.names();
        let is_null = names.contains(&"null");
        let others: Vec<&str> = names.iter().copied().filter(|name| *name != "null").collect();
        match dialect {
            Dialect::OpenApi30 | Dialect::Swagger2 => {
                let keyword = nullable(dialect);
                let mut branches: Vec<Value> = others.iter().map(|name| of_type(name, dialect)).collect();
                if let (true, Some(first)) = (is_null, branches.first_mut()) {
                    first[keyword] = true.into();
                }
                match (branches.len(), dialect) {
                    (1, _) => branches.remove(0),
                    // In these versions, null has no type of its own.
                    (0, _) | (_, Dialect::Swagger2) => json!({}),
                    _ => json!({"anyOf": branches}),
                }
            }
            _ => match names.as_slice() {
                [] => json!({}),
                [one] => json!({"type": one}),
                several => json!({"type": several}),
            },
        }
    }
}

impl BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Kinds {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The keyword that allows null, where it is not a type.
pub(super) fn nullable(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Swagger2 => "x-nullable",
        _ => "nullable",
    }
}

/// A schema of one type. OpenAPI 2.0 and 3.0 require `items` next to `array`.
pub(super) fn of_type(name: &str, dialect: Dialect) -> Value {
    match (name, dialect) {
        ("array", Dialect::OpenApi30 | Dialect::Swagger2) => json!({"type": name, "items": {}}),
        _ => json!({"type": name}),
    }
}
