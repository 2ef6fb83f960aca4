//! Guided search for a witness: descends to where the two sides differ, and builds the smallest value around
//! the difference.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::json::Kind;
use crate::schema::{Length, NodeId};

use super::ask::Ask;
use super::case::{Case, cases};
use super::kinds::Kinds;
use super::pool::Pool;
use super::scalar::{Asked, Right};
use super::shrink::size;
use super::text::{self, Automata};
use super::{Scope, accepts};

/// The limit on pairs of schemas to examine.
pub(super) const STEPS: u32 = 3_000;

/// The number of values kept for one pair.
const KEPT: usize = 6;

/// The size limit for a list that is built, in bytes of JSON text.
pub(super) const BYTES: usize = 4_000_000;

/// The limit on elements of a list that has a large minimum length.
pub(super) const ELEMENTS: u64 = 2_000;

/// The nesting limit for values.
pub(in crate::diff) const DEPTH: u8 = 24;

/// A part of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::diff) enum Part {
    Member(String),
    Element(usize),
}

/// Looks for values that the old side accepts and the new side rejects.
pub(in crate::diff) struct Refuter<'g> {
    pub(super) old: Scope<'g>,
    pub(super) new: Scope<'g>,
    pub(super) pool: &'g Pool,
    pub(super) known: FxHashMap<(Vec<NodeId>, NodeId), Vec<Value>>,
    pub(super) steps: u32,
    /// Automata of patterns.
    pub(super) automata: Automata,
    /// Small values that match all of some schemas.
    pub(super) small: FxHashMap<Vec<NodeId>, Value>,
}

impl<'g> Refuter<'g> {
    pub(in crate::diff) fn new(old: Scope<'g>, new: Scope<'g>, pool: &'g Pool) -> Self {
        Self {
            old,
            new,
            pool,
            known: FxHashMap::default(),
            steps: 0,
            automata: Automata::default(),
            small: FxHashMap::default(),
        }
    }

    /// Values of all of `left` that are not values of `right`.
    pub(super) fn refute(&mut self, left: &[NodeId], right: NodeId, depth: u8) -> Vec<Value> {
        let mut left = left.to_vec();
        left.sort_unstable();
        left.dedup();
        let key = (left, right);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        self.steps += 1;
        if depth == 0 || self.steps > STEPS {
            return Vec::new();
        }
        // If the pair is reached again on the way down, there is nothing new to find.
        self.known.insert(key.clone(), Vec::new());
        let found = self.against(&key.0, &Ask::Whole(right), depth);
        self.known.insert(key, found.clone());
        found
    }

    /// Values of all of `left` that violate the requirement.
    pub(in crate::diff) fn against(&mut self, left: &[NodeId], ask: &Ask, depth: u8) -> Vec<Value> {
        let mut found = Vec::new();
        for case in cases(self.old, left) {
            self.of_case(&case, ask, depth, &mut found);
            if found.len() >= KEPT {
                break;
            }
        }
        found
    }

