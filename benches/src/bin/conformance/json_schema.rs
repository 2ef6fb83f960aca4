//! Runs the JSON Schema Test Suite through the command line: each payload alone, and all payloads of a schema
//! as NDJSON, with both engines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wiredrift::json::{self, TapeDocument};

use super::{Result, Share, files, program, wiredrift};

const DRAFTS: [(&str, &str); 5] = [
    ("draft4", "http://json-schema.org/draft-04/schema#"),
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    (
        "draft2019-09",
        "https://json-schema.org/draft/2019-09/schema",
    ),
    (
        "draft2020-12",
        "https://json-schema.org/draft/2020-12/schema",
    ),
];

const ENGINES: [&str; 2] = ["streaming", "reference"];

/// How the payloads of a schema are passed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    One,
    Lines,
}

/// The base URL of the suite's remote schemas.
const REMOTE: &str = "http://localhost:1234/";

pub(crate) fn run(suite: &Path, only: &[&str]) -> Result {
    let suite = std::path::absolute(suite)?;
    let runner = Runner {
        program: program()?,
        folder: std::env::temp_dir().join(format!("wiredrift-suite-{}", std::process::id())),
        remotes: remotes(&suite.join("remotes"))?,
    };
    std::fs::create_dir_all(&runner.folder)?;
    // By draft and part, one share for each engine and mode.
    let mut shares: BTreeMap<(&str, &str), [Share; 4]> = BTreeMap::new();
    for (draft, dialect) in DRAFTS {
        if !only.is_empty() && !only.contains(&draft) {
            continue;
        }
        let tests = suite.join("tests").join(draft);
        for (part, folder) in [
            ("required", ""),
            ("optional", "optional"),
            ("format", "optional/format"),
        ] {
            for file in files(&tests.join(folder))? {
                if file.extension().is_none_or(|extension| extension != "json") {
                    continue;
                }
                let shares = shares.entry((draft, part)).or_default();
                runner.file(&file, draft, dialect, shares)?;
            }
        }
    }
    std::fs::remove_dir_all(&runner.folder)?;
    println!(
        "\n{:14} {:10} {:>16} {:>16} {:>16} {:>16}",
        "", "", "one, streaming", "one, reference", "lines, streaming", "lines, reference"
    );
    let mut sums: BTreeMap<&str, [Share; 4]> = BTreeMap::new();
    for ((draft, part), shares) in &shares {
        println!(
            "{draft:14} {part:10} {:>16} {:>16} {:>16} {:>16}",
            shares[0], shares[1], shares[2], shares[3]
        );
        for (sum, share) in sums.entry(part).or_default().iter_mut().zip(shares) {
            sum.right += share.right;
            sum.all += share.all;
        }
    }
    for (part, shares) in &sums {
        println!(
            "{:14} {part:10} {:>16} {:>16} {:>16} {:>16}",
            "all", shares[0], shares[1], shares[2], shares[3]
        );
    }
    Ok(())
}

/// Every remote schema: its path under the URL of the suite, and its file.
fn remotes(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder_in) = open.pop() {
        for path in files(&folder_in)? {
            if path.is_dir() {
                open.push(path);
            } else {
                let inside = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                found.push((inside, path));
            }
        }
    }
    found.sort();
    Ok(found)
}

struct Runner {
    program: PathBuf,
    folder: PathBuf,
    remotes: Vec<(String, PathBuf)>,
}

