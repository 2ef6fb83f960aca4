//! The ways in which a schema may fail to hold.

use std::sync::Arc;

use serde_json::Value;

use crate::schema::{Contains, Node, NodeId};

use crate::diff::contain::ask::Ask;
use crate::diff::contain::canonical;
use crate::diff::contain::kinds::Kinds;
use super::expand::{Alternative, PAIRED, SomeMember};
use super::{Literal, Tableau, kinds_of};

impl Tableau<'_> {
    /// The ways in which a schema may fail to hold for values of a kind, as one split; `None` if it fails for
    /// all of them.
    pub(super) fn denials(&self, literal: Literal, kind: Kinds) -> Option<Vec<Alternative>> {
        let node = self.scope(literal).node(literal.node);
        if node.never || !kind.within(kinds_of(node)) {
            return None;
        }
        let mut ways = Vec::new();
        if node.constant.is_some() || node.values.is_some() {
            ways.push(Alternative::Anything);
        }
        let not = |id: NodeId| literal.of(id, false);
        let is = |id: NodeId| literal.of(id, true);
        let each = node.reference.iter().chain(&node.all_of);
        ways.extend(each.map(|id| Alternative::Literals(vec![not(*id)])));
        if !node.any_of_branches().is_empty() {
            let none = node.any_of_branches().iter().copied().map(not);
            ways.push(Alternative::Literals(none.collect()));
        }
        let are_told_apart = self.are_told_apart(literal, node, kind);
        ways.extend(one_of_denials(literal, node, are_told_apart));
        ways.extend(node.not.map(|id| Alternative::Literals(vec![is(id)])));
        if let Some(conditional) = node.conditional {
            let condition = conditional.condition;
            let then = conditional.then;
            ways.extend(then.map(|id| Alternative::Literals(vec![is(condition), not(id)])));
            let otherwise = conditional.otherwise;
            ways.extend(otherwise.map(|id| Alternative::Literals(vec![not(condition), not(id)])));
        }
        for index in 0..node.lengths.len() {
            ways.extend(length_denial(node, index, kind));
        }
        match kind {
            Kinds::OBJECT => {
                let side = self.scope(literal).side;
                let required = node.object.required.iter();
                let required = required.filter(|required| required.holds_on(side));
                ways.extend(required.map(|own| Alternative::Absent(Arc::clone(&own.name))));
                for (name, _) in &node.object.dependent_required {
                    ways.extend(dependent_denials(node, name));
                }
                for (name, schema) in &node.object.dependent_schemas {
                    ways.push(Alternative::With(Arc::clone(name), not(*schema)));
                }
                ways.extend(name_denials(literal, node));
                let names = node.object.properties.keys();
                ways.extend(names.flat_map(|name| member_denials(literal, node, name)));
                ways.extend(other_denials(literal, node));
                ways.extend(self.unevaluated_denials(literal));
            }
            _ => {
                ways.extend(element_denials(literal, node));
                ways.extend(contains_denials(literal, node));
                let repeats = node
                    .checks
                    .iter()
                    .any(|check| check.keyword == "uniqueItems");
                ways.extend(repeats.then_some(Alternative::Repeating));
                let unevaluated = node.array.unevaluated;
                ways.extend(unevaluated.map(|_| Alternative::Anything));
            }
        }
        Some(ways)
    }

    /// The ways in which a requirement may be violated.
    pub(super) fn alternatives_of_ask(&self, ask: &Ask, kind: Kinds) -> Vec<Alternative> {
        let literal = |id: NodeId| Literal::not_new(id);
        let node = |id: NodeId| self.new.node(id);
        let is_object = kind == Kinds::OBJECT;
        let ways: Vec<Alternative> =
            match ask {
                Ask::Kinds(_) => vec![Alternative::Anything],
                Ask::Values(values) => {
                    // One part more than any of the values has.
                    let parts = values.iter().map(|value| match value {
                        Value::Object(members) if is_object => members.len(),
                        Value::Array(elements) if !is_object => elements.len(),
                        _ => 0,
                    });
                    let most = parts.max().unwrap_or(0) as u64;
                    vec![Alternative::Anything, Alternative::Least(most + 1)]
                }
                Ask::Check(id, index) => {
                    let check = &node(*id).checks[*index];
                    let is_about = kind.within(Kinds::about(check.kind));
                    match check.keyword {
                        _ if !is_about => Vec::new(),
                        "uniqueItems" => vec![Alternative::Repeating],
                        _ => vec![Alternative::Anything],
                    }
                }
                Ask::Length(id, index) | Ask::Members(id, index) => {
                    length_denial(node(*id), *index, kind).into_iter().collect()
                }
                Ask::Required(name) if is_object => vec![Alternative::Absent(Arc::clone(name))],
                Ask::Member(id, name) if is_object => member_denials(literal(*id), node(*id), name),
                Ask::Others(id) if is_object => {
                    let names = node(*id).object.properties.keys();
                    let mut ways: Vec<Alternative> = names
                        .flat_map(|name| member_denials(literal(*id), node(*id), name))
                        .collect();
                    ways.extend(other_denials(literal(*id), node(*id)));
                    ways
                }
                Ask::Names(id) if is_object => name_denials(literal(*id), node(*id)),
                Ask::Dependents(id, name) if is_object => {
                    let own = node(*id);
                    let mut ways = dependent_denials(own, name);
                    let schemas = own.object.dependent_schemas.iter();
                    let schemas = schemas.filter(|(known, _)| known == name);
                    ways.extend(schemas.map(|(name, schema)| {
                        Alternative::With(Arc::clone(name), literal(*schema))
                    }));
                    ways
                }
                Ask::Elements(id) if !is_object => element_denials(literal(*id), node(*id)),
                Ask::Contains(id) if !is_object => contains_denials(literal(*id), node(*id)),
                Ask::Unevaluated(id) => match is_object {
                    true => self.unevaluated_denials(literal(*id)),
                    false => vec![Alternative::Anything],
                },
                Ask::Branches(id) => {
                    let own = node(*id);
                    let are_told_apart = self.are_told_apart(literal(*id), own, kind);
                    let mut ways = one_of_denials(literal(*id), own, are_told_apart);
                    if !own.any_of_branches().is_empty() {
                        let none = own.any_of_branches().iter().map(|id| literal(*id));
                        ways.push(Alternative::Literals(none.collect()));
                    }
                    ways
                }
                Ask::Not(id) => {
                    let not = node(*id).not.into_iter();
                    not.map(|not| Alternative::Literals(vec![literal(not).negated()]))
                        .collect()
                }
                Ask::Conditional(id) => {
                    let conditional = node(*id).conditional.into_iter();
                    conditional
                        .flat_map(|own| {
                            let condition = literal(own.condition);
                            let met = own
                                .then
                                .map(|then| vec![condition.negated(), literal(then)]);
                            let unmet = own.otherwise.map(|other| vec![condition, literal(other)]);
                            [met, unmet]
                                .into_iter()
                                .flatten()
                                .map(Alternative::Literals)
                        })
                        .collect()
                }
                Ask::Whole(id) => vec![Alternative::Literals(vec![literal(*id)])],
                _ => Vec::new(),
            };
        ways
    }

    /// Whether no two branches of a `oneOf` hold at once because each requires a different value of a member.
    fn are_told_apart(&self, literal: Literal, node: &Node, kind: Kinds) -> bool {
        let scope = self.scope(literal);
        let value = |id: &NodeId, name: &Arc<str>| -> Option<String> {
            let branch = scope.node(scope.resolve(*id));
            let object = &branch.object;
            let mut required = object.required.iter();
            let is_required =
                required.any(|required| required.name == *name && required.holds_on(scope.side));
            let schema = object.properties.get(name).filter(|_| is_required)?;
            let member = scope.node(scope.resolve(*schema));
            match (&member.constant, &member.values) {
                (Some(constant), _) => Some(canonical(constant)),
                (None, Some(values)) => match values.all.as_slice() {
                    [only] => Some(canonical(only)),
                    _ => None,
                },
                (None, None) => None,
            }
        };
        let Some(first) = node.one_of_branches().first().filter(|_| kind == Kinds::OBJECT) else {
            return false;
        };
        let names = &scope.node(scope.resolve(*first)).object.properties;
        names.keys().any(|name| {
            let mut seen = rustc_hash::FxHashSet::default();
            let mut branches = node.one_of_branches().iter();
            branches.all(|id| value(id, name).is_some_and(|value| seen.insert(value)))
        })
    }

    /// Members that are certainly not evaluated.
    fn unevaluated_denials(&self, literal: Literal) -> Vec<Alternative> {
        let scope = self.scope(literal);
        let Some(rest) = scope.node(literal.node).object.unevaluated else {
            return Vec::new();
        };
        match self.evaluates_by_name(literal) {
            true => vec![Alternative::Some(SomeMember::Other(
                literal,
                literal.of(rest, false),
            ))],
            false => vec![Alternative::Anything],
        }
    }
}

