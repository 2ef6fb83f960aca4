//! What is and is not reported, keyword by keyword.

use serde_json::{Value, json};

use super::*;

#[test]
fn equivalent_rewrites_are_not_changes() {
    let pet = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}});
    let parts = json!({"allOf": [
        {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
        {"properties": {"name": {"type": "string"}}},
    ]});
    let referring = json!({"$ref": "#/$defs/Pet", "$defs": {"Pet": pet}});
    let table = [
        (json!({"enum": ["a"]}), json!({"const": "a"})),
        (pet.clone(), referring),
        (pet.clone(), parts),
        (json!({"oneOf": [pet]}), pet.clone()),
        (json!({"anyOf": [pet]}), json!({"allOf": [pet]})),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            json!({"type": ["null", "string"]}),
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({"type": ["string", "integer"]}),
        ),
        (
            json!({"type": "integer", "exclusiveMinimum": 0}),
            json!({"type": "integer", "minimum": 1}),
        ),
        (
            json!({"enum": [1, 2], "minimum": 0, "maximum": 2}),
            json!({"enum": [2, 1]}),
        ),
        (
            json!({"type": "array", "minItems": 0, "items": {}}),
            json!({"type": "array"}),
        ),
        (
            json!({"type": "object", "additionalProperties": true}),
            json!({"type": "object", "additionalProperties": {}}),
        ),
        (
            json!({"type": "object", "required": ["b", "a"]}),
            json!({"type": "object", "required": ["a", "b"]}),
        ),
        (
            json!({"type": "number", "multipleOf": 1}),
            json!({"type": "integer"}),
        ),
        (
            json!({"title": "A", "description": "old", "type": "string"}),
            json!({"title": "B", "description": "new", "type": "string"}),
        ),
    ];
    for (old, new) in &table {
        for (old, new) in [(old, new), (new, old)] {
            assert_eq!(told(old, new), [""; 0], "{old} {new}");
        }
    }
}

#[test]
fn nullable_of_openapi_3_0_is_the_type_null_of_3_1() {
    let nullable =
        json!({"type": "object", "properties": {"name": {"type": "string", "nullable": true}}});
    let with_null = json!({"type": "object", "properties": {"name": {"type": ["string", "null"]}}});
    let mut old = exchange(&nullable, &nullable);
    old["openapi"] = "3.0.3".into();
    let new = exchange(&with_null, &with_null);
    assert_eq!(told(&old, &new), [""; 0]);
    assert_eq!(told(&new, &old), [""; 0]);
}

#[test]
fn no_keyword_is_silently_ignored() {
    let object = |rest: Value| {
        let mut schema =
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {}}});
        if let (Value::Object(schema), Value::Object(rest)) = (&mut schema, rest) {
            schema.extend(rest);
        }
        schema
    };
    let plain = object(json!({}));
    let table = [
        (
            plain.clone(),
            object(json!({"additionalProperties": false})),
            "ObjectClosed",
            "ObjectOpened",
        ),
        (
            plain.clone(),
            object(json!({"unevaluatedProperties": false})),
            "ObjectClosed",
            "ObjectOpened",
        ),
        (
            plain.clone(),
            object(json!({"minProperties": 1})),
            "LengthNarrowed",
            "LengthWidened",
        ),
        (
            plain.clone(),
            object(json!({"maxProperties": 1})),
            "LengthNarrowed",
            "LengthWidened",
        ),
        (
            plain.clone(),
            object(json!({"not": {"required": ["a", "b"]}})),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            plain.clone(),
            object(json!({"propertyNames": {"pattern": "^[a-z]$"}})),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            plain.clone(),
            object(json!({"patternProperties": {"^x-": {"type": "string"}}})),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            plain.clone(),
            object(json!({"dependentRequired": {"a": ["b"]}})),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            plain.clone(),
            object(json!({"dependentSchemas": {"a": {"required": ["b"]}}})),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            plain.clone(),
            object(json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}})),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            plain.clone(),
            object(json!({"required": ["undeclared"]})),
            "PropertyRequired",
            "PropertyOptional",
        ),
        (
            plain,
            object(json!({"required": ["a"]})),
            "PropertyRequired",
            "PropertyOptional",
        ),
        (
            json!({"type": "array"}),
            json!({"type": "array", "uniqueItems": true}),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            json!({"type": "array"}),
            json!({"type": "array", "items": {"type": "string"}}),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            json!({"type": "array"}),
            json!({"type": "array", "prefixItems": [{"type": "string"}]}),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            json!({"type": "array"}),
            json!({"type": "array", "contains": {"type": "string"}}),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            json!({"type": "array"}),
            json!({"type": "array", "minItems": 1}),
            "LengthNarrowed",
            "LengthWidened",
        ),
        (
            json!({"type": "array", "prefixItems": [true]}),
            json!({"type": "array", "prefixItems": [true], "unevaluatedItems": false}),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            json!({"type": "integer"}),
            json!({"type": "integer", "multipleOf": 5}),
            "BoundsNarrowed",
            "BoundsWidened",
        ),
        (
            json!({"type": "string"}),
            json!({"type": "string", "format": "uuid"}),
            "FormatNarrowed",
            "FormatWidened",
        ),
        (
            json!({"type": "string"}),
            json!({"type": "string", "pattern": "^a"}),
            "PatternNarrowed",
            "PatternWidened",
        ),
        (
            json!({"type": "string"}),
            json!({"type": "string", "anyOf": [{"maxLength": 3}, {"pattern": "^a"}]}),
            "ConstraintNarrowed",
            "ConstraintWidened",
        ),
        (
            json!({"type": "string"}),
            json!(false),
            "TypeNarrowed",
            "TypeWidened",
        ),
    ];
    for (wide, narrow, narrowed, widened) in &table {
        let words = |told: Vec<String>| -> Vec<String> {
            let facts = told.iter().filter_map(|fact| fact.split(' ').next());
            facts.map(str::to_owned).collect()
        };
        assert_eq!(words(told(wide, narrow)), [*narrowed], "{wide} {narrow}");
        assert_eq!(words(told(narrow, wide)), [*widened], "{narrow} {wide}");
        // A payload shows the narrowing; the widening is proved.
        let forward = diff_of(wide, narrow);
        assert!(
            forward.changes[0].is_breaking(),
            "{narrow}: {:?}",
            forward.changes[0].verdicts
        );
        let backward = diff_of(narrow, wide);
        let verdict = backward.changes[0].verdict(Sender::Client);
        assert!(
            matches!(verdict, Some(Verdict::Compatible(_))),
            "{narrow}: {verdict:?}"
        );
    }
}

