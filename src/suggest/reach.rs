//! Which messages an edit of a shared schema, parameter or response changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Contract, Operation, Payload};
use crate::location::Side;
use crate::rules::Finding;
use crate::schema::{NodeId, Place};

use super::at::referenced;

/// Messages that are named; further ones are counted.
const NAMED: usize = 4;

/// A message, such as `listPets response 404`, and the schemas of its bodies.
struct Message {
    words: String,
    schemas: Vec<NodeId>,
    /// Where its parts are described.
    places: Vec<Place>,
}

/// Who uses what in a contract. Computed when the first edit needs it.
pub(super) struct Reach<'c> {
    contract: &'c Contract,
    known: Option<Known>,
}

struct Known {
    messages: Vec<Message>,
    /// The schemas that apply a schema.
    users: BTreeMap<NodeId, Vec<NodeId>>,
}

impl<'c> Reach<'c> {
    pub(super) fn new(contract: &'c Contract) -> Self {
        Self {
            contract,
            known: None,
        }
    }

    /// The messages that the part at a place belongs to, without those of the finding.
    pub(super) fn others(&mut self, place: &Place, finding: &Finding) -> Vec<String> {
        let contract = self.contract;
        let known = self.known.get_or_insert_with(|| Known::new(contract));
        let graph = &contract.graph;
        let at = graph.iter().filter(|(_, node)| *node.place == *place);
        let mut open: Vec<NodeId> = at.map(|(id, _)| id).collect();
        let mut reached: BTreeSet<NodeId> = BTreeSet::new();
        while let Some(id) = open.pop() {
            if reached.insert(id) {
                open.extend(known.users.get(&id).into_iter().flatten());
            }
        }
        let own: Vec<String> = finding
            .targets()
            .filter_map(|target| {
                let operation = contract.operation(&target.operation)?;
                let side = target.side.unwrap_or(Side::Response);
                let words = match (side, target.status) {
                    (Side::Response, Some(status)) => response(operation, &operation.response(status)?.status.to_string()),
                    (Side::Response, None) => operation.id.clone(),
                    (Side::Request, _) => request(operation),
                };
                Some(words)
            })
            .collect();
        let messages = known.messages.iter().filter(|message| {
            message.schemas.iter().any(|schema| reached.contains(schema)) || message.places.contains(place)
        });
        let mut others: Vec<String> = Vec::new();
        for message in messages {
            if !own.contains(&message.words) && !others.contains(&message.words) {
                others.push(message.words.clone());
            }
        }
        let more = others.len().saturating_sub(NAMED);
        if more > 1 {
            others.truncate(NAMED);
            others.push(format!("{more} more"));
        }
        others
    }
}

fn request(operation: &Operation) -> String {
    format!("{} request", operation.id)
}

fn response(operation: &Operation, status: &str) -> String {
    format!("{} response {status}", operation.id)
}

impl Known {
    fn new(contract: &Contract) -> Self {
        let mut users: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for (id, node) in contract.graph.iter() {
            for (_, applied) in node.applications() {
                users.entry(applied).or_default().push(id);
            }
        }
        // Parts that operations refer to are shared.
        let behind = |place: &Place| referenced(contract, place).ok();
        let mut messages = Vec::new();
        for operation in &contract.operations {
            let is_schema = operation.method.is_empty();
            let declared = operation.parameters.iter();
            let parameters = declared.clone().filter_map(|parameter| parameter.schema);
            messages.push(Message {
                words: request(operation),
                schemas: schemas(contract, operation.request_body()).chain(parameters).collect(),
                places: declared.filter_map(|parameter| behind(parameter.declared.as_ref()?)).collect(),
            });
            for answer in &operation.responses {
                let words = match is_schema {
                    true => operation.id.clone(),
                    false => response(operation, &answer.status.to_string()),
                };
                messages.push(Message {
                    words,
                    schemas: schemas(contract, &answer.payload)
                        .chain(answer.headers.iter().filter_map(|header| header.schema))
                        .collect(),
                    places: answer
                        .place
                        .iter()
                        .chain(answer.headers.iter().filter_map(|header| header.declared.as_ref()))
                        .filter_map(behind)
                        .collect(),
                });
            }
        }
        Self { messages, users }
    }
}

fn schemas(contract: &Contract, payload: &Payload) -> impl Iterator<Item = NodeId> {
    payload.value_schemas(&contract.graph).into_iter()
}
