//! Reports problems in a contract itself.

use std::collections::BTreeMap;

use crate::redact::{Excerpt, sanitised};
use crate::contract::Contract;
use crate::lint::{LintFact, LintKind};
use crate::location::Pointer;
use crate::observe::{EVIDENCE_KEPT, Evidence};
use crate::schema::{Place, ProblemKind};

use crate::redact::Shown;

use super::scope::Spot;
use super::catalogue::{self as rules, Level, Rule};
use super::traffic::words;
use super::finding::{Finding, Matter, Unit};
use super::key::{Key, place_in};
use super::policy::Policy;
use super::order::in_order;
use super::places::Places;

/// Reports the problems in a contract: one finding per cause.
#[must_use]
pub fn judge_contract(contract: &Contract, facts: &[LintFact], policy: &Policy) -> Vec<Finding> {
    let mut places = Places::new([contract]);
    let mut groups: BTreeMap<(&str, String), Finding> = BTreeMap::new();
    for fact in facts {
        let words = words(fact);
        let evidence = || match &fact.kind {
            LintKind::Value { at, .. } => places.evidence(&fact.place.join(at)),
            _ => places.evidence(&fact.place),
        };
        add(contract, &mut groups, words, &fact.place, evidence, policy);
    }
    let parts = contract
        .documents
        .iter()
        .filter(|document| document.is_referenced);
    for document in parts {
        let Some(source) = &document.source else {
            continue;
        };
        for repeated in &document.repeated {
            let mut words = Words::new(
                &rules::DUPLICATE_KEY,
                format!(
                    "key `{}` is repeated in one object; the last value counts",
                    sanitised(&repeated.name)
                ),
                "repeated later",
            );
            // The value of the first one is lost.
            words.level = Some(Level::Error);
            let place = Place {
                document: document.uri.clone(),
                pointer: Pointer::root().join(&format!("@{}", repeated.name)),
            };
            let evidence = || Evidence {
                origin: source.origin(repeated.span.start),
                end: source.origin(repeated.span.end).position,
                pointer: Pointer::root(),
                excerpt: Excerpt::of_contract(source.text().as_bytes(), repeated.span.clone()),
            };
            add(contract, &mut groups, words, &place, evidence, policy);
        }
    }
    let findings = groups.into_values();
    let findings = findings.filter(|finding| finding.level > Level::Off);
    in_order(findings.collect())
}

struct Words {
    rule: &'static Rule,
    /// The level, if it is not the default of the rule.
    level: Option<Level>,
    message: String,
    label: String,
    notes: Vec<String>,
}

impl Words {
    fn new(rule: &'static Rule, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            rule,
            level: None,
            message: message.into(),
            label: label.into(),
            notes: Vec::new(),
        }
    }
}

