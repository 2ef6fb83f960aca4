//! The report for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::capture::ReadProblem;
use crate::redact::sanitised;
use crate::location::{Origin, Position};
use crate::observe::{Evidence, Judged, PayloadVerdict};
use crate::rules::catalogue::OTHER_VERSION;
use crate::rules::{Finding, FindingPlace, Level, SeenValue, Unit};
use crate::redact::Shown;

use super::{ContractSize, Report};

/// Values of a finding that are shown.
const VALUES_SHOWN: usize = 12;

/// Places in the contract that are shown.
const PLACES_SHOWN: usize = 4;

/// Rows of the list of payloads that are shown without being asked for.
const PAYLOADS_SHOWN: usize = 20;

const BOLD: Style = Style::new().bold();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// How the text is laid out.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextOptions {
    /// List the verdict on each payload.
    pub payloads: bool,
}

/// Renders the report with ANSI styles; whoever prints it strips them where they are not wanted.
#[must_use]
pub fn text(report: &Report, options: TextOptions) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        write_finding(&mut out, finding);
    }
    if options.payloads || report.versions_open {
        write_payloads(&mut out, report, options.payloads);
    }
    write_problems(&mut out, report);
    write_summary(&mut out, report);
    out
}

pub(crate) fn style_of(level: Level) -> Style {
    let color = match level {
        Level::Error => AnsiColor::BrightRed,
        Level::Warning => AnsiColor::BrightYellow,
        Level::Info | Level::Off => AnsiColor::BrightCyan,
    };
    color.on_default().bold()
}

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

fn write_finding(out: &mut String, finding: &Finding) {
    let level = style_of(finding.level);
    put!(
        out,
        "{level}{}[{}]{level:#}{BOLD}: {}{BOLD:#}\n",
        finding.level,
        finding.rule.id,
        finding.message
    );
    let gutter = match finding.evidence.first() {
        Some(evidence) => write_excerpt(out, finding, evidence),
        None => 2,
    };
    let row = |out: &mut String, text: &Shown| {
        put!(out, "{:gutter$}{FRAME}={FRAME:#} {text}\n", "");
    };
    for place in finding.places.iter().take(PLACES_SHOWN) {
        if let Some(place) = place_words(place) {
            row(out, &Shown::new(&format!("in {place}")));
        }
    }
    if finding.places.len() > PLACES_SHOWN {
        row(
            out,
            &Shown::new(&format!(
                "and in {} more places",
                finding.places.len() - PLACES_SHOWN
            )),
        );
    }
    if !finding.declared.is_empty() {
        let mut declared: Vec<String> = finding.declared.iter().map(shown).collect();
        if declared.len() > PLACES_SHOWN {
            let more = declared.len() - PLACES_SHOWN;
            declared.truncate(PLACES_SHOWN);
            declared.push(format!("{more} more places"));
        }
        row(
            out,
            &Shown::new(&format!("declared at {}", declared.join(", "))),
        );
    }
    if let Some(values) = values_words(&finding.values) {
        row(out, &Shown::new(&values));
    }
    if let Some(seen) = seen_words(finding) {
        row(out, &Shown::new(&seen));
    }
    if !finding.known_to.is_empty() {
        let known = format!("known to {}", finding.known_to.join(", "));
        row(out, &Shown::new(&known));
    }
    for note in &finding.notes {
        row(out, note);
    }
    out.push('\n');
}

/// A place as text that does nothing to a terminal: names of files may hold anything.
pub(crate) fn shown(origin: &Origin) -> String {
    let position = origin.position;
    format!(
        "{}:{}:{}",
        sanitised(&origin.file),
        position.line,
        position.column
    )
}

