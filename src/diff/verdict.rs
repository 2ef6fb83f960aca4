//! Decides what a change breaks: finds a proof that it is compatible, or a payload that breaks.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::contract::ParameterPlace;
use crate::location::Side;
use crate::schema::{Graph, NodeId};

use super::difference::{Owner, Proof, Sender, Verdict};
use super::contain::{Ask, Classes, Outcome, Prover, Scope, Sent, Tableau, Wire};
use super::walk::{Edge, Found, Question, Root, Walk};

/// The limit on whole payloads to prove when checking that a change has no effect.
const ROOTS: usize = 64;

/// The limit on payloads from which a path to a change is tried, nearest first.
const TRIED: usize = 6;

/// The step limit of a tableau for one question; there may be hundreds of questions.
const STEPS: u32 = 600;

/// The maximum length of a path.
const DEEPEST: usize = crate::limits::WITNESS_NESTING;

/// The direction: which contract the values are made for, and which one receives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// Values of the old contract are received under the new one.
    Forward,
    /// Values of the new contract are received under the old one.
    Backward,
}

impl Direction {
    /// The contract that receives the values.
    const fn met(self) -> &'static str {
        match self {
            Self::Forward => "new",
            Self::Backward => "old",
        }
    }

    /// The direction of a change for what a sender sends.
    pub(super) const fn of(sender: Sender) -> Self {
        match sender {
            Sender::Client => Self::Forward,
            Sender::Server => Self::Backward,
        }
    }
}

/// Finds proofs and witnesses for the changes of one walk.
pub(super) struct Trial<'w, 'c> {
    pub(super) walk: &'w Walk<'c>,
    provers: FxHashMap<(Direction, Option<Side>, bool), Prover<'c>>,
    /// Used if the provers find no proof.
    tableaus: FxHashMap<(Direction, Option<Side>, bool), Tableau<'c>>,
    /// Whether roots are contained as a whole, where known.
    roots: FxHashMap<(usize, Direction, bool), bool>,
    /// The same according to a tableau, if there is no proof.
    refined: FxHashMap<(usize, Direction, bool), bool>,
    /// The child pairs of each pair; empty until needed.
    children: Vec<Vec<usize>>,
}

impl<'w, 'c> Trial<'w, 'c> {
    pub(super) fn new(walk: &'w Walk<'c>) -> Self {
        Self {
            walk,
            provers: FxHashMap::default(),
            tableaus: FxHashMap::default(),
            roots: FxHashMap::default(),
            refined: FxHashMap::default(),
            children: Vec::new(),
        }
    }

