//! Measures how well payloads fit schemas by the slots of the streaming walk. The result is that of
//! [`Fit::measure`], but it is found faster.

use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::contract::Contract;
use crate::json::{Key, Kind, Value};
use crate::location::Side;
use crate::schema::{Graph, NodeId};

use crate::observe::routing::fit::{ELEMENTS, Fit, VALUES};
use crate::observe::options::Engine;
use crate::observe::stream::program::slot::Choice;
use crate::observe::stream::program::decisions::{Answers, Applied, Question, Turn};
use super::fault::Fault;
use crate::observe::stream::program::how::How;
use crate::observe::stream::run::object::Left;
use crate::observe::stream::program::plan::{MetValue, assess};
use crate::observe::stream::program::NONE;
use crate::observe::stream::program::slot::SlotStep;
use crate::observe::stream::program::table::Program;
use crate::observe::stream::program::UNASKED;

/// Measures how well payloads fit schemas, and caches what it learns about the schemas.
#[derive(Debug, Default)]
pub(in crate::observe) struct Scales<'c> {
    engine: Engine,
    scales: Vec<Scale<'c>>,
    /// By the address of the contract, the schema and the side.
    by_schema: FxHashMap<(usize, NodeId, Side), usize>,
}

impl<'c> Scales<'c> {
    pub(in crate::observe) fn new(engine: Engine) -> Self {
        Self {
            engine,
            ..Self::default()
        }
    }

    /// Whether candidates that cannot be the best may be skipped; otherwise all are measured.
    pub(in crate::observe) fn leave_out(&self) -> bool {
        self.engine == Engine::Streaming
    }

    /// How well a payload fits a schema. `head` has at least the first elements of its arrays.
    pub(in crate::observe) fn fit(
        &mut self,
        contract: &'c Contract,
        node: NodeId,
        side: Side,
        head: Value<'_>,
    ) -> Fit {
        let fit = self.fit_within(contract, node, side, head, usize::MAX);
        fit.unwrap_or_else(|| Fit::measure(&contract.graph, node, Some(side), head))
    }

    /// The same; may return `None` if the payload has more than `most` mismatches.
    pub(in crate::observe) fn fit_within(
        &mut self,
        contract: &'c Contract,
        node: NodeId,
        side: Side,
        head: Value<'_>,
        most: usize,
    ) -> Option<Fit> {
        let graph = &contract.graph;
        let by_walk = || Some(Fit::measure(graph, node, Some(side), head));
        if !self.leave_out() {
            return by_walk();
        }
        match self.scale(contract, node, side).fit(head, most) {
            Ok(fit) => Some(fit),
            Err(Stop::TooStrange) => None,
            Err(Stop::Unknown | Stop::Rejected) => by_walk(),
        }
    }

    /// The minimum number of mismatches of a value with a schema, whatever its members and elements are: its
    /// kind, and undeclared or missing members. Of arrays, the first element is considered. `usize::MAX` if
    /// nothing is recognised.
    pub(in crate::observe) fn strange_keys(
        &mut self,
        contract: &'c Contract,
        node: NodeId,
        side: Side,
        value: Value<'_>,
    ) -> usize {
        self.scale(contract, node, side).strange_keys(value)
    }

    fn scale(&mut self, contract: &'c Contract, node: NodeId, side: Side) -> &mut Scale<'c> {
        let schema = (std::ptr::from_ref(contract).addr(), node, side);
        let scale = *self.by_schema.entry(schema).or_insert_with(|| {
            self.scales.push(Scale::new(&contract.graph, node, side));
            self.scales.len() - 1
        });
        &mut self.scales[scale]
    }
}

/// A place where a payload has a value: one for all slots that reports show as the same place.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    /// The numbers of the last measurements in which a value was there, and in which it deviated.
    seen: u64,
    broken: u64,
}

/// A slot, and the schemas whose `not` accepts the value.
type Chosen = (u32, Option<Arc<[NodeId]>>);

