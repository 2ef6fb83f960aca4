//! Documents that OpenAPI's own schemas accept and reject, through `lint`.

use std::path::Path;

use serde_json::Value;

use super::{Result, Share, files, program, wiredrift};

pub(crate) fn run(suite: &Path) -> Result {
    let suite = std::path::absolute(suite)?;
    let program = program()?;
    let mut table = Vec::new();
    for version in files(&suite)? {
        let mut row = [Share::default(); 2];
        for (at, kind) in ["fail", "pass"].into_iter().enumerate() {
            let folder = version.join(kind);
            if !folder.is_dir() {
                continue;
            }
            for file in files(&folder)? {
                let name = file.strip_prefix(&suite)?.display().to_string();
                let arguments = ["lint", &name, "--output", "json"].map(str::to_owned);
                let output = wiredrift(&program, &suite, &arguments)?;
                let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
                // A field that the version does not have is ignored with a warning.
                let is_fault = |finding: &&Value| {
                    finding["level"] == "error"
                        || (kind == "fail" && finding["rule"] == "unknown-keyword")
                };
                let findings = report["findings"].as_array().into_iter().flatten();
                let errors: Vec<&str> = findings
                    .filter(is_fault)
                    .filter_map(|finding| finding["message"].as_str())
                    .collect();
                let refused = String::from_utf8_lossy(&output.stderr);
                let is_bad = !errors.is_empty() || !refused.is_empty();
                row[at].count(is_bad == (kind == "fail"));
                if is_bad || kind == "fail" {
                    println!("{name}\n    {}", errors.join("\n    "));
                    if !refused.is_empty() {
                        println!("    {}", refused.trim_end());
                    }
                }
            }
        }
        let version = version
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        table.push((version, row));
    }
    println!(
        "\n{:8} {:>22} {:>26}",
        "", "fail with an error", "pass without an error"
    );
    for (version, [fail, pass]) in table {
        println!("{version:8} {fail:>22} {pass:>26}");
    }
    Ok(())
}
