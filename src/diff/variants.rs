//! Differences in the variants of a value: branches of `anyOf` and `oneOf`, and envelopes.

use std::sync::Arc;

use serde_json::Value;

use crate::contract::Contract;
use crate::location::{PathPattern, Step};
use crate::schema::{Graph, NodeId};

use super::difference::Fact;
use super::contain::{Ask, Kinds, are_equal};
use super::moves::{shared, wrapped};
use super::view::{Extra, Union, View};
use super::walk::{Found, Move, Question, Walk, keyword_text, place_of};

/// The minimum similarity of two variants to be treated as one that changed.
const ALIKE: f64 = 0.3;

/// The minimum share of common properties for the elements of two lists to be treated as the same list.
const LISTED: f64 = 0.5;

/// A property, and the elements of two lists.
type Listed = (Arc<str>, Vec<NodeId>, Vec<NodeId>);

/// The limit on branches of a union for pairwise comparison.
const MOST: usize = 400;

/// The variants of one side.
struct Variants<'g> {
    graph: &'g Graph,
    /// The branches, or the whole value if there is no union.
    branches: Vec<Vec<NodeId>>,
    /// What a value of any variant has to satisfy.
    asks: Vec<Ask>,
}

impl<'c> Walk<'c> {
    /// Compares variants. Returns all differences; `None` if the rest of the schemas still has to be
    /// compared.
    pub(super) fn unions(
        &mut self,
        at: usize,
        old: &View<'_>,
        new: &View<'_>,
        found: &mut Vec<Found>,
    ) -> Option<Vec<Found>> {
        if old.unions.is_empty() != new.unions.is_empty() && self.is_proved_equivalent(at) {
            // One side uses a union for what the other expresses without one.
            let mut found = self.union_changed(old.unions.first(), new.unions.first());
            let asks = |nodes: &[NodeId]| nodes.iter().map(|id| Ask::Whole(*id)).collect();
            let pair = &self.pairs[at];
            found = found.asking(asks(&pair.new), asks(&pair.old));
            return Some(vec![found]);
        }
        match (old.unions.as_slice(), new.unions.as_slice()) {
            ([], []) => return self.envelope(at, old, new),
            ([left], [right]) => {
                let left_variants = Variants::of(&self.old.graph, left);
                let right_variants = Variants::of(&self.new.graph, right);
                if left.is_one != right.is_one && left.branches.len() == right.branches.len() {
                    found.push(self.union_changed(Some(left), Some(right)));
                }
                self.align(at, old, new, &left_variants, &right_variants, found);
            }
            ([], [right]) if new.is_only_union() && are_variants(&self.new.graph, right) => {
                let left = self.whole_variant(at, true);
                let right = Variants::of(&self.new.graph, right);
                let mut all = Vec::new();
                self.null(at, old, new, &mut all);
                self.align(at, old, new, &left, &right, &mut all);
                return Some(all);
            }
            ([left], []) if old.is_only_union() && are_variants(&self.old.graph, left) => {
                let left = Variants::of(&self.old.graph, left);
                let right = self.whole_variant(at, false);
                let mut all = Vec::new();
                self.null(at, old, new, &mut all);
                self.align(at, old, new, &left, &right, &mut all);
                return Some(all);
            }
            (lefts, rights) => {
                let is_known = |left: &Union, rights: &[Union]| {
                    rights.iter().any(|right| {
                        left.is_one == right.is_one
                            && self.accept_the_same(&left.branches, &right.branches)
                    })
                };
                let gone: Vec<&Union> = lefts
                    .iter()
                    .filter(|left| !is_known(left, rights))
                    .collect();
                let added: Vec<&Union> = rights
                    .iter()
                    .filter(|right| {
                        !lefts.iter().any(|left| {
                            left.is_one == right.is_one
                                && self.accept_the_same(&left.branches, &right.branches)
                        })
                    })
                    .collect();
                for index in 0..gone.len().max(added.len()) {
                    let (left, right) = (gone.get(index), added.get(index));
                    if let (Some(left), Some(right)) = (left, right) {
                        let left = Variants::of(&self.old.graph, left);
                        let right = Variants::of(&self.new.graph, right);
                        self.align(at, old, new, &left, &right, found);
                    } else {
                        found.push(self.union_changed(left.copied(), right.copied()));
                    }
                }
            }
        }
        None
    }

