//! Values in the file, as the command line has them. Every mistake has a place and a hint.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use clap::Arg;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, ErrorKind, Result, closest};
use crate::location::Position;
use crate::redact::Shown;

use super::super::values::{likely, quoted};
use super::keys::{
    Refusal, accepts, arguments, is_list, is_number, is_switch, is_table, is_typed_only, key,
    subcommand,
};
use super::{CONFIGURED, WITH_TABLE};

pub(super) type Key<'t> = Spanned<Cow<'t, str>>;
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A file that is being read.
pub(super) struct File<'t> {
    /// Without a byte order mark.
    pub(super) text: &'t str,
    pub(super) path: &'t Path,
    /// Its folder from the current one; empty if they are the same.
    pub(super) folder: &'t Path,
}

/// Why an option does not have a value.
#[derive(Debug)]
pub(super) struct Refused {
    span: Range<usize>,
    name: String,
    value: Option<String>,
    reason: Refusal,
}

impl Refused {
    /// Whether the kind of the value is wrong, such as a list for an option that takes one value.
    pub(super) const fn is_of_kind(&self) -> bool {
        self.value.is_none()
    }

    /// The same with the values that either accepts.
    pub(super) fn or(mut self, other: Self) -> Self {
        if let (Refusal::Values(own), Refusal::Values(others)) = (&mut self.reason, other.reason) {
            for (at, value) in others.into_iter().enumerate() {
                if !own.contains(&value) {
                    own.insert(at.min(own.len()), value);
                }
            }
        }
        self
    }
}