/// Why measuring ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The slots cannot answer the question.
    Unknown,
    /// A schema that was tested does not accept.
    Rejected,
    /// There are more mismatches than the given maximum.
    TooStrange,
}

/// What one schema recognises in a payload.
#[derive(Debug)]
struct Scale<'c> {
    program: Program<'c>,
    ways: Vec<Way>,
    way_of: Vec<u32>,
    /// Ways by the parent way and the key, which is `None` if it is data.
    below: foldhash::HashMap<(u32, Option<Box<str>>), u32>,
    /// The number of this measurement.
    number: u64,
    /// How many schemas are being tested for acceptance. While any is, nothing is recorded.
    asking: u32,
    /// The number of values of this payload, its ways, and its mismatches.
    values: u32,
    touched: Vec<u32>,
    strange: FxHashSet<u64>,
    /// The maximum number of mismatches.
    most: usize,
    /// Emptied, for reuse.
    faults: Vec<(NodeId, Fault)>,
}

impl<'c> Scale<'c> {
    const ROOT: u32 = 0;

    fn new(graph: &'c Graph, node: NodeId, side: Side) -> Self {
        Self {
            program: Program::new(graph, Some(side), node),
            ways: vec![Way::default()],
            way_of: Vec::new(),
            below: foldhash::HashMap::default(),
            number: 0,
            asking: 0,
            values: 0,
            touched: Vec::new(),
            strange: FxHashSet::default(),
            most: usize::MAX,
            faults: Vec::new(),
        }
    }

    fn start(&mut self, most: usize) {
        self.number += 1;
        self.values = 0;
        self.touched.clear();
        self.strange.clear();
        self.asking = 0;
        self.most = most;
    }

    fn strange_keys(&mut self, value: Value<'_>) -> usize {
        // Higher counts say little.
        const MOST: usize = 7;
        self.start(MOST);
        match self.keys(value) {
            // Nothing is recognised: any schema that recognises something fits better.
            Some(false) if !self.strange.is_empty() => usize::MAX,
            _ => self.strange.len(),
        }
    }

    /// Considers the kinds of a value and of its first element, and the keys of that element or else of the
    /// value. Returns whether something may be recognised; `None` if that is not certain.
    fn keys(&mut self, value: Value<'_>) -> Option<bool> {
        let mut slot = self.program.slot_by_kind(Program::ROOT, value.kind())?;
        self.kind(slot, Self::ROOT, value.kind())?;
        let (mut object, mut way) = (value, Self::ROOT);
        let element = value.elements().next();
        if let Some(element) = element {
            let below = self.program.element(slot, 0);
            if below == UNASKED {
                let plan = self.program.plan(slot);
                let is_alike = plan.prefix == 0 && plan.leftovers.elements.is_empty();
                return is_alike.then_some(false);
            }
            (object, way) = (element, self.way(below));
            slot = self.program.slot_by_kind(below, element.kind())?;
            self.kind(slot, way, element.kind())?;
        }
        let mut left = Left::all();
        let mut is_asked = element.is_some();
        for (key, _) in object.members() {
            is_asked |= self.member(slot, way, key, &mut left).ok()?.is_some();
        }
        if object.kind() == Kind::Object {
            self.missing(slot, way, &left).ok()?;
        }
        Some(is_asked)
    }

    /// Records a wrong kind, whatever the value.
    fn kind(&mut self, slot: u32, way: u32, kind: Kind) -> Option<()> {
        let graph = self.program.graph;
        let asserting = self.program.plan(slot).asserting[kind as usize].clone();
        for id in asserting {
            let types = graph.node(id).types;
            if types.is_some_and(|types| !types.may_hold(kind)) {
                self.breaks(way, id, Fault::Type(kind), "").ok()?;
            }
        }
        Some(())
    }

