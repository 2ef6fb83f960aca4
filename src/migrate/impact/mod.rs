//! What traffic says about the changes between two contracts: which it touches, how often, since when, and
//! for whom.

mod affected;
mod around;
mod ask;
mod asked;
mod consumer;
mod kept;
mod meet;
mod older;
mod pairs;
mod parts;

mod timeline;
mod touch;
mod usage;
mod visit;
mod watcher;

use std::collections::BTreeMap;

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::contract::{Contract, Operation};
use crate::diff::{Difference, Sender, Verdict};
use crate::json::Value;
use crate::location::{Origin, PathPattern, Side as WireSide};
use crate::observe::{PayloadVerdict, RoutedPayload};
use crate::schema::Memo;

use super::edit::EditKind;
use super::migration::{Migration, Route, Routed};
use super::moves::declared;

#[cfg(test)]
pub(crate) use affected::of_fact;
pub use affected::{Affected, affected, concerns};
pub use consumer::ConsumerBy;
use consumer::KnownConsumers;
pub use pairs::{PairDifferenceKind, SideBySide};
pub use timeline::{Spoken, Timeline};
pub use usage::{
    Exchanges, Met, Moment, Sample, SeenTimes, SideUsage, Times, Usage,
};

use around::Around;
use ask::{Asking, Questions, alive};
use asked::asked;
use kept::Kept;
use meet::{Asked, Meeting, Memos, Mets, State};
use pairs::{Key, Resource};
use parts::Messages;
use visit::Visit;

/// The name of the other consumers.
const OTHERS: &str = "(others)";

/// Learns from traffic what changes mean for it.
#[derive(Debug)]
pub struct Impact<'c> {
    migration: Migration<'c>,
    changes: &'c [Difference],
    /// Whether a change counts as touching an exchange.
    counts: Vec<bool>,
    consumer_by: Option<ConsumerBy>,
    /// The changes of each pair of schemas, and of each operation.
    by_pair: FxHashMap<usize, Vec<Asked>>,
    is_alive: Vec<bool>,
    /// The questions for each kind of payload.
    questions: FxHashMap<Route, Questions>,
    around: Around<'c>,
    known_consumers: KnownConsumers,
    /// The exchange that is being read, and how it met each change.
    current: Option<Current<'c>>,
    mets: Mets,
    /// The same as if the exchange were one of the old contract, if only its payloads say that it is not.
    older_mets: Mets,
    met: Vec<(usize, State)>,
    /// The part of the captures, and the number of the exchange in it.
    at: Moment,
    kept: Kept<'c>,
    /// What traffic says about each change, in their order.
    pub usage: Vec<Usage>,
    /// Exchanges by operation: under the old contract's id, or the new one's if the operation is new.
    pub operations: BTreeMap<String, Exchanges>,
    /// Exchanges by consumer; those without one are under the empty name.
    pub consumers: BTreeMap<String, Exchanges>,
    /// Exchanges by time.
    pub timeline: Timeline,
    /// When each contract was in use.
    pub spoken: BTreeMap<Spoken, SeenTimes>,
    /// What an upgrade does to the payloads that were seen.
    pub edits: BTreeMap<EditRow, EditCounts>,
    /// All exchanges, including those of neither contract.
    pub exchanges: Exchanges,
    /// Payloads that could not be compared, by reason.
    pub unjudged: BTreeMap<PayloadVerdict, u64>,
    /// Those among them that may belong to any operation.
    pub unplaced: u64,
}

/// What an upgrade does in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EditRow {
    /// The operation, as the old contract calls it.
    pub operation: String,
    /// The place before.
    pub from: Option<PathPattern>,
    /// The place after.
    pub to: Option<PathPattern>,
    /// The kind of edit.
    pub kind: EditKind,
}

/// How often an upgrade makes an edit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditCounts {
    /// The number of payloads.
    pub payloads: u64,
    /// A value before and after, as JSON, redacted.
    pub example: Option<(String, String)>,
}

/// The exchange that is being read, and what is known about it.
#[derive(Debug)]
struct Current<'c> {
    origin: Origin,
    time: Option<Timestamp>,
    consumer: Option<String>,
    /// The operation, and whether it is one of the old contract.
    operation: Option<(&'c Operation, bool)>,
    /// The resource that its request names; `None` for a payload without a request.
    resource: Option<Resource>,
    /// Whether the path or the name of the file decides which contract and operation it belongs to.
    is_named: bool,
    has_path: bool,
    /// What can be read of it.
    messages: Messages,
    /// The operation of the old contract that it may belong to, if only its payloads say that it does not.
    older: Option<&'c Operation>,
}

