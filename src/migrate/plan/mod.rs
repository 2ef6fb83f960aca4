//! What an upgrade does to payloads: computed once for each place, and applied to their bytes.
//!
//! [`super::rewrite`] is the reference: it parses a payload and looks at the schemas of both contracts for
//! every value. Here the same is computed when a place is first visited ([`compile`]), and from then on bytes
//! are copied, dropped and added ([`run`]). If an edit depends on more than the place, only that part is
//! parsed and rewritten as a tree. What cannot be done this way, and results that do not conform to the new
//! contract, are left to the reference.

mod clean;
mod compile;
mod members;
mod put;
mod run;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use rustc_hash::FxHashMap;

use crate::location::{Origin, Pointer, Side};
use crate::observe::{Acceptor, DeviationKind, Spelling};
use crate::schema::NodeId;

use super::edit::{Edit, EditKind, Proposal};
use super::keys::{Keys, NONE};
use super::rewrite::Rewriter;
use super::edit::ProposalKey;
use super::summary::{EditKey, EditUse, Met, Outcomes, counted};

/// Places that are computed for one kind of payload; payloads with more places are left to the reference.
const NODES: usize = 10_000;

/// The pointers before and after.
type Pointers = (Pointer, Pointer);

/// What is done to the payloads of one operation, side and status under one schema.
#[derive(Debug)]
pub(super) struct Plan<'c> {
    rewriter: Rewriter<'c>,
    side: Option<Side>,
    nodes: Vec<Node>,
    objects: Vec<Members>,
    /// Whether the values of a pair of schemas stay unchanged, for pairs where this is known.
    clean: FxHashMap<(Vec<NodeId>, Vec<NodeId>), bool>,
    slots: Vec<Slot>,
    by_key: FxHashMap<EditKey, u32>,
    proposals: Vec<Proposed>,
    /// For rewritten payloads.
    acceptor: Acceptor<'c>,
    /// For variants.
    acceptors: Vec<Acceptor<'c>>,
    acceptor_of: FxHashMap<(bool, NodeId), usize>,
    /// The results for small values that were parsed, by the address of their schemas and their text.
    small: FxHashMap<usize, FxHashMap<Box<[u8]>, Small>>,
    scratch: run::Scratch,
}

/// What became of a small value.
#[derive(Debug)]
enum Small {
    Same,
    /// It is reformatted, which is counted in this slot.
    Respelled(Arc<str>, u32),
}

/// Small values of one place whose result is kept.
const SMALL_KEPT: usize = 256;

/// A place with the schemas of both contracts, and what is done to each kind of value there.
#[derive(Debug)]
struct Node {
    /// The place before and after; positions in arrays are 0.
    at: Pointers,
    /// The variants that a value may match, if nothing else matters.
    variants: Option<Arc<[Variant]>>,
    object: Object,
    array: Array,
    string: Text,
    /// The schemas of numbers, booleans and null, if some of them are reformatted.
    scalars: Option<Arc<Schemas>>,
}

/// A variant of a union, and what it became.
#[derive(Debug)]
struct Variant {
    /// The positions of its acceptor, and of the acceptor of what it became, in the plan.
    old: usize,
    new: usize,
    node: u32,
}

/// What is done to objects.
#[derive(Debug, Clone)]
enum Object {
    Copy,
    /// By this list.
    Members(u32),
    Tree(Arc<Schemas>),
}

/// What is done to arrays.
#[derive(Debug, Clone)]
enum Array {
    Copy,
    /// The node of the elements, once one was visited, and their schemas.
    Each(u32, Arc<Schemas>),
    Tree(Arc<Schemas>),
}

/// What is done to strings.
#[derive(Debug, Clone)]
enum Text {
    Copy,
    /// They are written in the spelling of a format.
    Spelled(Arc<Spelled>),
    Tree(Arc<Schemas>),
}

