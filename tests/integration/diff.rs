//! `wiredrift diff`, end to end.

use std::path::Path;
use std::process::Command as Process;

use crate::common;
use serde_json::Value;

fn run_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    common::run_in(folder, &[&["diff"], arguments].concat(), "")
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    run_in(common::root(), arguments)
}

const ORGANISATIONS: [&str; 2] = ["organisations@v1", "organisations@v2"];

fn organisations_json() -> Value {
    let (_, stdout, _) = run(&[ORGANISATIONS[0], ORGANISATIONS[1], "--output", "json"]);
    serde_json::from_str(&stdout).expect("JSON")
}

#[test]
fn the_move_of_organisations_is_told_in_full() {
    let (code, stdout, stderr) = run(&ORGANISATIONS);
    assert_eq!((code, stderr.as_str()), (1, ""));
    insta::assert_snapshot!(stdout);
}

#[test]
fn the_move_of_organisations_as_markdown() {
    let (code, stdout, _) = run(&[ORGANISATIONS[0], ORGANISATIONS[1], "--output", "markdown"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(stdout);
}

/// What the vendor's guide says of the move, sentence by sentence, and what it forgets: each with the rule
/// and words of the change that says it.
const GUIDE: &[(&str, &str, &[&str])] = &[
    (
        "creating a client with an organisation was replaced",
        "operation-replaced",
        &[
            "POST /api/clients",
            "create-organisation",
            "add-client-organisations",
        ],
    ),
    (
        "all organisations of a client: by an endpoint of its own, where a query parameter asked for them",
        "operation-replaced",
        &["GET /api/clients/{id}", "list-client-organisations"],
    ),
    (
        "add an organisation to a client: before by updating the client",
        "operation-replaced",
        &["PUT /api/clients/{id}", "add-client-organisations"],
    ),
    (
        "replace a client's organisations: before by updating the client",
        "operation-replaced",
        &["PUT /api/clients/{id}", "replace-client-organisations"],
    ),
    (
        "delete all of a client's organisations: before by updating the client",
        "operation-replaced",
        &["PUT /api/clients/{id}", "delete-client-organisations"],
    ),
    (
        "delete one of a client's organisations: before by updating the client",
        "operation-replaced",
        &["PUT /api/clients/{id}", "`delete-client-organisation`"],
    ),
    (
        "lists are paginated list objects",
        "property-added",
        &[
            "PaginatedOrganisationList",
            "`object` was added",
            "paginated_list",
        ],
    ),
    (
        "organisations say what they are",
        "property-added",
        &["`object` was added", "\\\"organisation\\\""],
    ),
    (
        "the jurisdictions that were added, in responses",
        "enum-value-added",
        &[
            "list-organisations",
            "by",
            "bz",
            "bo",
            "br",
            "bg",
            "kh",
            "cw",
            "gf",
            "de",
            "gr",
            "gp",
            "ir",
            "mq",
            "yt",
            "re",
            "bl",
            "mf",
            "pm",
            "ua",
        ],
    ),
    (
        "the jurisdictions that were added, in requests to create",
        "enum-value-added",
        &["create-organisation", "\"request\"", "by", "ua"],
    ),
    (
        "the jurisdictions that were added, in requests to update",
        "enum-value-added",
        &["update-organisation", "\"request\"", "by", "ua"],
    ),
    ("`visibility` is gone", "parameter-removed", &["visibility"]),
    (
        "`status` is gone",
        "parameter-removed",
        &["query parameter `status`"],
    ),
    ("`assignee` is gone", "parameter-removed", &["assignee"]),
    (
        "`q` is gone",
        "parameter-removed",
        &["query parameter `q` "],
    ),
    (
        "`archived` is gone from lists",
        "property-removed",
        &["`archived`", "list-organisations"],
    ),
    (
        "`clients_count` is gone from lists",
        "property-removed",
        &["`clients_count`", "list-organisations"],
    ),
    (
        "`links` is gone from lists",
        "property-removed",
        &["`links`", "list-organisations"],
    ),
    (
        "`archived` is gone from single organisations",
        "property-removed",
        &[
            "`archived`",
            "create-organisation",
            "retrieve-organisation",
            "update-organisation",
        ],
    ),
    (
        "`clients_count` is gone from single organisations",
        "property-removed",
        &["`clients_count`", "retrieve-organisation"],
    ),
    (
        "`links` is gone from single organisations",
        "property-removed",
        &["`links`", "retrieve-organisation"],
    ),
    (
        "v1 returned active organisations only, v2 returns archived ones, too",
        "note-changed",
        &[
            "Without filtering, only active organisations are returned.",
            "Active and archived organisations are returned",
        ],
    ),
    (
        "an update is PATCH, where it was PUT",
        "method-changed",
        &[
            "PUT /api/organisations/{id}",
            "PATCH /api/v2/organisations/{id}",
        ],
    ),
    // What the guide forgets.
    (
        "`meta.pagination` is flat",
        "properties-moved",
        &["meta.pagination.total", "meta.pagination.links"],
    ),
    (
        "`per_page` is called `limit`",
        "properties-moved",
        &["meta.pagination.per_page", "limit"],
    ),
    (
        "`links` of a list is null where it was {}",
        "null-added",
        &["/links", "list-organisations"],
    ),
    (
        "the bare resource may stand without envelope",
        "envelope-removed",
        &["Organisation", "/data/*"],
    ),
    ("paths are under /api/v2", "path-changed", &["/api/v2"]),
    (
        "creating answers 201 only",
        "status-removed",
        &["response 200", "create-organisation"],
    ),
    (
        "lists have parameters for pages",
        "parameter-added",
        &["page"],
    ),
    (
        "lists have parameters for their length",
        "parameter-added",
        &["limit"],
    ),
    ("pages count from 0", "bounds-widened", &["/current_page"]),
    ("errors are described", "status-added", &["422"]),
];

#[test]
fn each_sentence_of_the_guide_is_a_change() {
    let report = organisations_json();
    let changes = report["changes"].as_array().expect("a list");
    for (sentence, rule, words) in GUIDE {
        let is_told = changes.iter().any(|change| {
            let text = change.to_string();
            change["rule"] == *rule && words.iter().all(|word| text.contains(word))
        });
        assert!(is_told, "{sentence}");
    }
    let jurisdictions = changes
        .iter()
        .filter(|change| change["rule"] == "enum-value-added");
    for change in jurisdictions {
        assert_eq!(change["values"].as_array().map(Vec::len), Some(19));
    }
    // Every change is one that the guide, or what it forgets, accounts for.
    let rules: Vec<&str> = GUIDE.iter().map(|(_, rule, _)| *rule).collect();
    let others = [
        "operation-added",
        "bounds-narrowed",
        "property-required",
        "property-optional",
    ];
    for change in changes {
        let rule = change["rule"].as_str().expect("a rule");
        assert!(rules.contains(&rule) || others.contains(&rule), "{rule}");
    }
}

#[test]
fn the_json_report_is_as_its_schema_says() {
    let report = organisations_json();
    let schema = common::root().join("schemas/report/diff-v1.schema.json");
    let schema = std::fs::read(schema).expect("a schema");
    let schema: Value = serde_json::from_slice(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
}

#[test]
fn every_witness_is_one_for_the_crate() {
    let report = organisations_json();
    let documents = ORGANISATIONS.map(|reference| {
        let contract = wiredrift::Contract::builtin(reference).expect("is built in");
        contract.to_openapi().expect("is of types")
    });
    let accepts = |version: usize, witness: &Value| {
        let document = &documents[version];
        let paths = document["paths"].as_object()?.values();
        let mut operations = paths.flat_map(|item| item.as_object().into_iter().flatten());
        let (_, operation) =
            operations.find(|(_, known)| known["operationId"] == witness["of"]["operation"])?;
        let part = witness["of"]["part"].as_str().expect("a part");
        let body = match part.strip_prefix("response ") {
            Some(status) => &operation["responses"][status],
            None => &operation["requestBody"],
        };
        let mut schema = body["content"]["application/json"]["schema"].clone();
        // Its references start at the root of the document.
        schema["components"] = document["components"].clone();
        Some(jsonschema::is_valid(&schema, &witness["payload"]))
    };
    let mut asked = 0;
    for change in report["changes"].as_array().expect("a list") {
        for verdict in change["verdicts"].as_array().expect("a list") {
            let witness = &verdict["witness"];
            if witness.is_null() || !witness["component"].is_null() {
                continue;
            }
            let sender = verdict["sender"].as_str().expect("a sender");
            let (made_for, met) = if sender == "client" { (0, 1) } else { (1, 0) };
            assert_eq!(accepts(made_for, witness), Some(true), "{change}");
            assert_eq!(accepts(met, witness), Some(false), "{change}");
            asked += 1;
        }
    }
    assert!(asked > 5, "{asked}");
}

#[test]
fn levels_and_exit_codes_can_be_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write(
        "old.yaml",
        "type: object\nproperties: {id: {type: integer}}\n",
    );
    write(
        "new.yaml",
        "type: object\nproperties: {id: {type: integer}, name: {type: string}}\n",
    );
    write(
        "closed.yaml",
        "type: object\nproperties: {id: {type: string}}\n",
    );
    let exit = |arguments: &[&str]| run_in(folder.path(), arguments).0;
    assert_eq!(exit(&["old.yaml", "old.yaml"]), 0);
    assert_eq!(exit(&["old.yaml", "new.yaml"]), 0);
    assert_eq!(exit(&["old.yaml", "new.yaml", "--fail-on", "info"]), 1);
    assert_eq!(exit(&["old.yaml", "closed.yaml"]), 1);
    assert_eq!(exit(&["old.yaml", "closed.yaml", "--fail-on", "never"]), 0);
    assert_eq!(
        exit(&[
            "old.yaml",
            "closed.yaml",
            "--severity",
            "type-changed=warning"
        ]),
        0
    );
    let (code, stdout, _) = run_in(
        folder.path(),
        &[
            "old.yaml",
            "closed.yaml",
            "--severity",
            "type-changed=off",
            "--fail-on",
            "info",
        ],
    );
    assert_eq!(
        (code, stdout.contains("No changes.")),
        (0, true),
        "{stdout}"
    );
}

#[test]
fn bad_operands_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.json"), "{\"type\": \"object\"}").expect("written");
    let table: [(&[&str], &str); 8] = [
        (
            &["organisations", "organisations@v2"],
            "name one of them: organisations@v1, organisations@v2",
        ),
        (
            &["organisations@v3", "organisations@v2"],
            "no version of `organisations` is named `v3`",
        ),
        (
            &["nothing.yaml", "a.json"],
            "cannot read nothing.yaml: no such file or folder",
        ),
        (&["git:a.json", "a.json"], "expected git:REV:PATH"),
        (
            &["a.json", "a.json", "--map-path", "api=v2"],
            "both with a slash at the start",
        ),
        (
            &["a.json", "a.json", "--severity", "type=error"],
            "no rule is called `type`",
        ),
        (
            &["a.json", "a.json", "--output", "pdf"],
            "expected text, json, markdown, html",
        ),
        (
            &["a.json", "a.json", "--output", "text", "--output", "json"],
            "two reports would go to standard output",
        ),
    ];
    for (arguments, expected) in table {
        let (code, stdout, stderr) = run_in(folder.path(), arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
}

#[test]
fn what_cannot_be_used_is_told_and_not_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = |items: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: Pets, version: 1.0.0}}\npaths:\n  /pets:\n    get:\n      responses:\n        '200':\n          description: Pets\n          content: {{application/json: {{schema: {{type: array, items: {{$ref: '#/components/schemas/{items}'}}}}}}}}\ncomponents:\n  schemas:\n    Pet: {{type: object, required: [name], properties: {{name: {{type: string}}}}}}\n"
        )
    };
    std::fs::write(folder.path().join("old.yaml"), api("Pet")).expect("written");
    std::fs::write(folder.path().join("new.yaml"), api("Pat")).expect("written");
    let (code, stdout, _) = run_in(folder.path(), &["old.yaml", "new.yaml"]);
    assert_eq!(code, 1);
    assert!(stdout.starts_with("error[dangling-reference]"), "{stdout}");
    assert!(
        stdout.contains("new.yaml:9:") && stdout.contains("did you mean `Pet`?"),
        "{stdout}"
    );
    assert!(stdout.contains("No changes."), "{stdout}");
    let (code, ..) = run_in(
        folder.path(),
        &[
            "old.yaml",
            "new.yaml",
            "--severity",
            "dangling-reference=info",
        ],
    );
    assert_eq!(code, 0);
}

