//! Completes the command line with the configuration.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, FromArgMatches as _};

use crate::error::{Error, ErrorKind, Result};

use super::super::args::Arguments;
use super::super::levels::{is_of_command, parts};
use super::super::recognise::is_openapi;
use super::super::typed;
use super::keys::{EXCLUSIVE, is_list};
use super::{CONFIGURED, Config, FILE};

/// What the operands of a command stand for.
#[derive(Debug, Default)]
struct Operands {
    /// OLD and NEW, if the command has them.
    pair: Vec<Option<OsString>>,
    /// Captures or contracts.
    rest: Vec<OsString>,
}

impl Config {
    /// The arguments in force: what was typed, and what the file sets for the rest.
    ///
    /// # Errors
    ///
    /// If a required contract is neither typed nor in the file, or a level has no effect on the command.
    pub(in crate::cli) fn complete(&mut self, typed: &ArgMatches) -> Result<Arguments> {
        let Some((name, own)) = typed.subcommand() else {
            return Arguments::from_arg_matches(typed).map_err(|error| invalid(&error));
        };
        let mut command = typed::command();
        command.build();
        let command = command
            .find_subcommand(name)
            .filter(|_| CONFIGURED.contains(&name) || name == "contracts");
        let Some(command) = command else {
            return Arguments::from_arg_matches(typed).map_err(|error| invalid(&error));
        };
        self.typed_levels = typed_values(own, "level")
            .into_iter()
            .filter_map(|level| level.into_string().ok())
            .collect();
        for setting in &self.typed_levels {
            is_of_command(setting, parts(setting)?.0.rule, name)?;
        }
        let mut line: Vec<OsString> = vec!["wiredrift".into(), name.into()];
        for argument in command.get_arguments() {
            let (id, Some(long)) = (argument.get_id().as_str(), argument.get_long()) else {
                continue;
            };
            if matches!(id, "help" | "version") {
                continue;
            }
            for value in self.values(name, argument, own)? {
                let mut option = OsString::from(format!("--{long}="));
                option.push(value);
                line.push(option);
            }
        }
        let operands = self.operands(name, command, own)?;
        line.push("--".into());
        for (operand, called) in operands.pair.into_iter().zip(["OLD", "NEW"]) {
            line.push(operand.ok_or_else(|| self.missing(called))?);
        }
        line.extend(operands.rest);
        let matches = typed::command().try_get_matches_from(line);
        matches
            .and_then(|matches| Arguments::from_arg_matches(&matches))
            .map_err(|error| invalid(&error))
    }

    /// The values of an option.
    fn values(&self, name: &str, argument: &Arg, own: &ArgMatches) -> Result<Vec<OsString>> {
        let id = argument.get_id().as_str();
        let typed = typed_values(own, id);
        let values = match id {
            "level" => {
                let mut levels = self.levels_left();
                levels.extend(typed);
                levels
            }
            "output" => outputs(&self.set(name, id), &typed),
            // What one person hides stays hidden when another one hides more.
            "redact" => [self.set(name, id), typed].concat(),
            _ if typed.is_empty() && !is_excluded(id, own) => self.set(name, id),
            _ => typed,
        };
        if id != "contract" {
            return Ok(values);
        }
        let values: Vec<OsString> = values.into_iter().map(|value| self.named(value)).collect();
        match values.iter().all(|value| value.is_empty()) {
            false => Ok(values),
            // What captures hold can be said without a contract.
            true if name == "captures" => Ok(Vec::new()),
            true => {
                let captures = typed_values(own, "captures");
                let contract = captures
                    .iter()
                    .find(|path| is_openapi(Path::new(path.as_os_str())));
                Err(match contract {
                    Some(contract) => {
                        let contract = contract.display();
                        let message =
                            format!("{contract} is a contract: pass it with --contract {contract}");
                        Error::new(ErrorKind::Format, message)
                    }
                    None => self.missing("contract"),
                })
            }
        }
    }

    /// The operands. OLD and NEW that the file sets are no operands of `report` and `upgrade`, so that all operands
    /// are captures; `diff` has no others, so that they take precedence over the file.
    fn operands(&self, name: &str, command: &clap::Command, own: &ArgMatches) -> Result<Operands> {
        let positionals: Vec<&Arg> = command.get_positionals().collect();
        let (lists, singles): (Vec<&Arg>, Vec<&Arg>) = positionals
            .into_iter()
            .partition(|argument| is_list(argument));
        let ids = singles.iter().chain(&lists);
        let typed: Vec<OsString> = ids
            .flat_map(|argument| typed_values(own, argument.get_id().as_str()))
            .collect();
        let mut left = typed.into_iter();
        let mut operands = Operands::default();
        let set = |argument: &&Arg| self.set(name, argument.get_id().as_str()).pop();
        match (name, singles.as_slice()) {
            ("diff", [old, new]) => {
                let (first, second) = (left.next(), left.next());
                operands.pair = match (first, second) {
                    (Some(one), None) if set(old).is_some() => vec![set(old), Some(one)],
                    (first, second) => {
                        vec![first.or_else(|| set(old)), second.or_else(|| set(new))]
                    }
                };
            }
            ("report" | "upgrade", singles) => {
                for argument in singles {
                    let operand = set(argument).or_else(|| left.next());
                    operands.pair.push(operand);
                }
            }
            // `contracts` takes one at most.
            _ => {}
        }
        let is_all_set = singles.iter().all(|argument| set(argument).is_some());
        operands.rest = left.collect();
        if matches!(name, "report" | "upgrade") && is_all_set {
            self.check_captures(name, &operands.rest)?;
        }
        for argument in &lists {
            if operands.rest.is_empty() {
                operands.rest = self.set(name, argument.get_id().as_str());
            }
        }
        let named = |operand: &mut OsString| *operand = self.named(std::mem::take(operand));
        operands.pair.iter_mut().flatten().for_each(named);
        if matches!(name, "lint" | "contracts") {
            operands.rest.iter_mut().for_each(named);
        }
        match name == "lint" && operands.rest.is_empty() {
            true => Err(self.missing("CONTRACT")),
            false => Ok(operands),
        }
    }

