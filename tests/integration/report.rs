//! `wiredrift report`, end to end.

use std::fs;
use std::path::Path;

use crate::common;
use serde_json::{Value, json};

/// Set to bring the sample reports under `docs/` up to date.
const UPDATE: &str = "WIREDRIFT_UPDATE";

fn run_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    common::run_in(folder, &[&["report"], arguments].concat(), "")
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    run_in(common::root(), arguments)
}

const ORGANISATIONS: [&str; 5] = [
    "organisations@v1",
    "organisations@v2",
    "samples/organisations",
    "--consumer-by",
    "header:User-Agent",
];

fn organisations(format: &str) -> String {
    let (code, stdout, stderr) = run(&[&ORGANISATIONS[..], &["--output", format]].concat());
    assert_eq!((code, stderr.as_str()), (0, ""));
    stdout
}

fn organisations_json() -> Value {
    serde_json::from_str(&organisations("json")).expect("JSON")
}

#[test]
fn the_move_of_organisations_in_short() {
    insta::assert_snapshot!(organisations("text"));
}

/// `docs/sample-report/` holds what the command of the README writes.
#[test]
fn the_sample_reports_are_what_is_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sample-report");
    for (format, file) in [("html", "report.html"), ("markdown", "report.md")] {
        let written = organisations(format);
        let path = folder.join(file);
        if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&path, &written).expect("written");
            continue;
        }
        let known = fs::read_to_string(&path).unwrap_or_default();
        let diff = similar::TextDiff::from_lines(&known, &written);
        let diff = diff.unified_diff().header(file, "written").to_string();
        assert!(diff.is_empty(), "run with {UPDATE}=1 to update\n{diff}");
    }
}

#[test]
fn markdown_has_no_lines_that_nobody_reads() {
    let text = organisations("markdown");
    for line in text.lines() {
        assert!(line.chars().count() <= 200, "{line}");
    }
    // Every entry of the contents leads to a heading.
    let headings: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|title| title.to_lowercase().replace(' ', "-"))
        .collect();
    let links: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("- [")?
                .split_once("](#")?
                .1
                .strip_suffix(')')
        })
        .collect();
    assert_eq!(headings, links);
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
}

/// Position and usage of the change with this rule and words.
fn usage<'r>(report: &'r Value, rule: &str, words: &str, component: &str) -> &'r Value {
    let changes = report["diff"]["changes"].as_array().expect("changes");
    let index = changes.iter().position(|change| {
        change["rule"] == rule
            && change["message"]
                .as_str()
                .is_some_and(|message| message.contains(words))
            && (component.is_empty() || change["component"]["old"] == component)
    });
    &report["impact"][index.unwrap_or_else(|| panic!("no {rule} {words}"))]
}

#[test]
fn what_traffic_says_is_counted_right() {
    let report = organisations_json();
    // 20 exchanges before the move, 11 after it, 21 in the other samples.
    let traffic = &report["traffic"];
    assert_eq!(traffic["exchanges"], 52);
    let spoken: Vec<(&str, u64)> = traffic["versions"]
        .as_array()
        .expect("versions")
        .iter()
        .map(|row| {
            (
                row["version"].as_str().expect("text"),
                row["exchanges"].as_u64().expect("a number"),
            )
        })
        .collect();
    assert_eq!(spoken.iter().map(|(_, count)| count).sum::<u64>(), 52);

    let archived = usage(
        &report,
        "property-removed",
        "`archived`",
        "ListedOrganisation",
    );
    // Lists of v1: 13 before, 2 after, one sample, one that drifted.
    assert_eq!(
        (&archived["old"]["reached"], &archived["old"]["affected"]),
        (&json!(17), &json!(17))
    );
    assert_eq!(archived["new"]["contradicted"], 0);
    assert_eq!(archived["old"]["first"], "2023-03-20T08:00:12Z");
    assert_eq!(archived["old"]["last"], "2023-04-06T06:30:00Z");
    assert_eq!(archived["values"][0]["value"], "false");
    assert_eq!(archived["consumers"].as_array().map(Vec::len), Some(3));

    let visibility = usage(&report, "parameter-removed", "visibility", "");
    assert_eq!(
        (
            &visibility["old"]["reached"],
            &visibility["old"]["affected"]
        ),
        (&json!(15), &json!(1))
    );
    let values = visibility["values"].as_array().expect("values");
    let all = values.iter().find(|value| value["value"] == "all");
    assert_eq!(
        all,
        Some(&json!({
                "value": "all", "count": 1, "first": "2023-03-20T08:00:12Z", "last": "2023-03-20T08:00:12Z"
        }))
    );

    let method = usage(&report, "method-changed", "PUT /api/organisations/{id}", "");
    assert_eq!(
        (&method["old"]["affected"], &method["advice"]),
        (&json!(1), &json!("Send `PATCH` instead of `PUT`."))
    );

    let jurisdiction = report["enums"][0]["values"].as_array().expect("values");
    let row = |value: &str| {
        jurisdiction
            .iter()
            .find(|row| row["value"] == value)
            .expect("a value")
    };
    assert_eq!(
        (&row("br")["old"], &row("br")["new"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        (&row("xk")["old"], &row("xk")["new"]),
        (&json!(false), &json!(false))
    );
    assert!(row("gb")["count"].as_u64() > Some(20));

    let consumers = traffic["consumers"].as_array().expect("consumers");
    let ledger = consumers
        .iter()
        .find(|row| row["name"] == "ledger-sync/1.8")
        .expect("a consumer");
    assert_eq!(
        (
            &ledger["exchanges"],
            &ledger["touched"],
            &ledger["new_version"]
        ),
        (&json!(13), &json!(10), &json!(3))
    );
}

#[test]
fn old_and_new_payloads_stand_side_by_side() {
    let report = organisations_json();
    let pairs = &report["pairs"];
    assert!(pairs["agreeing"].as_u64() > Some(5), "{pairs}");
    // `reference` is what the new server sends and nobody declared.
    assert_eq!(pairs["differences"][0]["place"], "/reference");
    assert_eq!(pairs["differences"][0]["kind"], "unexpected");
    assert_eq!(pairs["differences"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_json_report_keeps_its_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/report/report-v1.schema.json");
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(path).expect("a schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let report = organisations_json();
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

fn api(version: &str, id: &str, size: &[&str], required: bool) -> String {
    let parameter = json!({
        "name": "size", "in": "query", "required": required,
        "schema": {"type": "string", "enum": size}
    });
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": version},
        "paths": {"/items": {"get": {
            "operationId": "listItems",
            "parameters": [parameter],
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": {
                "type": "object",
                "required": [id],
                "properties": {id: {"type": "integer", "minimum": 1}, "note": {"type": "string"}}
            }}}}}
        }}}
    })
    .to_string()
}

