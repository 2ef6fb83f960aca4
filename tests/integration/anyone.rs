//! Captures as people have them: what a browser recorded besides the API, and what is not compared.

use serde_json::{Value, json};

use crate::common::{folder, unwrapped, wiredrift};

/// A contract with one operation, in JSON.
const CONTRACT: &str = r#"{
  "openapi": "3.1.0",
  "info": {"title": "Library", "version": "1"},
  "paths": {"/books": {"get": {"operationId": "listBooks", "responses": {"200": {"description": "Books",
    "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object",
      "required": ["id"], "properties": {"id": {"type": "integer"}}, "additionalProperties": false}}}}}}}}}
}"#;

/// One entry of an archive.
pub(crate) fn entry(
    method: &str,
    url: &str,
    accept: &str,
    status: u16,
    media_type: &str,
    text: &str,
) -> Value {
    json!({
        "startedDateTime": "2026-05-04T10:00:00.000Z",
        "request": {"method": method, "url": url, "headers": [{"name": "Accept", "value": accept}]},
        "response": {"status": status, "headers": [], "content": {"mimeType": media_type, "text": text}},
    })
}

pub(crate) fn archive(entries: &[Value]) -> String {
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

/// The reasons of a report in JSON, with their numbers.
fn reasons(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let reasons = report["summary"]["not_compared"]
        .as_array()
        .expect("a list");
    reasons
        .iter()
        .map(|left| {
            format!(
                "{} {}",
                left["count"],
                left["reason"].as_str().expect("text")
            )
        })
        .collect()
}

#[test]
fn what_a_browser_loads_is_no_drift_but_is_counted() {
    let own = "https://library.example";
    let html = "<!doctype html><html></html>";
    let entries = [
        entry(
            "GET",
            &format!("{own}/books"),
            "*/*",
            200,
            "application/json",
            "[{\"id\": 1}]",
        ),
        entry(
            "GET",
            &format!("{own}/"),
            "text/html",
            200,
            "text/html",
            html,
        ),
        entry(
            "GET",
            &format!("{own}/app.js"),
            "*/*",
            200,
            "text/javascript",
            "var a;",
        ),
        entry(
            "GET",
            &format!("{own}/logo.svg"),
            "image/*",
            200,
            "image/svg+xml",
            "<svg/>",
        ),
        entry("OPTIONS", &format!("{own}/authors"), "*/*", 204, "", ""),
        entry("OPTIONS", &format!("{own}/books"), "*/*", 204, "", ""),
        entry("GET", &format!("{own}/old"), "*/*", 301, "text/html", html),
    ];
    let files = folder(&[("a.har", &archive(&entries)), ("api.json", CONTRACT)]);
    let run = wiredrift(files.path(), &["check", "a.har", "-c", "api.json"], "");
    assert_eq!(run.code, 0, "{}", run.stdout);
    insta::assert_snapshot!(run.stdout);
    let run = wiredrift(
        files.path(),
        &["check", "a.har", "-c", "api.json", "-o", "json"],
        "",
    );
    assert_eq!(
        reasons(&run.stdout),
        ["2 preflight", "1 redirect", "1 html", "2 asset"]
    );
}

/// A page where a client asked for JSON is what clients meet when they call a wrong path.
#[test]
fn a_page_in_place_of_json_is_drift() {
    let html = "<!doctype html><html></html>";
    let wrong = [
        entry(
            "GET",
            "https://library.example/book",
            "application/json",
            200,
            "text/html",
            html,
        ),
        entry(
            "GET",
            "https://library.example/boks",
            "*/*",
            404,
            "text/html",
            html,
        ),
        entry(
            "POST",
            "https://library.example/bookss",
            "*/*",
            200,
            "text/html",
            html,
        ),
    ];
    for wrong in wrong {
        let fine = entry(
            "GET",
            "https://library.example/books",
            "*/*",
            200,
            "application/json",
            "[]",
        );
        let files = folder(&[("a.har", &archive(&[wrong, fine])), ("api.json", CONTRACT)]);
        let run = wiredrift(
            files.path(),
            &["check", "a.har", "-c", "api.json", "-o", "json"],
            "",
        );
        assert!(run.stdout.contains("unknown-operation"), "{}", run.stdout);
        assert_eq!(reasons(&run.stdout), ["1 no-operation"], "{}", run.stdout);
    }
}

/// An archive with exchanges that differ in host, time, status, method and path.
fn mixed() -> String {
    let at = |mut entry: Value, time: &str| {
        entry["startedDateTime"] = json!(time);
        entry
    };
    let books = |host: &str| format!("https://{host}/books");
    archive(&[
        at(
            entry(
                "GET",
                &books("api.library.example"),
                "",
                200,
                "application/json",
                "[]",
            ),
            "2026-05-01T10:00:00Z",
        ),
        at(
            entry(
                "GET",
                &books("api.library.example:8443"),
                "",
                200,
                "application/json",
                "[]",
            ),
            "2026-05-02T10:00:00Z",
        ),
        at(
            entry(
                "GET",
                &books("beta.library.example"),
                "",
                404,
                "application/json",
                "{}",
            ),
            "2026-05-03T10:00:00Z",
        ),
        at(
            entry(
                "POST",
                &books("library.example"),
                "",
                500,
                "application/json",
                "{}",
            ),
            "2026-05-03T23:00:00Z",
        ),
        at(
            entry(
                "GET",
                "https://library.example/v1/books",
                "",
                200,
                "application/json",
                "[]",
            ),
            "then",
        ),
    ])
}

#[test]
fn options_select_exchanges() {
    let files = folder(&[("a.har", &mixed()), ("api.json", CONTRACT)]);
    let table: [(&[&str], u64, &[&str]); 15] = [
        (&["--host", "api.library.example"], 2, &["3 filtered"]),
        (&["--host", "api.library.example:8443"], 1, &["4 filtered"]),
        (&["--host", "*.library.example"], 3, &["2 filtered"]),
        (
            &[
                "--host",
                "beta.library.example",
                "--host",
                "library.example",
            ],
            3,
            &["2 filtered"],
        ),
        (&["--method", "post"], 1, &["4 filtered"]),
        (&["--path", "/books"], 4, &["1 filtered"]),
        (
            &["--path", "**/books", "--status", "2xx"],
            3,
            &["2 filtered"],
        ),
        (
            &["--status", "404", "--status", "500-504"],
            2,
            &["3 filtered"],
        ),
        (&["--status", "404"], 1, &["4 filtered"]),
        (&["--since", "2026-05-02"], 3, &["1 filtered", "1 untimed"]),
        (&["--until", "2026-05-02"], 2, &["2 filtered", "1 untimed"]),
        (
            &["--since", "2026-05-03T12:00:01+02:00"],
            1,
            &["3 filtered", "1 untimed"],
        ),
        (
            &["--since", "2026-05-02", "--until", "2026-05-02"],
            1,
            &["3 filtered", "1 untimed"],
        ),
        (&["--sample", "1"], 5, &[]),
        (
            &["--operation", "listBooks", "--host", "library.example"],
            0,
            &["5 filtered"],
        ),
    ];
    for (options, left, left_out) in table {
        for jobs in ["1", "2"] {
            let arguments = [
                &["check", "a.har", "-c", "api.json", "-o", "json", "-j", jobs],
                options,
            ]
            .concat();
            let run = wiredrift(files.path(), &arguments, "");
            let summary: Value = serde_json::from_str(&run.stdout).expect("JSON");
            let summary = &summary["summary"];
            let read = summary["exchanges"].as_u64().expect("a number")
                - summary["left_out"].as_u64().expect("a number");
            assert_eq!(read, left, "{options:?}: {}", run.stdout);
            let mut reasons = reasons(&run.stdout);
            reasons.retain(|reason| reason.ends_with("filtered") || reason.ends_with("untimed"));
            assert_eq!(reasons, left_out, "{options:?}");
        }
    }
}

/// The same exchanges in every run, about as many as asked for, and all of them are part of some sample.
#[test]
fn a_sample_is_the_same_in_every_run() {
    let lines: String = (0..1_000)
        .map(|id| format!("[{{\"id\": {id}}}]\n"))
        .collect();
    let files = folder(&[("listBooks.ndjson", &lines), ("api.json", CONTRACT)]);
    let read = |jobs: &str, sample: &str| {
        let arguments = [
            "check",
            "listBooks.ndjson",
            "-c",
            "api.json",
            "-o",
            "json",
            "-j",
            jobs,
            "--sample",
            sample,
        ];
        let run = wiredrift(files.path(), &arguments, "");
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        report["payloads"].clone()
    };
    let tenth = read("1", "10");
    assert_eq!(tenth, read("2", "10"));
    let count = tenth.as_array().expect("a list").len();
    assert!((60..140).contains(&count), "{count}");
}

#[test]
fn paths_are_read_under_another_name() {
    let entries = [entry(
        "GET",
        "https://library.example/shelf/7/titles?limit=2",
        "",
        200,
        "application/json",
        "[{\"id\": \"1\"}]",
    )];
    let files = folder(&[("a.har", &archive(&entries)), ("api.json", CONTRACT)]);
    let arguments = [
        "check",
        "a.har",
        "-c",
        "api.json",
        "-o",
        "short",
        "--rewrite",
        "/shelf/{id}/titles=/books",
    ];
    let run = wiredrift(files.path(), &arguments, "");
    // The place is that of the capture, and what follows the path is kept.
    insta::assert_snapshot!(run.stdout);
}

/// Each path that starts like others is one that a client has another name for.
#[test]
fn a_rewrite_is_proposed_for_paths_that_start_alike() {
    let operation = |id: &str| json!({"get": {"operationId": id, "responses": {"200": {"description": "Fine"}}}});
    let contract = json!({
        "openapi": "3.1.0", "info": {"title": "Forge", "version": "1"},
        "paths": {
            "/user/issues": operation("ownIssues"),
            "/repos/{owner}/{repo}": operation("repo"),
            "/repos/{owner}/{repo}/issues": operation("issues"),
            "/repos/{owner}/{repo}/pulls/{number}": operation("pull"),
            "/repos/{owner}/{repo}/labels": operation("labels"),
        },
    });
    let get = |path: &str| {
        entry(
            "GET",
            &format!("https://forge.example{path}"),
            "",
            200,
            "application/json",
            "[]",
        )
    };
    let archive = archive(&[
        get("/user/issues"),
        get("/repositories/17/issues"),
        get("/repositories/17/pulls/3"),
        get("/repositories/18/labels"),
        get("/repositories/18"),
        get("/repositories/18/stars"),
    ]);
    let files = folder(&[("a.har", &archive), ("api.json", &contract.to_string())]);
    let run = wiredrift(files.path(), &["check", "a.har", "-c", "api.json"], "");
    let proposal = "--rewrite '/repositories/{id}=/repos/{owner}/{repo}'` makes 4 of them match";
    assert!(unwrapped(&run.stdout).contains(proposal), "{}", run.stdout);
    let rewritten = [
        "check",
        "a.har",
        "-c",
        "api.json",
        "--rewrite",
        "/repositories/{id}=/repos/{owner}/{repo}",
        "-o",
        "short",
    ];
    let run = wiredrift(files.path(), &rewritten, "");
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn a_rewrite_leads_to_the_version_that_is_asked_for() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments = [
        "check",
        "samples/organisations/migration",
        "-c",
        "organisations@v2",
    ];
    let run = wiredrift(here, &arguments, "");
    let text = unwrapped(&run.stdout);
    assert!(text.contains("--rewrite '/api=/api/v2'"), "{text}");
    assert!(!text.contains("--rewrite '/api=/api'"), "{text}");
}

#[test]
fn captures_says_what_folders_hold() {
    let pictures = [entry(
        "GET",
        "https://library.example/logo.png",
        "",
        200,
        "image/png",
        "x",
    )];
    let files = folder(&[
        ("captures/books.har", &mixed()),
        ("captures/page.har", &archive(&pictures)),
        ("captures/notes.txt", "nothing"),
        (
            "captures/broken.har",
            "{\"log\": {\"version\": \"1.2\", \"entries\": [{\"request\": 1}]}}",
        ),
        (
            "wiredrift.toml",
            "captures = \"captures\"\ncontract = \"api.json\"\n",
        ),
        ("api.json", CONTRACT),
    ]);
    // The configuration names captures and contract.
    let run = wiredrift(files.path(), &["captures"], "");
    assert_eq!(run.code, 2, "{}", run.stderr);
    insta::assert_snapshot!(run.stdout);
    let run = wiredrift(
        files.path(),
        &[
            "captures",
            "captures/books.har",
            "--no-config",
            "--host",
            "*.library.example",
        ],
        "",
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    insta::assert_snapshot!(run.stdout);
    let run = wiredrift(
        files.path(),
        &["captures", "captures/books.har", "--no-config", "--stale"],
        "",
    );
    assert!(
        run.stderr.contains("--stale needs a contract"),
        "{}",
        run.stderr
    );
    let threads: Vec<String> = ["1", "2", "3"]
        .map(|jobs| wiredrift(files.path(), &["captures", "-j", jobs, "-o", "json"], "").stdout)
        .to_vec();
    assert!(
        threads.iter().all(|report| *report == threads[0]),
        "{threads:?}"
    );
}

/// An exchange that breaks the contract where it holds values that the user calls secret, or not.
#[test]
fn the_user_says_what_is_secret() {
    let book = "[{\"id\": \"b-17\", \"api_token\": \"letmein\", \"iban\": \"DE12 3456\", \"mail\": \"ann@library.example\"}]";
    let entries = [entry(
        "GET",
        "https://library.example/books",
        "",
        200,
        "application/json",
        book,
    )];
    let files = folder(&[("a.har", &archive(&entries)), ("api.json", CONTRACT)]);
    let read = |options: &[&str]| {
        let arguments = [&["check", "a.har", "-c", "api.json", "-o", "text"], options].concat();
        wiredrift(files.path(), &arguments, "").stdout
    };
    for (options, shown, masked) in [
        (
            &[][..],
            &["DE12 3456", "b-17"][..],
            &["letmein", "ann@library.example"][..],
        ),
        (
            &["--redact", "IBAN"],
            &["b-17"],
            &["DE12 3456", "letmein", "ann@library.example"],
        ),
        (&["--redact", "i*"], &[], &["DE12 3456", "b-17", "letmein"]),
        (
            &["--keep", "*token", "--keep", "mail"],
            &["letmein", "ann@library.example"],
            &[],
        ),
        (&["--show-values"], &["letmein", "ann@library.example"], &[]),
    ] {
        let text = read(options);
        for value in shown {
            assert!(text.contains(value), "{options:?} hide {value}:\n{text}");
        }
        for value in masked {
            assert!(!text.contains(value), "{options:?} show {value}:\n{text}");
        }
    }
    std::fs::write(files.path().join("wiredrift.toml"), "redact = [\"iban\"]\n").expect("written");
    assert!(!read(&[]).contains("DE12 3456"));
}
