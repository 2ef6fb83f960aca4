//! Keywords on one value alone, most of which the `jsonschema` crate decides for us.

use std::fmt;

use jsonschema::{Draft, Validator};
use serde_json::json;

use crate::json::{Kind, Tape, TapeNode, Value};

/// One keyword on one value.
pub struct Check {
    /// The keyword, such as `format`.
    pub keyword: &'static str,
    /// Its value in the schema.
    pub argument: serde_json::Value,
    /// The only kind of value it says anything about.
    pub kind: Kind,
    decider: Decider,
}

enum Decider {
    Crate(Box<Validator<Tape>>),
    /// A whole number of so many bits, in two's complement.
    Bits(u8),
}

impl Check {
    /// # Errors
    ///
    /// When the crate refuses the argument: what it says.
    pub(super) fn new(
        keyword: &'static str,
        argument: &serde_json::Value,
        kind: Kind,
        draft: Draft,
    ) -> Result<Self, String> {
        let schema = json!({keyword: argument});
        Self::build(keyword, argument.clone(), kind, draft, &schema)
    }

    fn build(
        keyword: &'static str,
        argument: serde_json::Value,
        kind: Kind,
        draft: Draft,
        schema: &serde_json::Value,
    ) -> Result<Self, String> {
        let validator = jsonschema::options_for::<Tape>()
            .with_draft(draft)
            .should_validate_formats(true)
            .offline()
            .build(schema)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            keyword,
            argument,
            kind,
            decider: Decider::Crate(Box::new(validator)),
        })
    }

    /// `contentEncoding` and `contentMediaType`, which are one question (drafts 6 and 7).
    pub(super) fn of_content(
        encoding: Option<&serde_json::Value>,
        media_type: Option<&serde_json::Value>,
        draft: Draft,
    ) -> Result<Self, String> {
        let mut schema = serde_json::Map::new();
        let keywords = [
            ("contentEncoding", encoding),
            ("contentMediaType", media_type),
        ];
        for (keyword, argument) in keywords {
            schema.extend(argument.map(|argument| (keyword.to_owned(), argument.clone())));
        }
        let keyword = match media_type {
            Some(_) => "contentMediaType",
            None => "contentEncoding",
        };
        let argument = media_type.or(encoding).cloned().unwrap_or_default();
        Self::build(keyword, argument, Kind::String, draft, &schema.into())
    }

    /// A format of numbers, which only OpenAPI has (its format registry): `int32` and `int64`.
    pub(super) fn number_format(name: &str) -> Option<Self> {
        let bits = match name {
            "int32" => 32,
            "int64" => 64,
            _ => return None,
        };
        Some(Self {
            keyword: "format",
            argument: name.into(),
            kind: Kind::Number,
            decider: Decider::Bits(bits),
        })
    }

    /// Whether the keyword accepts the value.
    #[must_use]
    pub fn accepts(&self, value: Value<'_>) -> bool {
        value.kind() != self.kind
            || match &self.decider {
                Decider::Crate(validator) => validator.is_valid(TapeNode::Value(value)),
                Decider::Bits(bits) => fits(value, *bits),
            }
    }

    /// Whether the keyword accepts a whole number; `None` where only the whole question can tell.
    #[must_use]
    pub fn accepts_integer(&self, integer: i64) -> Option<bool> {
        if self.kind != Kind::Number {
            return Some(true);
        }
        if let Decider::Bits(bits) = self.decider {
            return Some(bits == 64 || i32::try_from(integer).is_ok());
        }
        let limit = self.argument.as_i64()?;
        Some(match self.keyword {
            "minimum" => integer >= limit,
            "maximum" => integer <= limit,
            "exclusiveMinimum" => integer > limit,
            "exclusiveMaximum" => integer < limit,
            "multipleOf" if limit > 0 => integer % limit == 0,
            _ => return None,
        })
    }

    /// Whether the keyword accepts the string.
    #[must_use]
    pub fn accepts_text(&self, text: &str) -> bool {
        match &self.decider {
            Decider::Crate(validator) if self.kind == Kind::String => {
                validator.is_valid(TapeNode::Text(text))
            }
            Decider::Crate(_) | Decider::Bits(_) => true,
        }
    }

    /// The value of the keyword as text: bare for strings, JSON for others.
    #[must_use]
    pub fn argument_text(&self) -> String {
        match &self.argument {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.keyword, self.argument)
    }
}

/// Whether a number is within the range of a signed integer with so many bits. That it is whole is
/// for `type` to say.
fn fits(value: Value<'_>, bits: u8) -> bool {
    let Some(number) = value.as_number() else {
        return true;
    };
    match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => bits == 64 || i32::try_from(integer).is_ok(),
        (None, Some(float)) => {
            let limit = 2_f64.powi(i32::from(bits) - 1);
            float >= -limit && float < limit
        }
        (None, None) => true,
    }
}
