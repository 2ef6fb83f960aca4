//! Contracts that are inferred, periods that are compared, and captures that come in parts.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::{Run, folder, root, wiredrift};

/// Numbers that look random and are the same in each run.
fn noise(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 8
    })
}

/// Exchanges with everything that is guessed: an enum, formats, optional properties, a map, a union, path parameters that
/// are numbers, UUIDs and names, and a security scheme.
fn traffic(seed: u64, count: usize, change: impl Fn(u64, &mut Value)) -> String {
    let mut lines = String::new();
    for number in noise(seed).take(count) {
        let pick = |from: &[&str], salt: u64| {
            from[(number / salt % from.len() as u64) as usize].to_owned()
        };
        let mut invoice = json!({
            "id": number % 100_000,
            "object": "invoice",
            "number": format!("2026-{:05}", number % 100_000),
            "status": pick(&["draft", "sent", "paid"], 3),
            "total": (number % 90_000) as f64 / 100.0,
            "created_at": format!("2026-05-{:02}T10:00:00Z", number % 28 + 1),
            "customer": {"id": format!("{number:08x}-0000-4000-8000-{number:012x}").chars().take(36).collect::<String>(), "email": format!("c{}@mail.example", number % 999)},
            "note": if number % 4 == 0 { Value::Null } else { json!(format!("note {number}")) },
            "taxes": {(format!("2026-05-{:02}", number % 28 + 1)): 19.5},
        });
        if number % 3 > 0 {
            invoice["due"] = json!(format!("2026-06-{:02}", number % 28 + 1));
        }
        change(number, &mut invoice);
        let event = match number % 2 {
            0 => json!({"type": "paid", "amount": 12.5, "by": "card"}),
            _ => json!({"type": "sent", "to": "c@mail.example"}),
        };
        let (method, path, body, status, response) = match number / 5 % 6 {
            0 | 1 => (
                "GET",
                format!("/api/v2/invoices?status=paid&page={}", number % 9),
                None,
                200,
                json!({"data": [invoice], "total": 1}),
            ),
            2 | 3 => (
                "GET",
                format!("/api/v2/invoices/{}", number % 100_000),
                None,
                200,
                invoice,
            ),
            4 => (
                "POST",
                "/api/v2/invoices".to_owned(),
                Some(json!({"total": 12.5, "customer_id": "x"})),
                201,
                invoice,
            ),
            _ => {
                let names = [
                    "ann", "bob", "cid", "dan", "eve", "fay", "gil", "hal", "ivy", "jon",
                ];
                (
                    "GET",
                    format!("/api/v2/accounts/{}/events", pick(&names, 7)),
                    None,
                    200,
                    json!([event]),
                )
            }
        };
        let exchange = json!({
            "time": format!("2026-05-{:02}T10:00:00Z", number % 7 + 1),
            "request": {"method": method, "url": format!("https://billing.example{path}"), "headers": {"Authorization": "Bearer abcdefghijklmnop", "content-type": "application/json"}, "body": body},
            "response": {"status": status, "headers": {"content-type": "application/json", "X-RateLimit-Remaining": "17"}, "body": response},
        });
        let _ = writeln!(lines, "{exchange}");
    }
    lines
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    wiredrift(folder, arguments, "")
}

#[test]
fn a_contract_is_inferred_from_traffic() {
    let files = folder(&[("traffic.ndjson", &traffic(1, 600, |_, _| {}))]);
    let inferred = run(
        files.path(),
        &[
            "infer",
            "traffic.ndjson",
            "--title",
            "Billing",
            "-o",
            "api.yaml",
            "--profile",
            "all.profile",
        ],
    );
    assert_eq!(
        (inferred.code, &*inferred.stdout, &*inferred.stderr),
        (0, "", "")
    );
    let text = fs::read_to_string(files.path().join("api.yaml")).expect("written");
    insta::assert_snapshot!(text);
    // It accepts what it was inferred from, and wiredrift finds no mistake in it.
    let checked = run(
        files.path(),
        &[
            "check",
            "traffic.ndjson",
            "-c",
            "api.yaml",
            "--fail-on",
            "info",
            "--no-ci",
        ],
    );
    assert_eq!(checked.code, 0, "{checked:?}");
    let linted = run(files.path(), &["lint", "api.yaml", "--fail-on", "warning"]);
    assert_eq!(linted.code, 0, "{linted:?}");
    // A profile gives the same.
    let from_profile = run(
        files.path(),
        &[
            "infer",
            "--from-profile",
            "all.profile",
            "--title",
            "Billing",
        ],
    );
    assert_eq!(from_profile.stdout, text);
    // JSON holds the same as YAML.
    run(
        files.path(),
        &[
            "infer",
            "--from-profile",
            "all.profile",
            "--title",
            "Billing",
            "-o",
            "api.json",
        ],
    );
    let diff = run(
        files.path(),
        &["diff", "api.yaml", "api.json", "--fail-on", "info"],
    );
    assert_eq!(diff.code, 0, "{diff:?}");
}

