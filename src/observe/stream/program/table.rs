//! The walk's own node table: a tree of the places that payloads have.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::json::Kind;
use crate::location::{Side, Step};
use crate::observe::routing::naming::Naming;
use crate::observe::stream::count::fault::Fault;
use crate::observe::stream::lex::literal::Tallied;
use crate::observe::stream::lex::scan::{CLASSES, SCALARS};
use crate::observe::walk::variant::OpenEnums;
use crate::redact::is_secret_name;
use crate::schema::{Graph, NodeId, Values};

use super::decisions::Decisions;
use super::glue::{Glue, Learnt};
use super::how::How;
use super::plan::{Integers, Leftovers, MEMBERS, Plan, Reach};
use super::{NONE, UNASKED};
use super::slot::{Member, Slot, SlotStep, WORDS};

/// Undeclared keys that are learnt for each slot. If there are more, keys are data.
const STRANGERS: u32 = 32;

/// Bytes of the longest of these keys.
const LONGEST: usize = 256;

/// The slots of payloads with one schema.
#[derive(Debug)]
pub(crate) struct Program<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) side: Option<Side>,
    pub(crate) plans: Vec<Plan>,
    plan_of: FxHashMap<Box<[NodeId]>, u32>,
    pub(crate) slots: Vec<Slot>,
    /// The glue of all slots.
    pub(crate) glue: Vec<Glue>,
    /// The decisions for values of one place and kind.
    pub(crate) decisions: Vec<Decisions>,
    /// Slots that only test whether a schema accepts; nothing is counted in them.
    asked: FxHashMap<NodeId, u32>,
    /// The names of branches that values were read as.
    pub(crate) labels: Vec<Arc<str>>,
}

impl<'g> Program<'g> {
    /// The slot of the whole payload.
    pub(crate) const ROOT: u32 = 0;

    pub(crate) fn new(graph: &'g Graph, side: Option<Side>, node: NodeId) -> Self {
        let mut program = Self {
            graph,
            side,
            plans: Vec::new(),
            plan_of: FxHashMap::default(),
            slots: Vec::new(),
            glue: Vec::new(),
            decisions: Vec::new(),
            asked: FxHashMap::default(),
            labels: Vec::new(),
        };
        program.slot(NONE, SlotStep::Same, &[node]);
        program
    }

    pub(crate) fn plan(&self, slot: u32) -> &Plan {
        &self.plans[self.slots[slot as usize].plan as usize]
    }

    fn slot(&mut self, parent: u32, step: SlotStep, given: &[NodeId]) -> u32 {
        let plan = match self.plan_of.get(given) {
            Some(plan) => *plan,
            None => {
                let plan = Plan::new(self.graph, self.side, given);
                let id = self.add_plan(plan);
                self.plan_of.insert(given.into(), id);
                id
            }
        };
        self.add_slot(parent, step, plan)
    }

    fn add_plan(&mut self, plan: Plan) -> u32 {
        self.plans.push(plan);
        index(self.plans.len() - 1)
    }

    /// Whether the table is full.
    pub(crate) fn is_full(&self) -> bool {
        self.slots.len() >= crate::limits::COMPILED_PLACES
    }

    fn add_slot(&mut self, parent: u32, step: SlotStep, plan_id: u32) -> u32 {
        let plan = &self.plans[plan_id as usize];
        let (mut is_secret, mut is_below_data) = match self.slots.get(parent as usize) {
            Some(above) => (above.is_secret, above.is_below_data),
            None => (false, false),
        };
        match &step {
            SlotStep::Key(key) => is_secret |= is_secret_name(key),
            SlotStep::Data => is_below_data = true,
            SlotStep::Same | SlotStep::Index => {}
        }
        let listed = plan.listing.iter().map(|id| {
            let values = self.graph.node(*id).values.iter();
            Tallied::new(values.flat_map(Values::strings))
        });
        let listed = listed.collect();
        let mut slot = Slot {
            kinds: [0; CLASSES],
            how: How::of(plan),
            plan: plan_id,
            integers: match &plan.integers {
                Integers::Within(range) => (*range.start(), *range.end()),
                Integers::Any | Integers::Ask => (i64::MIN, i64::MAX),
            },
            spelled: [NONE; 2],
            sated_in: [u64::MAX; 2],
            beside: [0; 2],
            latest: u64::MAX,
            looked_at: [0; 2],
            more: [0; 2],
            only: [NONE; SCALARS],
            element: NONE,
            learnt: Learnt::new(),
            members: Vec::new(),
            required: [0; WORDS],
            asks_more: !plan.dependents.is_empty()
                || !plan.asserting[Kind::Object as usize].is_empty(),
            has_dependents: !plan.dependents.is_empty(),
            asks_arrays: !plan.asserting[Kind::Array as usize].is_empty(),
            asks_objects: !plan.asserting[Kind::Object as usize].is_empty(),
            by_key: foldhash::HashMap::default(),
            strangers: 0,
            beyond: None,
            listed,
            prefix: Vec::new(),
            data: Vec::new(),
            choices: Box::default(),
            chosen: FxHashMap::default(),
            accepted: 0,
            narrowed: 0,
            rejected: 0,
            label: 0,
            variants: Box::default(),
            closed: Box::default(),
            parent,
            step,
            is_secret,
            is_below_data,
        };
        // Members in `required` and `dependentRequired` always have a bit.
        let required = plan.required.iter().map(|(_, _, name)| (name, true));
        let dependents = plan.dependents.iter().map(|name| (name, false));
        let is_walked = plan.reach != Reach::Tape;
        for (name, is_required) in required.chain(dependents).filter(|_| is_walked) {
            if slot.by_key.contains_key(name.as_bytes()) {
                continue;
            }
            let member = slot.members.len();
            slot.by_key.insert(name.as_bytes().into(), index(member));
            slot.members.push(Member::unresolved());
            slot.required[member / 64] |= u64::from(is_required) << (member % 64);
            slot.asks_more |= is_required && member >= 64;
        }
        self.slots.push(slot);
        index(self.slots.len() - 1)
    }

