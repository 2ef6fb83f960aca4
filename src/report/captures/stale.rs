//! How old captures are, and which version of the contract each one matches.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;

use crate::redact::printed;
use crate::report::render::numbers::{plural, thousands};
use crate::report::render::wrap::{Columns, wrapped};
use crate::survey::FileSurvey;

use super::CapturesReport;
use super::text::write_unread;

const BOLD: Style = Style::new().bold();
const OLD: Style = AnsiColor::BrightYellow.on_default().bold();

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// What a file says about its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Staleness")]
pub(super) enum Staleness {
    /// The newest version accepts every payload that was compared.
    Current,
    /// A payload is one of an older version, or the newest version rejects it.
    Stale,
    /// No payload was compared.
    Unknown,
}

/// Whether a file is out of date.
pub(super) fn staleness(report: &CapturesReport, survey: &FileSurvey) -> Staleness {
    let newest = report.versions.last();
    let mut compared = survey.versions.iter().peekable();
    if compared.peek().is_none() {
        return Staleness::Unknown;
    }
    match compared.all(|(version, compared)| Some(&**version) == newest.map(String::as_str) && compared.deviating == 0) {
        true => Staleness::Current,
        false => Staleness::Stale,
    }
}

/// Renders the report with ANSI styles; the output strips them if they are not wanted.
pub(super) fn text(report: &CapturesReport, columns: Columns) -> String {
    let mut files: Vec<(Staleness, &str, &FileSurvey)> = report
        .files
        .iter()
        .map(|(file, survey)| (staleness(report, survey), &**file, survey))
        .collect();
    // What is to be recorded again comes first, the oldest on top.
    let rank = |staleness: &Staleness| match staleness {
        Staleness::Stale => 0,
        Staleness::Unknown => 1,
        Staleness::Current => 2,
    };
    files.sort_by_key(|(staleness, _, survey)| (rank(staleness), last(survey).unwrap_or(Timestamp::MAX)));
    let mut out = String::new();
    for (staleness, file, survey) in &files {
        let age = match last(survey) {
            Some(last) => {
                let days = report.now.duration_since(last).as_hours() / 24;
                let period = survey.period.days().unwrap_or_default();
                format!("recorded {period}, {}", ago(days))
            }
            None => "no time recorded".to_owned(),
        };
        let word = match staleness {
            Staleness::Stale => format!("{OLD}stale{OLD:#}  "),
            Staleness::Unknown => "?      ".to_owned(),
            Staleness::Current => "current".to_owned(),
        };
        put!(out, "{word}  {BOLD}{}{BOLD:#}\n", printed(file));
        let line = format!("{}; {age}", versions(survey));
        out.push_str(&(wrapped(&line, columns.0, "         ", "         ") + "\n"));
    }
    if !files.is_empty() {
        out.push('\n');
    }
    write_unread(&mut out, report, columns);
    out.push_str(&(wrapped(&total(report, &files), columns.0, "", "  ") + "\n"));
    out
}

/// When the last exchange was recorded.
fn last(survey: &FileSurvey) -> Option<Timestamp> {
    survey.period.ends.map(|(_, last)| last)
}

/// Which versions the payloads are of.
fn versions(survey: &FileSurvey) -> String {
    let versions: Vec<String> = survey
        .versions
        .iter()
        .map(|(version, compared)| {
            let all = compared.conforming + compared.deviating;
            match (compared.conforming, compared.deviating) {
                (_, 0) => format!("{} of {version}", plural(all, "payload")),
                (0, _) => format!("{} closest to {version}, which rejects {}", plural(all, "payload"), them(all)),
                (_, deviating) => {
                    format!("{} of {version}, of which it rejects {}", plural(all, "payload"), thousands(deviating))
                }
            }
        })
        .collect();
    match versions.is_empty() {
        true if survey.exchanges == 0 => "no exchanges".to_owned(),
        true => "nothing was compared".to_owned(),
        false => versions.join(", "),
    }
}

const fn them(count: u64) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

/// A number of days before now, in words.
fn ago(days: i64) -> String {
    let days = u64::try_from(days).unwrap_or(0);
    match days {
        0 => "today".to_owned(),
        1..=59 => format!("{} ago", plural(days, "day")),
        60..=729 => format!("{} ago", plural(days / 30, "month")),
        _ => format!("{} ago", plural(days / 365, "year")),
    }
}

fn total(report: &CapturesReport, files: &[(Staleness, &str, &FileSurvey)]) -> String {
    let count = |wanted: Staleness| files.iter().filter(|(staleness, ..)| *staleness == wanted).count() as u64;
    let newest = report.versions.last().map_or("the contract", String::as_str);
    let mut text = match (count(Staleness::Stale), files.len() as u64) {
        (0, _) => format!("No file is out of date with {newest}."),
        (stale, all) => {
            format!("{} of {} {} out of date with {newest}.", thousands(stale), plural(all, "file"), if stale == 1 { "is" } else { "are" })
        }
    };
    let unknown = count(Staleness::Unknown);
    if unknown > 0 {
        put!(text, " Nothing was compared of {}.", plural(unknown, "file"));
    }
    text
}
