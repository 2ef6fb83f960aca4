//! What is inferred accepts all that it was inferred from.

use proptest::prelude::*;

use super::*;
use crate::capture::{Input, Reading};
use crate::contract::{Contract, LoadOptions, read};
use crate::learn::Learner;
use crate::learn::generated::line;
use crate::observe::{Observation, Observer, Options as Observing, PayloadVerdict, Preparation};
use crate::rules::{Level, Policy, judge};
use crate::source::edit::edited;

fn inputs(lines: &[String]) -> Vec<Input> {
    vec![Input::Memory {
        name: "generated.ndjson".into(),
        bytes: (lines.join("\n") + "\n").into_bytes().into(),
    }]
}

fn learnt(lines: &[String]) -> Learnt {
    let observer = Observer::new(Vec::new(), Vec::new(), Observing::default()).watched_by(Learner::default());
    let observer = observer.read(&inputs(lines), &Reading::default(), Preparation::default());
    observer.unwatched().1.finish()
}

fn observed(contract: &Contract, lines: &[String]) -> Observation {
    let observer = Observer::new(vec![contract], vec![contract], Observing::default());
    observer.read(&inputs(lines), &Reading::default(), Preparation::default()).into_observation()
}

/// What the contract does not accept of what it was inferred from.
fn rejected(contract: &Contract, lines: &[String]) -> Vec<String> {
    let observation = observed(contract, lines);
    let findings = judge(&observation.profile, &[contract], &Policy::default());
    // A line that is no JSON is one of no contract.
    let known = ["malformed-json", "unmatched-payload", "ambiguous-operation"];
    let findings = findings.iter().filter(|finding| finding.level > Level::Info && !known.contains(&finding.rule.id));
    let mut found: Vec<String> = findings.map(ToString::to_string).collect();
    if let Some(count) = observation.profile.verdicts.get(&PayloadVerdict::Deviates) {
        found.push(format!("{} deviate", count.0));
    }
    found
}

/// A contract with the operations that it lacks.
fn completed(text: &str, lines: &[String]) -> (String, Contract) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("api.json");
    let load = |text: &str| {
        std::fs::write(&path, text).expect("written");
        read(&path, &LoadOptions::default()).expect("a contract")
    };
    let contract = load(text);
    let observer = Observer::new(vec![&contract], vec![&contract], Observing::default());
    let observer = observer.watched_by(Missing::new(&contract));
    let observer = observer.read(&inputs(lines), &Reading::default(), Preparation::default());
    let (observer, missing) = observer.unwatched();
    let additions = missing.additions(&observer.profile.hosts, &Options::default());
    let edits: Vec<_> = additions.edits.into_iter().map(|addition| addition.edit).collect();
    let text = edited(text, &edits).expect("edited");
    let contract = load(&text);
    (text, contract)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_contract_accepts_the_traffic_that_it_was_inferred_from(
        lines in prop::collection::vec(line(), 1..60),
        required_samples in 1_u64..12,
    ) {
        let exchanges: Vec<String> = lines.into_iter().filter(|line| line.contains("request")).collect();
        let options = Options { required_samples, ..Options::default() };
        if let Some(document) = openapi(&learnt(&exchanges), &options) {
            let contract = Contract::from_openapi(&document).expect("a contract");
            prop_assert_eq!(contract.unusable(), 0);
            prop_assert_eq!(rejected(&contract, &exchanges), Vec::<String>::new(), "{}", document);
        }
    }

    #[test]
    fn a_schema_accepts_the_payloads_that_it_was_inferred_from(
        lines in prop::collection::vec(line(), 1..60),
    ) {
        let payloads: Vec<String> = lines.into_iter().filter(|line| !line.contains("request")).collect();
        if let Some(schema) = json_schema(&learnt(&payloads), &Options { required_samples: 1, ..Options::default() }) {
            for payload in payloads {
                if let Ok(payload) = serde_json::from_str(&payload) {
                    prop_assert_eq!(crate::schema::crate_accepts(&schema, &payload), Some(true), "{}", schema);
                }
            }
        }
    }

    #[test]
    fn a_contract_with_what_it_lacked_accepts_the_traffic(
        lines in prop::collection::vec(line(), 1..60),
        version in prop::sample::select(vec!["3.0.3", "3.1.0"]),
    ) {
        let is_answered = |line: &String| line.contains("request") && !line.contains("\"status\":404");
        let exchanges: Vec<String> = lines.into_iter().filter(is_answered).collect();
        let operation = serde_json::json!({"responses": {"default": {"description": "any"}}});
        let text = serde_json::json!({
            "openapi": version,
            "info": {"title": "Pets", "version": "1"},
            "servers": [{"url": "https://pets.example"}],
            "paths": {
                "/pets": {"put": operation},
                "/pets/{pet}": {
                    "parameters": [{"name": "pet", "in": "path", "required": true, "schema": {"type": "string"}}],
                    "put": operation,
                },
            },
        });
        let (text, contract) = completed(&format!("{text:#}\n"), &exchanges);
        prop_assert_eq!(contract.unusable(), 0, "{}", text);
        prop_assert_eq!(rejected(&contract, &exchanges), Vec::<String>::new(), "{}", text);
        // Nothing is left to add.
        prop_assert_eq!(completed(&text, &exchanges).0, text);
    }
}
