//! The report on captures, as people and programs read it.

use crate::contract::builtin;
use crate::capture::{Input, Reading};
use crate::observe::{Observer, Options};
use crate::redact::without_styles;
use crate::report::Render as _;
use crate::survey::Survey;

use super::*;

/// The report on these samples.
fn report(contract: Option<&str>, paths: &[&str]) -> CapturesReport {
    let registry = builtin::registry().expect("compiles");
    let reference = contract.unwrap_or("organisations").parse().expect("a reference");
    let asked = match contract {
        Some(_) => registry.find(&reference).expect("known"),
        None => Vec::new(),
    };
    let versions = asked.iter().map(|contract| contract.reference()).collect();
    let mut observer = Observer::new(asked.clone(), asked, Options::default()).watched_by(Survey::default());
    let inputs: Vec<Input> = paths.iter().map(|path| Input::Path((*path).into())).collect();
    Reading::default().read(&inputs, &mut observer);
    let (observer, survey) = observer.unwatched();
    CapturesReport {
        contract: contract.map(str::to_owned),
        versions,
        files: survey.finish(&observer.sources),
        problems: observer.problems,
        problems_met: observer.problems_met,
        skipped: observer.skipped,
        now: "2026-11-29T12:00:00Z".parse().expect("a time"),
    }
}

fn text(report: &CapturesReport, stale: bool) -> String {
    let options = CapturesOptions {
        columns: Columns(80),
        stale,
    };
    without_styles(&report.render(CapturesFormat::Text, options))
}

#[test]
fn what_captures_hold_reads_well() {
    insta::assert_snapshot!(text(&report(None, &["samples/captures", "samples/petstore/captures"]), false));
}

#[test]
fn operations_are_those_of_the_contract() {
    insta::assert_snapshot!(text(&report(Some("organisations"), &["samples/organisations"]), false));
}

#[test]
fn stale_captures_come_first() {
    insta::assert_snapshot!(text(&report(Some("organisations"), &["samples/organisations"]), true));
}

#[test]
fn programs_read_the_same() {
    let json = report(Some("organisations@v2"), &["samples/organisations/drift"]);
    let json = json.render(CapturesFormat::Json, CapturesOptions::default());
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let validator = jsonschema::validator_for(&json_schema()).expect("compiles");
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    insta::assert_snapshot!(json);
}
