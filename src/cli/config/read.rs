//! Reads the file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use clap::Arg;
use toml::de::{DeTable, DeValue};

use crate::error::Result;
use crate::location::{Origin, Pointer};
use crate::observe::Evidence;
use crate::redact::Excerpt;
use crate::rules::except::{Ignore, Pattern};

use super::super::levels::{Scope, level_named};
use super::super::values::{day, ignorable};
use super::keys::{
    EXCLUSIVE, arguments, arguments_at_top, contract_from_here, from_here, is_contract, key,
};
use super::value::{File, Key, Refused, Value, entries};
use super::{CONFIGURED, Config, LevelSetting, Named, Setting, WITH_TABLE};

/// The tables that are not commands.
const CONTRACTS: &str = "contracts";
const LEVELS: &str = "levels";
const IGNORE: &str = "ignore";

impl Config {
    /// Reads a file.
    pub(in crate::cli) fn read(bytes: &[u8], path: &Path) -> Result<Self> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let (text, broken) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let end = error.valid_up_to();
                let valid = std::str::from_utf8(&bytes[..end]).unwrap_or_default();
                (valid, Some(end))
            }
        };
        let file = File {
            text,
            path,
            folder: path.parent().unwrap_or(Path::new("")),
        };
        if let Some(end) = broken {
            let message = "the file is not UTF-8 from here on; save it as UTF-8";
            return Err(file.error(end..end, message));
        }
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
        // The names of contracts first, because other keys refer to them; the tables of the commands last, because
        // they take precedence.
        let order = |name: &str| match name {
            CONTRACTS => 0,
            _ if WITH_TABLE.contains(&name) => 2,
            _ => 1,
        };
        let mut all = entries(table.get_ref());
        all.sort_by_key(|(name, _)| order(name.get_ref()));
        for (name, value) in all {
            match WITH_TABLE.into_iter().find(|own| own == name.get_ref()) {
                None => config.top(&file, name, value)?,
                Some(command) => {
                    for (key, value) in entries(file.table(value, command)?) {
                        config.own(&file, command, key, value)?;
                    }
                }
            }
        }
        config.check_switches(&file)?;
        Ok(config)
    }

    /// Reads an entry at the top.
    fn top(&mut self, file: &File<'_>, name: &Key<'_>, value: &Value<'_>) -> Result<()> {
        match name.get_ref().as_ref() {
            CONTRACTS => self.contracts(file, value),
            LEVELS => self.levels(file, value),
            IGNORE => {
                let is_table = |item: &Value<'_>| matches!(item.get_ref(), DeValue::Table(_));
                let list = match value.get_ref() {
                    DeValue::Array(list) if list.iter().all(is_table) => list,
                    _ => {
                        let message = "write each ignore as a table that starts with `[[ignore]]`";
                        return Err(file.error(value.span(), message));
                    }
                };
                for ignore in list.iter() {
                    self.ignores.push(file.ignore(ignore)?);
                }
                Ok(())
            }
            _ => self.every(file, name, value),
        }
    }

    /// Reads an option at the top: it is for every command that accepts its value.
    fn every(&mut self, file: &File<'_>, name: &Key<'_>, value: &Value<'_>) -> Result<()> {
        let mut is_accepted = false;
        let mut refused: Option<Refused> = None;
        for command in CONFIGURED {
            let all = arguments_at_top(command);
            let argument = all.iter().find(|argument| key(argument) == *name.get_ref());
            let Some(argument) = argument else { continue };
            match self.values_of(file, argument, value) {
                Ok(values) => {
                    is_accepted = true;
                    self.insert(file, command, argument, name, values);
                }
                // The same key has the same kind of value for every command.
                Err(error) if error.is_of_kind() => return Err(file.refused(&error)),
                Err(error) => {
                    refused = Some(match refused {
                        Some(earlier) => earlier.or(error),
                        None => error,
                    });
                }
            }
        }
        match refused {
            _ if is_accepted => Ok(()),
            Some(refused) => Err(file.refused(&refused)),
            None => Err(file.unknown_key(name, &known_at_top(), "")),
        }
    }

    /// Reads an entry of the table of a command.
    fn own(
        &mut self,
        file: &File<'_>,
        command: &'static str,
        name: &Key<'_>,
        value: &Value<'_>,
    ) -> Result<()> {
        let all = arguments(command);
        let Some(argument) = all.iter().find(|argument| key(argument) == *name.get_ref()) else {
            let known: Vec<String> = all.iter().map(key).collect();
            return Err(file.unknown_key(name, &known, command));
        };
        let values = self.values_of(file, argument, value);
        let values = values.map_err(|refused| file.refused(&refused))?;
        self.insert(file, command, argument, name, values);
        Ok(())
    }

    /// The values of an option for the current folder. The name of a contract stays a name.
    fn values_of(
        &self,
        file: &File<'_>,
        argument: &Arg,
        value: &Value<'_>,
    ) -> Result<Vec<String>, Refused> {
        let is_name = |text: &str| is_contract(argument) && self.contracts.contains_key(text);
        let values = file.values(argument, value)?.into_iter();
        let here = values.map(|text| {
            if is_name(&text) {
                return text;
            }
            let path = from_here(argument, &text, file.folder);
            match is_name(&path) {
                true => format!("./{path}"),
                false => path,
            }
        });
        Ok(here.collect())
    }

    fn insert(
        &mut self,
        file: &File<'_>,
        command: &'static str,
        argument: &Arg,
        name: &Key<'_>,
        values: Vec<String>,
    ) {
        let line = file.position(name.span().start).line;
        let settings = self.settings.entry(command).or_default();
        if values.is_empty() {
            // `false` and an empty list are the defaults.
            settings.remove(argument.get_id().as_str());
        } else {
            settings.insert(argument.get_id().to_string(), Setting { values, line });
        }
    }

    /// `[contracts]`: names for files, folders and built-in contracts.
    fn contracts(&mut self, file: &File<'_>, value: &Value<'_>) -> Result<()> {
        for (name, value) in entries(file.table(value, CONTRACTS)?) {
            let text = file.string(value, name.get_ref())?;
            if text.is_empty() {
                let message = format!(
                    "`{}` is empty; expected a file, a folder or a built-in contract",
                    name.get_ref()
                );
                return Err(file.error(value.span(), &message));
            }
            let named = Named {
                contract: contract_from_here(text, file.folder),
                line: file.position(name.span().start).line,
            };
            self.contracts.insert(name.get_ref().to_string(), named);
        }
        Ok(())
    }

    /// `[levels]`: `wrong-type = "warning"`, for every command with levels.
    fn levels(&mut self, file: &File<'_>, value: &Value<'_>) -> Result<()> {
        for (scope, level) in entries(file.table(value, LEVELS)?) {
            Scope::read(scope.get_ref()).map_err(|message| file.error(scope.span(), &message))?;
            let text = file.string(level, scope.get_ref())?;
            level_named(text).map_err(|message| file.error(level.span(), &message))?;
            self.levels.push(LevelSetting {
                scope: scope.get_ref().to_string(),
                level: text.to_owned(),
                line: file.position(scope.span().start).line,
            });
        }
        Ok(())
    }

    /// Rejects switches that exclude each other.
    fn check_switches(&self, file: &File<'_>) -> Result<()> {
        for settings in self.settings.values() {
            for (one, other) in EXCLUSIVE {
                if let (Some(first), Some(second)) = (settings.get(one), settings.get(other)) {
                    let message =
                        format!("`{one}` and `{other}` exclude each other; remove one of them");
                    return Err(file.error_at(first.line.max(second.line), 1, &message));
                }
            }
        }
        Ok(())
    }
}

