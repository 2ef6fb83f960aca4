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
use crate::rules::judge;
use crate::rules::{Level, in_order};

use super::args::{ReportArguments, ReportFailOn};
use super::config::Config;
use super::exceptions::{except_changes, exceptions};
use super::levels::{check_operations, check_outputs, exit_for, policy};
use super::output::Output;
use super::pair::{Pair, names};
use super::progress::PROGRESS;
use super::{Exit, Failure, reports, verbose};

pub(super) fn run(
    arguments: &ReportArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    check_outputs(&arguments.output, arguments.exceptions.baseline.as_deref())?;
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
    check_operations(&config.level_sources(), &asked, output)?;
    let called = format!("`{}` and `{}`", arguments.pair.old, arguments.pair.new);
    let observation = arguments.capture.observation(&asked, &called)?;

    let found = compare_contracts(old, new, &arguments.pair.diff_options(arguments.sent_by));
    let names = names(&arguments.pair, (old, new));
    let exceptions = exceptions(&arguments.exceptions, config, "report")?;
    let mut diff_report = Changes::judged(&found, (old, new), names, &policy);
    except_changes(
        &mut diff_report,
        &arguments.exceptions,
        exceptions,
        &policy,
        output,
    )?;
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
    let observer = Observer::new(asked.clone(), asked.clone(), observation).watched_by(impact);
    let (observer, impact) = arguments.capture.read(&inputs, observer).unwatched();
    let findings = in_order(judge(&observer.profile, &asked, &policy));
    let mut report = MigrationReport::new(
        diff_report,
        (old, new),
        &found.alignment,
        (observer.into_observation(), impact),
        findings,
    );

    if arguments.fail_on == ReportFailOn::Used {
        report.lower_unused();
    }
    if let Some(traffic) = &report.traffic {
        verbose::tell(&traffic.report, config, output);
    }
    let options = MigrationOptions {
        columns: output.columns(),
        fail_on: fail_on(arguments),
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
        reports::tell_all_problems(traffic, output);
        if !traffic.problems.is_empty() && !arguments.capture.keep_going {
            return Ok(Exit::Incomplete);
        }
        let message = match traffic.gap() {
            Some(Gap::NothingMatched) => {
                let diff = &report.diff;
                let (old, new) = (&diff.old.reference, &diff.new.reference);
                Some(format!("nothing in the captures belongs to {old} or {new}"))
            }
            Some(gap @ (Gap::NoExchanges | Gap::AllFiltered)) => Some(traffic.gap_words(gap)),
            _ if traffic.exchanges == 0 => {
                Some("no exchange in the captures could be read".to_owned())
            }
            Some(Gap::NothingCompared) | None => None,
        };
        let message = message.or_else(|| nothing_to_judge_by(arguments, report));
        if let Some(message) = message {
            output.error(&message, None);
            return Ok(Exit::Incomplete);
        }
    }
    Ok(exit_for(fail_on(arguments), report.diff.worst()))
}

/// The level that fails the run. With `--fail-on used`, the changes that the traffic does not use were lowered.
const fn fail_on(arguments: &ReportArguments) -> Option<Level> {
    match arguments.fail_on {
        ReportFailOn::Used => Some(Level::Error),
        other => other.level(),
    }
}

/// Why the captures cannot show what is used.
fn nothing_to_judge_by(arguments: &ReportArguments, report: &MigrationReport) -> Option<String> {
    let traffic = report.traffic.as_ref()?;
    let is_asked = arguments.fail_on == ReportFailOn::Used && report.is_breaking();
    (is_asked && traffic.exchanges.old == 0).then(|| {
        format!(
            "no exchange in the captures belongs to {}, so they do not show which breaking changes are used; \
             `--fail-on error` fails for all of them",
            report.diff.old.reference
        )
    })
}