fn add(
    contract: &Contract,
    groups: &mut BTreeMap<(&'static str, String), Finding>,
    words: Words,
    place: &Place,
    evidence: impl FnOnce() -> Evidence,
    policy: &Policy,
) {
    let Words {
        rule,
        level,
        message,
        label,
        notes,
    } = words;
    let spot = Spot {
        operation: None,
        paths: vec![place.pointer.to_string()],
    };
    let set = policy.set(rule, &spot);
    let level = set.or(level).unwrap_or_else(|| rule.level(None));
    let same = (rule.id, message.clone());
    let finding = groups.entry(same).or_insert_with(|| {
        let key = Key {
            rule: rule.id,
            contract: contract.name.clone(),
            place: place_in(contract, place),
        };
        let mut finding = Finding::new(rule, key, Matter::Said { message, label }, Unit::Place);
        finding.level = level;
        finding.schema = Some(place.clone());
        finding.notes = notes.iter().map(|note| Shown::new(note)).collect();
        finding
    });
    finding.count += 1;
    if finding.evidence.len() < EVIDENCE_KEPT {
        let evidence = evidence();
        if !finding
            .evidence
            .iter()
            .any(|known| known.origin == evidence.origin)
        {
            finding.evidence.push(evidence);
        }
    }
}

fn words(fact: &LintFact) -> Words {
    match &fact.kind {
        LintKind::Problem(problem) => of_problem(problem),
        LintKind::Value {
            what,
            at,
            deviation,
        } => {
            let name = match at.steps().last() {
                Some(step) => format!("`{}`", sanitised(&step)),
                None => "the value".to_owned(),
            };
            // The subject of an undeclared property is its name.
            let step = at.steps().last().map(|step| sanitised(&step));
            let described = words::deviation(deviation, &name, &step.unwrap_or_default());
            let article = if *what == "default" { "a" } else { "an" };
            Words::new(
                &rules::EXAMPLE_MISMATCH,
                format!("{article} {what} violates its schema: {}", described.message),
                described.label,
            )
        }
        LintKind::Idle { keyword, reason } => Words::new(
            &rules::IDLE_KEYWORD,
            format!("`{keyword}` has no effect here: {reason}"),
            "has no effect",
        ),
        LintKind::Undeclared {
            name,
            near,
            is_closed,
        } => {
            let name = sanitised(name);
            let mut help = String::new();
            if *is_closed {
                help.push_str(" and the schema forbids, so no object is accepted");
            }
            if let Some(near) = near {
                help.push_str(&format!("; did you mean `{}`?", sanitised(near)));
            }
            Words::new(
                &rules::UNDECLARED_REQUIRED,
                format!("`required` names `{name}`, which `properties` does not declare{help}"),
                "not declared",
            )
        }
        LintKind::Unmatchable { values, types } => {
            let shown: Vec<String> = values.iter().map(|value| sanitised(value)).collect();
            let what = match shown.as_slice() {
                [one] => format!("enum value {one}"),
                several => format!("enum values {}", several.join(", ")),
            };
            Words::new(
                &rules::IDLE_KEYWORD,
                format!("{what} can never match `type: {types}`"),
                "can never match",
            )
        }
        LintKind::Unsatisfiable(reason) => Words::new(
            &rules::UNSATISFIABLE_SCHEMA,
            format!("no value can match this schema: {reason}"),
            "matches no value",
        ),
        LintKind::Untagged { property, variants } => {
            let property = sanitised(property);
            let names: Vec<String> = variants
                .iter()
                .map(|name| format!("`{}`", sanitised(name)))
                .collect();
            let mut words = Words::new(
                &rules::UNTAGGED_VARIANTS,
                format!(
                    "{} {} not fix `{property}` to {} own",
                    words::list(&names),
                    if names.len() == 1 { "does" } else { "do" },
                    if names.len() == 1 {
                        "a value of its"
                    } else {
                        "values of their"
                    },
                ),
                "only this distinguishes them",
            );
            words.notes.push(format!(
                "give `{property}` a `const`, or an `enum` with one value, in each variant: not every tool supports `discriminator`"
            ));
            words
        }
        LintKind::Indistinguishable { operation, other } => Words::new(
            &rules::INDISTINGUISHABLE_OPERATIONS,
            format!("{operation} and {other} match the same requests"),
            "the same method and path",
        ),
    }
}

fn of_problem(problem: &ProblemKind) -> Words {
    match problem {
        ProblemKind::Reference { reference, reason } => Words::new(
            &rules::DANGLING_REFERENCE,
            format!("the reference `{reference}` cannot be resolved: {reason}"),
            "cannot be resolved",
        ),
        ProblemKind::Cycle(_) => Words::new(
            &rules::REFERENCE_CYCLE,
            problem.to_string(),
            "closes the cycle",
        ),
        ProblemKind::TooLong(_) => Words::new(
            &rules::REFERENCE_CYCLE,
            problem.to_string(),
            "too many schemas",
        ),
        ProblemKind::Argument { message, .. } => {
            Words::new(&rules::INVALID_KEYWORD, message.clone(), "is ignored")
        }
        ProblemKind::UnknownKeyword {
            keyword,
            dialect,
            near,
            later,
        } => {
            let mut words = Words::new(
                &rules::UNKNOWN_KEYWORD,
                format!("`{keyword}` is not a keyword of {dialect}, so it is ignored"),
                match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "unknown keyword".to_owned(),
                },
            );
            if near.is_some() || later.is_some() {
                // It was probably meant to constrain something, but does not.
                words.level = Some(Level::Warning);
            }
            if let Some(later) = later {
                words.notes.push(format!("{later} defines it"));
            }
            words
        }
        ProblemKind::UnknownField { near, other, .. } => {
            let mut words = Words::new(
                &rules::UNKNOWN_KEYWORD,
                format!("{problem}, so it is ignored"),
                match (near, other) {
                    (_, Some(other)) => format!("{other} defines it"),
                    (Some(near), None) => format!("did you mean `{near}`?"),
                    (None, None) => "unknown".to_owned(),
                },
            );
            words.level = Some(Level::Warning);
            words
        }
        ProblemKind::LeftOut(message) => {
            Words::new(&rules::CONTRACT_STRUCTURE, message.clone(), "is ignored")
        }
        ProblemKind::Skipped(message) | ProblemKind::Tolerated(message) => {
            let mut words = Words::new(&rules::CONTRACT_STRUCTURE, message.clone(), "");
            words.level = Some(Level::Info);
            words
        }
        ProblemKind::Description(message) => {
            Words::new(&rules::CONTRACT_STRUCTURE, message.clone(), "here")
        }
        ProblemKind::Idle { keyword, reason } => Words::new(
            &rules::IDLE_KEYWORD,
            format!("`{keyword}` has no effect here: {reason}"),
            "has no effect",
        ),
    }
}
