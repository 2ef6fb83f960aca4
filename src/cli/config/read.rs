//! Reads the file. Every mistake has a place and a hint.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use clap::Arg;
use clap::error::{ContextKind, ContextValue};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, ErrorKind, Result, closest};
use crate::location::{Origin, Pointer, Position};
use crate::observe::Evidence;
use crate::redact::{Excerpt, Shown};
use crate::rules::except::{Ignore, Pattern};

use super::super::values::{day, ignorable};
use super::keys::{arguments, contract_from_here, from_here, is_list, is_switch, key};
use super::{CONFIGURED, Config, Setting};

/// The tables that are not commands.
const CONTRACTS: &str = "contracts";
const LEVELS: &str = "levels";
const IGNORE: &str = "ignore";

type Value<'t> = Spanned<DeValue<'t>>;

/// A file that is being read.
struct File<'t> {
    text: &'t str,
    path: &'t Path,
    /// Its folder from the current one; empty if they are the same.
    folder: &'t Path,
}

impl Config {
    /// Reads a file.
    pub(in crate::cli) fn read(text: &str, path: &Path) -> Result<Self> {
        let file = File {
            text,
            path,
            folder: path.parent().unwrap_or(Path::new("")),
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let table = DeTable::parse(text).map_err(|error| {
            let message = error.message().trim().replace('\n', ", ");
            file.error(
                error.span().unwrap_or(0..0),
                &format!("not TOML: {message}"),
            )
        })?;
        let mut config = Self {
            path: Some(path.to_owned()),
            ..Self::default()
        };
        // A key at the top first, so that the table of a command wins.
        let entries = table.get_ref().iter();
        let (tables, plain): (Vec<_>, Vec<_>) =
            entries.partition(|(name, _)| CONFIGURED.contains(&name.get_ref().as_ref()));
        for (name, value) in plain {
            config.top(&file, name, value)?;
        }
        for (name, value) in tables {
            let command = CONFIGURED
                .into_iter()
                .find(|command| command == name.get_ref());
            let table = file.table(value, name.get_ref())?;
            for (key, value) in table {
                config.set(&file, command.unwrap_or_default(), key, value)?;
            }
        }
        Ok(config)
    }

    /// Reads an entry at the top.
    fn top(
        &mut self,
        file: &File<'_>,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Value<'_>,
    ) -> Result<()> {
        match name.get_ref().as_ref() {
            CONTRACTS => {
                for (name, value) in file.table(value, CONTRACTS)? {
                    let text = file.string(value, name.get_ref())?;
                    if text.is_empty() {
                        return Err(file.error(
                            value.span(),
                            "a contract is a file, a folder, or a built-in contract",
                        ));
                    }
                    self.contracts.insert(
                        name.get_ref().to_string(),
                        contract_from_here(text, file.folder),
                    );
                }
                Ok(())
            }
            LEVELS => self.levels(file, value),
            IGNORE => {
                let DeValue::Array(list) = value.get_ref() else {
                    return Err(file.error(
                        value.span(),
                        "write each ignore as a table that starts with `[[ignore]]`",
                    ));
                };
                for ignore in list.iter() {
                    self.ignores.push(file.ignore(ignore)?);
                }
                Ok(())
            }
            other => {
                let mut is_known = false;
                for command in CONFIGURED {
                    if arguments(command)
                        .iter()
                        .any(|argument| key(argument) == other)
                    {
                        is_known = true;
                        self.set(file, command, name, value)?;
                    }
                }
                match is_known {
                    true => Ok(()),
                    false => Err(file.unknown_key(name, &known_at_top())),
                }
            }
        }
    }

    /// `[levels]`: `wrong-type = "warning"`, for every command with levels.
    fn levels(&mut self, file: &File<'_>, value: &Value<'_>) -> Result<()> {
        let mut values = Vec::new();
        for (rule, level) in file.table(value, LEVELS)? {
            let text = file.string(level, rule.get_ref())?;
            let setting = format!("{}={text}", rule.get_ref());
            super::super::levels::level_of(&setting).map_err(|error| {
                let message = error.to_string();
                match message.contains("no rule is called") {
                    true => file.error(rule.span(), &message),
                    false => {
                        let near = closest(text, ["off", "info", "warning", "error"]);
                        let hint = near
                            .map(|near| format!("; did you mean `{near}`?"))
                            .unwrap_or_default();
                        let message = format!(
                            "`{text}` is not a level; expected off, info, warning or error{hint}"
                        );
                        file.error(level.span(), &message)
                    }
                }
            })?;
            values.push(setting);
        }
        let line = file.position(value.span().start).line;
        for command in CONFIGURED {
            let has_levels = super::keys::subcommand(command).is_some_and(|command| {
                command
                    .get_arguments()
                    .any(|argument| argument.get_id() == "level")
            });
            if has_levels && !values.is_empty() {
                let setting = Setting {
                    values: values.clone(),
                    line,
                };
                self.settings
                    .entry(command)
                    .or_default()
                    .insert("level".to_owned(), setting);
            }
        }
        Ok(())
    }

    /// Reads the value of an option of a command.
    fn set(
        &mut self,
        file: &File<'_>,
        command: &'static str,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Value<'_>,
    ) -> Result<()> {
        let all = arguments(command);
        let Some(argument) = all.iter().find(|argument| key(argument) == *name.get_ref()) else {
            return Err(file.unknown_key(name, &all.iter().map(key).collect::<Vec<_>>()));
        };
        let values = file.values(argument, value)?;
        let line = file.position(name.span().start).line;
        let settings = self.settings.entry(command).or_default();
        if values.is_empty() {
            // `false` and an empty list are the defaults.
            settings.remove(argument.get_id().as_str());
        } else {
            settings.insert(argument.get_id().to_string(), Setting { values, line });
        }
        Ok(())
    }
}

/// The keys at the top.
fn known_at_top() -> Vec<String> {
    let mut known: Vec<String> = CONFIGURED.iter().map(ToString::to_string).collect();
    known.extend([CONTRACTS, LEVELS, IGNORE].map(str::to_owned));
    for command in CONFIGURED {
        known.extend(arguments(command).iter().map(key));
    }
    known.sort();
    known.dedup();
    known
}

impl File<'_> {
    fn position(&self, byte: usize) -> Position {
        Position::START.at_offset(self.text.as_bytes(), byte)
    }

