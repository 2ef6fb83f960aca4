//! `wiredrift init`: looks for contracts and captures, and writes a commented configuration.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::error::{Error, ErrorKind};
use crate::rules::natural;

use super::args::InitArguments;
use super::config::FILE;
use super::output::{Output, write_file};
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

/// How deep folders are searched, and how many files are looked at.
const DEPTH: usize = 6;
const FILES: usize = 20_000;

/// Names of folders that hold captured payloads.
const CAPTURE_FOLDERS: [&str; 6] = [
    "captures",
    "recordings",
    "traffic",
    "har",
    "hars",
    "payloads",
];

/// Ends of names of captures, without compression.
const CAPTURES: [&str; 4] = [".har", ".http", ".ndjson", ".jsonl"];

/// Bytes of a file that show whether it is an OpenAPI document.
const HEAD: u64 = 4096;

/// What was found, from the folder.
#[derive(Debug, Default)]
struct Found {
    contracts: Vec<String>,
    captures: Vec<String>,
    /// Recordings of test libraries, which are not read yet.
    cassettes: Vec<String>,
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
                let _ = writeln!(out, "No {noun} found: fill in `{noun}`.");
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
    if !found.cassettes.is_empty() {
        let _ = writeln!(
            out,
            "Not read yet: recordings in {}.",
            found.cassettes.join(", ")
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

/// Looks for contracts and captures.
fn look(folder: &Path) -> Found {
    let is_wanted = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0
            || !(name.starts_with('.')
                || entry.file_type().is_dir() && PASSED_OVER.contains(&&*name))
    };
    let walk = WalkDir::new(folder)
        .max_depth(DEPTH)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_wanted);
    let mut found = Found::default();
    let mut captures: BTreeSet<PathBuf> = BTreeSet::new();
    for entry in walk.filter_map(Result::ok).take(FILES) {
        let Ok(inside) = entry.path().strip_prefix(folder) else {
            continue;
        };
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if entry.file_type().is_dir() {
            if CAPTURE_FOLDERS.contains(&&*name) {
                captures.insert(inside.to_owned());
            } else if name == "cassettes" || name == "vcr_cassettes" {
                found.cassettes.push(written(inside));
            }
            continue;
        }
        let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
        if CAPTURES.iter().any(|end| plain.ends_with(end)) {
            captures.insert(inside.to_owned());
        } else if [".json", ".yaml", ".yml"]
            .iter()
            .any(|end| name.ends_with(end))
            && is_openapi(entry.path())
        {
            found.contracts.push(written(inside));
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
    // The shortest path is the main document, more often than not.
    found.contracts.sort_by(|one, other| {
        let depth = |path: &str| path.matches('/').count();
        depth(one)
            .cmp(&depth(other))
            .then_with(|| natural(one, other))
    });
    found
}

/// A path with slashes, as TOML and URLs have it.
fn written(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Whether a file starts like an OpenAPI document: the key is at the top, and its value is a version.
fn is_openapi(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    if read.is_err() {
        return false;
    }
    let head = String::from_utf8_lossy(&head);
    head.lines().any(|line| {
        let line = line.trim_start_matches(['{', ' ', '\t', '\u{feff}']);
        [
            "openapi",
            "\"openapi\"",
            "'openapi'",
            "swagger",
            "\"swagger\"",
            "'swagger'",
        ]
        .iter()
        .any(|key| {
            let value = line
                .strip_prefix(key)
                .and_then(|rest| rest.trim_start().strip_prefix(':'));
            let value = value.map(|value| value.trim_start().trim_start_matches(['"', '\'']));
            value.is_some_and(|value| value.starts_with(|c: char| c.is_ascii_digit()))
        })
    })
}

/// The file, with a comment for each key.
fn configuration(found: &Found) -> String {
    let quoted = |text: &String| serde_json::Value::from(text.as_str()).to_string();
    let mut out = String::from(
        "# The configuration of wiredrift. Keys are the long options of the commands; `wiredrift config` lists them,\n\
         # and shows which values are in force.\n",
    );
    out.push_str("\n# The contract that `check` and `lint` use: a file, a folder, or a name from [contracts].\n");
    let contract = found.contracts.first().map(quoted);
    let _ = match &contract {
        Some(contract) => writeln!(out, "contract = {contract}"),
        None => writeln!(out, "# contract = \"openapi.yaml\""),
    };
    out.push_str("\n# Files and folders with captured traffic.\n");
    let captures: Vec<String> = found.captures.iter().map(quoted).collect();
    let _ = match captures.is_empty() {
        true => writeln!(out, "# captures = [\"captures\"]"),
        false => writeln!(out, "captures = [{}]", captures.join(", ")),
    };
    out.push_str(
        "\n[check]\n# Fail on findings of this level: error, warning, info or never.\nfail-on = \"error\"\n\
         # Known findings, so that only new ones fail: run `wiredrift check --baseline FILE --update-baseline` once.\n\
         # baseline = \"wiredrift-baseline.json\"\n\
         # Reports besides the text.\n# output = { sarif = \"wiredrift.sarif\", html = \"wiredrift.html\" }\n",
    );
    if let Some((_, others)) = found
        .contracts
        .split_first()
        .filter(|(_, others)| !others.is_empty())
    {
        out.push_str("\n# Names for contracts: `--contract NAME`.\n# [contracts]\n");
        for other in others {
            let name = Path::new(other)
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned());
            let _ = writeln!(
                out,
                "# {} = {}",
                quoted(&name.unwrap_or_default()),
                quoted(other)
            );
        }
    }
    out.push_str(
        "\n# Levels of rules: off, info, warning or error. `wiredrift explain` lists the rules.\n[levels]\n\
         # undeclared-property = \"error\"\n\
         \n# Findings that do not count. A reason is required.\n# [[ignore]]\n# rule = \"undeclared-property\"\n\
         # operation = \"listPets\"\n# reason = \"the server adds fields for a beta\"\n# until = 2026-12-31\n",
    );
    out
}
