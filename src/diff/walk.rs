//! The walk over pairs of schemas, which maps schemas of the old contract to those of the new one.
//!
//! Each pair is compared once, regardless of the number of paths to it, so the cost grows with the number of
//! distinct pairs, and cycles terminate. Equivalent schemas are skipped.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::contract::{Contract, Encoding, ParameterPlace};
use crate::location::{PathPattern, Pointer, Side, Step};
use crate::schema::{NodeId, Place};

use super::difference::{Fact, Owner, Reach};
use super::contain::{Ask, Classes, Prover, Scope, canonical};
use super::view::side_without;
use super::view::View;

/// The step from one pair to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edge {
    /// The same value: a branch.
    Same,
    /// A declared member.
    Property(Arc<str>),
    /// Every element after the distinguished positions.
    Items(usize),
    /// The element at a position.
    Position(usize),
    /// A member that is not declared.
    Others,
    /// A member whose name matches a pattern.
    Pattern(String),
    /// The two are in different places, so no payload of both contracts contains them.
    Moved,
}

/// A part of payloads that moved to another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The place in the old payload, relative to the value of the pair.
    pub from: Vec<Step>,
    /// The place in the new payload.
    pub to: Vec<Step>,
    /// The schemas in the old contract.
    pub old: Vec<NodeId>,
    /// The schemas in the new contract.
    pub new: Vec<NodeId>,
    /// The pair of both; `None` if they are equivalent.
    pub pair: Option<usize>,
    /// The basis of the match, if neither names nor structure determine it: then it is a heuristic.
    pub guess: Option<&'static str>,
}

/// Schemas of the old contract and their counterparts in the new one.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) old: Vec<NodeId>,
    pub(super) new: Vec<NodeId>,
    pub(super) owner: Owner,
    /// The place in the owner's payload.
    pub(super) path: PathPattern,
    /// The variant of a union that it is or belongs to, if the path does not determine it.
    pub(super) variant: Option<Arc<str>>,
    /// The parent pairs.
    pub(super) parents: Vec<(usize, Edge)>,
    /// The payloads and parameters of which it is the root.
    pub(super) roots: Vec<usize>,
    /// The differences.
    pub(super) found: Vec<Found>,
    /// Parts that moved to another place, even if nothing else changed in them.
    pub(super) moves: Vec<Move>,
    /// Whether a contract is unusable there, so that nothing is known about the pair.
    pub(super) is_unusable: bool,
}

/// A payload or parameter of both contracts.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) pair: usize,
    pub(super) reach: Reach,
    pub(super) side: Option<Side>,
    /// The encoding of its values, if they are sent as text.
    pub(super) written: Option<Written>,
    /// Whether it is an urlencoded form, whose properties are text.
    pub(super) is_form: bool,
}

/// The encoding of values that are sent as text.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) name: String,
    pub(super) place: ParameterPlace,
    /// In the old contract and in the new one.
    pub(super) encodings: (Encoding, Encoding),
}

/// A difference in a pair, before its verdict is known.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) fact: Fact,
    pub(super) subject: String,
    /// The place relative to that of the pair.
    pub(super) below: Vec<Step>,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    /// Values of enums.
    pub(super) listed: Vec<String>,
    /// The same values in the form that [`canonical`] gives them.
    pub(super) canonical: Vec<String>,
    pub(super) old_place: Option<Place>,
    pub(super) new_place: Option<Place>,
    pub(super) is_minor: bool,
    pub(super) guess: Option<String>,
    pub(super) notes: Vec<String>,
    /// Why only values break that are not sent in practice.
    pub(super) assumed: Option<&'static str>,
    /// The side on which it has no effect, because the part in question never occurs there.
    pub(super) not_on: Option<Side>,
    /// What the new contract requires of values of the old one.
    pub(super) forward: Question,
    /// What the old contract requires of values of the new one.
    pub(super) backward: Question,
}

/// What one contract requires of values of the other.
#[derive(Debug, Default, Clone)]
pub(super) struct Question {
    /// The schemas of the values, if they differ from those of the pair.
    pub(super) left: Option<Vec<NodeId>>,
    pub(super) asks: Vec<Ask>,
}