#[test]
fn a_contract_that_is_not_as_it_should_be_is_said_to_be_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write(
        "old.json",
        r#"{"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": [1]}"#,
    );
    write(
        "new.json",
        r#"{"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": {"/pets": {"get": {"responses": {"200": {"description": ""}}}}}}"#,
    );
    let (code, stdout, _) = run_in(folder.path(), &["old.json", "new.json"]);
    assert_eq!(code, 1);
    let said = "`paths` must be an object, not a list";
    assert!(stdout.contains(said), "{stdout}");
    write(
        "old.json",
        r#"{"openapi": "3.1.0", "info": {"title": "Pets", "version": 1}, "paths": {}}"#,
    );
    let (code, stdout, _) = run_in(folder.path(), &["old.json", "new.json"]);
    assert_eq!(code, 0);
    let said = "1 part of the contracts violates the OpenAPI specification; run `wiredrift lint` for details.";
    assert!(stdout.contains(said), "{stdout}");
    write("cut.json", r#"{"openapi": "3.1.0", "paths": {"#);
    let (code, _, stderr) = run_in(folder.path(), &["cut.json", "new.json"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("cut.json:1:31"), "{stderr}");
}

#[test]
fn the_exit_code_does_not_depend_on_who_reads() {
    use std::io::Read as _;
    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("wiredrift"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "diff",
            ORGANISATIONS[0],
            ORGANISATIONS[1],
            "--output",
            "json",
        ])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("runs");
    let mut stdout = child.stdout.take().expect("piped");
    let mut start = [0; 10];
    stdout.read_exact(&mut start).expect("written");
    drop(stdout);
    assert_eq!(child.wait().expect("ends").code(), Some(1));
}

#[test]
fn reports_are_safe_to_print() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, property: &str| {
        let schema = serde_json::json!({"type": "object", "properties": {property: {"type": "string"}}, "required": [property]});
        std::fs::write(folder.path().join(name), schema.to_string()).expect("written");
    };
    write("old.json", "a\u{1b}[31m<script>`*x*`");
    write("new.json", "b");
    let (_, text, _) = run_in(folder.path(), &["old.json", "new.json"]);
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let (_, markdown, _) = run_in(
        folder.path(),
        &["old.json", "new.json", "--output", "markdown"],
    );
    for event in pulldown_cmark::Parser::new(&markdown) {
        if let pulldown_cmark::Event::Html(html) | pulldown_cmark::Event::InlineHtml(html) = event {
            let own = [
                "<details>",
                "</details>",
                "<summary>",
                "</summary>",
                "<code>",
                "</code>",
            ];
            let rest = own
                .iter()
                .fold(html.to_string(), |html, tag| html.replace(tag, ""));
            assert!(!rest.contains('<'), "{html}");
        }
    }
    assert!(!markdown.contains('\u{1b}'));
}