/// Both versions have the same paths, and the same version number: what is sent tells them apart.
#[test]
fn versions_with_the_same_paths_are_told_apart_by_their_payloads() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("old.json", &api("1.0.0", "item_id", &["s", "m"], false));
    write("new.json", &api("1.0.0", "id", &["s", "l"], true));
    let exchange = |query: &str, body: &str| {
        format!(
            "GET /items{query} HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        )
    };
    let traffic = [
        exchange("?size=m", "{\"item_id\": 7}"),
        exchange("", "{\"item_id\": 8}"),
        exchange("?size=s", "{\"id\": 7}"),
    ];
    write("traffic.http", &traffic.concat());
    let arguments = ["old.json", "new.json", "traffic.http", "--output", "json"];
    let (code, stdout, stderr) = run_in(folder.path(), &arguments);
    assert_eq!(code, 0, "{stderr}");
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    let spoken = &report["traffic"]["versions"];
    assert_eq!(
        (&spoken[0]["version"], &spoken[0]["exchanges"]),
        (&json!("old"), &json!(2))
    );
    assert_eq!(
        (&spoken[1]["version"], &spoken[1]["exchanges"]),
        (&json!("new"), &json!(1))
    );
    let renamed = usage(&report, "property-renamed", "item_id", "");
    assert_eq!(
        (&renamed["old"]["affected"], &renamed["new"]["affected"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        renamed["sample"]["lines"],
        json!([" {", "-  \"item_id\": 7", "+  \"id\": 7", " }"])
    );
    // `m` is gone, and one of two requests sends it; one sends nothing, which is refused now.
    let removed = usage(&report, "enum-value-removed", "`m`", "");
    assert_eq!(
        (&removed["old"]["reached"], &removed["old"]["affected"]),
        (&json!(2), &json!(1))
    );
    let required = usage(&report, "parameter-required", "size", "");
    assert_eq!(
        (&required["old"]["reached"], &required["old"]["affected"]),
        (&json!(2), &json!(1))
    );
}

/// A property of a component is found where another component includes it, in whatever order they are met.
#[test]
fn a_property_is_seen_where_a_component_is_included() {
    let contract = |version: &str, base: Value| {
        json!({
            "openapi": "3.1.0",
            "info": {"title": "Desk", "version": version},
            "paths": {"/tickets": {"post": {
                "operationId": "openTicket",
                "requestBody": {"content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Ticket"}}}},
                "responses": {"201": {"description": "", "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Opened"}}}}}
            }}},
            "components": {"schemas": {
                "Ticket": {"type": "object", "properties": base},
                "Opened": {"allOf": [
                    {"$ref": "#/components/schemas/Ticket"},
                    {"type": "object", "required": ["number"], "properties": {"number": {"type": "integer"}}}
                ]}
            }}
        })
        .to_string()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    let (text, note) = (json!({"type": "string"}), json!({"type": "string"}));
    write(
        "old.json",
        &contract("1.0.0", json!({"title": text, "note": note})),
    );
    write("new.json", &contract("2.0.0", json!({"title": text})));
    for (request, response, affected) in [
        (
            json!({"title": "a"}),
            json!({"title": "a", "number": 1, "note": "b"}),
            1,
        ),
        (
            json!({"title": "a", "note": "b"}),
            json!({"title": "a", "number": 1}),
            1,
        ),
        (
            json!({"title": "a", "note": "b"}),
            json!({"number": 1, "note": "b"}),
            2,
        ),
        (json!({"title": "a"}), json!({"title": "a", "number": 1}), 0),
    ] {
        let captures = folder.path().join("captures");
        fs::create_dir_all(&captures).expect("a folder");
        fs::write(
            captures.join("open-ticket.request.json"),
            request.to_string(),
        )
        .expect("written");
        fs::write(captures.join("open-ticket.201.json"), response.to_string()).expect("written");
        let arguments = ["old.json", "new.json", "captures", "--output", "json"];
        let (code, stdout, stderr) = run_in(folder.path(), &arguments);
        assert_eq!(code, 0, "{stderr}");
        let report: Value = serde_json::from_str(&stdout).expect("JSON");
        let removed = usage(&report, "property-removed", "note", "Ticket");
        assert_eq!(
            removed["old"]["affected"],
            json!(affected),
            "{request} {response}"
        );
    }
}