impl Question {
    pub(super) fn of(asks: Vec<Ask>) -> Self {
        Self { left: None, asks }
    }
}

impl Found {
    pub(super) fn new(fact: Fact, subject: impl Into<String>) -> Self {
        Self {
            fact,
            subject: subject.into(),
            below: Vec::new(),
            old: None,
            new: None,
            listed: Vec::new(),
            canonical: Vec::new(),
            old_place: None,
            new_place: None,
            is_minor: false,
            guess: None,
            notes: Vec::new(),
            assumed: None,
            not_on: None,
            forward: Question::default(),
            backward: Question::default(),
        }
    }

    pub(super) fn asking(mut self, forward: Vec<Ask>, backward: Vec<Ask>) -> Self {
        self.forward = Question::of(forward);
        self.backward = Question::of(backward);
        self
    }

    pub(super) fn values(mut self, old: Option<String>, new: Option<String>) -> Self {
        self.old = old;
        self.new = new;
        self
    }

    pub(super) fn listing(mut self, values: &[Value]) -> Self {
        self.listed = values.iter().map(word).collect();
        self.canonical = values.iter().map(canonical).collect();
        self
    }

    pub(super) fn places(mut self, old: Option<Place>, new: Option<Place>) -> Self {
        self.old_place = old;
        self.new_place = new;
        self
    }

    pub(super) fn below(mut self, name: &Arc<str>) -> Self {
        self.below.push(Step::Key(Arc::clone(name)));
        self
    }
}

/// The state of the walk: known pairs, and pairs still to be compared.
pub(super) struct Walk<'c> {
    pub(super) old: &'c Contract,
    pub(super) new: &'c Contract,
    /// Classes by accepted values and annotations.
    everything: Classes<'c>,
    /// Classes by accepted values.
    pub(super) same: Classes<'c>,
    pub(super) pairs: Vec<Pair>,
    pub(super) roots: Vec<Root>,
    known: FxHashMap<(Vec<NodeId>, Vec<NodeId>), usize>,
    open: VecDeque<usize>,
    /// Schemas that are unusable as a whole or refer to missing schemas, so that nothing is known about them.
    unusable: FxHashSet<Place>,
    /// The provers for both directions.
    provers: (Prover<'c>, Prover<'c>),
}

impl<'c> Walk<'c> {
    pub(super) fn new(
        old: &'c Contract,
        new: &'c Contract,
        everything: Classes<'c>,
        same: Classes<'c>,
    ) -> Self {
        Self {
            old,
            new,
            everything,
            same,
            pairs: Vec::new(),
            roots: Vec::new(),
            known: FxHashMap::default(),
            open: VecDeque::new(),
            unusable: [old, new].into_iter().flat_map(unusable).collect(),
            provers: {
                let (left, right) = (Scope::of_graph(&old.graph), Scope::of_graph(&new.graph));
                (
                    Prover::new(left, right, same),
                    Prover::new(right, left, same.reversed()),
                )
            },
        }
    }

    /// Adds a payload or parameter of both contracts, unless they are equivalent.
    pub(super) fn root(
        &mut self,
        old: NodeId,
        new: NodeId,
        reach: Reach,
        side: Option<Side>,
        written: Option<Written>,
    ) {
        let owner = Owner::Operation(Arc::clone(&reach.operation), Arc::clone(&reach.part));
        if let Some(pair) = self.pair(&[old], &[new], None, &owner, &PathPattern::root()) {
            let root = self.roots.len();
            self.roots.push(Root {
                pair,
                reach,
                side,
                written,
                is_form: false,
            });
            self.pairs[pair].roots.push(root);
        }
    }

    /// Compares all pairs that were added, and those that they lead to.
    pub(super) fn run(&mut self) {
        while let Some(at) = self.open.pop_front() {
            self.compare(at);
        }
    }

