//! The diff as text for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use crate::report::render::lines::ChangeTag;
use crate::report::render::wrap::{Columns, fitted};

use crate::redact::sanitised;
use crate::diff::{Owner, Sender, Verdict, Witness};
use crate::report::check::block::{finding_text, shown, style_of};
use crate::rules::{Change, Level};
use crate::redact::printed;

use super::payload::witness_lines;
use super::words::{advice, counts, lines, nothing, place, reach, title, verdict, witness_title};
use super::{DiffOptions, Changes};

/// The number of lines of a witness that are shown, and how many of them precede the marked line.
const WITNESS_SHOWN: usize = 24;
const AROUND_MARK: usize = 8;

/// If a diff has more changes than this, those with level `info` are summarised.
const LONG: usize = 100;

/// The limits on the lists that a long diff starts with.
const BREAKING_SHOWN: usize = 20;
const UNPROVEN_SHOWN: usize = 10;

/// The number of kinds of changes that are named per area.
const KINDS_SHOWN: usize = 4;

/// The option that shows all places.
const HINT: &str = " (--all-places)";

const BOLD: Style = Style::new().bold();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();
const DIM: Style = Style::new().dimmed();
const GONE: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// Renders the diff with ANSI styles; the output strips them if they are not wanted.
#[must_use]
pub fn text(report: &Changes, options: DiffOptions) -> String {
    let mut out = String::new();
    for finding in report.unusable.iter().chain(&report.unused_ignores) {
        out.push_str(&finding_text(finding));
    }
    let folds = report.changes.len() > LONG && !options.all_places;
    if folds {
        write_top(&mut out, report);
    }
    let mut folded: Folded<'_> = BTreeMap::new();
    for (title, changes) in report.groups() {
        let (shown, rest): (Vec<&Change>, Vec<&Change>) = changes
            .into_iter()
            .partition(|judged| !folds || judged.level > Level::Info);
        for judged in rest {
            folded
                .entry(area(&judged.difference.owner))
                .or_default()
                .push(judged);
        }
        if !shown.is_empty() {
            write_group(&mut out, &title, &shown, options);
        }
    }
    write_folded(&mut out, &folded);
    if options.equivalent && !report.equivalent.is_empty() {
        put!(out, "{BOLD}Equivalent edits{BOLD:#}\n\n");
        for judged in &report.equivalent {
            write_equivalent(&mut out, judged);
        }
        out.push('\n');
    }
    write_summary(&mut out, report, options);
    out
}

/// Changes that are summarised by area.
type Folded<'r> = BTreeMap<String, Vec<&'r Change>>;

/// Writes the start of a long diff: breaking changes, unproven changes, and the number of changes of each
/// kind.
fn write_top(out: &mut String, report: &Changes) {
    let is_unproven = |judged: &&Change| {
        let mut verdicts = judged.difference.verdicts.iter();
        verdicts.any(|(_, verdict)| matches!(verdict, Verdict::Unknown(_)))
    };
    let breaking = report
        .changes
        .iter()
        .filter(|judged| judged.level == Level::Error);
    let unproven = report.changes.iter().filter(is_unproven);
    let unproven = unproven.filter(|judged| judged.level < Level::Error);
    let lists: [(&str, Vec<&Change>, usize); 2] = [
        ("Breaking", breaking.collect(), BREAKING_SHOWN),
        ("Unproven", unproven.collect(), UNPROVEN_SHOWN),
    ];
    for (heading, changes, most) in lists {
        if changes.is_empty() {
            continue;
        }
        put!(out, "{BOLD}{heading}{BOLD:#}\n\n");
        for judged in changes.iter().take(most) {
            let style = style_of(judged.level);
            let owner = title(&judged.difference.owner).replace("  ", ", ");
            let place = match judged.message.contains(&owner) || owner.starts_with("The contract") {
                true => String::new(),
                false => format!(" ({owner})"),
            };
            put!(
                out,
                "  {style}{}{style:#}: {}{DIM}{}{DIM:#}\n",
                judged.rule.id,
                printed(&judged.message),
                printed(&place)
            );
        }
        if let Some(more) = changes.len().checked_sub(most).filter(|more| *more > 0) {
            put!(out, "  {DIM}… {more} more below{DIM:#}\n");
        }
        out.push('\n');
    }
    let all: Vec<&Change> = report.changes.iter().collect();
    put!(
        out,
        "{BOLD}By kind{BOLD:#}: {}\n\n",
        kinds(&all, usize::MAX)
    );
}