/// Writes place, line and mark of a piece of evidence; returns the width of the gutter.
fn write_excerpt(out: &mut String, finding: &Finding, evidence: &Evidence) -> usize {
    let line = evidence.origin.position.line.to_string();
    let gutter = line.width() + 1;
    let entry = match evidence.origin.entry {
        Some(entry) if entry != evidence.origin.position.line => format!(" (entry {entry})"),
        Some(_) | None => String::new(),
    };
    put!(
        out,
        "{:indent$}{FRAME}-->{FRAME:#} {}{entry}\n",
        "",
        shown(&evidence.origin),
        indent = gutter - 1
    );
    let excerpt = &evidence.excerpt;
    if excerpt.text.is_empty() {
        return gutter;
    }
    let level = style_of(finding.level);
    put!(out, "{:gutter$}{FRAME}|{FRAME:#}\n", "");
    put!(out, "{FRAME}{line} |{FRAME:#} {}\n", excerpt.text);
    put!(
        out,
        "{:gutter$}{FRAME}|{FRAME:#} {:caret$}{level}{} {}{level:#}\n",
        "",
        "",
        "^".repeat(excerpt.width),
        finding.label,
        caret = excerpt.caret
    );
    put!(out, "{:gutter$}{FRAME}|{FRAME:#}\n", "");
    gutter
}

/// `list-organisations response 200 at /data/*`
fn place_words(place: &FindingPlace) -> Option<String> {
    let target = place.target.as_ref()?;
    let mut words = target.to_string();
    let path = place.path.to_string();
    if !path.is_empty() {
        put!(words, " at {path}");
    }
    put!(words, " ({})", target.contract);
    Some(words)
}

fn values_words(values: &[SeenValue]) -> Option<String> {
    if values.is_empty() {
        return None;
    }
    let mut words: Vec<String> = values
        .iter()
        .take(VALUES_SHOWN)
        .map(|value| {
            let known = match (value.known_to.as_slice(), &value.near) {
                ([], None) => String::new(),
                ([], Some(near)) => format!(" (did you mean `{near}`?)"),
                (known, _) => format!(" (known to {})", known.join(", ")),
            };
            format!("`{}` {}×{known}", value.value, value.count)
        })
        .collect();
    if values.len() > VALUES_SHOWN {
        words.push(format!("{} more", values.len() - VALUES_SHOWN));
    }
    Some(format!("values: {}", words.join(", ")))
}

/// `seen 12 times, in 2 of 3 payloads; also at a.json:1:2`
fn seen_words(finding: &Finding) -> Option<String> {
    if finding.count == 0 {
        return None;
    }
    if finding.unit == Unit::Place {
        return (finding.count > 1)
            .then(|| format!("in {} places{}", finding.count, also_at(finding)));
    }
    let times = match finding.count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    let mut words = format!("seen {times}");
    if finding.of_payloads > 0 {
        let unit = finding.unit.word();
        let share = match (finding.payloads, finding.of_payloads) {
            (_, 1) => format!("in its only {unit}"),
            (some, all) if some == all => format!("in all {all} {unit}s"),
            (some, all) => format!("in {some} of {all} {unit}s ({} %)", percent(some, all)),
        };
        put!(words, ", {share}");
    }
    Some(words + &also_at(finding))
}

/// `; also at a.json:1:2, 3:4`
fn also_at(finding: &Finding) -> String {
    // A place in the same file as the place before is written without the file.
    let others: Vec<String> = finding
        .evidence
        .windows(2)
        .map(|pair| {
            let origin = &pair[1].origin;
            if origin.file == pair[0].origin.file {
                format!("{}:{}", origin.position.line, origin.position.column)
            } else {
                shown(origin)
            }
        })
        .collect();
    match others.is_empty() {
        true => String::new(),
        false => format!("; also at {}", others.join(", ")),
    }
}

/// Whole percents, but never 0 for some or 100 for less than all.
fn percent(some: u64, all: u64) -> u64 {
    (some * 100 / all.max(1)).clamp(1, 99)
}

