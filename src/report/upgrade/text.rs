//! The upgrade for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::migrate::{Fate, LISTED, Upgraded};

use super::{EditGroup, UpgradeReport, groups, left, shown_place};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const LOST: Style = AnsiColor::BrightRed.on_default().bold();
const GOOD: Style = AnsiColor::BrightGreen.on_default().bold();
const HAND: Style = AnsiColor::BrightYellow.on_default().bold();

/// Different values that are shown of one property.
const VALUES_SHOWN: usize = 4;

/// Payloads that are listed one by one.
const PAYLOADS_SHOWN: usize = 50;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// Renders the report with ANSI styles; whoever prints it strips them where they are not wanted.
#[must_use]
pub fn text(report: &UpgradeReport) -> String {
    let mut out = String::new();
    let is_told = |payload: &&Upgraded| !matches!(payload.fate, Fate::Current(_));
    let told: Vec<&Upgraded> = report.payloads.iter().filter(is_told).collect();
    for payload in told.iter().take(PAYLOADS_SHOWN) {
        write_payload(&mut out, report, payload);
    }
    if told.len() > PAYLOADS_SHOWN {
        put!(
            out,
            "{} more payloads; `--output json` has them all\n\n",
            told.len() - PAYLOADS_SHOWN
        );
    }
    for problem in &report.problems {
        put!(
            out,
            "{LOST}unreadable{LOST:#}: {}\n  {}\n\n",
            problem.origin,
            problem.message
        );
    }
    for (path, reason) in &report.skipped {
        put!(
            out,
            "{DIM}passed over{DIM:#}: {}: {reason}\n",
            path.display()
        );
    }
    write_summary(&mut out, report);
    out
}

fn write_payload(out: &mut String, report: &UpgradeReport, payload: &Upgraded) {
    let mut target = payload.operation.clone().unwrap_or_default();
    if let Some(side) = payload.side {
        put!(target, " {side}");
    }
    if let Some(status) = payload.status {
        put!(target, " {status}");
    }
    put!(out, "{BOLD}{}{BOLD:#}  {target}\n", payload.origin);
    match &payload.fate {
        Fate::Current(_) => {}
        Fate::Left { why, .. } => {
            put!(out, "  {LOST}not rewritten{LOST:#}: {why}\n");
        }
        Fate::Rewritten(upgrade) => {
            for group in groups(&upgrade.edits) {
                write_group(out, &group);
            }
            if upgrade.edits.is_empty() {
                put!(out, "  {DIM}nothing to change{DIM:#}\n");
            }
            if let Some((pointer, kind)) = &upgrade.broke {
                let place = super::folded(pointer);
                put!(
                    out,
                    "  {HAND}it broke {} already{HAND:#}: {}: {}\n",
                    report.from,
                    shown_place(&place),
                    crate::rules::sentence(kind, &place, "")
                );
            }
            let left = left(upgrade);
            for (words, count) in &left {
                let times = match count {
                    1 => String::new(),
                    count => format!("  ({count} times)"),
                };
                put!(out, "  {HAND}by hand{HAND:#}: {words}{times}\n");
            }
            if upgrade.left.len() >= LISTED {
                put!(
                    out,
                    "  {HAND}by hand{HAND:#}: and maybe more: {LISTED} places are listed\n"
                );
            }
            match left.is_empty() {
                true => {
                    put!(out, "  {GOOD}valid{GOOD:#} for {}\n", report.to);
                }
                false => {
                    put!(out, "  {LOST}not valid{LOST:#} for {} yet\n", report.to);
                }
            }
        }
    }
    out.push('\n');
}

/// `  moved      /meta/pagination/total → /total`
fn write_group(out: &mut String, group: &EditGroup<'_>) {
    let style = match group.kind.loses() {
        true => LOST,
        false => DIM,
    };
    let word = match group.kind.loses() {
        true => "lost",
        false => group.kind.words(),
    };
    let place = match (&group.from, &group.to) {
        (Some(from), Some(to)) if from != to => {
            format!("{} → {}", shown_place(from), shown_place(to))
        }
        (Some(place), _) | (None, Some(place)) => shown_place(place),
        (None, None) => String::new(),
    };
    let (mut before, mut after) = (group.before(VALUES_SHOWN), group.after(VALUES_SHOWN));
    if !before.is_empty() && !after.is_empty() {
        // What it became shows on one value.
        before.truncate(1);
        after.truncate(1);
    }
    let (before, after) = (before.join(", "), after.join(", "));
    let values = match (before.as_str(), after.as_str()) {
        ("", "") => String::new(),
        (before, "") => format!("  {before}"),
        ("", after) => format!("  {after}"),
        (before, after) => format!("  {before} → {after}"),
    };
    let times = match group.edits.len() {
        1 => String::new(),
        count => format!("  ({count} times)"),
    };
    put!(
        out,
        "  {style}{word:<19}{style:#} {place}{DIM}{values}{times}{DIM:#}\n"
    );
}

fn write_summary(out: &mut String, report: &UpgradeReport) {
    let fates = report.fates();
    let noun = |count: usize| if count == 1 { "payload" } else { "payloads" };
    let mut parts = Vec::new();
    let counts = [
        (fates.valid, "rewritten and valid"),
        (fates.incomplete, "to be completed by hand"),
        (fates.current, "already as they should be"),
        (fates.others, "not rewritten"),
    ];
    for (count, words) in counts {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    let mut more = String::new();
    if fates.losing > 0 {
        more.push_str(&format!("; values are lost in {} of them", fates.losing));
    }
    let unread = report.problems.len();
    if unread > 0 {
        let noun = if unread == 1 { "input" } else { "inputs" };
        more.push_str(&format!("; {unread} {noun} could not be read"));
    }
    let all = report.payloads.len();
    put!(
        out,
        "{} → {}: {all} {}{}{}{more}\n",
        report.from,
        report.to,
        noun(all),
        if parts.is_empty() { "" } else { ": " },
        parts.join(", ")
    );
}
