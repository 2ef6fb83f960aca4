//! The upgrade report as text for a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use crate::location::{Origin, Step};
use crate::observe::{DeviationKind, Skipped};
use crate::migrate::{EditKey, EditUse, Met, Outcomes, Target};

use crate::report::render::numbers::thousands;
use crate::report::render::wrap::{Columns, cut};

use super::{UpgradeReport, move_line, shown_place, shown_values, wrong};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const LOST: Style = AnsiColor::BrightRed.on_default().bold();
const GOOD: Style = AnsiColor::BrightGreen.on_default().bold();
const HAND: Style = AnsiColor::BrightYellow.on_default().bold();

/// The number of distinct values that are shown per property.
const VALUES_SHOWN: usize = 4;

/// The maximum width of the column of places.
const PLACE_WIDTH: usize = 36;

/// The number of edits that are shown per operation.
const EDITS_SHOWN: usize = 200;

/// The maximum number of entries in the other lists.
const SHOWN: usize = 50;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// Renders the report with ANSI styles; the output strips them if they are not wanted.
#[must_use]
pub fn text(report: &UpgradeReport, columns: Columns) -> String {
    let mut out = String::new();
    for (target, outcomes) in &report.summary.targets {
        if outcomes.rewritten() > 0 {
            write_target(&mut out, report, (target, outcomes), columns);
        }
    }
    let refused = report.summary.refused.in_order();
    for ((target, why), met) in refused.iter().take(SHOWN) {
        let target = target.as_ref().map(target_words).unwrap_or_default();
        put!(
            out,
            "{BOLD}{}{BOLD:#}  {target}\n",
            places(met.places.iter(), met.payloads)
        );
        put!(out, "  {LOST}not rewritten{LOST:#}: {why}\n\n");
    }
    if refused.len() > SHOWN {
        let more = refused.len() - SHOWN;
        put!(
            out,
            "{more} more reasons why payloads were not rewritten; --output json lists them\n\n"
        );
    }
    for problem in &report.problems {
        put!(
            out,
            "{LOST}error{LOST:#}: cannot read {}: {}\n\n",
            problem.origin,
            problem.message
        );
    }
    for Skipped { path, reason } in &report.skipped {
        put!(
            out,
            "{DIM}skipped: {} ({reason}){DIM:#}\n",
            path.display()
        );
    }
    write_proposals(&mut out, report);
    write_summary(&mut out, report);
    out
}

/// `pets.json:1:1 and 4 more payloads`
fn places<'o>(mut places: impl Iterator<Item = &'o Origin>, payloads: u64) -> String {
    let first = places.next().map(ToString::to_string).unwrap_or_default();
    match payloads {
        0 | 1 => first,
        2 => format!("{first} and 1 more payload"),
        more => format!("{first} and {} more payloads", thousands(more - 1)),
    }
}

fn target_words(target: &Target) -> String {
    let mut words = target.operation.clone();
    if let Some(side) = target.side {
        put!(words, " {side}");
    }
    if let Some(status) = target.status {
        put!(words, " {status}");
    }
    words
}