    /// Measures a payload, as long as it has at most `most` mismatches.
    fn fit(&mut self, head: Value<'_>, most: usize) -> Result<Fit, Stop> {
        self.start(most);
        self.value(Program::ROOT, head)?;
        let ways = self.touched.iter().map(|way| &self.ways[*way as usize]);
        let is_broken = |way: &Way| way.broken == self.number;
        let sound = ways.clone().filter(|way| !is_broken(way));
        Ok(Fit {
            recognised: sound.count(),
            strange: self.strange.len(),
            is_broken: ways.clone().any(is_broken) || is_broken(&self.ways[Self::ROOT as usize]),
        })
    }

    fn value(&mut self, slot: u32, value: Value<'_>) -> Result<(), Stop> {
        let kind = value.kind();
        let (slot, excluded) = self.slot_of(slot, value)?;
        self.values += 1;
        if self.values > VALUES {
            return Err(Stop::Unknown);
        }
        let way = match self.asking {
            0 => self.seen(slot),
            _ => Self::ROOT,
        };
        for node in excluded.iter().flat_map(|excluded| &**excluded) {
            self.breaks(way, *node, Fault::Excluded, "")?;
        }
        self.assess(slot, way, value)?;
        match kind {
            Kind::Object => self.members(slot, way, value),
            Kind::Array => self.elements(slot, value),
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => Ok(()),
        }
    }

    /// The way of a slot, marked as seen.
    fn seen(&mut self, slot: u32) -> u32 {
        let way = self.way(slot);
        if way != Self::ROOT && self.ways[way as usize].seen != self.number {
            self.ways[way as usize].seen = self.number;
            self.touched.push(way);
        }
        way
    }

    /// The slot with the schemas that apply to a value, and those whose `not` accepts it.
    fn slot_of(&mut self, mut slot: u32, value: Value<'_>) -> Result<Chosen, Stop> {
        let kind = value.kind();
        let mut excluded = None;
        loop {
            let found = &self.program.slots[slot as usize];
            slot = match found.how[kind as usize] {
                How::Only => found.only_of(kind as usize),
                How::Choose => match self.program.choice(slot, kind) {
                    Choice::One { slot: below, .. } => below,
                    Choice::Ask(decisions) => {
                        let applied = self.decide(decisions, value)?;
                        excluded = applied.excluded;
                        applied.slot
                    }
                    Choice::Tape => return Err(Stop::Unknown),
                },
                _ => return Ok((slot, excluded)),
            };
        }
    }

    /// Determines which branches and conditions accept a value.
    fn decide(&mut self, decisions: u32, value: Value<'_>) -> Result<Applied, Stop> {
        // Every question is asked: nothing is known about the members.
        let mut evidence = Vec::new();
        let mut turn = self.program.first_turn(decisions, &mut evidence);
        let mut answers = Answers::default();
        loop {
            let answer = match &self.program.decisions[decisions as usize].turns[turn as usize] {
                Turn::Apply(applied) => return Ok(applied.clone()),
                // The closest branch is not known here.
                Turn::NoBranch if self.asking == 0 => return Err(Stop::Unknown),
                Turn::NoBranch => return Err(Stop::Rejected),
                Turn::Tape => return Err(Stop::Unknown),
                &Turn::Ask(Question::Accepts(node), _) => self.accepts(node, value)?,
                Turn::Ask(Question::Has(name), _) => value.get(name).is_some(),
                // This does not matter for how well it fits.
                Turn::Ask(Question::LooksLike(_), _) => false,
            };
            answers.push(answer);
            let program = &mut self.program;
            turn = program.next_turn(decisions, turn, answer, &evidence, answers);
        }
    }

    fn accepts(&mut self, node: NodeId, value: Value<'_>) -> Result<bool, Stop> {
        let slot = self.program.asked(node);
        self.asking += 1;
        let answer = self.value(slot, value);
        self.asking -= 1;
        match answer {
            Ok(()) => Ok(true),
            Err(Stop::Rejected) => Ok(false),
            Err(stop) => Err(stop),
        }
    }

