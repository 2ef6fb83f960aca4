//! The migration report: changes between two contracts, and what traffic says of them.

mod advice;
mod html;
mod json;
mod markdown;
mod rows;
mod text;
mod unknown;
mod words;

use std::collections::BTreeMap;

use crate::contract::Contract;
use crate::diff::{Alignment, Fact, Owner};
use crate::migrate::coverage::{Coverage, coverage, values_of};
use crate::migrate::impact::{
    EditRow, EditCounts, Exchanges, Impact, SeenTimes, SideBySide, Spoken, Timeline, Usage,
};
use crate::observe::{Observer, PayloadVerdict};
use crate::rules::{Finding, Change, Level};

use super::diff::Changes;
use super::render::wrap::{Columns, fitted};
use super::{Format, Render, Report};

use html::html;
use json::json;
pub use json::{MIGRATION_FORMAT, json_schema};
use markdown::markdown;
use text::text;

use unknown::Versions;

/// Everything that a migration report has to say.
#[derive(Debug)]
pub struct MigrationReport {
    /// The changes, and what the contracts say.
    pub diff: Changes,
    /// What traffic says of each change, in their order.
    pub usage: Vec<Usage>,
    /// Each operation of the old contract, and those of the new one that are new.
    pub operations: Vec<OperationRow>,
    /// Enums that changed.
    pub enums: Vec<EnumTable>,
    /// What an upgrade does to the payloads that were seen.
    pub edits: Vec<(EditRow, EditCounts)>,
    /// Old and new payloads of the same resources.
    pub pairs: SideBySide,
    /// Findings about traffic that neither contract knows.
    pub beyond: Vec<Finding>,
    /// How much of the old contract the traffic shows.
    pub coverage: Vec<Coverage>,
    /// The traffic; `None` for a report without captures.
    pub traffic: Option<Traffic>,
}

/// The formats that a migration report has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigrationFormat {
    /// For people, in a terminal.
    Text,
    /// For programs.
    Json,
    /// For pull requests and wikis.
    Markdown,
    /// For people, in a browser.
    Html,
}

impl Format for MigrationFormat {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("text", Self::Text),
        ("json", Self::Json),
        ("markdown", Self::Markdown),
        ("html", Self::Html),
    ];
}

impl Render for MigrationReport {
    type Format = MigrationFormat;
    type Options = Columns;

    fn render(&self, format: MigrationFormat, columns: Columns) -> String {
        match format {
            MigrationFormat::Text => fitted(&text(self, columns), columns),
            MigrationFormat::Json => json(self),
            MigrationFormat::Markdown => markdown(self),
            MigrationFormat::Html => html(self),
        }
    }
}

/// What was read.
#[derive(Debug)]
pub struct Traffic {
    /// What the captures hold, and what could not be read.
    pub report: Report,
    /// All exchanges.
    pub exchanges: Exchanges,
    /// What tells consumers apart, and the exchanges of each.
    pub consumers: Option<(String, Vec<(String, Exchanges)>)>,
    /// Exchanges by time.
    pub timeline: Timeline,
    /// When each contract was spoken.
    pub spoken: BTreeMap<Spoken, SeenTimes>,
    /// Payloads that could not be compared, by why.
    pub unjudged: BTreeMap<PayloadVerdict, u64>,
    /// Responses that were counted and, since there are so many, not rewritten.
    pub passed_over: u64,
}

/// An operation, and what the move means for it.
#[derive(Debug)]
pub struct OperationRow {
    /// Its id in the old contract; in the new one where it is new.
    pub id: String,
    /// `GET /api/pets`, as the old contract has it; `None` where it is new.
    pub old: Option<String>,
    /// As the new contract has it; those that took over where it is gone.
    pub new: Vec<String>,
    /// The position that the diff gives it.
    pub position: usize,
    /// Its exchanges.
    pub exchanges: Exchanges,
    /// The changes that reach it.
    pub changes: Vec<usize>,
}

impl OperationRow {
    /// How many of the changes that reach it are of a level.
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
    /// The last name of its place.
    pub name: String,
    /// The changes that it is of.
    pub changes: Vec<usize>,
    /// Its values: those of either contract, then those that traffic has and no contract knows.
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
    /// Puts together what changed, what was seen, and what was judged of it.
    ///
    /// The changes that `impact` was made for have to be those of `diff`.
    #[must_use]
    pub fn new<'c>(
        diff: Changes,
        (old, new): (&'c Contract, &'c Contract),
        alignment: &Alignment,
        (observer, mut impact): (Observer<'c>, Impact<'c>),
        findings: Vec<Finding>,
    ) -> Self {
        let has_captures = !observer.sources.is_empty() || !observer.problems.is_empty();
        let covered = match has_captures {
            true => coverage(old, &observer.profile),
            false => Vec::new(),
        };
        let pairs = impact.finish();
        let passed_over = impact.passed_over();
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
        let consumers = impact.consumer_by().map(|by| {
            let mut rows: Vec<(String, Exchanges)> = impact.consumers.clone().into_iter().collect();
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
            report: Report::new(&reference, observer, findings),
            exchanges: impact.exchanges,
            consumers,
            timeline: impact.timeline,
            spoken: impact.spoken,
            unjudged: impact.unjudged,
            passed_over,
        };
        Self {
            diff,
            usage: impact.usage,
            operations,
            enums,
            edits: impact.edits.into_iter().collect(),
            pairs,
            beyond,
            coverage: covered,
            traffic: has_captures.then_some(traffic),
        }
    }

    /// The changes by what they belong to, those of most impact first.
    fn groups(&self) -> Vec<(String, Option<&Owner>, Vec<usize>)> {
        let mut groups = self.diff.groups_by_index();
        let impact = |index: usize| {
            let touched = self.usage[index].old.shown;
            (self.diff.changes[index].level, touched)
        };
        for (_, _, indices) in &mut groups {
            indices.sort_by_key(|index| std::cmp::Reverse(impact(*index)));
        }
        // Stable: groups of equal impact stay in the order of the contract.
        groups.sort_by_key(|(_, _, indices)| {
            let first = indices.first().map(|index| impact(*index));
            std::cmp::Reverse(first.filter(|(level, _)| *level > Level::Info))
        });
        groups
    }

    /// Whether there is traffic at all.
    fn has_exchanges(&self) -> bool {
        let traffic = self.traffic.as_ref();
        traffic.is_some_and(|traffic| traffic.exchanges.all > 0)
    }

    /// Whether traffic tells of a change: `None` where there is none that could.
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
            // Two changes of the same enum count the same values.
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

/// A change with what it is known by.
fn judged(report: &MigrationReport, index: usize) -> &Change {
    &report.diff.changes[index]
}
