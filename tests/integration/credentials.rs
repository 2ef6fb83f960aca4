//! Credentials: whose they are, what a capture shows of them, and that no report shows their values.

use std::path::Path;

use serde_json::{Value, json};

use crate::around::{findings, of_exchange};
use crate::common::{folder, run_in};

const SECRET: &str = "hunter2";

/// Every format of the findings of `check`.
const FORMATS: [&str; 10] = [
    "text", "short", "json", "ndjson", "markdown", "html", "sarif", "junit", "github", "gitlab",
];

const API: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: 'https://api.example/v1'}]
security: [{query: []}]
paths:
  /a:
    get:
      operationId: getA
      parameters:
        - {name: limit, in: query, required: true, schema: {type: integer}}
        - {name: n, in: query, schema: {type: integer}}
        - {name: X-Trace, in: header, schema: {type: integer}}
      responses:
        '200': {description: '', headers: {X-Total: {schema: {type: integer}}}, content: {application/json: {schema: {type: array}}}}
        '302': {description: '', headers: {Location: {schema: {type: string, maxLength: 4}}}}
  /header: {get: {operationId: getHeader, security: [{header: []}], responses: {'200': {description: ''}}}}
  /cookie: {get: {operationId: getCookie, security: [{cookie: []}], responses: {'200': {description: ''}}}}
  /oauth:
    get: {operationId: getOauth, security: [{oauth: [a]}], responses: {'200': {description: ''}}}
    post: {operationId: postOauth, security: [{bearer: []}], responses: {'200': {description: ''}}}
  /both: {get: {operationId: getBoth, security: [{header: [], bearer: [], cookie: []}], responses: {'200': {description: ''}}}}
  /required:
    get:
      operationId: getRequired
      security: [{header: []}]
      parameters: [{name: x-acme-id, in: header, required: true, schema: {type: string}}]
      responses: {'200': {description: ''}}
webhooks:
  sold:
    post:
      requestBody: {content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}}}
      responses: {2XX: {description: ''}}
  signed:
    post:
      security: [{signature: []}]
      responses: {2XX: {description: ''}}
components:
  securitySchemes:
    query: {type: apiKey, in: query, name: appid}
    header: {type: apiKey, in: header, name: X-Acme-Id}
    cookie: {type: apiKey, in: cookie, name: visit}
    unused: {type: apiKey, in: header, name: X-Team}
    signature: {type: apiKey, in: header, name: X-Hub-Signature}
    oauth: {type: oauth2, flows: {}}
    bearer: {type: http, scheme: bearer}
";

/// The findings about credentials and parameters of a request to the API with these header lines.
fn of(method_and_target: &str, lines: &str) -> Vec<String> {
    let exchange = format!("{method_and_target} HTTP/1.1\n{lines}\n\nHTTP/1.1 200 X\nDate: x\n\n");
    of_exchange(API, &exchange, &[])
}

/// An archive with one entry.
fn archive(url: &str, sent: &[(&str, &str)], status: u16, answered: &[(&str, &str)]) -> Value {
    let fields = |fields: &[(&str, &str)]| -> Vec<Value> {
        fields
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect()
    };
    json!({"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": [{
        "startedDateTime": "2026-01-01T00:00:00Z",
        "request": {"method": "GET", "url": url, "headers": fields(sent)},
        "response": {
            "status": status,
            "headers": fields(answered),
            "content": {"mimeType": "application/json", "text": "[]"}
        }
    }]}})
}

#[test]
fn the_security_of_an_api_is_not_that_of_its_webhooks() {
    let exchange = |path: &str, lines: &str| {
        format!(
            "POST {path} HTTP/1.1\nHost: l.example\n{lines}Content-Type: application/json\n\n{{\"id\": 1}}\n\n\
             HTTP/1.1 201 X\nLocation: /v1/events/7\nLink: </in/2>; rel=next\nX-Hook-Id: 4\n\n"
        )
    };
    let check = |path: &str, lines: &str| {
        of_exchange(
            API,
            &exchange(path, lines),
            &[
                "--webhook",
                "sold=/in/sold",
                "--webhook",
                "signed=/in/signed/",
            ],
        )
    };
    assert_eq!(check("/in/sold", "X-Signature: abc\n"), [""; 0]);
    assert_eq!(check("/in/sold?appid=1", ""), [""; 0]);
    let expected = "warning[missing-credentials] credentials required by webhook:signed were not sent; expected an API \
                    key in header `X-Hub-Signature`";
    let found = check("/in/signed", "X-Signature: abc\n");
    assert!(found.iter().any(|found| found == expected), "{found:?}");
    assert!(
        !check("/in/signed", "x-hub-signature: abc\n")
            .iter()
            .any(|found| found.contains("credentials")),
    );
}

/// The whole output of each format.
fn outputs(folder: &Path, command: &[&str], formats: &[&str]) -> Vec<(String, String)> {
    let run = |format: &&str| {
        let output = format!("{format}=-");
        let (_, stdout, stderr) = run_in(folder, &[command, &["--output", &output]].concat(), "");
        (format!("{} {format}", command.join(" ")), stdout + &stderr)
    };
    formats.iter().map(run).collect()
}

