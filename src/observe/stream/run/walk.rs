//! The walk over the bytes of one payload.

use crate::json::Kind;
use crate::schema::NodeId;

use crate::observe::profile::spelling::Spelling;
use crate::observe::stream::count::counter::Counters;
use crate::observe::stream::count::fault::{Fault, FoundFault};
use crate::observe::stream::program::how::How;
use crate::observe::stream::program::plan::{MetValue, Usual, assess};
use crate::observe::stream::lex::scan;
use crate::observe::stream::lex::scan::Malformed;
use crate::observe::stream::program::mode::{ASK, COUNT, TAKE_BACK, delta};
use crate::observe::stream::program::table::Program;

use super::scratch::Scratch;
use crate::observe::stream::lex::time;
use crate::observe::stream::lex::time::Offset;

/// Values of one payload that are walked on a tape one by one. With more of them, the whole payload is.
const MOST_DEFERRED: usize = 256;

/// The walk ended early: the text is not JSON, or cannot be streamed; schemas that were asked do not accept;
/// or everything is taken back. [`Walk::is_rejected`] marks the second case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Halt;

impl From<Malformed> for Halt {
    fn from(_: Malformed) -> Self {
        Self
    }
}

pub(crate) type Walked = Result<usize, Halt>;

pub(crate) struct Walk<'w, 'g, 't> {
    pub(crate) text: &'t [u8],
    pub(crate) program: &'w mut Program<'g>,
    pub(crate) counters: &'w mut Counters,
    pub(crate) scratch: &'w mut Scratch,
    /// The number of the payload.
    pub(crate) payload: u64,
    /// Deviations so far, and values for the tape that are rejected.
    pub(crate) deviating: usize,
    /// Open unions with a branch that is only assumed to accept.
    pub(crate) assuming: usize,
    /// Those of them that are taken back if the branch does not accept.
    pub(crate) presuming: usize,
    /// Whether the walk ended because schemas that were asked do not accept.
    pub(crate) is_rejected: bool,
    /// Where the walk ended because the table was full, and whether a schema was being asked.
    pub(crate) full_at: Option<(usize, bool)>,
    /// Whether counts are being taken back.
    pub(crate) is_taking_back: bool,
}

impl<'w, 'g, 't> Walk<'w, 'g, 't> {
    pub(crate) fn new(
        text: &'t [u8],
        program: &'w mut Program<'g>,
        counters: &'w mut Counters,
        scratch: &'w mut Scratch,
        payload: u64,
    ) -> Self {
        scratch.begin();
        Self {
            text,
            program,
            counters,
            scratch,
            payload,
            deviating: 0,
            assuming: 0,
            presuming: 0,
            is_rejected: false,
            full_at: None,
            is_taking_back: false,
        }
    }

    /// Walks a whole text. Returns whether it is JSON that can be streamed; if not, nothing is counted.
    pub(crate) fn run(&mut self) -> bool {
        let is_read = match self.value::<COUNT>(Program::ROOT, 0, 0) {
            Ok(end) => scan::space(self.text, end) == self.text.len(),
            Err(Halt) => false,
        };
        if is_read && self.scratch.deferred.len() <= MOST_DEFERRED {
            return true;
        }
        self.take_back();
        false
    }

    /// Takes back everything that was counted.
    pub(crate) fn take_back(&mut self) {
        self.scratch.reset();
        (self.deviating, self.assuming, self.presuming) = (0, 0, 0);
        // What was learnt is kept, so this walk comes to the same end, and each value is counted in the same
        // place, whether its glue was known before or not.
        self.is_taking_back = true;
        let _: Walked = self.value::<TAKE_BACK>(Program::ROOT, 0, 0);
        self.scratch.reset();
    }

    /// Whether something new may be learnt at `at`; if not, the payload is left to the reference walk. Taking
    /// back must end exactly where the first walk ended.
    #[inline(never)]
    pub(crate) fn may_learn<const MODE: u8>(&mut self, at: usize) -> Result<(), Halt> {
        let here = Some((at, MODE == ASK));
        let is_full = match self.is_taking_back {
            true => self.full_at == here,
            false => self.program.is_full(),
        };
        if !is_full {
            return Ok(());
        }
        self.full_at = here;
        Err(Halt)
    }

    /// Whether the payload that was walked has no mismatch, as far as is known.
    pub(crate) fn agrees(&self) -> bool {
        let is_strange = |fault: Fault| fault.is_deviation() || matches!(fault, Fault::Undeclared);
        let mut findings = self.scratch.findings.iter();
        self.scratch.deferred.is_empty() && !findings.any(|finding| is_strange(finding.fault))
    }

