//! Which branches apply to a value, judging by its kind.

use crate::json::Kind;
use crate::schema::NodeId;

use crate::observe::walk::variant::OpenEnums;
use super::decide::is_silent;
use super::how::How;
use super::plan::{Leftovers, Reach, candidates, has_leftovers, reach_of};
use super::slot::Choice;
use super::table::Program;

impl Choice {
    fn new(program: &mut Program<'_>, slot: u32, kind: Kind) -> Self {
        if program.plan(slot).reach == Reach::Tape {
            return Self::Tape;
        }
        match only_branch(program, slot, kind) {
            Some(only) => Self::of_branch(program, slot, kind, only),
            None => Self::Ask(program.decisions_of(slot, kind)),
        }
    }

    fn of_branch(program: &mut Program<'_>, slot: u32, kind: Kind, only: Only) -> Self {
        let graph = program.graph;
        let branches = only.branches;
        let counts = branches.len() > 1;
        let is_null = |branch: &NodeId| {
            graph.may_hold(*branch, Kind::Null) && !graph.may_hold(*branch, Kind::Object)
        };
        let is_choice = branches.iter().filter(|branch| !is_null(branch)).count() > 1;
        let variants: Vec<NodeId> = counts.then_some(only.branch).into_iter().collect();
        // An enum that accepts is not bypassed.
        let open = OpenEnums::of(graph, &branches);
        let mut others = open.iter().flat_map(OpenEnums::enums);
        if kind == Kind::String && others.any(|id| *id != graph.resolve(only.branch)) {
            return Self::Ask(program.decisions_of(slot, kind));
        }
        let Some(below) = program.chosen(slot, &only.nodes, &variants, &[], Leftovers::default())
        else {
            return Self::Tape;
        };
        let label = match is_choice {
            true => program.label(only.branch),
            false => 0,
        };
        Self::One {
            slot: below,
            label,
            counts,
        }
    }
}

impl Program<'_> {
    /// How the schemas of values of a kind are found; computed once.
    pub(crate) fn choice(&mut self, slot: u32, kind: Kind) -> Choice {
        if let Some(known) = self.slots[slot as usize].choices[kind as usize] {
            return known;
        }
        let choice = Choice::new(self, slot, kind);
        self.slots[slot as usize].choices[kind as usize] = Some(choice);
        choice
    }

    /// The slot for values of a kind, if the kind alone determines it.
    pub(crate) fn slot_by_kind(&mut self, mut slot: u32, kind: Kind) -> Option<u32> {
        while self.slots[slot as usize].how[kind as usize] == How::Choose {
            slot = match self.choice(slot, kind) {
                Choice::One { slot, .. } => slot,
                Choice::Ask(_) | Choice::Tape => return None,
            };
        }
        Some(slot)
    }

    /// Sends scalars with only one branch directly to the slot of that branch. Returns false if they need the
    /// slow path: the branch of the whole payload has to be recorded, and containers may deviate far below.
    pub(crate) fn narrow(&mut self, slot: u32, kind: Kind, choice: Choice) -> bool {
        let Choice::One {
            slot: below,
            label,
            counts,
        } = choice
        else {
            return false;
        };
        let found = &mut self.slots[below as usize];
        let is_scalar = !matches!(kind, Kind::Array | Kind::Object);
        // Only values that go through branches are counted by branch.
        let is_alike = found.narrowed == 0 || found.label == label;
        if slot == Self::ROOT
            || !is_scalar
            || !counts
            || !is_alike
            || matches!(found.how[kind as usize], How::Choose | How::Only)
        {
            return false;
        }
        found.narrowed |= 1 << kind as u8;
        found.label = label;
        self.slots[slot as usize].goes_to(kind as usize, below);
        self.leads_anew(slot, kind as usize);
        true
    }
}

/// The only branch for values of a kind.
struct Only {
    branches: Vec<NodeId>,
    branch: NodeId,
    nodes: Vec<NodeId>,
}

/// The only branch for values of a kind, if nothing else has to be decided and only the branch can reject.
fn only_branch(program: &Program<'_>, slot: u32, kind: Kind) -> Option<Only> {
    let graph = program.graph;
    let mut nodes = program.plan(slot).given.to_vec();
    let mut found: Option<(Vec<NodeId>, NodeId)> = None;
    let mut next = 0;
    while let Some(&id) = nodes.get(next) {
        next += 1;
        let node = graph.node(id);
        if reach_of(node) == Reach::Tape
            || (kind == Kind::Object && node.deciding().is_some())
            || node.conditional.is_some()
            || node.not.is_some()
            || has_leftovers(node)
            || !node.object.dependent_schemas.is_empty()
        {
            return None;
        }
        for &below in node.reference.iter().chain(&node.all_of) {
            if !nodes.contains(&below) {
                nodes.push(below);
            }
        }
        for branches in [&node.any_of, &node.one_of] {
            if branches.is_empty() {
                continue;
            }
            let &[branch] = candidates(graph, branches, kind).as_slice() else {
                return None;
            };
            if found.is_some() || nodes.contains(&branch) {
                return None;
            }
            found = Some((branches.clone(), branch));
            nodes.push(branch);
        }
    }
    let (branches, branch) = found?;
    let of_branch = graph.parts(branch);
    let others = nodes.iter().filter(|id| !of_branch.contains(id));
    let others_are_silent = others
        .into_iter()
        .all(|id| is_silent(graph.node(*id), kind));
    (others_are_silent && of_branch.len() < 64).then_some(Only {
        branches,
        branch,
        nodes,
    })
}
