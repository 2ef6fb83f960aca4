//! Buffers that outlive the walk of one payload, so that they are allocated once.

use std::num::NonZeroU32;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::observe::stream::count::fault::{Fault, FoundFault};
use crate::observe::stream::lex::scan::Skipper;
use crate::schema::NodeId;

/// Answers for which memory is kept from one payload to the next.
const ANSWERS: usize = 4_096;

/// A value that is walked on a tape after its payload has been read to the end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deferred {
    pub(crate) slot: u32,
    pub(crate) start: u32,
    pub(crate) variant: u16,
}

/// Buffers that outlive the walk of one payload, so that they are allocated once.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) findings: Vec<FoundFault>,
    pub(crate) deferred: Vec<Deferred>,
    /// The branches that accepted the payload as a whole.
    pub(crate) root_variants: Vec<NodeId>,
    /// Slots with spellings whose first places are wanted.
    pub(crate) spelled_anew: Vec<u32>,
    pub(crate) skipper: Skipper,
    /// Hashes of keys that have no bit.
    pub(crate) hashes: Vec<u64>,
    pub(crate) faults: Vec<(NodeId, Fault)>,
    /// Keys on the current path that are data.
    pub(crate) data_keys: Vec<(u32, u32)>,
    /// Results of tests for acceptance: the end of the value, if the schema accepts.
    pub(crate) answers: FxHashMap<(NodeId, u32), Option<NonZeroU32>>,
    /// The slot and offset of values that the only possible branch does not accept.
    pub(crate) failed: FxHashSet<(u32, u32)>,
    /// Emptied buffers for the evidence of objects.
    pub(crate) evidence: Vec<Vec<u8>>,
}

impl Scratch {
    /// Starts another payload.
    pub(super) fn begin(&mut self) {
        self.reset();
        if self.failed.capacity() > ANSWERS {
            self.failed = FxHashSet::default();
        }
        self.failed.clear();
    }

    /// Starts the same payload again.
    pub(super) fn reset(&mut self) {
        self.findings.clear();
        self.deferred.clear();
        self.root_variants.clear();
        self.spelled_anew.clear();
        self.skipper.reset();
        self.hashes.clear();
        self.faults.clear();
        self.data_keys.clear();
        // One payload with many answers must not slow down all that follow.
        if self.answers.capacity() > ANSWERS {
            self.answers = FxHashMap::default();
        }
        self.answers.clear();
    }
}
