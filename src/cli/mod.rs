//! The command line: arguments, exit codes, and one file per command.

mod args;
mod captures;
mod check;
mod chosen;
mod contracts;
mod diff;
mod explain;
mod git;
mod levels;
mod lint;
mod ordered;
mod output;
mod pair;
mod pieces;
mod report;
mod rewritten;
mod schema;
mod upgrade;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::error::Error;

use args::{Arguments, Color, Command};
use output::Output;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// No finding at or above the level of `--fail-on`.
    Clean,
    /// Findings at or above the level of `--fail-on`.
    Findings,
    /// The run could not be completed.
    Incomplete,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Incomplete => 2,
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
            Output::new(anstream::ColorChoice::Auto)
                .error(&format!("cannot start a thread: {error}"), None);
            Exit::Incomplete.into()
        }
    }
}

fn run_here(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // The exit codes of clap: 0 for help and version, 2 for invalid arguments. If its output cannot
            // be written, there is nowhere left to report that.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let color = match arguments.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    let mut output = Output::new(color);
    let result = match &arguments.command {
        Command::Check(arguments) => check::run(arguments, &mut output),
        Command::Lint(arguments) => lint::run(arguments, &mut output),
        Command::Diff(arguments) => diff::run(arguments, &mut output),
        Command::Report(arguments) => report::run(arguments, &mut output),
        Command::Upgrade(arguments) => upgrade::run(arguments, &mut output),
        Command::Schema(arguments) => schema::run(arguments, &mut output),
        Command::Contracts(arguments) => contracts::run(arguments, &mut output),
        Command::Explain(arguments) => explain::run(arguments, &mut output),
    };
    let flushed = |exit: Exit, output: &mut Output| match output.flush() {
        // The reader closed the pipe, which is not an error.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(exit),
    };
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
            Exit::Incomplete.into()
        }
    }
}
