//! Payloads in another shape: applies what the difference of two contracts determines to one payload.
//!
//! The payload is walked with the schemas of both contracts, as the walk of [`crate::diff`] paired them. If
//! there are several possibilities (variants, envelopes), each is tried, and the one that comes closest to
//! the new contract and loses least is used.

use crate::contract::Contract;
use crate::diff::view::{Extra, View};
use crate::diff::{AlignedPair, Alignment, Edge, Move};
use crate::json::{TapeDocument, Kind, Value};
use crate::location::{Pointer, Side, Step};
use crate::observe::{DeviationKind, deviations};
use crate::schema::{Graph, NodeId};

use super::edit::{Edit, EditKind};
use super::moves::Action;
use super::tree::Tree;

/// Deviations from the new contract that are listed for one payload.
pub const LISTED: usize = 1_000;

/// Deviations that are counted to compare two possibilities.
const SCORED: usize = 50;

/// Enclosing values for which every variant is tried; below them, the first match is used.
const CHOICES: usize = 4;

/// Levels of a payload that are visited; everything below is kept.
const DEEPEST: usize = crate::limits::REWRITTEN_NESTING;

/// Rewrites payloads of one contract into the shape of another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rewriter<'c> {
    pub(super) old: &'c Contract,
    pub(super) new: &'c Contract,
    pub(super) alignment: &'c Alignment,
    /// Whether guessed moves are applied.
    pub(super) accept_guesses: bool,
}

/// A payload in the shape of the other contract.
#[derive(Debug, Clone)]
pub struct Rewritten<'d> {
    /// The payload.
    pub tree: Tree<'d>,
    /// The edits, in the order of the payload.
    pub edits: Vec<Edit>,
    /// Where it still violates the other contract, and how: what has to be supplied by hand.
    pub left: Vec<(Pointer, DeviationKind)>,
}

/// Where a value is in the old payload and in the new one.
#[derive(Debug, Clone, Default)]
pub(super) struct Here {
    pub(super) from: Pointer,
    pub(super) to: Pointer,
    pub(super) side: Option<Side>,
    depth: usize,
    /// Pairs that were tried for the same value.
    tried: Vec<usize>,
    /// Number of enclosing values for which several variants were tried.
    choices: usize,
}

impl Here {
    /// A place in a payload, at this depth.
    pub(super) fn below(from: Pointer, to: Pointer, side: Option<Side>, depth: usize) -> Self {
        Self {
            from,
            to,
            side,
            depth,
            ..Self::default()
        }
    }

    /// The same, below this many values for which several variants were tried.
    pub(super) const fn choosing(mut self, choices: usize) -> Self {
        self.choices = choices;
        self
    }

    /// A place further down on both sides.
    pub(super) fn at(&self, from: Pointer, to: Pointer) -> Self {
        Self {
            from,
            to,
            side: self.side,
            depth: self.depth + 1,
            tried: Vec::new(),
            choices: self.choices,
        }
    }
}

/// A part of a payload in its new shape.
#[derive(Debug, Clone)]
pub(super) struct Outcome<'d> {
    pub(super) tree: Tree<'d>,
    pub(super) edits: Vec<Edit>,
}

/// The schemas of a value in both contracts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schemas<'s> {
    pub(super) old: &'s [NodeId],
    pub(super) new: &'s [NodeId],
}

