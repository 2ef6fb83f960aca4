//! What is compared around bodies: headers of responses, credentials, and what a message says about itself.

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

/// An API with an operation at `/a` that has this `security`.
fn secured(security: &str) -> String {
    format!(
        "
openapi: 3.1.0
info: {{title: T, version: '1'}}
paths:
  /a:
    get:
      operationId: getA
      {security}
      responses:
        '200': {{description: ''}}
        default: {{description: ''}}
components:
  securitySchemes:
    bearer: {{type: http, scheme: bearer}}
    basic: {{type: http, scheme: Basic}}
    custom: {{type: http, scheme: Custom}}
    key: {{type: apiKey, in: header, name: X-Key}}
    query: {{type: apiKey, in: query, name: key}}
    cookie: {{type: apiKey, in: cookie, name: sid}}
    raw: {{type: apiKey, in: header, name: Authorization}}
    oauth: {{type: oauth2, flows: {{}}}}
    oidc: {{type: openIdConnect, openIdConnectUrl: https://h/.well-known}}
    tls: {{type: mutualTLS}}
"
    )
}

/// The rules of the findings about the credentials of a request with these header lines.
fn credentials(security: &str, target: &str, lines: &str, status: u16) -> Vec<String> {
    let exchange = format!("GET {target} HTTP/1.1\n{lines}\n\nHTTP/1.1 {status} X\nDate: x\n\n");
    let found = of_exchange(&secured(security), &exchange, &[]);
    let found = found
        .into_iter()
        .filter(|found| !found.contains("undeclared-query-parameter"));
    found.collect()
}

#[test]
fn credentials_are_compared_with_the_security_of_an_operation() {
    let missing = |expected: &str| {
        format!(
            "warning[missing-credentials] credentials required by getA were not sent; expected {expected}"
        )
    };
    let lack = |part: &str, expected: &str| {
        format!("warning[missing-credentials] the credentials lack {part}; expected {expected}")
    };
    let wrong = |seen: &str, expected: &str| {
        format!("error[wrong-credentials] the credentials are {seen}; expected {expected}")
    };
    let host = "Host: h\n";
    let with = |value: &str| format!("{host}Authorization: {value}");
    let both = "an API key in header `X-Key` and a bearer token";
    let table: Vec<(&str, &str, String, Option<String>)> = vec![
        ("security: []", "/a", host.to_owned(), None),
        ("security: [{bearer: []}, {}]", "/a", host.to_owned(), None),
        ("", "/a", host.to_owned(), None),
        (
            "security: [{bearer: []}]",
            "/a",
            host.to_owned(),
            Some(missing("a bearer token")),
        ),
        // The capture holds no headers.
        ("security: [{bearer: []}]", "/a", String::new(), None),
        ("security: [{bearer: []}]", "/a", with("Bearer abc"), None),
        ("security: [{bearer: []}]", "/a", with("bearer  abc"), None),
        (
            "security: [{bearer: []}]",
            "/a",
            with("Basic dTpw"),
            Some(wrong("HTTP Basic", "a bearer token")),
        ),
        (
            "security: [{bearer: []}]",
            "/a",
            with("Token abc"),
            Some(wrong("HTTP Token", "a bearer token")),
        ),
        // A value that was replaced may have been of any kind.
        ("security: [{bearer: []}]", "/a", with("[REDACTED]"), None),
        ("security: [{bearer: []}]", "/a", with("***"), None),
        ("security: [{bearer: []}]", "/a", with("DUMMY"), None),
        ("security: [{bearer: []}]", "/a", with("<API KEY>"), None),
        ("security: [{bearer: []}]", "/a", with("{{token}}"), None),
        ("security: [{bearer: []}]", "/a", with(""), None),
        (
            "security: [{bearer: []}]",
            "/a",
            with("Bearer [FILTERED]"),
            None,
        ),
        (
            "security: [{bearer: []}]",
            "/a",
            with("Basic [FILTERED]"),
            Some(wrong("HTTP Basic", "a bearer token")),
        ),
        (
            "security: [{bearer: []}]",
            "/a",
            with("eyJhbGciOi5x.eyJzdWIiOi1.c2ln0"),
            Some(wrong("a token without a scheme", "a bearer token")),
        ),
        (
            "security: [{raw: []}]",
            "/a",
            with("eyJhbGciOi5x.eyJzdWIiOi1.c2ln0"),
            None,
        ),
        (
            "security: [{bearer: []}]",
            "/a",
            with("Secretive 0123456789abcdef"),
            Some(wrong("an unknown scheme", "a bearer token")),
        ),
        (
            "security: [{custom: []}]",
            "/a",
            with("custom 0123456789abcdef"),
            None,
        ),
        (
            "security: [{custom: []}]",
            "/a",
            with("Bearer 0123456789abcdef"),
            Some(wrong("a bearer token", "HTTP Custom")),
        ),
        ("security: [{basic: []}]", "/a", with("Basic dTpw"), None),
        (
            "security: [{basic: []}]",
            "/a",
            with("Basic dXNlcm5hbWUx"),
            Some(wrong("malformed HTTP Basic", "HTTP Basic")),
        ),
        (
            "security: [{basic: []}]",
            "/a",
            with("Basic user:password"),
            Some(wrong("malformed HTTP Basic", "HTTP Basic")),
        ),
        (
            "security: [{basic: []}]",
            "/a",
            with("Basic UkVEQUNURUQ="),
            None,
        ),
        ("security: [{basic: []}]", "/a", with("Basic XXXX"), None),
        (
            "security: [{basic: []}]",
            "https://u:p@h/a",
            host.to_owned(),
            None,
        ),
        ("security: [{oauth: [a]}]", "/a", with("DPoP abc"), None),
        ("security: [{oidc: []}]", "/a", with("Bearer abc"), None),
        (
            "security: [{oauth: []}]",
            "/a?access_token=abc",
            host.to_owned(),
            None,
        ),
        (
            "security: [{oauth: []}]",
            "/a",
            with("Basic dTpw"),
            Some(wrong("HTTP Basic", "an OAuth 2 access token")),
        ),
        (
            "security: [{oauth: []}, {basic: []}]",
            "/a",
            with("Basic dTpw"),
            None,
        ),
        ("security: [{tls: []}]", "/a", host.to_owned(), None),
        (
            "security: [{tls: [], bearer: []}]",
            "/a",
            host.to_owned(),
            Some(missing("a bearer token and a client certificate")),
        ),
        ("security: [{undefined: []}]", "/a", host.to_owned(), None),
        (
            "security: [{key: []}]",
            "/a",
            format!("{host}x-key: abc"),
            None,
        ),
        ("security: [{key: []}]", "/a", format!("{host}x-key:"), None),
        (
            "security: [{key: []}]",
            "/a",
            host.to_owned(),
            Some(missing("an API key in header `X-Key`")),
        ),
        (
            "security: [{key: []}]",
            "/a?X-Key=abc",
            host.to_owned(),
            Some(wrong(
                "an API key in query `X-Key`",
                "an API key in header `X-Key`",
            )),
        ),
        ("security: [{query: []}]", "/a?key=abc", String::new(), None),
        (
            "security: [{query: []}]",
            "/a",
            String::new(),
            Some(missing("an API key in query `key`")),
        ),
        (
            "security: [{query: []}]",
            "/a",
            format!("{host}Key: abc"),
            Some(wrong(
                "an API key in header `key`",
                "an API key in query `key`",
            )),
        ),
        ("security: [{cookie: []}]", "/a", host.to_owned(), None),
        (
            "security: [{cookie: []}]",
            "/a",
            format!("{host}Cookie: a=1; sid=2"),
            None,
        ),
        (
            "security: [{cookie: []}]",
            "/a",
            format!("{host}Cookie: ***"),
            None,
        ),
        (
            "security: [{cookie: []}]",
            "/a",
            format!("{host}Cookie: a=1"),
            Some(missing("an API key in cookie `sid`")),
        ),
        (
            "security: [{bearer: [], key: []}]",
            "/a",
            with("Bearer abc"),
            Some(lack("an API key in header `X-Key`", both)),
        ),
        (
            "security: [{bearer: [], key: []}]",
            "/a",
            format!("{host}X-Key: a\nAuthorization: Bearer b"),
            None,
        ),
        (
            "security: [{bearer: []}, {key: []}]",
            "/a",
            format!("{host}X-Key: a"),
            None,
        ),
        (
            "security: [{bearer: []}, {key: []}]",
            "/a",
            host.to_owned(),
            Some(missing("a bearer token or an API key in header `X-Key`")),
        ),
    ];
    for (security, target, lines, expected) in table {
        let found = credentials(security, target, &lines, 200);
        assert_eq!(
            found,
            Vec::from_iter(expected),
            "{security} {target} {lines}"
        );
    }
}

#[test]
fn rejected_credentials_are_a_rejected_request() {
    let of = |status| credentials("security: [{bearer: []}]", "/a", "Host: h", status);
    for status in [401, 403] {
        let expected = format!(
            "info[refused-request] a request to getA that violates the contract was rejected with {status}"
        );
        assert_eq!(of(status), [expected]);
    }
    for status in [200, 404, 422, 500] {
        let found = of(status);
        assert!(
            found.len() == 1 && found[0].starts_with("warning[missing-credentials]"),
            "{status} {found:?}"
        );
    }
    let exchange = "GET /a HTTP/1.1\nHost: h\n\nHTTP/1.1 401 X\nDate: x\n\n";
    let found = of_exchange(
        &secured("security: [{bearer: []}]"),
        exchange,
        &["--strict-requests"],
    );
    assert!(
        found.len() == 1 && found[0].starts_with("warning[missing-credentials]"),
        "{found:?}"
    );
    assert_eq!(
        of_exchange(
            &secured("security: [{bearer: []}]"),
            exchange,
            &["--side", "response"]
        ),
        [""; 0]
    );
}

/// Operations that lack the same schemes are one finding, whatever the number of threads.
#[test]
fn one_set_of_schemes_is_one_finding() {
    let api = "
swagger: '2.0'
info: {title: T, version: '1'}
security: [{basic: []}]
securityDefinitions: {basic: {type: basic}}
paths:
  /a: {get: {operationId: getA, parameters: [{name: q, in: query, type: integer}], responses: {default: {description: ''}}}}
  /b: {get: {operationId: getB, parameters: [{name: q, in: query, type: integer}], responses: {default: {description: ''}}}}
";
    let log = |path: &str, value: &str| {
        format!(
            "GET {path} HTTP/1.1\nHost: h\nAuthorization: {value}\n\nHTTP/1.1 200 OK\nDate: x\n\n"
        )
    };
    let many: Vec<(String, String)> = (0..12)
        .map(|at| {
            (
                format!("{at}.http"),
                log(
                    ["/a?q=1", "/b?q=1"][at % 2],
                    ["Bearer hunter2", "Digest hunter2"][at / 6],
                ),
            )
        })
        .collect();
    let mut files: Vec<(&str, &str)> = many.iter().map(|(name, text)| (&**name, &**text)).collect();
    files.push(("api.yaml", api));
    let folder = folder(&files);
    let run = |arguments: &[&str]| {
        let arguments = [&["check", ".", "--contract", "api.yaml"], arguments].concat();
        run_in(folder.path(), &arguments, "")
    };
    let one = run(&["--jobs", "1", "--output", "json=-"]);
    assert_eq!(one, run(&["--jobs", "4", "--output", "json=-"]));
    let report: Value = serde_json::from_str(&one.1).expect("JSON");
    let found = report["findings"].as_array().expect("a list");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0]["message"],
        "the credentials are HTTP Digest and a bearer token; expected HTTP Basic"
    );
    assert_eq!(found[0]["key"], "wrong-credentials|t|security http basic");
    for format in [
        "text", "short", "json", "ndjson", "markdown", "html", "sarif", "junit", "github", "gitlab",
    ] {
        let (_, stdout, stderr) = run(&["--output", &format!("{format}=-")]);
        assert!(
            !stdout.contains("hunter2") && !stderr.contains("hunter2"),
            "{format}"
        );
    }
    // The same findings are known, ignored or of another level.
    let (code, ..) = run(&["--baseline", "known.json", "--update-baseline"]);
    assert_eq!(code, 0);
    for arguments in [
        &["--baseline", "known.json"][..],
        &["--ignore", "rule=wrong-credentials,reason=r"],
        &[
            "--level",
            "wrong-credentials@getA=off",
            "--level",
            "wrong-credentials@getB=info",
        ],
    ] {
        assert_ne!(run(arguments).0, 1, "{arguments:?}");
    }
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

/// Also not in the query, whatever the name of the key.
#[test]
fn keys_in_a_query_are_not_shown_with_findings_about_them() {
    let api = secured("security: [{appid: []}]").replace(
        "    tls:",
        "    appid: {type: apiKey, in: header, name: appid}\n    tls:",
    );
    let folder = folder(&[
        ("api.yaml", &*api),
        ("log.http", "GET /a?appid=hunter2 HTTP/1.1\nHost: h\n\n"),
    ]);
    let arguments = [
        "check",
        "log.http",
        "--contract",
        "api.yaml",
        "--level",
        "undeclared-query-parameter=off",
    ];
    let (_, stdout, _) = run_in(folder.path(), &arguments, "");
    assert!(
        stdout.contains("the credentials are an API key in query `appid`")
            && !stdout.contains("hunter2"),
        "{stdout}"
    );
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

/// Nothing compared is an error, and the message says what was checked.
#[test]
fn findings_around_bodies_do_not_make_up_for_bodies() {
    let api = secured("security: [{bearer: []}]");
    let exchange = "GET /a HTTP/1.1\nHost: h\n\nHTTP/1.1 200 X\nDate: x\n\n";
    let files = folder(&[("api.yaml", &*api), ("t.http", exchange)]);
    let (code, stdout, stderr) = run_in(
        files.path(),
        &["check", "t.http", "--contract", "api.yaml"],
        "",
    );
    assert!(stdout.contains("missing-credentials"), "{stdout}");
    let words = crate::common::unwrapped(&stderr);
    assert!(
        code == 2
            && words.contains(
                "nothing in the captures was compared with a schema of api.yaml; the findings are only about what is around \
                 bodies"
            ),
        "{code} {words}"
    );
}
