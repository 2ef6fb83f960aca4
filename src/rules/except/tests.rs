//! Baselines and ignores.

use crate::observe::TargetKey;
use crate::location::{PathPattern, Side};
use crate::rules::catalogue::{MISSING_PROPERTY, WRONG_TYPE};
use crate::rules::finding::{FindingPlace, Seen, Unit};
use crate::rules::Rule;

use super::baseline::Update;

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
fn an_ignore_covers_by_rule_operation_and_path() {
    let spot = Spot {
        operation: Some("listPets"),
        paths: vec!["/data/*".to_owned(), "/data/*/name".to_owned()],
    };
    for (ignore, covers) in [
        (ignore(None, None, None), true),
        (ignore(Some("*Pets"), None, None), true),
        (ignore(Some("listPets"), None, None), true),
        (ignore(Some("showPet"), None, None), false),
        (ignore(None, Some("/data/*"), None), true),
        (ignore(None, Some("/data/*/name"), None), true),
        (ignore(None, Some("/data/*/other"), None), false),
        (ignore(None, Some("/**"), None), true),
        (ignore(None, Some("/*"), None), false),
        (ignore(None, Some("/data"), None), false),
        (ignore(Some("*Pets"), Some("/other"), None), false),
    ] {
        assert_eq!(ignore.covers(&WRONG_TYPE, &spot), covers, "{ignore}");
        assert!(!ignore.covers(&MISSING_PROPERTY, &spot));
    }
    // A request without an operation has a path, too.
    let request = Spot {
        operation: Some("GET /v2/me"),
        paths: vec!["/v2/me".to_owned()],
    };
    for (ignore, covers) in [
        (ignore(Some("GET /v2/me"), None, None), true),
        (ignore(Some("POST *"), None, None), false),
        (ignore(None, Some("/v2/**"), None), true),
    ] {
        assert_eq!(ignore.covers(&WRONG_TYPE, &request), covers, "{ignore}");
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
    assert!(unused_ignores(&exceptions("2026-11-29"), &on_the_day.used, Kind::Traffic, &Looked::default()).is_empty());
    let later = exceptions("2026-11-30").apply(subject());
    assert_eq!((later.active.len(), later.suppressed.len()), (1, 0));
    let unused = unused_ignores(&exceptions("2026-11-30"), &later.used, Kind::Traffic, &Looked::default());
    assert_eq!(unused[0].headline().to_string(), "the ignore of `wrong-type` expired after 2026-11-29");
    // A command that cannot find the rule says nothing about it.
    assert!(unused_ignores(&exceptions("2026-11-30"), &[], Kind::Change, &Looked::default()).is_empty());
}

fn updated(baseline: &Baseline, found: &[Finding], looked: &Looked, today: &str) -> (Baseline, Update) {
    baseline.updated(&found.iter().collect::<Vec<_>>(), looked, today, false)
}

fn keys<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Vec<&'e str> {
    entries.into_iter().map(|entry| &*entry.key).collect()
}

