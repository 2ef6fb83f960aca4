//! Unions whose branches only list values: an `enum` with an annotation for each value.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::schema::{Graph, Node, NodeId};
use crate::schema::Assertion;

use super::kinds::Kinds;
use super::value::canonical;

/// The values that the branches accept, if each of them only lists values. For `oneOf`, the values in exactly
/// one branch.
pub(in crate::diff) fn listed_by(
    graph: &Graph,
    branches: &[NodeId],
    is_one: bool,
) -> Option<Vec<Value>> {
    let mut all: Vec<Value> = Vec::new();
    let mut counts: FxHashMap<String, u32> = FxHashMap::default();
    for branch in branches {
        let node = graph.node(graph.resolve(*branch));
        let mut own: Vec<String> = Vec::new();
        for value in listed(node)?.iter() {
            let key = canonical(value);
            if !own.contains(&key) {
                own.push(key.clone());
                let count = counts.entry(key).or_default();
                *count += 1;
                if *count == 1 {
                    all.push(value.clone());
                }
            }
        }
    }
    if is_one {
        all.retain(|value| counts.get(&canonical(value)) == Some(&1));
    }
    Some(all)
}

/// The values of a schema that lists values and has no other keyword except their type.
fn listed(node: &Node) -> Option<Cow<'_, [Value]>> {
    let lists = |own| matches!(own, Assertion::Type | Assertion::Enum | Assertion::Const);
    if !node.assertions().all(lists) || !node.applies_nothing() {
        return None;
    }
    let kinds = node.types.map_or(Kinds::ALL, Kinds::of);
    let values = match (&node.constant, &node.values) {
        (Some(constant), None) => std::slice::from_ref(&**constant),
        (None, Some(values)) => values.all.as_slice(),
        (None, None) if kinds == Kinds::NULL => return Some(Cow::Owned(vec![Value::Null])),
        _ => return None,
    };
    let is_whole = values
        .iter()
        .all(|value| Kinds::of_value(value).within(kinds));
    // In draft 4, 1.0 is not an integer.
    (is_whole
        && !node
            .types
            .is_some_and(crate::schema::Types::counts_as_written))
    .then_some(Cow::Borrowed(values))
}
