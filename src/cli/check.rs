//! `wiredrift check`

use std::mem::ManuallyDrop;

use crate::capture::Input;
use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::learn::Learner;
use crate::observe::{Engine, Observation, Observer, Options, ParallelWatcher};
use crate::profile::{Compared, StoredProfile};
use crate::report::Report;
use crate::report::check::{Gap, TextOptions};
use crate::rules::catalogue::{UNSEEN_ENUM_VALUE, UNSEEN_PROPERTY};
use crate::rules::{Level, Policy};
use crate::suggest::{Seen, may_edit};

use super::args::{CheckArguments, DiscriminatorArgument, EngineArgument};
use super::batch::Frames;
use super::chosen::Chosen;
use super::config::Config;
use super::exceptions::{exceptions, update};
use super::levels::{check_operations, check_outputs, exit_for, policy};
use super::output::Output;
use super::progress::PROGRESS;

use super::tried::{Trial, only};
use super::{Exit, Failure, profiles, reports, suggest, verbose};

/// The resolved arguments.
struct Check<'a> {
    arguments: &'a CheckArguments,
    inputs: Vec<Input>,
    options: Options,
    policy: Policy,
    fail_on: Option<Level>,
    /// Whether the contract was read from a file.
    is_of_file: bool,
}

pub(super) fn run(
    arguments: &CheckArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    check_outputs(&arguments.output, arguments.exceptions.baseline.as_deref())?;
    suggest::refuse(arguments)?;
    let policy = policy(&arguments.level)?;
    let exceptions = exceptions(&arguments.exceptions, config, "check")?;
    let mut reading = arguments.reading.options(arguments.capture.schemas());
    reading.compile.discriminators_hint = arguments.discriminator == DiscriminatorArgument::Hint;
    let given = arguments.profile.given()?;
    if given.is_some() {
        profiles::refuse_selection(&arguments.capture)?;
    }
    if arguments.captures.is_empty() && given.is_none() && !arguments.batch {
        let message = format!(
            "no captures were given: pass files or folders, or `-` for standard input; `wiredrift lint {}` \
             checks the contract itself",
            arguments.contract
        );
        return Err(Error::new(ErrorKind::Read, message).into());
    }
    let chosen =
        Chosen::find(&arguments.contract, &reading).map_err(|error| match error.kind() {
            ErrorKind::NoContract => error.adding("; did you swap CAPTURES and --contract?"),
            _ => error,
        })?;
    // The process ends with the command; freeing every schema of a large contract takes as long as a fifth of reading
    // it.
    let chosen = ManuallyDrop::new(chosen);
    let (asked, family) = (chosen.asked()?, chosen.family());
    check_operations(&config.level_sources(), &asked, output)?;
    let check = Check::resolve(arguments, &asked, policy.clone())?;
    if arguments.batch {
        return check.batch(&asked, &family, output);
    }
    let judged = |observation, policy| {
        Report::judged(
            &arguments.contract,
            &asked,
            observation,
            &family,
            policy,
            &exceptions,
        )
    };
    let (mut report, seen) = match arguments.suggest {
        None => {
            let observation = check.learn(&asked, &family, given, output)?;
            (judged(observation, &check.policy), None)
        }
        Some(format) => {
            let seen = Seen::new(arguments.strict_requests);
            let (observer, seen) = check.observe(&asked, &family, seen);
            (
                judged(observer.into_observation(), &check.policy),
                Some((format, seen)),
            )
        }
    };
    verbose::tell(&report, config, output);
    let has_problems =
        !report.problems.is_empty() && !arguments.capture.keep_going || PROGRESS.is_stopped();
    let is_complete = !has_problems && report.gap().is_none();
    let mut looked = report.looked(
        &check.policy,
        arguments.capture.is_limited() || PROGRESS.is_stopped(),
    );
    if !arguments.coverage {
        looked
            .off
            .extend([UNSEEN_PROPERTY.id, UNSEEN_ENUM_VALUE.id]);
    }
    if arguments.exceptions.update_baseline && !is_complete {
        let message = "the baseline is not updated, because the run is incomplete";
        output.error(message, None);
    } else {
        let found = report.found(arguments.coverage);
        let updated = update(
            &arguments.exceptions,
            &exceptions,
            &found,
            &looked,
            arguments.no_excerpts,
            output,
        )?;
        if let Some(baseline) = updated {
            report.accept(&baseline);
        }
    }
    report.close(&exceptions, &looked);
    if let Some((format, seen)) = seen {
        let contract = only(&chosen)?;
        if !is_complete {
            return check.exit(&report, output);
        }
        let again = |chosen: &Chosen| {
            let (asked, family) = (chosen.asked()?, chosen.family());
            let check = Check::resolve(arguments, &asked, policy.clone())?;
            let seen = Seen::new(arguments.strict_requests);
            let (observer, seen) = check.observe(&asked, &family, seen);
            let mut report = Report::judged(
                &arguments.contract,
                &asked,
                observer.into_observation(),
                &family,
                &check.policy,
                &exceptions,
            );
            report.close(&exceptions, &looked);
            Ok((report, seen))
        };
        let mut trial = Trial {
            arguments,
            reading: &reading,
            policy: &check.policy,
            check: again,
        };
        return suggest::run(&mut trial, contract, (report, seen), format, output);
    }
    if arguments.no_excerpts {
        report.leave_out_excerpts();
    }

    check.write(&report, output)?;
    check.exit(&report, output)
}

