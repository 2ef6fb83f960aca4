//! `check --suggest`: the edits accept what was seen, and change nothing else.

use std::fs;

use serde_json::{Value, json};

use crate::common::{folder, wiredrift};

/// A capture of `GET /things` with this response.
pub(crate) fn capture(status: u16, body: &str) -> String {
    format!(
        "GET /things HTTP/1.1\r\nHost: api.example\r\n\r\nHTTP/1.1 {status} X\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}\r\n\r\n",
        body.len()
    )
}

pub(crate) fn openapi(version: &str, schema: &str) -> String {
    format!(
        "openapi: {version}\ninfo: {{title: Things, version: '1'}}\npaths:\n  /things:\n    get:\n      operationId: listThings\n\
         \x20     responses:\n        '200':\n          description: OK\n          content:\n            application/json:\n\
         \x20             schema:\n{}\n",
        schema
            .lines()
            .map(|line| format!("                {line}\n"))
            .collect::<String>()
    )
}

/// The lines that the edits remove and add.
pub(crate) fn edited(contract: &str, body: &str) -> (i32, Vec<String>) {
    let files = folder(&[
        ("api.yaml", contract),
        ("traffic.http", &capture(200, body)),
    ]);
    let arguments = ["check", "traffic.http", "-c", "api.yaml"];
    let before = wiredrift(files.path(), &arguments, "");
    assert_eq!(before.code, 1, "{}", before.stdout);
    let shown = wiredrift(files.path(), &[&arguments[..], &["--suggest"]].concat(), "");
    assert_eq!(shown.code, 1, "{}{}", shown.stdout, shown.stderr);
    assert_eq!(
        fs::read_to_string(files.path().join("api.yaml")).expect("readable"),
        contract,
        "only --apply writes"
    );
    let patch = shown
        .stdout
        .split("--- api.yaml")
        .nth(1)
        .unwrap_or_default();
    let lines = patch
        .lines()
        .filter(|line| line.starts_with(['-', '+']) && !line.starts_with("+++"));
    let lines: Vec<String> = lines
        .map(|line| format!("{}{}", &line[..1], line[1..].trim()))
        .collect();
    let applied = wiredrift(
        files.path(),
        &[&arguments[..], &["--suggest", "--apply", "--quiet"]].concat(),
        "",
    );
    let after = wiredrift(files.path(), &arguments, "");
    assert_eq!(applied.code, after.code, "{}", after.stdout);
    (after.code, lines)
}

