//! Expands literals for values of one kind: what applies to the value itself becomes further literals, what
//! applies to its parts is kept until the end of the branch.

use std::sync::Arc;

use serde_json::Value;

use crate::json::Kind;
use crate::schema::{Node, NodeId};

use crate::diff::contain::accepts;
use crate::diff::contain::kinds::Kinds;
use super::{Goal, Literal, Outcome, Tableau, kinds_of};

/// The limit on branches of a `oneOf` for which combinations of two branches are considered.
pub(super) const PAIRED: usize = 8;

/// What is known about the value of a branch.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) kind: Kinds,
    /// The expanded literals.
    pub(super) done: Vec<Literal>,
    /// Branches of `anyOf`: others may hold in addition to the chosen one.
    pub(super) siblings: Vec<Literal>,
    /// Splits that are still open; one alternative of each has to be taken.
    pub(super) splits: Vec<Vec<Alternative>>,
    /// The number of parts of the value.
    pub(super) least: u64,
    pub(super) most: Option<u64>,
    /// Schemas that hold and constrain parts.
    pub(super) maps: Vec<Literal>,
    pub(super) present: Vec<Arc<str>>,
    pub(super) absent: Vec<Arc<str>>,
    /// What members must satisfy if they are present.
    pub(super) members: Vec<(Arc<str>, Literal)>,
    /// Members that are present under some name.
    pub(super) some_members: Vec<SomeMember>,
    /// What every name must satisfy.
    pub(super) names: Vec<Literal>,
    pub(super) at: Vec<(usize, Literal)>,
    /// An element at or after a position.
    pub(super) some_elements: Vec<(usize, Literal)>,
    /// What every element from a position on must satisfy.
    pub(super) all_elements: Vec<(usize, Literal)>,
    pub(super) is_unique: bool,
    /// The only possible values, if they are listed.
    pub(super) listed: Option<Vec<Value>>,
}

/// A member with an unspecified name.
#[derive(Debug, Clone, Copy)]
pub(super) enum SomeMember {
    /// Its name matches this pattern of a schema.
    Matching(Literal, usize, Literal),
    /// Its name is neither declared by the schema nor matched by its patterns.
    Other(Literal, Literal),
    /// Its name satisfies this literal.
    Named(Literal),
}

/// One alternative of a split.
#[derive(Debug, Clone)]
pub(super) enum Alternative {
    Literals(Vec<Literal>),
    Least(u64),
    Most(u64),
    Absent(Arc<str>),
    /// The member is present and satisfies the literals; the others are present too.
    Present(Arc<str>, Vec<Literal>, Vec<Arc<str>>),
    /// The first member is present and the second is absent.
    Lacking(Arc<str>, Arc<str>),
    /// The member is present, and the whole value satisfies the literal.
    With(Arc<str>, Literal),
    Some(SomeMember),
    At(usize, Literal),
    SomeElement(usize, Literal),
    /// This many elements satisfy the literal.
    Elements(u64, Literal),
    /// Every element satisfies the literal.
    All(Literal),
    /// Two elements are equal.
    Repeating,
    /// Unconstrained.
    Anything,
}

impl Branch {
    pub(super) const fn of(kind: Kinds) -> Self {
        Self {
            kind,
            done: Vec::new(),
            siblings: Vec::new(),
            splits: Vec::new(),
            least: 0,
            most: None,
            maps: Vec::new(),
            present: Vec::new(),
            absent: Vec::new(),
            members: Vec::new(),
            some_members: Vec::new(),
            names: Vec::new(),
            at: Vec::new(),
            some_elements: Vec::new(),
            all_elements: Vec::new(),
            is_unique: false,
            listed: None,
        }
    }

    fn is_present(&self, name: &str) -> bool {
        self.present.iter().any(|known| **known == *name)
    }

    pub(super) fn is_absent(&self, name: &str) -> bool {
        self.absent.iter().any(|known| **known == *name)
    }

    pub(super) fn put(&mut self, name: &Arc<str>) {
        if !self.is_present(name) {
            self.present.push(Arc::clone(name));
        }
    }

    fn at_least(&mut self, count: u64) {
        self.least = self.least.max(count);
    }

    fn at_most(&mut self, count: u64) {
        self.most = Some(self.most.map_or(count, |most| most.min(count)));
    }

    /// Whether the known facts contradict each other.
    pub(super) fn is_closed(&self) -> bool {
        self.most.is_some_and(|most| self.least > most)
            || self.present.iter().any(|name| self.is_absent(name))
    }

