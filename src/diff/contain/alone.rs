//! Containment of two standalone schemas, for benchmarks and for tests against an oracle.

use serde_json::Value;

use crate::schema::{Graph, NodeId};

use super::sample::Sampler;
use super::{Outcome, Partition, Prover, Scope, Tableau, shrunk};

/// The limit on branches and sets of literals to explore.
const STEPS: u32 = 3_000;

/// A schema of a graph.
#[derive(Debug, Clone, Copy)]
pub struct SchemaRef<'g> {
    /// The graph.
    pub graph: &'g Graph,
    /// The schema.
    pub node: NodeId,
}

/// Whether every value that one schema accepts is accepted by another.
#[derive(Debug, Clone, PartialEq)]
pub enum Containment {
    /// Proved.
    Proved,
    /// Refuted by this value, which one schema accepts and the other rejects.
    Refuted(Value),
    /// No proof and no witness was found within the limits.
    Unknown,
}

/// Whether every value of `old` is a value of `new`.
///
/// The proof is sound: whatever it cannot follow counts as not proved. A witness is accepted by `old` and
/// rejected by `new`, as decided by the graph.
#[must_use]
pub fn contain(old: SchemaRef<'_>, new: SchemaRef<'_>) -> Containment {
    let partition = Partition::both(old.graph, new.graph).1;
    let (left, right) = (Scope::of_graph(old.graph), Scope::of_graph(new.graph));
    if Prover::new(left, right, partition.forward()).prove(&[old.node], new.node) {
        return Containment::Proved;
    }
    if let Some(witness) = Sampler::new((left, old.node), (right, new.node)).witness() {
        return Containment::Refuted(witness);
    }
    match Tableau::within(STEPS, left, right, partition.forward()).difference(&[old.node], new.node) {
        Outcome::Empty => Containment::Proved,
        Outcome::Found(witness) => Containment::Refuted(shrunk(witness, |value| {
            left.accepts(old.node, value) && !right.accepts(new.node, value)
        })),
        Outcome::Unknown => Containment::Unknown,
    }
}
