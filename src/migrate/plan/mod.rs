//! What an upgrade does to payloads, worked out once for each place, and done to their bytes.
//!
//! [`super::rewrite`] is the reference: it parses a payload and looks at the schemas of both contracts for every value.
//! Here the same is worked out when a place is met first ([`compile`]), and from then on bytes are passed over, left
//! out and put in ([`run`]). Where what is to be done depends on more than the place, that part alone is parsed and
//! rewritten as a tree. What cannot be done this way, and what comes out and does not conform to the new contract, is
//! for the reference.

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
use super::rewrite::Rewriter;
use super::summary::{EditKey, EditUse, Met, Outcomes, ProposalKey, counted};

/// No node, no member, no slot.
const NONE: u32 = u32::MAX;

/// Places of one kind of payload that are worked out; payloads that lead to more are for the reference.
const NODES: usize = 50_000;

/// The pointers before and after.
type Pointers = (Pointer, Pointer);

/// What is done to the payloads of one operation, side and status under one schema.
#[derive(Debug)]
pub(super) struct Plan<'c> {
    rewriter: Rewriter<'c>,
    side: Option<Side>,
    nodes: Vec<Node>,
    objects: Vec<Members>,
    /// Pairs of schemas of which it is known whether nothing is done to their values.
    clean: FxHashMap<(Vec<NodeId>, Vec<NodeId>), bool>,
    slots: Vec<Slot>,
    /// Of what payloads become.
    acceptor: Acceptor<'c>,
    /// Of variants.
    acceptors: Vec<Acceptor<'c>>,
    scratch: run::Scratch,
}

/// A place with the schemas of both contracts, and what is done to each kind of value there.
#[derive(Debug)]
struct Node {
    /// The place before and after; positions in arrays are 0.
    at: Pointers,
    /// The variants that a value may be, where that is all that there is to know.
    variants: Option<Arc<[Variant]>>,
    object: Object,
    array: Array,
    string: Text,
    /// The schemas of numbers, booleans and null, where some of them are written another way.
    scalars: Option<Arc<Schemas>>,
}

/// A variant of a union, and what it became.
#[derive(Debug)]
struct Variant {
    /// The position of its acceptor among those of the plan; that of what it became is the next.
    acceptor: usize,
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
    /// The node of the elements, once one was met, and their schemas.
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
    /// The schemas that say so, their formats, and the spellings.
    wanted: Vec<(NodeId, Box<str>, Spelling)>,
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
    /// Those that a contract names.
    members: Vec<Member>,
    by_name: FxHashMap<Box<[u8]>, u32>,
    /// The member that came first in the last object.
    first: u32,
    /// What is done to others.
    others: Others,
    /// What the new contract requires and may not be there, in its order.
    needed: Vec<Needed>,
    /// Whether parts of members come to stand elsewhere.
    has_splits: bool,
    /// Members in whose place others come to stand: a payload that has one is for the reference.
    in_the_way: Vec<u32>,
}

/// What is done to members that no contract names.
#[derive(Debug, Clone)]
enum Others {
    Copy,
    /// Their values are rewritten by these schemas.
    Tree(Arc<Schemas>),
    /// The payload is for the reference.
    Leave,
}

#[derive(Debug)]
struct Member {
    name: Arc<str>,
    action: Action,
    schemas: Arc<Schemas>,
    null: Null,
    /// The place among the new contract's names; [`NONE`] where it has none.
    rank: u32,
    /// What it makes unnecessary to add.
    fills: u32,
    /// The member that came behind it in the last object.
    next: u32,
    /// The node of its value, once it was met.
    node: u32,
}

/// What is done to a member.
#[derive(Debug, Clone)]
enum Action {
    Keep,
    /// Left out, counted in this slot.
    Drop(u32),
    /// It has another name: that, the same as JSON text, and the slot.
    Rename(Arc<str>, Arc<str>, u32),
    /// Parts of it come to stand elsewhere; the rest is left out.
    Split(Arc<Split>),
}

/// Parts of a member that come to stand elsewhere in the object.
#[derive(Debug)]
struct Split {
    parts: Vec<Part>,
    /// The guesses that are not acted on.
    proposals: Vec<Guess>,
}

/// From where to where a guess would move something, below an object, and what speaks for it.
type Guess = (Vec<Arc<str>>, Vec<Arc<str>>, &'static str);

#[derive(Debug)]
struct Part {
    /// The names that lead to it from the object, before and after.
    from: Vec<Arc<str>>,
    to: Vec<Arc<str>>,
    slot: u32,
    /// The node of its value, once it was met, and its schemas.
    node: AtomicU32,
    schemas: Arc<Schemas>,
    /// The place of the first name among those of the new contract, and what it makes unnecessary to add.
    rank: u32,
    fills: u32,
}

/// What is done to null as the value of a member that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Null {
    Keep,
    /// Left out, counted in this slot.
    LeaveOut(u32),
    /// It is written another way.
    Tree,
}

