//! The outputs for CI systems, held against what reads them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{Run, folder, root, run_in};

/// What CI systems set.
const CI_VARIABLES: [&str; 6] = [
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "GITLAB_CI",
    "CI_PROJECT_DIR",
    "TF_BUILD",
    "TEAMCITY_VERSION",
];

/// The folder of a dependency.
fn package(name: &str) -> std::path::PathBuf {
    // Dependencies of other platforms may not have been downloaded.
    let version = std::process::Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("rustc runs");
    let version = String::from_utf8(version.stdout).expect("UTF-8");
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("a host");
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--filter-platform",
            host,
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let found = packages
        .iter()
        .find(|package| package["name"] == name)
        .expect("a dependency");
    let manifest = std::path::PathBuf::from(found["manifest_path"].as_str().expect("a path"));
    manifest.parent().expect("a folder").to_owned()
}

#[test]
fn sarif_is_what_its_schema_says() {
    let schema =
        fs::read_to_string(package("serde-sarif").join("src/schema.json")).expect("readable");
    let mut schema: Value = serde_json::from_str(&schema).expect("JSON");
    // The pattern has a bracket too many, which is an error since ECMA-262 has Unicode patterns.
    for owner in ["run", "toolComponent"] {
        schema["definitions"][owner]["properties"]["language"] = true.into();
    }
    let validator = jsonschema::validator_for(&schema).expect("compiles");
    for arguments in [
        &[
            "check",
            "samples/petstore/captures",
            "no such.har",
            "-c",
            "samples/petstore/openapi.yaml",
        ][..],
        &[
            "check",
            "samples/organisations",
            "-c",
            "organisations",
            "--coverage",
        ],
        &["lint", "samples/petstore/openapi.yaml"],
        &[
            "diff",
            "samples/petstore/openapi.yaml",
            "samples/petstore/next.yaml",
        ],
        &["diff", "organisations@v1", "organisations@v2"],
        &[
            "report",
            "organisations@v1",
            "organisations@v2",
            "samples/organisations",
        ],
    ] {
        let (_, stdout, stderr) = run_in(root(), &[arguments, &["-o", "sarif"]].concat(), "");
        let sarif: Value =
            serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
        let errors: Vec<String> = validator
            .iter_errors(&sarif)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
        let read: serde_sarif::sarif::Sarif = serde_json::from_value(sarif).expect("reads");
        assert_eq!(read.runs.len(), 1);
    }
}

#[test]
fn junit_counts_what_it_lists() {
    for (arguments, failures) in [
        (
            &[
                "check",
                "samples/petstore/captures/conforming",
                "-c",
                "samples/petstore/openapi.yaml",
            ][..],
            false,
        ),
        (
            &[
                "check",
                "samples/petstore/captures/drifting",
                "-c",
                "samples/petstore/openapi.yaml",
            ],
            true,
        ),
        (&["diff", "organisations@v1", "organisations@v1"], false),
        (&["diff", "organisations@v1", "organisations@v2"], true),
    ] {
        let (code, stdout, stderr) = run_in(root(), &[arguments, &["-o", "junit"]].concat(), "");
        assert_eq!(code == 1, failures, "{stderr}");
        let report = quick_junit::Report::deserialize_from_str(&stdout).expect("reads");
        assert!(report.tests > 0);
        assert_eq!(report.failures > 0, failures);
        let cases: usize = report
            .test_suites
            .iter()
            .map(|suite| suite.test_cases.len())
            .sum();
        assert_eq!(report.tests, cases);
    }
}

/// The report that GitLab reads: an array of entries with these members, and fingerprints that differ.
#[test]
fn gitlab_reads_its_report() {
    let schema = serde_json::json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^/]"},
                        "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}}
                    }
                }
            }
        }
    });
    let validator = jsonschema::validator_for(&schema).expect("compiles");
    for arguments in [
        &[
            "check",
            "samples/petstore/captures",
            "-c",
            "samples/petstore/openapi.yaml",
        ][..],
        &["check", "samples/organisations", "-c", "organisations"],
        &[
            "diff",
            "samples/petstore/openapi.yaml",
            "samples/petstore/next.yaml",
        ],
    ] {
        let (_, stdout, stderr) = run_in(root(), &[arguments, &["-o", "gitlab"]].concat(), "");
        let report: Value =
            serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let prints: std::collections::BTreeSet<&str> = report
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|entry| entry["fingerprint"].as_str())
            .collect();
        assert_eq!(prints.len(), report.as_array().expect("a list").len());
    }
}

