//! Which branch of an `anyOf` or `oneOf` a value was meant for.

use std::sync::Arc;

use crate::json::{Key, Kind, Value};
use crate::schema::{Graph, NodeId};

use super::deviation::DeviationKind;
use super::walk::{About, Recorder, Taken, Walk};

/// Values that a trial walk looks at before it gives up counting.
const TRIAL_VALUES: u32 = 4_000;

/// How far references are followed to find what a branch says.
const DEPTH: u8 = 8;

/// The branch that a value which fits none was meant for: by its tag, else by its type, else the one
/// with the fewest deviations; the first of equals. Also says whether there was a choice between
/// branches for this type of value, so that a report has to name the one taken.
pub(super) fn closest(graph: &Graph, branches: &[NodeId], value: Value<'_>) -> (NodeId, bool) {
    let of_type: Vec<NodeId> = branches
        .iter()
        .copied()
        .filter(|branch| may_hold(graph, *branch, value.kind(), DEPTH))
        .collect();
    let candidates = if of_type.is_empty() {
        branches
    } else {
        &of_type
    };
    let is_null = |branch: &NodeId| {
        may_hold(graph, *branch, Kind::Null, DEPTH)
            && !may_hold(graph, *branch, Kind::Object, DEPTH)
    };
    let is_choice = branches.iter().filter(|branch| !is_null(branch)).count() > 1;
    if let Some(tagged) = by_tag(graph, candidates, value) {
        return (tagged, is_choice);
    }
    if let [only] = candidates {
        return (*only, is_choice);
    }
    let mut best = (u32::MAX, candidates[0]);
    for &branch in candidates {
        // A value that is no `null` was hardly meant for the branch that takes `null` alone.
        let weight = if is_null(&branch) { 1_000 } else { 0 };
        let deviations = weight + deviations(graph, branch, value);
        if deviations < best.0 {
            best = (deviations, branch);
        }
    }
    (best.1, is_choice)
}

/// The one branch whose tag (a required property with a constant or an enum of strings) is the
/// value's.
fn by_tag(graph: &Graph, branches: &[NodeId], value: Value<'_>) -> Option<NodeId> {
    for (key, member) in value.members() {
        let Some(text) = member.as_str() else {
            continue;
        };
        let name = key.name();
        let mut tagged = None;
        let mut all_pinned = true;
        for &branch in branches {
            match pins(graph, branch, &name, &text, DEPTH) {
                Some(true) if tagged.is_some() => all_pinned = false,
                Some(true) => tagged = Some(branch),
                Some(false) => {}
                None => all_pinned = false,
            }
        }
        if all_pinned && tagged.is_some() {
            return tagged;
        }
    }
    None
}

/// Whether a branch fixes the property to this text; `None` when it does not fix it at all.
fn pins(graph: &Graph, id: NodeId, name: &str, text: &str, depth: u8) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    let node = graph.node(id);
    if let Some(property) = node.object.properties.get(name) {
        let property = graph.node(graph.resolve(*property));
        if let Some(constant) = &property.constant {
            return Some(constant.as_str() == Some(text));
        }
        if let Some(values) = &property.values {
            return Some(values.has_str(text));
        }
    }
    node.reference
        .iter()
        .chain(&node.all_of)
        .find_map(|next| pins(graph, *next, name, text, depth))
}

/// Whether a schema may accept values of this kind, as far as `type`, `const` and `enum` tell.
fn may_hold(graph: &Graph, id: NodeId, kind: Kind, depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return true;
    };
    let node = graph.node(id);
    let is_kind = |value: &serde_json::Value| kind_of(value) == kind;
    !node.never
        && node.types.is_none_or(|types| types.may_hold(kind))
        && node.constant.as_ref().is_none_or(is_kind)
        && node
            .values
            .as_ref()
            .is_none_or(|values| values.all.iter().any(is_kind))
        && node
            .reference
            .iter()
            .chain(&node.all_of)
            .all(|next| may_hold(graph, *next, kind, depth))
        && (node.any_of.is_empty()
            || node
                .any_of
                .iter()
                .any(|next| may_hold(graph, *next, kind, depth)))
        && (node.one_of.is_empty()
            || node
                .one_of
                .iter()
                .any(|next| may_hold(graph, *next, kind, depth)))
}

fn kind_of(value: &serde_json::Value) -> Kind {
    match value {
        serde_json::Value::Null => Kind::Null,
        serde_json::Value::Bool(_) => Kind::Boolean,
        serde_json::Value::Number(_) => Kind::Number,
        serde_json::Value::String(_) => Kind::String,
        serde_json::Value::Array(_) => Kind::Array,
        serde_json::Value::Object(_) => Kind::Object,
    }
}

/// The branch with an enum of strings that does not list the value, where another branch takes any
/// string: the enum of such a union names what is known, and is open.
pub(super) fn bypassed_enum(
    graph: &Graph,
    branches: &[NodeId],
    value: Value<'_>,
) -> Option<NodeId> {
    let text = value.as_str()?;
    branches
        .iter()
        .map(|branch| graph.resolve(*branch))
        .find(|branch| {
            graph
                .node(*branch)
                .values
                .as_ref()
                .is_some_and(|values| values.strings().next().is_some() && !values.has_str(&text))
        })
}

/// How many deviations a walk under this branch meets.
fn deviations(graph: &Graph, branch: NodeId, value: Value<'_>) -> u32 {
    let mut walk = Walk::new(graph, Trial::default()).limit_elements(8);
    walk.run(branch, value);
    walk.recorder.deviations
}

/// Counts and keeps nothing.
#[derive(Default)]
struct Trial {
    values: u32,
    deviations: u32,
}

impl<'d> Recorder<'d> for Trial {
    fn value(&mut self, _: Value<'d>, _: &[NodeId]) {
        self.values += 1;
    }

    fn enter(&mut self, _: Taken<'d>) {}

    fn leave(&mut self) {}

    fn deviation(&mut self, _: NodeId, _: DeviationKind, _: About<'d>, _: Option<&Arc<str>>) {
        self.deviations += 1;
    }

    fn undeclared(&mut self, _: NodeId, _: Key<'d>, _: Value<'d>) {}

    fn beyond_enum(&mut self, _: NodeId, _: Value<'d>) {}

    fn variant(&mut self, _: NodeId) {}

    fn is_done(&self) -> bool {
        self.values >= TRIAL_VALUES
    }
}
