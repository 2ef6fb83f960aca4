//! `allOf`, `anyOf`, `oneOf`, `not`, `if`: schemas for the same value.


use crate::schema::node_id::NodeId;
/// `if`, `then`, `else`
#[derive(Debug, Clone, Copy)]
pub struct Conditional {
    /// The condition.
    pub condition: NodeId,
    /// Applies when the condition accepts.
    pub then: Option<NodeId>,
    /// Applies when the condition rejects.
    pub otherwise: Option<NodeId>,
}
