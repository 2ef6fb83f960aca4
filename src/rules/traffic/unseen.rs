//! What a contract declares and no payload showed.

use std::sync::Arc;

use crate::contract::Contract;
use crate::json::Kind;
use crate::location::{PathPattern, Side};
use crate::observe::{PathId, Shape, TargetKey, TargetProfile};
use crate::schema::{NodeId, Place};

use crate::redact::Shown;

use super::cause::Cause;
use super::judge::{Group, Judge, Standing};
use super::silent::SilentPlaces;
use super::words::plural;
use crate::rules::catalogue as rules;
use crate::rules::catalogue::{Level, Rule};
use crate::rules::finding::{Finding, FindingPlace, Matter, Seen, Unit};
use crate::rules::scope::Spot;
use crate::rules::key::{Key, dotted, owner_of, place_in, schema_name};

/// Objects that have to be seen before a property counts as never seen.
const UNSEEN_OBJECTS: u64 = 20;

/// Values that have to be seen, for each value of an enum, before one counts as never seen.
const UNSEEN_PER_VALUE: u64 = 3;

/// Values never seen that are listed.
const UNSEEN_LISTED: usize = 20;

impl Judge<'_> {
    /// What the contract declares and the payloads never showed.
    pub(crate) fn unseen(&mut self, key: &TargetKey, target: &TargetProfile) {
        let Some(contract) = self.family.contract(&key.contract) else {
            return;
        };
        let root = contract.operation(&key.operation).and_then(|operation| {
            let payload = operation.payload(key.side.unwrap_or(Side::Response), key.status)?;
            match payload.value_schemas(&contract.graph)[..] {
                [only] => Some(only),
                _ => payload.schema(),
            }
        });
        let Some(root) = root else { return };
        let mut open = vec![(PathPattern::root(), Shape::ROOT, vec![root])];
        while let Some((path, id, nodes)) = open.pop() {
            let nodes = declared(contract, target, id, &nodes);
            self.unseen_at(contract, key, target, &path, id, &nodes);
            for (step, child) in target.shape.children(id) {
                let below = contract.graph.part(&nodes, &step);
                open.push((path.join(step), child, below));
            }
        }
    }

    fn unseen_at(
        &mut self,
        contract: &Contract,
        key: &TargetKey,
        target: &TargetProfile,
        path: &PathPattern,
        id: PathId,
        nodes: &[NodeId],
    ) {
        let profile = target.shape.path(id);
        let objects = profile.kinds[Kind::Object as usize];
        let strings = profile.kinds[Kind::String as usize];
        let place = || FindingPlace {
            target: Some(key.clone()),
            path: path.clone(),
        };
        for &node_id in nodes {
            let node = contract.graph.node(node_id);
            let cause = |name: &str| (Place::clone(&node.place), name.to_owned());
            let required = &node.object.required;
            let is_required = |name: &Arc<str>| required.iter().any(|known| known.name == *name);
            for (name, property) in &node.object.properties {
                let property = contract.graph.node(*property);
                let is_sent = match key.side {
                    Some(Side::Request) => !property.read_only,
                    Some(Side::Response) => !property.write_only,
                    None => true,
                };
                if is_required(name) || !is_sent {
                    continue;
                }
                let met = self.unseen.properties.entry(cause(name)).or_default();
                met.seen |= target.shape.key(id, name).is_some();
                met.met += objects;
                if met.seen {
                    met.places = SilentPlaces::default();
                } else if objects > 0 {
                    met.places.push(place);
                }
            }
            if let Some(values) = &node.values
                && values.strings().next().is_some()
                && strings > 0
            {
                let met = self.unseen.enums.entry(cause("")).or_default();
                met.name = match dotted(path) {
                    path if path.is_empty() => "the payload".to_owned(),
                    path => format!("`{path}`"),
                };
                met.met += strings;
                met.places.push(place);
                let seen = profile.enum_values.get(&node.place).into_iter().flatten();
                met.seen.extend(seen.map(|(value, _)| value.clone()));
                if met.declared.is_empty() {
                    met.declared = values.strings().map(Into::into).collect();
                }
            }
        }
    }

    /// Turns what no payload showed into findings: one for each component, however many operations it is part
    /// of.
    pub(crate) fn unseen_findings(&mut self) {
        for ((schema, name), met) in std::mem::take(&mut self.unseen.properties) {
            if met.seen || met.met < UNSEEN_OBJECTS {
                continue;
            }
            let name = match schema_name(&schema.pointer) {
                Some(path) => match path.split_once('.') {
                    Some((_, path)) => format!("{path}.{name}"),
                    None => name,
                },
                None => name,
            };
            let note = format!("0 of {} {} had it", met.met, plural(met.met, "object"));
            let rule = &rules::UNSEEN_PROPERTY;
            let finding = self.silent(rule, Matter::UnseenProperties, &schema, met.places, &name);
            finding.properties.push(Seen::new(&name, 0));
            if finding.notes.is_empty() {
                finding.notes.push(Shown::new(&note));
            }
        }
        for ((schema, _), met) in std::mem::take(&mut self.unseen.enums) {
            let declared = met.declared.len();
            if met.met < UNSEEN_PER_VALUE * declared as u64 {
                continue;
            }
            let values = met.declared.iter().map(|value| &**value);
            let unseen: Vec<&str> = values.filter(|value| !met.seen.contains(*value)).collect();
            if unseen.is_empty() {
                continue;
            }
            let mut listed = unseen[..unseen.len().min(UNSEEN_LISTED)].join(", ");
            if unseen.len() > UNSEEN_LISTED {
                listed.push_str(&format!(" and {} more", unseen.len() - UNSEEN_LISTED));
            }
            let note = format!(
                "{}: {} of {declared} values were never seen in {} strings: {listed}",
                met.name,
                unseen.len(),
                met.met
            );
            let rule = &rules::UNSEEN_ENUM_VALUE;
            let finding = self.silent(rule, Matter::UnseenValues, &schema, met.places, unseen[0]);
            finding.values.extend(unseen.iter().map(|value| Seen::new(value, 0)));
            finding.notes.push(Shown::new(&note));
        }
    }

    /// The finding about what was never seen of the component that a schema is part of.
    fn silent(
        &mut self,
        rule: &'static Rule,
        matter: Matter,
        schema: &Place,
        places: SilentPlaces,
        detail: &str,
    ) -> &mut Finding {
        let owner = Place {
            document: Arc::clone(&schema.document),
            pointer: owner_of(&schema.pointer),
        };
        let target = places.kept.first().and_then(|place| place.target.as_ref());
        let reference = target.map(|target| Arc::clone(&target.contract)).unwrap_or_default();
        let contract = self.family.contract(&reference);
        let key = Key {
            rule: rule.id,
            contract: self.name.clone(),
            place: contract.map_or_else(String::new, |contract| place_in(contract, &owner)),
        };
        let levels = places.kept.iter().map(|place| {
            let target = place.target.as_ref();
            let spot = Spot {
                operation: target.map(|target| &*target.operation),
                paths: vec![place.path.to_string()],
            };
            let level = self.policy.level(rule, target.and_then(|target| target.side), &spot);
            (level, self.exceptions.ignored(rule, &spot))
        });
        let levels: Vec<_> = levels.collect();
        let level = levels.iter().map(|(level, _)| *level).max().unwrap_or(Level::Off);
        let ignored = levels.into_iter().map(|(_, ignored)| ignored).collect::<Option<Vec<_>>>();
        let ignored = ignored.unwrap_or_default();
        self.used.extend(ignored.iter().map(|(at, _)| *at));
        let known = || self.exceptions.known(&key.to_string(), Some(detail));
        let suppression = ignored.into_iter().next().map(|(_, suppression)| suppression).or_else(known);
        let standing = match suppression {
            _ if level == Level::Off => Standing::Off,
            Some(suppression) => Standing::Suppressed(suppression),
            None => Standing::Active,
        };
        let group = Group {
            matching: None,
            cause: Cause {
                key: key.clone(),
                contract: reference,
                apart: String::new(),
            },
            standing,
        };
        let new = || Finding::new(rule, key, matter, Unit::Payload);
        let finding = self.groups.entry(group).or_insert_with(new);
        finding.level = finding.level.max(level);
        finding.schema = Some(owner);
        finding.places.extend(places.kept);
        finding
    }
}

/// The schemas of a path, without the variants that no value was.
fn declared(
    contract: &Contract,
    target: &TargetProfile,
    id: PathId,
    nodes: &[NodeId],
) -> Vec<NodeId> {
    let profile = target.shape.path(id);
    contract
        .graph
        .closure(nodes, |branch| profile.variants.contains_key(&branch.place))
}
