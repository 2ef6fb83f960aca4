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
