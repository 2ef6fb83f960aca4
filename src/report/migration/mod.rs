//! The migration report: changes between two contracts, and what traffic shows for them.

mod advice;
mod html;
mod json;
mod markdown;
#[cfg(feature = "cli")]
mod notices;
mod rows;
mod text;
mod unknown;
mod used;
mod words;

use std::collections::BTreeMap;

use crate::contract::Contract;
use crate::diff::{Alignment, Fact, Owner};
use crate::migrate::coverage::{Coverage, coverage, values_of};
use crate::migrate::Migration;
use crate::migrate::impact::{
    ConsumerBy, EditRow, EditCounts, Exchanges, Impact, SeenTimes, SideBySide, Spoken, Timeline, Usage,
};
use crate::observe::{Observation, PayloadVerdict};
use crate::rules::{Finding, Change, Level};

use super::diff::Changes;
#[cfg(feature = "cli")]
use super::notice::{NoticeFormat, Root};
use super::render::wrap::{Columns, fitted};
use super::{Format, Render, Report};

use html::html;
use json::json;
pub use json::{MIGRATION_FORMAT, json_schema};
use markdown::markdown;
use text::text;

use unknown::Versions;

/// The content of a migration report.
#[derive(Debug)]
pub struct MigrationReport {
    /// The changes between the contracts.
    pub diff: Changes,
    /// What traffic shows for each change, in the same order.
    pub usage: Vec<Usage>,
    /// All operations of the old contract, and the added ones of the new contract.
    pub operations: Vec<OperationRow>,
    /// Enums that changed.
    pub enums: Vec<EnumTable>,
    /// The edits that an upgrade makes to the payloads in the traffic.
    pub edits: Vec<(EditRow, EditCounts)>,
    /// Old and new payloads of the same resources.
    pub pairs: SideBySide,
    /// Findings about traffic that is unknown to both contracts.
    pub beyond: Vec<Finding>,
    /// How much of the old contract the traffic covers.
    pub coverage: Vec<Coverage>,
    /// The traffic; `None` for a report without captures.
    pub traffic: Option<Traffic>,
}

/// The formats of a migration report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigrationFormat {
    /// Text for a terminal.
    Text,
    /// JSON for programs.
    Json,
    /// Markdown for pull requests and wikis.
    Markdown,
    /// HTML for a browser.
    Html,
    /// For CI systems and editors.
    #[cfg(feature = "cli")]
    Notices(NoticeFormat),
}

/// How a migration report is laid out.
#[derive(Debug, Clone, Copy, Default)]
pub struct MigrationOptions {
    /// The width of text, in columns.
    pub columns: Columns,
    /// The lowest level that fails the run; `None` if no level does.
    pub fail_on: Option<Level>,
}

impl Format for MigrationFormat {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("text", Self::Text),
        ("json", Self::Json),
        ("markdown", Self::Markdown),
        ("html", Self::Html),
        #[cfg(feature = "cli")]
        ("short", Self::Notices(NoticeFormat::Short)),
        #[cfg(feature = "cli")]
        ("sarif", Self::Notices(NoticeFormat::Sarif)),
        #[cfg(feature = "cli")]
        ("junit", Self::Notices(NoticeFormat::Junit)),
        #[cfg(feature = "cli")]
        ("github", Self::Notices(NoticeFormat::Github)),
        #[cfg(feature = "cli")]
        ("gitlab", Self::Notices(NoticeFormat::Gitlab)),
    ];
}

impl Render for MigrationReport {
    type Format = MigrationFormat;
    type Options = MigrationOptions;

    fn render(&self, format: MigrationFormat, options: MigrationOptions) -> String {
        let columns = options.columns;
        match format {
            MigrationFormat::Text => fitted(&text(self, columns), columns),
            #[cfg(feature = "cli")]
            MigrationFormat::Notices(format) => self.notices(&options).render(format, &Root::current()),
            MigrationFormat::Json => json(self),
            MigrationFormat::Markdown => markdown(self),
            MigrationFormat::Html => html(self),
        }
    }
}

/// The traffic that was read.
#[derive(Debug)]
pub struct Traffic {
    /// The content of the captures, and what could not be read.
    pub report: Report,
    /// All exchanges.
    pub exchanges: Exchanges,
    /// What identifies consumers, and the exchanges of each.
    pub consumers: Option<(String, Vec<(String, Exchanges)>)>,
    /// Exchanges by time.
    pub timeline: Timeline,
    /// When exchanges matched each contract.
    pub spoken: BTreeMap<Spoken, SeenTimes>,
    /// Payloads that could not be compared, by reason.
    pub unjudged: BTreeMap<PayloadVerdict, u64>,
    /// Those among them that may belong to any operation.
    pub unplaced: u64,
    /// Responses that were counted but not rewritten, because there are too many.
    pub passed_over: u64,
}

