//! `wiredrift lint`

use crate::error::Result;
use crate::lint::lint;
use crate::report::Report;
use crate::report::check::TextOptions;
use crate::rules::except::Looked;
use crate::rules::{in_order, judge_contract};

use super::args::{DiscriminatorArgument, LintArguments};
use super::chosen::Chosen;
use super::config::Config;
use super::exceptions::{exceptions, update};
use super::levels::{check_operations, check_outputs, exit_for, policy};
use super::output::Output;
use super::{Exit, Failure, reports};

pub(super) fn run(
    arguments: &LintArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    check_outputs(&arguments.output, arguments.exceptions.baseline.as_deref())?;
    let policy = policy(&arguments.level)?;
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
    check_operations(&config.level_sources(), &contracts, output)?;
    let judged = contracts.iter().flat_map(|contract| {
        let facts = lint(contract);
        judge_contract(contract, &facts, &policy)
    });
    let findings = in_order(judged.collect());
    let name = arguments.contracts.join(", ");
    let exceptions = exceptions(&arguments.exceptions, config, "lint")?;
    let looked = Looked {
        off: policy.rules_off(),
        ..Looked::default()
    };
    let mut report = Report::of_contracts(&name, &contracts, findings);
    report.except(&exceptions);
    let found = report.found(true);
    if let Some(baseline) = update(
        &arguments.exceptions,
        &exceptions,
        &found,
        &looked,
        false,
        output,
    )? {
        report.accept(&baseline);
    }
    report.close(&exceptions, &looked);
    let options = TextOptions {
        width: output.width(),
        links: output.shows_links(),
        fail_on: arguments.fail_on.level(),
        has_baseline: report.exempt.has_baseline,
        ..TextOptions::default()
    };
    reports::write(&report, &arguments.output, options, output)?;
    Ok(exit_for(arguments.fail_on.level(), report.worst()))
}
