//! Profiles stand for the captures that they were learnt from.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::common::{Run, folder, root, wiredrift};

const CONTRACT: &str = include_str!("../profiles/pets.yaml");
const MARCH: &str = include_str!("../profiles/march.ndjson");
const APRIL: &str = include_str!("../profiles/april.ndjson");

/// Every output that holds findings.
const OUTPUTS: [&str; 8] = [
    "text", "json", "ndjson", "markdown", "html", "sarif", "junit", "gitlab",
];

fn files() -> tempfile::TempDir {
    folder(&[
        ("pets.yaml", CONTRACT),
        ("march.ndjson", MARCH),
        ("april.ndjson", APRIL),
    ])
}

fn check(folder: &Path, arguments: &[&str]) -> Run {
    wiredrift(
        folder,
        &[&["check", "-c", "pets.yaml", "--no-ci"], arguments].concat(),
        "",
    )
}

/// The profile of captures.
fn profile(folder: &Path, captures: &[&str], name: &str) {
    let run = check(folder, &[captures, &["--profile", name, "-q"]].concat());
    assert!(run.code <= 2 && folder.join(name).is_file(), "{run:?}");
}

#[test]
fn a_profile_says_the_same_as_its_captures() {
    let files = files();
    for output in OUTPUTS {
        let more = ["--coverage", "--payloads", "-o", output];
        let captures = check(
            files.path(),
            &[
                &["march.ndjson", "april.ndjson", "--profile", "all.profile"],
                &more[..],
            ]
            .concat(),
        );
        let profiles = check(
            files.path(),
            &[&["--from-profile", "all.profile"], &more[..]].concat(),
        );
        assert_eq!(profiles, captures, "{output}");
        assert_eq!(captures.code, 2, "a line cannot be read: {captures:?}");
    }
}

#[test]
fn joined_profiles_say_the_same_as_all_captures() {
    let files = files();
    profile(files.path(), &["march.ndjson"], "march.profile");
    profile(files.path(), &["april.ndjson"], "april.profile");
    profile(
        files.path(),
        &["march.ndjson", "april.ndjson"],
        "all.profile",
    );
    let merge = |profiles: &[&str], to: &str| {
        let run = wiredrift(files.path(), &[&["merge", "-o", to], profiles].concat(), "");
        assert_eq!((run.code, &*run.stderr), (0, ""));
        fs::read(files.path().join(to)).expect("written")
    };
    let all = fs::read(files.path().join("all.profile")).expect("written");
    assert_eq!(merge(&["march.profile", "april.profile"], "one"), all);
    assert_eq!(merge(&["april.profile", "march.profile"], "other"), all);
    let joined = check(
        files.path(),
        &[
            "--from-profile",
            "april.profile",
            "--from-profile",
            "march.profile",
        ],
    );
    assert_eq!(
        joined,
        check(files.path(), &["march.ndjson", "april.ndjson"])
    );
    // A folder stands for its profiles.
    fs::create_dir(files.path().join("week")).expect("made");
    for name in ["march.profile", "april.profile"] {
        fs::copy(
            files.path().join(name),
            files.path().join("week").join(name),
        )
        .expect("copied");
    }
    assert_eq!(merge(&["week"], "folder"), all);
}

#[test]
fn a_contract_may_be_in_another_folder() {
    let files = files();
    profile(
        files.path(),
        &["march.ndjson", "april.ndjson"],
        "all.profile",
    );
    let here = check(
        files.path(),
        &["--from-profile", "all.profile", "-o", "json"],
    );
    let other = folder(&[("contracts/pets.yaml", CONTRACT)]);
    fs::copy(
        files.path().join("all.profile"),
        other.path().join("all.profile"),
    )
    .expect("copied");
    let arguments = [
        "check",
        "-c",
        "contracts/pets.yaml",
        "--from-profile",
        "all.profile",
        "-o",
        "json",
        "--no-ci",
    ];
    let there = wiredrift(other.path(), &arguments, "");
    let keys = |run: &Run| -> Vec<String> {
        let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("findings").iter();
        findings
            .map(|finding| format!("{} {}", finding["key"], finding["count"]))
            .collect()
    };
    assert!(keys(&here).len() > 5, "{here:?}");
    assert_eq!(keys(&there), keys(&here));
}