/// An operation, and the effect of the migration on it.
#[derive(Debug)]
pub struct OperationRow {
    /// Its id in the old contract, or in the new one if it was added.
    pub id: String,
    /// `GET /api/pets`, as in the old contract; `None` if it was added.
    pub old: Option<String>,
    /// The same as in the new contract, or the operations that replace it if it was removed.
    pub new: Vec<String>,
    /// Its position in the diff.
    pub position: usize,
    /// Its exchanges.
    pub exchanges: Exchanges,
    /// The changes that affect it.
    pub changes: Vec<usize>,
}

impl OperationRow {
    /// The number of changes with a level that affect it.
    #[must_use]
    pub fn at_level(&self, report: &Changes, level: Level) -> usize {
        let changes = self.changes.iter();
        changes
            .filter(|index| report.changes[**index].level == level)
            .count()
    }

    /// The old signature, or the new one.
    #[must_use]
    pub fn signature(&self) -> &str {
        let new = self.new.first();
        self.old
            .as_ref()
            .or(new)
            .map_or(&self.id, |signature| signature)
    }
}

/// An enum that changed, with the values that were seen.
#[derive(Debug)]
pub struct EnumTable {
    /// The last name in its path.
    pub name: String,
    /// Its changes.
    pub changes: Vec<usize>,
    /// Its values: first those of the contracts, then those that only the traffic has.
    pub rows: Vec<EnumRow>,
}

/// A value of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumRow {
    /// The value.
    pub value: String,
    /// Whether the old contract has it.
    pub old: bool,
    /// Whether the new contract has it.
    pub new: bool,
    /// How often it was seen, and when.
    pub seen: SeenTimes,
}

impl MigrationReport {
    /// Combines the changes, the traffic and the findings. `impact` must be about the changes of `diff`; `consumer_by`
    /// says what identifies the consumers in it.
    #[must_use]
    pub fn new(
        diff: Changes,
        migration: Migration<'_>,
        (observation, impact): (Observation, Impact),
        consumer_by: Option<&ConsumerBy>,
        findings: Vec<Finding>,
    ) -> Self {
        let Migration { old, new, alignment, .. } = migration;
        let has_captures = !observation.sources.is_empty() || !observation.problems.is_empty();
        let covered = match has_captures {
            true => coverage(old, &observation.profile),
            false => Vec::new(),
        };
        let (pairs, edits, passed_over) = (impact.side_by_side(migration), impact.edits(), impact.passed_over());
        let versions = Versions {
            old,
            new,
            alignment,
        };
        let beyond = findings
            .iter()
            .filter(|finding| finding.level >= Level::Warning)
            .filter_map(|finding| versions.unknown_part(finding))
            .collect();
        let consumers = consumer_by.map(|by| {
            let mut rows: Vec<(String, Exchanges)> = impact.consumers.into_iter().collect();
            rows.sort_by(|one, other| {
                other
                    .1
                    .touched
                    .cmp(&one.1.touched)
                    .then(one.0.cmp(&other.0))
            });
            (by.to_string(), rows)
        });
        let enums = enums(&diff, (old, new), alignment, &impact.usage);
        let operations = operations(&diff, (old, new), alignment, &impact.operations);
        let reference = format!("{} → {}", old.reference(), new.reference());
        let traffic = Traffic {
            report: Report::new(&reference, &[old, new], observation, findings),
            exchanges: impact.exchanges,
            consumers,
            timeline: impact.timeline,
            spoken: impact.spoken,
            unjudged: impact.unjudged,
            unplaced: impact.unplaced,
            passed_over,
        };
        Self {
            diff,
            usage: impact.usage,
            operations,
            enums,
            edits: edits.into_iter().collect(),
            pairs,
            beyond,
            coverage: covered,
            traffic: has_captures.then_some(traffic),
        }
    }

    /// The changes by owner, those with the most impact first.
    fn groups(&self) -> Vec<(String, Option<&Owner>, Vec<usize>)> {
        let mut groups = self.diff.groups_by_index();
        let impact = |index: usize| {
            let touched = self.usage[index].old.shown;
            (self.diff.changes[index].level, touched)
        };
        for (_, _, indices) in &mut groups {
            indices.sort_by_key(|index| std::cmp::Reverse(impact(*index)));
        }
        // The sort is stable: groups of equal impact stay in the order of the contract.
        groups.sort_by_key(|(_, _, indices)| {
            let first = indices.first().map(|index| impact(*index));
            std::cmp::Reverse(first.filter(|(level, _)| *level > Level::Info))
        });
        groups
    }

    /// Whether there is any traffic.
    fn has_exchanges(&self) -> bool {
        let traffic = self.traffic.as_ref();
        traffic.is_some_and(|traffic| traffic.exchanges.all > 0)
    }

