//! The guide `docs/gate.md`, from its first command to its last.

use std::fs;

use crate::common::{root, wiredrift};

/// Set to bring the output in the page up to date.
const UPDATE: &str = "WIREDRIFT_UPDATE";

#[test]
fn the_guide_leads_to_a_green_gate() {
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["openapi.yaml", "session.har"] {
        fs::copy(
            root().join("samples/gate").join(file),
            folder.path().join(file),
        )
        .expect("copied");
    }
    let path = root().join("docs/gate.md");
    let page = fs::read_to_string(&path).expect("readable");
    let (mut updated, mut rest) = (String::new(), page.as_str());
    let mut codes = Vec::new();
    while let Some((before, block)) = rest.split_once("```console gate\n") {
        let (block, after) = block.split_once("```\n").expect("the block ends");
        let command = block.lines().next().expect("a command");
        let arguments = command.strip_prefix("$ wiredrift ").expect("a command");
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let run = wiredrift(folder.path(), &arguments, "");
        codes.push(run.code);
        updated.push_str(&format!(
            "{before}```console gate\n{command}\n{}{}```\n",
            run.stdout, run.stderr
        ));
        rest = after;
    }
    updated.push_str(rest);
    assert_eq!(codes, [0, 1, 1, 0, 0, 0]);
    // Only the edits have changed the contract.
    let edited = fs::read_to_string(folder.path().join("openapi.yaml")).expect("readable");
    assert!(
        edited.contains("enum: [open, paid, sent]   # \"sent\" comes with release 2\n"),
        "{edited}"
    );
    assert!(edited.contains("        # In cents.\n"), "{edited}");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        return fs::write(&path, updated).expect("written");
    }
    assert_eq!(page, updated, "run with {UPDATE}=1 to update");
}
