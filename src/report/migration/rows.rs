//! The content of tables and lists, independent of the format.

use crate::observe::Skipped;
use crate::diff::{Difference, Fact, Family, Sender, Verdict};
use crate::location::{PathPattern, Position};
use crate::migrate::EditKind;
use crate::migrate::coverage::Coverage;
use crate::migrate::impact::{PairDifferenceKind, Timeline, Usage};
use crate::report::render::numbers::{plural, thousands};
use crate::redact::printed;
use crate::rules::Level;

use super::{EnumRow, EnumTable, MigrationReport, OperationRow, judged};

/// A property with another name or place.
pub(super) struct MovedRow {
    pub(super) old: String,
    pub(super) new: String,
    /// Why it is considered the same property.
    pub(super) ground: String,
    /// How often the values agree in payloads of both contracts, in words.
    pub(super) same: String,
}

/// Renamed and moved properties, one row each.
pub(super) fn moved_rows(report: &MigrationReport) -> Vec<MovedRow> {
    let mut rows = Vec::new();
    for judged in &report.diff.changes {
        let change = &judged.difference;
        let is_move = change.fact.family() == Family::Moved;
        let (Some(old), Some(new)) = (&change.old, &change.new) else {
            continue;
        };
        if !is_move {
            continue;
        }
        let whole = match change.fact {
            Fact::EnvelopeAdded | Fact::EnvelopeRemoved => format!("{}: ", change.subject),
            _ => String::new(),
        };
        for (old, new) in old.lines().zip(new.lines()) {
            let ground = change.guess.clone().unwrap_or_default();
            let ground = match change.fact {
                Fact::PropertiesMoved if last_part(old) == last_part(new) => {
                    "the same name and type, in another place".to_owned()
                }
                Fact::PropertiesMoved => "left over on both sides, and of the same type".to_owned(),
                _ => ground,
            };
            rows.push(MovedRow {
                old: format!("{whole}{old}"),
                new: new.to_owned(),
                ground,
                // Only responses are paired.
                same: match change.senders().contains(&Sender::Server) {
                    true => same_values(report, old, new),
                    false => "–".to_owned(),
                },
            });
        }
    }
    rows
}

pub(super) fn last_part(place: &str) -> &str {
    place.rsplit('.').next().unwrap_or(place)
}

/// Whether old and new payloads of the same resource have the same value before and after a move.
pub(super) fn same_values(report: &MigrationReport, old: &str, new: &str) -> String {
    let known = report.pairs.moved.iter();
    let mut own = known.filter(|(from, to, ..)| {
        let dotted = |place: &str| place.trim_start_matches('/').replace('/', ".");
        dotted(from) == old && dotted(to) == new
    });
    match own.next() {
        Some((_, _, same, all)) => format!("{same} of {all}"),
        None => "–".to_owned(),
    }
}

/// `3 resources have an old and a new payload; …`
pub(super) fn pairs_summary(report: &MigrationReport) -> String {
    let pairs = &report.pairs;
    let (shown, not): (Vec<&Usage>, Vec<&Usage>) = report
        .usage
        .iter()
        .filter(|usage| usage.new.shown + usage.new.contradicted > 0)
        .partition(|usage| usage.new.contradicted == 0);
    let mut words = format!(
        "{} {} an old and a new payload; in {} the new one has the shape that the changes predict.",
        plural(pairs.pairs, "resource"),
        if pairs.pairs == 1 { "has" } else { "have" },
        match pairs.agreeing {
            agreeing if agreeing == pairs.pairs => "all of them".to_owned(),
            0 => "none of them".to_owned(),
            agreeing => agreeing.to_string(),
        }
    );
    words.push_str(&format!(
        " Traffic of the new version confirms {} and contradicts {}.",
        plural(shown.len() as u64, "change"),
        not.len()
    ));
    if pairs.left_out > 0 {
        words.push_str(&format!(
            " {} omitted: the limit was reached.",
            plural(pairs.left_out, "resource")
        ));
    }
    words
}

