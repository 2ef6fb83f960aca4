//! What the `jsonschema` crate decides for us.

use std::cell::Cell;
use std::fmt;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, Validator};

use crate::error::{Error, ErrorKind, Result};
use crate::json::{Kind, Tape, TapeNode, Value};

use super::DRAFT_2020_12;

/// One keyword on one value, decided by the `jsonschema` crate.
pub struct Check {
    /// The keyword, such as `format`.
    pub keyword: &'static str,
    /// Its value in the schema.
    pub argument: serde_json::Value,
    /// The only kind of value it says anything about.
    pub kind: Kind,
    validator: Validator<Tape>,
}

impl Check {
    pub(super) fn new(
        keyword: &'static str,
        argument: &serde_json::Value,
        kind: Kind,
    ) -> Result<Self> {
        let schema = serde_json::json!({"$schema": DRAFT_2020_12, keyword: argument});
        let validator = jsonschema::options_for::<Tape>()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .offline()
            .build(&schema)
            .map_err(|error| schema_error(&error))?;
        Ok(Self {
            keyword,
            argument: argument.clone(),
            kind,
            validator,
        })
    }

    /// Whether the keyword accepts the value.
    #[must_use]
    pub fn accepts(&self, value: Value<'_>) -> bool {
        value.kind() != self.kind || self.validator.is_valid(TapeNode::Value(value))
    }

    /// Whether the keyword accepts the string.
    #[must_use]
    pub fn accepts_text(&self, text: &str) -> bool {
        self.kind != Kind::String || self.validator.is_valid(TapeNode::Text(text))
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

/// A whole schema, decided by the `jsonschema` crate.
pub struct WholeCheck {
    validator: Validator<Tape>,
    /// How the validator reaches the schema: the start of every evaluation path.
    prefix: &'static str,
}

/// An error of the `jsonschema` crate about a payload.
#[derive(Debug)]
pub struct CrateError {
    /// The keyword that rejected.
    pub keyword: String,
    /// The keywords on the way to it, from the schema that was asked; `None` when the crate failed.
    pub evaluation_path: Option<String>,
    /// JSON pointer of the value it is about, from the value that was asked about.
    pub instance_path: String,
    /// What the crate says, without the value itself.
    pub message: String,
    /// The properties that `additionalProperties` or `unevaluatedProperties` refuses.
    pub unexpected: Vec<String>,
}

impl WholeCheck {
    /// Compiles the schema at `uri`, a URI with fragment into the registry.
    pub(super) fn new(registry: &Registry<'_>, uri: &str) -> Result<Self> {
        let schema = serde_json::json!({"$schema": DRAFT_2020_12, "$ref": uri});
        Self::build(registry, &schema, "/$ref")
    }

    /// Compiles a whole document of the registry.
    pub(super) fn of_document(
        registry: &Registry<'_>,
        document: &serde_json::Value,
    ) -> Result<Self> {
        Self::build(registry, document, "")
    }

    fn build(
        registry: &Registry<'_>,
        schema: &serde_json::Value,
        prefix: &'static str,
    ) -> Result<Self> {
        jsonschema::options_for::<Tape>()
            .with_draft(Draft::Draft202012)
            .with_registry(registry)
            .should_validate_formats(true)
            .build(schema)
            .map(|validator| Self { validator, prefix })
            .map_err(|error| schema_error(&error))
    }

    /// Whether the schema accepts the value. Where the crate fails, nothing is accepted.
    #[must_use]
    pub fn accepts(&self, value: Value<'_>) -> bool {
        guarded(|| self.validator.is_valid(TapeNode::Value(value))).unwrap_or(false)
    }

    /// Why the schema rejects the value; empty when it accepts. That the crate failed is an error,
    /// too.
    #[must_use]
    pub fn errors(&self, value: Value<'_>) -> Vec<CrateError> {
        let read = |error: jsonschema::ValidationError<'_>| CrateError {
            keyword: error.kind().keyword().to_owned(),
            evaluation_path: {
                let path = error.evaluation_path().as_str();
                Some(path.strip_prefix(self.prefix).unwrap_or(path).to_owned())
            },
            instance_path: error.instance_path().as_str().to_owned(),
            message: error.masked_with("the value").to_string(),
            unexpected: match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected }
                | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected.clone(),
                _ => Vec::new(),
            },
        };
        let errors = || {
            let errors = self.validator.iter_errors(TapeNode::Value(value));
            errors.map(read).collect()
        };
        guarded(errors).unwrap_or_else(|| {
            vec![CrateError {
                keyword: "$ref".to_owned(),
                evaluation_path: None,
                instance_path: String::new(),
                message: "the jsonschema crate fails on this schema, so the value is not accepted"
                    .to_owned(),
                unexpected: Vec::new(),
            }]
        })
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread would be caught here, so that a panic hook has nothing to say.
pub(crate) fn is_guarded() -> bool {
    GUARDED.get()
}

/// Asks the crate; `None` when it panics.
///
/// Version 0.60.2 does ("pending schema target dropped") on schemas such as
/// `{"unevaluatedProperties": {"$ref": "#"}, "$ref": "#/$defs/x", "$dynamicAnchor": "anchor",
/// "$defs": {"x": {"patternProperties": {"a": {"$dynamicRef": "#anchor"}}}}}`; the order matters.
fn guarded<T>(ask: impl FnOnce() -> T) -> Option<T> {
    GUARDED.set(true);
    let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(ask));
    GUARDED.set(false);
    answer.ok()
}

impl fmt::Debug for WholeCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WholeCheck")
    }
}

/// Turns the crate's refusal of a schema into ours.
pub(super) fn schema_error(error: &jsonschema::ValidationError<'_>) -> Error {
    let place = error.instance_path().as_str();
    let place = if place.is_empty() { "/" } else { place };
    Error::new(
        ErrorKind::Schema,
        format!("schema cannot be compiled: {error} (at {place})"),
    )
}
