//! `check --suggest`: what is uncertain, too wide or useless has no edit, and nothing is written by accident.

use std::fs;

use serde_json::{Value, json};

use crate::common::{folder, wiredrift};
use crate::suggest::{capture, edited, openapi};

/// The edits and the findings without an edit that are printed, each in one line, and the exit code.
fn suggested(files: &[(&str, &str)], arguments: &[&str]) -> (i32, String) {
    let files = folder(files);
    let all = [
        &["check", "cap", "-c", "api.yaml", "--suggest=json-patch"],
        arguments,
    ]
    .concat();
    let run = wiredrift(files.path(), &all, "");
    let patch: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr));
    let list = |key: &str| patch[key].as_array().cloned().unwrap_or_default();
    let mut lines: Vec<String> = Vec::new();
    for edit in list("edits") {
        lines.push(edit["edit"].as_str().expect("words").to_owned());
        for also in edit["also_changes"].as_array().expect("a list") {
            lines.push(format!("  also {}", also.as_str().expect("words")));
        }
    }
    for without in list("without_edit") {
        let rule = without["finding"]["rule"].as_str().expect("a rule");
        lines.push(format!(
            "no edit for {rule}: {}",
            without["reason"].as_str().expect("words")
        ));
    }
    (run.code, lines.join("\n"))
}

const BARE: [&str; 6] = [
    "--operation",
    "listThings",
    "--side",
    "response",
    "--status",
    "200",
];

/// A contract with two variants.
fn union(keyword: &str, more: &str) -> String {
    openapi(
        "3.0.3",
        &format!(
            "{keyword}:\n  - $ref: '#/components/schemas/Cat'\n  - $ref: '#/components/schemas/Dog'\n{more}"
        ),
    ) + "\
components:
  schemas:
    Cat:
      type: object
      required: [name, lives]
      properties: {name: {type: string}, lives: {type: integer}}
    Dog:
      type: object
      required: [name, tail]
      properties: {name: {type: string}, tail: {type: boolean}}
"
}

