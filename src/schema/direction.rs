//! `readOnly` and `writeOnly`: properties that are required on one side only.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::location::Side;

use super::{Graph, Node, NodeId};

impl Graph {
    /// The first of the schemas that apply to a member, or of their parts, that excludes the member from this
    /// side.
    #[must_use]
    pub(crate) fn misdirected(&self, side: Option<Side>, schemas: &[NodeId]) -> Option<NodeId> {
        let side = side.filter(|_| self.has_sides)?;
        let is_misdirected = |id: &NodeId| {
            let node = self.node(*id);
            match side {
                Side::Request => node.read_only,
                Side::Response => node.write_only,
            }
        };
        let mut schemas = schemas.iter();
        schemas.find_map(|id| self.parts(*id).into_iter().find(is_misdirected))
    }
}

/// Marks each required property that is read-only as not required in requests, and each that is write-only as
/// not required in responses.
///
/// OpenAPI 3.0 defines this. OpenAPI 3.1 leaves it to the application, but its documents are written the same
/// way. Plain JSON Schema has no sides.
pub(super) fn exempt(graph: &mut Graph) {
    let mut sides: FxHashMap<NodeId, Side> = FxHashMap::default();
    for (id, node) in graph.iter().filter(|(_, node)| node.dialect.is_openapi()) {
        if node.read_only {
            sides.insert(id, Side::Request);
        } else if node.write_only {
            sides.insert(id, Side::Response);
        }
    }
    let is_sided = |node: &Node| node.read_only || node.write_only;
    let has_sides = graph.iter().any(|(_, node)| is_sided(node));
    graph.has_sides = has_sides;
    if sides.is_empty() {
        return;
    }
    let mut exceptions: Vec<(NodeId, Arc<str>, Side)> = Vec::new();
    for (id, node) in graph.iter() {
        // One part of an `allOf` may require what another part declares.
        for part in graph.parts(id) {
            if part != id && (graph.node(part).component || !node.dialect.is_openapi()) {
                continue;
            }
            for required in &graph.node(part).object.required {
                let side = graph.parts(id).into_iter().find_map(|declaring| {
                    let property = *graph
                        .node(declaring)
                        .object
                        .properties
                        .get(&required.name)?;
                    graph
                        .parts(property)
                        .iter()
                        .find_map(|part| sides.get(part).copied())
                });
                if let Some(side) = side {
                    exceptions.push((part, Arc::clone(&required.name), side));
                }
            }
        }
    }
    for (id, name, side) in exceptions {
        for required in &mut graph.nodes[id.0 as usize].object.required {
            if required.name == name {
                required.except = Some(side);
            }
        }
    }
}
