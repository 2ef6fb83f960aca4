//! `wiredrift diff`

use crate::diff::diff;
use crate::lint::unusable;
use crate::report::changes::{DiffOptions, DiffReport, changelog, html, json, markdown, text};
use crate::rules::{Finding, Level, Policy, judge_changes, judge_contract};

use super::args::{DiffArguments, OutputFormat, Unproven};
use super::levels::{levels, one_to_stdout};
use super::output::Output;
use super::pair::{Pair, names};
use super::{Exit, Failure};

pub(super) fn run(arguments: &DiffArguments, output: &mut Output) -> Result<Exit, Failure> {
    one_to_stdout(&arguments.output)?;
    let policy = Policy {
        strict: false,
        levels: levels(&arguments.severity)?,
        unproven: match arguments.unproven {
            Unproven::Error => Some(Level::Error),
            Unproven::Warning => None,
            Unproven::Info => Some(Level::Info),
        },
    };
    let pair = Pair::find(&arguments.pair, &[])?;
    let (old_contract, new_contract) = pair.contracts(&arguments.pair)?;
    let options = arguments.pair.diff_options(arguments.sent_by);
    let found = diff(old_contract, new_contract, &options);
    let judge = |changes| judge_changes(changes, old_contract, new_contract, &policy);
    // What cannot be used of a contract is told once, though both have it.
    let mut parts: Vec<Finding> = Vec::new();
    for contract in [old_contract, new_contract] {
        let findings = judge_contract(contract, &unusable(contract), &policy);
        parts.extend(
            findings
                .into_iter()
                .filter(|finding| finding.level != Level::Off),
        );
    }
    let (old_name, new_name) = names(&arguments.pair, (old_contract, new_contract));
    let report = DiffReport {
        unusable: parts,
        old: old_name,
        new: new_name,
        changes: judge(&found.changes),
        equivalent: judge(&found.equivalent),
        size: found.size,
    };
    let options = DiffOptions {
        all_places: arguments.all_places,
        equivalent: arguments.show_equivalent,
        explain: arguments.explain_verdict,
    };
    for target in &arguments.output {
        let rendered = match target.format {
            OutputFormat::Text => text(&report, options),
            OutputFormat::Json => json(&report),
            OutputFormat::Markdown => markdown(&report, options),
            OutputFormat::Html => html(&report, options),
            OutputFormat::Changelog => changelog(&report),
        };
        match output.write(&rendered, target.path.as_deref()) {
            // Whoever read the output has seen enough; what was found stays found.
            Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            other => other?,
        }
    }
    let fails = |level| report.worst().is_some_and(|worst| worst >= level);
    Ok(match arguments.fail_on.level().is_some_and(fails) {
        true => Exit::Findings,
        false => Exit::Clean,
    })
}
