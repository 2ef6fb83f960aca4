//! How well payloads fit schemas, by the slots of the streaming walk: the same as [`Fit::measure`] says, sooner.

use std::hash::{Hash as _, Hasher as _};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::contract::Contract;
use crate::json::{Key, Kind, Value};
use crate::location::Side;
use crate::schema::{Graph, NodeId};

use super::super::fit::{ELEMENTS, Fit, VALUES};
use super::super::options::Engine;
use super::choice::Choice;
use super::fault::Fault;
use super::how::How;
use super::object::Left;
use super::plan::{Met, assess};
use super::slot::{Member, NONE, Program, Step};
use super::walk::UNASKED;

/// Measures how well payloads fit schemas, and keeps what it learns of the schemas.
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

    /// How well a payload fits a schema. `head` has at least the first elements of its arrays.
    pub(in crate::observe) fn fit(
        &mut self,
        contract: &'c Contract,
        node: NodeId,
        side: Side,
        head: Value<'_>,
    ) -> Fit {
        let graph = &contract.graph;
        let by_walk = || Fit::measure(graph, node, Some(side), head);
        if self.engine == Engine::Reference {
            return by_walk();
        }
        let schema = (std::ptr::from_ref(contract).addr(), node, side);
        let scale = *self.by_schema.entry(schema).or_insert_with(|| {
            self.scales.push(Scale::new(graph, node, side));
            self.scales.len() - 1
        });
        self.scales[scale].fit(head).unwrap_or_else(by_walk)
    }
}

/// The place that a payload has something at: of all slots that are one place to the reports.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    /// The numbers of the last measurements in which a value stood there, and was found to deviate.
    seen: u64,
    broken: u64,
}

/// What of a payload is recognised under one schema.
#[derive(Debug)]
struct Scale<'c> {
    program: Program<'c>,
    ways: Vec<Way>,
    way_of: Vec<u32>,
    /// Ways by the one above and the key, which is nothing where it is data.
    below: FxHashMap<(u32, Option<Box<str>>), u32>,
    /// The number of this measurement.
    number: u64,
    /// The values of this payload, the ways that it has, and what is strange in it.
    values: u32,
    touched: Vec<u32>,
    strange: FxHashSet<u64>,
}

impl<'c> Scale<'c> {
    const ROOT: u32 = 0;

    fn new(graph: &'c Graph, node: NodeId, side: Side) -> Self {
        Self {
            program: Program::new(graph, Some(side), node),
            ways: vec![Way::default()],
            way_of: Vec::new(),
            below: FxHashMap::default(),
            number: 0,
            values: 0,
            touched: Vec::new(),
            strange: FxHashSet::default(),
        }
    }

    /// Measures a payload; `None` when it takes a schema that is not known before the value is.
    fn fit(&mut self, head: Value<'_>) -> Option<Fit> {
        self.number += 1;
        self.values = 0;
        self.touched.clear();
        self.strange.clear();
        self.value(Program::ROOT, head)?;
        let ways = self.touched.iter().map(|way| &self.ways[*way as usize]);
        let is_broken = |way: &Way| way.broken == self.number;
        let sound = ways.clone().filter(|way| !is_broken(way));
        Some(Fit {
            recognised: sound.count(),
            strange: self.strange.len(),
            is_broken: ways.clone().any(is_broken) || is_broken(&self.ways[Self::ROOT as usize]),
        })
    }

    fn value(&mut self, slot: u32, value: Value<'_>) -> Option<()> {
        let kind = value.kind();
        let slot = self.slot_of(slot, kind)?;
        self.values += 1;
        if self.values > VALUES {
            return None;
        }
        let way = self.way(slot);
        if way != Self::ROOT && self.ways[way as usize].seen != self.number {
            self.ways[way as usize].seen = self.number;
            self.touched.push(way);
        }
        self.assess(slot, way, value)?;
        match kind {
            Kind::Object => self.members(slot, way, value),
            Kind::Array => self.elements(slot, value),
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => Some(()),
        }
    }