    /// The slot for what a value chose; `None` if it cannot be streamed.
    pub(crate) fn chosen(
        &mut self,
        slot: u32,
        nodes: &[NodeId],
        variants: &[NodeId],
        closed: &[OpenEnums],
        leftovers: Leftovers,
    ) -> Option<u32> {
        let key = (nodes.into(), variants.into(), closed.into(), leftovers);
        if let Some(known) = self.slots[slot as usize].chosen.get(&key) {
            return Some(*known);
        }
        let plan = Plan::chosen(self.graph, self.side, nodes.to_vec(), key.3.clone());
        if plan.reach == Reach::Tape {
            return None;
        }
        let plan = self.add_plan(plan);
        let below = self.add_slot(slot, SlotStep::Same, plan);
        let new = &mut self.slots[below as usize];
        new.variants = variants.into();
        new.closed = closed.into();
        if !new.closed.is_empty() {
            // Each string has to be inspected.
            new.how[Kind::String as usize] = How::AskString;
        }
        self.slots[slot as usize].chosen.insert(key, below);
        Some(below)
    }

    /// The slot that tests whether a schema accepts.
    pub(crate) fn asked(&mut self, node: NodeId) -> u32 {
        if let Some(known) = self.asked.get(&node) {
            return *known;
        }
        let slot = self.slot(NONE, SlotStep::Same, &[node]);
        self.asked.insert(node, slot);
        slot
    }

    /// The slot of the element at this index; [`UNASKED`] if it is not constrained.
    pub(crate) fn element(&mut self, slot: u32, position: usize) -> u32 {
        let prefix = self.plan(slot).prefix;
        let found = &self.slots[slot as usize];
        if position < prefix {
            if let Some(known) = found.prefix.get(position) {
                return *known;
            }
        } else if found.element != NONE {
            return found.element;
        }
        let mut given: Vec<NodeId> = Vec::new();
        for id in &self.plan(slot).nodes {
            let schema = self.graph.node(*id).element_schema(position);
            given.extend(schema.filter(|schema| !given.contains(schema)));
        }
        for (_, rest, evaluated) in &self.plan(slot).leftovers.elements {
            if !evaluated.has_position(self.graph, position) && !given.contains(rest) {
                given.push(*rest);
            }
        }
        // This is stored even if the element is not constrained, so that it is computed only once.
        let below = match given.is_empty() {
            true => NONE - 1,
            false => self.slot(slot, SlotStep::Index, &given),
        };
        let found = &mut self.slots[slot as usize];
        if position < prefix {
            if position == found.prefix.len() {
                found.prefix.push(below);
            }
        } else {
            found.element = below;
        }
        below
    }

    /// How many elements occurred in the array at a path, if they have schemas of their own.
    pub(crate) fn elements_of(&mut self, array: &[Step]) -> u64 {
        let mut slot = Some(Self::ROOT);
        for step in array {
            slot = match step {
                Step::Key(key) => slot.and_then(|slot| self.member_slot(slot, key.as_bytes())),
                Step::Any => slot.and_then(|slot| self.element_slot(slot)),
            };
        }
        let slot = slot.and_then(|slot| self.element_slot(slot));
        slot.map_or(0, |slot| self.slots[slot as usize].kinds.iter().sum())
    }

    fn member_slot(&mut self, slot: u32, key: &[u8]) -> Option<u32> {
        let slot = self.slot_by_kind(slot, Kind::Object)?;
        let member = self.known_member(slot, key)?;
        let below = self.slots[slot as usize].members[member as usize].slot;
        (below != NONE).then_some(below)
    }

    fn element_slot(&mut self, slot: u32) -> Option<u32> {
        let slot = self.slot_by_kind(slot, Kind::Array)?;
        let element = self.slots[slot as usize].element;
        (element != NONE && element != UNASKED).then_some(element)
    }

    /// The member with this key, if it occurred before.
    pub(crate) fn known_member(&self, slot: u32, key: &[u8]) -> Option<u32> {
        let slot = &self.slots[slot as usize];
        let member = *slot.by_key.get(key)?;
        slot.members[member as usize].is_resolved.then_some(member)
    }