fn one_of_denials(literal: Literal, node: &Node, are_told_apart: bool) -> Vec<Alternative> {
    let branches = node.one_of_branches();
    if branches.is_empty() {
        return Vec::new();
    }
    let none = branches.iter().map(|id| literal.of(*id, false));
    let mut ways = vec![Alternative::Literals(none.collect())];
    if are_told_apart {
        return ways;
    }
    if branches.len() > PAIRED {
        ways.push(Alternative::Anything);
        return ways;
    }
    for (index, one) in branches.iter().enumerate() {
        for other in &branches[index + 1..] {
            let both = [one, other].map(|id| literal.of(*id, true));
            ways.push(Alternative::Literals(both.into()));
        }
    }
    ways
}

fn length_denial(node: &Node, index: usize, kind: Kinds) -> Option<Alternative> {
    let length = node.lengths[index];
    if !kind.within(Kinds::about(length.kind)) {
        return None;
    }
    match length.is_maximum {
        true => Some(Alternative::Least(length.limit.checked_add(1)?)),
        false => Some(Alternative::Most(length.limit.checked_sub(1)?)),
    }
}

fn member_denials(literal: Literal, node: &Node, name: &Arc<str>) -> Vec<Alternative> {
    let mut schemas: Vec<NodeId> = node.named_schemas(name).collect();
    if schemas.is_empty() {
        schemas.extend(node.object.additional);
    }
    let denied = |id: NodeId| {
        Alternative::Present(Arc::clone(name), vec![literal.of(id, false)], Vec::new())
    };
    schemas.into_iter().map(denied).collect()
}

