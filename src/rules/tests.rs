//! Every rule's documentation is run, and every rule is run against every example.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::capture::{Input, Reading};
use crate::contract::{Contract, LoadOptions, Operation, Registry, builtin};
use crate::diff::compare_contracts;
use crate::drift::drift;
use crate::learn::Learner;
use crate::lint::lint;
use crate::observe::{Observer, Options};
use crate::report::diff::change_text;
use crate::report::check::finding_text;

use super::*;

/// Set to bring the generated parts of the documentation up to date.
const UPDATE: &str = "WIREDRIFT_UPDATE";

fn doc_path(rule: &Rule) -> PathBuf {
    Path::new("docs/rules").join(format!("{}.md", rule.id))
}

/// The fenced block with this info string.
fn block<'d>(doc: &'d str, info: &str) -> Option<&'d str> {
    let (_, rest) = doc.split_once(&format!("```{info}\n"))?;
    rest.split_once("```").map(|(block, _)| block)
}

/// Runs the example of a rule's documentation: with a contract of its own (`schema` or `yaml contract`)
/// or a built-in one, on the captures in it, or on the contract itself.
pub(crate) fn findings(rule: &Rule, registry: &Registry) -> Vec<Finding> {
    if let Some(text) = block(rule.doc, "toml ignore") {
        return crate::cli::unused_in(text, "2026-11-29");
    }
    if let Some(findings) = drifting(rule) {
        return findings;
    }
    let own;
    let mut options = Options::default();
    let (asked, family): (Vec<&Contract>, Vec<&Contract>) =
        if let Some(schema) = block(rule.doc, "schema") {
            let schema = serde_json::from_str(schema).expect("the schema is JSON");
            own = Contract::describe("example", "v1", "")
                .operation(Operation::describe("example", "GET", "/").response_schema(200, schema))
                .build()
                .expect("the schema compiles");
            options.hint.operation = Some("example".to_owned());
            (vec![&own], vec![&own])
        } else if let Some(text) = block(rule.doc, "yaml contract") {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("api.yaml");
            std::fs::write(&path, text).expect("written");
            own = crate::contract::read(&path, &LoadOptions::default()).expect("loads");
            if rule.doc.contains("Checked by itself") {
                let mut findings = judge_contract(&own, &lint(&own), &Policy::default());
                for finding in &mut findings {
                    for evidence in &mut finding.evidence {
                        evidence.origin.file = "api.yaml".into();
                    }
                }
                return findings;
            }
            (vec![&own], vec![&own])
        } else {
            let (_, rest) = rule
                .doc
                .split_once("Checked against `")
                .expect("a contract");
            let (reference, _) = rest.split_once('`').expect("the end of the contract");
            let reference = reference
                .parse::<crate::contract::ContractRef>()
                .expect("a reference");
            let family = registry.versions(&reference.name).collect();
            (registry.find(&reference).expect("known"), family)
        };
    let mut observer = Observer::new(asked, family.clone(), options);
    let folder = tempfile::tempdir().expect("a folder");
    let archive = block(rule.doc, "har").map(|text| {
        let path = folder.path().join("capture.har");
        std::fs::write(&path, text).expect("written");
        path
    });
    let input = Input::Path(archive.clone().unwrap_or_else(|| doc_path(rule)));
    Reading::default().read(&[input], &mut observer);
    assert!(observer.problems.is_empty(), "{:?}", observer.problems);
    let mut findings = judge(&observer.profile, &family, &Policy::default());
    if archive.is_some() {
        for evidence in findings
            .iter_mut()
            .flat_map(|finding| &mut finding.evidence)
        {
            evidence.origin.file = "capture.har".into();
        }
    }
    for declared in findings
        .iter_mut()
        .flat_map(|finding| &mut finding.declared)
    {
        declared.file = "api.yaml".into();
    }
    findings
}

