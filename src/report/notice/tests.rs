//! Each format of a fixed list, with text that each of them has to escape.

use std::path::Path;

use crate::location::{Origin, Position};
use crate::rules::catalogue::{ENUM_VALUE, PROPERTY_REMOVED, WRONG_TYPE};
use crate::rules::{Key, Level, Rule, Suppression};

use super::*;

/// Text that ends attributes, commands, sections, lines and documents somewhere.
const NASTY: &str = "100 % a:b,c;d \"e\" 'f' <g> & ]]> ::error::\r\n\u{1}\u{1b}[31m %0A";

fn position(line: u64, column: u64) -> Position {
    Position { byte: 0, line, column }
}

fn region(file: &str, start: (u64, u64), end: Option<(u64, u64)>) -> Region {
    Region {
        file: file.to_owned(),
        start: position(start.0, start.1),
        end: end.map(|(line, column)| position(line, column)),
    }
}

fn notice(rule: &'static Rule, level: Level, place: &str, message: &str) -> Notice {
    Notice {
        rule,
        level,
        key: Key {
            rule: rule.id,
            contract: "shop".to_owned(),
            place: place.to_owned(),
        },
        message: message.to_owned(),
        facts: Vec::new(),
        place: None,
        related: Vec::new(),
        cases: vec![0],
        suppressed: None,
    }
}

fn list() -> Notices {
    let mut nasty = notice(&WRONG_TYPE, Level::Error, "#/components/schemas/Pet", NASTY);
    nasty.facts.push(NASTY.to_owned());
    nasty.place = Some(region("captures/a b,c:d%#.har", (3, 5), Some((3, 9))));
    nasty.related = vec![
        ("also here", region("/elsewhere/x.har", (1, 1), Some((2, 1)))),
        ("declared here", region("api/openapi.yaml", (12, 3), None)),
    ];
    let mut from_stdin = notice(&ENUM_VALUE, Level::Warning, "#/components/schemas/State", "`state` is \"x\"");
    from_stdin.place = Some(region("<stdin>", (1, 1), Some((4, 2))));
    from_stdin.cases = vec![1];
    let mut known = notice(&ENUM_VALUE, Level::Error, "#/components/schemas/State", "`state` is \"y\"");
    known.suppressed = Some(Suppression::Baseline {
        first_seen: "2026-11-29".to_owned(),
    });
    let mut ignored = notice(&PROPERTY_REMOVED, Level::Error, "#/paths/~1a", "property `a` was removed");
    ignored.suppressed = Some(Suppression::Ignored {
        reason: "nobody uses it & \"never\" did".to_owned(),
    });
    let info = notice(&PROPERTY_REMOVED, Level::Info, "#/paths/~1b", "property `b` was removed");
    let case = |name: &str, skipped| Case {
        group: "GET /pets  listPets".to_owned(),
        name: name.to_owned(),
        skipped,
    };
    let broken = Origin {
        file: "captures/broken.har".into(),
        entry: None,
        position: position(7, 2),
    };
    Notices {
        command: "check",
        about: "api/openapi.yaml".to_owned(),
        file: "api/openapi.yaml".to_owned(),
        list: vec![nasty, from_stdin, known, ignored, info],
        cases: vec![case("request", None), case("response", None), case("payload", Some("no payload was captured"))],
        problems: vec![(broken, NASTY.to_owned())],
        verdict: String::new(),
        fail_on: Some(Level::Error),
        has_baseline: true,
    }
}

fn rendered(notices: &Notices, format: NoticeFormat) -> String {
    notices.render(format, &Root::around(Path::new("/work/project")))
}

#[test]
fn each_format_of_a_fixed_list() {
    for (name, format) in [
        ("short", NoticeFormat::Short),
        ("github", NoticeFormat::Github),
        ("gitlab", NoticeFormat::Gitlab),
        ("junit", NoticeFormat::Junit),
    ] {
        insta::assert_snapshot!(name, crate::redact::without_styles(&rendered(&list(), format)));
    }
    let mut sarif: serde_json::Value = serde_json::from_str(&rendered(&list(), NoticeFormat::Sarif)).expect("JSON");
    for rule in sarif["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules") {
        rule["help"] = "(the page of the rule)".into();
    }
    insta::assert_snapshot!("sarif", serde_json::to_string_pretty(&sarif).expect("serialises"));
}

