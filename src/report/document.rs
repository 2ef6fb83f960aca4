//! What the JSON documents of all reports have in common.

use schemars::JsonSchema;
use serde_json::Value;

/// The version of wiredrift that writes a document.
pub(crate) fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The JSON Schema of a format, such as `check-v1`.
pub(crate) fn schema_of<T: JsonSchema>(format: &str) -> Value {
    let mut schema = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), Value::from(format!("urn:wiredrift:{format}")));
    schema.to_value()
}

/// A document as it is written: with line breaks, and one at the end.
pub(crate) fn written(document: &impl serde::Serialize) -> String {
    // Only maps with keys that are not strings cannot be serialised, and there are none.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// The JSON Schema of a baseline.
pub(crate) fn baseline_schema() -> Value {
    schema_of::<crate::rules::except::Baseline>(crate::rules::except::BASELINE_FORMAT)
}
