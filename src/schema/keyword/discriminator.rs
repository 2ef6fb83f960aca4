//! `discriminator` (OpenAPI 3.1.1, Discriminator Object): the property that selects the schema of a value.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::schema::node_id::NodeId;

/// `discriminator` (OpenAPI): the property that selects the schema of a value, and the schema for each of its
/// values.
#[derive(Debug)]
pub struct Discriminator {
    /// `propertyName`
    pub property: Arc<str>,
    /// Tags and their schemas: those of `mapping`, then those derived from component names.
    pub mapping: Vec<(Arc<str>, NodeId)>,
    /// How many of these come from `mapping`.
    pub(crate) explicit: usize,
    /// In a union: the branch that each tag selects. Empty if the discriminator is only a hint.
    pub(crate) branches: FxHashMap<Arc<str>, NodeId>,
    /// The branches in order, each restricted to its tags. Empty if the tags are not decisive, or if the
    /// branches require the tags themselves. These schemas are not in any document.
    pub(crate) variants: Vec<NodeId>,
    /// One tag for each of these branches, sorted.
    pub(crate) listed: Vec<Arc<str>>,
    /// Whether a value with an unknown tag may still belong to a branch.
    pub(crate) is_open: bool,
    /// Whether it was inherited from a base schema of all branches, as opposed to written in the union.
    pub(crate) is_inherited: bool,
}

/// What the tag of a value says about the branch of a union.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tagged {
    /// Nothing: every branch has to be checked.
    Silent,
    /// This branch, whatever the other branches accept.
    Branch(NodeId),
    /// No branch.
    Unknown,
}

impl Discriminator {
    /// The tags in order. If several select the same schema, the one from the mapping.
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

    /// The schema with this tag.
    #[must_use]
    pub fn schema(&self, tag: &str) -> Option<NodeId> {
        let named = self.mapping.iter().find(|(name, _)| **name == *tag);
        named.map(|(_, schema)| *schema)
    }
}
