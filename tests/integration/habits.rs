//! What a program at home on the desk does: quiet, verbose, interrupted, completed, documented.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{folder, root, run_in, wiredrift};

const DRIFT: [&str; 4] = [
    "check",
    "samples/petstore/captures/drifting",
    "-c",
    "samples/petstore/openapi.yaml",
];

#[test]
fn quiet_prints_errors_only() {
    let (code, stdout, stderr) = run_in(root(), &[&DRIFT[..], &["--quiet"]].concat(), "");
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (1, "", ""));
    let (code, stdout, stderr) = run_in(
        root(),
        &[
            "check",
            "gone.har",
            "-c",
            "samples/petstore/openapi.yaml",
            "-q",
        ],
        "",
    );
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(
        stderr.contains("cannot read gone.har: no such file"),
        "{stderr}"
    );
    // What is asked for is printed.
    let (_, stdout, _) = run_in(
        root(),
        &[&DRIFT[..], &["--quiet", "-o", "short"]].concat(),
        "",
    );
    assert!(stdout.lines().count() > 5, "{stdout}");
}

#[test]
fn verbose_says_what_was_read_and_where_it_went() {
    let (_, stdout, stderr) = run_in(
        root(),
        &[&DRIFT[..], &["--verbose", "--quiet"]].concat(),
        "",
    );
    assert!(
        stdout.is_empty() && stderr.contains("cannot be used with"),
        "one or the other: {stderr}"
    );
    let (_, _, stderr) = run_in(root(), &[&DRIFT[..], &["--verbose"]].concat(), "");
    insta::assert_snapshot!(stderr);
}

/// Ctrl-C ends the reading; what was found until then is reported, and the exit code says that it is not all.
#[cfg(unix)]
#[test]
fn an_interrupted_run_reports_what_it_found() {
    let files = folder(&[(
        "known.json",
        "{\"format\": \"baseline-v1\", \"command\": \"check\", \"findings\": []}",
    )]);
    let known = files.path().join("known.json");
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("wiredrift"))
        .args([
            "check",
            "-",
            "-c",
            "organisations@v2",
            "--operation",
            "list-organisations",
            "--color",
            "never",
        ])
        .args([
            "--baseline".as_ref(),
            known.as_os_str(),
            "--update-baseline".as_ref(),
        ])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut stdin = child.stdin.take().expect("piped");
    // More than a buffer, so that some of it has been read.
    let line = b"{\"data\": 7}\n";
    for _ in 0..200_000 {
        stdin.write_all(line).expect("reads");
    }
    std::thread::sleep(Duration::from_millis(300));
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(kill.success());
    std::thread::sleep(Duration::from_millis(200));
    // The reader may have left.
    let _ = stdin.write_all(line);
    drop(stdin);
    let output = child.wait_with_output().expect("ends");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(130), "{stdout}{stderr}");
    assert!(stdout.contains("error[wrong-type]"), "{stdout}");
    assert!(
        stderr.contains("interrupted: the report covers only what was read"),
        "{stderr}"
    );
    assert!(
        fs::read_to_string(&known)
            .expect("readable")
            .contains("\"findings\": []"),
        "the baseline stays as it is"
    );
}

#[test]
fn completions_and_manual_pages_know_every_option() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, stdout, stderr) = run_in(root(), &["completions", shell], "");
        assert_eq!((code, stderr.as_str()), (0, ""));
        for word in ["update-baseline", "fail-on", "lint", "suggest"] {
            assert!(stdout.contains(word), "{shell}: {word}");
        }
    }
    let (code, page, _) = run_in(root(), &["man", "check"], "");
    assert!(
        code == 0 && page.contains("\\-\\-update\\-baseline"),
        "{page}"
    );
    let title = format!("\"wiredrift-check {}\"", env!("CARGO_PKG_VERSION"));
    assert!(
        page.contains(&title) && !page.contains("\\-\\-version"),
        "{page}"
    );
    let folder = folder(&[]);
    let (code, ..) = run_in(folder.path(), &["man", "--write", "pages"], "");
    assert_eq!(code, 0);
    let mut pages: Vec<String> = fs::read_dir(folder.path().join("pages"))
        .expect("written")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    pages.sort();
    assert_eq!(pages[0], "wiredrift-captures.1");
    assert!(
        pages.contains(&"wiredrift.1".to_owned()) && pages.len() > 10,
        "{pages:?}"
    );
    let (code, _, stderr) = run_in(root(), &["man", "chek"], "");
    assert!(
        code == 2 && stderr.contains("did you mean `check`?"),
        "{stderr}"
    );
}

