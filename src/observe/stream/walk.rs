//! The walk over the bytes of one payload.

use rustc_hash::FxHashMap;

use crate::json::{Document, Kind};
use crate::schema::{Memo, NodeId};

use super::super::spelling::Spelling;
use super::choice::{Choice, Tags, closed_enums};
use super::counter::Counters;
use super::fault::{Fault, Finding};
use super::plan::{Met, Reach, Usual, assess, candidates, reach_of, small};
use super::scan::{self, MAX_DEPTH, Malformed, Skipper};
use super::slot::{MEMBERS, Member, NONE, Program, Quick};
use super::time;

/// The place of elements of which nothing is asked.
pub(super) const UNASKED: u32 = NONE - 1;

/// Values are counted.
const COUNT: u8 = 0;
/// What was counted of a payload that turned out not to be JSON is taken back.
const TAKE_BACK: u8 = 1;
/// Nothing is counted: the question is whether the schemas accept.
const ASK: u8 = 2;

/// The walk ended early: the text is not JSON, or not of a sort that is streamed; schemas that were asked
/// do not accept; or all is taken back. [`Walk::is_rejected`] tells the second from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Halt;

impl From<Malformed> for Halt {
    fn from(_: Malformed) -> Self {
        Self
    }
}

type Step = Result<usize, Halt>;

/// A value that is walked on a tape when its payload was read to the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deferred {
    pub(super) slot: u32,
    pub(super) start: u32,
    pub(super) variant: u16,
}

/// What outlives the walk of one payload, so that it is allocated once.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) findings: Vec<Finding>,
    pub(super) deferred: Vec<Deferred>,
    /// The branches that accepted the payload as a whole.
    pub(super) root_variants: Vec<NodeId>,
    /// Slots with spellings of which the first places are wanted.
    pub(super) spelled_anew: Vec<u32>,
    skipper: Skipper,
    /// Hashes of keys that are not told apart by a bit.
    hashes: Vec<u64>,
    faults: Vec<(NodeId, Fault)>,
    /// Keys on the way that are data.
    data_keys: Vec<(u32, u32)>,
    /// Where schemas that were asked accept: the end of the value.
    answers: FxHashMap<(NodeId, u32), bool>,
}

impl Scratch {
    fn reset(&mut self) {
        self.findings.clear();
        self.deferred.clear();
        self.root_variants.clear();
        self.spelled_anew.clear();
        self.skipper.reset();
        self.hashes.clear();
        self.faults.clear();
        self.data_keys.clear();
        self.answers.clear();
    }
}

pub(super) struct Walk<'w, 'g, 't> {
    text: &'t [u8],
    program: &'w mut Program<'g>,
    counters: &'w mut Counters,
    scratch: &'w mut Scratch,
    /// The number of the payload.
    payload: u64,
    /// Deviations so far, and values for the tape that are rejected.
    deviating: usize,
    /// Open unions of which a branch is only assumed to accept.
    assuming: usize,
    /// Where taking back ends.
    limit: usize,
    /// How far the walk came.
    reached: usize,
    /// Whether the walk ended because schemas that were asked do not accept.
    is_rejected: bool,
}

impl<'w, 'g, 't> Walk<'w, 'g, 't> {
    pub(super) fn new(
        text: &'t [u8],
        program: &'w mut Program<'g>,
        counters: &'w mut Counters,
        scratch: &'w mut Scratch,
        payload: u64,
    ) -> Self {
        scratch.reset();
        Self {
            text,
            program,
            counters,
            scratch,
            payload,
            deviating: 0,
            assuming: 0,
            limit: usize::MAX,
            reached: 0,
            is_rejected: false,
        }
    }

    /// Walks a whole text. Whether it is JSON that can be streamed; if not, nothing is counted.
    pub(super) fn run(&mut self) -> bool {
        let walked = self.value::<COUNT>(Program::ROOT, 0, 0);
        let at = match walked {
            Ok(end) => scan::space(self.text, end),
            Err(_) => self.reached,
        };
        if walked.is_ok() && at == self.text.len() {
            return true;
        }
        self.limit = at;
        self.scratch.reset();
        // It ends where the first walk ended, or later.
        let _: Step = self.value::<TAKE_BACK>(Program::ROOT, 0, 0);
        self.scratch.reset();
        false
    }

