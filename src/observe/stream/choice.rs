//! What the kind of a value says of which branches apply to it.

use rustc_hash::FxHashMap;

use crate::json::Kind;
use crate::schema::{Graph, Node, NodeId};

use super::super::variant::{may_hold, tags_of};
use super::plan::{Reach, candidates, reach_of};
use super::slot::Program;

/// How the schemas of a value of one kind are found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice {
    /// There is one union, and only one of its branches takes values of this kind.
    One {
        /// The slot of the value as that branch.
        slot: u32,
        /// The name of the branch, where another one is not for null alone.
        label: u16,
        /// Whether there is another branch, so that it counts which one accepted.
        counts: bool,
    },
    /// Branches and conditions have to be asked.
    Ask,
    /// The value goes to the tape.
    Tape,
}

impl Choice {
    pub(super) fn new(program: &mut Program<'_>, slot: u32, kind: Kind) -> Self {
        if program.plan(slot).reach == Reach::Tape {
            return Self::Tape;
        }
        match only_branch(program, slot, kind) {
            Some(only) => Self::one(program, slot, kind, only),
            None => Self::Ask,
        }
    }

    fn one(program: &mut Program<'_>, slot: u32, kind: Kind, only: Only) -> Self {
        let graph = program.graph;
        let branches = only.branches;
        let counts = branches.len() > 1;
        let is_null = |branch: &NodeId| {
            may_hold(graph, *branch, Kind::Null) && !may_hold(graph, *branch, Kind::Object)
        };
        let is_choice = branches.iter().filter(|branch| !is_null(branch)).count() > 1;
        let variants: Vec<NodeId> = counts.then_some(only.branch).into_iter().collect();
        // An enum that accepts is not passed by.
        let others = closed_enums(graph, &branches).into_iter().flatten();
        let mut others = others.filter(|id| *id != graph.resolve(only.branch));
        if kind == Kind::String && others.next().is_some() {
            return Self::Ask;
        }
        let Some(below) = program.chosen(slot, &only.nodes, &variants, &[]) else {
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

/// The only branch for values of a kind.
struct Only {
    branches: Vec<NodeId>,
    branch: NodeId,
    nodes: Vec<NodeId>,
}

/// The only branch for values of a kind, where nothing else is to be decided and what is rejected is
/// rejected by the branch.
fn only_branch(program: &Program<'_>, slot: u32, kind: Kind) -> Option<Only> {
    let graph = program.graph;
    let mut nodes = program.plan(slot).given.to_vec();
    let mut found: Option<(Vec<NodeId>, NodeId)> = None;
    let mut next = 0;
    while let Some(&id) = nodes.get(next) {
        next += 1;
        let node = graph.node(id);
        if reach_of(node) == Reach::Tape || node.conditional.is_some() || node.not.is_some() {
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
    let says_nothing = |node: &Node| {
        !node.never
            && node
                .types
                .is_none_or(|types| kind != Kind::Number && types.may_hold(kind))
            && node.values.is_none()
            && node.constant.is_none()
            && node.checks.is_empty()
            && node.lengths.is_empty()
            && node.object.says_nothing()
            && node.array.prefix.is_empty()
            && node.array.items.is_none()
    };
    let others = nodes.iter().filter(|id| !of_branch.contains(id));
    let others_are_silent = others.into_iter().all(|id| says_nothing(graph.node(*id)));
    (others_are_silent && of_branch.len() < 64).then_some(Only {
        branches,
        branch,
        nodes,
    })
}

/// The enums of a union of which another branch may take any string.
pub(super) fn closed_enums(graph: &Graph, branches: &[NodeId]) -> Option<Vec<NodeId>> {
    let holds_strings = |id: &NodeId| {
        let values = graph.node(*id).values.as_ref();
        values.is_some_and(|values| values.strings().next().is_some())
    };
    let resolved = branches.iter().map(|branch| graph.resolve(*branch));
    let enums: Vec<NodeId> = resolved.filter(holds_strings).collect();
    (branches.len() > 1 && !enums.is_empty()).then_some(enums)
}

/// A property whose text says which branches an object may be meant for.
#[derive(Debug)]
pub(super) struct Tags {
    pub(super) property: Box<str>,
    pub(super) branches: FxHashMap<Box<str>, Vec<NodeId>>,
}

/// How far references are followed to find the tags of a branch.
const DEPTH: u8 = 8;

impl Tags {
    /// The tags of branches, if some property has them in each and they are not all the same.
    pub(super) fn of(graph: &Graph, branches: &[NodeId]) -> Option<Self> {
        let first = *branches.first()?;
        let mut names: Vec<_> = Vec::new();
        for part in graph.parts(first) {
            names.extend(graph.node(part).object.names.iter().cloned());
        }
        names.iter().find_map(|name| {
            let tags: Option<Vec<Vec<String>>> = branches
                .iter()
                .map(|branch| tags_of(graph, *branch, name, DEPTH))
                .collect();
            let tags = tags?;
            if tags.iter().all(|other| *other == tags[0]) {
                return None;
            }
            let mut by_tag: FxHashMap<Box<str>, Vec<NodeId>> = FxHashMap::default();
            for (branch, tags) in branches.iter().zip(tags) {
                for tag in tags {
                    let of_tag = by_tag.entry(tag.into()).or_default();
                    if !of_tag.contains(branch) {
                        of_tag.push(*branch);
                    }
                }
            }
            Some(Self {
                property: (&**name).into(),
                branches: by_tag,
            })
        })
    }
}
