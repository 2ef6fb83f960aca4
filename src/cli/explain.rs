//! `wiredrift explain`

use std::fmt::Write as _;

use crate::rules::{CATALOGUE, Rule};

use super::args::ExplainArguments;
use super::output::Output;
use super::{Exit, Failure};

pub(super) fn run(arguments: &ExplainArguments, output: &mut Output) -> Result<Exit, Failure> {
    match &arguments.rule {
        Some(id) => {
            let rule = Rule::find(id)?;
            output.print(rule.doc)?;
        }
        None => output.print(&table())?,
    }
    Ok(Exit::Clean)
}

/// Every rule with its levels on a line.
fn table() -> String {
    let width = CATALOGUE
        .iter()
        .map(|rule| rule.id.len())
        .max()
        .unwrap_or(0);
    let mut table = format!("{:width$}  request  response  what it is about\n", "rule");
    for rule in CATALOGUE {
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "{:width$}  {:7}  {:8}  {}",
            rule.id,
            rule.request.to_string(),
            rule.response.to_string(),
            rule.summary
        );
    }
    table
}
