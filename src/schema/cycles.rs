//! Which schemas reach which: cycles, and what an entry depends on.

use rustc_hash::FxHashSet;

use super::{Graph, Node, NodeId};

/// The nodes on a cycle of schemas that apply to the same value.
pub(super) fn cyclic(graph: &Graph) -> Vec<NodeId> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; graph.len()];
    let mut found = Vec::new();
    for start in 0..graph.len() {
        if marks[start] != Mark::New {
            continue;
        }
        // Depth first with an explicit stack: (node, its in-place edges, next edge).
        let mut stack = vec![(start, in_place(&graph.nodes[start]), 0)];
        marks[start] = Mark::Open;
        while let Some((node, edges, next)) = stack.last_mut() {
            if let Some(target) = edges.get(*next).map(|id| id.0 as usize) {
                *next += 1;
                match marks[target] {
                    Mark::New => {
                        marks[target] = Mark::Open;
                        stack.push((target, in_place(&graph.nodes[target]), 0));
                    }
                    Mark::Open => {
                        // Everything from the target up the stack is on the cycle.
                        let from = stack.iter().position(|(n, ..)| *n == target).unwrap_or(0);
                        found.extend(stack[from..].iter().map(|(n, ..)| NodeId(*n as u32)));
                    }
                    Mark::Done => {}
                }
            } else {
                marks[*node] = Mark::Done;
                stack.pop();
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Every node that can be reached from this one.
pub(super) fn reached(graph: &Graph, from: NodeId) -> FxHashSet<NodeId> {
    let mut reached = FxHashSet::from_iter([from]);
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        let node = graph.node(id);
        let patterns = node.object.patterns.iter().map(|(_, id)| *id);
        let parts = node
            .object
            .properties
            .values()
            .copied()
            .chain(patterns)
            .chain(node.object.additional)
            .chain(node.object.property_names)
            .chain(node.array.prefix.iter().copied())
            .chain(node.array.items)
            .chain(node.array.contains.map(|contains| contains.node));
        for target in in_place(node).into_iter().chain(parts) {
            if reached.insert(target) {
                open.push(target);
            }
        }
    }
    reached
}

/// The schemas that a node applies to the same value.
fn in_place(node: &Node) -> Vec<NodeId> {
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
