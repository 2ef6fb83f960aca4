//! The first payloads of a run: what an upgrade does to them, and what they are payloads of.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::capture::redact::{MASK, is_secret_name, sanitised};
use crate::diff::view::View;
use crate::json::Document;
use crate::location::{Pointer, Side as WireSide};
use crate::observe::{RoutedPayload, Verdict};
use crate::schema::NodeId;

use super::super::migration::Migration;
use super::super::plan::{Done, Plan};
use super::super::summary::{self, Outcomes};
use super::pairs::{Resource, Resources};
use super::touch::shown;
use super::{EditKey, EditUse, Route, route_of};

/// Payloads of each contract that are kept; of more the counters say enough.
const KEPT: usize = 2_000;

/// Their bytes.
const BYTES: usize = 16 << 20;

/// The first payloads.
#[derive(Debug, Default)]
pub(super) struct Kept<'c> {
    /// Of the old contract in the shape of the new one, and of the new one.
    old: Texts,
    new: Texts,
    /// How many of them were looked at, those included that cannot be compared.
    looked_at: [usize; 2],
    plans: FxHashMap<Route, Option<Plan<'c>>>,
    /// What was done to those of each operation of the old contract, by its id; as in the plans, of some it is there.
    outcomes: BTreeMap<String, Outcomes>,
    of_route: FxHashMap<Route, String>,
    /// Responses beyond those.
    pub(super) passed_over: u64,
}

#[derive(Debug, Default)]
struct Texts {
    texts: Vec<Text>,
    bytes: usize,
}

/// A payload, and what is known of it.
#[derive(Debug)]
struct Text {
    text: Box<str>,
    /// The operation of the new contract.
    operation: String,
    status: Option<u16>,
    side: Option<WireSide>,
    resource: Resource,
}

impl Texts {
    fn add(&mut self, text: Text) {
        self.bytes += text.text.len();
        self.texts.push(text);
    }
}

impl<'c> Kept<'c> {
    /// Keeps what a payload becomes, and what it is a payload of, if it is among the first.
    pub(super) fn add(
        &mut self,
        migration: Migration<'c>,
        routed: &RoutedPayload<'_, 'c>,
        is_old: bool,
        resource: Option<&Resource>,
    ) {
        if routed.side == Some(WireSide::Request) {
            return;
        }
        let kept = if is_old { &self.old } else { &self.new };
        let looked_at = &mut self.looked_at[usize::from(is_old)];
        if *looked_at >= KEPT || kept.bytes >= BYTES {
            self.passed_over += 1;
            return;
        }
        *looked_at += 1;
        let number = u64::try_from(*looked_at).unwrap_or(u64::MAX);
        let operation = match is_old {
            true => migration.operation(routed.operation),
            false => Some(routed.operation),
        };
        let Some(operation) = operation.map(|operation| operation.id.clone()) else {
            return;
        };
        let text = match is_old {
            true => self.rewritten(migration, routed, number),
            // What breaks its own contract says nothing of the other one.
            false if routed.verdict == Verdict::Deviates => None,
            false => Some(routed.document().root().raw().into()),
        };
        let Some(text) = text else { return };
        let text = Text {
            text,
            operation,
            status: routed.status,
            side: routed.side,
            resource: resource.cloned().unwrap_or_else(Resource::unnamed),
        };
        match is_old {
            true => self.old.add(text),
            false => self.new.add(text),
        }
    }