/// How strings are spelled.
#[derive(Debug)]
struct Spelled {
    /// The schemas that prescribe it, their formats, and the spellings.
    wanted: Vec<(NodeId, Box<str>, Spelling)>,
    /// The offset of date-times, if nothing else is required of them and it is `+00:00` or `Z`.
    usual: Option<&'static str>,
    slot: u32,
    schemas: Arc<Schemas>,
}

/// The schemas of a value in both contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Schemas {
    old: Vec<NodeId>,
    new: Vec<NodeId>,
}

/// What is done to the members of an object.
#[derive(Debug)]
struct Members {
    schemas: Arc<Schemas>,
    /// The members that a contract names.
    members: Vec<Member>,
    /// Their positions, by key.
    keys: Keys,
    /// What is done to others.
    others: Others,
    /// The required members of the new contract that may be missing, in its order.
    needed: Vec<Needed>,
    /// Whether parts of members move.
    has_splits: bool,
    /// Members whose place others move to: a payload that has one is left to the reference.
    in_the_way: Vec<u32>,
}

/// What is done to members that neither contract names.
#[derive(Debug, Clone)]
enum Others {
    Copy,
    /// Their values are rewritten by these schemas.
    Tree(Arc<Schemas>),
    /// The payload is left to the reference.
    Leave,
}

#[derive(Debug)]
struct Member {
    name: Arc<str>,
    action: Action,
    schemas: Arc<Schemas>,
    null: Null,
    /// The position among the new contract's names; [`NONE`] if it has none.
    rank: u32,
    /// The required member that need not be added because of it.
    fills: u32,
    /// The node of its value, once it was visited.
    node: u32,
}

/// What is done to a member.
#[derive(Debug, Clone)]
enum Action {
    Keep,
    /// Dropped, counted in this slot, and possibly among the guesses.
    Drop(u32, Option<u32>),
    /// Renamed: the new name, the same as JSON text, and the slot.
    Rename(Arc<str>, Arc<str>, u32),
    /// Parts of it move; the rest is dropped.
    Split(Arc<Split>),
}

/// Parts of a member that move to another place in the object.
#[derive(Debug)]
struct Split {
    parts: Vec<Part>,
    /// The guesses that are not applied.
    proposals: Vec<Guess>,
}

/// From where to where a guess would move something, below an object, and the reason for it.
type Guess = (Vec<Arc<str>>, Vec<Arc<str>>, &'static str);

#[derive(Debug)]
struct Part {
    /// The names that lead to it from the object, before and after, and the last one as JSON text.
    from: Vec<Arc<str>>,
    to: Vec<Arc<str>>,
    key: String,
    slot: u32,
    /// The node of its value, once it was visited, and its schemas.
    node: AtomicU32,
    schemas: Arc<Schemas>,
    /// The position of the first name among those of the new contract, and the required member that need not
    /// be added because of it.
    rank: u32,
    fills: u32,
}

/// What is done to null as the value of a member that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Null {
    Keep,
    /// Dropped, counted in this slot.
    LeaveOut(u32),
    /// It is reformatted.
    Tree,
}

/// A member that the new contract requires.
#[derive(Debug)]
struct Needed {
    name: Arc<str>,
    /// The key as JSON text.
    key: String,
    rank: u32,
    /// What is added if it is missing: the slot and the JSON text; `None` if that is unknown.
    added: Option<(u32, Arc<str>)>,
}

/// The counts of an edit.
#[derive(Debug)]
struct Slot {
    key: EditKey,
    used: EditUse,
    /// Whether a payload had values.
    has_values: bool,
}

/// The counts of a guess that is not applied.
#[derive(Debug)]
struct Proposed {
    key: ProposalKey,
    met: Met,
    /// The last payload that it was seen in.
    last: (u64, u64),
}

/// The result for a payload.
#[derive(Debug)]
pub(super) enum Done<'p> {
    /// It already has the shape of the new contract.
    Current,
    /// Its new text, including the surrounding white space, if it has changed.
    Rewritten {
        text: Option<&'p str>,
        /// Whether it conforms to the new contract; if not, required members are missing.
        is_valid: bool,
    },
}

