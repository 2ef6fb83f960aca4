//! The binary, end to end.

use std::io::Write as _;
use std::path::Path;

use crate::common::{root, run_in, unwrapped};

/// Runs the binary and returns its exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    run_in(root(), arguments, b"")
}

/// Exit code, standard output and standard error as one text.
fn session(arguments: &[&str]) -> String {
    let (code, stdout, stderr) = run(arguments);
    format!(
        "$ wiredrift {}\n{stdout}{stderr}[exit {code}]\n",
        arguments.join(" ")
    )
}

/// Headlines of the findings in a report.
fn headlines(stdout: &str) -> Vec<&str> {
    stdout
        .lines()
        .filter(|line| {
            ["error[", "warning[", "info["]
                .iter()
                .any(|level| line.starts_with(level))
        })
        .collect()
}

#[test]
fn the_first_command_of_the_readme_groups_the_drift() {
    let (code, stdout, stderr) = run(&[
        "check",
        "samples/organisations",
        "--contract",
        "organisations@v2",
    ]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    for expected in [
        "payloads match organisations@v1, not v2",
        "`archived`, `clients_count`",
        "required properties `limit`, ",
        "properties `meta` and `per_page` are not declared",
        "`data[].jurisdiction` is \"xk\" or \"gb_sct\"; expected one of 139 values",
        "`created_at` and `updated_at` use",
    ] {
        assert!(
            unwrapped(&stdout).contains(expected),
            "{expected}\n{stdout}"
        );
    }
}

#[test]
fn captures_that_conform_exit_with_0() {
    insta::assert_snapshot!(
        [
            session(&[
                "check",
                "samples/organisations/v1",
                "--contract",
                "organisations@v1"
            ]),
            session(&[
                "check",
                "samples/organisations/v2",
                "--contract",
                "organisations@v2"
            ]),
            session(&[
                "check",
                "samples/organisations/v1",
                "samples/organisations/v2",
                "--contract",
                "organisations"
            ]),
        ]
        .join("\n")
    );
}

#[test]
fn requests_and_placeholders_of_a_session() {
    insta::assert_snapshot!(session(&[
        "check",
        "samples/makeleaps-clients",
        "--contract",
        "makeleaps-clients"
    ]));
}

/// A guide as people paste it: tabs, label lines, malformed JSON, Python.
#[test]
fn a_guide_is_read_as_it_is() {
    insta::assert_snapshot!(
        [
            session(&["check", "samples/guides", "--contract", "organisations"]),
            session(&[
                "check",
                "samples/guides",
                "--contract",
                "makeleaps-clients@v1"
            ]),
        ]
        .join("\n")
    );
}

#[test]
fn levels_decide_the_exit_code() {
    let check = |more: &[&str]| {
        let mut arguments = vec![
            "check",
            "samples/organisations/drift/session.http",
            "--contract",
            "organisations@v2",
        ];
        arguments.extend(more);
        run(&arguments).0
    };
    assert_eq!(check(&[]), 1);
    assert_eq!(check(&["--fail-on", "never"]), 0);
    let off = [
        "--level",
        "undeclared-method=info",
        "--level",
        "parameter-value=off",
        "--level",
        "closed-object=warning",
    ];
    assert_eq!(check(&off), 0);
    let warning = [&off[..], &["--fail-on", "warning"]].concat();
    assert_eq!(check(&warning), 1);
}

#[test]
fn bad_arguments_say_what_to_do() {
    insta::assert_snapshot!(
        [
            session(&["check", "samples"]),
            session(&["check", "samples", "--contract", "organizations@v1"]),
            session(&["check", "samples", "--contract", "organisations@v3"]),
            session(&[
                "check",
                "samples",
                "--contract",
                "organisations",
                "--operation",
                "list-organisation"
            ]),
            session(&[
                "check",
                "samples",
                "--contract",
                "organisations",
                "--level",
                "wrong-typ=off"
            ]),
            session(&[
                "check",
                "samples",
                "--contract",
                "organisations",
                "--level",
                "wrong-type"
            ]),
            session(&[
                "check",
                "samples",
                "--contract",
                "organisations",
                "--output",
                "xml"
            ]),
            session(&[
                "check",
                "samples",
                "--contract",
                "organisations",
                "--max-body",
                "9 potatoes"
            ]),
            session(&["check", "-", "-", "--contract", "organisations"]),
            session(&[
                "check",
                "-",
                "--contract",
                "organisations",
                "--output",
                "json",
                "--output",
                "text"
            ]),
            session(&["explain", "undeclared"]),
            session(&["schema", "organisations@v2", "--type", "Organisaton"]),
        ]
        .join("\n")
    );
}

/// A file that is as large as `--max-body` is read, one that is a byte larger is not; small files and large ones
/// are read in different ways.
#[test]
fn max_body_is_a_limit_to_the_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    for filler in [10, 200_000] {
        let text = format!("{{\n\"id\": 1{}\n}}", " ".repeat(filler));
        std::fs::write(folder.path().join("one.json"), &text).expect("written");
        for (limit, is_read) in [
            (text.len() - 1, false),
            (text.len(), true),
            (text.len() + 1, true),
            (usize::MAX, true),
        ] {
            let limit_said = limit.to_string();
            let arguments = ["check", "one.json", "--contract", "organisations@v2"];
            let arguments = [arguments.as_slice(), &["--max-body", &limit_said]].concat();
            let (_, stdout, stderr) = run_in(folder.path(), &arguments, b"");
            let said = format!("{limit} of {}: {stdout}{stderr}", text.len());
            assert_eq!(said.contains("over the limit"), !is_read, "{said}");
            // What was read is counted.
            assert_eq!(said.contains("1 payload"), is_read, "{said}");
            assert!(!said.contains("malformed"), "{said}");
        }
    }
}

