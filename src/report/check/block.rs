//! One finding as text: headline, excerpt, facts.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::observe::{Evidence, TrafficFact};
use crate::redact::{Shown, linked, sanitised};
use crate::location::Origin;
use crate::report::render::numbers::percent;
use crate::report::render::wrap::{KEEP, WIDTH, wrapped};
use crate::rules::{Finding, Level, Matter, Seen, Unit};

/// Values of a finding that are shown.
const VALUES_SHOWN: usize = 8;

/// Places in the contract, or operations, that are shown.
const PLACES_SHOWN: usize = 3;

/// Differences of payloads that match another version that are shown.
const DIFFERENCES_SHOWN: usize = 12;

const BOLD: Style = Style::new().bold();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();

/// What surrounds a block, so that it need not say it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'r> {
    /// The contract as it was named. A long path is given once, at the end of the report.
    pub(super) contract: &'r str,
    /// Columns of a line.
    pub(super) width: usize,
    /// Whether places are links to their files.
    pub(super) links: bool,
    /// Whether the heading names the operation.
    pub(super) names_operation: bool,
    /// Whether `name@version` is to be named: several versions are at hand.
    pub(super) names_version: bool,
}

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

pub(crate) fn style_of(level: Level) -> Style {
    let color = match level {
        Level::Error => AnsiColor::BrightRed,
        Level::Warning => AnsiColor::BrightYellow,
        Level::Info | Level::Off => AnsiColor::BrightCyan,
    };
    color.on_default().bold()
}

/// A place as text that does nothing to a terminal: names of files may hold anything.
pub(crate) fn shown(origin: &Origin) -> String {
    origin.to_string()
}

/// Renders one finding by itself.
#[must_use]
pub fn finding_text(finding: &Finding) -> String {
    let mut out = String::new();
    let around = Around {
        contract: "",
        width: WIDTH,
        links: false,
        names_operation: false,
        names_version: false,
    };
    write_finding(&mut out, finding, around);
    out
}

pub(super) fn write_finding(out: &mut String, finding: &Finding, around: Around<'_>) {
    let level = style_of(finding.level);
    let head = format!("{}[{}]", finding.level, finding.rule.id);
    // The style is put in after the lines are broken: escapes have no width.
    let text = wrapped(&format!("{head}: {}", finding.headline()), around.width, "", "  ");
    let rest = text.strip_prefix(&head).unwrap_or(&text);
    for (index, line) in rest.split('\n').enumerate() {
        match index {
            0 => {
                put!(out, "{level}{head}{level:#}{BOLD}{line}{BOLD:#}\n");
            }
            _ => {
                put!(out, "{BOLD}{line}{BOLD:#}\n");
            }
        }
    }
    let gutter = match finding.evidence.first() {
        Some(evidence) => write_excerpt(out, finding, evidence, around),
        None => 2,
    };
    let rows = rows(finding, around);
    if has_excerpt(finding) && !rows.is_empty() {
        put!(out, "{:gutter$}{FRAME}|{FRAME:#}\n", "");
    }
    for row in rows {
        let indent = " ".repeat(gutter + 2);
        let text = wrapped(&row, around.width, &indent, &format!("{indent}  "));
        let text = text.get(indent.len()..).unwrap_or_default();
        put!(out, "{:gutter$}{FRAME}={FRAME:#} {text}\n", "");
    }
    out.push('\n');
}

/// The facts of a finding by itself, without its places in the captures.
pub(super) fn fact_rows(finding: &Finding, contract: &str) -> Vec<String> {
    let around = Around {
        contract,
        width: usize::MAX,
        links: false,
        names_operation: false,
        names_version: false,
    };
    let also = also_at(finding);
    let rows = rows(finding, around).into_iter();
    rows.filter(|row| Some(row) != also.as_ref()).map(|row| row.replace(KEEP, " ")).collect()
}

fn has_excerpt(finding: &Finding) -> bool {
    finding.evidence.first().is_some_and(|evidence| !evidence.excerpt.text.is_empty())
}

/// The facts below the excerpt.
fn rows(finding: &Finding, around: Around<'_>) -> Vec<String> {
    let mut rows = Vec::new();
    rows.extend(seen_words(finding));
    if let Some(also) = also_at(finding) {
        rows.push(also);
    }
    rows.extend(contract_words(finding, around));
    if !finding.known_to.is_empty() {
        rows.push(format!("declared by {}", finding.known_to.join(", ")));
    }
    if let Some(known) = shared_knowledge(finding) {
        rows.push(format!("declared by {}", known.join(", ")));
    }
    match finding.variants.as_slice() {
        [] => {}
        [one] => rows.push(format!("compared with the variant `{one}`")),
        several => rows.push(format!("compared with the variants {}", several.join(", "))),
    }
    rows.extend(finding.notes.iter().map(ToString::to_string));
    for difference in finding.differences.iter().take(DIFFERENCES_SHOWN) {
        let (level, rule) = (difference.level, difference.rule.id);
        rows.push(format!("{level}[{rule}]: {}", difference.headline()));
    }
    let more = finding.differences.len().saturating_sub(DIFFERENCES_SHOWN);
    if more > 0 {
        rows.push(format!("and {more} more differences"));
    }
    rows.into_iter().map(|row| Shown::new(&row).to_string()).collect()
}