/// The keys at the top.
fn known_at_top() -> Vec<String> {
    let mut known: Vec<String> = WITH_TABLE.iter().map(ToString::to_string).collect();
    known.extend([CONTRACTS, LEVELS, IGNORE].map(str::to_owned));
    for command in CONFIGURED {
        known.extend(arguments_at_top(command).iter().map(key));
    }
    known.sort();
    known.dedup();
    known
}

impl File<'_> {
    fn ignore(&self, value: &Value<'_>) -> Result<Ignore> {
        const KEYS: [&str; 5] = ["rule", "operation", "path", "reason", "until"];
        let table = self.table(value, IGNORE)?;
        let mut texts: BTreeMap<&str, (String, Range<usize>)> = BTreeMap::new();
        for (name, item) in entries(table) {
            let Some(known) = KEYS.into_iter().find(|known| known == name.get_ref()) else {
                return Err(self.unknown_key(name, &KEYS.map(str::to_owned), IGNORE));
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
            .ok_or_else(|| missing("reason", "explain why the findings are ignored"))?;
        if reason.trim().is_empty() {
            let message = "the reason is empty; explain why the findings are ignored";
            return Err(self.error(at.clone(), message));
        }
        let pattern = |name: &str| {
            let text = texts.get(name);
            text.map(|(text, at)| {
                if text.is_empty() {
                    let message = format!("`{name}` is empty; give it a value, or remove the key");
                    return Err(self.error(at.clone(), &message));
                }
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