    /// Takes an alternative; literals to expand are added to `todo`.
    pub(super) fn go(&mut self, way: &Alternative, todo: &mut Vec<Literal>) {
        match way {
            Alternative::Literals(literals) => todo.extend(literals),
            Alternative::Least(count) => self.at_least(*count),
            Alternative::Most(count) => self.at_most(*count),
            Alternative::Absent(name) => self.absent.push(Arc::clone(name)),
            Alternative::Present(name, literals, others) => {
                self.put(name);
                let members = literals.iter().map(|literal| (Arc::clone(name), *literal));
                self.members.extend(members);
                others.iter().for_each(|name| self.put(name));
            }
            Alternative::Lacking(name, other) => {
                self.put(name);
                self.absent.push(Arc::clone(other));
            }
            Alternative::With(name, literal) => {
                self.put(name);
                todo.push(*literal);
            }
            Alternative::Some(member) => self.some_members.push(*member),
            Alternative::At(index, literal) => {
                self.at.push((*index, *literal));
                self.at_least(*index as u64 + 1);
            }
            Alternative::SomeElement(from, literal) => {
                self.some_elements.push((*from, *literal));
                self.at_least(*from as u64 + 1);
            }
            Alternative::Elements(count, literal) => {
                self.at_least(*count);
                self.some_elements.push((0, *literal));
            }
            Alternative::All(literal) => self.all_elements.push((0, *literal)),
            Alternative::Repeating => self.at_least(2),
            Alternative::Anything => {}
        }
    }
}

