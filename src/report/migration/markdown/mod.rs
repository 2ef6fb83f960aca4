//! The migration report as Markdown, for pull requests and wikis.

mod tables;

use std::fmt::Write as _;

use crate::diff::{Fact, Verdict};
use crate::report::diff::payload::witness_lines;
use crate::report::diff::words::{place, reach, title, verdict as verdict_words, witness_title};
use crate::report::render::markdown::{code, cell, escaped, fenced, html};
use crate::report::render::numbers::{plural, share, thousands};
use crate::rules::Level;

use super::advice::advice;
use super::words::{cut, evidence, sample_lines, time, touched, values, verdict};
use super::{MigrationReport, judged, rows};
use tables::*;

/// The maximum length of a line of text, in characters.
const WIDTH: usize = 120;

/// The maximum length of the text in a cell.
const CELL: usize = 80;

/// The number of lines of a witness that are shown.
const WITNESS_LINES: usize = 40;

/// The number of rows of a list that are shown.
const ROWS: usize = 20;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// A section: its title and content.
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
        ("What to do first", first(report)),
        ("Impact by operation", impact(report)),
        ("Changes", changes(report)),
        ("Renamed and moved", moved(report)),
        ("Reformatted values", respelled(report)),
        ("Replaced operations", replaced(report)),
        ("Enums", enums(report)),
        ("By consumer", consumers(report)),
        ("Timeline", timeline(report)),
        ("Old and new side by side", pairs(report)),
        ("Behaviour notes", notes(report)),
        ("Unknown to both contracts", beyond(report)),
        ("Not compared", unjudged(report)),
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

/// The facts at the top, as Markdown.
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
    let exempt = report.diff.exempt.sentences("change");
    if !exempt.is_empty() {
        facts.push(("Not listed", escaped(&exempt.join(" "))));
    }
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

fn first(report: &MigrationReport) -> String {
    let mut out = String::new();
    for index in rows::first(report) {
        let judged = judged(report, index);
        let advice = advice(judged, &report.usage[index]).unwrap_or_default();
        let group = title(&judged.difference.owner).replace("  ", " — ");
        let words = format!(
            "- **{}** ({}): {}",
            escaped(&judged.message),
            escaped(&group),
            escaped(&advice)
        );
        put!(out, "{}\n", wrapped(&words, "  "));
    }
    out
}

fn impact(report: &MigrationReport) -> String {
    if report.operations.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "| Operation | Old version | Affected | Share | New version | Errors | Warnings | Info |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for row in &report.operations {
        let level = |level| row.at_level(&report.diff, level);
        put!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
            cell(&code(row.signature())),
            thousands(row.exchanges.old),
            thousands(row.exchanges.touched),
            share(row.exchanges.touched, row.exchanges.old),
            thousands(row.exchanges.new),
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
        let (mut shown, mut sampled) = (None, None);
        for index in indices {
            write_change(&mut out, report, index, &mut shown, &mut sampled);
        }
    }
    out
}

/// `shown` is the last witness that was shown, and `sampled` the last payload before and after.
fn write_change(
    out: &mut String,
    report: &MigrationReport,
    index: usize,
    shown: &mut Option<serde_json::Value>,
    sampled: &mut Option<Vec<String>>,
) {
    let judged = judged(report, index);
    let change = &judged.difference;
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
        let more = more.map_or_else(String::new, |more| format!(" and {more}"));
        row(&format!("Values: {}{more}", words.join(", ")));
    }
    if let Some(words) = advice(judged, &report.usage[index]) {
        row(&format!("To do: {}", escaped(&words)));
    }
    if let Some(guess) = &change.guess {
        row(&format!("Heuristic: {}", escaped(guess)));
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
        let more = match listed.len().saturating_sub(40) {
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
    if let Some(sample) = report.usage[index].sample() {
        let lines = sample_lines(sample);
        if sampled.as_ref() != Some(&lines) {
            put!(
                out,
                "\n  <details><summary>Payload before and after, from {}</summary>\n\n{}\n  </details>\n\n",
                html(&sample.origin.to_string()),
                fenced("diff", &narrow(&lines))
            );
            *sampled = Some(lines);
        }
    }
    for (sender, verdict) in &change.verdicts {
        if let Verdict::Breaking(witness) = verdict
            && shown.as_ref() != Some(&witness.payload)
        {
            *shown = Some(witness.payload.clone());
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

/// The anchor that GitHub gives a heading.
fn slug(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// Wraps text. All lines but the first start with `indent`.
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
            // Outside code spans, the start of a line could start a list or a heading.
            let in_code = out.matches('`').count() % 2 == 1;
            if !in_code && word.starts_with(['#', '+', '-', '>', '=']) {
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

/// Lines of code, truncated if they are too long.
fn narrow(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| cut(line, 150)).collect();
    lines.join("\n")
}
