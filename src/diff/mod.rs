//! Differences between contracts: what changed, and whom it breaks.
//!
//! Operations are paired (`pairing`), then compared (`operations`, `bodies`); their schemas are walked
//! in pairs (`walk`), each of which is looked at once, keyword by keyword (`facts`, `members`,
//! `variants`, `moves`). What was found is held against both contracts (`verdict`): a proof that it
//! breaks nobody, or a payload that shows it (`contain`).

mod alignment;
mod annotations;
mod bodies;
mod change;
mod contain;
mod edits;
mod facts;
mod members;
mod moves;
mod operations;
mod pairing;
mod parameters;
mod reach;
mod responses;
mod variants;
mod verdict;
pub(crate) mod view;
mod walk;
mod witness;
mod words;

use std::collections::BTreeMap;

use crate::contract::Contract;
use crate::schema::ProblemKind;

#[cfg(test)]
mod tests;

pub use alignment::{AlignedPair, Alignment};
pub use change::{Change, Fact, OperationName, Owner, Proof, Reach, Sender, Verdict, Witness};
pub use contain::{Containment, SchemaRef, contain};
pub use pairing::PathMap;
pub use walk::{Edge, Move, word};

use contain::Partition;
use operations::Operations;
use verdict::{Direction, Trial};
use view::View;
use walk::{Found, Root, Walk};

/// What a comparison is to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// Prefixes of paths, and what became of them.
    pub map_paths: Vec<PathMap>,
    /// Who sends payloads of contracts that have schemas and no operations.
    pub schemas_sent_by: Vec<Sender>,
}

impl Default for Options {
    /// Paths are as they are, and payloads of bare schemas come from clients: old ones have to stay valid.
    fn default() -> Self {
        Self {
            map_paths: Vec::new(),
            schemas_sent_by: vec![Sender::Client],
        }
    }
}

/// What changed between two contracts.
#[derive(Debug, Clone)]
pub struct Diff {
    /// The old contract: `name@version`.
    pub old: String,
    /// The new contract.
    pub new: String,
    /// The changes, by operation and component.
    pub changes: Vec<Change>,
    /// Edits that were proved to mean the same.
    pub equivalent: Vec<Change>,
    /// How much was compared.
    pub size: DiffSize,
    /// Which parts of the contracts became which.
    pub alignment: Alignment,
}

/// How much was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiffSize {
    /// Operations of the old contract.
    pub old_operations: usize,
    /// Operations of the new contract.
    pub new_operations: usize,
    /// Payloads and parameters of both contracts that do not say the same.
    pub differing: usize,
    /// Parts that could not be used, of both contracts.
    pub unusable: usize,
    /// Parts that are not as OpenAPI has them, of both contracts: something may be missing for them.
    pub misshapen: usize,
    /// Whether both have schemas of payloads, and no operations.
    pub of_schemas: bool,
}

/// Compares two contracts.
#[must_use]
pub fn diff(old: &Contract, new: &Contract, options: &Options) -> Diff {
    let (everything, same) = Partition::both(&old.graph, &new.graph);
    let mut walk = Walk::new(old, new, everything.forward(), same.forward());
    let mut operations = Operations {
        walk: &mut walk,
        options,
        changes: Vec::new(),
        paired: Vec::new(),
    };
    operations.run();
    let paired = operations.paired;
    let mut changes = folded(edits::merged(operations.changes, old, new));
    walk.run();
    let size = DiffSize {
        old_operations: old.operations.len(),
        new_operations: new.operations.len(),
        differing: walk.roots.len(),
        unusable: old.unusable() + new.unusable(),
        misshapen: misshapen(old) + misshapen(new),
        of_schemas: old.is_of_schemas() && new.is_of_schemas(),
    };
    let (found, equivalent) = judged(&walk);
    changes.extend(edits::merged(found, old, new));
    let equivalent = edits::merged(equivalent, old, new);
    Diff {
        old: old.reference(),
        new: new.reference(),
        changes: in_order(changes),
        equivalent: in_order(equivalent),
        size,
        alignment: Alignment::new(walk.pairs, paired),
    }
}

/// How many operations have to have the same change to make it one of the contract.
const FOLDED: usize = 3;

