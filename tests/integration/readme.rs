//! What the README and the pages of docs/ show is what the binary prints.

use std::path::PathBuf;

use crate::common::{root, wiredrift};

/// Set to bring the output in the pages up to date.
const UPDATE: &str = "WIREDRIFT_UPDATE";

/// The README and the pages of docs/, without those of the rules, which have tests of their own.
fn pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).expect("a folder");
    let docs = docs.map(|entry| entry.expect("an entry").path());
    let mut pages: Vec<PathBuf> = docs
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

#[test]
fn console_blocks_show_what_is_printed() {
    let mut commands = 0;
    for path in pages() {
        let page = std::fs::read_to_string(&path).expect("readable");
        let mut updated = String::new();
        let mut rest = page.as_str();
        while let Some((before, block)) = rest.split_once("```console\n") {
            let (block, after) = block.split_once("```\n").expect("the block ends");
            let command = block.lines().next().expect("a command");
            let arguments = command.strip_prefix("$ wiredrift ").unwrap_or_else(|| {
                panic!("{}: `{command}` is not `$ wiredrift …`", path.display())
            });
            let arguments: Vec<&str> = arguments.split(' ').collect();
            let stdout = wiredrift(root(), &arguments, "").stdout;
            updated.push_str(&format!("{before}```console\n{command}\n{stdout}```\n"));
            rest = after;
            commands += 1;
        }
        updated.push_str(rest);
        if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
            std::fs::write(&path, updated).expect("written");
            continue;
        }
        let diff = similar::TextDiff::from_lines(&page, &updated);
        let diff = diff
            .unified_diff()
            .header(&path.display().to_string(), "printed")
            .to_string();
        assert!(diff.is_empty(), "run with {UPDATE}=1 to update\n{diff}");
    }
    assert!(commands > 5, "the pages show commands");
}
