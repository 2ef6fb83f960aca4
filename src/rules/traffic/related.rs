//! What other versions of a contract know.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::contract::{Contract, Operation, OperationKind, Parameter, ParameterPlace, RequestTarget, Route};
use crate::location::{PathPattern, Side};
use crate::observe::{Rewrite, TargetKey};
use crate::schema::{Node, NodeId, Place, Values};

use crate::rules::finding::FindingPlace;

use super::alias::rewrite_for;

/// The versions of one contract, with their schemas by place.
pub(crate) struct Family<'c> {
    contracts: &'c [&'c Contract],
    places: BTreeMap<(Arc<str>, Place), NodeId>,
}

impl<'c> Family<'c> {
    pub(crate) fn new(contracts: &'c [&'c Contract]) -> Self {
        let mut places = BTreeMap::new();
        for contract in contracts {
            let reference: Arc<str> = contract.reference().into();
            for (id, node) in contract.graph.iter() {
                places.insert((Arc::clone(&reference), Place::clone(&node.place)), id);
            }
        }
        Self { contracts, places }
    }

    /// The contract with this reference.
    pub(crate) fn contract(&self, reference: &str) -> Option<&'c Contract> {
        self.contracts
            .iter()
            .copied()
            .find(|contract| contract.reference() == reference)
    }

    /// The node of a contract that stands at a place.
    pub(crate) fn node(&self, reference: &Arc<str>, place: &Place) -> Option<&'c Node> {
        let key = (Arc::clone(reference), place.clone());
        let id = *self.places.get(&key)?;
        Some(self.contract(reference)?.graph.node(id))
    }

    /// Where the contract's documents describe an operation.
    pub(crate) fn described(&self, target: &TargetKey) -> Option<Place> {
        let contract = self.contract(&target.contract)?;
        contract.operation(&target.operation)?.place.clone()
    }

    /// Where the contract's documents declare a parameter of an operation.
    pub(crate) fn parameter(&self, target: &TargetKey, place: ParameterPlace, name: &str) -> Option<Place> {
        self.declared(target, place, name)?.1.declared.clone()
    }

    /// The values that a parameter lists, where it lists some.
    pub(crate) fn parameter_values(
        &self,
        target: &TargetKey,
        place: ParameterPlace,
        name: &str,
    ) -> Option<&'c Values> {
        let (contract, parameter) = self.declared(target, place, name)?;
        let node = contract.graph.node(contract.graph.resolve(parameter.schema?));
        node.values.as_ref()
    }

    fn declared(
        &self,
        target: &TargetKey,
        place: ParameterPlace,
        name: &str,
    ) -> Option<(&'c Contract, &'c Parameter)> {
        let contract = self.contract(&target.contract)?;
        let operation = contract.operation(&target.operation)?;
        // What a response has are headers.
        let declared = match target.side {
            Some(Side::Response) => &operation.response(target.status?)?.headers,
            _ => &operation.parameters,
        };
        let mut parameters = declared.iter();
        let own = parameters.find(|parameter| parameter.place == place && parameter.name == name)?;
        Some((contract, own))
    }

    /// What the paths without an operation are grouped by: the segments that some operation starts with, and one
    /// more. Parameters are written as the contract names them.
    pub(crate) fn unknown_prefix(&self, path: &str) -> String {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let routes = self.contracts.iter().flat_map(|contract| &contract.operations);
        let routes = routes.flat_map(|operation| &operation.routes);
        let shared = routes.map(|route| route.shared_segments(&segments));
        let mut known = shared.max_by_key(Vec::len).unwrap_or_default();
        if let Some(next) = segments.get(known.len()) {
            known.push((*next).to_owned());
        }
        format!("/{}", known.join("/"))
    }

    /// Whether a schema that may apply at a place is `nullable`, and null is rejected all the same.
    pub(crate) fn is_nullable_in_vain(&self, place: &FindingPlace) -> bool {
        let roots = place.target.as_ref().and_then(|target| {
            let contract = self.contract(&target.contract)?;
            let operation = contract.operation(&target.operation)?;
            let side = target.side.unwrap_or(Side::Response);
            let payload = operation.payload(side, target.status)?;
            Some((contract, payload.value_schemas(&contract.graph)))
        });
        roots.is_some_and(|(contract, schemas)| {
            let graph = &contract.graph;
            let mut schemas = schemas.into_iter();
            schemas.any(|root| {
                let nodes = graph.at_path(root, place.path.steps());
                nodes.iter().any(|id| graph.node(*id).nullable_in_vain)
            })
        })
    }

    fn others(&self, reference: &str) -> impl Iterator<Item = &'c Contract> {
        let reference = reference.to_owned();
        self.contracts
            .iter()
            .copied()
            .filter(move |contract| contract.reference() != reference)
    }

    /// Versions that declare a property at this path of the same operation.
    pub(crate) fn declaring_property(
        &self,
        target: &TargetKey,
        path: &PathPattern,
        property: &str,
    ) -> Vec<String> {
        self.others(&target.contract)
            .filter(|contract| {
                let Some(operation) = contract.operation(&target.operation) else {
                    return false;
                };
                operation
                    .schemas_like(target.side.unwrap_or(Side::Response), target.status)
                    .into_iter()
                    .any(|root| {
                        let nodes = contract.graph.at_path(root, path.steps());
                        nodes.iter().any(|id| {
                            contract
                                .graph
                                .node(*id)
                                .object
                                .properties
                                .contains_key(property)
                        })
                    })
            })
            .map(Contract::reference)
            .collect()
    }

    /// Versions whose enum of the same component, or at the same path, lists a value.
    pub(crate) fn listing_value(
        &self,
        target: &TargetKey,
        path: &PathPattern,
        component: Option<&str>,
        value: &str,
    ) -> Vec<String> {
        let lists = |node: &Node| {
            node.values
                .as_ref()
                .is_some_and(|values| values.has_str(value))
        };
        self.others(&target.contract)
            .filter(|contract| {
                let by_name = component.is_some_and(|name| {
                    contract.graph.iter().any(|(_, node)| {
                        node.component && node.name.as_deref() == Some(name) && lists(node)
                    })
                });
                let by_path = || {
                    contract
                        .operation(&target.operation)
                        .is_some_and(|operation| {
                            operation
                                .schemas_like(target.side.unwrap_or(Side::Response), target.status)
                                .into_iter()
                                .any(|root| {
                                    let nodes = contract.graph.at_path(root, path.steps());
                                    nodes.iter().any(|id| lists(contract.graph.node(*id)))
                                })
                        })
                };
                by_name || by_path()
            })
            .map(Contract::reference)
            .collect()
    }

    /// The contract of which a request is an operation but for the base path, and that base path.
    pub(crate) fn other_base(&self, method: &str, path: &str) -> Option<(String, String)> {
        let target = RequestTarget::parse(path);
        self.contracts.iter().find_map(|contract| {
            let (_, base) = contract.without_base(method, &target.path)?;
            Some((contract.reference(), base.to_owned()))
        })
    }

    /// What versions know of a request: which operation it is, and what that is in other versions.
    pub(crate) fn having_request(&self, method: &str, path: &str) -> Vec<String> {
        let target = RequestTarget::parse(path);
        let mut notes = Vec::new();
        for contract in self.contracts {
            let Route::Operation(operation, _) = contract.route(method, &target) else {
                continue;
            };
            notes.push(format!(
                "known as {} of {}",
                operation.id,
                contract.reference()
            ));
            for other in self.others(&contract.reference()) {
                if let Some(moved) = other.operation(&operation.id) {
                    notes.push(format!(
                        "{} has it as {}",
                        other.reference(),
                        moved.signature()
                    ));
                }
                let replacing = other.operations.iter().filter(|candidate| {
                    candidate.replaces.iter().any(|replaced| {
                        replaced.version == contract.version && replaced.operation == operation.id
                    })
                });
                for replacing in replacing {
                    notes.push(format!(
                        "{} of {} ({}) replaces it, wholly or in part",
                        replacing.id,
                        other.reference(),
                        replacing.signature()
                    ));
                }
            }
        }
        let is_webhook = |operation: &Operation| {
            operation.kind == OperationKind::Webhook && operation.method.eq_ignore_ascii_case(method)
        };
        let mut contracts = self.contracts.iter();
        if notes.is_empty() && contracts.any(|contract| contract.operations.iter().any(is_webhook)) {
            notes.push("if this is a webhook, name its path with `--webhook NAME=PATH`".to_owned());
        }
        notes
    }

    /// Versions in which the operation has this query parameter.
    pub(crate) fn having_query(&self, target: &TargetKey, name: &str) -> Vec<String> {
        self.others(&target.contract)
            .filter(|contract| {
                let operation = contract.operation(&target.operation);
                operation.is_some_and(|operation| operation.query_parameter(name).is_some())
            })
            .map(Contract::reference)
            .collect()
    }

    /// The rewrite of paths under which most of these requests are operations, and how many of them are.
    pub(crate) fn rewrite_for(&self, requests: &[(&str, u64)]) -> Option<(Rewrite, u64)> {
        rewrite_for(self.contracts, requests)
    }
}
