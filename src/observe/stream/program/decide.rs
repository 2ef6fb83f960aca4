//! Which questions are asked about a value, and in which order, to find the schemas that apply to it.
//!
//! The questions form a tree, which grows as payloads take new ways: each answer leads to the next question,
//! or to the slot of the schemas that apply.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::json::Kind;
use crate::location::Side;
use crate::schema::{Application, Assertion, Graph, Node, NodeId, Tagged};

use crate::observe::walk::variant::{Names, OpenEnums};
use super::decisions::{Answers, Applied, Decisions, QUESTIONS, Question, Turn};
use super::evidence::{self, Looks, EvidenceMember};
use super::plan::{Leftovers, Reach, candidates, reach_of};
use super::NONE;
use super::table::{Program, index};

/// Trees that are kept, by the evidence of objects.
const TREES: usize = 512;

/// Turns that are kept for values of one kind at one place; new ways beyond these lead to the tape.
const TURNS: u32 = 1_024;

impl Program<'_> {
    /// Adds decisions for values of a kind, and returns their number.
    pub(crate) fn decisions_of(&mut self, slot: u32, kind: Kind) -> u32 {
        let new = Decisions {
            slot,
            kind,
            looks: (kind == Kind::Object)
                .then(|| Looks::new(self.graph, &self.plan(slot).given)),
            roots: foldhash::HashMap::default(),
            turns: Vec::new(),
        };
        self.decisions.push(new);
        index(self.decisions.len() - 1)
    }

    /// Where the way of a value with this evidence starts.
    pub(crate) fn first_turn(&mut self, decisions: u32, evidence: &mut Vec<u8>) -> u32 {
        let found = &self.decisions[decisions as usize];
        if let Some(known) = found.roots.get(&**evidence) {
            return *known;
        }
        if found.roots.len() >= TREES && !evidence.is_empty() {
            // There is too much distinct evidence: every question is asked.
            evidence.clear();
            return self.first_turn(decisions, evidence);
        }
        let root = self.new_turn(decisions, evidence, Answers::default());
        let found = &mut self.decisions[decisions as usize];
        found.roots.insert(evidence.as_slice().into(), root);
        root
    }

    /// Where the way continues after a question; its answer is the last one in `answers`.
    pub(crate) fn next_turn(
        &mut self,
        decisions: u32,
        turn: u32,
        answer: bool,
        evidence: &[u8],
        answers: Answers,
    ) -> u32 {
        if let Turn::Ask(_, next) = &self.decisions[decisions as usize].turns[turn as usize]
            && next[usize::from(answer)] != NONE
        {
            return next[usize::from(answer)];
        }
        let new = self.new_turn(decisions, evidence, answers);
        let turns = &mut self.decisions[decisions as usize].turns;
        if let Turn::Ask(_, next) = &mut turns[turn as usize] {
            next[usize::from(answer)] = new;
        }
        new
    }

    fn new_turn(&mut self, decisions: u32, evidence: &[u8], answers: Answers) -> u32 {
        let Decisions {
            slot, kind, turns, ..
        } = &self.decisions[decisions as usize];
        let (slot, kind) = (*slot, *kind);
        if turns.len() >= TURNS as usize {
            return TURNS - 1;
        }
        let mut way = Way {
            graph: self.graph,
            side: self.side,
            kind,
            members: evidence::members(evidence),
            answers,
            used: 0,
            found: Found::default(),
        };
        way.found.nodes = self.plan(slot).given.to_vec();
        let turn = match way.go() {
            // The last turn that is kept; all new ways lead to it from here on.
            _ if self.decisions[decisions as usize].turns.len() == TURNS as usize - 1 => Turn::Tape,
            Ok(()) => self.applied(slot, kind, &way.found),
            Err(turn) => turn,
        };
        let turns = &mut self.decisions[decisions as usize].turns;
        turns.push(turn);
        crate::limits::index(turns.len() - 1)
    }

    fn applied(&mut self, slot: u32, kind: Kind, found: &Found) -> Turn {
        let graph = self.graph;
        if found.is_assumed && !found.excluded.is_empty() {
            // The `not` that accepts may belong to the assumed branch.
            return Turn::Tape;
        }
        let leftovers = Leftovers::of(graph, &found.nodes, &found.edges);
        let below = self.chosen(
            slot,
            &found.nodes,
            &found.variants,
            &found.closed,
            leftovers,
        );
        let Some(below) = below else {
            return Turn::Tape;
        };
        let mut settled: Vec<NodeId> = Vec::new();
        for id in &found.accepted {
            settled.extend(graph.parts(*id));
        }
        let mut rest = found.nodes.iter().filter(|id| !settled.contains(id));
        Turn::Apply(Applied {
            slot: below,
            excluded: match found.excluded.is_empty() {
                true => None,
                false => Some(found.excluded.as_slice().into()),
            },
            is_assumed: found.is_assumed,
            is_settled: !found.is_assumed && rest.all(|id| is_silent(graph.node(*id), kind)),
        })
    }
}