#[test]
fn what_is_no_usable_profile_is_refused() {
    let files = files();
    let at = |name: &str| files.path().join(name);
    profile(files.path(), &["march.ndjson"], "march.profile");
    profile(
        files.path(),
        &["march.ndjson", "--strict-requests"],
        "strict.profile",
    );
    fs::write(
        at("changed.yaml"),
        CONTRACT.replace("maxLength: 8", "maxLength: 9"),
    )
    .expect("written");
    fs::write(
        at("other.yaml"),
        CONTRACT.replace("title: Pets", "title: Cats"),
    )
    .expect("written");
    let bytes = fs::read(at("march.profile")).expect("written");
    fs::write(at("cut.profile"), &bytes[..bytes.len() / 2]).expect("written");
    fs::write(at("text.profile"), "{}").expect("written");
    let head = "{\"format\":\"wiredrift-profile\",\"version\":2,\"wiredrift\":\"9.0.0\"}\n";
    let frame = |text: &str| {
        let mut frame = Vec::new();
        // One raw block (RFC 8878 section 3.1.1.2).
        frame
            .write_all(&[
                0x28,
                0xb5,
                0x2f,
                0xfd,
                0x20,
                u8::try_from(text.len()).expect("short"),
            ])
            .expect("memory");
        let header = u32::try_from(text.len() << 3 | 1)
            .expect("short")
            .to_le_bytes();
        frame.write_all(&header[..3]).expect("memory");
        frame.write_all(text.as_bytes()).expect("memory");
        frame
    };
    fs::write(at("newer.profile"), frame(head)).expect("written");
    fs::write(at("foreign.profile"), frame("a,b\n")).expect("written");
    let mut shown = String::new();
    for arguments in [
        ["-c", "pets.yaml", "--from-profile", "none.profile", ""],
        ["-c", "pets.yaml", "--from-profile", "text.profile", ""],
        ["-c", "pets.yaml", "--from-profile", "foreign.profile", ""],
        ["-c", "pets.yaml", "--from-profile", "cut.profile", ""],
        ["-c", "pets.yaml", "--from-profile", "newer.profile", ""],
        ["-c", "changed.yaml", "--from-profile", "march.profile", ""],
        ["-c", "other.yaml", "--from-profile", "march.profile", ""],
        ["-c", "pets.yaml", "--from-profile", "strict.profile", ""],
        [
            "-c",
            "pets.yaml",
            "--from-profile",
            "march.profile",
            "april.ndjson",
        ],
        [
            "-c",
            "pets.yaml",
            "--from-profile",
            "march.profile",
            "--status=404",
        ],
        [
            "-c",
            "pets.yaml",
            "--from-profile",
            "march.profile",
            "--suggest",
        ],
    ] {
        let arguments: Vec<&str> = arguments
            .into_iter()
            .filter(|argument| !argument.is_empty())
            .collect();
        let run = wiredrift(
            files.path(),
            &[&["check", "--no-ci"], &arguments[..]].concat(),
            "",
        );
        assert_eq!((run.code, &*run.stdout), (2, ""), "{arguments:?}");
        shown.push_str(&format!(
            "$ wiredrift check {}\n{}\n",
            arguments.join(" "),
            run.stderr
        ));
    }
    let merged = wiredrift(
        files.path(),
        &["merge", "march.profile", "strict.profile", "-o", "out"],
        "",
    );
    assert_eq!(merged.code, 2);
    shown.push_str(&format!(
        "$ wiredrift merge march.profile strict.profile -o out\n{}\n",
        merged.stderr
    ));
    let merged = wiredrift(files.path(), &["merge", ".", "-o", "out"], "");
    assert_eq!(merged.code, 2);
    assert!(!at("out").exists());
    insta::assert_snapshot!(shown);
}

