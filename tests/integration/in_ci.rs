//! Runs in CI systems: what they add, and what they must not do.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{Run, folder, root};

/// What CI systems set.
const CI_VARIABLES: [&str; 6] = [
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "GITLAB_CI",
    "CI_PROJECT_DIR",
    "TF_BUILD",
    "TEAMCITY_VERSION",
];

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
        (&["diff", "api.yaml"], "the contract NEW was not given"),
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
