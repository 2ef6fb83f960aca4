//! Values of arguments, as typed on the command line or in the configuration.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use jiff::Timestamp;

use crate::error::closest;
use crate::observe::{FileGlob, Moment, UrlPattern};
use crate::report::Format;
use crate::rules::Rule;
use crate::rules::except::{Ignore, Pattern};

/// A format of a report, and the file it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutputArgument<F> {
    pub(super) format: F,
    pub(super) path: Option<PathBuf>,
}

/// The name that was probably meant: the one that starts with what was typed, or the closest one.
pub(super) fn likely<'a>(
    typed: &str,
    names: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let mut names_from = names.clone().into_iter();
    let starts = names_from.find(|name| typed.len() > 1 && name.starts_with(typed));
    starts.or_else(|| closest(typed, names))
}

/// A string of TOML. Its escapes are those of JSON, and U+007F has one, too.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007F")
}

/// Reads `FORMAT[=PATH]`; the path `-` is standard output.
pub(super) fn output<F: Format>(text: &str) -> Result<OutputArgument<F>, String> {
    let (format, path) = match text.split_once('=') {
        Some((format, "")) => return Err(format!("no file after `=`; write {format}=PATH")),
        Some((format, "-")) => (format, None),
        Some((format, path)) => (format, Some(path.into())),
        None => (text, None),
    };
    let known = F::NAMES.iter().find(|(name, _)| *name == format);
    let names = || {
        // `report.html` is a file that somebody wants to have.
        let extension = match format.rsplit_once('.').map(|(_, extension)| extension) {
            Some("md") => Some("markdown"),
            Some("txt") => Some("text"),
            extension => extension,
        };
        let meant = F::NAMES.iter().find(|(name, _)| extension == Some(*name));
        if let (Some((name, _)), None) = (meant, &path) {
            return format!("to write a file, name its format, too: {name}={format}");
        }
        let names: Vec<&str> = F::NAMES.iter().map(|(name, _)| *name).collect();
        format!("unknown format `{format}`; expected {}", names.join(", "))
    };
    let (_, format) = known.ok_or_else(names)?;
    Ok(OutputArgument {
        format: *format,
        path,
    })
}

/// Reads `OLD=NEW`, both of which are paths.
pub(super) fn path_map(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((old, new)) if [old, new].iter().all(|path| path.starts_with('/')) => {
            Ok((old.to_owned(), new.to_owned()))
        }
        _ => Err("write OLD=NEW, both with a slash at the start, such as /api=/api/v2".to_owned()),
    }
}

/// Reads `URL=FILE`; a URL may hold `=` itself, a path that does is rare.
pub(super) fn url_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.rsplit_once('=') {
        Some((url, file)) if url.contains(':') && !file.is_empty() => {
            Ok((url.trim_end_matches('#').to_owned(), file.into()))
        }
        _ => Err("write URL=FILE, such as https://example.com/pet.json=pet.json".to_owned()),
    }
}

/// Reads a time, a day or an age.
pub(super) fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text, Timestamp::now())
}

/// The start of the names of headers, in lower case.
pub(super) fn header_prefix(text: &str) -> Result<String, String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if text.contains('*') {
        return Err("expected a prefix, not a pattern: write `X-` for every header whose name starts with it".to_owned());
    }
    match !text.is_empty() && text.bytes().all(is_token) {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("expected the start of a header name, such as `Acme-`".to_owned()),
    }
}

/// Reads the name of a host.
pub(super) fn host(text: &str) -> Result<String, String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let name = rest.split('/').next().unwrap_or_default();
    match name {
        "" => Err("expected a host, such as api.example.com or *.example.com".to_owned()),
        name if name != text => Err(format!(
            "expected a host without a scheme and a path: write {name}"
        )),
        name => Ok(name.to_owned()),
    }
}

/// Reads a number of exchanges.
pub(super) fn sample(text: &str) -> Result<NonZeroU64, String> {
    text.parse().map_err(|_| {
        "expected a number, 1 or more: one of so many exchanges is compared".to_owned()
    })
}

/// Reads a number of threads.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "expected a number of threads, 1 or more".to_owned())
}

/// Reads `GLOB=SCHEMA`.
pub(super) fn schema_for(text: &str) -> Result<(FileGlob, String), String> {
    let (glob, schema) = text
        .split_once('=')
        .filter(|(glob, schema)| !glob.is_empty() && !schema.is_empty())
        .ok_or_else(|| "write GLOB=SCHEMA, such as 'events/sold-*.json=pet-sold'".to_owned())?;
    Ok((FileGlob::new(glob)?, schema.to_owned()))
}

/// Reads `NAME=URL-OR-PATH`.
pub(super) fn webhook(text: &str) -> Result<(String, UrlPattern), String> {
    let (name, url) = text
        .split_once('=')
        .filter(|(name, url)| !name.is_empty() && !url.is_empty())
        .ok_or_else(|| "write NAME=URL-OR-PATH, such as 'petSold=/hooks/pets'".to_owned())?;
    Ok((name.to_owned(), UrlPattern::parse(url)?))
}

/// Reads a size such as `64MiB`, `1GB` or `4096`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..digits]
        .parse()
        .map_err(|_| "write a number of bytes, such as 4096, 64MiB or 1GB".to_owned())?;
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        other => {
            return Err(format!(
                "unknown unit `{other}`; expected KiB, MiB, GiB, KB, MB or GB"
            ));
        }
    };
    number
        .checked_mul(unit)
        .filter(|size| *size > 0)
        .ok_or_else(|| "the size is out of range".to_owned())
}

