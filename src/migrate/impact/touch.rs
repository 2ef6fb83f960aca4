//! Whether a value shows a change.

use serde_json::Value as Json;

use crate::diff::view::{Kinds, View};
use crate::diff::{Difference, Fact, Move, Sender, canonical};
use crate::json::{Kind, Value};
use crate::location::Step;
use crate::observe::{deviations, is_placeholder, meant_for};
use crate::schema::{Graph, Length, Memo, NodeId};

use super::affected::{Affected, concerns, of_fact};
use super::usage::Met;

/// Deviations of one value that are compared.
const FAULTS: usize = 64;

/// One contract's view of a value, with the verdicts on the document that are already known.
#[derive(Clone, Copy)]
pub(super) struct Version<'p> {
    pub(super) graph: &'p Graph,
    pub(super) schemas: &'p [NodeId],
    pub(super) memo: &'p Memo,
}

impl<'p> Version<'p> {
    fn accepts(self, value: Value<'_>) -> bool {
        let mut schemas = self.schemas.iter();
        schemas.all(|schema| self.graph.accepts_with(*schema, value, self.memo))
    }

    /// Whether the schemas allow values of this type.
    fn has_type_of(self, value: Value<'_>) -> bool {
        let kind = match value.kind() {
            Kind::Null => Kinds::NULL,
            Kind::Boolean => Kinds::BOOLEAN,
            Kind::Number if value.is_integer() => Kinds::WHOLE,
            Kind::Number => Kinds::FRACTION,
            Kind::String => Kinds::STRING,
            Kind::Array => Kinds::ARRAY,
            Kind::Object => Kinds::OBJECT,
        };
        self.view().all_kinds(3).has(kind)
    }

    /// Whether the schemas allow a value, whatever is in it: by its type, and by the keywords about the value itself.
    fn allows_itself(self, value: Value<'_>) -> bool {
        self.has_type_of(value) && !self.rejected_alone(value, &|_| true).unwrap_or(false)
    }

    /// Whether one of some keywords rejects a value on its own; `None` if the schemas have no such keyword that can be
    /// checked alone.
    fn rejected_alone(self, value: Value<'_>, is_it: &dyn Fn(&str) -> bool) -> Option<bool> {
        let view = self.view();
        let checks = view.nodes().flat_map(|(_, node)| &node.checks);
        let checks = checks.filter(|check| is_it(check.keyword));
        let lengths = view.nodes().flat_map(|(_, node)| &node.lengths);
        let lengths = lengths.filter(|length| is_it(length.keyword()));
        let rejected = checks.map(|check| !check.accepts(value));
        rejected.chain(lengths.map(|length| is_beyond(*length, value))).reduce(|one, other| one | other)
    }

    /// What is wrong with a value: the place in it, and the keyword that rejects it.
    fn faults(self, value: Value<'_>) -> Vec<(String, &'static str)> {
        let side = self.memo.side();
        let faults = self.schemas.iter().flat_map(|schema| deviations(self.graph, *schema, side, value, FAULTS));
        faults.map(|(at, kind)| (at.as_str().to_owned(), kind.keyword())).collect()
    }

    fn view(self) -> View<'p> {
        View::of(self.graph, self.schemas)
    }
}

/// The pair that a change belongs to, and who sends the value.
pub(super) struct Place<'p> {
    pub(super) old: Version<'p>,
    pub(super) new: Version<'p>,
    pub(super) moves: &'p [Move],
    pub(super) sender: Sender,
}