/// An edit of the payload that is being rewritten.
#[derive(Debug)]
enum Noted {
    /// An edit with a slot.
    Slot(u32),
    /// A dropped value: the slot, the guess that would move it, its bytes, and its place, if it may be shown.
    Dropped(u32, Option<u32>, (usize, usize), Option<Pointer>),
    /// An added value: the slot, and its place and text, if it may be shown.
    Added(u32, Option<(Pointer, Arc<str>)>),
    /// A reformatted string: its slot and bytes, its place before and after, and its new text.
    Respelled(u32, (usize, usize), Option<(Pointer, Pointer, String)>),
    /// An edit of a part that was parsed.
    Edit(Edit),
}

impl<'c> Plan<'c> {
    /// A plan for payloads of a schema and what they become.
    pub(super) fn new(
        rewriter: Rewriter<'c>,
        side: Option<Side>,
        (old, new): (NodeId, NodeId),
    ) -> Self {
        let mut plan = Self {
            rewriter,
            side,
            nodes: Vec::new(),
            objects: Vec::new(),
            clean: FxHashMap::default(),
            slots: Vec::new(),
            by_key: FxHashMap::default(),
            proposals: Vec::new(),
            acceptor: Acceptor::new(&rewriter.new.graph, side, new),
            acceptors: Vec::new(),
            acceptor_of: FxHashMap::default(),
            small: FxHashMap::default(),
            scratch: run::Scratch::default(),
        };
        let root = Schemas {
            old: vec![old],
            new: vec![new],
        };
        plan.node(&root, (Pointer::root(), Pointer::root()));
        plan
    }