#[test]
fn help_reads_well() {
    insta::assert_snapshot!(
        [
            session(&["--help"]),
            session(&["check", "--help"]),
            session(&["diff", "--help"]),
            session(&["schema", "--help"]),
        ]
        .join("\n")
    );
}

#[test]
fn contracts_and_rules_are_listed() {
    insta::assert_snapshot!(
        [
            session(&["contracts"]),
            session(&["contracts", "organisations"]),
            session(&["explain"]),
            session(&["explain", "enum-value"]),
        ]
        .join("\n")
    );
}

#[test]
fn inputs_that_cannot_be_read_do_not_hide_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, content: &[u8]| {
        std::fs::write(folder.path().join(name), content).expect("written");
    };
    let list =
        std::fs::read("samples/organisations/v1/list-organisations.v1.json").expect("sample");
    write("a.list-organisations.json", &list);
    write("cut.json", b"{\"data\": [1,");
    write(
        "deep.json",
        format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)).as_bytes(),
    );
    write("empty.json", b"");
    write("latin.json", b"{\"name\": \"caf\xe9\"}");
    write("spaces.json", " ".repeat(1 << 20).as_bytes());
    let gz =
        std::fs::read("samples/organisations/drift/list-organisations.v1.json.gz").expect("sample");
    write("truncated.json.gz", &gz[..gz.len() / 2]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).expect("linked");
    let arguments = [
        "check",
        ".",
        "missing.json",
        "--contract",
        "organisations@v2",
        "--operation",
        "list-organisations",
    ];
    let (code, stdout, stderr) = run_in(folder.path(), &arguments, b"");
    assert_eq!((code, stderr.as_str()), (2, ""));
    assert!(
        stdout.contains("1 payload matches organisations@v1, not v2"),
        "{stdout}"
    );
    let problems: Vec<&str> = stdout
        .split("\n\n")
        .filter(|part| part.starts_with("not read") || part.contains("malformed-json"))
        .collect();
    insta::assert_snapshot!(problems.join("\n\n"));
    // The same run may go on, and then the findings decide.
    let going = [&arguments[..], &["--keep-going", "--fail-on", "never"]].concat();
    assert_eq!(run_in(folder.path(), &going, b"").0, 0);
}

#[test]
fn nothing_to_compare_is_no_success() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |stdin: &[u8]| {
        run_in(
            folder.path(),
            &["check", "-", "--contract", "organisations"],
            stdin,
        )
    };
    let (code, _, stderr) = check(br#"{"quite": "another thing"}"#);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("nothing in the captures belongs to organisations"),
        "{stderr}"
    );
    let (code, stdout, _) = check(b"");
    assert_eq!(code, 2);
    assert!(stdout.contains("the file is empty"), "{stdout}");
}

#[test]
fn standard_input_is_a_capture() {
    let list =
        std::fs::read("samples/organisations/v2/list-organisations.v2.ndjson").expect("sample");
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = [
        "check",
        "-",
        "--contract",
        "organisations@v2",
        "--operation",
        "list-organisations",
        "--payloads",
    ];
    let (code, stdout, _) = run_in(folder.path(), &arguments, list.as_slice());
    assert_eq!(code, 0);
    insta::assert_snapshot!(stdout);
}

