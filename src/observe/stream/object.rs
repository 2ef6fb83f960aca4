//! The walk over the members of an object.

use super::fault::Fault;
use super::plan::{Met, small};
use super::scan::{self, MAX_DEPTH};
use super::slot::{MEMBERS, Member, NONE};
use super::walk::{ASK, Halt, Step, TAKE_BACK, Walk, offset};
use crate::json::Kind;

impl Walk<'_, '_, '_> {
    #[inline(never)]
    pub(super) fn object<const MODE: u8>(&mut self, slot: u32, start: usize, depth: u32) -> Step {
        if depth >= MAX_DEPTH {
            return Err(Halt);
        }
        let mut seen = [0_u64; MEMBERS / 64];
        let mut count = 0_u64;
        let hashes = self.scratch.hashes.len();
        let mut step = 0;
        let mut at = start + 1;
        loop {
            let mut key = None;
            let member;
            let steps = &self.program.slots[slot as usize].steps;
            if let Some(glue) = steps.get(step)
                && glue.stands_at(self.text, at, count == 0)
            {
                at += glue.text.len();
                step += 1;
                member = glue.member;
                let word = &mut seen[(member / 64) as usize % (MEMBERS / 64)];
                let bit = 1_u64 << (member % 64);
                if glue.is_plain && *word & bit == 0 {
                    *word |= bit;
                    count += 1;
                    at = self.value::<MODE>(glue.slot, at, depth + 1)?;
                    continue;
                }
            } else if self.text.get(at) == Some(&b'}') {
                at += 1;
                break;
            } else {
                match self.next_key(slot, start, at, step)? {
                    Next::End(end) => {
                        at = end;
                        break;
                    }
                    Next::Member(found, its_key, behind, next) => {
                        at = behind;
                        step = next;
                        key = its_key;
                        member = found;
                    }
                    Next::Other(member, key, behind) => {
                        count += 1;
                        at = self.member::<MODE>(slot, &member, start, key, behind, depth)?;
                        continue;
                    }
                }
            }
            count += 1;
            let bit = 1_u64 << (member % 64);
            let word = &mut seen[(member / 64) as usize % (MEMBERS / 64)];
            if *word & bit != 0 && MODE != TAKE_BACK {
                // A key that stands twice is for the other walk.
                self.reached = at;
                return Err(Halt);
            }
            *word |= bit;
            let known = &self.program.slots[slot as usize].members[member as usize];
            if known.is_plain() {
                at = self.value::<MODE>(known.slot, at, depth + 1)?;
            } else {
                let known = known.clone();
                let key = match key {
                    Some(key) => key,
                    None => self.key_before(at)?,
                };
                at = self.member::<MODE>(slot, &known, start, key, at, depth)?;
            }
        }
        if self.scratch.hashes.len() > hashes && scan::repeats(&mut self.scratch.hashes, hashes) {
            // The first walk came as far as this.
            if MODE != TAKE_BACK || at >= self.limit {
                self.reached = at;
                return Err(Halt);
            }
        }
        let found = &self.program.slots[slot as usize];
        if found.has_required {
            let missing = (0..seen.len()).any(|word| found.required[word] & !seen[word] != 0);
            if missing || !self.program.plan(slot).dependents.is_empty() {
                self.presence::<MODE>(slot, start, &seen)?;
            }
        }
        if !self.program.slots[slot as usize].free[Kind::Object as usize] {
            let met = Met::Container(Kind::Object, &self.text[start..at], count);
            self.assess::<MODE>(slot, &met, start, at)?;
        }
        Ok(at)
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
        if MODE == TAKE_BACK && at >= self.limit {
            return Err(Halt);
        }
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
        let end = self.value::<MODE>(member.slot, at, depth + 1);
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
        start: usize,
        from: usize,
        step: usize,
    ) -> Result<Next, Halt> {
        let is_first = from == start + 1;
        if self.text.get(from) == Some(&b'}') {
            return Ok(Next::End(from + 1));
        }
        let steps = &self.program.slots[slot as usize].steps;
        // What follows was left out, or members come in another order.
        let after = steps.iter().enumerate().skip(step + 1);
        let found = after
            .chain(steps.iter().enumerate().take(step))
            .find(|(_, glue)| glue.stands_at(self.text, from, is_first));
        if let Some((index, glue)) = found {
            let behind = from + glue.text.len();
            return Ok(Next::Member(glue.member, None, behind, index + 1));
        }
        let mut at = scan::space(self.text, from);
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
                self.program.learn(slot, step, glue, is_first, member);
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
        seen: &[u64; MEMBERS / 64],
    ) -> Result<(), Halt> {
        let graph = self.program.graph;
        let found = &self.program.slots[slot as usize];
        let is_there = |name: &str| {
            let member = found.by_key.get(name.as_bytes());
            member.is_some_and(|member| {
                let member = *member as usize;
                seen[member / 64] & (1 << (member % 64)) != 0
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
