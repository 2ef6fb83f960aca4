//! Documents made from valid ones by small changes, for twenty schemas. The same seed gives the same
//! documents.

use serde_json::{Value, json};
use wiredrift::contract::{Contract, Operation};

/// A deterministic generator of random numbers (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// Schemas, each with a document that it accepts.
pub fn schemas() -> Vec<(Value, Value)> {
    let time = "2022-11-01T03:15:03Z";
    let mut schemas = vec![
        (
            json!({"type": "object", "required": ["id", "at"], "properties": {
                "id": {"type": "integer", "minimum": 1}, "name": {"type": "string"},
                "at": {"type": "string", "format": "date-time"}, "tags": {"type": "array", "items": {"type": "string"}}}}),
            json!({"id": 4, "name": "Grace", "at": time, "tags": ["a", "b"]}),
        ),
        (
            json!({"type": "object", "additionalProperties": false, "properties": {
                "a": {"type": ["string", "null"]}, "b": {"enum": ["x", "y", 1, null]}, "c": {"const": "k"}}}),
            json!({"a": null, "b": "y", "c": "k"}),
        ),
        (
            json!({"anyOf": [{"$ref": "#/$defs/link"}, {"type": "null"}],
                "$defs": {"link": {"type": "object", "required": ["next"], "properties": {
                    "next": {"type": ["string", "null"]}, "more": {"$ref": "#"}}}}}),
            json!({"next": "/a", "more": {"next": null, "more": null}}),
        ),
        (
            json!({"oneOf": [
                {"type": "object", "required": ["type", "size"], "properties": {"type": {"const": "box"}, "size": {"type": "number", "exclusiveMinimum": 0}}},
                {"type": "object", "required": ["type", "radius"], "properties": {"type": {"const": "ball"}, "radius": {"type": "number"}}}]}),
            json!({"type": "ball", "radius": 1.5}),
        ),
        (
            json!({"type": "array", "minItems": 1, "maxItems": 5, "prefixItems": [{"type": "integer"}], "items": {"type": "string", "maxLength": 4}}),
            json!([1, "two", "\u{e9}\u{e9}"]),
        ),
        (
            json!({"type": "array", "uniqueItems": true, "items": {"type": ["integer", "string"], "multipleOf": 3}}),
            json!([3, 6, "a", 9]),
        ),
        (
            json!({"if": {"properties": {"kind": {"const": "card"}}, "required": ["kind"]},
                "then": {"required": ["number"], "properties": {"number": {"type": "string", "pattern": "^[0-9]{4,8}$"}}},
                "else": {"required": ["iban"]}}),
            json!({"kind": "card", "number": "12345678", "iban": "x"}),
        ),
        (
            json!({"type": "object", "patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": {"type": "integer"}}),
            json!({"x-a": "1", "b": 2, "c": 3}),
        ),
        (
            json!({"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}, "minProperties": 1, "maxProperties": 4, "additionalProperties": {"type": "boolean"}}),
            json!({"a": true, "b": false}),
        ),
        (
            json!({"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"minLength": 2}}}, {"properties": {"a": {"type": "string"}, "b": {"format": "uuid"}}}]}),
            json!({"a": "ab", "b": "2eb8aa08-aa98-11ea-b4aa-73b441d16380"}),
        ),
        (
            json!({"type": "object", "dependentRequired": {"card": ["address", "name"]}, "properties": {"card": {"type": "integer"}}}),
            json!({"card": 1, "address": "x", "name": "y"}),
        ),
        (
            json!({"type": "object", "properties": {"a": {"not": {"type": "string"}}, "b": {"contains": {"type": "integer"}, "maxContains": 2}}}),
            json!({"a": 1, "b": [1, "x"]}),
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "integer"}}, "unevaluatedProperties": false, "anyOf": [{"properties": {"b": {"type": "string"}}, "required": ["b"]}, {"properties": {"c": true}}]}),
            json!({"a": 1, "b": "x"}),
        ),
        (
            json!({"type": "object", "properties": {"mail": {"format": "email"}, "v4": {"format": "ipv4"}, "v6": {"format": "ipv6"}, "uri": {"format": "uri"}, "date": {"format": "date"}, "time": {"format": "time"}}}),
            json!({"mail": "a@b.example", "v4": "192.0.2.1", "v6": "2001:db8::1", "uri": "https://a.example/b", "date": "2022-11-01", "time": "03:15:03Z"}),
        ),
        (
            json!({"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "required": ["value"], "properties": {
                "value": {"type": "number", "minimum": -10, "maximum": 10.5}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}}),
            json!({"value": 1, "children": [{"value": 2.5, "children": []}, {"value": -3}]}),
        ),
        (
            json!({"anyOf": [{"type": "string", "enum": ["new", "old"]}, {"type": "string", "minLength": 5}, {"type": "integer"}]}),
            json!("new"),
        ),
        (
            json!({"type": "object", "properties": {"items": {"type": "array", "items": {"oneOf": [{"type": "integer"}, {"type": "string", "format": "date-time"}, {"type": "object", "properties": {"x": {"type": "null"}}, "required": ["x"]}]}}}}),
            json!({"items": [1, "2022-11-01T03:15:03+00:00", {"x": null}]}),
        ),
        (
            json!({"type": "object", "required": ["event"], "properties": {"event": {"type": "string"}}, "allOf": [
                {"if": {"properties": {"event": {"const": "push"}}}, "then": {"required": ["commits"], "properties": {"commits": {"type": "array", "items": {"type": "object", "required": ["id"]}}}}},
                {"if": {"properties": {"event": {"const": "star"}}}, "then": {"required": ["count"]}}]}),
            json!({"event": "push", "commits": [{"id": 1}], "count": 2}),
        ),
        (
            json!({"type": "object", "properties": {"big": {"type": "integer", "maximum": 9_007_199_254_740_993_u64}, "price": {"type": "number", "multipleOf": 0.01}, "flag": {"const": true}, "none": {"enum": [null, false, 0]}}}),
            json!({"big": 9_007_199_254_740_992_u64, "price": 10.25, "flag": true, "none": null}),
        ),
        (
            json!({"type": "object", "dependentSchemas": {"a": {"required": ["b"]}}, "properties": {"s": {"type": "string", "minLength": 1, "maxLength": 10, "pattern": "^\\w+$"}}}),
            json!({"a": 1, "b": 2, "s": "abc"}),
        ),
        // Branches that a tag, a key or a nested tag distinguishes, and a spelling that only one of them
        // prescribes.
        (
            json!({"type": "array", "items": {"oneOf": [
                {"type": "object", "required": ["kind", "at"], "additionalProperties": false, "properties": {
                    "kind": {"const": "a"}, "at": {"type": "string", "format": "date-time", "examples": [time]}}},
                {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["b", "c"]}, "n": {"type": "integer"},
                    "in": {"anyOf": [{"type": "null"}, {"$ref": "#/items"}]}}}]}}),
            json!([{"kind": "a", "at": time}, {"at": "2022-11-01T03:15:03+00:00", "kind": "a"},
                {"kind": "a", "at": time}, {"kind": "a", "at": time},
                {"kind": "b", "n": 1, "in": {"kind": "a", "at": time}}, {"n": 2, "kind": "c", "in": null}]),
        ),
        (
            json!({"oneOf": [
                {"oneOf": [
                    {"type": "object", "required": ["x", "event"], "properties": {"x": {"enum": ["made", "gone"]}, "event": {"const": "push"}}},
                    {"type": "object", "required": ["x", "event"], "properties": {"x": {"const": "kept"}, "event": {"const": "push"}}}]},
                {"oneOf": [
                    {"type": "object", "required": ["x"], "properties": {"x": {"const": "made"}, "event": {"const": "star"}}},
                    {"type": "object", "required": ["y"], "properties": {"y": {"type": "string"}}, "additionalProperties": false}]}]}),
            json!({"x": "made", "event": "push", "y": "made"}),
        ),
        (
            json!({"prefixItems": [{"type": "integer"}], "anyOf": [{"prefixItems": [true, {"type": "string"}]}, {"items": {"type": "integer"}}, {"maxItems": 2}], "unevaluatedItems": {"type": "boolean"}}),
            json!([1, "a", true]),
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "integer"}}, "dependentSchemas": {"a": {"properties": {"b": {"type": "string"}}}, "c": {"required": ["a"], "patternProperties": {"^d": {"type": "boolean"}}}},
                "propertyNames": {"maxLength": 6}, "unevaluatedProperties": {"type": "null"}}),
            json!({"a": 1, "b": "x", "c": null, "d": true}),
        ),
        (
            json!({"type": "array", "contains": {"type": "object", "required": ["id"]}, "minContains": 1, "maxContains": 3,
                "items": {"anyOf": [{"type": "integer"}, {"type": "object", "properties": {"id": {"type": "integer"}},
                    "if": {"required": ["id", "more"]}, "then": {"properties": {"more": {"type": "array", "contains": {"const": 1}}}}, "else": {"maxProperties": 2}, "unevaluatedProperties": false}]}}),
            json!([1, {"id": 2}, {"id": 3, "more": [0, 1]}]),
        ),
        // A branch that is assumed and whose `not` accepts; nested assumptions.
        (
            json!({"type": "array", "items": {"anyOf": [
                {"title": "A", "type": "object", "required": ["k"], "allOf": [{"not": {"required": ["x"]}}],
                    "properties": {"k": {"const": "a"}, "n": {"type": "integer"}}},
                {"title": "B", "type": "object", "required": ["k"], "properties": {"k": {"const": "b"}, "c": {"$ref": "#/items"}}}]}}),
            json!([{"k": "a", "n": 1}, {"k": "b", "c": {"k": "b", "c": {"k": "a", "n": 2}}}, {"k": "b", "x": 1}]),
        ),
    ];
    for outside in super::outside::outside() {
        let mut random = Random(3);
        for _ in 0..2 {
            schemas.push((outside.schema.clone(), (outside.payload)(&mut random)));
        }
    }
    schemas
}

