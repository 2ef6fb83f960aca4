//! What the graph declares at a path, independent of any payload.

use crate::location::Step;

use super::{Application, Graph, Node, NodeId};

impl Graph {
    /// Every schema that may apply to the same value as these: through references, `allOf`, branches and
    /// conditions. The given schemas come first. `takes` decides which branches of an `anyOf` or `oneOf` to
    /// follow.
    pub fn closure(&self, nodes: &[NodeId], takes: impl Fn(&Node) -> bool) -> Vec<NodeId> {
        let mut closure = nodes.to_vec();
        let mut next = 0;
        while let Some(&id) = closure.get(next) {
            next += 1;
            let node = self.node(id);
            let applied = node.applications().filter(|(how, _)| how.is_in_place());
            let followed = applied.filter(|(how, id)| match how {
                // An excluded schema says nothing about what may be present.
                Application::Not => false,
                Application::AnyOf | Application::OneOf => takes(self.node(*id)),
                _ => true,
            });
            // With branches, the mapping of a discriminator leads to those branches anyway.
            let has_branches = !node.any_of.is_empty() || !node.one_of.is_empty();
            let mapped = node.discriminator.iter().filter(|_| !has_branches);
            let mapped = mapped.flat_map(|known| known.mapping.iter().map(|(_, id)| *id));
            let reached: Vec<NodeId> = followed.map(|(_, id)| id).chain(mapped).collect();
            for id in reached {
                if !closure.contains(&id) {
                    closure.push(id);
                }
            }
        }
        closure
    }

    /// A schema and those that always apply with it, through references and `allOf`; at most 64, nearest
    /// first.
    #[must_use]
    pub fn parts(&self, id: NodeId) -> Vec<NodeId> {
        const MOST: usize = 64;
        let mut parts = vec![id];
        let mut next = 0;
        while let Some(&part) = parts.get(next) {
            next += 1;
            let node = self.node(part);
            for &inner in node.reference.iter().chain(&node.all_of) {
                if parts.len() < MOST && !parts.contains(&inner) {
                    parts.push(inner);
                }
            }
        }
        parts
    }

    /// The branches of a union, including those of nested unions.
    pub(crate) fn unions_within(&self, id: NodeId) -> Vec<NodeId> {
        let mut found = vec![id];
        let mut next = 0;
        while let Some(&branch) = found.get(next) {
            next += 1;
            let node = self.node(branch);
            let inner = node
                .reference
                .iter()
                .chain(&node.any_of)
                .chain(&node.one_of);
            for &inner in inner {
                if !found.contains(&inner) {
                    found.push(inner);
                }
            }
        }
        found
    }

    /// A schema and those that apply to every value that it accepts, including the only branch of a union.
    pub(crate) fn sure_parts(&self, id: NodeId) -> Vec<NodeId> {
        let mut parts = vec![id];
        let mut next = 0;
        while let Some(&part) = parts.get(next) {
            next += 1;
            let node = self.node(part);
            let unions = [&node.any_of, &node.one_of];
            let only = unions
                .into_iter()
                .filter(|branches| branches.len() == 1)
                .flatten();
            for &inner in node.reference.iter().chain(&node.all_of).chain(only) {
                if !parts.contains(&inner) {
                    parts.push(inner);
                }
            }
        }
        parts
    }

    /// The schemas that these apply to a part of the value. Pass a [closure](Self::closure).
    #[must_use]
    pub fn part(&self, nodes: &[NodeId], step: &Step) -> Vec<NodeId> {
        let mut parts = Vec::new();
        for &id in nodes {
            let node = self.node(id);
            match step {
                Step::Key(name) => {
                    let before = parts.len();
                    parts.extend(node.named_schemas(name));
                    if parts.len() == before {
                        parts.extend(node.object.additional);
                        parts.extend(node.object.unevaluated);
                    }
                }
                Step::Any => {
                    parts.extend(node.array.prefix.iter().copied());
                    parts.extend(node.array.items);
                    parts.extend(node.array.unevaluated);
                    parts.extend(node.object.unevaluated);
                    parts.extend(node.object.additional);
                    parts.extend(node.object.patterns.iter().map(|(_, id)| *id));
                }
            }
        }
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// The schemas that these apply to the element at an index. Pass a [closure](Self::closure).
    #[must_use]
    pub(crate) fn element(&self, nodes: &[NodeId], index: usize) -> Vec<NodeId> {
        let mut found = Vec::new();
        for &id in nodes {
            let array = &self.node(id).array;
            match array.prefix.get(index) {
                Some(own) => found.push(*own),
                None => found.extend(array.items.into_iter().chain(array.unevaluated)),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The schemas that may apply at a path below a schema.
    #[must_use]
    pub fn at_path(&self, root: NodeId, steps: &[Step]) -> Vec<NodeId> {
        let mut nodes = self.closure(&[root], |_| true);
        for step in steps {
            nodes = self.closure(&self.part(&nodes, step), |_| true);
        }
        nodes
    }

    /// Every node with its id.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0_u32..).map(NodeId).zip(&self.nodes[..self.size()])
    }
}
