//! Whether a value shows a change.

use serde_json::Value as Json;

use crate::diff::view::{Kinds, View};
use crate::diff::{Change, Fact, Move, Sender};
use crate::json::{Kind, Value};
use crate::location::Step;
use crate::schema::{Graph, Memo, NodeId};

use super::usage::Met;

/// The graphs and schemas of the pair that a change is of, and who sends the value.
pub(super) struct Place<'p> {
    pub(super) old: (&'p Graph, &'p [NodeId]),
    pub(super) new: (&'p Graph, &'p [NodeId]),
    pub(super) moves: &'p [Move],
    pub(super) sender: Sender,
    pub(super) memo: Memo,
}

impl Place<'_> {
    fn accepts(&self, (graph, schemas): (&Graph, &[NodeId]), value: Value<'_>) -> bool {
        let mut schemas = schemas.iter();
        schemas.all(|schema| graph.accepts_with(*schema, value, &self.memo))
    }

    /// How a value of the old contract meets a change, and the part of it that the change is about.
    pub(super) fn in_old<'d>(&self, change: &Change, value: Value<'d>) -> (Met, Option<Value<'d>>) {
        if is_about_members(change.fact) && value.kind() != Kind::Object {
            return (Met::Reached, None);
        }
        let is_client = self.sender == Sender::Client;
        let member = || value.get(&change.subject);
        let shown = |is_shown: bool| if is_shown { Met::Shown } else { Met::Reached };
        match change.fact {
            Fact::PropertyRemoved | Fact::PropertyRenamed => {
                let member = member();
                (shown(member.is_some()), member)
            }
            Fact::PropertiesMoved => {
                let mut parts = self.moves.iter();
                let has = parts.any(|moved| follow(value, &moved.from).is_some());
                (shown(has), None)
            }
            // What is new is in no old payload; one that lacks what is asked for now is refused.
            Fact::PropertyAdded => (
                shown(is_client && !change.is_minor && member().is_none()),
                None,
            ),
            Fact::PropertyRequired => (shown(is_client && member().is_none()), member()),
            Fact::PropertyOptional => (Met::Reached, member()),
            Fact::EnumValueRemoved | Fact::EnumValueAdded => {
                let is_listed = scalar(value).is_some_and(|word| change.values.contains(&word));
                (shown(is_listed), Some(value))
            }
            Fact::NullRemoved => (shown(value.kind() == Kind::Null), Some(value)),
            Fact::EnvelopeAdded | Fact::EnvelopeRemoved => (Met::Shown, None),
            Fact::ReadOnlyAdded
            | Fact::ReadOnlyRemoved
            | Fact::DefaultChanged
            | Fact::DeprecationAdded
            | Fact::DeprecationRemoved => {
                let part = match change.path.steps().last() {
                    Some(Step::Key(name)) => value.get(name).unwrap_or(value),
                    _ => value,
                };
                (Met::Shown, Some(part))
            }
            Fact::ObjectClosed => {
                let view = View::of(self.new.0, self.new.1);
                let is_named = |name: &str| {
                    let mut nodes = view.nodes();
                    nodes.any(|(_, node)| node.named_schemas(name).next().is_some())
                };
                let stray = value.members().any(|(key, _)| !is_named(&key.name()));
                (shown(stray), None)
            }
            Fact::EnumAdded => {
                let is_listed = scalar(value).is_some_and(|word| change.values.contains(&word));
                (shown(!is_listed), Some(value))
            }
            Fact::TypeNarrowed | Fact::TypeChanged => {
                let kinds = View::of(self.new.0, self.new.1).all_kinds(3);
                let own = match value.kind() {
                    Kind::Null => Kinds::NULL,
                    Kind::Boolean => Kinds::BOOLEAN,
                    Kind::Number if value.is_integer() => Kinds::WHOLE,
                    Kind::Number => Kinds::FRACTION,
                    Kind::String => Kinds::STRING,
                    Kind::Array => Kinds::ARRAY,
                    Kind::Object => Kinds::OBJECT,
                };
                (shown(!kinds.has(own)), Some(value))
            }
            // What is allowed now is in no old payload.
            fact if is_widening(fact) => (Met::Reached, Some(value)),
            _ => (shown(!self.accepts(self.new, value)), Some(value)),
        }
    }

    /// How a value of the new contract meets a change.
    pub(super) fn in_new<'d>(&self, change: &Change, value: Value<'d>) -> (Met, Option<Value<'d>>) {
        if is_about_members(change.fact) && value.kind() != Kind::Object {
            return (Met::Reached, None);
        }
        let member = |name: &str| value.get(name);
        let either = |is_new: bool, is_old: bool| match (is_new, is_old) {
            (true, _) => Met::Shown,
            (false, true) => Met::Contradicted,
            (false, false) => Met::Reached,
        };
        match change.fact {
            Fact::PropertyRemoved => {
                let member = member(&change.subject);
                (either(member.is_none(), member.is_some()), None)
            }
            Fact::PropertyAdded => {
                let member = member(&change.subject);
                (either(member.is_some(), !change.is_minor), member)
            }
            Fact::PropertyRequired => {
                let has = member(&change.subject).is_some();
                (either(has, !has), None)
            }
            Fact::PropertyRenamed => {
                let new = change.new.as_deref().and_then(member);
                let old = change.old.as_deref().and_then(member);
                (either(new.is_some(), old.is_some()), new)
            }
            Fact::PropertiesMoved => {
                let has = |way: fn(&Move) -> &Vec<Step>| {
                    let mut moves = self.moves.iter();
                    moves.any(|moved| follow(value, way(moved)).is_some())
                };
                (
                    either(has(|moved| &moved.to), has(|moved| &moved.from)),
                    None,
                )
            }
            Fact::EnumValueAdded | Fact::EnumValueRemoved => {
                let is_listed = scalar(value).is_some_and(|word| change.values.contains(&word));
                let met = match (is_listed, change.fact) {
                    (true, Fact::EnumValueAdded) => Met::Shown,
                    (true, _) => Met::Contradicted,
                    (false, _) => Met::Reached,
                };
                (met, Some(value))
            }
            Fact::NullAdded => (either(value.kind() == Kind::Null, false), Some(value)),
            Fact::NullRemoved => (either(false, value.kind() == Kind::Null), Some(value)),
            Fact::EnvelopeAdded | Fact::EnvelopeRemoved => (Met::Shown, None),
            _ => {
                let is_of_new = !self.accepts(self.old, value) && self.accepts(self.new, value);
                (either(is_of_new, false), Some(value))
            }
        }
    }
}

