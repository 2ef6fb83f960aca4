//! `wiredrift.toml`, end to end.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{Run, folder, wiredrift};

/// A contract whose `GET /rooms` has these properties.
fn contract(version: &str, properties: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: Hotel, version: '{version}'}}\npaths:\n  /rooms:\n    get:\n      \
         operationId: listRooms\n      responses:\n        '200':\n          description: OK\n          content:\n            \
         application/json:\n              schema: {{type: object, properties: {{{properties}}}}}\n"
    )
}

/// A response of `GET /rooms`.
fn capture(body: &str) -> String {
    format!(
        "GET /rooms HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \
         {}\r\n\r\n{body}\r\n\r\n",
        body.len()
    )
}

/// A folder with two versions of a contract, traffic with a mistake, and a configuration.
fn project(configuration: &str) -> tempfile::TempDir {
    let files = folder(&[
        (
            "old.yaml",
            &contract("1", "id: {type: integer}, name: {type: string}"),
        ),
        ("new.yaml", &contract("2", "id: {type: integer}")),
        ("traffic.http", &capture(r#"{"id": "1", "extra": true}"#)),
        ("sub/x", ""),
    ]);
    fs::write(files.path().join("wiredrift.toml"), configuration).expect("written");
    files
}

fn run(files: &tempfile::TempDir, arguments: &str) -> Run {
    run_at(files.path(), arguments)
}

fn run_at(folder: &Path, arguments: &str) -> Run {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    wiredrift(folder, &arguments, "")
}

#[test]
fn contracts_of_the_file_are_not_swapped() {
    for (configuration, arguments) in [
        ("", "diff old.yaml new.yaml"),
        ("[diff]\nold = \"old.yaml\"\n", "diff new.yaml"),
        ("[diff]\nold = \"old.yaml\"\n", "diff old.yaml new.yaml"),
        ("[diff]\nnew = \"new.yaml\"\n", "diff old.yaml"),
        ("[diff]\nnew = \"new.yaml\"\nold = \"old.yaml\"\n", "diff"),
        ("old = \"old.yaml\"\nnew = \"new.yaml\"\n", "report"),
        (
            "old = \"old.yaml\"\nnew = \"new.yaml\"\n",
            "report traffic.http",
        ),
        (
            "[report]\nnew = \"new.yaml\"\n",
            "report old.yaml traffic.http",
        ),
    ] {
        let files = project(configuration);
        let own = run(&files, &format!("{arguments} -o short"));
        // The other way round, it would have been added.
        assert!(
            own.stdout.contains("[property-removed]"),
            "{configuration}{arguments}: {}{}",
            own.stdout,
            own.stderr
        );
    }
    let files = project("old = \"old.yaml\"\nnew = \"new.yaml\"\n");
    for command in ["check", "lint", "diff", "report", "upgrade"] {
        assert_eq!(run(&files, &format!("{command} --help")).code, 0);
    }
    let upgrade = wiredrift(
        files.path(),
        &["upgrade", "--operation", "listRooms"],
        "{\"id\": 1}",
    );
    assert_eq!(upgrade.stdout, "{\"id\": 1}\n", "{}", upgrade.stderr);
}

#[test]
fn global_options_of_the_file_are_used() {
    for configuration in ["quiet = true\n", "[check]\nquiet = true\n"] {
        let files = project(&format!("no-ci = true\ncolor = \"never\"\n{configuration}"));
        let quiet = run(&files, "check traffic.http -c old.yaml");
        assert_eq!(
            (quiet.code, quiet.stdout.as_str()),
            (1, ""),
            "{}",
            quiet.stderr
        );
        let loud = run(&files, "check traffic.http -c old.yaml --quiet=false");
        assert!(loud.stdout.contains("error[wrong-type]"), "{}", loud.stdout);
        let verbose = run(&files, "check traffic.http -c old.yaml --verbose");
        assert!(
            verbose.stderr.contains("traffic.http"),
            "{}",
            verbose.stderr
        );
    }
}

#[test]
fn a_byte_order_mark_is_not_a_part_of_the_file() {
    let files = project("\u{feff}\n\n[[ignore]]\nrule=\"number-bounds\"\nreason=\"x\"\n");
    let checked = run(&files, "check traffic.http -c old.yaml -o short");
    assert!(
        checked
            .stdout
            .contains("wiredrift.toml:3:1: warning[unused-ignore]"),
        "{}{}",
        checked.stdout,
        checked.stderr
    );
}

#[test]
fn a_baseline_of_the_file_is_updated() {
    let files = project(
        "[check]\ncontract = \"old.yaml\"\ncaptures = \"traffic.http\"\nbaseline = \"known.json\"\n",
    );
    let updated = run(&files, "check --update-baseline");
    assert_eq!(updated.code, 0, "{}", updated.stderr);
    assert!(
        updated.stderr.contains("known.json: 2 findings"),
        "{}",
        updated.stderr
    );
    assert_eq!(run(&files, "check").code, 0);
    let lint = run(&files, "lint old.yaml --update-baseline");
    assert!(
        lint.code == 2 && lint.stderr.contains("set `baseline` under [lint]"),
        "{}",
        lint.stderr
    );
}

#[test]
fn levels_of_the_command_line_add_to_the_file() {
    let files = project(
        "contract = \"old.yaml\"\ncaptures = \"traffic.http\"\n[levels]\nwrong-type = \"error\"\n\
         \"wrong-type@listRooms\" = \"info\"\n\"wrong-type/id\" = \"warning\"\nundeclared-property = \"off\"\n",
    );
    let level = |arguments: &str| {
        let own = run(&files, &format!("check -o short {arguments}"));
        let lines = own
            .stdout
            .lines()
            .map(|line| line.split(": ").nth(1).unwrap_or("").to_owned());
        (lines.collect::<Vec<_>>().join(" "), own.stderr)
    };
    // The last one that matches counts.
    assert_eq!(level("").0, "warning[wrong-type]");
    assert_eq!(level("--level enum-value=off").0, "warning[wrong-type]");
    assert_eq!(level("--level wrong-type=error").0, "error[wrong-type]");
    assert_eq!(level("--level wrong-type@list*=off").0, "");
    assert_eq!(
        level("--level undeclared-property=error").0,
        "error[undeclared-property] warning[wrong-type]"
    );
    for (arguments, message) in [
        (
            "--level wrong-type@listRoomz=off",
            "`--level wrong-type@listRoomz=off`: no operation of hotel@1 is named `listRoomz`; did you mean `listRooms`?",
        ),
        (
            "--level wrong-type@=off",
            "`--level wrong-type@=off`: no operation after `@`",
        ),
        ("--level wrong-type=warn", "did you mean `warning`?"),
        (
            "--level property-removed=off",
            "`property-removed` is a rule of `diff` and `report`, not of `check`",
        ),
    ] {
        let (stdout, stderr) = level(arguments);
        assert!(
            stdout.is_empty() && stderr.contains(message),
            "{arguments}: {stderr}"
        );
    }
    // In the file, a level may be for another contract or command.
    let files = project(
        "contract = \"old.yaml\"\ncaptures = \"traffic.http\"\n[levels]\n\"wrong-type@listRoomz\" = \"off\"\n\
         \"wrong-type@elsewhere\" = \"off\"\nproperty-removed = \"off\"\n",
    );
    let checked = run(&files, "check -o short");
    assert_eq!(checked.code, 1);
    assert_eq!(
        checked.stderr,
        "warning: wiredrift.toml:4: no operation of hotel@1 is named `listRoomz`; did you mean `listRooms`?\n"
    );
    let diff = run(
        &files,
        "diff old.yaml new.yaml -o short --level property-removed@listRoomz=info",
    );
    assert!(
        diff.code == 2
            && diff
                .stderr
                .contains("no operation of hotel@1 or hotel@2 is named `listRoomz`"),
        "{}",
        diff.stderr
    );
}

#[test]
fn reports_of_the_file_are_written_with_those_of_the_command_line() {
    let files = project(
        "contract = \"old.yaml\"\ncaptures = \"traffic.http\"\noutput = {sarif = \"a.sarif\", html = \"a.html\"}\n",
    );
    let is_written = |name: &str| {
        let path = files.path().join(name);
        let is_file = path.is_file();
        let _ = fs::remove_file(path);
        is_file
    };
    let text = run(&files, "check");
    assert!(text.stdout.contains("error[wrong-type]"), "{}", text.stdout);
    assert!(is_written("a.sarif") && is_written("a.html"));
    let json = run(&files, "check -o json");
    assert!(json.stdout.starts_with('{'), "{}", json.stdout);
    assert!(is_written("a.sarif") && is_written("a.html"));
    run(&files, "check -o sarif=b.sarif -o json=-");
    assert!(is_written("b.sarif") && is_written("a.html") && !is_written("a.sarif"));
    assert!(!is_written("-"));
    // `upgrade` does not accept these formats, and `-` is standard output.
    let upgrade = wiredrift(
        files.path(),
        &[
            "upgrade",
            "old.yaml",
            "new.yaml",
            "--operation",
            "listRooms",
        ],
        "{\"id\": 1}",
    );
    assert_eq!(
        (upgrade.code, upgrade.stdout.as_str()),
        (0, "{\"id\": 1}\n"),
        "{}",
        upgrade.stderr
    );
    assert!(!is_written("a.sarif"));
}

#[test]
fn names_and_commits_are_found_from_folders_below() {
    let files = project(
        "contract = \"v1.2\"\ncaptures = \"traffic.http\"\n[contracts]\n\"v1.2\" = \"old.yaml\"\nsub = \"new.yaml\"\n\
         released = \"git:HEAD:old.yaml\"\n[diff]\nold = \"released\"\nnew = \"git:HEAD:new.yaml\"\n",
    );
    for arguments in [
        &["init", "-q"][..],
        &["add", "."],
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "-qm",
            "x",
        ],
    ] {
        let status = Command::new("git")
            .args(arguments)
            .current_dir(files.path())
            .status();
        assert!(status.expect("git runs").success());
    }
    fs::remove_file(files.path().join("new.yaml")).expect("removed");
    let below = files.path().join("sub");
    for folder in [files.path(), &below] {
        let checked = run_at(folder, "check -o short");
        assert!(
            checked.stdout.contains("error[wrong-type]"),
            "{}",
            checked.stderr
        );
        let diff = run_at(folder, "diff -o short");
        assert!(diff.stdout.contains("property-removed"), "{}", diff.stderr);
        let lint = run_at(folder, "lint released -o short");
        assert!(
            lint.stderr.contains("check out the file first"),
            "{}",
            lint.stderr
        );
        let operations = run_at(folder, "contracts v1.2");
        assert!(
            operations.stdout.contains("listRooms"),
            "{}",
            operations.stderr
        );
        // A name takes precedence over a folder.
        let gone = run_at(folder, "check -c sub");
        assert!(gone.stderr.contains("new.yaml"), "{}", gone.stderr);
    }
    // A configuration that is named by its absolute path.
    let file = files.path().join("wiredrift.toml");
    let file = file.to_str().expect("UTF-8");
    let diff = wiredrift(&below, &["diff", "-o", "short", "--config", file], "");
    assert!(diff.stdout.contains("property-removed"), "{}", diff.stderr);
}

#[test]
fn what_is_missing_is_named_with_its_key() {
    let files = folder(&[
        ("openapi.yaml", &contract("1", "")),
        ("a.http", &capture("{}")),
    ]);
    for (arguments, message) in [
        (
            "check a.http",
            "no contract was given: pass --contract REF, or set `contract` in wiredrift.toml, which `wiredrift init` writes",
        ),
        (
            "check a.http --no-config",
            "no contract was given: pass --contract REF",
        ),
        (
            "check openapi.yaml a.http",
            "openapi.yaml is a contract: pass it with --contract openapi.yaml",
        ),
        (
            "lint",
            "no contract was given: pass CONTRACT, or set `contract` in wiredrift.toml, which `wiredrift init` writes",
        ),
        (
            "diff",
            "no contracts were given: pass OLD and NEW, or set `old` and `new` in wiredrift.toml, which `wiredrift init` \
             writes",
        ),
        (
            "report openapi.yaml",
            "the contract NEW was not given: pass OLD and NEW, or set `new` in wiredrift.toml, which `wiredrift init` \
             writes",
        ),
    ] {
        let own = run(&files, arguments);
        assert_eq!(
            (own.code, own.stderr),
            (2, format!("error: {message}\n")),
            "{arguments}"
        );
    }
}

#[test]
fn what_config_prints_gives_the_same_run() {
    let files = project(
        "contract = \"v1.2\"\ncaptures = [\"traffic.http\", \"a \\\"b\\\" \\u007f\\t\\\\.har\"]\nfail-on = \"used\"\nquiet = true\n\
         jobs = 0x2\nmax-body = \"1MB\"\n[contracts]\n\"v1.2\" = \"old.yaml\"\n\"old.yaml\" = \"new.yaml\"\n\"a b\" = \"x\\\\y.yaml\"\n\
         git = \"git:HEAD:old.yaml\"\n[check]\nquiet = false\nstrict = true\nstatus = 200\n\
         output = {sarif = \"a.sarif\", text = \"-\"}\nref = {\"https://a.example/p?x=1\" = \"p.json\"}\n\
         schema-for = [\"*.json=Pet\"]\nbaseline = \"known.json\"\n[diff]\nold = \"git\"\nnew = \"sub/new.yaml\"\n\
         map-path = [\"/a=/b\"]\n[report]\nconsumer-by = \"header:User-Agent\"\n\
         [levels]\nwrong-type = \"off\"\n\"wrong-type@list*/data/*\" = \"info\"\nenum-value = \"warning\"\n\
         [[ignore]]\nrule = \"wrong-type\"\nreason = \"a \\\"b\\\"\"\n[[ignore]]\nrule = \"enum-value\"\noperation = \"list*\"\n\
         path = \"/data/**\"\nreason = \"\"\"two\nlines\"\"\"\nuntil = 2099-12-31\n",
    );
    let below = files.path().join("sub");
    for folder in [files.path(), &below] {
        let printed = run_at(folder, "config");
        assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
        fs::write(folder.join("again.toml"), &printed.stdout).expect("written");
        let again = run_at(folder, "config --config again.toml");
        assert_eq!(
            (again.code, again.stderr.as_str()),
            (0, ""),
            "{}",
            printed.stdout
        );
        let values = |text: &str| {
            let lines = text
                .lines()
                .map(|line| line.split("  # ").next().unwrap_or("").trim().to_owned());
            lines
                .filter(|line| !line.starts_with("# Options"))
                .collect::<Vec<_>>()
        };
        assert_eq!(values(&printed.stdout), values(&again.stdout));
        if folder == files.path() {
            let without_folder = printed.stdout.replace(&*folder.to_string_lossy(), "");
            insta::assert_snapshot!(without_folder);
        }
    }
    let one = run(&files, "config upgrade");
    assert!(
        one.stdout.contains("[upgrade]") && !one.stdout.contains("[levels]"),
        "{}",
        one.stdout
    );
    let none = run(&files, "config --no-config");
    assert!(
        none.stdout
            .starts_with("# Options in force, without a configuration.\n"),
        "{}",
        none.stdout
    );
    let unknown = run(&files, "config schema");
    assert!(
        unknown
            .stderr
            .contains("`schema` cannot be configured; expected check, lint, diff, report, upgrade"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn mistakes_in_arguments_have_the_colours_that_were_asked_for() {
    let files = folder(&[]);
    for (arguments, is_coloured) in [
        (&["check", "--colour"][..], true),
        (&["check", "--colour", "--color", "never"], false),
        (&["--color=never", "check", "--colour"], false),
        (&["check", "x", "--color", "never"], false),
    ] {
        let output = assert_cmd::Command::cargo_bin("wiredrift")
            .expect("built")
            .current_dir(files.path())
            .env("CLICOLOR_FORCE", "1")
            .args(arguments)
            .output()
            .expect("runs");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            stderr.contains('\u{1b}'),
            is_coloured,
            "{arguments:?}: {stderr}"
        );
    }
    // COLUMNS=0 means that the width is unknown.
    let output = assert_cmd::Command::cargo_bin("wiredrift")
        .expect("built")
        .env("COLUMNS", "0")
        .args(["check", "--help"])
        .output()
        .expect("runs");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let widths = help.lines().map(|line| line.chars().count());
    assert_eq!(widths.max(), Some(100), "{help}");
    assert!(!help.contains("true|false"), "{help}");
}