impl<'c> Rewriter<'c> {
    /// Rewrites a payload that the schema `old` describes into one for the schema `new`; `side` is the side
    /// that it is on, if any.
    #[must_use]
    pub(super) fn rewrite<'d>(
        &self,
        value: Value<'d>,
        (old, new): (NodeId, NodeId),
        side: Option<Side>,
        rules: &[&Action],
    ) -> Rewritten<'d> {
        let here = Here {
            side,
            ..Here::default()
        };
        let schemas = Schemas {
            old: &[old],
            new: &[new],
        };
        let mut outcome = self.value(&here, schemas, value);
        self.apply(value, schemas, &here, rules, &mut outcome);
        let left = self.broken(&outcome.tree, &[new], side, LISTED);
        Rewritten {
            tree: outcome.tree,
            edits: outcome.edits,
            left,
        }
    }

    /// A part of a payload in its new shape.
    pub(super) fn part(
        &self,
        value: Value<'_>,
        (old, new): (&[NodeId], &[NodeId]),
        side: Option<Side>,
    ) -> serde_json::Value {
        let here = Here {
            side,
            ..Here::default()
        };
        self.value(&here, Schemas { old, new }, value)
            .tree
            .to_serde()
    }

    /// How a payload violates schemas of the new contract.
    pub(super) fn broken(
        &self,
        tree: &Tree<'_>,
        schemas: &[NodeId],
        side: Option<Side>,
        most: usize,
    ) -> Vec<(Pointer, DeviationKind)> {
        let text = tree.to_text();
        let Ok(document) = TapeDocument::parse(text.as_bytes()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for schema in schemas {
            let root = document.root();
            found.extend(deviations(&self.new.graph, *schema, side, root, most));
        }
        found.truncate(most);
        found
    }

    /// The result for a value that comes closest to the new contract.
    pub(super) fn value<'d>(
        &self,
        here: &Here,
        schemas: Schemas<'_>,
        value: Value<'d>,
    ) -> Outcome<'d> {
        let old = resolved(&self.old.graph, schemas.old);
        let new = resolved(&self.new.graph, schemas.new);
        let schemas = Schemas {
            old: &old,
            new: &new,
        };
        if here.depth >= DEEPEST {
            return Outcome {
                tree: Tree::Kept(value),
                edits: Vec::new(),
            };
        }
        let known = self.alignment.find(&old, &new);
        let id = known.filter(|id| !here.tried.contains(id));
        let moves = known.map_or(&[][..], |id| &self.alignment.pairs[id].moves);
        let outcomes = match id {
            Some(id) => self.variants(here, id, value),
            None => Vec::new(),
        };
        if outcomes.is_empty() {
            // None of several elements is the one to unwrap, and none of them may be lost.
            if moves.iter().any(|moved| leads_to_several(moved, value)) {
                return Outcome {
                    tree: Tree::Kept(value),
                    edits: Vec::new(),
                };
            }
            return self.parts(here, schemas, moves, value);
        }
        let score = |outcome: &Outcome<'_>| {
            let broken = self.broken(&outcome.tree, &new, here.side, SCORED).len();
            let lost = outcome.edits.iter().filter(|edit| edit.kind.loses());
            (broken, lost.count())
        };
        // On a tie, the first one wins.
        let scored = outcomes
            .into_iter()
            .map(|outcome| (score(&outcome), outcome));
        let best = scored.min_by_key(|(score, _)| *score);
        match best {
            Some(((0, _), outcome)) => outcome,
            // If no variant matches, rewriting the value part by part may.
            Some(((broken, _), outcome)) => {
                let parts = self.parts(here, schemas, moves, value);
                match score(&parts).0 < broken {
                    true => parts,
                    false => outcome,
                }
            }
            None => self.parts(here, schemas, moves, value),
        }
    }

    /// The value as each variant that it may have become.
    fn variants<'d>(&self, here: &Here, id: usize, value: Value<'d>) -> Vec<Outcome<'d>> {
        let pair: &AlignedPair = &self.alignment.pairs[id];
        let mut within = here.clone();
        within.tried.push(id);
        within.choices += 1;
        let is_late = here.choices >= CHOICES;
        let mut outcomes = Vec::new();
        // On a tie, the first one wins: a value that is now unwrapped should be unwrapped.
        for moved in &pair.moves {
            outcomes.extend(self.unwrapped(&within, moved, value));
            outcomes.extend(self.wrapped(&within, moved, pair, value));
        }
        for (edge, below) in &pair.leads {
            let below = &self.alignment.pairs[*below];
            let is_of_it = || {
                let mut schemas = below.old.iter();
                below.old == pair.old
                    || schemas.all(|schema| self.old.graph.accepts(*schema, value))
            };
            // Deep down the first match is used, since trying all takes exponential time.
            if *edge != Edge::Same || (is_late && !outcomes.is_empty()) || !is_of_it() {
                continue;
            }
            let schemas = Schemas {
                old: &below.old,
                new: &below.new,
            };
            outcomes.push(match below.old == pair.old || below.new == pair.new {
                true => self.value(&within, schemas, value),
                // Schemas next to the branches count with each of them.
                false => self.beside(&within, pair, below, value),
            });
        }
        outcomes
    }

    /// The value as a branch of a union, which may have schemas next to it.
    fn beside<'d>(
        &self,
        here: &Here,
        pair: &AlignedPair,
        branch: &AlignedPair,
        value: Value<'d>,
    ) -> Outcome<'d> {
        let names = |graph, schemas: &[NodeId]| !View::of(graph, schemas).names().is_empty();
        let has_more = names(&self.old.graph, &pair.old) || names(&self.new.graph, &pair.new);
        if !has_more {
            let schemas = Schemas {
                old: &branch.old,
                new: &branch.new,
            };
            return self.value(here, schemas, value);
        }
        let both = |whole: &[NodeId], branch: &[NodeId]| [whole, branch].concat();
        let (old, new) = (both(&pair.old, &branch.old), both(&pair.new, &branch.new));
        let schemas = Schemas {
            old: &old,
            new: &new,
        };
        let moves: Vec<Move> = pair.moves.iter().chain(&branch.moves).cloned().collect();
        self.parts(here, schemas, &moves, value)
    }

    /// The contents of an envelope; `None` if they are not a single value.
    fn unwrapped<'d>(&self, here: &Here, moved: &Move, value: Value<'d>) -> Option<Outcome<'d>> {
        // A list in its own envelope stays a list: the schemas are about its elements.
        let (way, is_list) = match (moved.from.split_last()?, moved.to.as_slice()) {
            ((_, _), []) => (moved.from.as_slice(), false),
            ((Step::Any, way), [Step::Any]) if !way.is_empty() => (way, true),
            _ => return None,
        };
        let mut from = here.from.clone();
        let mut at = value;
        let mut lost = Vec::new();
        for step in way {
            match step {
                Step::Key(name) => {
                    for (key, member) in at.members().filter(|(key, _)| !key.is(name)) {
                        lost.push(dropped(from.join(&key.name()), member));
                    }
                    at = at.get(name)?;
                    from.push_key(name);
                }
                Step::Any => {
                    let mut elements = at.elements();
                    let only = elements.next()?;
                    if elements.next().is_some() {
                        return None;
                    }
                    at = only;
                    from.push_index(0);
                }
            }
        }
        if !is_list && is_list_of_lists(way, at) {
            return None;
        }
        let edit = Edit {
            kind: EditKind::Unwrapped,
            from: Some(from.clone()),
            to: Some(here.to.clone()),
            before: None,
            after: None,
            proposal: None,
        };
        let schemas = Schemas {
            old: &moved.old,
            new: &moved.new,
        };
        let below = Here {
            from,
            ..here.clone()
        };
        let mut outcome = match is_list {
            true => self.elements(&below, at, |_| schemas),
            false => self.value(&below, schemas, at),
        };
        outcome.edits.splice(0..0, [edit]);
        outcome.edits.extend(lost);
        Some(outcome)
    }

    /// A value, put into an envelope.
    fn wrapped<'d>(
        &self,
        here: &Here,
        moved: &Move,
        pair: &AlignedPair,
        value: Value<'d>,
    ) -> Option<Outcome<'d>> {
        let (way, is_list) = match (moved.from.as_slice(), moved.to.split_last()?) {
            ([], _) => (moved.to.as_slice(), false),
            ([Step::Any], (Step::Any, way)) if !way.is_empty() => (way, true),
            _ => return None,
        };
        if let Some(Step::Key(name)) = way.first()
            && value.get(name).is_some()
            && !View::of(&self.old.graph, &pair.old).declares(name)
        {
            // It is already in its envelope.
            return None;
        }
        if (!is_list && is_list_of_lists(way, value)) || self.may_stay(here, pair, value) {
            return None;
        }
        let schemas = Schemas {
            old: &moved.old,
            new: &moved.new,
        };
        let mut to = here.to.clone();
        for step in way {
            match step {
                Step::Key(name) => to.push_key(name),
                Step::Any => to.push_index(0),
            }
        }
        let edit = Edit {
            kind: EditKind::Wrapped,
            from: Some(here.from.clone()),
            to: Some(to.clone()),
            before: None,
            after: None,
            proposal: None,
        };
        let below = Here { to, ..here.clone() };
        let mut outcome = match is_list {
            true if value.kind() == Kind::Array => self.elements(&below, value, |_| schemas),
            true => return None,
            false => self.value(&below, schemas, value),
        };
        outcome.edits.splice(0..0, [edit]);
        let Outcome { tree, mut edits } = outcome;
        let tree = self.envelope(&pair.new, way, tree, (here, here.to.clone()), &mut edits);
        Some(Outcome { tree, edits })
    }

    /// Whether a value needs no envelope: it is valid as it is, and has nothing that belongs in one.
    /// Otherwise a value that lost all that belonged in the envelope would get one in a second run.
    fn may_stay(&self, here: &Here, pair: &AlignedPair, value: Value<'_>) -> bool {
        let schemas = Schemas {
            old: &pair.old,
            new: &pair.new,
        };
        let is_unchanged = || self.parts(here, schemas, &pair.moves, value).edits.is_empty();
        // Deep down this is not tried, since it takes exponential time.
        here.choices <= CHOICES
            && self.is_accepted(&pair.new, &Tree::Kept(value), here.side)
            && is_unchanged()
    }

    /// Rewrites the value part by part.
    fn parts<'d>(
        &self,
        here: &Here,
        schemas: Schemas<'_>,
        moves: &[Move],
        value: Value<'d>,
    ) -> Outcome<'d> {
        let mut outcome = match value.kind() {
            Kind::Object => self.object(here, schemas, moves, value),
            Kind::Array => {
                let old = View::of(&self.old.graph, schemas.old);
                let new = View::of(&self.new.graph, schemas.new);
                let element = |index| (old.element(index), new.element(index));
                // Most elements have the schemas of the first one.
                let positions = old.positions().max(new.positions());
                let known: Vec<_> = (0..=positions).map(element).collect();
                self.elements(here, value, |index| {
                    let (old, new) = &known[index.min(positions)];
                    Schemas { old, new }
                })
            }
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => Outcome {
                tree: Tree::Kept(value),
                edits: Vec::new(),
            },
        };
        self.repair(here, schemas.new, value, &mut outcome);
        outcome
    }

    /// Rewrites the elements of an array, each by the schemas for its position.
    fn elements<'d, 's>(
        &self,
        here: &Here,
        value: Value<'d>,
        schemas: impl Fn(usize) -> Schemas<'s>,
    ) -> Outcome<'d> {
        let (mut items, mut edits) = (Vec::new(), Vec::new());
        for (index, element) in value.elements().enumerate() {
            let (mut from, mut to) = (here.from.clone(), here.to.clone());
            from.push_index(index);
            to.push_index(index);
            let outcome = self.value(&here.at(from, to), schemas(index), element);
            items.push(outcome.tree);
            edits.extend(outcome.edits);
        }
        Outcome {
            tree: match edits.is_empty() {
                true => Tree::Kept(value),
                false => Tree::Array(items, Some(value)),
            },
            edits,
        }
    }
}