    /// Whether null is allowed, if only one side has variants.
    fn null(&self, at: usize, old: &View<'_>, new: &View<'_>, found: &mut Vec<Found>) {
        let (was, is) = (old.all_kinds(3), new.all_kinds(3));
        let fact = match (was.has(Kinds::NULL), is.has(Kinds::NULL)) {
            (false, true) => Fact::NullAdded,
            (true, false) => Fact::NullRemoved,
            _ => return,
        };
        let any = |kinds: Kinds| Kinds::ALL.without(Kinds::NULL).or(kinds.and(Kinds::NULL));
        let pair = &self.pairs[at];
        found.push(
            Found::new(fact, "")
                .places(place_of(self.old, &pair.old), place_of(self.new, &pair.new))
                .asking(vec![Ask::Kinds(any(is))], vec![Ask::Kinds(any(was))]),
        );
    }

    /// One side as a whole as its only variant.
    fn whole_variant(&self, at: usize, is_old: bool) -> Variants<'c> {
        let pair = &self.pairs[at];
        let (contract, nodes): (&'c Contract, _) = match is_old {
            true => (self.old, &pair.old),
            false => (self.new, &pair.new),
        };
        Variants {
            graph: &contract.graph,
            branches: vec![nodes.clone()],
            asks: nodes.iter().map(|id| Ask::Whole(*id)).collect(),
        }
    }

    /// A union that is compared as a whole.
    fn union_changed(&self, old: Option<&Union>, new: Option<&Union>) -> Found {
        let keyword = |union: &Union| match union.is_one {
            true => "oneOf",
            false => "anyOf",
        };
        let ask = |union: Option<&Union>| match union {
            Some(union) => vec![Ask::Branches(union.node)],
            None => Vec::new(),
        };
        let subject = new.or(old).map_or("", keyword);
        let text = |contract, union: Option<&Union>| {
            let union = union?;
            keyword_text(contract, union.node, keyword(union))
        };
        let place =
            |contract, union: Option<&Union>| place_of(contract, union.map(|u| u.node).as_slice());
        Found::new(Fact::ConstraintChanged, subject)
            .values(text(self.old, old), text(self.new, new))
            .places(place(self.old, old), place(self.new, new))
            .asking(ask(new), ask(old))
    }

    /// Pairs corresponding variants; the others were added or removed.
    fn align(
        &mut self,
        at: usize,
        old: &View<'_>,
        new: &View<'_>,
        left: &Variants<'_>,
        right: &Variants<'_>,
        found: &mut Vec<Found>,
    ) {
        let pairs = self.aligned(left, right);
        let is_paired = |index: usize, is_left: bool| {
            let mut pairs = pairs.iter();
            pairs.any(|(one, other)| index == if is_left { *one } else { *other })
        };
        for (one, other) in &pairs {
            let (old, new) = (&left.branches[*one], &right.branches[*other]);
            let variant = variant_words(&View::of(right.graph, new), *other, right.branches.len());
            self.lead_to_variant(at, variant, old, new);
        }
        for (index, branch) in left.branches.iter().enumerate() {
            if is_paired(index, true) {
                continue;
            }
            let resource = View::of(left.graph, branch);
            let mut change = match wrapped(&self.new.graph, new, &resource) {
                Some((steps, schemas)) => {
                    let (from, to) = (Vec::new(), steps.clone());
                    self.lead_away(at, moved(from, to, branch, &schemas), &[]);
                    envelope_found(Fact::EnvelopeAdded, &resource, steps)
                }
                None => {
                    let mut change = Found::new(Fact::VariantRemoved, resource.label());
                    change
                        .notes
                        .extend(self.own_part(left, index, "Only this variant had"));
                    change
                }
            };
            change.old.get_or_insert(resource.label());
            change.old_place = place_of(self.old, branch);
            change.new_place = place_of(self.new, &self.pairs[at].new);
            change.forward = Question {
                left: Some(branch.clone()),
                asks: right.asks.clone(),
            };
            found.push(change);
        }
        for (index, branch) in right.branches.iter().enumerate() {
            if is_paired(index, false) {
                continue;
            }
            let resource = View::of(right.graph, branch);
            let mut change = match wrapped(&self.old.graph, old, &resource) {
                Some((steps, schemas)) => {
                    let (from, to) = (steps.clone(), Vec::new());
                    self.lead_away(at, moved(from, to, &schemas, branch), &[]);
                    envelope_found(Fact::EnvelopeRemoved, &resource, steps)
                }
                None => {
                    let mut change = Found::new(Fact::VariantAdded, resource.label());
                    change
                        .notes
                        .extend(self.own_part(right, index, "Only this variant has"));
                    change
                }
            };
            change.new.get_or_insert(resource.label());
            change.old_place = place_of(self.old, &self.pairs[at].old);
            change.new_place = place_of(self.new, branch);
            change.backward = Question {
                left: Some(branch.clone()),
                asks: left.asks.clone(),
            };
            found.push(change);
        }
    }

    /// The properties that no other variant declares: those added or removed with a variant.
    fn own_part(&self, variants: &Variants<'_>, index: usize, words: &str) -> Option<String> {
        const SHOWN: usize = 4;
        let view = |branch: &Vec<NodeId>| View::of(variants.graph, branch);
        let others = variants
            .branches
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != index);
        let others: Vec<View<'_>> = others.take(MOST).map(|(_, branch)| view(branch)).collect();
        let names = view(variants.branches.get(index)?).names();
        let is_own = |name: &&Arc<str>| !others.iter().any(|other| other.declares(name));
        let own: Vec<String> = names
            .iter()
            .filter(is_own)
            .map(|name| format!("`{name}`"))
            .collect();
        let more = match own.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let shown = own
            .iter()
            .take(SHOWN)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        (!own.is_empty()).then(|| format!("{words} {shown}{more}"))
    }

    /// Pairs of branches: components with the same name, then equivalent branches, then the most similar.
    fn aligned(&self, left: &Variants<'_>, right: &Variants<'_>) -> Vec<(usize, usize)> {
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        let mut taken = vec![false; right.branches.len()];
        // A component that kept its name is the same variant, however much it changed.
        let named = |variants: &Variants<'_>| -> Vec<Option<Arc<str>>> {
            let branches = variants.branches.iter();
            let views = branches.map(|branch| View::of(variants.graph, branch));
            views.map(|view| view.component()).collect()
        };
        let (left_names, right_names) = (named(left), named(right));
        for (one, name) in left_names.iter().enumerate() {
            let count = |names: &[Option<Arc<str>>]| names.iter().filter(|n| *n == name).count();
            if name.is_some() && count(&left_names) == 1 && count(&right_names) == 1 {
                let other = right_names.iter().position(|other| other == name);
                if let Some(other) = other {
                    taken[other] = true;
                    pairs.push((one, other));
                }
            }
        }
        for (one, branch) in left.branches.iter().enumerate() {
            if pairs.iter().any(|(known, _)| *known == one) {
                continue;
            }
            let same = (0..right.branches.len()).find(|other| {
                !taken[*other] && self.accept_the_same(branch, &right.branches[*other])
            });
            if let Some(other) = same {
                taken[other] = true;
                pairs.push((one, other));
            }
        }
        let rest = |count: usize, is_taken: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..count)
                .filter(|index| !is_taken(*index))
                .take(MOST)
                .collect()
        };
        let lefts = rest(left.branches.len(), &|index| {
            pairs.iter().any(|(one, _)| *one == index)
        });
        let rights = rest(right.branches.len(), &|index| taken[index]);
        let marks = |variants: &Variants<'_>, indices: &[usize]| -> Vec<Marks> {
            let views = indices
                .iter()
                .map(|index| View::of(variants.graph, &variants.branches[*index]));
            views.map(|view| Marks::of(&view)).collect()
        };
        let (left_views, right_views) = (marks(left, &lefts), marks(right, &rights));
        let mut scores: Vec<(f64, usize, usize)> = Vec::new();
        for (i, one) in left_views.iter().enumerate() {
            for (j, other) in right_views.iter().enumerate() {
                let score = alike(one, other);
                if score >= ALIKE {
                    scores.push((score, i, j));
                }
            }
        }
        scores.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let (mut used_left, mut used_right) = (vec![false; lefts.len()], vec![false; rights.len()]);
        for (_, i, j) in scores {
            if !used_left[i] && !used_right[j] {
                used_left[i] = true;
                used_right[j] = true;
                pairs.push((lefts[i], rights[j]));
            }
        }
        pairs.sort_unstable();
        pairs
    }

    /// A list that became a property of an object, or the reverse: the property, the elements of the list,
    /// and those of the property.
    fn list_in(&self, list: &View<'_>, object: &View<'_>, is_turned: bool) -> Option<Listed> {
        if list.kinds() != Kinds::ARRAY || object.kinds() != Kinds::OBJECT {
            return None;
        }
        let elements = list.element(0);
        let names = View::of(list.graph, &elements).names();
        let found = object.names().into_iter().find_map(|name| {
            let property = View::of(object.graph, &object.property(&name));
            let others = property.element(0);
            let is_same = match is_turned {
                false => self.accept_the_same(&elements, &others),
                true => self.accept_the_same(&others, &elements),
            };
            let other = View::of(object.graph, &others);
            let is_alike = is_same || shared(&names, &other.names()) >= LISTED;
            (property.kinds() == Kinds::ARRAY && !others.is_empty() && is_alike)
                .then_some((name, others))
        });
        let (name, others) = found?;
        Some((name, elements, others))
    }

    /// An object that is no longer wrapped, or that is wrapped now.
    fn envelope(&mut self, at: usize, old: &View<'_>, new: &View<'_>) -> Option<Vec<Found>> {
        let elements = |name: Arc<str>| vec![Step::Key(name), Step::Any];
        // The places of `left` and `right` in the payloads, and the position of the resource in the envelope.
        let (fact, resource, steps, way, left, right) =
            if let Some((steps, schemas)) = wrapped(&self.old.graph, old, new) {
                let right = self.pairs[at].new.clone();
                let way = (steps.clone(), Vec::new());
                (Fact::EnvelopeRemoved, new, steps, way, schemas, right)
            } else if let Some((steps, schemas)) = wrapped(&self.new.graph, new, old) {
                let left = self.pairs[at].old.clone();
                let way = (Vec::new(), steps.clone());
                (Fact::EnvelopeAdded, old, steps, way, left, schemas)
            } else if let Some((name, left, right)) = self.list_in(old, new, false) {
                let steps = vec![Step::Key(Arc::clone(&name))];
                let way = (vec![Step::Any], elements(name));
                (Fact::EnvelopeAdded, old, steps, way, left, right)
            } else if let Some((name, right, left)) = self.list_in(new, old, true) {
                let steps = vec![Step::Key(Arc::clone(&name))];
                let way = (elements(name), vec![Step::Any]);
                (Fact::EnvelopeRemoved, new, steps, way, left, right)
            } else {
                return None;
            };
        let pair = &self.pairs[at];
        let asks = |nodes: &[NodeId]| nodes.iter().map(|id| Ask::Whole(*id)).collect::<Vec<_>>();
        let found = envelope_found(fact, resource, steps)
            .places(place_of(self.old, &pair.old), place_of(self.new, &pair.new))
            .asking(asks(&pair.new), asks(&pair.old));
        self.lead_away(at, moved(way.0, way.1, &left, &right), &[]);
        Some(vec![found])
    }
}

