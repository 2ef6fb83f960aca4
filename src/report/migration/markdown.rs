//! The migration report as Markdown, for pull requests and wikis.

use std::fmt::Write as _;

use crate::diff::{Fact, Verdict};
use crate::migrate::impact::{DifferenceKind, Spoken};
use crate::report::changes::markdown::{escaped, fenced};
use crate::report::changes::words::{
    place, reach, title, verdict as verdict_words, witness_lines, witness_title,
};
use crate::report::numbers::{plural, share, thousands};
use crate::rules::Level;

use super::advice::advice;
use super::words::{cut, day, evidence, sample_lines, time, touched, values, verdict};
use super::{MigrationReport, judged};

/// Longest line of text, in characters.
const WIDTH: usize = 120;

/// Longest text of a cell.
const CELL: usize = 80;

/// Lines of a witness that are shown.
const WITNESS_LINES: usize = 40;

/// Rows of a list that are shown before it says how many more there are.
const ROWS: usize = 20;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// A section: its title, and what is in it.
type Section = (&'static str, String);

/// Renders the report as GitHub-flavoured Markdown.
#[must_use]
pub fn markdown(report: &MigrationReport) -> String {
    let diff = &report.diff;
    let mut out = format!(
        "# Migration from {} to {}\n\n",
        escaped(&diff.old.given),
        escaped(&diff.new.given)
    );
    let (_, word, rest) = verdict(report);
    put!(
        out,
        "{}\n",
        wrapped(&format!("**{word}** {}", escaped(&rest)), "")
    );
    for (name, value) in facts(report) {
        put!(out, "\n{}", wrapped(&format!("- {name}: {value}"), "  "));
    }
    out.push_str("\n\n");
    let sections: Vec<Section> = [
        ("Impact by operation", impact(report)),
        ("Changes", changes(report)),
        ("Renamed and moved", moved(report)),
        ("Written another way", respelled(report)),
        ("Replaced operations", replaced(report)),
        ("Enums", enums(report)),
        ("By consumer", consumers(report)),
        ("Timeline", timeline(report)),
        ("Old and new side by side", pairs(report)),
        ("Notes that no schema shows", notes(report)),
        ("What neither contract knows", beyond(report)),
        ("What could not be judged", unjudged(report)),
        ("Coverage", coverage(report)),
    ]
    .into_iter()
    .filter(|(_, content)| !content.is_empty())
    .collect();
    for (title, _) in &sections {
        put!(out, "- [{title}](#{})\n", slug(title));
    }
    for (title, content) in &sections {
        put!(out, "\n## {title}\n\n{}\n", content.trim_end());
    }
    out
}

/// What stands at the top, as Markdown.
pub(super) fn facts(report: &MigrationReport) -> Vec<(&'static str, String)> {
    let size = &report.diff.size;
    let operations = |count: usize| plural(count as u64, "operation");
    let mut facts = vec![
        (
            "Old",
            format!(
                "{}, {}",
                code(&report.diff.old.reference),
                operations(size.old_operations)
            ),
        ),
        (
            "New",
            format!(
                "{}, {}",
                code(&report.diff.new.reference),
                operations(size.new_operations)
            ),
        ),
    ];
    if let Some(words) = touched(report) {
        facts.push(("Traffic", format!("{words}.")));
    }
    if let Some(traffic) = &report.traffic {
        let times = traffic.exchanges.times;
        if let (Some(first), Some(last)) = (times.first, times.last) {
            facts.push(("Time", format!("{} to {}", time(first), time(last))));
        }
        let mut words = format!(
            "{} read",
            plural(traffic.report.sources.len() as u64, "file")
        );
        if !traffic.report.problems.is_empty() {
            words.push_str(&format!(
                "; {} could not be read",
                plural(traffic.report.problems.len() as u64, "input")
            ));
        }
        facts.push(("Captures", words));
    }
    facts
}

fn impact(report: &MigrationReport) -> String {
    if report.operations.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "| Operation | Exchanges | Touched | Share | Errors | Warnings | Info |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for row in &report.operations {
        let level = |level| row.at_level(&report.diff, level);
        put!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            cell(&code(row.signature())),
            thousands(row.exchanges.all),
            thousands(row.exchanges.touched),
            share(row.exchanges.touched, row.exchanges.all),
            level(Level::Error),
            level(Level::Warning),
            level(Level::Info)
        );
    }
    out
}

