//! The guided search for a witness: down to where the two sides differ, and back up with the smallest
//! value around it.

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::json::Kind;
use crate::schema::{Graph, NodeId};

use super::accepts;
use super::case::{Case, cases};
use super::kinds::Kinds;
use super::pool::Pool;
use super::range::integer;

/// Pairs of schemas that are looked at before giving up.
const STEPS: u32 = 3_000;

/// Values that are kept for one pair.
const KEPT: usize = 6;

/// How deep values are built.
pub(super) const DEPTH: u8 = 24;

/// Looks for values that the old side accepts and the new side rejects.
pub(super) struct Refuter<'g> {
    old: &'g Graph,
    new: &'g Graph,
    pool: &'g Pool,
    known: FxHashMap<(Vec<NodeId>, NodeId), Vec<Value>>,
    steps: u32,
}

impl<'g> Refuter<'g> {
    pub(super) fn new(old: &'g Graph, new: &'g Graph, pool: &'g Pool) -> Self {
        Self {
            old,
            new,
            pool,
            known: FxHashMap::default(),
            steps: 0,
        }
    }

    /// Values of all of `left` that are none of `right`.
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
        // Where the pair is met again on the way down, there is nothing new to find.
        self.known.insert(key.clone(), Vec::new());
        let mut found = Vec::new();
        for case in cases(self.old, &key.0) {
            self.of_case(&case, right, depth, &mut found);
            if found.len() >= KEPT {
                break;
            }
        }
        self.known.insert(key, found.clone());
        found
    }

    fn of_case(&mut self, case: &Case, right: NodeId, depth: u8, found: &mut Vec<Value>) {
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
        }
        self.keep(case, right, candidates, found);
        if found.len() < KEPT {
            self.inside(case, right, right, depth, found);
        }
    }

    /// Keeps the candidates that the case has and `right` rejects.
    fn keep(&self, case: &Case, right: NodeId, candidates: Vec<Value>, found: &mut Vec<Value>) {
        for value in candidates {
            if found.len() < KEPT
                && self.has(case, &value)
                && !accepts(self.new, right, &value)
                && !found.contains(&value)
            {
                found.push(value);
            }
        }
    }

    fn has(&self, case: &Case, value: &Value) -> bool {
        Kinds::of_value(value).within(case.kinds)
            && case
                .nodes
                .iter()
                .all(|node| accepts(self.old, *node, value))
            && !case.nots.iter().any(|not| accepts(self.old, *not, value))
    }

    /// Values that differ in a part: `at` is `whole`, or applies to the same value.
    fn inside(
        &mut self,
        case: &Case,
        whole: NodeId,
        at: NodeId,
        depth: u8,
        found: &mut Vec<Value>,
    ) {
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
            .chain(node.any_of.iter().copied())
            .chain(node.one_of.iter().copied())
            .chain(conditional.flatten())
            .chain(node.object.dependent_schemas.iter().map(|(_, id)| *id));
        for other in others {
            self.inside(case, whole, other, depth, found);
        }
        if case.kinds.has(Kinds::OBJECT) {
            self.in_members(&case.only(Kinds::OBJECT), whole, at, depth, found);
        }
        if case.kinds.has(Kinds::ARRAY) {
            self.in_elements(&case.only(Kinds::ARRAY), whole, at, depth, found);
        }
    }

    fn in_members(
        &mut self,
        case: &Case,
        whole: NodeId,
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
        names.extend(node.object.names.iter().cloned());
        names.extend(
            self.pool
                .names
                .iter()
                .take(8)
                .map(|name| name.as_str().into()),
        );
        names.dedup();
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
        self.keep(case, whole, candidates, found);
    }

    fn in_elements(
        &mut self,
        case: &Case,
        whole: NodeId,
        at: NodeId,
        depth: u8,
        found: &mut Vec<Value>,
    ) {
        let new = self.new;
        let node = new.node(at);
        let left = case
            .each(self.old)
            .map(|node| node.array.prefix.len())
            .max();
        let listed = node.array.prefix.len().max(left.unwrap_or(0));
        let (fewest, _) = case.lengths(self.old, Kind::Array);
        let fewest = usize::try_from(fewest.min(64)).unwrap_or(0);
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
        self.keep(case, whole, candidates, found);
    }

    /// A small value of all of these.
    fn smallest_of(&mut self, nodes: &[NodeId], depth: u8) -> Option<Value> {
        cases(self.old, nodes)
            .iter()
            .find_map(|case| self.smallest(case, depth))
    }

    /// A small value of a case.
    fn smallest(&mut self, case: &Case, depth: u8) -> Option<Value> {
        self.steps += 1;
        let depth = depth.checked_sub(1)?;
        if self.steps > STEPS * 4 {
            return None;
        }
        if let Some(values) = case.listed(self.old) {
            return values.into_iter().next();
        }
        for kind in Kinds::EACH.into_iter().filter(|kind| case.kinds.has(*kind)) {
            let value = self.smallest_kind(&case.only(kind), kind, depth);
            if let Some(value) = value.filter(|value| self.has(case, value)) {
                return Some(value);
            }
        }
        let mut scalars = self.pool.scalars.iter();
        scalars.find(|value| self.has(case, value)).cloned()
    }

    fn smallest_kind(&mut self, case: &Case, kind: Kinds, depth: u8) -> Option<Value> {
        if kind == Kinds::WHOLE {
            let (lower, upper) = case.range(self.old).whole();
            let near = lower
                .filter(|lower| *lower > 0)
                .or(upper.filter(|upper| *upper < 0));
            return i64::try_from(near.unwrap_or(0)).ok().map(Value::from);
        }
        if kind == Kinds::FRACTION {
            let range = case.range(self.old);
            let start = range.lower.as_ref().or(range.upper.as_ref());
            let start = start.map(|bound| bound.limit.clone());
            let start = start.and_then(|limit| match integer(&limit) {
                Some(whole) => Some(whole as f64 + 0.5),
                None => limit.as_f64(),
            });
            return serde_json::Number::from_f64(start.unwrap_or(0.5)).map(Value::Number);
        }
        if kind == Kinds::STRING {
            let (fewest, _) = case.lengths(self.old, Kind::String);
            return (fewest <= 300)
                .then(|| "a".repeat(usize::try_from(fewest).unwrap_or(0)).into());
        }
        if kind == Kinds::ARRAY {
            let (fewest, _) = case.lengths(self.old, Kind::Array);
            let mut array = Vec::new();
            for index in 0..usize::try_from(fewest.min(64)).unwrap_or(0) {
                let element = case.element(self.old, index);
                array.push(self.smallest_of(&element, depth)?);
            }
            return Some(array.into());
        }
        if kind == Kinds::OBJECT {
            let mut object = Map::new();
            for name in case.names(self.old) {
                if case.requires(self.old, &name) {
                    let property = case.property(self.old, &name);
                    object.insert(name.to_string(), self.smallest_of(&property, depth)?);
                }
            }
            return Some(object.into());
        }
        match kind {
            Kinds::NULL => Some(Value::Null),
            _ => Some(false.into()),
        }
    }
}