impl<'c> Impact<'c> {
    /// An empty impact. `counts` says of each change whether it touches the exchanges that it reaches.
    #[must_use]
    pub fn new(
        migration: Migration<'c>,
        changes: &'c [Difference],
        counts: Vec<bool>,
        consumer_by: Option<ConsumerBy>,
    ) -> Self {
        let by_pair = asked(migration.alignment, changes);
        Self {
            migration,
            changes,
            counts,
            consumer_by,
            is_alive: alive(migration, &by_pair),
            by_pair,
            questions: FxHashMap::default(),
            around: Around::new(migration, changes),
            known_consumers: KnownConsumers::default(),
            current: None,
            mets: Mets::of(changes.len()),
            older_mets: Mets::of(changes.len()),
            met: Vec::new(),
            at: (0, 0),
            kept: Kept::default(),
            usage: vec![Usage::default(); changes.len()],
            operations: BTreeMap::new(),
            consumers: BTreeMap::new(),
            timeline: Timeline::default(),
            spoken: BTreeMap::new(),
            edits: BTreeMap::new(),
            exchanges: Exchanges::default(),
            unjudged: BTreeMap::new(),
            unplaced: 0,
        }
    }

    /// Counts displaced consumers as others.
    fn make_room(&mut self) {
        for name in self.known_consumers.dropped.drain(..) {
            if let Some(exchanges) = self.consumers.remove(&name) {
                *self.consumers.entry(OTHERS.to_owned()).or_default() += &exchanges;
            }
            for usage in &mut self.usage {
                if let Some(count) = usage.consumers.remove(&name) {
                    *usage.consumers.entry(OTHERS.to_owned()).or_default() += count;
                }
            }
        }
    }

    /// How consumers are identified, if they are.
    #[must_use]
    pub const fn consumer_by(&self) -> Option<&ConsumerBy> {
        self.consumer_by.as_ref()
    }

    /// How many responses were counted but not rewritten, because there are too many.
    #[must_use]
    pub const fn passed_over(&self) -> u64 {
        self.kept.passed_over()
    }

    /// Ends the last exchange, and compares old and new payloads of the same resources.
    pub fn finish(&mut self) -> SideBySide {
        self.end();
        let (edits, resources) = self.kept.compared(self.migration);
        self.edits = edits;
        let mut result = resources.compared(&|key, place| self.is_declared(key, place));
        for key in self.edits.keys() {
            let (Some(from), Some(to)) = (&key.from, &key.to) else {
                continue;
            };
            if !matches!(key.kind, EditKind::Renamed | EditKind::Moved) {
                continue;
            }
            let old = self.migration.old.operation(&key.operation);
            let new = old.and_then(|operation| self.migration.operation(operation));
            let (from, to) = (from.to_string(), to.to_string());
            let (same, all) = new.map_or((0, 0), |operation| resources.same_at(&operation.id, &to));
            if all > 0 {
                result.moved.push((from, to, same, all));
            }
        }
        result
    }

    /// Counts the exchange that was being read.
    fn end(&mut self) {
        let Some(current) = self.current.take() else {
            return;
        };
        let spoken = match current.operation {
            Some((_, true)) => Spoken::Old,
            Some((_, false)) => Spoken::New,
            None => Spoken::Neither,
        };
        self.timeline.add(spoken, current.time);
        let seen = self.spoken.entry(spoken).or_default();
        seen.count += 1;
        seen.times.add(current.time);
        let is_old = spoken == Spoken::Old;
        let mut touching = Vec::new();
        if let Some((operation, true)) = current.operation {
            for index in self.around.open(operation, &current.messages, &self.mets) {
                self.mets.doubt(index);
            }
        }
        if let Some(operation) = current.older {
            for index in self.around.open(operation, &current.messages, &self.older_mets) {
                self.older_mets.doubt(index);
            }
        }
        self.older_mets.take(&mut self.met);
        for (index, (met, notes)) in &self.met {
            let side = &mut self.usage[*index].doubtful;
            side.note(*notes);
            if let Some(met) = met {
                side.add(*met, (self.at, &current.origin), current.time);
            }
        }
        self.mets.take(&mut self.met);
        for (index, (met, notes)) in &self.met {
            let usage = &mut self.usage[*index];
            let side = if is_old {
                &mut usage.old
            } else {
                &mut usage.new
            };
            side.note(*notes);
            let Some(met) = met else {
                continue;
            };
            side.add(*met, (self.at, &current.origin), current.time);
            if is_old && *met == Met::Shown && self.counts[*index] {
                touching.push(*index);
                if let Some(consumer) = &current.consumer {
                    *usage.consumers.entry(consumer.clone()).or_default() += 1;
                }
            }
        }
        let count = |exchanges: &mut Exchanges| {
            exchanges.all += 1;
            exchanges.old += u64::from(is_old);
            exchanges.new += u64::from(spoken == Spoken::New);
            exchanges.touched += u64::from(!touching.is_empty());
            exchanges.changes.extend(&touching);
            exchanges.times.add(current.time);
        };
        count(&mut self.exchanges);
        if let Some((operation, is_old)) = current.operation {
            let id = self.around.name(operation, is_old);
            count(self.operations.entry(id).or_default());
        }
        if self.consumer_by.is_some() {
            let consumer = current.consumer.unwrap_or_default();
            count(self.consumers.entry(consumer).or_default());
        }
    }

