//! `wiredrift report --fail-on used`, end to end: a breaking change that the captured traffic uses never passes.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::common;

/// The exit code, standard output and standard error of the gate.
fn gate(folder: &Path, more: &[&str]) -> (i32, String, String) {
    let arguments = [
        "report",
        "old.json",
        "new.json",
        "traffic.har",
        "--fail-on",
        "used",
    ];
    common::run_in(folder, &[&arguments[..], more].concat(), "")
}

/// A contract with the operation `thing` and another one.
fn api(method: &str, operation: &Value) -> Value {
    let mut operation = operation.clone();
    operation["operationId"] = json!("thing");
    if operation["responses"].is_null() {
        operation["responses"] =
            json!({"200": {"description": "ok", "content": {"application/json": {"schema": {}}}}});
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1.0.0"},
        "paths": {
            "/things": {method: operation},
            "/things/{id}": {"get": {
                "operationId": "one",
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "ok"}}
            }}
        }
    })
}

fn body(schema: &Value) -> Value {
    json!({"requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}})
}

fn answer(schema: &Value) -> Value {
    json!({"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}})
}

fn query(schema: &Value) -> Value {
    json!({"parameters": [{"name": "q", "in": "query", "schema": schema}]})
}

/// A message of an exchange: its media type and body.
type Sent<'t> = Option<(&'t str, &'t str)>;

const JSON: &str = "application/json";

/// One entry of a HAR.
fn entry(request: (&str, &str, Sent<'_>), response: (u16, Sent<'_>)) -> Value {
    let headers = |sent: Sent<'_>| match sent {
        Some((media_type, _)) => {
            json!([{"name": "X-A", "value": "7"}, {"name": "Content-Type", "value": media_type}])
        }
        None => json!([{"name": "X-A", "value": "7"}]),
    };
    let (method, path, sent) = request;
    let mut asked = json!({
        "method": method, "url": format!("https://x.example{path}"), "httpVersion": "HTTP/1.1",
        "headers": headers(sent), "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0
    });
    if let Some((media_type, text)) = sent {
        asked["postData"] = json!({"mimeType": media_type, "text": text});
    }
    let (status, answered) = response;
    let content = match answered {
        Some((media_type, text)) => {
            json!({"size": text.len(), "mimeType": media_type, "text": text})
        }
        None => json!({"size": 0, "mimeType": ""}),
    };
    json!({
        "startedDateTime": "2024-01-01T00:00:00Z", "time": 1, "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
        "request": asked,
        "response": {
            "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "headers": headers(answered),
            "cookies": [], "content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1
        }
    })
}

fn har(entries: &[Value]) -> Value {
    json!({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries}})
}

/// A folder with both contracts and a HAR.
fn folder(old: &Value, new: &Value, entries: &[Value]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, value: &Value| {
        fs::write(folder.path().join(name), value.to_string()).expect("written");
    };
    write("old.json", old);
    write("new.json", new);
    write("traffic.har", &har(entries));
    folder
}

/// Runs the gate on a pair of contracts and exchanges, and checks the exit code.
fn expect(
    name: &str,
    (old, new): (&Value, &Value),
    entries: &[Value],
    expected: i32,
) -> (String, String) {
    let folder = folder(old, new, entries);
    let (code, stdout, stderr) = gate(folder.path(), &[]);
    assert_eq!(code, expected, "{name}\n{stdout}{stderr}");
    // What passes is breaking all the same.
    let arguments = [
        "report",
        "old.json",
        "new.json",
        "traffic.har",
        "--fail-on",
        "error",
    ];
    let (code, ..) = common::run_in(folder.path(), &arguments, "");
    assert_eq!(code, 1, "{name} is not breaking\n{stdout}");
    (stdout, stderr)
}

fn object(properties: &Value) -> Value {
    json!({"type": "object", "properties": properties})
}

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

/// What was not captured, or could not be compared, is not called unused.
#[test]
fn what_cannot_be_decided_fails_the_gate() {
    let closed = |names: &[&str]| {
        let properties: Value = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({"type": "string"})))
            .collect();
        json!({"type": "object", "properties": properties, "additionalProperties": false})
    };
    let of = |media_type: &str, schema: &Value| {
        json!({
        "requestBody": {"required": true, "content": {media_type: {"schema": schema}}}})
    };
    let multipart = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--X--\r\n";
    let rows: [(&str, Sent<'_>); 6] = [
        (
            "application/x-www-form-urlencoded",
            Some(("application/x-www-form-urlencoded", "a=1&b=2")),
        ),
        (
            "multipart/form-data",
            Some(("multipart/form-data; boundary=X", multipart)),
        ),
        (
            "application/x-ndjson",
            Some(("application/x-ndjson", "{\"a\": \"1\"}\n{\"b\": \"2\"}\n")),
        ),
        (JSON, Some(("text/plain", "{\"a\": \"1\"}"))),
        (JSON, Some((JSON, "{\"a\":"))),
        (JSON, None),
    ];
    for (declared, sent) in rows {
        let contracts = (
            &api("post", &of(declared, &closed(&["a", "b"]))),
            &api("post", &of(declared, &closed(&["b"]))),
        );
        let exchange = entry(("POST", "/things", sent), (200, Some((JSON, "{}"))));
        let (stdout, _) = expect(&format!("{declared} {sent:?}"), contracts, &[exchange], 1);
        let stdout = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            stdout.contains("cannot be decided from the captures"),
            "{stdout}"
        );
        assert!(
            stdout.contains("was not captured or not compared in 1 exchange"),
            "{stdout}"
        );
        // Another operation says nothing about it.
        expect(
            declared,
            contracts,
            &[entry(("GET", "/things/1", None), (200, None))],
            0,
        );
    }
    // A response that was not captured.
    let contracts = (
        &api("get", &answer(&object(&json!({"a": {"type": "string"}})))),
        &api("get", &answer(&object(&json!({"a": {"type": "integer"}})))),
    );
    expect(
        "no response",
        contracts,
        &[entry(("GET", "/things", None), (0, None))],
        1,
    );
    expect(
        "no body",
        contracts,
        &[entry(("GET", "/things", None), (200, None))],
        1,
    );
    // Another status has another body.
    expect(
        "404",
        contracts,
        &[entry(("GET", "/things", None), (404, Some((JSON, "{}"))))],
        0,
    );
}

