//! What a text report ends with: payloads, problems, the table of operations, the verdict.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::capture::ReadProblem;
use crate::location::{Origin, Position};
use crate::observe::{Judged, PayloadVerdict, Skipped};
use crate::redact::{Shown, printed, sanitised};
use crate::report::render::numbers::{plural, share, thousands};
use crate::report::render::wrap::{cut, wrapped};
use crate::rules::Level;

use super::block::{shown, style_of};
use super::groups::scores;
use super::options::TextOptions;
use super::{ContractSize, Periods, Report, Unsure, is_about_coverage};

/// Rows of the list of payloads that are shown without being asked for.
const PAYLOADS_SHOWN: usize = 20;

/// Places of a problem that are shown.
const PLACES_SHOWN: usize = 4;

/// Rows of the table of operations.
const OPERATIONS_SHOWN: usize = 15;

const BOLD: Style = Style::new().bold();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();
const DIM: Style = Style::new().dimmed();

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

pub(super) fn write_payloads(out: &mut String, report: &Report, options: TextOptions) {
    if report.judged.is_empty() {
        return;
    }
    let shown = if options.payloads { usize::MAX } else { PAYLOADS_SHOWN };
    put!(out, "{BOLD}Payloads{BOLD:#}\n");
    let mut judged: Vec<&Judged> = report.judged.iter().collect();
    if judged.len() > shown {
        // What deviates is not cut for what conforms.
        judged.sort_by_key(|judged| judged.verdict == PayloadVerdict::Conforms);
    }
    judged.truncate(shown);
    let rows = judged.iter().map(|judged| payload_row(judged, report.versions_open));
    let rows: Vec<[String; 3]> = rows.collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].width())
            .max()
            .unwrap_or(0)
    };
    let (first, second) = (width(0), width(1));
    for (row, judged) in rows.iter().zip(&judged) {
        let style = match judged.verdict {
            PayloadVerdict::Conforms => AnsiColor::Green.on_default(),
            PayloadVerdict::Deviates | PayloadVerdict::Malformed => AnsiColor::BrightRed.on_default(),
            PayloadVerdict::Placeholders
            | PayloadVerdict::Refused
            | PayloadVerdict::NoSchema
            | PayloadVerdict::OtherMediaType
            | PayloadVerdict::Undecided
            | PayloadVerdict::Unmatched => DIM,
        };
        let pad = |text: &str, width: usize| " ".repeat(width - text.width());
        put!(
            out,
            "  {}{}  {}{}  {style}{}{style:#}\n",
            row[0],
            pad(&row[0], first),
            row[1],
            pad(&row[1], second),
            row[2]
        );
    }
    let more = report.payloads().saturating_sub(rows.len() as u64);
    if more > 0 {
        put!(out, "  {DIM}… and {more} more{DIM:#}\n");
    }
    out.push('\n');
}

/// Place, operation and verdict; the version where several are at hand.
fn payload_row(judged: &Judged, names_version: bool) -> [String; 3] {
    let target = match &judged.target {
        Some(target) if names_version => format!("{} {target}", target.contract),
        Some(target) => target.to_string(),
        None => "-".to_owned(),
    };
    let mut verdict = judged.verdict.words().to_owned();
    if !judged.variants.is_empty() {
        put!(verdict, " as {}", judged.variants.join(", "));
    }
    let shown_of = |text: &str| Shown::new(text).to_string();
    [shown(&judged.origin), shown_of(&target), shown_of(&verdict)]
}

pub(super) fn write_problems(out: &mut String, report: &Report, options: TextOptions) {
    let level = style_of(Level::Error);
    // The same problem of one file is reported once, with its first places.
    let mut groups: Vec<(&ReadProblem, Vec<&Origin>)> = Vec::new();
    for problem in &report.problems {
        let is_same = |known: &ReadProblem| {
            (&known.message, &known.origin.file) == (&problem.message, &problem.origin.file)
        };
        match groups.iter_mut().rev().find(|(known, _)| is_same(known)) {
            Some((_, origins)) => origins.push(&problem.origin),
            None => groups.push((problem, vec![&problem.origin])),
        }
    }
    for (problem, origins) in groups {
        let origin = &problem.origin;
        // A problem at the very start is one of the file as a whole.
        let is_whole = origin.position == Position::START;
        let file = printed(&origin.file);
        let part = if is_whole { "" } else { "all of " };
        let text = format!("error: cannot read {part}{file}: {}", Shown::new(&problem.message));
        let text = wrapped(&text, options.width, "", "  ");
        let rest = text.strip_prefix("error").unwrap_or(&text);
        put!(out, "{level}error{level:#}{BOLD}{rest}{BOLD:#}\n");
        if !is_whole {
            let mut place = shown(origin);
            for other in origins.iter().skip(1).take(PLACES_SHOWN - 1) {
                put!(place, ", {}:{}", other.position.line, other.position.column);
            }
            let more = origins.len().saturating_sub(PLACES_SHOWN);
            if more > 0 {
                put!(place, " and {more} more");
            }
            put!(out, "  {FRAME}-->{FRAME:#} {place}\n");
        }
        out.push('\n');
    }
    let more = report
        .problems_met
        .saturating_sub(report.problems.len() as u64);
    if more > 0 {
        put!(
            out,
            "{level}error{level:#}{BOLD}: {} could not be read{BOLD:#}\n\n",
            counted(more, "more input")
        );
    }
    for target in &report.folded {
        let text = format!(
            "The payloads of {} have more than {} different paths; values at further paths count for the \
             nearest path above.",
            sanitised(target),
            crate::limits::PATHS
        );
        out.push_str(&paragraph(&text, options));
        out.push('\n');
    }
    for Skipped { path, reason } in &report.skipped {
        let path = printed(&path.display().to_string());
        put!(
            out,
            "{DIM}skipped: {path} ({reason}){DIM:#}\n"
        );
    }
    if !report.skipped.is_empty() {
        out.push('\n');
    }
}

