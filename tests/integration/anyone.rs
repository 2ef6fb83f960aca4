//! Captures as people have them: what a browser recorded besides the API, and what is not compared.

use serde_json::{Value, json};

use crate::common::{folder, wiredrift};

/// A contract with one operation, in JSON.
const CONTRACT: &str = r#"{
  "openapi": "3.1.0",
  "info": {"title": "Library", "version": "1"},
  "paths": {"/books": {"get": {"operationId": "listBooks", "responses": {"200": {"description": "Books",
    "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object",
      "required": ["id"], "properties": {"id": {"type": "integer"}}, "additionalProperties": false}}}}}}}}}
}"#;

/// One entry of an archive.
pub(crate) fn entry(
    method: &str,
    url: &str,
    accept: &str,
    status: u16,
    media_type: &str,
    text: &str,
) -> Value {
    json!({
        "startedDateTime": "2026-05-04T10:00:00.000Z",
        "request": {"method": method, "url": url, "headers": [{"name": "Accept", "value": accept}]},
        "response": {"status": status, "headers": [], "content": {"mimeType": media_type, "text": text}},
    })
}

pub(crate) fn archive(entries: &[Value]) -> String {
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

/// The reasons of a report in JSON, with their numbers.
fn reasons(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let reasons = report["summary"]["not_compared"]
        .as_array()
        .expect("a list");
    reasons
        .iter()
        .map(|left| {
            format!(
                "{} {}",
                left["count"],
                left["reason"].as_str().expect("text")
            )
        })
        .collect()
}

#[test]
fn what_a_browser_loads_is_no_drift_but_is_counted() {
    let own = "https://library.example";
    let html = "<!doctype html><html></html>";
    let entries = [
        entry(
            "GET",
            &format!("{own}/books"),
            "*/*",
            200,
            "application/json",
            "[{\"id\": 1}]",
        ),
        entry(
            "GET",
            &format!("{own}/"),
            "text/html",
            200,
            "text/html",
            html,
        ),
        entry(
            "GET",
            &format!("{own}/app.js"),
            "*/*",
            200,
            "text/javascript",
            "var a;",
        ),
        entry(
            "GET",
            &format!("{own}/logo.svg"),
            "image/*",
            200,
            "image/svg+xml",
            "<svg/>",
        ),
        entry("OPTIONS", &format!("{own}/authors"), "*/*", 204, "", ""),
        entry("OPTIONS", &format!("{own}/books"), "*/*", 204, "", ""),
        entry("GET", &format!("{own}/old"), "*/*", 301, "text/html", html),
    ];
    let files = folder(&[("a.har", &archive(&entries)), ("api.json", CONTRACT)]);
    let run = wiredrift(files.path(), &["check", "a.har", "-c", "api.json"], "");
    assert_eq!(run.code, 0, "{}", run.stdout);
    insta::assert_snapshot!(run.stdout);
    let run = wiredrift(
        files.path(),
        &["check", "a.har", "-c", "api.json", "-o", "json"],
        "",
    );
    assert_eq!(
        reasons(&run.stdout),
        ["2 preflight", "1 redirect", "1 html", "2 asset"]
    );
}

/// A page where a client asked for JSON is what clients meet when they call a wrong path.
#[test]
fn a_page_in_place_of_json_is_drift() {
    let html = "<!doctype html><html></html>";
    let wrong = [
        entry(
            "GET",
            "https://library.example/book",
            "application/json",
            200,
            "text/html",
            html,
        ),
        entry(
            "GET",
            "https://library.example/boks",
            "*/*",
            404,
            "text/html",
            html,
        ),
        entry(
            "POST",
            "https://library.example/bookss",
            "*/*",
            200,
            "text/html",
            html,
        ),
    ];
    for wrong in wrong {
        let fine = entry(
            "GET",
            "https://library.example/books",
            "*/*",
            200,
            "application/json",
            "[]",
        );
        let files = folder(&[("a.har", &archive(&[wrong, fine])), ("api.json", CONTRACT)]);
        let run = wiredrift(
            files.path(),
            &["check", "a.har", "-c", "api.json", "-o", "json"],
            "",
        );
        assert!(run.stdout.contains("unknown-operation"), "{}", run.stdout);
        assert_eq!(reasons(&run.stdout), ["1 no-operation"], "{}", run.stdout);
    }
}