#[test]
fn a_schema_is_widened_by_the_smallest_edit() {
    let object = |inside: &str| format!("type: object\nproperties:\n{inside}");
    for (version, schema, body, lines) in [
        // Null, as each version writes it.
        (
            "3.0.3",
            object("  a: {type: string}  # note"),
            r#"{"a": null}"#,
            vec![
                "-a: {type: string}  # note",
                "+a: {type: string, nullable: true}  # note",
            ],
        ),
        (
            "3.1.0",
            object("  a: {type: string}"),
            r#"{"a": null}"#,
            vec!["-a: {type: string}", "+a: {type: [string, 'null']}"],
        ),
        (
            "3.0.3",
            object("  a: {type: string, enum: [x], nullable: true}"),
            r#"{"a": "z"}"#,
            vec![
                "-a: {type: string, enum: [x], nullable: true}",
                "+a: {type: string, enum: [x, z], nullable: true}",
            ],
        ),
        // Types.
        (
            "3.0.3",
            object("  a: {type: integer}"),
            r#"{"a": 1.5}"#,
            vec!["-a: {type: integer}", "+a: {type: number}"],
        ),
        (
            "3.1.0",
            object("  a: {type: [integer, \"null\"]}"),
            r#"{"a": "x"}"#,
            vec![
                "-a: {type: [integer, \"null\"]}",
                "+a: {type: [integer, \"null\", string]}",
            ],
        ),
        (
            "3.0.3",
            object("  a: {type: integer}"),
            r#"{"a": "x"}"#,
            vec![
                "-a: {type: integer}",
                "+a: {anyOf: [{type: integer}, {type: string}]}",
            ],
        ),
        // Enums of numbers, and constants.
        (
            "3.1.0",
            object("  a: {enum: [1, 2]}"),
            r#"{"a": 3}"#,
            vec!["-a: {enum: [1, 2]}", "+a: {enum: [1, 2, 3]}"],
        ),
        (
            "3.1.0",
            object("  a: {const: x}"),
            r#"{"a": "z"}"#,
            vec!["-a: {const: x}", "+a: {enum: [x, z]}"],
        ),
        // Limits move to what was seen.
        (
            "3.0.3",
            object("  a: {type: integer, maximum: 10}"),
            r#"{"a": 12}"#,
            vec![
                "-a: {type: integer, maximum: 10}",
                "+a: {type: integer, maximum: 12}",
            ],
        ),
        (
            "3.0.3",
            object("  a: {type: integer, minimum: 10}"),
            r#"{"a": -1}"#,
            vec![
                "-a: {type: integer, minimum: 10}",
                "+a: {type: integer, minimum: -1}",
            ],
        ),
        (
            "3.1.0",
            object("  a: {type: integer, exclusiveMaximum: 10}"),
            r#"{"a": 12}"#,
            vec![
                "-a: {type: integer, exclusiveMaximum: 10}",
                "+a: {type: integer, maximum: 12}",
            ],
        ),
        (
            "3.0.3",
            object("  a: {type: integer, maximum: 10, exclusiveMaximum: true}"),
            r#"{"a": 10}"#,
            vec![
                "-a: {type: integer, maximum: 10, exclusiveMaximum: true}",
                "+a: {type: integer, maximum: 10}",
            ],
        ),
        (
            "3.0.3",
            object("  a: {type: array, items: {type: integer, maximum: 3}}"),
            r#"{"a": [4, 9, 7, 5, 6, 5, 4]}"#,
            vec![
                "-a: {type: array, items: {type: integer, maximum: 3}}",
                "+a: {type: array, items: {type: integer, maximum: 9}}",
            ],
        ),
        (
            "3.0.3",
            object("  a: {type: string, maxLength: 1}"),
            r#"{"a": "xy"}"#,
            vec![
                "-a: {type: string, maxLength: 1}",
                "+a: {type: string, maxLength: 2}",
            ],
        ),
        (
            "3.0.3",
            object("  a: {type: string, minLength: 1}"),
            r#"{"a": ""}"#,
            vec!["-a: {type: string, minLength: 1}", "+a: {type: string}"],
        ),
        // Other keywords are removed.
        (
            "3.0.3",
            object("  a: {type: string, pattern: '^x$'}"),
            r#"{"a": "z"}"#,
            vec!["-a: {type: string, pattern: '^x$'}", "+a: {type: string}"],
        ),
        (
            "3.0.3",
            object("  a: {type: string, format: date}"),
            r#"{"a": "z"}"#,
            vec!["-a: {type: string, format: date}", "+a: {type: string}"],
        ),
        // Properties.
        (
            "3.0.3",
            object("  a: {type: string}\nrequired: [a, b]"),
            r#"{"a": "x"}"#,
            vec!["-required: [a, b]", "+required: [a]"],
        ),
        (
            "3.0.3",
            object("  a: {type: string}\nrequired: [b]"),
            r#"{"a": "x"}"#,
            vec!["-required: [b]"],
        ),
        (
            "3.0.3",
            object("  a: {type: string}\nadditionalProperties: false"),
            r#"{"a": "x", "c/d": 1}"#,
            vec!["+c/d: {type: integer}"],
        ),
        // Values keep their JSON types, and strings all their characters.
        (
            "3.0.3",
            object("  a: {type: string, nullable: true, enum: [x]}"),
            r#"{"a": null}"#,
            vec![
                "-a: {type: string, nullable: true, enum: [x]}",
                "+a: {type: string, nullable: true, enum: [x, null]}",
            ],
        ),
        (
            "3.1.0",
            object("  a: {enum: [x]}"),
            r#"{"a": 5}"#,
            vec!["-a: {enum: [x]}", "+a: {enum: [x, 5]}"],
        ),
        (
            "3.1.0",
            object("  a: {enum: [1]}"),
            r#"{"a": "3"}"#,
            vec!["-a: {enum: [1]}", "+a: {enum: [1, '3']}"],
        ),
        (
            "3.1.0",
            object("  a: {enum: [x]}"),
            r#"{"a": "p\tq"}"#,
            vec!["-a: {enum: [x]}", "+a: {enum: [x, \"p\\tq\"]}"],
        ),
        (
            "3.1.0",
            object("  a: {type: array, items: {enum: [x]}}"),
            r#"{"a": [3, "3"]}"#,
            vec![
                "-a: {type: array, items: {enum: [x]}}",
                "+a: {type: array, items: {enum: [x, '3', 3]}}",
            ],
        ),
        // The smallest type, and null stays allowed.
        (
            "3.0.3",
            object("  a: {type: string, nullable: true}"),
            r#"{"a": 5}"#,
            vec![
                "-a: {type: string, nullable: true}",
                "+a: {anyOf: [{type: string, nullable: true}, {type: integer}]}",
            ],
        ),
        (
            "3.0.3",
            object("  a: {type: array, items: {type: string}}"),
            r#"{"a": {"e": 1}}"#,
            vec![
                "-a: {type: array, items: {type: string}}",
                "+a: {anyOf: [{type: array, items: {type: string}}, {type: object}]}",
            ],
        ),
        (
            "3.1.0",
            object("  a: {anyOf: [{type: string}, {type: integer}]}"),
            r#"{"a": true}"#,
            vec![
                "-a: {anyOf: [{type: string}, {type: integer}]}",
                "+a: {anyOf: [{type: string}, {type: integer}, {type: boolean}]}",
            ],
        ),
        // New properties get the types of their values.
        (
            "3.0.3",
            "type: object\nadditionalProperties: false\nproperties: {z: {}}".to_owned(),
            r#"{"n": null, "i": 1, "f": 1.5, "b": true, "l": [1], "o": {"x": 1}}"#,
            vec![
                "-properties: {z: {}}",
                "+properties: {z: {}, b: {type: boolean}, f: {type: number}, i: {type: integer}, \
                 l: {type: array, items: {}}, 'n': {}, o: {type: object}}",
            ],
        ),
        // The typo is corrected.
        (
            "3.0.3",
            object("  capacity: {type: integer}\nrequired: [capacty]"),
            r#"{"capacity": 5}"#,
            vec!["-required: [capacty]", "+required: [capacity]"],
        ),
        // Several variants match.
        (
            "3.0.3",
            "# one of these\noneOf: # here\n  - {type: object, required: [a]}\n  - {type: object, required: [b]}".to_owned(),
            r#"{"a": 1, "b": 2}"#,
            vec!["-oneOf: # here", "+anyOf: # here"],
        ),
    ] {
        assert_eq!(
            edited(&openapi(version, &schema), body),
            (0, lines.iter().map(ToString::to_string).collect()),
            "{schema} {body}"
        );
    }
}

