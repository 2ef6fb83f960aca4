//! `wiredrift report --fail-on used`, end to end: a breaking change that the captured traffic uses never passes.

mod open;
mod payloads;

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