#[test]
fn a_command_of_github_stays_on_its_line() {
    let text = rendered(&list(), NoticeFormat::Github);
    for line in text.lines() {
        assert!(line.starts_with("::error ") || line.starts_with("::warning ") || line.starts_with("::notice "), "{line}");
        // What a property has cannot end it.
        let (properties, _) = line.split_once("::").and_then(|(_, rest)| rest.split_once("::")).expect("a command");
        let (_, properties) = properties.split_once(' ').expect("properties");
        for property in properties.split(',') {
            let (name, value) = property.split_once('=').expect("a property");
            assert!(["file", "line", "endLine", "col", "endColumn", "title"].contains(&name), "{line}");
            assert!(!value.contains([':', '\r', '\n']), "{line}");
        }
        assert!(!line.chars().any(char::is_control), "{line}");
    }
}

#[test]
fn github_shows_ten_and_counts_the_rest() {
    let mut notices = list();
    notices.problems.clear();
    notices.list = (0..40)
        .map(|at| {
            let level = if at < 25 { Level::Error } else { Level::Warning };
            notice(&WRONG_TYPE, level, &format!("#/{at}"), "wrong")
        })
        .collect();
    let text = rendered(&notices, NoticeFormat::Github);
    assert_eq!(text.lines().filter(|line| line.starts_with("::error")).count(), 10);
    assert!(text.ends_with("::notice title=wiredrift::no annotation for 15 more errors and 15 more warnings: the report has them\n"), "{text}");
}

#[test]
fn sarif_stays_within_the_limits_of_github() {
    let mut notices = list();
    notices.list = (0..25_010).map(|at| notice(&WRONG_TYPE, Level::Error, &format!("#/{at}"), "wrong")).collect();
    for (message, most) in [("wrong", 25_000), (&*"long ".repeat(400), 10_000)] {
        for notice in &mut notices.list {
            message.clone_into(&mut notice.message);
        }
        let text = rendered(&notices, NoticeFormat::Sarif);
        assert!(text.len() <= 10_000_000 * 3 / 2, "{}", text.len());
        let sarif: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let run = &sarif["runs"][0];
        let results = run["results"].as_array().expect("results").len();
        assert!(results <= most, "{results}");
        let said = run["invocations"][0]["toolExecutionNotifications"].to_string();
        let left = 25_010 - results;
        assert!(said.contains(&crate::report::plural(left as u64, "result")), "{said}");
    }
}

#[test]
fn equal_keys_have_different_fingerprints_and_the_same_in_each_run() {
    let notices = list();
    let prints = |notices: &Notices| {
        let mut prints = Fingerprints::default();
        notices.list.iter().map(|notice| prints.of(notice)).collect::<Vec<_>>()
    };
    let first = prints(&notices);
    assert_eq!(first, prints(&list()));
    let distinct: std::collections::BTreeSet<&String> = first.iter().collect();
    assert_eq!(distinct.len(), first.len());
    // FNV-1a of the empty text is its offset basis.
    assert!(first.iter().all(|print| print.len() == 32));
}

#[test]
fn files_are_named_from_the_repository() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("services/pets");
    std::fs::create_dir_all(inside.join("captures")).expect("made");
    std::fs::create_dir(folder.path().join(".git")).expect("made");
    let root = Root::around(&inside);
    for (file, name) in [
        ("captures/a.har", Some("services/pets/captures/a.har")),
        ("./captures/a.har", Some("services/pets/captures/a.har")),
        ("../../openapi.yaml", Some("openapi.yaml")),
        ("../../../elsewhere.yaml", None),
        ("/elsewhere.yaml", None),
        ("<stdin>", None),
        ("git:main:openapi.yaml", None),
    ] {
        assert_eq!(root.relative(file).as_deref(), name, "{file}");
    }
    assert_eq!(root.relative_uri("a b#c.har").as_deref(), Some("services/pets/a%20b%23c.har"));
    let outside = Root::around(Path::new("/nowhere"));
    assert_eq!(outside.relative_uri("a:b.har").as_deref(), Some("./a:b.har"));
    assert_eq!(outside.uri(), "file:///nowhere/");
}
