//! The walk over the members of an object.

use crate::json::Kind;
use crate::schema::NodeId;

use crate::observe::stream::count::fault::Fault;
use crate::observe::stream::lex::scan::CLASSES;
use crate::observe::stream::program::how::How;
use crate::observe::stream::program::plan::{MetValue, small};
use crate::observe::stream::lex::scan;
use crate::observe::stream::lex::scan::MAX_DEPTH;
use crate::observe::stream::program::NONE;
use crate::observe::stream::program::slot::{Member, WORDS};
use crate::observe::stream::program::table::Program;
use crate::observe::stream::program::mode::ASK;
use super::walk::{Halt, Walked, Walk, offset};

/// How often expected glue may be skipped before the glue is looked up by its key.
const SKIPPED: u32 = 4;

/// The members of an object that have not been seen yet, a bit for each.
#[derive(Debug)]
pub(crate) struct Left {
    first: u64,
    others: [u64; WORDS - 1],
}

impl Left {
    /// No member has been seen.
    pub(crate) const fn all() -> Self {
        Self {
            first: u64::MAX,
            others: [u64::MAX; WORDS - 1],
        }
    }

    /// Marks a member as seen. Returns whether it had not been seen before.
    pub(crate) fn take(&mut self, member: usize) -> bool {
        let word = match member / 64 {
            0 => &mut self.first,
            word => &mut self.others[word - 1],
        };
        let bit = 1 << (member % 64);
        let was_left = *word & bit != 0;
        *word &= !bit;
        was_left
    }

    fn has(&self, member: usize) -> bool {
        let word = match member / 64 {
            0 => self.first,
            word => self.others[word - 1],
        };
        word & 1 << (member % 64) != 0
    }

    fn lacks(&self, required: &[u64; WORDS]) -> bool {
        let words = [self.first].into_iter().chain(self.others);
        words
            .zip(required)
            .any(|(left, required)| left & required != 0)
    }

    fn taken(&self) -> u64 {
        let words = [self.first].into_iter().chain(self.others);
        words.map(|word| u64::from(word.count_zeros())).sum()
    }
}

/// The offsets of a member: its object, its key with both quotes, its value.
#[derive(Debug, Clone, Copy)]
struct Stands {
    object: usize,
    key: (usize, usize),
    value: usize,
}

/// A place between two members.
#[derive(Debug, Clone, Copy)]
struct Between {
    at: usize,
    /// The glue before it, if that was learnt, and the glue that is expected.
    last: u32,
    expected: u32,
}