/// Reads `rule=…,operation=…,path=…,until=…,reason=…`, in any order. A value ends where the next part starts, so
/// that reasons and patterns may have commas.
pub(super) fn ignore(text: &str) -> Result<Ignore, String> {
    const EXAMPLE: &str =
        "write rule=RULE,reason=WHY, and optionally operation=ID, path=PATH and until=DATE";
    const NAMES: [&str; 5] = ["rule", "operation", "path", "until", "reason"];
    let mut parts: Vec<(&str, String)> = Vec::new();
    for piece in text.split(',') {
        let name = piece.split_once('=').map(|(name, _)| name.trim());
        match (
            NAMES.iter().find(|known| Some(**known) == name),
            parts.last_mut(),
        ) {
            (Some(known), _) => {
                if parts.iter().any(|(name, _)| name == known) {
                    return Err(format!("`{known}` is given twice; {EXAMPLE}"));
                }
                let value = piece.split_once('=').map_or("", |(_, value)| value);
                parts.push((known, value.to_owned()));
            }
            (None, Some((last, value))) => {
                // In a pattern, a comma is only between braces; a reason may have anything.
                let is_open = matches!(*last, "operation" | "path") && !is_balanced(value);
                match name {
                    Some(name) if *last != "reason" && !is_open => {
                        return Err(format!("unknown part `{name}`; {EXAMPLE}"));
                    }
                    _ => {
                        value.push(',');
                        value.push_str(piece);
                    }
                }
            }
            (None, None) if name.is_some() => {
                let name = name.unwrap_or_default();
                return Err(format!("unknown part `{name}`; {EXAMPLE}"));
            }
            (None, None) => return Err(EXAMPLE.to_owned()),
        }
    }
    let part = |name: &str| {
        let part = parts.iter().find(|(known, _)| *known == name);
        part.map(|(_, value)| value.trim().trim_end_matches(',').trim())
    };
    let given = |name: &str| match part(name) {
        Some("") => Err(format!("`{name}` is empty; {EXAMPLE}")),
        part => Ok(part),
    };
    let reason = part("reason").filter(|reason| !reason.is_empty());
    let reason = reason.ok_or_else(|| format!("an ignore needs a reason; {EXAMPLE}"))?;
    let rule = given("rule")?.ok_or_else(|| format!("an ignore needs a rule; {EXAMPLE}"))?;
    Ok(Ignore {
        rule: ignorable(rule)?,
        operation: given("operation")?.map(Pattern::new).transpose()?,
        path: given("path")?.map(Pattern::new).transpose()?,
        reason: reason.to_owned(),
        until: given("until")?.map(day).transpose()?,
        place: None,
    })
}

/// Whether every brace of a pattern is closed.
fn is_balanced(pattern: &str) -> bool {
    pattern.matches('{').count() == pattern.matches('}').count()
}

/// A rule that can be ignored.
pub(super) fn ignorable(id: &str) -> Result<&'static Rule, String> {
    Rule::find(id).map_err(|error| error.to_string())
}

/// A day such as `2026-12-31`.
pub(super) fn day(text: &str) -> Result<String, String> {
    let day = text.parse::<jiff::civil::Date>();
    let day = day.map_err(|_| format!("`{text}` is not a day; write it as 2026-12-31"))?;
    Ok(day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_ignore_come_in_any_order() {
        let read = |text: &str| {
            ignore(text).map(|ignore| {
                let pattern = |pattern: &Option<Pattern>| {
                    pattern
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default()
                };
                format!(
                    "{} | {} | {} | {} | {}",
                    ignore.rule.id,
                    pattern(&ignore.operation),
                    pattern(&ignore.path),
                    ignore.until.unwrap_or_default(),
                    ignore.reason
                )
            })
        };
        for (text, expected) in [
            ("rule=enum-value,reason=x", "enum-value |  |  |  | x"),
            (
                "rule=enum-value,reason=x,until=2020-01-01",
                "enum-value |  |  | 2020-01-01 | x",
            ),
            (
                "reason=late, but known, operation=list*, rule=enum-value,path=/data/{a,b}/*",
                "enum-value | list* | /data/{a,b}/* |  | late, but known",
            ),
            (
                "rule=enum-value,reason=a=b, c=d",
                "enum-value |  |  |  | a=b, c=d",
            ),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
        for (text, expected) in [
            ("rule=enum-value", "needs a reason"),
            ("rule=enum-value,reason= ", "needs a reason"),
            ("reason=x", "needs a rule"),
            (
                "rule=enum-value,rule=wrong-type,reason=x",
                "`rule` is given twice",
            ),
            (
                "rule=enum-value,reason=x,reason=y",
                "`reason` is given twice",
            ),
            ("rule=enum-value,oper=x,reason=y", "unknown part `oper`"),
            ("rules=enum-value,reason=y", "unknown part `rules`"),
            ("enum-value", "write rule=RULE,reason=WHY"),
            ("rule=enum-value,path=,reason=y", "`path` is empty"),
            ("rule=enum-value,reason=y,until=soon", "is not a day"),
        ] {
            let message = read(text).expect_err(text);
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn likely_names_start_alike_or_are_close() {
        let names = ["off", "info", "warning", "error"];
        for (typed, expected) in [
            ("warn", Some("warning")),
            ("of", Some("off")),
            ("eror", Some("error")),
            ("w", None),
            ("loud", None),
        ] {
            assert_eq!(likely(typed, names), expected, "{typed}");
        }
    }
}
