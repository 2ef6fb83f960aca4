//! What a schema applies and what it asserts. Each function destructures a node field by field, so that a new
//! keyword cannot be forgotten.

use std::sync::Arc;

use super::check::KeywordCheck;
use super::node_id::NodeId;
use super::keyword::{ArrayRules, Conditional, ObjectRules};
use super::node::Node;

/// How a schema applies another schema.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Application<'n> {
    Reference,
    AllOf,
    AnyOf,
    OneOf,
    Not,
    If,
    Then,
    Else,
    /// To objects that have this property.
    DependentSchema(&'n Arc<str>),
    Property(&'n Arc<str>),
    Pattern(&'n Arc<KeywordCheck>),
    AdditionalProperties,
    UnevaluatedProperties,
    PropertyNames,
    /// To the element at this position.
    Prefix(usize),
    Items,
    UnevaluatedItems,
    Contains,
}

impl Application<'_> {
    /// Whether the schema is applied to the value itself, and not to a part of it.
    pub(crate) const fn is_in_place(self) -> bool {
        match self {
            Self::Reference
            | Self::AllOf
            | Self::AnyOf
            | Self::OneOf
            | Self::Not
            | Self::If
            | Self::Then
            | Self::Else
            | Self::DependentSchema(_) => true,
            Self::Property(_)
            | Self::Pattern(_)
            | Self::AdditionalProperties
            | Self::UnevaluatedProperties
            | Self::PropertyNames
            | Self::Prefix(_)
            | Self::Items
            | Self::UnevaluatedItems
            | Self::Contains => false,
        }
    }
}

/// A keyword that asserts something about a value without applying another schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assertion {
    /// The schema `false`.
    Never,
    Type,
    Enum,
    Const,
    /// A keyword that looks at a single value, such as `pattern`.
    Check,
    /// `minLength` … `maxProperties`
    Length,
    Required,
    DependentRequired,
}

impl Node {
    /// The schemas that this one applies, and how; those for the value itself come first.
    pub(crate) fn applications(&self) -> impl Iterator<Item = (Application<'_>, NodeId)> {
        use Application as A;
        let Self {
            reference,
            all_of,
            any_of,
            one_of,
            not,
            conditional,
            object,
            array,
            // Fields that assert, and fields that do neither.
            types: _,
            values: _,
            constant: _,
            checks: _,
            lengths: _,
            never: _,
            place: _,
            dialect: _,
            name: _,
            component: _,
            asserts: _,
            is_leaf: _,
            only_refers: _,
            discriminator: _,
            read_only: _,
            write_only: _,
            deprecated: _,
            nullable_in_vain: _,
            annotations: _,
        } = self;
        let ObjectRules {
            properties,
            patterns,
            additional,
            unevaluated: unevaluated_properties,
            property_names,
            dependent_schemas,
            required: _,
            dependent_required: _,
        } = object;
        let ArrayRules {
            prefix,
            items,
            unevaluated: unevaluated_items,
            contains,
        } = array;
        let conditional = conditional.iter().flat_map(|conditional| {
            let Conditional {
                condition,
                then,
                otherwise,
            } = conditional;
            let condition = [(A::If, *condition)].into_iter();
            condition
                .chain(then.map(|id| (A::Then, id)))
                .chain(otherwise.map(|id| (A::Else, id)))
        });
        let each = |how: A<'static>, ids: &'_ [NodeId]| -> Vec<(A<'static>, NodeId)> {
            ids.iter().map(|id| (how, *id)).collect()
        };
        let in_place = reference
            .map(|id| (A::Reference, id))
            .into_iter()
            .chain(each(A::AllOf, all_of))
            .chain(each(A::AnyOf, any_of))
            .chain(each(A::OneOf, one_of))
            .chain(not.map(|id| (A::Not, id)))
            .chain(conditional)
            .chain(
                dependent_schemas
                    .iter()
                    .map(|(name, id)| (A::DependentSchema(name), *id)),
            );
        let to_parts = properties
            .iter()
            .map(|(name, id)| (A::Property(name), *id))
            .chain(patterns.iter().map(|(check, id)| (A::Pattern(check), *id)))
            .chain(additional.map(|id| (A::AdditionalProperties, id)))
            .chain(unevaluated_properties.map(|id| (A::UnevaluatedProperties, id)))
            .chain(property_names.map(|id| (A::PropertyNames, id)))
            .chain(
                prefix
                    .iter()
                    .enumerate()
                    .map(|(at, id)| (A::Prefix(at), *id)),
            )
            .chain(items.map(|id| (A::Items, id)))
            .chain(unevaluated_items.map(|id| (A::UnevaluatedItems, id)))
            .chain(contains.as_ref().map(|contains| (A::Contains, contains.node)));
        in_place.chain(to_parts)
    }

    /// What the schema asserts about a value without applying another schema.
    pub(crate) fn assertions(&self) -> impl Iterator<Item = Assertion> {
        let Self {
            never,
            types,
            values,
            constant,
            checks,
            lengths,
            object:
                ObjectRules {
                    required,
                    dependent_required,
                    properties: _,
                    patterns: _,
                    additional: _,
                    unevaluated: _,
                    property_names: _,
                    dependent_schemas: _,
                },
            // Fields that apply schemas, and fields that do neither.
            array:
                ArrayRules {
                    prefix: _,
                    items: _,
                    unevaluated: _,
                    contains: _,
                },
            reference: _,
            all_of: _,
            any_of: _,
            one_of: _,
            not: _,
            conditional: _,
            place: _,
            dialect: _,
            name: _,
            component: _,
            asserts: _,
            is_leaf: _,
            only_refers: _,
            discriminator: _,
            read_only: _,
            write_only: _,
            deprecated: _,
            nullable_in_vain: _,
            annotations: _,
        } = self;
        let found = [
            never.then_some(Assertion::Never),
            types.map(|_| Assertion::Type),
            values.as_ref().map(|_| Assertion::Enum),
            constant.as_ref().map(|_| Assertion::Const),
            (!checks.is_empty()).then_some(Assertion::Check),
            (!lengths.is_empty()).then_some(Assertion::Length),
            (!required.is_empty()).then_some(Assertion::Required),
            (!dependent_required.is_empty()).then_some(Assertion::DependentRequired),
        ];
        found.into_iter().flatten()
    }

    /// Whether the schema applies no other schema, to the value or to a part of it.
    pub(crate) fn applies_nothing(&self) -> bool {
        self.applications().next().is_none()
    }

    /// Whether the schema applies no other schema to the same value.
    pub(crate) fn applies_nothing_in_place(&self) -> bool {
        let mut applied = self.applications();
        !applied.any(|(how, _)| how.is_in_place())
    }

    /// Whether the schema is `{"not": …}` and nothing else.
    pub(crate) fn excludes_only(&self) -> bool {
        let mut applied = self.applications();
        matches!(
            (applied.next(), applied.next()),
            (Some((Application::Not, _)), None)
        ) && self.assertions().next().is_none()
    }

    /// The schemas that this one applies to the same value.
    pub(crate) fn in_place(&self) -> Vec<NodeId> {
        let applied = self.applications();
        let in_place = applied.filter(|(how, _)| how.is_in_place());
        in_place.map(|(_, id)| id).collect()
    }

    /// Every schema that this one applies, to the value or to a part of it.
    pub(crate) fn inner(&self) -> Vec<NodeId> {
        self.applications().map(|(_, id)| id).collect()
    }
}
