//! Annotations: keywords that describe values without constraining them.

use serde_json::Value;

/// What a schema says about its values without constraining them.
#[derive(Debug, Default)]
pub struct Annotations {
    /// `default`
    pub default: Option<Value>,
    /// `example` (OpenAPI): a sample value from the contract.
    pub example: Option<Value>,
    /// `examples`: more sample values.
    pub examples: Vec<Value>,
    /// `contentEncoding` and `contentMediaType`, if they are annotations.
    pub content: Vec<(&'static str, String)>,
}
