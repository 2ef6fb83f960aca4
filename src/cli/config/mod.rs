//! The configuration: `wiredrift.toml`, in the current folder or above it.
//!
//! Its keys are the long options and the operands of the commands. A key at the top is for every command that has
//! the option; a table with the name of a command is for that command. Values become the defaults of the command
//! line, so that both accept the same values and an option on the command line wins. `[contracts]`, `[levels]` and
//! `[[ignore]]` are read here.

mod keys;
mod read;
mod schema;
mod show;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::error::{Error, Result};
use crate::rules::except::Ignore;

use super::args::{Arguments, Command};

pub(super) use schema::config_schema;
pub(super) use show::run;

/// The name of the file.
pub(super) const FILE: &str = "wiredrift.toml";

/// The commands that the configuration is for.
const CONFIGURED: [&str; 5] = ["check", "lint", "diff", "report", "upgrade"];

/// The configuration in force.
#[derive(Debug, Clone, Default)]
pub(super) struct Config {
    /// The file; `None` if there is none.
    path: Option<PathBuf>,
    /// Values by command and by the id of the argument.
    settings: BTreeMap<&'static str, BTreeMap<String, Setting>>,
    /// Files or references of contracts, by name.
    contracts: BTreeMap<String, String>,
    /// What does not count.
    pub(super) ignores: Vec<Ignore>,
}

/// A value in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting {
    /// As on the command line; several for an option that may be repeated.
    values: Vec<String>,
    /// The line, from 1.
    line: u64,
}

impl Config {
    /// The configuration for these arguments: the file that they name, or the nearest `wiredrift.toml`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or anything in it is not understood; the message has the place.
    pub(super) fn find(arguments: &[OsString]) -> Result<Self> {
        // Mistakes in the arguments are reported later.
        let matches = Arguments::command()
            .ignore_errors(true)
            .try_get_matches_from(arguments);
        let Some((name, matches)) = matches.as_ref().ok().and_then(clap::ArgMatches::subcommand)
        else {
            return Ok(Self::default());
        };
        let is_off = matches.try_get_one::<bool>("no_config").ok().flatten() == Some(&true);
        if is_off || !(CONFIGURED.contains(&name) || name == "config") {
            return Ok(Self::default());
        }
        let named = matches.try_get_one::<PathBuf>("config").ok().flatten();
        let current = std::env::current_dir().unwrap_or_default();
        match named.cloned().or_else(|| nearest(&current)) {
            Some(path) => {
                let text =
                    std::fs::read_to_string(&path).map_err(|error| Error::read(&path, &error))?;
                Self::read(&text, &path)
            }
            None => Ok(Self::default()),
        }
    }

    /// The file; `None` if there is none.
    pub(super) fn file(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Parses arguments, with the configuration as defaults.
    pub(super) fn parse(&self, arguments: &[OsString]) -> clap::error::Result<Arguments> {
        let matches = self.command().try_get_matches_from(arguments)?;
        Arguments::from_arg_matches(&matches)
    }

    /// The command line with these defaults.
    fn command(&self) -> clap::Command {
        let mut command = Arguments::command();
        for (name, settings) in &self.settings {
            command = command.mut_subcommand(name, |mut subcommand| {
                for (id, setting) in settings {
                    let values: Vec<clap::builder::OsStr> =
                        setting.values.iter().map(Into::into).collect();
                    subcommand = subcommand.mut_arg(id, |argument| {
                        argument.required(false).default_values(values)
                    });
                }
                subcommand
            });
        }
        command
    }

    /// Replaces names of contracts in the arguments by what they stand for.
    pub(super) fn name_contracts(&self, command: &mut Command) {
        let name = |text: &mut String| {
            if let Some(named) = self.contracts.get(text) {
                text.clone_from(named);
            }
        };
        match command {
            Command::Check(arguments) => name(&mut arguments.contract),
            Command::Lint(arguments) => arguments.contracts.iter_mut().for_each(name),
            Command::Diff(arguments) => [&mut arguments.pair.old, &mut arguments.pair.new]
                .into_iter()
                .for_each(name),
            Command::Report(arguments) => {
                [&mut arguments.pair.old, &mut arguments.pair.new]
                    .into_iter()
                    .for_each(name);
            }
            Command::Upgrade(arguments) => {
                [&mut arguments.pair.old, &mut arguments.pair.new]
                    .into_iter()
                    .for_each(name);
            }
            _ => {}
        }
    }
}

/// The nearest file: in the folder, or in one above it.
fn nearest(folder: &Path) -> Option<PathBuf> {
    for (above, candidate) in folder.ancestors().enumerate() {
        if candidate.join(FILE).is_file() {
            // Name it from here, as a user would.
            return Some(match above {
                0 => PathBuf::from(FILE),
                _ => std::iter::repeat_n("..", above)
                    .collect::<PathBuf>()
                    .join(FILE),
            });
        }
    }
    None
}
