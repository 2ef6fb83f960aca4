//! Profiles that `report` writes stand for the captures in later reports.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use crate::common::{Run, folder, root, wiredrift};

const OLD: &str = include_str!("../profiles/pets.yaml");
const NEW: &str = include_str!("../profiles/pets-2.yaml");
const MONTHS: [(&str, &str); 3] = [
    ("march.ndjson", include_str!("../profiles/march.ndjson")),
    ("april.ndjson", include_str!("../profiles/april.ndjson")),
    ("may.ndjson", include_str!("../profiles/may.ndjson")),
];

/// Every output.
const OUTPUTS: [&str; 9] = [
    "text", "short", "json", "markdown", "html", "sarif", "junit", "github", "gitlab",
];

fn files() -> tempfile::TempDir {
    let contracts = [("pets.yaml", OLD), ("pets-2.yaml", NEW)];
    folder(&[&contracts[..], &MONTHS].concat())
}

fn report(folder: &Path, arguments: &[&str]) -> Run {
    let command = ["report", "pets.yaml", "pets-2.yaml", "--no-ci"];
    wiredrift(folder, &[&command, arguments].concat(), "")
}

/// The profile of captures.
fn profile(folder: &Path, captures: &[&str], name: &str) -> Vec<u8> {
    let more = ["--consumer-by", "header:User-Agent", "--profile", name];
    let run = report(folder, &[captures, &more].concat());
    assert!(run.code <= 2, "{run:?}");
    fs::read(folder.join(name)).expect("written")
}

fn merge(folder: &Path, profiles: &[&str], name: &str) -> Run {
    wiredrift(folder, &[&["merge", "-o", name], profiles].concat(), "")
}

#[test]
fn a_profile_says_the_same_as_its_captures() {
    let files = files();
    let captures = MONTHS.map(|(name, _)| name);
    profile(files.path(), &captures, "all.profile");
    for output in OUTPUTS {
        let more = ["--consumer-by", "header:User-Agent", "-o", output];
        let read = report(files.path(), &[&captures[..], &more].concat());
        let kept = report(
            files.path(),
            &[&["--from-profile", "all.profile"][..], &more].concat(),
        );
        assert_eq!(kept, read, "{output}");
        assert!(read.stdout.contains("cat"), "{output}: {read:?}");
    }
    for more in [
        &["--fail-on", "used"][..],
        &["--fail-on", "error"],
        // What is no error or warning may be left out, and a warning may be an error.
        &["-l", "enum-value-added=error"],
        &["-l", "description-changed=off", "--fail-on", "warning"],
    ] {
        let by = ["--consumer-by", "header:User-Agent", "-o", "json"];
        let read = report(files.path(), &[&captures[..], more, &by].concat());
        let kept = report(
            files.path(),
            &[&["--from-profile", "all.profile"][..], more, &by].concat(),
        );
        assert_eq!(kept, read, "{more:?}");
    }
}

#[test]
fn parts_are_joined_in_any_order() {
    let files = files();
    let all = profile(
        files.path(),
        &["may.ndjson", "march.ndjson", "april.ndjson"],
        "all",
    );
    for (name, capture) in [
        ("1", "march.ndjson"),
        ("2", "april.ndjson"),
        ("3", "may.ndjson"),
    ] {
        profile(files.path(), &[capture], name);
    }
    for order in [["1", "2", "3"], ["3", "2", "1"], ["2", "3", "1"]] {
        let run = merge(files.path(), &order, "joined");
        assert_eq!((run.code, &*run.stderr), (0, ""));
        assert_eq!(fs::read(files.path().join("joined")).expect("written"), all);
    }
    merge(files.path(), &["3", "1"], "some");
    merge(files.path(), &["2", "some"], "joined");
    assert_eq!(fs::read(files.path().join("joined")).expect("written"), all);
}