    /// `wiredrift.toml:3:11: …`
    fn error(&self, span: Range<usize>, message: &str) -> Error {
        let at = self.position(span.start);
        let path = Shown::new(&self.path.to_string_lossy()).to_string();
        Error::new(
            ErrorKind::Format,
            format!("{path}:{}:{}: {}", at.line, at.column, Shown::new(message)),
        )
    }

    fn unknown_key(&self, name: &Spanned<std::borrow::Cow<'_, str>>, known: &[String]) -> Error {
        let text = name.get_ref();
        let here = closest(text, known.iter().map(String::as_str));
        let hint = match here {
            Some(near) => format!("did you mean `{near}`?"),
            // The option of another command.
            None => {
                let owners: Vec<&str> = CONFIGURED
                    .into_iter()
                    .filter(|command| {
                        arguments(command)
                            .iter()
                            .any(|argument| key(argument) == *text)
                    })
                    .collect();
                match (owners.as_slice(), text.as_ref()) {
                    (_, "level") => "write levels as a table `[levels]`".to_owned(),
                    ([], _) => "`wiredrift config` lists the keys".to_owned(),
                    (owners, _) => format!("it is an option of `{}`", owners.join("`, `")),
                }
            }
        };
        self.error(name.span(), &format!("unknown key `{text}`; {hint}"))
    }

