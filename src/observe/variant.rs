//! Which branch of an `anyOf` or `oneOf` a value was meant for.

use crate::json::{Key, Kind, Value};
use crate::location::Side;
use crate::schema::{Graph, NodeId, Types};

use super::fit::Fit;

/// How far references are followed to find what a branch says.
const DEPTH: u8 = 8;

/// What a value that fits no branch was meant for.
pub(super) enum Closest<'d> {
    /// A branch; and whether there was a choice, so that a report has to name the one taken.
    Branch(NodeId, bool),
    /// No branch takes values of this type: the types that they take.
    NoType(Types),
    /// The tag is that of no branch: the member that is the tag, and the tags there are.
    NoTag(Key<'d>, Value<'d>, Vec<String>),
}

/// Finds what a value that fits no branch was meant for: by type, then by the discriminator of the
/// union, then by tag (a property with a constant or an enum of strings in each branch), then the branch with which most of the
/// value agrees, or the first where it must not measure.
pub(super) fn closest<'d>(
    graph: &Graph,
    union: NodeId,
    branches: &[NodeId],
    value: Value<'d>,
    side: Option<Side>,
    may_measure: bool,
) -> Closest<'d> {
    let of_type: Vec<NodeId> = branches
        .iter()
        .copied()
        .filter(|branch| may_hold(graph, *branch, value.kind()))
        .collect();
    if of_type.is_empty() {
        return Closest::NoType(types(graph, branches));
    }
    let is_null = |branch: &NodeId| {
        may_hold(graph, *branch, Kind::Null) && !may_hold(graph, *branch, Kind::Object)
    };
    let is_choice = branches.iter().filter(|branch| !is_null(branch)).count() > 1;
    if let [only] = of_type.as_slice() {
        return Closest::Branch(*only, is_choice);
    }
    if let Some(closest) = discriminated(graph, union, &of_type, value) {
        return closest;
    }
    for (key, member) in value.members() {
        let Some(text) = member.as_str() else {
            continue;
        };
        let name = key.name();
        let tags: Option<Vec<Vec<String>>> = of_type
            .iter()
            .map(|branch| tags_of(graph, *branch, &name, DEPTH))
            .collect();
        let Some(tags) = tags else { continue };
        // What is the same in all of them tells nothing apart.
        if tags.iter().all(|other| *other == tags[0]) {
            continue;
        }
        let tagged: Vec<NodeId> = of_type
            .iter()
            .zip(&tags)
            .filter(|(_, tags)| tags.iter().any(|tag| *tag == *text))
            .map(|(branch, _)| *branch)
            .collect();
        match tagged.as_slice() {
            [] => {
                let mut tags = tags.concat();
                tags.sort();
                tags.dedup();
                return Closest::NoTag(key, member, tags);
            }
            [only] => return Closest::Branch(*only, is_choice),
            // The tag does not tell these apart.
            _ => {}
        }
    }
    let mut best: Option<(Fit, NodeId)> = None;
    for &branch in of_type.iter().filter(|_| may_measure) {
        let fit = Fit::of_variant(graph, branch, side, value);
        if best.is_none_or(|(known, _)| fit.compare(known).is_gt()) {
            best = Some((fit, branch));
        }
    }
    let best = best.map_or(of_type[0], |(_, branch)| branch);
    Closest::Branch(best, is_choice)
}

/// What the discriminator of a union says, if it has one and the value has its property.
fn discriminated<'d>(
    graph: &Graph,
    union: NodeId,
    branches: &[NodeId],
    value: Value<'d>,
) -> Option<Closest<'d>> {
    let discriminator = graph.node(union).discriminator.as_ref()?;
    let (key, member) = value
        .members()
        .find(|(key, _)| key.is(&discriminator.property))?;
    let tag = member.as_str()?;
    let Some(schema) = discriminator.schema(&tag) else {
        let tags = discriminator.tags();
        return (!tags.is_empty()).then_some(Closest::NoTag(key, member, tags));
    };
    let schema = graph.resolve(schema);
    let branch = branches
        .iter()
        .find(|branch| graph.resolve(**branch) == schema)?;
    Some(Closest::Branch(*branch, true))
}

/// The types that some branch takes.
fn types(graph: &Graph, branches: &[NodeId]) -> Types {
    let mut types = Types::default();
    for kind in Kind::ALL {
        if branches.iter().any(|branch| may_hold(graph, *branch, kind)) {
            types.insert(kind.name());
        }
    }
    types
}

/// The strings to which a branch fixes a property; `None` when it does not fix it.
pub(super) fn tags_of(graph: &Graph, id: NodeId, name: &str, depth: u8) -> Option<Vec<String>> {
    let depth = depth.checked_sub(1)?;
    let node = graph.node(id);
    if let Some(property) = node.object.properties.get(name) {
        let property = graph.node(graph.resolve(*property));
        if let Some(constant) = &property.constant {
            return constant.as_str().map(|tag| vec![tag.to_owned()]);
        }
        if let Some(values) = &property.values {
            return Some(values.strings().map(str::to_owned).collect());
        }
    }
    node.reference
        .iter()
        .chain(&node.all_of)
        .find_map(|next| tags_of(graph, *next, name, depth))
}

/// Whether a schema may accept values of this kind, as far as `type`, `const` and `enum` tell.
pub(super) fn may_hold(graph: &Graph, id: NodeId, kind: Kind) -> bool {
    may_hold_within(graph, id, kind, DEPTH)
}

fn may_hold_within(graph: &Graph, id: NodeId, kind: Kind, depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return true;
    };
    let node = graph.node(id);
    let is_kind = |value: &serde_json::Value| kind_of(value) == kind;
    let constant = node.constant.as_deref();
    !node.never
        && node.types.is_none_or(|types| types.may_hold(kind))
        && constant.is_none_or(is_kind)
        && node
            .values
            .as_ref()
            .is_none_or(|values| values.all.iter().any(is_kind))
        && node
            .reference
            .iter()
            .chain(&node.all_of)
            .all(|next| may_hold_within(graph, *next, kind, depth))
        && (node.any_of.is_empty()
            || node
                .any_of
                .iter()
                .any(|next| may_hold_within(graph, *next, kind, depth)))
        && (node.one_of.is_empty()
            || node
                .one_of
                .iter()
                .any(|next| may_hold_within(graph, *next, kind, depth)))
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