    /// The member with this key: its number, or the member itself if it has no number.
    pub(crate) fn member(&mut self, slot: u32, key: &str) -> Result<u32, Member> {
        let known = self.slots[slot as usize]
            .by_key
            .get(key.as_bytes())
            .copied();
        if let Some(member) = known
            && self.slots[slot as usize].members[member as usize].is_resolved
        {
            return Ok(member);
        }
        let found = &self.slots[slot as usize];
        if let Some(resolved) = found.beyond.as_ref().and_then(|known| known.get(key)) {
            return Err(resolved.clone());
        }
        let mut naming = Naming::of(self.graph, &self.plan(slot).nodes, key, Vec::new());
        for (id, rest, evaluated) in &self.plan(slot).leftovers.members {
            naming.leave(self.graph, key, *id, *rest, evaluated);
        }
        let is_named = naming.is_named;
        let resolved = self.resolve(slot, key, naming);
        let found = &mut self.slots[slot as usize];
        let member = match known {
            Some(member) => member,
            None if is_named && found.members.len() >= MEMBERS => {
                // There are no more of these than schemas declare.
                let beyond = found.beyond.get_or_insert_default();
                beyond.insert(key.into(), resolved.clone());
                return Err(resolved);
            }
            None if found.members.len() >= MEMBERS => return Err(resolved),
            None if !is_named && (found.strangers >= STRANGERS || key.len() > LONGEST) => {
                return Err(resolved);
            }
            None => {
                found.strangers += u32::from(!is_named);
                let member = index(found.members.len());
                found.by_key.insert(key.as_bytes().into(), member);
                found.members.push(Member::unresolved());
                member
            }
        };
        found.members[member as usize] = resolved;
        Ok(member)
    }

    /// Determines what a member with this name is.
    fn resolve(&mut self, slot: u32, key: &str, naming: Naming) -> Member {
        let graph = self.graph;
        let misnamed = naming.misnamed.iter().map(|id| (*id, Fault::PropertyName));
        let closed = naming.closed.iter().map(|id| (*id, Fault::Closed));
        let mut faults: Vec<(NodeId, Fault)> = misnamed.chain(closed).collect();
        if let Some(node) = graph.misdirected(self.side, &naming.below) {
            faults.push((node, Fault::Misdirected));
        }
        let is_asked = naming.is_asked(graph);
        if !is_asked
            && naming.closed.is_empty()
            && let Some(node) = self.plan(slot).named_by
        {
            faults.push((node, Fault::Undeclared));
        }
        let is_data = is_asked && !naming.is_named;
        let slot = match (is_asked, is_data) {
            (false, _) => NONE,
            (true, false) => self.slot(slot, SlotStep::Key(key.into()), &naming.below),
            (true, true) => self.data(slot, naming.below),
        };
        Member {
            slot,
            deviates: faults.iter().any(|(_, fault)| fault.is_deviation()),
            faults: faults.into(),
            is_data,
            is_resolved: true,
        }
    }

    fn data(&mut self, slot: u32, given: Vec<NodeId>) -> u32 {
        let known = self.slots[slot as usize].data.iter();
        if let Some((_, known)) = known.clone().find(|(schemas, _)| **schemas == *given) {
            return *known;
        }
        let below = self.slot(slot, SlotStep::Data, &given);
        self.slots[slot as usize].data.push((given.into(), below));
        below
    }

    /// The number of a label, from 1.
    pub(crate) fn label(&mut self, node: NodeId) -> u16 {
        let label = self.graph.label(node);
        let known = self.labels.iter().position(|known| **known == *label);
        let at = known.unwrap_or_else(|| {
            self.labels.push(label.into());
            self.labels.len() - 1
        });
        super::plan::small(at + 1)
    }
}

pub(super) fn index(at: usize) -> u32 {
    crate::limits::index(at)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use crate::observe::tests::contract_of;
    use super::*;
    use crate::contract::Payload;

    /// Slots are created once, however many names a schema has and however often they occur.
    #[test]
    fn slots_do_not_grow_with_payloads() {
        let properties: Map<_, _> = (0..400)
            .map(|n| (format!("p{n}"), json!({"type": "null"})))
            .collect();
        let schema =
            json!({"properties": properties, "patternProperties": {"^x": {"type": "null"}}});
        let contract = contract_of(&schema);
        let payload = contract.operations[0].payload(Side::Response, Some(200));
        let node = payload.and_then(Payload::schema).expect("a schema");
        let mut program = Program::new(&contract.graph, None, node);
        let mut grown = Vec::new();
        for round in 0..3 {
            for number in 0..400 {
                for key in [
                    format!("p{number}"),
                    format!("x{round}-{number}"),
                    format!("y{round}-{number}"),
                ] {
                    let is_asked = match program.member(Program::ROOT, &key) {
                        Ok(member) => program.slots[0].members[member as usize].slot != NONE,
                        Err(member) => member.slot != NONE,
                    };
                    assert_eq!(is_asked, !key.starts_with('y'), "{key}");
                }
            }
            grown.push(program.slots.len());
        }
        // The payload, each name, and the slot for keys that are data.
        assert_eq!(grown, [402, 402, 402]);
    }
}