#[test]
fn several_edits_of_one_list_do_not_get_in_each_others_way() {
    let schema = "type: object\nrequired: [a, b, c, d]\nproperties:\n  b: {type: string}\n  d: {type: object, required: [x, y, z]}";
    let (code, lines) = edited(&openapi("3.1.0", schema), r#"{"b": "x", "d": {"y": 1}}"#);
    assert_eq!(code, 0);
    assert_eq!(
        lines,
        [
            "-required: [a, b, c, d]",
            "+required: [b, d]",
            "-d: {type: object, required: [x, y, z]}",
            "+d: {type: object, required: [y]}"
        ]
    );
}

#[test]
fn json_documents_stay_json_and_other_files_are_edited() {
    let pet = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let api = json!({
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things": {"get": {"operationId": "listThings", "responses": {"200": {"description": "OK",
            "content": {"application/json": {"schema": {"$ref": "thing.json"}}}}}}}}
    });
    let files = folder(&[
        (
            "api.json",
            &serde_json::to_string_pretty(&api).expect("JSON"),
        ),
        (
            "thing.json",
            &serde_json::to_string_pretty(&pet).expect("JSON"),
        ),
        (
            "traffic.http",
            &(capture(200, "{\"a\": null}") + &capture(503, "{}")),
        ),
    ]);
    let run = wiredrift(
        files.path(),
        &[
            "check",
            "traffic.http",
            "-c",
            "api.json",
            "--suggest",
            "--apply",
            "--fail-on",
            "warning",
        ],
        "",
    );
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let read = |name: &str| fs::read_to_string(files.path().join(name)).expect("readable");
    let thing: Value = serde_json::from_str(&read("thing.json")).expect("JSON");
    assert_eq!(thing["properties"]["a"]["type"], json!(["string", "null"]));
    let api: Value = serde_json::from_str(&read("api.json")).expect("JSON");
    assert_eq!(
        api["paths"]["/things"]["get"]["responses"]["503"],
        json!({
            "description": "Seen in captured traffic.",
            "content": {"application/json": {"schema": {"type": "object"}}}
        })
    );
}