/// `property-added 210, operation-added 115`
fn kinds(changes: &[&Change], most: usize) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for judged in changes {
        *counts.entry(judged.rule.id).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
    let more = counts.len().saturating_sub(most);
    let words = counts.iter().take(most);
    let mut words: Vec<String> = words
        .map(|(rule, count)| format!("{rule} {count}"))
        .collect();
    if more > 0 {
        words.push(format!("{more} more kinds"));
    }
    words.join(", ")
}

/// The area of a change: the start of the path, or components.
fn area(owner: &Owner) -> String {
    match owner {
        Owner::Component(..) => "components".to_owned(),
        Owner::Contract | Owner::Operations(_) => "the contract as a whole".to_owned(),
        Owner::Operation(name, _) => {
            let path = name.signature.split(' ').nth(1).unwrap_or_default();
            let first = path.trim_start_matches('/').split('/').next();
            format!("/{}", first.unwrap_or_default())
        }
    }
}

fn write_folded(out: &mut String, folded: &Folded<'_>) {
    if folded.is_empty() {
        return;
    }
    put!(
        out,
        "{BOLD}Info, by area{BOLD:#}{DIM} (--all-places lists them){DIM:#}\n\n"
    );
    for (area, changes) in folded {
        put!(
            out,
            "  {}: {} ({})\n",
            printed(area),
            crate::report::render::numbers::plural(changes.len() as u64, "change"),
            kinds(changes, KINDS_SHOWN)
        );
    }
    out.push('\n');
}

fn write_group(out: &mut String, title: &str, changes: &[&Change], options: DiffOptions) {
    put!(out, "{BOLD}{}{BOLD:#}\n", printed(title));
    // Places that all changes of the group affect are shown once.
    let shared = changes
        .first()
        .map(|first| &first.difference.reach)
        .filter(|reach| {
            changes.len() > 1
                && !reach.is_empty()
                && changes.iter().all(|c| c.difference.reach == **reach)
        });
    if let (Some(_), Some(first)) = (shared, changes.first())
        && let Some(words) = reach(&first.difference, options.all_places, HINT)
    {
        put!(out, "{DIM}{}{DIM:#}\n", printed(&words));
    }
    out.push('\n');
    let mut shown = None;
    for judged in changes {
        write_change(out, judged, options, shared.is_none(), &mut shown);
    }
}

fn write_change<'j>(
    out: &mut String,
    judged: &'j Change,
    options: DiffOptions,
    tell_reach: bool,
    shown_before: &mut Option<&'j Witness>,
) {
    let level = style_of(judged.level);
    let change = &judged.difference;
    put!(
        out,
        "{level}{}[{}]{level:#}{BOLD}: {}{BOLD:#}\n",
        judged.level,
        judged.rule.id,
        printed(&judged.message)
    );
    let origins: Vec<String> = match (&judged.old, &judged.new) {
        (Some(old), Some(new)) => vec![shown(old), shown(new)],
        (one, other) => one.iter().chain(other).map(shown).collect(),
    };
    if !origins.is_empty() {
        put!(out, " {FRAME}-->{FRAME:#} {}\n", origins.join(" → "));
    }
    let lines = lines(judged);
    if !lines.is_empty() {
        put!(out, "  {FRAME}|{FRAME:#}\n");
        for (tag, line) in &lines {
            let line = match change.values.is_empty() {
                true => printed(line),
                false => sanitised(line),
            };
            match tag {
                ChangeTag::Delete => {
                    put!(out, "  {FRAME}|{FRAME:#} {GONE}- {line}{GONE:#}\n");
                }
                ChangeTag::Insert => {
                    put!(out, "  {FRAME}|{FRAME:#} {ADDED}+ {line}{ADDED:#}\n");
                }
                ChangeTag::Equal => {
                    put!(out, "  {FRAME}|{FRAME:#}   {line}\n");
                }
            }
        }
        put!(out, "  {FRAME}|{FRAME:#}\n");
    }
    let mut row = |text: &str| {
        put!(out, "  {FRAME}={FRAME:#} {}\n", printed(text));
    };
    if let Some(words) = place(judged) {
        row(&words);
    }
    if let Some(words) = reach(change, options.all_places, HINT).filter(|_| tell_reach) {
        row(&words);
    }
    if let Some(guess) = &change.guess {
        row(&format!("heuristic: {guess}"));
    }
    for note in &change.notes {
        row(note);
    }
    for (sender, what) in &change.verdicts {
        if let Some(words) = verdict(*sender, what, options.explain) {
            row(&words);
        }
    }
    for (sender, what) in &change.verdicts {
        let Verdict::Breaking(witness) = what else {
            continue;
        };
        let is_shown = shown_before.is_some_and(|before| {
            before.payload == witness.payload && before.of == witness.of && before.at == witness.at
        });
        if is_shown {
            put!(out, "  {FRAME}= witness:{FRAME:#} the payload above\n");
            continue;
        }
        write_witness(out, witness, *sender, judged.level);
        *shown_before = Some(witness);
    }
    out.push('\n');
}

