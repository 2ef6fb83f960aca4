//! The report for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::Style;

use crate::redact::Shown;
use crate::report::render::numbers::percent;
use crate::report::render::wrap::cut;
use crate::rules::{Finding, Level, Unit};

use super::options::TextOptions;
use super::Report;
use super::block::{Around, style_of, write_finding};
use super::groups::{Group, group_of, groups};
use super::summary::{write_payloads, write_problems, write_summary};

/// Findings from which on a report starts with the most important ones.
const LONG: usize = 20;

/// Findings that a long report starts with.
const TOP: usize = 10;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// Renders the report with ANSI styles; whoever prints it strips them where they are not wanted.
#[must_use]
pub fn text(report: &Report, options: TextOptions) -> String {
    let mut out = String::new();
    let findings = report.shown(options.coverage);
    if options.statistics {
        write_statistics(&mut out, &findings);
    } else {
        if findings.len() > LONG && report.contract_checked.is_none() {
            write_top(&mut out, report, &findings, options);
        }
        write_findings(&mut out, report, &findings, options);
    }
    if options.payloads || report.versions_open {
        write_payloads(&mut out, report, options);
    }
    write_problems(&mut out, report, options);
    write_summary(&mut out, report, options);
    out
}

fn write_findings(out: &mut String, report: &Report, findings: &[&Finding], options: TextOptions) {
    let has_headings = report.contract_checked.is_none();
    for (group, list) in groups(report, findings) {
        if has_headings {
            put!(out, "{BOLD}{}{BOLD:#}\n\n", Shown::new(&group.title(report)));
        }
        let around = Around {
            contract: &report.contract,
            width: options.width,
            links: options.links,
            names_operation: matches!(group, Group::Operation(_)),
            names_version: report.versions_open && !matches!(group, Group::Operation(_)),
        };
        for finding in list {
            write_finding(out, finding, around);
        }
    }
}

/// What a long report starts with: the most important findings, a line each.
fn write_top(out: &mut String, report: &Report, findings: &[&Finding], options: TextOptions) {
    put!(out, "{BOLD}The {TOP} most important of {} findings{BOLD:#}\n\n", findings.len());
    for finding in findings.iter().take(TOP) {
        let level = style_of(finding.level);
        let head = format!("{}[{}]", finding.level, finding.rule.id);
        let line = cut(&format!("  {head}: {}", finding.headline()), options.width);
        let rest = line.get(head.len() + 2..).unwrap_or_default();
        put!(out, "  {level}{head}{level:#}{rest}\n");
        let mut about = group_of(report, finding).title(report);
        if finding.of_payloads > 0 && finding.unit != Unit::Place {
            put!(
                about,
                ": {} of {} {}s ({})",
                finding.payloads,
                finding.of_payloads,
                finding.unit.word(),
                percent(finding.payloads, finding.of_payloads)
            );
        }
        put!(out, "    {DIM}{}{DIM:#}\n", Shown::new(&cut(&about, options.width.saturating_sub(4))));
    }
    out.push('\n');
}

/// The findings by rule, the most frequent first.
fn write_statistics(out: &mut String, findings: &[&Finding]) {
    let mut counts: BTreeMap<(Level, &str), (usize, u64)> = BTreeMap::new();
    for finding in findings {
        let (own, seen) = counts.entry((finding.level, finding.rule.id)).or_default();
        *own += 1;
        *seen += finding.count;
    }
    let mut rows = Vec::from_iter(counts);
    rows.sort_by_key(|((level, rule), (own, seen))| {
        (std::cmp::Reverse(*level), std::cmp::Reverse((*own, *seen)), *rule)
    });
    let width = rows.iter().map(|((_, rule), _)| rule.len()).max().unwrap_or(0).max("rule".len());
    if rows.is_empty() {
        return;
    }
    put!(out, "{BOLD}level    {:width$}  findings  occurrences{BOLD:#}\n", "rule");
    for ((level, rule), (own, seen)) in rows {
        let style = style_of(level);
        put!(out, "{style}{:7}{style:#}  {rule:width$}  {own:>8}  {seen:>11}\n", level.to_string());
    }
    out.push('\n');
}