#[test]
fn real_traffic_in_parts_gives_the_report_of_the_whole() {
    let captures = [
        "samples/organisations/drift",
        "samples/organisations/migration",
        "samples/organisations/v1",
        "samples/organisations/v2",
    ];
    let place = tempfile::tempdir().expect("a folder");
    let pair = [
        "report",
        "organisations@v1",
        "organisations@v2",
        "--consumer-by",
        "folder",
    ];
    let run = |more: &[&str]| wiredrift(root(), &[&pair, more].concat(), "");
    let whole = run(&[&captures[..], &["-o", "json"]].concat());
    for (number, capture) in captures.iter().enumerate() {
        let name = place.path().join(format!("{number}.profile"));
        run(&[
            capture,
            "--profile",
            name.to_str().expect("UTF-8"),
            "-o",
            "json",
        ]);
    }
    let place = place.path().to_str().expect("UTF-8");
    let joined = run(&["--from-profile", place, "-o", "json"]);
    assert_eq!(joined, whole);
    assert!(
        whole.stdout.contains("\"agreeing\": 9"),
        "resources were compared"
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let files = files();
    let captures = ["march.ndjson", "april.ndjson", "may.ndjson"];
    profile(files.path(), &captures, "by-agent.profile");
    let checked = [
        "check",
        "march.ndjson",
        "-c",
        "pets.yaml",
        "--profile",
        "checked.profile",
        "-q",
    ];
    wiredrift(files.path(), &checked, "");
    report(
        files.path(),
        &["march.ndjson", "--profile", "plain.profile"],
    );
    let both = ["--consumer-by", "header:User-Agent"];
    let mut shown = String::new();
    let mut show = |arguments: &[&str]| {
        let run = wiredrift(files.path(), arguments, "");
        assert_eq!((run.code, &*run.stdout), (2, ""), "{arguments:?}");
        writeln!(shown, "$ wiredrift {}\n{}", arguments.join(" "), run.stderr).expect("memory");
    };
    let pair = ["report", "pets.yaml", "pets-2.yaml"];
    let mut report = |more: &[&str]| show(&[&pair, more].concat());
    let from = ["--from-profile", "by-agent.profile"];
    report(&from);
    report(&[&from[..], &["--consumer-by", "host"]].concat());
    report(&[&from[..], &both, &["--map-path", "/v1=/v2"]].concat());
    report(&[&from[..], &both, &["-l", "enum-value-removed=info"]].concat());
    report(&[&from[..], &both, &["--since", "7d"]].concat());
    report(&[&from[..], &["march.ndjson"]].concat());
    report(&["--from-profile", "checked.profile"]);
    report(&[&["--from-profile", "plain.profile"][..], &both].concat());
    report(&[
        "--from-profile",
        "plain.profile",
        "--sent-by",
        "both",
        "--consumer-by",
        "host",
    ]);
    report(&["--profile", "none.profile"]);
    report(&["--fail-on", "used"]);
    show(&[
        "report",
        "pets-2.yaml",
        "pets.yaml",
        "--from-profile",
        "plain.profile",
    ]);
    show(&[
        "check",
        "-c",
        "pets.yaml",
        "--from-profile",
        "plain.profile",
    ]);
    show(&["merge", "plain.profile", "by-agent.profile", "-o", "out"]);
    show(&["merge", "plain.profile", "checked.profile", "-o", "out"]);
    assert!(!files.path().join("out").exists() && !files.path().join("none.profile").exists());
    insta::assert_snapshot!(shown);
}

/// The text of a profile.
fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(bytes).expect("a frame");
    decoder.read_to_string(&mut text).expect("text");
    text
}

