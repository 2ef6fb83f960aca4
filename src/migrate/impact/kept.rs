//! The first payloads of a run: what an upgrade does to them, and which resources they describe.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::redact::{MASK, is_secret_name, sanitised};
use crate::contract::{Contract, Operation};
use crate::diff::view::View;
use crate::json::TapeDocument;
use crate::location::{Origin, Pointer, Side as WireSide};
use crate::observe::{DeviationKind, RoutedPayload, PayloadVerdict};
use crate::schema::NodeId;

use crate::migrate::migration::{Migration, Route, Routed};
use crate::migrate::plan::{Done, Plan};
use crate::migrate::summary;
use crate::migrate::summary::Outcomes;
use super::pairs::{Resource, Resources};
use super::touch::shown;
use super::usage::Moment;
use super::{EditRow, EditCounts};

/// Payloads of each contract that are kept; for more, the counters are enough.
const KEPT: usize = 2_000;

/// Bytes of payloads that are kept; each thread keeps as many until the results are merged.
const BYTES: usize = 4 << 20;

/// The first payloads of responses.
#[derive(Debug, Default)]
pub(super) struct Kept<'c> {
    old: Payloads<'c>,
    new: Payloads<'c>,
}

#[derive(Debug, Default)]
struct Payloads<'c> {
    kept: Vec<Payload<'c>>,
    bytes: usize,
    /// How many there were, including those that were not kept.
    all: u64,
}

/// A payload, and what is known about it.
#[derive(Debug)]
struct Payload<'c> {
    moment: Moment,
    text: Box<str>,
    operation: &'c Operation,
    side: Option<WireSide>,
    status: Option<u16>,
    schema: NodeId,
    verdict: PayloadVerdict,
    /// Whether it has no repeated keys.
    is_plain: bool,
    origin: Origin,
    resource: Resource,
}

/// A payload in the shape of the new contract.
struct Shape<'p, 'c> {
    payload: &'p Payload<'c>,
    text: Cow<'p, str>,
}

impl<'c> Payloads<'c> {
    fn has_room(&self) -> bool {
        self.kept.len() < KEPT && self.bytes < BYTES
    }

    fn add(&mut self, payload: Payload<'c>) {
        self.bytes += payload.text.len();
        self.kept.push(payload);
    }

    fn merge(&mut self, other: Self) {
        let mut all = std::mem::take(&mut self.kept);
        all.extend(other.kept);
        all.sort_by_key(|payload| payload.moment);
        self.bytes = 0;
        self.all += other.all;
        for payload in all {
            if !self.has_room() {
                break;
            }
            self.add(payload);
        }
    }

    const fn passed_over(&self) -> u64 {
        self.all - self.kept.len() as u64
    }
}

impl<'c> Kept<'c> {
    /// Keeps a payload, if it is among the first.
    pub(super) fn add(
        &mut self,
        routed: &RoutedPayload<'_, 'c>,
        is_old: bool,
        (moment, resource): (Moment, Option<&Resource>),
    ) {
        if routed.side == Some(WireSide::Request) {
            return;
        }
        let kept = if is_old { &mut self.old } else { &mut self.new };
        kept.all += 1;
        if !kept.has_room() {
            return;
        }
        kept.add(Payload {
            moment,
            // A payload that was compared is JSON, so it is text.
            text: String::from_utf8_lossy(&routed.body.bytes).into(),
            operation: routed.operation,
            side: routed.side,
            status: routed.status,
            schema: routed.schema,
            verdict: routed.verdict,
            is_plain: routed.is_plain(),
            origin: routed.body.origin.clone(),
            resource: resource.cloned().unwrap_or_else(Resource::unnamed),
        });
    }

    /// Merges the payloads that others kept.
    pub(super) fn merge(&mut self, other: Self) {
        self.old.merge(other.old);
        self.new.merge(other.new);
    }

    /// How many payloads were not kept.
    pub(super) const fn passed_over(&self) -> u64 {
        self.old.passed_over() + self.new.passed_over()
    }