#[test]
fn reports_are_written_to_files_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("new")).expect("made");
    let path = folder.path().join("new").join("report.json");
    let output = format!("json={}", path.display());
    let text = format!("text={}", folder.path().join("report.txt").display());
    let arguments = [
        "check",
        "samples/organisations/v1",
        "--contract",
        "organisations@v2",
        "--color",
        "always",
        "--output",
        &output,
        "--output",
        &text,
    ];
    // The text is printed, too, unless it is unwanted.
    let (code, stdout, _) = run(&arguments);
    assert!(code == 1 && stdout.contains("Found"), "{stdout}");
    let (code, stdout, _) = run(&[&arguments[..], &["--quiet"]].concat());
    assert_eq!((code, stdout.as_str()), (1, ""));
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).expect("there")).expect("JSON");
    assert_eq!(json["format"], "check-v1");
    let text = std::fs::read_to_string(folder.path().join("report.txt")).expect("there");
    assert!(!text.contains('\u{1b}'), "a file has no colours");
    let names: Vec<_> = std::fs::read_dir(folder.path().join("new"))
        .expect("there")
        .map(|entry| entry.expect("entry").file_name())
        .collect();
    assert_eq!(names, ["report.json"], "nothing is left behind");
}

#[test]
fn colours_are_for_terminals_and_those_who_ask() {
    let arguments = [
        "check",
        "samples/organisations/v1",
        "--contract",
        "organisations@v2",
    ];
    assert!(!run(&arguments).1.contains('\u{1b}'));
    let always = [&arguments[..], &["--color", "always"]].concat();
    assert!(run(&always).1.contains('\u{1b}'));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("wiredrift"))
        .args([
            "check",
            "samples/organisations",
            "--contract",
            "organisations@v2",
        ])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("runs");
    drop(child.stdout.take());
    // The exit code is that of the findings.
    assert_eq!(child.wait().expect("ends").code(), Some(1));
}

#[test]
fn schemas_are_up_to_date() {
    let (code, stdout, _) = run(&["schema", "--check", "schemas"]);
    assert_eq!(
        code, 0,
        "run `cargo run -- schema --write schemas`\n{stdout}"
    );
}

#[test]
fn a_schema_folder_out_of_date_is_shown_as_a_diff() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().display().to_string();
    assert_eq!(run(&["schema", "makeleaps-clients", "--write", &at]).0, 0);
    assert_eq!(run(&["schema", "makeleaps-clients", "--check", &at]).0, 0);
    let file = folder
        .path()
        .join("makeleaps-clients/v1/client-body.schema.json");
    let text = std::fs::read_to_string(&file).expect("there");
    std::fs::write(&file, text.replace("The URL of a client.", "A URL.")).expect("written");
    let mut stale = std::fs::File::create(folder.path().join("old.schema.json")).expect("made");
    stale.write_all(b"{}").expect("written");
    let (code, stdout, _) = run(&["schema", "makeleaps-clients", "--check", &at]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(stdout.replace(&at, "DIR"));
    let (_, stdout, _) = run(&["schema", "--check", &at]);
    assert!(
        stdout.contains("old.schema.json: no contract has this schema"),
        "{stdout}"
    );
}

#[test]
fn two_runs_print_the_same_bytes() {
    let arguments = [
        "check",
        "samples",
        "--contract",
        "organisations",
        "--output",
        "json",
    ];
    assert_eq!(run(&arguments), run(&arguments));
}

#[cfg(unix)]
#[test]
fn reports_go_through_links_and_into_pipes() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("link.json");
    std::fs::write(folder.path().join("target.json"), "old").expect("written");
    std::os::unix::fs::symlink("target.json", &link).expect("linked");
    let check = |path: &Path| {
        let output = format!("json={}", path.display());
        run(&[
            "check",
            "samples/organisations/v2",
            "--contract",
            "organisations@v2",
            "--output",
            &output,
        ])
    };
    assert_eq!(check(&link).0, 0);
    assert!(
        std::fs::symlink_metadata(&link)
            .expect("there")
            .is_symlink()
    );
    let written = std::fs::read_to_string(folder.path().join("target.json")).expect("there");
    assert!(written.starts_with('{'), "{written}");
    assert_eq!(check(Path::new("/dev/null")).0, 0);
    assert!(!std::fs::metadata("/dev/null").expect("there").is_file());
    let (code, _, stderr) = check(&folder.path().join("no/such/report.json"));
    assert_eq!(code, 2);
    assert!(
        stderr.contains("cannot write") && stderr.contains("does not exist"),
        "{stderr}"
    );
}