/// Problems with the times of exchanges.
fn time_rows(timeline: &Timeline) -> Vec<String> {
    let mut rows = Vec::new();
    let count = timeline.unreadable;
    if count > 0 {
        let kept = timeline.unreadable_texts().map(|text| format!("`{text}`"));
        let kept: Vec<String> = kept.collect();
        rows.push(format!(
            "{} cannot be read, such as {}; use the format of RFC 3339",
            plural(count, "time"),
            kept.join(", ")
        ));
    }
    if timeline.zoneless > 0 {
        rows.push(format!(
            "{} without an offset: interpreted as UTC",
            plural(timeline.zoneless, "time")
        ));
    }
    rows
}

/// What could not be compared and why, one sentence each.
pub(super) fn unjudged_rows(report: &MigrationReport) -> Vec<String> {
    let mut rows = Vec::new();
    for finding in &report.diff.unusable {
        rows.push(format!("could not be used: {}", finding.headline()));
    }
    for judged in &report.diff.changes {
        for (sender, verdict) in &judged.difference.verdicts {
            if let Verdict::Unknown(reason) = verdict {
                let who = match sender {
                    Sender::Client => "what clients send",
                    Sender::Server => "what servers send",
                };
                rows.push(format!(
                    "{}: unknown whether it breaks {who}: {reason}",
                    judged.message
                ));
            }
        }
    }
    if let Some(traffic) = &report.traffic {
        rows.extend(time_rows(&traffic.timeline));
        for Skipped { path, reason } in &traffic.report.skipped {
            rows.push(format!("{}: skipped: {reason}", path.display()));
        }
        if traffic.passed_over > 0 {
            rows.push(format!(
                "{}: counted, but neither rewritten nor paired: only the first of each version are",
                plural(traffic.passed_over, "response")
            ));
        }
        for (verdict, count) in &traffic.unjudged {
            rows.push(match count {
                1 => format!("1 payload was not compared: it {}", verdict.words()),
                count => format!(
                    "{} were not compared: each {}",
                    plural(*count, "payload"),
                    verdict.words()
                ),
            });
        }
    }
    rows
}

/// What could not be read, one line each. For text, the command prints it.
pub(super) fn problem_rows(report: &MigrationReport) -> Vec<String> {
    let problems = report.traffic.iter().flat_map(|traffic| &traffic.report.problems);
    let rows = problems.map(|problem| {
        let origin = &problem.origin;
        let place = match origin.position == Position::START {
            true => printed(&origin.file),
            false => origin.to_string(),
        };
        format!("{place}: {}", problem.message)
    });
    rows.collect()
}

/// Operations of the old contract without an exchange.
pub(super) fn unseen_operations(report: &MigrationReport) -> Vec<&str> {
    let rows = report.operations.iter();
    rows.filter(|row| row.old.is_some() && row.exchanges.all == 0)
        .map(OperationRow::signature)
        .collect()
}

/// `list-pets response 200`
pub(super) fn coverage_name(row: &Coverage) -> String {
    let side = row.side.map(|side| format!(" {side}")).unwrap_or_default();
    let status = row.status.as_ref().map(|status| format!(" {status}"));
    format!("{}{side}{}", row.operation, status.unwrap_or_default())
}

/// The number of enum values in a payload, and how many of them were seen.
pub(super) fn enum_cover(row: &Coverage) -> (usize, usize) {
    let enums = row.enums.iter();
    enums.fold((0, 0), |(values, seen), (_, all, met)| {
        (values + all, seen + met)
    })
}

/// The text above the table of reformatted values.
pub(super) const RESPELLED: &str = "These values have the same meaning in both versions, but another format. Code \
                         that compares them as text sees a difference that no schema shows.";

/// Reformatted values in one place.
pub(super) struct RespelledRow {
    pub(super) place: String,
    pub(super) before: String,
    pub(super) after: String,
    pub(super) payloads: u64,
}

/// Reformatted values by place, over all operations.
pub(super) fn respelled_rows(report: &MigrationReport) -> Vec<RespelledRow> {
    let mut rows: Vec<RespelledRow> = Vec::new();
    for (key, known) in &report.edits {
        let Some((before, after)) = known.example.as_ref() else {
            continue;
        };
        // Replacing a string with a number, or an object with null, is more than reformatting.
        let are_texts = before.starts_with('"') && after.starts_with('"');
        if key.kind != EditKind::Respelled || !are_texts {
            continue;
        }
        let written = |place: &Option<PathPattern>| {
            place.as_ref().map(|place| crate::redact::shown_place(place).to_string()).unwrap_or_default()
        };
        let (from, to) = (written(&key.from), written(&key.to));
        let place = match from == to {
            true => from,
            false => format!("{from} → {to}"),
        };
        match rows.iter_mut().find(|row| row.place == place) {
            Some(row) => row.payloads += known.payloads,
            None => rows.push(RespelledRow {
                place,
                before: before.clone(),
                after: after.clone(),
                payloads: known.payloads,
            }),
        }
    }
    rows
}

