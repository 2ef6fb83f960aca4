//! The diff for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use similar::ChangeTag;

use crate::capture::redact::sanitised;
use crate::diff::{Sender, Verdict, Witness};
use crate::report::text::{finding_text, shown, style_of};
use crate::rules::{JudgedChange, Level};
use crate::shown::printed;

use super::words::{
    advice, counts, lines, place, reach, title, verdict, witness_lines, witness_title,
};
use super::{DiffOptions, DiffReport};

/// Lines of a witness that are shown, and lines around its mark.
const WITNESS_SHOWN: usize = 24;
const AROUND_MARK: usize = 8;

/// How to see more places.
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

/// Renders the diff with ANSI styles; whoever prints it strips them where they are not wanted.
#[must_use]
pub fn text(report: &DiffReport, options: DiffOptions) -> String {
    let mut out = String::new();
    for finding in &report.unusable {
        out.push_str(&finding_text(finding));
    }
    for (title, changes) in report.groups() {
        write_group(&mut out, &title, &changes, options);
    }
    if options.equivalent && !report.equivalent.is_empty() {
        put!(out, "{BOLD}Edits that mean the same{BOLD:#}\n\n");
        for judged in &report.equivalent {
            write_equivalent(&mut out, judged);
        }
        out.push('\n');
    }
    write_summary(&mut out, report, options);
    out
}

fn write_group(out: &mut String, title: &str, changes: &[&JudgedChange], options: DiffOptions) {
    put!(out, "{BOLD}{}{BOLD:#}\n", printed(title));
    // What all changes of the group have in common is said once.
    let shared = changes
        .first()
        .map(|first| &first.change.reach)
        .filter(|reach| {
            changes.len() > 1
                && !reach.is_empty()
                && changes.iter().all(|c| c.change.reach == **reach)
        });
    if let (Some(_), Some(first)) = (shared, changes.first())
        && let Some(words) = reach(&first.change, options.all_places, HINT)
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
    judged: &'j JudgedChange,
    options: DiffOptions,
    tell_reach: bool,
    shown_before: &mut Option<&'j Witness>,
) {
    let level = style_of(judged.level);
    let change = &judged.change;
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
        row(&format!("a guess: {guess}"));
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

fn write_equivalent(out: &mut String, judged: &JudgedChange) {
    let mut words = vec![title(&judged.change.owner)];
    words.extend(place(judged));
    put!(
        out,
        "  {}: {} {DIM}({}){DIM:#}\n",
        judged.rule.id,
        printed(&judged.message),
        printed(&words.join(" "))
    );
}

fn write_summary(out: &mut String, report: &DiffReport, options: DiffOptions) {
    let size = &report.size;
    let noun = match size.of_schemas {
        true => "schema",
        false => "operation",
    };
    let operations = |count: usize| match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    };
    put!(
        out,
        "{BOLD}Compared{BOLD:#} {} ({}) with {} ({}).\n",
        printed(&report.old.given),
        operations(size.old_operations),
        printed(&report.new.given),
        operations(size.new_operations),
    );
    if size.unusable > 0 {
        put!(
            out,
            "{} of the contracts could not be used (see above), so nothing is said of {}.\n",
            if size.unusable == 1 {
                "1 part".to_owned()
            } else {
                format!("{} parts", size.unusable)
            },
            if size.unusable == 1 { "it" } else { "them" },
        );
    }
    if size.misshapen > 0 {
        let parts = match size.misshapen {
            1 => "1 part of the contracts is not as OpenAPI specifies it".to_owned(),
            count => format!("{count} parts of the contracts are not as OpenAPI specifies them"),
        };
        put!(out, "{parts}; `wiredrift lint` lists what.\n");
    }
    if !report.equivalent.is_empty() && !options.equivalent {
        let edits = if report.equivalent.len() == 1 {
            "edit was"
        } else {
            "edits were"
        };
        put!(
            out,
            "{} {edits} proved to mean the same (--show-equivalent).\n",
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
        true => out.push_str("No changes.\n"),
        false => {
            put!(out, "Found {}. {}\n", counts.join(", "), advice(report));
        }
    }
}

/// Renders one change, as [`text`] does.
#[must_use]
pub fn change_text(judged: &JudgedChange) -> String {
    let mut out = String::new();
    write_change(&mut out, judged, DiffOptions::default(), true, &mut None);
    out
}