fn moved(from: Vec<Step>, to: Vec<Step>, old: &[NodeId], new: &[NodeId]) -> Move {
    Move {
        from,
        to,
        old: old.to_vec(),
        new: new.to_vec(),
        pair: None,
        guess: None,
    }
}

/// `the whole payload`, previously `at /data/*`
fn envelope_found(fact: Fact, resource: &View<'_>, steps: Vec<Step>) -> Found {
    let place = PathPattern::from_steps(steps).to_string();
    let (bare, wrapped) = ("the whole payload".to_owned(), format!("at {place}"));
    let (old, new) = match fact {
        Fact::EnvelopeRemoved => (wrapped, bare),
        _ => (bare, wrapped),
    };
    let mut found = Found::new(fact, resource.label()).values(Some(old), Some(new));
    found.guess = Some("most properties of the two objects have the same names".to_owned());
    found
}

impl<'g> Variants<'g> {
    fn of(graph: &'g Graph, union: &Union) -> Self {
        Self {
            graph,
            branches: union.branches.iter().map(|branch| vec![*branch]).collect(),
            asks: vec![Ask::Branches(union.node)],
        }
    }
}

/// `variant kind: "cat"`, `variant Cat`, `variant 2 of 3`
fn variant_words(view: &View<'_>, index: usize, count: usize) -> String {
    let title = view
        .parts
        .first()
        .and_then(|part| view.graph.node(part.node).name.clone());
    match (view.tags().first(), title) {
        (Some((name, value)), _) => format!("variant {name}: {value}"),
        (None, Some(title)) => format!("variant {title}"),
        (None, None) => format!("variant {} of {count}", index + 1),
    }
}

