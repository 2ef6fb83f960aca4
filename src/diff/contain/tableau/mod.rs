//! A tableau: decides whether some schemas and the negations of others have a value in common.
//!
//! Every value of `old` is a value of `new` if and only if "`old` and not `new`" has no value. Such a set of
//! literals is expanded, for one kind of value at a time, until it only constrains parts of the value; each
//! part is a smaller set of literals. A branch closes if two literals contradict each other or if a part has
//! no value. If all branches close, there is no value. A branch that stays open is a plan for a value, which
//! is built and checked against every literal.
//!
//! A set that is reached again on the way down stands for a part of the value, and values are finite, so it
//! may be assumed to be empty. Whatever is not modelled (what only unions evaluate, counts of `contains`)
//! enlarges the set of values and never reduces it, so "no value" remains certain.

mod array;
mod denials;
mod expand;
mod object;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::schema::{Node, NodeId};

use super::ask::Ask;
use super::classes::Classes;
use super::kinds::Kinds;
use super::number;
use super::pool::Pool;
use super::scalar::{Asked, Right};
use super::text::{self, Automata};
use super::{Scope, accepts};

use expand::Branch;

/// The nesting limit for parts of values.
const DEPTH: u32 = 40;

/// The limit on listed values that are tried one by one.
const LISTED: usize = 2_000;

/// A schema together with whether it holds for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Literal {
    /// Which side the schema belongs to.
    is_old: bool,
    node: NodeId,
    holds: bool,
}

impl Literal {
    pub(super) const fn old(node: NodeId) -> Self {
        Self {
            is_old: true,
            node,
            holds: true,
        }
    }

    pub(super) const fn not_new(node: NodeId) -> Self {
        Self {
            is_old: false,
            node,
            holds: false,
        }
    }

    /// A literal for another schema of the same graph.
    const fn of(self, node: NodeId, holds: bool) -> Self {
        Self {
            node,
            holds,
            ..self
        }
    }

    const fn negated(self) -> Self {
        Self {
            holds: !self.holds,
            ..self
        }
    }
}

/// The result for a set of literals.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::diff) enum Outcome {
    /// No value satisfies them.
    Empty,
    /// This value satisfies them.
    Found(Value),
    Unknown,
}

/// What a value is finally checked against.
#[derive(Clone, Copy)]
enum Goal<'a> {
    Literals(&'a [Literal]),
    /// The value satisfies the literals and violates a requirement of the new graph.
    Ask(&'a [Literal], &'a Ask),
}

pub(in crate::diff) struct Tableau<'g> {
    old: Scope<'g>,
    new: Scope<'g>,
    classes: Classes<'g>,
    known: FxHashMap<Vec<Literal>, Outcome>,
    /// Sets assumed to be empty, in order, including those in progress.
    trail: Vec<Vec<Literal>>,
    steps: u32,
    most: u32,
    depth: u32,
    automata: Automata,
}

impl<'g> Tableau<'g> {
    /// A tableau with a step limit per question; branches and sets of literals count as steps.
    pub(in crate::diff) fn within(
        most: u32,
        old: Scope<'g>,
        new: Scope<'g>,
        classes: Classes<'g>,
    ) -> Self {
        Self {
            old,
            new,
            classes,
            known: FxHashMap::default(),
            trail: Vec::new(),
            steps: 0,
            most,
            depth: 0,
            automata: Automata::default(),
        }
    }

    /// A value of all of `left` that is not a value of `right`.
    pub(in crate::diff) fn difference(&mut self, left: &[NodeId], right: NodeId) -> Outcome {
        self.steps = 0;
        let mut literals: Vec<Literal> = left.iter().map(|id| Literal::old(*id)).collect();
        literals.push(Literal::not_new(right));
        self.solve(literals)
    }

    /// A value of all of `left` that violates the requirement.
    pub(in crate::diff) fn against(&mut self, left: &[NodeId], ask: &Ask) -> Outcome {
        if let Ask::Whole(right) = ask {
            return self.difference(left, *right);
        }
        self.steps = 0;
        let literals: Vec<Literal> = left.iter().map(|id| Literal::old(*id)).collect();
        let goal = Goal::Ask(&literals, ask);
        let kinds = Kinds::EACH.into_iter().filter(|kind| match ask {
            Ask::Kinds(kinds) => !kind.within(*kinds),
            _ => true,
        });
        self.any_of(kinds, |tableau, kind| tableau.kind(goal, kind))
    }