/// What differs between the two periods of a rule's documentation: `json old 40` has exchanges that occur 40 times each.
fn drifting(rule: &Rule) -> Option<Vec<Finding>> {
    let learnt = |period: &str| {
        let (_, rest) = rule.doc.split_once(&format!("```json {period} "))?;
        let (times, rest) = rest.split_once('\n')?;
        let (block, _) = rest.split_once("```")?;
        let lines = format!("{}\n", block.trim_end()).repeat(times.parse().ok()?);
        let input = Input::Memory {
            name: format!("{period}.ndjson").into(),
            bytes: lines.into_bytes().into(),
        };
        let mut observer = Observer::new(Vec::new(), Vec::new(), Options::default()).watched_by(Learner::default());
        Reading::default().read(&[input], &mut observer);
        Some(observer.unwatched().1.finish())
    };
    let (old, new) = (learnt("old")?, learnt("new")?);
    Some(judge_drift(&drift(&old, &new), &Policy::default()))
}

/// The changes between two contracts.
fn changes(old: &Contract, new: &Contract) -> Vec<Change> {
    let found = compare_contracts(old, new, &crate::diff::Options::default());
    let mut judged = judge_changes(&found.changes, old, new, &Policy::default());
    for judged in &mut judged {
        for (origin, name) in [(&mut judged.old, "old.yaml"), (&mut judged.new, "new.yaml")] {
            if let Some(origin) = origin {
                origin.file = name.into();
            }
        }
    }
    judged
}

/// The changes between the contracts of a rule's documentation; `None` where it has none.
pub(crate) fn documented_changes(rule: &Rule, registry: &Registry) -> Option<Vec<Change>> {
    if rule
        .doc
        .contains("wiredrift diff organisations@v1 organisations@v2")
    {
        let family: Vec<&Contract> = registry.versions("organisations").collect();
        return Some(changes(family[0], family[1]));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let load = |info: &str| {
        let path = folder.path().join("api.yaml");
        std::fs::write(&path, block(rule.doc, info)?).expect("written");
        let contract = crate::contract::read(&path, &LoadOptions::default()).expect("loads");
        assert!(
            contract.problems.is_empty(),
            "{}: {:?}",
            rule.id,
            contract.problems
        );
        Some(contract)
    };
    let (old, new) = (load("yaml old")?, load("yaml new")?);
    Some(changes(&old, &new))
}

#[test]
fn the_example_of_each_rule_gives_what_its_documentation_says() {
    let registry = builtin::registry().expect("compiles");
    for rule in CATALOGUE {
        let rendered: String = match documented_changes(rule, &registry) {
            Some(changes) => changes
                .iter()
                .filter(|change| *change.rule == **rule)
                .map(change_text)
                .collect(),
            None => findings(rule, &registry)
                .iter()
                .filter(|finding| *finding.rule == **rule)
                .map(finding_text)
                .collect(),
        };
        let rendered = crate::redact::without_styles(&rendered);
        let rendered = format!("{}\n", rendered.trim_end());
        assert!(
            rendered.len() > 1,
            "{}: the example does not show the rule",
            rule.id
        );
        let written = block(rule.doc, "text").expect("a block with the output");
        if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
            let old = format!("```text\n{written}```");
            let new = rule.doc.replace(&old, &format!("```text\n{rendered}```"));
            std::fs::write(doc_path(rule), new).expect("written");
        } else {
            assert_eq!(
                written, rendered,
                "{}: run with {UPDATE}=1 to update",
                rule.id
            );
        }
    }
}

#[test]
fn each_rule_has_a_documentation_of_the_same_form() {
    for rule in CATALOGUE {
        let headings: Vec<&str> = rule
            .doc
            .lines()
            .filter(|line| line.starts_with('#'))
            .collect();
        let title = format!("# {}", rule.id);
        let expected = [
            &*title,
            "## Example",
            "## How to fix it",
            "## How to silence it",
        ];
        assert_eq!(headings, expected);
        assert!(rule.since.split('.').count() == 3, "{}", rule.id);
    }
    let mut ids: Vec<&str> = CATALOGUE.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), CATALOGUE.len(), "ids are unique");
}