/// Whether a fact is about the members of objects: of other values it says nothing.
const fn is_about_members(fact: Fact) -> bool {
    matches!(
        fact,
        Fact::PropertyAdded
            | Fact::PropertyRemoved
            | Fact::PropertyRenamed
            | Fact::PropertiesMoved
            | Fact::PropertyRequired
            | Fact::PropertyOptional
            | Fact::ObjectClosed
            | Fact::ObjectOpened
    )
}

/// Whether a fact allows more than before and forbids nothing.
const fn is_widening(fact: Fact) -> bool {
    matches!(
        fact,
        Fact::TypeWidened
            | Fact::NullAdded
            | Fact::EnumRemoved
            | Fact::BoundsWidened
            | Fact::LengthWidened
            | Fact::PatternWidened
            | Fact::FormatWidened
            | Fact::ObjectOpened
            | Fact::VariantAdded
            | Fact::ConstraintWidened
    )
}

/// The first part of a value that a way leads to.
pub(super) fn follow<'d>(value: Value<'d>, way: &[Step]) -> Option<Value<'d>> {
    parts(value, way).into_iter().next()
}

/// The parts of a value that a way leads to.
pub(super) fn parts<'d>(value: Value<'d>, way: &[Step]) -> Vec<Value<'d>> {
    let mut open = vec![value];
    for step in way {
        open = open
            .into_iter()
            .flat_map(|value| -> Vec<Value<'d>> {
                match step {
                    Step::Key(name) => value.get(name).into_iter().collect(),
                    Step::Any => {
                        let members = value.members().map(|(_, member)| member);
                        members.chain(value.elements()).collect()
                    }
                }
            })
            .collect();
    }
    open
}

/// A scalar as changes list values: strings that need no quotes have none.
pub(super) fn scalar(value: Value<'_>) -> Option<String> {
    match value.kind() {
        Kind::Object | Kind::Array => None,
        _ => Some(crate::diff::word(&value.to_serde())),
    }
}

/// A value as it may be shown: redacted, and of objects and arrays only what they are.
pub(super) fn shown(value: &Json) -> Json {
    crate::capture::redact::masked(value)
}
