//! `wiredrift schema`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use walkdir::WalkDir;

use crate::contract::{Contract, ContractRef, builtin, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::report::baseline_schema;
use crate::report::captures::{self, CAPTURES_FORMAT};
use crate::report::check::{self, CHECK_FORMAT};
use crate::report::diff::{self, DIFF_FORMAT};
use crate::report::migration::{self, MIGRATION_FORMAT};
use crate::report::upgrade::{self, UPGRADE_FORMAT};
use crate::rules::except::BASELINE_FORMAT;
use crate::schema::emit;

use super::args::SchemaArguments;
use super::config::config_schema;
use super::output::{Output, write_file};
use super::rewritten::patch;
use super::{Exit, Failure};

/// The name that selects the schemas of the JSON reports.
const REPORT: &str = "report";

pub(super) fn run(arguments: &SchemaArguments, output: &mut Output) -> Result<Exit, Failure> {
    let registry = builtin::registry()?;
    let reference = arguments.reference.as_ref();
    let with_report = reference.is_none_or(|reference| reference.name == REPORT);
    let contracts: Vec<&Contract> = match reference {
        Some(reference) if reference.name == REPORT => Vec::new(),
        Some(reference) => registry.find(reference)?,
        None => registry.iter().collect(),
    };
    if arguments.openapi {
        let contract = only_contract(&contracts)?;
        output.print(&pretty(&contract.to_openapi()?))?;
        return Ok(Exit::Clean);
    }
    if let Some(folder) = &arguments.write {
        for (path, content) in files(&contracts, with_report) {
            let path = folder.join(path);
            let parent = path.parent().unwrap_or(folder);
            fs::create_dir_all(parent).map_err(|error| Error::write(parent, &error))?;
            write_file(&path, &content)?;
        }
        return Ok(Exit::Clean);
    }
    if let Some(folder) = &arguments.check {
        return compare_with(folder, &files(&contracts, with_report), reference, output);
    }
    if let Some(name) = &arguments.r#type {
        output.print(&pretty(&of_type(&contracts, name)?))?;
        return Ok(Exit::Clean);
    }
    for contract in &contracts {
        output.print(&pretty(&contract.schema_bundle()))?;
    }
    if with_report {
        for (_, schema) in report_formats() {
            output.print(&pretty(&schema))?;
        }
    }
    Ok(Exit::Clean)
}

/// The one contract to export as an OpenAPI document.
fn only_contract<'c>(contracts: &[&'c Contract]) -> Result<&'c Contract> {
    match contracts {
        [contract] => Ok(contract),
        [] => {
            let message = "the JSON reports are not a contract; `wiredrift schema report` prints their schemas";
            Err(Error::new(ErrorKind::Unknown, message))
        }
        several => {
            let names: Vec<String> = several.iter().map(|c| c.reference()).collect();
            let message = format!(
                "--openapi requires exactly one contract; name one of them: {}",
                names.join(", ")
            );
            Err(Error::new(ErrorKind::Unknown, message))
        }
    }
}

fn pretty(document: &Value) -> String {
    // A JSON value always serialises.
    serde_json::to_string_pretty(document).unwrap_or_default() + "\n"
}

/// The names of the JSON reports, of baselines and of the configuration, with their schemas.
fn report_formats() -> [(&'static str, Value); 7] {
    [
        (CHECK_FORMAT, check::json_schema()),
        (DIFF_FORMAT, diff::json_schema()),
        (MIGRATION_FORMAT, migration::json_schema()),
        (UPGRADE_FORMAT, upgrade::json_schema()),
        (CAPTURES_FORMAT, captures::json_schema()),
        (BASELINE_FORMAT, baseline_schema()),
        ("config-v1", config_schema()),
    ]
}

/// All files that `--write` writes, with their content.
fn files(contracts: &[&Contract], with_report: bool) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    for contract in contracts {
        let folder = Path::new(&contract.name).join(&contract.version);
        for schema in contract.payload_schemas() {
            let path = folder.join(emit::file_name(&schema.name));
            files.insert(path, pretty(&schema.document));
        }
    }
    if with_report {
        for (format, schema) in report_formats() {
            let path = Path::new(REPORT).join(format!("{format}.schema.json"));
            files.insert(path, pretty(&schema));
        }
    }
    files
}

fn of_type(contracts: &[&Contract], name: &str) -> Result<Value> {
    let schemas: Vec<_> = contracts
        .iter()
        .flat_map(|contract| contract.payload_schemas())
        .collect();
    schemas
        .iter()
        .find(|schema| schema.name == name)
        .map(|schema| schema.document.clone())
        .ok_or_else(|| {
            let names = schemas.iter().map(|schema| schema.name.as_str());
            unknown("payload type", name, names)
        })
}

/// Prints how the folder differs from the generated files.
fn compare_with(
    folder: &Path,
    wanted: &BTreeMap<PathBuf, String>,
    reference: Option<&ContractRef>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let mut out_of_date = 0;
    for (path, content) in wanted {
        let full = folder.join(path);
        let found = match fs::read_to_string(&full) {
            Ok(found) => found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::read(&full, &error).into()),
        };
        if found != *content {
            out_of_date += 1;
            let name = full.display().to_string();
            let names = (name.as_str(), "generated");
            let text = patch(names, (&found, content), |_, line| line.to_owned());
            output.print(&text)?;
        }
    }
    // Files that are no longer generated are stale. Only a check of all contracts can detect them.
    if reference.is_none() {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.map_err(|error| Error::read(folder, &error.into()))?;
            let path = entry.path();
            let is_schema = path.to_string_lossy().ends_with(".schema.json");
            let known = path
                .strip_prefix(folder)
                .is_ok_and(|path| wanted.contains_key(path));
            if is_schema && !known {
                out_of_date += 1;
                output.print(&format!(
                    "{}: no contract has this schema\n",
                    path.display()
                ))?;
            }
        }
    }
    if out_of_date == 0 {
        return Ok(Exit::Clean);
    }
    let command = match reference {
        Some(reference) => format!("wiredrift schema {reference}"),
        None => "wiredrift schema".to_owned(),
    };
    output.print(&format!(
        "\n{out_of_date} of {} files are out of date; `{command} --write {}` updates them\n",
        wanted.len(),
        folder.display()
    ))?;
    Ok(Exit::Findings)
}
