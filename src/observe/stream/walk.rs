//! The walk over the bytes of one payload.

use rustc_hash::FxHashMap;

use crate::json::Kind;
use crate::schema::NodeId;

use super::super::spelling::Spelling;
use super::counter::Counters;
use super::fault::{Fault, Finding};
use super::plan::{Met, Reach, Usual, assess};
use super::scan::{self, MAX_DEPTH, Malformed, Skipper};
use super::slot::{NONE, Program, Quick};
use super::time;

/// The place of elements of which nothing is asked.
pub(super) const UNASKED: u32 = NONE - 1;

/// Values are counted.
pub(super) const COUNT: u8 = 0;
/// What was counted of a payload that turned out not to be JSON is taken back.
pub(super) const TAKE_BACK: u8 = 1;
/// Nothing is counted: the question is whether the schemas accept.
pub(super) const ASK: u8 = 2;

/// Values of one payload that are walked on a tape one by one; with more of them the whole payload is.
const MOST_DEFERRED: usize = 256;

/// The walk ended early: the text is not JSON, or not of a sort that is streamed; schemas that were asked
/// do not accept; or all is taken back. [`Walk::is_rejected`] tells the second from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Halt;

impl From<Malformed> for Halt {
    fn from(_: Malformed) -> Self {
        Self
    }
}

pub(super) type Step = Result<usize, Halt>;

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
    pub(super) skipper: Skipper,
    /// Hashes of keys that are not told apart by a bit.
    pub(super) hashes: Vec<u64>,
    pub(super) faults: Vec<(NodeId, Fault)>,
    /// Keys on the way that are data.
    pub(super) data_keys: Vec<(u32, u32)>,
    /// Where schemas that were asked accept: the end of the value.
    pub(super) answers: FxHashMap<(NodeId, u32), bool>,
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
    pub(super) text: &'t [u8],
    pub(super) program: &'w mut Program<'g>,
    pub(super) counters: &'w mut Counters,
    pub(super) scratch: &'w mut Scratch,
    /// The number of the payload.
    pub(super) payload: u64,
    /// Deviations so far, and values for the tape that are rejected.
    pub(super) deviating: usize,
    /// Open unions of which a branch is only assumed to accept.
    pub(super) assuming: usize,
    /// Where taking back ends.
    pub(super) limit: usize,
    /// How far the walk came.
    pub(super) reached: usize,
    /// Whether the walk ended because schemas that were asked do not accept.
    pub(super) is_rejected: bool,
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
        let is_read = walked.is_ok() && at == self.text.len();
        if is_read && self.scratch.deferred.len() <= MOST_DEFERRED {
            return true;
        }
        self.limit = if is_read { usize::MAX } else { at };
        self.scratch.reset();
        // It ends where the first walk ended, or later.
        let _: Step = self.value::<TAKE_BACK>(Program::ROOT, 0, 0);
        self.scratch.reset();
        false
    }

    #[inline]
    pub(super) const fn delta<const MODE: u8>() -> u64 {
        match MODE {
            COUNT => 1,
            TAKE_BACK => u64::MAX,
            _ => 0,
        }
    }

    /// Walks the value at `at`, perhaps behind white space, and returns the offset behind it.
    #[inline(always)]
    pub(super) fn value<const MODE: u8>(&mut self, slot: u32, at: usize, depth: u32) -> Step {
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

    pub(super) fn reject(&mut self) -> Halt {
        self.is_rejected = true;
        Halt
    }

    pub(super) fn skip(&mut self, at: usize, depth: u32) -> Step {
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

    pub(super) fn find(
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
    pub(super) fn assess<const MODE: u8>(
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
    pub(super) fn array<const MODE: u8>(&mut self, slot: u32, start: usize, depth: u32) -> Step {
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
}

/// Offsets fit 32 bits: longer texts are not streamed.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
