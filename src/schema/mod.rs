//! The schema graph: every schema of a contract, compiled once into an arena of nodes.
//!
//! References are edges, cycles are allowed, and every node keeps the pointer it was compiled from.
//! Validation and observation are walks over this structure. Keywords on one value alone, such as
//! `format`, are decided by the `jsonschema` crate ([`KeywordCheck`]); for the rest property tests hold the
//! verdict against that crate's.
//!
//! Every [`Dialect`] is compiled to the same nodes: what differs between drafts and between versions
//! of OpenAPI is settled while compiling, and no walk knows of it.

mod accept;
mod bounds;
mod check;
mod compile;
mod cycles;
mod dialect;
mod direction;
mod discriminator;
mod documents;
pub mod emit;
mod evaluated;
mod follow;
pub(crate) mod format;
mod hold;
mod keywords;
mod nullable;
pub(crate) mod pattern;
mod portable;
mod problem;
mod read_discriminator;
mod refused;
mod resources;
mod vocabulary;

use std::fmt;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::json::{Kind, Value};
use crate::location::{Pointer, Side};

pub use accept::Memo;
pub use check::KeywordCheck;
pub use compile::{CompileOptions, Compiler, compile};
pub use dialect::Dialect;
pub use documents::{Document, Documents};
pub(crate) use evaluated::Evaluated;
pub use portable::portable;
pub use problem::{ContractProblem, ProblemKind};
pub(crate) use resources::{NOT_FETCHED, join, not_fetched};
pub use vocabulary::Vocabularies;

/// The dialect of the schemas that are written.
pub const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";

/// Names a node of one [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The place of the node in its graph, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// An arena of schema nodes.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// How many of them no document has: the last ones, made for unions that tags decide.
    made: usize,
    /// Whether some schema is read-only or write-only.
    has_sides: bool,
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

/// Where a schema stands in the documents it was compiled from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The URI that the document was given.
    pub document: Arc<str>,
    /// The place in the document.
    pub pointer: Pointer,
}

impl Place {
    /// A place further down.
    #[must_use]
    pub fn join(&self, below: &Pointer) -> Self {
        Self {
            document: Arc::clone(&self.document),
            pointer: Pointer::from_escaped(format!("{}{below}", self.pointer)),
        }
    }
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
    /// What the schema is written in.
    pub dialect: Dialect,
    /// The component (`$defs/Name`) that the schema is, or its title.
    pub name: Option<Arc<str>>,
    /// Whether the schema is a component, that is: shared by name.
    pub component: bool,
    /// The schema `false`.
    pub never: bool,
    /// Whether the schema has any keyword that says something of values.
    pub asserts: bool,
    /// Whether the schema applies no other schema, to the value or to a part of it.
    is_leaf: bool,
    /// Whether the schema is a reference and asserts nothing else.
    only_refers: bool,
    /// `type`
    pub types: Option<Types>,
    /// `enum`
    pub values: Option<Values>,
    /// `const`
    pub constant: Option<Box<serde_json::Value>>,
    /// Keywords on one value alone: `pattern`, `format`, numeric bounds, `multipleOf`,
    /// `uniqueItems`, content keywords.
    pub checks: Vec<Arc<KeywordCheck>>,
    /// `minLength` … `maxProperties`
    pub lengths: Vec<Length>,
    /// What applies to the members of an object.
    pub object: ObjectRules,
    /// What applies to the elements of an array.
    pub array: ArrayRules,
    /// `$ref`
    pub reference: Option<NodeId>,
    /// `allOf`, and what `$dynamicRef` and `$recursiveRef` lead to.
    pub all_of: Vec<NodeId>,
    /// `anyOf`
    pub any_of: Vec<NodeId>,
    /// `oneOf`
    pub one_of: Vec<NodeId>,
    /// `not`
    pub not: Option<NodeId>,
    /// `if`, `then`, `else`
    pub conditional: Option<Conditional>,
    /// `discriminator`: a hint which schema a value was meant for.
    pub discriminator: Option<Box<Discriminator>>,
    /// `readOnly`: the value is not part of requests.
    pub read_only: bool,
    /// `writeOnly`: the value is not part of responses.
    pub write_only: bool,
    /// `deprecated`
    pub deprecated: bool,
    /// `nullable: true` beside something that may reject null all the same: an `enum` that does not list it, an
    /// `allOf`, no `type`.
    pub nullable_in_vain: bool,
    /// What the schema tells of its values without asserting it.
    annotations: Option<Box<Annotations>>,
}

