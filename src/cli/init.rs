//! `wiredrift init`: looks for contracts and captures, and writes a commented configuration.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::rules::natural;

use super::args::InitArguments;
use super::config::FILE;
use super::output::{Output, write_file};
use super::recognise::{is_http, is_openapi};
use super::values::quoted;
use super::{Exit, Failure};

/// Folders that hold other people's files, or results.
const PASSED_OVER: [&str; 8] = [
    "node_modules",
    "target",
    "dist",
    "build",
    "vendor",
    "venv",
    "__pycache__",
    "out",
];

/// How deep folders are searched. After this number of files, no further folder is.
const DEPTH: usize = 6;
const FILES: usize = 20_000;

/// Names of folders that hold captured payloads.
const CAPTURE_FOLDERS: [&str; 8] = [
    "cassettes",
    "vcr_cassettes",
    "captures",
    "recordings",
    "traffic",
    "har",
    "hars",
    "payloads",
];

/// Ends of names of captures, without compression.
const CAPTURES: [&str; 4] = [".har", ".http", ".ndjson", ".jsonl"];

/// Ends of names of files that may be raw HTTP, as `curl -i` prints it.
const MAYBE_HTTP: [&str; 5] = [".txt", ".log", ".raw", ".curl", ".response"];

/// Names of documents that say nothing about the API; the folder does.
const GENERIC: [&str; 5] = ["openapi", "swagger", "api", "index", "spec"];

/// What was found, from the folder.
#[derive(Debug, Default)]
struct Found {
    contracts: Vec<String>,
    captures: Vec<String>,
    /// Whether there were more files than are looked at.
    is_partial: bool,
}

pub(super) fn run(arguments: &InitArguments, output: &mut Output) -> Result<Exit, Failure> {
    let folder = &arguments.folder;
    if !folder.is_dir() {
        return Err(Error::new(ErrorKind::Read, "this is not a folder")
            .with_path(folder)
            .into());
    }
    let path = match folder.as_os_str() == "." {
        true => PathBuf::from(FILE),
        false => folder.join(FILE),
    };
    if path.exists() && !arguments.force {
        let message = "the file exists; --force overwrites it";
        return Err(Error::new(ErrorKind::Write, message)
            .with_path(&path)
            .into());
    }
    if let Some(above) = above(folder).filter(|_| !arguments.force) {
        let message = format!(
            "{} is the configuration of this folder, and a new file would replace it here; --force writes one",
            above.display()
        );
        return Err(Error::new(ErrorKind::Write, message).into());
    }
    let found = look(folder);
    write_file(&path, &configuration(&found))?;
    let mut out = String::new();
    // Writing to a `String` does not fail.
    let _ = writeln!(out, "Wrote {}.", path.display());
    for (noun, list) in [
        ("contract", &found.contracts),
        ("captures", &found.captures),
    ] {
        match list.as_slice() {
            [] => {
                let _ = writeln!(out, "No {noun} found. Set `{noun}` in the file.");
            }
            [one] => {
                let _ = writeln!(out, "{noun}: {one}");
            }
            several => {
                let _ = writeln!(
                    out,
                    "{noun}: {} ({} found)",
                    several.first().map_or("", |one| one),
                    several.len()
                );
            }
        }
    }
    if found.is_partial {
        let _ = writeln!(
            out,
            "The search stopped after {FILES} files; the deepest folders were not searched."
        );
    }
    if !found.contracts.is_empty() && !found.captures.is_empty() {
        out.push_str("Next: run `wiredrift check`.\n");
    }
    if !output.is_quiet() {
        output.print(&out)?;
    }
    Ok(Exit::Clean)
}

/// The configuration of a folder above.
fn above(folder: &Path) -> Option<PathBuf> {
    let folder = fs::canonicalize(folder).ok()?;
    let mut above = folder.ancestors().skip(1).map(|folder| folder.join(FILE));
    above.find(|path| path.is_file())
}

/// Looks for contracts and captures, in the upper folders first.
fn look(folder: &Path) -> Found {
    let mut found = Found::default();
    let mut captures: BTreeSet<PathBuf> = BTreeSet::new();
    let mut folders = VecDeque::from([(PathBuf::new(), 1)]);
    let mut count = 0;
    while let Some((inside, depth)) = folders.pop_front() {
        if count >= FILES {
            found.is_partial = true;
            break;
        }
        let Ok(entries) = fs::read_dir(folder.join(&inside)) else {
            continue;
        };
        let mut entries: Vec<fs::DirEntry> = entries.filter_map(Result::ok).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        count += entries.len();
        for entry in entries {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            let path = inside.join(entry.file_name());
            // Links are not followed: they may lead back.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            match () {
                () if name.starts_with('.') => {}
                () if kind.is_dir() => {
                    if PASSED_OVER.contains(&&*name) {
                        continue;
                    }
                    if CAPTURE_FOLDERS.contains(&&*name) {
                        captures.insert(path.clone());
                    }
                    if depth < DEPTH {
                        folders.push_back((path, depth + 1));
                    }
                }
                () => match kind_of(&name, &entry.path()) {
                    Some(Kind::Contract) => found.contracts.push(written(&path)),
                    Some(Kind::Capture) => {
                        captures.insert(path);
                    }
                    None => {}
                },
            }
        }
    }
    // What is in a folder of captures is named by the folder.
    let is_inside = |path: &PathBuf| {
        path.ancestors()
            .skip(1)
            .any(|above| captures.contains(above))
    };
    found.captures = captures
        .iter()
        .filter(|path| !is_inside(path))
        .map(|path| written(path))
        .collect();
    // The shortest path is the main document, more often than not, and `openapi.yaml` rather than `openapi-v1.yaml`.
    found.contracts.sort_by(|one, other| {
        let rank = |path: &str| (path.matches('/').count(), !GENERIC.contains(&stem(path)));
        rank(one)
            .cmp(&rank(other))
            .then_with(|| natural(one, other))
    });
    found
}