    /// Walks the value at `at`, possibly after white space, and returns the offset after it.
    #[inline(always)]
    pub(crate) fn value<const MODE: u8>(&mut self, slot: u32, at: usize, depth: u32) -> Walked {
        let rest = self.text.get(at..).ok_or(Halt)?;
        let class = scan::class(*rest.first().ok_or(Halt)?);
        let mut slot = slot;
        let mut found = &mut self.program.slots[slot as usize];
        if found.how[class] == How::Only {
            slot = found.only_of(class);
            found = &mut self.program.slots[slot as usize];
        }
        let how = found.how[class];
        if MODE != ASK && how != How::Choose {
            let count = &mut found.kinds[class];
            *count = count.wrapping_add(delta::<MODE>());
        }
        self.by::<MODE>(how, slot, rest, at, depth)
    }

    /// Walks a value the way its slot handles its class; `rest` is the text from `at` on.
    #[inline(always)]
    pub(crate) fn by<const MODE: u8>(
        &mut self,
        how: How,
        slot: u32,
        rest: &'t [u8],
        at: usize,
        depth: u32,
    ) -> Walked {
        let length = match how {
            How::Any => match scan::short_string(rest) {
                Some(length) => length,
                None => return Ok(scan::string(self.text, at + 1)?.end),
            },
            How::Written => 0,
            How::Number => match scan::short_integer(rest) {
                Some(short) => short.length,
                None => return self.number::<MODE>(slot, at),
            },
            How::BoundedNumber => {
                let range = self.program.slots[slot as usize].integers;
                match scan::short_integer(rest) {
                    Some(short) if (range.0..=range.1).contains(&short.value()) => short.length,
                    _ => return self.number::<MODE>(slot, at),
                }
            }
            How::Constant => match &self.program.plan(slot).usual {
                Usual::Constant(text) if text.starts(rest) => text.len(),
                _ => return self.string::<MODE>(slot, at),
            },
            How::Listed => {
                let listed = self.program.slots[slot as usize].listed.first_mut();
                match listed.and_then(|set| set.count_first(rest, delta::<MODE>())) {
                    Some(length) => length,
                    None => return self.string::<MODE>(slot, at),
                }
            }
            How::Time => match time::plain(rest) {
                Some((length, _)) => length,
                None => return self.string::<MODE>(slot, at),
            },
            How::SpelledTime => match time::plain(rest) {
                Some((length, offset)) if MODE == ASK || self.is_counted::<MODE>(slot, offset) => {
                    length
                }
                _ => return self.string::<MODE>(slot, at),
            },
            How::Null => scan::word(rest, b"null")?,
            How::Boolean => scan::boolean(rest)?.0,
            How::Object => return self.object::<MODE>(slot, at, depth),
            How::Array => return self.array::<MODE>(slot, at, depth),
            How::AskString => return self.string::<MODE>(slot, at),
            How::AskNumber => return self.number::<MODE>(slot, at),
            How::AskNull | How::AskBoolean => return self.word::<MODE>(slot, at),
            // `Only` was followed before this.
            How::Choose | How::Only => {
                let class = scan::class(*rest.first().ok_or(Halt)?);
                return self.choose::<MODE>(slot, at, depth, class);
            }
            How::Space => return self.spaced::<MODE>(slot, at, depth),
            How::Malformed => return Err(Halt),
        };
        Ok(at + length)
    }

    /// Counts a usual spelling; false if its place may be wanted.
    #[inline(always)]
    fn is_counted<const MODE: u8>(&mut self, slot: u32, offset: Offset) -> bool {
        let found = &mut self.program.slots[slot as usize];
        let beside = &mut found.beside[offset as usize];
        if found.sated_in[offset as usize] == self.payload && (MODE == COUNT || *beside > 0) {
            *beside = beside.wrapping_add(delta::<MODE>());
            return true;
        }
        self.is_spelled_anew::<MODE>(slot, offset)
    }

