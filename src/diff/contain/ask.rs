//! A single requirement of a schema, so that a proof or a witness concerns one edit and not the whole schema.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde_json::Value;

use crate::json::{TapeDocument, Kind, Value as Json};
use crate::schema::{Memo, NodeId};

use super::Scope;
use super::case::{Case, cases};
use super::kinds::Kinds;
use super::prove::Prover;
use super::scalar::Right;
use super::value::{are_equal, canonical};

/// A single requirement of a schema.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::diff) enum Ask {
    /// The value has one of these kinds.
    Kinds(Kinds),
    /// The value is one of these.
    Values(Vec<Value>),
    /// The check at this index of the schema's list.
    Check(NodeId, usize),
    /// The length at this index of the schema's list: characters or elements.
    Length(NodeId, usize),
    /// Like `Length`, for the number of members.
    Members(NodeId, usize),
    /// The member is present.
    Required(Arc<str>),
    /// The member, if present, conforms to what the schema says about it.
    Member(NodeId, Arc<str>),
    /// Undeclared members conform to `patternProperties` and `additionalProperties`.
    Others(NodeId),
    /// `propertyNames`
    Names(NodeId),
    /// The `dependentRequired` or `dependentSchemas` of this member.
    Dependents(NodeId, Arc<str>),
    /// `prefixItems` and `items`
    Elements(NodeId),
    /// `contains`
    Contains(NodeId),
    /// `unevaluatedProperties` and `unevaluatedItems`
    Unevaluated(NodeId),
    /// `anyOf` and `oneOf`
    Branches(NodeId),
    /// `not`
    Not(NodeId),
    /// `if`, `then`, `else`
    Conditional(NodeId),
    /// The whole schema.
    Whole(NodeId),
}

impl Ask {
    /// The schema of the requirement, if it may also constrain parts of values.
    pub(super) const fn schema(&self) -> Option<NodeId> {
        match self {
            Self::Kinds(_)
            | Self::Values(_)
            | Self::Check(..)
            | Self::Length(..)
            | Self::Members(..)
            | Self::Required(_) => None,
            Self::Member(id, _)
            | Self::Others(id)
            | Self::Names(id)
            | Self::Dependents(id, _)
            | Self::Elements(id)
            | Self::Contains(id)
            | Self::Unevaluated(id)
            | Self::Branches(id)
            | Self::Not(id)
            | Self::Conditional(id)
            | Self::Whole(id) => Some(*id),
        }
    }

    /// Whether the requirement may concern undeclared members.
    pub(in crate::diff) fn is_about_undeclared(&self) -> bool {
        matches!(
            self,
            Self::Members(..)
                | Self::Required(_)
                | Self::Values(_)
                | Self::Others(_)
                | Self::Names(_)
                | Self::Unevaluated(_)
                | Self::Not(_)
                | Self::Conditional(_)
                | Self::Dependents(..)
        )
    }

    /// Whether a value meets the requirement. `scope` is the side that has the requirement.
    pub(in crate::diff) fn accepts(&self, scope: Scope<'_>, value: &Value) -> bool {
        let text = value.to_string();
        // A serialised JSON value is always valid JSON.
        TapeDocument::parse(text.as_bytes())
            .is_ok_and(|document| self.holds_for(scope, document.root(), value))
    }

    fn holds_for(&self, scope: Scope<'_>, value: Json<'_>, plain: &Value) -> bool {
        let memo = Memo::on(scope.side);
        let graph = scope.graph;
        let accepts = |id: NodeId, value: Json<'_>| graph.accepts_with(id, value, &memo);
        match self {
            Self::Kinds(kinds) => Kinds::of_value(plain).within(*kinds),
            Self::Values(values) => values.iter().any(|value| are_equal(value, plain)),
            Self::Check(id, index) => scope.node(*id).checks[*index].accepts(value),
            Self::Length(id, index) | Self::Members(id, index) => {
                let length = scope.node(*id).lengths[*index];
                length.measure(value).is_none_or(|n| length.allows(n))
            }
            Self::Required(name) => value.kind() != Kind::Object || value.get(name).is_some(),
            Self::Member(id, name) => {
                value.kind() != Kind::Object || {
                    let node = scope.node(*id);
                    value.get(name).is_none_or(|member| {
                        let mut schemas: Vec<NodeId> = node.named_schemas(name).collect();
                        if schemas.is_empty() {
                            schemas.extend(node.object.additional);
                        }
                        schemas.into_iter().all(|schema| accepts(schema, member))
                    })
                }
            }
            Self::Others(id) => {
                let node = scope.node(*id);
                value.kind() != Kind::Object
                    || value.members().all(|(key, member)| {
                        let name = key.name();
                        let mut schemas = node.named_schemas(&name).peekable();
                        match schemas.peek() {
                            Some(_) => schemas.all(|schema| accepts(schema, member)),
                            None => node
                                .object
                                .additional
                                .is_none_or(|schema| accepts(schema, member)),
                        }
                    })
            }
            Self::Names(id) => scope.node(*id).object.property_names.is_none_or(|names| {
                value.kind() != Kind::Object
                    || value
                        .members()
                        .all(|(key, _)| graph.accepts_name(names, &key.name()))
            }),
            Self::Dependents(id, name) => {
                let object = &scope.node(*id).object;
                value.kind() != Kind::Object
                    || value.get(name).is_none()
                    || (object
                        .dependent_required
                        .iter()
                        .filter(|(known, _)| known == name)
                        .all(|(_, needed)| needed.iter().all(|name| value.get(name).is_some()))
                        && object
                            .dependent_schemas
                            .iter()
                            .filter(|(known, _)| known == name)
                            .all(|(_, schema)| accepts(*schema, value)))
            }
            Self::Elements(id) => {
                let node = scope.node(*id);
                value.kind() != Kind::Array
                    || value.elements().enumerate().all(|(index, element)| {
                        node.element_schema(index)
                            .is_none_or(|schema| accepts(schema, element))
                    })
            }
            Self::Contains(id) => scope.node(*id).array.contains.is_none_or(|contains| {
                value.kind() != Kind::Array
                    || contains.allows(graph.count_contained(contains, value, &memo))
            }),
            Self::Unevaluated(id) => graph.unevaluated_accepted(*id, value, &memo),
            Self::Branches(id) => {
                let node = scope.node(*id);
                let count =
                    |branches: &[NodeId]| branches.iter().filter(|id| accepts(**id, value)).count();
                (node.any_of_branches().is_empty() || count(node.any_of_branches()) > 0)
                    && (node.one_of_branches().is_empty() || count(node.one_of_branches()) == 1)
            }
            Self::Not(id) => !scope.node(*id).not.is_some_and(|not| accepts(not, value)),
            Self::Conditional(id) => scope.node(*id).conditional.is_none_or(|conditional| {
                let branch = if accepts(conditional.condition, value) {
                    conditional.then
                } else {
                    conditional.otherwise
                };
                branch.is_none_or(|branch| accepts(branch, value))
            }),
            Self::Whole(id) => accepts(*id, value),
        }
    }
}