#[test]
fn lines_are_as_wide_as_columns_says() {
    for columns in ["80", "100", "120"] {
        let output = assert_cmd::Command::cargo_bin("wiredrift")
            .expect("built")
            .current_dir(root())
            .env("COLUMNS", columns)
            .env_remove("GITHUB_ACTIONS")
            .args(DRIFT)
            .output()
            .expect("runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let most: usize = columns.parse().expect("a number");
        let widest = text
            .lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0);
        assert!(
            widest <= most && widest > most / 2,
            "{columns}: {widest}\n{text}"
        );
    }
}

#[test]
fn a_configuration_is_written_and_used() {
    let files = folder(&[
        (
            "services/shop/openapi.yaml",
            "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {}\n",
        ),
        (
            "openapi.json",
            "{\n  \"openapi\": \"3.0.3\",\n  \"info\": {\"title\": \"A\", \"version\": \"1\"},\n  \"paths\": {}\n}\n",
        ),
        ("package.json", "{\"name\": \"openapi: 3\"}"),
        ("node_modules/x/openapi.yaml", "openapi: 3.1.0\n"),
        ("tests/recordings/a.json", "{}"),
        ("tests/recordings/b.har", "{}"),
        ("session.har.gz", "x"),
        ("spec/cassettes/a.yml", "x: 1"),
    ]);
    let run = wiredrift(files.path(), &["init"], "");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(format!(
        "{}\n{}",
        run.stdout,
        fs::read_to_string(files.path().join("wiredrift.toml")).expect("written")
    ));
    let again = wiredrift(files.path(), &["init"], "");
    assert!(
        again.code == 2 && again.stderr.contains("--force overwrites it"),
        "{}",
        again.stderr
    );
    assert_eq!(wiredrift(files.path(), &["init", "--force"], "").code, 0);
    // It is found from below, and paths in it start at its folder.
    let below = files.path().join("tests/recordings");
    let shown = wiredrift(&below, &["config", "check"], "");
    assert!(
        shown.stdout.contains("contract = \"../../openapi.json\""),
        "{}",
        shown.stdout
    );
    assert!(
        shown.stdout.contains("# ../../wiredrift.toml:6"),
        "{}",
        shown.stdout
    );
    let without = wiredrift(&below, &["config", "check", "--no-config"], "");
    assert!(
        without.stdout.contains("without a configuration"),
        "{}",
        without.stdout
    );
    let lint = wiredrift(&below, &["lint"], "");
    assert!(
        lint.stdout
            .contains("Checked the contract ../../openapi.json"),
        "{}{}",
        lint.stdout,
        lint.stderr
    );
}