#[test]
fn ci_systems_are_served_without_being_asked() {
    let folder = folder(&[]);
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "before\n").expect("written");
    let arguments = [
        "check",
        "samples/petstore/captures/drifting",
        "-c",
        "samples/petstore/openapi.yaml",
    ];
    let run = |more: &[&str], environment: &[(&str, &str)]| {
        let mut command = assert_cmd::Command::cargo_bin("wiredrift").expect("built");
        command.current_dir(root());
        for name in CI_VARIABLES {
            command.env_remove(name);
        }
        let output = command
            .args(arguments)
            .args(more)
            .envs(environment.iter().copied())
            .output()
            .expect("runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (text(output.stdout), text(output.stderr))
    };
    let github = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().expect("UTF-8")),
    ];
    let (stdout, stderr) = run(&["-o", "json"], &github);
    serde_json::from_str::<Value>(&stdout)
        .expect("standard output is the document that was asked for");
    assert!(
        stderr.contains("::error file=samples/petstore/captures/drifting/"),
        "{stderr}"
    );
    let written = fs::read_to_string(&summary).expect("readable");
    assert!(written.starts_with("before\n## ❌"), "{written}");
    // What was asked for is not written twice, and `--no-ci` adds nothing.
    let (stdout, stderr) = run(&["-o", "github"], &github);
    assert!(stdout.contains("::error ") && !stderr.contains("::error "));
    let (_, stderr) = run(&["--no-ci"], &github);
    assert_eq!(stderr, "");
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_PROJECT_DIR", folder.path().to_str().expect("UTF-8")),
    ];
    run(&["--quiet"], &gitlab);
    let report =
        fs::read_to_string(folder.path().join("gl-code-quality-report.json")).expect("written");
    assert!(report.contains("\"check_name\": \"missing-property\""));
}

#[test]
fn a_line_of_ndjson_is_a_finding() {
    let (_, stdout, _) = run_in(
        root(),
        &[
            "check",
            "samples/petstore/captures",
            "nothing.har",
            "-c",
            "samples/petstore/openapi.yaml",
            "-o",
            "ndjson",
        ],
        "",
    );
    let lines: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let (_, json, _) = run_in(
        root(),
        &[
            "check",
            "samples/petstore/captures",
            "nothing.har",
            "-c",
            "samples/petstore/openapi.yaml",
            "-o",
            "json",
        ],
        "",
    );
    let report: Value = serde_json::from_str(&json).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").len();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line["type"] == "finding")
            .count(),
        findings
    );
    assert_eq!(
        lines
            .iter()
            .filter(|line| line["type"] == "problem")
            .count(),
        1
    );
}

/// A run with the variables of a CI system.
fn run_with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = assert_cmd::Command::cargo_bin("wiredrift").expect("built");
    command.current_dir(folder).env_remove("COLUMNS");
    for name in CI_VARIABLES {
        command.env_remove(name);
    }
    let output = command
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Run {
        code: output.status.code().expect("ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A contract with one response.
fn contract(schema: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: Pets, version: '1'}}\npaths:\n  /pets:\n    get:\n      operationId: listPets\n      \
         responses:\n        '200':\n          description: ok\n          content: {{application/json: {{schema: \
         {schema}}}}}\n"
    )
}

const CHECK: [&str; 10] = [
    "check",
    "captures",
    "--contract",
    "api.yaml",
    "--operation",
    "listPets",
    "--side",
    "response",
    "--status",
    "200",
];

