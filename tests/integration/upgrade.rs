//! `wiredrift upgrade`, end to end.

use std::fs;
use std::path::Path;

use crate::common;
use crate::common::unwrapped;
use serde_json::Value;

fn run_in(folder: &Path, arguments: &[&str], stdin: &str) -> (i32, String, String) {
    let upgrade = ["upgrade", "organisations@v1", "organisations@v2"];
    common::run_in(folder, &[&upgrade, arguments].concat(), stdin)
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    run_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments, "")
}

const LIST: &str = "samples/organisations/v1/list-organisations.v1.json";
const SINGLE: &str = "samples/organisations/v1/retrieve-organisation.v1.json";

fn sample(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a sample")
}

#[test]
fn a_payload_goes_to_standard_output_and_what_was_done_to_standard_error() {
    let (code, stdout, stderr) = run(&[SINGLE]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(stdout, @r#"
    {
      "object": "organisation",
      "id": 11,
      "name": "White PLC",
      "company_number": "12345",
      "jurisdiction": "gb",
      "created_at": "2018-08-29T17:08:04Z",
      "updated_at": "2018-08-29T17:08:04Z"
    }
    "#);
    insta::assert_snapshot!(stderr);
}

#[test]
fn standard_input_is_a_payload_like_any_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let moves = ["--moves", "samples/organisations.moves.yaml"];
    let (code, named, _) = run(&[&[LIST], &moves[..]].concat());
    let (piped_code, piped, _) = run_in(folder, &moves, &sample(LIST));
    assert_eq!((code, piped_code), (0, 0));
    assert_eq!(named, piped);
    // What is as it should be passes through.
    let (code, through, stderr) = run_in(folder, &[], &named);
    assert_eq!((code, through), (0, named));
    assert!(stderr.contains("1 already up to date"), "{stderr}");
}

#[test]
fn the_report_of_the_list_reads_well() {
    let (_, _, stderr) = run(&[LIST]);
    insta::assert_snapshot!(stderr);
    let (code, stdout, _) = run(&[
        "samples/organisations/v1",
        "--moves",
        "samples/organisations.moves.yaml",
        "--dry-run",
    ]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(stdout);
}

#[test]
fn fixtures_are_rewritten_in_place_or_told_why_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let spaced = "{\"data\": [\n    {\"id\": 1, \"name\": \"\\u00c9t\\u00e9\",\r\n \"company_number\": null, \"jurisdiction\": null,\n     \"created_at\": \"2018-08-29T17:08:04+00:00\", \"updated_at\": \"2018-08-29T17:08:04+00:00\",\n     \"links\": {\"show\": \"/o/1\", \"api\": {\"update\": \"/a/1\"}}}\n]}\n\n";
    fs::write(at("retrieve-organisation.v1.json"), spaced).expect("written");
    let line = sample(SINGLE).replace([' ', '\n'], "");
    let lines = format!("{line}\n\n{line}\n");
    fs::write(at("create-organisation.v1.response.201.ndjson"), &lines).expect("written");
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{line}");
    fs::write(at("retrieve-organisation.v1.http"), &http).expect("written");

    let (code, stdout, stderr) = run_in(folder.path(), &[".", "--in-place"], "");
    assert_eq!(code, 2, "{stdout}");
    assert!(
        stderr.contains("retrieve-organisation.v1.http: not rewritten: it is HTTP, and only JSON, NDJSON and HAR files can be rewritten"),
        "{stderr}"
    );
    assert!(
        stdout.contains("4 payloads: 4 rewritten and valid"),
        "{stdout}"
    );
    let read = |name: &str| fs::read_to_string(at(name)).expect("a file");
    insta::assert_snapshot!(read("retrieve-organisation.v1.json"));
    let lines = read("create-organisation.v1.response.201.ndjson");
    let rows: Vec<&str> = lines.split('\n').collect();
    assert_eq!(rows.len(), 4);
    assert_eq!((rows[0], rows[1], rows[3]), (rows[2], "", ""));
    assert!(
        rows[0].starts_with(r#"{"object":"organisation","id":11,"#),
        "{}",
        rows[0]
    );
    assert_eq!(read("retrieve-organisation.v1.http"), http);
    // Nothing is left to do, and nothing is written again.
    let (code, stdout, _) = run_in(folder.path(), &[".", "--in-place", "--keep-going"], "");
    assert!(stdout.contains("3 already up to date"), "{code} {stdout}");
    // No temporary file stays behind.
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 3);
}

#[test]
fn a_file_with_several_names_is_written_once_and_keeps_its_permissions() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("retrieve-organisation.v1.json");
    fs::write(&path, sample(SINGLE)).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
        std::os::unix::fs::symlink(&path, folder.path().join("retrieve-organisation.json"))
            .expect("linked");
    }
    let names = [
        "retrieve-organisation.v1.json",
        "./retrieve-organisation.v1.json",
        ".",
    ];
    let (code, stdout, stderr) = run_in(folder.path(), &[&names[..], &["--in-place"]].concat(), "");
    assert_eq!(code, 0, "{stdout}{stderr}");
    let text = fs::read_to_string(&path).expect("a file");
    assert!(
        text.starts_with("{\n  \"object\": \"organisation\""),
        "{text}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}

#[test]
fn what_cannot_be_rewritten_passes_through_and_is_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let twice = sample(SINGLE).replace("\"name\"", "\"id\"");
    let arguments = ["--operation", "retrieve-organisation", "--side", "response"];
    let (code, stdout, stderr) = run_in(folder, &arguments, &twice);
    assert_eq!(code, 1);
    assert_eq!(stdout.trim_end(), twice.trim_end());
    assert!(
        stderr.contains("the key `id` occurs twice in one object"),
        "{stderr}"
    );
    let (code, _, stderr) = run_in(folder, &arguments, "{\"data\": [1e]}");
    assert_eq!(code, 1);
    assert!(stderr.contains("it is malformed: "), "{stderr}");
    // Losses are told at the end, and can make the exit code.
    let (code, _, stderr) = run_in(folder, &["--fail-on-loss"], &sample(LIST));
    assert_eq!(code, 1);
    assert!(
        unwrapped(&stderr).contains("values are lost in 1 of them"),
        "{stderr}"
    );
}

