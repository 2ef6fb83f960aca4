//! The command line: arguments, exit codes, and one file per command.

mod added;
mod args;
mod batch;
mod captures;
mod check;
mod chosen;
mod ci;
mod complete;
mod config;
mod contracts;
mod diff;
mod drift;
mod exceptions;
mod explain;
mod git;
mod infer;
mod init;
mod inputs;
mod levels;
mod lint;
mod ordered;
mod output;
mod pair;
mod pieces;
mod profiles;
mod progress;
mod recognise;
mod report;
mod reports;
mod rewritten;
mod schema;
mod suggest;
mod tried;
mod typed;
mod upgrade;
mod values;
mod verbose;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use crate::error::Error;
use crate::redact::set_policy;

use args::{Color, Command};
use config::Config;
use output::{Manner, Output};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// No finding at or above the level of `--fail-on`.
    Clean,
    /// Findings at or above the level of `--fail-on`.
    Findings,
    /// The run could not be completed.
    Incomplete,
    /// Ctrl-C ended the reading of captures.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Incomplete => 2,
            Exit::Interrupted => progress::INTERRUPTED,
        })
    }
}

/// Why a command failed.
#[derive(Debug)]
enum Failure {
    /// The command cannot be carried out.
    Error(Error),
    /// Standard output cannot be written.
    Output(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// The stack size of the worker thread. Validation recurses for each level of nesting of a value, and for
/// each schema that applies through others. The memory is reserved, not committed.
const STACK: usize = crate::limits::STACK;

/// Runs the command line with these arguments. The first one is the name of the program.
pub fn run(arguments: impl IntoIterator<Item = OsString> + Send + 'static) -> ExitCode {
    let work = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || run_here(arguments));
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic has already been printed.
        Ok(Err(_)) => ExitCode::from(101),
        Err(error) => {
            Output::new(anstream::ColorChoice::Auto, Manner::default())
                .error(&format!("cannot start a thread: {error}"), None);
            Exit::Incomplete.into()
        }
    }
}

const fn choice(color: Color) -> anstream::ColorChoice {
    match color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
}

/// The output before the arguments are known.
fn early(arguments: &[OsString]) -> Output {
    let manner = Manner {
        no_ci: arguments.iter().any(|argument| argument == "--no-ci"),
        ..Manner::default()
    };
    Output::new(choice(typed::color(arguments)), manner)
}

/// Ends a run whose arguments are invalid, or that asks for help or the version.
fn refused(arguments: &[OsString], error: &clap::Error) -> ExitCode {
    // The exit codes of clap: 0 for help and version, 2 for invalid arguments.
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    match error.use_stderr() && ci::reads_commands() {
        true => {
            let text = error.render().to_string();
            let message = text.trim_end();
            early(arguments).error(message.strip_prefix("error: ").unwrap_or(message), None);
        }
        // If it cannot be written, there is nowhere left to report that.
        false => {
            let _ = error.print();
        }
    }
    ExitCode::from(code)
}

fn run_here(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let typed = match typed::parse(&arguments) {
        Ok(typed) => typed,
        Err(error) => return refused(&arguments, &error),
    };
    let completed = Config::find(&typed).and_then(|mut config| {
        let arguments = config.complete(&typed)?;
        Ok((config, arguments))
    });
    let (config, arguments) = match completed {
        Ok(completed) => completed,
        Err(error) => {
            early(&arguments).error(&error.to_string(), None);
            return Exit::Incomplete.into();
        }
    };
    let color = choice(arguments.color);
    let manner = Manner {
        quiet: arguments.quiet,
        verbose: arguments.verbose,
        no_ci: arguments.no_ci,
    };
    let mut output = Output::new(color, manner);
    if let Some(privacy) = arguments.command.privacy() {
        set_policy(privacy.policy());
    }
    progress::catch_interrupts();
    if arguments.command.can_take_long() {
        output.show_progress(matches!(arguments.command, Command::Upgrade(_)));
    }
    let result = match &arguments.command {
        Command::Check(arguments) => check::run(arguments, &config, &mut output),
        Command::Lint(arguments) => lint::run(arguments, &config, &mut output),
        Command::Diff(arguments) => diff::run(arguments, &config, &mut output),
        Command::Report(arguments) => report::run(arguments, &config, &mut output),
        Command::Upgrade(arguments) => upgrade::run(arguments, &mut output),
        Command::Captures(arguments) => captures::run(arguments, &mut output),
        Command::Drift(arguments) => drift::run(arguments, &config, &mut output),
        Command::Infer(arguments) => infer::run(arguments, &config, &mut output),
        Command::Merge(arguments) => profiles::merge(arguments, &mut output),
        Command::Schema(arguments) => schema::run(arguments, &mut output),
        Command::Contracts(arguments) => contracts::run(arguments, &mut output),
        Command::Explain(arguments) => explain::run(arguments, &mut output),
        Command::Init(arguments) => init::run(arguments, &mut output),
        Command::Config(arguments) => config::run(arguments, &config, &mut output),
        Command::Completions(arguments) => complete::completions(arguments, &mut output),
        Command::Man(arguments) => complete::man(arguments, &mut output),
    };
    let flushed = |exit: Exit, output: &mut Output| match output.flush() {
        // The reader closed the pipe, which is not an error.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(exit),
    };
    let result = result.map(|exit| match progress::PROGRESS.is_stopped() {
        true => Exit::Interrupted,
        false => exit,
    });
    match result.and_then(|exit| flushed(exit, &mut output)) {
        Ok(exit) => exit.into(),
        // The reader closed the pipe, which is not an error.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(Failure::Output(error)) => {
            output.error(&format!("cannot write to standard output: {error}"), None);
            Exit::Incomplete.into()
        }
        Err(Failure::Error(error)) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            output.error(&error.to_string(), cause.as_deref());
            match progress::PROGRESS.is_stopped() {
                true => Exit::Interrupted.into(),
                false => Exit::Incomplete.into(),
            }
        }
    }
}

/// The findings about the ignores of a configuration, if nothing else was found on that day.
#[cfg(test)]
pub(crate) fn unused_in(text: &str, today: &str) -> Vec<crate::rules::Finding> {
    let file = std::path::Path::new(config::FILE);
    let config = Config::read(text.as_bytes(), file).expect("reads");
    let exceptions = crate::rules::except::Exceptions {
        ignores: config.ignores,
        baseline: None,
        today: today.to_owned(),
    };
    crate::rules::unused_ignores(
        &exceptions,
        &[],
        crate::rules::Kind::Traffic,
        &crate::rules::except::Looked::default(),
    )
}