#[test]
fn a_profile_that_was_tampered_with_is_refused() {
    let files = files();
    let text = text(&profile(
        files.path(),
        &["march.ndjson", "may.ndjson"],
        "all.profile",
    ));
    let changes = [
        (
            "a change that does not exist",
            "\"new\":2,\"changes\":[",
            "\"new\":2,\"changes\":[900,",
        ),
        ("another number of changes", "\"usage\":[", "\"usage\":[{},"),
        ("a step of nothing", "\"step\":1", "\"step\":0"),
        (
            "a time that does not exist",
            "\"steps\":[[",
            "\"steps\":[[99",
        ),
        (
            "a structure of itself",
            "\"outlines\":[\"",
            "\"outlines\":[{\"array\":0},\"",
        ),
        (
            "a structure that does not exist",
            "\"path petId=1\",",
            "\"path petId=1\",4000000",
        ),
        (
            "an edit that does not exist",
            "\"edits\":[[0",
            "\"edits\":[[77",
        ),
        (
            "a place without a slash",
            "\"resources\":[[\"\"",
            "\"resources\":[[\"a\"",
        ),
        (
            "a sample that is no JSON",
            "\"before\":\"{",
            "\"before\":\"{{",
        ),
    ];
    for (what, was, is) in changes {
        let changed = text.replacen(was, is, 1);
        assert!(changed != text, "{what}");
        let bytes = ruzstd::encoding::compress_to_vec(
            changed.as_bytes(),
            ruzstd::encoding::CompressionLevel::Fastest,
        );
        fs::write(files.path().join("changed.profile"), bytes).expect("written");
        let from = [
            "--from-profile",
            "changed.profile",
            "--consumer-by",
            "header:User-Agent",
        ];
        for run in [
            report(files.path(), &from),
            merge(files.path(), &["changed.profile"], "out.profile"),
        ] {
            assert_eq!(run.code, 2, "{what}: {run:?}");
            assert!(
                run.stderr.contains("the profile is damaged"),
                "{what}: {run:?}"
            );
        }
    }
}

#[test]
fn no_secret_gets_into_a_profile() {
    let exchange = |version: u8, id: u32, name: &str| {
        format!(
            "{{\"request\":{{\"method\":\"GET\",\"url\":\"https://pets.example/v{version}/pets/{id}?access_token=PLANTED01\",\"headers\":{{\"Authorization\":\"Bearer PLANTED02\",\"Cookie\":\"session=PLANTED03\"}}}},\
             \"response\":{{\"status\":200,\"headers\":{{\"content-type\":\"application/json\",\"Set-Cookie\":\"sid=PLANTED04\"}},\
             \"body\":{{\"id\":{id},\"name\":\"{name}\",\"kind\":\"dog\",\"born\":\"2023-11-05T08:00:00Z\",\"password\":\"PLANTED05\",\
             \"api_keys\":{{\"PLANTED-06\":{{\"id\":\"PLANTED07\"}},\"x\":[\"PLANTED08\"]}},\"token\":{{\"id\":9,\"value\":\"PLANTED09\"}}}}}}}}\n"
        )
    };
    let traffic: String = (0..40)
        .flat_map(|id| [exchange(1, id, "Rex"), exchange(2, id, "Rex")])
        .collect();
    let files = files();
    fs::write(files.path().join("traffic.ndjson"), traffic).expect("written");
    let bytes = profile(files.path(), &["traffic.ndjson"], "all.profile");
    let run = report(
        files.path(),
        &[
            "--from-profile",
            "all.profile",
            "--consumer-by",
            "header:User-Agent",
            "-o",
            "json",
        ],
    );
    assert!(
        run.stdout.contains("\"pairs\": 40"),
        "resources were compared"
    );
    for (what, text) in [("profile", &text(&bytes)), ("report", &run.stdout)] {
        let places = text.match_indices("PLANTED");
        let found: Vec<&str> = places
            .map(|(at, _)| &text[at.saturating_sub(60)..at + 10])
            .collect();
        assert!(found.is_empty(), "{what}: {found:#?}");
    }
}

/// Set to write the profile of this version, after the version of the format was raised.
const UPDATE: &str = "WIREDRIFT_UPDATE_PROFILE";

#[test]
fn a_profile_of_an_earlier_version_is_read() {
    let folder = root().join("tests/profiles");
    if std::env::var_os(UPDATE).is_some() {
        profile(
            &folder,
            &MONTHS.map(|(name, _)| name),
            "version-1-report.profile",
        );
    }
    let from = ["--from-profile", "version-1-report.profile"];
    let run = report(
        &folder,
        &[&from[..], &["--consumer-by", "header:User-Agent"]].concat(),
    );
    insta::assert_snapshot!(run.stdout);
    // The profile of a report says what a profile without it does.
    let inferred = wiredrift(&folder, &[&["infer"], &from[..]].concat(), "");
    assert!(inferred.stdout.contains("bornAt"), "{inferred:?}");
}