impl<'a> Check<'a> {
    fn resolve(arguments: &'a CheckArguments, asked: &[&Contract], policy: Policy) -> Result<Self> {
        let policy = Policy {
            strict: arguments.strict,
            ..policy
        };
        Ok(Self {
            arguments,
            inputs: arguments.capture.inputs(&arguments.captures)?,
            options: Options {
                engine: match arguments.engine {
                    EngineArgument::Streaming => Engine::Streaming,
                    EngineArgument::Reference => Engine::Reference,
                },
                strict_requests: arguments.strict_requests,
                api_headers: arguments.api_header.clone(),
                ..arguments
                    .capture
                    .observation(asked, &format!("`{}`", arguments.contract))?
            },
            policy,
            fail_on: arguments.fail_on.level(),
            is_of_file: asked
                .iter()
                .flat_map(|contract| contract.documents.iter())
                .any(|document| document.source.is_some()),
        })
    }

    /// Reads the captures, which a watcher sees, too.
    fn observe<'c, W: ParallelWatcher<'c>>(
        &self,
        asked: &[&'c Contract],
        family: &[&'c Contract],
        watcher: W,
    ) -> (Observer<'c>, W) {
        let observer = Observer::new(asked.to_vec(), family.to_vec(), self.options.clone());
        let observer = observer.watched_by(watcher);
        self.arguments
            .capture
            .read(&self.inputs, observer)
            .unwatched()
    }

    /// Learns from frames on standard input, and writes the profile. What is wrong with captures is in the profile.
    fn batch(
        &self,
        asked: &[&Contract],
        family: &[&Contract],
        output: &mut Output,
    ) -> Result<Exit, Failure> {
        let observer = Observer::new(asked.to_vec(), family.to_vec(), self.options.clone());
        let observer = observer.watched_by(Learner::default());
        let mut frames = Frames::new(std::io::stdin().lock());
        let observer = self.arguments.capture.read_each(&mut frames, observer);
        if let Some(error) = frames.error {
            return Err(error.into());
        }
        if PROGRESS.is_stopped() {
            return Ok(Exit::Interrupted);
        }
        let (observer, learner) = observer.unwatched();
        let compared = self.compared(asked, family);
        let observation = observer.into_observation();
        let profile = StoredProfile::compared(compared, observation, learner.finish(), family);
        if let Some(path) = &self.arguments.profile.profile {
            profiles::write(&profile, path, output)?;
        }
        Ok(Exit::Clean)
    }

    /// What captures are compared with.
    fn compared(&self, asked: &[&Contract], family: &[&Contract]) -> Compared {
        let arguments = self.arguments;
        let mut options = arguments.reading.decisive();
        if arguments.discriminator == DiscriminatorArgument::Hint {
            options.push("--discriminator hint".to_owned());
        }
        options.extend(
            arguments
                .api_header
                .iter()
                .map(|start| format!("--api-header {start}")),
        );
        options.sort();
        options.dedup();
        Compared::new(asked, family, arguments.strict_requests).with_options(options)
    }

    /// What the captures, or the profiles in their place, show. Writes a profile if one is asked for.
    fn learn(
        &self,
        asked: &[&Contract],
        family: &[&Contract],
        given: Option<StoredProfile>,
        output: &mut Output,
    ) -> Result<Observation, Failure> {
        let path = self.arguments.profile.profile.as_deref();
        if path.is_none() && given.is_none() {
            return Ok(self.observe(asked, family, ()).0.into_observation());
        }
        let compared = self.compared(asked, family);
        let profile = match given {
            Some(given) => given,
            None => {
                let (observer, learner) = self.observe(asked, family, Learner::default());
                let observation = observer.into_observation();
                StoredProfile::compared(compared.clone(), observation, learner.finish(), family)
            }
        };
        if let Some(path) = path {
            profiles::write(&profile, path, output)?;
        }
        let named = |error: Error| match self.arguments.profile.from_profile.first() {
            Some(first) => error.with_path(first),
            None => error,
        };
        Ok(profile.observation_with(&compared, family).map_err(named)?)
    }

    fn write(&self, report: &Report, output: &mut Output) -> Result<(), Failure> {
        let options = TextOptions {
            payloads: self.arguments.payloads,
            coverage: self.arguments.coverage,
            statistics: self.arguments.statistics,
            width: output.width(),
            links: output.shows_links(),
            fail_on: self.fail_on,
            has_baseline: report.exempt.has_baseline,
            // A log in CI is read after the run, when it cannot be run again.
            names_suggest: output.is_seen()
                && self.is_of_file
                && report.findings.iter().any(may_edit),
        };
        reports::write(report, &self.arguments.output, options, output)
    }

    fn exit(&self, report: &Report, output: &mut Output) -> Result<Exit, Failure> {
        // Print the report before messages about it.
        output.flush()?;
        if PROGRESS.is_stopped() {
            output.error(
                "interrupted: the report covers only what was read until then",
                None,
            );
            return Ok(Exit::Interrupted);
        }
        let files = report.sources.iter().map(|source| source.file.as_str());
        if let Some(glob) = self.arguments.capture.idle_pattern(files) {
            output.error(
                &format!("--schema-for `{glob}` matches none of the captures"),
                None,
            );
            return Ok(Exit::Incomplete);
        }
        match self.arguments.suggest {
            Some(_) => reports::tell_all_problems(report, output),
            None => reports::tell_problems::<Report>(report, &self.arguments.output, output),
        }
        if !report.problems.is_empty() && !self.arguments.capture.keep_going {
            return Ok(Exit::Incomplete);
        }
        let findings = report.shown(self.arguments.coverage);
        let worst = findings.iter().map(|finding| finding.level).max();
        let exit = exit_for(self.fail_on, worst);
        let Some(gap) = report.gap() else {
            return Ok(exit);
        };
        let more = match gap {
            // There are findings outside payloads.
            Gap::NothingCompared if exit != Exit::Clean => return Ok(exit),
            Gap::NothingMatched => {
                let contract = &report.contract;
                format!("; `wiredrift contracts {contract}` lists its operations")
            }
            Gap::NoExchanges | Gap::AllFiltered | Gap::NothingCompared => String::new(),
        };
        output.error(&(report.gap_words(gap) + &more), None);
        Ok(Exit::Incomplete)
    }
}
