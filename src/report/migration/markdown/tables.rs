//! The tables and lists after the changes.

use std::fmt::Write as _;

use crate::diff::Fact;
use crate::migrate::impact::Spoken;
use crate::report::diff::words::title;
use crate::report::render::markdown::{cell, code, escaped, html};
use crate::report::render::numbers::{plural, share, thousands};

use crate::report::migration::rows::*;
use crate::report::migration::words::{consumer, cut, day, time};
use crate::report::migration::{MigrationReport, judged};
use super::{CELL, ROWS, wrapped};

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

pub(super) fn moved(report: &MigrationReport) -> String {
    let rows = moved_rows(report);
    if rows.is_empty() {
        return String::new();
    }
    let mut out =
        String::from("| Old | New | Reason | Same value in pairs |\n| --- | --- | --- | --- |\n");
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

pub(super) fn respelled(report: &MigrationReport) -> String {
    let rows = respelled_rows(report);
    if rows.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "{}\n\n| Place | Before | After | Payloads |\n| --- | --- | --- | ---: |\n",
        wrapped(RESPELLED, "")
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

pub(super) fn replaced(report: &MigrationReport) -> String {
    let mut out = String::new();
    for judged in &report.diff.changes {
        if judged.difference.fact != Fact::OperationReplaced {
            continue;
        }
        put!(
            out,
            "- {} becomes\n",
            code(judged.difference.old.as_deref().unwrap_or_default())
        );
        for call in judged.difference.new.as_deref().unwrap_or_default().lines() {
            put!(out, "  - {}\n", code(call));
        }
        for note in replaced_notes(&judged.difference) {
            put!(
                out,
                "{}\n",
                wrapped(&format!("  - {}", escaped(&note)), "    ")
            );
        }
    }
    out
}

pub(super) fn enums(report: &MigrationReport) -> String {
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
            "<details><summary>{} changed or seen</summary>\n\n\
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

pub(super) fn consumers(report: &MigrationReport) -> String {
    let Some((by, rows)) = report
        .traffic
        .as_ref()
        .and_then(|traffic| traffic.consumers.as_ref())
    else {
        return String::new();
    };
    let mut out = format!(
        "Identified by {}.\n\n| Consumer | Old version | Affected | Share | New version | Changes |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n",
        escaped(by)
    );
    for (name, exchanges) in rows {
        let name = match name.as_str() {
            "" => "unknown".to_owned(),
            name => code(&consumer(name)),
        };
        put!(
            out,
            "| {} | {} | {} | {} | {} | {} |\n",
            cell(&name),
            thousands(exchanges.old),
            thousands(exchanges.touched),
            share(exchanges.touched, exchanges.old),
            thousands(exchanges.new),
            exchanges.changes.len()
        );
    }
    for (name, exchanges) in rows.iter().filter(|(_, own)| !own.changes.is_empty()) {
        let name = match name.as_str() {
            "" => "unknown consumers".to_owned(),
            name => consumer(name),
        };
        put!(
            out,
            "\n<details><summary>Changes that affect {}</summary>\n\n",
            html(&name)
        );
        for index in exchanges.changes.iter().take(ROWS) {
            let judged = judged(report, *index);
            let group = title(&judged.difference.owner);
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

pub(super) fn timeline(report: &MigrationReport) -> String {
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
            "\n{} without a readable time.\n",
            plural(traffic.timeline.untimed, "exchange")
        );
    }
    out
}

pub(super) fn pairs(report: &MigrationReport) -> String {
    let pairs = &report.pairs;
    if pairs.pairs == 0 {
        return String::new();
    }
    let mut out = format!("{}\n", wrapped(&escaped(&pairs_summary(report)), ""));
    for (message, count) in contradicted(report) {
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

pub(super) fn notes(report: &MigrationReport) -> String {
    let mut out = String::new();
    for judged in &report.diff.changes {
        if judged.difference.fact == Fact::NoteChanged {
            let group = title(&judged.difference.owner);
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

pub(super) fn beyond(report: &MigrationReport) -> String {
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
            escaped(&finding.headline()),
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

pub(super) fn unjudged(report: &MigrationReport) -> String {
    let rows = [problem_rows(report), unjudged_rows(report)].concat();
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

pub(super) fn coverage(report: &MigrationReport) -> String {
    if report.coverage.is_empty() {
        return String::new();
    }
    let unseen = unseen_operations(report);
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
        let (values, met) = enum_cover(row);
        put!(
            out,
            "| {} | {} | {} of {} | {} |\n",
            cell(&escaped(&coverage_name(row))),
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
            escaped(&coverage_name(row)),
            listed.join(", ")
        );
        put!(out, "\n{}\n", wrapped(&words, ""));
    }
    out
}
