//! Search for a witness by sampling: builds values that one schema accepts and the other is likely to reject.
//!
//! Values are built bottom-up from what both schemas mention (constants, bounds and their neighbours,
//! lengths, names, patterns), because this is where they can differ.

use rustc_hash::FxHashSet;
use serde_json::{Map, Value};

use crate::location::Step;
use crate::schema::{Graph, NodeId};

use super::pool::Pool;
use super::refute::{DEPTH as DEEPEST, Refuter};
use super::shrink::shrunk;
use super::{Scope, accepts};

/// The number of schemas from which material for values is collected.
const SCHEMAS: usize = 4_000;

/// The number of values kept for one place.
const KEPT: usize = 24;

/// The limit on values to try.
const TRIES: u32 = 1_500;

/// The nesting limit for values.
const DEPTH: u8 = 5;

pub(super) struct Sampler<'g> {
    old: Scope<'g>,
    new: Scope<'g>,
    left: NodeId,
    right: NodeId,
    pool: Pool,
    tries: u32,
}

impl<'g> Sampler<'g> {
    pub(super) fn new((old, left): (Scope<'g>, NodeId), (new, right): (Scope<'g>, NodeId)) -> Self {
        Self {
            old,
            new,
            left,
            right,
            pool: Pool::near(&[(old.graph, &[left]), (new.graph, &[right])], SCHEMAS),
            tries: 0,
        }
    }

    /// A value that the old schema accepts and the new one rejects.
    pub(super) fn witness(&mut self) -> Option<Value> {
        let mut refuter = Refuter::new(self.old, self.new, &self.pool);
        let found = refuter.refute(&[self.left], self.right, DEEPEST);
        if let Some(found) = found.into_iter().find(|value| self.is_witness(value)) {
            return Some(shrunk(found, |value| self.is_witness(value)));
        }
        for depth in 1..=DEPTH {
            let values = self.values(&[self.left], &[self.right], depth);
            let found = values.into_iter().find(|value| self.is_witness(value));
            if let Some(found) = found {
                return Some(shrunk(found, |value| self.is_witness(value)));
            }
            if self.tries > TRIES {
                break;
            }
        }
        None
    }

    fn is_witness(&self, value: &Value) -> bool {
        accepts(self.old, self.left, value) && !accepts(self.new, self.right, value)
    }

    /// Values that all of `left` accept; those that `right` rejects come first.
    fn values(&mut self, left: &[NodeId], right: &[NodeId], depth: u8) -> Vec<Value> {
        let Some(below) = depth.checked_sub(1) else {
            return Vec::new();
        };
        let (old, new) = (self.old.graph, self.new.graph);
        let old_nodes = old.closure(left, |_| true);
        let new_nodes = new.closure(right, |_| true);
        let mut kept = Kept::default();
        let mut candidates = listed(old, &old_nodes);
        candidates.extend(listed(new, &new_nodes));
        candidates.extend(self.pool.scalars.iter().cloned());
        self.keep(&mut kept, candidates, left, right);
        let arrays = self.arrays(&old_nodes, &new_nodes, left, below);
        self.keep(&mut kept, arrays, left, right);
        self.objects(&mut kept, &old_nodes, &new_nodes, left, right, below);
        kept.into_values()
    }

    fn keep(&mut self, kept: &mut Kept, candidates: Vec<Value>, left: &[NodeId], right: &[NodeId]) {
        for value in candidates {
            self.try_one(kept, value, left, right);
        }
    }

    /// Keeps a value that the left side accepts. Returns whether it does.
    fn try_one(
        &mut self,
        kept: &mut Kept,
        value: Value,
        left: &[NodeId],
        right: &[NodeId],
    ) -> bool {
        self.tries += 1;
        if self.tries > TRIES || kept.is_full() {
            return false;
        }
        let old = self.old;
        let count = left
            .iter()
            .filter(|node| accepts(old, **node, &value))
            .count();
        let is_accepted = count == left.len();
        // Schemas of different variants need not all accept the value.
        if is_accepted || count > 0 {
            let is_rejected = right.iter().any(|node| !accepts(self.new, *node, &value));
            kept.push(value, is_accepted, is_rejected);
        }
        is_accepted
    }

