//! What a contract declares and no payload showed.

use std::sync::Arc;

use crate::contract::Contract;
use crate::json::Kind;
use crate::location::{PathPattern, Side};
use crate::observe::{PathId, Shape, TargetKey, TargetProfile};
use crate::schema::{NodeId, Place};

use crate::redact::Shown;

use crate::rules::catalogue as rules;
use crate::rules::catalogue::{Level, Rule};
use super::words::{plural, subject_of};
use crate::rules::finding::{Finding, FindingPlace, Unit};
use super::cause::{Cause, Root};
use super::judge::Judge;
use super::silent::SilentPlaces;

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
            operation
                .payload(key.side.unwrap_or(Side::Response), key.status)?
                .schema()
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
            let cause = |name: &str| (Place::clone(&node.place), key.side, name.to_owned());
            let required = &node.object.required;
            let is_required = |name: &Arc<str>| required.iter().any(|known| known.name == *name);
            for name in node.object.properties.keys().filter(|name| !is_required(name)) {
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
                met.name = subject_of(path);
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

    /// Turns what no payload showed into findings: one for each property or enum of a schema, however many
    /// operations it is part of.
    pub(crate) fn unseen_findings(&mut self) {
        for ((schema, side, name), met) in std::mem::take(&mut self.unseen.properties) {
            if met.seen || met.met < UNSEEN_OBJECTS {
                continue;
            }
            let message = format!(
                "declared property `{name}` was never seen in {} {}",
                met.met,
                plural(met.met, "object")
            );
            let finding = silent(&rules::UNSEEN_PROPERTY, &name, &message, met.places);
            self.groups
                .insert(cause(&finding, schema, side), finding);
        }
        for ((schema, side, _), met) in std::mem::take(&mut self.unseen.enums) {
            let declared = met.declared.len();
            if met.met < UNSEEN_PER_VALUE * declared as u64 {
                continue;
            }
            let values = met.declared.iter().map(|value| &**value);
            let unseen: Vec<&str> = values.filter(|value| !met.seen.contains(*value)).collect();
            if unseen.is_empty() {
                continue;
            }
            let message = format!(
                "{} of {declared} enum values of {} were never seen in {} strings",
                unseen.len(),
                met.name,
                met.met
            );
            let mut finding = silent(&rules::UNSEEN_ENUM_VALUE, "", &message, met.places);
            let mut listed = unseen[..unseen.len().min(UNSEEN_LISTED)].join(", ");
            if unseen.len() > UNSEEN_LISTED {
                listed.push_str(&format!(" and {} more", unseen.len() - UNSEEN_LISTED));
            }
            finding
                .notes
                .push(Shown::new(&format!("never seen: {listed}")));
            self.groups
                .insert(cause(&finding, schema, side), finding);
        }
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

/// A finding about something that is not there.
fn silent(rule: &'static Rule, subject: &str, message: &str, places: SilentPlaces) -> Finding {
    let notes = match places.others {
        0 => Vec::new(),
        others => vec![Shown::new(&format!("{others} other places are not listed"))],
    };
    Finding {
        rule,
        level: Level::Off,
        subject: subject.to_owned(),
        message: Shown::new(message),
        label: Shown::default(),
        places: places.kept,
        count: 0,
        unit: Unit::Payload,
        payloads: 0,
        of_payloads: 0,
        evidence: Vec::new(),
        declared: Vec::new(),
        values: Vec::new(),
        known_to: Vec::new(),
        notes,
    }
}

fn cause(finding: &Finding, schema: Place, side: Option<Side>) -> Cause {
    Cause {
        rule: finding.rule.id,
        side,
        root: Root::Schema(Arc::new(schema)),
        subject: finding.subject.clone(),
    }
}
