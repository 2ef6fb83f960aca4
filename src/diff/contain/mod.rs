//! Containment: whether every value of one schema is a value of another.
//!
//! The answer is a proof (`prove`), a witness that was searched for (`refute`, then `sample`), or that
//! neither was found.

mod ask;
mod case;
mod classes;
mod disjoint;
mod kinds;
mod listing;
mod number;
mod object;
mod pool;
mod prove;
mod range;
mod refute;
mod sample;
mod scalar;
mod shrink;
mod split;
mod tableau;
mod text;
mod value;
mod wire;

use serde_json::Value;

use crate::json::Document;
use crate::location::Side;
use crate::schema::{Check, Graph, Memo, Node, NodeId};

pub(super) use ask::Ask;
use classes::Detail;
pub(super) use classes::{Classes, Partition};
pub(crate) use kinds::Kinds;
pub(super) use listing::listed_by;
pub(super) use pool::Pool;
pub(super) use prove::Prover;
pub(super) use refute::{DEPTH, Part, Refuter};
use sample::Sampler;
pub(super) use shrink::shrunk;
pub(super) use tableau::{Outcome, Tableau};
pub(super) use value::{are_equal, canonical};
pub(super) use wire::{Sent, Wire, text_of};

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
    let partition = Partition::of(old.graph, new.graph, Detail::Assertions);
    let (left, right) = (Scope::whole(old.graph), Scope::whole(new.graph));
    if Prover::new(left, right, partition.forward()).prove(&[old.node], new.node) {
        return Containment::Proved;
    }
    if let Some(witness) = Sampler::new((left, old.node), (right, new.node)).witness() {
        return Containment::Refuted(witness);
    }
    match Tableau::new(left, right, partition.forward()).difference(&[old.node], new.node) {
        Outcome::Empty => Containment::Proved,
        Outcome::Found(witness) => Containment::Refuted(shrunk(witness, |value| {
            left.accepts(old.node, value) && !right.accepts(new.node, value)
        })),
        Outcome::Unknown => Containment::Unknown,
    }
}

/// A graph, and how its schemas are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'g> {
    pub(super) graph: &'g Graph,
    /// The side that payloads are on: what has to be there depends on it.
    pub(super) side: Option<Side>,
    /// Whether objects have only members that some schema of theirs speaks of.
    pub(super) declared_only: bool,
}

impl<'g> Scope<'g> {
    /// Schemas as JSON Schema has them: every value counts.
    pub(super) const fn whole(graph: &'g Graph) -> Self {
        Self {
            graph,
            side: None,
            declared_only: false,
        }
    }

    /// The same, with members that nobody declares.
    pub(super) const fn with_all(self) -> Self {
        Self {
            declared_only: false,
            ..self
        }
    }

    pub(super) fn node(self, id: NodeId) -> &'g Node {
        self.graph.node(id)
    }

    pub(super) fn resolve(self, id: NodeId) -> NodeId {
        self.graph.resolve(id)
    }

    /// What `additionalProperties` asks of members that are not named; `None` where it takes any, whether it
    /// is `true`, `{}` or absent.
    pub(super) fn rest_of(self, node: &Node) -> Option<NodeId> {
        let rest = node.object.additional;
        rest.filter(|rest| !self.node(self.resolve(*rest)).is_open())
    }

    /// Whether a schema accepts a value.
    pub(super) fn accepts(self, node: NodeId, value: &Value) -> bool {
        accepts(self, node, value)
    }
}

/// Whether a value keeps one keyword.
fn keeps(check: &Check, value: &Value) -> bool {
    let text = value.to_string();
    // What came from a JSON value is JSON.
    Document::parse(text.as_bytes()).is_ok_and(|document| check.accepts(document.root()))
}

fn accepts(scope: Scope<'_>, node: NodeId, value: &Value) -> bool {
    let text = value.to_string();
    // What came from a JSON value is JSON.
    Document::parse(text.as_bytes()).is_ok_and(|document| {
        let memo = Memo::on(scope.side);
        scope.graph.accepts_with(node, document.root(), &memo)
    })
}

#[cfg(test)]
mod tests;
