//! The keys of the file: those of the command line.

use std::path::Path;

use clap::builder::ValueHint;
use clap::{Arg, ArgAction, CommandFactory as _};

use crate::contract::ContractRef;

use super::super::args::Arguments;

/// Arguments that are about a single run, or that the file has in another form.
const NOT_IN_FILE: [&str; 13] = [
    "help",
    "version",
    "config",
    "no_config",
    "level",
    "ignore",
    "update_baseline",
    "suggest",
    "apply",
    "in_place",
    "dry_run",
    "engine",
    "downgrade",
];

/// The command with this name.
pub(super) fn subcommand(name: &str) -> Option<clap::Command> {
    let command = Arguments::command();
    command
        .get_subcommands()
        .find(|subcommand| subcommand.get_name() == name)
        .cloned()
}

/// The arguments of a command that the file can have, with those of every command.
pub(super) fn arguments(name: &str) -> Vec<Arg> {
    let global = Arguments::command();
    let global = global
        .get_arguments()
        .filter(|argument| argument.is_global_set())
        .cloned();
    let own = subcommand(name).into_iter().flat_map(|command| {
        let own: Vec<Arg> = command.get_arguments().cloned().collect();
        own
    });
    let all = own.chain(global);
    all.filter(|argument| !NOT_IN_FILE.contains(&argument.get_id().as_str()))
        .collect()
}

/// The key of an argument: its long option, or what the help calls the operand.
pub(super) fn key(argument: &Arg) -> String {
    match argument.get_long() {
        Some(long) => long.to_owned(),
        // One key at the top names the contract for every command.
        None if argument.get_id() == "contracts" => "contract".to_owned(),
        None => argument.get_id().as_str().replace('_', "-"),
    }
}

/// Whether an argument takes several values.
pub(super) fn is_list(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Append)
        || argument
            .get_num_args()
            .is_some_and(|range| range.max_values() > 1)
}

/// Whether an argument is a switch.
pub(super) fn is_switch(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::SetTrue)
}

/// The value of an argument for the current folder: paths in the file start at its folder.
pub(super) fn from_here(argument: &Arg, value: &str, folder: &Path) -> String {
    if folder.as_os_str().is_empty() {
        return value.to_owned();
    }
    let joined = |path: &str| folder.join(path).to_string_lossy().into_owned();
    match argument.get_id().as_str() {
        "output" => match value.split_once('=') {
            Some((format, path)) if !path.is_empty() => format!("{format}={}", joined(path)),
            _ => value.to_owned(),
        },
        "refs" => match value.rsplit_once('=') {
            Some((url, path)) if !path.is_empty() => format!("{url}={}", joined(path)),
            _ => value.to_owned(),
        },
        "contract" | "contracts" | "old" | "new" => contract_from_here(value, folder),
        _ => match argument.get_value_hint() {
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath if value != "-" => {
                joined(value)
            }
            _ => value.to_owned(),
        },
    }
}

/// A contract for the current folder: a file, unless there is none and it is the name of a built-in contract.
pub(super) fn contract_from_here(value: &str, folder: &Path) -> String {
    let path = folder.join(value);
    let is_name = value.starts_with("git:")
        || value.parse::<ContractRef>().is_ok() && !value.contains(['/', '.']);
    match is_name && !path.exists() {
        true => value.to_owned(),
        false => path.to_string_lossy().into_owned(),
    }
}
