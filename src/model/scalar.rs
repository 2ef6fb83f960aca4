//! Small types that several APIs share.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Reads a property that may be `null` but must be there.
///
/// serde reads a missing `Option` as `None`; with this function, it does not.
///
/// # Errors
///
/// Those of `T`.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// Reads a property that may be missing but not `null`.
///
/// # Errors
///
/// Those of `T`.
pub fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Defines a whole number with an inclusive range.
macro_rules! integer {
    ($(#[$doc:meta])* $name:ident, $($keyword:literal: $limit:literal),*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            fn check(value: i64) -> Option<Self> {
                let limits: &[(&str, i64)] = &[$(($keyword, $limit)),*];
                let accepts = |(keyword, limit): &(&str, i64)| match *keyword {
                    "minimum" => value >= *limit,
                    _ => value <= *limit,
                };
                limits.iter().all(accepts).then_some(Self(value))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = deserializer.deserialize_any(Whole)?;
                Self::check(value).ok_or_else(|| {
                    D::Error::custom(format_args!(
                        concat!("{} is out of range: ", $($keyword, " ", $limit, " ",)*),
                        value
                    ))
                })
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "integer" $(, $keyword: $limit)*})
            }
        }
    };
}

/// Reads a number that JSON Schema calls an integer: `1.0` is one.
struct Whole;

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::custom(format_args!("{value} is beyond 64 bits")))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
        // Every double of this size or more is whole, but does not fit.
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if value.fract() == 0.0 && value.abs() < LIMIT {
            Ok(value as i64)
        } else {
            Err(E::custom(format_args!("{value} is not an integer")))
        }
    }
}

integer! {
    /// The identifier of a resource.
    Id,
}

integer! {
    /// A number of things.
    Count, "minimum": 0
}

integer! {
    /// A number that counts from 1, such as a page.
    OneBased, "minimum": 1
}

integer! {
    /// How many items a page holds at most.
    PageLimit, "minimum": 1, "maximum": 100
}

/// Text of at most 255 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct ShortText(pub String);

impl ShortText {
    const MAX: usize = 255;
}

impl<'de> Deserialize<'de> for ShortText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.chars().count() {
            0..=Self::MAX => Ok(Self(text)),
            longer => Err(D::Error::custom(format_args!(
                "{longer} characters, at most {} are allowed",
                Self::MAX
            ))),
        }
    }
}

impl JsonSchema for ShortText {
    fn schema_name() -> Cow<'static, str> {
        "ShortText".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "maxLength": Self::MAX})
    }
}

/// An array of at least one element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct NonEmpty<T>(pub Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for NonEmpty<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::deserialize(deserializer)?;
        if items.is_empty() {
            return Err(D::Error::custom(
                "an empty array, at least one element is needed",
            ));
        }
        Ok(Self(items))
    }
}

impl<T: JsonSchema> JsonSchema for NonEmpty<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("NonEmpty_of_{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "array", "items": generator.subschema_for::<T>(), "minItems": 1})
    }
}