    #[inline]
    const fn delta<const MODE: u8>() -> u64 {
        match MODE {
            COUNT => 1,
            TAKE_BACK => u64::MAX,
            _ => 0,
        }
    }

    /// Walks the value at `at`, perhaps behind white space, and returns the offset behind it.
    #[inline(always)]
    fn value<const MODE: u8>(&mut self, slot: u32, at: usize, depth: u32) -> Step {
        if MODE == TAKE_BACK && at >= self.limit {
            return Err(Halt);
        }
        let Some(&first) = self.text.get(at) else {
            return Err(Halt);
        };
        let kind = match first {
            b'"' => Kind::String,
            b'{' => Kind::Object,
            b'-' | b'0'..=b'9' => Kind::Number,
            b'[' => Kind::Array,
            b'n' => Kind::Null,
            b't' | b'f' => Kind::Boolean,
            b' ' | b'\n' | b'\t' | b'\r' => {
                let start = scan::space(self.text, at);
                return match self.text.get(start) {
                    Some(_) => self.spaced::<MODE>(slot, start, depth),
                    None => Err(Halt),
                };
            }
            _ => return Err(Halt),
        };
        let found = &mut self.program.slots[slot as usize];
        if found.reach != Reach::Fixed {
            return self.choose::<MODE>(slot, at, depth, kind);
        }
        if MODE != ASK {
            let count = &mut found.kinds[kind as usize];
            *count = count.wrapping_add(Self::delta::<MODE>());
        }
        if MODE == COUNT {
            self.reached = at + 1;
        }
        match kind {
            Kind::String => self.string::<MODE>(slot, at),
            Kind::Object => self.object::<MODE>(slot, at, depth),
            Kind::Number => self.number::<MODE>(slot, at),
            Kind::Array => self.array::<MODE>(slot, at, depth),
            Kind::Null => self.word::<MODE>(slot, at, b"null", &Met::Null),
            Kind::Boolean if first == b't' => {
                self.word::<MODE>(slot, at, b"true", &Met::Boolean(true))
            }
            Kind::Boolean => self.word::<MODE>(slot, at, b"false", &Met::Boolean(false)),
        }
    }

    /// A value behind white space.
    #[inline(never)]
    fn spaced<const MODE: u8>(&mut self, slot: u32, at: usize, depth: u32) -> Step {
        self.value::<MODE>(slot, at, depth)
    }

    fn reject(&mut self) -> Halt {
        self.is_rejected = true;
        Halt
    }

    fn skip(&mut self, at: usize, depth: u32) -> Step {
        Ok(self.scratch.skipper.value(self.text, at, depth)?)
    }

    #[inline(always)]
    fn word<const MODE: u8>(&mut self, slot: u32, at: usize, word: &[u8], met: &Met<'_>) -> Step {
        let end = scan::word(self.text, at, word)?;
        if !self.program.slots[slot as usize].free[met.kind() as usize] {
            self.assess::<MODE>(slot, met, at, end)?;
        }
        Ok(end)
    }

    #[inline(always)]
    fn number<const MODE: u8>(&mut self, slot: u32, at: usize) -> Step {
        let number = scan::number(self.text, at)?;
        if number.is_plain && self.program.slots[slot as usize].free[Kind::Number as usize] {
            return Ok(number.end);
        }
        self.other_number::<MODE>(slot, at, number)
    }

    /// A number that has to be looked at.
    #[inline(never)]
    fn other_number<const MODE: u8>(&mut self, slot: u32, at: usize, number: scan::Number) -> Step {
        let text = self.text;
        let written = std::str::from_utf8(&text[at..number.end]).map_err(|_| Halt)?;
        let met = Met::Number(written, number.is_plain);
        self.assess::<MODE>(slot, &met, at, number.end)?;
        Ok(number.end)
    }