#[test]
fn secrets_and_markup_of_captures_reach_no_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    let schema = |name: &str| {
        json!({"type": "object", "properties": {
            name: {"type": "string"}, "password": {"type": "string", "maxLength": if name == "a" { 99 } else { 5 }}
        }})
    };
    write("old.schema.json", &schema("a").to_string());
    write("new.schema.json", &schema("b").to_string());
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
    let payload =
        json!({"a": jwt, "password": "hunter2hunter2", "x": "<script>alert(1)</script>\u{1b}[31m"});
    write("one.json", &payload.to_string());
    for format in ["text", "json", "markdown", "html"] {
        let arguments = [
            "old.schema.json",
            "new.schema.json",
            "one.json",
            "--output",
            format,
        ];
        let (code, stdout, stderr) = run_in(folder.path(), &arguments);
        assert_eq!(code, 0, "{stderr}");
        assert!(!stdout.contains("hunter2"), "{format}");
        assert!(!stdout.contains("dozjgNry"), "{format}");
        assert!(!stdout.contains('\u{1b}'), "{format}");
        // In a code block of Markdown, as in JSON, it is text.
        let outside = stdout.split("```").step_by(2).collect::<String>();
        assert!(
            format == "json" || !outside.contains("<script>alert"),
            "{format}"
        );
    }
}

/// A value is masked by every name on the way to it, also where its schema is a component.
#[test]
fn values_below_the_name_of_a_secret_are_masked() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    let api = |version: &str, values: [&str; 2], kind: &str| {
        json!({
            "openapi": "3.1.0", "info": {"title": "Vault", "version": version},
            "components": {"schemas": {"Pw": {"enum": values}, "Holder": {
                "type": "object", "properties": {"value": {"type": kind}}
            }}},
            "paths": {"/things/{token}": {"get": {
                "operationId": "readThing",
                "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": {
                    "type": "object", "properties": {
                        "password": {"$ref": "#/components/schemas/Pw"},
                        "secret": {"$ref": "#/components/schemas/Holder"}
                    }
                }}}}}
            }}},
        })
        .to_string()
    };
    write("old.json", &api("1", ["correcthorse", "b"], "string"));
    write("new.json", &api("2", ["b", "c"], "integer"));
    let exchange = |body: &str| {
        format!(
            "GET /things/PATHTOKEN HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        )
    };
    let bodies = [
        exchange("{\"password\": \"correcthorse\", \"secret\": {\"value\": \"981273\"}}"),
        exchange("{\"password\": \"c\", \"secret\": {\"value\": 981273}, \"more\": 1}"),
    ];
    write("traffic.http", &bodies.concat());
    for format in ["text", "json", "markdown", "html"] {
        let arguments = ["old.json", "new.json", "traffic.http", "--output", format];
        let (code, stdout, stderr) = run_in(folder.path(), &arguments);
        assert_eq!(code, 0, "{stderr}");
        // What the contracts themselves say is no secret of the traffic.
        let lines = stdout
            .lines()
            .filter(|line| !line.contains("lost") && !line.contains("gone"));
        let text: String = lines.collect();
        for secret in ["981273", "PATHTOKEN"] {
            assert!(!text.contains(secret), "{format}: {secret}");
        }
        assert!(
            !stdout.contains("correcthorse 1×") && !stdout.contains("<code>correcthorse</code> 1×"),
            "{format}"
        );
    }
}