    /// Small values of all of `left` that contain `inner` in a part, one for each case.
    pub(in crate::diff) fn around(
        &mut self,
        left: &[NodeId],
        part: &Part,
        inner: &Value,
    ) -> Vec<Value> {
        let mut values = Vec::new();
        for case in cases(self.old, left).iter().take(KEPT) {
            let kind = match part {
                Part::Member(_) => Kinds::OBJECT,
                Part::Element(_) => Kinds::ARRAY,
            };
            let case = case.only(kind);
            if case.kinds.is_empty() {
                continue;
            }
            let value: Value = match part {
                Part::Member(name) => {
                    let mut object = Map::new();
                    for known in case.names(self.old) {
                        if *known == *name.as_str() {
                            object.insert(name.clone(), inner.clone());
                        } else if case.requires(self.old, &known) {
                            let property = case.property(self.old, &known);
                            let value = self.smallest_of(&property, DEPTH);
                            object.extend(value.map(|value| (known.to_string(), value)));
                        }
                    }
                    object.insert(name.clone(), inner.clone());
                    object.into()
                }
                Part::Element(index) => {
                    let (fewest, _) = case.lengths(self.old, Kind::Array);
                    let length = usize::try_from(fewest.min(ELEMENTS))
                        .unwrap_or(0)
                        .max(index + 1);
                    let elements = (0..length).map(|position| match position == *index {
                        true => Some(inner.clone()),
                        false => {
                            let element = case.element(self.old, position);
                            self.smallest_of(&element, DEPTH)
                        }
                    });
                    let elements: Vec<Value> = elements.flatten().collect();
                    elements.into()
                }
            };
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    fn of_case(&mut self, case: &Case, ask: &Ask, depth: u8, found: &mut Vec<Value>) {
        let mut candidates = Vec::new();
        if let Some(values) = case.listed(self.old) {
            candidates = values;
        } else {
            for kind in Kinds::EACH {
                let part = case.only(kind);
                if !part.kinds.is_empty() {
                    candidates.extend(self.smallest(&part, depth - 1));
                }
            }
            candidates.extend(self.pool.scalars.iter().cloned());
            candidates.extend(self.string_against(case, ask));
            candidates.extend(self.fullest(case, depth));
            if let Some(at) = ask.schema() {
                candidates.extend(self.longer(case, at, depth));
            }
            match ask {
                Ask::Not(id) => {
                    let excluded = self.new.node(*id).not;
                    candidates.extend(self.of_the_other(case, excluded));
                }
                Ask::Conditional(id) => {
                    let condition = self.new.node(*id).conditional.map(|c| c.condition);
                    candidates.extend(self.of_the_other(case, condition));
                }
                Ask::Length(id, index) | Ask::Members(id, index) => {
                    let length = self.new.node(*id).lengths[*index];
                    candidates.extend(self.beyond(case, length, depth));
                }
                Ask::Check(id, index)
                    if self.new.node(*id).checks[*index].keyword == "uniqueItems" =>
                {
                    candidates.extend(self.repeating(case, depth));
                }
                _ => {}
            }
        }
        self.keep(case, ask, candidates, found);
        if found.len() < KEPT
            && let Some(at) = ask.schema()
        {
            self.inside(case, ask, at, depth, found);
        }
    }

    /// A string of the case that violates the requirement, found with automata.
    fn string_against(&mut self, case: &Case, ask: &Ask) -> Option<Value> {
        let new = self.new;
        let right = match ask {
            Ask::Check(id, index) => Right::Check(&new.node(*id).checks[*index]),
            Ask::Whole(id) | Ask::Length(id, _) | Ask::Branches(id) => Right::Schema(new, *id),
            _ => return None,
        };
        let case = case.only(Kinds::STRING);
        if case.kinds.is_empty() {
            return None;
        }
        let asked = Asked::of_case(self.old, &case, right);
        match text::answer(&asked, &mut self.automata) {
            text::Answer::Refuted(text) => Some(text.into()),
            _ => None,
        }
    }

    /// Small values of a schema of the other side, one of each of its kinds; they may also match the case.
    fn of_the_other(&self, case: &Case, schema: Option<NodeId>) -> Vec<Value> {
        let mut other = Refuter::new(self.new, self.old, self.pool);
        let cases = schema
            .map(|schema| cases(self.new, &[schema]))
            .unwrap_or_default();
        let parts = cases.iter().flat_map(|own| {
            let kinds = Kinds::EACH.into_iter().filter(|kind| case.kinds.has(*kind));
            kinds.map(|kind| own.only(kind)).collect::<Vec<_>>()
        });
        let parts: Vec<Case> = parts.filter(|part| !part.kinds.is_empty()).collect();
        parts
            .iter()
            .filter_map(|part| other.smallest(part, DEPTH))
            .collect()
    }

    /// An object of the case with all declared members.
    fn fullest(&mut self, case: &Case, depth: u8) -> Option<Value> {
        const MOST: usize = 64;
        let case = case.only(Kinds::OBJECT);
        let mut names = case.names(self.old);
        names.retain(|name| !self.old.declared_only || !case.is_of_other_side(self.old, name));
        if case.kinds.is_empty() || names.is_empty() || names.len() > MOST {
            return None;
        }
        let mut object = Map::new();
        for name in names {
            let schemas = case.property(self.old, &name);
            let value = self.smallest_of(&schemas, depth - 1);
            object.extend(value.map(|value| (name.to_string(), value)));
        }
        Some(object.into())
    }

    /// An array of the case with one element more than the positions that either side distinguishes.
    fn longer(&mut self, case: &Case, right: NodeId, depth: u8) -> Option<Value> {
        if !case.kinds.has(Kinds::ARRAY) {
            return None;
        }
        let right = self.new.node(right).array.prefix.len();
        let told_apart = right.max(case.positions(self.old));
        let (fewest, _) = case.lengths(self.old, Kind::Array);
        let count = usize::try_from(fewest.min(ELEMENTS))
            .unwrap_or(0)
            .max(told_apart + 1);
        let elements = (0..count).map(|index| {
            let element = case.element(self.old, index);
            self.smallest_of(&element, depth - 1)
        });
        elements.collect::<Option<Vec<Value>>>().map(Value::Array)
    }

    /// An array of the case with a repeated element.
    fn repeating(&mut self, case: &Case, depth: u8) -> Option<Value> {
        // Elements after the distinguished positions are all alike.
        let told_apart = case.positions(self.old) as u64;
        let (fewest, _) = case.lengths(self.old, Kind::Array);
        let count = fewest.max(told_apart + 2).min(ELEMENTS);
        let count = usize::try_from(count).unwrap_or(2);
        let elements = (0..count).map(|index| {
            let element = case.element(self.old, index);
            self.smallest_of(&element, depth - 1)
        });
        elements.collect::<Option<Vec<Value>>>().map(Value::Array)
    }

    /// A value of the case that is just too long or too short, if it can be built.
    fn beyond(&mut self, case: &Case, length: Length, depth: u8) -> Option<Value> {
        const LONGEST: u64 = 5_000;
        const LONGEST_TEXT: u64 = 200_000;
        let most = match length.kind {
            Kind::String => LONGEST_TEXT,
            _ => LONGEST,
        };
        let wanted = match length.is_maximum {
            true => length.limit.checked_add(1)?,
            false => length.limit.checked_sub(1)?,
        };
        let wanted = usize::try_from(wanted.min(most + 1))
            .ok()
            .filter(|n| *n as u64 <= most)?;
        match length.kind {
            Kind::String => Some("a".repeat(wanted).into()),
            Kind::Array => {
                let is_unique = case.checks(self.old, "uniqueItems", &true.into());
                let typical = self.smallest_of(&case.element(self.old, wanted), depth - 1);
                let bytes = typical.as_ref().map_or(0, size).saturating_mul(wanted);
                if bytes > BYTES {
                    return None;
                }
                let mut elements: Vec<Value> = Vec::with_capacity(wanted);
                for index in 0..wanted {
                    let schemas = case.element(self.old, index);
                    let mut element = self.smallest_of(&schemas, depth - 1)?;
                    if is_unique && elements.contains(&element) {
                        element = self.another(&schemas, &elements, index)?;
                    }
                    elements.push(element);
                }
                Some(elements.into())
            }
            Kind::Object => {
                let part = case.only(Kinds::OBJECT);
                let Some(Value::Object(mut object)) = self.smallest(&part, depth - 1) else {
                    return None;
                };
                let declared = case
                    .names(self.old)
                    .into_iter()
                    .map(|name| name.to_string());
                let names = declared.chain((0..wanted).map(|index| format!("member{index}")));
                for name in names {
                    if object.len() < wanted && !object.contains_key(&name) {
                        let schemas = case.property(self.old, &name);
                        let value = self.smallest_of(&schemas, depth - 1);
                        object.extend(value.map(|value| (name, value)));
                    }
                }
                Some(object.into())
            }
            _ => None,
        }
    }

    /// A value of all of these that differs from some others.
    pub(super) fn another(&self, schemas: &[NodeId], others: &[Value], index: usize) -> Option<Value> {
        let cases = cases(self.old, schemas);
        let listed = cases
            .iter()
            .filter_map(|case| case.listed(self.old))
            .flatten();
        let made = [Value::from(index), Value::from(format!("a{index}"))];
        let mut candidates = listed.chain(made);
        candidates.find(|value| {
            let mut schemas = schemas.iter();
            schemas.all(|schema| accepts(self.old, *schema, value)) && !others.contains(value)
        })
    }

    /// Keeps the candidates that match the case and violate the requirement.
    fn keep(&self, case: &Case, ask: &Ask, candidates: Vec<Value>, found: &mut Vec<Value>) {
        for value in candidates {
            if found.len() < KEPT
                && self.has(case, &value)
                && !ask.accepts(self.new, &value)
                && !found.contains(&value)
            {
                found.push(value);
            }
        }
    }

    pub(super) fn has(&self, case: &Case, value: &Value) -> bool {
        Kinds::of_value(value).within(case.kinds)
            && case
                .nodes
                .iter()
                .all(|node| accepts(self.old, *node, value))
            && !case.nots.iter().any(|not| accepts(self.old, *not, value))
    }

    /// Values that differ in a part. `at` is the schema of the requirement, or applies to the same value.
    fn inside(&mut self, case: &Case, ask: &Ask, at: NodeId, depth: u8, found: &mut Vec<Value>) {
        if self.steps > STEPS || found.len() >= KEPT {
            return;
        }
        let new = self.new;
        let node = new.node(at);
        let conditional = node.conditional.iter().flat_map(|c| [c.then, c.otherwise]);
        let others = node
            .reference
            .into_iter()
            .chain(node.all_of.iter().copied())
            .chain(node.any_of_branches().iter().copied())
            .chain(node.one_of_branches().iter().copied())
            .chain(conditional.flatten())
            .chain(node.object.dependent_schemas.iter().map(|(_, id)| *id));
        for other in others {
            self.inside(case, ask, other, depth, found);
        }
        if case.kinds.has(Kinds::OBJECT) {
            self.in_members(&case.only(Kinds::OBJECT), ask, at, depth, found);
        }
        if case.kinds.has(Kinds::ARRAY) {
            self.in_elements(&case.only(Kinds::ARRAY), ask, at, depth, found);
        }
    }

    fn in_members(
        &mut self,
        case: &Case,
        ask: &Ask,
        at: NodeId,
        depth: u8,
        found: &mut Vec<Value>,
    ) {
        let Some(Value::Object(base)) = self.smallest(case, depth - 1) else {
            return;
        };
        let new = self.new;
        let node = new.node(at);
        let mut names = case.names(self.old);
        names.extend(node.object.properties.keys().cloned());
        let dependent = node.object.dependent_required.iter();
        names.extend(dependent.map(|(name, _)| Arc::clone(name)));
        let dependent = node.object.dependent_schemas.iter();
        names.extend(dependent.map(|(name, _)| Arc::clone(name)));
        let pool = self.pool.names.iter().take(8);
        names.extend(pool.map(|name| name.as_str().into()));
        let mut seen = rustc_hash::FxHashSet::default();
        names.retain(|name| seen.insert(Arc::clone(name)));
        if self.old.declared_only && !names.is_empty() {
            let is_declared = |name: &str| {
                !case.is_of_other_side(self.old, name)
                    && (case.requires(self.old, name) || !case.property(self.old, name).is_empty())
            };
            names.retain(|name| is_declared(name));
        }
        let mut candidates = vec![Value::Object(base.clone())];
        for name in names {
            let left = case.property(self.old, &name);
            let mut schemas: Vec<NodeId> = node.named_schemas(&name).collect();
            if schemas.is_empty() {
                schemas.extend(node.object.additional);
            }
            for schema in schemas {
                for value in self.refute(&left, schema, depth - 1) {
                    let mut object = base.clone();
                    object.insert(name.to_string(), value);
                    candidates.push(object.into());
                }
            }
            if !base.contains_key(&*name)
                && let Some(value) = self.smallest_of(&left, depth - 1)
            {
                let mut object = base.clone();
                object.insert(name.to_string(), value);
                candidates.push(object.into());
            }
        }
        self.keep(case, ask, candidates, found);
    }

    fn in_elements(
        &mut self,
        case: &Case,
        ask: &Ask,
        at: NodeId,
        depth: u8,
        found: &mut Vec<Value>,
    ) {
        let new = self.new;
        let node = new.node(at);
        let listed = node.array.prefix.len().max(case.positions(self.old));
        let (fewest, _) = case.lengths(self.old, Kind::Array);
        let fewest = usize::try_from(fewest.min(ELEMENTS)).unwrap_or(0);
        let mut candidates = Vec::new();
        for index in 0..=listed {
            let Some(schema) = node.element_schema(index) else {
                continue;
            };
            let element = case.element(self.old, index);
            for value in self.refute(&element, schema, depth - 1) {
                let length = fewest.max(index + 1);
                let mut array = Vec::with_capacity(length);
                for position in 0..length {
                    let other = case.element(self.old, position);
                    array.extend(match position == index {
                        true => Some(value.clone()),
                        false => self.smallest_of(&other, depth - 1),
                    });
                }
                candidates.push(array.into());
            }
        }
        self.keep(case, ask, candidates, found);
    }
}
