//! What the README shows is what the binary prints.

use crate::common::{root, wiredrift};

/// Set to bring the output in the README up to date.
const UPDATE: &str = "WIREDRIFT_UPDATE";

#[test]
fn console_blocks_show_what_is_printed() {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).expect("readable");
    let mut updated = String::new();
    let mut rest = readme.as_str();
    let mut commands = 0;
    while let Some((before, block)) = rest.split_once("```console\n") {
        let (block, after) = block.split_once("```\n").expect("the block ends");
        let command = block.lines().next().expect("a command");
        let arguments = command
            .strip_prefix("$ wiredrift ")
            .expect("a wiredrift command");
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let stdout = wiredrift(root(), &arguments, "").stdout;
        updated.push_str(&format!("{before}```console\n{command}\n{stdout}```\n"));
        rest = after;
        commands += 1;
    }
    updated.push_str(rest);
    assert!(commands > 0);
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::write(&path, updated).expect("written");
    } else {
        let diff = similar::TextDiff::from_lines(&readme, &updated);
        let diff = diff
            .unified_diff()
            .header("README.md", "printed")
            .to_string();
        assert!(diff.is_empty(), "run with {UPDATE}=1 to update\n{diff}");
    }
}
