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
        operations: Vec::new(),
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
        name: "shop".to_owned(),
        file: Some("api/openapi.yaml".to_owned()),
        list: vec![nasty, from_stdin, known, ignored, info],
        cases: vec![case("request", None), case("response", None), case("payload", Some("no payload was captured"))],
        problems: vec![(broken, NASTY.to_owned())],
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
    assert!(text.ends_with("::notice title=wiredrift::15 more errors and 15 more warnings are in the report but not annotated\n"), "{text}");
}

#[test]
fn github_shows_unreadable_inputs_first_and_counts_everything() {
    let broken = |at: u64| {
        let origin = Origin {
            file: "a.har".into(),
            entry: None,
            position: position(at, 1),
        };
        (origin, "broken".to_owned())
    };
    let many = |counts: [(usize, Level); 3]| {
        let levels = counts.into_iter().flat_map(|(count, level)| std::iter::repeat_n(level, count));
        levels.map(|level| notice(&WRONG_TYPE, level, "#", "wrong")).collect::<Vec<_>>()
    };
    for (problems, counts, shown, rest) in [
        (0, [8, 2, 2], 10, "2 info are in the report but not annotated"),
        (0, [1, 0, 0], 1, ""),
        (0, [0, 0, 3], 0, ""),
        (3, [8, 1, 1], 10, "1 more error, 1 more warning and 1 info are in the report but not annotated"),
        (2, [9, 0, 0], 10, "1 more error is in the report but not annotated"),
        (12, [1, 0, 0], 10, "2 more unreadable inputs and 1 more error are in the report but not annotated"),
        (0, [30_000, 0, 0], 10, "29,990 more errors are in the report but not annotated"),
    ] {
        let mut notices = list();
        notices.problems = (1..=problems).map(broken).collect();
        let [errors, warnings, infos] = counts;
        notices.list = many([(errors, Level::Error), (warnings, Level::Warning), (infos, Level::Info)]);
        let text = rendered(&notices, NoticeFormat::Github);
        let (annotations, others): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| !line.starts_with("::notice"));
        assert_eq!(annotations.len(), shown, "{text}");
        let is_problem = |line: &&&str| line.contains("cannot read an input");
        assert!(annotations.iter().take(usize::try_from(problems).expect("few")).all(|line| is_problem(&line)), "{text}");
        let expected = format!("::notice title=wiredrift::{rest}");
        assert_eq!(others, if rest.is_empty() { Vec::new() } else { vec![&*expected] });
    }
}

#[test]
fn sarif_stays_within_the_limits_of_github() {
    let mut notices = list();
    // Digits that do not compress well.
    let mut state = 1_u64;
    let mut noise = |length: usize| {
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(&format!("{:08x}", state >> 32));
        }
        text
    };
    for (length, fewest, most) in [(10, 25_000, 25_000), (4_000, 4_000, 9_000)] {
        let all = if length == 10 { 25_010 } else { 9_000 };
        let messages = (0..all).map(|at| notice(&WRONG_TYPE, Level::Error, &format!("#/{at}"), &noise(length)));
        notices.list = messages.collect();
        let text = rendered(&notices, NoticeFormat::Sarif);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gzip, text.as_bytes()).expect("written");
        let compressed = gzip.finish().expect("written").len();
        assert!(compressed <= 10_000_000, "{compressed}");
        let sarif: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let run = &sarif["runs"][0];
        let results = run["results"].as_array().expect("results").len();
        assert!((fewest..=most).contains(&results) && results < all, "{results}");
        let said = run["invocations"][0]["toolExecutionNotifications"].to_string();
        let left = crate::report::plural((all - results) as u64, "result");
        let words = format!("{left} were left out, because GitHub accepts at most 25,000 results and 10 MB");
        assert!(said.contains(&words), "{said}");
    }
}