#[test]
fn differences_outside_of_schemas_are_reported() {
    let with = |operation: Value| {
        let mut whole = json!({"operationId": "pets", "responses": {"200": {"description": ""}}});
        if let (Value::Object(whole), Value::Object(operation)) = (&mut whole, operation) {
            whole.extend(operation);
        }
        let schemes = json!({"securitySchemes": {"oauth": {"type": "oauth2", "flows": {}}}});
        api(&json!({"/pets": {"post": whole}}), &schemes)
    };
    let tags = |rest: Value| {
        let mut parameter = json!({"name": "tags", "in": "query"});
        if let (Value::Object(parameter), Value::Object(rest)) = (&mut parameter, rest) {
            parameter.extend(rest);
        }
        with(json!({"parameters": [parameter]}))
    };
    let list = json!({"type": "array", "items": {"type": "string"}});
    let form = |content_type: &str| {
        let encoding = json!({"photo": {"contentType": content_type}});
        with(
            json!({"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}, "encoding": encoding}}}}),
        )
    };
    let callback = with(
        json!({"callbacks": {"sold": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": ""}}}}}}}),
    );
    let table = [
        (
            tags(json!({"schema": list})),
            tags(json!({"content": {"application/json": {"schema": list}}})),
            "ParameterEncoding tags",
            "ParameterEncoding tags",
        ),
        (
            tags(json!({"schema": list})),
            tags(json!({"schema": list, "style": "pipeDelimited"})),
            "ParameterEncoding tags",
            "ParameterEncoding tags",
        ),
        (
            tags(json!({"schema": list})),
            tags(json!({"schema": list, "explode": false})),
            "ParameterEncoding tags",
            "ParameterEncoding tags",
        ),
        (
            with(json!({})),
            callback,
            "OperationAdded",
            "OperationRemoved",
        ),
        (
            form("image/png"),
            form("image/jpeg"),
            "BodyEncoding photo",
            "BodyEncoding photo",
        ),
        (
            with(json!({"security": [{"oauth": ["read"]}]})),
            with(json!({"security": [{"oauth": ["read", "write"]}]})),
            "SecurityNarrowed",
            "SecurityWidened",
        ),
        (
            with(json!({})),
            with(json!({"security": [{"oauth": []}]})),
            "SecurityNarrowed",
            "SecurityWidened",
        ),
    ];
    for (old, new, forward, backward) in &table {
        assert_eq!(told(old, new), [*forward]);
        assert_eq!(told(new, old), [*backward]);
    }
    // `explode` does not affect scalars.
    let (old, new) = (
        tags(json!({"schema": {"type": "string"}})),
        tags(json!({"schema": {"type": "string"}, "explode": false})),
    );
    assert_eq!(told(&old, &new), [""; 0]);
}