#[test]
fn init_looks_at_upper_folders_first() {
    let openapi = "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\n";
    let files = folder(&[
        ("api/openapi-v1.yaml", openapi),
        ("api/openapi.yaml", openapi),
        (
            "api/recorded.txt",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}",
        ),
        ("api/notes.txt", "HTTP is a protocol\n"),
        ("other/nested.yaml", "spec:\n  openapi: 3.1.0\n"),
        (
            "other/one-line.json",
            "{\"info\":{\"title\":\"B\",\"version\":\"1\"},\"openapi\":\"3.0.0\",\"paths\":{}}",
        ),
        ("x/a/openapi.yaml", openapi),
        ("x/b/openapi.yaml", openapi),
    ]);
    // More files than are looked at, before all others.
    let many = files.path().join("a/b/many");
    fs::create_dir_all(&many).expect("made");
    for number in 0..21_000 {
        fs::File::create(many.join(format!("{number}.bin"))).expect("made");
    }
    fs::create_dir_all(many.join("deep/deeper")).expect("made");
    let run = wiredrift(files.path(), &["init"], "");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(
        run.stdout,
        "Wrote wiredrift.toml.\ncontract: api/openapi.yaml (5 found)\ncaptures: api/recorded.txt\nThe search stopped after \
         20000 files; the deepest folders were not searched.\nNext: run `wiredrift check`.\n"
    );
    let written = fs::read_to_string(files.path().join("wiredrift.toml")).expect("written");
    assert!(written.lines().all(|line| line.len() <= 80), "{written}");
    // Every name can be used.
    let (_, names) = written.split_once("# [contracts]\n").expect("names");
    let (names, _) = names.split_once("\n\n").expect("their end");
    let names = names.replace("# ", "");
    assert_eq!(
        names,
        "\"openapi-v1\" = \"api/openapi-v1.yaml\"\n\"one-line\" = \"other/one-line.json\"\n\"a\" = \"x/a/openapi.yaml\"\n\"b\" = \
         \"x/b/openapi.yaml\""
    );
    fs::write(
        files.path().join("named.toml"),
        format!("[contracts]\n{names}\n"),
    )
    .expect("written");
    let lint = wiredrift(
        files.path(),
        &["lint", "--config", "named.toml", "a", "one-line"],
        "",
    );
    assert!(
        lint.stdout.contains("one-line.json"),
        "{}{}",
        lint.stdout,
        lint.stderr
    );
    // A file below would hide this one.
    let below = files.path().join("api");
    let refused = wiredrift(&below, &["init"], "");
    assert!(
        refused.code == 2
            && refused.stderr.contains(
                "is the configuration of this folder, and a new file would replace it here"
            ),
        "{}",
        refused.stderr
    );
    assert_eq!(wiredrift(files.path(), &["init", "api"], "").code, 2);
    assert!(!below.join("wiredrift.toml").exists());
    assert_eq!(wiredrift(&below, &["init", "--force"], "").code, 0);
    assert!(below.join("wiredrift.toml").exists());
    let empty = wiredrift(folder(&[]).path(), &["init"], "");
    assert_eq!(
        empty.stdout,
        "Wrote wiredrift.toml.\nNo contract found. Set `contract` in the file.\nNo captures found. Set `captures` in the \
         file.\n"
    );
}

#[cfg(unix)]
#[test]
fn init_writes_where_a_link_leads() {
    let files = folder(&[("shared/x", "")]);
    std::os::unix::fs::symlink("shared/wiredrift.toml", files.path().join("wiredrift.toml"))
        .expect("linked");
    assert_eq!(wiredrift(files.path(), &["init"], "").code, 0);
    let link = fs::symlink_metadata(files.path().join("wiredrift.toml")).expect("a link");
    assert!(link.file_type().is_symlink());
    assert!(files.path().join("shared/wiredrift.toml").is_file());
}

#[test]
fn a_mistake_in_the_configuration_stops_only_what_reads_it() {
    let files = folder(&[("wiredrift.toml", "[check]\nfail-on = \"warnin\"\n")]);
    let run = wiredrift(files.path(), &["check", "x", "-c", "y"], "");
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("wiredrift.toml:2:11: `fail-on` is \"warnin\""),
        "{}",
        run.stderr
    );
    assert_eq!(
        wiredrift(files.path(), &["explain", "wrong-type"], "").code,
        0
    );
    assert_eq!(wiredrift(files.path(), &["check", "--help"], "").code, 0);
    let gone = wiredrift(
        files.path(),
        &["check", "--config", "gone.toml", "x", "-c", "y"],
        "",
    );
    assert!(
        gone.code == 2 && gone.stderr.contains("gone.toml"),
        "{}",
        gone.stderr
    );
}

/// A pipe that stays open without data does not keep a run from ending.
#[cfg(unix)]
#[test]
fn a_run_that_waits_for_input_can_be_interrupted() {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("wiredrift"))
        .args(["check", "-", "-c", "organisations@v2"])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let stdin = child.stdin.take().expect("piped");
    std::thread::sleep(Duration::from_millis(300));
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("runs").success());
    let output = child.wait_with_output().expect("ends");
    drop(stdin);
    assert_eq!(output.status.code(), Some(130));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("interrupted"), "{stderr}");
}