fn write_target(
    out: &mut String,
    report: &UpgradeReport,
    (target, outcomes): (&Target, &Outcomes),
    columns: Columns,
) {
    let all = outcomes.rewritten();
    let place = places(outcomes.places.iter(), all);
    put!(out, "{BOLD}{place}{BOLD:#}  {}\n", target_words(target));
    let edits = outcomes.edits();
    let shown = edits.iter().take(EDITS_SHOWN);
    let widths = shown.clone().map(|(key, _)| edit_place(key).width());
    // A long path shifts only its own values.
    let width = widths.filter(|width| *width <= PLACE_WIDTH).max().unwrap_or(0);
    for (key, used) in shown {
        write_edit(out, (key, used), all, width, columns);
    }
    let hidden = edits.iter().skip(EDITS_SHOWN).map(|(_, used)| used.times);
    let hidden = hidden.sum::<u64>() + outcomes.other_edits;
    if hidden > 0 {
        put!(
            out,
            "  {DIM}and {} more edits in other places{DIM:#}\n",
            thousands(hidden)
        );
    }
    if edits.is_empty() && outcomes.left.is_empty() {
        put!(out, "  {DIM}nothing to change{DIM:#}\n");
    }
    let of_all = |met: &Met| {
        let mut words = String::new();
        if all > 1 {
            let first = met.places.iter().next();
            let first = first.map_or_else(String::new, |first| format!(", first {first}"));
            put!(
                words,
                "  (in {} of {} payloads{first})",
                thousands(met.payloads),
                thousands(all)
            );
        } else if met.times > 1 {
            put!(words, "  ({} times)", thousands(met.times));
        }
        words
    };
    let broke = outcomes.broke.in_order();
    for ((place, kind), met) in broke.iter().take(SHOWN) {
        put!(
            out,
            "  {HAND}already invalid under {}{HAND:#}: {}{}\n",
            report.from,
            wrong(place, kind, ""),
            of_all(met)
        );
    }
    let left = outcomes.left.in_order();
    for ((place, kind, subject), met) in left.iter().take(SHOWN) {
        let words = wrong(place, kind, subject);
        put!(out, "  {HAND}to do{HAND:#}: {words}{}\n", of_all(met));
    }
    let more = left.len().saturating_sub(SHOWN) as u64;
    if more > 0 {
        put!(
            out,
            "  {HAND}to do{HAND:#}: {} more; --output json lists them\n",
            thousands(more)
        );
    }
    if outcomes.left.others > 0 {
        put!(
            out,
            "  {HAND}to do{HAND:#}: {} more, in too many places to list\n",
            thousands(outcomes.left.others)
        );
    }
    write_hint(out, target, outcomes);
    match (outcomes.valid, outcomes.incomplete) {
        (_, 0) => {
            put!(out, "  {GOOD}valid{GOOD:#} for {}\n", report.to);
        }
        (0, _) => {
            put!(out, "  {LOST}not valid{LOST:#} for {} yet\n", report.to);
        }
        (valid, incomplete) => {
            put!(
                out,
                "  {GOOD}{} valid{GOOD:#} for {}, {LOST}{} not valid{LOST:#} yet\n",
                thousands(valid),
                report.to,
                thousands(incomplete)
            );
        }
    }
    out.push('\n');
}

/// `/meta/pagination/total → /total`
fn edit_place(key: &EditKey) -> String {
    match (&key.from, &key.to) {
        (Some(from), Some(to)) if from != to => {
            format!("{} → {}", shown_place(from), shown_place(to))
        }
        (Some(place), _) | (None, Some(place)) => shown_place(place),
        (None, None) => String::new(),
    }
}