    /// The pair of these schemas; `None` if they are equivalent.
    pub(super) fn pair(
        &mut self,
        old: &[NodeId],
        new: &[NodeId],
        from: Option<(usize, Edge)>,
        owner: &Owner,
        path: &PathPattern,
    ) -> Option<usize> {
        let resolved = |contract: &Contract, nodes: &[NodeId]| {
            let graph = &contract.graph;
            let mut nodes: Vec<NodeId> = nodes.iter().map(|id| graph.resolve(*id)).collect();
            nodes.sort_unstable();
            nodes.dedup();
            nodes
        };
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        if self.says_everything_the_same(&old, &new) {
            return None;
        }
        let key = (old, new);
        if let Some(&known) = self.known.get(&key) {
            self.pairs[known].parents.extend(from);
            return Some(known);
        }
        let (old, new) = key.clone();
        let component = |contract: &Contract, nodes: &[NodeId]| match nodes {
            [only] => {
                let node = contract.graph.node(*only);
                node.name.clone().filter(|_| node.component)
            }
            _ => None,
        };
        let (owner, path) = match (component(self.old, &old), component(self.new, &new)) {
            (Some(old), Some(new)) => (Owner::Component(old, new), PathPattern::root()),
            _ => (owner.clone(), path.clone()),
        };
        let id = self.pairs.len();
        self.pairs.push(Pair {
            old,
            new,
            owner,
            path,
            variant: None,
            parents: from.into_iter().collect(),
            roots: Vec::new(),
            found: Vec::new(),
            moves: Vec::new(),
            is_unusable: false,
        });
        self.known.insert(key, id);
        self.open.push_back(id);
        Some(id)
    }

    fn says_everything_the_same(&self, old: &[NodeId], new: &[NodeId]) -> bool {
        let set = |classes: &mut dyn Iterator<Item = u32>| {
            let mut classes: Vec<u32> = classes.collect();
            classes.sort_unstable();
            classes.dedup();
            classes
        };
        set(&mut old.iter().map(|id| self.everything.left(*id)))
            == set(&mut new.iter().map(|id| self.everything.right(*id)))
    }

    /// Leads from a pair to one below it.
    pub(super) fn lead(&mut self, at: usize, edge: Edge, old: &[NodeId], new: &[NodeId]) {
        self.lead_to(at, edge, &[], old, new);
    }

    /// The same, for a pair that is further down in the new payload than the edge says.
    pub(super) fn lead_to(
        &mut self,
        at: usize,
        edge: Edge,
        below: &[Step],
        old: &[NodeId],
        new: &[NodeId],
    ) -> Option<usize> {
        let pair = &self.pairs[at];
        let (owner, mut path) = (pair.owner.clone(), pair.path.clone());
        match &edge {
            Edge::Same | Edge::Moved => {}
            Edge::Property(name) => path.push(Step::Key(Arc::clone(name))),
            Edge::Items(_) | Edge::Position(_) | Edge::Others | Edge::Pattern(_) => {
                path.push(Step::Any);
            }
        }
        for step in below {
            path.push(step.clone());
        }
        let variant = pair.variant.clone();
        let known = self.pairs.len();
        let led = self.pair(old, new, Some((at, edge)), &owner, &path)?;
        if led == known && self.pairs[led].owner == owner {
            self.pairs[led].variant = variant;
        }
        Some(led)
    }

    /// Leads from a pair to a variant of its value.
    pub(super) fn lead_to_variant(
        &mut self,
        at: usize,
        variant: String,
        old: &[NodeId],
        new: &[NodeId],
    ) {
        let known = self.pairs.len();
        let led = self.lead_to(at, Edge::Same, &[], old, new);
        let is_in_place = |walk: &Self, led: usize| walk.pairs[led].owner == walk.pairs[at].owner;
        if let Some(led) = led.filter(|led| *led == known && is_in_place(self, *led)) {
            let place = match self.pairs[led].path.steps().is_empty() {
                true => variant,
                false => format!("{variant} at {}", self.pairs[led].path),
            };
            self.pairs[led].variant = Some(place.into());
        }
    }

    /// Leads from a pair to a part that moved; `below` is the place for which it is reported.
    pub(super) fn lead_away(&mut self, at: usize, mut moved: Move, below: &[Step]) {
        moved.pair = self.lead_to(at, Edge::Moved, below, &moved.old, &moved.new);
        self.pairs[at].moves.push(moved);
    }