/// Findings of all kinds next to keys whose names do not look like those of credentials.
#[test]
fn no_report_shows_the_keys_that_a_contract_declares() {
    let url = format!("https://api.example/v1/a?appid={SECRET}&n=x&APPID={SECRET}&other=1");
    let sent = [
        ("X-Acme-Id", SECRET),
        ("Accept", "text/html"),
        ("X-Team", SECRET),
        ("X-Trace", "x"),
        ("Cookie", "visit=hunter2"),
    ];
    let answered = [
        ("X-Total", "x"),
        ("X-Acme-Id", SECRET),
        ("Link", "</v1/none>"),
        ("X-Team", SECRET),
    ];
    let har = archive(&url, &sent, 200, &answered);
    let lines = |fields: &[(&str, &str)]| -> String {
        fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect()
    };
    let http = format!(
        "GET {url} HTTP/1.1\n{}\nHTTP/1.1 200 X\n{}Content-Type: application/json\n\n[]\n",
        lines(&sent),
        lines(&answered)
    );
    let files = folder(&[
        ("api.yaml", API),
        ("next.yaml", &API.replace("name: limit", "name: size")),
        ("one-line.har", &har.to_string()),
        (
            "lines.har",
            &serde_json::to_string_pretty(&har).expect("JSON"),
        ),
        ("log.http", &http),
    ]);
    let captures = ["one-line.har", "lines.har", "log.http"];
    for capture in captures {
        let check = ["check", capture, "--contract", "api.yaml"];
        let report = ["report", "api.yaml", "next.yaml", capture];
        let listed = ["captures", capture, "--contract", "api.yaml"];
        let found = outputs(files.path(), &check, &FORMATS)
            .into_iter()
            .chain(outputs(
                files.path(),
                &report,
                &["text", "json", "markdown", "html"],
            ))
            .chain(outputs(files.path(), &listed, &["text", "json"]));
        for (run, output) in found {
            assert!(!output.contains(SECRET), "{run}: {output}");
        }
        let found = findings(files.path(), &[capture]);
        assert!(found.len() >= 5, "{capture} {found:?}");
    }
    // The user may want to see them.
    let shown = [
        "check",
        "log.http",
        "--contract",
        "api.yaml",
        "--show-values",
    ];
    assert!(run_in(files.path(), &shown, "").1.contains(SECRET));
}

#[test]
fn codes_of_an_authorisation_response_are_not_shown() {
    let location = format!("https://idp.example/cb?code={SECRET}&state={SECRET}");
    let har = archive(
        "https://api.example/v1/a?limit=1&appid=1",
        &[("Accept", "*/*")],
        302,
        &[("X-Other", "1"), ("Location", &location), ("X-Next", "2")],
    );
    let target = format!("/v1/a?code={SECRET}&n=x&state={SECRET}&appid=1");
    let http = format!(
        "GET {target} HTTP/1.1\nHost: api.example\n\nHTTP/1.1 302 X\nLocation: /v1/b#code={SECRET}\n\n"
    );
    let files = folder(&[
        ("api.yaml", API),
        ("one-line.har", &har.to_string()),
        (
            "lines.har",
            &serde_json::to_string_pretty(&har).expect("JSON"),
        ),
        ("log.http", &http),
    ]);
    for capture in ["one-line.har", "lines.har", "log.http"] {
        for (run, output) in outputs(
            files.path(),
            &["check", capture, "--contract", "api.yaml"],
            &FORMATS,
        ) {
            assert!(!output.contains(SECRET), "{run}: {output}");
        }
        let (_, stdout, _) = run_in(
            files.path(),
            &["check", capture, "--contract", "api.yaml"],
            "",
        );
        assert!(stdout.contains("header-value"), "{stdout}");
    }
    // Alone, these are ordinary parameters.
    let (_, stdout, _) = run_in(
        files.path(),
        &["check", "-", "--format", "http", "--contract", "api.yaml"],
        "GET /v1/a?appid=1&limit=1&state=open HTTP/1.1\nHost: api.example\n\n",
    );
    assert!(stdout.contains("state=open"), "{stdout}");
}

#[test]
fn access_tokens_may_be_in_the_query_or_a_form() {
    let host = "Host: h";
    assert_eq!(of("GET /v1/oauth?access_token=abc", host), [""; 0]);
    assert_eq!(of("POST /v1/oauth?access_token=abc", host), [""; 0]);
    let found = of("GET /v1/header?access_token=abc", "Host: h\nX-Acme-Id: 1");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("[undeclared-query-parameter]"),
        "{found:?}"
    );
    for media_type in [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-URLencoded; charset=UTF-8",
    ] {
        let exchange = format!(
            "POST /v1/oauth HTTP/1.1\nHost: h\nContent-Type: {media_type}\n\na=1&access_token=abc\n\n\
             HTTP/1.1 200 X\nDate: x\n\n"
        );
        let found = of_exchange(API, &exchange, &[]);
        assert!(
            !found.iter().any(|found| found.contains("credentials")),
            "{media_type} {found:?}"
        );
    }
}

