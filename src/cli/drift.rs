//! `wiredrift drift`

use std::io::Read as _;
use std::path::Path;

use crate::drift::{drift, timeline};
use crate::error::{Error, ErrorKind, Result};
use crate::learn::Learnt;
use crate::observe::Observation;
use crate::profile::StoredProfile;
use crate::report::Report;
use crate::report::check::{Period, Periods, Requests, TextOptions, Unsure};
use crate::rules::except::Looked;
use crate::rules::{judge_drift, unsure_words};

use super::args::DriftArguments;
use super::config::Config;
use super::exceptions::{exceptions, update};
use super::levels::{check_outputs, exit_for, policy};
use super::output::Output;
use super::profiles::{has_profiles, joined, learn, refuse_selection};
use super::progress::PROGRESS;
use super::reports::{self, tell_unread};
use super::{Exit, Failure};

pub(super) fn run(
    arguments: &DriftArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    check_outputs(&arguments.output, arguments.exceptions.baseline.as_deref())?;
    arguments.capture.refuse_contract()?;
    let policy = policy(&arguments.level)?;
    let exceptions = exceptions(&arguments.exceptions, config, "drift")?;
    let mut observation = Observation::default();
    let mut learnt: Vec<(String, Learnt)> = Vec::new();
    for path in &arguments.periods {
        let profile = period(arguments, path)?;
        let read = profile.observation();
        observation.problems.extend_from_slice(&read.problems);
        observation.problems_met += read.problems_met;
        observation.sources.extend_from_slice(&read.sources);
        observation.skipped.extend_from_slice(&read.skipped);
        if profile.learnt.is_empty() {
            tell_unread(&read.problems, output);
            if !read.problems.is_empty() {
                return Ok(Exit::Incomplete);
            }
            let message = "this period has no exchanges";
            return Err(Error::new(ErrorKind::NothingCompared, message)
                .with_path(path)
                .into());
        }
        learnt.push((path.display().to_string(), profile.learnt));
    }
    if PROGRESS.is_stopped() {
        output.error("interrupted: nothing was compared", None);
        return Ok(Exit::Interrupted);
    }
    let Some(((_, now), earlier)) = learnt.split_last() else {
        return Ok(Exit::Incomplete);
    };
    let mut before = Learnt::default();
    earlier.iter().for_each(|(_, learnt)| before += learnt);
    let found = drift(&before, now);
    let unsure = found.unsure.iter().map(|shift| {
        let (what, before, now) = unsure_words(shift);
        Unsure { what, before, now }
    });
    let periods = Periods {
        list: periods(&learnt),
        unsure: unsure.collect(),
    };
    let has_problems = !observation.problems.is_empty() && !arguments.capture.keep_going;
    let mut report = Report::of_periods(periods, &found, observation, judge_drift(&found, &policy));
    let looked = Looked {
        off: policy.rules_off(),
        ..Looked::default()
    };
    report.except(&exceptions);
    let listed = report.found(true);
    if let Some(baseline) = update(
        &arguments.exceptions,
        &exceptions,
        &listed,
        &looked,
        false,
        output,
    )? {
        report.accept(&baseline);
    }
    report.close(&exceptions, &looked);
    let fail_on = arguments.fail_on.level();
    let options = TextOptions {
        width: output.width(),
        links: output.shows_links(),
        fail_on,
        has_baseline: report.exempt.has_baseline,
        ..TextOptions::default()
    };
    reports::write(&report, &arguments.output, options, output)?;
    output.flush()?;
    reports::tell_problems::<Report>(&report, &arguments.output, output);
    match has_problems {
        true => Ok(Exit::Incomplete),
        false => Ok(exit_for(fail_on, report.worst())),
    }
}

/// Bytes of a file that show whether it is a profile: a block of Zstandard has 128 KiB at most (RFC 8878).
const START: u64 = 192 << 10;

/// A period: a profile, a folder of profiles, or captures.
fn period(arguments: &DriftArguments, path: &Path) -> Result<StoredProfile> {
    let is_profile = match path.is_file() {
        true => {
            let mut start = Vec::new();
            let opened = std::fs::File::open(path);
            let read = opened.and_then(|file| file.take(START).read_to_end(&mut start));
            read.is_ok() && StoredProfile::is_profile(&start)
        }
        false => has_profiles(path),
    };
    if is_profile {
        refuse_selection(&arguments.capture)?;
        return joined(&[path.to_owned()]);
    }
    learn(&arguments.capture, &[path.to_owned()])
}

fn periods(learnt: &[(String, Learnt)]) -> Vec<Period> {
    let all: Vec<&Learnt> = learnt.iter().map(|(_, learnt)| learnt).collect();
    let counts = timeline(&all).into_iter();
    let periods = learnt.iter().zip(counts).map(|((name, learnt), counts)| {
        let operations = counts
            .into_iter()
            .map(|(operation, (requests, failed))| Requests {
                operation,
                requests,
                failed,
            });
        Period {
            name: name.clone(),
            exchanges: learnt.exchanges,
            days: learnt.seen().days(),
            operations: operations.collect(),
        }
    });
    periods.collect()
}