    fn arrays(
        &mut self,
        old_nodes: &[NodeId],
        new_nodes: &[NodeId],
        left: &[NodeId],
        below: u8,
    ) -> Vec<Value> {
        let (old, new) = (self.old.graph, self.new.graph);
        let scope = self.old;
        let is_array = |value: &Value| left.iter().all(|node| accepts(scope, *node, value));
        let mut arrays = vec![Value::Array(Vec::new())];
        let at = |graph: &Graph, nodes: &[NodeId], index: usize| -> Vec<NodeId> {
            let nodes = nodes.iter().map(|id| graph.node(*id));
            nodes
                .filter_map(|node| node.element_schema(index))
                .collect()
        };
        let positions = |graph: &Graph, nodes: &[NodeId]| {
            let prefixes = nodes.iter().map(|id| graph.node(*id).array.prefix.len());
            prefixes.max().unwrap_or(0)
        };
        let listed = positions(old, old_nodes).max(positions(new, new_nodes)) + 1;
        let mut elements: Vec<Vec<Value>> = Vec::new();
        for index in 0..listed {
            let (left, right) = (at(old, old_nodes, index), at(new, new_nodes, index));
            let mut values = self.values(&left, &right, below);
            values.truncate(10);
            elements.push(values);
        }
        let of = |index: usize| elements.get(index).or(elements.last());
        let lengths = self.pool.lengths.clone();
        for length in lengths.into_iter().chain(1..=3) {
            let first = (0..length).map(|index| of(index)?.first().cloned());
            let Some(base) = first.collect::<Option<Vec<Value>>>() else {
                continue;
            };
            // Uses different elements if they must be unique.
            let varied = (0..length).map(|index| {
                let values = of(index)?;
                values.get(index % values.len().max(1)).cloned()
            });
            if let Some(varied) = varied.collect::<Option<Vec<Value>>>() {
                arrays.push(varied.into());
            }
            let is_good = is_array(&base.clone().into());
            for index in 0..length.min(listed) {
                for value in of(index).into_iter().flatten().skip(usize::from(is_good)) {
                    let mut array = base.clone();
                    array[index] = value.clone();
                    arrays.push(array.into());
                }
            }
            arrays.push(base.into());
        }
        arrays
    }

