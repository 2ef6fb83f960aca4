//! Values of arguments, as typed on the command line or in the configuration.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::observe::FileGlob;
use crate::report::Format;
use crate::rules::Rule;
use crate::rules::except::{Ignore, Pattern};

/// A format of a report, and the file it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutputArgument<F> {
    pub(super) format: F,
    pub(super) path: Option<PathBuf>,
}

/// Reads `FORMAT[=PATH]`.
pub(super) fn output<F: Format>(text: &str) -> Result<OutputArgument<F>, String> {
    let (format, path) = match text.split_once('=') {
        Some((format, "")) => return Err(format!("no file after `=`; write {format}=PATH")),
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

/// Reads the status of a response.
pub(super) fn status(text: &str) -> Result<u16, String> {
    let status = text
        .parse()
        .ok()
        .filter(|status| (100..=599).contains(status));
    status.ok_or_else(|| "expected one status from 100 to 599, such as 200".to_owned())
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

/// Reads `rule=…,operation=…,path=…,until=…,reason=…`. The reason comes last and may have commas.
pub(super) fn ignore(text: &str) -> Result<Ignore, String> {
    const EXAMPLE: &str =
        "write rule=RULE,reason=WHY, with operation=ID, path=PATH and until=DATE before the reason";
    let (head, reason) = match text.split_once("reason=") {
        Some((head, reason)) if !reason.trim().is_empty() => (head, reason.trim()),
        _ => return Err(format!("an ignore needs a reason; {EXAMPLE}")),
    };
    let (mut rule, mut operation, mut path, mut until) = (None, None, None, None);
    for part in head
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (name, value) = part.split_once('=').ok_or_else(|| EXAMPLE.to_owned())?;
        match name {
            "rule" => rule = Some(ignorable(value)?),
            "operation" => operation = Some(Pattern::new(value)?),
            "path" => path = Some(Pattern::new(value)?),
            "until" => until = Some(day(value)?),
            other => return Err(format!("unknown part `{other}`; {EXAMPLE}")),
        }
    }
    Ok(Ignore {
        rule: rule.ok_or_else(|| format!("an ignore needs a rule; {EXAMPLE}"))?,
        operation,
        path,
        reason: reason.to_owned(),
        until,
        place: None,
    })
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
