//! Changes of schemas.

#![expect(
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "tables of JSON literals"
)]

use serde_json::{Value as Json, json};

use super::Counts;

/// A change of a schema, payloads, and what they say about it in requests and in responses.
pub(super) struct Row {
    pub(super) rule: &'static str,
    pub(super) old: Json,
    pub(super) new: Json,
    pub(super) payloads: &'static [&'static str],
    pub(super) request: Counts,
    pub(super) response: Counts,
}

fn object(properties: Json, required: &[&str]) -> Json {
    json!({"type": "object", "properties": properties, "required": required})
}

/// An object with this schema at `a`.
fn at(schema: Json) -> Json {
    object(json!({"a": schema}), &[])
}

pub(super) fn rows() -> Vec<Row> {
    let row = |rule, (old, new): (Json, Json), payloads, request, response| Row {
        rule,
        old,
        new,
        payloads,
        request,
        response,
    };
    let text = || json!({"type": "string"});
    let kinds = |kinds: &[&str]| at(json!({"type": kinds}));
    let keyword = |old: Json, new: Json| (at(old), at(new));
    vec![
        row(
            "property-removed",
            (
                object(json!({"a": text(), "b": text()}), &[]),
                object(json!({"b": text()}), &[]),
            ),
            &[
                r#"{"a": "x"}"#,
                r#"{"a": "x", "b": "y"}"#,
                r#"{"b": "y"}"#,
                "{}",
            ],
            [4, 4, 2, 0],
            [4, 4, 2, 0],
        ),
        // It is required, and absent in two; one response already sends it.
        row(
            "property-added",
            (
                object(json!({"b": text()}), &[]),
                object(json!({"a": {"type": "integer"}, "b": text()}), &["a"]),
            ),
            &[r#"{"a": 1}"#, r#"{"b": "y"}"#, "{}"],
            [3, 3, 2, 0],
            [3, 0, 0, 1],
        ),
        row(
            "property-required",
            (
                object(json!({"a": text()}), &[]),
                object(json!({"a": text()}), &["a"]),
            ),
            &[r#"{"a": "x"}"#, "{}", r#"{"c": 1}"#],
            [3, 3, 2, 0],
            [3, 0, 0, 0],
        ),
        row(
            "property-optional",
            (
                object(json!({"a": text()}), &["a"]),
                object(json!({"a": text()}), &[]),
            ),
            &[r#"{"a": "x"}"#, "{}"],
            [2, 0, 0, 0],
            [2, 0, 0, 0],
        ),
        row(
            "property-renamed",
            (
                object(json!({"clientsCount": {"type": "integer"}}), &[]),
                object(json!({"clients_count": {"type": "integer"}}), &[]),
            ),
            &[r#"{"clientsCount": 1}"#, "{}", r#"{"clients_count": 1}"#],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "null-removed",
            (kinds(&["string", "null"]), kinds(&["string"])),
            &[r#"{"a": null}"#, r#"{"a": "x"}"#, "{}"],
            [2, 2, 1, 0],
            [2, 2, 1, 0],
        ),
        row(
            "null-added",
            (kinds(&["string"]), kinds(&["string", "null"])),
            &[r#"{"a": null}"#, r#"{"a": "x"}"#, "{}"],
            [2, 0, 0, 1],
            [2, 0, 0, 1],
        ),
        // A number that was never allowed shows no change.
        row(
            "type-narrowed",
            (kinds(&["string", "boolean"]), kinds(&["string"])),
            &[r#"{"a": true}"#, r#"{"a": "x"}"#, r#"{"a": 7}"#],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "type-widened",
            (kinds(&["integer"]), kinds(&["number"])),
            &[r#"{"a": 1}"#, r#"{"a": 1.5}"#, r#"{"a": "x"}"#],
            [3, 0, 0, 1],
            [3, 0, 0, 1],
        ),
        row(
            "type-changed",
            (kinds(&["string"]), kinds(&["integer"])),
            &[r#"{"a": "1"}"#, r#"{"a": "x"}"#, r#"{"a": 1}"#],
            [3, 3, 2, 0],
            [3, 3, 2, 0],
        ),
        row(
            "enum-value-removed",
            keyword(json!({"enum": ["x", "y", "z"]}), json!({"enum": ["x"]})),
            &[
                r#"{"a": "x"}"#,
                r#"{"a": "y"}"#,
                r#"{"a": "z"}"#,
                r#"{"a": "q"}"#,
            ],
            [4, 4, 2, 0],
            [4, 4, 2, 0],
        ),
        row(
            "enum-value-added",
            keyword(json!({"enum": ["x"]}), json!({"enum": ["x", "y"]})),
            &[r#"{"a": "x"}"#, r#"{"a": "y"}"#],
            [2, 0, 0, 1],
            [2, 0, 0, 1],
        ),
        row(
            "enum-added",
            keyword(text(), json!({"type": "string", "enum": ["x"]})),
            &[r#"{"a": "x"}"#, r#"{"a": "y"}"#, r#"{"a": 1}"#],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "enum-removed",
            keyword(json!({"type": "string", "enum": ["x"]}), text()),
            &[r#"{"a": "x"}"#, r#"{"a": "y"}"#, r#"{"a": 1}"#],
            [3, 0, 0, 1],
            [3, 0, 0, 1],
        ),
        // Only the bound counts: `-1` was already invalid under the old one.
        row(
            "bounds-narrowed",
            keyword(
                json!({"type": "integer", "minimum": 0, "maximum": 100}),
                json!({"type": "integer", "minimum": 0, "maximum": 10}),
            ),
            &[
                r#"{"a": 5}"#,
                r#"{"a": 50}"#,
                r#"{"a": -1}"#,
                r#"{"a": 500}"#,
                r#"{"a": "x"}"#,
            ],
            [5, 5, 1, 0],
            [5, 5, 1, 0],
        ),
        row(
            "bounds-widened",
            keyword(
                json!({"type": "integer", "maximum": 10}),
                json!({"type": "integer", "maximum": 100}),
            ),
            &[r#"{"a": 5}"#, r#"{"a": 50}"#, r#"{"a": 500}"#],
            [3, 0, 0, 1],
            [3, 0, 0, 1],
        ),
        row(
            "bounds-changed",
            keyword(
                json!({"type": "integer", "multipleOf": 4}),
                json!({"type": "integer", "multipleOf": 6}),
            ),
            &[r#"{"a": 4}"#, r#"{"a": 12}"#, r#"{"a": 6}"#],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "length-narrowed",
            keyword(
                json!({"type": "string", "maxLength": 5}),
                json!({"type": "string", "maxLength": 2}),
            ),
            &[r#"{"a": "ab"}"#, r#"{"a": "abc"}"#, r#"{"a": "abcdef"}"#],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "length-widened",
            keyword(
                json!({"type": "string", "maxLength": 2}),
                json!({"type": "string", "maxLength": 5}),
            ),
            &[r#"{"a": "ab"}"#, r#"{"a": "abc"}"#, r#"{"a": "abcdef"}"#],
            [3, 0, 0, 1],
            [3, 0, 0, 1],
        ),
        row(
            "pattern-narrowed",
            keyword(text(), json!({"type": "string", "pattern": "^a"})),
            &[r#"{"a": "ab"}"#, r#"{"a": "bc"}"#, r#"{"a": 1}"#],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "pattern-widened",
            keyword(json!({"type": "string", "pattern": "^a"}), text()),
            &[r#"{"a": "ab"}"#, r#"{"a": "bc"}"#, r#"{"a": 1}"#],
            [3, 0, 0, 1],
            [3, 0, 0, 1],
        ),
        row(
            "pattern-changed",
            keyword(
                json!({"type": "string", "pattern": "^a"}),
                json!({"type": "string", "pattern": "z$"}),
            ),
            &[r#"{"a": "ab"}"#, r#"{"a": "az"}"#, r#"{"a": "bz"}"#],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "format-narrowed",
            keyword(text(), json!({"type": "string", "format": "date"})),
            &[r#"{"a": "2024-02-03"}"#, r#"{"a": "bc"}"#],
            [2, 2, 1, 0],
            [2, 2, 1, 0],
        ),
        row(
            "format-widened",
            keyword(json!({"type": "string", "format": "date"}), text()),
            &[r#"{"a": "2024-02-03"}"#, r#"{"a": "bc"}"#],
            [2, 0, 0, 1],
            [2, 0, 0, 1],
        ),
        row(
            "format-changed",
            keyword(
                json!({"type": "string", "format": "date"}),
                json!({"type": "string", "format": "date-time"}),
            ),
            &[r#"{"a": "2024-02-03"}"#, r#"{"a": "2024-02-03T00:00:00Z"}"#],
            [2, 2, 1, 0],
            [2, 2, 1, 0],
        ),
        row(
            "object-closed",
            (
                at(object(json!({"b": text()}), &[])),
                at(
                    json!({"type": "object", "properties": {"b": text()}, "additionalProperties": false}),
                ),
            ),
            &[
                r#"{"a": {"b": "x"}}"#,
                r#"{"a": {"b": "x", "c": 1}}"#,
                r#"{"a": {}}"#,
                "{}",
            ],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "object-opened",
            (
                at(
                    json!({"type": "object", "properties": {"b": text()}, "additionalProperties": false}),
                ),
                at(object(json!({"b": text()}), &[])),
            ),
            &[r#"{"a": {"b": "x"}}"#, r#"{"a": {"b": "x", "c": 1}}"#],
            [2, 0, 0, 0],
            [2, 0, 0, 0],
        ),
        row(
            "constraint-narrowed",
            keyword(
                json!({"type": "array"}),
                json!({"type": "array", "uniqueItems": true}),
            ),
            &[r#"{"a": [1, 2]}"#, r#"{"a": [1, 1]}"#, r#"{"a": "x"}"#],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "constraint-widened",
            keyword(
                json!({"type": "array", "uniqueItems": true}),
                json!({"type": "array"}),
            ),
            &[r#"{"a": [1, 2]}"#, r#"{"a": [1, 1]}"#],
            [2, 0, 0, 1],
            [2, 0, 0, 1],
        ),
        row(
            "read-only-added",
            keyword(text(), json!({"type": "string", "readOnly": true})),
            &[r#"{"a": "x"}"#, "{}"],
            [2, 2, 1, 0],
            [2, 0, 0, 0],
        ),
        row(
            "default-changed",
            keyword(
                json!({"type": "integer", "default": 1}),
                json!({"type": "integer", "default": 2}),
            ),
            &[r#"{"a": 1}"#, "{}", "{}"],
            [3, 3, 2, 0],
            [3, 0, 0, 0],
        ),
        row(
            "deprecation-added",
            keyword(text(), json!({"type": "string", "deprecated": true})),
            &[r#"{"a": "x"}"#, "{}"],
            [2, 2, 1, 0],
            [2, 2, 1, 0],
        ),
        row(
            "deprecation-removed",
            keyword(json!({"type": "string", "deprecated": true}), text()),
            &[r#"{"a": "x"}"#, "{}"],
            [1, 0, 0, 0],
            [1, 0, 0, 0],
        ),
        row(
            "read-only-removed",
            keyword(json!({"type": "string", "readOnly": true}), text()),
            &[r#"{"a": "x"}"#, "{}"],
            [1, 0, 0, 0],
            [1, 0, 0, 0],
        ),
        row(
            "constraint-changed",
            keyword(json!({"not": {"const": 1}}), json!({"not": {"const": 2}})),
            &[r#"{"a": 1}"#, r#"{"a": 2}"#, r#"{"a": 3}"#],
            [3, 3, 1, 0],
            [3, 3, 1, 0],
        ),
        row(
            "content-changed",
            keyword(
                json!({"type": "string", "contentEncoding": "base64"}),
                json!({"type": "string", "contentEncoding": "base16"}),
            ),
            &[r#"{"a": "YQ=="}"#, r#"{"a": "61"}"#, "{}"],
            [2, 2, 2, 0],
            [2, 2, 2, 0],
        ),
        row(
            "properties-moved",
            (
                object(
                    json!({"street": text(), "city": text(), "name": text()}),
                    &["street", "city"],
                ),
                object(
                    json!({"name": text(), "address": object(json!({"street": text(), "city": text()}), &["street", "city"])}),
                    &["address"],
                ),
            ),
            &[
                r#"{"street": "x", "city": "y", "name": "n"}"#,
                r#"{"name": "n"}"#,
                r#"{"city": "y"}"#,
            ],
            [3, 3, 2, 0],
            [3, 3, 2, 0],
        ),
        // The last one is invalid, and its tag says which variant it is.
        row(
            "variant-removed",
            (variants(&["cat", "dog"]), variants(&["cat"])),
            &[
                r#"{"kind": "cat", "cat": 1}"#,
                r#"{"kind": "dog", "dog": 1}"#,
                r#"{"kind": "dog", "dog": "one"}"#,
            ],
            [3, 3, 2, 0],
            [3, 3, 2, 0],
        ),
        row(
            "variant-added",
            (variants(&["cat"]), variants(&["cat", "dog"])),
            &[
                r#"{"kind": "cat", "cat": 1}"#,
                r#"{"kind": "dog", "dog": 1}"#,
            ],
            [2, 0, 0, 1],
            [2, 0, 0, 1],
        ),
    ]
}

fn variants(names: &[&str]) -> Json {
    let variants = names.iter().map(|name| {
        json!({
            "type": "object",
            "required": ["kind", name],
            "properties": {"kind": {"const": name}, *name: {"type": "integer"}}
        })
    });
    json!({"oneOf": variants.collect::<Vec<Json>>()})
}