/// What a schema tells of its values without asserting it.
#[derive(Debug, Default)]
pub struct Annotations {
    /// `default`
    pub default: Option<serde_json::Value>,
    /// `example` (OpenAPI): how the contract itself writes such a value.
    pub example: Option<serde_json::Value>,
    /// `examples`: the same.
    pub examples: Vec<serde_json::Value>,
    /// `contentEncoding` and `contentMediaType`, where they assert nothing.
    pub content: Vec<(&'static str, String)>,
}

impl Node {
    /// A schema that says nothing.
    fn new(place: Arc<Place>) -> Self {
        Self {
            place,
            dialect: Dialect::default(),
            name: None,
            component: false,
            never: false,
            asserts: false,
            is_leaf: true,
            only_refers: false,
            types: None,
            values: None,
            constant: None,
            checks: Vec::new(),
            lengths: Vec::new(),
            object: ObjectRules::default(),
            array: ArrayRules::default(),
            reference: None,
            all_of: Vec::new(),
            any_of: Vec::new(),
            one_of: Vec::new(),
            not: None,
            conditional: None,
            discriminator: None,
            read_only: false,
            write_only: false,
            deprecated: false,
            nullable_in_vain: false,
            annotations: None,
        }
    }

    /// Whether the schema is a reference and asserts nothing else.
    #[must_use]
    pub const fn is_reference(&self) -> bool {
        self.only_refers
    }

    fn annotations_mut(&mut self) -> &mut Annotations {
        self.annotations.get_or_insert_default()
    }

    /// `default`, `example` and `examples`.
    #[must_use]
    pub fn annotations(&self) -> Option<&Annotations> {
        self.annotations.as_deref()
    }

    /// `example` and `examples`.
    pub fn examples(&self) -> impl Iterator<Item = &serde_json::Value> {
        let annotations = self.annotations.iter();
        annotations.flat_map(|annotations| annotations.example.iter().chain(&annotations.examples))
    }
}

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

/// A set of the seven JSON Schema types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Types(u8);

impl Types {
    const NAMES: [&'static str; 7] = [
        "null", "boolean", "integer", "number", "string", "array", "object",
    ];
    const INTEGER: u8 = 1 << 2;
    /// `integer` means what is written without fraction and exponent (draft 4).
    const AS_WRITTEN: u8 = 1 << 7;

    fn is_empty(self) -> bool {
        self.0 & !Self::AS_WRITTEN == 0
    }

    /// All of them but `integer`, which is part of `number`.
    pub(crate) const fn any() -> Self {
        Self(0b111_1011)
    }

    /// The names of the types.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let bits = Self::NAMES.iter().enumerate();
        bits.filter_map(|(bit, name)| (self.0 & (1 << bit) != 0).then_some(*name))
            .collect()
    }

    fn count_as_written(&mut self) {
        self.0 |= Self::AS_WRITTEN;
    }

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

    /// Whether `integer` means what is written without fraction and exponent (draft 4).
    #[must_use]
    pub const fn counts_as_written(self) -> bool {
        self.0 & Self::AS_WRITTEN != 0
    }

    /// Whether whole numbers are accepted, and only those that are written without fraction and exponent.
    pub(crate) const fn is_integer_as_written(self) -> bool {
        self.counts_as_written() && self.0 & Self::INTEGER != 0 && !self.holds_fractions()
    }

    /// Whether numbers that are not whole are accepted.
    #[must_use]
    pub const fn holds_fractions(self) -> bool {
        self.0 & Self::bit(Kind::Number) != 0
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
            || (kind == Kind::Number
                && self.0 & Self::INTEGER != 0
                && value.is_integer()
                && (self.0 & Self::AS_WRITTEN == 0 || !value.raw().contains(['.', 'e', 'E'])))
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
    /// Whether nothing is said of members.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        !self.names_properties()
            && self.additional.is_none()
            && self.unevaluated.is_none()
            && self.required.is_empty()
            && self.property_names.is_none()
            && self.dependent_required.is_empty()
            && self.dependent_schemas.is_empty()
    }

    /// Whether the schema names properties, by name or by pattern.
    #[must_use]
    pub fn names_properties(&self) -> bool {
        !self.names.is_empty() || !self.patterns.is_empty()
    }
}

/// A name of `required`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// The property.
    pub name: Arc<str>,
    /// The side on which it need not be there: requests for what is `readOnly`, responses for what is
    /// `writeOnly` (OpenAPI 3.0.3, Schema Object).
    pub except: Option<Side>,
}

impl Required {
    /// Whether the property has to be there on this side; payloads of no side are held to everything.
    #[must_use]
    pub fn holds_on(&self, side: Option<Side>) -> bool {
        self.except.is_none() || self.except != side
    }
}

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

#[cfg(test)]
pub(crate) mod tests;
