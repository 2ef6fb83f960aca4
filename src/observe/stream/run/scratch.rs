//! What outlives the walk of one payload, so that it is allocated once.

use std::num::NonZeroU32;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::observe::stream::count::fault::{Fault, FoundFault};
use crate::observe::stream::lex::scan::Skipper;
use crate::schema::NodeId;

/// Answers that are remembered without giving their memory back.
const ANSWERS: usize = 4_096;

/// A value that is walked on a tape when its payload was read to the end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deferred {
    pub(crate) slot: u32,
    pub(crate) start: u32,
    pub(crate) variant: u16,
}

/// What outlives the walk of one payload, so that it is allocated once.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) findings: Vec<FoundFault>,
    pub(crate) deferred: Vec<Deferred>,
    /// The branches that accepted the payload as a whole.
    pub(crate) root_variants: Vec<NodeId>,
    /// Slots with spellings of which the first places are wanted.
    pub(crate) spelled_anew: Vec<u32>,
    pub(crate) skipper: Skipper,
    /// Hashes of keys that are not told apart by a bit.
    pub(crate) hashes: Vec<u64>,
    pub(crate) faults: Vec<(NodeId, Fault)>,
    /// Keys on the way that are data.
    pub(crate) data_keys: Vec<(u32, u32)>,
    /// Where schemas that were asked accept: the end of the value.
    pub(crate) answers: FxHashMap<(NodeId, u32), Option<NonZeroU32>>,
    /// Places where the only branch that could accept does not: the slot and the offset of the value.
    pub(crate) failed: FxHashSet<(u32, u32)>,
    /// Emptied buffers for the evidence of objects.
    pub(crate) evidence: Vec<Vec<u8>>,
}

impl Scratch {
    /// Starts with another payload.
    pub(super) fn begin(&mut self) {
        self.reset();
        if self.failed.capacity() > ANSWERS {
            self.failed = FxHashSet::default();
        }
        self.failed.clear();
    }

    /// Starts with the same payload again.
    pub(super) fn reset(&mut self) {
        self.findings.clear();
        self.deferred.clear();
        self.root_variants.clear();
        self.spelled_anew.clear();
        self.skipper.reset();
        self.hashes.clear();
        self.faults.clear();
        self.data_keys.clear();
        // One payload with many answers is not to slow down all that follow.
        if self.answers.capacity() > ANSWERS {
            self.answers = FxHashMap::default();
        }
        self.answers.clear();
    }
}