/// The changes that traffic of the new version contradicts, with the number of messages.
pub(super) fn contradicted(report: &MigrationReport) -> Vec<(&str, u64)> {
    let changes = report.diff.changes.iter().zip(&report.usage);
    changes
        .filter(|(_, usage)| usage.new.contradicted > 0)
        .map(|(judged, usage)| (judged.message.as_str(), usage.new.contradicted))
        .collect()
}

/// The number of changes that are listed under “What to do first”.
pub(super) const FIRST: usize = 12;

/// The errors and warnings to handle first: the most serious, then those that most traffic shows.
pub(super) fn first(report: &MigrationReport) -> Vec<usize> {
    let mut order: Vec<usize> = (0..report.diff.changes.len()).collect();
    order.retain(|index| judged(report, *index).level > Level::Info);
    order.sort_by_key(|index| {
        let usage = &report.usage[*index];
        let shown = usage.old.shown + usage.new.shown;
        std::cmp::Reverse((judged(report, *index).level, shown))
    });
    order.truncate(FIRST);
    order
}

/// The operations that replace an operation, and what for. Equal sentences are merged.
pub(super) fn replaced_notes(change: &Difference) -> Vec<String> {
    let mut sentences: Vec<(Vec<&str>, &str)> = Vec::new();
    for note in &change.notes {
        let (id, sentence) = note.split_once(": ").unwrap_or(("", note));
        match sentences.iter_mut().find(|(_, known)| *known == sentence) {
            Some((ids, _)) => ids.push(id),
            None => sentences.push((vec![id], sentence)),
        }
    }
    let written = sentences.into_iter().map(|(ids, sentence)| {
        let ids: Vec<&str> = ids.into_iter().filter(|id| !id.is_empty()).collect();
        match ids.is_empty() {
            true => sentence.to_owned(),
            false => format!("{}: {sentence}", ids.join(", ")),
        }
    });
    written.collect()
}

/// Whether a value changed or was seen.
pub(super) const fn is_told(row: &EnumRow) -> bool {
    row.old != row.new || row.seen.count > 0
}

/// `120 values, now 139; 9 were seen, 2 of them in neither contract`
pub(super) fn enum_summary(table: &EnumTable) -> String {
    // Null is not a value of the enum.
    let count = |wanted: &dyn Fn(&EnumRow) -> bool| {
        let rows = table.rows.iter().filter(|row| row.value != "null");
        rows.filter(|row| wanted(row)).count() as u64
    };
    let (old, new) = (count(&|row| row.old), count(&|row| row.new));
    let seen = count(&|row| row.seen.count > 0);
    let unknown = count(&|row| !row.old && !row.new);
    let was = match old {
        0 => "any value before".to_owned(),
        old => plural(old, "value"),
    };
    let is = match new {
        0 => "any value now".to_owned(),
        new => format!("now {new}"),
    };
    let verb = if seen == 1 { "was" } else { "were" };
    let unknown = match unknown {
        0 => String::new(),
        unknown => format!(", {unknown} of them in neither contract"),
    };
    format!("{was}, {is}; {seen} {verb} seen{unknown}.")
}

/// `is present, but neither contract declares it`
pub(super) fn difference_words(kind: &PairDifferenceKind) -> String {
    match kind {
        PairDifferenceKind::Missing => {
            "is missing, although the old payload has it and no change removes it".to_owned()
        }
        PairDifferenceKind::Kept => "is present, although the changes remove it".to_owned(),
        PairDifferenceKind::Unexpected => "is present, but neither contract declares it".to_owned(),
        PairDifferenceKind::Type(expected, found) => {
            format!("has type {found}, but the changes predict {expected}")
        }
    }
}

/// `once`, `3 times`
pub(super) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{} times", thousands(count)),
    }
}