    #[inline(always)]
    fn string<const MODE: u8>(&mut self, slot: u32, at: usize) -> Step {
        let found = &mut self.program.slots[slot as usize];
        match found.quick {
            Quick::Any => Ok(scan::string(self.text, at + 1)?.end),
            Quick::Constant => {
                if let Usual::Constant(text) = &self.program.plans[found.plan as usize].usual
                    && text.stands_at(self.text, at)
                {
                    return Ok(at + text.len());
                }
                self.other_string::<MODE>(slot, at)
            }
            Quick::Listed => {
                let listed = found.listed.first_mut();
                let delta = Self::delta::<MODE>();
                if let Some(end) = listed.and_then(|set| set.count_at(self.text, at + 1, delta)) {
                    return Ok(end);
                }
                self.other_string::<MODE>(slot, at)
            }
            Quick::Time(counts) => {
                if let Some((end, offset)) = time::plain(self.text, at) {
                    let counter = found.spelled[offset as usize];
                    if !counts
                        || MODE == ASK
                        || self.counters.count::<MODE>(counter, self.payload)
                        || found.is_one_more::<MODE>(offset, self.payload)
                    {
                        return Ok(end);
                    }
                    if found.looked_at == [0, 0] {
                        self.scratch.spelled_anew.push(slot);
                    }
                    found.looked_at[offset as usize] += 1;
                }
                self.other_string::<MODE>(slot, at)
            }
            Quick::None => self.other_string::<MODE>(slot, at),
        }
    }

    /// A string that has to be looked at.
    #[inline(never)]
    fn other_string<const MODE: u8>(&mut self, slot: u32, at: usize) -> Step {
        let scanned = scan::string(self.text, at + 1)?;
        let text = self.text;
        let decoded;
        let content = match scanned.is_escaped {
            true => {
                decoded = scan::unescape(&text[at..scanned.end]);
                decoded.as_str()
            }
            false => std::str::from_utf8(&text[at + 1..scanned.end - 1]).map_err(|_| Halt)?,
        };
        if MODE != ASK {
            for listed in &mut self.program.slots[slot as usize].listed {
                listed.count(content.as_bytes(), Self::delta::<MODE>());
            }
            self.spelled(slot, content, at, scanned.end);
            self.beyond_enum(slot, content, at, scanned.end);
        }
        if !self.program.slots[slot as usize].free[Kind::String as usize] {
            self.assess::<MODE>(slot, &Met::String(content), at, scanned.end)?;
        }
        Ok(scanned.end)
    }

    /// How the string is spelled, where that is counted.
    fn spelled(&mut self, slot: u32, content: &str, at: usize, end: usize) {
        let graph = self.program.graph;
        for index in 0..self.program.plan(slot).spelled.len() {
            let (node, format) = &self.program.plan(slot).spelled[index];
            let (node, spelling) = (*node, Spelling::of(format, content));
            let Some(spelling) = spelling else { continue };
            let mut checks = graph.node(node).checks.iter();
            if !checks.all(|check| check.kind != Kind::String || check.accepts_text(content)) {
                continue;
            }
            self.find(slot, node, Fault::Spelled(spelling), (at, end), (0, 0));
        }
    }

    fn beyond_enum(&mut self, slot: u32, content: &str, at: usize, end: usize) {
        let graph = self.program.graph;
        for index in 0..self.program.slots[slot as usize].closed.len() {
            let enums = &self.program.slots[slot as usize].closed[index];
            let lacks = |id: &&NodeId| {
                let values = graph.node(**id).values.as_ref();
                values.is_some_and(|values| !values.has_str(content))
            };
            if let Some(node) = enums.iter().find(lacks).copied() {
                self.find(slot, node, Fault::BeyondEnum, (at, end), (0, 0));
            }
        }
    }

    fn find(
        &mut self,
        slot: u32,
        node: NodeId,
        fault: Fault,
        value: (usize, usize),
        key: (usize, usize),
    ) {
        if fault.is_deviation() {
            self.deviating += 1;
        }
        let in_secret = self.program.slots[slot as usize].is_below_data && self.is_in_secret();
        self.scratch.findings.push(Finding {
            slot,
            node,
            fault,
            value: (offset(value.0), offset(value.1)),
            key: (offset(key.0), offset(key.1)),
            variant: 0,
            in_secret,
        });
    }