/// The entries of a table, in the order of the file.
pub(super) fn entries<'v, 't>(table: &'v DeTable<'t>) -> Vec<(&'v Key<'t>, &'v Value<'t>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

impl File<'_> {
    pub(super) fn position(&self, byte: usize) -> Position {
        Position::START.at_offset(self.text.as_bytes(), byte)
    }

    /// `wiredrift.toml:3:11: …`
    pub(super) fn error(&self, span: Range<usize>, message: &str) -> Error {
        let at = self.position(span.start);
        self.error_at(at.line, at.column, message)
    }

    pub(super) fn error_at(&self, line: u64, column: u64, message: &str) -> Error {
        let path = Shown::new(&self.path.to_string_lossy()).to_string();
        Error::new(
            ErrorKind::Format,
            format!("{path}:{line}:{column}: {}", Shown::new(message)),
        )
    }

    /// The error about a key that is not known in a table: that of a command, or another one.
    pub(super) fn unknown_key(&self, name: &Key<'_>, known: &[String], command: &str) -> Error {
        let text = name.get_ref().as_ref();
        let owners: Vec<String> = CONFIGURED
            .into_iter()
            .filter(|owner| {
                arguments(owner)
                    .iter()
                    .any(|argument| key(argument) == text)
            })
            .map(|owner| format!("`{owner}`"))
            .collect();
        let is_of_command = WITH_TABLE.contains(&command);
        let is_top = command.is_empty();
        let message = match text {
            "levels" | "contracts" if is_of_command => {
                format!("unknown key `{text}`; the table `[{text}]` is at the top, for every command")
            }
            "ignore" if is_of_command => {
                "unknown key `ignore`; `[[ignore]]` is at the top, for every command".to_owned()
            }
            "level" if is_of_command || is_top => {
                "unknown key `level`; write levels in the table `[levels]`".to_owned()
            }
            "baseline" if is_top => {
                "a baseline belongs to one command; write it in the table of this command, such as `[check]`"
                    .to_owned()
            }
            _ if (is_of_command || is_top)
                && CONFIGURED.iter().any(|owner| is_typed_only(owner, text)) =>
            {
                format!("`{text}` is for a single run; give --{text} on the command line")
            }
            _ if is_top && subcommand(text).is_some() => {
                format!("`{text}` cannot be configured; expected {}", WITH_TABLE.join(", "))
            }
            _ if is_of_command && !owners.is_empty() => {
                format!("unknown key `{text}`; it is an option of {}", owners.join(", "))
            }
            _ => {
                let hint = match closest(text, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if is_of_command || is_top => {
                        "`wiredrift config` lists the keys".to_owned()
                    }
                    None => format!("expected {}", known.join(", ")),
                };
                format!("unknown key `{text}`; {hint}")
            }
        };
        self.error(name.span(), &message)
    }

    pub(super) fn table<'v, 't>(
        &self,
        value: &'v Value<'t>,
        name: &str,
    ) -> Result<&'v DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            other => {
                let hint = match name {
                    "contracts" => "; did you mean `contract`?",
                    _ => "",
                };
                let message = format!(
                    "`{name}` is {}; expected a table `[{name}]`{hint}",
                    kind(other)
                );
                Err(self.error(value.span(), &message))
            }
        }
    }

    pub(super) fn string<'v>(&self, value: &'v Value<'_>, name: &str) -> Result<&'v str> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text),
            other => Err(self.error(
                value.span(),
                &format!("`{name}` is {}; expected a string", kind(other)),
            )),
        }
    }

    /// The error about a value that an option does not accept.
    pub(super) fn refused(&self, refused: &Refused) -> Error {
        let reason = match &refused.reason {
            Refusal::Values(values) => {
                let typed = refused.value.as_deref().unwrap_or_default();
                let near = likely(typed, values.iter().map(String::as_str));
                let hint = near
                    .map(|near| format!("; did you mean \"{near}\"?"))
                    .unwrap_or_default();
                format!("expected {}{hint}", listed(values))
            }
            Refusal::Reason(reason) => reason.clone(),
        };
        let name = &refused.name;
        let message = match refused.value.as_deref() {
            Some("") => format!("`{name}` is empty; give it a value, or remove the key"),
            Some(value) => format!("`{name}` is {}: {reason}", quoted(value)),
            None => format!("`{name}` is {reason}"),
        };
        self.error(refused.span.clone(), &message)
    }

    /// The values of an option, as on the command line, with paths from the folder of the file; none if it has the
    /// value that it has by default.
    pub(super) fn values(&self, argument: &Arg, value: &Value<'_>) -> Result<Vec<String>, Refused> {
        let name = key(argument);
        let wrong = |value: &Value<'_>, expected: &str| Refused {
            span: value.span(),
            name: name.clone(),
            value: None,
            reason: Refusal::Reason(format!("{}; expected {expected}", kind(value.get_ref()))),
        };
        if is_switch(argument) {
            return match value.get_ref() {
                DeValue::Boolean(true) => Ok(vec!["true".to_owned()]),
                DeValue::Boolean(false) => Ok(Vec::new()),
                _ => Err(wrong(value, "true or false")),
            };
        }
        let expected = match (is_number(argument), is_list(argument), is_table(argument)) {
            (true, ..) => "a string or a whole number",
            (_, _, true) => "a string, a list or a table of strings",
            (_, true, _) => "a string or a list of strings",
            _ => "a string",
        };
        let scalar = |value: &Value<'_>, expected: &str| match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) if is_number(argument) => {
                let read = i128::from_str_radix(number.as_str(), number.radix());
                Ok(read.map_or_else(|_| number.to_string(), |read| read.to_string()))
            }
            _ => Err(wrong(value, expected)),
        };
        let items: Vec<(Range<usize>, String)> = match value.get_ref() {
            DeValue::Array(list) if is_list(argument) => list
                .iter()
                .map(|item| Ok((item.span(), scalar(item, "a string")?)))
                .collect::<Result<_, Refused>>()?,
            // `output = {sarif = "report.sarif"}`
            DeValue::Table(table) if is_table(argument) => entries(table)
                .into_iter()
                .map(|(key, item)| {
                    let text = scalar(item, "a string")?;
                    Ok((item.span(), format!("{}={text}", key.get_ref())))
                })
                .collect::<Result<_, Refused>>()?,
            _ => vec![(value.span(), scalar(value, expected)?)],
        };
        for (span, text) in &items {
            accepts(argument, text).map_err(|reason| Refused {
                span: span.clone(),
                name: name.clone(),
                value: Some(text.clone()),
                reason,
            })?;
        }
        Ok(items.into_iter().map(|(_, text)| text).collect())
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
