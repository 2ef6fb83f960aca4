//! Applies a plan to the members of one object.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::json::{TapeDocument, skim};
use crate::location::Pointer;

use crate::migrate::object::{leftover, propose};
use super::run::{Leave, Run, Step};
use super::{Action, Members, NONE, Noted, Null, Others, Split};

/// An object that is being rewritten.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) list: u32,
    pub(super) start: usize,
    /// Where the first member starts.
    pub(super) first: usize,
    /// Whether one of its members was written or kept.
    pub(super) has_output: bool,
    /// Whether one of its own members was dropped or renamed.
    pub(super) is_changed: bool,
    /// Where the last member ends.
    pub(super) last: usize,
    /// Where the first written member starts in the output, and the white space and comma before it in the
    /// text, which are empty for the first member.
    pub(super) begin: usize,
    pub(super) gap: (usize, usize),
    /// The number of ends and of moved parts before this object.
    pub(super) ends: usize,
    pub(super) arrived: usize,
}

impl Run<'_, '_, '_> {
    /// Rewrites the object at a place by a list of its members; returns the offset after it.
    pub(super) fn object(&mut self, list: u32, start: usize) -> Result<usize, Leave> {
        let mut at = skim::space(self.text, start + 1);
        let mut open = Open {
            list,
            start,
            first: at,
            has_output: false,
            is_changed: false,
            last: start + 1,
            begin: 0,
            gap: (0, 0),
            ends: self.plan.scratch.ends.len(),
            arrived: self.plan.scratch.arrived.len(),
        };
        let mut filled = 0_u64;
        let mut last = NONE;
        let is_empty = self.text.get(at) == Some(&b'}');
        let members = &self.plan.objects[list as usize];
        if is_empty && members.needed.iter().any(|needed| needed.added.is_none()) {
            // It may be the spelling of an absent value.
            let schemas = Arc::clone(&members.schemas);
            return self.tree(&schemas, start);
        }
        loop {
            if is_empty {
                break;
            }
            let found = self.plan.objects[list as usize]
                .keys
                .at(last, self.text, at);
            last = found.place;
            let key = (at, found.end);
            let mut value = skim::space(self.text, found.end);
            if self.text.get(value) != Some(&b':') {
                return Err(Leave);
            }
            value = skim::space(self.text, value + 1);
            let end = match found.meaning {
                NONE => self.other(&mut open, key, value)?,
                member => self.known(&mut open, &mut filled, (list, member), key, value)?,
            };
            open.last = end;
            at = skim::space(self.text, end);
            match self.text.get(at) {
                // The reference does not keep white space before a comma.
                Some(b',') if at == end => at = skim::space(self.text, at + 1),
                Some(b'}') => break,
                _ => return Err(Leave),
            }
        }
        self.close(&open, filled, at)?;
        self.plan.scratch.ends.truncate(open.ends);
        Ok(at + 1)
    }

    /// Rewrites a member that a contract names; returns the offset after its value.
    fn known(
        &mut self,
        open: &mut Open,
        filled: &mut u64,
        (list, index): (u32, u32),
        key: (usize, usize),
        value: usize,
    ) -> Result<usize, Leave> {
        let members = &self.plan.objects[list as usize];
        if members.in_the_way.contains(&index) {
            return Err(Leave);
        }
        let needs_ends = members.tracks_ends();
        let member = &members.members[index as usize];
        let (fills, rank) = (member.fills, member.rank);
        let step = Step::Member(list, index);
        let is_null = self.text.get(value) == Some(&b'n');
        let end = match &member.action {
            Action::Drop(slot, proposal) => {
                let slot = (*slot, *proposal);
                return Ok(self.leave_out(open, slot, step, key, value));
            }
            Action::Split(split) => {
                let split = Arc::clone(split);
                return self.split(open, filled, &split, step, key, value);
            }
            Action::Keep => match member.null {
                Null::LeaveOut(slot) if is_null => {
                    return Ok(self.leave_out(open, (slot, None), step, key, value));
                }
                Null::Tree if is_null => {
                    let schemas = Arc::clone(&member.schemas);
                    self.keep(open, key)?;
                    self.plan.scratch.steps.push(step);
                    let end = self.tree(&schemas, value)?;
                    self.plan.scratch.steps.pop();
                    end
                }
                _ => {
                    self.keep(open, key)?;
                    self.below(step, value)?
                }
            },
            Action::Rename(_, text, slot) => {
                let (text, slot) = (Arc::clone(text), *slot);
                self.rename(open, &text, key, value)?;
                self.plan.scratch.noted.push(Noted::Slot(slot));
                self.below(step, value)?
            }
        };
        open.has_output = true;
        if fills != NONE {
            *filled |= 1_u64.checked_shl(fills).ok_or(Leave)?;
        }
        if needs_ends {
            let place = self.plan.scratch.out.len() + end - self.flushed;
            self.plan.scratch.ends.push((rank, place));
        }
        Ok(end)
    }

    /// Splits a member whose parts move; returns the offset after it.
    fn split(
        &mut self,
        open: &mut Open,
        filled: &mut u64,
        split: &Arc<Split>,
        step: Step,
        key: (usize, usize),
        value: usize,
    ) -> Result<usize, Leave> {
        let Step::Member(list, member) = step else {
            return Err(Leave);
        };
        let end = skim::value(self.text, value);
        self.cut(open, key.0);
        for (index, part) in split.parts.iter().enumerate() {
            let Some(start) = follow(self.text, value, &part.from[1..]) else {
                continue;
            };
            self.plan.scratch.noted.push(Noted::Slot(part.slot));
            self.plan
                .scratch
                .steps
                .push(Step::Part(list, member, index));
            let mut node = part.node.load(Ordering::Relaxed);
            if node == NONE {
                let at = (self.place(false), self.place(true));
                node = self.plan.node(&part.schemas, at);
                part.node.store(node, Ordering::Relaxed);
            }
            let out = std::mem::take(&mut self.plan.scratch.out);
            self.flushed = start;
            let part_end = self.value(node, start)?;
            self.flush(part_end);
            let text = std::mem::replace(&mut self.plan.scratch.out, out);
            self.plan.scratch.steps.pop();
            self.plan
                .scratch
                .arrived
                .push((Arc::clone(split), index, text));
            if part.fills != NONE {
                *filled |= 1 << part.fills;
            }
        }
        self.flushed = end;
        let above = self.place(false);
        let name = &self.plan.objects[list as usize].members[member as usize].name;
        let ways: Vec<&[Arc<str>]> = split.parts.iter().map(|part| &part.from[1..]).collect();
        let mut edits = Vec::new();
        let document = TapeDocument::parse(&self.text[value..end]).map_err(|_| Leave)?;
        leftover(&above.join(name), document.root(), &ways, &mut edits);
        if !split.proposals.is_empty() {
            let after = self.place(true);
            let place = |start: &Pointer, way: &[Arc<str>]| {
                way.iter().fold(start.clone(), |at, name| at.join(name))
            };
            for (from, to, ground) in &split.proposals {
                propose(&mut edits, place(&above, from), place(&after, to), ground);
            }
        }
        self.plan
            .scratch
            .noted
            .extend(edits.into_iter().map(Noted::Edit));
        Ok(end)
    }

    /// Rewrites the value of a member of a list.
    fn below(&mut self, step: Step, value: usize) -> Result<usize, Leave> {
        let Step::Member(list, index) = step else {
            return Err(Leave);
        };
        let member = &self.plan.objects[list as usize].members[index as usize];
        let mut node = member.node;
        self.plan.scratch.steps.push(step);
        if node == NONE {
            let schemas = Arc::clone(&member.schemas);
            let at = (self.place(false), self.place(true));
            node = self.plan.node(&schemas, at);
            self.plan.objects[list as usize].members[index as usize].node = node;
        }
        let end = self.value(node, value)?;
        self.plan.scratch.steps.pop();
        Ok(end)
    }

    /// A member that neither contract names.
    fn other(
        &mut self,
        open: &mut Open,
        key: (usize, usize),
        value: usize,
    ) -> Result<usize, Leave> {
        let members = &self.plan.objects[open.list as usize];
        let needs_ends = members.tracks_ends();
        let schemas = match &members.others {
            Others::Leave => return Err(Leave),
            Others::Copy => None,
            Others::Tree(schemas) => Some(Arc::clone(schemas)),
        };
        self.keep(open, key)?;
        let end = match schemas {
            None => skim::value(self.text, value),
            Some(schemas) => {
                self.plan.scratch.steps.push(Step::Other(key.0, key.1));
                let end = self.tree(&schemas, value)?;
                self.plan.scratch.steps.pop();
                end
            }
        };
        open.has_output = true;
        if needs_ends {
            let place = self.plan.scratch.out.len() + end - self.flushed;
            self.plan.scratch.ends.push((NONE, place));
        }
        Ok(end)
    }

    /// Keeps a member, with the text before it unless that has changed.
    fn keep(&mut self, open: &mut Open, key: (usize, usize)) -> Result<(), Leave> {
        if open.has_output {
            return Ok(());
        }
        if key.0 != open.first {
            // All members before it were dropped, so it takes the place of the first one.
            self.padding(open);
            self.flushed = key.0;
            open.gap = (open.last, key.0);
        }
        open.begin = self.plan.scratch.out.len() + key.0 - self.flushed;
        Ok(())
    }

    /// Writes the text before the first member.
    pub(super) fn padding(&mut self, open: &Open) {
        let padding = &self.text[open.start + 1..open.first];
        self.plan.scratch.out.extend_from_slice(padding);
    }

    /// Writes the text before a member that is dropped, and skips the member.
    fn leave_out(
        &mut self,
        open: &mut Open,
        (slot, proposal): (u32, Option<u32>),
        step: Step,
        key: (usize, usize),
        value: usize,
    ) -> usize {
        let end = skim::value(self.text, value);
        self.cut(open, key.0);
        self.flushed = end;
        let text = self.slice((value, end));
        let is_wanted = self.plan.slots[slot as usize].used.before.wants(text);
        let place = is_wanted.then(|| {
            self.plan.scratch.steps.push(step);
            let place = self.place(false);
            self.plan.scratch.steps.pop();
            place
        });
        let noted = Noted::Dropped(slot, proposal, (value, end), place);
        self.plan.scratch.noted.push(noted);
        end
    }

    /// Writes the text before a member whose own text is not kept.
    fn cut(&mut self, open: &mut Open, key: usize) {
        match (key == open.first, open.has_output || open.is_changed) {
            // The brace stays.
            (true, _) => self.flush(open.start + 1),
            (false, true) if !open.has_output => {}
            (false, _) => self.flush(open.last),
        }
        open.is_changed = true;
    }

    fn rename(
        &mut self,
        open: &mut Open,
        name: &str,
        key: (usize, usize),
        value: usize,
    ) -> Result<(), Leave> {
        let gaps = self.gaps();
        self.cut(open, key.0);
        if open.has_output {
            self.write(&gaps.comma);
        } else {
            self.padding(open);
            open.begin = self.plan.scratch.out.len();
        }
        self.write(name);
        self.write(&gaps.colon);
        self.flushed = value;
        Ok(())
    }
}

impl Members {
    /// Whether the ends of members must be known, because something may be added after them.
    fn tracks_ends(&self) -> bool {
        !self.needed.is_empty() || self.has_splits
    }
}

/// The position of the value that some names lead to from the object at `at`.
fn follow(text: &[u8], at: usize, way: &[Arc<str>]) -> Option<usize> {
    way.iter()
        .try_fold(at, |at, name| skim::member(text, at, name))
}