/// A contract whose operation `get` responds with this schema, and the crate's validator for it.
pub fn judges(schema: &Value) -> (Contract, jsonschema::Validator) {
    let contract = Contract::describe("mutated", "v1", "")
        .operation(Operation::describe("get", "GET", "/").response_schema(200, schema.clone()))
        .build()
        .expect("compiles");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .expect("compiles");
    (contract, validator)
}

const VALUES: [&str; 28] = [
    "null",
    "true",
    "false",
    "0",
    "-1",
    "4",
    "1.0",
    "1e2",
    "1.5",
    "-0",
    "9007199254740993",
    // 2^100: the crate compares doubles, so it must be exactly representable as one.
    "1267650600228229401496703205376",
    "1e400",
    "\"\"",
    "\"x\"",
    "\"card\"",
    "\"\\u00e9\\ud83d\\ude00\"",
    "\"2022-02-30T00:00:00Z\"",
    "\"2022-11-01t03:15:60z\"",
    "\"2-22-11-01T03:15:03Z\"",
    "[]",
    "[1]",
    "[1,1]",
    "{}",
    "{\"a\":1}",
    "\"push\"",
    "\"\\ud800\"",
    "01",
];

/// A document with up to three small changes, as text; some are no longer JSON.
pub fn mutated(random: &mut Random, document: &Value) -> Vec<u8> {
    let mut document = document.clone();
    let changes = 1 + random.below(3);
    let mut raw = Vec::new();
    for _ in 0..changes {
        change(random, &mut document, &mut raw);
    }
    let mut text = match random.below(4) {
        0 => serde_json::to_string_pretty(&document),
        _ => serde_json::to_string(&document),
    }
    .expect("JSON");
    for value in raw {
        text = text.replacen(&format!("\"\u{1}{value}\""), VALUES[value], 1);
        text = text.replacen(&format!("\"\\u0001{value}\""), VALUES[value], 1);
    }
    let mut text = text.into_bytes();
    if random.below(8) == 0 && !text.is_empty() {
        let at = random.below(text.len());
        match random.below(4) {
            0 => text[at] = b" \"\\{}[]:,0-.e\x01\xff"[random.below(15)],
            1 => {
                text.remove(at);
            }
            2 => text.truncate(at),
            _ => text.insert(at, b" ,\"0}\n\t"[random.below(7)]),
        }
    }
    text
}