    /// The slot with the schemas that apply to values of a kind.
    fn slot_of(&mut self, mut slot: u32, kind: Kind) -> Option<u32> {
        loop {
            let found = &self.program.slots[slot as usize];
            slot = match found.how[kind as usize] {
                How::Only => found.only_of(kind as usize),
                How::Choose => match self.program.choice(slot, kind) {
                    Choice::One { slot: below, .. } => below,
                    Choice::Ask(_) | Choice::Tape => return None,
                },
                _ => return Some(slot),
            };
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
            Step::Same => None,
            Step::Key(key) => Some(Some(Box::from(&**key))),
            Step::Data | Step::Index => Some(None),
        };
        let above = match found.parent {
            NONE => Self::ROOT,
            parent => self.way(parent),
        };
        let way = match key {
            None => above,
            Some(key) => *self.below.entry((above, key)).or_insert_with(|| {
                self.ways.push(Way::default());
                u32::try_from(self.ways.len() - 1).unwrap_or(NONE)
            }),
        };
        if self.way_of.len() <= slot as usize {
            self.way_of.resize(slot as usize + 1, NONE);
        }
        self.way_of[slot as usize] = way;
        way
    }

    /// What the schemas of a slot have against a value itself.
    fn assess(&mut self, slot: u32, way: u32, value: Value<'_>) -> Option<()> {
        let graph = self.program.graph;
        let plan = self.program.plan(slot);
        let kind = value.kind();
        let asserting = &plan.asserting[kind as usize];
        if asserting.is_empty() {
            return Some(());
        }
        let text;
        let met = match kind {
            Kind::Null => Met::Null,
            Kind::Boolean => Met::Boolean(value.raw() == "true"),
            Kind::Number => {
                let raw = value.raw();
                let is_plain = raw
                    .bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_digit());
                Met::Number(raw, is_plain && raw.len() <= 300)
            }
            Kind::String => {
                text = value.as_str()?;
                Met::String(&text)
            }
            Kind::Array | Kind::Object => {
                // Whatever looks at the elements themselves would see those that were left out.
                let looks_inside = asserting.iter().map(|id| graph.node(*id)).any(|node| {
                    let mut checks = node.checks.iter();
                    node.values.is_some()
                        || node.constant.is_some()
                        || checks.any(|check| check.kind == kind)
                });
                if looks_inside {
                    return None;
                }
                Met::Container(kind, value.raw().as_bytes(), value.len() as u64)
            }
        };
        let mut faults = Faults {
            graph,
            way,
            strange: &mut self.strange,
        };
        let mut is_broken = false;
        assess(graph, plan, &met, |node, fault| {
            is_broken = true;
            faults.add(node, fault, "");
        });
        if is_broken {
            self.ways[way as usize].broken = self.number;
        }
        Some(())
    }

    fn members(&mut self, slot: u32, way: u32, value: Value<'_>) -> Option<()> {
        let mut left = Left::all();
        for (key, value) in value.members() {
            let member = match self.member(slot, key, &mut left) {
                Ok(Some(below)) => {
                    self.value(below, value)?;
                    continue;
                }
                Ok(None) => continue,
                Err(member) => member,
            };
            let name = key.name();
            let mut faults = Faults {
                graph: self.program.graph,
                way,
                strange: &mut self.strange,
            };
            for &(node, fault) in &*member.faults {
                match fault {
                    Fault::Undeclared => faults.add(node, fault, &name),
                    _ if fault.is_deviation() => faults.add(node, fault, &name),
                    _ => {}
                }
            }
            if member.deviates {
                self.ways[way as usize].broken = self.number;
            }
            if member.slot != NONE {
                self.value(member.slot, value)?;
            }
        }
        let mut lacking = Vec::new();
        if self.program.may_lack(slot, &left) {
            self.program.lacking(slot, &left, &mut lacking);
        }
        for (node, fault) in lacking {
            let mut faults = Faults {
                graph: self.program.graph,
                way,
                strange: &mut self.strange,
            };
            faults.add(node, fault, "");
            self.ways[way as usize].broken = self.number;
        }
        Some(())
    }

    /// The slot of a member that is only walked, if anything is asked of it; else what the member is like.
    fn member(&mut self, slot: u32, key: Key<'_>, left: &mut Left) -> Result<Option<u32>, Member> {
        let number = match key
            .plain()
            .and_then(|key| self.program.known_member(slot, key))
        {
            Some(number) => number,
            None => self.program.member(slot, &key.name())?,
        };
        left.take(number as usize);
        let member = &self.program.slots[slot as usize].members[number as usize];
        match member.faults.is_empty() {
            true => Ok((member.slot != NONE).then_some(member.slot)),
            false => Err(member.clone()),
        }
    }

    fn elements(&mut self, slot: u32, value: Value<'_>) -> Option<()> {
        if !self.program.plan(slot).containing.is_empty() {
            return None;
        }
        for (index, element) in value.elements().enumerate().take(ELEMENTS as usize) {
            match self.program.element(slot, index) {
                UNASKED => {}
                below => self.value(below, element)?,
            }
        }
        Some(())
    }
}