/// Whatever the contract is called: places are in the repository, or they have no place there.
#[test]
fn a_notice_without_a_place_inside_is_about_the_contract() {
    let mut removed = notice(&PROPERTY_REMOVED, Level::Error, "#/a", "removed");
    removed.place = Some(region("git:HEAD:api.yaml", (12, 3), None));
    for (file, github, gitlab, sarif) in [
        (Some("api.yaml"), "file=api.yaml,line=1,", "api.yaml", "SRCROOT"),
        (None, "::error title=", "git:HEAD:api.yaml", "git%3AHEAD%3Aapi.yaml"),
    ] {
        let notices = Notices {
            about: "git:HEAD:api.yaml → shop@v2".to_owned(),
            file: file.map(str::to_owned),
            list: vec![removed.clone()],
            ..list()
        };
        assert!(rendered(&notices, NoticeFormat::Github).contains(github));
        let entries: serde_json::Value = serde_json::from_str(&rendered(&notices, NoticeFormat::Gitlab)).expect("JSON");
        assert_eq!(entries[0]["location"]["path"], gitlab);
        let log: serde_json::Value = serde_json::from_str(&rendered(&notices, NoticeFormat::Sarif)).expect("JSON");
        let result = &log["runs"][0]["results"][0];
        assert!(result["locations"].to_string().contains(sarif), "{result}");
        assert_eq!(result["relatedLocations"].is_array(), file.is_some());
    }
}

#[test]
fn junit_has_what_xml_can_hold() {
    let every = (0..=0xffff).chain([0x1_0000, 0x1_ffff, 0x10_ffff]).filter_map(char::from_u32).collect::<String>();
    let mut notices = list();
    for notice in &mut notices.list {
        notice.message.clone_from(&every);
        notice.facts = vec![every.clone()];
        notice.place = Some(region(&every, (1, 1), None));
    }
    for case in &mut notices.cases {
        case.group.clone_from(&every);
    }
    notices.about.clone_from(&every);
    notices.name.clone_from(&every);
    for problem in &mut notices.problems {
        *problem = (Origin { file: (*every).into(), ..problem.0.clone() }, every.clone());
    }
    let xml = rendered(&notices, NoticeFormat::Junit);
    let is_char = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(is_char));
    quick_junit::Report::deserialize_from_str(&xml).expect("well-formed");
}

#[test]
fn a_cause_of_two_cases_is_one_failure() {
    let mut notices = list();
    notices.problems.clear();
    notices.list.truncate(1);
    notices.list[0].cases = vec![0, 1];
    notices.list[0].message = "wrong".to_owned();
    let xml = rendered(&notices, NoticeFormat::Junit);
    assert!(xml.contains("failures=\"1\""), "{xml}");
    assert!(xml.contains("counted as a failure of GET /pets listPets request"), "{xml}");
    assert!(xml.contains("name=\"GET /pets listPets response\" classname=\"shop\" file=\"api/openapi.yaml\""), "{xml}");
}

#[test]
fn contracts_have_short_names() {
    for (given, name) in [
        ("api/openapi.yaml", "openapi"),
        ("git:main:api/shop.json", "shop"),
        ("organisations@v2", "organisations"),
        ("./schemas/", ""),
        ("shop", "shop"),
    ] {
        assert_eq!(name_of(given), name, "{given}");
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
    // A path through a link, as those below `/tmp` on macOS.
    #[cfg(unix)]
    {
        let elsewhere = tempfile::tempdir().expect("a folder");
        let link = elsewhere.path().join("link");
        std::os::unix::fs::symlink(folder.path(), &link).expect("made");
        std::fs::write(inside.join("captures/a.har"), "{}").expect("written");
        let through = link.join("services/pets/captures/a.har");
        let through = through.to_str().expect("UTF-8");
        assert_eq!(root.relative(through).as_deref(), Some("services/pets/captures/a.har"));
        let around = Root::around(&link.join("services/pets"));
        let real = inside.join("captures/a.har");
        assert_eq!(around.relative(real.to_str().expect("UTF-8")).as_deref(), Some("services/pets/captures/a.har"));
    }
    assert_eq!(root.relative_uri("a b#c.har").as_deref(), Some("services/pets/a%20b%23c.har"));
    let outside = Root::around(Path::new("/nowhere"));
    assert_eq!(outside.relative_uri("a:b.har").as_deref(), Some("./a:b.har"));
    assert_eq!(outside.uri(), "file:///nowhere/");
}