/// Writes place, line and mark of a piece of evidence; returns the width of the gutter.
fn write_excerpt(out: &mut String, finding: &Finding, evidence: &Evidence, around: Around<'_>) -> usize {
    let line = evidence.origin.position.line.to_string();
    let gutter = line.width() + 1;
    let mut place = shown(&evidence.origin);
    match evidence.origin.entry {
        Some(entry) if entry != evidence.origin.position.line => {
            put!(place, " (entry {entry})");
        }
        Some(_) | None => {}
    }
    let pointer = evidence.pointer.to_string();
    let pointer = match pointer.is_empty() || finding.unit == Unit::Place {
        true => String::new(),
        false => format!(" at {}", sanitised(&pointer)),
    };
    let indent = " ".repeat(gutter + 3);
    let text = wrapped(&format!("{place}{pointer}"), around.width, &indent, &indent);
    let text = text.get(indent.len()..).unwrap_or_default();
    let origin = shown(&evidence.origin);
    let text = match text.strip_prefix(&*origin).filter(|_| around.links) {
        Some(rest) => format!("{}{rest}", linked(&origin, &evidence.origin.file)),
        None => text.to_owned(),
    };
    put!(out, "{:indent$}{FRAME}-->{FRAME:#} {text}\n", "", indent = gutter - 1);
    let columns = around.width.saturating_sub(gutter + 2);
    let excerpt = evidence.excerpt.fitted(columns);
    if excerpt.text.is_empty() {
        return gutter;
    }
    let level = style_of(finding.level);
    let label = finding.label();
    put!(out, "{:gutter$}{FRAME}|{FRAME:#}\n", "");
    put!(out, "{FRAME}{line} |{FRAME:#} {}\n", excerpt.text);
    let carets = "^".repeat(excerpt.width);
    let end = excerpt.caret + excerpt.width + 1 + label.width();
    let fits = end <= columns;
    put!(
        out,
        "{:gutter$}{FRAME}|{FRAME:#} {:caret$}{level}{}{level:#}\n",
        "",
        "",
        match fits {
            true => format!("{carets} {label}").trim_end().to_owned(),
            false => carets,
        },
        caret = excerpt.caret
    );
    if !fits {
        let before = columns.saturating_sub(label.width()).min(excerpt.caret);
        put!(
            out,
            "{:gutter$}{FRAME}|{FRAME:#} {:before$}{level}{label}{level:#}\n",
            "",
            ""
        );
    }
    gutter
}

/// `5 occurrences in 3 of 14 payloads (21 %): "xk" ×3, "gb_sct" ×2`
pub(super) fn seen_words(finding: &Finding) -> Option<String> {
    if finding.count == 0 {
        return None;
    }
    if finding.unit == Unit::Place {
        return (finding.count > 1).then(|| format!("in {} places", finding.count));
    }
    let mut words = match (finding.count, finding.payloads, finding.of_payloads) {
        (count, _, 0) => occurrences(count),
        (count, payloads, all) => {
            let unit = finding.unit.word();
            let share = match payloads == all {
                false if finding.is_at_least => {
                    format!("in at least {payloads} of {all} {unit}s ({})", percent(payloads, all))
                }
                true if all == 1 => format!("in 1 of 1 {unit}s"),
                true => format!("in all {all} {unit}s"),
                false => format!("in {payloads} of {all} {unit}s ({})", percent(payloads, all)),
            };
            match count == payloads {
                true => share,
                false => format!("{} {share}", occurrences(count)),
            }
        }
    };
    if let Some(days) = finding.period.days() {
        put!(words, ", {days}");
    }
    if let Some(list) = seen_list(finding) {
        put!(words, ": {list}");
    }
    Some(words)
}

fn occurrences(count: u64) -> String {
    match count {
        1 => "1 occurrence".to_owned(),
        count => format!("{count} occurrences"),
    }
}