    pub(super) fn scopes(
        &self,
        direction: Direction,
        side: Option<Side>,
        declared_only: bool,
    ) -> (Scope<'c>, Scope<'c>) {
        let scope = |graph: &'c Graph| Scope {
            graph,
            side,
            declared_only,
        };
        let (old, new) = (&self.walk.old.graph, &self.walk.new.graph);
        match direction {
            Direction::Forward => (scope(old), scope(new)),
            Direction::Backward => (scope(new), scope(old)),
        }
    }

    fn classes(&self, direction: Direction) -> Classes<'c> {
        match direction {
            Direction::Forward => self.walk.same,
            Direction::Backward => self.walk.same.reversed(),
        }
    }

    fn prover(
        &mut self,
        direction: Direction,
        side: Option<Side>,
        declared_only: bool,
    ) -> &mut Prover<'c> {
        let (left, right) = self.scopes(direction, side, declared_only);
        let classes = self.classes(direction);
        let prover = self
            .provers
            .entry((direction, side, declared_only))
            .or_insert_with(|| Prover::new(left, right, classes));
        prover.rest();
        prover
    }

    /// The requirements that do not follow from the requirements of the other side.
    pub(super) fn unproved<'q>(
        &mut self,
        pair: usize,
        question: &'q Question,
        direction: Direction,
        side: Option<Side>,
        every_value: bool,
    ) -> Vec<&'q Ask> {
        let left = self.left(pair, question, direction).to_vec();
        // For a variant, also take into account that it is none of the other variants.
        let whole = self.left(pair, &Question::default(), direction).to_vec();
        let asks = question.asks.iter();
        asks.filter(|ask| {
            let declared_only = !every_value && !ask.is_about_undeclared();
            let prover = self.prover(direction, side, declared_only);
            !prover.prove_ask(&left, ask)
                && (question.left.is_none() || !prover.prove_ask(&whole, ask))
        })
        .collect()
    }

    /// Whether all of these requirements follow according to the tableau, which is more powerful but slower.
    fn follow(
        &mut self,
        pair: usize,
        question: &Question,
        asks: &[&Ask],
        (direction, side): (Direction, Option<Side>),
    ) -> bool {
        let whole = self.left(pair, &Question::default(), direction).to_vec();
        asks.iter().all(|ask| {
            let tableau = self.tableau(direction, side, !ask.is_about_undeclared());
            let left = question.left.as_ref().unwrap_or(&whole);
            tableau.against(left, ask) == Outcome::Empty
                || (question.left.is_some() && tableau.against(&whole, ask) == Outcome::Empty)
        })
    }

    pub(super) fn tableau(
        &mut self,
        direction: Direction,
        side: Option<Side>,
        declared_only: bool,
    ) -> &mut Tableau<'c> {
        let (left, right) = self.scopes(direction, side, declared_only);
        let classes = self.classes(direction);
        self.tableaus
            .entry((direction, side, declared_only))
            .or_insert_with(|| Tableau::within(STEPS, left, right, classes))
    }

    pub(super) fn left<'q>(
        &'q self,
        pair: usize,
        question: &'q Question,
        direction: Direction,
    ) -> &'q [NodeId] {
        let pair = &self.walk.pairs[pair];
        match (&question.left, direction) {
            (Some(left), _) => left,
            (None, Direction::Forward) => &pair.old,
            (None, Direction::Backward) => &pair.new,
        }
    }

    /// The verdict for what a sender sends.
    pub(super) fn verdict(
        &mut self,
        pair: usize,
        found: &Found,
        sender: Sender,
        roots: &[usize],
    ) -> Verdict {
        let direction = Direction::of(sender);
        let question = match direction {
            Direction::Forward => &found.forward,
            Direction::Backward => &found.backward,
        };
        if question.asks.is_empty() {
            return Verdict::Compatible(Proof::AsksNothing);
        }
        if let Some(reason) = found.assumed {
            return Verdict::Compatible(Proof::Assumed(reason));
        }
        let walk = self.walk;
        let own: Vec<usize> = roots
            .iter()
            .copied()
            .filter(|root| walk.roots[*root].reach.sender == sender)
            .collect();
        let Some(first) = own.first() else {
            return Verdict::Compatible(Proof::AsksNothing);
        };
        let open: Vec<usize> = own
            .iter()
            .copied()
            .filter(|root| found.not_on.is_none() || walk.roots[*root].side != found.not_on)
            .collect();
        if open.is_empty() {
            return Verdict::Compatible(Proof::NotSent);
        }
        let (_, right) = self.scopes(direction, walk.roots[*first].side, true);
        // The required properties depend on the side, and one sender may send on both sides.
        let mut sides: Vec<Option<Side>> = open.iter().map(|root| walk.roots[*root].side).collect();
        sides.sort_unstable();
        sides.dedup();
        let mut at_stake: Vec<(Option<Side>, Vec<&Ask>)> = Vec::new();
        for side in sides {
            let unproved = self.unproved(pair, question, direction, side, false);
            if !unproved.is_empty() {
                at_stake.push((side, unproved));
            }
        }
        let Some((_, unproved)) = at_stake.first().cloned() else {
            let asks: Vec<&Ask> = question.asks.iter().collect();
            return Verdict::Compatible(Proof::Follows(all_said(right, &asks)));
        };
        let open: Vec<usize> = open
            .into_iter()
            .filter(|root| {
                at_stake
                    .iter()
                    .any(|(side, _)| *side == walk.roots[*root].side)
            })
            .collect();
        // Undeclared members count if one of the requirements concerns them.
        let every_value = unproved.iter().any(|ask| ask.is_about_undeclared());
        let mut tried: Vec<usize> = Vec::new();
        while tried.len() < TRIED {
            let Some((root, way)) = self.next_way(pair, &open, &tried) else {
                break;
            };
            tried.push(root);
            if self.is_contained(root, direction, every_value) {
                continue;
            }
            for ask in &unproved {
                let top = (walk.roots[root].pair, root);
                if let Some(witness) = self.witness(pair, question, ask, direction, top, &way) {
                    return Verdict::Breaking(Box::new(witness));
                }
            }
        }
        if tried.is_empty() {
            // The two are in different places, so no payload of both contracts contains them.
            return self.of_component(pair, question, &unproved, direction, *first);
        }
        let are_contained = open.len() <= ROOTS
            && open
                .iter()
                .all(|root| self.is_contained_after_all(*root, direction, every_value));
        if are_contained {
            return Verdict::Compatible(Proof::Vacuous(all_said(right, &unproved)));
        }
        let follow = |(side, asks): &(Option<Side>, Vec<&Ask>)| {
            self.follow(pair, question, asks, (direction, *side))
        };
        if at_stake.iter().all(follow) {
            return Verdict::Compatible(Proof::Follows(all_said(right, &unproved)));
        }
        Verdict::Unknown(format!(
            "neither a proof nor a counterexample was found; the {} contract {}",
            direction.met(),
            all_said(right, &unproved)
        ))
    }

    /// The shortest path to a pair from a payload that was not tried yet.
    fn next_way(
        &self,
        pair: usize,
        roots: &[usize],
        tried: &[usize],
    ) -> Option<(usize, Vec<(usize, Edge)>)> {
        let walk = self.walk;
        let is_new = |at: usize| {
            let mut own = walk.pairs[at].roots.iter().copied();
            own.find(|root| !tried.contains(root) && roots.contains(root))
        };
        // No payload is nested deeper.
        self.way(pair, &is_new)
            .filter(|(_, way)| way.len() <= DEEPEST)
    }

    /// Whether every payload of a root is valid under the other contract.
    pub(super) fn is_contained(
        &mut self,
        root: usize,
        direction: Direction,
        every_value: bool,
    ) -> bool {
        if let Some(known) = self.roots.get(&(root, direction, every_value)) {
            return *known;
        }
        let Root { pair, side, .. } = &self.walk.roots[root];
        let (pair, side) = (*pair, *side);
        let pair = &self.walk.pairs[pair];
        let (left, right) = match direction {
            Direction::Forward => (pair.old.clone(), &pair.new),
            Direction::Backward => (pair.new.clone(), &pair.old),
        };
        let mut holds = true;
        for right in right {
            let prover = self.prover(direction, side, !every_value);
            prover.take_time();
            holds = holds && prover.prove(&left, *right);
        }
        self.roots.insert((root, direction, every_value), holds);
        holds
    }

    /// The same, using a tableau if there is no proof.
    fn is_contained_after_all(
        &mut self,
        root: usize,
        direction: Direction,
        every_value: bool,
    ) -> bool {
        if self.is_contained(root, direction, every_value) {
            return true;
        }
        if let Some(known) = self.refined.get(&(root, direction, every_value)) {
            return *known;
        }
        let Root { pair, side, .. } = &self.walk.roots[root];
        let (pair, side) = (&self.walk.pairs[*pair], *side);
        let (left, right) = match direction {
            Direction::Forward => (&pair.old, &pair.new),
            Direction::Backward => (&pair.new, &pair.old),
        };
        let tableau = self.tableau(direction, side, !every_value);
        let mut right = right.iter();
        let holds = right.all(|right| tableau.difference(left, *right) == Outcome::Empty);
        self.refined.insert((root, direction, every_value), holds);
        holds
    }

    /// Whether values of a root are sent as text and every such text is valid under the other contract.
    pub(super) fn is_read_as_text(&self, root: usize, direction: Direction) -> bool {
        let Root {
            pair,
            side,
            written,
            ..
        } = &self.walk.roots[root];
        let Some(written) = written else {
            return false;
        };
        let pair = &self.walk.pairs[*pair];
        let (left, right) = self.scopes(direction, *side, false);
        let ([old], [new]) = (pair.old.as_slice(), pair.new.as_slice()) else {
            return false;
        };
        let (sends, reads) = match direction {
            Direction::Forward => ((old, written.encodings.0), (new, written.encodings.1)),
            Direction::Backward => ((new, written.encodings.1), (old, written.encodings.0)),
        };
        let sent = Wire::of(left, *sends.0, sends.1).zip(Wire::of(right, *reads.0, reads.1));
        sent.is_some_and(|(sent, read)| {
            let sent = match written.place {
                ParameterPlace::Path => sent.never_empty(),
                _ => sent,
            };
            sent.within(&read) == Sent::Follows
        })
    }

    /// The schemas that make payloads of a root break: the deepest ones for which this can be shown. `None`
    /// if nothing breaks.
    pub(super) fn cause(&mut self, root: usize, direction: Direction) -> Option<usize> {
        if self.is_read_as_text(root, direction)
            || self.is_contained_after_all(root, direction, false)
        {
            return None;
        }
        if self.children.is_empty() {
            self.children = vec![Vec::new(); self.walk.pairs.len()];
            for (id, pair) in self.walk.pairs.iter().enumerate() {
                for (parent, edge) in &pair.parents {
                    if *edge != Edge::Moved {
                        self.children[*parent].push(id);
                    }
                }
            }
        }
        let side = self.walk.roots[root].side;
        let mut at = self.walk.roots[root].pair;
        let mut seen = FxHashSet::from_iter([at]);
        while let Some(child) = self.children[at]
            .clone()
            .into_iter()
            .find(|child| seen.insert(*child) && !self.holds(*child, direction, side))
        {
            at = child;
        }
        Some(at)
    }

    /// Whether the schemas of a pair are contained in one direction.
    fn holds(&mut self, pair: usize, direction: Direction, side: Option<Side>) -> bool {
        let pair = &self.walk.pairs[pair];
        let (left, right) = match direction {
            Direction::Forward => (&pair.old, &pair.new),
            Direction::Backward => (&pair.new, &pair.old),
        };
        right.iter().all(|right| {
            self.prover(direction, side, true).prove(left, *right)
                || self.tableau(direction, side, true).difference(left, *right) == Outcome::Empty
        })
    }

    /// The shortest path to a pair, from the nearest ancestor for which `end` returns a value.
    fn way<T>(
        &self,
        pair: usize,
        end: &dyn Fn(usize) -> Option<T>,
    ) -> Option<(T, Vec<(usize, Edge)>)> {
        let pairs = &self.walk.pairs;
        let mut seen = FxHashSet::from_iter([pair]);
        // Pairs with the step towards the target pair.
        let mut open: Vec<(usize, Option<usize>, Edge)> = vec![(pair, None, Edge::Same)];
        let mut next = 0;
        while let Some((at, ..)) = open.get(next).cloned() {
            if let Some(found) = end(at) {
                let mut way = Vec::new();
                let mut step = Some(next);
                while let Some(index) = step {
                    let (at, towards, edge) = &open[index];
                    if towards.is_some() {
                        way.push((*at, edge.clone()));
                    }
                    step = *towards;
                }
                return Some((found, way));
            }
            for (parent, edge) in &pairs[at].parents {
                if *edge != Edge::Moved && seen.insert(*parent) {
                    open.push((*parent, Some(next), edge.clone()));
                }
            }
            next += 1;
        }
        None
    }

    /// A value of a component that demonstrates the change, if no whole payload can.
    fn of_component(
        &mut self,
        pair: usize,
        question: &Question,
        unproved: &[&Ask],
        direction: Direction,
        root: usize,
    ) -> Verdict {
        let walk = self.walk;
        let is_top = |at: usize| (walk.pairs[at].path.steps().is_empty()).then_some(at);
        let (top, way) = self.way(pair, &is_top).unwrap_or((pair, Vec::new()));
        let component = match &walk.pairs[top].owner {
            Owner::Component(old, new) => match direction {
                Direction::Forward => old.clone(),
                Direction::Backward => new.clone(),
            },
            _ => "this part of the payload".into(),
        };
        let (_, right) = self.scopes(direction, walk.roots[root].side, true);
        let met = direction.met();
        for ask in unproved {
            let found = self.witness(pair, question, ask, direction, (top, root), &way);
            if let Some(mut witness) = found {
                let at = &walk.pairs[pair].path;
                // Show the value itself, not the component that contains it.
                let is_below = top == pair && !at.steps().is_empty();
                witness.component = Some(match is_below {
                    true => format!("{component} at {at}").into(),
                    false => component,
                });
                return Verdict::Breaking(Box::new(witness));
            }
        }
        Verdict::Unknown(format!(
            "it is in different places in the payloads, and no value of {component} was found that \
             breaks; the {met} contract {}",
            all_said(right, unproved)
        ))
    }
}