impl Runner {
    fn file(&self, file: &Path, draft: &str, dialect: &str, shares: &mut [Share; 4]) -> Result {
        let text = std::fs::read(file)?;
        let groups: Value = serde_json::from_slice(&text)?;
        // Numbers are passed as the suite writes them, which a parsed value does not preserve.
        let written = TapeDocument::parse(&text).map_err(|error| error.to_string())?;
        let groups = groups.as_array().into_iter().flatten();
        for (group, written) in groups.zip(written.root().elements()) {
            let mut schema = group["schema"].clone();
            if let Value::Object(members) = &mut schema {
                members.entry("$schema").or_insert_with(|| dialect.into());
            }
            let schema = schema.to_string();
            std::fs::write(self.folder.join("contract.schema.json"), &schema)?;
            let outcomes = group["tests"].as_array().into_iter().flatten();
            let data = written
                .get("tests")
                .into_iter()
                .flat_map(json::Value::elements);
            let tests: Vec<(String, bool)> = outcomes
                .zip(data)
                .filter_map(|(test, written)| {
                    let data = &text[written.get("data")?.span()];
                    // A line of NDJSON has no line breaks, and neither have JSON strings.
                    let data = String::from_utf8_lossy(data).replace(['\n', '\r'], " ");
                    Some((data, test["valid"] == Value::Bool(true)))
                })
                .collect();
            // In the suite, `format` is an annotation, except in the tests of formats.
            let annotates = file.file_name().is_some_and(|name| name == "format.json");
            for (mode_at, mode) in [Mode::One, Mode::Lines].into_iter().enumerate() {
                for (engine_at, engine) in ENGINES.into_iter().enumerate() {
                    let mut options =
                        vec!["--contract".to_owned(), "contract.schema.json".to_owned()];
                    options.extend(["--engine".to_owned(), engine.to_owned()]);
                    if annotates {
                        options.extend(["--formats".to_owned(), "annotate".to_owned()]);
                    }
                    options.extend(self.references(&schema, draft));
                    let found = match mode {
                        Mode::One => self.one_by_one(&tests, &options)?,
                        Mode::Lines => self.as_lines(&tests, &options)?,
                    };
                    for ((at, (data, valid)), found) in tests.iter().enumerate().zip(found) {
                        let is_right = found == Ok(*valid);
                        shares[mode_at * 2 + engine_at].count(is_right);
                        if !is_right {
                            let name = file.file_name().unwrap_or_default().to_string_lossy();
                            let description = group["description"].as_str().unwrap_or_default();
                            let said = match found {
                                Ok(valid) => format!("valid: {valid}"),
                                Err(error) => error,
                            };
                            let test = &group["tests"][at]["description"];
                            println!(
                                "{draft}/{name} ({} {engine}): {description}: {test} {data:.60}: {said:.400}",
                                if mode == Mode::One { "one" } else { "lines" }
                            );
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// If a schema may refer to remote ones, all of them are passed.
    fn references(&self, schema: &str, draft: &str) -> Vec<String> {
        let mut options = Vec::new();
        if !schema.contains(REMOTE) {
            return options;
        }
        for (inside, path) in &self.remotes {
            let of_draft = inside.split('/').next().unwrap_or_default();
            let of_another = !schema.contains(inside.as_str())
                && (of_draft.starts_with("draft") || of_draft == "v1")
                && of_draft != draft;
            if !of_another {
                options.push("--ref".to_owned());
                options.push(format!("{REMOTE}{inside}={}", path.display()));
            }
        }
        options
    }

    fn one_by_one(
        &self,
        tests: &[(String, bool)],
        options: &[String],
    ) -> Result<Vec<std::result::Result<bool, String>>> {
        let mut found = Vec::new();
        for (data, _) in tests {
            std::fs::write(self.folder.join("payload.json"), data)?;
            let mut arguments = vec!["check".to_owned(), "payload.json".to_owned()];
            arguments.extend_from_slice(options);
            let output = wiredrift(&self.program, &self.folder, &arguments)?;
            found.push(match output.status.code() {
                Some(0) => Ok(true),
                Some(1) => {
                    // A problem of the contract is not a verdict on the payload.
                    let text = String::from_utf8_lossy(&output.stdout);
                    let of_contract = text
                        .lines()
                        .any(|line| line.trim_start().starts_with("--> contract.schema.json"));
                    match of_contract {
                        true => Err(text.lines().next().unwrap_or_default().to_owned()),
                        false => Ok(false),
                    }
                }
                _ => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
            });
        }
        Ok(found)
    }

    fn as_lines(
        &self,
        tests: &[(String, bool)],
        options: &[String],
    ) -> Result<Vec<std::result::Result<bool, String>>> {
        let lines: Vec<String> = tests.iter().map(|(data, _)| data.clone()).collect();
        std::fs::write(self.folder.join("payloads.ndjson"), lines.join("\n") + "\n")?;
        let mut arguments: Vec<String> = [
            "check",
            "payloads.ndjson",
            "--format",
            "ndjson",
            "--payloads",
            "--level",
            "undeclared-property=off",
        ]
        .map(str::to_owned)
        .into();
        arguments.extend_from_slice(options);
        let output = wiredrift(&self.program, &self.folder, &arguments)?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok((1..=tests.len())
            .map(|line| {
                let start = format!("payloads.ndjson:{line}:");
                let verdict = text
                    .lines()
                    .map(str::trim_start)
                    .find(|text| text.starts_with(&start) && !text.contains("-->"));
                match verdict {
                    Some(text) if text.contains("  conforms") => Ok(true),
                    Some(text) if text.contains("  deviates") => Ok(false),
                    _ => Err(format!(
                        "{} {}",
                        text,
                        String::from_utf8_lossy(&output.stderr)
                    )),
                }
            })
            .collect())
    }
}