/// What was seen, where the headline does not say all of it.
pub(super) fn seen_list(finding: &Finding) -> Option<String> {
    let seen = match finding.properties.is_empty() {
        true => &finding.values,
        false => &finding.properties,
    };
    let is_reason = matches!(finding.matter, Matter::Traffic(TrafficFact::Refused { .. }));
    // The headline names what is declared in place of one missing property.
    let is_near = |seen: &Seen| seen.near.is_some() && finding.properties.is_empty();
    let says_more = |seen: &Seen| is_reason || !seen.known_to.is_empty() || is_near(seen);
    if let [one] = seen.as_slice()
        && (!says_more(one) || shared_knowledge(finding).is_some())
    {
        return None;
    }
    let is_told_below = shared_knowledge(finding).is_some();
    let mut words: Vec<String> = seen
        .iter()
        .take(VALUES_SHOWN)
        .map(|seen| {
            let mut word = format!("`{}`", seen.value);
            if seen.count > 0 {
                put!(word, "{KEEP}×{}", seen.count);
            }
            match (seen.known_to.as_slice(), &seen.near) {
                ([], None) => {}
                ([], Some(near)) if finding.properties.is_empty() => {
                    put!(word, " (did you mean `{near}`?)");
                }
                ([], Some(near)) => {
                    put!(word, " (`{near}` is not declared)");
                }
                (known, _) if !is_told_below => {
                    put!(word, " (declared by {})", known.join(", "));
                }
                _ => {}
            }
            word
        })
        .collect();
    let more = seen.len().saturating_sub(VALUES_SHOWN);
    if more > 0 {
        words.push(format!("{more} more"));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// The other versions that declare all that was seen, where they are the same for each.
fn shared_knowledge(finding: &Finding) -> Option<&Vec<String>> {
    let mut seen = finding.properties.iter().chain(&finding.values);
    let first = &seen.next()?.known_to;
    (!first.is_empty() && seen.all(|seen| seen.known_to == *first)).then_some(first)
}

/// `also at a.json:1:2, 3:4`
fn also_at(finding: &Finding) -> Option<String> {
    // A place in the same file as the place before is written without the file.
    let others: Vec<String> = finding
        .evidence
        .windows(2)
        .map(|pair| {
            let origin = &pair[1].origin;
            match origin.file == pair[0].origin.file {
                true => format!("{}:{}", origin.position.line, origin.position.column),
                false => shown(origin),
            }
        })
        .collect();
    (!others.is_empty()).then(|| format!("also at {}", others.join(", ")))
}

/// A place in the contract; a long path of the contract itself without its folders.
fn declared_at(origin: &Origin, around: Around<'_>) -> String {
    /// The longest path, in columns, that is repeated with each finding.
    const LONGEST: usize = 40;
    let text = shown(origin);
    let is_long = *origin.file == *around.contract && origin.file.width() > LONGEST;
    let start = text.rfind(['/', '\\']).filter(|_| is_long);
    start.map_or_else(|| text.clone(), |at| text[at + 1..].to_owned())
}

/// `contract: response 200, openapi.yaml:12:3`; of many operations, the first and how many there are.
fn contract_words(finding: &Finding, around: Around<'_>) -> Vec<String> {
    if finding.unit == Unit::Place {
        return Vec::new();
    }
    let mut parts: Vec<String> = Vec::new();
    for target in finding.targets() {
        let mut part = match around.names_operation {
            true => String::new(),
            false => target.operation.to_string(),
        };
        if let Some(side) = target.side {
            let space = if part.is_empty() { "" } else { " " };
            put!(part, "{space}{side}");
        }
        if let Some(status) = target.status {
            put!(part, " {status}");
        }
        if around.names_version {
            put!(part, " ({})", target.contract);
        }
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    let declared = finding.declared.iter();
    let declared: Vec<String> = declared.map(|origin| declared_at(origin, around)).collect();
    let ids = finding.operation_ids();
    let mut rows = Vec::new();
    if ids.len() > PLACES_SHOWN {
        let first: Vec<&str> = ids.iter().take(PLACES_SHOWN).copied().collect();
        let more = ids.len() - first.len();
        rows.push(format!("{} operations: {} and {more} more", ids.len(), first.join(", ")));
        parts.clear();
    } else if parts.len() > PLACES_SHOWN {
        let more = parts.len() - (PLACES_SHOWN - 1);
        parts.truncate(PLACES_SHOWN - 1);
        parts.push(format!("{more} more places"));
    }
    // Where each operation is declared says nothing of a cause that they share.
    if declared.len() <= PLACES_SHOWN {
        parts.extend(declared);
    }
    if !parts.is_empty() {
        let of = if finding.is_about_periods() { "in" } else { "contract" };
        rows.push(format!("{of}: {}", parts.join(", ")));
    }
    rows
}