/// Members with an unspecified name.
fn other_denials(literal: Literal, node: &Node) -> Vec<Alternative> {
    let patterns = node.object.patterns.iter().enumerate();
    let patterns = patterns.map(|(index, (_, schema))| {
        SomeMember::Matching(literal, index, literal.of(*schema, false))
    });
    let rest = node.object.additional;
    let rest = rest.map(|rest| SomeMember::Other(literal, literal.of(rest, false)));
    patterns.chain(rest).map(Alternative::Some).collect()
}

fn name_denials(literal: Literal, node: &Node) -> Vec<Alternative> {
    let names = node.object.property_names.into_iter();
    let names = names.map(|names| SomeMember::Named(literal.of(names, false)));
    names.map(Alternative::Some).collect()
}

fn dependent_denials(node: &Node, name: &Arc<str>) -> Vec<Alternative> {
    let dependent = node.object.dependent_required.iter();
    let own = dependent.filter(|(known, _)| known == name);
    own.flat_map(|(name, needed)| {
        let needed = needed.iter();
        needed.map(|other| Alternative::Lacking(Arc::clone(name), Arc::clone(other)))
    })
    .collect()
}

fn element_denials(literal: Literal, node: &Node) -> Vec<Alternative> {
    let listed = node.array.prefix.iter().enumerate();
    let listed = listed.map(|(index, id)| Alternative::At(index, literal.of(*id, false)));
    let rest = node
        .array
        .items
        .map(|id| Alternative::SomeElement(node.array.prefix.len(), literal.of(id, false)));
    listed.chain(rest).collect()
}

fn contains_denials(literal: Literal, node: &Node) -> Vec<Alternative> {
    let Some(Contains {
        node: id,
        minimum,
        maximum,
    }) = node.array.contains
    else {
        return Vec::new();
    };
    let mut ways = Vec::new();
    match minimum {
        0 => {}
        1 => ways.push(Alternative::All(literal.of(id, false))),
        // That there are too few is not modelled.
        _ => ways.push(Alternative::Anything),
    }
    let more = maximum.and_then(|maximum| maximum.checked_add(1));
    ways.extend(more.map(|count| Alternative::Elements(count, literal.of(id, true))));
    ways
}