#[test]
fn every_rule_against_every_example() {
    let registry = builtin::registry().expect("compiles");
    let mut table = String::new();
    for rule in CATALOGUE {
        let fired_rules: Vec<&Rule> = match documented_changes(rule, &registry) {
            Some(changes) => changes.iter().map(|change| change.rule).collect(),
            None => findings(rule, &registry)
                .iter()
                .map(|finding| finding.rule)
                .collect(),
        };
        let mut fired: BTreeMap<&str, usize> = BTreeMap::new();
        for rule in fired_rules {
            *fired.entry(rule.id).or_default() += 1;
        }
        let fired: Vec<String> = fired
            .iter()
            .map(|(id, count)| format!("{id} {count}"))
            .collect();
        table.push_str(&format!("{}: {}\n", rule.id, fired.join(", ")));
    }
    insta::assert_snapshot!(table);
}

#[test]
fn conforming_captures_yield_nothing() {
    let registry = builtin::registry().expect("compiles");
    let family: Vec<&Contract> = registry.versions("organisations").collect();
    for (version, contract) in ["v1", "v2"].iter().zip(&family) {
        let mut observer = Observer::new(vec![contract], family.clone(), Options::default());
        let input = Input::Path(format!("samples/organisations/{version}").into());
        Reading::default().read(&[input], &mut observer);
        let findings = judge(&observer.profile, &family, &Policy::default());
        assert!(findings.is_empty(), "{findings:?}");
        assert!(observer.judged.len() > 1);
    }
}

#[test]
fn the_table_of_rules_is_up_to_date() {
    let mut table = String::from(
        "# Rules\n\nGenerated from the catalogue. `--level RULE=LEVEL` sets a level for a run; a side \
         that a rule never applies to has the level of the other.\n\n| rule | in requests | in responses | \
         since | what it is about |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in CATALOGUE {
        table.push_str(&format!(
            "| [{id}]({id}.md) | {} | {} | {} | {} |\n",
            rule.request,
            rule.response,
            rule.since,
            rule.summary,
            id = rule.id
        ));
    }
    let path = "docs/rules/README.md";
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::write(path, table).expect("written");
    } else {
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(written, table, "run with {UPDATE}=1 to update");
    }
}

#[test]
fn levels_follow_side_and_policy() {
    let registry = builtin::registry().expect("compiles");
    let family: Vec<&Contract> = registry.versions("organisations").collect();
    let levels = |policy: &Policy| {
        let mut observer = Observer::new(vec![family[1]], family.clone(), Options::default());
        let input = Input::Path("samples/organisations/v1".into());
        Reading::default().read(&[input], &mut observer);
        let findings = judge(&observer.profile, &family, policy);
        let of_archived = findings
            .iter()
            .flat_map(|finding| [finding].into_iter().chain(&finding.differences))
            .find(|finding| finding.properties.iter().any(|seen| &*seen.value == "archived"));
        of_archived.map(|finding| finding.level)
    };
    assert_eq!(levels(&Policy::default()), Some(Level::Warning));
    let strict = Policy {
        strict: true,
        ..Policy::default()
    };
    assert_eq!(levels(&strict), Some(Level::Error));
    let set = |level| Policy {
        strict: true,
        levels: BTreeMap::from([(catalogue::UNDECLARED_PROPERTY.id, level)]),
        ..Policy::default()
    };
    assert_eq!(levels(&set(Level::Info)), Some(Level::Info));
    assert_eq!(levels(&set(Level::Off)), None);
}

/// docs/report.md says of each rule whom it affects, as the code has it.
#[test]
fn the_docs_say_whom_each_change_affects() {
    use crate::diff::{Fact, Sender};
    use crate::migrate::impact::of_fact;

    let docs = include_str!("../../docs/report.md");
    let words = |fact, sender| {
        let required = of_fact(fact, sender, false);
        let optional = of_fact(fact, sender, true);
        match required == optional {
            true => required.words().to_owned(),
            false => format!(
                "required: {}; optional: {}",
                required.words(),
                optional.words()
            ),
        }
    };
    let mut missing = Vec::new();
    for fact in Fact::ALL {
        let (request, response) = (words(*fact, Sender::Client), words(*fact, Sender::Server));
        let response = match response == request {
            true => "the same".to_owned(),
            false => response,
        };
        let line = format!("| `{}` | {request} | {response} |\n", fact.rule().id);
        if !docs.contains(&line) {
            missing.push(line);
        }
    }
    assert!(
        missing.is_empty(),
        "docs/report.md lacks:\n{}",
        missing.concat()
    );
}
