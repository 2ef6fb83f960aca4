//! The outputs for CI systems, held against what reads them.

use std::fs;

use serde_json::Value;

use crate::common::{root, run_in};

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