fn changes(report: &MigrationReport) -> String {
    let mut out = String::new();
    for (title, _, indices) in report.groups() {
        if !out.is_empty() {
            out.push('\n');
        }
        put!(out, "### {}\n\n", escaped(&title.replace("  ", " — ")));
        for index in indices {
            write_change(&mut out, report, index);
        }
    }
    out
}

fn write_change(out: &mut String, report: &MigrationReport, index: usize) {
    let judged = judged(report, index);
    let change = &judged.change;
    let mark = match judged.level {
        Level::Error => "🔴 error",
        Level::Warning => "🟡 warning",
        Level::Info | Level::Off => "🔵 info",
    };
    let head = format!(
        "- **{mark}**: {} (`{}`)",
        escaped(&judged.message),
        judged.rule.id
    );
    put!(out, "{}\n", wrapped(&head, "  "));
    let mut row = |text: &str| {
        put!(out, "{}\n", wrapped(&format!("  - {text}"), "    "));
    };
    for words in place(judged).into_iter().chain(reach(change, false, "")) {
        row(&escaped(&words));
    }
    if let Some((word, rest)) = evidence(report, index) {
        row(&format!("Traffic: **{word}**{}", escaped(&rest)));
    }
    let (seen, more) = values(&report.usage[index]);
    if !seen.is_empty() {
        let words: Vec<String> = seen
            .iter()
            .map(|(value, count)| format!("{} {}×", code(value), thousands(*count)))
            .collect();
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        row(&format!("Values: {}{more}", words.join(", ")));
    }
    if let Some(words) = advice(judged, &report.usage[index]) {
        row(&format!("To do: {}", escaped(&words)));
    }
    if let Some(guess) = &change.guess {
        row(&format!("A guess: {}", escaped(guess)));
    }
    for note in &change.notes {
        row(&escaped(note));
    }
    if !change.values.is_empty()
        && matches!(change.fact, Fact::EnumValueAdded | Fact::EnumValueRemoved)
    {
        let listed: Vec<String> = change
            .values
            .iter()
            .map(|value| code(&cut(value, 40)))
            .collect();
        let shown = listed
            .iter()
            .take(40)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        let more = listed.len().saturating_sub(40);
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        row(&format!("Listed: {shown}{more}"));
    }
    for (sender, verdict) in &change.verdicts {
        if let Some(words) = verdict_words(*sender, verdict, false) {
            row(&escaped(&words));
        }
    }
    if let Some(sample) = &report.usage[index].sample {
        put!(
            out,
            "\n  <details><summary>Payload before and after, from {}</summary>\n\n{}\n  </details>\n\n",
            html(&sample.origin.to_string()),
            fenced("diff", &narrow(&sample_lines(sample)))
        );
    }
    for (sender, verdict) in &change.verdicts {
        if let Verdict::Breaking(witness) = verdict {
            let lines: Vec<String> = witness_lines(witness)
                .into_iter()
                .take(WITNESS_LINES)
                .map(|(line, _)| line)
                .collect();
            put!(
                out,
                "\n  <details><summary>Witness: {}</summary>\n\n{}\n  </details>\n\n",
                html(&witness_title(witness, *sender)),
                fenced("json", &narrow(&lines))
            );
        }
    }
}

fn moved(report: &MigrationReport) -> String {
    let rows = super::moved_rows(report);
    if rows.is_empty() {
        return String::new();
    }
    let mut out = String::from("| Old | New | Ground | Same values |\n| --- | --- | --- | --- |\n");
    for row in rows {
        put!(
            out,
            "| {} | {} | {} | {} |\n",
            cell(&code(&row.old)),
            cell(&code(&row.new)),
            cell(&escaped(&cut(&row.ground, CELL))),
            cell(&escaped(&row.same))
        );
    }
    out
}