impl Prover<'_> {
    /// Whether every value of all of `left` meets the requirement.
    pub(in crate::diff) fn prove_ask(&mut self, left: &[NodeId], ask: &Ask) -> bool {
        if let Ask::Whole(right) = ask {
            return self.prove(left, *right);
        }
        cases(self.old, left)
            .iter()
            .all(|case| self.is_empty(case, 3) || self.ask_holds(case, ask))
    }

    fn ask_holds(&mut self, case: &Case, ask: &Ask) -> bool {
        if let Some(values) = case.listed(self.old) {
            if let Ask::Values(asked) = ask {
                let known: FxHashSet<String> = asked.iter().map(canonical).collect();
                return values.iter().all(|value| known.contains(&canonical(value)));
            }
            return values.iter().all(|value| ask.accepts(self.new, value));
        }
        let new = self.new;
        let is_object = case.kinds.has(Kinds::OBJECT);
        let is_array = case.kinds.has(Kinds::ARRAY);
        match ask {
            Ask::Kinds(kinds) => case.kinds.within(*kinds),
            Ask::Values(_) => false,
            Ask::Check(id, index) => {
                let check = &new.node(*id).checks[*index];
                let about = case.only(Kinds::about(check.kind));
                let mut kinds = Kinds::EACH
                    .into_iter()
                    .filter(|kind| about.kinds.has(*kind));
                self.check_holds(case, check)
                    || kinds.all(|kind| self.scalar_is(&case.only(kind), Right::Check(check)))
            }
            Ask::Length(id, index) | Ask::Members(id, index) => {
                self.length_holds(case, new.node(*id).lengths[*index])
            }
            Ask::Required(name) => !is_object || case.requires(self.old, name),
            Ask::Member(id, name) => !is_object || self.member_holds(case, *id, name),
            Ask::Others(id) => !is_object || self.patterns_hold(case, *id),
            Ask::Names(id) => {
                let names = new.node(*id).object.property_names;
                !is_object || names.is_none_or(|names| self.names_hold(case, names))
            }
            Ask::Dependents(id, name) => {
                let object = &new.node(*id).object;
                let mut required = object.dependent_required.iter();
                let mut schemas = object.dependent_schemas.iter();
                !is_object
                    || (required.all(|(known, needed)| {
                        known != name || self.dependents_hold(case, name, needed)
                    }) && schemas.all(|(known, schema)| {
                        known != name
                            || self.is_absent(case, name)
                            || self.prove_case(case, *schema)
                    }))
            }
            Ask::Elements(id) => !is_array || self.each_element_holds(case, *id),
            Ask::Contains(id) => {
                let contains = new.node(*id).array.contains;
                !is_array
                    || contains.is_none_or(|contains| self.contains_holds(case, *id, contains))
            }
            Ask::Unevaluated(_) => !is_object && !is_array,
            Ask::Branches(id) => {
                let node = new.node(*id);
                (node.any_of_branches().is_empty() || self.prove_any(case, node.any_of_branches()))
                    && (node.one_of_branches().is_empty() || self.prove_one(case, node.one_of_branches()))
            }
            Ask::Not(id) => new.node(*id).not.is_none_or(|not| self.excludes(case, not)),
            Ask::Conditional(id) => self.conditional_holds(case, new.node(*id)),
            Ask::Whole(id) => self.prove_case(case, *id),
        }
    }
}