#[test]
fn half_done_payloads_are_not_written_back_unasked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list-organisations.v1.json");
    let drifting = sample(LIST).replacen("\"jurisdiction\": null", "\"jurisdiction\": \"xk\"", 1);
    fs::write(&path, &drifting).expect("written");
    let (code, stdout, _) = run_in(folder.path(), &[".", "--in-place"], "");
    assert_eq!(code, 1);
    assert!(stdout.contains("1 rewritten but incomplete"), "{stdout}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), drifting);
    let (code, _, _) = run_in(folder.path(), &[".", "--in-place", "--incomplete"], "");
    assert_eq!(code, 1);
    assert!(
        fs::read_to_string(&path)
            .expect("a file")
            .contains("paginated_list")
    );
}

#[test]
fn what_is_missing_on_the_way_back_is_asked_for() {
    let (_, new, _) = run(&[SINGLE]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments = [
        "--downgrade",
        "--operation",
        "retrieve-organisation",
        "--side",
        "response",
    ];
    let (code, old, stderr) = run_in(folder, &arguments, &new);
    assert_eq!(code, 1);
    let old: Value = serde_json::from_str(&old).expect("JSON");
    assert_eq!(old["data"][0]["created_at"], "2018-08-29T17:08:04+00:00");
    insta::assert_snapshot!(stderr);

    let moves = tempfile::NamedTempFile::with_suffix(".yaml").expect("a file");
    let rule = "moves:\n  - set: {at: /data/*/links, value: {show: /o, api: {update: /a}}}\n";
    fs::write(moves.path(), rule).expect("written");
    let path = moves.path().to_str().expect("UTF-8");
    let (code, _, stderr) = run_in(folder, &[&arguments[..], &["--moves", path]].concat(), &new);
    // A rule that gives a value is about the way forward.
    assert_eq!(code, 1, "{stderr}");
}

#[test]
fn bad_input_is_told_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let single = sample(SINGLE);
    let table: [(&[&str], &str, &str); 6] = [
        (&[], "", "the file is empty"),
        (
            &[],
            "[\"text\"]",
            "no payload matches organisations@v1 or organisations@v2",
        ),
        (&[], "{\"a\": }", "it is malformed"),
        (&["missing.json"], "", "missing.json"),
        (&["--moves", "Cargo.toml"], "", "Cargo.toml"),
        (
            &["--in-place"],
            &single,
            "it is not a file that can be written",
        ),
    ];
    for (arguments, stdin, expected) in table {
        let (code, stdout, stderr) = run_in(folder, arguments, stdin);
        assert_eq!(code, 2, "{arguments:?} {stdin}\n{stdout}{stderr}");
        assert!(
            format!("{stdout}{stderr}").contains(expected),
            "{arguments:?}\n{stdout}{stderr}"
        );
    }
}

