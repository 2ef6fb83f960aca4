//! What is compared around bodies: headers of responses, credentials, and what a message says about itself.

use std::path::Path;

use serde_json::Value;

use crate::common::{folder, run_in};

/// The findings of a run, as `level[rule] message`.
fn findings(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let arguments = [
        &["check"],
        arguments,
        &["--contract", "api.yaml", "--output", "json=-"],
    ]
    .concat();
    let (code, stdout, stderr) = run_in(folder, &arguments, "");
    assert!(code < 2 || stderr.contains("compared"), "{code} {stderr}");
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    let found = report["findings"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    found
        .map(|found| {
            format!(
                "{}[{}] {}",
                text(&found["level"]),
                text(&found["rule"]),
                text(&found["message"])
            )
        })
        .collect()
}

/// The findings about one exchange of an API.
fn of_exchange(api: &str, exchange: &str, arguments: &[&str]) -> Vec<String> {
    let folder = folder(&[("api.yaml", api), ("log.http", exchange)]);
    findings(folder.path(), &[&["log.http"], arguments].concat())
}

const HEADERS: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: getA
      responses:
        '200':
          description: ''
          headers:
            X-Total: {required: true, schema: {type: integer, minimum: 0}}
            X-Ids: {schema: {type: array, items: {type: integer}}}
            X-Token: {schema: {type: string, maxLength: 3}}
            Content-Type: {required: true, schema: {type: integer}}
            Set-Cookie: {required: true, schema: {type: string, pattern: '^session='}}
          content: {application/json: {schema: {type: object}}}
        '304':
          description: ''
          headers: {X-Total: {required: true, schema: {type: integer}}}
";

/// An exchange with these lines in its response.
fn answered(lines: &str) -> String {
    format!("GET /a HTTP/1.1\nHost: h\n\nHTTP/1.1 {lines}\n\n")
}

#[test]
fn headers_of_responses_are_compared() {
    let type_of = "Content-Type: application/json";
    let table: [(&str, &[&str]); 16] = [
        ("200 OK\nContent-Type: application/json\nx-total: 3", &[]),
        (
            "200 OK\nContent-Type: application/json",
            &["error[missing-header] required response header `X-Total` is missing"],
        ),
        (
            "200 OK\nContent-Type: application/json\nX-Total: -3",
            &["error[header-value] response header `X-Total` is -3; it must be at least 0"],
        ),
        (
            "200 OK\nContent-Type: application/json\nX-Total: many",
            &["error[header-value] response header `X-Total` is \"many\"; expected integer"],
        ),
        (
            "200 OK\nContent-Type: application/json\nX-Total: {{total}}",
            &["info[placeholder] a placeholder replaces the value of `header X-Total`"],
        ),
        ("200 OK\nX-Total: 1\nX-Ids: 1, 2\nx-ids: 3", &[]),
        (
            "200 OK\nX-Total: 1\nX-Ids: 1, 2\nX-Ids: x",
            &["error[header-value] response header `X-Ids[]` is a string; expected integer"],
        ),
        // The values of secrets are not shown.
        (
            "200 OK\nX-Total: 1\nX-Token: hunter2",
            &["error[header-value] response header `X-Token` must have at most 3 characters"],
        ),
        ("200 OK\nX-Total: 1\nSet-Cookie: session=hunter2", &[]),
        (
            "200 OK\nX-Total: 1\nSet-Cookie: a=1\nSet-Cookie: session=hunter2",
            &[],
        ),
        (
            "200 OK\nX-Total: 1\nSet-Cookie: sid=hunter2",
            &[
                "error[header-value] response header `Set-Cookie` is \"***\", which does not match `^session=`",
            ],
        ),
        (
            "200 OK\nX-Total: 1\nX-RateLimit-Limit: 5\nX-Powered-By: x",
            &[
                "info[undeclared-header] response header `x-ratelimit-limit` is not declared by getA",
            ],
        ),
        ("304 Not Modified\nETag: \"a\"", &[]),
        (
            "304 Not Modified\nX-Total: a",
            &["error[header-value] response header `X-Total` is \"a\"; expected integer"],
        ),
        // Nothing is declared for an undeclared status.
        (
            "500 Oops\nX-Other: 1",
            &["warning[undeclared-status] status 500 is not declared by getA"],
        ),
        ("200 OK", &[]),
    ];
    for (lines, expected) in table {
        let body = match lines.starts_with("200") && !lines.ends_with("OK") {
            true => "{}",
            false => "",
        };
        let lines = lines.replace("200 OK\nX", &format!("200 OK\n{type_of}\nX"));
        let found = of_exchange(HEADERS, &format!("{}{body}", answered(&lines)), &[]);
        let found: Vec<&String> = found
            .iter()
            .filter(|found| !found.contains("missing-body"))
            .collect();
        assert_eq!(found, expected, "{lines}");
    }
}

#[test]
fn no_report_shows_the_value_of_a_cookie() {
    let exchange = format!(
        "{}{{}}",
        answered("200 OK\nContent-Type: application/json\nX-Total: 1\nSet-Cookie: sid=hunter2")
    );
    let folder = folder(&[("api.yaml", HEADERS), ("log.http", &exchange)]);
    for format in [
        "text", "short", "json", "ndjson", "markdown", "html", "sarif", "junit", "github", "gitlab",
    ] {
        let output = format!("{format}=-");
        let arguments = [
            "check",
            "log.http",
            "--contract",
            "api.yaml",
            "--output",
            &output,
        ];
        let (code, stdout, stderr) = run_in(folder.path(), &arguments, "");
        assert_eq!(code, 1, "{format} {stderr}");
        assert!(
            stdout.contains("header-value") || format == "junit",
            "{format} {stdout}"
        );
        assert!(
            !stdout.contains("hunter2") && !stderr.contains("hunter2"),
            "{format}"
        );
    }
}

#[test]
fn the_user_says_how_the_headers_of_the_api_start() {
    let exchange = format!(
        "{}{{}}",
        answered(
            "200 OK\nContent-Type: application/json\nX-Total: 1\nAcme-Id: 1\nX-Other: 1\nX-Request-Id: 1"
        )
    );
    let names = |arguments: &[&str]| -> Vec<String> {
        let found = of_exchange(HEADERS, &exchange, arguments);
        found
            .iter()
            .map(|found| found.split('`').nth(1).unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(names(&[]), ["x-other"]);
    assert_eq!(names(&["--api-header", "Acme-"]), ["acme-id"]);
    assert_eq!(
        names(&["--api-header", "acme-", "--api-header", "X-"]),
        ["acme-id", "x-other"]
    );
    assert_eq!(names(&["--api-header", "X-Request"]), ["x-request-id"]);
    assert_eq!(names(&["--level", "undeclared-header=off"]), [""; 0]);
    assert_eq!(names(&["--side", "request"]), [""; 0]);
    let folder = folder(&[
        ("api.yaml", HEADERS),
        ("log.http", &exchange),
        ("wiredrift.toml", "[check]\napi-header = [\"Acme-\"]\n"),
    ]);
    let found = findings(folder.path(), &["log.http"]);
    assert!(
        found.len() == 1 && found[0].contains("acme-id"),
        "{found:?}"
    );
}

/// In an archive and in lines of HTTP, a finding points to the header.
#[test]
fn findings_about_headers_point_to_them() {
    let har = "{\"log\": {\"entries\": [{
  \"request\": {\"method\": \"GET\", \"url\": \"https://h/a\", \"headers\": []},
  \"response\": {
    \"status\": 200,
    \"headers\": [
      {\"name\": \"Content-Type\", \"value\": \"application/json\"},
      {\"name\": \"x-total\", \"value\": \"many\"}
    ],
    \"content\": {\"text\": \"{}\", \"mimeType\": \"application/json\"}
  }
}]}}";
    let http = format!(
        "{}{{}}",
        answered("200 OK\r\nContent-Type: application/json\r\nX-Total:  many\r")
    );
    let folder = folder(&[("api.yaml", HEADERS), ("log.har", har), ("log.http", &http)]);
    let (_, stdout, _) = run_in(
        folder.path(),
        &["check", "log.har", "log.http", "--contract", "api.yaml"],
        "",
    );
    assert!(stdout.contains("log.har:7:36"), "{stdout}");
    assert!(stdout.contains("log.http:6:11"), "{stdout}");
    assert!(
        stdout.contains("{\"name\": \"x-total\", \"value\": \"many\"}"),
        "{stdout}"
    );
}
