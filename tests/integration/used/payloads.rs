//! Changes in the values of bodies, parameters and headers.

use serde_json::{Value, json};

use super::{JSON, answer, api, body, entry, expect, folder, gate, object, query};
use crate::common;

/// Each row: old schema, new schema, a payload that the old one accepts and the new one rejects.
fn narrowed() -> Vec<(Value, Value, &'static str)> {
    let of = |old: Value, new: Value| (object(&json!({"a": old})), object(&json!({"a": new})));
    let mut rows = Vec::new();
    let mut add = |old: Value, new: Value, text: &'static str| {
        let (old, new) = of(old, new);
        rows.push((old, new, text));
    };
    let text = || json!({"type": "string"});
    let whole = || json!({"type": "integer"});
    add(
        json!({"enum": ["x", "y"]}),
        json!({"enum": ["y"]}),
        r#"{"a": "x"}"#,
    );
    add(
        json!({"enum": [1, 2]}),
        json!({"enum": [2]}),
        r#"{"a": 1.0}"#,
    );
    add(
        json!({"enum": [[1], {"k": 1}, 2]}),
        json!({"enum": [2]}),
        r#"{"a": [1]}"#,
    );
    add(
        json!({"enum": [[1], {"k": 1}, 2]}),
        json!({"enum": [2]}),
        r#"{"a": {"k": 1.0}}"#,
    );
    add(
        json!({"enum": [true, false]}),
        json!({"enum": [false]}),
        r#"{"a": true}"#,
    );
    add(text(), json!({"enum": ["y"]}), r#"{"a": "x"}"#);
    add(
        json!({"enum": [null, "x"]}),
        json!({"enum": ["x"]}),
        r#"{"a": null}"#,
    );
    add(
        json!({"type": ["string", "null"]}),
        text(),
        r#"{"a": null}"#,
    );
    add(
        json!({"const": "x"}),
        json!({"const": "y"}),
        r#"{"a": "x"}"#,
    );
    add(text(), whole(), r#"{"a": "x"}"#);
    add(json!({"type": "number"}), whole(), r#"{"a": 1.5}"#);
    add(
        json!({"type": ["integer", "string"]}),
        whole(),
        r#"{"a": "x"}"#,
    );
    add(
        whole(),
        json!({"type": "integer", "maximum": 5}),
        r#"{"a": 6}"#,
    );
    add(
        json!({"type": "integer", "minimum": 1}),
        json!({"type": "integer", "exclusiveMinimum": 1}),
        r#"{"a": 1}"#,
    );
    add(
        whole(),
        json!({"type": "integer", "multipleOf": 2}),
        r#"{"a": 3}"#,
    );
    add(
        text(),
        json!({"type": "string", "maxLength": 2}),
        r#"{"a": "abc"}"#,
    );
    add(
        text(),
        json!({"type": "string", "pattern": "^x"}),
        r#"{"a": "abc"}"#,
    );
    add(
        text(),
        json!({"type": "string", "format": "date"}),
        r#"{"a": "abc"}"#,
    );
    add(
        text(),
        json!({"type": "string", "not": {"const": "abc"}}),
        r#"{"a": "abc"}"#,
    );
    add(
        json!({"type": "array"}),
        json!({"type": "array", "maxItems": 1}),
        r#"{"a": [1, 2]}"#,
    );
    add(
        json!({"type": "array"}),
        json!({"type": "array", "uniqueItems": true}),
        r#"{"a": [1, 1]}"#,
    );
    add(
        json!({"type": "array"}),
        json!({"type": "array", "contains": {"const": 2}}),
        r#"{"a": [1]}"#,
    );
    add(
        json!({"type": "array", "prefixItems": [text()]}),
        json!({"type": "array", "prefixItems": [text()], "items": false}),
        r#"{"a": ["x", 1]}"#,
    );
    add(
        json!({"anyOf": [text(), whole()]}),
        json!({"anyOf": [text()]}),
        r#"{"a": 3}"#,
    );
    add(
        json!({"anyOf": [text(), whole()]}),
        whole(),
        r#"{"a": "x"}"#,
    );
    add(
        json!({"oneOf": [
            {"type": "object", "required": ["k"], "properties": {"k": {"const": "cat"}, "m": text()}},
            {"type": "object", "required": ["k"], "properties": {"k": {"const": "dog"}}}
        ]}),
        json!({"oneOf": [
            {"type": "object", "required": ["k"], "properties": {"k": {"const": "cat"}, "m": whole()}},
            {"type": "object", "required": ["k"], "properties": {"k": {"const": "dog"}}}
        ]}),
        r#"{"a": {"k": "cat", "m": "x"}}"#,
    );
    add(json!({}), json!(false), r#"{"a": 1}"#);
    add(
        json!({"type": "object", "additionalProperties": text()}),
        json!({"type": "object", "additionalProperties": whole()}),
        r#"{"a": {"z": "x"}}"#,
    );
    add(
        json!({"type": "object", "patternProperties": {"^z": text()}}),
        json!({"type": "object", "patternProperties": {"^z": whole()}}),
        r#"{"a": {"z": "x"}}"#,
    );
    add(
        json!({"type": "object"}),
        json!({"type": "object", "propertyNames": {"maxLength": 1}}),
        r#"{"a": {"zz": 1}}"#,
    );
    let both = || json!({"a": text(), "b": text()});
    for new in [
        json!({"type": "object", "properties": both(), "required": ["b"]}),
        json!({"type": "object", "properties": both(), "minProperties": 3}),
        json!({"type": "object", "properties": both(), "dependentRequired": {"a": ["b"]}}),
        json!({"type": "object", "properties": both(),
               "if": {"required": ["a"]}, "then": {"required": ["b"]}}),
    ] {
        rows.push((object(&both()), new, r#"{"a": "x"}"#));
    }
    let closed = |properties: Value| json!({"type": "object", "properties": properties, "additionalProperties": false});
    rows.push((
        closed(both()),
        closed(json!({"b": text()})),
        r#"{"a": "x"}"#,
    ));
    rows.push((object(&both()), closed(both()), r#"{"a": "x", "z": 1}"#));
    rows.push((
        object(&json!({"l": {"type": "array", "items": {"enum": ["x", "y"]}}})),
        object(&json!({"l": {"type": "array", "items": {"enum": ["y"]}}})),
        r#"{"l": ["y", "x"]}"#,
    ));
    rows
}

fn is_valid(schema: &Value, text: &str) -> bool {
    let instance: Value = serde_json::from_str(text).expect("JSON");
    let mut schema = schema.clone();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    let options = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema);
    options.expect("a schema").is_valid(&instance)
}

/// A request that the old contract accepts and the new one rejects fails the gate, whatever else was captured.
#[test]
fn a_request_that_the_new_version_rejects_fails_the_gate() {
    for (old, new, text) in narrowed() {
        let name = format!("{old} → {new}: {text}");
        assert!(is_valid(&old, text) && !is_valid(&new, text), "{name}");
        let sent = |text| {
            entry(
                ("POST", "/things", Some((JSON, text))),
                (200, Some((JSON, "{}"))),
            )
        };
        // As the body, in an array, and in a component that requests and responses share.
        let listed = |schema: &Value| json!({"type": "array", "items": schema});
        let in_list = format!("[{text}]");
        for (old, new, text) in [
            (old.clone(), new.clone(), text),
            (listed(&old), listed(&new), &in_list),
        ] {
            let contracts = (&api("post", &body(&old)), &api("post", &body(&new)));
            expect(&name, contracts, &[sent(text)], 1);
        }
        let shared = |schema: &Value| {
            let mut api = api("post", &body(&json!({"$ref": "#/components/schemas/S"})));
            api["paths"]["/things"]["post"]["responses"]["200"]["content"][JSON]["schema"] =
                json!({"$ref": "#/components/schemas/S"});
            api["components"] = json!({"schemas": {"S": schema}});
            api
        };
        let exchange = entry(
            ("POST", "/things", Some((JSON, text))),
            (200, Some((JSON, text))),
        );
        expect(&name, (&shared(&old), &shared(&new)), &[exchange], 1);
    }
}

/// A drift next to what a change is about does not hide the change.
#[test]
fn drift_elsewhere_hides_nothing() {
    for (old, new, text) in narrowed() {
        let with = |schema: &Value| {
            let mut schema = schema.clone();
            schema["properties"]["drift"] = json!({"type": "integer"});
            schema
        };
        let (old, new) = (with(&old), with(&new));
        let mut drifted: Value = serde_json::from_str(text).expect("JSON");
        drifted["drift"] = json!("x");
        let name = format!("{old} → {new}: {drifted}");
        let drifted = drifted.to_string();
        let sent = entry(
            ("POST", "/things", Some((JSON, &drifted))),
            (200, Some((JSON, "{}"))),
        );
        expect(
            &name,
            (&api("post", &body(&old)), &api("post", &body(&new))),
            &[sent],
            1,
        );
    }
}

/// The other direction: a response that the old version sends, where the new one may send more.
#[test]
fn a_response_that_may_be_another_fails_the_gate() {
    const ANSWERS: [&str; 9] = [
        r#"{"a": "y"}"#,
        r#"{"a": 2}"#,
        r#"{"a": false}"#,
        r#"{"a": "xx"}"#,
        r#"{"a": "2024-01-01"}"#,
        r#"{"a": [2]}"#,
        r#"{"a": {"k": "cat", "m": 1, "z": 1}}"#,
        r#"{"a": {"z": 1}}"#,
        r#"{"l": ["y"]}"#,
    ];
    let mut checked = 0;
    for (wide, narrow, _) in narrowed() {
        // The place of the change has to be in it.
        let has_place = |text: &str| narrow["properties"][&text[2..3]] != Value::Null;
        let sent = ANSWERS
            .iter()
            .filter(|text| is_valid(&narrow, text) && has_place(text));
        let contracts = (api("get", &answer(&narrow)), api("get", &answer(&wide)));
        for text in sent {
            let exchange = entry(("GET", "/things", None), (200, Some((JSON, text))));
            let folder = folder(&contracts.0, &contracts.1, &[exchange]);
            // Readers have to expect some changes, which are no errors.
            let arguments = [
                "report",
                "old.json",
                "new.json",
                "traffic.har",
                "--fail-on",
                "error",
            ];
            let (is_breaking, ..) = common::run_in(folder.path(), &arguments, "");
            let (code, stdout, _) = gate(folder.path(), &[]);
            assert_eq!(code, is_breaking, "{narrow} → {wide}: {text}\n{stdout}");
            checked += is_breaking;
        }
    }
    assert!(checked >= 10, "{checked}");
}

/// In a response, a change that the old version cannot show counts wherever its place was captured, whether another
/// message already does what only the new version allows or not.
#[test]
fn a_wider_response_fails_the_gate_where_it_was_read() {
    let of = |schema: Value| object(&json!({"a": schema, "drift": {"type": "integer"}}));
    let rows = [
        (
            json!({"type": "integer"}),
            json!({"type": ["integer", "string"]}),
            r#"{"a": 1}"#,
            r#"{"a": "x", "drift": "x"}"#,
        ),
        (
            json!({"type": "integer"}),
            json!({"type": ["integer", "null"]}),
            r#"{"a": 1}"#,
            r#"{"a": null, "drift": "x"}"#,
        ),
        (
            json!({"type": "string"}),
            json!({"type": "integer"}),
            r#"{"a": "x"}"#,
            r#"{"a": 1, "drift": "x"}"#,
        ),
    ];
    for (old, new, clean, drifted) in rows {
        let name = format!("{old} → {new}");
        let contracts = (
            &api("get", &answer(&of(old))),
            &api("get", &answer(&of(new))),
        );
        let read = |text| entry(("GET", "/things", None), (200, Some((JSON, text))));
        expect(&name, contracts, &[read(clean)], 1);
        expect(&name, contracts, &[read(clean), read(drifted)], 1);
        expect(&name, contracts, &[read("{}"), read(clean)], 1);
        // The place is in no response.
        expect(&name, contracts, &[read("{}")], 0);
        // The operation was not called.
        expect(
            &name,
            contracts,
            &[entry(("GET", "/things/1", None), (200, None))],
            0,
        );
    }
}

/// A parameter is compared as its schema reads it.
#[test]
fn values_of_parameters_have_types() {
    let list = |items: Value| json!({"type": "array", "items": items});
    for (old, new, used, unused) in [
        (
            json!({"type": "integer", "enum": [1, 2]}),
            json!({"type": "integer", "enum": [2]}),
            "?q=1",
            "?q=2",
        ),
        (
            json!({"enum": [true, false]}),
            json!({"enum": [false]}),
            "?q=true",
            "?q=false",
        ),
        (
            json!({"enum": ["1", "2"]}),
            json!({"enum": ["2"]}),
            "?q=1",
            "?q=2",
        ),
        (
            list(json!({"type": "integer", "enum": [1, 2]})),
            list(json!({"type": "integer", "enum": [2]})),
            "?q=2&q=1",
            "?q=2",
        ),
        (
            json!({"type": "integer"}),
            json!({"type": "integer", "enum": [2]}),
            "?q=1",
            "?q=2",
        ),
        (
            json!({"type": "string"}),
            json!({"type": "integer"}),
            "?q=x",
            "?q=1",
        ),
        // A value that the old contract already rejects is no use.
        (
            json!({"type": "integer", "maximum": 100}),
            json!({"type": "integer", "maximum": 50}),
            "?q=60",
            "?q=500",
        ),
        // A drift in another element hides nothing.
        (
            list(json!({"type": "integer"})),
            json!({"type": "array", "items": {"type": "integer"}, "maxItems": 1}),
            "?q=1&q=x",
            "?q=1",
        ),
    ] {
        let contracts = (&api("get", &query(&old)), &api("get", &query(&new)));
        for (sent, code) in [(used, 1), (unused, 0), ("", 0)] {
            let exchange = entry(
                ("GET", &format!("/things{sent}"), None),
                (200, Some((JSON, "{}"))),
            );
            expect(
                &format!("{old} → {new}: {sent}"),
                contracts,
                &[exchange],
                code,
            );
        }
    }
    // In a path and in a header.
    let in_header = |values: Value| {
        json!({"parameters": [
        {"name": "X-A", "in": "header", "schema": {"type": "integer", "enum": values}}]})
    };
    let contracts = (
        &api("get", &in_header(json!([7, 8]))),
        &api("get", &in_header(json!([8]))),
    );
    expect(
        "header",
        contracts,
        &[entry(("GET", "/things", None), (200, Some((JSON, "{}"))))],
        1,
    );
    let in_path = |values: Value| {
        let mut api = api("get", &json!({}));
        api["paths"]["/things/{id}"]["get"]["parameters"][0]["schema"] =
            json!({"type": "integer", "enum": values});
        api
    };
    let contracts = (&in_path(json!([1, 2])), &in_path(json!([2])));
    expect(
        "path",
        contracts,
        &[entry(("GET", "/things/1", None), (200, None))],
        1,
    );
    expect(
        "path",
        contracts,
        &[entry(("GET", "/things/2", None), (200, None))],
        0,
    );
}
