//! Differences between two schemas, keyword by keyword.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde_json::Value;

use crate::contract::Contract;
use crate::json::Kind;
use crate::schema::{KeywordCheck, NodeId, Place, format};

use super::difference::Fact;
use super::contain::{Ask, Kinds, are_equal, canonical};
use super::view::View;
use super::walk::{Edge, Found, Walk, keyword_place, keyword_text, place_of};

impl Walk<'_> {
    /// The differences between the schemas of a pair. Parts of values become pairs of their own.
    pub(super) fn differences(&mut self, at: usize, old: &View<'_>, new: &View<'_>) -> Vec<Found> {
        let mut found = Vec::new();
        if let Some(unions) = self.unions(at, old, new, &mut found) {
            // One side is compared with a branch of the other.
            found.extend(unions);
            return found;
        }
        self.types(at, old, new, &mut found);
        // Keywords for kinds that only one side has belong to the change of type.
        let shared = old.kinds().and(new.kinds());
        self.checks(old, new, shared, &mut found);
        self.lengths(old, new, shared, &mut found);
        if shared.has(Kinds::OBJECT) {
            self.members(at, old, new, &mut found);
        }
        if shared.has(Kinds::ARRAY) {
            self.elements(at, old, new, &mut found);
        }
        self.others(old, new, &mut found);
        self.annotations(at, old, new, &mut found);
        found
    }

    pub(super) fn places(&self, at: usize) -> (Option<Place>, Option<Place>) {
        let pair = &self.pairs[at];
        (place_of(self.old, &pair.old), place_of(self.new, &pair.new))
    }

    /// `type`, `enum`, `const`, null.
    fn types(&self, at: usize, old: &View<'_>, new: &View<'_>, found: &mut Vec<Found>) {
        let (old_kinds, new_kinds) = (old.kinds(), new.kinds());
        let (old_place, new_place) = self.places(at);
        let (mut was, mut is) = (old.description(), new.description());
        if was == is {
            (was, is) = (old_kinds.to_string(), new_kinds.to_string());
        }
        let texts = |fact: Fact| {
            Found::new(fact, "")
                .values(Some(was.clone()), Some(is.clone()))
                .places(old_place.clone(), new_place.clone())
                .asking(vec![Ask::Kinds(new_kinds)], vec![Ask::Kinds(old_kinds)])
        };
        let rest = |kinds: Kinds| kinds.without(Kinds::NULL);
        let has_null = |kinds: Kinds| kinds.has(Kinds::NULL);
        let null_differs = has_null(old_kinds) != has_null(new_kinds);
        // A side that accepts any value does not mention null.
        let is_null_told = old_kinds != Kinds::ALL && new_kinds != Kinds::ALL;
        // If both sides list their values, the lists cover everything.
        let are_listed = old.values().is_some() && new.values().is_some();
        let differ = old_kinds != new_kinds && !are_listed;
        if differ && rest(old_kinds) == rest(new_kinds) && is_null_told {
            let fact = match has_null(new_kinds) {
                true => Fact::NullAdded,
                false => Fact::NullRemoved,
            };
            found.push(texts(fact));
        } else if differ {
            let mut change = texts(Fact::TypeChanged);
            let is_implied = |view: &View<'_>, other: Kinds| {
                view.kinds() == Kinds::ALL && view.implied_kinds() == Some(rest(other))
            };
            let is_listed = old.values().is_some() || new.values().is_some();
            if !is_listed && (is_implied(old, new_kinds) || is_implied(new, old_kinds)) {
                change.assumed = Some("the schema only has keywords for this type");
            }
            found.push(change);
            if old_kinds.and(new_kinds).without(Kinds::NULL).is_empty() {
                return;
            }
        }
        match (old.values(), new.values()) {
            (Some(old), Some(new)) => {
                let lacks = |some: &[Value], others: &[Value]| -> Vec<Value> {
                    // Enums may have thousands of values.
                    let known: FxHashSet<String> = others.iter().map(canonical).collect();
                    let lacking = some
                        .iter()
                        .filter(|value| !known.contains(&canonical(value)));
                    // A change of null may have been reported above.
                    let lacking =
                        lacking.filter(|value| !value.is_null() || !null_differs || are_listed);
                    lacking.cloned().collect()
                };
                let (gone, added) = (lacks(&old, &new), lacks(&new, &old));
                let (old_place, new_place) = self.places(at);
                let is_null = |values: &[Value]| matches!(values, [Value::Null]);
                if !gone.is_empty() {
                    let fact = match is_null(&gone) {
                        true => Fact::NullRemoved,
                        false => Fact::EnumValueRemoved,
                    };
                    found.push(
                        Found::new(fact, "")
                            .listing(&gone)
                            .places(old_place.clone(), new_place.clone())
                            .asking(vec![Ask::Values(new.clone())], Vec::new()),
                    );
                }
                if !added.is_empty() {
                    let fact = match is_null(&added) {
                        true => Fact::NullAdded,
                        false => Fact::EnumValueAdded,
                    };
                    found.push(
                        Found::new(fact, "")
                            .listing(&added)
                            .places(old_place, new_place)
                            .asking(Vec::new(), vec![Ask::Values(old)]),
                    );
                }
            }
            (None, Some(values)) => {
                let (old_place, new_place) = self.places(at);
                found.push(
                    Found::new(Fact::EnumAdded, "")
                        .listing(&values)
                        .places(old_place, new_place)
                        .asking(vec![Ask::Values(values)], Vec::new()),
                );
            }
            (Some(values), None) => {
                let (old_place, new_place) = self.places(at);
                found.push(
                    Found::new(Fact::EnumRemoved, "")
                        .listing(&values)
                        .places(old_place, new_place)
                        .asking(Vec::new(), vec![Ask::Values(values)]),
                );
            }
            (None, None) => {}
        }
    }

    /// `pattern`, `format`, bounds and similar keywords, grouped by what they constrain.
    fn checks(&self, old: &View<'_>, new: &View<'_>, shared: Kinds, found: &mut Vec<Found>) {
        let checks = |view: &View<'_>| {
            let mut checks = checks(view);
            checks.retain(|(_, _, check)| shared.has(Kinds::about(check.kind)));
            checks
        };
        let (old_checks, new_checks) = (checks(old), checks(new));
        let mut groups: Vec<(Fact, &'static str)> = old_checks
            .iter()
            .chain(&new_checks)
            .map(|(_, _, check)| group(check.keyword))
            .collect();
        groups.sort_unstable();
        groups.dedup();
        for (fact, subject) in groups {
            // Checks that are identical on both sides do not differ.
            let of_group = |all: &[Checked], others: &[Checked]| -> Vec<Checked> {
                let own = all.iter().filter(|(_, _, check)| {
                    let is_shared = others.iter().any(|(_, _, other)| {
                        other.keyword == check.keyword
                            && are_equal(&other.argument, &check.argument)
                    });
                    group(check.keyword) == (fact, subject) && !is_shared
                });
                own.cloned().collect()
            };
            let gone = of_group(&old_checks, &new_checks);
            let added = of_group(&new_checks, &old_checks);
            if gone.is_empty() && added.is_empty() {
                continue;
            }
            let text = |checks: &[Checked]| {
                let texts = checks
                    .iter()
                    .map(|(_, _, check)| format!("{}: {}", check.keyword, check.argument_text()));
                let texts: Vec<String> = texts.collect();
                (!texts.is_empty()).then(|| texts.join(", "))
            };
            let place =
                |contract: &Contract, checks: &[Checked], view: &View<'_>| match checks.first() {
                    Some((node, _, check)) => Some(keyword_place(contract, *node, check.keyword)),
                    None => view
                        .parts
                        .first()
                        .and_then(|part| place_of(contract, &[part.node])),
                };
            let asks = |checks: &[Checked]| {
                let asks = checks
                    .iter()
                    .map(|(node, index, _)| Ask::Check(*node, *index));
                asks.collect::<Vec<_>>()
            };
            let mut change = Found::new(fact, subject)
                .values(text(&gone), text(&added))
                .places(place(self.old, &gone, old), place(self.new, &added, new))
                .asking(asks(&added), asks(&gone));
            let fits_64_bits = |(_, _, check): &Checked| {
                let format = check.argument.as_str();
                check.keyword == "format" && format.is_some_and(|format| WIDE.contains(&format))
            };
            let is_unchecked = |(_, _, check): &Checked| {
                let format = check.argument.as_str();
                check.keyword == "format" && !format.is_some_and(format::is_asserted)
            };
            let mut differing = gone.iter().chain(&added);
            if differing.clone().all(is_unchecked) {
                change.assumed = Some("this format is not checked");
            } else if differing.all(fits_64_bits) {
                change.assumed = Some("no numbers beyond 64 bits are sent");
            }
            found.push(change);
        }
    }

    /// `minLength` … `maxProperties`
    fn lengths(&self, old: &View<'_>, new: &View<'_>, shared: Kinds, found: &mut Vec<Found>) {
        let keywords = [
            ("minLength", Kinds::STRING),
            ("maxLength", Kinds::STRING),
            ("minItems", Kinds::ARRAY),
            ("maxItems", Kinds::ARRAY),
            ("minProperties", Kinds::OBJECT),
            ("maxProperties", Kinds::OBJECT),
        ];
        let keywords = keywords.into_iter().filter(|(_, kind)| shared.has(*kind));
        for (keyword, _) in keywords {
            let is_maximum = keyword.starts_with("max");
            let limits = |view: &View<'_>| -> (Option<u64>, Vec<Ask>, Option<NodeId>) {
                let mut limit: Option<u64> = None;
                let mut asks = Vec::new();
                let mut owner = None;
                for (id, node) in view.nodes() {
                    for (index, length) in node.lengths.iter().enumerate() {
                        if length.keyword() != keyword || (!is_maximum && length.limit == 0) {
                            continue;
                        }
                        asks.push(match length.kind {
                            Kind::Object => Ask::Members(id, index),
                            _ => Ask::Length(id, index),
                        });
                        let is_stricter = limit.is_none_or(|known| match is_maximum {
                            true => length.limit < known,
                            false => length.limit > known,
                        });
                        if is_stricter {
                            limit = Some(length.limit);
                            owner = Some(id);
                        }
                    }
                }
                (limit, asks, owner)
            };
            let (old_limit, old_asks, old_owner) = limits(old);
            let (new_limit, new_asks, new_owner) = limits(new);
            if old_limit == new_limit {
                continue;
            }
            let is_narrower = match (old_limit, new_limit) {
                (Some(old), Some(new)) => (new < old) == is_maximum,
                (None, _) => true,
                (_, None) => false,
            };
            let fact = match is_narrower {
                true => Fact::LengthNarrowed,
                false => Fact::LengthWidened,
            };
            let text = |limit: Option<u64>| limit.map(|limit| format!("{keyword}: {limit}"));
            let place = |contract: &Contract, owner: Option<NodeId>, view: &View<'_>| match owner {
                Some(owner) => Some(keyword_place(contract, owner, keyword)),
                None => view
                    .parts
                    .first()
                    .and_then(|part| place_of(contract, &[part.node])),
            };
            found.push(
                Found::new(fact, keyword)
                    .values(text(old_limit), text(new_limit))
                    .places(
                        place(self.old, old_owner, old),
                        place(self.new, new_owner, new),
                    )
                    .asking(new_asks, old_asks),
            );
        }
    }

    /// Keywords that are compared as a whole: `not`, `if`.
    fn others(&self, old: &View<'_>, new: &View<'_>, found: &mut Vec<Found>) {
        let nots = |view: &View<'_>| -> Vec<(NodeId, NodeId)> {
            let nodes = view.nodes();
            nodes
                .filter_map(|(id, node)| Some((id, node.not?)))
                .collect()
        };
        self.compare_whole("not", &nots(old), &nots(new), Ask::Not, found);
        let conditions = |view: &View<'_>| -> Vec<(NodeId, NodeId)> {
            let nodes = view.nodes();
            let conditional = nodes.flat_map(|(id, node)| {
                let conditional = node.conditional.into_iter();
                conditional.flat_map(move |c| {
                    let parts = [Some(c.condition), c.then, c.otherwise];
                    parts.into_iter().flatten().map(move |part| (id, part))
                })
            });
            conditional.collect()
        };
        let (old_parts, new_parts) = (conditions(old), conditions(new));
        self.compare_whole("if", &old_parts, &new_parts, Ask::Conditional, found);
    }

    /// Compares a keyword as a whole: pairs of the schema with the keyword and the subschema in it.
    pub(super) fn compare_whole(
        &self,
        keyword: &str,
        old: &[(NodeId, NodeId)],
        new: &[(NodeId, NodeId)],
        ask: fn(NodeId) -> Ask,
        found: &mut Vec<Found>,
    ) {
        let inner = |all: &[(NodeId, NodeId)]| -> Vec<NodeId> {
            all.iter().map(|(_, inner)| *inner).collect()
        };
        if self.accept_the_same(&inner(old), &inner(new)) {
            return;
        }
        let asks = |all: &[(NodeId, NodeId)]| {
            let mut owners: Vec<NodeId> = all.iter().map(|(owner, _)| *owner).collect();
            owners.dedup();
            owners.into_iter().map(ask).collect::<Vec<_>>()
        };
        let text = |contract: &Contract, all: &[(NodeId, NodeId)]| {
            let (owner, _) = all.first()?;
            keyword_text(contract, *owner, keyword)
        };
        let place = |contract: &Contract, all: &[(NodeId, NodeId)]| {
            let (owner, _) = all.first()?;
            Some(keyword_place(contract, *owner, keyword))
        };
        found.push(
            Found::new(Fact::ConstraintChanged, keyword)
                .values(text(self.old, old), text(self.new, new))
                .places(place(self.old, old), place(self.new, new))
                .asking(asks(new), asks(old)),
        );
    }

    /// Elements of arrays: `prefixItems`, `items`, `contains`.
    fn elements(&mut self, at: usize, old: &View<'_>, new: &View<'_>, found: &mut Vec<Found>) {
        let told_apart = old.positions().max(new.positions());
        for index in 0..=told_apart {
            let (left, right) = (old.element(index), new.element(index));
            let is_rest = index == told_apart;
            match (left.is_empty(), right.is_empty()) {
                (true, true) => {}
                (false, false) => {
                    let edge = match is_rest {
                        true => Edge::Items(index),
                        false => Edge::Position(index),
                    };
                    self.lead(at, edge, &left, &right);
                }
                _ => {
                    let owners = |view: &View<'_>| -> Vec<NodeId> {
                        let has = |node: &crate::schema::Node| node.element_schema(index).is_some();
                        let nodes = view.nodes().filter(|(_, node)| has(node));
                        nodes.map(|(id, _)| id).collect()
                    };
                    let keyword = match is_rest {
                        true => "items",
                        false => "prefixItems",
                    };
                    let label = |graph, nodes: &[NodeId]| {
                        (!nodes.is_empty()).then(|| View::of(graph, nodes).label())
                    };
                    let asks = |view: &View<'_>, nodes: &[NodeId]| match nodes.is_empty() {
                        true => Vec::new(),
                        false => owners(view).into_iter().map(Ask::Elements).collect(),
                    };
                    let subject = match is_rest {
                        true => "items".to_owned(),
                        false => format!("{keyword}/{index}"),
                    };
                    found.push(
                        Found::new(Fact::ConstraintChanged, subject)
                            .values(
                                label(&self.old.graph, &left),
                                label(&self.new.graph, &right),
                            )
                            .places(place_of(self.old, &left), place_of(self.new, &right))
                            .asking(asks(new, &right), asks(old, &left)),
                    );
                }
            }
        }
        let contains = |view: &View<'_>| -> Vec<(NodeId, NodeId)> {
            let nodes = view.nodes();
            let contains = nodes.filter_map(|(id, node)| Some((id, node.array.contains?.node)));
            contains.collect()
        };
        let (old_contains, new_contains) = (contains(old), contains(new));
        let counts = |view: &View<'_>| -> Vec<(u64, Option<u64>)> {
            let nodes = view.nodes();
            let contains = nodes.filter_map(|(_, node)| node.array.contains);
            contains.map(|c| (c.minimum, c.maximum)).collect()
        };
        let before = found.len();
        self.compare_whole(
            "contains",
            &old_contains,
            &new_contains,
            Ask::Contains,
            found,
        );
        if found.len() == before && counts(old) != counts(new) {
            let text = |view: &View<'_>| {
                let counts = counts(view)
                    .into_iter()
                    .map(|(minimum, maximum)| match maximum {
                        Some(maximum) => format!("{minimum} to {maximum}"),
                        None => format!("at least {minimum}"),
                    });
                Some(counts.collect::<Vec<_>>().join(", "))
            };
            let asks = |all: &[(NodeId, NodeId)]| {
                let asks = all.iter().map(|(owner, _)| Ask::Contains(*owner));
                asks.collect::<Vec<_>>()
            };
            found.push(
                Found::new(Fact::ConstraintChanged, "contains")
                    .values(text(old), text(new))
                    .asking(asks(&new_contains), asks(&old_contains)),
            );
        }
        let unevaluated = |view: &View<'_>| -> Vec<(NodeId, NodeId)> {
            let nodes = view.nodes();
            let rules = nodes.filter_map(|(id, node)| Some((id, node.array.unevaluated?)));
            rules.collect()
        };
        self.compare_whole(
            "unevaluatedItems",
            &unevaluated(old),
            &unevaluated(new),
            Ask::Unevaluated,
            found,
        );
    }
}

/// Numeric formats that include every number that programs send.
const WIDE: [&str; 1] = ["int64"];

/// A check: its owner, its index in the owner's list, and the check itself.
type Checked = (NodeId, usize, Arc<KeywordCheck>);

/// Every check of a view, with its owner and its index in the owner's list.
fn checks(view: &View<'_>) -> Vec<Checked> {
    let checks = view.nodes().flat_map(|(id, node)| {
        let checks = node.checks.iter().enumerate();
        checks.map(move |(index, check)| (id, index, Arc::clone(check)))
    });
    checks.collect()
}

/// The group of a keyword: changes within a group are one edit.
fn group(keyword: &'static str) -> (Fact, &'static str) {
    match keyword {
        "minimum" | "exclusiveMinimum" => (Fact::BoundsChanged, "minimum"),
        "maximum" | "exclusiveMaximum" => (Fact::BoundsChanged, "maximum"),
        "multipleOf" => (Fact::BoundsChanged, "multipleOf"),
        "pattern" => (Fact::PatternChanged, "pattern"),
        "format" => (Fact::FormatChanged, "format"),
        other => (Fact::ConstraintChanged, other),
    }
}
