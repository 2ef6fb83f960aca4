//! Levels and reports as requested on the command line.

use crate::error::{Error, ErrorKind, Result};
use crate::rules::except::Pattern;
use crate::rules::{Level, Policy, Rule, ScopedLevel};

use super::Exit;
use super::args::{FailOn, ReportFailOn};
use super::values::OutputArgument;

impl FailOn {
    /// The lowest level that fails the run; `None` if no level does.
    pub(super) const fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Info => Some(Level::Info),
            Self::Never => None,
        }
    }
}

impl ReportFailOn {
    /// The lowest level that fails the run; `None` if no level by itself does.
    pub(super) const fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Info => Some(Level::Info),
            Self::Used | Self::Never => None,
        }
    }
}

/// The exit of a run whose most serious finding has this level.
pub(super) fn exit_for(fail_on: Option<Level>, worst: Option<Level>) -> Exit {
    let fails = |level| worst.is_some_and(|worst| worst >= level);
    match fail_on.is_some_and(fails) {
        true => Exit::Findings,
        false => Exit::Clean,
    }
}

/// The levels of rules that options set.
pub(super) fn policy(settings: &[String]) -> Result<Policy> {
    let mut policy = Policy::default();
    for setting in settings {
        let scoped = level_of(setting)?;
        match (&scoped.operation, &scoped.path) {
            (None, None) => {
                policy.levels.insert(scoped.rule.id, scoped.level);
            }
            _ => policy.scoped.push(scoped),
        }
    }
    Ok(policy)
}

/// Rejects two reports that go to standard output or to the same file.
pub(super) fn one_to_stdout<F>(outputs: &[OutputArgument<F>]) -> Result<()> {
    let to_stdout = outputs.iter().filter(|output| output.path.is_none());
    if to_stdout.count() > 1 {
        let message = "two reports would go to standard output; write one to a file with --output FORMAT=PATH";
        return Err(Error::new(ErrorKind::Format, message));
    }
    for (index, output) in outputs.iter().enumerate() {
        let Some(path) = &output.path else { continue };
        let mut before = outputs[..index].iter();
        if before.any(|other| other.path.as_ref() == Some(path)) {
            let message = "two reports would go to this file; choose another file for one of them";
            return Err(Error::new(ErrorKind::Format, message).with_path(path));
        }
        // Fail before doing any work.
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            let message = format!(
                "cannot write {}: the folder {} does not exist",
                path.display(),
                folder.display()
            );
            return Err(Error::new(ErrorKind::Write, message));
        }
    }
    Ok(())
}

/// Reads `RULE=LEVEL`, where an operation and a place can follow the rule: `wrong-type@listPets/data/*/name=info`.
pub(super) fn level_of(setting: &str) -> Result<ScopedLevel> {
    let error =
        |message: String| Error::new(ErrorKind::Format, format!("`--level {setting}`: {message}"));
    let malformed = || {
        error("expected RULE=LEVEL, RULE@OPERATION=LEVEL or RULE/PATH=LEVEL, where LEVEL is off, info, warning or error".to_owned())
    };
    let (scope, level) = setting.rsplit_once('=').ok_or_else(malformed)?;
    let level = match level {
        "off" => Level::Off,
        "info" => Level::Info,
        "warning" => Level::Warning,
        "error" => Level::Error,
        _ => return Err(malformed()),
    };
    let (head, path) = match scope.find('/') {
        Some(at) => (&scope[..at], Some(&scope[at..])),
        None => (scope, None),
    };
    let (rule, operation) = match head.split_once('@') {
        Some((rule, operation)) => (rule, Some(operation)),
        None => (head, None),
    };
    let pattern = |text: Option<&str>| {
        text.map(|text| Pattern::new(text).map_err(error))
            .transpose()
    };
    Ok(ScopedLevel {
        rule: Rule::find(rule)?,
        operation: pattern(operation)?,
        path: pattern(path)?,
        level,
    })
}