#[test]
fn few_exchanges_give_few_guesses() {
    let files = folder(&[("traffic.ndjson", &traffic(1, 12, |_, _| {}))]);
    let inferred = run(files.path(), &["infer", "traffic.ndjson"]);
    assert_eq!(inferred.code, 0, "{inferred:?}");
    assert!(!inferred.stdout.contains("enum:"), "{}", inferred.stdout);
    assert!(!inferred.stdout.contains("oneOf:"), "{}", inferred.stdout);
}

#[test]
fn payloads_without_a_path_give_a_json_schema() {
    let files = folder(&[
        (
            "list-pets.200.json",
            r#"[{"id": 1, "name": "Rex"}, {"id": 2, "name": "Tom", "tags": ["a"]}]"#,
        ),
        (
            "show-pet.200.json",
            r#"{"id": 1, "name": "Rex", "tags": []}"#,
        ),
        ("broken.json", r#"{"id": 1,"#),
    ]);
    let inferred = run(
        files.path(),
        &["infer", ".", "--plain", "--required-samples", "1"],
    );
    assert_eq!(inferred.code, 0, "{inferred:?}");
    insta::assert_snapshot!(format!("{}\n{}", inferred.stdout, inferred.stderr));
    let none = run(
        files.path(),
        &["infer", "show-pet.200.json", "--as", "openapi"],
    );
    assert_eq!(none.code, 2);
    insta::assert_snapshot!("no_operations", none.stderr);
}

#[test]
fn rust_types_are_written() {
    let files = folder(&[("traffic.ndjson", &traffic(1, 600, |_, _| {}))]);
    let inferred = run(files.path(), &["infer", "traffic.ndjson", "--rust"]);
    assert_eq!(inferred.code, 0, "{inferred:?}");
    insta::assert_snapshot!(inferred.stdout);
}

/// Set to write the example again.
const UPDATE: &str = "WIREDRIFT_UPDATE";

#[test]
fn the_example_of_inferred_types_is_up_to_date() {
    let inferred = run(
        root(),
        &[
            "infer",
            "samples/captures/exchanges.ndjson",
            "samples/periods",
            "--rust",
        ],
    );
    assert_eq!(inferred.code, 0, "{inferred:?}");
    let main = "
fn main() -> wiredrift::Result<()> {
    let contract = contract()?;
    let report = wiredrift::check(&contract)
        .captures([\"samples/captures/exchanges.ndjson\"])
        .run()?;
    report.assert_clean(wiredrift::Level::Error);
    Ok(())
}
";
    let text = format!("{}{main}", inferred.stdout);
    let path = root().join("examples/inferred.rs");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::write(&path, &text).expect("written");
    }
    assert_eq!(
        fs::read_to_string(path).expect("readable"),
        text,
        "run with {UPDATE}=1 to update"
    );
}

#[test]
fn a_contract_is_widened() {
    let contract = "openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\npaths:\n  /pets/{petId}: # one\n    get:\n      operationId: showPet\n      responses:\n        '200':\n          description: a pet\n          content:\n            application/json:\n              schema:\n                type: object\n                properties:\n                  kind: {enum: [cat]} # more to come\n";
    let capture = "GET /pets/1 HTTP/1.1\nHost: a.example\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"kind\": \"dog\", \"name\": \"Rex\"}\n";
    let files = folder(&[("pets.yaml", contract), ("pet.http", capture)]);
    let updated = run(
        files.path(),
        &["infer", "pet.http", "--update", "pets.yaml"],
    );
    assert_eq!(updated.code, 0, "{updated:?}");
    insta::assert_snapshot!(fs::read_to_string(files.path().join("pets.yaml")).expect("readable"));
}

#[test]
fn periods_are_compared() {
    let drifting = |number: u64, invoice: &mut Value| {
        if number.is_multiple_of(7) {
            invoice["total"] = json!("12.50");
        }
        if !number.is_multiple_of(5) {
            invoice["status"] = json!("void");
        }
        invoice["currency"] = json!("EUR");
    };
    let files = folder(&[
        ("may.ndjson", &traffic(1, 500, |_, _| {})),
        ("june.ndjson", &traffic(2, 500, |_, _| {})),
        ("july.ndjson", &traffic(3, 400, drifting)),
    ]);
    let same = run(
        files.path(),
        &["drift", "may.ndjson", "june.ndjson", "--fail-on", "info"],
    );
    assert_eq!(same.code, 0, "{same:?}");
    let drift = run(
        files.path(),
        &[
            "drift",
            "may.ndjson",
            "june.ndjson",
            "july.ndjson",
            "--fail-on",
            "warning",
        ],
    );
    assert_eq!(drift.code, 1);
    insta::assert_snapshot!(drift.stdout);
    // Profiles say the same, apart from the names.
    for period in ["may", "june", "july"] {
        run(
            files.path(),
            &[
                "infer",
                &format!("{period}.ndjson"),
                "--profile",
                &format!("{period}.profile"),
                "-q",
                "-o",
                "x.yaml",
            ],
        );
    }
    let profiles = run(
        files.path(),
        &[
            "drift",
            "may.profile",
            "june.profile",
            "july.profile",
            "--fail-on",
            "warning",
        ],
    );
    assert_eq!(profiles.code, 1);
    assert_eq!(profiles.stdout.replace(".profile", ".ndjson"), drift.stdout);
    for format in [
        "json", "ndjson", "markdown", "html", "sarif", "junit", "gitlab", "short",
    ] {
        let shown = run(
            files.path(),
            &["drift", "may.profile", "july.profile", "-o", format],
        );
        assert_eq!(shown.code, 0, "{format}: {shown:?}");
        assert!(
            shown.stdout.contains("currency"),
            "{format}: {}",
            shown.stdout
        );
    }
    let json = run(
        files.path(),
        &["drift", "may.profile", "july.profile", "-o", "json"],
    );
    let report: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(report["periods"]["list"][1]["exchanges"], 400);
    let keys: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["key"].as_str())
        .collect();
    insta::assert_snapshot!("keys_of_drift", keys.join("\n"));
}

#[test]
fn a_baseline_hides_known_drift() {
    let files = folder(&[
        ("may.ndjson", &traffic(1, 300, |_, _| {})),
        (
            "june.ndjson",
            &traffic(2, 300, |_, invoice| invoice["currency"] = json!("EUR")),
        ),
    ]);
    let arguments = [
        "drift",
        "may.ndjson",
        "june.ndjson",
        "--fail-on",
        "warning",
        "--baseline",
        "known.json",
    ];
    let first = run(
        files.path(),
        &[&arguments[..], &["--update-baseline"]].concat(),
    );
    assert_eq!(first.code, 0, "{first:?}");
    let second = run(files.path(), &arguments);
    assert_eq!(second.code, 0, "{second:?}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let files = folder(&[
        ("may.ndjson", &traffic(1, 5, |_, _| {})),
        ("empty.json", ""),
    ]);
    let mut shown = String::new();
    for arguments in [
        &["drift", "may.ndjson"][..],
        &["drift", "may.ndjson", "june.ndjson"],
        &["drift", "may.ndjson", "empty.json"],
        &["infer"],
        &["infer", "empty.json"],
        &["infer", "none"],
        &["infer", "may.ndjson", "--operation", "showPet"],
        &["drift", "may.ndjson", "may.ndjson", "--side", "request"],
    ] {
        let run = run(files.path(), arguments);
        assert_eq!(run.code, 2, "{run:?}");
        let _ = write!(
            shown,
            "$ wiredrift {}\n{}{}\n",
            arguments.join(" "),
            run.stdout,
            run.stderr
        );
    }
    insta::assert_snapshot!(shown);
}