    /// Records the operation of the exchange, and meets the changes around its schemas.
    fn enter(&mut self, operation: &'c Operation, is_old: bool) {
        let Some(current) = &mut self.current else {
            return;
        };
        if current.operation.is_none() {
            current.operation = Some((operation, is_old));
            for index in self.around.shown_by_all(operation, is_old) {
                let affected = affected(&self.changes[index], Sender::Client);
                let met = match (is_old, affected) {
                    (true, Affected::NotShown) => Met::Held,
                    _ => Met::Shown,
                };
                self.mets.meet(index, met);
            }
        }
    }

    fn is_old(&self, contract: &Contract) -> bool {
        std::ptr::eq(contract, self.migration.old)
    }

    /// The pairs of schemas that a payload is a value of.
    fn roots(&self, routed: &RoutedPayload<'_, 'c>, is_old: bool) -> Vec<usize> {
        let alignment = self.migration.alignment;
        let resolved = |contract: &Contract, schema| vec![contract.graph.resolve(schema)];
        let own = resolved(routed.contract, routed.schema);
        let other = self.around.counterpart(routed.operation, is_old);
        let Some(other) = other else {
            return Vec::new();
        };
        let side = routed.side.unwrap_or(WireSide::Response);
        let graph = match is_old {
            true => &self.migration.new.graph,
            false => &self.migration.old.graph,
        };
        let own_payload = routed.operation.payload(side, routed.status);
        let schemas = other.payload(side, routed.status).map(|payload| match own_payload {
            Some(own) => payload.corresponding(graph, (&routed.contract.graph, own), routed.schema),
            None => payload.schemas(),
        });
        let schemas = match schemas {
            Some(schemas) if !schemas.is_empty() => schemas,
            _ => other.schemas_like(side, routed.status),
        };
        let pairs = schemas.into_iter().filter_map(|schema| match is_old {
            true => alignment.find(&own, &resolved(self.migration.new, schema)),
            false => alignment.find(&resolved(self.migration.old, schema), &own),
        });
        pairs.collect()
    }

    /// Meets the changes of a payload's schemas.
    fn meet_payload(&mut self, routed: &RoutedPayload<'_, 'c>, is_old: bool) {
        let route = Routed::of(routed).route();
        let text = std::str::from_utf8(&routed.body.bytes).ok();
        let text = text.filter(|_| routed.is_plain() && routed.verdict == PayloadVerdict::Conforms);
        let roots = match text.is_some() && self.questions.contains_key(&route) {
            true => Vec::new(),
            false => self.roots(routed, is_old),
        };
        let contract = if is_old {
            self.migration.old
        } else {
            self.migration.new
        };
        let mut asking = Asking {
            by_pair: &self.by_pair,
            is_alive: &self.is_alive,
            visit: Visit {
                contract,
                alignment: self.migration.alignment,
                is_old,
                memo: Memo::on(routed.side),
            },
            meeting: Meeting {
                migration: self.migration,
                changes: self.changes,
                usage: &mut self.usage,
                mets: &mut self.mets,
                side: routed.side,
                is_old,
                time: self.current.as_ref().and_then(|current| current.time),
                origin: &routed.body.origin,
                moment: self.at,
            },
        };
        if let Some(text) = text {
            let questions = self.questions.entry(route);
            let new = || Questions::new(&roots, is_old, routed.side, &asking);
            questions.or_insert_with(new).ask(text, &mut asking);
            return;
        }
        let memos = Memos::on(routed.side);
        let Asking {
            meeting,
            by_pair,
            visit,
            ..
        } = &mut asking;
        let mut seen = |pair: usize, value: Value<'_>, is_secret: bool| {
            if let Some(asked) = by_pair.get(&pair) {
                meeting.all(asked, pair, (value, is_secret), &memos);
            }
        };
        for root in roots {
            visit.run(root, routed.document().root(), &mut seen);
        }
    }

    /// Whether the old and the new contract declare a place in the responses that a resource is in.
    fn is_declared(&self, key: &Key, place: &PathPattern) -> (bool, bool) {
        let is_declared = |contract: &Contract, operation: Option<&Operation>| {
            let responses = operation.into_iter().flat_map(|own| &own.responses);
            let responses = responses.filter(|response| {
                let class = response.status.example() / 100;
                key.class.is_none_or(|own| own == class)
            });
            let mut schemas = responses.flat_map(|response| response.payload.value_schemas(&contract.graph));
            schemas.any(|schema| declared(&contract.graph, &[schema], place.steps()).is_some())
        };
        let new = self.migration.new.operation(&key.operation);
        let old = new.and_then(|new| self.around.counterpart(new, false));
        (
            is_declared(self.migration.old, old),
            is_declared(self.migration.new, new),
        )
    }
}

/// Whether neither a proof nor a counterexample was found for a change.
#[must_use]
pub fn is_open(change: &Difference) -> bool {
    let mut verdicts = change.verdicts.iter();
    verdicts.any(|(_, verdict)| matches!(verdict, Verdict::Unknown(_)))
}
