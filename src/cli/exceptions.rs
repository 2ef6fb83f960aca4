//! The baseline and the ignores of a run.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::{Error, ErrorKind, Result};
use crate::report::diff::Changes;
use crate::rules::Policy;
use crate::rules::except::{BASELINE_FORMAT, Baseline, Exceptions, Looked, Subject};

use super::args::ExceptionArguments;
use super::config::{Config, FILE};
use super::output::{Output, write_file};

/// The exceptions that arguments and configuration ask for.
pub(super) fn exceptions(
    arguments: &ExceptionArguments,
    config: &Config,
    command: &'static str,
) -> Result<Exceptions> {
    if arguments.update_baseline && arguments.baseline.is_none() {
        // Not `requires` of clap, which does not know what the configuration sets.
        let message = format!(
            "--update-baseline needs a file: pass --baseline FILE, or set `baseline` under [{command}] in {FILE}"
        );
        return Err(Error::new(ErrorKind::Format, message));
    }
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
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let message = "the baseline does not exist; create it with --update-baseline";
            Error::new(ErrorKind::Read, message).with_path(path)
        }
        _ => Error::read(path, &error),
    })?;
    let malformed = |message: String| Error::new(ErrorKind::Format, message).with_path(path);
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let baseline: Baseline = serde_json::from_slice(text).map_err(|_| {
        let message = "not a wiredrift baseline; fix the path, or delete the file and run with --update-baseline";
        malformed(message.to_owned())
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

/// Updates the baseline to what was found, if that was asked for, and returns it. `is_complete`: everything was read
/// and compared.
pub(super) fn update<T: Subject>(
    arguments: &ExceptionArguments,
    exceptions: &Exceptions,
    found: &[T],
    looked: &Looked,
    hides_values: bool,
    output: &mut Output,
) -> Result<Option<Baseline>> {
    let (Some(path), Some(baseline), true) = (
        &arguments.baseline,
        &exceptions.baseline,
        arguments.update_baseline,
    ) else {
        return Ok(None);
    };
    let found: Vec<&T> = found.iter().collect();
    let (updated, change) = baseline.updated(&found, looked, &exceptions.today, hides_values);
    // Files of JSON end with a line break.
    let mut text = serde_json::to_string_pretty(&updated).unwrap_or_default();
    text.push('\n');
    write_file(path, &text)?;
    if !output.is_quiet() {
        let noun = match &*baseline.command {
            "check" | "lint" => "finding",
            _ => "change",
        };
        let kept = match change.kept {
            0 => String::new(),
            kept => format!(", {kept} kept that this run did not look for"),
        };
        output.note(&format!(
            "{}: {} in the baseline ({} added, {} removed{kept})\n",
            path.display(),
            crate::report::plural(updated.findings.len() as u64, noun),
            change.added,
            change.removed
        ));
    }
    Ok(Some(updated))
}

/// Updates the baseline to the changes, if that was asked for, and separates those that do not count.
pub(super) fn except_changes(
    changes: &mut Changes,
    arguments: &ExceptionArguments,
    mut exceptions: Exceptions,
    policy: &Policy,
    output: &mut Output,
) -> Result<()> {
    let found = changes.not_ignored(&exceptions);
    // A diff looks at everything.
    let looked = Looked {
        off: policy.rules_off(),
        ..Looked::default()
    };
    let updated = update(arguments, &exceptions, &found, &looked, false, output)?;
    exceptions.baseline = updated.or(exceptions.baseline);
    changes.except(&exceptions);
    Ok(())
}