pub(super) fn write_summary(out: &mut String, report: &Report, options: TextOptions) {
    match report.contract_checked {
        Some(size) => write_size(out, report, size, options),
        None => match &report.periods {
            Some(periods) => write_periods(out, periods, options),
            None => {
                write_operations(out, report, options);
                write_checked(out, report, options);
            }
        },
    }
    write_counts(out, report, options);
    for sentence in report.exempt.sentences("finding") {
        out.push_str(&paragraph(&sentence, options));
    }
}

/// Comparisons with too few samples that are listed.
const UNSURE_SHOWN: usize = 5;

/// What was compared, and what could not be, for lack of samples.
fn write_periods(out: &mut String, periods: &Periods, options: TextOptions) {
    if !periods.unsure.is_empty() {
        put!(out, "{BOLD}Too few samples to tell{BOLD:#}\n");
        for Unsure { what, before, now } in periods.unsure.iter().take(UNSURE_SHOWN) {
            let text = format!("{} ({} before, {} now)", sanitised(what), thousands(*before), thousands(*now));
            out.push_str(&wrapped(&text, options.width, "  ", "    "));
            out.push('\n');
        }
        let more = periods.unsure.len().saturating_sub(UNSURE_SHOWN);
        if more > 0 {
            put!(out, "  {DIM}… and {more} more{DIM:#}\n");
        }
        out.push('\n');
    }
    out.push_str(&paragraph(&periods.sentence(), options));
}

/// How large the contract is that was checked itself.
fn write_size(out: &mut String, report: &Report, size: ContractSize, options: TextOptions) {
    let text = format!(
        "Checked the contract {}: {}, {}, {}.",
        report.contract,
        counted(size.operations as u64, "operation"),
        counted(size.schemas as u64, "schema"),
        counted(size.documents as u64, "document"),
    );
    out.push_str(&paragraph(&text, options));
}

/// The operations that have findings, and how many of their payloads deviate.
fn write_operations(out: &mut String, report: &Report, options: TextOptions) {
    let scores = scores(report);
    // What one operation has stands right above.
    if scores.len() < 2 {
        return;
    }
    let shown = &scores[..scores.len().min(OPERATIONS_SHOWN)];
    const NUMBERS: usize = "  errors  warnings  deviating payloads".len();
    let titles: Vec<String> = shown.iter().map(|score| score.row.title()).collect();
    let widest = titles.iter().map(|title| title.width()).max().unwrap_or(0).max("operation".len());
    let width = widest.min(options.width.saturating_sub(NUMBERS));
    let pad = |text: &str| " ".repeat(width.saturating_sub(text.width()));
    put!(
        out,
        "{BOLD}operation{}  errors  warnings  deviating payloads{BOLD:#}\n",
        pad("operation")
    );
    for (score, title) in shown.iter().zip(&titles) {
        let title = cut(&Shown::new(title), width);
        let (all, deviating) = (score.row.payloads, score.row.deviating);
        let payloads = match all {
            0 => "–".to_owned(),
            _ => format!("{deviating} of {all} ({})", share(deviating, all)),
        };
        let number = |count: usize, level, width: usize| {
            let style = if count > 0 { style_of(level) } else { Style::new() };
            format!("{}{style}{count}{style:#}", " ".repeat(width - count.to_string().len().min(width)))
        };
        put!(
            out,
            "{title}{}  {}  {}  {payloads:>18}\n",
            pad(&title),
            number(score.errors, Level::Error, 6),
            number(score.warnings, Level::Warning, 8),
        );
    }
    if scores.len() > shown.len() {
        put!(out, "{DIM}and {} more operations with findings{DIM:#}\n", scores.len() - shown.len());
    }
    out.push('\n');
}

