//! `wiredrift check` and `lint` from end to end: what a run without anything to check says, what is left out, and what
//! everyday contracts and captures give.

use std::fs;
use std::path::Path;

use crate::common::{folder, run_in as run};
use serde_json::Value;

/// Runs the binary in a folder: exit code, standard output, standard error.
/// The JSON report of a check.
fn report(folder: &Path, arguments: &[&str]) -> Value {
    let arguments = [&["check"], arguments, &["--output", "json"]].concat();
    let (code, stdout, stderr) = run(folder, &arguments, "");
    serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("exit {code}: {stdout}{stderr}"))
}

/// Level, rule and message of each finding.
fn findings(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .iter()
        .map(|it| {
            format!(
                "{}[{}] {}",
                text(&it["level"]),
                text(&it["rule"]),
                text(&it["message"])
            )
        })
        .collect()
}

const SHOP: &str = "\
openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /items:
    get:
      operationId: listItems
      responses: {'200': {description: items, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Item'}}}}}}
    post:
      operationId: addItem
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}
      responses:
        '201': {description: added, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}
        '422': {description: no}
  /items/{id}:
    get:
      operationId: getItem
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: item, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}}
    delete:
      operationId: dropItem
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {'204': {description: gone}}
  /ping:
    get: {operationId: ping, responses: {'204': {description: pong}}}
components:
  schemas:
    Item: {type: object, required: [id, name], properties: {id: {type: integer}, name: {type: string}}}
";

const GOOD: &str = "GET /items/1 HTTP/1.1\nHost: shop.test\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"id\": 1, \"name\": \"soap\"}\n";

/// Nothing is green unless something was checked.
#[test]
fn a_run_without_anything_to_check_fails() {
    let ping = "GET /ping HTTP/1.1\nHost: shop.test\n\nHTTP/1.1 204 No Content\n\n";
    let folder = folder(&[
        ("api.yaml", SHOP),
        ("good.http", GOOD),
        ("ping.http", ping),
        ("other.http", &GOOD.replace("/items/1", "/other")),
        (
            "plain.http",
            "GET /items/1 HTTP/1.1\n\nHTTP/1.1 200 OK\nContent-Type: text/plain\n\nsoap\n",
        ),
        ("broken.json", "\u{0}"),
        ("dump.pcap", "\u{a}\r\r\u{a}"),
        ("empty/.keep", ""),
    ]);
    let table: [(&[&str], i32, &str); 11] = [
        (
            &["check", "--contract", "api.yaml"],
            2,
            "`wiredrift lint api.yaml` checks the contract itself",
        ),
        (&["check", "no-*.har", "--contract", "api.yaml"], 2, ""),
        (&["check", "empty", "--contract", "api.yaml"], 2, ""),
        (
            &["check", "empty", "--contract", "api.yaml", "--keep-going"],
            2,
            "hold no exchanges|compared with a schema",
        ),
        (
            &["check", "ping.http", "--contract", "api.yaml"],
            2,
            "nothing in the captures was compared with a schema of api.yaml",
        ),
        (
            &["check", "other.http", "--contract", "api.yaml"],
            2,
            "nothing in the captures belongs to api.yaml",
        ),
        (&["check", "dump.pcap", "--contract", "api.yaml"], 2, ""),
        (
            &[
                "check",
                "dump.pcap",
                "--contract",
                "api.yaml",
                "--keep-going",
            ],
            2,
            "compared with a schema",
        ),
        (
            &["check", "good.http", "ping.http", "--contract", "api.yaml"],
            0,
            "",
        ),
        // That the path fits the schema of its parameter is no more than finding the operation.
        (
            &["check", "plain.http", "--contract", "api.yaml"],
            2,
            "nothing in the captures was compared with a schema of api.yaml",
        ),
        (&["lint", "api.yaml"], 0, ""),
    ];
    for (arguments, expected, said) in table {
        let (code, stdout, stderr) = run(folder.path(), arguments, "");
        assert_eq!(code, expected, "{arguments:?}\n{stdout}{stderr}");
        let is_said = said.split('|').any(|said| stderr.contains(said));
        assert!(is_said, "{arguments:?}\n{stdout}{stderr}");
    }
    let (code, _, stderr) = run(folder.path(), &["check", "--contract", "api.yaml"], GOOD);
    assert_eq!(code, 2, "what is piped in is read for `-` alone: {stderr}");
    let (code, ..) = run(
        folder.path(),
        &["check", "-", "--contract", "api.yaml"],
        GOOD,
    );
    assert_eq!(code, 0);
}

