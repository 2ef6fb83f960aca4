//! What HTTP says of messages, whatever the contract.

use crate::around::{findings, of_exchange};
use crate::common::folder;

const API: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: 'https://api.example.com/v1'}]
paths:
  /a:
    get:
      operationId: getA
      responses:
        '200': {description: '', content: {application/json: {schema: {type: object}}}}
        '204': {description: '', content: {application/json: {}}}
        '205': {description: ''}
        3XX: {description: ''}
        4XX: {description: '', content: {application/problem+json: {}}}
        5XX: {description: '', content: {application/problem+json: {schema: {type: object}}}}
    put:
      operationId: putA
      responses:
        '201': {description: '', headers: {Location: {schema: {type: string}}}}
        '202': {description: '', headers: {Location: {schema: {type: string}}}}
    delete:
      operationId: deleteA
      responses:
        '201': {description: '', headers: {Location: {required: true, schema: {type: string}}}}
  /a/{id}:
    get:
      operationId: getOne
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ''}}
";

/// The findings about an exchange with `GET /v1/a` that have one of these rules.
fn found(method: &str, sent: &str, answered: &str, rules: &[&str]) -> Vec<String> {
    let exchange = format!("{method} /v1/a HTTP/1.1\nHost: h\n{sent}\nHTTP/1.1 {answered}\n");
    let found = of_exchange(API, &exchange, &[]).into_iter();
    found
        .filter(|found| {
            rules
                .iter()
                .any(|rule| found.contains(&format!("[{rule}]")))
        })
        .collect()
}

#[test]
fn bodies_that_a_status_does_not_allow_are_reported_once() {
    for (answered, expected) in [
        (
            "204 X\nContent-Type: application/json\n\n{}",
            &["info[status-body] the 204 response has a body; HTTP allows none"][..],
        ),
        (
            "205 X\nContent-Type: application/json\n\n{}",
            &["warning[unexpected-body] the 205 response has a body; the contract declares none"],
        ),
        (
            "304 X\nContent-Type: application/json\n\n{}",
            &["warning[unexpected-body] the 304 response has a body; the contract declares none"],
        ),
        ("200 X\nContent-Type: application/json\n\n{}", &[]),
        ("204 X\n\n", &[]),
    ] {
        assert_eq!(
            found("GET", "", answered, &["status-body", "unexpected-body"]),
            expected,
            "{answered}"
        );
    }
}

#[test]
fn a_created_resource_has_a_location() {
    let rules = ["missing-location", "missing-header"];
    let info =
        "info[missing-location] a 201 response has no Location header; the contract declares one";
    for (method, answered, expected) in [
        ("PUT", "201 X\nDate: x\n", &[info][..]),
        ("PUT", "201 X\nlocation: /v1/a/1\n", &[]),
        ("PUT", "202 X\nDate: x\n", &[]),
        ("PUT", "201 X\n", &[]),
        (
            "DELETE",
            "201 X\nDate: x\n",
            &["error[missing-header] required response header `Location` is missing"],
        ),
    ] {
        assert_eq!(
            found(method, "", answered, &rules),
            expected,
            "{method} {answered}"
        );
    }
}

