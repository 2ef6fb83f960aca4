//! Both engines and any number of threads give the same report, byte for byte.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::common::wiredrift;

/// The JSON report of a check.
fn report(folder: &Path, arguments: &[&str], engine: &str, jobs: &str) -> (i32, String) {
    let how = ["--engine", engine, "--jobs", jobs, "--output", "json"];
    let run = wiredrift(folder, &[&["check"], arguments, &how].concat(), "");
    (run.code, run.stdout)
}

/// Engines and threads that are held against the reference on one thread.
const ALL: [(&str, &str); 4] = [
    ("streaming", "1"),
    ("streaming", "2"),
    ("streaming", "7"),
    ("reference", "3"),
];

fn assert_alike(folder: &Path, arguments: &[&str], others: &[(&str, &str)]) {
    let (code, expected) = report(folder, arguments, "reference", "1");
    assert!(!expected.is_empty(), "{arguments:?}");
    for (engine, jobs) in others {
        let found = report(folder, arguments, engine, jobs);
        let name = format!("{arguments:?} {engine} {jobs}");
        assert_same(&name, &expected, &found.1);
        assert_eq!(code, found.0, "{name}");
    }
}

fn assert_same(name: &str, expected: &str, found: &str) {
    let mut lines = expected.lines().zip(found.lines());
    let differs = lines.find(|(expected, found)| expected != found);
    assert_eq!(differs, None, "{name}");
    assert_eq!(expected.len(), found.len(), "{name}");
}

#[test]
fn samples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for arguments in [
        ["samples/organisations", "--contract", "organisations@v2"].as_slice(),
        &["samples/organisations", "--contract", "organisations@v1"],
        &["samples/organisations", "--contract", "organisations"],
        &[
            "samples/organisations/v2",
            "samples/no-such-file.json",
            "--contract",
            "organisations@v2",
        ],
        &[
            "samples/makeleaps-clients",
            "--contract",
            "makeleaps-clients",
        ],
        &[
            "samples/petstore/captures",
            "--contract",
            "samples/petstore/openapi.yaml",
        ],
        &[
            "samples/petstore/captures",
            "samples/petstore/captures",
            "--contract",
            "samples/petstore/openapi.yaml",
        ],
    ] {
        assert_alike(root, arguments, &ALL);
    }
}

/// Lines of lists of organisations: clean ones, drifted ones, and what is not JSON.
fn lines(count: usize) -> String {
    let mut text = String::new();
    for line in 0..count {
        match line % 97 {
            13 => text.push_str("{\"object\":\"paginated_list\",\"data\":[{\"id\":1,\"id\":2}]}"),
            31 => text
                .push_str("{\"object\":\"paginated_list\",\"data\":[{\"id\":1,\"name\":\"x\"},]}"),
            45 => text.push_str("   \t"),
            57 => text.push_str("not JSON"),
            71 => text.push_str(
                "{\"object\":\"paginated_list\",\"data\":[{\"object\":\"organisation\",\"id\":",
            ),
            _ => list(&mut text, line),
        }
        text.push_str(if line % 11 == 0 { "\r\n" } else { "\n" });
    }
    text
}

fn list(text: &mut String, line: usize) {
    let data: Vec<String> = (0..3 + line % 5)
        .map(|index| {
            let number = line * 7 + index;
            let id = match number % 41 {
                0 => "\"four\"".to_owned(),
                1 => "4.0".to_owned(),
                2 => "12345678901234567890123".to_owned(),
                3 => "1e3".to_owned(),
                _ => number.to_string(),
            };
            let jurisdiction = ["null", "\"gb\"", "\"xk\"", "\"gb_sct\"", "7"][number % 5];
            let time = [
                "2022-11-01T03:15:03Z",
                "2022-11-01T03:15:03+00:00",
                "2022-11-01T03:15:03.123Z",
                "2022-02-30T03:15:03Z",
                "2-25-09-01T02:47:14Z",
                "{{ created }}",
            ][number % 6];
            let extra = match number % 13 {
                0 => ",\"score\":{\"a\":[1,2,{\"b\":null}]}",
                1 => ",\"sc\\u006fre\":1",
                2 => ",\"token\":\"abc\"",
                _ => "",
            };
            format!(
                "{{\"object\":\"organisation\",\"id\":{id},\"name\":\"Caf\u{e9} \\\"{number}\\\" \\ud83d\\ude00\",\
                 \"company_number\":null,\"jurisdiction\":{jurisdiction},\"created_at\":\"{time}\",\
                 \"updated_at\":\"2022-11-01T03:15:03Z\"{extra}}}"
            )
        })
        .collect();
    let _ = write!(
        text,
        "{{\"object\":\"paginated_list\",\"data\":[{}],\"total\":{line}, \"count\" : 3,\"limit\":60,\
         \"current_page\":1,\"total_pages\":1,\"links\":null}}",
        data.join(",")
    );
}