impl Tableau<'_> {
    /// A value of the literals in `todo` and of what is known in a branch.
    pub(super) fn expand(
        &mut self,
        mut todo: Vec<Literal>,
        mut branch: Branch,
        goal: Goal<'_>,
    ) -> Outcome {
        if !self.spend() {
            return Outcome::Unknown;
        }
        while let Some(literal) = todo.pop() {
            let node = self.scope(literal).resolve(literal.node);
            let literal = literal.of(node, literal.holds);
            if branch.done.contains(&literal) {
                continue;
            }
            if !self.spend() {
                return Outcome::Unknown;
            }
            let excludes = |other: &Literal| {
                *other == literal.negated()
                    || (literal.holds && self.exclude(literal, *other))
                    || (other.holds && self.exclude(*other, literal))
            };
            if branch.done.iter().any(excludes) {
                return Outcome::Empty;
            }
            branch.done.push(literal);
            let is_open = match literal.holds {
                true => self.affirm(literal, &mut branch, &mut todo),
                false => {
                    let ways = self.denials(literal, branch.kind);
                    branch.splits.extend(ways);
                    true
                }
            };
            if !is_open || branch.is_closed() {
                return Outcome::Empty;
            }
        }
        if let Some(values) = branch.listed.take() {
            return self.one_of(goal, values);
        }
        // Removes alternatives that are already impossible, and splits that are already decided.
        let pins = self.pins(&branch);
        let is_open = |way: &Alternative| {
            !is_shut(way, &branch.present, &branch.absent, &branch.done)
                && self.is_so(way, &pins) != Some(false)
        };
        let mut splits = std::mem::take(&mut branch.splits);
        splits.retain_mut(|ways| {
            ways.retain(is_open);
            let is_gone = |way: &Alternative| match way {
                Alternative::Absent(name) => branch.absent.contains(name),
                Alternative::Literals(literals) => {
                    literals.iter().all(|literal| branch.done.contains(literal))
                }
                way => self.is_so(way, &pins) == Some(true),
            };
            !ways.iter().any(is_gone)
        });
        branch.splits = splits;
        let chosen = (0..branch.splits.len()).min_by_key(|index| branch.splits[*index].len());
        if let Some(chosen) = chosen {
            let ways = branch.splits.swap_remove(chosen);
            return self.any_of(ways.into_iter(), |tableau, way| {
                let mut part = branch.clone();
                let mut todo = Vec::new();
                part.go(&way, &mut todo);
                match part.is_closed() {
                    true => Outcome::Empty,
                    false => tableau.expand(todo, part, goal),
                }
            });
        }
        match branch.kind {
            Kinds::OBJECT => self.object(&branch, goal),
            _ => self.array(&branch, goal),
        }
    }

    /// Members that are present and have a single value.
    fn pins(&self, branch: &Branch) -> Vec<(Arc<str>, Value)> {
        let value = |name: &Arc<str>| {
            branch.maps.iter().find_map(|map| {
                let scope = self.scope(*map);
                let schema = scope.node(map.node).object.properties.get(name)?;
                let node = scope.node(scope.resolve(*schema));
                match (&node.constant, &node.values) {
                    (Some(constant), _) => Some(Value::clone(constant)),
                    (None, Some(values)) => match values.all.as_slice() {
                        [only] => Some(only.clone()),
                        _ => None,
                    },
                    (None, None) => None,
                }
            })
        };
        let names = branch.present.iter();
        names
            .filter_map(|name| Some((Arc::clone(name), value(name)?)))
            .collect()
    }

    /// Whether an alternative is already decided by the members with a single value.
    fn is_so(&self, way: &Alternative, pins: &[(Arc<str>, Value)]) -> Option<bool> {
        let Alternative::Present(name, literals, others) = way else {
            return None;
        };
        let (_, value) = pins.iter().find(|(known, _)| known == name)?;
        let mut literals = literals.iter();
        let holds = literals
            .all(|literal| accepts(self.scope(*literal), literal.node, value) == literal.holds);
        match (holds, others.is_empty()) {
            (true, false) => None,
            (holds, _) => Some(holds),
        }
    }

    /// Expands a schema that holds; returns `false` if it cannot hold.
    fn affirm(&self, literal: Literal, branch: &mut Branch, todo: &mut Vec<Literal>) -> bool {
        let scope = self.scope(literal);
        let node = scope.node(literal.node);
        if node.never || !branch.kind.within(kinds_of(node)) {
            return false;
        }
        let listed = match (&node.constant, &node.values) {
            (Some(constant), _) => Some(std::slice::from_ref(&**constant)),
            (None, Some(values)) => Some(values.all.as_slice()),
            (None, None) => None,
        };
        if let Some(listed) = listed {
            let own = listed
                .iter()
                .filter(|value| Kinds::of_value(value).within(branch.kind));
            branch.listed = Some(own.cloned().collect());
        }
        let is = |id: NodeId| literal.of(id, true);
        todo.extend(node.reference.map(is));
        todo.extend(node.all_of.iter().copied().map(is));
        todo.extend(node.not.map(|id| literal.of(id, false)));
        if !node.any_of_branches().is_empty() {
            branch.siblings.extend(node.any_of_branches().iter().copied().map(is));
            let ways = node.any_of_branches().iter();
            let ways = ways.map(|id| Alternative::Literals(vec![is(*id)]));
            branch.splits.push(ways.collect());
        }
        if !node.one_of_branches().is_empty() {
            let ways = node.one_of_branches().iter().enumerate();
            let ways = ways.map(|(index, id)| {
                // For many branches, it is not modelled that the others do not hold.
                let others = node.one_of_branches().iter().enumerate().filter(|(at, _)| *at != index);
                let others = others.map(|(_, other)| literal.of(*other, false));
                let is_few = node.one_of_branches().len() <= PAIRED;
                let mut literals = vec![is(*id)];
                literals.extend(others.filter(|_| is_few));
                Alternative::Literals(literals)
            });
            branch.splits.push(ways.collect());
        }
        if let Some(conditional) = node.conditional {
            let met = [Some(conditional.condition), conditional.then];
            let unmet = conditional.otherwise.map(is);
            let mut not: Vec<Literal> = vec![literal.of(conditional.condition, false)];
            not.extend(unmet);
            branch.splits.push(vec![
                Alternative::Literals(met.into_iter().flatten().map(is).collect()),
                Alternative::Literals(not),
            ]);
        }
        let kind = match branch.kind {
            Kinds::OBJECT => Kind::Object,
            _ => Kind::Array,
        };
        for length in node.lengths.iter().filter(|length| length.kind == kind) {
            match length.is_maximum {
                true => branch.at_most(length.limit),
                false => branch.at_least(length.limit),
            }
        }
        match branch.kind {
            Kinds::OBJECT => self.affirm_members(literal, node, branch),
            _ => affirm_elements(literal, node, branch),
        }
        true
    }

    fn affirm_members(&self, literal: Literal, node: &Node, branch: &mut Branch) {
        let object = &node.object;
        let side = self.scope(literal).side;
        for required in object
            .required
            .iter()
            .filter(|required| required.holds_on(side))
        {
            branch.put(&required.name);
        }
        for (name, needed) in &object.dependent_required {
            branch.splits.push(vec![
                Alternative::Absent(Arc::clone(name)),
                Alternative::Present(Arc::clone(name), Vec::new(), needed.clone()),
            ]);
        }
        for (name, schema) in &object.dependent_schemas {
            branch.splits.push(vec![
                Alternative::Absent(Arc::clone(name)),
                Alternative::With(Arc::clone(name), literal.of(*schema, true)),
            ]);
        }
        let names = object.property_names.map(|names| literal.of(names, true));
        branch.names.extend(names);
        let speaks = !object.properties.is_empty()
            || !object.patterns.is_empty()
            || object.additional.is_some()
            || object.unevaluated.is_some();
        if speaks {
            branch.maps.push(literal);
        }
    }
}

/// Whether an alternative contradicts what is known about a branch.
fn is_shut(way: &Alternative, present: &[Arc<str>], absent: &[Arc<str>], done: &[Literal]) -> bool {
    match way {
        Alternative::Absent(name) => present.contains(name),
        Alternative::Present(name, ..) | Alternative::With(name, _) => absent.contains(name),
        Alternative::Lacking(name, other) => absent.contains(name) || present.contains(other),
        Alternative::Literals(literals) => literals
            .iter()
            .any(|literal| done.contains(&literal.negated())),
        _ => false,
    }
}

fn affirm_elements(literal: Literal, node: &Node, branch: &mut Branch) {
    let array = &node.array;
    branch.is_unique |= node
        .checks
        .iter()
        .any(|check| check.keyword == "uniqueItems");
    if !array.prefix.is_empty() || array.items.is_some() || array.unevaluated.is_some() {
        branch.maps.push(literal);
    }
    let Some(contains) = array.contains else {
        return;
    };
    let is = literal.of(contains.node, true);
    if contains.minimum > 0 {
        branch.go(
            &Alternative::Elements(contains.minimum, is),
            &mut Vec::new(),
        );
    }
    if contains.maximum == Some(0) {
        branch.all_elements.push((0, is.negated()));
    }
}
