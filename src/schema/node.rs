//! One schema of the graph.

use std::sync::Arc;

use super::check::KeywordCheck;
use super::dialect::Dialect;
use super::node_id::NodeId;
use super::keyword::{
    Annotations, ArrayRules, Conditional, Discriminator, Length, ObjectRules, Types, Values,
};
use super::place::Place;
/// One schema: what it asserts about a value, and which schemas it applies to the value and its parts.
#[derive(Debug)]
pub struct Node {
    /// The place of the schema.
    pub place: Arc<Place>,
    /// The dialect of the schema.
    pub dialect: Dialect,
    /// The name of the component (`$defs/Name`), or the title of the schema.
    pub name: Option<Arc<str>>,
    /// Whether the schema is a component, that is, shared by name.
    pub component: bool,
    /// The schema `false`.
    pub never: bool,
    /// Whether the schema has any keyword that constrains values.
    pub asserts: bool,
    /// Whether the schema has no subschemas.
    pub(super) is_leaf: bool,
    /// Whether the schema is a reference and asserts nothing else.
    pub(super) only_refers: bool,
    /// `type`
    pub types: Option<Types>,
    /// `enum`
    pub values: Option<Values>,
    /// `const`
    pub constant: Option<Box<serde_json::Value>>,
    /// Keywords that look at a single value: `pattern`, `format`, numeric bounds, `multipleOf`,
    /// `uniqueItems`, content keywords.
    pub checks: Vec<Arc<KeywordCheck>>,
    /// `minLength` … `maxProperties`
    pub lengths: Vec<Length>,
    /// Keywords for the members of an object.
    pub object: ObjectRules,
    /// Keywords for the elements of an array.
    pub array: ArrayRules,
    /// `$ref`
    pub reference: Option<NodeId>,
    /// `allOf`, and the targets of `$dynamicRef` and `$recursiveRef`.
    pub all_of: Vec<NodeId>,
    /// `anyOf`
    pub any_of: Vec<NodeId>,
    /// `oneOf`
    pub one_of: Vec<NodeId>,
    /// `not`
    pub not: Option<NodeId>,
    /// `if`, `then`, `else`
    pub conditional: Option<Conditional>,
    /// `discriminator`: a hint at the schema that a value is meant for.
    pub discriminator: Option<Box<Discriminator>>,
    /// `readOnly`: the value is not part of requests.
    pub read_only: bool,
    /// `writeOnly`: the value is not part of responses.
    pub write_only: bool,
    /// `deprecated`
    pub deprecated: bool,
    /// `nullable: true` together with something that may still reject null: an `enum` that does not list it,
    /// an `allOf`, no `type`.
    pub nullable_in_vain: bool,
    /// What the schema says about its values without constraining them.
    pub(super) annotations: Option<Box<Annotations>>,
}

impl Node {
    /// A schema without constraints.
    pub(super) fn new(place: Arc<Place>) -> Self {
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

    pub(super) fn annotations_mut(&mut self) -> &mut Annotations {
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
