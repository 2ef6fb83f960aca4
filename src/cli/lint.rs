//! `wiredrift lint`

use crate::error::Result;
use crate::lint::lint;
use crate::report::check::TextOptions;
use crate::report::{Render, Report};
use crate::rules::{Policy, in_order, judge_contract};

use super::args::{DiscriminatorArgument, LintArguments};
use super::chosen::Chosen;
use super::levels::{exit_for, levels, one_to_stdout};
use super::output::Output;
use super::{Exit, Failure};

pub(super) fn run(arguments: &LintArguments, output: &mut Output) -> Result<Exit, Failure> {
    one_to_stdout(&arguments.output)?;
    let policy = Policy {
        strict: false,
        levels: levels(&arguments.level)?,
        ..Policy::default()
    };
    let mut reading = arguments.reading.options(Vec::new());
    reading.compile.discriminators_hint = arguments.discriminator == DiscriminatorArgument::Hint;
    let chosen: Vec<Chosen> = arguments
        .contracts
        .iter()
        .map(|contract| Chosen::find(contract, &reading))
        .collect::<Result<_>>()?;
    let mut contracts = Vec::new();
    for chosen in &chosen {
        contracts.extend(chosen.asked()?);
    }
    let judged = contracts.iter().flat_map(|contract| {
        let facts = lint(contract);
        judge_contract(contract, &facts, &policy)
    });
    let findings = in_order(judged.collect());
    let name = arguments.contracts.join(", ");
    let report = Report::of_contracts(&name, &contracts, findings);
    for target in &arguments.output {
        let rendered = report.render(
            target.format,
            TextOptions {
                width: output.width(),
                links: output.shows_links(),
                ..TextOptions::default()
            },
        );
        output.write(&rendered, target.path.as_deref())?;
    }
    output.flush()?;
    Ok(exit_for(arguments.fail_on.level(), report.worst()))
}
