//! Applies a plan to the bytes of one payload.

use std::sync::Arc;

use crate::json::{TapeDocument, skim};
use crate::location::Pointer;
use crate::observe::{Spelling, usual_time};

use crate::migrate::edit::{Edit, EditKind};
use crate::migrate::layout::Layout;
use crate::migrate::rewrite;
use crate::migrate::rewrite::Here;
use crate::migrate::tree::Tree;
use super::{
    Action, Array, NONE, Noted, Object, Plan, Schemas, Small, Spelled, Split, Text, Variant,
};

/// The white space of a document on one line.
#[derive(Debug)]
pub(super) struct Gaps {
    /// The text between a key and its value, including the colon.
    pub(super) colon: String,
    /// The text between two parts, including the comma.
    pub(super) comma: String,
}

/// Buffers that are reused for every payload.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) out: Vec<u8>,
    pub(super) noted: Vec<Noted>,
    pub(super) steps: Vec<Step>,
    /// Where the members of open objects end in the output, with their ranks.
    pub(super) ends: Vec<(u32, usize)>,
    /// Parts that move within the open objects: which, and their text.
    pub(super) arrived: Vec<(Arc<Split>, usize, Vec<u8>)>,
    /// Required members that are missing, each with the place of its object.
    pub(super) lacking: Vec<(Pointer, Arc<str>)>,
    /// The members that are added to an object: their ranks, and where their texts end in `new_text`.
    pub(super) new: Vec<(u32, usize, usize)>,
    pub(super) new_text: String,
    pub(super) piece: String,
}

/// A step on the path to a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A member of one of the objects of the plan.
    Member(u32, u32),
    /// A member that neither contract names: its key with both quotes.
    Other(usize, usize),
    Index(usize),
    /// A part of a member that moves.
    Part(u32, u32, usize),
}

/// Longest value whose result is kept, in bytes.
const SMALL: usize = 16;

/// The payload is left to the reference.
#[derive(Debug)]
pub(super) struct Leave;

pub(super) struct Run<'r, 'c, 't> {
    pub(super) plan: &'r mut Plan<'c>,
    pub(super) whole: &'t str,
    pub(super) text: &'t [u8],
    /// Everything before this offset was written or dropped.
    pub(super) flushed: usize,
    pub(super) gaps: Option<Arc<Gaps>>,
    /// Enclosing values that match one of several variants.
    choices: usize,
}

impl<'r, 'c, 't> Run<'r, 'c, 't> {
    /// Rewrites a payload into the scratch buffer; `None` if it is left to the reference.
    pub(super) fn payload(plan: &'r mut Plan<'c>, whole: &'t str) -> Option<()> {
        let scratch = &mut plan.scratch;
        scratch.out.clear();
        scratch.noted.clear();
        scratch.steps.clear();
        scratch.ends.clear();
        scratch.arrived.clear();
        scratch.lacking.clear();
        let text = whole.as_bytes();
        let mut run = Self {
            plan,
            whole,
            text,
            flushed: 0,
            gaps: None,
            choices: 0,
        };
        run.value(0, skim::space(text, 0)).ok()?;
        if !run.plan.scratch.noted.is_empty() {
            run.flush(text.len());
        }
        Some(())
    }

    /// Copies what is kept to the output, up to a place.
    pub(super) fn flush(&mut self, to: usize) {
        self.plan
            .scratch
            .out
            .extend_from_slice(&self.text[self.flushed..to]);
        self.flushed = to;
    }

