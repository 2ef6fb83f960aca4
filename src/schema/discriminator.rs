//! `discriminator` (OpenAPI 3.1.1, Discriminator Object).

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::json::{self, Kind};

use super::keyword::{Discriminator, Tagged};
use super::{Dialect, Graph, Node, NodeId};

impl Graph {
    /// The branch that the tag of a value selects in the unions of a node.
    pub(crate) fn tagged(&self, node: &Node, value: json::Value<'_>) -> Tagged {
        let Some(discriminator) = node.deciding() else {
            return Tagged::Silent;
        };
        let tag = value.get(&discriminator.property);
        match tag.and_then(json::Value::as_str) {
            Some(tag) => discriminator.tagged(&tag),
            None => Tagged::Silent,
        }
    }
}

impl Node {
    fn variants(&self) -> Option<&[NodeId]> {
        let variants = &self.deciding()?.variants;
        (!variants.is_empty()).then_some(variants)
    }

    /// The branches of `anyOf`, with their tags if the discriminator is decisive.
    pub(crate) fn any_of_branches(&self) -> &[NodeId] {
        match self.variants().filter(|_| self.one_of.is_empty()) {
            Some(variants) => variants,
            None => &self.any_of,
        }
    }

    /// The branches of `oneOf`, with their tags if the discriminator is decisive.
    pub(crate) fn one_of_branches(&self) -> &[NodeId] {
        match self.variants().filter(|_| self.any_of.is_empty()) {
            Some(variants) => variants,
            None => &self.one_of,
        }
    }

    /// The discriminator of a union, if it decides which branch a value belongs to.
    pub(crate) fn deciding(&self) -> Option<&Discriminator> {
        let discriminator = self.discriminator.as_deref()?;
        (!discriminator.branches.is_empty()).then_some(discriminator)
    }
}

impl Discriminator {
    /// The branch that a tag selects.
    pub(crate) fn tagged(&self, tag: &str) -> Tagged {
        match self.branches.get(tag) {
            Some(branch) => Tagged::Branch(*branch),
            None if self.is_open => Tagged::Silent,
            None => Tagged::Unknown,
        }
    }
}

/// Determines which branch of its union each tag selects. A tag comes from the mapping, or is a value that
/// only this branch allows for the property, or is the component name of the branch: many contracts have no
/// mapping, and tags that differ from the schema names.
pub(in crate::schema) fn settle(graph: &mut Graph) {
    let inherited: Vec<(NodeId, Discriminator)> = graph
        .iter()
        .filter_map(|(id, node)| Some((id, inherited(graph, node)?)))
        .collect();
    for (id, discriminator) in inherited {
        graph.nodes[id.index()].discriminator = Some(Box::new(discriminator));
    }
    let mut settled = Vec::new();
    for (id, node) in graph.iter() {
        let branches: Vec<NodeId> = node.any_of.iter().chain(&node.one_of).copied().collect();
        let Some(discriminator) = node.discriminator.as_ref().filter(|_| !branches.is_empty())
        else {
            continue;
        };
        if discriminator.mapping.is_empty() || node.dialect == Dialect::Swagger2 {
            continue;
        }
        settled.push((id, branches_by_tag(graph, discriminator, &branches)));
    }
    for (id, (branches, listed, is_open)) in settled {
        if let Some(discriminator) = &mut graph.nodes[id.index()].discriminator {
            discriminator.branches = branches;
            discriminator.listed = listed;
            discriminator.is_open = is_open;
        }
    }
    with_tags(graph);
}