impl Walk<'_, '_, '_> {
    pub(crate) fn object<const MODE: u8>(&mut self, slot: u32, start: usize, depth: u32) -> Walked {
        let mut count = 0;
        self.objects::<MODE>(slot, start, depth, 1, &mut count)
    }

    /// Walks at most `most` objects that follow each other without white space, and counts them. Returns the
    /// offset after the last.
    #[inline(never)]
    pub(crate) fn objects<const MODE: u8>(
        &mut self,
        slot: u32,
        mut start: usize,
        depth: u32,
        most: usize,
        count: &mut usize,
    ) -> Walked {
        if depth >= MAX_DEPTH {
            return Err(Halt);
        }
        let hashes = self.scratch.hashes.len();
        loop {
            let mut left = Left::all();
            let mut at = self.members::<MODE>(slot, &mut left, start, depth)?;
            let found = &self.program.slots[slot as usize];
            if self.scratch.hashes.len() != hashes
                || found.required[0] & left.first != 0
                || found.asks_more
            {
                at = self.finish_object::<MODE>(slot, &left, hashes, (start, at))?;
            }
            *count += 1;
            if *count >= most || self.text.get(at..at + 2) != Some(b",{") {
                return Ok(at);
            }
            start = at + 1;
        }
    }

    /// Checks an object as a whole.
    #[inline(never)]
    fn finish_object<const MODE: u8>(
        &mut self,
        slot: u32,
        left: &Left,
        hashes: usize,
        (start, end): (usize, usize),
    ) -> Walked {
        let others = self.scratch.hashes.len() - hashes;
        if others > 0 && scan::repeats(&mut self.scratch.hashes, hashes) {
            return Err(Halt);
        }
        if MODE == ASK && left.lacks(&self.program.slots[slot as usize].required) {
            return Err(self.reject());
        }
        if self.program.may_lack(slot, left) {
            self.presence::<MODE>(slot, start, left)?;
        }
        if self.program.slots[slot as usize].asks_objects {
            let count = left.taken() + others as u64;
            let met = MetValue::Container(Kind::Object, &self.text[start..end], count);
            self.assess::<MODE>(slot, &met, start, end)?;
        }
        Ok(end)
    }

    /// Walks members up to the end of their object.
    #[inline(always)]
    fn members<const MODE: u8>(
        &mut self,
        slot: u32,
        left: &mut Left,
        start: usize,
        depth: u32,
    ) -> Walked {
        let text = self.text;
        let mut at = start;
        let mut last = NONE;
        let mut expected = self.program.slots[slot as usize].learnt.first;
        let mut skipped = 0;
        loop {
            let rest = text.get(at..).ok_or(Halt)?;
            if let Some(glue) = self.program.glue.get_mut(expected as usize) {
                if !glue.text.starts(rest) {
                    if rest.first() == Some(&b'}') {
                        return Ok(at + 1);
                    }
                    // Usually some members were left out.
                    expected = glue.next;
                    skipped += 1;
                    if skipped <= SKIPPED {
                        continue;
                    }
                } else if glue.bit & left.first != 0 {
                    left.first ^= glue.bit;
                    at += glue.text.len();
                    (last, expected) = (expected, glue.next);
                    skipped = 0;
                    let rest = rest.get(glue.text.len()..).ok_or(Halt)?;
                    // A constant at the end of the text was also counted when it was first met.
                    let class = rest
                        .first()
                        .map_or(CLASSES - 1, |first| scan::class(*first));
                    let (slot, how) = (glue.slots[class], glue.how[class]);
                    if MODE != ASK && how != How::Choose {
                        glue.count::<MODE>(class);
                    }
                    at = self.by::<MODE>(how, slot, rest, at, depth + 1)?;
                    continue;
                }
            } else if rest.first() == Some(&b'}') {
                return Ok(at + 1);
            }
            skipped = 0;
            let place = Between { at, last, expected };
            match self.unexpected::<MODE>(slot, left, start, place, depth)? {
                Next::End(end) => return Ok(end),
                Next::Member(next) => Between { at, last, expected } = next,
            }
        }
    }

    /// Handles a member with unexpected glue, or one that is not plain.
    #[inline(never)]
    fn unexpected<const MODE: u8>(
        &mut self,
        slot: u32,
        left: &mut Left,
        start: usize,
        place: Between,
        depth: u32,
    ) -> Result<Next, Halt> {
        let Between { at, last, expected } = place;
        let opens = at == start;
        let found = match self.program.glue.get(expected as usize) {
            Some(glue) if glue.text.starts(&self.text[at..]) => Some(expected),
            _ => self.program.glue_at(slot, self.text, at, opens),
        };
        let Some(found) = found else {
            return self.next_key::<MODE>(slot, left, start, place, depth);
        };
        let glue = &self.program.glue[found as usize];
        if glue.bit & left.first != 0 {
            if found != expected {
                self.program.follows(slot, last, found);
            }
            return Ok(Next::Member(Between {
                at,
                last,
                expected: found,
            }));
        }
        let (member, next) = (u32::from(glue.member), glue.next);
        let key = glue.text.text();
        let value = at + key.len();
        let opening = memchr::memchr(b'"', key).ok_or(Halt)?;
        let length = memchr::memchr(b'"', &key[opening + 1..]).ok_or(Halt)?;
        let key = (at + opening, at + opening + length + 2);
        let stands = Stands {
            object: start,
            key,
            value,
        };
        let at = self.told_apart::<MODE>(slot, left, member, stands, depth)?;
        Ok(Next::Member(Between {
            at,
            last: found,
            expected: next,
        }))
    }

    /// Walks a member that has a bit.
    fn told_apart<const MODE: u8>(
        &mut self,
        slot: u32,
        left: &mut Left,
        member: u32,
        stands: Stands,
        depth: u32,
    ) -> Walked {
        if !left.take(member as usize) {
            // A repeated key is left to the reference walk.
            return Err(Halt);
        }
        let known = &self.program.slots[slot as usize].members[member as usize];
        if known.is_plain() {
            return self.spaced::<MODE>(known.slot, stands.value, depth + 1);
        }
        if MODE == ASK && known.slot == NONE && !known.deviates {
            return self.skip(stands.value, depth + 1);
        }
        let known = known.clone();
        self.member::<MODE>(slot, &known, stands, depth)
    }

    /// Walks a member that is not plain.
    #[inline(never)]
    fn member<const MODE: u8>(
        &mut self,
        slot: u32,
        member: &Member,
        stands: Stands,
        depth: u32,
    ) -> Walked {
        let Stands { object, key, value } = stands;
        if MODE == ASK && member.deviates {
            return Err(self.reject());
        }
        if MODE != ASK {
            for &(node, fault) in &*member.faults {
                self.find(slot, node, fault, (object, 0), key);
            }
        }
        if member.slot == NONE {
            return self.skip(value, depth + 1);
        }
        if member.is_data {
            self.scratch.data_keys.push((offset(key.0), offset(key.1)));
        }
        let end = self.spaced::<MODE>(member.slot, value, depth + 1);
        if member.is_data {
            self.scratch.data_keys.pop();
        }
        end
    }

    /// Walks a member whose glue was not learnt.
    #[inline(never)]
    fn next_key<const MODE: u8>(
        &mut self,
        slot: u32,
        left: &mut Left,
        start: usize,
        place: Between,
        depth: u32,
    ) -> Result<Next, Halt> {
        let Between { at: from, last, .. } = place;
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
        let stands = Stands {
            object: start,
            key,
            value: scan::space(self.text, at + 1),
        };
        let raw = &self.text[key.0 + 1..key.1 - 1];
        let known = match scanned.is_escaped {
            false => self.program.known_member(slot, raw),
            true => None,
        };
        let member = match known {
            Some(member) => Ok(member),
            None => {
                self.may_learn::<MODE>(key.0)?;
                let name = scan::unescape(&self.text[key.0..key.1]);
                self.program.member(slot, &name)
            }
        };
        let mut next = Between {
            at: from,
            last,
            // The expected glue was tried in vain.
            expected: self.program.expected(last),
        };
        match member {
            Ok(member) => {
                // Keys with escapes are not learnt: the bit detects repeated ones.
                if !scanned.is_escaped
                    && let Some(glue) =
                        self.program
                            .learn(slot, last, self.text, (from, stands.value), member)
                {
                    next.last = glue;
                    next.expected = self.program.glue[glue as usize].next;
                }
                next.at = self.told_apart::<MODE>(slot, left, member, stands, depth)?;
            }
            Err(member) => {
                let name = match scanned.is_escaped {
                    false => scan::hash(raw),
                    true => scan::hash(scan::unescape(&self.text[key.0..key.1]).as_bytes()),
                };
                self.scratch.hashes.push(name);
                next.at = self.member::<MODE>(slot, &member, stands, depth)?;
            }
        }
        Ok(Next::Member(next))
    }

    /// Reports the missing members.
    #[cold]
    fn presence<const MODE: u8>(
        &mut self,
        slot: u32,
        object: usize,
        left: &Left,
    ) -> Result<(), Halt> {
        let mut faults = std::mem::take(&mut self.scratch.faults);
        self.program.lacking(slot, left, &mut faults);
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

impl Program<'_> {
    /// Whether members may be missing from an object.
    pub(crate) fn may_lack(&self, slot: u32, left: &Left) -> bool {
        let found = &self.slots[slot as usize];
        left.lacks(&found.required) || found.has_dependents
    }

    /// Adds faults for the members that are missing from an object.
    pub(crate) fn lacking(&self, slot: u32, left: &Left, faults: &mut Vec<(NodeId, Fault)>) {
        let found = &self.slots[slot as usize];
        let is_there = |name: &str| {
            let member = found.by_key.get(name.as_bytes());
            member.is_some_and(|member| !left.has(*member as usize))
        };
        let plan = self.plan(slot);
        for (node, index, name) in &plan.required {
            if !is_there(name) {
                faults.push((*node, Fault::Missing(*index)));
            }
        }
        for id in &plan.nodes {
            let dependents = self.graph.node(*id).object.dependent_required.iter();
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
    }
}

/// What follows in an object.
enum Next {
    /// Its end: the offset after it.
    End(usize),
    /// Perhaps another member, here.
    Member(Between),
}
