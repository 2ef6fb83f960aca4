//! The schema graph: every schema of a contract, compiled once into an arena of nodes.
//!
//! References are edges, cycles are allowed, and every node keeps the pointer it was compiled from.
//! Validation and observation are walks over this structure. What the graph cannot decide is marked
//! on the node ([`Node::opaque`]) and decided by the `jsonschema` crate, so that the verdict on a
//! payload is always that crate's verdict.
//!
//! This version compiles JSON Schema draft 2020-12.

mod accept;
mod compile;
mod crate_check;
mod cycles;
pub mod emit;
mod follow;

use std::fmt;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::json::{Kind, Value};
use crate::location::Pointer;

pub use accept::Memo;
pub use compile::{Documents, compile};
pub(crate) use crate_check::is_guarded;
pub use crate_check::{Check, CrateError, WholeCheck};

/// The dialect that this version compiles.
pub const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";

/// Names a node of one [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// An arena of schema nodes.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
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
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node at the end of a chain of pure references.
    #[must_use]
    pub fn resolve(&self, mut id: NodeId) -> NodeId {
        // A cycle of references compiles to opaque nodes without reference, so this ends.
        while let Some(target) = self.node(id).reference {
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
            None => node.place.to_string(),
        }
    }
}

/// Where a schema stands in the documents it was compiled from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The URI that the document was given.
    pub document: Arc<str>,
    /// The place in the document.
    pub pointer: Pointer,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.document, self.pointer)
    }
}

/// One schema: what it asserts of a value, and which schemas it applies to the value and its parts.
#[derive(Debug)]
pub struct Node {
    /// Where the schema stands.
    pub place: Arc<Place>,
    /// The component (`$defs/Name`) that the schema is, or its title.
    pub name: Option<Arc<str>>,
    /// Whether the schema is a component, that is: shared by name.
    pub component: bool,
    /// The schema `false`.
    pub never: bool,
    /// Whether the schema has any keyword that says something of values.
    pub asserts: bool,
    /// `type`
    pub types: Option<Types>,
    /// `enum`
    pub values: Option<Values>,
    /// `const`
    pub constant: Option<serde_json::Value>,
    /// Keywords on one value alone that the `jsonschema` crate decides: `pattern`, `format`,
    /// numeric bounds, `multipleOf`, `uniqueItems`.
    pub checks: Vec<Check>,
    /// `minLength` … `maxProperties`
    pub lengths: Vec<Length>,
    /// What applies to the members of an object.
    pub object: ObjectRules,
    /// What applies to the elements of an array.
    pub array: ArrayRules,
    /// `$ref`, and `$dynamicRef` where only one target is possible.
    pub reference: Option<NodeId>,
    /// `allOf`
    pub all_of: Vec<NodeId>,
    /// `anyOf`
    pub any_of: Vec<NodeId>,
    /// `oneOf`
    pub one_of: Vec<NodeId>,
    /// `not`
    pub not: Option<NodeId>,
    /// `if`, `then`, `else`
    pub conditional: Option<Conditional>,
    /// What the walk does not understand and the `jsonschema` crate decides.
    pub opaque: Option<Opaque>,
    /// `examples`: how the contract itself writes such a value.
    pub examples: Vec<serde_json::Value>,
}

/// A set of the seven JSON Schema types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Types(u8);

impl Types {
    const NAMES: [&'static str; 7] = [
        "null", "boolean", "integer", "number", "string", "array", "object",
    ];
    const INTEGER: u8 = 1 << 2;

    /// Adds the type with this name; false when there is none.
    pub fn insert(&mut self, name: &str) -> bool {
        let bit = Self::NAMES.iter().position(|known| *known == name);
        if let Some(bit) = bit {
            self.0 |= 1 << bit;
        }
        bit.is_some()
    }

    const fn bit(kind: Kind) -> u8 {
        match kind {
            Kind::Null => 1,
            Kind::Boolean => 1 << 1,
            Kind::Number => 1 << 3,
            Kind::String => 1 << 4,
            Kind::Array => 1 << 5,
            Kind::Object => 1 << 6,
        }
    }

    /// Whether values of this kind may be accepted; for a number, some of them.
    #[must_use]
    pub const fn may_hold(self, kind: Kind) -> bool {
        let bit = Self::bit(kind);
        self.0 & bit != 0 || (matches!(kind, Kind::Number) && self.0 & Self::INTEGER != 0)
    }

