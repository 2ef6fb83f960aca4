//! Decides whether a case is empty or disjoint from a schema. `true` is certain; `false` means unknown.

use crate::json::Kind;
use crate::schema::{Contains, NodeId};

use super::accepts;
use super::case::{Case, cases};
use super::kinds::Kinds;
use super::prove::Prover;
use super::value::canonical;

impl Prover<'_> {
    /// Whether a case has no values. `depth` limits how far parts are explored.
    pub(super) fn is_empty(&mut self, case: &Case, depth: u8) -> bool {
        if case.kinds.is_empty() {
            return true;
        }
        if let Some(values) = case.listed(self.old) {
            return values.is_empty();
        }
        let kinds: Vec<Kinds> = Kinds::EACH
            .into_iter()
            .filter(|kind| case.kinds.has(*kind))
            .collect();
        kinds
            .into_iter()
            .all(|kind| self.is_empty_of(case, kind, depth))
            || self.excludes_itself(case)
    }

    /// Whether a case excludes all of its own values.
    fn excludes_itself(&mut self, case: &Case) -> bool {
        !case.nots.is_empty()
            && self.within_old(|prover| case.nots.iter().any(|not| prover.prove_case(case, *not)))
    }

    fn is_empty_of(&mut self, case: &Case, kind: Kinds, depth: u8) -> bool {
        let old = self.old;
        let crossed = |kind| {
            let (lower, upper) = case.lengths(old, kind);
            upper.is_some_and(|upper| lower > upper)
        };
        if kind.within(Kinds::NUMBER) {
            return case.range(old).is_empty(kind == Kinds::WHOLE)
                || self.scalar_follows(&case.only(kind), None);
        }
        if kind == Kinds::STRING {
            return crossed(Kind::String) || self.scalar_follows(&case.only(kind), None);
        }
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        if kind == Kinds::ARRAY {
            let (fewest, _) = case.lengths(old, Kind::Array);
            return crossed(Kind::Array)
                || self.contains_is_empty(case)
                || self.repeats(case)
                || (0..fewest.min(4)).any(|index| {
                    let element = case.element(old, usize::try_from(index).unwrap_or(0));
                    self.is_empty_all(&element, depth)
                });
        }
        if kind == Kinds::OBJECT {
            let (fewest, most) = self.counts(case);
            let (_, upper) = case.lengths(old, Kind::Object);
            let most = most.into_iter().chain(upper).min();
            return most.is_some_and(|most| fewest > most)
                || case.absent.iter().any(|name| case.requires(old, name))
                || case.names(old).iter().any(|name| {
                    case.requires(old, name) && {
                        let property = case.property(old, name);
                        self.is_empty_all(&property, depth)
                    }
                });
        }
        false
    }

    /// Whether no array can satisfy `contains`.
    fn contains_is_empty(&mut self, case: &Case) -> bool {
        const GUARANTEED: u64 = 8;
        let old = self.old;
        let (fewest, _) = case.lengths(old, Kind::Array);
        let contains: Vec<Contains> = case
            .nodes_in(old)
            .filter_map(|node| node.array.contains)
            .collect();
        contains.iter().any(|contains| {
            let is_never = old.node(old.resolve(contains.node)).never;
            let maximum = contains.maximum.unwrap_or(u64::MAX);
            (is_never && contains.minimum > 0)
                || maximum < contains.minimum
                || (maximum < GUARANTEED && {
                    let positions = 0..fewest.min(GUARANTEED);
                    self.within_old(|prover| {
                        let found = positions.filter(|index| {
                            let index = usize::try_from(*index).unwrap_or(0);
                            let element = case.element(prover.old, index);
                            prover.prove(&element, contains.node)
                        });
                        found.count() as u64 > maximum
                    })
                })
        })
    }

    /// Whether arrays with unique elements would need more distinct values than there are.
    fn repeats(&mut self, case: &Case) -> bool {
        let old = self.old;
        if !case.checks(old, "uniqueItems", &true.into())
            || case.nodes_in(old).any(|node| !node.array.prefix.is_empty())
        {
            return false;
        }
        let (fewest, _) = case.lengths(old, Kind::Array);
        let element = case.element(old, 0);
        if element.is_empty() || fewest < 2 {
            return false;
        }
        let mut different = rustc_hash::FxHashSet::default();
        for case in cases(old, &element) {
            let Some(values) = case.listed(old) else {
                return false;
            };
            different.extend(values.iter().map(canonical));
        }
        fewest > different.len() as u64
    }

    /// Whether no value satisfies all of these.
    fn is_empty_all(&mut self, nodes: &[NodeId], depth: u8) -> bool {
        !nodes.is_empty()
            && cases(self.old, nodes)
                .iter()
                .all(|case| self.is_empty(case, depth))
    }

    /// Whether no value of a case is a value of `right`.
    pub(super) fn disjoint(&mut self, case: &Case, right: NodeId) -> bool {
        if let Some(values) = case.listed(self.old) {
            return !values.iter().any(|value| accepts(self.new, right, value));
        }
        let new = self.new;
        let node = new.node(right);
        let types = node.types.map_or(Kinds::ALL, Kinds::of);
        if node.never || case.kinds.and(types).is_empty() {
            return true;
        }
        let listed = match (&node.constant, &node.values) {
            (Some(constant), _) => Some(std::slice::from_ref(&**constant)),
            (None, Some(values)) => Some(values.all.as_slice()),
            (None, None) => None,
        };
        if let Some(values) = listed {
            return !values.iter().any(|value| {
                Kinds::of_value(value).within(case.kinds)
                    && case
                        .nodes
                        .iter()
                        .all(|left| accepts(self.old, *left, value))
            });
        }
        let left = case.only(types);
        self.out_of_reach(&left, right)
            || node
                .reference
                .is_some_and(|inner| self.disjoint(&left, inner))
            || node.all_of.iter().any(|inner| self.disjoint(&left, *inner))
            || (!node.any_of_branches().is_empty()
                && node.any_of_branches().iter().all(|inner| self.disjoint(&left, *inner)))
            || (!node.one_of_branches().is_empty()
                && node.one_of_branches().iter().all(|inner| self.disjoint(&left, *inner)))
            || node.not.is_some_and(|not| self.prove_case(&left, not))
    }

    /// Whether the keywords of `right` itself reject every value of a case.
    fn out_of_reach(&mut self, case: &Case, right: NodeId) -> bool {
        let new = self.new;
        let node = new.node(right);
        let kinds: Vec<Kinds> = Kinds::EACH
            .into_iter()
            .filter(|kind| case.kinds.has(*kind))
            .collect();
        kinds.into_iter().all(|kind| {
            if kind.within(Kinds::NUMBER) {
                let mut range = case.range(self.old);
                for check in &node.checks {
                    if let serde_json::Value::Number(limit) = &check.argument {
                        range.narrow(check.keyword, limit);
                    }
                }
                return range.is_empty(kind == Kinds::WHOLE);
            }
            let crossed = |of: Kind, lower: u64, upper: Option<u64>| {
                let own = node.lengths.iter().filter(|length| length.kind == of);
                let (mut lower, mut upper) = (lower, upper);
                for length in own {
                    if length.is_maximum {
                        upper = Some(upper.map_or(length.limit, |upper| upper.min(length.limit)));
                    } else {
                        lower = lower.max(length.limit);
                    }
                }
                upper.is_some_and(|upper| lower > upper)
            };
            if kind == Kinds::STRING {
                let (lower, upper) = case.lengths(self.old, Kind::String);
                return crossed(Kind::String, lower, upper);
            }
            if kind == Kinds::ARRAY {
                let (lower, upper) = case.lengths(self.old, Kind::Array);
                return crossed(Kind::Array, lower, upper);
            }
            if kind != Kinds::OBJECT {
                return false;
            }
            let side = new.side;
            let required = node.object.required.iter();
            let required: Vec<_> = required.filter(|own| own.holds_on(side)).collect();
            if required
                .iter()
                .any(|required| self.is_absent(case, &required.name))
            {
                return true;
            }
            let (fewest, most) = self.counts(case);
            if crossed(Kind::Object, fewest, most) {
                return true;
            }
            let mut names = case.names(self.old);
            names.extend(required.iter().map(|required| required.name.clone()));
            names.iter().any(|name| {
                let is_there = case.requires(self.old, name)
                    || required.iter().any(|required| required.name == *name);
                if !is_there {
                    return false;
                }
                let pin = case.pins.iter().find(|(pin, _)| pin == name);
                let mut schemas: Vec<NodeId> = node.named_schemas(name).collect();
                if schemas.is_empty() {
                    schemas.extend(node.object.additional);
                }
                schemas.into_iter().any(|schema| match pin {
                    Some((_, value)) => !accepts(new, schema, value),
                    None => {
                        let left = case.property(self.old, name);
                        let parts = cases(self.old, &left);
                        self.spend() && parts.iter().all(|part| self.disjoint(part, schema))
                    }
                })
            })
        })
    }
}