/// Changes one value somewhere in a document; `raw` collects the values that are written verbatim.
fn change(random: &mut Random, document: &mut Value, raw: &mut Vec<usize>) {
    let parts = match document {
        Value::Object(members) => members.len(),
        Value::Array(elements) => elements.len(),
        _ => 0,
    };
    if parts > 0 && random.below(3) != 0 {
        let index = random.below(parts);
        let part = match document {
            Value::Object(members) => members.values_mut().nth(index),
            Value::Array(elements) => elements.get_mut(index),
            _ => None,
        };
        return change(random, part.expect("there"), raw);
    }
    let stays = random.below(2) == 0;
    match document {
        Value::Object(members) if stays => {
            if random.below(3) == 0 && !members.is_empty() {
                let index = random.below(members.len());
                let key = members.keys().nth(index).expect("there").clone();
                members.shift_remove(&key);
            } else {
                let keys = ["a", "b", "extra", "Extra", "x-y", "s\u{e9}", "kind"];
                let key = keys[random.below(keys.len())];
                members.insert(key.to_owned(), placeholder(random, raw));
            }
        }
        Value::Array(elements) if stays => {
            let value = placeholder(random, raw);
            elements.push(value);
        }
        other => *other = placeholder(random, raw),
    }
}

/// A placeholder for a value, until the document is text.
fn placeholder(random: &mut Random, raw: &mut Vec<usize>) -> Value {
    let value = random.below(VALUES.len());
    raw.push(value);
    Value::String(format!("\u{1}{value}"))
}
