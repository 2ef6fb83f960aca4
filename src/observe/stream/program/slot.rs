//! One place in payloads with its schemas, its counters, and what was learnt about how its members are
//! written.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::observe::profile::tally::EVIDENCE_KEPT;
use crate::observe::stream::count::fault::Fault;
use crate::observe::stream::lex::literal::Tallied;
use crate::observe::stream::lex::scan::{CLASSES, SCALARS};
use crate::observe::stream::lex::time::Offset;
use crate::observe::walk::variant::OpenEnums;
use crate::schema::NodeId;

use super::glue::Learnt;
use super::NONE;
use super::how::How;
use super::mode::COUNT;
use super::plan::{Leftovers, MEMBERS};

/// Words of the bits of members.
pub(crate) const WORDS: usize = MEMBERS / 64;

/// How a place is reached from its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SlotStep {
    /// It is the same place, with schemas chosen by the value.
    Same,
    /// A member by name.
    Key(Arc<str>),
    /// A member whose key is data.
    Data,
    /// An element.
    Index,
}

/// What a value chose: all schemas, the branches that accepted, the enums that may be bypassed, and the rules
/// for unevaluated parts.
pub(super) type Chosen = (Box<[NodeId]>, Box<[NodeId]>, Box<[OpenEnums]>, Leftovers);

/// One place with one set of schemas. The fields that every value needs come first.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Slot {
    /// Counts of values by class. Those of the last two classes are not used.
    pub(crate) kinds: [u64; CLASSES],
    /// How a value is handled, by the class of its first byte.
    pub(crate) how: [How; CLASSES],
    pub(crate) plan: u32,
    /// The smallest and the largest number of [`How::BoundedNumber`].
    pub(crate) integers: (i64, i64),
    /// The counters of the usual spellings, by their offset.
    pub(crate) spelled: [u32; 2],
    /// The payload in which usual spellings are only counted here, and how often they were met in addition to
    /// the first one of each payload.
    pub(crate) sated_in: [u64; 2],
    pub(crate) beside: [u64; 2],
    /// The last payload that was here, how many of its usual spellings were inspected, and how many more it
    /// has.
    pub(crate) latest: u64,
    pub(crate) looked_at: [u32; 2],
    pub(crate) more: [u64; 2],
    /// The slots of [`How::Only`], by kind.
    pub(super) only: [u32; SCALARS],
    pub(crate) element: u32,
    pub(crate) learnt: Learnt,
    pub(crate) members: Vec<Member>,
    /// The required members, a bit for each.
    pub(crate) required: [u64; WORDS],
    /// Whether objects have requirements that are not in the first word of `required`.
    pub(crate) asks_more: bool,
    pub(crate) has_dependents: bool,
    /// Whether schemas constrain arrays themselves, and objects themselves.
    pub(crate) asks_arrays: bool,
    pub(crate) asks_objects: bool,
    pub(crate) by_key: foldhash::HashMap<Box<[u8]>, u32>,
    pub(super) strangers: u32,
    /// Members that schemas declare, but that have no bit left.
    pub(super) beyond: Option<Box<foldhash::HashMap<Box<str>, Member>>>,
    /// For each schema that lists strings: how often each string was seen.
    pub(crate) listed: Box<[Tallied]>,
    pub(crate) prefix: Vec<u32>,
    /// Places of members whose key is data, by their schemas.
    pub(super) data: Vec<(Box<[NodeId]>, u32)>,
    pub(crate) choices: Box<[Option<Choice>; 6]>,
    /// Places by what values chose.
    pub(crate) chosen: FxHashMap<Chosen, u32>,
    /// How often the branches of `variants` accepted, without the kinds in `narrowed`.
    pub(crate) accepted: u64,
    /// The kinds that come here through [`How::Only`], a bit for each, and how many of those values deviate.
    pub(crate) narrowed: u8,
    pub(crate) rejected: u64,
    /// The name of the branch, for values that deviate.
    pub(crate) label: u16,
    pub(crate) variants: Box<[NodeId]>,
    /// For each union with an enum next to a branch that accepts any string: those enums.
    pub(crate) closed: Box<[OpenEnums]>,
    pub(crate) parent: u32,
    pub(crate) step: SlotStep,
    /// Whether a name on the path is that of a secret.
    pub(crate) is_secret: bool,
    /// Whether a key on the path is data.
    pub(crate) is_below_data: bool,
}

impl Slot {
    /// The slot of [`How::Only`] for values of a class.
    pub(crate) fn only_of(&self, class: usize) -> u32 {
        self.only[class % SCALARS]
    }

    /// Redirects values of a class to another slot.
    pub(crate) fn goes_to(&mut self, class: usize, only: u32) {
        self.only[class % SCALARS] = only;
        self.how[class] = How::Only;
    }

    /// Whether the payload already has so many of a usual spelling that this place is not among the first. If
    /// so, it is counted here.
    pub(crate) fn is_one_more<const MODE: u8>(&mut self, offset: Offset, payload: u64) -> bool {
        if MODE != COUNT {
            // The last one that was counted is taken back first.
            let more = &mut self.more[offset as usize];
            match *more {
                0 => {
                    let looked_at = &mut self.looked_at[offset as usize];
                    *looked_at = looked_at.saturating_sub(1);
                }
                _ => *more -= 1,
            }
            return true;
        }
        if self.latest != payload {
            self.latest = payload;
            self.looked_at = [0; 2];
            self.more = [0; 2];
        }
        let is_more = self.looked_at[offset as usize] as usize >= EVIDENCE_KEPT;
        self.more[offset as usize] += u64::from(is_more);
        is_more
    }
}

/// How the schemas of a value of one kind are found.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Choice {
    /// There is one union, and only one of its branches accepts values of this kind.
    One {
        /// The slot of the value, read as that branch.
        slot: u32,
        /// The name of the branch, if there is another one that is not just for null.
        label: u16,
        /// Whether there is another branch, so that it matters which one accepted.
        counts: bool,
    },
    /// Branches and conditions have to be asked, by the decisions with this number.
    Ask(u32),
    /// The value goes to the tape.
    Tape,
}

/// A key that occurred in objects of a slot, or that is required.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// The slot of the value; [`NONE`] if the value is not constrained.
    pub(crate) slot: u32,
    /// The faults of having this member.
    pub(crate) faults: Arc<[(NodeId, Fault)]>,
    /// Whether any of these is a deviation.
    pub(crate) deviates: bool,
    /// Whether the key is data, and therefore not part of the path.
    pub(crate) is_data: bool,
    pub(super) is_resolved: bool,
}

impl Member {
    /// Whether the member only needs to be walked.
    pub(crate) fn is_plain(&self) -> bool {
        self.faults.is_empty() && !self.is_data && self.slot != NONE
    }

    pub(super) fn unresolved() -> Self {
        Self {
            slot: NONE,
            faults: Arc::new([]),
            deviates: false,
            is_data: false,
            is_resolved: false,
        }
    }
}