/// A frame of `check --batch`.
fn frame(header: &Value, bytes: &[u8]) -> Vec<u8> {
    let mut frame = header.to_string().into_bytes();
    frame.push(b'\n');
    frame.extend_from_slice(bytes);
    frame.push(b'\n');
    frame
}

/// Checks a file in parts of some lines each, joins the profiles, and expects that of the whole file.
fn expect_same_in_parts(contract: &str, text: &str, hints: &[&str]) {
    let files = folder(&[("traffic.ndjson", text), ("api.yaml", contract)]);
    let options = [&["-c", "api.yaml"], hints].concat();
    let whole = run(
        files.path(),
        &[
            &[
                "check",
                "traffic.ndjson",
                "--profile",
                "whole.profile",
                "-o",
                "json",
            ],
            &options[..],
        ]
        .concat(),
    );
    let whole_profile = fs::read(files.path().join("whole.profile")).expect("written");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for size in [1, 7, 31, lines.len()] {
        let (mut byte, mut line, mut entries) = (0, 1, 0);
        let mut names = Vec::new();
        for (number, part) in lines.chunks(size).enumerate() {
            let bytes = part.concat();
            let header = json!({
                "file": "traffic.ndjson",
                "bytes": bytes.len(),
                "at": {"line": line, "byte": byte, "entries": entries},
                "format": whole_format(&whole),
            });
            let name = format!("part-{number}");
            let batch = [&["check", "--batch", "--profile", &name], &options[..]].concat();
            let run = wiredrift(files.path(), &batch, frame(&header, bytes.as_bytes()));
            assert_eq!((run.code, &*run.stdout, &*run.stderr), (0, "", ""));
            names.push(name);
            byte += bytes.len();
            line += part.len();
            entries += part.iter().filter(|line| !line.trim().is_empty()).count();
        }
        let names: Vec<&str> = names.iter().rev().map(String::as_str).collect();
        run(
            files.path(),
            &[&["merge", "-o", "all.profile"], &names[..]].concat(),
        );
        assert!(
            fs::read(files.path().join("all.profile")).expect("written") == whole_profile,
            "{size} lines"
        );
    }
    let joined = run(
        files.path(),
        &[
            "check",
            "--from-profile",
            "all.profile",
            "-c",
            "api.yaml",
            "-o",
            "json",
        ],
    );
    assert_eq!(joined, whole);
    assert!(whole.stdout.contains("enum-value"), "{whole:?}");
}