#[test]
fn what_is_no_contract_is_refused() {
    let folder = folder(&[
        ("api.yaml", SHOP),
        ("good.http", GOOD),
        (
            "tea.json",
            r#"{"id": 1, "title": "Tea", "description": "nice"}"#,
        ),
        ("a.har", r#"{"log": {"version": "1.2", "entries": []}}"#),
        (
            "package.json",
            r#"{"name": "x", "version": "1.0.0", "scripts": {}}"#,
        ),
    ]);
    for (contract, what) in [
        ("tea.json", "a payload"),
        ("a.har", "a HAR file"),
        ("package.json", "a package.json"),
    ] {
        let arguments = ["check", "good.http", "--contract", contract];
        let (code, _, stderr) = run(folder.path(), &arguments, "");
        let expected = format!(
            "error: {contract}: this looks like {what}; expected an OpenAPI document or a JSON Schema; did you swap CAPTURES and --contract?\n"
        );
        assert_eq!((code, stderr), (2, expected));
    }
    let (code, _, stderr) = run(folder.path(), &["lint", "tea.json"], "");
    assert!(code == 2 && !stderr.contains("swap"), "{stderr}");
}

/// What a capture says of itself is not overruled: other exchanges are left out, and counted.
#[test]
fn operation_side_and_status_choose_among_exchanges() {
    let refused = "POST /items HTTP/1.1\nContent-Type: application/json\n\n{\"id\": \"x\", \"name\": \"a\"}\n\nHTTP/1.1 422 No\n\n";
    let added = "POST /items HTTP/1.1\nContent-Type: application/json\n\n{\"id\": \"x\", \"name\": \"a\"}\n\nHTTP/1.1 201 Created\nContent-Type: application/json\n\n{\"id\": 7}\n";
    let folder = folder(&[
        ("api.yaml", SHOP),
        ("log.http", &[GOOD, refused, added].join("\n")),
        ("one.json", "{\"id\": 1}"),
    ]);
    let table: [(&[&str], u64, &[&str]); 7] = [
        (
            &[],
            0,
            &[
                "error[wrong-type] `id` is a string; expected integer",
                "error[missing-property] required property `name` is missing",
                "info[refused-request] a request to addItem that violates the contract was rejected with 422",
            ],
        ),
        (&["--operation", "getItem"], 2, &[]),
        (
            &["--operation", "addItem", "--status", "201"],
            2,
            &[
                "error[wrong-type] `id` is a string; expected integer",
                "error[missing-property] required property `name` is missing",
            ],
        ),
        (
            &["--side", "response"],
            0,
            &["error[missing-property] required property `name` is missing"],
        ),
        (
            &["--side", "request", "--status", "201"],
            2,
            &["error[wrong-type] `id` is a string; expected integer"],
        ),
        (
            &["--status", "422"],
            2,
            &[
                "info[refused-request] a request to addItem that violates the contract was rejected with 422",
            ],
        ),
        (
            &["--strict-requests"],
            0,
            &[
                "error[wrong-type] `id` is a string; expected integer",
                "error[missing-property] required property `name` is missing",
            ],
        ),
    ];
    for (arguments, left_out, expected) in table {
        let arguments = [&["log.http", "--contract", "api.yaml"], arguments].concat();
        let report = report(folder.path(), &arguments);
        assert_eq!(report["summary"]["left_out"], left_out, "{arguments:?}");
        let mut found = findings(&report);
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{arguments:?}");
    }
    // The status that was given is the one that is shown.
    let arguments = [
        "one.json",
        "--contract",
        "api.yaml",
        "--operation",
        "getItem",
        "--status",
        "200",
    ];
    let target = &report(folder.path(), &arguments)["payloads"][0]["target"];
    assert_eq!(
        (&target["operation"], &target["status"]),
        (&"getItem".into(), &200.into())
    );
}

#[test]
fn a_known_status_is_shown_as_it_is() {
    let api = SHOP.replace("{'204': {description: pong}}", "{default: {description: any, content: {application/json: {schema: {type: object, required: [m]}}}}}");
    let folder = folder(&[
        ("api.yaml", &api),
        ("ping.json", "{\"m\": 1}"),
        (
            "error.http",
            "HTTP/1.1 404 No\nContent-Type: application/json\n\n{\"m\": 1}\n",
        ),
    ]);
    for (capture, arguments, status) in [
        ("ping.json", &["--status", "204"][..], 204),
        ("error.http", &[], 404),
    ] {
        let arguments = [
            &[capture, "--contract", "api.yaml", "--operation", "ping"],
            arguments,
        ]
        .concat();
        let report = report(folder.path(), &arguments);
        assert_eq!(
            report["payloads"][0]["target"]["status"], status,
            "{arguments:?} {report}"
        );
    }
}

/// How much of the captures belongs to the contract, and what they never exercised.
#[test]
fn the_summary_says_what_was_covered() {
    let folder = folder(&[
        ("api.yaml", SHOP),
        (
            "log.http",
            &[GOOD, "GET /other HTTP/1.1\nHost: shop.test\n\n"].join("\n"),
        ),
    ]);
    let (code, stdout, _) = run(
        folder.path(),
        &["check", "log.http", "--contract", "api.yaml"],
        "",
    );
    assert_eq!(code, 0, "{stdout}");
    assert!(
        stdout.contains("1 of 2 exchanges belongs to no operation of the contract.\n"),
        "{stdout}"
    );
    assert!(
        stdout
            .contains("Never exercised: 4 of 5 operations: listItems, addItem, dropItem, ping.\n"),
        "{stdout}"
    );
}

/// A payload that was met at several paths of one schema counts once, and in several operations in each.
#[test]
fn payloads_of_a_finding_are_counted_once_each() {
    let api = "\
openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a: {get: {operationId: a, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Pair'}}}}}}}
  /b: {get: {operationId: b, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Pair'}}}}}}}
components:
  schemas:
    Pair: {type: object, properties: {left: {$ref: '#/components/schemas/End'}, right: {$ref: '#/components/schemas/End'}}}
    End: {type: object, properties: {n: {type: integer}}}
";
    let exchange = |path: &str, body: &str| {
        format!(
            "GET {path} HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{body}\n\n"
        )
    };
    let log: String = [
        exchange("/a", r#"{"left": {"n": "x"}, "right": {"n": "y"}}"#),
        exchange("/a", r#"{"left": {"n": "x"}, "right": {"n": 1}}"#),
        exchange("/a", r#"{"left": {"n": 1}}"#),
        exchange("/b", r#"{"right": {"n": "x"}}"#),
    ]
    .concat();
    let folder = folder(&[("api.yaml", api), ("log.http", &log)]);
    let report = report(folder.path(), &["log.http", "--contract", "api.yaml"]);
    let finding = &report["findings"][0];
    let affected = &finding["affected"];
    let numbers = [&finding["occurrences"], &affected["count"], &affected["of"]].map(Value::as_u64);
    assert_eq!(numbers, [Some(4), Some(3), Some(4)], "{finding}");
    assert_eq!(finding["operations"].as_array().map(Vec::len), Some(3));
}

/// A component that several operations share is one cause, also of what was never seen.
#[test]
fn what_a_shared_component_never_showed_is_one_finding() {
    let mut api = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n".to_owned();
    let mut log = String::new();
    for index in 0..3 {
        api.push_str(&format!("  /p{index}: {{get: {{operationId: get{index}, responses: {{'200': {{description: d, content: {{application/json: {{schema: {{$ref: '#/components/schemas/T'}}}}}}}}}}}}, delete: {{operationId: del{index}, responses: {{'204': {{description: d}}}}}}}}\n"));
        for _ in 0..10 {
            let seen = if index == 2 { ", \"late\": 1" } else { "" };
            log.push_str(&format!("GET /p{index} HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{{\"a\": 1, \"k\": \"x\"{seen}}}\n\n"));
        }
        log.push_str(&format!("DELETE /p{index} HTTP/1.1\nHost: h\nContent-Type: application/json\n\n{{}}\n\nHTTP/1.1 204 No Content\n\n"));
        log.push_str(&format!("GET /old/p{index} HTTP/1.1\nHost: h\n\n"));
    }
    api.push_str("components: {schemas: {T: {type: object, properties: {a: {type: integer}, late: {type: integer}, never: {type: integer}, k: {type: string, enum: [x, y]}}}}}\n");
    let folder = folder(&[("api.yaml", &api), ("log.http", &log)]);
    let report = report(folder.path(), &["log.http", "--contract", "api.yaml"]);
    assert_eq!(
        findings(&report),
        [
            "warning[unknown-operation] 3 paths have the base path /old, which the contract does not declare",
            "warning[unexpected-body] DELETE requests of 3 operations have a body; the contract declares none",
            "info[unseen-property] declared property `never` was never seen in `T`",
            "info[unseen-enum-value] declared enum value `y` was never seen in `T`",
        ]
    );
    let found = &report["findings"];
    assert_eq!(found[0]["notes"][0], "`--base-path /old` makes them match");
    assert_eq!(
        (&found[1]["occurrences"], &found[1]["affected"]["of"]),
        (&3.into(), &3.into())
    );
    assert_eq!(found[2]["operations"].as_array().map(Vec::len), Some(3));
}

#[test]
fn hosts_that_are_not_meant_are_one_line() {
    let request = |target: &str| format!("GET {target} HTTP/1.1\n\nHTTP/1.1 200 OK\n\n");
    let switching = "GET https://shop.test/items/1 HTTP/1.1\n\nHTTP/1.1 304 Not Modified\n\n";
    let log: String = [
        GOOD.to_owned(),
        request("https://cdn.test/a.js"),
        request("https://cdn.test/b.js"),
        request("https://stats.test/collect"),
        request("https://staging.test/v2/items/7"),
        request("https://shop.test/unknown"),
        switching.to_owned(),
    ]
    .concat();
    let folder = folder(&[
        ("api.yaml", SHOP),
        ("log.http", &log),
        (
            "hosts.http",
            &[
                request("<THE_HOST>admin/users"),
                request("<THE_HOST>admin/keys"),
                request("{{base}}/x"),
                request("{{base}}/y"),
            ]
            .concat(),
        ),
    ]);
    let report = report(folder.path(), &["log.http", "--contract", "api.yaml"]);
    assert_eq!(findings(&report), [
        "warning[unknown-operation] `GET /v2/items/7` has the base path /v2, which the contract does not declare".replace("/7", "/{}"),
        "warning[unknown-operation] no operation matches `GET /unknown`".to_owned(),
        "info[foreign-host] requests to 2 other hosts were not checked: the contract has no operations there".to_owned(),
    ]);
    assert_eq!(report["findings"][2]["occurrences"], 3);
    // What stands for a host is one, too, and so is its finding.
    let (code, stdout, _) = run(
        folder.path(),
        &["check", "hosts.http", "--contract", "api.yaml"],
        "",
    );
    assert_eq!(code, 2);
    let told = crate::common::unwrapped(&stdout);
    for host in ["<THE_HOST>", "{{base}}"] {
        let headline = format!(
            "warning[unknown-operation]: no operation matches the requests to {host}: 2 different methods and paths"
        );
        assert!(told.contains(&headline), "{stdout}");
    }
    assert_eq!(stdout.matches("warning[").count(), 2, "{stdout}");
}

/// In a folder whose schemas have relative ids, a reference is the id that another one is written with.
#[test]
fn relative_ids_are_found_as_they_are_written() {
    let person = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "$id": "common/person.json", "type": "object", "required": ["id"], "definitions": {"name": {"type": "string"}}}"#;
    let made = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "$id": "order$made", "properties": {"by": {"$ref": "common/person.json"}, "name": {"$ref": "common/person.json#/definitions/name"}}}"#;
    let folder = folder(&[
        ("s/common/person.json", person),
        ("s/order/made.json", made),
        ("made.json", r#"{"by": {}, "name": 7}"#),
    ]);
    let report = report(
        folder.path(),
        &["made.json", "--contract", "s", "--operation", "order/made"],
    );
    assert_eq!(
        findings(&report),
        [
            "error[missing-property] required property `id` is missing from `by`",
            "error[wrong-type] `name` is a number; expected string",
        ]
    );
}

/// An archive with requests by method, URL, and what else the request and the entry hold.
fn archive(entries: &[(&str, &str, &str, &str)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(method, url, request, entry)| {
            format!(
                r#"{{"request": {{"method": "{method}", "url": "{url}", "headers": []{request}}}{entry}}}"#
            )
        })
        .collect();
    format!(r#"{{"log": {{"entries": [{}]}}}}"#, entries.join(", "))
}

#[test]
fn a_request_whose_body_the_archive_does_not_hold_is_left_out() {
    for (request, expected) in [
        (
            r#", "bodySize": 7"#,
            "info[body-left-out] the capture leaves out the body of the POST request",
        ),
        (
            r#", "bodySize": -1"#,
            "info[body-left-out] the capture leaves out the body of the POST request",
        ),
        (
            r#", "bodySize": 0"#,
            "error[missing-body] the POST request has no body; the contract declares one",
        ),
        (
            "",
            "error[missing-body] the POST request has no body; the contract declares one",
        ),
    ] {
        let entry = r#", "response": {"status": 201, "content": {"size": 0}}"#;
        let har = archive(&[("POST", "https://shop.example/items", request, entry)]);
        let folder = folder(&[("shop.yaml", SHOP), ("a.har", &har)]);
        let report = report(folder.path(), &["a.har", "--contract", "shop.yaml"]);
        let found = findings(&report);
        assert!(
            found.iter().any(|it| it == expected),
            "{request}: {found:#?}"
        );
    }
}

#[test]
fn that_a_path_fits_is_no_comparison() {
    const THING: &str = "\
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getThing
      responses: {'200': {description: one, content: {application/json: {schema: {type: object}}}}}
    delete:
      operationId: deleteThing
      responses: {'204': {description: gone}}
";
    let of = |method: &str, response: &str| {
        let har = archive(&[(method, "https://t.example/things/7", "", response)]);
        let folder = folder(&[("t.yaml", THING), ("a.har", &har)]);
        let arguments = ["check", "a.har", "--contract", "t.yaml"];
        run(folder.path(), &arguments, "").0
    };
    let html =
        r#", "response": {"status": 200, "content": {"mimeType": "text/html", "text": "<p>"}}"#;
    assert_eq!(of("GET", html), 2, "a page is not what the contract has");
    let broken =
        r#", "response": {"status": 502, "content": {"mimeType": "text/html", "text": "<p>"}}"#;
    assert_eq!(of("GET", broken), 2, "the contract knows no such status");
    let left_out = r#", "response": {"status": 200, "content": {"size": 9}}"#;
    assert_eq!(of("GET", left_out), 2, "the body is not there");
    let json = r#", "response": {"status": 200, "content": {"mimeType": "application/json", "text": "{}"}}"#;
    assert_eq!(of("GET", json), 0);
    assert_eq!(
        of("DELETE", r#", "response": {"status": 204, "content": {}}"#),
        0,
        "all there is was compared"
    );
}

#[test]
fn nothing_but_colours_reaches_a_terminal() {
    let evil = "\\u001b]0;title\\u0007\\u001b[8m\\u009b2J";
    let contract = format!(
        r##"{{"openapi": "3.1.0", "info": {{"title": "t{evil}", "version": "1{evil}"}}, "paths": {{"/a{evil}": {{"get": {{
          "operationId": "x{evil}", "parameters": [{{"name": "q{evil}", "in": "query", "required": true, "schema": {{"type": "integer"}}}}],
          "responses": {{"200": {{"description": "", "content": {{"application/json": {{"schema": {{
            "type": "object", "required": ["id{evil}"], "properties": {{"e{evil}": {{"enum": ["a{evil}"]}}, "p": {{"pattern": "({evil}"}}}}}}}}}}}}}}}}}}}}}}"##
    );
    let payload = format!(r#"{{"e{evil}": "b{evil}", "k{evil}": 1, "p": ["{evil}"]}}"#);
    let name = "p\u{1b}[8m\u{9b}2J.json";
    let folder = folder(&[("c.json", &contract), (name, &payload)]);
    let operation = "x\u{1b}]0;title\u{7}\u{1b}[8m\u{9b}2J";
    for arguments in [
        &[
            "check",
            name,
            "--contract",
            "c.json",
            "--operation",
            operation,
            "--payloads",
        ][..],
        &[
            "check",
            name,
            "--contract",
            "c.json",
            "--operation",
            "y\u{1b}[8m",
        ],
        &["check", "gone\u{1b}[8m", "--contract", "c.json"],
        &["lint", "c.json"],
        &["contracts", "c.json"],
        &["diff", "c.json", name],
        &["explain", "\u{1b}[8m"],
    ] {
        let arguments = [arguments, &["--color", "always"]].concat();
        let (_, stdout, stderr) = run(folder.path(), &arguments, "");
        let text = stdout + &stderr;
        assert!(
            text.contains("u{1b}") || text.contains("u001b"),
            "{arguments:?}: {text}"
        );
        let plain = anstream::adapter::strip_str(&text).to_string();
        for written in ["\u{1b}]", "\u{1b}[8m", "\u{9b}", "\u{7}"] {
            assert!(!text.contains(written), "{arguments:?}: {text:?}");
        }
        assert!(
            !plain.contains(|c: char| c.is_control() && c != '\n'),
            "{plain:?}"
        );
    }
}

#[test]
fn many_inputs_that_cannot_be_read_are_few_lines() {
    // Bytes that are no text.
    let folder = folder(&[("shop.yaml", SHOP)]);
    let lines = b"{\"a\": \xff}\n".repeat(5_000);
    fs::write(folder.path().join("a.ndjson"), lines).expect("written");
    let arguments = [
        "check",
        "a.ndjson",
        "--contract",
        "shop.yaml",
        "--operation",
        "listItems",
    ];
    let (code, stdout, _) = run(folder.path(), &arguments, "");
    assert_eq!(code, 2, "{stdout}");
    assert!(stdout.lines().count() < 30, "{stdout}");
    assert!(
        stdout.contains("5,000 inputs could not be read"),
        "{stdout}"
    );
}

#[test]
fn many_hosts_without_operations_are_one_finding() {
    let entry = r#", "response": {"status": 200, "content": {"mimeType": "application/json", "text": "{}"}}"#;
    let urls: Vec<String> = (0..9)
        .map(|at| format!("https://h{at}.example/x{at}"))
        .collect();
    let entries: Vec<_> = urls
        .iter()
        .map(|url| ("GET", url.as_str(), "", entry))
        .collect();
    let told = |count: usize| {
        let folder = folder(&[("shop.yaml", SHOP), ("a.har", &archive(&entries[..count]))]);
        let report = report(folder.path(), &["a.har", "--contract", "shop.yaml"]);
        findings(&report)
    };
    assert_eq!(told(4).len(), 4);
    assert_eq!(
        told(9),
        ["warning[unknown-operation] no operation matches the requests to 9 hosts"]
    );
}

/// What is left out of a report is still known: how a request was answered decides what is said of it.
#[test]
fn a_refused_request_is_one_with_any_side() {
    let entry = r#", "response": {"status": 422, "content": {"mimeType": "application/json", "text": "{}"}}"#;
    let request = r#", "postData": {"mimeType": "application/json", "text": "{\"id\": []}"}"#;
    let har = archive(&[("POST", "https://shop.example/items", request, entry)]);
    let folder = folder(&[("shop.yaml", SHOP), ("a.har", &har)]);
    for side in [&[][..], &["--side", "request"]] {
        let arguments = [&["a.har", "--contract", "shop.yaml"], side].concat();
        let found = findings(&report(folder.path(), &arguments));
        let is_refused = |it: &String| it.starts_with("info[refused-request]");
        assert!(found.iter().any(is_refused), "{side:?}: {found:#?}");
        assert!(
            !found.iter().any(|it| it.starts_with("error[")),
            "{side:?}: {found:#?}"
        );
        let arguments = [&["check"], &arguments[..]].concat();
        assert_eq!(run(folder.path(), &arguments, "").0, 0, "it was compared");
    }
}

/// What is read-only need not be sent, in a condition as anywhere else (OpenAPI 3.1.1, Fixed Fields of the Schema
/// Object): in a request the condition holds without it.
#[test]
fn a_condition_asks_for_no_read_only_property_in_a_request() {
    const CONDITION: &str = "\
openapi: 3.1.0
info: {title: Conditions, version: '1'}
paths:
  /things:
    post:
      operationId: addThing
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
components:
  schemas:
    Thing:
      if: {properties: {id: {readOnly: true, type: integer}}, required: [id]}
      then: {required: [name]}
      else: {required: [code]}
";
    let folder = folder(&[
        ("c.yaml", CONDITION),
        ("named.json", r#"{"name": 1}"#),
        ("coded.json", r#"{"code": 1}"#),
    ]);
    for (file, side, code) in [
        ("named.json", "request", 0),
        ("coded.json", "request", 1),
        ("named.json", "response", 1),
        ("coded.json", "response", 0),
    ] {
        for engine in ["streaming", "reference"] {
            let arguments = [
                "check",
                file,
                "--contract",
                "c.yaml",
                "--operation",
                "addThing",
                "--side",
                side,
                "--engine",
                engine,
            ];
            let (found, stdout, stderr) = run(folder.path(), &arguments, "");
            assert_eq!(found, code, "{arguments:?}: {stdout}{stderr}");
        }
    }
}

/// What a contract says may be long; a message says where, and shows the start.
#[test]
fn long_arguments_of_a_contract_are_cut_in_messages() {
    let pattern = format!("^{}$", "ab?".repeat(5_000));
    let schema = serde_json::json!({"properties": {
        "long": {"pattern": pattern}, "constant": {"const": "c".repeat(5_000)}, "broken": {"pattern": "(".repeat(5_000)}
    }});
    let folder = folder(&[
        ("s.schema.json", &schema.to_string()),
        ("p.json", r#"{"long": "x", "constant": "x"}"#),
    ]);
    let (code, stdout, _) = run(
        folder.path(),
        &["check", "p.json", "--contract", "s.schema.json"],
        "",
    );
    assert_eq!(code, 1, "{stdout}");
    for rule in ["pattern-violation", "const-value", "invalid-keyword"] {
        assert!(stdout.contains(rule), "{stdout}");
    }
    let longest = stdout.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(260), "{longest:?}: {stdout}");
}

/// A log leaves out bodies and header fields, which is no finding. What it has is checked.
#[test]
fn logs_are_checked_without_what_they_leave_out() {
    let contract = r#"{"openapi": "3.0.3", "info": {"title": "Library", "version": "1"}, "paths": {"/books": {
        "parameters": [
            {"name": "X-Reader", "in": "header", "required": true, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "schema": {"type": "integer"}}],
        "post": {"operationId": "addBook",
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object"}}}},
            "responses": {"201": {"description": "x", "content": {"application/json": {"schema": {"type": "object"}}}}}}}}}"#;
    let line = |target: &str, status: u16| {
        format!(
            "192.0.2.1 - - [02/Mar/2026:09:15:00 +0000] \"POST {target} HTTP/1.1\" {status} 12\n"
        )
    };
    let good = line("/books?limit=2", 201).repeat(3);
    let bad = [
        line("/books?limit=x", 201),
        line("/books?page=2", 418),
        line("/shelves", 404),
    ]
    .concat();
    let found = folder(&[
        ("api.json", contract),
        ("good.log", &good),
        ("bad.log", &bad),
    ]);
    let good = report(found.path(), &["good.log", "--contract", "api.json"]);
    assert_eq!(findings(&good), [""; 0]);
    let bad = report(found.path(), &["bad.log", "--contract", "api.json"]);
    let rules: Vec<String> = findings(&bad)
        .iter()
        .map(|finding| finding.split(']').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        rules,
        [
            "error[parameter-value",
            "warning[unknown-operation",
            "warning[undeclared-status",
            "info[refused-request"
        ],
        "{:?}",
        findings(&bad)
    );
}