#[test]
fn what_a_capture_does_not_show_is_not_missing() {
    for cookies in [
        "REDACTED=1",
        "[REDACTED]=1; b=2",
        "a=***; ***",
        "***",
        "a=1; [FILTERED]",
        "{{name}}={{value}}",
        "visit=***",
        "visit",
    ] {
        assert_eq!(
            of("GET /v1/cookie", &format!("Host: h\nCookie: {cookies}")),
            [""; 0],
            "{cookies}"
        );
    }
    for cookies in ["a=1", "a=***; b=2", "visitor=1; a=[REDACTED]"] {
        let found = of("GET /v1/cookie", &format!("Host: h\nCookie: {cookies}"));
        assert_eq!(found.len(), 1, "{cookies} {found:?}");
        assert!(
            found[0].contains("expected an API key in cookie `visit`"),
            "{found:?}"
        );
    }
    // Logs have paths, and may have a part of the query.
    let line = |target: &str| {
        format!(
            "10.0.0.1 - - [02/Mar/2024:10:15:00 +0000] \"GET {target} HTTP/1.1\" 200 2 \"-\" \"curl\"\n"
        )
    };
    let log = line("/v1/a?limit=1&n=2") + &line("/v1/header") + &line("/v1/a");
    let pseudo = [
        (":method", "GET"),
        (":authority", "api.example"),
        (":path", "/v1/header"),
    ];
    let answered = [(":status", "200")];
    let har = archive("https://api.example/v1/header", &pseudo, 200, &answered);
    let files = folder(&[
        ("api.yaml", API),
        ("access.log", &log),
        ("h2.har", &har.to_string()),
    ]);
    for capture in ["access.log", "h2.har"] {
        let found = findings(files.path(), &[capture]);
        assert!(
            !found.iter().any(|found| found.contains("credentials")),
            "{capture} {found:?}"
        );
    }
}

#[test]
fn one_cause_is_one_finding() {
    let key = "an API key in header `X-Acme-Id`";
    let missing = format!(
        "warning[missing-credentials] credentials required by getRequired were not sent; expected {key}"
    );
    assert_eq!(of("GET /v1/required", "Host: h"), [missing]);
    // The credentials are elsewhere, in another case, or in another place.
    for (target, seen, expected) in [
        (
            "/v1/required?x-acme-id=1",
            "an API key in query `x-acme-id`",
            key,
        ),
        (
            "/v1/required?X-Acme-Id=1",
            "an API key in query `X-Acme-Id`",
            key,
        ),
        (
            "/v1/a?limit=1&APPID=1",
            "an API key in query `APPID`",
            "an API key in query `appid`",
        ),
        (
            "/v1/a?limit=1&AppId=1",
            "an API key in query `AppId`",
            "an API key in query `appid`",
        ),
    ] {
        let found = of(&format!("GET {target}"), "Host: h");
        let wrong: Vec<&String> = found
            .iter()
            .filter(|found| !found.contains("missing-body"))
            .collect();
        let expected =
            format!("error[wrong-credentials] the credentials are {seen}; expected {expected}");
        assert_eq!(wrong, [&expected], "{target}");
    }
    // Another alternative is satisfied, and the parameter is required nevertheless.
    let api = API.replace(
        "security: [{header: []}]\n      parameters",
        "security: [{header: []}, {bearer: []}]\n      parameters",
    );
    let exchange =
        "GET /v1/required HTTP/1.1\nAuthorization: Bearer abc\n\nHTTP/1.1 200 X\nDate: x\n\n";
    let expected = "error[missing-parameter] required header `x-acme-id` was not sent";
    assert_eq!(of_exchange(&api, exchange, &[]), [expected]);
}

#[test]
fn the_part_that_is_missing_is_named() {
    let all =
        "an API key in cookie `visit` and an API key in header `X-Acme-Id` and a bearer token";
    for (lines, expected) in [
        (
            "Host: h\nAuthorization: Bearer abc",
            format!("the credentials lack an API key in header `X-Acme-Id`; expected {all}"),
        ),
        (
            "Host: h\nX-Acme-Id: 1\nCookie: visit=1",
            format!("the credentials lack a bearer token; expected {all}"),
        ),
        (
            "Host: h\nCookie: visit=1",
            format!(
                "the credentials lack an API key in header `X-Acme-Id` and a bearer token; expected {all}"
            ),
        ),
        (
            "Host: h",
            format!("credentials required by getBoth were not sent; expected {all}"),
        ),
    ] {
        assert_eq!(
            of("GET /v1/both", lines),
            [format!("warning[missing-credentials] {expected}")],
            "{lines}"
        );
    }
}

#[test]
fn the_excerpt_of_a_url_ends_as_it_starts() {
    let har = archive(
        "https://api.example/v1/header?a=1",
        &[("Accept", "*/*")],
        200,
        &[],
    );
    let files = folder(&[("api.yaml", API), ("t.har", &har.to_string())]);
    let (_, stdout, _) = run_in(
        files.path(),
        &["check", "t.har", "--contract", "api.yaml"],
        "",
    );
    assert!(
        stdout.contains(r#"| "https://api.example/v1/header""#),
        "{stdout}"
    );
}