    /// Rejects contracts among the captures, because the file sets both contracts.
    fn check_captures(&self, name: &str, captures: &[OsString]) -> Result<()> {
        let is_contract = |operand: &OsString| {
            let path = Path::new(operand);
            let text = operand.to_str().unwrap_or_default();
            let is_named = text.starts_with("git:") || self.contracts.contains_key(text);
            is_named && !path.exists() || is_openapi(path)
        };
        let Some(contract) = captures.iter().find(|operand| is_contract(operand)) else {
            return Ok(());
        };
        let file = self.path.as_deref().unwrap_or(Path::new(FILE));
        let message = format!(
            "{} is a contract; {} sets `old` and `new`, so every operand of `{name}` is a capture; to compare other \
             contracts, use --no-config",
            contract.display(),
            file.display()
        );
        Err(Error::new(ErrorKind::Format, message))
    }

    /// What the file sets.
    fn set(&self, name: &str, id: &str) -> Vec<OsString> {
        let setting = self.settings.get(name).and_then(|own| own.get(id));
        let values = setting.map(|setting| setting.values.as_slice());
        values
            .unwrap_or_default()
            .iter()
            .map(OsString::from)
            .collect()
    }

    /// The levels of the file, without those of rules that the command line sets as a whole.
    fn levels_left(&self) -> Vec<OsString> {
        let is_replaced = |scope: &str| {
            let rule = scope.split(['@', '/']).next();
            let mut typed = self.typed_levels.iter();
            typed.any(|setting| setting.rsplit_once('=').map(|(scope, _)| scope) == rule)
        };
        self.levels
            .iter()
            .filter(|level| !is_replaced(&level.scope))
            .map(|level| level.setting().into())
            .collect()
    }

    /// What a name of `[contracts]` stands for, or the same text.
    fn named(&self, value: OsString) -> OsString {
        let named = value.to_str().and_then(|name| self.contracts.get(name));
        named.map_or(value, |named| OsString::from(&named.contract))
    }

    /// The error about a contract that is neither typed nor in the file.
    fn missing(&self, called: &str) -> Error {
        let (what, key) = match called {
            "contract" => ("no contract was given: pass --contract REF", "contract"),
            "CONTRACT" => ("no contract was given: pass CONTRACT", "contract"),
            "OLD" => ("no contracts were given: pass OLD and NEW", "old"),
            _ => ("the contract NEW was not given: pass OLD and NEW", "new"),
        };
        let keys = match key {
            "old" => "`old` and `new`".to_owned(),
            key => format!("`{key}`"),
        };
        let message = match (&self.path, self.is_off) {
            (_, true) => what.to_owned(),
            (Some(file), false) => format!("{what}, or set {keys} in {}", file.display()),
            (None, false) => {
                format!("{what}, or set {keys} in {FILE}, which `wiredrift init` writes")
            }
        };
        Error::new(ErrorKind::Format, message)
    }
}

/// The values of an argument on the command line.
fn typed_values(own: &ArgMatches, id: &str) -> Vec<OsString> {
    let is_known = own.try_contains_id(id).is_ok();
    let is_typed = is_known && own.value_source(id) == Some(ValueSource::CommandLine);
    let values = is_typed.then(|| own.get_raw(id)).flatten();
    values.into_iter().flatten().map(OsStr::to_owned).collect()
}

/// Whether a switch that excludes this one was typed.
fn is_excluded(id: &str, own: &ArgMatches) -> bool {
    EXCLUSIVE.iter().any(|(one, other)| {
        id == *one && !typed_values(own, other).is_empty()
            || id == *other && !typed_values(own, one).is_empty()
    })
}

/// The outputs: those that were typed, and those of the file for other formats. Only one goes to standard output.
fn outputs(file: &[OsString], typed: &[OsString]) -> Vec<OsString> {
    fn split(output: &OsString) -> (String, Option<String>) {
        let text = output.to_string_lossy();
        match text.split_once('=') {
            Some((format, path)) => (
                format.to_owned(),
                Some(path.to_owned()).filter(|path| path != "-"),
            ),
            None => (text.into_owned(), None),
        }
    }
    let kept = file.iter().filter(|own| {
        let (format, path) = split(own);
        !typed.iter().any(|output| {
            let (other, to) = split(output);
            other == format || to == path
        })
    });
    kept.cloned().chain(typed.iter().cloned()).collect()
}

/// An error of the parser in one line.
fn invalid(error: &clap::Error) -> Error {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    Error::new(ErrorKind::Format, line.trim_start_matches("error: "))
}
