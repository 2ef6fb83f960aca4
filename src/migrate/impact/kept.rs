//! The texts of the first responses of a run. They are kept until its end, and then upgraded.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use rustc_hash::FxHashMap;

use crate::redact::{MASK, is_secret_name, sanitised, shown_place};
use crate::contract::{Contract, Operation};
use crate::diff::view::View;
use crate::json::TapeDocument;
use crate::location::{Origin, Pointer, Side as WireSide};
use crate::observe::{DeviationKind, RoutedPayload, PayloadVerdict};
use crate::schema::NodeId;

use crate::migrate::migration::{Migration, Route, Routed};
use crate::migrate::plan::{Done, Plan};
use crate::migrate::summary;
use crate::migrate::summary::{EditKey, Outcomes};
use super::resources::{Requested, ResourceReader};
use super::responses::{Described, Response, Responses, Side, has_room, kept};
use super::touch::shown;
use super::EditRow;

/// The first responses of each contract, by file and position. Each thread keeps as many until the results are merged.
#[derive(Debug, Default)]
pub(super) struct Kept<'c> {
    old: Payloads<'c>,
    new: Payloads<'c>,
}

#[derive(Debug, Default)]
struct Payloads<'c> {
    kept: Vec<Payload<'c>>,
    bytes: u64,
    /// How many there were, including those that were not kept.
    all: u64,
}

/// A payload, and what is known about it.
#[derive(Debug)]
struct Payload<'c> {
    text: Box<str>,
    operation: &'c Operation,
    side: Option<WireSide>,
    status: Option<u16>,
    schema: NodeId,
    verdict: PayloadVerdict,
    /// Whether it has no repeated keys.
    is_plain: bool,
    origin: Origin,
    requested: Requested,
}

impl<'c> Payloads<'c> {
    fn wants(&self, origin: &Origin) -> bool {
        has_room(self.kept.len(), self.bytes) || self.kept.last().is_some_and(|last| *origin < last.origin)
    }

    fn add(&mut self, payload: Payload<'c>) {
        let at = self.kept.partition_point(|known| known.origin <= payload.origin);
        self.bytes += payload.text.len() as u64;
        let is_last = at == self.kept.len();
        self.kept.insert(at, payload);
        if !is_last {
            self.cut();
        }
    }

    /// Leaves out those for which there is no room.
    fn cut(&mut self) {
        let sizes = |payloads: &[Payload<'_>]| -> Vec<u64> {
            payloads.iter().map(|payload| payload.text.len() as u64).collect()
        };
        let sizes = sizes(&self.kept);
        let kept = kept(sizes.iter().copied());
        self.kept.truncate(kept);
        self.bytes = sizes[..kept].iter().sum();
    }

    fn merge(&mut self, other: Self) {
        self.all += other.all;
        self.kept.extend(other.kept);
        self.kept.sort_by(|one, other| one.origin.cmp(&other.origin));
        self.cut();
    }
}

impl<'c> Kept<'c> {
    /// Keeps a payload, if it is among the first.
    pub(super) fn add(&mut self, routed: &RoutedPayload<'_, 'c>, is_old: bool, requested: Option<&Requested>) {
        if routed.side == Some(WireSide::Request) {
            return;
        }
        let kept = if is_old { &mut self.old } else { &mut self.new };
        kept.all += 1;
        if !kept.wants(&routed.body.origin) {
            return;
        }
        kept.add(Payload {
            // A payload that was compared is JSON, so it is text.
            text: String::from_utf8_lossy(&routed.body.bytes).into(),
            operation: routed.operation,
            side: routed.side,
            status: routed.status,
            schema: routed.schema,
            verdict: routed.verdict,
            is_plain: routed.is_plain(),
            origin: routed.body.origin.clone(),
            requested: requested.cloned().unwrap_or_else(Requested::unnamed),
        });
    }

    /// Merges the payloads that others kept.
    pub(super) fn merge(&mut self, other: Self) {
        self.old.merge(other.old);
        self.new.merge(other.new);
    }