/// `  moved      /meta/pagination/total → /total`. `width` is the width of the column of places.
fn write_edit(
    out: &mut String,
    (key, used): (&EditKey, &EditUse),
    all: u64,
    width: usize,
    Columns(columns): Columns,
) {
    let style = match key.kind.loses() {
        true => LOST,
        false => DIM,
    };
    let word = match key.kind.loses() {
        true => "lost",
        false => key.kind.words(),
    };
    let place = edit_place(key);
    let mut before = shown_values(&used.before, VALUES_SHOWN);
    let mut after = shown_values(&used.after, VALUES_SHOWN);
    if !before.is_empty() && !after.is_empty() {
        // One value is enough to show the edit.
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
    let times = match (used.times, used.payloads) {
        (1, _) if all == 1 => String::new(),
        (times, _) if all == 1 => format!("  ({} times)", thousands(times)),
        (times, payloads) => {
            let mut parts = Vec::new();
            if times > payloads {
                parts.push(format!("{} times", thousands(times)));
            }
            if payloads < all {
                parts.push(format!(
                    "in {} of {} payloads",
                    thousands(payloads),
                    thousands(all)
                ));
            }
            match parts.is_empty() {
                true => String::new(),
                false => format!("  ({})", parts.join(", ")),
            }
        }
    };
    const BEFORE: usize = 2 + 16 + 1;
    let details = format!("{values}{times}");
    let padding = width.max(place.width()) - place.width();
    let fits = BEFORE + place.width() + padding + details.width() <= columns;
    let (padding, details) = match fits {
        _ if details.is_empty() => (String::new(), details),
        true => (" ".repeat(padding), details),
        // The values go on the next line, truncated so that the count fits.
        false => {
            let most = columns.saturating_sub(BEFORE + times.width());
            let details = format!("{}{times}", cut(values.trim_start(), most));
            (format!("\n{}", " ".repeat(BEFORE)), details)
        }
    };
    put!(
        out,
        "  {style}{word:<16}{style:#} {place}{padding}{DIM}{details}{DIM:#}\n"
    );
}

/// Suggests a rule for `--moves` for a remaining manual change: supply a missing value, or convert one whose
/// type changed.
fn write_hint(out: &mut String, target: &Target, outcomes: &Outcomes) {
    let left = outcomes.left.in_order();
    let rule = left.iter().find_map(|((place, kind, _), _)| match kind {
        DeviationKind::Missing { property, .. } => {
            let at = shown_place(&place.join(Step::Key(Arc::clone(property))));
            Some(format!("set: {{at: {at}, value: …}}"))
        }
        DeviationKind::Type { .. } | DeviationKind::Enum { .. } => {
            let at = shown_place(place);
            Some(format!("map: {{at: {at}, values: {{…}}}}"))
        }
        _ => None,
    });
    if let Some(rule) = rule {
        let operation = &target.operation;
        put!(out, "  {DIM}hint: a rule in a --moves file can do this: - {{operation: {operation}, {rule}}}{DIM:#}\n");
    }
}

/// Writes the possible moves that were not applied, as a file for `--moves`.
fn write_proposals(out: &mut String, report: &UpgradeReport) {
    let targets = report.summary.targets.iter();
    let mut lines: Vec<(String, &'static str, u64)> = Vec::new();
    for (target, outcomes) in targets {
        for ((from, to, ground), met) in outcomes.proposals.in_order() {
            let line = move_line(&target.operation, from, to);
            match lines.iter_mut().find(|(known, ..)| *known == line) {
                Some(known) => known.2 += met.payloads,
                None => lines.push((line, ground, met.payloads)),
            }
        }
    }
    if lines.is_empty() {
        return;
    }
    put!(
        out,
        "{HAND}possible moves{HAND:#}: some lost values may belong in another place. Copy the correct lines to a file and pass it with --moves FILE, or apply all of them with --accept-guesses:\n\nmoves:\n"
    );
    for (line, ground, payloads) in lines {
        let noun = if payloads == 1 { "payload" } else { "payloads" };
        put!(
            out,
            "  {line}\n    {DIM}# {ground}; in {} {noun}{DIM:#}\n",
            thousands(payloads)
        );
    }
    out.push('\n');
}

fn write_summary(out: &mut String, report: &UpgradeReport) {
    let summary = &report.summary;
    let noun = |count: u64| if count == 1 { "payload" } else { "payloads" };
    let mut parts = Vec::new();
    let counts = [
        (summary.sum(|own| own.valid), "rewritten and valid"),
        (summary.sum(|own| own.incomplete), "rewritten but incomplete"),
        (summary.sum(|own| own.current), "already up to date"),
        (summary.refused.payloads(), "not rewritten"),
    ];
    for (number, words) in counts {
        if number > 0 {
            parts.push(format!("{} {words}", thousands(number)));
        }
    }
    let mut more = String::new();
    let losing = summary.sum(|own| own.losing);
    if losing > 0 {
        more.push_str(&format!(
            "; values are lost in {} of them",
            thousands(losing)
        ));
    }
    let unread = report.problems.len();
    if unread > 0 {
        let noun = if unread == 1 { "input" } else { "inputs" };
        more.push_str(&format!("; {unread} {noun} could not be read"));
    }
    let all = summary.payloads();
    put!(
        out,
        "{} → {}: {} {}{}{}{more}\n",
        report.from,
        report.to,
        thousands(all),
        noun(all),
        if parts.is_empty() { "" } else { ": " },
        parts.join(", ")
    );
}
