//! The report of a check as Markdown, for the comment on a pull request.

use std::fmt::Write as _;

use crate::report::render::markdown::{MOST, cell, code, escaped};
use crate::report::render::numbers::{plural, share, thousands};
use crate::rules::{Finding, Level};

use super::block::{seen_words, shown};
use super::groups::{group_of, scores};
use super::options::TextOptions;
use super::Report;
use crate::redact::sanitised;

/// Findings that are shown unfolded.
const TOP: usize = 10;

/// Rows of the table of operations.
const OPERATIONS: usize = 15;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// Renders the report as GitHub-flavoured Markdown that fits into a comment: the verdict, the operations, the most
/// important findings, and the others folded, as many as there is room for.
#[must_use]
pub(super) fn markdown(report: &Report, options: TextOptions) -> String {
    let findings = report.shown(options.coverage);
    let mut out = String::new();
    write_head(&mut out, report, &findings);
    for sentence in report.exempt.sentences("finding") {
        put!(out, "\n{}\n", escaped(&sentence));
    }
    for note in report.incoming_notes() {
        put!(out, "\n{}\n", escaped(&note));
    }
    write_operations(&mut out, report);
    let (top, rest) = findings.split_at(findings.len().min(TOP));
    if !top.is_empty() {
        out.push_str(match rest.is_empty() {
            true => "\n### Findings\n\n",
            false => "\n### Most important findings\n\n",
        });
        let left = write_findings(&mut out, report, top, MOST - CLOSING);
        if left > 0 {
            put!(out, "\n{} more: there is no room for them here.\n", plural(left as u64, "finding"));
        }
    }
    write_rest(&mut out, report, rest);
    write_problems(&mut out, report);
    out
}

/// Room for what follows the findings.
const CLOSING: usize = 2_000;

fn write_head(out: &mut String, report: &Report, findings: &[&Finding]) {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count() as u64;
    let (mark, word) = match findings.iter().map(|finding| finding.level).max() {
        Some(Level::Error) => ("❌", "does not conform to"),
        Some(Level::Warning) => ("⚠️", "conforms with warnings to"),
        _ => ("✅", "conforms to"),
    };
    let contract = code(&report.contract);
    match report.contract_checked {
        Some(_) => {
            put!(out, "## Lint of {contract}\n\n");
        }
        None if report.periods.is_some() => {
            put!(out, "## Drift: {contract}\n\n");
        }
        // The traffic does not conform: that is only known.
        None if findings.is_empty() && report.exempt.word().is_some() => {
            put!(out, "## {mark} {} of the traffic against {contract}\n\n", report.exempt.nothing("findings"));
        }
        None => {
            put!(out, "## {mark} The traffic {word} {contract}\n\n");
        }
    }
    put!(
        out,
        "**{}, {}, {} info**",
        plural(count(Level::Error), "error"),
        plural(count(Level::Warning), "warning"),
        thousands(count(Level::Info))
    );
    if let Some(periods) = &report.periods {
        put!(out, ". {}", sanitised(&periods.sentence()));
    } else if report.contract_checked.is_none() {
        put!(
            out,
            " in {} and {} from {}.",
            plural(report.payloads(), "payload"),
            plural(report.exchanges, "exchange"),
            plural(report.sources.len() as u64, "file")
        );
        let silent = report.unexercised().count() as u64;
        if silent > 0 && report.matched > 0 {
            put!(
                out,
                " {} of {} were never exercised.",
                thousands(silent),
                plural(report.operations.len() as u64, "operation")
            );
        }
    }
    out.push('\n');
}

fn write_operations(out: &mut String, report: &Report) {
    let scores = scores(report);
    // Where periods were compared, no payload deviates from anything.
    if scores.is_empty() || report.periods.is_some() {
        return;
    }
    out.push_str("\n| operation | errors | warnings | deviating payloads |\n| --- | ---: | ---: | ---: |\n");
    for score in scores.iter().take(OPERATIONS) {
        let row = score.row;
        let deviating = match row.payloads {
            0 => "–".to_owned(),
            all => format!("{} of {} ({})", row.deviating, all, share(row.deviating, all)),
        };
        put!(
            out,
            "| {} | {} | {} | {deviating} |\n",
            cell(&code(&row.title())),
            score.errors,
            score.warnings
        );
    }
    let more = scores.len().saturating_sub(OPERATIONS);
    if more > 0 {
        put!(out, "\n{} with findings.\n", plural(more as u64, "more operation"));
    }
}

/// Writes findings while there is room; returns how many were left out.
fn write_findings(out: &mut String, report: &Report, findings: &[&Finding], most: usize) -> usize {
    let mut length = out.chars().count();
    for (index, finding) in findings.iter().enumerate() {
        let item = item(report, finding);
        length += item.chars().count();
        if length > most {
            return findings.len() - index;
        }
        out.push_str(&item);
    }
    0
}

fn item(report: &Report, finding: &Finding) -> String {
    let mark = match finding.level {
        Level::Error => "🔴 error",
        Level::Warning => "🟡 warning",
        Level::Info | Level::Off => "🔵 info",
    };
    let mut out = format!(
        "- **{mark}** {} (`{}`)\n",
        escaped(&finding.headline()),
        finding.rule.id
    );
    let mut facts = vec![escaped(&group_of(report, finding).title(report).replace("  ", ", "))];
    facts.extend(seen_words(finding).map(|words| escaped(&words)));
    let place = finding.evidence.first().map(|evidence| &evidence.origin);
    facts.extend(place.map(|origin| code(&shown(origin))));
    put!(out, "  - {}\n", facts.join(" · "));
    for difference in &finding.differences {
        put!(out, "  - {}\n", escaped(&difference.headline()));
    }
    out
}

/// What is not among the most important findings, folded.
fn write_rest(out: &mut String, report: &Report, rest: &[&Finding]) {
    if rest.is_empty() {
        return;
    }
    put!(
        out,
        "\n<details>\n<summary>{}</summary>\n\n",
        plural(rest.len() as u64, "more finding")
    );
    let left = write_findings(out, report, rest, MOST - CLOSING);
    if left > 0 {
        put!(out, "\nThere is no room here for {}.\n", plural(left as u64, "more finding"));
    }
    out.push_str("\n</details>\n");
}

fn write_problems(out: &mut String, report: &Report) {
    /// Inputs that are listed.
    const LISTED: usize = 5;
    if report.problems.is_empty() {
        return;
    }
    put!(out, "\n### {} could not be read\n\n", plural(report.problems_met, "input"));
    for problem in report.problems.iter().take(LISTED) {
        let message: String = problem.message.chars().take(200).collect();
        put!(out, "- {}: {}\n", code(&shown(&problem.origin)), escaped(&message));
    }
}