    /// Whether the value is of one of the types.
    #[must_use]
    pub fn hold(self, value: Value<'_>) -> bool {
        let kind = value.kind();
        self.0 & Self::bit(kind) != 0
            || (kind == Kind::Number && self.0 & Self::INTEGER != 0 && value.is_integer())
    }
}

impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        // `null` is written last: "string or null" reads better than the reverse.
        for bit in [1, 2, 3, 4, 5, 6, 0] {
            if self.0 & (1 << bit) != 0 {
                if !first {
                    f.write_str(" or ")?;
                }
                f.write_str(Self::NAMES[bit])?;
                first = false;
            }
        }
        Ok(())
    }
}

/// The values of an `enum`.
#[derive(Debug)]
pub struct Values {
    /// The strings among them, for lookup.
    strings: FxHashSet<Box<str>>,
    /// All of them, in the order of the schema.
    pub all: Vec<serde_json::Value>,
}

impl Values {
    fn new(all: Vec<serde_json::Value>) -> Self {
        let strings = all
            .iter()
            .filter_map(|value| value.as_str().map(Into::into))
            .collect();
        Self { strings, all }
    }

    /// Whether the string is one of the values.
    #[must_use]
    pub fn has_str(&self, text: &str) -> bool {
        self.strings.contains(text)
    }

    /// The strings among the values, in the order of the schema.
    pub fn strings(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter_map(serde_json::Value::as_str)
    }
}

/// One of the six keywords that bound how long a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// What is counted: characters, elements or members.
    pub kind: Kind,
    /// Whether the limit is an upper one.
    pub is_maximum: bool,
    /// The limit, which is itself allowed.
    pub limit: u64,
}

impl Length {
    /// The JSON Schema keyword.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match (self.kind, self.is_maximum) {
            (Kind::String, false) => "minLength",
            (Kind::String, true) => "maxLength",
            (Kind::Array, false) => "minItems",
            (Kind::Array, true) => "maxItems",
            (_, false) => "minProperties",
            (_, true) => "maxProperties",
        }
    }

    /// How long the value is, if it is of the kind that the keyword counts.
    #[must_use]
    pub fn measure(self, value: Value<'_>) -> Option<u64> {
        (value.kind() == self.kind).then(|| match value.as_str() {
            Some(text) => text.chars().count() as u64,
            None => value.len() as u64,
        })
    }

    /// Whether this length is allowed.
    #[must_use]
    pub const fn allows(self, length: u64) -> bool {
        if self.is_maximum {
            length <= self.limit
        } else {
            length >= self.limit
        }
    }
}

/// What a schema says of the members of an object.
#[derive(Debug, Default)]
pub struct ObjectRules {
    /// `properties`: names in the order of the schema.
    pub names: Vec<Arc<str>>,
    /// `properties`: the schema of each name.
    pub properties: FxHashMap<Arc<str>, NodeId>,
    /// `patternProperties`
    pub patterns: Vec<(Check, NodeId)>,
    /// `additionalProperties`
    pub additional: Option<NodeId>,
    /// `required`
    pub required: Vec<Arc<str>>,
    /// `propertyNames`
    pub property_names: Option<NodeId>,
    /// `dependentRequired`
    pub dependent_required: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// `dependentSchemas`
    pub dependent_schemas: Vec<(Arc<str>, NodeId)>,
}

impl ObjectRules {
    /// Whether the schema names properties, by name or by pattern.
    #[must_use]
    pub fn names_properties(&self) -> bool {
        !self.names.is_empty() || !self.patterns.is_empty()
    }
}

/// What a schema says of the elements of an array.
#[derive(Debug, Default)]
pub struct ArrayRules {
    /// `prefixItems`
    pub prefix: Vec<NodeId>,
    /// `items`
    pub items: Option<NodeId>,
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

/// What the walk leaves to the `jsonschema` crate.
#[derive(Debug)]
pub struct Opaque {
    /// The keywords left to the crate; `None` leaves it the whole schema.
    pub keywords: Option<Vec<&'static str>>,
    /// Why, for people.
    pub reason: &'static str,
    /// The crate's validator for the whole schema at this place.
    pub check: WholeCheck,
}

impl Opaque {
    /// Whether the crate decides everything at this place.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.keywords.is_none()
    }
}

#[cfg(test)]
pub(crate) mod tests;