#[test]
fn captures_cannot_run_commands() {
    let schema = "{type: object, properties: {a: {type: string, enum: [x]}, b: {type: object, properties: {}}}}";
    let commands = [
        "::error title=injected::x",
        "::add-mask::x",
        "::stop-commands::x",
        "##[error]x",
        "##vso[task.complete]x",
        "##teamcity[x]",
    ];
    for command in commands {
        let name = format!("{} {command}", "n".repeat(30));
        let body =
            serde_json::json!({"a": format!("{} {command}", "b".repeat(30)), "b": {name: 1}});
        let folder = folder(&[
            ("api.yaml", &contract(schema)),
            ("captures/a.json", &body.to_string()),
        ]);
        for variable in ["GITHUB_ACTIONS", "TF_BUILD"] {
            for format in [
                "text", "short", "json", "ndjson", "markdown", "html", "sarif", "junit", "gitlab",
            ] {
                // Lines are wrapped at blanks, so that one may start with the command.
                for columns in (44..72).step_by(if format == "text" { 1 } else { 30 }) {
                    let columns = columns.to_string();
                    let environment = [(variable, "true"), ("COLUMNS", &columns)];
                    let arguments = [&CHECK[..], &["--no-ci", "--output", format]].concat();
                    let run = run_with(folder.path(), &arguments, &environment);
                    assert_eq!(run.code, 1, "{}", run.stderr);
                    for line in run.stdout.lines() {
                        let line = line.trim_start();
                        assert!(
                            !(line.starts_with("::") && line[2..].contains("::")),
                            "{line}"
                        );
                        for mark in ["##[", "##vso[", "##teamcity["] {
                            assert!(!line.contains(mark), "{format}: {line}");
                        }
                    }
                    if format == "json" {
                        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
                        assert!(
                            report.to_string().contains(command),
                            "the value is the same"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn what_was_not_asked_for_does_not_fail_a_run() {
    let folder = folder(&[
        ("api.yaml", &contract("{type: object}")),
        ("captures/a.json", "{}"),
    ]);
    for (environment, variable) in [
        (
            [
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_STEP_SUMMARY", "no/such/folder/s.md"),
            ],
            "GITHUB_STEP_SUMMARY",
        ),
        (
            [("GITLAB_CI", "true"), ("CI_PROJECT_DIR", "no/such/folder")],
            "CI_PROJECT_DIR",
        ),
    ] {
        let run = run_with(folder.path(), &CHECK, &environment);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(
            run.stderr
                .starts_with("warning: cannot write no/such/folder"),
            "{}",
            run.stderr
        );
        assert!(
            run.stderr.contains(variable) && run.stderr.contains("--no-ci"),
            "{}",
            run.stderr
        );
        let run = run_with(
            folder.path(),
            &[&CHECK[..], &["--no-ci"]].concat(),
            &environment,
        );
        assert_eq!((run.code, &*run.stderr), (0, ""));
    }
}

#[test]
fn every_error_that_ends_a_run_is_annotated() {
    let folder = folder(&[
        ("api.yaml", &contract("{type: object}")),
        ("captures/a.json", "{}"),
        ("empty/note.txt", ""),
        ("broken.toml", "fail-on ="),
    ]);
    let github = [("GITHUB_ACTIONS", "true")];
    for (arguments, message) in [
        (
            &["check", "captures", "-c", "missing.yaml"][..],
            "cannot read missing.yaml",
        ),
        (&["check", "empty", "-c", "api.yaml"], "the file is empty"),
        (
            &["diff", "api.yaml"],
            "required arguments were not provided",
        ),
        (
            &[
                "check",
                "captures",
                "-c",
                "api.yaml",
                "--config",
                "broken.toml",
            ],
            "broken.toml",
        ),
        (&["check", "missing.har", "-c", "api.yaml"], "missing.har"),
    ] {
        let run = run_with(folder.path(), arguments, &github);
        assert_eq!(run.code, 2, "{}", run.stderr);
        let annotations = run
            .stderr
            .lines()
            .filter(|line| line.starts_with("::error "));
        let annotations: Vec<&str> = annotations.collect();
        assert_eq!(annotations.len(), 1, "{}", run.stderr);
        assert!(annotations[0].contains(message), "{}", run.stderr);
        let run = run_with(folder.path(), &[arguments, &["--no-ci"]].concat(), &github);
        assert!(!run.stderr.contains("::error"), "{}", run.stderr);
    }
}

#[test]
fn a_step_summary_is_never_replaced_and_has_a_report_once() {
    let folder = folder(&[
        ("api.yaml", &contract("{type: object}")),
        ("captures/a.json", "{}"),
        ("summary.md", "before\n"),
    ]);
    let summary = folder.path().join("summary.md");
    let environment = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().expect("UTF-8")),
    ];
    let target = format!("markdown={}", summary.display());
    for _ in 0..2 {
        run_with(
            folder.path(),
            &[&CHECK[..], &["--output", &target]].concat(),
            &environment,
        );
    }
    let written = fs::read_to_string(&summary).expect("readable");
    assert!(written.starts_with("before\n## "), "{written}");
    assert_eq!(written.matches("## ✅").count(), 2, "{written}");
}

#[test]
fn code_scanning_gets_no_suppressed_results() {
    let folder = folder(&[
        (
            "api.yaml",
            &contract("{type: object, properties: {a: {type: string}}}"),
        ),
        ("captures/a.json", "{\"a\": 1}"),
    ]);
    let known = [&CHECK[..], &["--baseline", "known.json"]].concat();
    run_with(
        folder.path(),
        &[&known[..], &["--update-baseline"]].concat(),
        &[],
    );
    let github = ("GITHUB_ACTIONS", "true");
    for (environment, more, expected) in [
        (&[][..], &[][..], 1),
        (&[github], &[], 0),
        (&[github], &["--no-ci"], 1),
    ] {
        let arguments = [&known[..], &["--output", "sarif"], more].concat();
        let run = run_with(folder.path(), &arguments, environment);
        let log: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results").len();
        assert_eq!(results, expected, "{}", run.stdout);
    }
}

#[test]
fn runs_of_a_gitlab_job_share_their_report() {
    let folder = folder(&[
        (
            "api.yaml",
            &contract("{type: object, properties: {a: {type: string}}}"),
        ),
        (
            "next.yaml",
            &contract("{type: object, properties: {a: {type: integer}}}"),
        ),
        ("captures/a.json", "{\"a\": 1}"),
    ]);
    let path = folder.path().to_str().expect("UTF-8");
    let environment = [
        ("GITLAB_CI", "true"),
        ("CI_PROJECT_DIR", path),
        ("CI_JOB_ID", "7"),
    ];
    let names = || {
        let report =
            fs::read_to_string(folder.path().join("gl-code-quality-report.json")).expect("written");
        let entries: Vec<Value> = serde_json::from_str(&report).expect("JSON");
        let names = entries
            .iter()
            .map(|entry| entry["check_name"].as_str().expect("a name").to_owned());
        names.collect::<Vec<_>>().join(" ")
    };
    run_with(folder.path(), &CHECK, &environment);
    assert_eq!(names(), "wrong-type");
    run_with(
        folder.path(),
        &["diff", "api.yaml", "next.yaml"],
        &environment,
    );
    assert_eq!(names(), "wrong-type type-changed");
    run_with(folder.path(), &CHECK, &environment);
    assert_eq!(names(), "type-changed wrong-type");
}

/// The limit of a comment on GitHub.
#[test]
fn markdown_of_a_long_diff_fits_into_a_comment() {
    let members = |kind: &str| {
        let members = (0..700).map(|at| format!("property_{at}: {{type: {kind}}}"));
        members.collect::<Vec<_>>().join(", ")
    };
    let schema = |kind: &str| {
        contract(&format!(
            "{{type: object, properties: {{{}}}}}",
            members(kind)
        ))
    };
    let folder = folder(&[
        ("old.yaml", &schema("string")),
        ("new.yaml", &schema("integer")),
        ("captures/a.json", "{}"),
        ("summary.md", ""),
    ]);
    let summary = folder.path().join("summary.md");
    let environment = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().expect("UTF-8")),
    ];
    let run = run_with(
        folder.path(),
        &["diff", "old.yaml", "new.yaml", "--output", "markdown"],
        &[],
    );
    assert!(
        (60_000..65_536).contains(&run.stdout.chars().count()),
        "{}",
        run.stdout.len()
    );
    let whole = folder.path().join("report.md");
    let target = format!("markdown={}", whole.display());
    run_with(
        folder.path(),
        &["report", "old.yaml", "new.yaml", "--output", &target],
        &environment,
    );
    assert!(
        fs::read_to_string(&whole).expect("written").len() > 150_000,
        "a file has all of it"
    );
    let summary = fs::read_to_string(&summary).expect("readable");
    assert!(summary.chars().count() < 65_536, "{}", summary.len());
    assert!(summary.contains("This is the beginning of the report"));
}
