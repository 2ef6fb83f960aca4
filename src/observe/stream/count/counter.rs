//! Counts what the walk found, and keeps the first places of each fact.
//!
//! Counting a known fact whose first places are complete takes one table lookup. Only a place that may be
//! kept is located in the text again; then the payload is parsed, once.

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::capture::Body;
use crate::redact::MASK;
use crate::json::{TapeDocument, Kind};
use crate::schema::{NodeId, Place};

use crate::observe::walk::deviation::Deviation;
use crate::observe::message::placeholder::{has_brackets, is_placeholder};
use crate::observe::profile::{Lookalike, PathId, Shape};
use crate::observe::walk::record::{Way, shorten};
use crate::observe::profile::period::Period;
use crate::observe::profile::spelling::Spelling;
use crate::observe::profile::tally::{DISTINCT_KEPT, Keyed, Tally};
use crate::observe::walk::About;
use super::fault::{Fault, FoundFault};
use super::place::{tape, way};
use crate::observe::stream::lex::scan;
use crate::observe::stream::program::NONE;
use crate::observe::stream::program::slot::SlotStep;
use crate::observe::stream::program::table::Program;
use crate::observe::stream::run::scratch::Scratch;

/// Subjects of one fact that are cached by their written form.
const SUBJECTS: usize = 1_024;

/// Bytes of the longest value or key that is cached by its written form.
const LONGEST: usize = 256;

/// How often something was met, and whether more of its places are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MetCounts {
    count: u64,
    payloads: u64,
    /// The last payload in which it was met, and how often it was met there.
    last: u64,
    in_last: u64,
    /// The `file_number` for which no more places are wanted.
    sated_in: u64,
    period: Period,
    /// The period before the last payload.
    before: Period,
}

impl MetCounts {
    pub(crate) const fn new() -> Self {
        Self {
            count: 0,
            payloads: 0,
            last: u64::MAX,
            in_last: 0,
            sated_in: 0,
            period: Period { ends: None },
            before: Period { ends: None },
        }
    }

    #[inline]
    pub(crate) fn add(&mut self, payload: u64, times: u64, time: Option<Timestamp>) {
        self.count += times;
        if self.last != payload {
            if time.is_some() {
                self.before = self.period;
                self.period.see(time);
            }
            self.last = payload;
            self.in_last = 0;
            self.payloads += 1;
        }
        self.in_last += times;
    }

    /// Takes back one time that was added for this payload.
    fn take_back(&mut self) {
        self.count -= 1;
        self.in_last -= 1;
        if self.in_last == 0 {
            self.last = u64::MAX;
            self.payloads -= 1;
            self.period = self.before;
        }
    }
}

/// How a fact is recorded in the profile of its path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Record {
    Deviation(Deviation),
    Placeholder(Deviation),
    Undeclared(Arc<Place>),
    BeyondEnum(Arc<Place>),
    Misdirected(Arc<Place>),
    Lookalike(Lookalike),
    Spelled(Arc<Place>, Spelling),
}

#[derive(Debug)]
pub(crate) struct CountedFact {
    pub(crate) path: PathId,
    pub(crate) record: Record,
    pub(crate) all: MetCounts,
    /// Whether it is also counted by subject.
    pub(crate) is_keyed: bool,
    /// By the subject as shown in reports.
    pub(crate) subjects: foldhash::HashMap<Box<str>, MetCounts>,
    /// By the subject as written in the payload.
    written: foldhash::HashMap<Box<[u8]>, Box<str>>,
}

/// What identifies a fact of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    slot: u32,
    node: NodeId,
    fault: Fault,
    variant: u16,
    is_placeholder: bool,
}

/// The facts of one program.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) facts: Vec<CountedFact>,
    /// When the current payload was recorded.
    pub(crate) time: Option<Timestamp>,
    by_key: FxHashMap<Key, u32>,
    by_record: FxHashMap<(PathId, Record), u32>,
    /// The path of each slot, computed on demand.
    paths: Vec<Option<PathId>>,
    /// The current file, and how often the order of names restarted, counted from 1.
    file: Option<Arc<str>>,
    file_number: u64,
}