    /// A value that satisfies a set of literals.
    fn solve(&mut self, mut literals: Vec<Literal>) -> Outcome {
        for literal in &mut literals {
            literal.node = self.scope(*literal).resolve(literal.node);
        }
        literals.sort_unstable();
        literals.dedup();
        if self.contradict(&literals) {
            return Outcome::Empty;
        }
        if let Some(known) = self.known.get(&literals) {
            return known.clone();
        }
        if !self.spend() || self.depth >= DEPTH {
            return Outcome::Unknown;
        }
        let mark = self.trail.len();
        self.known.insert(literals.clone(), Outcome::Empty);
        self.trail.push(literals.clone());
        self.depth += 1;
        let kinds = self.kinds(&literals);
        let kinds = READABLE.into_iter().filter(|kind| kinds.has(*kind));
        let goal = Goal::Literals(&literals);
        let outcome = self.any_of(kinds, |tableau, kind| tableau.kind(goal, kind));
        self.depth -= 1;
        if outcome != Outcome::Empty {
            // Sets found to be empty in the meantime may depend on this one being empty.
            for set in self.trail.split_off(mark) {
                self.known.remove(&set);
            }
            let is_sure = self.steps <= self.most || matches!(outcome, Outcome::Found(_));
            if is_sure && self.depth + 1 < DEPTH {
                self.known.insert(literals, outcome.clone());
            }
        }
        outcome
    }

    /// The first value found for one of several alternatives.
    fn any_of<T>(
        &mut self,
        ways: impl Iterator<Item = T>,
        mut solve: impl FnMut(&mut Self, T) -> Outcome,
    ) -> Outcome {
        let mut outcome = Outcome::Empty;
        for way in ways {
            if self.steps > self.most {
                return Outcome::Unknown;
            }
            match solve(self, way) {
                Outcome::Empty => {}
                Outcome::Unknown => outcome = Outcome::Unknown,
                found @ Outcome::Found(_) => return found,
            }
        }
        outcome
    }

    /// A value of one kind.
    fn kind(&mut self, goal: Goal<'_>, kind: Kinds) -> Outcome {
        let literals = goal.literals();
        if let Some(values) = self.listed(literals, kind) {
            return self.one_of(goal, values);
        }
        match kind {
            Kinds::NULL => self.one_of(goal, vec![Value::Null]),
            Kinds::BOOLEAN => self.one_of(goal, vec![true.into(), false.into()]),
            Kinds::WHOLE | Kinds::FRACTION | Kinds::STRING => match goal {
                Goal::Literals(literals) => self.scalar(literals, kind),
                Goal::Ask(literals, ask) => self.scalar_against(literals, ask, kind),
            },
            _ => {
                let mut branch = Branch::of(kind);
                if let Goal::Ask(_, ask) = goal {
                    branch.splits.push(self.alternatives_of_ask(ask, kind));
                }
                self.expand(literals.to_vec(), branch, goal)
            }
        }
    }

    /// The values of a kind, if a literal lists them.
    fn listed(&self, literals: &[Literal], kind: Kinds) -> Option<Vec<Value>> {
        let lists = literals
            .iter()
            .filter(|literal| literal.holds)
            .find_map(|literal| {
                let node = self.scope(*literal).node(literal.node);
                match (&node.constant, &node.values) {
                    (Some(constant), _) => Some(std::slice::from_ref(&**constant)),
                    (None, Some(values)) => Some(values.all.as_slice()),
                    (None, None) => None,
                }
            });
        let own = lists?
            .iter()
            .filter(|value| Kinds::of_value(value).within(kind));
        let own: Vec<Value> = own.cloned().collect();
        (own.len() <= LISTED).then_some(own)
    }

    /// The first of some values that reaches the goal; there are no other values.
    fn one_of(&self, goal: Goal<'_>, values: Vec<Value>) -> Outcome {
        let found = values.into_iter().find(|value| self.satisfies(goal, value));
        found.map_or(Outcome::Empty, Outcome::Found)
    }

    fn satisfies(&self, goal: Goal<'_>, value: &Value) -> bool {
        let holds =
            |literal: &Literal| accepts(self.scope(*literal), literal.node, value) == literal.holds;
        goal.literals().iter().all(holds)
            && match goal {
                Goal::Literals(_) => true,
                Goal::Ask(_, ask) => !ask.accepts(self.new, value),
            }
    }

    /// A number or string, found by [`number`] and [`text`].
    fn scalar(&mut self, literals: &[Literal], kind: Kinds) -> Outcome {
        let asked = self.asked(literals, kind, Right::Nothing);
        self.scalar_of(&asked, Goal::Literals(literals))
    }

    fn scalar_against(&mut self, literals: &[Literal], ask: &Ask, kind: Kinds) -> Outcome {
        let new = self.new;
        let right = match ask {
            Ask::Check(id, index) => Right::Check(&new.node(*id).checks[*index]),
            // The search does not see other requirements; the goal checks them.
            _ => Right::Nothing,
        };
        let asked = self.asked(literals, kind, right);
        self.scalar_of(&asked, Goal::Ask(literals, ask))
    }

