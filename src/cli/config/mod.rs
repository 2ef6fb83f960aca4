//! The configuration: `wiredrift.toml`, in the current folder or above it.
//!
//! Its keys are the long options and the operands of the commands. A key at the top is for every command that accepts
//! its value; a table with the name of a command is for that command. The command line is parsed first. What it leaves
//! open is taken from the file, and the result is parsed again: both accept the same values, and an option on the
//! command line wins. `[contracts]`, `[levels]` and `[[ignore]]` are read here.

mod keys;
mod merge;
mod read;
mod schema;
mod show;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use crate::error::{Error, Result};
use crate::rules::except::Ignore;

use super::levels::LevelSource;

pub(super) use schema::config_schema;
pub(super) use show::run;

/// The name of the file.
pub(super) const FILE: &str = "wiredrift.toml";

/// The commands that the configuration is for.
const CONFIGURED: [&str; 6] = ["check", "lint", "diff", "report", "upgrade", "captures"];

/// Those that have a table of their own. The key `captures` names captures.
const WITH_TABLE: [&str; 5] = ["check", "lint", "diff", "report", "upgrade"];

/// Commands without options in the file that read it, too: they need the names of contracts, or print it.
const READERS: [&str; 2] = ["contracts", "config"];

/// The configuration in force.
#[derive(Debug, Clone, Default)]
pub(super) struct Config {
    /// The file; `None` if there is none.
    path: Option<PathBuf>,
    /// Whether `--no-config` was given.
    is_off: bool,
    /// Values by command and by the id of the argument.
    settings: BTreeMap<&'static str, BTreeMap<String, Setting>>,
    /// Files or references of contracts, by name.
    contracts: BTreeMap<String, Named>,
    /// The levels of rules, in the order of the file: the last one that matches counts.
    levels: Vec<LevelSetting>,
    /// Levels of the command line, as typed.
    typed_levels: Vec<String>,
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

/// A contract with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    contract: String,
    line: u64,
}

/// An entry of `[levels]`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LevelSetting {
    /// A rule, with an operation and a path if it is for some only.
    scope: String,
    level: String,
    line: u64,
}

impl Config {
    /// The configuration for these arguments: the file that they name, or the nearest `wiredrift.toml`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or anything in it is not understood; the message has the place.
    pub(super) fn find(typed: &ArgMatches) -> Result<Self> {
        let Some((name, matches)) = typed.subcommand() else {
            return Ok(Self::default());
        };
        if !CONFIGURED.contains(&name) && !READERS.contains(&name) {
            return Ok(Self::default());
        }
        if matches.get_one::<bool>("no_config") == Some(&true) {
            return Ok(Self {
                is_off: true,
                ..Self::default()
            });
        }
        let named = matches.get_one::<PathBuf>("config");
        let current = std::env::current_dir().unwrap_or_default();
        match named.cloned().or_else(|| nearest(&current)) {
            Some(path) => {
                let bytes = std::fs::read(&path).map_err(|error| Error::read(&path, &error))?;
                Self::read(&bytes, &path)
            }
            None => Ok(Self::default()),
        }
    }

    /// The file; `None` if there is none.
    pub(super) fn file(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The levels of the file and of the command line.
    pub(super) fn level_sources(&self) -> Vec<LevelSource> {
        let file = self.levels.iter().map(|own| LevelSource {
            setting: own.setting(),
            place: Some(self.place(own.line)),
        });
        let typed = self.typed_levels.iter().map(|setting| LevelSource {
            setting: setting.clone(),
            place: None,
        });
        file.chain(typed).collect()
    }

    /// A line of the file: `wiredrift.toml:3`.
    fn place(&self, line: u64) -> String {
        let path = self.path.as_deref().unwrap_or(Path::new(FILE));
        format!("{}:{line}", path.display())
    }
}

impl LevelSetting {
    /// As on the command line.
    fn setting(&self) -> String {
        format!("{}={}", self.scope, self.level)
    }
}

/// The nearest file: in the folder, or in one above it.
pub(super) fn nearest(folder: &Path) -> Option<PathBuf> {
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