    fn objects(
        &mut self,
        kept: &mut Kept,
        old_nodes: &[NodeId],
        new_nodes: &[NodeId],
        left: &[NodeId],
        right: &[NodeId],
        below: u8,
    ) {
        let (old, new) = (self.old.graph, self.new.graph);
        let mut names: Vec<String> = Vec::new();
        let mut required: Vec<String> = Vec::new();
        for (graph, nodes) in [(old, old_nodes), (new, new_nodes)] {
            for node in nodes.iter().map(|id| graph.node(*id)) {
                names.extend(node.object.properties.keys().map(ToString::to_string));
                for needed in &node.object.required {
                    names.push(needed.name.to_string());
                    if std::ptr::eq(graph, old) {
                        required.push(needed.name.to_string());
                    }
                }
                let dependencies = node.object.dependent_required.iter();
                for (name, needed) in dependencies {
                    names.push(name.to_string());
                    names.extend(needed.iter().map(ToString::to_string));
                }
                let schemas = node.object.dependent_schemas.iter();
                names.extend(schemas.map(|(name, _)| name.to_string()));
            }
        }
        names.extend(self.pool.names.iter().take(12).cloned());
        let mut seen = FxHashSet::default();
        names.retain(|name| seen.insert(name.clone()));
        let mut members: Vec<(String, Vec<Value>)> = Vec::new();
        for name in names {
            let step = Step::Key(name.as_str().into());
            let (left, right) = (old.part(old_nodes, &step), new.part(new_nodes, &step));
            let mut values = self.values(&left, &right, below);
            values.truncate(12);
            members.push((name, values));
        }
        let first = |wanted: &dyn Fn(&str) -> bool| -> Map<String, Value> {
            let chosen = members.iter().filter(|(name, _)| wanted(name));
            let chosen =
                chosen.filter_map(|(name, values)| Some((name.clone(), values.first()?.clone())));
            chosen.collect()
        };
        let mut bases = vec![
            first(&|name| required.iter().any(|needed| needed == name)),
            Map::new(),
            first(&|_| true),
        ];
        // Uses plainly accepted members instead of those that the right side may reject.
        let plain = members.iter().filter(|(name, _)| required.contains(name));
        bases.push(
            plain
                .filter_map(|(name, values)| Some((name.clone(), values.last()?.clone())))
                .collect(),
        );
        for base in bases {
            self.try_one(kept, base.clone().into(), left, right);
            for (name, values) in &members {
                for value in values {
                    let mut object = base.clone();
                    object.insert(name.clone(), value.clone());
                    self.try_one(kept, object.into(), left, right);
                }
                if base.contains_key(name) {
                    let mut object = base.clone();
                    object.shift_remove(name);
                    self.try_one(kept, object.into(), left, right);
                }
            }
            // Two members at once, and as many as a minimum count requires.
            for (index, (name, values)) in members.iter().enumerate().take(8) {
                for (other, others) in members.iter().skip(index + 1).take(8) {
                    if let (Some(value), Some(another)) = (values.first(), others.first()) {
                        let mut object = base.clone();
                        object.insert(name.clone(), value.clone());
                        object.insert(other.clone(), another.clone());
                        self.try_one(kept, object.into(), left, right);
                    }
                }
            }
            for count in self.pool.lengths.clone() {
                let mut object = base.clone();
                for (name, values) in &members {
                    if object.len() >= count {
                        break;
                    }
                    if let Some(value) = values.first() {
                        object.insert(name.clone(), value.clone());
                    }
                }
                for at in 0..count.saturating_sub(object.len()) {
                    object.insert(format!("member{at}"), Value::Null);
                }
                self.try_one(kept, object.into(), left, right);
            }
        }
    }
}

/// The values kept for a place: those that the right side rejects, those that it accepts, and those that only
/// some of the left schemas accept.
#[derive(Default)]
struct Kept {
    rejected: Vec<Value>,
    others: Vec<Value>,
    partly: Vec<Value>,
}

impl Kept {
    fn push(&mut self, value: Value, is_accepted: bool, is_rejected: bool) {
        let list = match (is_accepted, is_rejected) {
            (true, true) => &mut self.rejected,
            (true, false) => &mut self.others,
            (false, _) => &mut self.partly,
        };
        if list.len() < KEPT && !list.contains(&value) {
            list.push(value);
        }
    }

    fn is_full(&self) -> bool {
        self.rejected.len() >= KEPT && self.others.len() >= KEPT
    }

    fn into_values(self) -> Vec<Value> {
        let Self {
            mut rejected,
            mut others,
            partly,
        } = self;
        rejected.truncate(KEPT / 2);
        let mut values = rejected;
        if !partly.is_empty() {
            others.truncate(KEPT / 4);
        }
        values.extend(others);
        values.extend(partly);
        values.truncate(KEPT);
        values
    }
}

/// Constants, enum values and examples.
fn listed(graph: &Graph, nodes: &[NodeId]) -> Vec<Value> {
    let mut values = Vec::new();
    for node in nodes.iter().map(|id| graph.node(*id)) {
        values.extend(node.constant.as_deref().cloned());
        values.extend(
            node.values
                .iter()
                .flat_map(|values| values.all.iter().cloned()),
        );
        values.extend(node.examples().cloned());
    }
    values
}
