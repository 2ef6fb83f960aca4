//! Parts of OpenAPI 3.1 in the words of OpenAPI 3.0, which has its own schema dialect.

use serde_json::{Map, Value, json};

/// Gives the schemas of an operation, or of a list of parameters, the form of OpenAPI 3.0. They accept what they
/// accepted before, and maybe more.
pub(super) fn as_version_3_0(part: &mut Value) {
    match part {
        Value::Array(parameters) => parameters.iter_mut().for_each(own_schema),
        Value::Object(operation) => {
            if let Some(parameters) = operation.get_mut("parameters") {
                as_version_3_0(parameters);
            }
            if let Some(body) = operation.get_mut("requestBody") {
                content(body);
            }
            let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
            for response in responses.into_iter().flat_map(Map::values_mut) {
                content(response);
                let headers = response.get_mut("headers").and_then(Value::as_object_mut);
                headers.into_iter().flat_map(Map::values_mut).for_each(own_schema);
            }
        }
        _ => {}
    }
}

fn content(message: &mut Value) {
    let content = message.get_mut("content").and_then(Value::as_object_mut);
    content.into_iter().flat_map(Map::values_mut).for_each(own_schema);
}

fn own_schema(holder: &mut Value) {
    if let Some(schema) = holder.get_mut("schema") {
        convert(schema);
    }
}

fn convert(schema: &mut Value) {
    let Some(own) = schema.as_object_mut() else { return };
    for holder in ["properties", "patternProperties"] {
        let members = own.get_mut(holder).and_then(Value::as_object_mut);
        members.into_iter().flat_map(Map::values_mut).for_each(convert);
    }
    for below in ["items", "additionalProperties"] {
        if let Some(below) = own.get_mut(below) {
            convert(below);
        }
    }
    if let Some(only) = own.remove("const") {
        own.insert("enum".to_owned(), json!([only]));
    }
    let types: Vec<String> = match own.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect(),
        Some(Value::String(only)) => vec![only.clone()],
        _ => Vec::new(),
    };
    let is_nullable = types.iter().any(|name| name == "null");
    let others: Vec<&String> = types.iter().filter(|name| *name != "null").collect();
    match others.as_slice() {
        // A schema without a type accepts more than null; there is no type for null alone.
        [] => drop(own.remove("type")),
        [only] => drop(own.insert("type".to_owned(), json!(only))),
        several => {
            own.remove("type");
            let items = own.remove("items");
            let variants = several.iter().map(|name| {
                let mut variant = json!({ "type": name });
                if name.as_str() == "array" {
                    variant["items"] = items.clone().unwrap_or_else(|| json!({}));
                }
                if is_nullable {
                    variant["nullable"] = true.into();
                }
                variant
            });
            own.insert("anyOf".to_owned(), variants.collect());
        }
    }
    if is_nullable && others.len() <= 1 {
        own.insert("nullable".to_owned(), true.into());
        // `nullable` allows null only if the enum does.
        if let Some(Value::Array(values)) = own.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }
    let is_null = |variant: &Value| variant.get("type").is_some_and(|name| name == "null");
    let mut has_null = false;
    if let Some(Value::Array(variants)) = own.get_mut("oneOf") {
        has_null = variants.iter().any(is_null);
        variants.iter_mut().for_each(convert);
    }
    if has_null {
        // No form of it is read in the same way everywhere.
        own.remove("oneOf");
        own.insert("type".to_owned(), json!("object"));
        own.insert("nullable".to_owned(), true.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_written_for_version_3_0() {
        let rows = [
            (json!({"type": ["string", "null"], "format": "date"}), json!({"type": "string", "format": "date", "nullable": true})),
            (json!({"type": ["string", "null"], "enum": ["a"]}), json!({"type": "string", "enum": ["a", null], "nullable": true})),
            (json!({"type": "null"}), json!({"nullable": true})),
            (json!({"type": ["integer", "string"]}), json!({"anyOf": [{"type": "integer"}, {"type": "string"}]})),
            (
                json!({"type": ["array", "null", "object"], "items": {"type": ["null", "number"]}, "properties": {"const": {"const": 1}}}),
                json!({
                    "anyOf": [
                        {"type": "array", "items": {"type": "number", "nullable": true}, "nullable": true},
                        {"type": "object", "nullable": true},
                    ],
                    "properties": {"const": {"enum": [1]}},
                }),
            ),
            (
                json!({"type": "object", "oneOf": [{"type": "object", "properties": {"type": {"const": "a"}}}]}),
                json!({"type": "object", "oneOf": [{"type": "object", "properties": {"type": {"enum": ["a"]}}}]}),
            ),
            (json!({"oneOf": [{"type": "object"}, {"type": "null"}]}), json!({"type": "object", "nullable": true})),
        ];
        for (schema, expected) in rows {
            let content = json!({"content": {"application/json": {"schema": schema}}});
            let mut operation = json!({"requestBody": content, "responses": {"200": content}, "parameters": [{"schema": schema}]});
            as_version_3_0(&mut operation);
            for place in ["/requestBody/content/application~1json/schema", "/responses/200/content/application~1json/schema", "/parameters/0/schema"] {
                assert_eq!(operation.pointer(place), Some(&expected), "{schema}");
            }
        }
    }
}
