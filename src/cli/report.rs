//! `wiredrift report`

use clap::ValueEnum as _;

use crate::capture::Input;
use crate::contract::Contract;
use crate::diff::{Difference, Owner, compare_contracts};
use crate::error::{Error, ErrorKind};
use crate::learn::Learner;
use crate::migrate::impact::{Impact, ImpactWatcher};
use crate::migrate::{Migration, Moves};
use crate::observe::{Observation, Observer};
use crate::profile::{Basis, BasisChange, Compared, StoredProfile};
use crate::report::check::Gap;
use crate::report::diff::Changes;
use crate::report::migration::{MigrationOptions, MigrationReport};
use crate::rules::{Level, change_key, in_order, judge};

use super::args::{ReportArguments, ReportFailOn, SentBy};
use super::config::Config;
use super::exceptions::{except_changes, exceptions};
use super::levels::{check_operations, check_outputs, exit_for, policy};
use super::output::Output;
use super::pair::{Pair, names};
use super::progress::PROGRESS;
use super::{Exit, Failure, profiles, reports, verbose};

pub(super) fn run(
    arguments: &ReportArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    check_outputs(&arguments.output, arguments.exceptions.baseline.as_deref())?;
    let policy = policy(&arguments.level)?;
    let given = arguments.profile.given()?;
    if let Some(given) = &given {
        profiles::refuse_selection(&arguments.capture)?;
        if *given == StoredProfile::default() {
            let message = "the profile is empty: it was written from no captures";
            return Err(Error::new(ErrorKind::NothingCompared, message).into());
        }
    } else if arguments.captures.is_empty() {
        let option = match &arguments.profile.profile {
            _ if arguments.fail_on == ReportFailOn::Used => Some("--fail-on used"),
            Some(_) => Some("--profile"),
            None => None,
        };
        if let Some(option) = option {
            let message = format!(
                "`{option}` needs captures: pass files or folders, or `-` for standard input"
            );
            return Err(Error::new(ErrorKind::Read, message).into());
        }
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
    let basis = basis(arguments, (&found.changes, &diff_report), (old, new));
    let moves = Moves::default();
    let migration = Migration {
        old,
        new,
        alignment: &found.alignment,
        moves: &moves,
        // Traffic can confirm or contradict heuristic changes.
        accept_guesses: true,
    };
    let touches = basis.changes.iter().map(|change| change.touches).collect();
    let consumer_by = arguments.consumer_by.clone();
    let reading = Reading {
        arguments,
        inputs,
        asked: &asked,
        basis: &basis,
        observer: Observer::new(asked.clone(), asked.clone(), observation),
        watcher: ImpactWatcher::new(migration, &found.changes, touches, consumer_by),
    };
    let (observation, impact) = reading.learn(given, output)?;
    let findings = in_order(judge(&observation.profile, &asked, &policy));
    let positions: Vec<usize> = diff_report
        .changes
        .iter()
        .map(|judged| judged.position)
        .collect();
    let mut report = MigrationReport::new(
        diff_report,
        migration,
        (observation, impact.of_changes(&positions)),
        arguments.consumer_by.as_ref(),
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

/// What traffic is compared with.
fn basis(
    arguments: &ReportArguments,
    (changes, report): (&[Difference], &Changes),
    (old, new): (&Contract, &Contract),
) -> Basis {
    let mut changes: Vec<BasisChange> = changes
        .iter()
        .map(|change| BasisChange {
            key: change_key(change, old, new).to_string(),
            touches: false,
        })
        .collect();
    for judged in &report.changes {
        // A change that all operations share, such as a new base path, does not distinguish exchanges.
        let is_of_all = judged.difference.owner == Owner::Contract;
        changes[judged.position].touches = judged.level >= Level::Warning && !is_of_all;
    }
    let mut options = Vec::new();
    if let Some(by) = &arguments.consumer_by {
        options.push(format!("--consumer-by {}", by.as_argument()));
    }
    for (from, to) in &arguments.pair.map_path {
        options.push(format!("--map-path {from}={to}"));
    }
    if arguments.sent_by != SentBy::Client {
        let value = arguments.sent_by.to_possible_value();
        options.extend(value.map(|value| format!("--sent-by {}", value.get_name())));
    }
    options.sort();
    options.dedup();
    Basis { changes, options }
}

/// The captures, and who learns from them.
struct Reading<'a, 'c> {
    arguments: &'a ReportArguments,
    inputs: Vec<Input>,
    asked: &'a [&'c Contract],
    basis: &'a Basis,
    observer: Observer<'c>,
    watcher: ImpactWatcher<'c>,
}

impl Reading<'_, '_> {
    /// What the captures show, or the profiles in their place. Writes a profile if one is asked for.
    fn learn(
        self,
        given: Option<StoredProfile>,
        output: &mut Output,
    ) -> Result<(Observation, Impact), Failure> {
        let Self {
            arguments,
            inputs,
            asked,
            basis,
            observer,
            watcher,
        } = self;
        let path = arguments.profile.profile.as_deref();
        let capture = &arguments.capture;
        if path.is_none() && given.is_none() {
            let (observer, watcher) = capture
                .read(&inputs, observer.watched_by(watcher))
                .unwatched();
            return Ok((observer.into_observation(), watcher.finish_all()));
        }
        let compared =
            Compared::new(asked, asked, false).with_options(arguments.pair.reading.decisive());
        let profile = match given {
            Some(given) => given,
            None => {
                let both = (watcher, Learner::default());
                let (observer, (watcher, learner)) =
                    capture.read(&inputs, observer.watched_by(both)).unwatched();
                let (observation, learnt) = (observer.into_observation(), learner.finish());
                StoredProfile::compared(compared.clone(), observation, learnt, asked)
                    .with_impact(basis.clone(), watcher.finish())
            }
        };
        if let Some(path) = path {
            profiles::write(&profile, path, output)?;
        }
        let named = |error: Error| match arguments.profile.from_profile.first() {
            Some(first) => error.with_path(first),
            None => error,
        };
        Ok(profile
            .impact_with((&compared, basis), asked)
            .map_err(named)?)
    }
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