#[test]
fn many_lines_and_many_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = lines(1_300);
    assert!(text.len() > 1 << 20, "{}", text.len());
    fs::write(folder.path().join("list-organisations.v2.ndjson"), &text).expect("written");
    fs::create_dir(folder.path().join("many")).expect("a folder");
    for (number, line) in text.lines().take(150).enumerate() {
        let path = format!("many/list-organisations.{number}.response.200.json");
        fs::write(folder.path().join(path), line).expect("written");
    }
    let others = [("streaming", "1"), ("streaming", "3")];
    let told = [
        "--operation",
        "list-organisations",
        "--side",
        "response",
        "--status",
        "200",
    ];
    let contract = ["--contract", "organisations@v2"];
    let file = ["list-organisations.v2.ndjson"];
    assert_alike(
        folder.path(),
        &[&file[..], &contract, &told].concat(),
        &others,
    );
    assert_alike(folder.path(), &[&file[..], &contract].concat(), &others);
    assert_alike(
        folder.path(),
        &[&["many"][..], &contract, &told].concat(),
        &others,
    );
    assert_alike(
        folder.path(),
        &[&["many", "list-organisations.v2.ndjson"], &contract[..]].concat(),
        &others,
    );
    // A line over the limit is passed over, wherever a block ends; white space before a line is not.
    let white = " ".repeat(700_000);
    let long = "x".repeat(600_000);
    let long = format!(
        "{}{long}\n{}{white}{}{white}\n",
        lines(40),
        lines(40),
        lines(40)
    );
    fs::write(folder.path().join("long.ndjson"), long.repeat(3)).expect("written");
    let limit = ["--max-body", "300KiB", "--keep-going"];
    assert_alike(
        folder.path(),
        &[&["long.ndjson"][..], &contract, &told, &limit].concat(),
        &others,
    );
}

/// Payloads of every sort, of which nothing says what they are.
fn mixed(count: usize) -> String {
    let v1 = |id: usize| {
        format!(
            "{{\"id\":{id},\"name\":\"A\",\"company_number\":null,\"jurisdiction\":null,\"archived\":false,\
             \"created_at\":\"2022-11-01T03:15:03+00:00\",\"updated_at\":\"2022-11-01T03:15:03+00:00\",\
             \"clients_count\":0,\"links\":{{\"show\":\"/organisations/{id}\",\
             \"api\":{{\"update\":\"/api/organisations/{id}\"}}}}}}"
        )
    };
    let v2 = |id: usize| {
        format!(
            "{{\"object\":\"organisation\",\"id\":{id},\"name\":\"A\",\"company_number\":null,\
             \"jurisdiction\":null,\"created_at\":\"2022-11-01T03:15:03Z\",\
             \"updated_at\":\"2022-11-01T03:15:03Z\"}}"
        )
    };
    let list = |of: &dyn Fn(usize) -> String, length: usize| {
        let elements: Vec<String> = (1..=length).map(of).collect();
        elements.join(",")
    };
    let mut text = String::new();
    for line in 0..count {
        // One after the other, and many alike in a row.
        let sort = if line / 150 % 2 == 0 {
            line % 15
        } else {
            line / 10 % 15
        };
        let length = line % 7;
        let payload = match sort {
            0 | 1 => format!(
                "{{\"object\":\"paginated_list\",\"data\":[{}],\"total\":60,\"count\":3,\"limit\":60,\
                 \"current_page\":1,\"total_pages\":1,\"links\":null}}",
                list(&v2, length)
            ),
            2 => format!("{{\"data\":[{}]}}", list(&v1, length)),
            3 => v2(line),
            4 => v1(line),
            5 => "{\"error\":\"Not found.\"}".to_owned(),
            6 => "{\"quite\":\"other\"}".to_owned(),
            7 => ["[]", "{}", "null", "[1]", "{\"data\":[]}"][length % 5].to_owned(),
            8 => "{\"name\":\"A\"}".to_owned(),
            9 => v2(line).replace("\"id\":", "\"new\":1,\"id\":"),
            10 => v2(line).replace("\"id\":", "\"name\":\"B\",\"id\":"),
            11 => v1(line).replace("0,", "\"0\","),
            12 => v2(line).replace("\"name\":\"A\",", ""),
            13 => v2(line).replace('}', ",}"),
            _ => format!(
                "{{\"object\":\"paginated_list\",\"data\":[{}]",
                list(&v2, 5)
            ),
        };
        text += &payload;
        text.push('\n');
    }
    text
}