/// Two contracts of one operation, and a profile of each line of traffic by itself and of both together.
fn assert_parts_are_the_whole(method: &str, lines: [&str; 2]) -> serde_json::Value {
    let contract = |version: u8| {
        let own = ["gone: {type: boolean}", "colour: {type: string}"][usize::from(version - 1)];
        format!(
            "openapi: 3.1.0\ninfo: {{title: Things, version: '{version}'}}\npaths:\n  /v{version}/things/{{id}}:\n    {method}:\n      \
             operationId: thing\n      responses:\n        '200':\n          description: ''\n          content:\n            \
             application/json: {{schema: {{properties: {{id: {{}}, toys: {{type: object}}, {own}}}}}}}\n"
        )
    };
    let [one, other] = lines.map(|line| format!("{line}\n"));
    let (old, new) = (contract(1), contract(2));
    let files = folder(&[
        ("1.yaml", &old),
        ("2.yaml", &new),
        ("one.ndjson", &one),
        ("other.ndjson", &other),
    ]);
    let run = |more: &[&str]| {
        wiredrift(
            files.path(),
            &[
                &["report", "1.yaml", "2.yaml", "--no-ci", "-o", "json"],
                more,
            ]
            .concat(),
            "",
        )
    };
    let whole = run(&["one.ndjson", "other.ndjson", "--profile", "whole"]);
    run(&["one.ndjson", "--profile", "one"]);
    run(&["other.ndjson", "--profile", "other"]);
    merge(files.path(), &["other", "one"], "merged");
    let read = |name: &str| text(&fs::read(files.path().join(name)).expect("written"));
    assert_eq!(read("merged"), read("whole"));
    assert_eq!(run(&["--from-profile", "merged"]), whole);
    assert!(!read("whole").contains("PLANTED"));
    serde_json::from_str(&whole.stdout).expect("JSON")
}

fn thing(method: &str, target: &str, body: &str) -> String {
    format!(
        "{{\"request\":{{\"method\":\"{method}\",\"url\":\"{target}\"}},\"response\":{{\"status\":200,\"headers\":{{\"content-type\":\"application/json\"}},\"body\":{body}}}}}"
    )
}

#[test]
fn what_is_masked_makes_no_difference() {
    let token = |end: char| format!("ghp_{}{end}", "0123456789abcdefghijABCDEFGHIJ01234");
    let toys =
        |first: char, other: char| format!("{{\"{}\":1,\"{}\":\"s\"}}", token(first), token(other));
    let old = thing(
        "GET",
        "/v1/things/1",
        &format!("{{\"id\":1,\"gone\":true,\"toys\":{}}}", toys('a', 'b')),
    );
    let new = thing(
        "GET",
        "/v2/things/1",
        &format!("{{\"toys\":{},\"id\":1}}", toys('b', 'c')),
    );
    let report = assert_parts_are_the_whole("get", [&old, &new]);
    assert_eq!(
        (&report["pairs"]["pairs"], &report["pairs"]["agreeing"]),
        (&1.into(), &1.into()),
        "{report:#}"
    );
    // A path that may not be shown names nothing.
    let secret = |version: u8| {
        thing(
            "GET",
            &format!("/v{version}/things/{}", token('a')),
            "{\"v\":1}",
        )
    };
    let report = assert_parts_are_the_whole("get", [&secret(1), &secret(2)]);
    assert_eq!(report["pairs"]["pairs"], 0, "{report:#}");
    // A key in the query is no part of the name.
    let keyed = |version: u8, key: &str| {
        thing(
            "GET",
            &format!("/v{version}/things/4?api_key={key}"),
            "{\"v\":1}",
        )
    };
    let report = assert_parts_are_the_whole("get", [&keyed(1, "PLANTED1"), &keyed(2, "PLANTED2")]);
    assert_eq!(report["pairs"]["pairs"], 1, "{report:#}");
}