#[test]
fn no_secret_gets_into_a_profile() {
    let exchange = |path: &str, request: &str, body: &str| {
        format!(
            "{{\"request\":{{\"method\":\"POST\",\"url\":\"https://a.example{path}\",\"headers\":{{\"Authorization\":\"Bearer PLANTED01\",\"Cookie\":\"session=PLANTED02\",\"X-Api-Key\":\"PLANTED03\",\"content-type\":\"application/x-www-form-urlencoded\"}},\"body\":\"{request}\"}},\"response\":{{\"status\":200,\"headers\":{{\"content-type\":\"application/json\",\"Set-Cookie\":\"sid=PLANTED04\"}},\"body\":{body}}}}}\n"
        )
    };
    let traffic = [
        exchange(
            "/login?code=PLANTED05&state=PLANTED06&access_token=PLANTED07",
            "password=PLANTED08&code=PLANTED09&grant_type=authorization_code",
            "{\"token\":\"PLANTED10\"}",
        ),
        exchange(
            "/token/PLANTED11/use",
            "a=1",
            "{\"password\":{\"type\":\"PLANTED12\",\"list\":[{\"kind\":\"PLANTED13\"}]}}",
        ),
        exchange(
            "/hooks/xyzXYZ67abcABCdefPLANTED14",
            "a=1",
            "{\"kind\":\"sk_live_4eC39HqLyjWDarPLANTED15\",\"a\":1}",
        ),
        exchange(
            "/keys",
            "a=1",
            "{\"planted16@example.com\":1,\"type\":\"x\",\"card\":4111111111111111}",
        ),
    ];
    let text = traffic.concat().repeat(40);
    let files = folder(&[("traffic.ndjson", &text)]);
    let learnt = wiredrift(
        files.path(),
        &[
            "infer",
            "traffic.ndjson",
            "--profile",
            "all.profile",
            "-o",
            "api.yaml",
        ],
        "",
    );
    assert_eq!(learnt.code, 0, "{learnt:?}");
    let contract = fs::read_to_string(files.path().join("api.yaml")).expect("written");
    let rust = wiredrift(
        files.path(),
        &["infer", "--from-profile", "all.profile", "--rust"],
        "",
    )
    .stdout;
    let checked = wiredrift(
        files.path(),
        &[
            "check",
            "traffic.ndjson",
            "-c",
            "api.yaml",
            "--profile",
            "checked.profile",
            "-o",
            "json",
        ],
        "",
    );
    let profiles =
        ["all.profile", "checked.profile"].map(|name| decompressed(&files.path().join(name)));
    for (what, text) in [
        ("contract", &contract),
        ("types", &rust),
        ("report", &checked.stdout),
        ("profile", &profiles[0]),
        ("profile of check", &profiles[1]),
    ] {
        let upper = text.to_uppercase();
        let found: Vec<&str> = upper
            .match_indices("PLANTED")
            .map(|(at, _)| &upper[at..at + 9])
            .collect();
        assert!(
            found.is_empty() && !upper.contains("4111111111111111"),
            "{what}: {found:?}"
        );
    }
    assert!(
        profiles[0].contains("\"/keys\"") || profiles[0].contains("\"keys\""),
        "something was learnt"
    );
}

/// The text of a profile.
fn decompressed(path: &Path) -> String {
    let mut text = String::new();
    let file = fs::File::open(path).expect("written");
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(file).expect("a frame");
    decoder.read_to_string(&mut text).expect("text");
    text
}