impl Place<'_> {
    /// How a value of the old contract meets a change, and the part of it that the change is about. `name` is
    /// the member that it is about, if the value is the object around it.
    pub(super) fn in_old<'d>(
        &self,
        change: &Difference,
        name: Option<&str>,
        value: Value<'d>,
    ) -> (Met, Option<Value<'d>>) {
        let name = name.or_else(|| about_member(change.fact).then_some(change.subject.as_str()));
        let is_object = value.kind() == Kind::Object;
        if !is_object && (name.is_some() || is_about_members(change.fact)) {
            return (Met::Aside, None);
        }
        let part = match name {
            Some(name) => value.get(name),
            None => Some(value),
        };
        let shown = |is_shown: bool| if is_shown { Met::Shown } else { Met::Reached };
        // A drift elsewhere in the value must not hide the change, so only what the change is about is looked at.
        let met = match of_fact(change.fact, self.sender, change.is_minor) {
            Affected::Every => Met::Shown,
            // A value that is serialised differently is the same value in a schema.
            Affected::With | Affected::Reread => shown(part.is_some()),
            Affected::Without => shown(part.is_none()),
            Affected::Listed => shown(is_listed(change, value)),
            Affected::Unlisted => shown(!is_listed(change, value) && self.old.allows_itself(value)),
            Affected::Null => shown(value.kind() == Kind::Null && self.old.has_type_of(value)),
            Affected::Type => shown(!self.new.has_type_of(value) && self.old.has_type_of(value)),
            Affected::Keyword => shown(self.keyword_rejects(change, value)),
            Affected::Undeclared => shown(self.has_undeclared(value)),
            Affected::Moved => {
                let mut parts = moves_of(change, self.moves);
                shown(parts.any(|moved| follow(value, &moved.from).is_some()))
            }
            Affected::Variant => self.variant(change, value),
            Affected::NotShown => self.early(change, part),
        };
        // The value that a placeholder stands for is not known.
        let is_unknown = || value.as_str().is_some_and(|text| is_placeholder(&text));
        let met = match met {
            Met::Reached if name.is_none() && is_unknown() => Met::Doubtful,
            met => met,
        };
        let met = match concerns(change, self.sender) {
            true => met,
            false => met.aside(),
        };
        (met, part.filter(|_| change.fact != Fact::PropertiesMoved))
    }

    /// Whether an old message already does what only the new contract allows.
    fn early(&self, change: &Difference, part: Option<Value<'_>>) -> Met {
        let Some(part) = part else {
            return Met::Held;
        };
        let is_early = match change.fact {
            Fact::PropertyAdded => true,
            Fact::EnumValueAdded => is_listed(change, part),
            Fact::NullAdded => part.kind() == Kind::Null,
            Fact::EnumRemoved
            | Fact::TypeWidened
            | Fact::BoundsWidened
            | Fact::LengthWidened
            | Fact::PatternWidened
            | Fact::FormatWidened
            | Fact::ConstraintWidened
            | Fact::VariantAdded => !self.old.accepts(part) && self.new.accepts(part),
            _ => false,
        };
        if is_early { Met::Early } else { Met::Held }
    }

    /// Whether the new contract rejects a value because of the keyword that a change is about, and the old contract
    /// allows the value as far as its own keywords go.
    fn keyword_rejects(&self, change: &Difference, value: Value<'_>) -> bool {
        let is_it = |keyword: &str| match change.fact {
            Fact::PatternNarrowed | Fact::PatternChanged => keyword == "pattern",
            Fact::FormatNarrowed | Fact::FormatChanged => keyword == "format",
            // `exclusiveMinimum` counts as `minimum`.
            _ => {
                keyword.eq_ignore_ascii_case(&change.subject)
                    || keyword
                        .strip_prefix("exclusive")
                        .is_some_and(|rest| rest.eq_ignore_ascii_case(&change.subject))
            }
        };
        match self.new.rejected_alone(value, &is_it) {
            Some(is_rejected) => is_rejected && self.old.allows_itself(value),
            // Such a keyword cannot be checked alone.
            None => self.rejects_more(value),
        }
    }

    /// Whether the new contract finds something wrong with a value that the old contract does not.
    fn rejects_more(&self, value: Value<'_>) -> bool {
        let (old, new) = (self.old.faults(value), self.new.faults(value));
        let is_new = |(at, keyword): &(String, &str)| {
            !old.iter().any(|(own, known)| own == at && known == keyword)
        };
        new.len() >= FAULTS || new.iter().any(is_new)
    }

    fn has_undeclared(&self, value: Value<'_>) -> bool {
        let view = self.new.view();
        let is_named = |name: &str| {
            let mut nodes = view.nodes();
            nodes.any(|(_, node)| node.named_schemas(name).next().is_some())
        };
        value.members().any(|(key, _)| !is_named(&key.name()))
    }

    /// How a value meets the removal of a variant. It belongs to the variant if no other variant accepts it, or if
    /// none accepts it and its tag or best fit names this one.
    fn variant(&self, change: &Difference, value: Value<'_>) -> Met {
        let shown = |is_shown: bool| if is_shown { Met::Shown } else { Met::Reached };
        let (graph, view) = (self.old.graph, self.old.view());
        let place = change.old_place.as_ref();
        let found = view.unions.iter().find_map(|union| {
            let mut branches = union.branches.iter();
            let branch = branches.find(|branch| Some(&*graph.node(**branch).place) == place)?;
            Some((union, *branch))
        });
        let Some((union, removed)) = found else {
            return shown(self.rejects_more(value));
        };
        let accepts = |branch: &&NodeId| graph.accepts_with(**branch, value, self.old.memo);
        let accepting: Vec<&NodeId> = union.branches.iter().filter(accepts).collect();
        if !accepting.is_empty() {
            return shown(accepting.iter().all(|branch| **branch == removed));
        }
        let side = self.old.memo.side();
        match meant_for(graph, union.node, &union.branches, value, side) {
            Some(meant) => shown(meant == removed),
            // A value of none of the types, or with a tag of none of the variants.
            None => Met::Reached,
        }
    }

    /// How a value of the new contract meets a change.
    pub(super) fn in_new<'d>(
        &self,
        change: &Difference,
        name: Option<&str>,
        value: Value<'d>,
    ) -> (Met, Option<Value<'d>>) {
        if value.kind() != Kind::Object && (name.is_some() || is_about_members(change.fact)) {
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
                    let mut moves = moves_of(change, self.moves);
                    moves.any(|moved| follow(value, way(moved)).is_some())
                };
                (
                    either(has(|moved| &moved.to), has(|moved| &moved.from)),
                    None,
                )
            }
            Fact::EnumValueAdded | Fact::EnumValueRemoved => {
                let met = match (is_listed(change, value), change.fact) {
                    (true, Fact::EnumValueAdded) => Met::Shown,
                    (true, _) => Met::Contradicted,
                    (false, _) => Met::Reached,
                };
                (met, Some(value))
            }
            Fact::NullAdded => (either(value.kind() == Kind::Null, false), Some(value)),
            Fact::NullRemoved => (either(false, value.kind() == Kind::Null), Some(value)),
            Fact::EnvelopeAdded | Fact::EnvelopeRemoved => (Met::Shown, None),
            Fact::DefaultChanged | Fact::DeprecationAdded | Fact::DeprecationRemoved => {
                (Met::Reached, None)
            }
            _ => {
                let is_of_new = !self.old.accepts(value) && self.new.accepts(value);
                (either(is_of_new, false), Some(value))
            }
        }
    }
}

