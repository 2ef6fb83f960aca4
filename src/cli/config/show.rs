//! `wiredrift config`

use std::fmt::Write as _;

use clap::Arg;

use crate::error::{Error, ErrorKind, Result, closest};

use super::super::args::ConfigArguments;
use super::super::output::Output;
use super::super::{Exit, Failure};
use super::keys::{arguments, is_list, is_switch, key, subcommand};
use super::{CONFIGURED, Config};

pub(in crate::cli) fn run(
    arguments: &ConfigArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let commands = match &arguments.command {
        None => CONFIGURED.to_vec(),
        Some(name) => vec![named(name)?],
    };
    let mut out = String::new();
    let file = config.path.as_ref().map(|path| path.display().to_string());
    // Writing to a `String` does not fail.
    let _ = match &file {
        Some(file) => writeln!(out, "# Options in force. Configuration: {file}"),
        None => writeln!(
            out,
            "# Options in force. There is no {}; `wiredrift init` writes one.",
            super::FILE
        ),
    };
    if !config.contracts.is_empty() {
        out.push_str("\n[contracts]\n");
        for (name, contract) in &config.contracts {
            let _ = writeln!(out, "{name} = {contract:?}");
        }
    }
    for command in commands {
        let _ = writeln!(out, "\n[{command}]");
        write_command(
            &mut out,
            config,
            command,
            file.as_deref().unwrap_or_default(),
        );
    }
    if !config.ignores.is_empty() {
        let _ = writeln!(
            out,
            "\n# {} more below:",
            crate::report::plural(config.ignores.len() as u64, "ignore")
        );
        for ignore in &config.ignores {
            let place = ignore.place.as_ref().map(|place| place.origin.to_string());
            let _ = writeln!(
                out,
                "# {ignore}: {} ({})",
                ignore.reason,
                place.unwrap_or_default()
            );
        }
    }
    output.print(&out)?;
    Ok(Exit::Clean)
}

fn named(name: &str) -> Result<&'static str> {
    CONFIGURED
        .into_iter()
        .find(|command| *command == name)
        .ok_or_else(|| {
            let near = closest(name, CONFIGURED);
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("expected {}", CONFIGURED.join(", ")),
            };
            Error::new(
                ErrorKind::Unknown,
                format!("`{name}` has no configuration; {hint}"),
            )
        })
}

/// Writes the options of a command as TOML, each with where it was set.
fn write_command(out: &mut String, config: &Config, command: &str, file: &str) {
    let mut rows: Vec<(String, String)> = Vec::new();
    let level = subcommand(command).into_iter().flat_map(|command| {
        let level: Vec<Arg> = command
            .get_arguments()
            .filter(|argument| argument.get_id() == "level")
            .cloned()
            .collect();
        level
    });
    for argument in arguments(command).into_iter().chain(level) {
        let set = config
            .settings
            .get(command)
            .and_then(|settings| settings.get(argument.get_id().as_str()));
        let defaults = argument.get_default_values().iter();
        let defaults: Vec<String> = defaults
            .map(|value| value.to_string_lossy().into_owned())
            .collect();
        let (values, from) = match set {
            Some(setting) => (setting.values.clone(), format!("{file}:{}", setting.line)),
            None => (defaults, "default".to_owned()),
        };
        let name = key(&argument);
        let value = match (is_switch(&argument), is_list(&argument), values.as_slice()) {
            (true, _, values) => (values.first().is_some_and(|value| value == "true")).to_string(),
            (_, true, values) => format!(
                "[{}]",
                values
                    .iter()
                    .map(|v| format!("{v:?}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            (_, false, [value, ..]) => format!("{value:?}"),
            // There is no value to write.
            (_, false, []) => {
                rows.push((format!("# {name} ="), "not set".to_owned()));
                continue;
            }
        };
        rows.push((format!("{name} = {value}"), from));
    }
    /// The column of the comments.
    const COLUMN: usize = 40;
    for (row, from) in rows {
        let _ = writeln!(out, "{row:COLUMN$}  # {from}");
    }
}