/// What an object accepts beyond what it declares.
pub(super) enum Rest {
    Anything,
    Nothing,
    Schemas(Vec<NodeId>),
}

/// What objects of the new contract accept beyond what they declare.
pub(super) fn rest(view: &View<'_>) -> Rest {
    match view.extra() {
        Extra::Open => Rest::Anything,
        Extra::Closed => Rest::Nothing,
        Extra::Schemas(schemas) => Rest::Schemas(schemas),
    }
}

/// Schemas with references resolved, sorted and without duplicates: the key of a pair.
pub(super) fn resolved(graph: &Graph, schemas: &[NodeId]) -> Vec<NodeId> {
    let mut schemas: Vec<NodeId> = schemas.iter().map(|id| graph.resolve(*id)).collect();
    schemas.sort_unstable();
    schemas.dedup();
    schemas
}

/// A part of the payload that the new one does not have.
pub(super) fn dropped(from: Pointer, value: Value<'_>) -> Edit {
    Edit {
        kind: EditKind::Dropped,
        from: Some(from),
        to: None,
        before: Some(value.raw().to_owned()),
        after: None,
        proposal: None,
    }
}

/// Whether a list would stand in a list that is an envelope. Envelopes are for objects: schemas without
/// `type` accept lists, too, so a second run would wrap or unwrap the value once more.
fn is_list_of_lists(envelope: &[Step], content: Value<'_>) -> bool {
    matches!(envelope, [Step::Any, ..]) && content.kind() == Kind::Array
}

/// Whether a list is to be unwrapped but has several elements.
fn leads_to_several(moved: &Move, value: Value<'_>) -> bool {
    if !moved.to.is_empty() {
        return false;
    }
    let mut at = value;
    for step in &moved.from {
        let mut elements = at.elements();
        let next = match step {
            Step::Key(name) => at.get(name),
            Step::Any => elements.next(),
        };
        if matches!(step, Step::Any) && elements.next().is_some() {
            return true;
        }
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    false
}