fn write_payloads(out: &mut String, report: &Report, all: bool) {
    if report.judged.is_empty() {
        return;
    }
    let shown = if all { usize::MAX } else { PAYLOADS_SHOWN };
    put!(out, "{BOLD}payloads{BOLD:#}\n");
    let mut judged: Vec<&Judged> = report.judged.iter().collect();
    if judged.len() > shown {
        // What deviates is not cut for what conforms.
        judged.sort_by_key(|judged| judged.verdict == PayloadVerdict::Conforms);
    }
    judged.truncate(shown);
    let rows: Vec<[String; 3]> = judged.iter().map(|judged| payload_row(judged)).collect();
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

fn payload_row(judged: &Judged) -> [String; 3] {
    let target = match &judged.target {
        Some(target) => format!("{} {target}", target.contract),
        None => "-".to_owned(),
    };
    let mut verdict = judged.verdict.words().to_owned();
    if !judged.variants.is_empty() {
        put!(verdict, " as {}", judged.variants.join(", "));
    }
    let shown_of = |text: &str| Shown::new(text).to_string();
    [shown(&judged.origin), shown_of(&target), shown_of(&verdict)]
}

fn write_problems(out: &mut String, report: &Report) {
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
        let mut place = if origin.position == Position::START {
            sanitised(&origin.file)
        } else {
            shown(origin)
        };
        for other in origins.iter().skip(1).take(PLACES_SHOWN - 1) {
            put!(place, ", {}:{}", other.position.line, other.position.column);
        }
        let more = origins.len().saturating_sub(PLACES_SHOWN);
        if more > 0 {
            put!(place, " and {more} more");
        }
        put!(
            out,
            "{level}not read{level:#}{BOLD}: {}{BOLD:#}\n  {FRAME}-->{FRAME:#} {place}\n\n",
            Shown::new(&problem.message)
        );
    }
    let more = report
        .problems_met
        .saturating_sub(report.problems.len() as u64);
    if more > 0 {
        put!(
            out,
            "{level}not read{level:#}{BOLD}: {} that are not listed{BOLD:#}\n\n",
            counted(more, "more input")
        );
    }
    for target in &report.folded {
        put!(
            out,
            "The payloads of {} have more than {} different places; what is met beyond them counts for the place \
             above.\n\n",
            sanitised(target),
            crate::limits::PATHS
        );
    }
    for (path, reason) in &report.skipped {
        let path = sanitised(&path.display().to_string());
        put!(
            out,
            "{DIM}passed over: {path} ({reason}){DIM:#}
"
        );
    }
    if !report.skipped.is_empty() {
        out.push('\n');
    }
}

fn write_summary(out: &mut String, report: &Report) {
    match report.contract_checked {
        Some(size) => write_size(out, report, size),
        None => write_checked(out, report),
    }
    write_counts(out, report);
}

/// What a contract is made of that was checked itself.
fn write_size(out: &mut String, report: &Report, size: ContractSize) {
    put!(
        out,
        "{BOLD}Checked{BOLD:#} the contract {}: {}, {}, {}.\n",
        report.contract,
        counted(size.operations as u64, "operation"),
        counted(size.schemas as u64, "schema"),
        counted(size.documents as u64, "document"),
    );
}

