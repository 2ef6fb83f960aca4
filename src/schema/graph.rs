//! The arena of all schemas.

use super::node::Node;
use super::node_id::NodeId;
/// An arena of schema nodes.
#[derive(Debug, Default)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    /// How many of them no document has: the last ones, made for unions that tags decide.
    pub(super) made: usize,
    /// Whether some schema is read-only or write-only.
    pub(super) has_sides: bool,
}

impl Graph {
    /// The node with this name.
    ///
    /// # Panics
    ///
    /// When the name is another graph's.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// How many nodes there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.nodes.len() - self.made
    }

    /// The same with those that no document has.
    pub(crate) fn total(&self) -> usize {
        self.nodes.len()
    }

    /// Whether some schema is read-only or write-only, so that it matters on which side a payload is.
    #[must_use]
    pub const fn has_sides(&self) -> bool {
        self.has_sides
    }
    /// The node at the end of a chain of pure references.
    #[must_use]
    pub fn resolve(&self, mut id: NodeId) -> NodeId {
        // Cycles of references are cut while compiling, so this ends.
        while let Some(target) = self
            .node(id)
            .reference
            .filter(|_| self.node(id).only_refers)
        {
            id = target;
        }
        id
    }

    /// A short name for a schema: its title or component, else its type, else its place.
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