#[test]
fn an_archive_of_a_browser_is_not_noisy() {
    let entry = |method: &str, url: &str, status: u16, content: &str| {
        format!(
            r#"{{"request": {{"method": "{method}", "url": "{url}"}}, "response": {{"status": {status}, "content": {content}}}}}"#
        )
    };
    let api = "https://api.example.com/api/v2/organisations";
    let mut entries = vec![
        entry("OPTIONS", api, 204, "{}"),
        entry("HEAD", api, 200, "{}"),
        entry("GET", &format!("{api}/7"), 304, "{}"),
        entry("GET", "data:image/png;base64,AAAA", 200, "{}"),
    ];
    let list = r#"{"mimeType": "application/json", "text": "{\"object\": \"paginated_list\", \"data\": [], \"total\": 0, \"count\": 0, \"limit\": 25, \"current_page\": 1, \"total_pages\": 1, \"links\": null}"}"#;
    entries.push(entry("GET", api, 200, list));
    for i in 0..50 {
        entries.push(entry(
            "GET",
            &format!("https://cdn.example.com/js/chunk-{i}.js"),
            200,
            "{}",
        ));
    }
    let har = format!(
        r#"{{"log": {{"version": "1.2", "entries": [{}]}}}}"#,
        entries.join(",")
    );
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["check", "-", "--contract", "organisations@v2"];
    let (code, stdout, _) = run_in(folder.path(), &arguments, har.as_bytes());
    assert_eq!(code, 0, "{stdout}");
    let headlines = headlines(&stdout);
    let expected = "info[foreign-host]: requests to 2 other hosts were not checked: the contract has no \
                    operations there";
    assert_eq!(headlines, [expected], "{stdout}");
    assert!(
        stdout.contains("`cdn.example.com` ×50, `data:` ×1"),
        "{stdout}"
    );
}