    pub(super) fn slice(&self, (start, end): (usize, usize)) -> &'t str {
        self.whole.get(start..end).unwrap_or_default()
    }

    pub(super) fn write(&mut self, text: &str) {
        self.plan.scratch.out.extend_from_slice(text.as_bytes());
    }

    /// Rewrites the value at a place; returns the offset after it.
    pub(super) fn value(&mut self, index: u32, at: usize) -> Result<usize, Leave> {
        let node = self.plan.nodes.get(index as usize).ok_or(Leave)?;
        if let Some(variants) = &node.variants {
            let variants = Arc::clone(variants);
            if let Some((acceptor, variant)) = self.variant(&variants, at) {
                let start = self.plan.scratch.out.len() + at - self.flushed;
                let noted = self.plan.scratch.noted.len();
                self.choices += 1;
                let end = self.value(variant, at)?;
                self.choices -= 1;
                let is_same = self.plan.scratch.noted.len() == noted;
                if !is_same {
                    self.flush(end);
                }
                let value = match is_same {
                    true => &self.text[at..end],
                    false => &self.plan.scratch.out[start..],
                };
                // If it is not what the variant became, the reference looks at others, too.
                return match self.plan.acceptors[acceptor].accepts(value) {
                    Some(true) => Ok(end),
                    _ => Err(Leave),
                };
            }
        }
        let node = &self.plan.nodes[index as usize];
        let schemas = match self.text.get(at) {
            Some(b'{') => match &node.object {
                Object::Copy => None,
                Object::Members(list) => return self.object(*list, at),
                Object::Tree(schemas) => Some(schemas),
            },
            Some(b'[') => match &node.array {
                Array::Copy => None,
                Array::Each(..) => return self.array(index, at),
                Array::Tree(schemas) => Some(schemas),
            },
            Some(b'"') => match &node.string {
                Text::Copy => None,
                Text::Spelled(spelled) => {
                    let spelled = Arc::clone(spelled);
                    return self.spelled(&spelled, at);
                }
                Text::Tree(schemas) => Some(schemas),
            },
            _ => node.scalars.as_ref(),
        };
        match schemas.map(Arc::clone) {
            None => Ok(skim::value(self.text, at)),
            Some(schemas) => self.tree(&schemas, at),
        }
    }

    /// The acceptor and the node of the only variant that accepts a value.
    fn variant(&mut self, variants: &[Variant], at: usize) -> Option<(usize, u32)> {
        let value = &self.text[at..skim::value(self.text, at)];
        let mut found = None;
        for Variant { old, new, node } in variants {
            if !self.plan.acceptors[*old].accepts(value)? {
                continue;
            }
            if found.is_some() {
                return None;
            }
            found = Some((*new, *node));
        }
        found
    }

    /// A string in the spelling of a format.
    fn spelled(&mut self, spelled: &Spelled, at: usize) -> Result<usize, Leave> {
        if let Some(wanted) = spelled.usual
            && let Some((length, is_zero)) = usual_time(&self.text[at..])
        {
            let offset = if is_zero { "+00:00" } else { "Z" };
            if offset != wanted {
                let clock = self.slice((at + 1, at + length - offset.len() - 1));
                self.respelled(spelled, (at, at + length), (clock, wanted));
            }
            return Ok(at + length);
        }
        let (end, is_escaped) = skim::string(self.text, at);
        if is_escaped {
            return self.tree(&spelled.schemas, at);
        }
        let text = self.slice((at + 1, end - 1));
        let graph = &self.plan.rewriter.new.graph;
        let mut wanted = spelled.wanted.iter();
        let written = wanted.find_map(|(node, format, wanted)| {
            let own = Spelling::of(format, text)?;
            // A string that does not match the format is not rewritten.
            let mut checks = graph.node(*node).checks.iter();
            if !own.differs(*wanted) || !checks.all(|check| check.accepts_text(text)) {
                return None;
            }
            wanted.write(text)
        });
        if let Some(written) = written.filter(|written| written != text) {
            self.respelled(spelled, (at, end), (&written, ""));
        }
        Ok(end)
    }

    /// Writes a time in another spelling: its clock and offset.
    fn respelled(
        &mut self,
        spelled: &Spelled,
        (start, end): (usize, usize),
        (clock, offset): (&str, &str),
    ) {
        self.flush(start);
        // A time needs no escapes.
        let out = &mut self.plan.scratch.out;
        out.push(b'"');
        out.extend_from_slice(clock.as_bytes());
        out.extend_from_slice(offset.as_bytes());
        out.push(b'"');
        self.flushed = end;
        let used = &self.plan.slots[spelled.slot as usize].used;
        // If the value is known, its result is known, too.
        let is_wanted = match used.before.is_open() {
            true => used.before.wants(self.slice((start, end))),
            false => used.after.is_open(),
        };
        let shown = is_wanted.then(|| {
            let written = format!("\"{clock}{offset}\"");
            (self.place(false), self.place(true), written)
        });
        let noted = Noted::Respelled(spelled.slot, (start, end), shown);
        self.plan.scratch.noted.push(noted);
    }

    fn array(&mut self, index: u32, start: usize) -> Result<usize, Leave> {
        let Array::Each(known, schemas) = &self.plan.nodes[index as usize].array else {
            return Err(Leave);
        };
        let (mut node, schemas) = (*known, Arc::clone(schemas));
        let mut at = skim::space(self.text, start + 1);
        if self.text.get(at) == Some(&b']') {
            return Ok(at + 1);
        }
        if node == NONE {
            let (from, to) = self.plan.nodes[index as usize].at.clone();
            node = self.plan.node(&schemas, (from.join("0"), to.join("0")));
            if let Array::Each(known, _) = &mut self.plan.nodes[index as usize].array {
                *known = node;
            }
        }
        for position in 0.. {
            self.plan.scratch.steps.push(Step::Index(position));
            let end = self.value(node, at)?;
            self.plan.scratch.steps.pop();
            at = skim::space(self.text, end);
            match self.text.get(at) {
                Some(b',') => at = skim::space(self.text, at + 1),
                Some(b']') => return Ok(at + 1),
                _ => return Err(Leave),
            }
        }
        Err(Leave)
    }

    /// Parses a value and rewrites it as a tree; returns the offset after it.
    pub(super) fn tree(&mut self, schemas: &Schemas, at: usize) -> Result<usize, Leave> {
        let end = skim::value(self.text, at);
        let text = self.slice((at, end));
        // The schemas are those of one place, unless neither contract names the member.
        let is_small =
            text.len() <= SMALL && !matches!(self.plan.scratch.steps.last(), Some(Step::Other(..)));
        let place = std::ptr::from_ref(schemas).addr();
        if is_small && let Some(known) = self.small(place, text, (at, end)) {
            return Ok(known);
        }
        let document = TapeDocument::parse(text.as_bytes()).map_err(|_| Leave)?;
        let depth = self.plan.scratch.steps.len();
        let here = Here::below(self.place(false), self.place(true), self.plan.side, depth);
        let here = here.choosing(self.choices);
        let schemas = rewrite::Schemas {
            old: &schemas.old,
            new: &schemas.new,
        };
        let outcome = self.plan.rewriter.value(&here, schemas, document.root());
        if outcome.edits.is_empty() {
            if is_small {
                self.plan.keep_small(place, text, Small::Same);
            }
            return Ok(end);
        }
        let new = match &outcome.tree {
            Tree::Kept(kept) => kept.raw().to_owned(),
            Tree::Made(made) if !made.is_object() && !made.is_array() => made.to_string(),
            tree => {
                let gaps = self.gaps();
                Layout::on_one_line(gaps.colon.clone(), gaps.comma.clone()).write(tree, "")
            }
        };
        self.flush(at);
        self.write(&new);
        self.flushed = end;
        let is_same_place = |edit: &Edit| {
            let (from, to) = (Some(&here.from), Some(&here.to));
            edit.kind == EditKind::Respelled && edit.from.as_ref() == from && edit.to.as_ref() == to
        };
        if let [only] = outcome.edits.as_slice()
            && is_small
            && is_same_place(only)
        {
            let slot = self
                .plan
                .slot(EditKind::Respelled, Some(&here.from), Some(&here.to));
            self.plan
                .keep_small(place, text, Small::Respelled(new.into(), slot));
        }
        let edits = outcome.edits.into_iter().map(Noted::Edit);
        self.plan.scratch.noted.extend(edits);
        Ok(end)
    }

    /// A small value that was seen at this place before.
    fn small(&mut self, place: usize, text: &str, (start, end): (usize, usize)) -> Option<usize> {
        let known = self.plan.small.get(&place)?.get(text.as_bytes())?;
        let Small::Respelled(new, slot) = known else {
            return Some(end);
        };
        let (new, slot) = (Arc::clone(new), *slot);
        self.flush(start);
        self.write(&new);
        self.flushed = end;
        let used = &self.plan.slots[slot as usize].used;
        let is_wanted = used.before.wants(text) || used.after.wants(&new);
        let shown = is_wanted.then(|| (self.place(false), self.place(true), new.to_string()));
        let noted = Noted::Respelled(slot, (start, end), shown);
        self.plan.scratch.noted.push(noted);
        Some(end)
    }

    /// The place of the current value, before or after.
    pub(super) fn place(&self, is_after: bool) -> Pointer {
        let mut pointer = Pointer::root();
        for step in &self.plan.scratch.steps {
            match step {
                Step::Index(index) => pointer.push_index(*index),
                Step::Other(start, end) => {
                    let name = serde_json::from_slice::<String>(&self.text[*start..*end]);
                    pointer.push_key(&name.unwrap_or_default());
                }
                Step::Part(list, index, part) => {
                    let member = &self.plan.objects[*list as usize].members[*index as usize];
                    if let Action::Split(split) = &member.action {
                        let part = &split.parts[*part];
                        let way = if is_after { &part.to } else { &part.from };
                        way.iter().for_each(|name| pointer.push_key(name));
                    }
                }
                Step::Member(list, index) => {
                    let member = &self.plan.objects[*list as usize].members[*index as usize];
                    match &member.action {
                        Action::Rename(name, ..) if is_after => pointer.push_key(name),
                        _ => pointer.push_key(&member.name),
                    }
                }
            }
        }
        pointer
    }
}
