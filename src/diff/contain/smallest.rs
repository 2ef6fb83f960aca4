//! The smallest value of a case.


use serde_json::{Map, Value};

use crate::json::Kind;
use crate::schema::{Node, NodeId};

use super::case::{Case, cases};
use super::kinds::Kinds;
use super::pool::Pool;
use super::range::integer;
use super::shrink::size;
use super::refute::{BYTES, ELEMENTS, Refuter, STEPS};

impl Refuter<'_> {
    /// A small value of all of these.
    pub(super) fn smallest_of(&mut self, nodes: &[NodeId], depth: u8) -> Option<Value> {
        if let Some(known) = self.small.get(nodes) {
            return Some(known.clone());
        }
        let found = cases(self.old, nodes)
            .iter()
            .find_map(|case| self.smallest(case, depth));
        if let Some(found) = &found {
            self.small.insert(nodes.to_vec(), found.clone());
        }
        found
    }

    /// A small value of a case.
    pub(super) fn smallest(&mut self, case: &Case, depth: u8) -> Option<Value> {
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

    pub(super) fn smallest_kind(&mut self, case: &Case, kind: Kinds, depth: u8) -> Option<Value> {
        if kind == Kinds::WHOLE {
            let (lower, upper) = case.range(self.old).integer_bounds();
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
            let spoken = Pool::of_nodes(case.nodes_in(self.old));
            let examples = case.nodes_in(self.old).flat_map(Node::examples);
            let mut strings = examples
                .chain(&spoken.scalars)
                .filter(|value| value.is_string());
            if spoken.has_texts
                && let Some(text) = strings.find(|value| self.has(case, value))
            {
                return Some(text.clone());
            }
            let (fewest, _) = case.lengths(self.old, Kind::String);
            return (fewest <= 300)
                .then(|| "a".repeat(usize::try_from(fewest).unwrap_or(0)).into());
        }
        if kind == Kinds::ARRAY {
            let (fewest, _) = case.lengths(self.old, Kind::Array);
            let mut array = Vec::new();
            // Elements for `contains` come first.
            let contains = case.nodes_in(self.old).filter_map(|node| node.array.contains);
            let contains: Vec<_> = contains.collect();
            for contains in contains {
                for _ in 0..contains.minimum.min(16) {
                    let mut element = case.element(self.old, array.len());
                    element.push(contains.node);
                    array.push(self.smallest_of(&element, depth)?);
                }
            }
            let is_unique = case.checks(self.old, "uniqueItems", &true.into());
            let mut bytes = 0;
            for index in array.len()..usize::try_from(fewest.min(ELEMENTS)).unwrap_or(0) {
                let element = case.element(self.old, index);
                let mut value = self.smallest_of(&element, depth)?;
                if is_unique && array.contains(&value) {
                    value = self.another(&element, &array, index)?;
                }
                bytes += size(&value);
                if bytes > BYTES {
                    return None;
                }
                array.push(value);
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