    /// Rewrites a payload that is JSON, conforms to the old contract, and has no repeated keys; `None` if it
    /// is left to the reference. Nothing is counted yet.
    pub(super) fn rewrite(&mut self, text: &str) -> Option<Done<'_>> {
        if memchr::memchr(b'\n', text.trim_end().as_bytes()).is_some() {
            return None;
        }
        run::Run::payload(self, text)?;
        let is_changed = !self.scratch.noted.is_empty();
        let out: &[u8] = match is_changed {
            true => &self.scratch.out,
            false => text.as_bytes(),
        };
        let lacking = &self.scratch.lacking;
        let is_valid = lacking.is_empty();
        let is_known = match is_valid {
            true => self.acceptor.accepts(out) == Some(true),
            // The missing members are known; if more than that is wrong, the reference may do better.
            false => self.acceptor.missing(out) == Some(lacking.len()),
        };
        if !is_known {
            return None;
        }
        if is_valid && !is_changed {
            return Some(Done::Current);
        }
        let text = match is_changed {
            true => Some(std::str::from_utf8(&self.scratch.out).ok()?),
            false => None,
        };
        Some(Done::Rewritten { text, is_valid })
    }

    /// Counts the edits of the last payload, which had this text.
    pub(super) fn count(
        &mut self,
        outcomes: &mut Outcomes,
        text: &str,
        (part, payload): (u64, u64),
        origin: &Origin,
    ) {
        let Self {
            slots,
            by_key,
            proposals,
            scratch,
            ..
        } = self;
        let loses = scratch.noted.iter().any(|noted| match noted {
            Noted::Slot(slot) | Noted::Dropped(slot, ..) => slots[*slot as usize].key.kind.loses(),
            Noted::Added(..) | Noted::Respelled(..) => false,
            Noted::Edit(edit) => edit.kind.loses(),
        });
        let whole = (part, payload, 0);
        match scratch.lacking.is_empty() {
            true => outcomes.valid += 1,
            false => outcomes.incomplete += 1,
        }
        let lacking = scratch.lacking.drain(..).map(|(place, property)| {
            let kind = DeviationKind::Missing {
                property,
                because: None,
            };
            (place.folded(), kind, String::new())
        });
        for (key, times) in counted(lacking.collect()) {
            outcomes.left.add(key, times, whole, origin);
        }
        outcomes.start(loses, whole, origin);
        let mut proposed = Vec::new();
        for (index, noted) in scratch.noted.drain(..).enumerate() {
            let moment = (part, payload, index);
            match noted {
                Noted::Slot(slot) => {
                    slots[slot as usize].used.count(moment);
                }
                Noted::Dropped(slot, proposal, (start, end), place) => {
                    let used = &mut slots[slot as usize].used;
                    used.count(moment);
                    if let Some(place) = place {
                        used.before.add(&text[start..end], &place, moment);
                    }
                    if let Some(proposal) = proposal {
                        let proposal = &mut proposals[proposal as usize];
                        let is_first = proposal.last != (part, payload);
                        proposal.last = (part, payload);
                        proposal.met.add(is_first, whole, origin);
                    }
                }
                Noted::Added(slot, shown) => {
                    let used = &mut slots[slot as usize].used;
                    used.count(moment);
                    if let Some((place, text)) = shown {
                        used.after.add(&text, &place, moment);
                    }
                }
                Noted::Respelled(slot, (start, end), shown) => {
                    let used = &mut slots[slot as usize].used;
                    used.count(moment);
                    if let Some((before, after, written)) = shown {
                        used.before.add(&text[start..end], &before, moment);
                        used.after.add(&written, &after, moment);
                    }
                }
                Noted::Edit(edit) => {
                    // An edit that has a slot is counted there, so that a payload counts once.
                    match by_key.get(&EditKey::of(&edit)) {
                        Some(slot) => slots[*slot as usize].used.add(&edit, moment),
                        None => outcomes.add_edit(&edit, moment),
                    }
                    proposed.extend(edit.proposal.as_deref().map(Proposal::key));
                }
            }
        }
        proposed.retain(|key| {
            let known = proposals.iter_mut().find(|proposal| proposal.key == *key);
            let Some(known) = known else { return true };
            let is_first = known.last != (part, payload);
            known.last = (part, payload);
            known.met.add(is_first, whole, origin);
            false
        });
        outcomes.propose(proposed, whole, origin);
    }

    /// Adds the counts to the outcomes.
    pub(super) fn settle(&mut self, outcomes: &mut Outcomes) {
        for slot in &mut self.slots {
            let used = std::mem::take(&mut slot.used);
            if used.times > 0 {
                outcomes.add_use(slot.key.clone(), used);
            }
        }
        for proposal in &mut self.proposals {
            let met = std::mem::take(&mut proposal.met);
            outcomes.proposals.add_met(proposal.key.clone(), met);
        }
    }

    /// The same after each payload. Of each edit, only the values of the first payload that has some are kept.
    pub(super) fn settle_payload(&mut self, outcomes: &mut Outcomes) {
        for slot in &mut self.slots {
            slot.has_values |= slot.used.has_values();
        }
        self.settle(outcomes);
        for slot in self.slots.iter_mut().filter(|slot| slot.has_values) {
            slot.used.close_values();
        }
    }

    fn keep_small(&mut self, place: usize, text: &str, small: Small) {
        let known = self.small.entry(place).or_default();
        if known.len() < SMALL_KEPT {
            known.insert(text.as_bytes().into(), small);
        }
    }

    /// The slot of an edit.
    fn slot(&mut self, kind: EditKind, from: Option<&Pointer>, to: Option<&Pointer>) -> u32 {
        let key = EditKey {
            from: from.map(Pointer::folded),
            to: to.map(Pointer::folded),
            kind,
        };
        if let Some(known) = self.by_key.get(&key) {
            return *known;
        }
        let index = crate::limits::index(self.slots.len());
        self.by_key.insert(key.clone(), index);
        self.slots.push(Slot {
            key,
            used: EditUse::default(),
            has_values: false,
        });
        index
    }

    /// The position of a guess among those that are counted.
    fn proposal(&mut self, key: ProposalKey) -> u32 {
        let mut proposals = self.proposals.iter();
        let known = proposals.position(|proposal| proposal.key == key);
        let index = known.unwrap_or_else(|| {
            self.proposals.push(Proposed {
                key,
                met: Met::default(),
                last: (u64::MAX, u64::MAX),
            });
            self.proposals.len() - 1
        });
        crate::limits::index(index)
    }
}