fn respelled(report: &MigrationReport) -> String {
    let rows = super::respelled_rows(report);
    if rows.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "{}\n\n| Place | Before | After | Payloads |\n| --- | --- | --- | ---: |\n",
        wrapped(super::RESPELLED, "")
    );
    for row in rows {
        put!(
            out,
            "| {} | {} | {} | {} |\n",
            cell(&code(&row.place)),
            cell(&code(&cut(&row.before, CELL))),
            cell(&code(&cut(&row.after, CELL))),
            thousands(row.payloads)
        );
    }
    out
}

fn replaced(report: &MigrationReport) -> String {
    let mut out = String::new();
    for judged in &report.diff.changes {
        if judged.change.fact != Fact::OperationReplaced {
            continue;
        }
        put!(
            out,
            "- {} becomes\n",
            code(judged.change.old.as_deref().unwrap_or_default())
        );
        for call in judged.change.new.as_deref().unwrap_or_default().lines() {
            put!(out, "  - {}\n", code(call));
        }
        for note in &judged.change.notes {
            put!(
                out,
                "{}\n",
                wrapped(&format!("  - {}", escaped(note)), "    ")
            );
        }
    }
    out
}

fn enums(report: &MigrationReport) -> String {
    let mut out = String::new();
    for table in &report.enums {
        put!(
            out,
            "### {}\n\n{}\n\n",
            escaped(&table.name),
            enum_summary(table)
        );
        let told: Vec<_> = table.rows.iter().filter(|row| is_told(row)).collect();
        if told.is_empty() {
            continue;
        }
        put!(
            out,
            "<details><summary>{} that changed or were seen</summary>\n\n\
             | Value | Old | New | Seen | First | Last |\n| --- | --- | --- | ---: | --- | --- |\n",
            plural(told.len() as u64, "value")
        );
        for row in told {
            let has = |has: bool| if has { "yes" } else { "no" };
            put!(
                out,
                "| {} | {} | {} | {} | {} | {} |\n",
                cell(&code(&cut(&row.value, CELL))),
                has(row.old),
                has(row.new),
                thousands(row.seen.count),
                day(row.seen.times.first),
                day(row.seen.times.last)
            );
        }
        out.push_str("\n</details>\n\n");
    }
    out
}

/// Whether a value changed or was seen.
pub(super) const fn is_told(row: &super::EnumRow) -> bool {
    row.old != row.new || row.seen.count > 0
}

/// `120 values, now 139; 9 were seen, 2 of them in neither contract`
pub(super) fn enum_summary(table: &super::EnumTable) -> String {
    // Null beside an enum is no value of it.
    let count = |wanted: &dyn Fn(&super::EnumRow) -> bool| {
        let rows = table.rows.iter().filter(|row| row.value != "null");
        rows.filter(|row| wanted(row)).count() as u64
    };
    let (old, new) = (count(&|row| row.old), count(&|row| row.new));
    let seen = count(&|row| row.seen.count > 0);
    let unknown = count(&|row| !row.old && !row.new);
    let was = match old {
        0 => "any value before".to_owned(),
        old => plural(old, "value"),
    };
    let is = match new {
        0 => "any value now".to_owned(),
        new => format!("now {new}"),
    };
    let verb = if seen == 1 { "was" } else { "were" };
    let unknown = match unknown {
        0 => String::new(),
        unknown => format!(", {unknown} of them in neither contract"),
    };
    format!("{was}, {is}; {seen} {verb} seen{unknown}.")
}

