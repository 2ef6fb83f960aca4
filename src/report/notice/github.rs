//! Workflow commands of GitHub Actions, which it shows as annotations of a pull request.

use std::fmt::Write as _;

use crate::report::plural;
use crate::rules::Level;

use super::{Notice, Notices, Region, Root};

/// The most annotations of one step: GitHub shows ten errors and ten warnings, and drops the rest without a word.
const MOST: usize = 10;

/// `::error file=…,line=…::…` for the most important notices, and a count of the others.
pub(super) fn github(notices: &Notices, root: &Root) -> String {
    let mut out = String::new();
    let active: Vec<&Notice> = notices.active().filter(|notice| notice.level > Level::Info).collect();
    for notice in active.iter().take(MOST) {
        write(&mut out, notice, root);
    }
    // Writing to a `String` does not fail.
    for (origin, message) in &notices.problems {
        let _ = writeln!(
            out,
            "::error{}title={}::{}",
            properties(Some(&Region::at(origin)), root),
            property("wiredrift: cannot read an input"),
            data(&format!("{}: {message}", origin.file))
        );
    }
    let left = |level| active.iter().skip(MOST).filter(|notice| notice.level == level).count() as u64;
    let (errors, warnings) = (left(Level::Error), left(Level::Warning));
    if errors + warnings > 0 {
        let counts = [(errors, "more error"), (warnings, "more warning")];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, noun)| plural(count, noun)).collect();
        let rest = format!("no annotation for {}: the report has them", counts.join(" and "));
        let _ = writeln!(out, "::notice title=wiredrift::{}", data(&rest));
    }
    out
}

fn write(out: &mut String, notice: &Notice, root: &Root) {
    let command = match notice.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info | Level::Off => "notice",
    };
    let mut lines = vec![notice.message.clone()];
    lines.extend(notice.facts.iter().cloned());
    // Writing to a `String` does not fail.
    let _ = writeln!(
        out,
        "::{command}{}title={}::{}",
        properties(best(notice, root), root),
        property(&format!("wiredrift: {}", notice.rule.id)),
        data(&lines.join("\n"))
    );
}

/// The first place that is in the repository: only these are shown.
fn best<'n>(notice: &'n Notice, root: &Root) -> Option<&'n Region> {
    let related = notice.related.iter().map(|(_, place)| place);
    let mut places = notice.place.iter().chain(related);
    places.find(|place| root.relative(&place.file).is_some())
}

/// ` file=…,line=…,`; a blank if there is no place.
fn properties(place: Option<&Region>, root: &Root) -> String {
    let mut out = " ".to_owned();
    let Some((place, file)) = place.and_then(|place| Some((place, root.relative(&place.file)?))) else {
        return out;
    };
    let start = place.start;
    let _ = write!(out, "file={},line={},", property(&file), start.line);
    // Columns of several lines are refused.
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
    without_controls(&text)
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn without_controls(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}