/// How many payloads were compared, and what came out.
fn write_checked(out: &mut String, report: &Report, options: TextOptions) {
    let payloads = report.payloads();
    let files = report.sources.len();
    if files == 0 {
        // What could not be read is said above and below.
        return;
    }
    let mut text = format!(
        "{} {} from {} against {}",
        if report.problems.is_empty() {
            "Checked"
        } else {
            "Checked only"
        },
        match report.exchanges {
            exchanges if exchanges == payloads => counted(payloads, "payload"),
            exchanges => {
                format!(
                    "{} in {}",
                    counted(payloads, "payload"),
                    counted(exchanges, "exchange")
                )
            }
        },
        counted(files as u64, "file"),
        report.contract
    );
    let verdicts: Vec<String> = report
        .verdicts
        .iter()
        .map(|(verdict, count)| format!("{} {}", thousands(*count), verdict_words(*verdict, *count)))
        .collect();
    if !verdicts.is_empty() {
        put!(text, ": {}", verdicts.join(", "));
    }
    text.push('.');
    out.push_str(&paragraph(&text, options));
    write_coverage(out, report, options);
    if report.versions_open && !report.versions.is_empty() {
        let versions: Vec<String> = report
            .versions
            .iter()
            .map(|(contract, count)| format!("{contract} {count}"))
            .collect();
        put!(out, "Payloads by version: {}.\n", versions.join(", "));
    }
}

/// How much of the captures belongs to the contract, and which operations they never exercised.
fn write_coverage(out: &mut String, report: &Report, options: TextOptions) {
    /// Operations that are listed.
    const LISTED: usize = 5;
    let others = report.of_no_operation();
    let mut lines = Vec::new();
    if report.matched > 0 && others > 0 {
        lines.push(format!(
            "{} of {} {} to no operation of the contract.",
            thousands(others),
            counted(report.exchanges, "exchange"),
            if others == 1 { "belongs" } else { "belong" },
        ));
    }
    if report.left_out() > 0 {
        lines.push(format!("Filtered out: {}.", counted(report.left_out(), "exchange")));
    }
    lines.extend(report.incoming_notes());
    let reasons = report.reasons();
    if !reasons.is_empty() {
        lines.push(format!("Not compared: {}.", reasons.join(", ")));
    }
    let unexercised: Vec<&str> = report.unexercised().map(|row| &*row.id).collect();
    // Who filters exchanges does not ask for the others.
    if report.matched > 0 && report.left_out() == 0 && !unexercised.is_empty() {
        let listed: Vec<String> = unexercised.iter().take(LISTED).map(|id| sanitised(id)).collect();
        let more = match unexercised.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        lines.push(format!(
            "Never exercised: {} of {}: {}{more}.",
            unexercised.len(),
            counted(report.operations.len() as u64, "operation"),
            listed.join(", ")
        ));
    }
    let silent: Vec<&crate::rules::Finding> =
        report.findings.iter().filter(|finding| is_about_coverage(finding)).collect();
    if !silent.is_empty() && !options.coverage {
        let count = |properties: bool| -> usize {
            let lists = silent.iter().map(|finding| match properties {
                true => finding.properties.len(),
                false => finding.values.len(),
            });
            lists.sum()
        };
        let parts = [(count(true), "declared property"), (count(false), "declared enum value")];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, what)| counted(*count as u64, what)).collect();
        lines.push(format!("Never seen: {} (--coverage lists them).", parts.join(", ")));
    }
    for line in lines {
        out.push_str(&paragraph(&line, options));
    }
}

fn write_counts(out: &mut String, report: &Report, options: TextOptions) {
    let findings = report.shown(options.coverage);
    let levels: Vec<String> = [Level::Error, Level::Warning, Level::Info]
        .into_iter()
        .filter_map(|level| {
            let count = findings.iter().filter(|finding| finding.level == level).count();
            let style = style_of(level);
            let name = match level {
                Level::Info => format!("{} info", thousands(count as u64)),
                other => counted(count as u64, &other.to_string()),
            };
            (count > 0).then(|| format!("{style}{name}{style:#}"))
        })
        .collect();
    let mut words = Vec::new();
    if !levels.is_empty() {
        words.push(format!("Found {}", levels.join(", ")));
    } else if report.exchanges > 0 || report.contract_checked.is_some() {
        words.push(report.exempt.nothing("findings"));
    }
    if !report.problems.is_empty() {
        words.push(format!("{} could not be read", counted(report.problems_met, "input")));
    }
    if !words.is_empty() {
        put!(out, "{}.\n", words.join("; "));
    }
    if options.names_suggest {
        put!(out, "If the contract is wrong, `--suggest` proposes edits of it.\n");
    }
}

fn verdict_words(verdict: PayloadVerdict, count: u64) -> &'static str {
    match (verdict, count) {
        (_, 1) => verdict.words(),
        (PayloadVerdict::Conforms, _) => "conform",
        (PayloadVerdict::Placeholders, _) => "conform but for placeholders",
        (PayloadVerdict::Deviates, _) => "deviate",
        (PayloadVerdict::Refused, _) => "were rejected by the server, as they should be",
        (PayloadVerdict::Malformed, _) => "are malformed",
        (PayloadVerdict::NoSchema, _) => "have no schema",
        (PayloadVerdict::OtherMediaType, _) => "have media types that are not compared",
        (PayloadVerdict::Unmatched, _) => "fit no operation",
        (PayloadVerdict::Undecided, _) => "fit several operations equally",
    }
}

fn counted(count: u64, unit: &str) -> String {
    plural(count, unit)
}

/// A paragraph of the closing summary.
fn paragraph(text: &str, options: TextOptions) -> String {
    wrapped(text, options.width, "", "  ") + "\n"
}