#[test]
fn names_of_files_do_nothing_to_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a\u{1b}[31m\nb.json"), "{").expect("written");
    let arguments = [
        "check",
        ".",
        "--contract",
        "organisations",
        "--color",
        "always",
    ];
    let (_, stdout, _) = run_in(folder.path(), &arguments, b"");
    assert!(stdout.contains("a\\u{1b}[31m\\u{a}b.json"), "{stdout}");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe.json");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .expect("runs");
    assert!(made.success());
    let list =
        std::fs::read("samples/organisations/v2/list-organisations.v2.json").expect("sample");
    std::fs::write(folder.path().join("list-organisations.json"), list).expect("written");
    let (code, stdout, _) = run_in(
        folder.path(),
        &["check", ".", "--contract", "organisations@v2"],
        b"",
    );
    assert_eq!(code, 0, "{stdout}");
    assert!(
        stdout.contains("skipped: pipe.json (not a file)"),
        "{stdout}"
    );
}

const PETSTORE: &str = "samples/petstore/openapi.yaml";

#[test]
fn a_contract_of_ones_own_is_checked_in_one_file_and_split() {
    let mut found = Vec::new();
    for contract in [PETSTORE, "samples/petstore/split/openapi.yaml"] {
        let (code, stdout, stderr) = run(&["lint", contract]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
        assert!(stdout.contains("No findings."), "{stdout}");
        let captures = "samples/petstore/captures/conforming";
        let (code, stdout, _) = run(&["check", captures, "--contract", contract]);
        assert_eq!(code, 0, "{stdout}");
        assert!(
            unwrapped(&stdout).contains("12 conform.") && stdout.contains("No findings."),
            "{stdout}"
        );
        let captures = "samples/petstore/captures/drifting";
        let (code, drifting, _) = run(&["check", captures, "--contract", contract]);
        assert_eq!(code, 1);
        found.push(headlines(&drifting).len());
    }
    assert_eq!(found[0], found[1]);
    let captures = "samples/petstore/captures/drifting";
    insta::assert_snapshot!(session(&["check", captures, "--contract", PETSTORE]));
}

#[test]
fn a_folder_of_schemas_checks_events() {
    let schemas = "samples/petstore/schemas";
    let (_, by_fit, _) = run(&["check", "samples/petstore/events", "--contract", schemas]);
    let (code, by_glob, _) = run(&[
        "check",
        "samples/petstore/events",
        "--contract",
        schemas,
        "--schema-for",
        "price-*=price-changed",
        "--schema-for",
        "samples/petstore/events/pet-sold-?.json=pet-sold",
    ]);
    assert_eq!(code, 1);
    assert_eq!(by_fit, by_glob, "the names of the files say the same");
    insta::assert_snapshot!(by_glob);
    let (code, _, stderr) = run(&[
        "check",
        "samples/petstore/events",
        "--contract",
        schemas,
        "--schema-for",
        "sold-*=pet-sold",
    ]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("`sold-*` matches none of the captures"),
        "{stderr}"
    );
    // Against the wrong schema nothing conforms.
    let (_, wrong, _) = run(&[
        "check",
        "samples/petstore/events/pet-sold-1.json",
        "--contract",
        schemas,
        "--schema-for",
        "*.json=common.schema.json#/$defs/money",
    ]);
    assert!(wrong.contains("1 deviates"), "{wrong}");
}

#[test]
fn what_is_wrong_with_a_contract_is_said_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let contract = "\
openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
paths:
  /orders/{id}:
    get:
      operationId: showOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        200:
          description: an order
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Oder'}
              schema: {$ref: '#/components/schemas/Oder'}
components:
  schemas:
    Order: {type: object, maxLength: 3, example: 7}
";
    std::fs::write(folder.path().join("api.yaml"), contract).expect("written");
    let shown = |arguments: &[&str]| {
        let (code, stdout, stderr) = run_in(folder.path(), arguments, b"{\"id\": 1}");
        format!(
            "$ wiredrift {}\n{stdout}{stderr}[exit {code}]\n",
            arguments.join(" ")
        )
    };
    let mut text = shown(&["lint", "api.yaml"]);
    text.push_str(&shown(&[
        "check",
        "-",
        "--contract",
        "api.yaml",
        "--operation",
        "showOrder",
    ]));
    text.push_str(&shown(&["lint", "gone.yaml"]));
    text.push_str(&shown(&["lint", "gone"]));
    text.push_str(&shown(&["lint", "api.yaml", "--ref", "nonsense"]));
    text.push_str(&shown(&["lint", "api.yaml", "--fail-on", "never"]));
    text.push_str(&shown(&["contracts", "api.yaml"]));
    insta::assert_snapshot!(text);
}

#[test]
fn a_webhook_is_an_operation_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let contract = "\
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
webhooks:
  sold:
    post:
      requestBody: {content: {application/json: {schema: {type: object, required: [id]}}}}
      responses: {204: {description: taken}}
";
    std::fs::write(folder.path().join("api.yaml"), contract).expect("written");
    let request =
        "POST /inbox HTTP/1.1\r\nHost: me\r\nContent-Type: application/json\r\n\r\n{\"no\": 1}\n";
    let arguments = ["check", "-", "--format", "http", "--contract", "api.yaml"];
    let (code, stdout, stderr) = run_in(folder.path(), &arguments, request.as_bytes());
    assert_eq!(code, 2, "{stdout}{stderr}");
    assert!(
        stdout.contains("no operation matches `POST /inbox`"),
        "{stdout}"
    );
    let named = [&arguments[..], &["--operation", "webhook:sold"]].concat();
    let (code, stdout, _) = run_in(folder.path(), &named, request.as_bytes());
    assert_eq!(code, 1);
    assert_eq!(
        headlines(&stdout),
        ["error[missing-property]: required property `id` is missing"]
    );
}

#[test]
fn a_null_beside_a_nullable_enum_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let contract = "\
openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
paths:
  /orders:
    get:
      operationId: listOrders
      responses:
        200:
          description: orders
          content:
            application/json:
              schema: {type: object, properties: {state: {type: string, nullable: true, enum: [open]}}}
";
    std::fs::write(folder.path().join("api.yaml"), contract).expect("written");
    let arguments = [
        "check",
        "-",
        "--contract",
        "api.yaml",
        "--operation",
        "listOrders",
    ];
    let (code, stdout, _) = run_in(folder.path(), &arguments, b"{\"state\": null}");
    assert_eq!(code, 1);
    assert!(stdout.contains("--lenient-null accepts it"), "{stdout}");
    let lenient = [&arguments[..], &["--lenient-null-enum"]].concat();
    let (code, stdout, _) = run_in(folder.path(), &lenient, b"{\"state\": null}");
    assert_eq!(code, 0, "{stdout}");
}