/// Whether a schema says nothing about values of this kind, except which schemas apply.
pub(crate) fn is_silent(node: &Node, kind: Kind) -> bool {
    // Schemas applied to the same value are checked on their own.
    let says_more = |(how, _): (Application<'_>, NodeId)| {
        !how.is_in_place() || matches!(how, Application::DependentSchema(_))
    };
    let says_types = node
        .types
        .is_none_or(|types| kind != Kind::Number && types.may_hold(kind));
    says_types
        && node.assertions().all(|own| own == Assertion::Type)
        && !node.applications().any(says_more)
}

/// What was found along a way.
#[derive(Default)]
struct Found {
    nodes: Vec<NodeId>,
    /// Which schema applied which to the value.
    edges: Vec<(NodeId, NodeId)>,
    variants: Vec<NodeId>,
    closed: Vec<OpenEnums>,
    excluded: Vec<NodeId>,
    /// The schemas that were asked and accept.
    accepted: Vec<NodeId>,
    is_assumed: bool,
}

impl Found {
    fn apply(&mut self, from: NodeId, to: NodeId) {
        self.edges.push((from, to));
        if !self.nodes.contains(&to) {
            self.nodes.push(to);
        }
    }
}

/// A way through the schemas of a value, as far as the answers lead.
struct Way<'g> {
    graph: &'g Graph,
    side: Option<Side>,
    kind: Kind,
    members: Vec<EvidenceMember>,
    answers: Answers,
    used: u32,
    found: Found,
}

