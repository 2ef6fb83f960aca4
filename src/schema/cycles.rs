//! Schemas that apply themselves to the same value.

use super::{Graph, Node, NodeId, Place, ContractProblem, ProblemKind};

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Done,
}

/// Most schemas on one way that all apply to the same value. Deciding a value takes some stack for each.
const LONGEST: u32 = crate::limits::CHAIN;

/// Schemas of a cycle that are named.
const NAMED: usize = 6;

/// Cuts every cycle of schemas that apply to the same value: JSON Schema leaves it open what they mean
/// (core 2020-12, section 9.4.1), and a schema that is applied to a value again says nothing new of it.
/// Ways of more than 256 such schemas are cut, too. Returns a problem for each edge that was cut.
pub(super) fn cut(graph: &mut Graph) -> Vec<ContractProblem> {
    let mut problems = Vec::new();
    let mut marks = vec![Mark::New; graph.size()];
    // For nodes that are done: how many schemas the longest way from here has.
    let mut lengths = vec![0_u32; graph.size()];
    for start in 0..graph.size() {
        if marks[start] != Mark::New {
            continue;
        }
        // Depth first with an explicit stack: (node, its in-place edges, next edge).
        let mut stack = vec![(start, in_place(&graph.nodes[start]), 0)];
        marks[start] = Mark::Open;
        while let Some((node, edges, next)) = stack.last_mut() {
            let node = *node;
            let Some(target) = edges.get(*next).copied() else {
                let longest = |edges: &[NodeId]| {
                    let lengths = edges.iter().map(|edge| lengths[edge.0 as usize]);
                    lengths.max().unwrap_or(0)
                };
                if longest(edges) >= LONGEST {
                    let too_long = edges.iter().filter(|e| lengths[e.0 as usize] >= LONGEST);
                    for target in too_long.copied().collect::<Vec<_>>() {
                        graph.nodes[node].remove_in_place(target);
                    }
                    problems.push(ContractProblem {
                        place: Place::clone(&graph.nodes[node].place),
                        kind: ProblemKind::TooLong(LONGEST),
                    });
                }
                lengths[node] = 1 + longest(&in_place(&graph.nodes[node]));
                marks[node] = Mark::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            let index = target.0 as usize;
            match marks[index] {
                Mark::New => {
                    marks[index] = Mark::Open;
                    stack.push((index, in_place(&graph.nodes[index]), 0));
                }
                Mark::Open => {
                    // Everything from the target up the stack is on the cycle.
                    let from = stack.iter().position(|(n, ..)| *n == index).unwrap_or(0);
                    let on_cycle = stack[from..].iter().map(|(n, ..)| *n).take(NAMED);
                    let mut way: Vec<String> =
                        on_cycle.map(|n| way_name(&graph.nodes[n])).collect();
                    if stack.len() - from > NAMED {
                        way.push("…".to_owned());
                    }
                    way.extend(way.first().cloned());
                    way.dedup();
                    problems.push(ContractProblem {
                        place: Place::clone(&graph.nodes[node].place),
                        kind: ProblemKind::Cycle(way),
                    });
                    graph.nodes[node].remove_in_place(target);
                }
                Mark::Done => {}
            }
        }
    }
    problems
}

fn way_name(node: &Node) -> String {
    match &node.name {
        Some(name) if node.component => name.to_string(),
        _ => node.place.pointer.to_string(),
    }
}

/// The schemas that a node applies to the same value.
pub(super) fn in_place(node: &Node) -> Vec<NodeId> {
    let conditional = node.conditional.iter().flat_map(|conditional| {
        [
            Some(conditional.condition),
            conditional.then,
            conditional.otherwise,
        ]
    });
    node.reference
        .into_iter()
        .chain(node.all_of.iter().copied())
        .chain(node.any_of.iter().copied())
        .chain(node.one_of.iter().copied())
        .chain(node.not)
        .chain(conditional.flatten())
        .chain(node.object.dependent_schemas.iter().map(|(_, id)| *id))
        .collect()
}

impl Node {
    /// Whether the schema applies no other schema, to the value or to a part of it.
    pub(crate) fn applies_nothing(&self) -> bool {
        let (object, array) = (&self.object, &self.array);
        in_place(self).is_empty()
            && object.properties.is_empty()
            && object.patterns.is_empty()
            && object.additional.is_none()
            && object.unevaluated.is_none()
            && object.property_names.is_none()
            && array.prefix.is_empty()
            && array.items.is_none()
            && array.unevaluated.is_none()
            && array.contains.is_none()
    }

    /// Whether the schema applies no other schema to the same value.
    pub(crate) fn applies_nothing_in_place(&self) -> bool {
        in_place(self).is_empty()
    }

    /// Whether the schema is `{"not": …}` and nothing else.
    pub(crate) fn excludes_only(&self) -> bool {
        self.not.is_some()
            && self.inner().len() == 1
            && !self.never
            && self.types.is_none()
            && self.values.is_none()
            && self.constant.is_none()
            && self.checks.is_empty()
            && self.lengths.is_empty()
            && self.object.required.is_empty()
            && self.object.dependent_required.is_empty()
    }

    /// The schemas that it applies to the same value.
    pub(crate) fn in_place(&self) -> Vec<NodeId> {
        in_place(self)
    }

    /// Every schema that it applies, to the value or to a part of it.
    pub(crate) fn inner(&self) -> Vec<NodeId> {
        let (object, array) = (&self.object, &self.array);
        let mut inner = in_place(self);
        inner.extend(
            object
                .names
                .iter()
                .filter_map(|name| object.properties.get(name)),
        );
        inner.extend(object.patterns.iter().map(|(_, id)| *id));
        inner.extend(object.additional);
        inner.extend(object.unevaluated);
        inner.extend(object.property_names);
        inner.extend(array.prefix.iter().copied());
        inner.extend(array.items);
        inner.extend(array.unevaluated);
        inner.extend(array.contains.map(|contains| contains.node));
        inner
    }

    /// Removes every edge to a schema that applies to the same value.
    fn remove_in_place(&mut self, target: NodeId) {
        let keep = |id: &NodeId| *id != target;
        self.reference = self.reference.filter(keep);
        self.all_of.retain(keep);
        self.any_of.retain(keep);
        self.one_of.retain(keep);
        self.not = self.not.filter(keep);
        self.conditional = self.conditional.filter(|c| keep(&c.condition));
        if let Some(conditional) = &mut self.conditional {
            conditional.then = conditional.then.filter(keep);
            conditional.otherwise = conditional.otherwise.filter(keep);
        }
        self.object.dependent_schemas.retain(|(_, id)| keep(id));
    }
}
