//! What a document is: OpenAPI, a JSON Schema, or something else that was named as a contract by mistake.

use std::path::Path;

use serde_json::Value;

use crate::schema::Dialect;

/// What a document is.
pub(super) enum Kind {
    OpenApi(Dialect),
    JsonSchema,
    /// A contract that cannot be read, with the message.
    Unsupported(String),
    /// Not a contract: what it looks like, with its article.
    Other(&'static str),
}

/// The kind of the document in a file.
pub(super) fn kind_of(root: &Value, path: &Path) -> Kind {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if let Some(version) = root.get("openapi").map(text) {
        return match version.split('.').collect::<Vec<_>>()[..] {
            ["3", "0", ..] | ["3"] => Kind::OpenApi(Dialect::OpenApi30),
            ["3", "1" | "2", ..] => Kind::OpenApi(Dialect::OpenApi31),
            _ => Kind::Unsupported(format!(
                "OpenAPI {version} is not supported; supported versions: 2.0 (as `swagger`), 3.0, 3.1, 3.2"
            )),
        };
    }
    if let Some(version) = root.get("swagger").map(text) {
        return match version.as_str() {
            "2.0" | "2" => Kind::OpenApi(Dialect::Swagger2),
            _ => Kind::Unsupported(format!(
                "Swagger {version} is not supported; supported version: 2.0"
            )),
        };
    }
    for (key, name) in [
        ("asyncapi", "an AsyncAPI"),
        ("arazzo", "an Arazzo"),
        ("overlay", "an Overlay"),
    ] {
        if root.get(key).is_some() {
            return Kind::Unsupported(format!(
                "this is {name} document; expected OpenAPI or JSON Schema"
            ));
        }
    }
    if root.get("info").is_some_and(Value::is_object)
        && root.get("paths").is_some_and(Value::is_object)
    {
        return Kind::Unsupported(
            "this looks like an OpenAPI document without a version; add one, such as `openapi: 3.1.0`"
                .to_owned(),
        );
    }
    if let Some(other) = looks_like(root) {
        return Kind::Other(other);
    }
    if is_schema(root, path) {
        return Kind::JsonSchema;
    }
    Kind::Other(match root {
        Value::Object(_) | Value::Array(_) => "a payload",
        _ => "plain text",
    })
}

/// Whether a document is a JSON Schema: it declares a dialect, is named as one, is empty, or has a keyword
/// that constrains or structures values, with an argument that is valid for that keyword.
pub(super) fn is_schema(root: &Value, path: &Path) -> bool {
    match root {
        Value::Bool(_) => true,
        Value::Object(members) => {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().to_ascii_lowercase());
            let is_named = name.is_some_and(|name| {
                [".schema.json", ".schema.yaml", ".schema.yml"]
                    .iter()
                    .any(|end| name.ends_with(end))
            });
            let has_dialect = members.get("$schema").is_some_and(Value::is_string);
            members.is_empty() || is_named || has_dialect || constrains(root)
        }
        _ => false,
    }
}

/// Whether some keyword of a schema constrains or structures values.
fn constrains(schema: &Value) -> bool {
    const TYPES: [&str; 7] = [
        "null", "boolean", "integer", "number", "string", "array", "object",
    ];
    let Value::Object(members) = schema else {
        return schema.is_boolean();
    };
    let is_type = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
    let is_schema = |value: &Value| value.is_boolean() || value.is_object();
    // A payload may have a list or an object with this name.
    let is_sure = |value: &Value| match value {
        Value::Object(inner) => inner.is_empty() || constrains(value),
        other => other.is_boolean(),
    };
    let all = |value: &Value, is: &dyn Fn(&Value) -> bool| match value {
        Value::Array(values) => !values.is_empty() && values.iter().all(is),
        Value::Object(values) => !values.is_empty() && values.values().all(is),
        _ => false,
    };
    members
        .iter()
        .any(|(keyword, value)| match keyword.as_str() {
            "type" => is_type(value) || (value.is_array() && all(value, &is_type)),
            "$ref" | "$dynamicRef" | "$recursiveRef" => value.is_string(),
            "$defs" | "definitions" | "properties" | "patternProperties" | "dependentSchemas" => {
                value.is_object() && all(value, &is_schema)
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                value.is_array() && all(value, &is_schema)
            }
            "items" | "contains" => is_sure(value) || (value.is_array() && all(value, &is_sure)),
            "not"
            | "if"
            | "then"
            | "else"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "unevaluatedItems"
            | "propertyNames"
            | "additionalItems" => is_sure(value),
            "required" => value.is_array() && all(value, &Value::is_string),
            "enum" => value.is_array(),
            "const" | "$anchor" | "$dynamicAnchor" | "$vocabulary" => true,
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                value.is_number()
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" | "minContains" | "maxContains" => value.is_u64(),
            "pattern" => value.is_string(),
            "uniqueItems" => value.is_boolean(),
            "dependentRequired" => {
                let is_list = |value: &Value| value.is_array() && all(value, &Value::is_string);
                value.is_object() && all(value, &is_list)
            }
            _ => false,
        })
}

