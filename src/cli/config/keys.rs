//! The keys of the file: those of the command line.

use std::path::Path;

use clap::builder::{ValueHint, ValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, CommandFactory as _};

use crate::contract::{ContractRef, builtin};
use crate::schema::CompileOptions;

use super::super::args::Arguments;
use super::super::chosen::looks_like_path;

/// Arguments of a single run, which the file cannot have.
const TYPED_ONLY: [&str; 14] = [
    "batch",
    "export",
    "from_profile",
    "profile",
    "show_values",
    "config",
    "no_config",
    "update_baseline",
    "suggest",
    "apply",
    "in_place",
    "incomplete",
    "dry_run",
    "downgrade",
];

/// Other arguments that are no keys. Levels and ignores have tables of their own.
const NOT_IN_FILE: [&str; 5] = ["help", "version", "level", "ignore", "engine"];

/// Arguments that take a number.
const NUMBERS: [&str; 4] = ["jobs", "status", "max_body", "sample"];

/// Arguments that name contracts.
const CONTRACTS: [&str; 5] = ["contract", "contracts", "old", "new", "reference"];

/// Switches that exclude each other.
pub(super) const EXCLUSIVE: [(&str, &str); 1] = [("quiet", "verbose")];

/// The command with this name.
pub(super) fn subcommand(name: &str) -> Option<clap::Command> {
    let command = Arguments::command();
    command
        .get_subcommands()
        .find(|subcommand| subcommand.get_name() == name)
        .cloned()
}

/// The arguments of a command, with those of every command.
fn all(name: &str) -> Vec<Arg> {
    let global = Arguments::command();
    let global = global
        .get_arguments()
        .filter(|argument| argument.is_global_set())
        .cloned();
    let own = subcommand(name).into_iter().flat_map(|command| {
        let own: Vec<Arg> = command.get_arguments().cloned().collect();
        own
    });
    own.chain(global).collect()
}

/// The arguments of a command that its table can have.
pub(super) fn arguments(name: &str) -> Vec<Arg> {
    let mut arguments = all(name);
    arguments.retain(|argument| {
        let id = argument.get_id().as_str();
        !NOT_IN_FILE.contains(&id) && !TYPED_ONLY.contains(&id)
    });
    arguments
}

/// The arguments of a command that the top can have.
pub(super) fn arguments_at_top(name: &str) -> Vec<Arg> {
    let mut arguments = arguments(name);
    arguments.retain(|argument| match argument.get_id().as_str() {
        // A baseline belongs to one command.
        "baseline" => false,
        // `upgrade` rewrites payloads: it must not take recordings for them.
        "captures" => name != "upgrade",
        _ => true,
    });
    arguments
}

/// Whether an option of the command exists on the command line only.
pub(super) fn is_typed_only(command: &str, name: &str) -> bool {
    let all = all(command);
    let mut all = all.iter();
    all.any(|argument| TYPED_ONLY.contains(&argument.get_id().as_str()) && key(argument) == name)
}

/// Whether a command has levels and ignores.
pub(super) fn has_levels(name: &str) -> bool {
    all(name)
        .iter()
        .any(|argument| argument.get_id() == "level")
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

/// Whether an argument takes a number.
pub(super) fn is_number(argument: &Arg) -> bool {
    NUMBERS.contains(&argument.get_id().as_str())
}

/// Whether an argument takes `NAME=VALUE`, which the file can write as a table.
pub(super) fn is_table(argument: &Arg) -> bool {
    let names = argument.get_value_names().unwrap_or_default();
    is_list(argument) && names.iter().any(|name| name.contains('='))
}

/// Whether an argument names contracts.
pub(super) fn is_contract(argument: &Arg) -> bool {
    CONTRACTS.contains(&argument.get_id().as_str())
}

/// Why an argument does not accept a value.
#[derive(Debug, Clone)]
pub(super) enum Refusal {
    /// It accepts these values.
    Values(Vec<String>),
    /// A sentence.
    Reason(String),
}

/// Lets the command line decide whether an argument accepts a value.
pub(super) fn accepts(argument: &Arg, text: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(Refusal::Reason("the value is empty".to_owned()));
    }
    let parser: ValueParser = argument.get_value_parser().clone();
    let command = clap::Command::new("wiredrift")
        .no_binary_name(true)
        .disable_help_flag(true)
        .arg(Arg::new("value").long("value").value_parser(parser));
    let Err(error) = command.try_get_matches_from([format!("--value={text}")]) else {
        return Ok(());
    };
    Err(match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => Refusal::Values(values.clone()),
        _ => Refusal::Reason(match std::error::Error::source(&error) {
            Some(reason) => reason.to_string(),
            None => "the command line does not accept this value".to_owned(),
        }),
    })
}

/// The value of an argument for the current folder: paths in the file start at its folder.
pub(super) fn from_here(argument: &Arg, value: &str, folder: &Path) -> String {
    if folder.as_os_str().is_empty() {
        return value.to_owned();
    }
    let joined = |path: &str| match path {
        // Standard input or standard output.
        "-" => path.to_owned(),
        _ => folder.join(path).to_string_lossy().into_owned(),
    };
    match argument.get_id().as_str() {
        "output" => match value.split_once('=') {
            Some((format, path)) => format!("{format}={}", joined(path)),
            None => value.to_owned(),
        },
        "refs" => match value.rsplit_once('=') {
            Some((url, path)) => format!("{url}={}", joined(path)),
            None => value.to_owned(),
        },
        _ if is_contract(argument) => contract_from_here(value, folder),
        _ => match argument.get_value_hint() {
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath => joined(value),
            _ => value.to_owned(),
        },
    }
}

/// A contract for the current folder: a path, unless it is the name of a built-in contract.
pub(super) fn contract_from_here(value: &str, folder: &Path) -> String {
    if folder.as_os_str().is_empty() {
        return value.to_owned();
    }
    let path = folder.join(value);
    let here = path.to_string_lossy().into_owned();
    if let Some(place) = value.strip_prefix("git:").filter(|_| !path.exists()) {
        // Git knows the folder by its real path.
        let folder = match folder.is_absolute() {
            true => std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()),
            false => folder.to_owned(),
        };
        return match place.split_once(':') {
            Some((revision, path)) => {
                format!("git:{revision}:{}", folder.join(path).to_string_lossy())
            }
            None => value.to_owned(),
        };
    }
    if value.contains("://") {
        return value.to_owned();
    }
    // In the same order as `--contract`: a built-in contract takes precedence over a file.
    match value.parse::<ContractRef>() {
        Ok(reference) if !looks_like_path(value) && (!path.exists() || is_built_in(&reference)) => {
            value.to_owned()
        }
        _ => here,
    }
}

fn is_built_in(reference: &ContractRef) -> bool {
    builtin::family(&reference.name, CompileOptions::default())
        .is_ok_and(|registry| registry.find(reference).is_ok())
}
