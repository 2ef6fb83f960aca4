//! The arena of all schemas.

use super::node::Node;
use super::node_id::NodeId;
/// An arena of schema nodes.
#[derive(Debug, Default)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    /// The number of nodes at the end that no document contains: they were added for unions with a decisive
    /// discriminator.
    pub(super) made: usize,
    /// Whether any schema is read-only or write-only.
    pub(super) has_sides: bool,
}

impl Graph {
    /// The node with this id.
    ///
    /// # Panics
    ///
    /// If the id belongs to another graph.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The number of nodes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.nodes.len() - self.made
    }

    /// The number of nodes, including those that no document contains.
    pub(crate) fn total(&self) -> usize {
        self.nodes.len()
    }

    /// Whether any schema is read-only or write-only, so that the side of a payload matters.
    #[must_use]
    pub const fn has_sides(&self) -> bool {
        self.has_sides
    }
    /// The node at the end of a chain of pure references.
    #[must_use]
    pub fn resolve(&self, mut id: NodeId) -> NodeId {
        // Cycles of references were cut during compilation, so this terminates.
        while let Some(target) = self
            .node(id)
            .reference
            .filter(|_| self.node(id).only_refers)
        {
            id = target;
        }
        id
    }

    /// A short name for a schema: its title or component, or else its type, or else its place.
    #[must_use]
    pub fn label(&self, id: NodeId) -> String {
        let node = self.node(self.resolve(id));
        if let Some(name) = self.node(id).name.as_ref().or(node.name.as_ref()) {
            return name.to_string();
        }
        match &node.types {
            Some(types) => types.to_string(),
            None => format!("#{}", node.place.pointer),
        }
    }
}