fn write_witness(out: &mut String, witness: &Witness, sender: Sender, level: Level) {
    let style = style_of(level);
    let title = printed(&witness_title(witness, sender));
    put!(out, "  {FRAME}= witness:{FRAME:#} {title}\n");
    let lines = witness_lines(witness);
    let marked = lines.iter().position(|(_, is_marked)| *is_marked);
    let from = match marked {
        Some(marked) if lines.len() > WITNESS_SHOWN => marked.saturating_sub(AROUND_MARK),
        _ => 0,
    };
    let to = (from + WITNESS_SHOWN).min(lines.len());
    if from > 0 {
        put!(out, "  {FRAME}|{FRAME:#} {DIM}… {from} lines{DIM:#}\n");
    }
    for (line, is_marked) in &lines[from..to] {
        let line = sanitised(line);
        if *is_marked {
            put!(out, "  {FRAME}|{FRAME:#} {style}{line}  ← here{style:#}\n");
        } else {
            put!(out, "  {FRAME}|{FRAME:#} {line}\n");
        }
    }
    if to < lines.len() {
        put!(
            out,
            "  {FRAME}|{FRAME:#} {DIM}… {} lines{DIM:#}\n",
            lines.len() - to
        );
    }
}

fn write_equivalent(out: &mut String, judged: &Change) {
    let mut words = vec![title(&judged.difference.owner)];
    words.extend(place(judged));
    put!(
        out,
        "  {}: {} {DIM}({}){DIM:#}\n",
        judged.rule.id,
        printed(&judged.message),
        printed(&words.join(" "))
    );
}

fn write_summary(out: &mut String, report: &Changes, options: DiffOptions) {
    let size = &report.size;
    let noun = match size.of_schemas {
        true => "schema",
        false => "operation",
    };
    let operations = |count: usize| match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    };
    let named = |name: &super::ContractName, count: usize| match name.title == name.given {
        true => format!("{} ({})", name.given, operations(count)),
        false => format!("{} ({}, {})", name.title, name.given, operations(count)),
    };
    put!(
        out,
        "{BOLD}Compared{BOLD:#} {} with {}.\n",
        printed(&named(&report.old, size.old_operations)),
        printed(&named(&report.new, size.new_operations)),
    );
    if size.unusable > 0 {
        put!(
            out,
            "{} of the contracts could not be used (see above), so {} not compared.\n",
            if size.unusable == 1 {
                "1 part".to_owned()
            } else {
                format!("{} parts", size.unusable)
            },
            if size.unusable == 1 { "it was" } else { "they were" },
        );
    }
    if size.misshapen > 0 {
        let parts = match size.misshapen {
            1 => "1 part of the contracts violates the OpenAPI specification".to_owned(),
            count => format!("{count} parts of the contracts violate the OpenAPI specification"),
        };
        put!(out, "{parts}; run `wiredrift lint` for details.\n");
    }
    if !report.equivalent.is_empty() && !options.equivalent {
        let edits = if report.equivalent.len() == 1 {
            "edit was"
        } else {
            "edits were"
        };
        put!(
            out,
            "{} {edits} proved equivalent (--show-equivalent).\n",
            report.equivalent.len()
        );
    }
    let counts: Vec<String> = counts(report)
        .into_iter()
        .map(|(level, words)| {
            let style = style_of(level);
            format!("{style}{words}{style:#}")
        })
        .collect();
    match counts.is_empty() {
        true => {
            put!(out, "{}\n", nothing(report));
        }
        false => {
            put!(out, "Found {}. {}\n", counts.join(", "), advice(report));
        }
    }
    for sentence in report.exempt.sentences("change") {
        put!(out, "{sentence}\n");
    }
}

/// Renders one change like `text` does.
#[must_use]
pub fn change_text(judged: &Change) -> String {
    let mut out = String::new();
    write_change(&mut out, judged, DiffOptions::default(), true, &mut None);
    fitted(&out, Columns::default())
}
