//! The command line as typed, before the configuration is applied.

use std::ffi::OsString;

use clap::builder::ValueParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, ColorChoice, CommandFactory as _};

use super::args::{Arguments, Color};

/// The width of help if COLUMNS is 0, which means that the width is unknown.
const WIDTH: usize = 100;

/// Parses the arguments. Help and version are errors, as in clap.
pub(super) fn parse(arguments: &[OsString]) -> clap::error::Result<ArgMatches> {
    let color = match color(arguments) {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let dressed = |command: clap::Command| {
        let command = command.color(color);
        match std::env::var("COLUMNS").is_ok_and(|columns| columns == "0") {
            true => command.term_width(WIDTH),
            false => command,
        }
    };
    let parsed = dressed(command()).try_get_matches_from(arguments);
    match &parsed {
        // `--help` shows switches without `[=true|false]`.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            ) =>
        {
            match dressed(Arguments::command()).try_get_matches_from(arguments) {
                Err(plain) if plain.kind() == error.kind() => Err(plain),
                _ => parsed,
            }
        }
        _ => parsed,
    }
}

/// The command line that is parsed: every switch takes `=false`, which turns off what the configuration turns on.
pub(super) fn command() -> clap::Command {
    Arguments::command()
        .mut_args(switch)
        .mut_subcommands(|command| command.mut_args(switch))
}

/// An argument; a switch with an optional value.
fn switch(argument: Arg) -> Arg {
    if !matches!(argument.get_action(), ArgAction::SetTrue) {
        return argument;
    }
    argument
        .action(ArgAction::Set)
        .num_args(0..=1)
        .require_equals(true)
        .value_parser(ValueParser::bool())
        .value_name("true|false")
        .default_value("false")
        .default_missing_value("true")
        .hide_possible_values(true)
}

/// The value of `--color`, for messages about arguments that cannot be parsed.
pub(super) fn color(arguments: &[OsString]) -> Color {
    let mut color = Color::Auto;
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        let value = match argument.split_once('=') {
            Some(("--color", value)) => value.to_owned(),
            _ if argument == "--color" => match arguments.next() {
                Some(value) => value.into_owned(),
                None => break,
            },
            _ if argument == "--" => break,
            _ => continue,
        };
        color = match &*value {
            "always" => Color::Always,
            "never" => Color::Never,
            _ => color,
        };
    }
    color
}