#[test]
fn links_on_the_api_lead_to_operations() {
    let paths = |answered: &str| -> Vec<String> {
        let found = found("GET", "", answered, &["unmatched-link"]);
        found
            .iter()
            .map(|found| found.split('`').nth(1).unwrap_or_default().to_owned())
            .collect()
    };
    let table: [(&str, &[&str]); 38] = [
        ("302 X\nLocation: /v1/a/7\n", &[]),
        ("302 X\nLocation: a/7\n", &[]),
        ("302 X\nLocation: ../v1/a?x=1#y\n", &[]),
        ("302 X\nLocation: ?page=2\n", &[]),
        ("302 X\nLocation: //h/v1/b\n", &["/v1/b"]),
        ("302 X\nLocation: /v1/b?token=secret\n", &["/v1/b"]),
        ("302 X\nLocation: b\n", &["/v1/b"]),
        ("302 X\nLocation: /v1/b/123456\n", &["/v1/b/{}"]),
        // Not below the base path.
        ("302 X\nLocation: /login\n", &[]),
        ("302 X\nLocation: /v10/a\n", &[]),
        ("302 X\nLocation: http://h/v1/b\n", &["/v1/b"]),
        ("302 X\nLocation: http://h:80/v1/b\n", &["/v1/b"]),
        ("302 X\nLocation: https://other/v1/b\n", &[]),
        (
            "302 X\nLocation: https://api.example.com/v1/b\n",
            &["/v1/b"],
        ),
        ("302 X\nLocation: https://api.example.com/v1/a\n", &[]),
        ("302 X\nLocation: https://api.example.com/docs\n", &[]),
        ("302 X\nLocation: mailto:a@b\n", &[]),
        ("302 X\nLocation: {{next}}\n", &[]),
        ("302 X\nLocation: [REDACTED]\n", &[]),
        ("302 X\nLocation: not a url\n", &[]),
        // The header means something else with other statuses.
        ("200 X\nLocation: /v1/b\n", &[]),
        (
            "200 X\nLink: </v1/a?page=2>; rel=\"next\", </v1/b>; rel=prev; title=\"x, y\"\n",
            &["/v1/b"],
        ),
        (
            "200 X\nLink: </v1/b>; rel=help, </v1/c>; rel=\"https://x/rel\"\n",
            &[],
        ),
        ("200 X\nLink: </v1/b>, </v1/c>\n", &["/v1/b", "/v1/c"]),
        // The base path is missing, because a proxy removes it.
        ("201 X\nLocation: /a/17\n", &["/a/{}"]),
        ("308 X\nLocation: http://h/a\n", &["/a"]),
        ("200 X\nLink: </a?page=2>; rel=next\n", &["/a"]),
        ("201 X\nLocation: /other\n", &[]),
        ("201 X\nLocation: https://other/a/17\n", &[]),
        // This may be a page next to the API.
        ("302 X\nLocation: /a\n", &[]),
        ("303 X\nLocation: /a/17\n", &[]),
        // Captures have links that are not escaped.
        ("201 X\nLocation: /v1/b/caf\u{e9} au lait\n", &["/v1/b/{}"]),
        ("201 X\nLocation: /v1/a/caf\u{e9} au lait\n", &[]),
        ("201 X\nLocation: /v1/b/{id}/x\n", &[]),
        ("201 X\nLocation: /v1/b?q=a|b&r=\"c\"\n", &["/v1/b"]),
        ("200 X\nLink: </v1/b/a b>; rel=next\n", &["/v1/b/{}"]),
        ("201 X\nLocation: see the documentation\n", &[]),
        ("201 X\nLocation: /v1/a%zz\n", &["/v1/{}"]),
    ];
    for (answered, expected) in table {
        assert_eq!(paths(answered), expected, "{answered}");
    }
    let many: String = (0..500)
        .map(|at| format!("</v1/{}>, ", "b".repeat(at + 1)))
        .collect();
    assert_eq!(paths(&format!("200 X\nLink: {many}\n")).len(), 64);
}

#[test]
fn requests_accept_what_the_contract_declares() {
    let rules = ["not-acceptable"];
    let of = |sent: &str| found("GET", sent, "406 X\nDate: x\n", &rules);
    let found_of = |method: &str, sent: &str, answered: &str| found(method, sent, answered, &rules);
    assert_eq!(of("Accept: */*\n"), [""; 0]);
    assert_eq!(of(""), [""; 0]);
    assert_eq!(
        of("Accept: text/html\nAccept: application/json;q=0.1\n"),
        [""; 0]
    );
    let expected = "info[not-acceptable] Accept is text/html, text/csv; the contract declares application/json";
    assert_eq!(of("Accept: text/html\nAccept: text/csv\n"), [expected]);
    // The default response is the only one.
    let default = API.replace(
        "'201': {description: '', headers: {Location: {schema: {type: string}}}}",
        "default: {description: '', content: {application/json: {}}}",
    );
    let exchange = "PUT /v1/a HTTP/1.1\nAccept: text/html\n\n";
    let default = default.replacen(
        "        '202': {description: '', headers: {Location: {schema: {type: string}}}}\n",
        "",
        1,
    );
    assert_eq!(
        of_exchange(&default, exchange, &[]),
        ["info[not-acceptable] Accept is text/html; the contract declares application/json"]
    );
    // A server may ignore it, and other errors have other reasons.
    let github = "Accept: application/vnd.github+json\n";
    for answered in [
        "200 X\nContent-Type: application/json\n\n{}",
        "200 X\nContent-Type: application/json; charset=utf-8\n\n{}",
        "204 X\n\n",
        "304 X\n\n",
        "404 X\n\n",
        "500 X\n\n",
    ] {
        assert_eq!(found_of("GET", github, answered), [""; 0], "{answered}");
    }
    assert_eq!(found_of("GET", github, "406 X\n\n").len(), 1);
    // Without a declared media type, nothing is excluded.
    assert_eq!(
        found("PUT", "Accept: text/html\n", "202 X\n", &rules),
        [""; 0]
    );
}