/// How many payloads were compared, and what came out.
fn write_checked(out: &mut String, report: &Report) {
    let payloads = report.payloads();
    let files = report.sources.len();
    put!(
        out,
        "{BOLD}{}{BOLD:#} {} from {} against {}",
        if report.problems.is_empty() {
            "Checked"
        } else {
            "Checked in part:"
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
        .map(|(verdict, count)| format!("{count} {}", verdict_words(*verdict, *count)))
        .collect();
    if !verdicts.is_empty() {
        put!(out, ": {}", verdicts.join(", "));
    }
    out.push_str(".\n");
    write_coverage(out, report);
    if report.versions_open && !report.versions.is_empty() {
        let versions: Vec<String> = report
            .versions
            .iter()
            .map(|(contract, count)| format!("{contract} {count}"))
            .collect();
        put!(out, "Payloads by version: {}.\n", versions.join(", "));
    }
    let mut spoken: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &report.findings {
        if *finding.rule == OTHER_VERSION {
            *spoken.entry(&finding.subject).or_default() += finding.count;
        }
    }
    for (version, count) in spoken {
        let (fit, them) = if count == 1 {
            ("fits", "it")
        } else {
            ("fit", "them")
        };
        put!(
            out,
            "{BOLD}{} {fit} {version} better than {}: check {them} against that.{BOLD:#}\n",
            counted(count, "payload"),
            report.contract
        );
    }
}

/// How much of the captures belongs to the contract, and which operations they never exercised.
fn write_coverage(out: &mut String, report: &Report) {
    /// Operations that are listed.
    const LISTED: usize = 5;
    let others = report
        .exchanges
        .saturating_sub(report.matched + report.left_out);
    if report.matched > 0 && others > 0 {
        put!(
            out,
            "{} {} to the contract, {others} {} not.\n",
            counted(report.matched, "exchange"),
            if report.matched == 1 {
                "belongs"
            } else {
                "belong"
            },
            if others == 1 { "does" } else { "do" },
        );
    }
    if report.left_out > 0 {
        put!(
            out,
            "{} left out by --operation, --side or --status.\n",
            counted(report.left_out, "exchange")
        );
    }
    if report.matched > 0 && !report.unexercised.is_empty() {
        let ids = report.unexercised.iter().take(LISTED);
        let listed: Vec<String> = ids.map(|id| sanitised(id)).collect();
        let more = match report.unexercised.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        put!(
            out,
            "Not exercised: {} of {}: {}{more}.\n",
            report.unexercised.len(),
            counted(report.operations as u64, "operation"),
            listed.join(", ")
        );
    }
}

fn write_counts(out: &mut String, report: &Report) {
    let levels: Vec<String> = [Level::Error, Level::Warning, Level::Info]
        .into_iter()
        .filter_map(|level| {
            let count = report.at_level(level);
            let style = style_of(level);
            let name = match level {
                Level::Info => "info".to_owned(),
                other => plural(count as u64, &other.to_string()),
            };
            (count > 0).then(|| format!("{style}{count} {name}{style:#}"))
        })
        .collect();
    let findings = if levels.is_empty() {
        "No findings".to_owned()
    } else {
        format!("Found {}", levels.join(", "))
    };
    put!(out, "{findings}");
    if !report.problems.is_empty() {
        put!(
            out,
            "; {} could not be read",
            counted(report.problems_met, "input")
        );
    }
    out.push_str(".\n");
}

fn verdict_words(verdict: PayloadVerdict, count: u64) -> &'static str {
    match (verdict, count) {
        (_, 1) => verdict.words(),
        (PayloadVerdict::Conforms, _) => "conform",
        (PayloadVerdict::Placeholders, _) => "conform but for placeholders",
        (PayloadVerdict::Deviates, _) => "deviate",
        (PayloadVerdict::Refused, _) => "were rejected by the server, as they should be",
        (PayloadVerdict::Malformed, _) => "are not JSON",
        (PayloadVerdict::NoSchema, _) => "have no schema",
        (PayloadVerdict::OtherMediaType, _) => "have media types that are not compared",
        (PayloadVerdict::Unmatched, _) => "fit no operation",
        (PayloadVerdict::Undecided, _) => "fit several operations equally",
    }
}

fn counted(count: u64, unit: &str) -> String {
    format!("{count} {}", plural(count, unit))
}

fn plural(count: u64, unit: &str) -> String {
    if count == 1 {
        unit.to_owned()
    } else {
        format!("{unit}s")
    }
}

/// Renders one finding, as `text` does.
#[must_use]
pub fn finding_text(finding: &Finding) -> String {
    let mut out = String::new();
    write_finding(&mut out, finding);
    out
}
