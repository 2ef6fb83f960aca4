//! The questions asked about the values of one place: a tree, which grows as payloads take new ways.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::json::Kind;
use crate::schema::NodeId;

use super::evidence::Looks;

/// Questions on one way; a way with more goes to the tape.
pub(super) const QUESTIONS: u32 = 128;

/// A question about a value.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// Whether a schema accepts it.
    Accepts(NodeId),
    /// Whether it has a member with this name.
    Has(Arc<str>),
    /// Whether it has a member with one of these names; if so, it may look like a branch that rejects it.
    LooksLike(Arc<FxHashSet<Arc<str>>>),
}

/// A node in the tree of questions.
#[derive(Debug)]
pub(crate) enum Turn {
    /// A question, and the next turns if the answer is no and if it is yes.
    Ask(Question, [u32; 2]),
    /// These schemas apply.
    Apply(Applied),
    /// No branch of a union accepts, or several of a `oneOf`.
    NoBranch,
    /// Some schema that applies is not streamed.
    Tape,
}

/// Where a way ends.
#[derive(Debug, Clone)]
pub(crate) struct Applied {
    /// The slot of the schemas that apply.
    pub(crate) slot: u32,
    /// The schemas whose `not` accepts.
    pub(crate) excluded: Option<Arc<[NodeId]>>,
    /// Whether a branch is only assumed to accept, because no other branch can.
    pub(crate) is_assumed: bool,
    /// Whether the schemas that were asked have checked everything.
    pub(crate) is_settled: bool,
}

/// The answers so far, as bits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Answers {
    pub(super) bits: u128,
    pub(super) count: u32,
}

impl Answers {
    pub(crate) fn push(&mut self, answer: bool) {
        self.bits |= u128::from(answer) << (self.count % QUESTIONS);
        self.count += 1;
    }
}

/// The trees of the values of one kind at one place.
#[derive(Debug)]
pub(crate) struct Decisions {
    pub(super) slot: u32,
    pub(super) kind: Kind,
    /// What is inspected before any question is asked.
    pub(crate) looks: Option<Looks>,
    /// The start of each tree.
    pub(super) roots: foldhash::HashMap<Box<[u8]>, u32>,
    pub(crate) turns: Vec<Turn>,
}