#[test]
fn payloads_that_are_guessed() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("log.ndjson"), mixed(600)).expect("written");
    let others = [("streaming", "1")];
    let hints: [&[&str]; 6] = [
        &[],
        &["--side", "response"],
        &["--status", "404"],
        &["--status", "599"],
        &["--operation", "retrieve-organisation"],
        &["--operation", "list-organisations", "--side", "response"],
    ];
    for contract in ["organisations", "organisations@v1", "organisations@v2"] {
        for hint in hints {
            let arguments = [&["log.ndjson", "--contract", contract], hint].concat();
            assert_alike(folder.path(), &arguments, &others);
        }
    }
}

/// Numbers that are equal however they are written, at the top and inside arrays and objects.
#[test]
fn numbers_in_constants() {
    let folder = tempfile::tempdir().expect("a folder");
    let numbers = [
        "1.2345678901234567e+19",
        "12345678901234567000",
        "12345678901234567001",
        "-0.0",
        "1e3",
        "1000",
        "0",
    ];
    let mut payloads = String::new();
    for number in numbers {
        for payload in [
            number.to_owned(),
            format!("[{number}]"),
            format!("{{\"a\": {number}}}"),
        ] {
            let _ = writeln!(payloads, "{payload}");
        }
    }
    fs::write(folder.path().join("sent.ndjson"), payloads).expect("written");
    for (number, conforming) in [
        ("1.2345678901234567e+19", 2),
        ("12345678901234567000", 2),
        ("1e3", 2),
        ("0", 2),
        ("12345678901234567001", 1),
    ] {
        for constant in [
            number.to_owned(),
            format!("[{number}]"),
            format!("{{\"a\": {number}}}"),
        ] {
            for schema in [
                format!("{{\"const\": {constant}}}"),
                format!("{{\"enum\": [7, {constant}]}}"),
            ] {
                let document = format!(
                    r#"{{"openapi": "3.1.0", "info": {{"title": "numbers", "version": "1"}}, "paths": {{"/a": {{"get": {{"operationId": "a", "responses": {{"200": {{"description": "", "content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}}}}}}"#
                );
                fs::write(folder.path().join("numbers.json"), document).expect("written");
                let arguments = [
                    "sent.ndjson",
                    "--contract",
                    "numbers.json",
                    "--operation",
                    "a",
                ];
                assert_alike(folder.path(), &arguments, &ALL);
                let (_, report) = report(folder.path(), &arguments, "streaming", "1");
                let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
                assert_eq!(
                    report["summary"]["verdicts"][0],
                    serde_json::json!({"verdict": "conforms", "count": conforming}),
                    "{schema}"
                );
            }
        }
    }
}

/// A compressed stream that ends too early, with a line over the limit in it: what was read before is
/// still told, and each problem once, in its place.
#[test]
fn a_stream_that_breaks() {
    use std::io::Write as _;

    let folder = tempfile::tempdir().expect("a folder");
    let (before, behind) = (lines(700), lines(600));
    let long = format!("\"{}\"\n", "x".repeat(900_000));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for part in [&before, &long, &behind] {
        encoder.write_all(part.as_bytes()).expect("compressed");
    }
    let whole = encoder.finish().expect("compressed");
    let name = "list-organisations.v2.ndjson.gz";
    fs::write(folder.path().join(name), &whole[..whole.len() * 9 / 10]).expect("written");
    let arguments = [
        name,
        "--contract",
        "organisations@v2",
        "--max-body",
        "400000",
    ];
    assert_alike(folder.path(), &arguments, &ALL);
    let (code, report) = report(folder.path(), &arguments, "streaming", "2");
    assert_eq!(code, 2);
    for told in [
        "the compressed data ends too early",
        "is over the limit of 400000",
    ] {
        assert_eq!(report.matches(told).count(), 1, "{told}");
    }
}

/// Captures in every format, and a log and a trace that threads share.
#[test]
fn every_format() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let contract = root.join("samples/captures/library.yaml");
    let contract = contract.to_str().expect("UTF-8");
    assert_alike(root, &["samples/captures", "--contract", contract], &ALL);
    let folder = tempfile::tempdir().expect("a folder");
    let text = |name: &str| fs::read_to_string(root.join(name)).expect("readable");
    let lines = ["application", "apache", "kong"]
        .map(|name| text(&format!("samples/captures/logs/{name}.log")));
    let long = lines.concat().repeat(500);
    let broken = format!("{long}{{\"method\":\"GET\",\n{long}");
    fs::write(folder.path().join("app.log"), broken).expect("written");
    assert_alike(folder.path(), &["app.log", "--contract", contract], &ALL);
    let trace = text("samples/captures/playwright/trace.network").repeat(600);
    fs::write(folder.path().join("trace.network"), trace).expect("written");
    let arguments = ["trace.network", "--contract", contract, "--keep-going"];
    assert_alike(folder.path(), &arguments, &ALL);
}
