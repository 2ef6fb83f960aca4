//! The payload that demonstrates a change: a local value that violates a requirement is built into a payload,
//! shrunk, and checked against both contracts.

use serde_json::Value;

use crate::location::{Pointer, Side};
use crate::schema::crate_accepts;
use crate::schema::{NodeId, portable};

use super::difference::Witness;
use super::contain::{Ask, DEPTH, Outcome, Part, Pool, Refuter, Scope, shrunk};
use super::verdict::{Direction, Trial, ask_words};
use super::view::View;
use super::walk::{Edge, Question, Walk};

/// The limit on schemas near a change from which a witness is made.
const NEAR: usize = 200;

/// The key for an object member that no schema names, and alternatives if a schema names it.
const OTHER_KEYS: [&str; 3] = ["other", "another", "more"];

impl Trial<'_, '_> {
    /// A payload of a root that demonstrates that a requirement is violated.
    pub(super) fn witness(
        &mut self,
        pair: usize,
        question: &Question,
        ask: &Ask,
        direction: Direction,
        (top, root): (usize, usize),
        way: &[(usize, Edge)],
    ) -> Option<Witness> {
        let walk = self.walk;
        let root = &walk.roots[root];
        let (left_scope, right_scope) =
            self.scopes(direction, root.side, !ask.is_about_undeclared());
        let left = self.left(pair, question, direction).to_vec();
        let left = left.as_slice();
        let ends = |at: usize| {
            let pair = &walk.pairs[at];
            match direction {
                Direction::Forward => (&pair.old, &pair.new),
                Direction::Backward => (&pair.new, &pair.old),
            }
        };
        let asking = ends(pair).1;
        let pool = Pool::near(
            &[(left_scope.graph, left), (right_scope.graph, asking)],
            NEAR,
        );
        let mut refuter = Refuter::new(left_scope, right_scope, &pool);
        let (whole, other) = ends(top);
        let accepts = |scope: Scope<'_>, nodes: &[NodeId], value: &Value| {
            nodes.iter().all(|node| scope.accepts(*node, value))
        };
        let shows = |value: &Value| {
            accepts(left_scope, whole, value)
                && !accepts(right_scope, other, value)
                && place(
                    value,
                    way.iter().map(|(_, edge)| edge),
                    &mut Pointer::root(),
                    &|part| !ask.accepts(right_scope, part),
                )
                .is_some()
        };
        let inners = refuter.against(left, ask, DEPTH);
        let mut shown = |inners: Vec<Value>| -> Option<Value> {
            for inner in inners {
                let mut values = vec![inner];
                for (at, edge) in way.iter().rev() {
                    let (nodes, _) = ends(*at);
                    let Some(part) = part_of(edge, left_scope, nodes, walk, *at) else {
                        values = values
                            .into_iter()
                            .flat_map(|value| tagged(left_scope, nodes, value))
                            .collect();
                        continue;
                    };
                    values = values
                        .iter()
                        .take(4)
                        .flat_map(|value| refuter.around(nodes, &part, value))
                        .collect();
                }
                let Some(found) = values.into_iter().find(|value| shows(value)) else {
                    continue;
                };
                let payload = shrunk(found.clone(), shows);
                let agrees = |payload: &Value| {
                    crate_agrees(
                        (left_scope, whole),
                        (right_scope, other),
                        root.side,
                        payload,
                    )
                };
                if let Some(payload) = [payload, found].into_iter().find(agrees) {
                    return Some(payload);
                }
            }
            None
        };
        let payload = shown(inners).or_else(|| {
            // For a variant, prefer values that match none of the other variants.
            let nodes = ends(pair).0;
            let declared_only = !ask.is_about_undeclared();
            let tableau = self.tableau(direction, root.side, declared_only);
            let found = [left, nodes].map(|nodes| tableau.against(nodes, ask));
            let found = found.into_iter().filter_map(|outcome| match outcome {
                Outcome::Found(value) => Some(value),
                Outcome::Empty | Outcome::Unknown => None,
            });
            shown(found.collect())
        })?;
        let mut at = Pointer::root();
        let edges = way.iter().map(|(_, edge)| edge);
        place(&payload, edges, &mut at, &|part| {
            !ask.accepts(right_scope, part)
        });
        if let Some(member) = member_of(ask) {
            at.push_key(member);
        }
        let text = root.written.as_ref().and_then(|written| {
            let encoding = match direction {
                Direction::Forward => written.encodings.0,
                Direction::Backward => written.encodings.1,
            };
            written.text(encoding, &payload)
        });
        Some(Witness {
            payload,
            text,
            at,
            of: root.reach.clone(),
            side: root.side,
            component: None,
            why: ask_words(right_scope, ask),
        })
    }

    /// A payload of a root that the other contract rejects, whatever the reason.
    pub(super) fn any_witness(&mut self, root: usize, direction: Direction) -> Option<Witness> {
        let pair = self.walk.roots[root].pair;
        let asked = match direction {
            Direction::Forward => &self.walk.pairs[pair].new,
            Direction::Backward => &self.walk.pairs[pair].old,
        };
        let question = Question::of(asked.iter().map(|id| Ask::Whole(*id)).collect());
        let asks = question.asks.iter();
        asks.map(|ask| self.witness(pair, &question, ask, direction, (pair, root), &[]))
            .find_map(|witness| witness)
    }
}

