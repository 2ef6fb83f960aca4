//! Containment: whether every value of one schema is a value of another.
//!
//! The result is a proof (`prove`), a witness (searched for by `refute`, then `sample`), or neither.

#[cfg(any(test, feature = "unstable"))]
mod alone;
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
#[cfg(any(test, feature = "unstable"))]
mod sample;
mod scalar;
mod shrink;
mod smallest;
mod split;
mod tableau;
mod text;
mod value;
mod wire;

use serde_json::Value;

use crate::json::TapeDocument;
use crate::location::Side;
use crate::schema::{KeywordCheck, Graph, Memo, Node, NodeId};

#[cfg(any(test, feature = "unstable"))]
pub use alone::{Containment, SchemaRef, contain};
pub(super) use ask::Ask;
pub(super) use classes::{Classes, Partition};
pub(crate) use kinds::Kinds;
pub(super) use listing::listed_by;
pub(super) use pool::Pool;
pub(super) use prove::Prover;
pub(super) use refute::{DEPTH, Part, Refuter};
pub(super) use shrink::shrunk;
pub(super) use tableau::{Outcome, Tableau};
pub(crate) use value::canonical;
pub(super) use value::are_equal;
pub(super) use wire::{Sent, Wire, text_of};

/// A graph and the interpretation of its schemas.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'g> {
    pub(super) graph: &'g Graph,
    /// The side of the payloads, which determines the required properties.
    pub(super) side: Option<Side>,
    /// Whether objects only have members that their schemas declare.
    pub(super) declared_only: bool,
}

impl<'g> Scope<'g> {
    /// Schemas with the meaning of JSON Schema: every value counts.
    pub(super) const fn of_graph(graph: &'g Graph) -> Self {
        Self {
            graph,
            side: None,
            declared_only: false,
        }
    }

    /// The same scope including undeclared members.
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

    /// The schema of `additionalProperties`; `None` if it accepts anything: `true`, `{}` or absent.
    pub(super) fn rest_of(self, node: &Node) -> Option<NodeId> {
        let rest = node.object.additional;
        rest.filter(|rest| !self.node(self.resolve(*rest)).is_open())
    }

    /// Whether a schema accepts a value.
    pub(super) fn accepts(self, node: NodeId, value: &Value) -> bool {
        accepts(self, node, value)
    }
}

/// Whether a value satisfies one keyword.
fn keeps(check: &KeywordCheck, value: &Value) -> bool {
    let text = value.to_string();
    // A serialised JSON value is always valid JSON.
    TapeDocument::parse(text.as_bytes()).is_ok_and(|document| check.accepts(document.root()))
}

fn accepts(scope: Scope<'_>, node: NodeId, value: &Value) -> bool {
    let text = value.to_string();
    // A serialised JSON value is always valid JSON.
    TapeDocument::parse(text.as_bytes()).is_ok_and(|document| {
        let memo = Memo::on(scope.side);
        scope.graph.accepts_with(node, document.root(), &memo)
    })
}

#[cfg(test)]
mod tests;
