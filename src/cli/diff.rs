//! `wiredrift diff`

use crate::diff::compare_contracts;
use crate::report::Render;
use crate::report::diff::{Changes, DiffOptions};
use crate::rules::{Level, Policy};

use super::args::{DiffArguments, Unproven};
use super::levels::{levels, one_to_stdout};
use super::output::Output;
use super::pair::{Pair, names};
use super::{Exit, Failure};

pub(super) fn run(arguments: &DiffArguments, output: &mut Output) -> Result<Exit, Failure> {
    one_to_stdout(&arguments.output)?;
    let policy = Policy {
        strict: false,
        levels: levels(&arguments.level)?,
        unproven: match arguments.unproven {
            Unproven::Error => Some(Level::Error),
            Unproven::Warning => None,
            Unproven::Info => Some(Level::Info),
        },
    };
    let pair = Pair::find(&arguments.pair, &[])?;
    let (old_contract, new_contract) = pair.contracts(&arguments.pair)?;
    let options = arguments.pair.diff_options(arguments.sent_by);
    let found = compare_contracts(old_contract, new_contract, &options);
    let names = names(&arguments.pair, (old_contract, new_contract));
    let report = Changes::judged(&found, (old_contract, new_contract), names, &policy);
    let options = DiffOptions {
        columns: output.columns(),
        all_places: arguments.all_places,
        equivalent: arguments.show_equivalent,
        explain: arguments.explain_verdict,
    };
    for target in &arguments.output {
        let rendered = report.render(target.format, options);
        match output.write(&rendered, target.path.as_deref()) {
            // The reader closed the pipe, but the exit code is still valid.
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