impl Way<'_> {
    /// Continues to the end, or to the next turn to take.
    fn go(&mut self) -> Result<(), Turn> {
        let graph = self.graph;
        let mut next = 0;
        while let Some(&id) = self.found.nodes.get(next) {
            next += 1;
            let node = graph.node(id);
            if reach_of(node) == Reach::Tape {
                return Err(Turn::Tape);
            }
            for &below in node.reference.iter().chain(&node.all_of) {
                self.found.apply(id, below);
            }
            if let Some(conditional) = node.conditional {
                let condition = conditional.condition;
                let outcome = match self.meets(condition)? {
                    true => [Some(condition), conditional.then],
                    false => [None, conditional.otherwise],
                };
                for below in outcome.into_iter().flatten() {
                    self.found.apply(id, below);
                }
            }
            if self.kind == Kind::Object {
                for (name, dependent) in &node.object.dependent_schemas {
                    if self.has(name)? {
                        self.found.apply(id, *dependent);
                    }
                }
            }
            if let Some(not) = node.not
                && self.accepts(not)?
            {
                self.found.excluded.push(id);
            }
            for (branches, exactly_one) in [(&node.any_of, false), (&node.one_of, true)] {
                if !branches.is_empty() {
                    self.union(id, branches, exactly_one)?;
                }
            }
        }
        Ok(())
    }

    fn union(&mut self, id: NodeId, branches: &[NodeId], exactly_one: bool) -> Result<(), Turn> {
        let graph = self.graph;
        if self.kind == Kind::Object
            && let Some(discriminator) = graph.node(id).deciding()
        {
            let Some(tag) = evidence::text(&self.members, &discriminator.property) else {
                // There may be a tag that was not seen.
                return Err(Turn::Tape);
            };
            match discriminator.tagged(tag) {
                Tagged::Unknown => return Err(Turn::NoBranch),
                Tagged::Branch(branch) if branches.contains(&branch) => {
                    self.found.is_assumed = true;
                    if branches.len() > 1 {
                        self.found.variants.push(branch);
                    }
                    self.found.apply(id, branch);
                    return Ok(());
                }
                Tagged::Branch(_) | Tagged::Silent => {}
            }
        }
        let mut possible = candidates(graph, branches, self.kind);
        if self.kind == Kind::Object {
            possible.retain(|branch| !evidence::excludes(graph, *branch, &self.members));
        }
        let mut accepted = Vec::new();
        if let [only] = *possible {
            self.found.is_assumed = true;
            accepted.push(only);
        } else {
            for branch in possible {
                if self.accepts(branch)? {
                    accepted.push(branch);
                    self.found.accepted.push(branch);
                }
            }
        }
        if accepted.is_empty() || (exactly_one && accepted.len() > 1) {
            return Err(Turn::NoBranch);
        }
        if branches.len() > 1 {
            self.found.variants.extend(&accepted);
            if self.kind == Kind::Object && self.looks_like_others(branches, &accepted)? {
                return Err(Turn::Tape);
            }
            if self.kind == Kind::String {
                self.found.closed.extend(OpenEnums::of(graph, branches));
            }
        }
        for branch in accepted {
            self.found.apply(id, branch);
        }
        Ok(())
    }

    /// Whether an object may look like a branch that does not accept it.
    fn looks_like_others(
        &mut self,
        branches: &[NodeId],
        accepted: &[NodeId],
    ) -> Result<bool, Turn> {
        let graph = self.graph;
        let accepting: Vec<Names> = accepted.iter().map(|id| Names::of(graph, *id)).collect();
        if accepting.iter().any(|names| names.describes_all(graph)) {
            return Ok(false);
        }
        let is_named = |name: &str| accepting.iter().any(|names| names.has(graph, name));
        let mut tells: FxHashSet<Arc<str>> = FxHashSet::default();
        for &branch in branches {
            if accepted.contains(&branch)
                || !graph.may_hold(branch, Kind::Object)
                || evidence::is_tagged_otherwise(graph, branch, &self.members)
            {
                continue;
            }
            let (names, has_patterns) = Names::of(graph, branch).listed(graph);
            if has_patterns {
                return Ok(true);
            }
            tells.extend(names.into_iter().filter(|name| !is_named(name)).cloned());
        }
        if tells.is_empty() {
            return Ok(false);
        }
        self.ask(Question::LooksLike(Arc::new(tells)))
    }

    /// Whether the value meets a condition.
    fn meets(&mut self, condition: NodeId) -> Result<bool, Turn> {
        let node = self.graph.node(condition);
        if self.kind != Kind::Object || !only_requires(node) {
            return self.accepts(condition);
        }
        for required in &node.object.required {
            if required.holds_on(self.side) && !self.has(&required.name)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn has(&mut self, name: &Arc<str>) -> Result<bool, Turn> {
        match evidence::has(&self.members, name) {
            Some(known) => Ok(known),
            None => self.ask(Question::Has(Arc::clone(name))),
        }
    }

    fn accepts(&mut self, id: NodeId) -> Result<bool, Turn> {
        self.ask(Question::Accepts(id))
    }

    fn ask(&mut self, question: Question) -> Result<bool, Turn> {
        if self.used >= QUESTIONS {
            return Err(Turn::Tape);
        }
        if self.used >= self.answers.count {
            return Err(Turn::Ask(question, [NONE; 2]));
        }
        self.used += 1;
        Ok(self.answers.bits >> (self.used - 1) & 1 == 1)
    }
}

/// Whether a schema says which properties are required, and nothing else about objects.
fn only_requires(node: &Node) -> bool {
    let rules = &node.object;
    !node.never
        && node.types.is_none_or(|types| types.may_hold(Kind::Object))
        && node.values.is_none()
        && node.constant.is_none()
        && node.checks.is_empty()
        && node.lengths.is_empty()
        && node.reference.is_none()
        && node.all_of.is_empty()
        && node.any_of.is_empty()
        && node.one_of.is_empty()
        && node.not.is_none()
        && node.conditional.is_none()
        && node.discriminator.is_none()
        && !rules.names_properties()
        && rules.additional.is_none()
        && rules.unevaluated.is_none()
        && rules.property_names.is_none()
        && rules.dependent_required.is_empty()
        && rules.dependent_schemas.is_empty()
}