/// The sum of the deviations of one payload.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    pub(crate) deviations: u64,
    pub(crate) placeholders: u64,
    /// Whether some comparison was cut short.
    pub(crate) is_exceeded: bool,
}

/// A payload that was walked, and where the results go.
pub(crate) struct Walked<'a, 'g> {
    pub(crate) program: &'a mut Program<'g>,
    pub(crate) shape: &'a mut Shape,
    pub(crate) body: &'a Body<'a>,
    pub(crate) payload: u64,
    pub(crate) findings: &'a [FoundFault],
    /// The payload on a tape, as far as findings need it, parsed on demand.
    pub(crate) document: OnceCell<Option<TapeDocument<'a>>>,
}

impl Counters {
    /// Counts a fact whose place is not needed; false if its place may be wanted. With `MODE` 1 the count is
    /// taken back.
    #[inline(always)]
    pub(crate) fn count<const MODE: u8>(&mut self, fact: u32, payload: u64) -> bool {
        let (number, time) = (self.file_number, self.time);
        let Some(fact) = self.facts.get_mut(fact as usize) else {
            return false;
        };
        let met = &mut fact.all;
        if met.sated_in != number {
            return false;
        }
        if MODE == 0 {
            met.add(payload, 1, time);
        } else {
            met.take_back();
        }
        true
    }

    /// Adds occurrences in a payload in which the fact was already counted.
    pub(crate) fn count_beside(&mut self, fact: u32, times: u64) {
        if let Some(fact) = self.facts.get_mut(fact as usize) {
            fact.all.count += times;
        }
    }

    /// Starts or continues a file.
    pub(crate) fn in_file(&mut self, file: &Arc<str>) {
        let Some(known) = &self.file else {
            self.file_number = 1;
            return self.file = Some(Arc::clone(file));
        };
        if Arc::ptr_eq(known, file) {
            return;
        }
        // Files usually come in the order of their names. Then no new place precedes those that are kept.
        self.file_number += u64::from(**file <= **known);
        self.file = Some(Arc::clone(file));
    }

    fn path(&mut self, program: &Program<'_>, shape: &mut Shape, slot: u32) -> PathId {
        if let Some(Some(known)) = self.paths.get(slot as usize) {
            return *known;
        }
        let found = &program.slots[slot as usize];
        let above = match found.parent {
            NONE => Shape::ROOT,
            parent => self.path(program, shape, parent),
        };
        let path = match &found.step {
            SlotStep::Same => above,
            SlotStep::Key(key) => shape.enter_key(above, key),
            SlotStep::Data | SlotStep::Index => shape.enter_any(above),
        };
        if self.paths.len() <= slot as usize {
            self.paths.resize(slot as usize + 1, None);
        }
        self.paths[slot as usize] = Some(path);
        path
    }

    /// Counts what was found in one payload.
    pub(crate) fn add(
        &mut self,
        walked: &mut Walked<'_, '_>,
        scratch: &Scratch,
        variants: &mut Vec<NodeId>,
    ) -> Sum {
        let mut sum = Sum::default();
        for finding in &scratch.findings {
            self.finding(walked, finding, &mut sum);
        }
        for slot in &scratch.spelled_anew {
            let slot = &walked.program.slots[*slot as usize];
            for (fact, more) in slot.spelled.iter().zip(slot.more) {
                if let Some(fact) = self.facts.get_mut(*fact as usize).filter(|_| more > 0) {
                    fact.all.add(walked.payload, more, self.time);
                }
            }
        }
        if !scratch.deferred.is_empty() {
            self.deferred(walked, &scratch.deferred, &mut sum, variants);
        }
        sum
    }

