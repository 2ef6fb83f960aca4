//! `wiredrift contracts`

use std::fmt::Write as _;

use anstyle::Style;

use crate::contract::{Contract, OperationKind, Payload, builtin};

use super::args::ContractsArguments;
use super::chosen::Chosen;
use super::output::Output;
use super::{Exit, Failure};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

pub(super) fn run(arguments: &ContractsArguments, output: &mut Output) -> Result<Exit, Failure> {
    let mut text = String::new();
    match &arguments.reference {
        Some(reference) => {
            let chosen = Chosen::find(reference, &arguments.reading.options(Vec::new()))?;
            for contract in chosen.asked()? {
                if !text.is_empty() {
                    text.push('\n');
                }
                describe(&mut text, contract);
            }
        }
        None => {
            let registry = builtin::registry()?;
            let contracts: Vec<&Contract> = registry.iter().collect();
            let width = contracts
                .iter()
                .map(|c| c.reference().len())
                .max()
                .unwrap_or(0);
            for contract in contracts {
                // Writing to a string does not fail, here and below.
                let _ = writeln!(
                    text,
                    "{BOLD}{:width$}{BOLD:#}  {:2} operations  {}",
                    contract.reference(),
                    contract.operations.len(),
                    contract.title
                );
            }
        }
    }
    output.print(&text)?;
    Ok(Exit::Clean)
}

fn describe(text: &mut String, contract: &Contract) {
    let title = format!("{BOLD}{}{BOLD:#}  {}", contract.reference(), contract.title);
    let _ = writeln!(text, "{}", title.trim_end());
    let mut bases: Vec<String> = contract
        .operations
        .iter()
        .flat_map(|operation| {
            let path = operation.path.to_string();
            let routes = operation.routes.iter();
            routes.filter_map(move |route| Some(route.to_string().strip_suffix(&path)?.to_owned()))
        })
        .filter(|base| !base.is_empty())
        .collect();
    bases.sort();
    bases.dedup();
    if !bases.is_empty() {
        let noun = if bases.len() == 1 { "path" } else { "paths" };
        let bases = bases.join(", ");
        let _ = writeln!(text, "  {DIM}base {noun}: {bases}{DIM:#}");
    }
    let ids = contract
        .operations
        .iter()
        .map(|o| o.id.len())
        .max()
        .unwrap_or(0);
    let signatures = contract.operations.iter().map(|o| o.signature().len());
    let signatures = signatures.max().unwrap_or(0);
    for operation in &contract.operations {
        let mut responses: Vec<_> = operation.responses.iter().collect();
        responses.sort_by_key(|response| response.status);
        if operation.kind == OperationKind::Schema {
            responses.clear();
        }
        let responses: Vec<String> = responses
            .into_iter()
            .map(|response| match response.payload {
                Payload::Undocumented => format!("{} (no schema)", response.status),
                Payload::Absent | Payload::Content(_) => response.status.to_string(),
            })
            .collect();
        let line = format!(
            "  {:ids$}  {:signatures$}  {}",
            operation.id,
            operation.signature(),
            responses.join(" ")
        );
        let _ = writeln!(text, "{}", line.trim_end());
        let replaced = operation.replaces.iter().map(|replaced| {
            format!(
                "replaces {} of {}: {}",
                replaced.operation, replaced.version, replaced.what
            )
        });
        for note in operation.notes.iter().cloned().chain(replaced) {
            let _ = writeln!(text, "  {:ids$}  {DIM}{note}{DIM:#}", "");
        }
    }
    for note in &contract.notes {
        let _ = writeln!(text, "  {DIM}{note}{DIM:#}");
    }
}
