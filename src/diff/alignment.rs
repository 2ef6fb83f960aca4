//! Maps the parts of one contract to the corresponding parts of another.

use rustc_hash::FxHashMap;

use crate::schema::NodeId;

use super::walk::{Edge, Move, Pair};

/// Maps the operations and schemas of the old contract to those of the new one.
#[derive(Debug, Clone, Default)]
pub struct Alignment {
    /// Pairs of operations, as indices into both contracts, in the order of the new contract.
    pub operations: Vec<(usize, usize)>,
    /// Pairs of schemas that are not equivalent.
    pub pairs: Vec<AlignedPair>,
    known: FxHashMap<(Vec<NodeId>, Vec<NodeId>), usize>,
}

/// Schemas of the old contract and their counterparts in the new one.
#[derive(Debug, Clone)]
pub struct AlignedPair {
    /// All schemas that apply to a value of the old contract, resolved and in order.
    pub old: Vec<NodeId>,
    /// All schemas that apply to the corresponding value of the new contract.
    pub new: Vec<NodeId>,
    /// The pairs below this one, and the steps that lead to them.
    pub leads: Vec<(Edge, usize)>,
    /// Parts that moved to another place.
    pub moves: Vec<Move>,
}

impl Alignment {
    pub(super) fn new(pairs: Vec<Pair>, operations: Vec<(usize, usize)>) -> Self {
        let mut leads: Vec<Vec<(Edge, usize)>> = vec![Vec::new(); pairs.len()];
        for (id, pair) in pairs.iter().enumerate() {
            for (parent, edge) in &pair.parents {
                leads[*parent].push((edge.clone(), id));
            }
        }
        let mut alignment = Self {
            operations,
            ..Self::default()
        };
        for (id, (pair, leads)) in pairs.into_iter().zip(leads).enumerate() {
            let known = (pair.old.clone(), pair.new.clone());
            alignment.known.insert(known, id);
            alignment.pairs.push(AlignedPair {
                old: pair.old,
                new: pair.new,
                leads,
                moves: pair.moves,
            });
        }
        alignment
    }

    /// The pair of these schemas, both resolved and in order; `None` if they are equivalent or are not a
    /// pair.
    #[must_use]
    pub fn find(&self, old: &[NodeId], new: &[NodeId]) -> Option<usize> {
        self.known.get(&(old.to_vec(), new.to_vec())).copied()
    }
}