fn consumers(report: &MigrationReport) -> String {
    let Some((by, rows)) = report
        .traffic
        .as_ref()
        .and_then(|traffic| traffic.consumers.as_ref())
    else {
        return String::new();
    };
    let mut out = format!(
        "Told apart by {}.\n\n| Consumer | Exchanges | Touched | Share | Changes |\n\
         | --- | ---: | ---: | ---: | ---: |\n",
        escaped(by)
    );
    for (name, exchanges) in rows {
        let name = match name.as_str() {
            "" => "does not say".to_owned(),
            name => code(name),
        };
        put!(
            out,
            "| {} | {} | {} | {} | {} |\n",
            cell(&name),
            thousands(exchanges.all),
            thousands(exchanges.touched),
            share(exchanges.touched, exchanges.all),
            exchanges.changes.len()
        );
    }
    for (name, exchanges) in rows.iter().filter(|(_, own)| !own.changes.is_empty()) {
        let name = if name.is_empty() {
            "those that do not say"
        } else {
            name
        };
        put!(
            out,
            "\n<details><summary>What touches {}</summary>\n\n",
            html(name)
        );
        for index in exchanges.changes.iter().take(ROWS) {
            let judged = judged(report, *index);
            let group = title(&judged.change.owner);
            let words = format!(
                "- {}: {} ({})",
                judged.level,
                escaped(&judged.message),
                escaped(&group.replace("  ", " — "))
            );
            put!(out, "{}\n", wrapped(&words, "  "));
        }
        let more = exchanges.changes.len().saturating_sub(ROWS);
        if more > 0 {
            put!(out, "- and {more} more\n");
        }
        out.push_str("\n</details>\n");
    }
    out
}

fn timeline(report: &MigrationReport) -> String {
    let Some(traffic) = report
        .traffic
        .as_ref()
        .filter(|traffic| traffic.timeline.is_timed())
    else {
        return String::new();
    };
    let mut out =
        String::from("| Version | Exchanges | First | Last |\n| --- | ---: | --- | --- |\n");
    for (spoken, seen) in &traffic.spoken {
        let clock = |at: Option<jiff::Timestamp>| at.map_or("–".to_owned(), time);
        put!(
            out,
            "| {} | {} | {} | {} |\n",
            cell(&match spoken {
                Spoken::Old => code(&report.diff.old.reference),
                Spoken::New => code(&report.diff.new.reference),
                Spoken::Neither => "neither".to_owned(),
            }),
            thousands(seen.count),
            clock(seen.times.first),
            clock(seen.times.last)
        );
    }
    if traffic.timeline.untimed > 0 {
        put!(
            out,
            "\n{} say no time.\n",
            plural(traffic.timeline.untimed, "exchange")
        );
    }
    out
}

fn pairs(report: &MigrationReport) -> String {
    let pairs = &report.pairs;
    if pairs.pairs == 0 {
        return String::new();
    }
    let mut out = format!("{}\n", wrapped(&escaped(&super::pairs_summary(report)), ""));
    for (message, count) in super::contradicted(report) {
        let words = format!(
            "- contradicted in {}: {}",
            plural(count, "payload"),
            escaped(message)
        );
        put!(out, "\n{}", wrapped(&words, "  "));
    }
    for difference in pairs.differences.iter().take(ROWS) {
        let words = format!(
            "- {}: {} ({} of {}, such as {})",
            code(&format!("{} {}", difference.operation, difference.place)),
            difference_words(&difference.kind),
            difference.pairs,
            plural(pairs.pairs, "pair"),
            code(difference.examples.first().map_or("", String::as_str))
        );
        put!(out, "\n{}", wrapped(&words, "  "));
    }
    out
}

/// `is there, though no change says so`
pub(super) fn difference_words(kind: &DifferenceKind) -> String {
    match kind {
        DifferenceKind::Missing => "is not there, though the changes keep it".to_owned(),
        DifferenceKind::Unexpected => "is there, though no change says so".to_owned(),
        DifferenceKind::Type(expected, found) => {
            format!("is of type {found}, where the changes say {expected}")
        }
    }
}

fn notes(report: &MigrationReport) -> String {
    let mut out = String::new();
    for judged in &report.diff.changes {
        if judged.change.fact == Fact::NoteChanged {
            let group = title(&judged.change.owner);
            let words = format!(
                "- {}: {}",
                escaped(&group.replace("  ", " — ")),
                escaped(&judged.message)
            );
            put!(out, "{}\n", wrapped(&words, "  "));
        }
    }
    out
}

