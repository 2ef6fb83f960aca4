//! A summary of the migration report for a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::report::diff::words::title;
use crate::report::render::numbers::{plural, share, thousands};
use crate::report::check::block::style_of;
use crate::report::render::wrap::{Columns, cut};
use crate::rules::Level;

use super::advice::advice;
use super::rows::*;
use super::words::{consumer, evidence, time, touched, verdict};
use super::{MigrationReport, judged};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const TOUCHED: Style = AnsiColor::BrightYellow.on_default();

/// The number of operations that are listed.
const OPERATIONS_SHOWN: usize = 20;

/// The number of rows of the other lists.
const ROWS: usize = 5;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// Renders the report with ANSI styles; the output strips them if they are not wanted.
#[must_use]
pub fn text(report: &MigrationReport, columns: Columns) -> String {
    let mut out = String::new();
    let diff = &report.diff;
    let (level, word, rest) = verdict(report);
    let style = style_of(level);
    put!(
        out,
        "{BOLD}{} → {}{BOLD:#}\n{style}{word}{style:#} {rest}\n",
        diff.old.given,
        diff.new.given
    );
    if let Some(words) = touched(report) {
        put!(out, "{words}.\n");
    }
    if let Some(traffic) = &report.traffic
        && let (Some(first), Some(last)) =
            (traffic.exchanges.times.first, traffic.exchanges.times.last)
    {
        put!(
            out,
            "{DIM}Captured from {} to {}.{DIM:#}\n",
            time(first),
            time(last)
        );
    }
    for note in report.traffic.iter().flat_map(|traffic| traffic.report.incoming_notes()) {
        put!(out, "{note}\n");
    }
    for sentence in diff.exempt.sentences("change") {
        put!(out, "{sentence}\n");
    }
    write_operations(&mut out, report, columns);
    write_changes(&mut out, report);
    write_rest(&mut out, report);
    out
}

fn write_operations(out: &mut String, report: &MigrationReport, Columns(columns): Columns) {
    let mut rows: Vec<_> = report
        .operations
        .iter()
        .filter(|row| !row.changes.is_empty() || row.exchanges.all > 0)
        .collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.exchanges.touched));
    let more = rows.len().saturating_sub(OPERATIONS_SHOWN);
    rows.truncate(OPERATIONS_SHOWN);
    let has_traffic = report.has_exchanges();
    let head = match has_traffic {
        true => "     old  affected   share     new",
        false => "",
    };
    const COUNTS: usize = "  errors  warnings  info".len();
    let widest = rows.iter().map(|row| row.signature().width()).max().unwrap_or(0);
    let width = widest.max("operation".len()).min(columns.saturating_sub(head.len() + COUNTS));
    put!(
        out,
        "\n{DIM}{:width$}{head}  errors  warnings  info{DIM:#}\n",
        "operation"
    );
    for row in rows {
        let counts = [Level::Error, Level::Warning, Level::Info]
            .map(|level| row.at_level(&report.diff, level));
        let signature = cut(row.signature(), width);
        let padding = width - signature.width();
        put!(out, "{signature}{:padding$}", "");
        if has_traffic {
            put!(
                out,
                "  {:>6}  {TOUCHED}{:>8}{TOUCHED:#}  {:>6}  {:>6}",
                thousands(row.exchanges.old),
                thousands(row.exchanges.touched),
                share(row.exchanges.touched, row.exchanges.old),
                thousands(row.exchanges.new)
            );
        }
        put!(
            out,
            "  {:>6}  {:>8}  {:>4}\n",
            counts[0],
            counts[1],
            counts[2]
        );
    }
    if more > 0 {
        put!(
            out,
            "{DIM}and {}{DIM:#}\n",
            plural(more as u64, "more operation")
        );
    }
}

fn write_changes(out: &mut String, report: &MigrationReport) {
    let order = first(report);
    let grave = report
        .diff
        .changes
        .iter()
        .filter(|judged| judged.level > Level::Info);
    let more = grave.count().saturating_sub(order.len());
    if !order.is_empty() {
        put!(out, "\n{BOLD}What to do first{BOLD:#}\n");
    }
    for index in &order {
        let judged = judged(report, *index);
        let style = style_of(judged.level);
        put!(
            out,
            "{style}{}{style:#}: {} {DIM}({}){DIM:#}\n",
            judged.level,
            judged.message,
            title(&judged.difference.owner)
        );
        if let Some((word, rest)) = evidence(report, *index) {
            put!(out, "  {DIM}traffic:{DIM:#} {word}{rest}\n");
        }
        if let Some(words) = advice(judged, &report.usage[*index]) {
            put!(out, "  {DIM}to do:{DIM:#} {words}\n");
        }
    }
    if more > 0 {
        put!(
            out,
            "{DIM}and {}; use `--output html=report.html` for all of them{DIM:#}\n",
            plural(more as u64, "more change")
        );
    }
}

fn write_rest(out: &mut String, report: &MigrationReport) {
    if !report.enums.is_empty() {
        put!(out, "\n{BOLD}Enums{BOLD:#}\n");
        for table in report.enums.iter().take(ROWS) {
            put!(out, "{}: {}\n", table.name, enum_summary(table));
        }
    }
    if let Some((by, rows)) = report
        .traffic
        .as_ref()
        .and_then(|traffic| traffic.consumers.as_ref())
    {
        put!(out, "\n{BOLD}By consumer{BOLD:#} {DIM}({by}){DIM:#}\n");
        for (name, exchanges) in rows {
            let name = match name.as_str() {
                "" => "(unknown)".to_owned(),
                name => consumer(name),
            };
            put!(
                out,
                "{name}: {} of {} of the old version affected by {}; {} of the new version\n",
                thousands(exchanges.touched),
                plural(exchanges.old, "exchange"),
                plural(exchanges.changes.len() as u64, "change"),
                thousands(exchanges.new)
            );
        }
    }
    if report.pairs.pairs > 0 {
        put!(
            out,
            "\n{BOLD}Old and new side by side{BOLD:#}\n{}\n",
            pairs_summary(report)
        );
        for (message, count) in contradicted(report).iter().take(ROWS) {
            put!(
                out,
                "  contradicted in {}: {message}\n",
                plural(*count, "payload")
            );
        }
        for difference in report.pairs.differences.iter().take(ROWS) {
            put!(
                out,
                "  {} {} {} {DIM}({}){DIM:#}\n",
                difference.operation,
                difference.place,
                difference_words(&difference.kind),
                plural(difference.pairs, "pair")
            );
        }
    }
    if !report.beyond.is_empty() {
        put!(out, "\n{BOLD}Unknown to both contracts{BOLD:#}\n");
        for finding in report.beyond.iter().take(ROWS) {
            let style = style_of(finding.level);
            let at = finding
                .evidence
                .first()
                .map(|evidence| evidence.origin.to_string());
            put!(
                out,
                "{style}{}{style:#}: {} {DIM}({}{}){DIM:#}\n",
                finding.level,
                finding.headline(),
                times(finding.count),
                at.map_or_else(String::new, |at| format!(", {at}"))
            );
        }
        more(out, report.beyond.len());
    }
    let unjudged = unjudged_rows(report);
    if !unjudged.is_empty() {
        put!(out, "\n{BOLD}Not compared{BOLD:#}\n");
        for row in unjudged.iter().take(ROWS) {
            put!(out, "{row}\n");
        }
        more(out, unjudged.len());
    }
}

fn more(out: &mut String, all: usize) {
    if all > ROWS {
        put!(out, "{DIM}and {} more{DIM:#}\n", all - ROWS);
    }
}