    /// What an upgrade does to the payloads, and the resources of operations that have payloads of both
    /// contracts.
    pub(super) fn compared(
        &self,
        migration: Migration<'c>,
    ) -> (BTreeMap<EditRow, EditCounts>, Resources) {
        let mut outcomes: BTreeMap<&str, Outcomes> = BTreeMap::new();
        let mut plans: FxHashMap<Route, Option<Plan<'c>>> = FxHashMap::default();
        let mut old: Vec<(&str, Shape<'_, 'c>)> = Vec::new();
        for (number, payload) in (1..).zip(&self.old.kept) {
            let target = payload.routed(migration.old);
            let route = target.route();
            let plan = plans
                .entry(route)
                .or_insert_with(|| migration.plan(&target));
            let outcomes = outcomes.entry(&payload.operation.id).or_default();
            let text = rewritten(
                migration,
                (payload, &target),
                plan.as_mut(),
                outcomes,
                number,
            );
            let operation = migration.operation(payload.operation);
            if let (Some(text), Some(operation)) = (text, operation) {
                old.push((&operation.id, Shape { payload, text }));
            }
        }
        // Each plan keeps its own counts.
        for ((operation, ..), plan) in &mut plans {
            let mut kept = self.old.kept.iter();
            let of =
                kept.find(|payload| std::ptr::from_ref(payload.operation).addr() == *operation);
            if let (Some(plan), Some(payload)) = (plan, of) {
                plan.settle(outcomes.entry(&payload.operation.id).or_default());
            }
        }
        // A payload that violates its own contract says nothing about the other one.
        let new = self
            .new
            .kept
            .iter()
            .filter(|payload| payload.verdict != PayloadVerdict::Deviates);
        let new: Vec<(&str, Shape<'_, 'c>)> = new
            .map(|payload| {
                let text = Cow::Borrowed(&*payload.text);
                (&*payload.operation.id, Shape { payload, text })
            })
            .collect();
        (edits(&outcomes), resources(migration, &old, &new))
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
}

/// A payload of the old contract in the shape of the new one; `None` if it has no such shape, apart from
/// missing members.
fn rewritten<'p, 'c>(
    migration: Migration<'c>,
    (payload, target): (&'p Payload<'c>, &Routed<'c>),
    plan: Option<&mut Plan<'c>>,
    outcomes: &mut Outcomes,
    number: u64,
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
        plan.count(outcomes, text, (0, number), &payload.origin);
        return Some(new);
    }
    let document = TapeDocument::parse(text.as_bytes()).ok()?;
    let rewritten = migration.rewrite(target, document.root()).ok()?;
    outcomes.add(&rewritten.edits, (0, number), &payload.origin);
    let is_missing = |kind: &DeviationKind| matches!(kind, DeviationKind::Missing { .. });
    let is_whole = payload.verdict != PayloadVerdict::Deviates
        && rewritten.left.iter().all(|(_, kind)| is_missing(kind));
    is_whole.then(|| Cow::Owned(rewritten.tree.to_text()))
}

fn edits(outcomes: &BTreeMap<&str, Outcomes>) -> BTreeMap<EditRow, EditCounts> {
    let edits = outcomes.iter().flat_map(|(operation, outcomes)| {
        outcomes.edits.iter().map(|(key, used)| {
            let key = EditRow {
                operation: (*operation).to_owned(),
                from: key.from.clone(),
                to: key.to.clone(),
                kind: key.kind,
            };
            (key, edit_use(used))
        })
    });
    edits.collect()
}

fn resources<'c>(
    migration: Migration<'c>,
    old: &[(&str, Shape<'_, 'c>)],
    new: &[(&str, Shape<'_, 'c>)],
) -> Resources {
    let operations = |shapes: &[(&str, Shape<'_, 'c>)]| -> BTreeSet<String> {
        shapes
            .iter()
            .map(|(operation, _)| (*operation).to_owned())
            .collect()
    };
    let (of_old, of_new) = (operations(old), operations(new));
    let mut resources = Resources::default();
    for (is_old, shapes) in [(true, old), (false, new)] {
        for (operation, shape) in shapes {
            if !of_old.contains(*operation) || !of_new.contains(*operation) {
                continue;
            }
            // What was read once can be read again, including numbers that do not fit a double.
            let Ok(document) = TapeDocument::parse(shape.text.as_bytes()) else {
                continue;
            };
            let json = document.root().to_serde();
            let payload = shape.payload;
            let variant = variant(migration, operation, shape);
            let resource = (&payload.resource, variant, payload.status);
            resources.add(is_old, operation, resource, &json);
        }
    }
    resources
}

/// The variant of the new contract's schema that a payload matches; 0 if there are none.
fn variant(migration: Migration<'_>, operation: &str, shape: &Shape<'_, '_>) -> usize {
    let side = shape.payload.side.unwrap_or(WireSide::Response);
    let operation = migration.new.operation(operation);
    let schemas = operation.map(|operation| operation.schemas_like(side, shape.payload.status));
    let graph = &migration.new.graph;
    let view = View::of(graph, &schemas.unwrap_or_default());
    let Ok(document) = TapeDocument::parse(shape.text.as_bytes()) else {
        return 0;
    };
    let mut branches = view.unions.iter().flat_map(|union| &union.branches);
    let accepts = |branch: &NodeId| graph.accepts(*branch, document.root());
    branches.position(accepts).map_or(0, |index| index + 1)
}

/// How often an edit was made, with a value before and after that may be shown.
fn edit_use(used: &summary::EditUse) -> EditCounts {
    // Both values of the same edit.
    let pair = used.before.kept.iter().find_map(|before| {
        let mut after = used.after.kept.iter();
        Some((before, after.find(|after| after.2 == before.2)?))
    });
    let example = pair.map(|(before, after)| {
        let written = |text: &str, place: &Pointer| {
            let is_secret = place.steps().any(|name| is_secret_name(&name));
            match serde_json::from_str(text) {
                _ if is_secret => serde_json::Value::from(MASK).to_string(),
                Ok(value) => shown(&value).to_string(),
                Err(_) => sanitised(text),
            }
        };
        (written(&before.0, &before.1), written(&after.0, &after.1))
    });
    EditCounts {
        payloads: used.payloads,
        example,
    }
}