fn beyond(report: &MigrationReport) -> String {
    let mut out = String::new();
    for finding in report.beyond.iter().take(ROWS) {
        let at = finding
            .evidence
            .first()
            .map(|evidence| evidence.origin.to_string());
        let at = at.map_or_else(String::new, |at| format!(", first at {}", code(&at)));
        let words = format!(
            "- {}: {} (`{}`, {}{at})",
            finding.level,
            escaped(&finding.message),
            finding.rule.id,
            times(finding.count)
        );
        put!(out, "{}\n", wrapped(&words, "  "));
    }
    let more = report.beyond.len().saturating_sub(ROWS);
    if more > 0 {
        put!(out, "- and {more} more\n");
    }
    out
}

/// `once`, `3 times`
pub(super) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{} times", thousands(count)),
    }
}

fn unjudged(report: &MigrationReport) -> String {
    let rows = super::unjudged_rows(report);
    let mut out = String::new();
    for row in rows.iter().take(ROWS) {
        put!(out, "{}\n", wrapped(&format!("- {}", escaped(row)), "  "));
    }
    let more = rows.len().saturating_sub(ROWS);
    if more > 0 {
        put!(out, "- and {more} more\n");
    }
    out
}

fn coverage(report: &MigrationReport) -> String {
    if report.coverage.is_empty() {
        return String::new();
    }
    let unseen = super::unseen_operations(report);
    let mut out = String::new();
    if !unseen.is_empty() {
        let listed: Vec<String> = unseen.iter().map(|signature| code(signature)).collect();
        put!(
            out,
            "{}\n\n",
            wrapped(&format!("Never called: {}.", listed.join(", ")), "")
        );
    }
    out.push_str("| Payload | Payloads | Properties seen | Enum values seen |\n| --- | ---: | ---: | ---: |\n");
    for row in &report.coverage {
        let (values, met) = super::enum_cover(row);
        put!(
            out,
            "| {} | {} | {} of {} | {} |\n",
            cell(&escaped(&super::coverage_name(row))),
            thousands(row.payloads),
            row.declared - row.unseen.len(),
            row.declared,
            match values {
                0 => "–".to_owned(),
                values => format!("{met} of {values}"),
            }
        );
    }
    let rows = report.coverage.iter();
    for row in rows.filter(|row| row.payloads > 0 && !row.unseen.is_empty()) {
        let listed: Vec<String> = row
            .unseen
            .iter()
            .take(ROWS)
            .map(|place| code(&place.to_string()))
            .collect();
        let more = row.unseen.len().saturating_sub(ROWS);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let words = format!(
            "Never seen in {}: {}{more}.",
            escaped(&super::coverage_name(row)),
            listed.join(", ")
        );
        put!(out, "\n{}\n", wrapped(&words, ""));
    }
    out
}

/// The anchor that GitHub gives a heading.
fn slug(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// A code span, whatever is in it.
fn code(text: &str) -> String {
    let text = crate::capture::redact::printed(text).replace(['\n', '\r'], " ");
    match text.contains('`') {
        true => format!("<code>{}</code>", html(&text)),
        false => format!("`{text}`"),
    }
}

fn html(text: &str) -> String {
    let text = crate::capture::redact::printed(text);
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Text that does not end its cell.
fn cell(text: &str) -> String {
    // In code spans, too, GitHub reads a bar with a backslash as a bar.
    let mut out = String::new();
    let mut before = ' ';
    for character in text.chars() {
        if character == '|' && before != '\\' {
            out.push('\\');
        }
        out.push(character);
        before = character;
    }
    out
}

/// Text in lines that can be read, the later ones behind `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    let lead = text.len() - text.trim_start().len();
    out.push_str(&text[..lead]);
    for (index, word) in text[lead..].split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > WIDTH {
            out.push('\n');
            out.push_str(indent);
            column = indent.len();
            // What starts a line may start a list or a heading.
            if word.starts_with(['#', '+', '-', '>', '=']) {
                out.push('\\');
            }
        } else if index > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

/// Lines of code that are no longer than can be read.
fn narrow(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| cut(line, 150)).collect();
    lines.join("\n")
}
