//! Keywords for the elements of an array.


use crate::schema::node_id::NodeId;

/// What a schema requires of the elements of an array.
#[derive(Debug, Default)]
pub struct ArrayRules {
    /// `prefixItems`, or `items` if it is a list.
    pub prefix: Vec<NodeId>,
    /// `items`, or `additionalItems` after a list.
    pub items: Option<NodeId>,
    /// `unevaluatedItems`
    pub unevaluated: Option<NodeId>,
    /// `contains`, with `minContains` and `maxContains`
    pub contains: Option<Contains>,
}

/// `contains`: how many elements must match a schema.
#[derive(Debug, Clone, Copy)]
pub struct Contains {
    /// The schema.
    pub node: NodeId,
    /// The minimum; 1 by default.
    pub minimum: u64,
    /// The maximum, if there is one.
    pub maximum: Option<u64>,
}