    fn compare(&mut self, at: usize) {
        let pair = &self.pairs[at];
        let old = View::of(&self.old.graph, &pair.old);
        let new = View::of(&self.new.graph, &pair.new);
        let is_unusable = |view: &View<'_>| {
            view.nodes()
                .any(|(_, node)| self.unusable.contains(&*node.place))
        };
        if is_unusable(&old) || is_unusable(&new) {
            self.pairs[at].is_unusable = true;
            return;
        }
        let mut found = self.differences(at, &old, &new);
        // A part that is read-only before and after never occurs in requests.
        let pair = &self.pairs[at];
        let sides = (
            side_without(&self.old.graph, &pair.old),
            side_without(&self.new.graph, &pair.new),
        );
        if sides.0 == sides.1 && sides.0.is_some() {
            found.iter_mut().for_each(|found| found.not_on = sides.0);
        }
        self.pairs[at].found = found;
    }

    /// Whether the schemas of a pair were proved to accept the same values.
    pub(super) fn is_proved_equivalent(&mut self, at: usize) -> bool {
        let pair = &self.pairs[at];
        let (forward, backward) = &mut self.provers;
        forward.rest();
        backward.rest();
        pair.new.iter().all(|new| forward.prove(&pair.old, *new))
            && pair.old.iter().all(|old| backward.prove(&pair.new, *old))
    }

    /// Whether two sets of schemas are in the same classes of accepted values.
    pub(super) fn accept_the_same(&self, old: &[NodeId], new: &[NodeId]) -> bool {
        let (old_graph, new_graph) = (&self.old.graph, &self.new.graph);
        let mut left: Vec<u32> = old
            .iter()
            .map(|id| self.same.left(old_graph.resolve(*id)))
            .collect();
        let mut right: Vec<u32> = new
            .iter()
            .map(|id| self.same.right(new_graph.resolve(*id)))
            .collect();
        left.sort_unstable();
        left.dedup();
        right.sort_unstable();
        right.dedup();
        left == right
    }
}

/// The schemas of a contract about which nothing is known.
fn unusable(contract: &Contract) -> Vec<Place> {
    let problems = contract
        .problems
        .iter()
        .filter(|problem| problem.kind.leaves_out());
    let places = problems.map(|problem| {
        let pointer = problem.place.pointer.as_str();
        // The problem is reported at the reference; the schema that contains it is the unknown one.
        let owner = pointer.strip_suffix("/$ref").unwrap_or(pointer);
        Place {
            document: Arc::clone(&problem.place.document),
            pointer: Pointer::from_escaped(owner),
        }
    });
    places.collect()
}

/// A keyword of a schema as in its document, pretty-printed.
pub(super) fn keyword_text(contract: &Contract, node: NodeId, keyword: &str) -> Option<String> {
    let place = keyword_place(contract, node, keyword);
    let value = contract.documents.at_place(&place)?;
    Some(pretty(value))
}

/// The place of a keyword of a schema.
pub(super) fn keyword_place(contract: &Contract, node: NodeId, keyword: &str) -> Place {
    let place = &contract.graph.node(node).place;
    Place {
        document: Arc::clone(&place.document),
        pointer: place.pointer.join(keyword),
    }
}

/// The place of a schema.
pub(super) fn place_of(contract: &Contract, nodes: &[NodeId]) -> Option<Place> {
    let first = nodes.first()?;
    Some(Place::clone(&contract.graph.node(*first).place))
}

fn pretty(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        scalar => scalar.to_string(),
    }
}

/// A value as shown in changes. Strings that are readable without quotes have none.
pub fn word(value: &Value) -> String {
    let is_word = |c: char| c.is_alphanumeric() || "_-./:".contains(c);
    match value {
        Value::String(text)
            if !text.is_empty()
                && text.chars().all(is_word)
                && !matches!(text.as_str(), "true" | "false" | "null")
                && text.parse::<f64>().is_err() =>
        {
            text.clone()
        }
        other => other.to_string(),
    }
}