    /// A payload of the old contract in the shape of the new one; `None` for one that has no such shape.
    fn rewritten(
        &mut self,
        migration: Migration<'c>,
        routed: &RoutedPayload<'_, 'c>,
        number: u64,
    ) -> Option<Box<str>> {
        let route = route_of(routed);
        let id = || routed.operation.id.clone();
        let plan = self
            .plans
            .entry(route)
            .or_insert_with(|| migration.plan(routed));
        let origin = &routed.body.origin;
        if routed.is_plain()
            && routed.verdict == Verdict::Conforms
            && let Some(plan) = plan
            && let Ok(text) = std::str::from_utf8(&routed.body.bytes)
            && let Some(done) = plan.rewrite(text)
        {
            let (new, is_valid) = match done {
                Done::Current => return Some(text.into()),
                Done::Rewritten { text, is_valid } => (text, is_valid),
            };
            let kept = is_valid.then(|| new.unwrap_or(text).into());
            self.of_route.entry(route).or_insert_with(id);
            let outcomes = self.outcomes.entry(id()).or_default();
            plan.count(outcomes, text, (0, number), origin);
            return kept;
        }
        let document = routed.document();
        let rewritten = migration.rewrite(routed, document.root()).ok()?;
        let outcomes = self.outcomes.entry(id()).or_default();
        outcomes.add(&rewritten.edits, (0, number), origin);
        // What could not be rewritten in full has no shape to compare.
        let is_whole = routed.verdict != Verdict::Deviates && rewritten.left.is_empty();
        is_whole.then(|| rewritten.tree.to_text().into())
    }

    /// What an upgrade does to the payloads.
    pub(super) fn edits(&mut self) -> BTreeMap<EditKey, EditUse> {
        for (route, plan) in &mut self.plans {
            if let (Some(plan), Some(id)) = (plan, self.of_route.get(route))
                && let Some(outcomes) = self.outcomes.get_mut(id)
            {
                plan.settle(outcomes);
            }
        }
        let outcomes = self.outcomes.iter();
        let edits = outcomes.flat_map(|(operation, outcomes)| {
            outcomes.edits.iter().map(|(key, used)| {
                let key = EditKey {
                    operation: operation.clone(),
                    from: key.from.clone(),
                    to: key.to.clone(),
                    kind: key.kind,
                };
                (key, edit_use(used))
            })
        });
        edits.collect()
    }

    /// The resources of operations of which there are payloads of both contracts.
    pub(super) fn resources(&self, migration: Migration<'c>) -> Resources {
        let operations = |texts: &Texts| -> BTreeSet<String> {
            texts
                .texts
                .iter()
                .map(|text| text.operation.clone())
                .collect()
        };
        let (old, new) = (operations(&self.old), operations(&self.new));
        let mut resources = Resources::default();
        for (is_old, texts) in [(true, &self.old), (false, &self.new)] {
            for text in &texts.texts {
                if !old.contains(&text.operation) || !new.contains(&text.operation) {
                    continue;
                }
                let Ok(payload) = serde_json::from_str(&text.text) else {
                    continue;
                };
                let variant = variant(migration, text);
                let resource = (&text.resource, variant, text.status);
                resources.add(is_old, &text.operation, resource, &payload);
            }
        }
        resources
    }
}

/// Which variant of the new contract's schema a payload is; 0 where there are none.
fn variant(migration: Migration<'_>, text: &Text) -> usize {
    let side = text.side.unwrap_or(WireSide::Response);
    let operation = migration.new.operation(&text.operation);
    let schemas = operation.map(|operation| operation.schemas_like(side, text.status));
    let graph = &migration.new.graph;
    let view = View::of(graph, &schemas.unwrap_or_default());
    let Ok(document) = Document::parse(text.text.as_bytes()) else {
        return 0;
    };
    let mut branches = view.unions.iter().flat_map(|union| &union.branches);
    let accepts = |branch: &NodeId| graph.accepts(*branch, document.root());
    branches.position(accepts).map_or(0, |index| index + 1)
}

/// How often an edit was made, with a value before and after that may be shown.
fn edit_use(used: &summary::EditUse) -> EditUse {
    let (before, after) = (used.before.kept.first(), used.after.kept.first());
    let example = before.zip(after).map(|(before, after)| {
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
    EditUse {
        payloads: used.payloads,
        example,
    }
}