#[test]
fn a_baseline_knows_what_was_found_and_nothing_else() {
    let found = [
        finding(&MISSING_PROPERTY, "#/b", &["listPets"], &["count", "limit"]),
        finding(&WRONG_TYPE, "#/a", &["listPets"], &[]),
    ];
    let everything = Looked::default();
    let (baseline, update) = updated(&Baseline::new("check"), &found, &everything, "2026-11-29");
    assert_eq!((update.added, update.removed), (2, 0));
    assert_eq!(keys(&baseline.findings), ["missing-property|shop|#/b", "wrong-type|shop|#/a"], "sorted");
    let many: Vec<String> = (0..12).map(|number| format!("p{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let exceptions = Exceptions {
        baseline: Some(baseline.clone()),
        ..Exceptions::default()
    };
    for (subject, is_known) in [
        (finding(&MISSING_PROPERTY, "#/b", &["showPet"], &["limit"]), true),
        (finding(&MISSING_PROPERTY, "#/b", &["listPets"], &["limit", "links"]), false),
        (finding(&MISSING_PROPERTY, "#/b", &["listPets"], &many), false),
        (finding(&MISSING_PROPERTY, "#/b", &["listPets"], &[]), false),
        (finding(&MISSING_PROPERTY, "#/c", &["listPets"], &["limit"]), false),
        (finding(&WRONG_TYPE, "#/a", &["listPets"], &[]), true),
    ] {
        let excepted = exceptions.apply(vec![subject.clone()]);
        assert_eq!(excepted.active.is_empty(), is_known, "{} {:?}", subject.key, subject.properties);
    }
    // An update keeps the first day, and removes what is gone.
    let later = [finding(&WRONG_TYPE, "#/a", &[], &[]), finding(&WRONG_TYPE, "#/d", &[], &[])];
    let (next, update) = updated(&baseline, &later, &everything, "2026-12-24");
    assert_eq!((update.added, update.removed, update.kept), (1, 1, 0));
    let days: Vec<&str> = next.findings.iter().map(|entry| &*entry.first_seen).collect();
    assert_eq!(days, ["2026-11-29", "2026-12-24"]);
    assert_eq!(keys(&baseline.gone(&later.iter().collect::<Vec<_>>(), &everything)), ["missing-property|shop|#/b"]);
    // One of two properties is gone, or a third one is new.
    let part = [finding(&MISSING_PROPERTY, "#/b", &["listPets"], &["count"])];
    let gone = baseline.gone(&part.iter().collect::<Vec<_>>(), &everything);
    assert_eq!(gone[0].details, ["limit"]);
    let more = [finding(&MISSING_PROPERTY, "#/b", &["listPets"], &["count", "limit", "links"])];
    let (next, update) = updated(&baseline, &more, &everything, "2026-12-24");
    assert_eq!((update.added, update.removed), (1, 1));
    assert_eq!(next.findings[0].details, ["count", "limit", "links"]);
}

#[test]
fn a_run_says_nothing_about_what_it_did_not_look_at() {
    let found = [finding(&WRONG_TYPE, "#/a", &["listPets"], &[]), finding(&MISSING_PROPERTY, "#/b", &["showPet"], &["id"])];
    let (baseline, _) = updated(&Baseline::new("check"), &found, &Looked::default(), "2026-11-29");
    let of_list = Looked {
        operations: Some(["listPets".to_owned()].into()),
        ..Looked::default()
    };
    let partial = Looked {
        is_partial: true,
        ..Looked::default()
    };
    let off = Looked {
        off: [WRONG_TYPE.id].into(),
        ..Looked::default()
    };
    for (looked, removed) in [
        (&Looked::default(), vec!["missing-property|shop|#/b", "wrong-type|shop|#/a"]),
        (&of_list, vec!["wrong-type|shop|#/a"]),
        (&partial, vec![]),
        (&off, vec!["missing-property|shop|#/b"]),
    ] {
        assert_eq!(keys(&baseline.gone::<Finding>(&[], looked)), removed);
        let (next, update) = updated(&baseline, &[], looked, "2026-12-24");
        assert_eq!((update.removed, update.kept), (removed.len(), 2 - removed.len()));
        assert_eq!(next.findings.len(), 2 - removed.len());
    }
}

#[test]
fn values_can_be_hashed() {
    let mut open = finding(&WRONG_TYPE, "#/a", &["listPets"], &[]);
    open.matter = Matter::OpenEnum;
    open.values = vec![Seen::new("secret", 1)];
    let (baseline, _) = Baseline::new("check").updated(&[&open], &Looked::default(), "2026-11-29", true);
    let text = serde_json::to_string(&baseline).expect("JSON");
    assert!(!text.contains("secret"), "{text}");
    let exceptions = Exceptions {
        baseline: Some(baseline),
        ..Exceptions::default()
    };
    assert!(exceptions.apply(vec![open.clone()]).active.is_empty());
    open.values.push(Seen::new("other", 1));
    assert_eq!(exceptions.apply(vec![open]).active.len(), 1);
}

#[test]
fn a_rule_is_of_the_kind_that_its_documentation_shows() {
    for rule in crate::rules::CATALOGUE {
        let kind = match () {
            () if rule.doc.contains("Checked by itself") => Kind::Contract,
            () if Fact::ALL.iter().any(|fact| *fact.rule() == **rule) => Kind::Change,
            () => Kind::Traffic,
        };
        assert_eq!(rule.kind(), kind, "{}", rule.id);
    }
}