#[test]
fn the_json_report_keeps_its_schema() {
    let (_, _, stderr) = run(&[
        "samples/organisations",
        "--dry-run",
        "--keep-going",
        "--output",
        "json",
    ]);
    let end = stderr.find("\n}\n").expect("a report") + 2;
    let report: Value = serde_json::from_str(&stderr[..end]).expect("JSON");
    let schema: Value =
        serde_json::from_str(&sample("schemas/report/upgrade-v1.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(report["to"], "organisations@v2");
}

/// A contract of one schema in two versions, with payloads in one folder.
fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = |properties: &str| {
        format!(r#"{{"type": "object", "properties": {properties}, "required": ["size"]}}"#)
    };
    let old = schema(r#"{"size": {"type": "integer"}, "clientsCount": {"type": "integer"}}"#);
    let new = schema(r#"{"size": {"type": "integer"}, "clients_count": {"type": "integer"}}"#);
    fs::create_dir(folder.path().join("payloads")).expect("made");
    let files = files
        .iter()
        .map(|(name, text)| (format!("payloads/{name}"), *text));
    let schemas = [("old.schema.json", &*old), ("new.schema.json", &*new)];
    let schemas = schemas.map(|(name, text)| (name.to_owned(), text));
    for (name, text) in files.chain(schemas) {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn upgrade_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let upgrade = ["upgrade", "old.schema.json", "new.schema.json", "payloads"];
    common::run_in(folder, &[&upgrade, arguments].concat(), "")
}

#[test]
fn a_dry_run_is_a_patch_that_writes_what_in_place_writes() {
    let files = [
        (
            "crlf.json",
            "{\r\n  \"size\": 1,\r\n  \"clientsCount\": 2\r\n}\r\n",
        ),
        ("no end.json", "{\"size\": 1,\r\"clientsCount\": 2}"),
        (
            "lines.ndjson",
            "{\"size\":1,\"clientsCount\":1E2}\n\nnot JSON\n{\"size\":1}\n{\"clientsCount\":3}\n{\"size\":2,\"clientsCount\":-0.0}",
        ),
        ("same.json", "{\"size\": 1}\n"),
    ];
    let read = |folder: &Path| {
        files.map(|(name, _)| {
            fs::read_to_string(folder.join("payloads").join(name)).expect("a file")
        })
    };
    let written = folder_with(&files);
    let (code, _, stderr) = upgrade_in(written.path(), &["--in-place"]);
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(
        read(written.path()),
        [
            "{\r\n  \"size\": 1,\r\n  \"clients_count\": 2\r\n}\r\n",
            "{\"size\": 1,\r\"clients_count\": 2}",
            "{\"size\":1,\"clients_count\":1E2}\n\nnot JSON\n{\"size\":1}\n{\"clientsCount\":3}\n{\"size\":2,\"clients_count\":-0.0}",
            "{\"size\": 1}\n",
        ]
    );
    // A second run changes nothing.
    let (_, stdout, _) = upgrade_in(written.path(), &["--dry-run"]);
    assert_eq!(stdout, "");

    let patched = folder_with(&files);
    let (_, patch, _) = upgrade_in(patched.path(), &["--dry-run"]);
    assert_eq!(read(patched.path()), files.map(|(_, text)| text));
    let Ok(mut child) = std::process::Command::new("patch")
        .args(["-p0", "--binary"])
        .current_dir(patched.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
    else {
        // Not every machine has it.
        insta::assert_snapshot!("patch", patch);
        return;
    };
    let mut stdin = child.stdin.take().expect("piped");
    std::io::Write::write_all(&mut stdin, patch.as_bytes()).expect("written");
    drop(stdin);
    assert!(child.wait().expect("ends").success(), "{patch}");
    assert_eq!(read(patched.path()), read(written.path()));
    insta::assert_snapshot!("patch", patch);
}

#[test]
fn what_goes_to_standard_output_keeps_lines_that_are_no_payloads() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    let lines = format!("{{\"size\":1,\"clientsCount\":1}}\nnot JSON\n{deep}\n{{\"size\":1}}\n");
    let folder = folder_with(&[("lines.ndjson", &lines)]);
    let (code, stdout, stderr) = upgrade_in(folder.path(), &[]);
    assert_eq!(code, 2, "{stderr}");
    assert_eq!(
        stdout,
        format!("{{\"size\":1,\"clients_count\":1}}\nnot JSON\n{deep}\n{{\"size\":1}}\n")
    );
}

#[test]
fn bodies_in_a_har_are_rewritten_where_they_stand() {
    let entry = |content: &str| {
        format!(
            r#"{{"request": {{"method": "GET", "url": "https://a.example/x", "headers": []}}, "response": {{"status": 200, "headers": [], "content": {content}}}}}"#
        )
    };
    let har = |first: &str| {
        let entries = [
            entry(first),
            entry(r#"{"mimeType": "text/html", "text": "<p>\"é\"</p>"}"#),
        ];
        format!(
            "{{\"log\": {{\"version\": \"1.2\",\n \"entries\": [{}]}}}}\n",
            entries.join(",\n  ")
        )
    };
    let before = r#"{"mimeType": "application/json", "text": "{\"size\": 1, \"name\": \"\u00e9\\n\", \"clientsCount\": 2}"}"#;
    let after = r#"{"mimeType": "application/json", "text": "{\"size\": 1, \"name\": \"é\\n\", \"clients_count\": 2}"}"#;
    let folder = folder_with(&[("session.har", &har(before))]);
    let (code, stdout, stderr) = upgrade_in(folder.path(), &["--in-place"]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    let written = fs::read_to_string(folder.path().join("payloads/session.har")).expect("a file");
    assert_eq!(written, har(after));
}

#[cfg(unix)]
#[test]
fn files_keep_their_names_and_who_may_write_them() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let payload = "{\"size\": 1, \"clientsCount\": 2}\n";
    let folder = folder_with(&[("linked.json", payload), ("read-only.json", payload)]);
    let at = |name: &str| folder.path().join(name);
    fs::hard_link(at("payloads/linked.json"), at("other.json")).expect("linked");
    let read_only = at("payloads/read-only.json");
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o444)).expect("set");
    let (code, stdout, stderr) = upgrade_in(folder.path(), &["--in-place"]);
    assert_eq!(code, 2, "{stdout}");
    assert!(
        stderr.contains("read-only.json: not rewritten: it is read-only"),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(&read_only).expect("a file"), payload);
    let other = fs::read_to_string(at("other.json")).expect("a file");
    assert_eq!(other, "{\"size\": 1, \"clients_count\": 2}\n");
    assert_eq!(fs::metadata(at("other.json")).expect("a file").nlink(), 2);
    assert_eq!(fs::read_dir(at("payloads")).expect("a folder").count(), 2);
}

#[test]
fn guesses_are_proposed_and_done_when_asked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (code, proposed, stderr) = run(&[LIST]);
    assert_eq!(code, 1);
    let rule =
        "{operation: list-organisations, move: {from: /meta/pagination/per_page, to: /limit}}";
    assert!(stderr.contains(rule), "{stderr}");
    assert!(!proposed.contains("limit"), "{proposed}");
    let (code, accepted, _) = run(&[LIST, "--accept-guesses"]);
    assert_eq!(code, 0);
    let (_, by_rule, _) = run_in(
        folder,
        &[LIST, "--moves", "samples/organisations.moves.yaml"],
        "",
    );
    assert_eq!(accepted, by_rule);
}

/// However many threads rewrite payloads, they come in the order of the captures.
#[test]
fn any_number_of_jobs_writes_the_same_payloads_in_their_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write(
        "old.schema.json",
        r#"{"title": "items", "type": "object", "properties": {"id": {"type": "integer"}, "itemCount": {"type": "integer"}, "gone": {"type": "string"}}}"#,
    );
    write(
        "new.schema.json",
        r#"{"title": "items", "type": "object", "properties": {"id": {"type": "integer"}, "item_count": {"type": "integer"}}}"#,
    );
    // More than one thread may collect before it waits for its turn.
    let lines: String = (0..34_000)
        .map(|line| match line % 1_000 {
            999 => format!("no JSON {line}\n"),
            _ => format!(
                "{{\"id\": {line}, \"itemCount\": {}, \"gone\": \"{line:0220}\"}}\n",
                line % 7
            ),
        })
        .collect();
    fs::create_dir(folder.path().join("captures")).expect("a folder");
    for name in [
        "captures/b.items.ndjson",
        "captures/c.items.ndjson",
        "items.ndjson",
    ] {
        write(name, &lines);
    }
    write("captures/a.items.json", r#"{"id": 1, "itemCount": 2}"#);
    write("captures/d.items.json", r#"{"id": 4, "itemCount": 2}"#);
    let upgrade = |captures: &str, arguments: &[&str]| {
        let upgrade = [
            "upgrade",
            "old.schema.json",
            "new.schema.json",
            captures,
            "--keep-going",
        ];
        common::run_in(folder.path(), &[&upgrade, arguments].concat(), "")
    };
    for captures in ["items.ndjson", "captures"] {
        let one = upgrade(captures, &["--jobs", "1"]);
        assert!(one.1.len() > 1_000_000);
        assert!(upgrade(captures, &["--jobs", "3"]) == one, "{captures}");
    }
    let in_place = |jobs: &str| {
        write("items.ndjson", &lines);
        upgrade("items.ndjson", &["--in-place", "--jobs", jobs]);
        fs::read(folder.path().join("items.ndjson")).expect("a file")
    };
    let written = in_place("1");
    assert!(written.starts_with(b"{\"id\": 0, \"item_count\": 0}\n"));
    assert!(in_place("3") == written);
}

/// The response of an exchange may stand before its request.
#[test]
fn bodies_in_a_har_are_rewritten_in_whatever_order_they_stand() {
    let har = |name: &str| {
        let body = |size: u8| format!(r#"{{\"size\": {size}, \"{name}\": 2}}"#);
        let entry = |size: u8| {
            format!(
                r#"{{"response": {{"status": 200, "headers": [], "content": {{"mimeType": "application/json", "text": "{}"}}}}, "request": {{"method": "POST", "url": "https://a.example/x", "headers": [], "postData": {{"mimeType": "application/json", "text": "{}"}}}}}}"#,
                body(size),
                body(size + 1)
            )
        };
        format!(
            r#"{{"log": {{"version": "1.2", "entries": [{}, {}]}}}}"#,
            entry(1),
            entry(5)
        )
    };
    let folder = folder_with(&[("session.har", &har("clientsCount"))]);
    let written =
        || fs::read_to_string(folder.path().join("payloads/session.har")).expect("a file");
    let (code, stdout, stderr) = upgrade_in(folder.path(), &["--in-place"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert_eq!(written(), har("clients_count"));
    upgrade_in(folder.path(), &["--in-place"]);
    assert_eq!(written(), har("clients_count"));
}

/// The names in a map are data: what is counted of them does not grow with the traffic.
#[test]
fn edits_at_very_many_places_are_counted_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    let schema = |properties: &str| {
        format!(
            r#"{{"type": "object", "additionalProperties": {{"type": "object", "properties": {properties}}}}}"#
        )
    };
    write(
        "old.schema.json",
        &schema(r#"{"gone": {"type": "integer"}, "id": {"type": "integer"}}"#),
    );
    write("new.schema.json", &schema(r#"{"id": {"type": "integer"}}"#));
    let lines: String = (0..3_000)
        .map(|line| format!("{{\"name {line}\": {{\"id\": 1, \"gone\": 2}}}}\n"))
        .collect();
    fs::create_dir(folder.path().join("payloads")).expect("made");
    write("payloads/maps.ndjson", &lines);
    let (code, stdout, stderr) = upgrade_in(folder.path(), &["--output", "json=report.json"]);
    assert_eq!((code, stdout.lines().count()), (0, 3_000), "{stderr}");
    let report = fs::read_to_string(folder.path().join("report.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let target = &report["targets"][0];
    assert_eq!(target["edits"].as_array().map(Vec::len), Some(1_000));
    assert_eq!(target["other_edits"], 2_000);
    assert_eq!(target["lossy"], 3_000);
}