    /// Whether a key on the way that is data is the name of a secret.
    fn is_in_secret(&self) -> bool {
        self.scratch.data_keys.iter().any(|(start, end)| {
            let name = scan::unescape(&self.text[*start as usize..*end as usize]);
            crate::capture::redact::is_secret_name(&name)
        })
    }

    /// What the schemas of a slot have against a value itself.
    #[inline(never)]
    fn assess<const MODE: u8>(
        &mut self,
        slot: u32,
        met: &Met<'_>,
        at: usize,
        end: usize,
    ) -> Result<(), Halt> {
        let plan = self.program.slots[slot as usize].plan as usize;
        let faults = &mut self.scratch.faults;
        assess(
            self.program.graph,
            &self.program.plans[plan],
            met,
            |node, fault| {
                faults.push((node, fault));
            },
        );
        if self.scratch.faults.is_empty() {
            return Ok(());
        }
        if MODE == ASK {
            self.scratch.faults.clear();
            return Err(self.reject());
        }
        let mut faults = std::mem::take(&mut self.scratch.faults);
        for (node, fault) in faults.drain(..) {
            self.find(slot, node, fault, (at, end), (0, 0));
        }
        self.scratch.faults = faults;
        Ok(())
    }

    #[inline(never)]
    fn array<const MODE: u8>(&mut self, slot: u32, start: usize, depth: u32) -> Step {
        if depth >= MAX_DEPTH {
            return Err(Halt);
        }
        let mut at = scan::space(self.text, start + 1);
        let mut count = 0;
        if self.text.get(at) == Some(&b']') {
            at += 1;
        } else {
            let prefix = self.program.plan(slot).prefix;
            let mut below = self.program.element(slot, 0);
            loop {
                if count > 0 && count <= prefix {
                    below = self.program.element(slot, count);
                }
                at = match below {
                    UNASKED => self.skip(at, depth + 1)?,
                    below => self.value::<MODE>(below, at, depth + 1)?,
                };
                count += 1;
                let mut next = self.text.get(at);
                if !matches!(next, Some(b',' | b']')) {
                    at = scan::space(self.text, at);
                    next = self.text.get(at);
                }
                at += 1;
                match next {
                    Some(b',') => {}
                    Some(b']') => break,
                    _ => return Err(Halt),
                }
            }
        }
        if !self.program.slots[slot as usize].free[Kind::Array as usize] {
            let met = Met::Container(Kind::Array, &self.text[start..at], count as u64);
            self.assess::<MODE>(slot, &met, start, at)?;
        }
        Ok(at)
    }

