//! The baseline and the ignores of a run.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::{Error, ErrorKind, Result};
use crate::rules::except::{BASELINE_FORMAT, Baseline, Exceptions, Subject};

use super::args::ExceptionArguments;
use super::config::Config;
use super::output::{Output, write_file};

/// The exceptions that arguments and configuration ask for.
pub(super) fn exceptions(
    arguments: &ExceptionArguments,
    config: &Config,
    command: &'static str,
) -> Result<Exceptions> {
    let mut ignores = arguments.ignore.clone();
    ignores.extend(config.ignores.iter().cloned());
    let baseline = match &arguments.baseline {
        Some(path) => read(path, command, arguments.update_baseline)?,
        None => None,
    };
    Ok(Exceptions {
        ignores,
        baseline,
        today: today(),
    })
}

/// The current day in UTC.
fn today() -> String {
    Timestamp::now().to_zoned(TimeZone::UTC).date().to_string()
}

/// Reads a baseline. If it is about to be written, it need not exist.
fn read(path: &Path, command: &'static str, is_updated: bool) -> Result<Option<Baseline>> {
    if is_updated && !path.exists() {
        return Ok(Some(Baseline::new(command)));
    }
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let message = "there is no such baseline; --update-baseline writes one";
            Error::new(ErrorKind::Read, message).with_path(path)
        }
        _ => Error::read(path, &error),
    })?;
    let malformed = |message: String| Error::new(ErrorKind::Format, message).with_path(path);
    let baseline: Baseline = serde_json::from_str(&text).map_err(|error| {
        malformed(format!(
            "not a baseline: {error}; --update-baseline writes one to another file"
        ))
    })?;
    if baseline.format != BASELINE_FORMAT {
        return Err(malformed(format!(
            "the format is `{}`, expected `{BASELINE_FORMAT}`: another version of wiredrift wrote it",
            baseline.format
        )));
    }
    if baseline.command != command {
        return Err(malformed(format!(
            "this is a baseline of `wiredrift {}`; `{command}` needs a file of its own",
            baseline.command
        )));
    }
    Ok(Some(baseline))
}

/// Updates the baseline to what was found, if that was asked for. `is_complete`: everything was read and compared.
pub(super) fn update<T: Subject + Clone>(
    arguments: &ExceptionArguments,
    exceptions: &mut Exceptions,
    found: &[T],
    is_complete: bool,
    output: &mut Output,
) -> Result<()> {
    let (Some(path), Some(baseline), true) = (
        &arguments.baseline,
        &exceptions.baseline,
        arguments.update_baseline,
    ) else {
        return Ok(());
    };
    if !is_complete {
        output.error(
            &format!(
                "{} is not updated, because the run is incomplete",
                path.display()
            ),
            None,
        );
        return Ok(());
    }
    // What is ignored has its reason already.
    let ignores = Exceptions {
        baseline: None,
        ..exceptions.clone()
    };
    let counting = ignores.apply(found.to_vec()).active;
    let (updated, change) =
        baseline.updated(&counting.iter().collect::<Vec<_>>(), &exceptions.today);
    // Files of JSON end with a line break.
    let mut text = serde_json::to_string_pretty(&updated).unwrap_or_default();
    text.push('\n');
    write_file(path, &text)?;
    let noun = match updated.command.as_str() {
        "diff" | "report" => "change",
        _ => "finding",
    };
    if !output.is_quiet() {
        output.note(&format!(
            "{}: {} in the baseline ({} added, {} removed)\n",
            path.display(),
            crate::report::plural(updated.findings.len() as u64, noun),
            change.added,
            change.removed
        ));
    }
    exceptions.baseline = Some(updated);
    Ok(())
}