    /// The same for the first one in a payload, or while places are still wanted.
    #[inline(never)]
    fn is_spelled_anew<const MODE: u8>(&mut self, slot: u32, offset: Offset) -> bool {
        let found = &mut self.program.slots[slot as usize];
        let fact = found.spelled[offset as usize];
        if self.counters.count::<MODE>(fact, self.payload) {
            // Those of the previous payload; none if this payload is taken back completely.
            let beside = &mut found.beside[offset as usize];
            self.counters.count_beside(fact, std::mem::take(beside));
            found.sated_in[offset as usize] = match MODE {
                COUNT => self.payload,
                _ => u64::MAX,
            };
            return true;
        }
        if found.is_one_more::<MODE>(offset, self.payload) {
            return true;
        }
        if found.looked_at == [0, 0] {
            self.scratch.spelled_anew.push(slot);
        }
        found.looked_at[offset as usize] += 1;
        false
    }

    /// Walks a value, possibly after white space: [`Self::value`] where inlining does not pay off.
    #[inline(never)]
    pub(crate) fn spaced<const MODE: u8>(&mut self, slot: u32, at: usize, depth: u32) -> Walked {
        // This stops before a byte that is not white space, or at the end.
        self.value::<MODE>(slot, scan::space(self.text, at), depth)
    }

    pub(crate) fn reject(&mut self) -> Halt {
        self.is_rejected = true;
        Halt
    }

    pub(crate) fn skip(&mut self, at: usize, depth: u32) -> Walked {
        Ok(self.scratch.skipper.value(self.text, at, depth)?)
    }

    /// Walks a word that has to be checked.
    #[inline(never)]
    fn word<const MODE: u8>(&mut self, slot: u32, at: usize) -> Walked {
        let rest = self.text.get(at..).ok_or(Halt)?;
        let (length, met) = match rest.first() {
            Some(b'n') => (scan::word(rest, b"null")?, MetValue::Null),
            _ => {
                let (length, is_true) = scan::boolean(rest)?;
                (length, MetValue::Boolean(is_true))
            }
        };
        let end = at + length;
        self.assess::<MODE>(slot, &met, at, end)?;
        Ok(end)
    }

    /// Walks a number that has to be checked.
    #[inline(never)]
    fn number<const MODE: u8>(&mut self, slot: u32, at: usize) -> Walked {
        let text = self.text;
        let number = scan::number(text, at)?;
        let how = self.program.slots[slot as usize].how[Kind::Number as usize];
        if number.is_plain && how == How::Number {
            return Ok(number.end);
        }
        let written = std::str::from_utf8(&text[at..number.end]).map_err(|_| Halt)?;
        let met = MetValue::Number(written, number.is_plain);
        self.assess::<MODE>(slot, &met, at, number.end)?;
        Ok(number.end)
    }

    /// Walks a string that has to be checked.
    #[inline(never)]
    fn string<const MODE: u8>(&mut self, slot: u32, at: usize) -> Walked {
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
                listed.count(content.as_bytes(), delta::<MODE>());
            }
            self.spelled(slot, content, at, scanned.end);
            self.beyond_enum(slot, content, at, scanned.end);
        }
        self.assess::<MODE>(slot, &MetValue::String(content), at, scanned.end)?;
        Ok(scanned.end)
    }

    /// Records how the string is spelled, if spellings are counted.
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
            if let Some(node) = enums.bypassed_by(graph, content) {
                self.find(slot, node, Fault::BeyondEnum, (at, end), (0, 0));
            }
        }
    }

    pub(crate) fn find(
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
        self.scratch.findings.push(FoundFault {
            slot,
            node,
            fault,
            value: (offset(value.0), offset(value.1)),
            key: (offset(key.0), offset(key.1)),
            variant: 0,
            in_secret,
        });
    }

    /// Whether a key on the current path that is data is the name of a secret.
    fn is_in_secret(&self) -> bool {
        self.scratch.data_keys.iter().any(|(start, end)| {
            let name = scan::unescape(&self.text[*start as usize..*end as usize]);
            crate::redact::is_secret_name(&name)
        })
    }

    /// Records what the schemas of a slot reject in the value itself.
    #[inline(never)]
    pub(crate) fn assess<const MODE: u8>(
        &mut self,
        slot: u32,
        met: &MetValue<'_>,
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
        let first = self.scratch.findings.len();
        for (node, fault) in faults.drain(..) {
            self.find(slot, node, fault, (at, end), (0, 0));
        }
        self.scratch.faults = faults;
        let found = &mut self.program.slots[slot as usize];
        if found.narrowed >> (met.kind() as u8) & 1 == 1 {
            found.rejected = found.rejected.wrapping_add(delta::<MODE>());
            for finding in &mut self.scratch.findings[first..] {
                finding.variant = found.label;
            }
        }
        Ok(())
    }
}

/// Offsets fit 32 bits: longer texts are not streamed.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