/// A path with slashes, as TOML and URLs have it.
fn written(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// What a file is for.
enum Kind {
    Contract,
    Capture,
}

fn kind_of(name: &str, path: &Path) -> Option<Kind> {
    let ends = |ends: &[&str], name: &str| ends.iter().any(|end| name.ends_with(end));
    let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
    if ends(&CAPTURES, plain) {
        return Some(Kind::Capture);
    }
    if ends(&[".json", ".yaml", ".yml"], name) {
        return is_openapi(path).then_some(Kind::Contract);
    }
    let may_be_http = ends(&MAYBE_HTTP, name) || !name.contains('.');
    (may_be_http && is_http(path)).then_some(Kind::Capture)
}

/// The name of a file without its extensions.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let plain = [".openapi", ".swagger"].iter();
    plain
        .filter_map(|end| stem.strip_suffix(end))
        .find(|stem| !stem.is_empty())
        .unwrap_or(stem)
}

/// A name for each contract: that of the file, or of its folder if the file has a generic name. If two would have the
/// same name, more folders are a part of it.
fn names(contracts: &[String]) -> Vec<String> {
    /// The name of a contract with this number of its folders.
    fn name(path: &str, folders: usize) -> String {
        let mut parts: Vec<&str> = path.split('/').collect();
        parts.pop();
        let stem = stem(path);
        let is_generic = GENERIC.contains(&stem) && !parts.is_empty();
        let folders = if is_generic { folders + 1 } else { folders };
        let mut parts = parts.split_off(parts.len().saturating_sub(folders));
        if !is_generic {
            parts.push(stem);
        }
        parts.join("-")
    }
    let names = |folders: usize| -> Vec<String> {
        let names = contracts.iter().map(|path| name(path, folders));
        names.collect()
    };
    let is_unique = |names: &[String]| names.iter().collect::<BTreeSet<_>>().len() == names.len();
    (0..DEPTH)
        .map(names)
        .find(|names| is_unique(names))
        // `a.json` and `a.yaml` in the same folder.
        .unwrap_or_else(|| contracts.to_vec())
}

/// The file, with a comment for each key.
fn configuration(found: &Found) -> String {
    let mut out = String::from(
        "# The configuration of wiredrift. Keys are the long options of the commands;\n\
         # `wiredrift config` lists them, and shows which values are in force.\n",
    );
    out.push_str(
        "\n# The contract that `check` and `lint` use: a file, a folder, or a name from\n# [contracts].\n",
    );
    let contract = found.contracts.first().map(|path| quoted(path));
    let _ = match &contract {
        Some(contract) => writeln!(out, "contract = {contract}"),
        None => writeln!(out, "# contract = \"openapi.yaml\""),
    };
    out.push_str("\n# Files and folders with captured traffic.\n");
    let captures: Vec<String> = found.captures.iter().map(|path| quoted(path)).collect();
    let _ = match captures.is_empty() {
        true => writeln!(out, "# captures = [\"captures\"]"),
        false => writeln!(out, "captures = [{}]", captures.join(", ")),
    };
    out.push_str(
        "\n[check]\n# Fail on findings of this level: error, warning, info or never.\nfail-on = \"error\"\n\
         # Known findings, so that only new ones fail. Remove the comment sign, and run\n\
         # `wiredrift check --update-baseline` once.\n\
         # baseline = \"wiredrift-baseline.json\"\n\
         # Reports in addition to the text.\n# output = { sarif = \"wiredrift.sarif\", html = \"wiredrift.html\" }\n",
    );
    if let Some((_, others)) = found
        .contracts
        .split_first()
        .filter(|(_, others)| !others.is_empty())
    {
        out.push_str("\n# Names for contracts: `--contract NAME`.\n# [contracts]\n");
        for (name, other) in names(others).iter().zip(others) {
            let _ = writeln!(out, "# {} = {}", quoted(name), quoted(other));
        }
    }
    out.push_str(
        "\n# Levels of rules: off, info, warning or error. `wiredrift explain` lists the\n# rules.\n[levels]\n\
         # undeclared-property = \"error\"\n\
         \n# Findings that do not count. A reason is required.\n# [[ignore]]\n# rule = \"undeclared-property\"\n\
         # operation = \"listPets\"\n# reason = \"the server adds fields for a beta\"\n# until = 2026-12-31\n",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_have_different_names() {
        let named = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
            names(&paths).join(" ")
        };
        for (paths, expected) in [
            (&["shop.yaml", "a/openapi.yaml"][..], "shop a"),
            (
                &["a/openapi.yaml", "b/openapi.yaml", "swagger.json"],
                "a b swagger",
            ),
            (&["v1.2.yaml", "pets.openapi.yaml"], "v1.2 pets"),
            (
                &["x/a/openapi.yaml", "y/a/openapi.yaml", "z/b.yaml"],
                "x-a y-a z-b",
            ),
            (&["a.json", "a.yaml"], "a.json a.yaml"),
            (
                &["a/openapi.json", "a/openapi.yaml"],
                "a/openapi.json a/openapi.yaml",
            ),
        ] {
            assert_eq!(named(paths), expected);
        }
    }
}