/// What a document that is not a contract looks like.
fn looks_like(root: &Value) -> Option<&'static str> {
    let has = |key: &str| root.get(key).is_some();
    let list = |key: &str| root.get(key).and_then(Value::as_array);
    if root
        .get("log")
        .is_some_and(|log| log.get("entries").is_some())
    {
        return Some("a HAR file");
    }
    let is_exchange =
        |value: &Value| value.get("request").is_some() && value.get("response").is_some();
    if list("http_interactions").is_some()
        || list("interactions").is_some_and(|all| all.first().is_some_and(is_exchange))
    {
        return Some("a cassette of recorded traffic");
    }
    if let Some(info) = root.get("info")
        && list("item").is_some()
        && (info.get("_postman_id").is_some() || info.get("schema").is_some())
    {
        return Some("a Postman collection");
    }
    if root.get("_type").and_then(Value::as_str) == Some("export") && has("resources") {
        return Some("an Insomnia export");
    }
    let is_package = [
        "dependencies",
        "devDependencies",
        "scripts",
        "exports",
        "main",
    ];
    if has("name") && has("version") && !has("$schema") && is_package.iter().any(|key| has(key)) {
        return Some("a package.json");
    }
    root.as_array()
        .is_some_and(|all| all.first().is_some_and(is_exchange))
        .then_some("recorded traffic")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(root: &Value, name: &str) -> String {
        match kind_of(root, Path::new(name)) {
            Kind::OpenApi(dialect) => dialect.to_string(),
            Kind::JsonSchema => "JSON Schema".to_owned(),
            Kind::Unsupported(message) => message,
            Kind::Other(what) => what.to_owned(),
        }
    }

    #[test]
    fn documents_are_known_for_what_they_are() {
        let schema = "JSON Schema";
        let table = [
            (json!({}), schema),
            (json!(true), schema),
            (json!({"$schema": "http://example.com/any"}), schema),
            (json!({"type": "object"}), schema),
            (json!({"type": ["string", "null"]}), schema),
            (json!({"$ref": "#/x"}), schema),
            (json!({"definitions": {"A": {}}}), schema),
            (json!({"properties": {"a": true}}), schema),
            (json!({"items": {}}), schema),
            (json!({"items": [{"type": "string"}]}), schema),
            (json!({"maximum": 3}), schema),
            (json!({"enum": [1]}), schema),
            (json!({"required": ["a"]}), schema),
            (json!({"not": {"const": 1}}), schema),
            (
                json!({"id": 1, "title": "Tea", "description": "nice"}),
                "a payload",
            ),
            (
                json!({"type": "product", "format": "json", "default": 1}),
                "a payload",
            ),
            (
                json!({"type": "Feature", "properties": {"name": "x"}, "geometry": null}),
                "a payload",
            ),
            (json!({"items": [{"id": 1}], "total": 1}), "a payload"),
            (json!({"items": {"a": 1}}), "a payload"),
            (
                json!({"required": true, "pattern": 3, "minimum": "1"}),
                "a payload",
            ),
            (json!({"properties": {}}), "a payload"),
            (json!([{"type": "object"}]), "a payload"),
            (json!("text"), "plain text"),
            (
                json!({"log": {"version": "1.2", "entries": []}}),
                "a HAR file",
            ),
            (
                json!({"http_interactions": []}),
                "a cassette of recorded traffic",
            ),
            (
                json!({"info": {"_postman_id": "1"}, "item": []}),
                "a Postman collection",
            ),
            (
                json!({"name": "x", "version": "1.0.0", "scripts": {}}),
                "a package.json",
            ),
            (json!([{"request": {}, "response": {}}]), "recorded traffic"),
            (json!({"openapi": "3.0.3"}), "OpenAPI 3.0"),
            (
                json!({"asyncapi": "2.0.0"}),
                "this is an AsyncAPI document; expected OpenAPI or JSON Schema",
            ),
        ];
        for (root, expected) in table {
            assert_eq!(told(&root, "a.json"), expected, "{root}");
        }
        assert_eq!(told(&json!({"title": "Any"}), "any.schema.json"), schema);
        assert_eq!(told(&json!({"title": "Any"}), "any.schema.yaml"), schema);
        assert_eq!(told(&json!({"title": "Any"}), "any.json"), "a payload");
    }
}