/// Adds schemas for the branches of unions with a decisive discriminator, each restricted to its tags. Code
/// that compares schemas then does not need to know about discriminators.
fn with_tags(graph: &mut Graph) {
    let mut found = Vec::new();
    for (id, node) in graph.iter() {
        let Some(discriminator) = node.deciding().filter(|known| !known.is_open) else {
            continue;
        };
        let branches = match (node.any_of.as_slice(), node.one_of.as_slice()) {
            (branches, []) | ([], branches) => branches,
            _ => continue,
        };
        let tags = |branch: &NodeId| -> Vec<Value> {
            let own = discriminator
                .branches
                .iter()
                .filter(|(_, known)| *known == branch);
            let mut tags: Vec<&str> = own.map(|(tag, _)| &**tag).collect();
            // Tags from the mapping come first.
            let explicit = &discriminator.mapping[..discriminator.explicit];
            let is_given = |tag: &str| explicit.iter().any(|(known, _)| **known == *tag);
            tags.sort_unstable_by_key(|tag| (!is_given(tag), *tag));
            tags.into_iter().map(Into::into).collect()
        };
        let has_tag = |branch: &NodeId| {
            let object = &graph.node(graph.resolve(*branch)).object;
            let schema = object.properties.get(&discriminator.property);
            let is_fixed = schema.is_some_and(|schema| {
                let schema = graph.node(graph.resolve(*schema));
                schema.constant.is_some() || schema.values.is_some()
            });
            is_fixed
                && object
                    .required
                    .iter()
                    .any(|own| own.name == discriminator.property)
        };
        if !branches.iter().all(has_tag) {
            let tagged: Vec<_> = branches
                .iter()
                .map(|branch| (*branch, tags(branch)))
                .collect();
            found.push((id, Arc::clone(&discriminator.property), tagged));
        }
    }
    for (id, property, tagged) in found {
        let mut variants = Vec::new();
        for (branch, tags) in tagged {
            let place = Arc::clone(&graph.node(branch).place);
            let dialect = graph.node(branch).dialect;
            let new = |asserts: bool| Node {
                dialect,
                asserts,
                is_leaf: false,
                ..Node::new(Arc::clone(&place))
            };
            let mut tag = new(true);
            tag.is_leaf = true;
            tag.values = Some(super::Values::new(tags));
            let tag = graph.add(tag);
            let mut tagged = new(true);
            tagged.object.properties.insert(Arc::clone(&property), tag);
            tagged.object.required.push(super::Required {
                name: Arc::clone(&property),
                except: None,
            });
            let tagged = graph.add(tagged);
            let mut variant = new(true);
            variant.all_of = vec![branch, tagged];
            variants.push(graph.add(variant));
        }
        if let Some(discriminator) = &mut graph.nodes[id.index()].discriminator {
            discriminator.variants = variants;
        }
    }
}

impl Graph {
    /// Adds a schema that is not in any document.
    fn add(&mut self, node: Node) -> NodeId {
        let id = crate::limits::index(self.nodes.len());
        self.nodes.push(node);
        self.made += 1;
        NodeId(id)
    }

    /// Every schema, including those that are not in any document.
    pub(crate) fn iter_all(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0_u32..).map(NodeId).zip(&self.nodes)
    }
}

/// The discriminator of a base schema that all branches of a union extend by `allOf`, for a union without a
/// discriminator of its own.
fn inherited(graph: &Graph, union: &Node) -> Option<Discriminator> {
    let branches = union.any_of.iter().chain(&union.one_of);
    let branches: Vec<NodeId> = branches
        .copied()
        .filter(|branch| graph.may_hold(*branch, Kind::Object))
        .collect();
    if union.discriminator.is_some() || branches.len() < 2 {
        return None;
    }
    let parts: Vec<Vec<NodeId>> = branches.iter().map(|branch| graph.parts(*branch)).collect();
    let base = parts[0].iter().copied().find(|id| {
        let has_tags = |known: &Discriminator| !known.mapping.is_empty();
        graph
            .node(*id)
            .discriminator
            .as_deref()
            .is_some_and(has_tags)
            && parts.iter().all(|parts| parts.contains(id))
    })?;
    let base = graph.node(base).discriminator.as_deref()?;
    Some(Discriminator {
        property: Arc::clone(&base.property),
        mapping: base.mapping.clone(),
        explicit: base.explicit,
        branches: FxHashMap::default(),
        variants: Vec::new(),
        listed: Vec::new(),
        is_open: base.is_open,
        is_inherited: true,
    })
}

type ByTag = (FxHashMap<Arc<str>, NodeId>, Vec<Arc<str>>, bool);

