//! Which parts of one contract became which parts of the other.

use rustc_hash::FxHashMap;

use crate::schema::NodeId;

use super::walk::{Edge, Move, Pair};

/// Which operations and schemas of the old contract became which of the new one.
#[derive(Debug, Clone, Default)]
pub struct Alignment {
    /// Operations of both contracts, by their positions in them, in the order of the new one.
    pub operations: Vec<(usize, usize)>,
    /// Schemas that do not say the same.
    pub pairs: Vec<AlignedPair>,
    known: FxHashMap<(Vec<NodeId>, Vec<NodeId>), usize>,
}

/// Schemas of the old contract, and those that they became.
#[derive(Debug, Clone)]
pub struct AlignedPair {
    /// All that apply to a value of the old contract, references resolved, in order.
    pub old: Vec<NodeId>,
    /// All that apply to what the value became.
    pub new: Vec<NodeId>,
    /// The pairs that it leads to, and how.
    pub leads: Vec<(Edge, usize)>,
    /// What stands in another place.
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

    /// The pair of these schemas, both resolved and in order; `None` where they say the same, or are no pair.
    #[must_use]
    pub fn find(&self, old: &[NodeId], new: &[NodeId]) -> Option<usize> {
        self.known.get(&(old.to_vec(), new.to_vec())).copied()
    }
}
