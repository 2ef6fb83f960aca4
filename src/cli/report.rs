//! `wiredrift report`

use crate::diff::Owner;
use crate::diff::{Difference, compare_contracts};
use crate::error::{Error, ErrorKind, Result};
use crate::migrate::impact::Impact;
use crate::migrate::{Migration, Moves};
use crate::observe::Observer;
use crate::report::check::Gap;
use crate::report::diff::Changes;
use crate::report::migration::{MigrationOptions, MigrationReport};
use crate::rules::except::Looked;
use crate::rules::judge;
use crate::rules::{Level, in_order};

use super::args::{ReportArguments, ReportFailOn};
use super::config::Config;
use super::exceptions::{exceptions, update};
use super::levels::{exit_for, one_to_stdout, policy};
use super::output::Output;
use super::pair::{Pair, names};
use super::progress::PROGRESS;
use super::{Exit, Failure, reports, verbose};

pub(super) fn run(
    arguments: &ReportArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    one_to_stdout(&arguments.output)?;
    let policy = policy(&arguments.level)?;
    if arguments.fail_on == ReportFailOn::Used && arguments.captures.is_empty() {
        let message =
            "`--fail-on used` needs captures: pass files or folders, or `-` for standard input";
        return Err(Error::new(ErrorKind::Read, message).into());
    }
    let pair = Pair::find(&arguments.pair, &arguments.capture.schemas())?;
    let pair = pair.told_apart(&arguments.pair)?;
    let (old, new) = pair.contracts(&arguments.pair)?;
    let inputs = arguments.capture.inputs(&arguments.captures)?;
    let asked = vec![old, new];
    let called = format!("`{}` and `{}`", arguments.pair.old, arguments.pair.new);
    let observation = arguments.capture.observation(&asked, &called)?;

    let found = compare_contracts(old, new, &arguments.pair.diff_options(arguments.sent_by));
    let names = names(&arguments.pair, (old, new));
    let mut exceptions = exceptions(&arguments.exceptions, config, "report")?;
    let mut diff_report = Changes::judged(&found, (old, new), names, &policy);
    let not_ignored = diff_report.not_ignored(&exceptions);
    let looked = Looked {
        off: policy.rules_off(),
        ..Looked::default()
    };
    let updated = update(
        &arguments.exceptions,
        &exceptions,
        &not_ignored,
        &looked,
        false,
        output,
    )?;
    exceptions.baseline = updated.or(exceptions.baseline);
    diff_report.except(&exceptions);
    // Without changes that are turned off, so that traffic is compared with what is reported.
    let changes: Vec<Difference> = diff_report
        .changes
        .iter()
        .map(|judged| judged.difference.clone())
        .collect();
    let counts = diff_report
        .changes
        .iter()
        // A change that all operations share, such as a new base path, does not distinguish exchanges.
        .map(|judged| judged.level >= Level::Warning && judged.difference.owner != Owner::Contract);
    let moves = Moves::default();
    let migration = Migration {
        old,
        new,
        alignment: &found.alignment,
        moves: &moves,
        // Traffic can confirm or contradict heuristic changes.
        accept_guesses: true,
    };
    let counts: Vec<bool> = counts.collect();
    let consumer_by = arguments.consumer_by.clone();
    let impact = Impact::new(migration, &changes, counts, consumer_by);
    let mut observer = Observer::new(asked.clone(), asked.clone(), observation).watched_by(impact);
    let reading = arguments.capture.reading();
    reading.read(&inputs, &mut observer);
    let (observer, impact) = observer.unwatched();
    let findings = in_order(judge(&observer.profile, &asked, &policy));
    let report = MigrationReport::new(
        diff_report,
        (old, new),
        &found.alignment,
        (observer, impact),
        findings,
    );

    if let Some(traffic) = &report.traffic {
        verbose::tell(&traffic.report, config, output);
    }
    let options = MigrationOptions {
        columns: output.columns(),
        fail_on: arguments.fail_on.level(),
        fails_on_used: arguments.fail_on == ReportFailOn::Used,
    };
    reports::write(&report, &arguments.output, options, output)?;
    exit(arguments, &report, output)
}

fn exit(
    arguments: &ReportArguments,
    report: &MigrationReport,
    output: &mut Output,
) -> Result<Exit, Failure> {
    output.flush()?;
    if PROGRESS.is_stopped() {
        output.error(
            "interrupted: the report covers only what was read until then",
            None,
        );
        return Ok(Exit::Interrupted);
    }
    if let Some(traffic) = report.traffic.as_ref().map(|traffic| &traffic.report) {
        let files = traffic.sources.iter().map(|source| source.file.as_str());
        if let Some(glob) = arguments.capture.idle_pattern(files) {
            let message = format!("--schema-for `{glob}` matches none of the captures");
            output.error(&message, None);
            return Ok(Exit::Incomplete);
        }
        reports::tell_problems::<MigrationReport>(traffic, &arguments.output, output);
        if !traffic.problems.is_empty() && !arguments.capture.keep_going {
            return Ok(Exit::Incomplete);
        }
        let message = match traffic.gap() {
            Some(Gap::NothingMatched) => {
                let diff = &report.diff;
                let (old, new) = (&diff.old.reference, &diff.new.reference);
                Some(format!("nothing in the captures belongs to {old} or {new}"))
            }
            Some(gap @ Gap::NoExchanges) => Some(traffic.gap_words(gap)),
            Some(Gap::NothingCompared) | None => None,
        };
        if let Some(message) = message {
            output.error(&message, None);
            return Ok(Exit::Incomplete);
        }
    }
    Ok(match arguments.fail_on {
        ReportFailOn::Used => exit_for(Some(Level::Error), report.worst_used()),
        other => exit_for(other.level(), report.diff.worst()),
    })
}
