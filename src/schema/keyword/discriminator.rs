//! `discriminator` (OpenAPI 3.1.1, Discriminator Object): which property names the schema of a value.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::schema::node_id::NodeId;

/// `discriminator` (OpenAPI): which property names the schema of a value, and the schema of each name.
#[derive(Debug)]
pub struct Discriminator {
    /// `propertyName`
    pub property: Arc<str>,
    /// Names and their schemas: those of `mapping`, then those that follow from names of components.
    pub mapping: Vec<(Arc<str>, NodeId)>,
    /// How many of these stand in `mapping`.
    pub(crate) explicit: usize,
    /// In a union: the branch that each tag means. Empty where the discriminator is only a hint.
    pub(crate) branches: FxHashMap<Arc<str>, NodeId>,
    /// The branches in order, each with the tags that mean it; empty where the tags do not decide, or where the
    /// branches themselves require them. Schemas of the graph that no document has.
    pub(crate) variants: Vec<NodeId>,
    /// One tag of each of these branches, in order.
    pub(crate) listed: Vec<Arc<str>>,
    /// Whether a value with another tag may be meant for some branch all the same.
    pub(crate) is_open: bool,
    /// Whether it is that of a base schema from which all branches are made, and not written in the union.
    pub(crate) is_inherited: bool,
}

/// What the tag of a value says of which branch of a union is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tagged {
    /// Nothing: every branch has to be asked.
    Silent,
    /// This branch, whatever the others accept.
    Branch(NodeId),
    /// No branch.
    Unknown,
}

impl Discriminator {
    /// The names, in order; of several for one schema the one that the mapping gives.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        if !self.listed.is_empty() {
            return self.listed.iter().map(ToString::to_string).collect();
        }
        let mut named: Vec<NodeId> = Vec::new();
        let mut tags = Vec::new();
        for (tag, schema) in &self.mapping {
            if !named.contains(schema) {
                named.push(*schema);
                tags.push(tag.to_string());
            }
        }
        tags.sort();
        tags
    }

    /// The schema with this name.
    #[must_use]
    pub fn schema(&self, tag: &str) -> Option<NodeId> {
        let named = self.mapping.iter().find(|(name, _)| **name == *tag);
        named.map(|(_, schema)| *schema)
    }
}