    #[inline(never)]
    fn object<const MODE: u8>(&mut self, slot: u32, start: usize, depth: u32) -> Step {
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
        if self.scratch.hashes.len() > hashes
            && scan::repeats(&mut self.scratch.hashes, hashes)
            && MODE != TAKE_BACK
        {
            self.reached = at;
            return Err(Halt);
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

    /// A value of which branches and conditions say which schemas apply.
    #[inline(never)]
    fn choose<const MODE: u8>(&mut self, slot: u32, at: usize, depth: u32, kind: Kind) -> Step {
        let known = self.program.slots[slot as usize].choices[kind as usize];
        let choice = match known {
            Some(choice) => choice,
            None => {
                let choice = Choice::new(self.program, slot, kind);
                self.program.slots[slot as usize].choices[kind as usize] = Some(choice);
                choice
            }
        };
        match choice {
            Choice::Tape => self.tape::<MODE>(slot, at, depth),
            Choice::One {
                slot: below,
                label,
                counts,
            } => {
                let mark = (
                    self.deviating,
                    self.scratch.findings.len(),
                    self.scratch.deferred.len(),
                );
                self.assuming += 1;
                let end = self.value::<MODE>(below, at, depth)?;
                self.assuming -= 1;
                if self.deviating == mark.0 {
                    if counts {
                        self.accept::<MODE>(below, end);
                    }
                } else if label != 0 {
                    for finding in &mut self.scratch.findings[mark.1..] {
                        if finding.variant == 0 {
                            finding.variant = label;
                        }
                    }
                    for deferred in &mut self.scratch.deferred[mark.2..] {
                        if deferred.variant == 0 {
                            deferred.variant = label;
                        }
                    }
                }
                Ok(end)
            }
            Choice::Ask => {
                let asked = match self.ask(slot, at, depth, kind)? {
                    Answer::Apply(asked) => asked,
                    Answer::NoBranch if MODE == ASK => return Err(self.reject()),
                    Answer::NoBranch | Answer::Tape => {
                        return self.tape::<MODE>(slot, at, depth);
                    }
                };
                if MODE == ASK && !asked.excluded.is_empty() {
                    return Err(self.reject());
                }
                let below = self
                    .program
                    .chosen(slot, &asked.nodes, &asked.variants, &asked.closed);
                let Some(below) = below else {
                    return self.tape::<MODE>(slot, at, depth);
                };
                let end = self.value::<MODE>(below, at, depth)?;
                if MODE != ASK {
                    for node in asked.excluded {
                        self.find(below, node, Fault::Excluded, (at, end), (0, 0));
                    }
                    self.accept::<MODE>(below, end);
                }
                Ok(end)
            }
        }
    }

    /// Counts the branches that accepted a value.
    fn accept<const MODE: u8>(&mut self, slot: u32, end: usize) {
        if MODE == ASK || (MODE == TAKE_BACK && end > self.limit) {
            return;
        }
        if MODE == COUNT {
            self.reached = self.reached.max(end);
        }
        let found = &mut self.program.slots[slot as usize];
        found.accepted = found.accepted.wrapping_add(Self::delta::<MODE>());
        if found.parent == Program::ROOT {
            self.scratch.root_variants.extend(&found.variants);
        }
    }

    /// Asks branches and conditions.
    fn ask(&mut self, slot: u32, at: usize, depth: u32, kind: Kind) -> Result<Answer, Halt> {
        let graph = self.program.graph;
        let mut asked = Asked {
            nodes: self.program.plan(slot).given.to_vec(),
            ..Asked::default()
        };
        let mut next = 0;
        while let Some(&id) = asked.nodes.get(next) {
            next += 1;
            let node = graph.node(id);
            if reach_of(node) == Reach::Tape {
                return Ok(Answer::Tape);
            }
            asked.extend(node.reference.iter().chain(&node.all_of));
            if let Some(conditional) = node.conditional {
                if self.accepts(conditional.condition, at, depth)? {
                    asked.extend([conditional.condition].iter().chain(&conditional.then));
                } else {
                    asked.extend(&conditional.otherwise);
                }
            }
            if let Some(not) = node.not
                && self.accepts(not, at, depth)?
            {
                asked.excluded.push(id);
            }
            for (branches, exactly_one) in [(&node.any_of, false), (&node.one_of, true)] {
                if branches.is_empty() {
                    continue;
                }
                let mut accepted = Vec::new();
                for branch in self.possible(branches, at, kind) {
                    if self.accepts(branch, at, depth)? {
                        accepted.push(branch);
                    }
                }
                if accepted.is_empty() || (exactly_one && accepted.len() > 1) {
                    return Ok(Answer::NoBranch);
                }
                if branches.len() > 1 {
                    asked.variants.extend(&accepted);
                    if kind == Kind::String {
                        asked.closed.extend(closed_enums(graph, branches));
                    }
                }
                asked.extend(&accepted);
            }
        }
        Ok(Answer::Apply(asked))
    }

    /// The branches that may accept, by kind and tag.
    fn possible(&mut self, branches: &[NodeId], at: usize, kind: Kind) -> Vec<NodeId> {
        let possible = candidates(self.program.graph, branches, kind);
        if kind != Kind::Object || possible.len() < 2 {
            return possible;
        }
        let Some(tags) = Tags::of(self.program.graph, &possible) else {
            return possible;
        };
        match self.tag(at, tags.property.as_bytes()) {
            Some(tag) => tags.branches.get(&*tag).cloned().unwrap_or_default(),
            None => possible,
        }
    }

    /// The text of a member of the object at `at`, where both are written without escapes.
    fn tag(&mut self, at: usize, property: &[u8]) -> Option<String> {
        let text = self.text;
        let mut at = scan::space(text, at + 1);
        while text.get(at) == Some(&b'"') {
            let key = scan::string(text, at + 1).ok()?;
            if key.is_escaped {
                return None;
            }
            let is_tag = text[at + 1..key.end - 1] == *property;
            at = scan::space(text, key.end);
            if text.get(at) != Some(&b':') {
                return None;
            }
            at = scan::space(text, at + 1);
            if is_tag {
                let value = scan::string(text, at + 1).ok();
                let value = value.filter(|value| text[at] == b'"' && !value.is_escaped)?;
                let plain = std::str::from_utf8(&text[at + 1..value.end - 1]).ok()?;
                return Some(plain.to_owned());
            }
            at = self.scratch.skipper.value(text, at, 0).ok()?;
            at = scan::space(text, at);
            if text.get(at) != Some(&b',') {
                return None;
            }
            at = scan::space(text, at + 1);
        }
        None
    }

    /// Whether a schema accepts the value at `at`.
    fn accepts(&mut self, node: NodeId, at: usize, depth: u32) -> Result<bool, Halt> {
        let key = (node, offset(at));
        if let Some(known) = self.scratch.answers.get(&key) {
            return Ok(*known);
        }
        let slot = self.program.asked(node);
        let scratch = &self.scratch;
        let kept = (scratch.hashes.len(), scratch.data_keys.len());
        let (deviating, assuming) = (self.deviating, self.assuming);
        let answer = self.value::<ASK>(slot, at, depth);
        let answer = match answer {
            Ok(_) => true,
            Err(Halt) if self.is_rejected => false,
            Err(Halt) => return Err(Halt),
        };
        self.is_rejected = false;
        self.scratch.hashes.truncate(kept.0);
        self.scratch.data_keys.truncate(kept.1);
        (self.deviating, self.assuming) = (deviating, assuming);
        self.scratch.answers.insert(key, answer);
        Ok(answer)
    }

    /// A value that is not streamed.
    fn tape<const MODE: u8>(&mut self, slot: u32, at: usize, depth: u32) -> Step {
        let end = self.skip(at, depth)?;
        if MODE == ASK || self.assuming > 0 {
            let text = &self.text[at..end];
            let document = Document::parse(text).map_err(|_| Halt)?;
            let graph = self.program.graph;
            let memo = Memo::on(self.program.side);
            let mut given = self.program.plan(slot).given.iter();
            let root = document.root();
            if !given.all(|id| graph.accepts_with(*id, root, &memo)) {
                if MODE == ASK {
                    return Err(self.reject());
                }
                self.deviating += 1;
            }
        }
        if MODE == COUNT {
            self.scratch.deferred.push(Deferred {
                slot,
                start: offset(at),
                variant: 0,
            });
        }
        Ok(end)
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

/// What came of asking branches and conditions.
enum Answer {
    /// These schemas apply.
    Apply(Asked),
    /// No branch of a union accepts, or several of a `oneOf`.
    NoBranch,
    /// Some schema that applies is not streamed.
    Tape,
}

/// What branches and conditions said of a value.
#[derive(Default)]
struct Asked {
    nodes: Vec<NodeId>,
    variants: Vec<NodeId>,
    closed: Vec<Vec<NodeId>>,
    /// The schemas whose `not` accepts.
    excluded: Vec<NodeId>,
}

impl Asked {
    fn extend<'n>(&mut self, nodes: impl IntoIterator<Item = &'n NodeId>) {
        for id in nodes {
            if !self.nodes.contains(id) {
                self.nodes.push(*id);
            }
        }
    }
}

/// Offsets fit 32 bits: longer texts are not streamed.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
