//! Differences between contracts.
//!
//! This module holds the ground that a diff stands on: whether every value of one schema is a value of
//! another ([`contain`]). The answer is a proof, a witness (a value that the one accepts and the other
//! rejects), or that neither was found.

mod case;
mod disjoint;
mod kinds;
mod object;
mod pool;
mod prove;
mod range;
mod refute;
mod same;
mod sample;

use serde_json::Value;

use crate::json::Document;
use crate::schema::{Graph, NodeId};

use prove::Prover;
use sample::Sampler;

/// A schema of a graph.
#[derive(Debug, Clone, Copy)]
pub struct SchemaRef<'g> {
    /// The graph.
    pub graph: &'g Graph,
    /// The schema.
    pub node: NodeId,
}

impl SchemaRef<'_> {
    /// Whether the schema accepts a value.
    fn accepts(&self, value: &Value) -> bool {
        accepts(self.graph, self.node, value)
    }
}

fn accepts(graph: &Graph, node: NodeId, value: &Value) -> bool {
    let text = value.to_string();
    // What came from a JSON value is JSON.
    Document::parse(text.as_bytes()).is_ok_and(|document| graph.accepts(node, document.root()))
}

/// Whether every value that one schema accepts is accepted by another.
#[derive(Debug, Clone, PartialEq)]
pub enum Containment {
    /// It was proved.
    Proved,
    /// It is not so: this value is accepted by the one and rejected by the other.
    Refuted(Value),
    /// No proof and no witness was found within the limits.
    Unknown,
}

/// Whether every value of `old` is a value of `new`.
///
/// The proof is sound: what it cannot follow it takes for not proved. A witness is accepted by `old` and
/// rejected by `new`, as the graph decides.
#[must_use]
pub fn contain(old: SchemaRef<'_>, new: SchemaRef<'_>) -> Containment {
    if Prover::new(old.graph, new.graph).prove(&[old.node], new.node) {
        return Containment::Proved;
    }
    match Sampler::new(old, new).witness() {
        Some(witness) => Containment::Refuted(witness),
        None => Containment::Unknown,
    }
}

#[cfg(test)]
mod tests;