    /// The operations of the new contract that both contracts have responses of.
    fn common(&self, migration: Migration<'c>) -> HashSet<&'c str> {
        let old = self.old.kept.iter().filter_map(|payload| migration.operation(payload.operation));
        let old: HashSet<&str> = old.map(|operation| operation.id.as_str()).collect();
        let new = self.new.kept.iter().map(|payload| payload.operation.id.as_str());
        new.filter(|id| old.contains(id)).collect()
    }

    /// What an upgrade does to the payloads, and the resources that they describe. With `is_all`, they are all the
    /// responses that there will be, and resources that can be compared with nothing are left out.
    pub(super) fn responses(self, migration: Migration<'c>, is_all: bool) -> Responses {
        let common = self.common(migration);
        let is_needed = |operation: &Operation| !is_all || common.contains(operation.id.as_str());
        let mut plans: FxHashMap<Route, Option<Plan<'c>>> = FxHashMap::default();
        let mut reader = ResourceReader::new(migration.alignment);
        let mut rows = Rows::default();
        let old = self.old.kept.iter().map(|payload| {
            let target = payload.routed(migration.old);
            let plan = plans.entry(target.route()).or_insert_with(|| migration.plan(&target));
            let mut outcomes = Outcomes::default();
            let text = rewritten(migration, (payload, &target), plan.as_mut(), &mut outcomes);
            let mut described = None;
            let operation = migration.operation(payload.operation).filter(|operation| is_needed(operation));
            if let (Some(text), Some(operation)) = (text, operation) {
                described = payload.describe(migration, operation, &text, &mut reader);
            }
            // A plan keeps its own counts.
            if let Some(plan) = plan {
                plan.settle_payload(&mut outcomes);
            }
            payload.read(rows.edits(payload.operation, outcomes), described)
        });
        let old = Side {
            first: old.collect(),
            all: self.old.all,
        };
        let new = self.new.kept.iter().map(|payload| {
            // A payload that violates its own contract says nothing about the other one.
            let described = match payload.verdict {
                PayloadVerdict::Deviates => None,
                _ if !is_needed(payload.operation) => None,
                _ => payload.describe(migration, payload.operation, &payload.text, &mut reader),
            };
            payload.read(Vec::new(), described)
        });
        let new = Side {
            first: new.collect(),
            all: self.new.all,
        };
        let responses = Responses {
            old,
            new,
            rows: rows.all,
            outlines: reader.outliner.outlines,
        };
        responses.settled()
    }
}

/// The edits of responses, each of which is listed once.
#[derive(Default)]
struct Rows {
    all: Vec<EditRow>,
    /// Whether a response before has an example.
    have_example: Vec<bool>,
    positions: BTreeMap<EditRow, usize>,
    /// The same by operation and place, before anything is masked.
    known: FxHashMap<(usize, EditKey), usize>,
}

impl Rows {
    /// The edits of one response, by their positions.
    fn edits(&mut self, operation: &Operation, outcomes: Outcomes) -> Vec<(u32, Option<(String, String)>)> {
        let mut edits: BTreeMap<usize, Option<(String, String)>> = BTreeMap::new();
        for (key, used) in outcomes.edits {
            let row = self.position(operation, key);
            let known = edits.entry(row).or_default();
            if known.is_none() && !self.have_example[row] {
                *known = example(&used);
            }
        }
        for (row, example) in &edits {
            self.have_example[*row] |= example.is_some();
        }
        let edits = edits.into_iter();
        edits.map(|(row, example)| (u32::try_from(row).unwrap_or(u32::MAX), example)).collect()
    }