#[test]
fn resources_are_named_by_ids_where_their_path_does_not() {
    let copied = |version: u8| {
        thing(
            "POST",
            &format!("/v{version}/things/1"),
            "{\"id\":7,\"\\\"*\\\"\":1,\"*\":2}",
        )
    };
    let report = assert_parts_are_the_whole("post", [&copied(1), &copied(2)]);
    assert_eq!(report["pairs"]["pairs"], 1, "{report:#}");
}

#[test]
fn a_structure_that_multiplies_itself_is_refused_or_read_at_once() {
    let files = files();
    let text = text(&profile(
        files.path(),
        &["march.ndjson", "may.ndjson"],
        "all.profile",
    ));
    let start = text.find("\"outlines\":[").expect("structures") + "\"outlines\":[".len();
    let end = start + text[start..].find("]}}}").expect("their end");
    let known = text[start..end].matches(",{").count() + 8;
    let mut outlines = String::from("\"null\"");
    for level in 0..200 {
        write!(
            outlines,
            ",{{\"object\":[[\"a\",{level}],[\"b\",{level}]]}}"
        )
        .expect("memory");
    }
    let changed = format!("{}{outlines}{}", &text[..start], &text[end..]);
    let changed = (0..known).fold(changed, |text, id| {
        text.replace(&format!("\",{id},{{}}]"), "\",200,{}]")
    });
    let bytes = ruzstd::encoding::compress_to_vec(
        changed.as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    fs::write(files.path().join("changed.profile"), bytes).expect("written");
    let run = merge(files.path(), &["changed.profile"], "out.profile");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("the profile is damaged"), "{run:?}");
}

#[test]
fn contracts_of_commits_have_names_that_stay() {
    let files = files();
    let git = |arguments: &[&str]| {
        let status = std::process::Command::new("git")
            .current_dir(files.path())
            .args(arguments)
            .output()
            .expect("git")
            .status;
        assert!(status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&[
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.example",
        "commit",
        "-q",
        "-m",
        "x",
    ]);
    let pair = [
        "report",
        "git:HEAD:pets.yaml",
        "git:HEAD:pets-2.yaml",
        "--no-ci",
        "-o",
        "json",
    ];
    let run = |more: &[&str]| wiredrift(files.path(), &[&pair, more].concat(), "");
    let read = run(&["march.ndjson", "april.ndjson", "--profile", "one"]);
    run(&["march.ndjson", "april.ndjson", "--profile", "other"]);
    let bytes = |name: &str| fs::read(files.path().join(name)).expect("written");
    assert_eq!(bytes("one"), bytes("other"));
    assert_eq!(run(&["--from-profile", "one"]), read);
}

#[test]
fn options_of_the_contract_are_those_of_the_profile() {
    let files = files();
    report(
        files.path(),
        &[
            "march.ndjson",
            "--formats",
            "annotate",
            "--profile",
            "loose.profile",
        ],
    );
    let run = report(files.path(), &["--from-profile", "loose.profile"]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.stderr,
        "error: loose.profile: it was written with --formats annotate, and is used without it\n"
    );
    let run = report(
        files.path(),
        &["--from-profile", "loose.profile", "--formats", "annotate"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    // The order of options makes no difference.
    let maps = ["--map-path", "/v1=/v2", "--map-path", "/x=/y"];
    let reversed = ["--map-path", "/x=/y", "--map-path", "/v1=/v2"];
    report(
        files.path(),
        &[&["march.ndjson", "--profile", "1"][..], &maps].concat(),
    );
    report(
        files.path(),
        &[&["may.ndjson", "--profile", "2"][..], &reversed].concat(),
    );
    merge(files.path(), &["1", "2"], "one");
    merge(files.path(), &["2", "1"], "other");
    let bytes = |name: &str| fs::read(files.path().join(name)).expect("written");
    assert_eq!(bytes("one"), bytes("other"));
}
