//! What a schema tells of its values without asserting it.

use serde_json::Value;

/// What a schema tells of its values without asserting it.
#[derive(Debug, Default)]
pub struct Annotations {
    /// `default`
    pub default: Option<Value>,
    /// `example` (OpenAPI): how the contract itself writes such a value.
    pub example: Option<Value>,
    /// `examples`: the same.
    pub examples: Vec<Value>,
    /// `contentEncoding` and `contentMediaType`, where they assert nothing.
    pub content: Vec<(&'static str, String)>,
}
