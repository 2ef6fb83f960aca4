//! What a contract declares and no payload showed.

use std::sync::Arc;

use crate::contract::Contract;
use crate::json::Kind;
use crate::location::{PathPattern, Side};
use crate::observe::{PathId, Shape, TargetKey, TargetProfile};
use crate::schema::{NodeId, Place};

use super::catalogue::{self as rules, Level, Rule};
use super::describe::{plural, subject_of};
use super::finding::{Finding, FindingPlace, Unit};
use super::judge::{Cause, Judge};

/// Objects that have to be seen before a property counts as never seen.
const UNSEEN_OBJECTS: u64 = 20;

/// Values that have to be seen, for each value of an enum, before one counts as never seen.
const UNSEEN_PER_VALUE: u64 = 3;

/// Values never seen that are listed.
const UNSEEN_LISTED: usize = 20;

impl Judge<'_> {
    /// What the contract declares and the payloads never showed.
    pub(super) fn unseen(&mut self, key: &TargetKey, target: &TargetProfile) {
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
        let place = FindingPlace {
            target: Some(key.clone()),
            path: path.clone(),
        };
        for &node_id in nodes {
            let node = contract.graph.node(node_id);
            let is_unseen = |name: &&Arc<str>| {
                !node
                    .object
                    .required
                    .iter()
                    .any(|required| required.name == **name)
                    && target.shape.key(id, name).is_none()
            };
            if objects >= UNSEEN_OBJECTS {
                for name in node.object.names.iter().filter(is_unseen) {
                    let finding = silent(
                        &rules::UNSEEN_PROPERTY,
                        name,
                        format!(
                            "declared property `{name}` was never seen in {objects} {}",
                            plural(objects, "object")
                        ),
                        &place,
                    );
                    self.groups
                        .insert(silent_cause(&finding, &node.place), finding);
                }
            }
            if let Some(values) = &node.values
                && strings >= UNSEEN_PER_VALUE * values.strings().count() as u64
            {
                let seen = profile.enum_values.get(&node.place);
                let unseen: Vec<&str> = values
                    .strings()
                    .filter(|value| seen.is_none_or(|seen| !seen.contains_key(*value)))
                    .collect();
                if unseen.is_empty() {
                    continue;
                }
                let mut finding = silent(
                    &rules::UNSEEN_ENUM_VALUE,
                    "",
                    format!(
                        "{} of {} enum values of {} were never seen in {strings} strings",
                        unseen.len(),
                        values.strings().count(),
                        subject_of(path)
                    ),
                    &place,
                );
                let mut listed = unseen[..unseen.len().min(UNSEEN_LISTED)].join(", ");
                if unseen.len() > UNSEEN_LISTED {
                    listed.push_str(&format!(" and {} more", unseen.len() - UNSEEN_LISTED));
                }
                finding.notes.push(format!("never seen: {listed}"));
                self.groups
                    .insert(silent_cause(&finding, &node.place), finding);
            }
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
fn silent(rule: &'static Rule, subject: &str, message: String, place: &FindingPlace) -> Finding {
    Finding {
        rule,
        level: Level::Off,
        subject: subject.to_owned(),
        message,
        label: String::new(),
        places: vec![place.clone()],
        count: 0,
        unit: Unit::Payload,
        payloads: 0,
        of_payloads: 0,
        evidence: Vec::new(),
        declared: Vec::new(),
        values: Vec::new(),
        known_to: Vec::new(),
        notes: Vec::new(),
    }
}

fn silent_cause(finding: &Finding, schema: &Place) -> Cause {
    let place = &finding.places[0];
    (
        finding.rule.id,
        format!("{:?}", place.target),
        format!("{schema} {}", place.path),
        finding.subject.clone(),
    )
}
