//! What is compared around bodies: headers of responses, and where findings about them point to.

use std::path::Path;

use serde_json::Value;

use crate::common::{folder, run_in};

/// The findings of a run, as `level[rule] message`.
pub fn findings(folder: &Path, arguments: &[&str]) -> Vec<String> {
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
pub fn of_exchange(api: &str, exchange: &str, arguments: &[&str]) -> Vec<String> {
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

/// A response without its request belongs to the operation that the user names.
#[test]
fn a_response_alone_is_compared_if_its_operation_is_named() {
    let response = "HTTP/1.1 200 OK\nContent-Type: application/json\nX-Total: -1\n\n{}";
    let expected = "error[header-value] response header `X-Total` is -1; it must be at least 0";
    assert_eq!(
        of_exchange(HEADERS, response, &["--operation", "getA"]),
        [expected]
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

/// Edits of headers that accept what was seen.
#[test]
fn headers_have_edits() {
    let api = "
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
            X-Total:
              required: true
              schema: {type: integer}
            X-Kind: {$ref: '#/components/headers/kind'}
          content: {application/json: {schema: {type: object}}}
components:
  headers:
    kind:
      schema: {type: string, enum: [a, b]}
";
    let exchange = format!(
        "{}{{}}",
        answered("200 OK\nContent-Type: application/json\nX-Kind: c")
    );
    let folder = folder(&[("api.yaml", api), ("log.http", &exchange)]);
    let arguments = [
        "check",
        "log.http",
        "--contract",
        "api.yaml",
        "--suggest",
        "--apply",
    ];
    let (_, stdout, stderr) = run_in(folder.path(), &arguments, "");
    assert!(
        stdout.contains("make header `X-Total` of response 200 of `getA` optional"),
        "{stdout}{stderr}"
    );
    let edited = std::fs::read_to_string(folder.path().join("api.yaml")).expect("read");
    assert!(
        !edited.contains("required") && edited.contains("enum: [a, b, c]"),
        "{edited}"
    );
    assert_eq!(findings(folder.path(), &["log.http"]), [""; 0]);
}

/// What a finding points to: the text above the carets, and where it is.
fn pointed(stdout: &str, rule: &str) -> Vec<String> {
    let lines: Vec<&str> = stdout.lines().collect();
    let starts = (0..lines.len()).filter(|at| lines[*at].contains(&format!("[{rule}]")));
    let found = starts.filter_map(|start| {
        let arrow = (start..lines.len()).find(|at| lines[*at].contains("--> "))?;
        let marks = (arrow..lines.len()).find(|at| lines[*at].contains('^'))?;
        let from = lines[marks].chars().position(|c| c == '^')?;
        let width = lines[marks].chars().filter(|c| *c == '^').count();
        let place = lines[arrow].split_whitespace().nth(1)?;
        let text: String = lines[marks - 1].chars().skip(from).take(width).collect();
        Some(format!("{place} {text}"))
    });
    found.collect()
}

#[test]
fn findings_point_to_the_field_and_parameter_that_is_wrong() {
    let api = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /s/{n}:
    get:
      operationId: getA
      parameters:
        - {name: n, in: path, required: true, schema: {type: integer}}
        - {name: q, in: query, schema: {type: integer}}
        - {name: X-N, in: header, schema: {type: array, items: {type: integer}}}
      responses:
        '200':
          description: ''
          headers: {X-Ids: {schema: {type: array, items: {type: integer}}}}
          content: {application/json: {schema: {type: array}}}
";
    let http = "GET /s/a?xq=1&q=a&a=2 HTTP/1.1\nHost: a.example\nX-N: 1\nx-n: b\n\nHTTP/1.1 200 OK\nX-Ids: 1\nx-ids: 2\n\
                X-Ids: c\nLink: </s/1>\nLink: </none>\nContent-Type: application/json\n\n[]\n";
    let field = |name: &str, value: &str| {
        format!("        {{\"name\": \"{name}\",\n         \"value\": \"{value}\"}}")
    };
    let fields = |fields: &[(&str, &str)]| -> String {
        fields
            .iter()
            .map(|(name, value)| field(name, value))
            .collect::<Vec<_>>()
            .join(",\n")
    };
    let har = format!(
        "{{\"log\": {{\"entries\": [{{\"request\": {{\"method\": \"GET\", \"url\":\n\"https://a.example/s/a?xq=1&q=a&a=2\",\n\
         \"headers\": [\n{}]}},\n\"response\": {{\"status\": 200, \"headers\": [\n{}],\n\
         \"content\": {{\"mimeType\": \"application/json\", \"text\": \"[]\"}}}}}}]}}}}",
        fields(&[("X-N", "1"), ("X-N", "b")]),
        fields(&[("X-Ids", "1\\n2\\nc"), ("Link", "</s/1>\\n</none>")]),
    );
    let files = folder(&[("api.yaml", api), ("t.http", http), ("t.har", &har)]);
    for (capture, expected) in [
        (
            "t.http",
            [
                "parameter-value t.http:1:8 a, t.http:1:17 a, t.http:4:6 b",
                "undeclared-query-parameter t.http:1:19 a, t.http:1:10 xq",
                "header-value t.http:9:8 c",
                "unmatched-link t.http:11:7 </none>",
            ],
        ),
        (
            "t.har",
            [
                "parameter-value t.har:2:22 a, t.har:2:31 a, t.har:7:19 \"b\"",
                "undeclared-query-parameter t.har:2:33 a, t.har:2:24 xq",
                "header-value t.har:10:26 c",
                "unmatched-link t.har:12:28 </none>",
            ],
        ),
    ] {
        let (_, stdout, _) = run_in(
            files.path(),
            &["check", capture, "--contract", "api.yaml"],
            "",
        );
        let found = [
            "parameter-value",
            "undeclared-query-parameter",
            "header-value",
            "unmatched-link",
        ]
        .map(|rule| format!("{rule} {}", pointed(&stdout, rule).join(", ")));
        assert_eq!(found, expected, "{stdout}");
    }
}

/// A path is also found in a URL whose user, host or scheme has the same text.
#[test]
fn findings_about_a_path_point_to_it() {
    for (url, expected) in [
        ("https://ada:pw@a/a", "t.http:1:21 /a"),
        ("http://api.example/api", "t.http:1:23 /api"),
        ("/a?x=/a", "t.http:1:5 /a"),
    ] {
        let exchange =
            format!("DELETE {url} HTTP/1.1\n\nHTTP/1.1 200 OK\n\n").replace("DELETE", "GET");
        let api = HEADERS.replace("/a:", "/none:");
        let files = folder(&[("api.yaml", &*api), ("t.http", &exchange)]);
        let (_, stdout, _) = run_in(
            files.path(),
            &["check", "t.http", "--contract", "api.yaml"],
            "",
        );
        let place = pointed(&stdout, "unknown-operation").join(", ");
        assert_eq!(place, expected, "{stdout}");
    }
}

/// Many fields, each of which is a finding.
#[test]
fn many_fields_take_no_time_each() {
    let fields: Vec<Value> = (0..20_000)
        .map(|at| serde_json::json!({"name": format!("x-{at:05}"), "value": "v"}))
        .collect();
    let har = serde_json::json!({"log": {"entries": [{
        "request": {"method": "GET", "url": "https://h/a", "headers": []},
        "response": {"status": 200, "headers": fields, "content": {"mimeType": "application/json", "text": "{}"}}
    }]}});
    let files = folder(&[("api.yaml", HEADERS), ("t.har", &har.to_string())]);
    let found = findings(files.path(), &["t.har"]);
    assert!(
        found
            .iter()
            .any(|found| found.contains("undeclared-header")),
        "{found:?}"
    );
}

/// Browsers join fields of the same name with a line break.
#[test]
fn joined_fields_are_several() {
    let har = |name: &str, value: &str| {
        let entry = serde_json::json!({
            "request": {"method": "GET", "url": "https://h/a", "headers": [{"name": "Accept", "value": "*/*"}]},
            "response": {
                "status": 200,
                "headers": [{"name": "X-Total", "value": "1"}, {"name": name, "value": value}],
                "content": {"mimeType": "application/json", "text": "{}"}
            }
        });
        serde_json::json!({"log": {"entries": [entry]}}).to_string()
    };
    for (name, value, expected) in [
        ("set-cookie", "a=1\nsession=2", 0),
        ("set-cookie", "a=1\nb=2", 1),
        ("set-cookie", "session=1; Path=/;\n HttpOnly", 0),
        ("X-Ids", "1, 2\n3", 0),
        ("X-Ids", "1, 2\nx", 1),
        ("X-Ids", "\n1\n\n", 0),
    ] {
        let files = folder(&[("api.yaml", HEADERS), ("t.har", &har(name, value))]);
        let found = findings(files.path(), &["t.har"]);
        assert_eq!(found.len(), expected, "{name} {value:?} {found:?}");
    }
}

/// The writer of a guide leaves headers out.
#[test]
fn headers_that_end_in_an_ellipsis_are_not_all() {
    for (lines, expected) in [
        ("...", &[][..]),
        ("\u{2026}", &[]),
        ("[...]", &[]),
        (
            "X-Total: a\n...",
            &["error[header-value] response header `X-Total` is \"a\"; expected integer"],
        ),
        (
            "Date: x",
            &["error[missing-header] required response header `X-Total` is missing"],
        ),
    ] {
        let message = format!(
            "GET /a HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n{lines}\n\n{{}}\n"
        );
        let guide = format!("# Guide\n\n```http\n{message}```\n");
        let files = folder(&[
            ("api.yaml", HEADERS),
            ("guide.md", &guide),
            ("t.http", &message),
        ]);
        for capture in ["guide.md", "t.http"] {
            assert_eq!(
                findings(files.path(), &[capture]),
                expected,
                "{capture} {lines}"
            );
        }
    }
}

/// Text is quoted, and numbers are not.
#[test]
fn values_of_headers_are_shown_as_they_are_written() {
    for (value, shown) in [
        ("many", r#""many""#),
        ("+1", r#""+1""#),
        ("007x", r#""007x""#),
        ("NaN", r#""NaN""#),
        ("-3", "-3"),
        ("-1.5", "-1.5"),
        ("true", "true"),
        (r#"say "hi""#, r#""say \"hi\"""#),
        ("[a", r#""[a""#),
    ] {
        let lines = format!("200 OK\nContent-Type: application/json\nX-Total: {value}");
        let found = of_exchange(HEADERS, &format!("{}{{}}", answered(&lines)), &[]);
        let start = format!("error[header-value] response header `X-Total` is {shown};");
        assert!(
            found.len() == 1 && found[0].starts_with(&start),
            "{value} {found:?}"
        );
    }
}

#[test]
fn a_prefix_of_headers_is_not_a_pattern() {
    let files = folder(&[("api.yaml", HEADERS), ("t.http", &answered("200 OK"))]);
    for prefix in ["x-*", "*", "X-*-Id"] {
        let (code, _, stderr) = run_in(
            files.path(),
            &[
                "check",
                "t.http",
                "--contract",
                "api.yaml",
                "--api-header",
                prefix,
            ],
            "",
        );
        assert!(
            code == 2 && stderr.contains("a prefix, not a pattern"),
            "{stderr}"
        );
    }
}
