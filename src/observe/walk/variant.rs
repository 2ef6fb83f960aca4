//! Which branch of an `anyOf` or `oneOf` a value was meant for.

use std::sync::Arc;

use crate::json::{Key, Kind, Value};
use crate::location::Side;
use crate::schema::{Graph, NodeId, Types};

use crate::observe::routing::fit::Fit;

/// What a value that fits no branch was meant for.
pub(crate) enum Closest<'d> {
    /// A branch, and whether there was a choice, so that a report has to name the branch.
    Branch(NodeId, bool),
    /// No branch accepts values of this type; these are the types that they accept.
    NoType(Types),
    /// No branch has this tag; these are the member with the tag, and the known tags.
    NoTag(Key<'d>, Value<'d>, Vec<String>),
}

/// Finds what a value that fits no branch was meant for: by type, then by the discriminator of the union,
/// then by tag (a property with a constant or an enum of strings in each branch), then by how much of the
/// value matches each branch. If measuring is not allowed, the first branch is taken.
pub(crate) fn closest<'d>(
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
        .filter(|branch| graph.may_hold(*branch, value.kind()))
        .collect();
    if of_type.is_empty() {
        return Closest::NoType(types(graph, branches));
    }
    let is_null = |branch: &NodeId| {
        graph.may_hold(*branch, Kind::Null) && !graph.may_hold(*branch, Kind::Object)
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
            .map(|branch| graph.fixed_texts(*branch, &name))
            .collect();
        let Some(tags) = tags else { continue };
        // A tag that all of them share distinguishes nothing.
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
            // The tag does not distinguish these.
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

/// The branch of a union that a value was meant for, whether it accepts the value or not; `None` if no branch
/// has its type or its tag.
pub(crate) fn meant_for(
    graph: &Graph,
    union: NodeId,
    branches: &[NodeId],
    value: Value<'_>,
    side: Option<Side>,
) -> Option<NodeId> {
    match closest(graph, union, branches, value, side, true) {
        Closest::Branch(branch, _) => Some(branch),
        Closest::NoType(_) | Closest::NoTag(..) => None,
    }
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

/// Whether the branch that a value was meant for is certain: no other branch has its type, the discriminator of the
/// union names it, or a property has one of its fixed texts.
pub(crate) fn is_certain(
    graph: &Graph,
    union: NodeId,
    branches: &[NodeId],
    branch: NodeId,
    value: Value<'_>,
) -> bool {
    let mut others = branches.iter().filter(|other| **other != branch);
    if !others.any(|other| graph.may_hold(*other, value.kind())) {
        return true;
    }
    if let Some(Closest::Branch(named, _)) = discriminated(graph, union, &[branch], value) {
        return named == branch;
    }
    value.members().any(|(key, member)| {
        let name = key.name();
        let Some(texts) = graph.fixed_texts(branch, &name) else {
            return false;
        };
        let others = || branches.iter().filter(|other| **other != branch);
        let is_own = |tag: &str| {
            texts.iter().any(|text| text == tag)
                && others().all(|other| {
                    let texts = graph.fixed_texts(*other, &name);
                    texts.is_some_and(|texts| texts.iter().all(|text| text != tag))
                })
        };
        member.as_str().is_some_and(|tag| is_own(&tag))
    })
}

/// The types that some branch accepts.
fn types(graph: &Graph, branches: &[NodeId]) -> Types {
    let mut types = Types::default();
    for kind in Kind::ALL {
        if branches.iter().any(|branch| graph.may_hold(*branch, kind)) {
            types.insert(kind.name());
        }
    }
    types
}

/// A branch that rejects an object, but declares more of its members than any branch that accepts it. The
/// object was probably meant for it, and a looser branch let it pass.
pub(crate) fn lookalike(
    graph: &Graph,
    branches: &[NodeId],
    accepted: &[NodeId],
    value: Value<'_>,
    side: Option<Side>,
) -> Option<NodeId> {
    let keys: Vec<_> = value.members().map(|(key, _)| key.name()).collect();
    let named = |names: &Names| keys.iter().filter(|key| names.has(graph, key)).count();
    let mut most = 0;
    for accepting in accepted {
        let names = Names::of(graph, *accepting);
        if names.describes_all(graph) {
            return None;
        }
        most = most.max(named(&names));
    }
    if most == keys.len() {
        return None;
    }
    let mut best: Option<(usize, Fit, NodeId)> = None;
    for &branch in branches {
        if accepted.contains(&branch) || !graph.may_hold(branch, Kind::Object) {
            continue;
        }
        let count = named(&Names::of(graph, branch));
        if count <= most || is_tagged_otherwise(graph, branch, value) {
            continue;
        }
        let fit = Fit::of_variant(graph, branch, side, value);
        let is_better = best.is_none_or(|(known, known_fit, _)| {
            count.cmp(&known).then(fit.compare(known_fit)).is_gt()
        });
        if is_better {
            best = Some((count, fit, branch));
        }
    }
    best.map(|(.., branch)| branch)
}

/// Whether a branch fixes some member of an object to other texts.
fn is_tagged_otherwise(graph: &Graph, branch: NodeId, value: Value<'_>) -> bool {
    value.members().any(|(key, member)| {
        member.as_str().is_some_and(|text| {
            let texts = graph.fixed_texts(branch, &key.name());
            texts.is_some_and(|texts| !texts.is_empty() && !texts.iter().any(|it| *it == *text))
        })
    })
}

/// The schemas that determine which members of an object a branch declares.
pub(crate) struct Names(Vec<NodeId>);

impl Names {
    /// The schemas of a branch, in whichever way they may apply.
    pub(crate) fn of(graph: &Graph, branch: NodeId) -> Self {
        Self(graph.closure(&[branch], |_| true))
    }

    /// Whether a member is declared.
    pub(crate) fn has(&self, graph: &Graph, key: &str) -> bool {
        let mut nodes = self.0.iter().map(|id| graph.node(*id));
        nodes.any(|node| node.named_schemas(key).next().is_some())
    }

    /// Whether every member is constrained.
    pub(crate) fn describes_all(&self, graph: &Graph) -> bool {
        let mut nodes = self.0.iter().map(|id| &graph.node(*id).object);
        nodes.any(|rules| {
            let rest = [rules.additional, rules.unevaluated].into_iter().flatten();
            rest.map(|id| graph.node(id)).any(|rest| rest.asserts)
        })
    }

    /// The names of the properties, and whether there are patterns for others.
    pub(crate) fn listed<'g>(&self, graph: &'g Graph) -> (Vec<&'g Arc<str>>, bool) {
        let rules = || self.0.iter().map(|id| &graph.node(*id).object);
        let names = rules().flat_map(|rules| rules.properties.keys()).collect();
        (names, rules().any(|rules| !rules.patterns.is_empty()))
    }
}

/// The enums of strings among the branches of a union in which another branch accepts any string. Such enums
/// list the known values, and are open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct OpenEnums {
    enums: Vec<NodeId>,
    /// Every schema of the branches that lists strings: a value that any of them lists is known.
    listing: Vec<NodeId>,
}