    /// Records a violation at a way; `key` is the key of the member at fault.
    fn breaks(&mut self, way: u32, node: NodeId, fault: Fault, key: &str) -> Result<(), Stop> {
        if self.asking > 0 {
            return Err(Stop::Rejected);
        }
        self.ways[way as usize].broken = self.number;
        self.add_strange(way, node, fault, key)
    }

    /// Records a mismatch at a way; the same mismatch counts once.
    fn add_strange(&mut self, way: u32, node: NodeId, fault: Fault, key: &str) -> Result<(), Stop> {
        // An undeclared key is not specific to any of the schemas.
        let by = (fault != Fault::Undeclared).then_some(node);
        let mut hasher = FxHasher::default();
        let sort = sort_of(self.program.graph, node, fault);
        (way, by, sort, key).hash(&mut hasher);
        self.strange.insert(hasher.finish());
        match self.strange.len() > self.most {
            true => Err(Stop::TooStrange),
            false => Ok(()),
        }
    }

    fn way(&mut self, slot: u32) -> u32 {
        if let Some(known) = self.way_of.get(slot as usize)
            && *known != NONE
        {
            return *known;
        }
        let found = &self.program.slots[slot as usize];
        let key = match &found.step {
            SlotStep::Same => None,
            SlotStep::Key(key) => Some(Some(Box::from(&**key))),
            SlotStep::Data | SlotStep::Index => Some(None),
        };
        let above = match found.parent {
            NONE => Self::ROOT,
            parent => self.way(parent),
        };
        let way = match key {
            None => above,
            Some(key) => *self.below.entry((above, key)).or_insert_with(|| {
                self.ways.push(Way::default());
                crate::limits::index(self.ways.len() - 1)
            }),
        };
        if self.way_of.len() <= slot as usize {
            self.way_of.resize(slot as usize + 1, NONE);
        }
        self.way_of[slot as usize] = way;
        way
    }