    fn position(&mut self, operation: &Operation, key: EditKey) -> usize {
        let known = (std::ptr::from_ref(operation).addr(), key);
        if let Some(position) = self.known.get(&known) {
            return *position;
        }
        let key = &known.1;
        let shown = |place: &Option<_>| place.as_ref().map(shown_place);
        let row = EditRow {
            operation: operation.id.clone(),
            from: shown(&key.from),
            to: shown(&key.to),
            kind: key.kind,
        };
        let position = *self.positions.entry(row).or_insert_with_key(|row| {
            self.all.push(row.clone());
            self.have_example.push(false);
            self.all.len() - 1
        });
        self.known.insert(known, position);
        position
    }
}

impl<'c> Payload<'c> {
    /// What it is a payload of.
    const fn routed(&self, contract: &'c Contract) -> Routed<'c> {
        Routed {
            contract,
            operation: self.operation,
            side: self.side,
            status: self.status,
            schema: self.schema,
        }
    }

    /// What remains of it.
    fn read(&self, edits: Vec<(u32, Option<(String, String)>)>, described: Option<Described>) -> Response {
        Response {
            origin: self.origin.clone(),
            bytes: self.text.len() as u64,
            edits,
            described,
        }
    }

    /// The resources that it describes, from its text in the shape of an operation of the new contract.
    fn describe(
        &self,
        migration: Migration<'_>,
        operation: &Operation,
        text: &str,
        reader: &mut ResourceReader,
    ) -> Option<Described> {
        // What was read once can be read again, including numbers that do not fit a double.
        let document = TapeDocument::parse(text.as_bytes()).ok()?;
        let (resources, mentions) = reader.read(&self.requested, &document.root().to_serde());
        Some(Described {
            operation: operation.id.clone(),
            variant: self.variant(migration, operation, &document),
            class: self.status.map(|status| status / 100),
            mentions,
            resources,
        })
    }

    /// The variant of the new contract's schema that it matches; 0 if there are none.
    fn variant(&self, migration: Migration<'_>, operation: &Operation, document: &TapeDocument<'_>) -> usize {
        let graph = &migration.new.graph;
        let schemas = operation.schemas_like(self.side.unwrap_or(WireSide::Response), self.status);
        let view = View::of(graph, &schemas);
        let mut branches = view.unions.iter().flat_map(|union| &union.branches);
        let accepts = |branch: &NodeId| graph.accepts(*branch, document.root());
        branches.position(accepts).map_or(0, |index| index + 1)
    }
}

/// A payload of the old contract in the shape of the new one; `None` if it has no such shape, apart from
/// missing members.
fn rewritten<'p, 'c>(
    migration: Migration<'c>,
    (payload, target): (&'p Payload<'c>, &Routed<'c>),
    plan: Option<&mut Plan<'c>>,
    outcomes: &mut Outcomes,
) -> Option<Cow<'p, str>> {
    let text = &*payload.text;
    if payload.is_plain
        && payload.verdict == PayloadVerdict::Conforms
        && let Some(plan) = plan
        && let Some(done) = plan.rewrite(text)
    {
        let new = match done {
            Done::Current => return Some(Cow::Borrowed(text)),
            // Members that are missing are what the new contract adds.
            Done::Rewritten { text, .. } => text,
        };
        let new = new.map_or(Cow::Borrowed(text), |new| Cow::Owned(new.to_owned()));
        plan.count(outcomes, text, (0, 1), &payload.origin);
        return Some(new);
    }
    let document = TapeDocument::parse(text.as_bytes()).ok()?;
    let rewritten = migration.rewrite(target, document.root()).ok()?;
    outcomes.add(&rewritten.edits, (0, 1), &payload.origin);
    let is_missing = |kind: &DeviationKind| matches!(kind, DeviationKind::Missing { .. });
    let is_whole = payload.verdict != PayloadVerdict::Deviates
        && rewritten.left.iter().all(|(_, kind)| is_missing(kind));
    is_whole.then(|| Cow::Owned(rewritten.tree.to_text()))
}

/// A value before and after an edit, as they may be shown.
fn example(used: &summary::EditUse) -> Option<(String, String)> {
    // Both values of the same edit.
    let (before, after) = used.before.kept.iter().find_map(|before| {
        let mut after = used.after.kept.iter();
        Some((before, after.find(|after| after.2 == before.2)?))
    })?;
    let written = |text: &str, place: &Pointer| {
        let is_secret = place.steps().any(|name| is_secret_name(&name));
        match serde_json::from_str(text) {
            _ if is_secret => serde_json::Value::from(MASK).to_string(),
            Ok(value) => shown(&value).to_string(),
            Err(_) => sanitised(text),
        }
    };
    Some((written(&before.0, &before.1), written(&after.0, &after.1)))
}