fn is_beyond(length: Length, value: Value<'_>) -> bool {
    let measured = length.measure(value);
    measured.is_some_and(|measured| !length.allows(measured))
}

/// Whether a value is one of those that a change lists. Numbers are compared by value: `1.0` is `1`.
fn is_listed(change: &Difference, value: Value<'_>) -> bool {
    change.canonical.contains(&canonical(&value.to_serde()))
}

/// Whether a fact is about the member of an object that is its subject.
pub(super) const fn about_member(fact: Fact) -> bool {
    matches!(
        fact,
        Fact::PropertyAdded
            | Fact::PropertyRemoved
            | Fact::PropertyRenamed
            | Fact::PropertyRequired
            | Fact::PropertyOptional
    )
}

/// Whether a fact is about the members of objects, and says nothing about other values.
pub(super) const fn is_about_members(fact: Fact) -> bool {
    about_member(fact)
        || matches!(
            fact,
            Fact::PropertiesMoved | Fact::ObjectClosed | Fact::ObjectOpened
        )
}

/// The moves of a pair that a change is about: it lists their places, and others of the pair may be renames.
pub(super) fn moves_of<'p>(change: &Difference, moves: &'p [Move]) -> impl Iterator<Item = &'p Move> {
    let lines = |text: &Option<String>| -> Vec<String> {
        let lines = text.as_deref().unwrap_or_default().lines();
        lines.map(str::to_owned).collect()
    };
    let (old, new) = (lines(&change.old), lines(&change.new));
    let dotted = |way: &[Step]| {
        let names = way.iter().map(|step| match step {
            Step::Key(name) => &**name,
            Step::Any => "*",
        });
        names.collect::<Vec<_>>().join(".")
    };
    moves.iter().filter(move |moved| {
        let (from, to) = (dotted(&moved.from), dotted(&moved.to));
        old.iter()
            .zip(&new)
            .any(|(old, new)| *old == from && *new == to)
    })
}

/// The first part of a value that a path leads to.
pub(super) fn follow<'d>(value: Value<'d>, way: &[Step]) -> Option<Value<'d>> {
    parts(value, way).into_iter().next()
}

/// The parts of a value that a path leads to.
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

/// A scalar as changes list it: strings that need no quotes have none.
pub(super) fn scalar(value: Value<'_>) -> Option<String> {
    match value.kind() {
        Kind::Object | Kind::Array => None,
        _ => Some(crate::diff::word(&value.to_serde())),
    }
}

/// A value as it may be shown: redacted, with objects and arrays reduced to what they are.
pub(super) fn shown(value: &Json) -> Json {
    crate::redact::masked(value)
}
