//! Differences between contracts: what changed, and what it breaks.
//!
//! Operations are paired (`pairing`) and compared (`operations`, `bodies`). Their schemas are walked in pairs
//! (`walk`); each pair is compared once, keyword by keyword (`facts`, `members`, `variants`, `moves`). Every
//! change is then checked against both contracts (`verdict`) for a proof that it is compatible or a payload
//! that breaks (`contain`).

mod alignment;
mod annotations;
mod bodies;
mod difference;
mod contain;
mod edits;
mod facts;
mod judged;
mod members;
mod moves;
mod names;
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

use crate::contract::Contract;
use crate::schema::ProblemKind;

#[cfg(test)]
mod tests;

pub use alignment::{AlignedPair, Alignment};
pub use difference::{Difference, Fact, Family, Owner, Proof, Reach, Sender, Verdict, Witness};
#[cfg(feature = "unstable")]
pub use contain::{Containment, SchemaRef, contain};
pub use pairing::PathMap;
pub use walk::{Edge, Move, word};

use contain::Partition;
pub(crate) use contain::canonical;
use judged::judged;
use operations::Operations;
use walk::Walk;

/// Options of a comparison.
#[derive(Debug, Clone)]
pub struct Options {
    /// Path prefixes and their replacements.
    pub map_paths: Vec<PathMap>,
    /// Who sends the payloads of contracts that have schemas but no operations.
    pub schemas_sent_by: Vec<Sender>,
}

impl Default for Options {
    /// No path mapping. Payloads of bare schemas come from clients, so old payloads have to stay valid.
    fn default() -> Self {
        Self {
            map_paths: Vec::new(),
            schemas_sent_by: vec![Sender::Client],
        }
    }
}

/// The differences between two contracts.
#[derive(Debug, Clone)]
pub struct Diff {
    /// The changes, ordered by operation and component.
    pub changes: Vec<Difference>,
    /// Edits that were proved to have no effect.
    pub equivalent: Vec<Difference>,
    /// The size of the comparison.
    pub size: DiffSize,
    /// The mapping between parts of the contracts.
    pub alignment: Alignment,
}

/// The size of a comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiffSize {
    /// Operations of the old contract.
    pub old_operations: usize,
    /// Operations of the new contract.
    pub new_operations: usize,
    /// Payloads and parameters of both contracts that are not equivalent.
    pub differing: usize,
    /// Unusable parts of both contracts.
    pub unusable: usize,
    /// Parts of both contracts that are not valid OpenAPI, so that something may be missing.
    pub misshapen: usize,
    /// Whether both contracts have payload schemas but no operations.
    pub of_schemas: bool,
}

/// Compares two contracts.
#[must_use]
pub fn compare_contracts(old: &Contract, new: &Contract, options: &Options) -> Diff {
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
        changes: in_order(changes),
        equivalent: in_order(equivalent),
        size,
        alignment: Alignment::new(walk.pairs, paired),
    }
}

/// The number of operations that must have the same change to report it once for the contract.
const FOLDED: usize = 3;

/// Merges changes that are worded identically for several operations.
fn folded(changes: Vec<Difference>) -> Vec<Difference> {
    type Key = (
        Fact,
        String,
        Option<String>,
        Option<String>,
        std::sync::Arc<str>,
        bool,
    );
    let key = |change: &Difference| -> Option<Key> {
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
    let mut folded: Vec<Difference> = Vec::new();
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

/// Malformed parts of a contract outside of schemas.
fn misshapen(contract: &Contract) -> usize {
    let problems = contract.problems.iter();
    let misshapen = problems.filter(|problem| matches!(problem.kind, ProblemKind::Description(_)));
    misshapen.count()
}

/// Sorts by owner (the contract, operations in the order of the new contract, components by name), then by
/// place.
fn in_order(mut changes: Vec<Difference>) -> Vec<Difference> {
    for change in &mut changes {
        change.reach.sort();
        change.reach.dedup();
    }
    changes.sort_by(|one, other| {
        let key = |change: &Difference| {
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