#[test]
fn the_exit_code_says_how_it_went() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("empty.json"), "").expect("written");
    fs::write(folder.path().join("other.json"), "[true]").expect("written");
    let pair = ["organisations@v1", "organisations@v2"];
    let table: [(&[&str], i32, &str); 8] = [
        (&[], 0, ""),
        (&["--fail-on", "error"], 1, ""),
        (&["missing.har"], 2, ""),
        (&["missing.har", "--keep-going"], 2, "could be read"),
        (&["empty.json"], 2, ""),
        (&["other.json"], 2, "nothing in the captures belongs to"),
        (
            &["--consumer-by", "cookie"],
            2,
            "expected header:NAME, host or folder",
        ),
        (&["--consumer-by", "header:Authorization"], 2, "are secrets"),
    ];
    for (arguments, expected, words) in table {
        let (code, stdout, stderr) = run_in(folder.path(), &[&pair[..], arguments].concat());
        assert_eq!(code, expected, "{arguments:?}\n{stdout}{stderr}");
        assert!(stderr.contains(words), "{arguments:?}\n{stderr}");
    }
}

/// However many threads read the captures, the report is the same.
#[test]
fn any_number_of_jobs_writes_the_same_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    let schema = |is_new: bool| {
        let mut properties = json!({
            "id": {"type": "integer"},
            "size": {"type": "string", "enum": if is_new { json!(["s", "m"]) } else { json!(["s", "m", "l"]) }},
            "at": {"type": "string"}
        });
        if !is_new {
            properties["token_count"] = json!({"type": "integer"});
            properties["label"] = json!({"type": "string"});
        }
        json!({"title": "items", "type": "object", "properties": properties, "required": ["id"]})
    };
    write("old.schema.json", &schema(false).to_string());
    write("new.schema.json", &schema(true).to_string());
    // Several blocks of lines, and more different values than are kept.
    let lines: String = (0..24_000)
        .map(|line| {
            let size = ["s", "m", "l", "x"][line % 4];
            let label = line % 900;
            format!("{{\"id\": {line}, \"size\": \"{size}\", \"label\": \"label {label}\", \"at\": \"{line:030}\"}}\n")
        })
        .collect();
    write("items.ndjson", &lines);
    let report = |jobs: &str| {
        let arguments = [
            "old.schema.json",
            "new.schema.json",
            "items.ndjson",
            "--jobs",
            jobs,
            "--output",
            "json",
        ];
        let (_, stdout, stderr) = run_in(folder.path(), &arguments);
        assert_eq!(stderr, "");
        stdout
    };
    let one = report("1");
    let parsed: Value = serde_json::from_str(&one).expect("JSON");
    let removed = usage(&parsed, "property-removed", "label", "");
    assert_eq!(removed["old"]["affected"], json!(24_000));
    assert_eq!(removed["values"].as_array().map(Vec::len), Some(256));
    for jobs in ["2", "3", "8"] {
        assert!(report(jobs) == one, "{jobs} jobs write another report");
    }
    let samples = |jobs: &str| {
        let arguments = [
            "organisations@v1",
            "organisations@v2",
            "samples/organisations",
            "--keep-going",
            "--consumer-by",
            "header:User-Agent",
            "--output",
            "json",
            "--jobs",
            jobs,
        ];
        run_in(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments)
    };
    assert_eq!(samples("1"), samples("3"));
}

/// A number beyond a double is JSON, and its payload is held side by side like any other.
#[test]
fn payloads_with_numbers_beyond_a_double_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    let api = |version: &str, count: &str| {
        let properties = json!({"size": {"type": "number"}, count: {"type": "integer"}});
        json!({
            "openapi": "3.1.0",
            "info": {"title": "Shop", "version": version},
            "paths": {"/items/{id}": {"get": {
                "operationId": "getItem",
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": {
                    "type": "object", "properties": properties, "required": [count]
                }}}}}
            }}}
        })
        .to_string()
    };
    write("old.json", &api("v1", "itemCount"));
    write("new.json", &api("v2", "item_count"));
    let exchange = |body: &str| {
        format!(
            "GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        )
    };
    let traffic = [
        exchange("{\"size\": 1E400, \"itemCount\": 2}"),
        exchange("{\"size\": 1E400, \"item_count\": 2}"),
    ];
    write("traffic.http", &traffic.concat());
    let arguments = ["old.json", "new.json", "traffic.http", "--output", "json"];
    let (code, stdout, stderr) = run_in(folder.path(), &arguments);
    assert_eq!(code, 0, "{stderr}");
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    let pairs = &report["pairs"];
    assert_eq!(
        (&pairs["pairs"], &pairs["agreeing"]),
        (&json!(1), &json!(1))
    );
}