    fn finding(&mut self, walked: &mut Walked<'_, '_>, finding: &FoundFault, sum: &mut Sum) {
        let body: &[u8] = &walked.body.bytes;
        let is_text = body.get(finding.value.0 as usize) == Some(&b'"');
        let is_placeholder = is_text && placeholder(walked, finding);
        if finding.fault.is_deviation() {
            match is_placeholder {
                true => sum.placeholders += 1,
                false => sum.deviations += 1,
            }
        }
        let key = Key {
            slot: finding.slot,
            node: finding.node,
            fault: finding.fault,
            variant: finding.variant,
            is_placeholder,
        };
        let index = match self.by_key.get(&key) {
            Some(known) => *known,
            None => {
                let Some(index) = self.new_fact(walked, finding, is_placeholder) else {
                    return;
                };
                self.by_key.insert(key, index);
                index
            }
        };
        let (payload, time) = (walked.payload, self.time);
        let is_secret = finding.in_secret || walked.program.slots[finding.slot as usize].is_secret;
        if let Fault::Spelled(spelling) = finding.fault
            && let Some(offset) = spelling.usual()
        {
            let slot = &mut walked.program.slots[finding.slot as usize];
            slot.spelled[usize::from(offset)] = index;
        }
        let fact = &mut self.facts[index as usize];
        fact.all.add(payload, 1, time);
        let number = self.file_number;
        if is_placeholder || !finding.fault.has_subject() {
            if fact.all.sated_in != number {
                let met = (sampled(walked, fact, finding, None), number);
                sate(&mut fact.all, met);
            }
            return;
        }
        fact.is_keyed = true;
        let span = match finding.key.1 {
            0 => finding.value,
            _ => finding.key,
        };
        let written: &[u8] = match is_secret {
            true => MASK.as_bytes(),
            false => &body[span.0 as usize..span.1 as usize],
        };
        if let Some(subject) = fact.written.get(written)
            && let Some(met) = fact.subjects.get_mut(subject)
            && met.sated_in == number
        {
            met.add(payload, 1, time);
            return;
        }
        let is_known = fact.written.contains_key(written);
        if !is_known && fact.subjects.len() > DISTINCT_KEPT && is_folded(walked.shape, fact) {
            sampled(walked, fact, finding, Some(""));
            return;
        }
        let subject: Box<str> = match is_secret {
            true => MASK.into(),
            false if written.first() == Some(&b'"') => shorten(&scan::unescape(written)).into(),
            // Any value may violate an enum.
            false => shorten(&String::from_utf8_lossy(written)).into(),
        };
        let is_sated = sampled(walked, fact, finding, Some(&subject));
        let met = fact
            .subjects
            .entry(subject.clone())
            .or_insert_with(MetCounts::new);
        met.add(payload, 1, time);
        sate(met, (is_sated, number));
        if !is_known && fact.written.len() < SUBJECTS && written.len() <= LONGEST {
            fact.written.insert(written.into(), subject);
        }
    }

    fn new_fact(
        &mut self,
        walked: &mut Walked<'_, '_>,
        finding: &FoundFault,
        is_placeholder: bool,
    ) -> Option<u32> {
        let path = self.path(walked.program, walked.shape, finding.slot);
        let graph = walked.program.graph;
        let place = Arc::clone(&graph.node(finding.node).place);
        let record = match finding.fault {
            Fault::Undeclared => Record::Undeclared(place),
            Fault::BeyondEnum => Record::BeyondEnum(place),
            Fault::Misdirected => Record::Misdirected(place),
            Fault::Spelled(spelling) => Record::Spelled(place, spelling),
            fault => {
                let variant = usize::from(finding.variant).checked_sub(1);
                let label = |at: usize| walked.program.labels.get(at).cloned();
                let deviation = Deviation {
                    kind: fault.deviation(graph, finding.node)?,
                    schema: place,
                    variant: variant.and_then(label),
                };
                match is_placeholder {
                    true => Record::Placeholder(deviation),
                    false => Record::Deviation(deviation),
                }
            }
        };
        Some(self.fact(path, record))
    }