#[test]
fn a_guessed_variant_is_not_changed() {
    let cat = r#"{"name": "x", "lives": 9}"#;
    let dog = r#"{"name": "y", "tail": true}"#;
    for keyword in ["oneOf", "anyOf"] {
        let api = union(keyword, "");
        let (code, lines) = suggested(
            &[
                ("api.yaml", &api),
                ("cap/0.json", cat),
                ("cap/1.json", dog),
                ("cap/2.json", r#"{"name": "z"}"#),
            ],
            &BARE,
        );
        assert_eq!(code, 1);
        assert_eq!(
            lines,
            "no edit for missing-property: the value fits no variant of a union; it was compared with `Cat`, which \
             is a guess: decide by hand"
        );
    }
    // With a tag, it is no guess; the tag itself stays required.
    let api = union(
        "oneOf",
        "discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}",
    )
    .replace("required: [name,", "required: [kind,")
    .replace("{name: {type: string},", "{kind: {type: string},");
    let (_, lines) = suggested(
        &[
            ("api.yaml", &api),
            ("cap/0.json", r#"{"kind": "cat"}"#),
            ("cap/1.json", r#"{"lives": 1}"#),
        ],
        &BARE,
    );
    assert_eq!(
        lines,
        "make `lives` optional in `Cat`\nno edit for missing-property: `kind` tells variants apart: describe the \
         variant by hand"
    );
}

#[test]
fn an_edit_that_makes_other_payloads_deviate_is_left_out() {
    // With longer names, the pet matches both variants.
    let api = openapi(
        "3.0.3",
        "type: object\nproperties:\n  short: {$ref: '#/components/schemas/Name'}\n  pet:\n    oneOf:\n      - {type: object, required: [name], properties: {name: {$ref: '#/components/schemas/Name'}}}\n      - {type: object, required: [tail], properties: {name: {type: string}, tail: {type: boolean}}}",
    ) + "components:\n  schemas:\n    Name: {type: string, maxLength: 3}\n";
    let (code, lines) = suggested(
        &[
            ("api.yaml", &api),
            ("cap/0.json", r#"{"short": "abcdef"}"#),
            ("cap/1.json", r#"{"pet": {"name": "abcdef", "tail": true}}"#),
        ],
        &BARE,
    );
    assert_eq!(code, 1);
    assert_eq!(
        lines,
        "no edit for length-bounds: after the edit \"raise `maxLength` of `Name` from 3 to 6\", values would match \
         several variants or others would deviate"
    );
}

#[test]
fn a_keyword_next_to_a_reference_is_edited_there() {
    let api = openapi(
        "3.1.0",
        "type: object\nproperties:\n  a: {$ref: '#/components/schemas/Name', maxLength: 5}\n  b: {$ref: '#/components/schemas/Name'}",
    ) + "components:\n  schemas:\n    Name: {type: string, maxLength: 50}\n";
    let (code, lines) = edited(&api, r#"{"a": "abcdefgh"}"#);
    assert_eq!(code, 0);
    assert_eq!(
        lines,
        [
            "-a: {$ref: '#/components/schemas/Name', maxLength: 5}",
            "+a: {$ref: '#/components/schemas/Name', maxLength: 8}"
        ]
    );
}

#[test]
fn what_would_be_useless_or_too_much_has_no_edit() {
    let secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc123";
    for (schema, body, expected) in [
        // Names that are data.
        (
            "type: object\nproperties: {a: {}}\nadditionalProperties: false",
            r#"{"550e8400-e29b-41d4-a716-446655440000": 1, "b": 1}"#,
            "declare `b` in response 200 of `listThings`\nno edit for closed-object: the names look like identifiers: \
             describe them by hand with `additionalProperties`",
        ),
        // Secrets, also inside of lists.
        (
            "type: object\nproperties: {a: {enum: [x]}, l: {enum: [[1]]}}",
            &format!(r#"{{"a": "{secret}", "l": [{{"password": "x"}}]}}"#),
            "no edit for enum-value: a value is masked\nno edit for enum-value: a value is masked",
        ),
        // Clients could send what only the other branch declares.
        (
            "allOf:\n  - {type: object, additionalProperties: false, properties: {a: {}}}\n  - {type: object, properties: {b: {}}}",
            r#"{"a": 1, "b": 1}"#,
            "no edit for closed-object: another schema declares `b`, but a closed schema knows only its own properties: \
             merge the schemas, by hand",
        ),
        (
            "not: {type: object}",
            "{}",
            "no edit for excluded-value: decide by hand what `not` excludes",
        ),
        // A number that no reader of JSON can represent.
        (
            "type: object\nproperties: {a: {type: number, maximum: 3}}",
            r#"{"a": 1e400}"#,
            "no edit for number-bounds: the edit \"raise `maximum` of `a` in response 200 of `listThings` from 3 to \
             1.7976931348623157e+308\" does not accept what was seen",
        ),
    ] {
        let api = openapi("3.0.3", schema);
        let (code, lines) = suggested(&[("api.yaml", &api), ("cap/0.json", body)], &BARE);
        assert_eq!((code, lines.as_str()), (1, expected), "{schema}");
    }
}

#[test]
fn shared_parts_say_what_else_they_change() {
    let api = "\
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        '200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        '404': {$ref: '#/components/responses/Lost'}
        '409': {$ref: '#/components/responses/Empty'}
    post:
      operationId: addThing
      parameters:
        - {$ref: '#/components/parameters/Limit'}
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses:
        '201': {$ref: '#/components/responses/Empty'}
        '404': {$ref: '#/components/responses/Lost'}
components:
  parameters:
    Limit: {name: limit, in: query, schema: {type: integer}}
  responses:
    Empty: {description: empty}
    Lost: {description: lost, content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}}
  schemas:
    Thing: {type: object, properties: {a: {type: string}}}
    Problem: {type: object, required: [title], properties: {title: {type: string}}}
";
    let (_, lines) = suggested(
        &[
            ("api.yaml", api),
            (
                "cap/0.http",
                &(capture(200, r#"{"a": 1}"#) + &capture(404, "{}") + &capture(409, "{}")),
            ),
        ],
        &[],
    );
    assert_eq!(
        lines,
        "make `title` optional in `Problem`\n  also addThing response 404\nallow integer for `Thing.a`\n  also addThing request\n\
         allow a body for `Empty`\n  also addThing response 201"
    );
}

#[test]
fn parameters_statuses_and_bodies_get_the_types_that_were_seen() {
    let members = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
    let api = json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things": {"get": {
            "operationId": "listThings",
            "parameters": [
                {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                {"name": "f", "in": "query", "style": "deepObject", "explode": true, "schema": members},
            ],
            "responses": {"200": {"$ref": "#/components/responses/Empty"}}
        }}},
        "components": {"responses": {"Empty": {"description": "empty"}}}
    });
    let api = serde_json::to_string_pretty(&api).expect("JSON");
    let request =
        |query: &str| capture(200, "[1]").replacen("/things", &format!("/things?{query}"), 1);
    let files = folder(&[
        ("api.yaml", &api),
        (
            "cap/0.http",
            &(request("limit=abc&page=1&q=a&tag=1&tag=2&f[b]=1")
                + &request("page=20&q=1&all=true")
                + &capture(500, "oops")),
        ),
    ]);
    let run = wiredrift(
        files.path(),
        &[
            "check",
            "cap",
            "-c",
            "api.yaml",
            "--suggest",
            "--apply",
            "--fail-on",
            "warning",
        ],
        "",
    );
    assert!(
        run.stdout.contains("describe it by hand"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    let edited = fs::read_to_string(files.path().join("api.yaml")).expect("readable");
    let value: Value = serde_json::from_str(&edited).expect("JSON");
    let get = &value["paths"]["/things"]["get"];
    assert_eq!(
        get["parameters"][0]["schema"],
        json!({"anyOf": [{"type": "integer"}, {"type": "string"}]})
    );
    let added = get["parameters"].as_array().expect("a list")[2..].to_vec();
    assert_eq!(
        added,
        [
            json!({"name": "page", "in": "query", "schema": {"type": "integer"}}),
            json!({"name": "q", "in": "query", "schema": {"type": "string"}}),
            json!({"name": "all", "in": "query", "schema": {"type": "boolean"}}),
            json!({"name": "tag", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}),
        ]
    );
    assert_eq!(
        value["components"]["responses"]["Empty"]["content"],
        json!({"application/json": {"schema": {"type": "array", "items": {}}}})
    );
    assert_eq!(
        get["responses"]["200"],
        json!({"$ref": "#/components/responses/Empty"})
    );
}

#[test]
fn one_bad_edit_does_not_hide_the_others() {
    // `anyOf` cannot be added, since an alias shares the schema.
    let api = openapi(
        "3.0.3",
        "type: object\nproperties:\n  a: &name {type: string}\n  b: *name\n  c: {type: string}",
    );
    let (_, lines) = suggested(
        &[("api.yaml", &api), ("cap/0.json", r#"{"a": 1, "c": null}"#)],
        &BARE,
    );
    assert_eq!(
        lines,
        "allow null for `c` in response 200 of `listThings`\nno edit for wrong-type: api.yaml:16:22: \
         `/paths/~1things/get/responses/200/content/application~1json/schema/properties/a/anyOf` is shared through \
         this alias or merge key; edit the anchor by hand"
    );
}

#[test]
fn the_exit_code_follows_fail_on() {
    let api = openapi("3.0.3", "type: object\nproperties: {a: {type: string}}");
    for (body, arguments, code) in [
        // An undeclared property is a warning.
        (r#"{"b": 1}"#, &["--suggest"][..], 0),
        (r#"{"b": 1}"#, &["--suggest", "--fail-on", "warning"], 1),
        (
            r#"{"b": 1}"#,
            &["--suggest", "--fail-on", "warning", "--apply"],
            0,
        ),
        (r#"{"a": 1}"#, &["--suggest"], 1),
        (r#"{"a": 1}"#, &["--suggest", "--fail-on", "never"], 0),
        (r#"{"a": 1}"#, &["--suggest", "--apply"], 0),
    ] {
        let files = folder(&[("api.yaml", &api), ("traffic.http", &capture(200, body))]);
        let all = [&["check", "traffic.http", "-c", "api.yaml"], arguments].concat();
        let run = wiredrift(files.path(), &all, "");
        assert_eq!(run.code, code, "{body} {arguments:?} {}", run.stderr);
    }
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let api = openapi("3.0.3", "type: object\nproperties: {a: {type: string}}");
    let files = folder(&[("api.yaml", &api), ("traffic.http", &capture(200, "{}"))]);
    for (arguments, message) in [
        (&["--suggest", "--no-excerpts"][..], "cannot be used with"),
        (&["--suggest", "-o", "sarif=x"], "cannot be used with"),
        (
            &["--suggest", "--baseline", "b", "--update-baseline"],
            "cannot be used with",
        ),
        (
            &["--suggest", "json-patch"],
            "did you mean `--suggest=json-patch`?",
        ),
        (&["--suggest", "gone.har"], "gone.har"),
    ] {
        let all = [&["check", "traffic.http", "-c", "api.yaml"], arguments].concat();
        let run = wiredrift(files.path(), &all, "");
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(
            run.stderr.contains(message),
            "{arguments:?}: {}",
            run.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn the_file_on_disk_is_respected() {
    use std::os::unix::fs::PermissionsExt as _;
    let api = format!(
        "\u{feff}{}",
        openapi("3.0.3", "type: object\nproperties: {a: {type: string}}")
    );
    let files = folder(&[
        ("api.yaml", &api),
        ("traffic.http", &capture(200, r#"{"a": null}"#)),
    ]);
    let path = files.path().join("api.yaml");
    let arguments = [
        "check",
        "traffic.http",
        "-c",
        "api.yaml",
        "--suggest",
        "--apply",
    ];
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("changed");
    let run = wiredrift(files.path(), &arguments, "");
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("nothing was written: the file is read-only"),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read_to_string(&path).expect("readable"), api);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("changed");
    let run = wiredrift(files.path(), &arguments, "");
    assert_eq!(run.code, 0, "{}", run.stderr);
    // The byte order mark stays.
    assert_eq!(
        fs::read_to_string(&path).expect("readable"),
        api.replace("{type: string}", "{type: string, nullable: true}")
    );
}