/// Puts together what happened to several operations in the same words.
fn folded(changes: Vec<Change>) -> Vec<Change> {
    type Key = (
        Fact,
        String,
        Option<String>,
        Option<String>,
        std::sync::Arc<str>,
        bool,
    );
    let key = |change: &Change| -> Option<Key> {
        let Owner::Operation(_, part) = &change.owner else {
            return None;
        };
        let is_of_one = matches!(
            change.fact,
            Fact::OperationAdded
                | Fact::OperationRemoved
                | Fact::OperationReplaced
                | Fact::MethodChanged
                | Fact::PathChanged
        );
        (!is_of_one).then(|| {
            (
                change.fact,
                change.subject.clone(),
                change.old.clone(),
                change.new.clone(),
                std::sync::Arc::clone(part),
                change.is_minor,
            )
        })
    };
    let mut counts: std::collections::HashMap<Key, usize> = std::collections::HashMap::new();
    for change in &changes {
        if let Some(key) = key(change) {
            *counts.entry(key).or_default() += 1;
        }
    }
    let mut known: std::collections::HashMap<Key, usize> = std::collections::HashMap::new();
    let mut folded: Vec<Change> = Vec::new();
    for mut change in changes {
        let Some(own) = key(&change).filter(|key| counts.get(key).is_some_and(|n| *n >= FOLDED))
        else {
            folded.push(change);
            continue;
        };
        if let Some(index) = known.get(&own) {
            folded[*index].reach.append(&mut change.reach);
            continue;
        }
        known.insert(own, folded.len());
        if let Owner::Operation(_, part) = &change.owner {
            change.owner = Owner::Operations(std::sync::Arc::clone(part));
        }
        folded.push(change);
    }
    folded
}

/// Parts of a contract around its schemas that are not as they should be.
fn misshapen(contract: &Contract) -> usize {
    let problems = contract.problems.iter();
    let misshapen = problems.filter(|problem| matches!(problem.kind, ProblemKind::Description(_)));
    misshapen.count()
}

/// The changes of a walk with their verdicts, and the edits that change nothing.
fn judged(walk: &Walk<'_>) -> (Vec<Change>, Vec<Change>) {
    let reach = reach::reach(walk);
    let mut trial = Trial::new(walk);
    let (mut changes, mut equivalent) = (Vec::new(), Vec::new());
    // Roots for which some change says that payloads break, or may.
    let mut told: Vec<(usize, Sender)> = Vec::new();
    for (at, pair) in walk.pairs.iter().enumerate() {
        let roots = &reach[at];
        if pair.is_unusable {
            // What could not be used is told by itself.
            told.extend(
                roots
                    .iter()
                    .map(|root| (*root, walk.roots[*root].reach.sender)),
            );
        }
        let mut redirection = redirected(walk, at);
        for found in &pair.found {
            let mut own = Vec::new();
            let roots = match found.fact {
                // No text is null.
                Fact::NullAdded | Fact::NullRemoved => {
                    let is_text = |root: &Root| root.written.is_some() && root.pair == at;
                    own.extend(
                        roots
                            .iter()
                            .copied()
                            .filter(|root| !is_text(&walk.roots[*root])),
                    );
                    if own.is_empty() {
                        continue;
                    }
                    &own
                }
                _ => roots,
            };
            let mut change = of_walk(walk, at, found, roots);
            change.notes.extend(redirection.take());
            let first = roots.first().map(|root| &walk.roots[*root]);
            let side = first.and_then(|root| root.side);
            if found.fact.is_assertion() {
                // Here every value counts, also members that nobody declares: what is told to be the same
                // is the same.
                let forward = trial.unproved(at, &found.forward, Direction::Forward, side, true);
                let backward = trial.unproved(at, &found.backward, Direction::Backward, side, true);
                let is_same = forward.is_empty() && backward.is_empty();
                if let Some([narrowed, widened, changed]) = found.fact.relations() {
                    change.fact = match (forward.is_empty(), backward.is_empty()) {
                        (true, false) => widened,
                        (false, true) => narrowed,
                        _ => changed,
                    };
                }
                // A variant that came or went is told, though others take its values.
                let is_variant = matches!(found.fact, Fact::VariantAdded | Fact::VariantRemoved);
                if is_same && !is_variant {
                    equivalent.push(change);
                    continue;
                }
            }
            for sender in change.senders() {
                let verdict = trial.verdict(at, found, sender, roots);
                let is_told = !matches!(verdict, Verdict::Compatible(_)) || found.assumed.is_some();
                if is_told {
                    let own = roots
                        .iter()
                        .filter(|root| walk.roots[**root].reach.sender == sender);
                    told.extend(own.map(|root| (*root, sender)));
                }
                change.verdicts.push((sender, verdict));
            }
            changes.push(change);
        }
    }
    told.sort_unstable();
    told.dedup();
    // Those that break all the same, by the schemas that make them break.
    let mut untold_at: BTreeMap<(usize, Sender), Vec<usize>> = BTreeMap::new();
    for (index, root) in walk.roots.iter().enumerate() {
        let sender = root.reach.sender;
        if told.binary_search(&(index, sender)).is_err()
            && let Some(at) = trial.cause(index, Direction::of(sender))
        {
            untold_at.entry((at, sender)).or_default().push(index);
        }
    }
    for (at, roots) in untold_at {
        changes.push(untold(walk, &mut trial, at, &roots));
    }
    (changes, equivalent)
}