#[test]
fn content_codings_are_registered_ones() {
    let of = |coding: &str| {
        let answered =
            format!("200 X\nContent-Type: application/json\nContent-Encoding: {coding}\n\n{{}}");
        found("GET", "", &answered, &["content-encoding"])
    };
    for known in ["gzip", "br, GZIP", "identity", "zstd", "", "[REDACTED]"] {
        assert_eq!(of(known), [""; 0], "{known}");
    }
    assert_eq!(
        of("gzip, UTF-8"),
        ["info[content-encoding] content coding `utf-8` is not registered"]
    );
}

#[test]
fn problem_details_without_a_schema_follow_the_rfc() {
    let of = |status: u16, body: &str| {
        let answered =
            format!("{status} X\nContent-Type: application/problem+json; charset=utf-8\n\n{body}");
        found("GET", "", &answered, &["problem-details"])
    };
    let expected = "info[problem-details] `status` of problem details is not the status of the response (RFC 9457)";
    assert_eq!(of(404, "{\"status\": 400}"), [expected]);
    assert_eq!(of(404, "{\"status\": 404, \"detail\": \"x\"}"), [""; 0]);
    // The schema describes them, or the body is not JSON.
    assert_eq!(of(500, "{\"status\": 400}"), [""; 0]);
    assert_eq!(of(404, "{\"status\": "), [""; 0]);
}

/// Flows of mitmproxy keep bodies as they were sent.
#[test]
fn a_body_has_the_coding_that_its_header_names() {
    let of = |kind: char, text: &str| format!("{}:{text}{kind}", text.len());
    let text = |text: &str| of(';', text);
    let bytes = |text: &str| of(',', text);
    let flow = |coding: &str| {
        let header = |name: &str, value: &str| of(']', &format!("{}{}", bytes(name), bytes(value)));
        let headers = of(
            ']',
            &(header("content-type", "application/json") + &header("content-encoding", coding)),
        );
        let request = [
            text("method"),
            bytes("GET"),
            text("scheme"),
            bytes("https"),
            text("host"),
            text("h"),
            text("port"),
            of('#', "443"),
            text("path"),
            bytes("/v1/a"),
            text("headers"),
            of(']', ""),
        ];
        let response = [
            text("status_code"),
            of('#', "200"),
            text("headers"),
            headers,
            text("content"),
            bytes("{}"),
        ];
        let flow = [
            text("version"),
            of('#', "21"),
            text("type"),
            text("http"),
            text("request"),
            of('}', &request.concat()),
            text("response"),
            of('}', &response.concat()),
        ];
        of('}', &flow.concat())
    };
    for (coding, expected) in [
        (
            "gzip",
            &["info[content-encoding] Content-Encoding names `gzip`, but the body is not encoded"]
                [..],
        ),
        (
            "br",
            &["info[content-encoding] Content-Encoding names `br`, but the body is not encoded"],
        ),
        ("identity", &[]),
    ] {
        let folder = folder(&[("api.yaml", API), ("log.mitm", &flow(coding))]);
        assert_eq!(findings(folder.path(), &["log.mitm"]), expected, "{coding}");
    }
    // Other tools decode bodies and keep the header.
    let answered = "200 X\nContent-Type: application/json\nContent-Encoding: gzip\n\n{}";
    assert_eq!(found("GET", "", answered, &["content-encoding"]), [""; 0]);
}

/// Captures have requests whose paths are not escaped.
#[test]
fn links_are_followed_from_any_path() {
    for path in ["/v1/a/{id}", "/v1/a/caf\u{e9}", "/v1/a/%zz", "/v1/a/a|b"] {
        let exchange = format!(
            "GET {path} HTTP/1.1\nHost: h\n\nHTTP/1.1 200 X\nLink: </v1/none>, </v1/a>, <../a/7>\n\n"
        );
        let found = of_exchange(API, &exchange, &[]);
        let found: Vec<&String> = found
            .iter()
            .filter(|found| found.contains("[unmatched-link]"))
            .collect();
        assert_eq!(found.len(), 1, "{path} {found:?}");
        assert!(found[0].contains("`/v1/none`"), "{path} {found:?}");
    }
}
