//! `wiredrift config`: the configuration in force, as a file that gives the same runs.

use std::fmt::Write as _;

use crate::error::{Error, ErrorKind, Result, closest};
use crate::redact::printed;
use crate::rules::except::Ignore;

use super::super::args::ConfigArguments;
use super::super::output::Output;
use super::super::values::quoted;
use super::super::{Exit, Failure};
use super::keys::{arguments, has_levels, is_list, is_number, is_switch, key};
use super::{Config, FILE, WITH_TABLE};

pub(in crate::cli) fn run(
    arguments: &ConfigArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let commands = match &arguments.command {
        None => WITH_TABLE.to_vec(),
        Some(name) => vec![named(name)?],
    };
    output.print(&shown(config, &commands))?;
    Ok(Exit::Clean)
}

/// The configuration of these commands as TOML, with the place of each value.
pub(super) fn shown(config: &Config, commands: &[&'static str]) -> String {
    let mut out = String::new();
    // Writing to a `String` does not fail, here and below.
    let _ = match (&config.path, config.is_off) {
        (_, true) => writeln!(out, "# Options in force, without a configuration."),
        (Some(file), false) => {
            let file = printed(&file.display().to_string());
            writeln!(out, "# Options in force. Configuration: {file}")
        }
        (None, false) => writeln!(
            out,
            "# Options in force. There is no {FILE}; `wiredrift init` writes one."
        ),
    };
    if !config.contracts.is_empty() {
        out.push_str("\n[contracts]\n");
        for (name, named) in &config.contracts {
            let entry = format!("{} = {}", written_key(name), quoted(&named.contract));
            row(&mut out, &entry, &config.place(named.line));
        }
    }
    for command in commands {
        let _ = writeln!(out, "\n[{command}]");
        write_command(&mut out, config, command);
    }
    if !commands.iter().any(|command| has_levels(command)) {
        return out;
    }
    if !config.levels.is_empty() {
        out.push_str("\n[levels]\n");
        for level in &config.levels {
            let entry = format!("{} = {}", written_key(&level.scope), quoted(&level.level));
            row(&mut out, &entry, &config.place(level.line));
        }
    }
    for ignore in &config.ignores {
        write_ignore(&mut out, ignore);
    }
    out
}

fn named(name: &str) -> Result<&'static str> {
    WITH_TABLE
        .into_iter()
        .find(|command| *command == name)
        .ok_or_else(|| {
            let near = closest(name, WITH_TABLE);
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("expected {}", WITH_TABLE.join(", ")),
            };
            Error::new(
                ErrorKind::Unknown,
                format!("`{name}` cannot be configured; {hint}"),
            )
        })
}

/// Writes an entry and where it was set.
fn row(out: &mut String, entry: &str, from: &str) {
    /// The column of the comments.
    const COLUMN: usize = 40;
    let _ = writeln!(out, "{entry:COLUMN$}  # {}", printed(from));
}

/// A key, in quotes unless it is a bare one.
fn written_key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match !name.is_empty() && name.chars().all(is_bare) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// Writes the options of a command, each with where it was set.
fn write_command(out: &mut String, config: &Config, command: &str) {
    let settings = config.settings.get(command);
    for argument in arguments(command) {
        let id = argument.get_id().as_str();
        let defaults = argument.get_default_values().iter();
        let defaults: Vec<String> = defaults
            .map(|value| value.to_string_lossy().into_owned())
            .filter(|value| !value.is_empty())
            .collect();
        let (values, from) = match settings.and_then(|settings| settings.get(id)) {
            Some(setting) => (setting.values.clone(), config.place(setting.line)),
            None => (defaults, "default".to_owned()),
        };
        let name = key(&argument);
        let written = |value: &String| match is_number(&argument) && value.parse::<u64>().is_ok() {
            true => value.clone(),
            false => quoted(value),
        };
        let value = match values.as_slice() {
            values if is_switch(&argument) => values
                .first()
                .is_some_and(|value| value == "true")
                .to_string(),
            values if is_list(&argument) => {
                let values: Vec<String> = values.iter().map(written).collect();
                format!("[{}]", values.join(", "))
            }
            [value, ..] => written(value),
            // There is no value to write.
            [] => {
                row(out, &format!("# {name} ="), "not set");
                continue;
            }
        };
        row(out, &format!("{name} = {value}"), &from);
    }
}

fn write_ignore(out: &mut String, ignore: &Ignore) {
    let place = ignore.place.as_ref().map(|place| place.origin.to_string());
    out.push('\n');
    row(out, "[[ignore]]", &place.unwrap_or_default());
    let _ = writeln!(out, "rule = {}", quoted(ignore.rule.id()));
    let patterns = [("operation", &ignore.operation), ("path", &ignore.path)];
    for (name, pattern) in patterns {
        if let Some(pattern) = pattern {
            let _ = writeln!(out, "{name} = {}", quoted(&pattern.to_string()));
        }
    }
    let _ = writeln!(out, "reason = {}", quoted(&ignore.reason));
    if let Some(until) = &ignore.until {
        let _ = writeln!(out, "until = {until}");
    }
}
