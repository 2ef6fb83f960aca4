//! Evaluated parts of a value, which `unevaluatedProperties` and `unevaluatedItems` do not apply to (JSON
//! Schema core 2020-12, section 11).

use crate::json::{Kind, Value};

use super::{Graph, Memo, Node, NodeId, Tagged};

/// The schemas that evaluate parts of a value, for a schema with `unevaluated…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Evaluated {
    nodes: Vec<NodeId>,
    /// The schema itself, whose own `unevaluated…` does not count.
    own: NodeId,
}

impl Graph {
    /// What a schema evaluates of a value: the schema, and every schema that it applies to the value and that
    /// accepts it. `assumed` selects which branches of an `anyOf` or `oneOf` count if none accepts.
    pub(crate) fn evaluated(
        &self,
        own: NodeId,
        value: Value<'_>,
        memo: &Memo,
        assumed: impl Fn(NodeId) -> bool,
    ) -> Evaluated {
        let mut nodes = vec![own];
        let mut next = 0;
        while let Some(&id) = nodes.get(next) {
            next += 1;
            let node = self.node(id);
            let mut add = |id: NodeId| {
                if !nodes.contains(&id) {
                    nodes.push(id);
                }
            };
            let accepts = |id: &NodeId| self.accepts_with(*id, value, memo);
            node.reference.into_iter().for_each(&mut add);
            node.all_of.iter().copied().for_each(&mut add);
            let tagged = self.tagged(node, value);
            for branches in [&node.any_of, &node.one_of] {
                let meant = |branch: &&NodeId| match tagged {
                    Tagged::Branch(meant) if branches.contains(&meant) => **branch == meant,
                    _ => true,
                };
                let accepting = branches.iter().filter(meant);
                let accepting = accepting.filter(|branch| accepts(branch));
                let mut accepting = accepting.copied().peekable();
                if accepting.peek().is_some() {
                    accepting.for_each(&mut add);
                } else {
                    let assumed = branches.iter().copied().filter(|branch| assumed(*branch));
                    assumed.for_each(&mut add);
                }
            }
            if let Some(conditional) = node.conditional {
                if accepts(&conditional.condition) {
                    add(conditional.condition);
                    conditional.then.into_iter().for_each(&mut add);
                } else {
                    conditional.otherwise.into_iter().for_each(&mut add);
                }
            }
            for (name, schema) in &node.object.dependent_schemas {
                if value.get(name).is_some() {
                    add(*schema);
                }
            }
        }
        Evaluated { nodes, own }
    }

    /// Whether `unevaluatedProperties` and `unevaluatedItems` accept everything that is not evaluated.
    pub(crate) fn unevaluated_accepted(&self, id: NodeId, value: Value<'_>, memo: &Memo) -> bool {
        match value.kind() {
            Kind::Object => self.unevaluated_members_accepted(id, value, memo),
            Kind::Array => self.unevaluated_elements_accepted(id, value, memo),
            _ => true,
        }
    }

    /// Whether `unevaluatedProperties` accepts every member that is not evaluated.
    pub(super) fn unevaluated_members_accepted(
        &self,
        id: NodeId,
        value: Value<'_>,
        memo: &Memo,
    ) -> bool {
        let Some(rest) = self.node(id).object.unevaluated else {
            return true;
        };
        let evaluated = self.evaluated(id, value, memo, |_| false);
        value.members().all(|(key, member)| {
            evaluated.has_member(self, &key.name()) || self.accepts_with(rest, member, memo)
        })
    }

    /// Whether `unevaluatedItems` accepts every element that is not evaluated.
    pub(super) fn unevaluated_elements_accepted(
        &self,
        id: NodeId,
        value: Value<'_>,
        memo: &Memo,
    ) -> bool {
        let Some(rest) = self.node(id).array.unevaluated else {
            return true;
        };
        let evaluated = self.evaluated(id, value, memo, |_| false);
        value.elements().enumerate().all(|(index, element)| {
            evaluated.has_element(self, index, element, memo)
                || self.accepts_with(rest, element, memo)
        })
    }
}

impl Evaluated {
    /// What a schema evaluates of a value, given which schemas applied which others to it.
    pub(crate) fn along(own: NodeId, edges: &[(NodeId, NodeId)]) -> Self {
        let mut nodes = vec![own];
        let mut next = 0;
        while let Some(&id) = nodes.get(next) {
            next += 1;
            for (_, to) in edges.iter().filter(|(from, _)| *from == id) {
                if !nodes.contains(to) {
                    nodes.push(*to);
                }
            }
        }
        Self { nodes, own }
    }

    /// Whether `contains` may evaluate elements, so that each element has to be checked.
    pub(crate) fn has_contains(&self, graph: &Graph) -> bool {
        self.nodes
            .iter()
            .any(|id| graph.node(*id).array.contains.is_some())
    }

    /// Whether the element at a position is evaluated regardless of `contains`.
    pub(crate) fn has_position(&self, graph: &Graph, index: usize) -> bool {
        self.nodes.iter().any(|id| {
            let node = graph.node(*id);
            node.element_schema(index).is_some()
                || (*id != self.own && node.array.unevaluated.is_some())
        })
    }

    /// Whether a member with this name is evaluated.
    pub(crate) fn has_member(&self, graph: &Graph, name: &str) -> bool {
        self.nodes.iter().any(|id| {
            let node = graph.node(*id);
            node.object.additional.is_some()
                || (*id != self.own && node.object.unevaluated.is_some())
                || node.named_schemas(name).next().is_some()
        })
    }

    /// Whether an element is evaluated.
    pub(crate) fn has_element(
        &self,
        graph: &Graph,
        index: usize,
        element: Value<'_>,
        memo: &Memo,
    ) -> bool {
        // `contains` evaluates elements from draft 2020-12 on; the `jsonschema` crate does this in 2019-09 as
        // well.
        let contains = |node: &Node| {
            let contains = node.array.contains;
            contains.is_some_and(|contains| graph.accepts_with(contains.node, element, memo))
        };
        self.has_position(graph, index) || self.nodes.iter().any(|id| contains(graph.node(*id)))
    }
}