    pub(crate) fn fact(&mut self, path: PathId, record: Record) -> u32 {
        let key = (path, record);
        if let Some(known) = self.by_record.get(&key) {
            return *known;
        }
        let index = crate::limits::index(self.facts.len());
        self.facts.push(CountedFact {
            path,
            record: key.1.clone(),
            all: MetCounts::new(),
            is_keyed: false,
            subjects: foldhash::HashMap::default(),
            written: foldhash::HashMap::default(),
        });
        self.by_record.insert(key, index);
        index
    }

    /// Moves all counts to the profile.
    pub(crate) fn settle(&mut self, program: &mut Program<'_>, shape: &mut Shape) {
        program.gather();
        for slot in &mut program.slots {
            for (fact, beside) in slot.spelled.into_iter().zip(&mut slot.beside) {
                self.count_beside(fact, std::mem::take(beside));
            }
            slot.spelled = [NONE; 2];
            slot.sated_in = [u64::MAX; 2];
        }
        for slot in 0..program.slots.len() {
            let found = &mut program.slots[slot];
            let kinds = std::mem::take(&mut found.kinds);
            let mut accepted = std::mem::take(&mut found.accepted);
            for (kind, count) in kinds.iter().enumerate() {
                accepted += count * u64::from(found.narrowed >> kind & 1);
            }
            accepted -= std::mem::take(&mut found.rejected);
            if kinds[..Kind::ALL.len()].iter().all(|count| *count == 0) {
                continue;
            }
            let number = crate::limits::index(slot);
            let path = self.path(program, shape, number);
            let found = &mut program.slots[slot];
            let graph = program.graph;
            let profile = shape.path_mut(path);
            for (ours, theirs) in profile.kinds.iter_mut().zip(kinds) {
                *ours += theirs;
            }
            for variant in found.variants.iter().filter(|_| accepted > 0) {
                let place = Arc::clone(&graph.node(*variant).place);
                profile.variants.entry(place).or_default().0 += accepted;
            }
            let listing = program.plans[found.plan as usize].listing.iter();
            for (node, counts) in listing.zip(&mut found.listed) {
                let place = &graph.node(*node).place;
                for (value, count) in counts.counted() {
                    let known = profile.enum_values.entry(Arc::clone(place)).or_default();
                    let value = String::from_utf8_lossy(value);
                    known.entry((*value).into()).or_default().0 += std::mem::take(count);
                }
            }
        }
        for fact in &mut self.facts {
            let all = std::mem::replace(&mut fact.all, MetCounts::new());
            if let Record::Deviation(deviation) = &fact.record
                && fact.is_keyed
            {
                let deviation = deviation.clone();
                let tally = shape.path_mut(fact.path).deviations.entry(deviation);
                tally.or_default().add_counts(all.count, all.payloads, &all.period);
            }
            if !fact.is_keyed
                && let Some(tally) = tally_of(shape, fact)
            {
                tally.add_counts(all.count, all.payloads, &all.period);
                continue;
            }
            let subjects = std::mem::take(&mut fact.subjects);
            if let Some(keyed) = keyed_of(shape, fact) {
                keyed.all.add_counts(all.count, all.payloads, &all.period);
                for (subject, met) in &subjects {
                    keyed.add_counts(subject, met.count, met.payloads, &met.period);
                }
            }
        }
        self.facts.clear();
        self.by_key.clear();
        self.by_record.clear();
        self.paths.clear();
    }
}

fn sate(met: &mut MetCounts, (is_sated, number): (bool, u64)) {
    if is_sated {
        met.sated_in = number;
    }
}

/// Whether a deviation of a string is caused by a placeholder.
fn placeholder(walked: &Walked<'_, '_>, finding: &FoundFault) -> bool {
    let is_about_text = matches!(
        finding.fault,
        Fault::Type(_) | Fault::Enum | Fault::Constant | Fault::Check(_) | Fault::Length(_)
    );
    if !is_about_text {
        return false;
    }
    if let Fault::Check(index) = finding.fault {
        let checks = &walked.program.graph.node(finding.node).checks;
        let check = checks.get(usize::from(index));
        // The `content…` keywords are not about the text itself.
        let is_about_text = check.is_some_and(|check| match check.keyword {
            "format" => !has_brackets(&check.argument_text()),
            keyword => keyword == "pattern",
        });
        if !is_about_text {
            return false;
        }
    }
    let quoted = &walked.body.bytes[finding.value.0 as usize..finding.value.1 as usize];
    is_placeholder(&scan::unescape(quoted))
}

