//! The walk over the members of an object.

use super::fault::Fault;
use super::plan::{Met, small};
use super::scan::{self, MAX_DEPTH};
use super::slot::{Glue, Member, NONE, WORDS};
use super::walk::{ASK, Halt, Step, Walk, offset};
use crate::json::Kind;

impl Walk<'_, '_, '_> {
    #[inline(never)]
    pub(super) fn object<const MODE: u8>(&mut self, slot: u32, start: usize, depth: u32) -> Step {
        if depth >= MAX_DEPTH {
            return Err(Halt);
        }
        // What has not been seen yet.
        let mut left = [u64::MAX; WORDS];
        let hashes = self.scratch.hashes.len();
        // Held here, so that they need not be looked for at each member. When schemas are asked, an object
        // of this slot may hold another one, which then finds none and learns them anew.
        let mut steps = std::mem::take(&mut self.program.slots[slot as usize].steps);
        let walked = self.members::<MODE>(slot, &mut steps, &mut left, start, depth);
        let known = &mut self.program.slots[slot as usize].steps;
        if known.len() <= steps.len() {
            *known = steps;
        }
        let at = walked?;
        let others = self.scratch.hashes.len() - hashes;
        if others > 0 && scan::repeats(&mut self.scratch.hashes, hashes) {
            return Err(Halt);
        }
        let found = &self.program.slots[slot as usize];
        let missing = (0..WORDS).fold(0, |missing, word| {
            missing | (found.required[word] & left[word])
        });
        if missing != 0 || found.has_dependents {
            self.presence::<MODE>(slot, start, &left)?;
        }
        if self.program.slots[slot as usize].asks_objects {
            let count = left
                .iter()
                .map(|word| u64::from(word.count_zeros()))
                .sum::<u64>();
            let met = Met::Container(Kind::Object, &self.text[start..at], count + others as u64);
            self.assess::<MODE>(slot, &met, start, at)?;
        }
        Ok(at)
    }

    /// Walks members up to the end of their object.
    #[inline(always)]
    fn members<const MODE: u8>(
        &mut self,
        slot: u32,
        steps: &mut Vec<Glue>,
        left: &mut [u64; WORDS],
        start: usize,
        depth: u32,
    ) -> Step {
        let mut step = 0;
        // The first glue starts with the brace.
        let mut at = start;
        loop {
            let mut key = None;
            let member;
            if let Some(glue) = steps.get(step)
                && glue.stands_at(self.text, at, at == start)
            {
                at += glue.text.len();
                step += 1;
                let word = &mut left[glue.word as usize % WORDS];
                if glue.bit & *word != 0 {
                    *word ^= glue.bit;
                    at = self.value::<MODE>(glue.slot, at, depth + 1)?;
                    continue;
                }
                member = glue.member;
            } else if self.text.get(at) == Some(&b'}') {
                return Ok(at + 1);
            } else if let Some(next) = self.step_at(steps, step, at, at == start) {
                // What follows was left out, or members come in another order.
                step = next;
                continue;
            } else {
                match self.next_key(slot, steps, start, at, step)? {
                    Next::End(end) => return Ok(end),
                    Next::Member(found, its_key, behind, next) => {
                        at = behind;
                        step = next;
                        key = its_key;
                        member = found;
                    }
                    Next::Other(member, key, behind) => {
                        at = self.member::<MODE>(slot, &member, start, key, behind, depth)?;
                        continue;
                    }
                }
            }
            let bit = 1_u64 << (member % 64);
            let word = &mut left[(member / 64) as usize % WORDS];
            if *word & bit == 0 {
                // A key that stands twice is for the other walk.
                return Err(Halt);
            }
            *word ^= bit;
            let known = &self.program.slots[slot as usize].members[member as usize];
            if known.is_plain() {
                at = self.spaced::<MODE>(known.slot, at, depth + 1)?;
            } else {
                let known = known.clone();
                let key = match key {
                    Some(key) => key,
                    None => self.key_before(at)?,
                };
                at = self.member::<MODE>(slot, &known, start, key, at, depth)?;
            }
        }
    }

    /// The step whose glue stands at `at`, where it is not the one that was expected.
    #[inline(always)]
    fn step_at(&self, steps: &[Glue], expected: usize, at: usize, opens: bool) -> Option<usize> {
        let next = u64::from_le_bytes(*self.text.get(at..)?.first_chunk()?);
        let stands =
            |glue: &Glue| glue.text.may_start(next) && glue.stands_at(self.text, at, opens);
        let (before, after) = steps.split_at_checked(expected)?;
        let found = after.iter().skip(1).position(stands);
        match found {
            Some(found) => Some(expected + 1 + found),
            None => before.iter().position(stands),
        }
    }

    /// A member that is not only walked.
    #[inline(never)]
    fn member<const MODE: u8>(
        &mut self,
        slot: u32,
        member: &Member,
        object: usize,
        key: (usize, usize),
        at: usize,
        depth: u32,
    ) -> Step {
        if MODE == ASK && member.deviates {
            return Err(self.reject());
        }
        if MODE != ASK {
            for &(node, fault) in &*member.faults {
                self.find(slot, node, fault, (object, 0), key);
            }
        }
        if member.slot == NONE {
            return self.skip(at, depth + 1);
        }
        if member.is_data {
            self.scratch.data_keys.push((offset(key.0), offset(key.1)));
        }
        let end = self.spaced::<MODE>(member.slot, at, depth + 1);
        if member.is_data {
            self.scratch.data_keys.pop();
        }
        end
    }

    /// The key whose colon stands before `at`.
    fn key_before(&self, at: usize) -> Result<(usize, usize), Halt> {
        let before = |at: usize, byte: u8| {
            let found = self.text[..at].iter().rposition(|known| *known == byte);
            found.ok_or(Halt)
        };
        // Glue that was learnt has no escapes in its key, so its quotes are the last two.
        let end = before(at, b'"')?;
        Ok((before(end, b'"')?, end + 1))
    }

    /// What follows in an object where the prediction failed.
    #[inline(never)]
    fn next_key(
        &mut self,
        slot: u32,
        steps: &mut Vec<Glue>,
        start: usize,
        from: usize,
        step: usize,
    ) -> Result<Next, Halt> {
        let is_first = from == start;
        let mut at = scan::space(self.text, from + usize::from(is_first));
        match self.text.get(at) {
            Some(b'}') => return Ok(Next::End(at + 1)),
            Some(b',') if !is_first => at = scan::space(self.text, at + 1),
            _ if is_first => {}
            _ => return Err(Halt),
        }
        if self.text.get(at) != Some(&b'"') {
            return Err(Halt);
        }
        let scanned = scan::string(self.text, at + 1)?;
        let key = (at, scanned.end);
        at = scan::space(self.text, scanned.end);
        if self.text.get(at) != Some(&b':') {
            return Err(Halt);
        }
        at = scan::space(self.text, at + 1);
        let raw = &self.text[key.0 + 1..key.1 - 1];
        let known = match scanned.is_escaped {
            false => self.program.known_member(slot, raw),
            true => None,
        };
        let member = match known {
            Some(member) => Ok(member),
            None => {
                let name = scan::unescape(&self.text[key.0..key.1]);
                self.program.member(slot, &name)
            }
        };
        match member {
            Ok(member) if scanned.is_escaped => {
                // Not learnt: the bit tells repeated keys, and the key stands as it is written.
                Ok(Next::Member(member, Some(key), at, step))
            }
            Ok(member) => {
                let glue = &self.text[from..at];
                self.program.learn(slot, steps, step, glue, member);
                Ok(Next::Member(member, Some(key), at, step + 1))
            }
            Err(member) => {
                let name = match scanned.is_escaped {
                    false => scan::hash(raw),
                    true => scan::hash(scan::unescape(&self.text[key.0..key.1]).as_bytes()),
                };
                self.scratch.hashes.push(name);
                Ok(Next::Other(member, key, at))
            }
        }
    }

    /// Which members are missing.
    #[cold]
    fn presence<const MODE: u8>(
        &mut self,
        slot: u32,
        object: usize,
        left: &[u64; WORDS],
    ) -> Result<(), Halt> {
        let graph = self.program.graph;
        let found = &self.program.slots[slot as usize];
        let is_there = |name: &str| {
            let member = found.by_key.get(name.as_bytes());
            member.is_some_and(|member| {
                let member = *member as usize;
                left[member / 64] & (1 << (member % 64)) == 0
            })
        };
        let plan = self.program.plan(slot);
        let mut faults = std::mem::take(&mut self.scratch.faults);
        for (node, index, name) in &plan.required {
            if !is_there(name) {
                faults.push((*node, Fault::Missing(*index)));
            }
        }
        for id in &plan.nodes {
            let dependents = graph.node(*id).object.dependent_required.iter();
            for (first, (because, needed)) in dependents.enumerate() {
                if is_there(because) {
                    let lacking = needed
                        .iter()
                        .enumerate()
                        .filter(|(_, name)| !is_there(name));
                    let fault = |(second, _)| Fault::Dependent(small(first), small(second));
                    faults.extend(lacking.map(|lacking| (*id, fault(lacking))));
                }
            }
        }
        let is_rejected = MODE == ASK && !faults.is_empty();
        for (node, fault) in faults.drain(..) {
            if MODE != ASK {
                self.find(slot, node, fault, (object, 0), (0, 0));
            }
        }
        self.scratch.faults = faults;
        match is_rejected {
            true => Err(self.reject()),
            false => Ok(()),
        }
    }
}

/// What follows in an object.
enum Next {
    /// Its end: the offset behind it.
    End(usize),
    /// A member that is told apart by its number: its key unless it stands in learnt glue, the offset of
    /// its value, and the step that follows.
    Member(u32, Option<(usize, usize)>, usize, usize),
    /// Another member: its key, and the offset of its value.
    Other(Member, (usize, usize), usize),
}