/// A member that the new contract requires.
#[derive(Debug)]
struct Needed {
    name: Arc<str>,
    /// The key as JSON text.
    key: String,
    rank: u32,
    /// What is put in where it is missing: the slot, which has its text; `None` where that is not known.
    added: Option<u32>,
}

/// What is counted of an edit.
#[derive(Debug)]
struct Slot {
    key: EditKey,
    used: EditUse,
    /// What is put in, as JSON text.
    text: Option<String>,
    /// Where the value would go if a guess were right.
    proposal: Option<ProposalKey>,
    proposed: Met,
}

/// What came out of a payload.
#[derive(Debug)]
pub(super) enum Done<'p> {
    /// It is as the new contract has it.
    Current,
    /// Its new text, with the white space around it, where that has changed.
    Rewritten {
        text: Option<&'p str>,
        /// Whether it conforms to the new contract; if not, required members are missing.
        is_valid: bool,
    },
}

/// An edit of the payload that is being rewritten.
#[derive(Debug)]
enum Noted {
    /// One of a slot, the bytes of the value that it takes away, and where that or what was put in stands, if it is a
    /// value that may be shown.
    Slot(u32, (usize, usize), Option<Pointer>),
    /// A string that is written another way: the same, where it stands before and after, and as what.
    Respelled(u32, (usize, usize), Option<(Pointer, Pointer, String)>),
    /// One of a part that was parsed.
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
            acceptor: Acceptor::new(&rewriter.new.graph, side, new),
            acceptors: Vec::new(),
            scratch: run::Scratch::default(),
        };
        let root = Schemas {
            old: vec![old],
            new: vec![new],
        };
        plan.node(&root, (Pointer::root(), Pointer::root()));
        plan
    }

    /// Rewrites a payload that is JSON, conforms to the old contract, and repeats no key; `None` when it is for the
    /// reference. Nothing is counted yet.
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
            // What is missing is known; if more than that is wrong, the reference may know better.
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

    /// Counts what was done to the last payload, whose text was this.
    pub(super) fn count(
        &mut self,
        outcomes: &mut Outcomes,
        text: &str,
        (part, payload): (u64, u64),
        origin: &Origin,
    ) {
        let Self { slots, scratch, .. } = self;
        let loses = scratch.noted.iter().any(|noted| match noted {
            Noted::Slot(slot, ..) => slots[*slot as usize].key.kind.loses(),
            Noted::Respelled(..) => false,
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
            let (slot, (start, end), place) = match noted {
                Noted::Slot(slot, span, place) => (&mut slots[slot as usize], span, place),
                Noted::Respelled(slot, (start, end), shown) => {
                    let used = &mut slots[slot as usize].used;
                    used.count(moment);
                    if let Some((before, after, written)) = shown {
                        used.before.add(&text[start..end], &before, moment);
                        used.after.add(&written, &after, moment);
                    }
                    continue;
                }
                Noted::Edit(edit) => {
                    outcomes.add_edit(&edit, moment);
                    proposed.extend(edit.proposal.as_deref().map(Proposal::key));
                    continue;
                }
            };
            let is_first = slot.used.count(moment);
            if slot.proposal.is_some() {
                slot.proposed.add(is_first, whole, origin);
            }
            let Some(place) = place else { continue };
            match &slot.text {
                Some(text) => slot.used.after.add(text, &place, moment),
                None => slot.used.before.add(&text[start..end], &place, moment),
            }
        }
        outcomes.propose(proposed, whole, origin);
    }

    /// Adds what was counted to the outcomes.
    pub(super) fn settle(&mut self, outcomes: &mut Outcomes) {
        for slot in &mut self.slots {
            let used = std::mem::take(&mut slot.used);
            if used.times > 0 {
                outcomes.add_use(slot.key.clone(), used);
            }
            if let Some(proposal) = &slot.proposal {
                let met = std::mem::take(&mut slot.proposed);
                outcomes.proposals.add_met(proposal.clone(), met);
            }
        }
    }

    /// The slot of an edit; `text` is what it puts in.
    fn slot(
        &mut self,
        kind: EditKind,
        from: Option<&Pointer>,
        to: Option<&Pointer>,
        text: Option<String>,
    ) -> u32 {
        let key = EditKey {
            from: from.map(Pointer::folded),
            to: to.map(Pointer::folded),
            kind,
        };
        let mut slots = self.slots.iter();
        let known = slots.position(|slot| slot.key == key && slot.text == text);
        let index = known.unwrap_or_else(|| {
            self.slots.push(Slot {
                key,
                used: EditUse::default(),
                text,
                proposal: None,
                proposed: Met::default(),
            });
            self.slots.len() - 1
        });
        u32::try_from(index).unwrap_or(NONE)
    }
}
