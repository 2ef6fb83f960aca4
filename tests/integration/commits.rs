//! Contracts of commits, end to end.

use std::path::Path;
use std::process::Command as Process;

use crate::common::{self, unwrapped};

fn run_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    common::run_in(folder, &[&["diff"], arguments].concat(), "")
}

#[test]
fn a_commit_is_an_operand() {
    let folder = tempfile::tempdir().expect("a folder");
    let git = |arguments: &[&str]| {
        let status = Process::new("git")
            .current_dir(folder.path())
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .output()
            .expect("git runs");
        assert!(
            status.status.success(),
            "{}",
            String::from_utf8_lossy(&status.stderr)
        );
    };
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    let api = "openapi: 3.1.0\ninfo: {title: Pets, version: 1.0.0}\npaths:\n  /pets:\n    get:\n      responses:\n        '200':\n          description: Pets\n          content: {application/json: {schema: {$ref: '../common/pet.yaml'}}}\n";
    git(&["init", "--quiet"]);
    write("api/openapi.yaml", api);
    write(
        "common/pet.yaml",
        "type: object\nrequired: [name]\nproperties: {name: {type: string}}\n",
    );
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "One"]);
    write(
        "common/pet.yaml",
        "type: object\nproperties: {name: {type: string}}\n",
    );
    for (place, path) in [("", "api/openapi.yaml"), ("api", "openapi.yaml")] {
        let operand = format!("git:HEAD:{path}");
        let (code, stdout, stderr) = run_in(&folder.path().join(place), &[&operand, path]);
        assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
        assert!(stdout.contains("error[property-optional]: property `name` is now optional"));
        assert!(stdout.contains("git:HEAD:common/pet.yaml:2:1"), "{stdout}");
        assert!(
            unwrapped(&stdout).contains("The version stays 1.0.0, which is not enough."),
            "{stdout}"
        );
    }
    let table = [
        (
            "git:HEAD:api/nothing.yaml",
            "there is no api/nothing.yaml in HEAD",
        ),
        (
            "git:nothing:api/openapi.yaml",
            "unknown git revision `nothing`",
        ),
        (
            "git:--help:api/openapi.yaml",
            "a revision must not start with a dash",
        ),
        ("git:HEAD:../../etc", "the path is outside the repository"),
        (
            "git:HEAD:api/openapi.yml",
            "; did you mean `git:HEAD:api/openapi.yaml`?",
        ),
        (
            "HEAD:api/openapi.yaml",
            "; did you mean `git:HEAD:api/openapi.yaml`?",
        ),
        (
            "git:origin/main:api/openapi.yaml",
            "unknown git revision `origin/main`; run `git fetch origin main` first\n",
        ),
    ];
    git(&["remote", "add", "origin", "https://example.com/pets.git"]);
    for (operand, expected) in table {
        let (code, _, stderr) = run_in(folder.path(), &[operand, "api/openapi.yaml"]);
        assert_eq!(code, 2);
        assert!(stderr.contains(expected), "{operand}: {stderr}");
    }
    let (_, _, stderr) = run_in(
        &folder.path().join("api"),
        &["git:HEAD:api/openapi.yaml", "openapi.yaml"],
    );
    assert!(
        stderr.contains(
            "(paths are relative to the current folder); did you mean `git:HEAD:openapi.yaml`?"
        ),
        "{stderr}"
    );
    // A file that is broken is named as it was asked for.
    write("broken.yaml", "a: [");
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "Two"]);
    let (code, _, stderr) = run_in(folder.path(), &["git:HEAD:broken.yaml", "api/openapi.yaml"]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("git:HEAD:broken.yaml") && !stderr.contains("/tmp"),
        "{stderr}"
    );
}
