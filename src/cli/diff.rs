//! `wiredrift diff`

use crate::diff::compare_contracts;
use crate::report::diff::{Changes, DiffOptions};
use crate::rules::{Level, Policy};

use super::args::{DiffArguments, Unproven};
use super::config::Config;
use super::exceptions::{except_changes, exceptions};
use super::levels::{check_operations, check_outputs, exit_for, policy};
use super::output::Output;
use super::pair::{Pair, names};
use super::{Exit, Failure, reports};

pub(super) fn run(
    arguments: &DiffArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    check_outputs(&arguments.output, arguments.exceptions.baseline.as_deref())?;
    let policy = Policy {
        unproven: match arguments.unproven {
            Unproven::Error => Some(Level::Error),
            Unproven::Warning => None,
            Unproven::Info => Some(Level::Info),
        },
        ..policy(&arguments.level)?
    };
    let pair = Pair::find(&arguments.pair, &[])?;
    let (old_contract, new_contract) = pair.contracts(&arguments.pair)?;
    check_operations(
        &config.level_sources(),
        &[old_contract, new_contract],
        output,
    )?;
    let options = arguments.pair.diff_options(arguments.sent_by);
    let found = compare_contracts(old_contract, new_contract, &options);
    let names = names(&arguments.pair, (old_contract, new_contract));
    let exceptions = exceptions(&arguments.exceptions, config, "diff")?;
    let mut report = Changes::judged(&found, (old_contract, new_contract), names, &policy);
    except_changes(
        &mut report,
        &arguments.exceptions,
        exceptions,
        &policy,
        output,
    )?;
    let options = DiffOptions {
        columns: output.columns(),
        all_places: arguments.all_places,
        equivalent: arguments.show_equivalent,
        explain: arguments.explain_verdict,
        fail_on: arguments.fail_on.level(),
        has_baseline: report.exempt.has_baseline,
    };
    reports::write(&report, &arguments.output, options, output)?;
    Ok(exit_for(arguments.fail_on.level(), report.worst()))
}