    /// Whether traffic shows a change; `None` if no traffic could show it.
    fn is_seen(&self, index: usize) -> Option<bool> {
        let usage = &self.usage[index];
        let shown = usage.old.shown + usage.new.shown + usage.new.contradicted;
        (usage.old.reached + usage.new.reached > 0).then_some(shown > 0)
    }
}

fn operations(
    diff: &Changes,
    (old, new): (&Contract, &Contract),
    alignment: &Alignment,
    exchanges: &BTreeMap<String, Exchanges>,
) -> Vec<OperationRow> {
    let of = |id: &str| exchanges.get(id).cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for (position, operation) in old.operations.iter().enumerate() {
        let mut pairs = alignment.operations.iter();
        let counterpart = pairs
            .find(|(known, _)| *known == position)
            .map(|(_, new)| *new);
        let (at, signatures) = match counterpart {
            Some(index) => (index, vec![new.operations[index].signature()]),
            None => {
                let takers = new.operations.iter().filter(|taker| {
                    let mut replaced = taker.replaces.iter();
                    replaced.any(|r| r.version == old.version && r.operation == operation.id)
                });
                let takers = takers.map(crate::contract::Operation::signature);
                (new.operations.len() + position, takers.collect())
            }
        };
        rows.push(OperationRow {
            id: operation.id.clone(),
            old: Some(operation.signature()),
            new: signatures,
            position: at,
            exchanges: of(&operation.id),
            changes: Vec::new(),
        });
    }
    for (position, operation) in new.operations.iter().enumerate() {
        let mut pairs = alignment.operations.iter();
        if !pairs.any(|(_, known)| *known == position) {
            rows.push(OperationRow {
                id: operation.id.clone(),
                old: None,
                new: vec![operation.signature()],
                position,
                exchanges: of(&operation.id),
                changes: Vec::new(),
            });
        }
    }
    let by_position: BTreeMap<usize, usize> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| (row.position, index))
        .collect();
    for (index, judged) in diff.changes.iter().enumerate() {
        let mut reached: Vec<usize> = judged
            .difference
            .reach
            .iter()
            .filter_map(|reach| by_position.get(&reach.operation.position).copied())
            .collect();
        reached.sort_unstable();
        reached.dedup();
        for row in reached {
            rows[row].changes.push(index);
        }
    }
    rows
}

fn enums(
    diff: &Changes,
    (old, new): (&Contract, &Contract),
    alignment: &Alignment,
    usage: &[Usage],
) -> Vec<EnumTable> {
    type Known = (String, Vec<String>, Vec<String>);
    let mut known: Vec<(Known, Vec<usize>)> = Vec::new();
    for (index, judged) in diff.changes.iter().enumerate() {
        let change = &judged.difference;
        let is_enum = matches!(
            change.fact,
            Fact::EnumValueAdded | Fact::EnumValueRemoved | Fact::EnumAdded | Fact::EnumRemoved
        );
        let Some(pair) = change.pair.filter(|_| is_enum) else {
            continue;
        };
        let pair = &alignment.pairs[pair];
        let key: Known = (
            words::last_name(judged),
            values_of(old, &pair.old),
            values_of(new, &pair.new),
        );
        match known.iter_mut().find(|(other, _)| *other == key) {
            Some((_, changes)) => changes.push(index),
            None => known.push((key, vec![index])),
        }
    }
    let tables = known.into_iter().map(|((name, old, new), changes)| {
        let mut seen: BTreeMap<&str, SeenTimes> = BTreeMap::new();
        let mut counted: Vec<usize> = Vec::new();
        for index in &changes {
            // Count the values once if an enum has two changes.
            let pair = diff.changes[*index].difference.pair.unwrap_or_default();
            if counted.contains(&pair) {
                continue;
            }
            counted.push(pair);
            for (value, times) in usage[*index].values.iter() {
                *seen.entry(value).or_default() += times;
            }
        }
        let mut values: Vec<&str> = Vec::new();
        let mut listed = std::collections::HashSet::new();
        let all = old.iter().chain(&new).map(String::as_str);
        for value in all.chain(seen.keys().copied()) {
            if listed.insert(value) {
                values.push(value);
            }
        }
        let (had, has): (
            std::collections::HashSet<&str>,
            std::collections::HashSet<&str>,
        ) = (
            old.iter().map(String::as_str).collect(),
            new.iter().map(String::as_str).collect(),
        );
        let rows = values.iter().map(|value| EnumRow {
            value: (*value).to_owned(),
            old: had.contains(value),
            new: has.contains(value),
            seen: seen.get(value).copied().unwrap_or_default(),
        });
        EnumTable {
            rows: rows.collect(),
            name,
            changes,
        }
    });
    tables.collect()
}

/// The change at this position.
fn judged(report: &MigrationReport, index: usize) -> &Change {
    &report.diff.changes[index]
}
