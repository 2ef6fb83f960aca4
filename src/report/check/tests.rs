//! Every renderer shows the same fixed report.

use serde_json::Value;

use crate::capture::{Input, Reading};
use crate::contract::{Contract, builtin};
use crate::observe::{Observer, Options};
use crate::rules::Policy;
use crate::rules::judge;

use super::*;

/// The drifting samples against v2.
fn report() -> Report {
    let registry = builtin::registry().expect("compiles");
    let family: Vec<&Contract> = registry.versions("organisations").collect();
    let mut observer = Observer::new(vec![family[1]], family.clone(), Options::default());
    let inputs = [
        Input::Path("samples/organisations/drift".into()),
        Input::Path("samples/no-such-file.json".into()),
    ];
    Reading::default().read(&inputs, &mut observer);
    let findings = judge(&observer.profile, &family, &Policy::default());
    Report::new("organisations@v2", &[family[1]], observer.into_observation(), findings)
}

#[test]
fn the_text_report_reads_well() {
    let text = text(&report(), TextOptions {
            payloads: true,
            ..TextOptions::default()
        });
    insta::assert_snapshot!(crate::redact::without_styles(&text));
}

#[test]
fn the_json_report_reads_well() {
    let mut json: Value = serde_json::from_str(&json(&report())).expect("JSON");
    json["wiredrift"] = "(version)".into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).expect("serialises"));
}

#[test]
fn the_json_report_is_what_its_schema_says() {
    let json: Value = serde_json::from_str(&json(&report())).expect("JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&json_schema())
        .expect("compiles");
    let errors: Vec<String> = validator
        .iter_errors(&json)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn each_renderer_shows_every_finding_and_problem() {
    let report = report();
    // Lines that are not wrapped.
    let options = TextOptions {
        width: 10_000,
        coverage: true,
        ..TextOptions::default()
    };
    let text = text(&report, options);
    let text = crate::redact::without_styles(&text);
    let json: Value = serde_json::from_str(&json(&report)).expect("JSON");
    assert_eq!(
        json["findings"].as_array().expect("array").len(),
        report.findings.len()
    );
    assert_eq!(
        json["problems"].as_array().expect("array").len(),
        report.problems.len()
    );
    let headlines = report.findings.iter().filter(|finding| {
        let headline = format!(
            "{}[{}]: {}\n",
            finding.level, finding.rule.id, finding.headline()
        );
        text.contains(&headline)
    });
    assert_eq!(headlines.count(), report.findings.len());
    for problem in &report.problems {
        assert!(text.contains(&problem.message), "{problem:?}");
    }
    let starts = text.lines().filter(|line| {
        ["error[", "warning[", "info["]
            .iter()
            .any(|level| line.starts_with(level))
    });
    assert_eq!(starts.count(), report.findings.len());
}

#[test]
fn keys_tell_findings_apart() {
    let report = report();
    let mut keys: Vec<String> = report.findings.iter().map(|finding| finding.key.to_string()).collect();
    keys.sort();
    let before = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), before, "{keys:#?}");
}

#[test]
fn no_secret_of_the_samples_reaches_a_report() {
    let report = report();
    let text = text(&report, TextOptions {
            payloads: true,
            ..TextOptions::default()
        });
    for rendered in [text, json(&report)] {
        assert!(!rendered.contains("4f1c0e8a9b7d"));
    }
}

#[test]
fn the_text_names_suggest_where_it_can_help() {
    let hint = "If the contract is wrong, `--suggest` proposes edits of it.\n";
    for names_suggest in [true, false] {
        let options = TextOptions {
            names_suggest,
            ..TextOptions::default()
        };
        assert_eq!(text(&report(), options).ends_with(hint), names_suggest);
    }
}
