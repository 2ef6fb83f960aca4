//! What the tables and lists of the report hold, whatever they are written in.

use crate::diff::{Difference, Fact, Family, Sender, Verdict};
use crate::location::PathPattern;
use crate::migrate::EditKind;
use crate::migrate::coverage::Coverage;
use crate::migrate::impact::{PairDifferenceKind, Timeline, Usage};
use crate::report::render::numbers::{plural, thousands};
use crate::rules::Level;

use super::{EnumRow, EnumTable, MigrationReport, OperationRow, judged};

/// A property that has another name or place.
pub(super) struct MovedRow {
    pub(super) old: String,
    pub(super) new: String,
    /// Why it is taken for the same.
    pub(super) ground: String,
    /// Whether the values are the same in payloads of both contracts, in words.
    pub(super) same: String,
}

/// What was renamed and moved, one row a property.
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
        "{} {} an old and a new payload; in {} the new one has the shape that the changes say.",
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
            " {} more were left out: too many were seen.",
            plural(pairs.left_out, "resource")
        ));
    }
    words
}

/// What is wrong with the times of exchanges.
fn time_rows(timeline: &Timeline) -> Vec<String> {
    let mut rows = Vec::new();
    let count = timeline.unreadable;
    if count > 0 {
        let kept = timeline.unreadable_texts().map(|text| format!("`{text}`"));
        let kept: Vec<String> = kept.collect();
        rows.push(format!(
            "{} cannot be read, such as {}; write them as RFC 3339 has them",
            plural(count, "time"),
            kept.join(", ")
        ));
    }
    if timeline.zoneless > 0 {
        rows.push(format!(
            "{} without an offset: taken for UTC",
            plural(timeline.zoneless, "time")
        ));
    }
    rows
}

/// What could not be judged and why, one sentence each.
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
                    "{}: whether it breaks {who} is not known: {reason}",
                    judged.message
                ));
            }
        }
    }
    if let Some(traffic) = &report.traffic {
        rows.extend(time_rows(&traffic.timeline));
        for problem in &traffic.report.problems {
            rows.push(format!("{}: {}", problem.origin, problem.message));
        }
        for (path, reason) in &traffic.report.skipped {
            rows.push(format!("{}: passed over: {reason}", path.display()));
        }
        if traffic.passed_over > 0 {
            rows.push(format!(
                "{}: counted, but not rewritten and not held side by side: only the first of each version are",
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

/// Operations of the old contract of which there is no exchange.
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

/// How many values the enums of a payload have, and how many of them were seen.
pub(super) fn enum_cover(row: &Coverage) -> (usize, usize) {
    let enums = row.enums.iter();
    enums.fold((0, 0), |(values, seen), (_, all, met)| {
        (values + all, seen + met)
    })
}

/// What stands above the table of what is written another way.
pub(super) const RESPELLED: &str = "These values mean the same in both versions in another format; code that \
                         compares texts sees a difference that no schema shows.";

/// Values that are written another way.
pub(super) struct RespelledRow {
    pub(super) place: String,
    pub(super) before: String,
    pub(super) after: String,
    pub(super) payloads: u64,
}

/// What is written another way, by place, over all operations.
pub(super) fn respelled_rows(report: &MigrationReport) -> Vec<RespelledRow> {
    let mut rows: Vec<RespelledRow> = Vec::new();
    for (key, known) in &report.edits {
        let Some((before, after)) = known.example.as_ref() else {
            continue;
        };
        // A number for a string, or null for an object, is more than another spelling.
        let are_texts = before.starts_with('"') && after.starts_with('"');
        if key.kind != EditKind::Respelled || !are_texts {
            continue;
        }
        let written = |place: &Option<PathPattern>| {
            place.as_ref().map(ToString::to_string).unwrap_or_default()
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

/// The changes that traffic of the new version contradicts, and in how many messages.
pub(super) fn contradicted(report: &MigrationReport) -> Vec<(&str, u64)> {
    let changes = report.diff.changes.iter().zip(&report.usage);
    changes
        .filter(|(_, usage)| usage.new.contradicted > 0)
        .map(|(judged, usage)| (judged.message.as_str(), usage.new.contradicted))
        .collect()
}

/// Changes that are listed as those to begin with.
pub(super) const FIRST: usize = 12;

/// The errors and warnings to begin with: the gravest, then those that most traffic shows.
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

/// What took over from an operation, and in what: one sentence for all that say the same.
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
    // Null beside an enum is no value of it.
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

/// `is there, though no change says so`
pub(super) fn difference_words(kind: &PairDifferenceKind) -> String {
    match kind {
        PairDifferenceKind::Missing => {
            "is not there, though the old payload has it and no change takes it away".to_owned()
        }
        PairDifferenceKind::Kept => "is there, though the changes say that it is gone".to_owned(),
        PairDifferenceKind::Unexpected => "is there, and neither contract declares it".to_owned(),
        PairDifferenceKind::Type(expected, found) => {
            format!("is of type {found}, where the changes say {expected}")
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
