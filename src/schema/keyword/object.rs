//! Keywords for the members of an object.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::location::Side;
use crate::schema::check::KeywordCheck;
use crate::schema::node_id::NodeId;

/// What a schema requires of the members of an object.
#[derive(Debug, Default)]
pub struct ObjectRules {
    /// `properties`: the schema of each name, in document order.
    pub properties: IndexMap<Arc<str>, NodeId, foldhash::fast::RandomState>,
    /// `patternProperties`
    pub patterns: Vec<(Arc<KeywordCheck>, NodeId)>,
    /// `additionalProperties`
    pub additional: Option<NodeId>,
    /// `unevaluatedProperties`
    pub unevaluated: Option<NodeId>,
    /// `required`
    pub required: Vec<Required>,
    /// `propertyNames`
    pub property_names: Option<NodeId>,
    /// `dependentRequired`
    pub dependent_required: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// `dependentSchemas`
    pub dependent_schemas: Vec<(Arc<str>, NodeId)>,
}

impl ObjectRules {
    /// Whether the schema declares properties, by name or by pattern.
    #[must_use]
    pub fn names_properties(&self) -> bool {
        !self.properties.is_empty() || !self.patterns.is_empty()
    }
}

/// A name in `required`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// The property.
    pub name: Arc<str>,
    /// The side on which the property may be absent: requests for `readOnly`, responses for `writeOnly`
    /// (OpenAPI 3.0.3, Schema Object).
    pub except: Option<Side>,
}

impl Required {
    /// Whether the property is required on this side. Everything is required of payloads without a side.
    #[must_use]
    pub fn holds_on(&self, side: Option<Side>) -> bool {
        self.except.is_none() || self.except != side
    }
}