#[test]
fn a_json_patch_makes_the_same_edits() {
    let contract = openapi(
        "3.1.0",
        "type: object\nrequired: [a]\nproperties:\n  b: {type: string}",
    );
    let files = folder(&[
        ("api.yaml", &contract),
        ("traffic.http", &capture(200, r#"{"b": null}"#)),
    ]);
    let run = wiredrift(
        files.path(),
        &[
            "check",
            "traffic.http",
            "-c",
            "api.yaml",
            "--suggest=json-patch",
        ],
        "",
    );
    let patch: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let schema = "/paths/~1things/get/responses/200/content/application~1json/schema";
    assert_eq!(
        patch["patches"],
        json!({"api.yaml": [
            {"op": "remove", "path": format!("{schema}/required")},
            {"op": "replace", "path": format!("{schema}/properties/b/type"), "value": ["string", "null"]},
        ]})
    );
    assert_eq!(
        patch["edits"][1],
        json!({
            "file": "api.yaml",
            "edit": "allow null for `b` in response 200 of `listThings`",
            "also_changes": [],
            "finding": {
                "key": format!("wrong-type|things|#{schema}/properties/b"),
                "rule": "wrong-type",
                "message": "`b` is null; expected string",
                "count": 1,
                "first": "traffic.http:8:7",
            },
        })
    );
    assert_eq!(patch["without_edit"], json!([]));
}

#[test]
fn what_has_no_edit_is_said() {
    let contract = openapi("3.0.3", "type: array\nitems: {type: string}");
    let files = folder(&[
        ("api.yaml", &contract),
        ("traffic.http", &capture(200, "{\"token\": \"x\"}")),
    ]);
    // Standard input cannot be read twice.
    let run = wiredrift(
        files.path(),
        &["check", "-", "-c", "api.yaml", "--suggest"],
        capture(200, "{}"),
    );
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("cannot come from standard input"),
        "{}",
        run.stderr
    );
    // The types of a built-in contract are Rust.
    let run = wiredrift(
        crate::common::root(),
        &[
            "check",
            "samples/organisations/drift",
            "-c",
            "organisations@v1",
            "--suggest",
        ],
        "",
    );
    assert_eq!(run.code, 1);
    assert!(
        run.stdout
            .contains("own source: field `id` of the type `ListedOrganisation`"),
        "{}",
        run.stdout
    );
    // Nothing is written if the captures cannot be read.
    let before = fs::read_to_string(files.path().join("api.yaml")).expect("readable");
    let run = wiredrift(
        files.path(),
        &[
            "check",
            "traffic.http",
            "gone.http",
            "-c",
            "api.yaml",
            "--suggest",
            "--apply",
        ],
        "",
    );
    assert_eq!(run.code, 2);
    assert_eq!(
        fs::read_to_string(files.path().join("api.yaml")).expect("readable"),
        before
    );
}