/// A payload that was captured alone says nothing about its request.
#[test]
fn a_payload_alone_leaves_its_request_open() {
    let both = |values: Value| {
        let mut operation = query(&json!({"enum": values}));
        operation["responses"] =
            answer(&object(&json!({"a": {"type": "string"}})))["responses"].clone();
        operation
    };
    let folder = folder(
        &api("get", &both(json!(["x", "y"]))),
        &api("get", &both(json!(["y"]))),
        &[],
    );
    fs::write(folder.path().join("thing.200.json"), r#"{"a": "x"}"#).expect("written");
    let arguments = [
        "report",
        "old.json",
        "new.json",
        "thing.200.json",
        "--fail-on",
        "used",
    ];
    let (code, stdout, stderr) = common::run_in(folder.path(), &arguments, "");
    assert_eq!(code, 1, "{stdout}{stderr}");
}

/// Each contract decides which of its ranges a media type belongs to.
#[test]
fn media_types_are_matched_as_when_bodies_are_compared() {
    let of = |ranges: &[&str]| {
        let content: Value = ranges
            .iter()
            .map(|range| ((*range).to_owned(), json!({"schema": {}})))
            .collect();
        json!({"responses": {"200": {"description": "ok", "content": content}}})
    };
    for (old, new, sent, code) in [
        (
            &["application/json", "image/*"][..],
            &["application/json"][..],
            "image/png",
            1,
        ),
        (
            &["application/json; charset=utf-8"],
            &["application/xml"],
            "application/json; charset=utf-8",
            1,
        ),
        (
            &["application/json"],
            &["application/xml"],
            "application/json; charset=utf-8",
            1,
        ),
        (
            &["application/json"],
            &["application/xml"],
            "application/vnd.api+json",
            1,
        ),
        (
            &["application/json", "text/csv"],
            &["application/json"],
            "application/json",
            0,
        ),
    ] {
        let contracts = (&api("get", &of(old)), &api("get", &of(new)));
        let exchange = entry(("GET", "/things", None), (200, Some((sent, "{}"))));
        expect(
            &format!("{old:?} → {new:?}: {sent}"),
            contracts,
            &[exchange],
            code,
        );
    }
    let of = |range: &str| json!({"requestBody": {"content": {range: {}, "application/json": {"schema": {}}}}});
    let contracts = (&api("post", &of("image/*")), &api("post", &of("image/png")));
    for (sent, code) in [("image/gif", 1), ("image/png", 0), ("application/json", 0)] {
        let exchange = entry(
            ("POST", "/things", Some((sent, "{}"))),
            (200, Some((JSON, "{}"))),
        );
        expect(sent, contracts, &[exchange], code);
    }
}

#[test]
fn a_header_of_a_response_is_used_if_it_was_sent() {
    let of = |kind: &str, name: &str| {
        let mut answer = answer(&json!({}));
        answer["responses"]["200"]["headers"] = json!({name: {"schema": {"type": kind}}});
        answer
    };
    let read = entry(("GET", "/things", None), (200, Some((JSON, "{}"))));
    for (name, code) in [("X-A", 1), ("X-B", 0)] {
        let contracts = (
            &api("get", &of("integer", name)),
            &api("get", &of("string", name)),
        );
        expect(name, contracts, std::slice::from_ref(&read), code);
    }
}

/// A response that has drifted towards the new version does not make its request one of the new version.
#[test]
fn traffic_that_looks_new_hides_no_use() {
    let of = |values: Value, note: Value| {
        let mut operation = query(&json!({"enum": values}));
        operation["responses"] = answer(&object(&json!({"note": note})))["responses"].clone();
        operation
    };
    let contracts = (
        &api(
            "get",
            &of(json!(["asc", "desc"]), json!({"type": "string"})),
        ),
        &api(
            "get",
            &of(json!(["asc"]), json!({"type": ["string", "null"]})),
        ),
    );
    let exchange = |query: &str, note: &str| {
        entry(
            ("GET", &format!("/things{query}"), None),
            (200, Some((JSON, &format!("{{\"note\": {note}}}")))),
        )
    };
    let (stdout, stderr) = expect(
        "only that",
        contracts,
        &[exchange("?sort=asc&q=desc", "null")],
        2,
    );
    assert!(
        stderr.contains("no exchange in the captures belongs to"),
        "{stdout}{stderr}"
    );
    let (stdout, _) = expect(
        "with others",
        contracts,
        &[exchange("?q=desc", "null"), exchange("", "\"x\"")],
        1,
    );
    assert!(
        stdout.contains("query parameter `q` lost `desc`"),
        "{stdout}"
    );
    // Bounds, too, and not only values that are listed.
    let of = |most: u32, note: Value| {
        let mut operation = query(&json!({"type": "integer", "maximum": most}));
        operation["responses"] = answer(&object(&json!({"note": note})))["responses"].clone();
        operation
    };
    let contracts = (
        &api("get", &of(100, json!({"type": "integer"}))),
        &api("get", &of(50, json!({"type": "number"}))),
    );
    let others = [exchange("?q=60", "1.5"), exchange("?q=1", "1")];
    expect("bounds", contracts, &others, 1);
    // An operation that only the old version has, where the path matches another one, too.
    let special = |kind: &str, has_it: bool| {
        let mut api = api("get", &json!({}));
        api["paths"]["/things/{id}"]["get"]["responses"] =
            answer(&object(&json!({"id": {"type": "string"}})))["responses"].clone();
        if has_it {
            api["paths"]["/things/special"] = json!({"get": {
                "operationId": "special", "responses": answer(&object(&json!({"id": {"type": kind}})))["responses"]
            }});
        }
        api
    };
    let contracts = (&special("integer", true), &special("integer", false));
    let read = |path: &str, text: &str| entry(("GET", path, None), (200, Some((JSON, text))));
    let both = [
        read("/things/special", r#"{"id": "x"}"#),
        read("/things", "{}"),
    ];
    expect("shadowed", contracts, &both, 1);
}

/// Captures of the new version alone show nothing about the old one.
#[test]
fn traffic_of_the_old_version_is_needed() {
    let mut new = api("get", &json!({}));
    let paths = new["paths"].as_object_mut().expect("paths");
    let operation = paths.remove("/things").expect("a path");
    paths.insert("/v2/things".to_owned(), operation);
    let old = api("get", &json!({}));
    let read = |path: &str| entry(("GET", path, None), (200, Some((JSON, "{}"))));
    let (stdout, stderr) = expect("new", (&old, &new), &[read("/v2/things")], 2);
    assert!(
        stderr.contains("no exchange in the captures belongs to old.json"),
        "{stderr}"
    );
    assert!(!stdout.contains("None of"), "{stdout}");
    expect("old", (&old, &new), &[read("/things")], 1);
}

#[test]
fn nothing_that_can_be_read_is_no_pass() {
    let of = |values: Value| api("post", &body(&object(&json!({"a": {"enum": values}}))));
    let folder = folder(&of(json!(["x", "y"])), &of(json!(["y"])), &[]);
    fs::write(
        folder.path().join("traffic.har"),
        "{\"log\": {\"entries\": [",
    )
    .expect("written");
    for more in [&["--keep-going"][..], &[]] {
        let (code, stdout, stderr) = gate(folder.path(), more);
        assert_eq!(code, 2, "{stdout}{stderr}");
        assert!(
            stderr.contains("error: cannot read traffic.har"),
            "{stderr}"
        );
    }
    // A capture that does not exist, with a name that nearly does.
    let arguments = [
        "report",
        "old.json",
        "new.json",
        "trafic.har",
        "--fail-on",
        "used",
    ];
    let (code, stdout, stderr) = common::run_in(folder.path(), &arguments, "");
    assert_eq!(code, 2, "{stdout}{stderr}");
    let message =
        "error: cannot read trafic.har: no such file or folder; did you mean `traffic.har`?";
    assert!(stderr.contains(message), "{stderr}");
    assert!(!stdout.contains(":1:1"), "{stdout}");
}

/// A request that was already invalid, and that the server rejected, depends on nothing.
#[test]
fn a_rejected_request_that_was_already_invalid_is_no_use() {
    let of = |required: Value| {
        let mut schema =
            object(&json!({"roomId": {"type": "integer"}, "guests": {"type": "integer"}}));
        schema["required"] = required;
        let mut operation = body(&schema);
        operation["responses"] =
            json!({"200": {"description": "ok"}, "422": {"description": "no"}});
        operation
    };
    let contracts = (
        &api("post", &of(json!([]))),
        &api("post", &of(json!(["guests"]))),
    );
    let sent =
        |text: &str, status: u16| entry(("POST", "/things", Some((JSON, text))), (status, None));
    let fine = sent(r#"{"roomId": 1, "guests": 2}"#, 200);
    let invalid = |status| sent(r#"{"roomId": "one"}"#, status);
    let (stdout, _) = expect("rejected", contracts, &[fine.clone(), invalid(422)], 0);
    assert!(
        stdout.contains("Never missing in 1 payload of the old version"),
        "{stdout}"
    );
    // The server accepted it, or rejected a valid one for another reason.
    expect("accepted", contracts, &[fine.clone(), invalid(200)], 1);
    expect(
        "valid",
        contracts,
        &[fine, sent(r#"{"roomId": 1}"#, 422)],
        1,
    );
}

/// With the gate, what the traffic does not use is a warning in every format.
#[test]
fn all_formats_show_the_same_level() {
    let of = |names: Value| api("post", &body(&object(&json!({"a": {"enum": names}}))));
    let sent = |value: &str| {
        let text = format!("{{\"a\": \"{value}\"}}");
        entry(
            ("POST", "/things", Some((JSON, &text))),
            (200, Some((JSON, "{}"))),
        )
    };
    for (value, level, lowered) in [("x", "error", false), ("y", "warning", true)] {
        let folder = folder(&of(json!(["x", "y"])), &of(json!(["y"])), &[sent(value)]);
        for (format, word) in [
            ("text", format!("{level}: `/a` lost `x`")),
            ("short", format!("{level}[enum-value-removed]")),
            ("markdown", format!("{level}**: `/a` lost `x`")),
            ("github", format!("::{level} ")),
            ("html", format!("1 {level}")),
        ] {
            let (code, stdout, stderr) = gate(folder.path(), &["--output", format]);
            assert_eq!(code, i32::from(!lowered), "{format}\n{stdout}{stderr}");
            assert!(stdout.contains(&word), "{format} lacks {word}\n{stdout}");
            assert!(
                ["github", "short"].contains(&format) || stdout.contains("major version"),
                "{format}\n{stdout}"
            );
        }
        let (_, stdout, _) = gate(folder.path(), &["--output", "json"]);
        let report: Value = serde_json::from_str(&stdout).expect("JSON");
        assert_eq!(report["diff"]["changes"][0]["level"], json!(level));
        assert_eq!(
            report["impact"][0]["use"],
            json!(if lowered { "unused" } else { "used" })
        );
        assert_eq!(report["diff"]["summary"]["release"], json!("major"));
    }
}
