//! How much of a contract the traffic covered.

use std::collections::BTreeSet;

use crate::contract::Contract;
use crate::diff::view::View;
use crate::diff::word;
use crate::location::{PathPattern, Side, Step};
use crate::observe::{PathId, Profile, Shape, TargetKey};
use crate::schema::{Graph, NodeId};

/// Levels of a payload that are visited.
const DEPTH: usize = 12;

/// Properties of one payload that are visited.
const PROPERTIES: usize = 2_000;

/// What traffic covered of one payload of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The operation.
    pub operation: String,
    /// The side; `None` for payloads of a contract without sides.
    pub side: Option<Side>,
    /// The status, as the contract declares it.
    pub status: Option<String>,
    /// Payloads that were compared.
    pub payloads: u64,
    /// Properties that the contract declares.
    pub declared: usize,
    /// Those that no payload had.
    pub unseen: Vec<PathPattern>,
    /// Enums: the place, the number of values, and how many of them were seen.
    pub enums: Vec<(PathPattern, usize, usize)>,
}

/// The coverage of each payload that a contract has a schema for, in the order of the contract.
#[must_use]
pub fn coverage(contract: &Contract, profile: &Profile) -> Vec<Coverage> {
    let mut all = Vec::new();
    for operation in &contract.operations {
        let request = (Side::Request, None, operation.request_body());
        let responses = operation.responses.iter();
        let responses =
            responses.map(|response| (Side::Response, Some(response.status), &response.payload));
        for (side, status, payload) in std::iter::once(request).chain(responses) {
            let Some(schema) = payload.value_schemas(&contract.graph).first().copied() else {
                continue;
            };
            let own = profile.targets.iter().filter(|(key, _)| {
                let TargetKey {
                    contract: reference,
                    operation: id,
                    side: known,
                    status: code,
                } = key;
                let is_of_status = match (status, code) {
                    (Some(status), Some(code)) => {
                        let response = operation.response(*code);
                        response.is_some_and(|response| response.status == status)
                    }
                    (_, code) => code.is_none() || status.is_none(),
                };
                **reference == *contract.reference()
                    && **id == *operation.id
                    && known.is_none_or(|known| known == side)
                    && is_of_status
            });
            let (mut payloads, mut shape) = (0, Shape::default());
            for (_, target) in own {
                payloads += target.payloads;
                shape += &target.shape;
            }
            let mut walk = Walk {
                graph: &contract.graph,
                shape: &shape,
                declared: 0,
                unseen: Vec::new(),
                enums: Vec::new(),
            };
            let mut above = BTreeSet::new();
            walk.visit(
                &[schema],
                Some(Shape::ROOT),
                &PathPattern::root(),
                &mut above,
            );
            let is_of_schemas = contract.is_of_schemas();
            all.push(Coverage {
                operation: operation.id.clone(),
                side: (!is_of_schemas).then_some(side),
                status: status
                    .filter(|_| !is_of_schemas)
                    .map(|status| status.to_string()),
                payloads,
                declared: walk.declared,
                unseen: walk.unseen,
                enums: walk.enums,
            });
        }
    }
    all
}

struct Walk<'w> {
    graph: &'w Graph,
    shape: &'w Shape,
    declared: usize,
    unseen: Vec<PathPattern>,
    enums: Vec<(PathPattern, usize, usize)>,
}

impl Walk<'_> {
    /// `seen` is the place in the profile; `above` are the schemas that lead here.
    fn visit(
        &mut self,
        schemas: &[NodeId],
        seen: Option<PathId>,
        path: &PathPattern,
        above: &mut BTreeSet<NodeId>,
    ) {
        let resolved: Vec<NodeId> = schemas.iter().map(|id| self.graph.resolve(*id)).collect();
        let is_again = resolved.iter().all(|id| above.contains(id)) && !resolved.is_empty();
        if is_again || path.steps().len() > DEPTH || self.declared > PROPERTIES {
            return;
        }
        let new: Vec<NodeId> = resolved
            .iter()
            .copied()
            .filter(|id| above.insert(*id))
            .collect();
        let view = View::of(self.graph, &resolved);
        if let Some(values) = view.values()
            && values.len() > 1
        {
            let met = seen.map_or(0, |id| {
                let known = self.shape.path(id).enum_values.values();
                let met: BTreeSet<&str> = known
                    .flatten()
                    .filter(|(_, count)| count.0 > 0)
                    .map(|(value, _)| &**value)
                    .collect();
                values
                    .iter()
                    .filter(|value| value.as_str().is_some_and(|value| met.contains(value)))
                    .count()
            });
            let strings = values.iter().filter(|value| value.is_string()).count();
            self.enums.push((path.clone(), strings, met));
        }
        for name in view.names() {
            let place = path.join(Step::Key(name.clone()));
            let below = seen.and_then(|id| self.shape.key(id, &name));
            self.declared += 1;
            match below {
                Some(_) => self.visit(&view.property(&name), below, &place, above),
                // Nothing below an unseen property can have been seen.
                None => self.unseen.push(place),
            }
        }
        let element = view.element(view.positions());
        let any = seen.and_then(|id| {
            let mut children = self.shape.children(id);
            children
                .find(|(step, _)| *step == Step::Any)
                .map(|(_, id)| id)
        });
        if !element.is_empty() && any.is_some() {
            self.visit(&element, any, &path.join(Step::Any), above);
        }
        let branches: Vec<NodeId> = view
            .unions
            .iter()
            .flat_map(|u| u.branches.clone())
            .collect();
        for branch in branches {
            self.visit(&[branch], seen, path, above);
        }
        for id in new {
            above.remove(&id);
        }
    }
}

/// The values of an enum that one contract has at a place, as changes list them.
#[must_use]
pub fn values_of(contract: &Contract, schemas: &[NodeId]) -> Vec<String> {
    let values = View::of(&contract.graph, schemas).values();
    values.unwrap_or_default().iter().map(word).collect()
}
