//! Baselines and ignores.

use crate::observe::TargetKey;
use crate::location::{PathPattern, Side};
use crate::rules::catalogue::{MISSING_PROPERTY, WRONG_TYPE};
use crate::rules::finding::{FindingPlace, Seen, Unit};
use crate::rules::{Rule, in_order};

use super::*;

fn finding(rule: &'static Rule, place: &str, operations: &[&str], properties: &[&str]) -> Finding {
    let key = Key {
        rule: rule.id,
        contract: "shop".to_owned(),
        place: place.to_owned(),
    };
    let matter = Matter::Said {
        message: format!("{place} is wrong"),
        label: String::new(),
    };
    let mut finding = Finding::new(rule, key, matter, Unit::Payload);
    finding.level = Level::Error;
    finding.properties = properties.iter().map(|name| Seen::new(name, 1)).collect();
    finding.places = operations
        .iter()
        .map(|operation| FindingPlace {
            target: Some(TargetKey {
                contract: "shop@1".into(),
                operation: (*operation).into(),
                side: Some(Side::Response),
                status: Some(200),
            }),
            path: PathPattern::from_steps(vec![crate::location::Step::Key("data".into()), crate::location::Step::Any]),
        })
        .collect();
    finding
}

fn ignore(operation: Option<&str>, path: Option<&str>, until: Option<&str>) -> Ignore {
    Ignore {
        rule: &WRONG_TYPE,
        operation: operation.map(|text| Pattern::new(text).expect("a pattern")),
        path: path.map(|text| Pattern::new(text).expect("a pattern")),
        reason: "known".to_owned(),
        until: until.map(str::to_owned),
        place: None,
    }
}

#[test]
fn an_ignore_matches_by_rule_operation_and_path() {
    let subject = finding(&WRONG_TYPE, "#/a", &["listPets", "showPet"], &[]);
    for (ignore, matches) in [
        (ignore(None, None, None), true),
        (ignore(Some("*Pet*"), None, None), true),
        // Another operation shares the cause.
        (ignore(Some("listPets"), None, None), false),
        (ignore(None, Some("/data/*"), None), true),
        (ignore(None, Some("/**"), None), true),
        (ignore(None, Some("/*"), None), false),
        (ignore(None, Some("/data"), None), false),
        (ignore(Some("*Pet*"), Some("/other"), None), false),
    ] {
        assert_eq!(ignore.matches(&subject), matches, "{ignore}");
        assert!(!ignore.matches(&finding(&MISSING_PROPERTY, "#/a", &["listPets"], &[])));
    }
}

#[test]
fn an_ignore_ends_after_its_last_day() {
    let exceptions = |today: &str| Exceptions {
        ignores: vec![ignore(None, None, Some("2026-11-29"))],
        baseline: None,
        today: today.to_owned(),
    };
    let subject = || vec![finding(&WRONG_TYPE, "#/a", &["listPets"], &[])];
    let on_the_day = exceptions("2026-11-29").apply(subject());
    assert_eq!((on_the_day.active.len(), on_the_day.suppressed.len()), (0, 1));
    assert!(unused_ignores(&exceptions("2026-11-29"), &on_the_day.used, Kind::Traffic).is_empty());
    let later = exceptions("2026-11-30").apply(subject());
    assert_eq!((later.active.len(), later.suppressed.len()), (1, 0));
    let unused = unused_ignores(&exceptions("2026-11-30"), &later.used, Kind::Traffic);
    assert_eq!(unused[0].headline().to_string(), "the ignore of `wrong-type` expired after 2026-11-29");
    // A command that cannot find the rule says nothing about it.
    assert!(unused_ignores(&exceptions("2026-11-30"), &[], Kind::Change).is_empty());
}

#[test]
fn a_baseline_knows_what_was_found_and_nothing_else() {
    let found = [
        finding(&MISSING_PROPERTY, "#/b", &["listPets"], &["count", "limit"]),
        finding(&WRONG_TYPE, "#/a", &["listPets"], &[]),
    ];
    let (baseline, update) = Baseline::new("check").updated(&found.iter().collect::<Vec<_>>(), "2026-11-29");
    assert_eq!((update.added, update.removed), (2, 0));
    let keys: Vec<&str> = baseline.findings.iter().map(|entry| &*entry.key).collect();
    assert_eq!(keys, ["missing-property|shop|#/b", "wrong-type|shop|#/a"], "sorted");
    for (subject, is_known) in [
        (finding(&MISSING_PROPERTY, "#/b", &["showPet"], &["limit"]), true),
        (finding(&MISSING_PROPERTY, "#/b", &["listPets"], &["limit", "links"]), false),
        (finding(&MISSING_PROPERTY, "#/c", &["listPets"], &["limit"]), false),
        (finding(&WRONG_TYPE, "#/a", &["listPets"], &[]), true),
    ] {
        assert_eq!(baseline.find(&subject).is_some(), is_known, "{}", subject.key);
    }
    // An update keeps the first day, and removes what is gone.
    let later = [finding(&WRONG_TYPE, "#/a", &[], &[]), finding(&WRONG_TYPE, "#/d", &[], &[])];
    let (updated, update) = baseline.updated(&later.iter().collect::<Vec<_>>(), "2026-12-24");
    assert_eq!((update.added, update.removed), (1, 1));
    let days: Vec<&str> = updated.findings.iter().map(|entry| &*entry.first_seen).collect();
    assert_eq!(days, ["2026-11-29", "2026-12-24"]);
    let gone: Vec<&str> = baseline.gone(&later.iter().collect::<Vec<_>>()).iter().map(|entry| &*entry.key).collect();
    assert_eq!(gone, ["missing-property|shop|#/b"]);
    assert_eq!(in_order(found.to_vec()).len(), 2);
}

#[test]
fn a_rule_is_of_the_kind_that_its_documentation_shows() {
    for rule in crate::rules::CATALOGUE {
        let kind = match () {
            () if rule.doc.contains("Checked by itself") => Kind::Contract,
            () if crate::diff::Fact::ALL.iter().any(|fact| *fact.rule() == **rule) => Kind::Change,
            () => Kind::Traffic,
        };
        assert_eq!(rule.kind(), kind, "{}", rule.id);
    }
}
