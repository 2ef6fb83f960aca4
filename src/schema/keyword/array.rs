//! What applies to the elements of an array.


use crate::schema::node_id::NodeId;

/// What a schema says of the elements of an array.
#[derive(Debug, Default)]
pub struct ArrayRules {
    /// `prefixItems`, or `items` where it is a list.
    pub prefix: Vec<NodeId>,
    /// `items`, or `additionalItems` after a list.
    pub items: Option<NodeId>,
    /// `unevaluatedItems`
    pub unevaluated: Option<NodeId>,
    /// `contains`, with `minContains` and `maxContains`
    pub contains: Option<Contains>,
}

/// `contains`: how many elements have to be accepted by a schema.
#[derive(Debug, Clone, Copy)]
pub struct Contains {
    /// The schema.
    pub node: NodeId,
    /// At least this many; 1 where the schema does not say.
    pub minimum: u64,
    /// At most this many, if bounded.
    pub maximum: Option<u64>,
}