    /// Records what the schemas of a slot reject in the value itself.
    fn assess(&mut self, slot: u32, way: u32, value: Value<'_>) -> Result<(), Stop> {
        let graph = self.program.graph;
        let plan = self.program.plan(slot);
        let kind = value.kind();
        let asserting = &plan.asserting[kind as usize];
        if asserting.is_empty() {
            return Ok(());
        }
        let text;
        let met = match kind {
            Kind::Null => MetValue::Null,
            Kind::Boolean => MetValue::Boolean(value.raw() == "true"),
            Kind::Number => {
                let raw = value.raw();
                let is_plain = raw
                    .bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_digit());
                MetValue::Number(raw, is_plain && raw.len() <= 300)
            }
            Kind::String => {
                text = value.as_str().unwrap_or_default();
                MetValue::String(&text)
            }
            Kind::Array | Kind::Object => {
                // A schema that inspects the elements would miss those that were left out.
                let looks_inside = asserting.iter().map(|id| graph.node(*id)).any(|node| {
                    let mut checks = node.checks.iter();
                    node.values.is_some()
                        || node.constant.is_some()
                        || checks.any(|check| check.kind == kind)
                });
                if looks_inside {
                    return Err(Stop::Unknown);
                }
                MetValue::Container(kind, value.raw().as_bytes(), value.len() as u64)
            }
        };
        let mut faults = std::mem::take(&mut self.faults);
        assess(graph, plan, &met, |node, fault| faults.push((node, fault)));
        self.break_all(way, faults)
    }

    /// Records all of these faults at a way; the list is kept for reuse.
    fn break_all(&mut self, way: u32, mut faults: Vec<(NodeId, Fault)>) -> Result<(), Stop> {
        let mut all = faults.iter();
        let outcome = all.try_for_each(|(node, fault)| self.breaks(way, *node, *fault, ""));
        faults.clear();
        self.faults = faults;
        outcome
    }

    fn members(&mut self, slot: u32, way: u32, value: Value<'_>) -> Result<(), Stop> {
        let mut left = Left::all();
        for (key, value) in value.members() {
            if let Some(below) = self.member(slot, way, key, &mut left)? {
                self.value(below, value)?;
            }
        }
        self.missing(slot, way, &left)
    }

    /// The slot of a member, if the member is constrained.
    fn member(
        &mut self,
        slot: u32,
        way: u32,
        key: Key<'_>,
        left: &mut Left,
    ) -> Result<Option<u32>, Stop> {
        let known = key
            .plain()
            .and_then(|key| self.program.known_member(slot, key));
        let member = match known {
            Some(number) => Ok(number),
            None if self.program.is_full() => return Err(Stop::Unknown),
            None => self.program.member(slot, &key.name()),
        };
        let member = match member {
            Ok(number) => {
                left.take(number as usize);
                let member = &self.program.slots[slot as usize].members[number as usize];
                if member.faults.is_empty() {
                    return Ok((member.slot != NONE).then_some(member.slot));
                }
                member.clone()
            }
            Err(member) => member,
        };
        let name = key.name();
        for &(node, fault) in &*member.faults {
            if fault.is_deviation() {
                self.breaks(way, node, fault, &name)?;
            } else if fault == Fault::Undeclared && self.asking == 0 {
                self.add_strange(way, node, fault, &name)?;
            }
        }
        Ok((member.slot != NONE).then_some(member.slot))
    }

    /// Records the missing members.
    fn missing(&mut self, slot: u32, way: u32, left: &Left) -> Result<(), Stop> {
        if !self.program.may_lack(slot, left) {
            return Ok(());
        }
        let mut faults = std::mem::take(&mut self.faults);
        self.program.lacking(slot, left, &mut faults);
        self.break_all(way, faults)
    }

    fn elements(&mut self, slot: u32, value: Value<'_>) -> Result<(), Stop> {
        if !self.program.plan(slot).containing.is_empty() {
            return Err(Stop::Unknown);
        }
        // A test for acceptance needs all elements.
        let most = match self.asking {
            0 => ELEMENTS as usize,
            _ => usize::MAX,
        };
        if self.program.is_full() && self.program.slots[slot as usize].element == NONE {
            return Err(Stop::Unknown);
        }
        for (index, element) in value.elements().enumerate().take(most) {
            match self.program.element(slot, index) {
                UNASKED => {}
                below => self.value(below, element)?,
            }
        }
        Ok(())
    }
}

/// What distinguishes the faults of one schema.
fn sort_of(graph: &Graph, node: NodeId, fault: Fault) -> (&'static str, &str) {
    let rules = &graph.node(node);
    match fault {
        Fault::Excluded => ("not", ""),
        Fault::Type(_) => ("type", ""),
        Fault::Enum => ("enum", ""),
        Fault::Constant => ("const", ""),
        Fault::Contains => ("contains", ""),
        Fault::Closed => ("closed", ""),
        Fault::PropertyName => ("propertyNames", ""),
        Fault::Undeclared => ("undeclared", ""),
        Fault::BeyondEnum | Fault::Misdirected | Fault::Spelled(_) => ("", ""),
        Fault::Undecided(_) => ("pattern", ""),
        Fault::Check(index) => {
            let check = rules.checks.get(usize::from(index));
            match check.map_or("", |check| check.keyword) {
                keyword if keyword.starts_with("content") => ("content", ""),
                keyword => (keyword, ""),
            }
        }
        Fault::Length(index) => {
            let length = rules.lengths.get(usize::from(index));
            (length.map_or("", |length| length.keyword()), "")
        }
        Fault::Missing(index) => {
            let required = rules.object.required.get(usize::from(index));
            ("required", required.map_or("", |required| &required.name))
        }
        Fault::Dependent(name, property) => {
            let needed = rules.object.dependent_required.get(usize::from(name));
            let property = needed.and_then(|(_, needed)| needed.get(usize::from(property)));
            ("required", property.map_or("", |property| property))
        }
    }
}

#[cfg(test)]
mod tests;