/// A profile with this text.
fn compressed(text: &str) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn a_profile_that_was_tampered_with_is_refused() {
    let files = files();
    profile(
        files.path(),
        &["march.ndjson", "april.ndjson"],
        "all.profile",
    );
    let text = decompressed(&files.path().join("all.profile"));
    let chain: String = (0..5_000)
        .map(|above| format!(",{{\"above\":{above},\"key\":\"a\",\"learnt\":{{}}}}"))
        .collect();
    let resources = "\"resources\":{\"paths\":[{\"learnt\":{}}";
    assert!(text.contains(resources), "{text}");
    let changes = [
        (
            "a count that is too large",
            text.replacen("\"exchanges\":6", "\"exchanges\":18446744073709551615", 1),
        ),
        (
            "places that are nested too deeply",
            text.replacen(resources, &format!("{resources}{chain}"), 1),
        ),
        (
            "a place above itself",
            text.replacen("\"above\":0", "\"above\":9999", 1),
        ),
        (
            "bins that do not exist",
            text.replacen("\"bins\":{\"", "\"joined\":200,\"bins\":{\"", 1),
        ),
        (
            "a bin that does not exist",
            text.replacen("\"bins\":{\"", "\"bins\":{\"-2147483648\":1,\"", 1),
        ),
        (
            "no observation",
            text.replacen("\"observation\"", "\"observations\"", 1),
        ),
        ("the end is missing", text[..text.len() - 20].to_owned()),
        (
            "version 0",
            text.replacen("\"version\":1", "\"version\":0", 1),
        ),
    ];
    for (what, changed) in changes {
        assert_ne!(changed, text, "{what}");
        fs::write(files.path().join("changed.profile"), compressed(&changed)).expect("written");
        for arguments in [
            &[
                "check",
                "-c",
                "pets.yaml",
                "--from-profile",
                "changed.profile",
            ][..],
            &["merge", "changed.profile", "-o", "out.profile"],
            &["infer", "--from-profile", "changed.profile"],
            &["drift", "all.profile", "changed.profile"],
        ] {
            let run = wiredrift(files.path(), arguments, "");
            assert_eq!(run.code, 2, "{what}: {arguments:?} {run:?}");
            assert!(
                run.stderr.contains("the profile is damaged"),
                "{what}: {arguments:?} {run:?}"
            );
        }
    }
    // The same without a change.
    fs::write(files.path().join("changed.profile"), compressed(&text)).expect("written");
    let run = wiredrift(
        files.path(),
        &["merge", "changed.profile", "-o", "out.profile"],
        "",
    );
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_profile_is_no_capture_and_folders_have_profiles() {
    let files = files();
    profile(files.path(), &["march.ndjson"], "march.profile");
    let run = check(files.path(), &["march.profile"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stdout.contains("pass it with --from-profile"),
        "{run:?}"
    );
    for (week, capture) in [("one", "march.ndjson"), ("two", "april.ndjson")] {
        fs::create_dir(files.path().join(week)).expect("made");
        profile(files.path(), &[capture], &format!("{week}/week.profile"));
    }
    let drift = wiredrift(files.path(), &["drift", "one", "two"], "");
    assert!(
        drift
            .stdout
            .contains("two (6 exchanges, 2026-04-06) with one (3 exchanges, 2026-03-02)")
            || drift.stdout.contains("Compared two"),
        "{drift:?}"
    );
    for arguments in [
        &[
            "infer",
            "--from-profile",
            "march.profile",
            "--host",
            "a.example",
        ][..],
        &["drift", "march.profile", "march.profile", "--status", "404"],
    ] {
        let run = wiredrift(files.path(), arguments, "");
        assert_eq!(run.code, 2, "{run:?}");
        assert!(
            run.stderr
                .contains("exchanges are selected and routed when captures are read"),
            "{run:?}"
        );
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
            &["march.ndjson", "april.ndjson"],
            "version-1.profile",
        );
    }
    for (name, says) in [("version-1.profile", "check")] {
        let run = check(
            &folder,
            &["--from-profile", name, "--coverage", "--payloads"],
        );
        insta::assert_snapshot!(
            format!("profile_{says}_{}", name.replace('.', "_")),
            run.stdout
        );
    }
}
