//! Dependencies between modules point one way.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the ground up: each may use those before it. `rules::catalogue` stands far below the
/// rest of `rules`.
const LAYERS: [&str; 20] = [
    "limits",
    "error",
    "stack",
    "location",
    "json",
    "redact",
    "source",
    "schema",
    "rules::catalogue",
    "model",
    "contract",
    "capture",
    "observe",
    "diff",
    "migrate",
    "lint",
    "rules",
    "report",
    "facade",
    "cli",
];

/// Uses that the order alone would allow, and that are not wanted.
const FORBIDDEN: [(&str, &str); 2] = [
    // Captures know nothing of contracts.
    ("capture", "contract"),
    ("capture", "schema"),
];

fn layer(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| *layer == module)
        .unwrap_or_else(|| panic!("module `{module}` has no layer"))
}

/// The module that a path of segments after `crate` names.
fn module_of(path: &str) -> String {
    let mut segments = path.split("::").map(|segment| {
        segment
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default()
    });
    let first = segments.next().unwrap_or_default();
    match (first, segments.next()) {
        ("rules", Some("catalogue" | "Level" | "Rule" | "CATALOGUE")) => {
            "rules::catalogue".to_owned()
        }
        (first, _) => first.to_owned(),
    }
}

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(source_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn modules_use_what_stands_below_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut uses = 0;
    for file in source_files(&root) {
        let inside = file.strip_prefix(&root).expect("inside").with_extension("");
        let name = inside
            .to_string_lossy()
            .replace(std::path::MAIN_SEPARATOR, "::");
        // Tests may look around; the two roots tie everything together.
        if name.ends_with("tests") || name.contains("::tests::") || name == "lib" || name == "main"
        {
            continue;
        }
        let own = module_of(&name);
        let text = fs::read_to_string(&file).expect("readable");
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            // `$crate::` in a macro is a path of whoever calls it.
            for (at, _) in line.match_indices("crate::") {
                if line[..at].ends_with('$') {
                    continue;
                }
                let used = module_of(&line[at + "crate::".len()..]);
                if used == own || used.starts_with(char::is_uppercase) {
                    continue;
                }
                uses += 1;
                assert!(
                    layer(&used) < layer(&own),
                    "{}: `{own}` must not use `{used}`",
                    file.display()
                );
                assert!(
                    !FORBIDDEN.contains(&(own.as_str(), used.as_str())),
                    "{}: `{own}` must not use `{used}`",
                    file.display()
                );
            }
        }
    }
    assert!(uses > 50, "the test sees the uses: {uses}");
}

#[test]
fn files_stay_readable() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in source_files(&root) {
        let lines = fs::read_to_string(&file).expect("readable").lines().count();
        assert!(lines <= 700, "{} has {lines} lines", file.display());
    }
}
