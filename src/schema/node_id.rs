//! The id of a schema in its graph.

/// Identifies a node of one [`Graph`](super::Graph).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// The node at this index.
    ///
    /// # Panics
    ///
    /// Beyond 2³² nodes, which is more than documents within their size limit can have.
    pub(super) fn at(index: usize) -> Self {
        Self(crate::limits::index(index))
    }

    /// The index of the node in its graph.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}
