//! Detects schemas that apply themselves to the same value.

use super::{Graph, Node, NodeId, Place, ContractProblem, ProblemKind};

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Done,
}

/// The longest chain of schemas that all apply to the same value. Each needs some stack during validation.
const LONGEST: u32 = crate::limits::CHAIN;

/// The number of schemas of a cycle that are named.
const NAMED: usize = 6;

/// Cuts every cycle of schemas that apply to the same value. JSON Schema leaves their meaning undefined (core
/// 2020-12, section 9.4.1), and applying a schema to the same value twice adds nothing. Chains of more than
/// 256 such schemas are cut as well. Returns a problem for each edge that was cut.
pub(super) fn cut(graph: &mut Graph) -> Vec<ContractProblem> {
    let mut problems = Vec::new();
    let mut marks = vec![Mark::New; graph.size()];
    // For finished nodes: the length of the longest chain from here.
    let mut lengths = vec![0_u32; graph.size()];
    for start in 0..graph.size() {
        if marks[start] != Mark::New {
            continue;
        }
        // Depth first with an explicit stack: (node, its in-place edges, next edge).
        let mut stack = vec![(start, graph.nodes[start].in_place(), 0)];
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
                lengths[node] = 1 + longest(&graph.nodes[node].in_place());
                marks[node] = Mark::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            let index = target.0 as usize;
            match marks[index] {
                Mark::New => {
                    marks[index] = Mark::Open;
                    stack.push((index, graph.nodes[index].in_place(), 0));
                }
                Mark::Open => {
                    // Everything from the target to the top of the stack is on the cycle.
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

impl Node {
    /// Removes every edge to `target` that applies to the same value.
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
