//! What captures hold, as text for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::observe::Skipped;
use crate::location::Position;
use crate::redact::{Shown, printed};
use crate::report::render::numbers::{plural, thousands};
use crate::report::render::wrap::{Columns, wrapped};
use crate::survey::FileSurvey;

use super::CapturesReport;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const ERROR: Style = AnsiColor::BrightRed.on_default().bold();

/// Files that are described.
const FILES_SHOWN: usize = 40;

/// Inputs that could not be read that are listed.
const PROBLEMS_SHOWN: usize = 20;

/// Hosts, operations and skipped files that are listed.
const LISTED: usize = 6;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// Renders the report with ANSI styles; the output strips them if they are not wanted.
pub(super) fn text(report: &CapturesReport, columns: Columns) -> String {
    let mut out = String::new();
    for (file, survey) in report.files.iter().take(FILES_SHOWN) {
        let format = survey.format.map_or_else(|| "unknown format".to_owned(), |format| format.to_string());
        let exchanges = plural(survey.exchanges, "exchange");
        put!(out, "{BOLD}{}{BOLD:#}: {format}, {exchanges}\n", printed(file));
        for line in about(report, survey) {
            out.push_str(&(wrapped(&line, columns.0, "  ", "    ") + "\n"));
        }
    }
    let more = report.files.len().saturating_sub(FILES_SHOWN);
    if more > 0 {
        put!(out, "{DIM}… and {} (`--output json` lists all){DIM:#}\n", plural(more as u64, "more file"));
    }
    if !report.files.is_empty() {
        out.push('\n');
    }
    write_unread(&mut out, report, columns);
    out.push_str(&(wrapped(&total(report), columns.0, "", "  ") + "\n"));
    out
}

/// What could not be read, and what was skipped.
pub(super) fn write_unread(out: &mut String, report: &CapturesReport, columns: Columns) {
    for problem in report.problems.iter().take(PROBLEMS_SHOWN) {
        let origin = &problem.origin;
        let place = match origin.position == Position::START {
            true => printed(&origin.file),
            false => printed(&origin.to_string()),
        };
        let text = format!("error: cannot read {place}: {}", Shown::new(&problem.message));
        let text = wrapped(&text, columns.0, "", "  ");
        let rest = text.strip_prefix("error").unwrap_or(&text);
        put!(out, "{ERROR}error{ERROR:#}{rest}\n");
    }
    let more = report.problems_met.saturating_sub(report.problems.len().min(PROBLEMS_SHOWN) as u64);
    if more > 0 {
        put!(out, "{ERROR}error{ERROR:#}: {} could not be read\n", plural(more, "more input"));
    }
    for Skipped { path, reason } in report.skipped.iter().take(LISTED) {
        put!(out, "{DIM}skipped: {} ({reason}){DIM:#}\n", printed(&path.display().to_string()));
    }
    let more = report.skipped.len().saturating_sub(LISTED);
    if more > 0 {
        put!(out, "{DIM}skipped: {}{DIM:#}\n", plural(more as u64, "more file"));
    }
    if !report.problems.is_empty() || !report.skipped.is_empty() {
        out.push('\n');
    }
}

/// The lines about a file.
fn about(report: &CapturesReport, survey: &FileSurvey) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(period) = survey.period.days() {
        lines.push(format!("recorded {period}"));
    }
    if !survey.hosts.is_empty() {
        let mut hosts = most_frequent(survey.hosts.iter().map(|(host, count)| (host.clone(), *count)));
        if survey.other_hosts > 0 {
            put!(hosts, ", other hosts ({})", thousands(survey.other_hosts));
        }
        lines.push(format!("{}: {hosts}", if survey.hosts.len() == 1 { "host" } else { "hosts" }));
    }
    if report.contract.is_some() {
        let mut operations: BTreeMap<String, u64> = BTreeMap::new();
        for ((contract, operation), count) in &survey.operations {
            let name = match report.versions.len() {
                0 | 1 => operation.to_string(),
                _ => format!("{contract} {operation}"),
            };
            *operations.entry(Shown::new(&name).to_string()).or_default() += count;
        }
        lines.push(match operations.is_empty() {
            true if survey.exchanges == 0 => String::new(),
            true => "no operation of the contract".to_owned(),
            false => {
                let word = if operations.len() == 1 { "operation" } else { "operations" };
                format!("{word}: {}", most_frequent(operations))
            }
        });
    }
    lines.retain(|line| !line.is_empty());
    let unused: Vec<String> = survey
        .unused
        .iter()
        .map(|(reason, left)| {
            let words = format!("{} {}", thousands(left.count), reason.words(left.count));
            match &left.first {
                Some(first) if left.count == 1 && first.position != Position::START => {
                    format!("{words} (line {})", first.position.line)
                }
                _ => words,
            }
        })
        .collect();
    if !unused.is_empty() {
        lines.push(format!("not compared: {}", unused.join(", ")));
    }
    lines
}

/// Names and how often each was met, the most frequent first.
fn most_frequent(names: impl IntoIterator<Item = (String, u64)>) -> String {
    let mut names: Vec<(String, u64)> = names.into_iter().collect();
    names.sort_by(|(left, left_count), (right, right_count)| {
        right_count.cmp(left_count).then_with(|| left.cmp(right))
    });
    let more = names.len().saturating_sub(LISTED);
    let listed = names.iter().take(LISTED).map(|(name, count)| match count {
        1 => name.clone(),
        count => format!("{name} ({})", thousands(*count)),
    });
    let listed: Vec<String> = listed.collect();
    match more {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}

/// The closing sentences.
fn total(report: &CapturesReport) -> String {
    let mut all = FileSurvey::default();
    for (_, survey) in &report.files {
        all.add(survey);
    }
    let files = plural(report.files.len() as u64, "file");
    let filtered: u64 = all.unused.iter().filter(|(reason, _)| reason.is_filter()).map(|(_, left)| left.count).sum();
    let mut text = match filtered {
        0 => format!("{files}, {}", plural(all.exchanges, "exchange")),
        filtered => {
            let selected = thousands(all.exchanges.saturating_sub(filtered));
            format!("{files}, {selected} of {} selected", plural(all.exchanges, "exchange"))
        }
    };
    if !all.hosts.is_empty() {
        put!(text, ", {}", plural(all.hosts.len() as u64, "host"));
    }
    if let Some(period) = all.period.days() {
        put!(text, ", recorded {period}");
    }
    if let Some(contract) = report.contract.as_ref().filter(|_| all.exchanges > 0) {
        put!(
            text,
            "; {} {} to {} of {}",
            thousands(all.matched()),
            if all.matched() == 1 { "belongs" } else { "belong" },
            plural(all.operations.len() as u64, "operation"),
            printed(contract)
        );
    }
    text.push('.');
    if report.problems_met > 0 {
        put!(text, " {} could not be read.", plural(report.problems_met, "input"));
    }
    text
}
