//! Baselines and ignores, end to end.

use std::fs;

use serde_json::Value;

use crate::common::{Run, folder, root, wiredrift};

const CONTRACT: &str = "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths:\n  /items:\n    get:\n      operationId: listItems\n      responses:\n        '200':\n          description: OK\n          content:\n            application/json:\n              schema:\n                type: object\n                required: [id, name, size]\n                properties: {id: {type: integer}, name: {type: string}, size: {type: string}}\n";

fn capture(body: &str) -> String {
    format!(
        "GET /items HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
        body.len()
    )
}

#[test]
fn only_what_is_new_fails() {
    let files = folder(&[
        ("api.yaml", CONTRACT),
        ("traffic.http", &capture(r#"{"id": "1", "name": "a"}"#)),
    ]);
    let check = |more: &[&str]| -> Run {
        wiredrift(
            files.path(),
            &[&["check", "traffic.http", "-c", "api.yaml"], more].concat(),
            "",
        )
    };
    // A file that does not exist is a mistake, not an empty baseline.
    let missing = check(&["--baseline", "known.json"]);
    assert!(
        missing.code == 2 && missing.stderr.contains("create it with --update-baseline"),
        "{}",
        missing.stderr
    );
    let written = check(&["--baseline", "known.json", "--update-baseline"]);
    assert_eq!(written.code, 0, "{}", written.stdout);
    assert_eq!(
        written.stderr,
        "known.json: 2 findings in the baseline (2 added, 0 removed)\n"
    );
    let known = check(&["--baseline", "known.json"]);
    assert_eq!(known.code, 0);
    assert!(
        known
            .stdout
            .contains("2 findings (2 errors) are in the baseline and not listed."),
        "{}",
        known.stdout
    );
    let json = check(&["--baseline", "known.json", "-o", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(
        (
            json["findings"].as_array().map(Vec::len),
            json["suppressed"].as_array().map(Vec::len)
        ),
        (Some(0), Some(2))
    );
    assert_eq!(json["suppressed"][0]["by"]["kind"], "baseline");
    let sarif = check(&["--baseline", "known.json", "-o", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif.stdout).expect("JSON");
    assert_eq!(
        sarif["runs"][0]["results"][0]["suppressions"][0]["kind"],
        "external"
    );
    // Another property of the same object is new; the type is right now.
    fs::write(files.path().join("traffic.http"), capture(r#"{"id": 1}"#)).expect("written");
    let new = check(&["--baseline", "known.json"]);
    assert_eq!(new.code, 1);
    assert!(
        new.stdout.contains("required property `name` is missing"),
        "{}",
        new.stdout
    );
    // The one that is known is not listed with it.
    assert!(!new.stdout.contains("`size`"), "{}", new.stdout);
    assert!(new.stdout.contains("1 finding of the baseline did not occur; --update-baseline removes it:\n  wrong-type|shop|"), "{}", new.stdout);
    // A run that is not complete changes nothing.
    let before = fs::read_to_string(files.path().join("known.json")).expect("readable");
    let partial = check(&["gone.har", "--baseline", "known.json", "--update-baseline"]);
    assert!(
        partial.code == 2 && partial.stderr.contains("the baseline is not updated"),
        "{}",
        partial.stderr
    );
    assert_eq!(
        fs::read_to_string(files.path().join("known.json")).expect("readable"),
        before
    );
    let pruned = check(&["--baseline", "known.json", "--update-baseline"]);
    assert_eq!(
        (pruned.code, pruned.stderr.as_str()),
        (
            0,
            "known.json: 1 finding in the baseline (1 added, 1 removed)\n"
        )
    );
    // The file is for one command, and is what its schema says.
    let lint = wiredrift(
        files.path(),
        &["lint", "api.yaml", "--baseline", "known.json"],
        "",
    );
    assert!(
        lint.code == 2 && lint.stderr.contains("a baseline of `wiredrift check`"),
        "{}",
        lint.stderr
    );
    let schema = fs::read_to_string(root().join("schemas/report/baseline-v1.schema.json"))
        .expect("readable");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let file: Value = serde_json::from_str(
        &fs::read_to_string(files.path().join("known.json")).expect("readable"),
    )
    .expect("JSON");
    assert!(jsonschema::is_valid(&schema, &file));
    fs::write(files.path().join("known.json"), "[]").expect("written");
    let broken = check(&["--baseline", "known.json"]);
    assert_eq!(
        (broken.code, broken.stderr.as_str()),
        (
            2,
            "error: known.json: not a wiredrift baseline; fix the path, or delete the file and run with --update-baseline\n"
        )
    );
}

#[test]
fn the_file_of_a_baseline_is_not_lost() {
    let files = folder(&[
        ("api.yaml", CONTRACT),
        ("traffic.http", &capture(r#"{"id": "1", "name": "a"}"#)),
    ]);
    let check = |more: &[&str]| -> Run {
        wiredrift(
            files.path(),
            &[&["check", "traffic.http", "-c", "api.yaml"], more].concat(),
            "",
        )
    };
    let none = check(&["--update-baseline"]);
    assert!(
        none.code == 2 && none.stderr.contains("pass --baseline FILE"),
        "{}",
        none.stderr
    );
    assert_eq!(
        check(&["--baseline", "known.json", "--update-baseline"]).code,
        0
    );
    let known = fs::read_to_string(files.path().join("known.json")).expect("written");
    // A report does not take its place, whatever the file is called.
    for output in [
        "json=known.json",
        "json=./known.json",
        "html=../x/known.json",
    ] {
        let name = files.path().file_name().expect("a name").to_string_lossy();
        let output = output.replace("/x/", &format!("/{name}/"));
        let run = check(&[
            "--baseline",
            "known.json",
            "--update-baseline",
            "-o",
            &output,
        ]);
        assert!(
            run.code == 2 && run.stderr.contains("this is the file of --baseline"),
            "{output}: {}",
            run.stderr
        );
        assert_eq!(
            fs::read_to_string(files.path().join("known.json")).expect("kept"),
            known
        );
    }
    // A byte order mark does no harm.
    fs::write(files.path().join("known.json"), format!("\u{feff}{known}")).expect("written");
    assert_eq!(check(&["--baseline", "known.json"]).code, 0);
    // The file is where the link leads, even if it does not exist yet.
    #[cfg(unix)]
    {
        fs::create_dir(files.path().join("kept")).expect("made");
        std::os::unix::fs::symlink("kept/real.json", files.path().join("link.json"))
            .expect("linked");
        assert_eq!(
            check(&["--baseline", "link.json", "--update-baseline"]).code,
            0
        );
        let link = fs::symlink_metadata(files.path().join("link.json")).expect("a link");
        assert!(link.file_type().is_symlink());
        assert_eq!(
            fs::read_to_string(files.path().join("kept/real.json")).expect("written"),
            known
        );
    }
}

#[test]
fn a_baseline_of_changes() {
    let files = folder(&[]);
    let known = files.path().join("known.json");
    let known = known.to_str().expect("UTF-8");
    let diff = |new: &str, more: &[&str]| -> Run {
        wiredrift(
            root(),
            &[
                &[
                    "diff",
                    "samples/petstore/openapi.yaml",
                    new,
                    "--baseline",
                    known,
                ],
                more,
            ]
            .concat(),
            "",
        )
    };
    assert_eq!(
        diff("samples/petstore/next.yaml", &["--update-baseline"]).code,
        0
    );
    let again = diff("samples/petstore/next.yaml", &[]);
    assert_eq!(again.code, 0);
    assert!(
        again.stdout.contains("are in the baseline and not listed"),
        "{}",
        again.stdout
    );
    let gone = diff("samples/petstore/openapi.yaml", &[]);
    assert!(
        gone.code == 0 && gone.stdout.contains("of the baseline did not occur"),
        "{}",
        gone.stdout
    );
}

#[test]
fn what_is_ignored_has_a_reason_and_an_end() {
    let files = folder(&[
        ("api.yaml", CONTRACT),
        (
            "traffic.http",
            &capture(r#"{"id": "1", "name": "a", "size": "s"}"#),
        ),
        (
            "wiredrift.toml",
            "contract = \"api.yaml\"\ncaptures = [\"traffic.http\"]\n\n[[ignore]]\nrule = \"wrong-type\"\noperation = \"list*\"\npath = \"/id\"\n\
             reason = \"ids are strings until release 3\"\n\n[[ignore]]\nrule = \"missing-property\"\nreason = \"gone\"\n\n\
             [[ignore]]\nrule = \"property-removed\"\nreason = \"of diff\"\n",
        ),
    ]);
    let run = wiredrift(files.path(), &["check"], "");
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(
        run.stdout.contains("1 finding is ignored."),
        "{}",
        run.stdout
    );
    // An ignore without effect is a finding; one of another command is not.
    insta::assert_snapshot!(run.stdout);
    let strict = wiredrift(files.path(), &["check", "--fail-on", "warning"], "");
    assert_eq!(strict.code, 1);
    let typed = wiredrift(
        files.path(),
        &[
            "check",
            "--no-config",
            "traffic.http",
            "-c",
            "api.yaml",
            "--ignore",
            "rule=wrong-type,until=2020-01-01,reason=late, but known",
        ],
        "",
    );
    assert!(
        typed.code == 1
            && typed
                .stdout
                .contains("the ignore of `wrong-type` expired after 2020-01-01"),
        "{}",
        typed.stdout
    );
}

#[test]
fn a_gate_fails_only_for_what_the_traffic_uses() {
    let new = CONTRACT
        .replace("required: [id, name, size]", "required: [id, name]")
        .replace(", size: {type: string}}", "}");
    let files = folder(&[("old.yaml", CONTRACT), ("new.yaml", &new)]);
    let report = |status: &str, fail_on: &str, more: &[&str]| -> Run {
        let traffic = capture(r#"{"id": 1, "name": "a", "size": "s"}"#).replace("200 OK", status);
        fs::write(files.path().join("traffic.http"), traffic).expect("written");
        wiredrift(
            files.path(),
            &[
                &[
                    "report",
                    "old.yaml",
                    "new.yaml",
                    "traffic.http",
                    "--fail-on",
                    fail_on,
                ],
                more,
            ]
            .concat(),
            "",
        )
    };
    let used = report("200 OK", "used", &[]);
    assert_eq!(used.code, 1, "{}", used.stdout);
    assert!(
        used.stdout
            .contains("The breaking change affects the captured traffic"),
        "{}",
        used.stdout
    );
    // The change is in the response 200.
    let unused = report("404 Not Found", "used", &["-o", "short"]);
    assert_eq!(unused.code, 0, "{}", unused.stdout);
    assert!(
        unused.stdout.contains("warning[property-removed]"),
        "{}",
        unused.stdout
    );
    assert_eq!(report("404 Not Found", "error", &[]).code, 1);
    // Without traffic, nothing was checked.
    let none = wiredrift(
        files.path(),
        &["report", "old.yaml", "new.yaml", "--fail-on", "used"],
        "",
    );
    assert!(
        none.code == 2 && none.stderr.contains("needs captures"),
        "{}",
        none.stderr
    );
}

/// What is known is part of the release, and every format says that there is more than it lists.
#[test]
fn known_changes_count_in_the_release() {
    let new = CONTRACT
        .replace("required: [id, name, size]", "required: [id, name]")
        .replace(", size: {type: string}}", "}");
    let traffic = capture(r#"{"id": 1, "name": "a", "size": "s"}"#);
    let files = folder(&[
        ("old.yaml", CONTRACT),
        ("new.yaml", &new),
        ("traffic.http", &traffic),
    ]);
    let run = |command: &str, more: &[&str]| -> Run {
        let captures: &[&str] = if command == "report" {
            &["traffic.http"]
        } else {
            &[]
        };
        wiredrift(
            files.path(),
            &[&[command, "old.yaml", "new.yaml"], captures, more].concat(),
            "",
        )
    };
    for command in ["diff", "report"] {
        let baseline = format!("{command}-baseline.json");
        let with = ["--baseline", baseline.as_str()];
        let written = run(command, &[&with[..], &["--update-baseline"]].concat());
        let notes = format!("{}{}", written.stdout, written.stderr);
        assert!(notes.contains("1 change in the baseline"), "{notes}");
        for (more, word) in [
            (&with[..], "known"),
            (
                &["--ignore", "rule=property-removed,reason=agreed"][..],
                "ignored",
            ),
        ] {
            for format in ["text", "markdown", "html"] {
                let run = run(command, &[more, &["--output", format]].concat());
                let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
                let release = format!("ith the {word} changes, this needs a major version");
                for words in ["No new changes", release.as_str()] {
                    assert!(
                        text.contains(words),
                        "{command} {format} lacks {words}\n{}",
                        run.stdout
                    );
                }
                let counted = match word {
                    "known" => "1 change (1 error) is in the baseline",
                    _ => "1 change is ignored",
                };
                assert!(text.contains(counted), "{command} {format}\n{}", run.stdout);
            }
            let json = run(command, &[more, &["--output", "json"]].concat());
            let report: Value = serde_json::from_str(&json.stdout).expect("JSON");
            let diff = if command == "report" {
                &report["diff"]
            } else {
                &report
            };
            assert_eq!(diff["summary"]["release"], "major");
        }
        let sarif = run(command, &[&with[..], &["--output", "sarif"]].concat());
        assert!(
            sarif.stdout.contains(r#""baselineState":"unchanged""#),
            "{}",
            sarif.stdout
        );
    }
    // Without changes, nothing is known.
    let same = wiredrift(files.path(), &["diff", "old.yaml", "old.yaml"], "");
    assert!(
        same.stdout.contains("No changes.") && !same.stdout.contains("version"),
        "{}",
        same.stdout
    );
}

/// A check in which everything is known does not say that the traffic conforms.
#[test]
fn a_check_with_known_findings_does_not_conform() {
    let files = folder(&[
        ("api.yaml", CONTRACT),
        (
            "traffic.http",
            &capture(r#"{"id": "1", "name": "a", "size": "s"}"#),
        ),
    ]);
    let check = |more: &[&str]| -> Run {
        let arguments = [
            "check",
            "traffic.http",
            "--contract",
            "api.yaml",
            "--baseline",
            "b.json",
        ];
        wiredrift(files.path(), &[&arguments[..], more].concat(), "")
    };
    check(&["--update-baseline"]);
    for format in ["markdown", "html"] {
        let run = check(&["--output", format]);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        assert!(
            run.stdout.contains("No new findings"),
            "{format}\n{}",
            run.stdout
        );
        assert!(
            run.stdout
                .contains("1 finding (1 error) is in the baseline"),
            "{format}\n{}",
            run.stdout
        );
    }
}