    fn table<'v, 't>(&self, value: &'v Value<'t>, name: &str) -> Result<&'v DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            other => {
                let message = format!("`{name}` is {}; expected a table `[{name}]`", kind(other));
                Err(self.error(value.span(), &message))
            }
        }
    }

    fn string<'v>(&self, value: &'v Value<'_>, name: &str) -> Result<&'v str> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text),
            other => Err(self.error(
                value.span(),
                &format!("`{name}` is {}; expected a string", kind(other)),
            )),
        }
    }

    /// The values of an option, as on the command line; none if it has the value that it has by default.
    fn values(&self, argument: &Arg, value: &Value<'_>) -> Result<Vec<String>> {
        let name = key(argument);
        if is_switch(argument) {
            return match value.get_ref() {
                DeValue::Boolean(true) => Ok(vec!["true".to_owned()]),
                DeValue::Boolean(false) => Ok(Vec::new()),
                other => {
                    let message = format!("`{name}` is {}; expected true or false", kind(other));
                    Err(self.error(value.span(), &message))
                }
            };
        }
        let items: Vec<(Range<usize>, String)> = match value.get_ref() {
            DeValue::Array(list) if is_list(argument) => list
                .iter()
                .map(|item| Ok((item.span(), self.scalar(&name, item)?)))
                .collect::<Result<_>>()?,
            // `output = {sarif = "report.sarif"}`
            DeValue::Table(table) if is_list(argument) => {
                let entries = table.iter();
                entries
                    .map(|(key, item)| {
                        Ok((
                            item.span(),
                            format!("{}={}", key.get_ref(), self.scalar(&name, item)?),
                        ))
                    })
                    .collect::<Result<_>>()?
            }
            _ => vec![(value.span(), self.scalar(&name, value)?)],
        };
        for (span, text) in &items {
            self.accepted(argument, &name, text, span)?;
        }
        Ok(items
            .into_iter()
            .map(|(_, text)| from_here(argument, &text, self.folder))
            .collect())
    }

    fn scalar(&self, name: &str, value: &Value<'_>) -> Result<String> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
            other => {
                let message = format!(
                    "`{name}` is {}; expected a string or a whole number",
                    kind(other)
                );
                Err(self.error(value.span(), &message))
            }
        }
    }

    /// Lets the command line decide whether it accepts a value.
    fn accepted(&self, argument: &Arg, name: &str, text: &str, span: &Range<usize>) -> Result<()> {
        let argument = argument
            .clone()
            .required(false)
            .global(false)
            .help_heading(None);
        let id = argument.get_id().to_string();
        let is_operand = argument.is_positional();
        let mut bare = Arg::new(id)
            .action(clap::ArgAction::Set)
            .value_parser(argument.get_value_parser().clone());
        if !is_operand {
            bare = bare.long(name.to_owned());
        }
        let command = clap::Command::new("wiredrift")
            .no_binary_name(true)
            .disable_help_flag(true)
            .arg(bare);
        let given = match is_operand {
            true => vec!["--".to_owned(), text.to_owned()],
            false => vec![format!("--{name}={text}")],
        };
        let Err(error) = command.try_get_matches_from(given) else {
            return Ok(());
        };
        let expected = match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(values)) => {
                let near = closest(text, values.iter().map(String::as_str));
                let hint = near
                    .map(|near| format!("; did you mean \"{near}\"?"))
                    .unwrap_or_default();
                format!("expected {}{hint}", listed(values))
            }
            _ => match std::error::Error::source(&error) {
                Some(reason) => reason.to_string(),
                None => "the command line does not accept this value".to_owned(),
            },
        };
        Err(self.error(span.clone(), &format!("`{name}` is {text:?}: {expected}")))
    }

    fn ignore(&self, value: &Value<'_>) -> Result<Ignore> {
        const KEYS: [&str; 5] = ["rule", "operation", "path", "reason", "until"];
        let table = self.table(value, IGNORE)?;
        let mut texts: BTreeMap<&str, (String, Range<usize>)> = BTreeMap::new();
        for (name, item) in table {
            let Some(known) = KEYS.into_iter().find(|known| known == name.get_ref()) else {
                return Err(self.unknown_key(name, &KEYS.map(str::to_owned)));
            };
            let text = match (known, item.get_ref()) {
                ("until", DeValue::Datetime(day)) => day.to_string(),
                _ => self.string(item, known)?.to_owned(),
            };
            texts.insert(known, (text, item.span()));
        }
        let own = value.span();
        let missing = |name: &str, what: &str| {
            self.error(own.clone(), &format!("this ignore has no `{name}`; {what}"))
        };
        let (rule, at) = texts
            .get("rule")
            .ok_or_else(|| missing("rule", "`wiredrift explain` lists the rules"))?;
        let rule = ignorable(rule).map_err(|message| self.error(at.clone(), &message))?;
        let (reason, at) = texts
            .get("reason")
            .ok_or_else(|| missing("reason", "say why, for those who read the file next year"))?;
        if reason.trim().is_empty() {
            return Err(self.error(
                at.clone(),
                "the reason is empty; say why, for those who read the file next year",
            ));
        }
        let pattern = |name: &str| {
            let text = texts.get(name);
            text.map(|(text, at)| {
                Pattern::new(text).map_err(|message| self.error(at.clone(), &message))
            })
            .transpose()
        };
        let until = texts.get("until");
        let until =
            until.map(|(text, at)| day(text).map_err(|message| self.error(at.clone(), &message)));
        Ok(Ignore {
            rule,
            operation: pattern("operation")?,
            path: pattern("path")?,
            reason: reason.clone(),
            until: until.transpose()?,
            place: Some(self.evidence(&own)),
        })
    }

    /// The first line of a table.
    fn evidence(&self, span: &Range<usize>) -> Evidence {
        let line = self.text[span.clone()].lines().next().unwrap_or_default();
        let end = span.start + line.len();
        Evidence {
            origin: Origin {
                file: self.path.to_string_lossy().as_ref().into(),
                entry: None,
                position: self.position(span.start),
            },
            end: self.position(end),
            pointer: Pointer::root(),
            excerpt: Excerpt::of_contract(self.text.as_bytes(), span.start..end),
        }
    }
}

/// `error, warning, info or never`
fn listed(values: &[String]) -> String {
    match values {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
