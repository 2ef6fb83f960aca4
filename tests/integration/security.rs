//! The credentials of requests against the `security` of operations.

use serde_json::Value;

use crate::around::of_exchange;
use crate::common::{folder, run_in};

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
