//! Workflow commands of GitHub Actions, which it shows as annotations of a pull request.

use std::fmt::Write as _;

use crate::report::{plural, thousands};
use crate::rules::Level;

use super::{Notice, Notices, Region, Root};

/// The most annotations of one step: GitHub shows ten errors and ten warnings, and drops the rest without a word.
const MOST: usize = 10;

/// `::error file=…,line=…::…` for inputs that cannot be read and for the most important notices, and a count of the
/// others.
pub(super) fn github(notices: &Notices, root: &Root) -> String {
    let mut out = String::new();
    for (origin, message) in notices.problems.iter().take(MOST) {
        let place = Region::at(origin);
        let place = root.relative(&place.file).map(|file| (file, place));
        write(
            &mut out,
            ("error", place),
            "wiredrift: cannot read an input",
            &format!("{}: {message}", origin.file),
        );
    }
    let room = MOST.saturating_sub(notices.problems.len());
    let (shown, rest): (Vec<_>, Vec<_>) = notices
        .active()
        .filter(|notice| notice.level > Level::Info)
        .enumerate()
        .partition(|(at, _)| *at < room);
    for (_, notice) in shown {
        let command = match notice.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Info | Level::Off => "notice",
        };
        let mut lines = vec![notice.message.clone()];
        lines.extend(notice.facts.iter().cloned());
        let title = format!("wiredrift: {}", notice.rule.id);
        write(&mut out, (command, place_of(notice, notices, root)), &title, &lines.join("\n"));
    }
    let left = |level| rest.iter().filter(|(_, notice)| notice.level == level).count();
    let infos = notices.active().filter(|notice| notice.level <= Level::Info).count();
    // Findings of level info alone need no annotation.
    let infos = if out.is_empty() { 0 } else { infos };
    let left = [
        (notices.problems.len().saturating_sub(MOST), "more unreadable input"),
        (left(Level::Error), "more error"),
        (left(Level::Warning), "more warning"),
        (infos, "info"),
    ];
    let words: Vec<String> = left
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| match *noun {
            "info" => format!("{} info", thousands(*count as u64)),
            noun => plural(*count as u64, noun),
        })
        .collect();
    let verb = match left.iter().map(|(count, _)| count).sum::<usize>() {
        1 => "is",
        _ => "are",
    };
    if let Some((last, before)) = words.split_last() {
        let before = before.join(", ");
        let and = if before.is_empty() { "" } else { " and " };
        let words = format!("{before}{and}{last} {verb} in the report but not annotated");
        write(&mut out, ("notice", None), "wiredrift", &words);
    }
    out
}

/// An error that ended a run, as a command.
pub(crate) fn github_error(message: &str) -> String {
    let mut out = String::new();
    write(&mut out, ("error", None), "wiredrift", message);
    out
}

fn write(out: &mut String, (command, place): (&str, Option<(String, Region)>), title: &str, text: &str) {
    let place = place.map(|(file, place)| properties(&file, &place)).unwrap_or_default();
    // Writing to a `String` does not fail.
    let _ = writeln!(out, "::{command} {place}title={}::{}", property(title), data(text));
}

/// The first place that is in the repository: only these are shown. If there is none, the contract.
fn place_of(notice: &Notice, notices: &Notices, root: &Root) -> Option<(String, Region)> {
    let whole = notices.file.as_deref().map(Region::whole);
    let places = notice.places().cloned().chain(whole);
    places.into_iter().find_map(|place| Some((root.relative(&place.file)?, place)))
}

/// `file=…,line=…,`
fn properties(file: &str, place: &Region) -> String {
    let start = place.start;
    let mut out = format!("file={},line={},", property(file), start.line);
    // Writing to a `String` does not fail. Columns of several lines are refused.
    match place.end {
        Some(end) if end.line == start.line && end.column > start.column => {
            let _ = write!(out, "col={},endColumn={},", start.column, end.column - 1);
        }
        Some(end) if end.line > start.line => {
            let _ = write!(out, "endLine={},", end.line);
        }
        _ => {
            let _ = write!(out, "col={},", start.column);
        }
    }
    out
}

/// The text of a command. What controls a command is encoded as its reader decodes it.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    text.chars().filter(|character| !character.is_control()).collect()
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