/// The format of the file in a report.
fn whole_format(report: &Run) -> Value {
    let report: Value = serde_json::from_str(&report.stdout).expect("JSON");
    report["sources"][0]["format"].clone()
}

#[test]
fn parts_of_a_file_give_the_profile_of_the_file() {
    let files = folder(&[("model.ndjson", &traffic(1, 600, |_, _| {}))]);
    let contract = run(files.path(), &["infer", "model.ndjson", "--plain"]).stdout;
    let void = |number: u64, invoice: &mut Value| {
        if number.is_multiple_of(6) {
            invoice["status"] = json!("void");
        }
    };
    let exchanges = traffic(4, 60, void);
    expect_same_in_parts(&contract, &exchanges, &[]);
    // Payloads, with blank lines, a line that was cut off, and one that is not UTF-8 text of JSON.
    let bodies = exchanges
        .lines()
        .filter(|line| line.contains("/invoices/"))
        .map(|line| {
            let exchange: Value = serde_json::from_str(line).expect("JSON");
            format!("{}\n", exchange["response"]["body"])
        });
    let bodies: Vec<String> = bodies.collect();
    let payloads = format!(
        "{}\n\r\n{}\n{}\u{fffd}\n{}",
        bodies[..9].concat(),
        &bodies[3][..70],
        bodies[4].trim_end(),
        bodies[9..].concat()
    );
    expect_same_in_parts(
        &contract,
        &payloads,
        &["--operation", "getInvoice", "--status", "200"],
    );
}

#[test]
fn frames_are_read_one_after_the_other() {
    let files = folder(&[("pets.yaml", include_str!("../profiles/pets.yaml"))]);
    let march = include_bytes!("../profiles/march.ndjson");
    let mut input = frame(
        &json!({"file": "march.ndjson", "bytes": march.len()}),
        march,
    );
    input.extend_from_slice(
        b"{\"file\": \"gone.har\", \"bytes\": 0, \"problem\": \"it cannot be read\"}\n",
    );
    let arguments = [
        "check",
        "--batch",
        "-c",
        "pets.yaml",
        "--profile",
        "all.profile",
    ];
    let run = wiredrift(files.path(), &arguments, input.clone());
    assert_eq!(run.code, 0, "{run:?}");
    let shown = wiredrift(
        files.path(),
        &[
            "check",
            "--from-profile",
            "all.profile",
            "-c",
            "pets.yaml",
            "--no-ci",
        ],
        "",
    );
    assert_eq!(shown.code, 2);
    insta::assert_snapshot!(shown.stdout);
    let mut errors = String::new();
    for (what, input) in [
        ("no header", b"captures\n".to_vec()),
        (
            "unknown member",
            b"{\"file\": \"a\", \"bytes\": 0, \"offset\": 1}\n\n".to_vec(),
        ),
        ("cut", input[..input.len() / 2].to_vec()),
        ("too long", frame(&json!({"file": "a", "bytes": 2}), b"{} ")),
    ] {
        let run = wiredrift(files.path(), &arguments, input);
        assert_eq!((run.code, &*run.stdout), (2, ""));
        let _ = write!(errors, "{what}: {}", run.stderr);
    }
    insta::assert_snapshot!("frames_that_are_wrong", errors);
}