fn branches_by_tag(graph: &Graph, discriminator: &Discriminator, branches: &[NodeId]) -> ByTag {
    let mut by_tag: FxHashMap<Arc<str>, NodeId> = FxHashMap::default();
    let mut is_open = discriminator.is_open;
    let (explicit, implied) = discriminator.mapping.split_at(discriminator.explicit);
    // The first tag of a branch is the one shown for it.
    let mut named: Vec<(NodeId, Arc<str>)> = Vec::new();
    let mut name = |tag: &Arc<str>, branch: NodeId| {
        by_tag.entry(Arc::clone(tag)).or_insert(branch);
        if !named.iter().any(|(known, _)| *known == branch) {
            named.push((branch, Arc::clone(tag)));
        }
    };
    let mut mapped = Vec::new();
    for (tag, schema) in explicit {
        match leading_to(graph, branches, *schema) {
            Leading::To(branch) => {
                name(tag, branch);
                mapped.push(branch);
            }
            // The schema is not a variant of this union, so its tag is unknown here.
            Leading::Nowhere => {}
            Leading::Unclear => is_open = true,
        }
    }
    for branch in branches.iter().filter(|branch| !mapped.contains(branch)) {
        let inner: Vec<NodeId> = graph.unions_within(*branch);
        for union in inner.iter().map(|id| graph.node(*id)) {
            let has_branches = !union.any_of.is_empty() || !union.one_of.is_empty();
            match &union.discriminator {
                Some(own) if own.property == discriminator.property => {
                    own.mapping.iter().for_each(|(tag, _)| name(tag, *branch));
                    is_open |= own.is_open;
                }
                _ => is_open |= has_branches,
            }
        }
    }
    let fixed: Vec<(NodeId, Option<Vec<String>>)> = branches
        .iter()
        .map(|branch| (*branch, graph.fixed_texts(*branch, &discriminator.property)))
        .collect();
    for (branch, texts) in &fixed {
        let others = || fixed.iter().filter(|(other, _)| other != branch);
        let is_own = |text: &&String| {
            let texts = others().filter_map(|(_, texts)| texts.as_ref());
            !texts.flatten().any(|other| other == *text)
        };
        if !mapped.contains(branch) {
            for text in texts.iter().flatten().filter(is_own) {
                name(&text.as_str().into(), *branch);
            }
        }
    }
    for (tag, schema) in implied {
        match leading_to(graph, branches, *schema) {
            Leading::To(branch) => name(tag, branch),
            Leading::Nowhere | Leading::Unclear => is_open = true,
        }
    }
    for branch in branches {
        let is_named = named.iter().any(|(known, _)| known == branch);
        is_open |= !is_named && graph.may_hold(*branch, Kind::Object);
    }
    let mut listed: Vec<Arc<str>> = named.into_iter().map(|(_, tag)| tag).collect();
    listed.sort();
    (by_tag, listed, is_open)
}

/// The branch of a union that the schema of a tag leads to.
enum Leading {
    To(NodeId),
    /// No branch.
    Nowhere,
    /// Several branches.
    Unclear,
}

/// The branch that is the schema itself; otherwise the first branch that is a union containing the schema, or
/// the only branch that extends the schema or is extended by it.
fn leading_to(graph: &Graph, branches: &[NodeId], schema: NodeId) -> Leading {
    let schema = graph.resolve(schema);
    if let Some(branch) = branches
        .iter()
        .find(|branch| graph.resolve(**branch) == schema)
    {
        return Leading::To(*branch);
    }
    let is_it = |inner: &NodeId| graph.resolve(*inner) == schema;
    let is_union_with = |branch: &&NodeId| graph.unions_within(**branch).iter().any(is_it);
    let is_made_of = |branch: &&NodeId| graph.parts(**branch).iter().any(is_it);
    if let Some(branch) = branches.iter().find(is_union_with) {
        return Leading::To(*branch);
    }
    // A mapping may also name a schema that extends a branch.
    let parts = graph.parts(schema);
    let is_base = |branch: &&NodeId| parts.contains(&graph.resolve(**branch));
    let mut made = branches
        .iter()
        .filter(|branch| is_made_of(branch) || is_base(branch));
    match (made.next(), made.next()) {
        (Some(branch), None) => Leading::To(*branch),
        (Some(_), Some(_)) => Leading::Unclear,
        (None, _) => Leading::Nowhere,
    }
}