/// Everything that a contract requires, to follow "the old contract …".
fn all_said(scope: Scope<'_>, asks: &[&Ask]) -> String {
    let mut words: Vec<String> = asks.iter().map(|ask| ask_words(scope, ask)).collect();
    words.dedup();
    words.join(", ")
}

/// What a contract requires, to follow "the old contract …".
pub(super) fn ask_words(scope: Scope<'_>, ask: &Ask) -> String {
    match ask {
        Ask::Kinds(kinds) => format!("accepts only {kinds}"),
        Ask::Values(values) => match values.as_slice() {
            [only] => format!("accepts only {only}"),
            values => format!("accepts only {} other values", values.len()),
        },
        Ask::Check(id, index) => {
            let check = &scope.node(*id).checks[*index];
            format!("requires {}: {}", check.keyword, check.argument_text())
        }
        Ask::Length(id, index) | Ask::Members(id, index) => {
            let length = scope.node(*id).lengths[*index];
            format!("requires {}: {}", length.keyword(), length.limit)
        }
        Ask::Required(name) => format!("requires `{name}`"),
        Ask::Member(id, name) => {
            let node = scope.node(*id);
            let named: Vec<NodeId> = node.named_schemas(name).collect();
            let schemas = match named.is_empty() {
                true => node.object.additional.into_iter().collect(),
                false => named,
            };
            match schemas
                .iter()
                .any(|id| scope.node(scope.resolve(*id)).never)
            {
                true => format!("does not allow `{name}`"),
                false => format!("does not accept this value of `{name}`"),
            }
        }
        Ask::Others(id) => {
            let additional = scope.node(*id).object.additional;
            match additional.is_some_and(|id| scope.node(scope.resolve(id)).never) {
                true => "does not allow undeclared properties".to_owned(),
                false => "does not accept these additional properties".to_owned(),
            }
        }
        Ask::Names(_) => "does not accept this property name (`propertyNames`)".to_owned(),
        Ask::Dependents(_, name) => format!("has requirements that depend on `{name}`"),
        Ask::Elements(_) => "does not accept this element".to_owned(),
        Ask::Contains(_) => {
            "requires a different number of elements that match `contains`".to_owned()
        }
        Ask::Unevaluated(_) => "does not accept these unevaluated properties or items".to_owned(),
        Ask::Branches(_) => "has no such variant".to_owned(),
        Ask::Not(_) => "excludes it with `not`".to_owned(),
        Ask::Conditional(_) => "requires that `if`, `then` and `else` hold".to_owned(),
        Ask::Whole(_) => "does not accept it".to_owned(),
    }
}