/// Whether the branches of a union are different kinds of values, and not merely conditions on one kind.
fn are_variants(graph: &Graph, union: &Union) -> bool {
    union.branches.iter().all(|branch| {
        let view = View::of(graph, &[*branch]);
        view.all_kinds(3) != Kinds::ALL || view.values().is_some() || !view.names().is_empty()
    })
}

impl View<'_> {
    /// Whether the schema has no other keywords than the union and `type`.
    fn is_only_union(&self) -> bool {
        self.names().is_empty()
            && self.required().is_empty()
            && self.values().is_none()
            && self.extra() == Extra::Open
            && self.element(0).is_empty()
            && self.nodes().all(|(_, node)| {
                node.checks.is_empty()
                    && node.lengths.is_empty()
                    && node.object.patterns.is_empty()
                    && node.object.property_names.is_none()
                    && node.not.is_none()
                    && node.conditional.is_none()
            })
    }

    /// Properties with a single value, which distinguish variants.
    fn tags(&self) -> Vec<(Arc<str>, Value)> {
        let names = self.names().into_iter();
        let tags = names.filter_map(|name| {
            let values = View::of(self.graph, &self.property(&name)).values()?;
            match values.as_slice() {
                [only] => Some((name, only.clone())),
                _ => None,
            }
        });
        tags.collect()
    }
}

/// The characteristics of a variant.
struct Marks {
    tags: Vec<(Arc<str>, Value)>,
    title: Option<Arc<str>>,
    kinds: Kinds,
    names: Vec<Arc<str>>,
}

impl Marks {
    fn of(view: &View<'_>) -> Self {
        let first = view.parts.first();
        Self {
            tags: view.tags(),
            title: first.and_then(|part| view.graph.node(part.node).name.clone()),
            kinds: view.all_kinds(3),
            names: view.names(),
        }
    }
}

/// The similarity of two variants, from 0 to 1.
fn alike(one: &Marks, other: &Marks) -> f64 {
    for (name, value) in &one.tags {
        if let Some((_, known)) = other.tags.iter().find(|(known, _)| known == name) {
            return if are_equal(known, value) { 1.0 } else { 0.0 };
        }
    }
    if one.title.is_some() && one.title == other.title {
        return 0.95;
    }
    if one.kinds.and(other.kinds).is_empty() {
        return 0.0;
    }
    if one.names.is_empty() && other.names.is_empty() {
        return match one.kinds == other.kinds && one.kinds != Kinds::ALL {
            true => 0.8,
            false => 0.4,
        };
    }
    shared(&one.names, &other.names)
}