/// Turns a value of a variant into values of the union, one for each decisive tag if there are tags.
fn tagged(scope: Scope<'_>, nodes: &[NodeId], value: Value) -> Vec<Value> {
    const MOST: usize = 8;
    let view = View::of(scope.graph, nodes);
    let discriminator = view.nodes().find_map(|(_, node)| {
        let discriminator = node.discriminator.as_deref()?;
        (!discriminator.variants.is_empty()).then_some(discriminator)
    });
    let (Some(discriminator), Some(members)) = (discriminator, value.as_object()) else {
        return vec![value];
    };
    let with = |tag: &std::sync::Arc<str>| {
        let mut members = members.clone();
        members.insert(discriminator.property.to_string(), (&**tag).into());
        Value::Object(members)
    };
    let tagged = discriminator.listed.iter().take(MOST).map(with);
    tagged.chain([value.clone()]).collect()
}

/// Whether the `jsonschema` crate also accepts a value on one side and rejects it on the other.
fn crate_agrees(
    (left, whole): (Scope<'_>, &[NodeId]),
    (right, other): (Scope<'_>, &[NodeId]),
    side: Option<Side>,
    payload: &Value,
) -> bool {
    let is_valid = |scope: Scope<'_>, node: &NodeId| {
        let schema = portable(scope.graph, *node, side, payload);
        crate_accepts(&schema, payload)
    };
    whole.iter().all(|node| is_valid(left, node) == Some(true))
        && other
            .iter()
            .any(|node| is_valid(right, node) == Some(false))
}

/// The part of a value that a step leads to; `None` for the value itself.
fn part_of(
    edge: &Edge,
    scope: Scope<'_>,
    nodes: &[NodeId],
    walk: &Walk<'_>,
    at: usize,
) -> Option<Part> {
    Some(match edge {
        Edge::Same | Edge::Moved => return None,
        Edge::Property(name) => Part::Member(name.to_string()),
        Edge::Items(index) | Edge::Position(index) => Part::Element(*index),
        Edge::Pattern(pattern) => {
            let pair = &walk.pairs[at];
            let pool = Pool::near(&[(scope.graph, nodes), (&walk.new.graph, &pair.new)], NEAR);
            let fits = |name: &&String| {
                let mut all = nodes.iter().flat_map(|id| &scope.node(*id).object.patterns);
                all.any(|(check, _)| check.argument_text() == *pattern && check.accepts_text(name))
            };
            Part::Member(pool.names.iter().find(fits)?.clone())
        }
        Edge::Others => {
            let is_named = |name: &&&str| {
                let mut all = nodes.iter();
                all.any(|id| scope.node(*id).named_schemas(name).next().is_some())
            };
            let mut keys = OTHER_KEYS.iter();
            Part::Member((*keys.find(|key| !is_named(key))?).to_owned())
        }
    })
}

/// The first part of a value that some steps lead to and that satisfies a condition. `at` is set to its
/// position.
fn place<'e>(
    value: &Value,
    mut steps: impl Iterator<Item = &'e Edge> + Clone,
    at: &mut Pointer,
    wanted: &dyn Fn(&Value) -> bool,
) -> Option<()> {
    let Some(step) = steps.next() else {
        return wanted(value).then_some(());
    };
    let mut parts: Vec<(Pointer, &Value)> = Vec::new();
    match (step, value) {
        (Edge::Same | Edge::Moved, value) => parts.push((at.clone(), value)),
        (Edge::Property(name), Value::Object(members)) => {
            parts.extend(members.get(&**name).map(|member| (at.join(name), member)));
        }
        (Edge::Others | Edge::Pattern(_), Value::Object(members)) => {
            parts.extend(members.iter().map(|(name, member)| (at.join(name), member)));
        }
        (Edge::Items(from), Value::Array(elements)) => {
            for (index, element) in elements.iter().enumerate().skip(*from) {
                let mut below = at.clone();
                below.push_index(index);
                parts.push((below, element));
            }
        }
        (Edge::Position(index), Value::Array(elements)) => {
            let mut below = at.clone();
            below.push_index(*index);
            parts.extend(elements.get(*index).map(|element| (below, element)));
        }
        _ => {}
    }
    for (mut below, part) in parts {
        if place(part, steps.clone(), &mut below, wanted).is_some() {
            *at = below;
            return Some(());
        }
    }
    None
}

/// The member that a requirement concerns, if it is the place to show.
fn member_of(ask: &Ask) -> Option<&str> {
    match ask {
        Ask::Member(_, name) => Some(name),
        _ => None,
    }
}