    fn asked(&self, literals: &[Literal], kind: Kinds, right: Right<'g>) -> Asked<'g> {
        let literals = literals.iter();
        let literals = literals.map(|own| (self.scope(*own), own.node, own.holds));
        Asked::new(kind, literals.collect(), right)
    }

    fn scalar_of(&mut self, asked: &Asked<'g>, goal: Goal<'_>) -> Outcome {
        if asked.kind == Kinds::STRING {
            self.steps += 5;
            match text::answer(asked, &mut self.automata) {
                text::Answer::Follows => return Outcome::Empty,
                text::Answer::Refuted(text) => {
                    let value = Value::from(text);
                    if self.satisfies(goal, &value) {
                        return Outcome::Found(value);
                    }
                }
                text::Answer::Declined => {}
            }
        } else if number::follows(asked) {
            return Outcome::Empty;
        }
        let nodes = |is_old: bool| -> Vec<NodeId> {
            let own = goal
                .literals()
                .iter()
                .filter(|literal| literal.is_old == is_old);
            own.map(|literal| literal.node).collect()
        };
        let pool = Pool::near(
            &[
                (self.old.graph, &nodes(true)),
                (self.new.graph, &nodes(false)),
            ],
            NEAR,
        );
        let mut values = pool.scalars.into_iter();
        let found = values
            .find(|value| Kinds::of_value(value).within(asked.kind) && self.satisfies(goal, value));
        found.map_or(Outcome::Unknown, Outcome::Found)
    }

    /// The kinds that the literals allow, according to `type`.
    fn kinds(&self, literals: &[Literal]) -> Kinds {
        let holding = literals.iter().filter(|literal| literal.holds);
        holding.fold(Kinds::ALL, |kinds, literal| {
            let node = self.scope(*literal).node(literal.node);
            match node.never {
                true => Kinds::NONE,
                false => kinds.and(kinds_of(node)),
            }
        })
    }

    /// Whether two literals contradict each other, or one contradicts itself.
    fn contradict(&self, literals: &[Literal]) -> bool {
        let mut holding = literals.iter().filter(|literal| literal.holds);
        let nothing_holds = literals
            .iter()
            .any(|literal| !literal.holds && self.scope(*literal).node(literal.node).is_open());
        nothing_holds || holding.any(|one| literals.iter().any(|other| self.exclude(*one, *other)))
    }

    /// Whether a literal that holds excludes another one.
    fn exclude(&self, one: Literal, other: Literal) -> bool {
        !other.holds
            && match (one.is_old, other.is_old) {
                (true, false) => self.classes.same(one.node, other.node),
                (false, true) => self.classes.same(other.node, one.node),
                (true, true) => self.classes.left(one.node) == self.classes.left(other.node),
                (false, false) => self.classes.same_right(one.node, other.node),
            }
    }

    const fn scope(&self, literal: Literal) -> Scope<'g> {
        match literal.is_old {
            true => self.old,
            false => self.new,
        }
    }

    const fn spend(&mut self) -> bool {
        self.steps += 1;
        self.steps <= self.most
    }

    /// Every value of a set of literals, if they are listed or few.
    fn few(&self, literals: &[Literal]) -> Option<Vec<Value>> {
        let kinds = self.kinds(literals);
        let mut values = Vec::new();
        for kind in Kinds::EACH.into_iter().filter(|kind| kinds.has(*kind)) {
            values.extend(match (self.listed(literals, kind), kind) {
                (Some(listed), _) => listed,
                (None, Kinds::NULL) => vec![Value::Null],
                (None, Kinds::BOOLEAN) => vec![true.into(), false.into()],
                _ => return None,
            });
        }
        values.retain(|value| self.satisfies(Goal::Literals(literals), value));
        let mut seen = FxHashSet::default();
        values.retain(|value| seen.insert(super::canonical(value)));
        Some(values)
    }
}

/// The kinds, with the most readable values first.
const READABLE: [Kinds; 7] = [
    Kinds::STRING,
    Kinds::WHOLE,
    Kinds::BOOLEAN,
    Kinds::OBJECT,
    Kinds::ARRAY,
    Kinds::NULL,
    Kinds::FRACTION,
];

/// The number of schemas from which candidates for scalars are made.
const NEAR: usize = 64;

impl<'a> Goal<'a> {
    const fn literals(self) -> &'a [Literal] {
        match self {
            Self::Literals(literals) | Self::Ask(literals, _) => literals,
        }
    }
}

fn kinds_of(node: &Node) -> Kinds {
    node.types.map_or(Kinds::ALL, Kinds::of)
}
