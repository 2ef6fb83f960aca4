//! The JSON Schema documents of a contract's payloads.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::location::Side;
use crate::schema::{DRAFT_2020_12, NodeId, emit};

use super::Contract;

/// The schema of one type of payload, as a separate document.
#[derive(Debug, Clone, PartialEq)]
pub struct PayloadSchema {
    /// The name of the type, such as `SingleOrganisation`.
    pub name: String,
    /// The document, draft 2020-12.
    pub document: Value,
}

impl Contract {
    /// The schemas of all payloads, each type once, in the order of the operations.
    #[must_use]
    pub(crate) fn payload_schemas(&self) -> Vec<PayloadSchema> {
        let mut found: Vec<PayloadSchema> = Vec::new();
        for operation in &self.operations {
            let request = operation.request.schemas().into_iter();
            let request = request.map(|node| (Side::Request, node));
            let responses = operation.responses.iter().flat_map(|response| {
                let schemas = response.payload.schemas().into_iter();
                schemas.map(|node| (Side::Response, node))
            });
            for (side, node) in request.chain(responses) {
                let Some(schema) = self.payload_schema(node, &operation.id, side) else {
                    continue;
                };
                if !found.contains(&schema) {
                    found.push(schema);
                }
            }
        }
        self.tell_apart(&mut found);
        found
    }

    /// Numbers the types that share a name but differ, such as the two sides of one Rust type.
    fn tell_apart(&self, schemas: &mut [PayloadSchema]) {
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for schema in schemas {
            let count = seen.entry(schema.name.clone()).or_default();
            *count += 1;
            if *count > 1 {
                schema.name = format!("{}{count}", schema.name);
            }
        }
    }

    fn payload_schema(&self, node: NodeId, operation: &str, side: Side) -> Option<PayloadSchema> {
        let entry = self.graph.node(node);
        let document = self.documents.get(&entry.place.document)?;
        let schema = document.pointer(entry.place.pointer.as_str())?;
        let component = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| reference.strip_prefix("#/$defs/"));
        match component {
            Some(name) => Some(PayloadSchema {
                name: name.to_owned(),
                document: emit::component(document, name)?,
            }),
            None => {
                let mut whole = Map::new();
                whole.insert("$schema".to_owned(), DRAFT_2020_12.into());
                match schema {
                    Value::Object(keywords) => whole.extend(keywords.clone()),
                    other => {
                        whole.insert("allOf".to_owned(), json!([other]));
                    }
                }
                Some(PayloadSchema {
                    name: format!("{operation}-{side}"),
                    document: Value::Object(whole),
                })
            }
        }
    }

    /// One document that contains the schemas of all payloads under `$defs`.
    #[must_use]
    pub(crate) fn schema_bundle(&self) -> Value {
        let mut definitions = Map::new();
        for PayloadSchema { name, mut document } in self.payload_schemas() {
            if let Value::Object(keywords) = &mut document {
                keywords.shift_remove("$schema");
                if let Some(Value::Object(inner)) = keywords.shift_remove("$defs") {
                    for (name, schema) in inner {
                        definitions.entry(name).or_insert(schema);
                    }
                }
            }
            definitions.insert(name, document);
        }
        json!({
            "$schema": DRAFT_2020_12,
            "title": self.reference(),
            "description": self.title,
            "$defs": definitions,
        })
    }
}