/// A payload that breaks though no single change says so.
fn untold(
    walk: &Walk<'_>,
    trial: &mut Trial<'_, '_>,
    (at, sender): (usize, Sender),
    roots: &[usize],
) -> Change {
    let direction = Direction::of(sender);
    let mut witnesses = roots.iter().map(|root| trial.any_witness(*root, direction));
    let verdict = match witnesses.find_map(|witness| witness) {
        Some(witness) => Verdict::Breaking(Box::new(witness)),
        None => Verdict::Unknown(
            "each edit by itself was proved to break nothing; for all of them together neither a proof \
             nor a counterexample was found"
                .to_owned(),
        ),
    };
    let mut found = Found::new(Fact::ConstraintChanged, "");
    let pair = &walk.pairs[at];
    found = found.places(
        walk::place_of(walk.old, &pair.old),
        walk::place_of(walk.new, &pair.new),
    );
    let has_one_of = [(walk.old, &pair.old), (walk.new, &pair.new)]
        .into_iter()
        .any(|(contract, nodes)| {
            let view = View::of(&contract.graph, nodes);
            view.unions.iter().any(|union| union.is_one)
        });
    if has_one_of {
        let note = "it is a `oneOf`: a value that matches another variant, too, is rejected";
        found.notes.push(note.to_owned());
    }
    let mut change = of_walk(walk, at, &found, roots);
    change.verdicts.push((sender, verdict));
    change
}

/// The properties that were led from one component to another one, where both are still there.
fn redirected(walk: &Walk<'_>, at: usize) -> Option<String> {
    let pair = &walk.pairs[at];
    let Owner::Component(old, new) = &pair.owner else {
        return None;
    };
    let has = |contract: &Contract, name: &str| {
        let mut nodes = contract.graph.iter();
        nodes.any(|(_, node)| node.component && node.name.as_deref() == Some(name))
    };
    let is_redirect =
        old != new && pair.path.steps().is_empty() && has(walk.new, old) && has(walk.old, new);
    if !is_redirect {
        return None;
    }
    let named = |(parent, edge): &(usize, Edge)| {
        let parent = &walk.pairs[*parent];
        let name = match edge {
            Edge::Property(name) => format!("`{name}`"),
            Edge::Items(_) | Edge::Position(_) => "the elements".to_owned(),
            _ => return None,
        };
        Some(match (&parent.owner, parent.path.steps().is_empty()) {
            (Owner::Component(_, owner), true) => format!("{name} of `{owner}`"),
            (Owner::Component(_, owner), false) => {
                format!("{name} of `{owner}` at {}", parent.path)
            }
            (_, true) => name,
            (_, false) => format!("{name} at {}", parent.path),
        })
    };
    let mut names: Vec<String> = pair.parents.iter().filter_map(named).collect();
    names.sort();
    names.dedup();
    let last = names.pop()?;
    let (words, verb) = match names.is_empty() {
        true => (last, "refers"),
        false => (format!("{} and {last}", names.join(", ")), "refer"),
    };
    Some(format!("{words} now {verb} to `{new}` instead of `{old}`"))
}

/// A change as the walk has it, without verdict.
fn of_walk(walk: &Walk<'_>, at: usize, found: &Found, roots: &[usize]) -> Change {
    let pair = &walk.pairs[at];
    let mut path = pair.path.clone();
    for step in &found.below {
        path.push(step.clone());
    }
    let reach: Vec<Reach> = roots
        .iter()
        .map(|root| walk.roots[*root].reach.clone())
        .collect();
    let owner = match &pair.owner {
        // The same part of several operations.
        Owner::Operation(name, part)
            if reach.iter().any(|own| own.operation != *name)
                && reach.iter().all(|own| own.part == *part) =>
        {
            Owner::Operations(std::sync::Arc::clone(part))
        }
        owner => owner.clone(),
    };
    Change {
        fact: found.fact,
        subject: found.subject.clone(),
        owner,
        path,
        variant: pair.variant.clone(),
        old: found.old.clone(),
        new: found.new.clone(),
        values: found.listed.clone(),
        old_place: found.old_place.clone(),
        new_place: found.new_place.clone(),
        is_minor: found.is_minor,
        guess: found.guess.clone(),
        notes: found.notes.clone(),
        reach,
        verdicts: Vec::new(),
        pair: Some(at),
    }
}

/// By owner (the contract, operations as they stand in the new contract, components by name), then by
/// place.
fn in_order(mut changes: Vec<Change>) -> Vec<Change> {
    for change in &mut changes {
        change.reach.sort();
        change.reach.dedup();
    }
    changes.sort_by(|one, other| {
        let key = |change: &Change| {
            (
                change.owner.clone(),
                change.path.to_string(),
                change.fact,
                change.subject.clone(),
            )
        };
        key(one).cmp(&key(other))
    });
    changes
}