impl OpenEnums {
    /// `None` if no branch has such an enum.
    pub(crate) fn of(graph: &Graph, branches: &[NodeId]) -> Option<Self> {
        let lists = |id: &NodeId| {
            let node = graph.node(*id);
            let values = node.values.as_ref();
            values.is_some_and(|values| values.strings().next().is_some())
        };
        let resolved = branches.iter().map(|branch| graph.resolve(*branch));
        let enums: Vec<NodeId> = resolved.filter(lists).collect();
        let is_constant = |id: &NodeId| {
            let constant = graph.node(*id).constant.as_ref();
            constant.is_some_and(|constant| constant.is_string())
        };
        let all = graph.closure(branches, |_| true);
        let listing = all.into_iter().filter(|id| lists(id) || is_constant(id));
        (branches.len() > 1 && !enums.is_empty()).then(|| Self {
            listing: listing.collect(),
            enums,
        })
    }

    /// The first enum, if no schema lists the string.
    pub(crate) fn bypassed_by(&self, graph: &Graph, text: &str) -> Option<NodeId> {
        let is_listed = self.listing.iter().any(|id| {
            let node = graph.node(*id);
            let values = node.values.as_ref();
            values.is_some_and(|values| values.has_str(text))
                || node
                    .constant
                    .as_ref()
                    .is_some_and(|constant| constant.as_str() == Some(text))
        });
        self.enums.first().copied().filter(|_| !is_listed)
    }

    /// The enums.
    pub(crate) fn enums(&self) -> &[NodeId] {
        &self.enums
    }
}

/// The names of variants.
pub(crate) fn variant_names(graph: &Graph, variants: &[NodeId]) -> Vec<String> {
    let names = variants.iter().map(|id| {
        let name = graph.node(*id).name.as_deref();
        name.map_or_else(|| graph.label(*id), str::to_owned)
    });
    names.collect()
}