/// The tally of a fact without subjects.
pub(crate) fn tally_of<'s>(shape: &'s mut Shape, fact: &CountedFact) -> Option<&'s mut Tally> {
    let profile = shape.path_mut(fact.path);
    Some(match &fact.record {
        Record::Deviation(deviation) => profile.deviations.entry(deviation.clone()).or_default(),
        Record::Placeholder(deviation) => {
            profile.placeholders.entry(deviation.clone()).or_default()
        }
        Record::Spelled(place, spelling) => {
            let spellings = profile.spellings.entry(Arc::clone(place)).or_default();
            spellings.entry(*spelling).or_default()
        }
        Record::Undeclared(_)
        | Record::BeyondEnum(_)
        | Record::Misdirected(_)
        | Record::Lookalike(_) => return None,
    })
}

/// The tallies of a fact by subject.
pub(crate) fn keyed_of<'s>(shape: &'s mut Shape, fact: &CountedFact) -> Option<&'s mut Keyed> {
    let profile = shape.path_mut(fact.path);
    Some(match &fact.record {
        Record::Deviation(deviation) => profile.subjects.entry(deviation.clone()).or_default(),
        Record::Undeclared(place) => profile.undeclared.entry(Arc::clone(place)).or_default(),
        Record::BeyondEnum(place) => profile.beyond_enum.entry(Arc::clone(place)).or_default(),
        Record::Misdirected(place) => profile.misdirected.entry(Arc::clone(place)).or_default(),
        Record::Lookalike(known) => profile.lookalikes.entry(known.clone()).or_default(),
        Record::Placeholder(_) | Record::Spelled(..) => return None,
    })
}

fn is_folded(shape: &mut Shape, fact: &CountedFact) -> bool {
    keyed_of(shape, fact).is_some_and(|keyed| keyed.keys.is_none())
}

/// Keeps the place of a finding if it is among the first. Returns whether no later place of this file will be
/// kept.
fn sampled(
    walked: &mut Walked<'_, '_>,
    fact: &CountedFact,
    finding: &FoundFault,
    subject: Option<&str>,
) -> bool {
    let start = match finding.key.1 {
        0 => finding.value.0,
        _ => finding.key.0,
    };
    let origin = &walked.body.origin;
    let offset = start as usize;
    let is_wanted = match subject {
        None => tally_of(walked.shape, fact).is_some_and(|tally| tally.wants(origin, offset)),
        Some(subject) => {
            keyed_of(walked.shape, fact).is_some_and(|keyed| keyed.wants(subject, origin, offset))
        }
    };
    if !is_wanted {
        return true;
    }
    let parse = || tape(walked.body, walked.findings);
    let Some(document) = walked.document.get_or_init(parse).as_ref() else {
        return false;
    };
    let program = &*walked.program;
    let Some(found) = way(program, document, finding.slot, finding.value.0 as usize) else {
        return false;
    };
    let member = found
        .value
        .members()
        .find(|(key, _)| finding.key.1 != 0 && key.span().start == finding.key.0 as usize);
    let about = match member {
        Some((key, value)) => About::Member(key, value),
        None => About::Value(found.value),
    };
    let way = Way::new(walked.body, document, (walked.payload, None), found.steps);
    let met = way.meet(about);
    match subject {
        None => {
            if let Some(tally) = tally_of(walked.shape, fact) {
                tally.sample(met.spot(), || met.evidence());
            }
        }
        Some(subject) => {
            if let Some(keyed) = keyed_of(walked.shape, fact) {
                keyed.sample(subject, met.spot(), || met.evidence());
            }
            if let Some(tally) = tally_of(walked.shape, fact) {
                tally.sample(met.spot(), || met.evidence());
            }
        }
    }
    false
}