/// What is strange at one way of a payload.
struct Faults<'a> {
    graph: &'a Graph,
    way: u32,
    strange: &'a mut FxHashSet<u64>,
}

impl Faults<'_> {
    /// What is wrong there in the same way counts once; `key` is that of the member that is wrong.
    fn add(&mut self, node: NodeId, fault: Fault, key: &str) {
        let mut hasher = FxHasher::default();
        // That no schema names a key is said by none of them.
        let by = (fault != Fault::Undeclared).then_some(node);
        (self.way, by, sort_of(self.graph, node, fault), key).hash(&mut hasher);
        self.strange.insert(hasher.finish());
    }
}

/// What tells faults of one schema apart.
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
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::super::tests::{contract_of, try_contract_of};
    use super::*;
    use crate::contract::Payload;
    use crate::json::Document;
    use crate::schema::tests::{document, instance};

    fn root(contract: &Contract) -> NodeId {
        let payload = contract.operations[0].payload(Side::Response, Some(200));
        payload.and_then(Payload::schema).expect("a schema")
    }

    /// What both ways of measuring say, the one by slots if it says something.
    fn both(contract: &Contract, scale: &mut Scale<'_>, text: &str) -> (Option<Fit>, Fit) {
        let head = Document::head(text.as_bytes(), ELEMENTS).expect("JSON");
        let by_walk = Fit::measure(
            &contract.graph,
            root(contract),
            Some(Side::Response),
            head.root(),
        );
        (scale.fit(head.root()), by_walk)
    }

    #[test]
    fn plain_schemas_are_measured_by_their_slots() {
        let contract = contract_of(&json!({
            "type": "object",
            "required": ["id", "tags", "gone"],
            "properties": {
                "id": {"type": "integer", "minimum": 1, "maximum": 9},
                "tags": {"type": "array", "items": {"type": "string", "format": "date"}, "minItems": 2},
                "owner": {"anyOf": [{"$ref": "#/$defs/owner"}, {"type": "null"}]},
                "kind": {"const": "x"},
                "colour": {"enum": ["red", "blue"]},
                "sizes": {"additionalProperties": {"type": "number"}},
                "pair": {"prefixItems": [{"type": "string"}, {"type": "null"}], "items": false}
            },
            "dependentRequired": {"id": ["name"], "tags": ["gone"]},
            "propertyNames": {"maxLength": 6},
            "$defs": {"owner": {"type": "object", "properties": {"name": {"type": "string"}},
                                "required": ["name"], "additionalProperties": false}}
        }));
        let mut scale = Scale::new(&contract.graph, root(&contract), Side::Response);
        for text in [
            r#"{"id": 1, "tags": ["2020-01-01", "2020-01-02"], "gone": 1, "name": ""}"#,
            r#"{"id": 10, "tags": ["x"], "owner": null, "kind": "y", "colour": "green"}"#,
            r#"{"id": 1.5, "tags": ["x", "y", "z", 1], "owner": {"name": 1, "x": 2, "y": []}, "kind": 1}"#,
            r#"{"tags": [], "sizes": {"a": 1, "b": "2", "cdefghi": 3}, "pair": ["a", null, 1, 2, 3]}"#,
            r#"{"id": 0, "new": {"a": 1}, "newer": 2, "n\u0065w": 3, "owner": {}, "pair": [1, 2]}"#,
            "[1, 2]",
            "null",
        ] {
            for _ in 0..2 {
                let (by_slots, by_walk) = both(&contract, &mut scale, text);
                assert_eq!(by_slots, Some(by_walk), "{text}");
            }
        }
        let (by_slots, by_walk) = both(
            &contract,
            &mut scale,
            r#"{"id": 10, "tags": ["x"], "owner": null, "kind": "y", "colour": "green"}"#,
        );
        let seen = Fit {
            // The owner alone.
            recognised: 1,
            // A bound, a length, a format, a constant, an enum, `gone` and `name` that are missing.
            strange: 7,
            is_broken: true,
        };
        assert_eq!((by_slots, by_walk), (Some(seen), seen));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

        #[test]
        fn both_ways_of_measuring_agree(
            schema in document(),
            values in prop::collection::vec(instance(), 6),
        ) {
            let Some(contract) = try_contract_of(&schema) else { return Ok(()) };
            let mut scale = Scale::new(&contract.graph, root(&contract), Side::Response);
            for value in values {
                let text = value.to_string();
                let (by_slots, by_walk) = both(&contract, &mut scale, &text);
                prop_assert_eq!(by_slots.unwrap_or(by_walk), by_walk, "{} on {}", schema, text);
            }
        }
    }
}
