//! Levels and reports as requested on the command line.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result, closest};
use crate::rules::catalogue::UNUSED_IGNORE;
use crate::rules::except::Pattern;
use crate::rules::{Kind, Level, Policy, Rule, ScopedLevel};

use super::Exit;
use super::args::{FailOn, ReportFailOn};
use super::output::Output;
use super::values::{OutputArgument, likely};

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

/// Rejects two reports that go to standard output or to the same file, and a report that goes to the baseline.
pub(super) fn check_outputs<F>(
    outputs: &[OutputArgument<F>],
    baseline: Option<&Path>,
) -> Result<()> {
    let to_stdout = outputs.iter().filter(|output| output.path.is_none());
    if to_stdout.count() > 1 {
        let message = "two reports would go to standard output; write one to a file with --output FORMAT=PATH";
        return Err(Error::new(ErrorKind::Format, message));
    }
    for (index, output) in outputs.iter().enumerate() {
        let Some(path) = &output.path else { continue };
        let mut before = outputs[..index].iter();
        let is_same = |other: &Path| real(other) == real(path);
        if before.any(|other| other.path.as_deref().is_some_and(is_same)) {
            let message = "two reports would go to this file; choose another file for one of them";
            return Err(Error::new(ErrorKind::Format, message).with_path(path));
        }
        if baseline.is_some_and(is_same) {
            let message = "this is the file of --baseline; write the report to another file";
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

/// A path without links and `..`, so that two names of a file are equal. The file itself may not exist yet.
fn real(path: &Path) -> PathBuf {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = std::fs::canonicalize(folder.unwrap_or(Path::new(".")));
    std::fs::canonicalize(path).unwrap_or_else(|_| match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    })
}

/// What a level is set for: `RULE`, `RULE@OPERATION`, `RULE/PATH` or `RULE@OPERATION/PATH`.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) rule: &'static Rule,
    pub(super) operation: Option<Pattern>,
    pub(super) path: Option<Pattern>,
}

impl Scope {
    /// Reads a scope.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let (head, path) = match text.find('/') {
            Some(at) => (&text[..at], Some(&text[at..])),
            None => (text, None),
        };
        let (rule, operation) = match head.split_once('@') {
            Some((rule, operation)) => (rule, Some(operation)),
            None => (head, None),
        };
        if operation == Some("") {
            return Err("no operation after `@`; write RULE@OPERATION".to_owned());
        }
        if path == Some("/") {
            return Err(
                "no path after the rule; write RULE/PATH, such as wrong-type/data/*/name"
                    .to_owned(),
            );
        }
        Ok(Self {
            rule: Rule::find(rule).map_err(|error| error.to_string())?,
            operation: operation.map(Pattern::new).transpose()?,
            path: path.map(Pattern::new).transpose()?,
        })
    }
}

/// Reads the name of a level.
///
/// # Errors
///
/// A sentence that lists the levels.
pub(super) fn level_named(name: &str) -> Result<Level, String> {
    const NAMES: [(&str, Level); 4] = [
        ("off", Level::Off),
        ("info", Level::Info),
        ("warning", Level::Warning),
        ("error", Level::Error),
    ];
    let known = NAMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, level)| *level).ok_or_else(|| {
        let near = likely(name, NAMES.map(|(name, _)| name));
        let hint = near
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        format!("`{name}` is not a level; expected off, info, warning or error{hint}")
    })
}

/// Reads `SCOPE=LEVEL`.
fn level_of(setting: &str) -> Result<ScopedLevel> {
    let (scope, level) = parts(setting)?;
    Ok(ScopedLevel {
        rule: scope.rule,
        operation: scope.operation,
        path: scope.path,
        level,
    })
}

/// The scope and the level of a setting as typed.
pub(super) fn parts(setting: &str) -> Result<(Scope, Level)> {
    let error = |message: &dyn fmt::Display| {
        Error::new(ErrorKind::Format, format!("`--level {setting}`: {message}"))
    };
    let (scope, level) = setting.rsplit_once('=').ok_or_else(|| {
        error(&"expected RULE=LEVEL, RULE@OPERATION=LEVEL or RULE/PATH=LEVEL, where LEVEL is off, info, warning or error")
    })?;
    let scope = Scope::read(scope).map_err(|message| error(&message))?;
    let level = level_named(level).map_err(|message| error(&message))?;
    Ok((scope, level))
}

/// Rejects a level for a rule that the command does not report.
pub(super) fn is_of_command(setting: &str, rule: &'static Rule, command: &str) -> Result<()> {
    let owners = match rule.kind() {
        // Every command with ignores reports those without effect, and every command reads contracts.
        _ if *rule == UNUSED_IGNORE => return Ok(()),
        Kind::Contract => return Ok(()),
        Kind::Traffic => ["check", "report"],
        Kind::Change => ["diff", "report"],
    };
    if owners.contains(&command) {
        return Ok(());
    }
    let (rule, [one, other]) = (rule.id(), owners);
    let message = format!(
        "`--level {setting}` has no effect here: `{rule}` is a rule of `{one}` and `{other}`, not of `{command}`"
    );
    Err(Error::new(ErrorKind::Unknown, message))
}

/// A level for an operation, and where it was set.
#[derive(Debug, Clone)]
pub(super) struct LevelSource {
    /// As typed: `SCOPE=LEVEL`.
    pub(super) setting: String,
    /// The place in the configuration; `None` for the command line.
    pub(super) place: Option<String>,
}

/// Looks for levels for an operation that no contract has: an error on the command line. The configuration may have
/// levels for other contracts, so only a name that is close to one of an operation is reported.
pub(super) fn check_operations(
    sources: &[LevelSource],
    contracts: &[&Contract],
    output: &mut Output,
) -> Result<()> {
    let operations = contracts.iter().flat_map(|contract| &contract.operations);
    let mut known: Vec<&str> = operations.map(|operation| operation.id.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    for source in sources {
        let Some(pattern) = level_of(&source.setting)?.operation else {
            continue;
        };
        if known.is_empty() || known.iter().any(|operation| pattern.fits(operation)) {
            continue;
        }
        let scope = source.setting.split(['/', '=']).next();
        let name = scope
            .and_then(|scope| scope.split_once('@'))
            .map_or("", |(_, name)| name);
        let names: Vec<String> = contracts
            .iter()
            .map(|contract| contract.reference())
            .collect();
        let near = closest(name, known.iter().copied());
        let mut message = format!("no operation of {} is named `{name}`", names.join(" or "));
        match (near, &source.place) {
            (Some(near), _) => message.push_str(&format!("; did you mean `{near}`?")),
            (None, Some(_)) => continue,
            (None, None) => {
                message.push_str("; `wiredrift contracts REF` lists the operations of a contract");
            }
        }
        match &source.place {
            Some(place) => output.note(&format!("warning: {place}: {message}\n")),
            None => {
                let message = format!("`--level {}`: {message}", source.setting);
                return Err(Error::new(ErrorKind::Unknown, message));
            }
        }
    }
    Ok(())
}
