//! Edits of operations: query parameters, statuses and bodies.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::contract::{Contract, OperationKind};
use crate::rules::Finding;
use crate::rules::catalogue as rules;
use crate::schema::{Dialect, Place};
use crate::source::edit::Operation;

use super::at::{name_of, referenced};
use super::kinds::Kinds;
use super::seen::{Query, Seen};
use super::worded::{Edit, file_of, none, quoted, refuse_masked};

/// Edits of the operations that a finding is about.
pub(super) fn of_operations(
    finding: &Finding,
    contract: &Contract,
    seen: &Seen,
) -> Result<Vec<Edit>, String> {
    let mut edits = Vec::new();
    for id in finding.operation_ids() {
        let operation = contract.operation(id);
        let operation = operation.filter(|operation| operation.kind != OperationKind::Schema);
        let Some(place) = operation.and_then(|operation| operation.place.as_ref()) else {
            continue;
        };
        let Some(document) = contract.documents.document(&place.document) else {
            continue;
        };
        let value = document.value.pointer(place.pointer.as_str());
        let Some((_, value)) = file_of(document).zip(value) else {
            continue;
        };
        let about = Described {
            id,
            place,
            value,
            dialect: document.dialect,
        };
        edits.push(match *finding.rule == rules::UNDECLARED_STATUS {
            true => about.statuses(finding, seen)?,
            false => about.query(finding, seen)?,
        });
    }
    match edits.is_empty() {
        true => Err(none(finding)),
        false => Ok(edits),
    }
}

/// An operation in a document.
struct Described<'a> {
    id: &'a str,
    place: &'a Place,
    value: &'a Value,
    dialect: Dialect,
}

impl Described<'_> {
    /// Declares query parameters.
    fn query(&self, finding: &Finding, seen: &Seen) -> Result<Edit, String> {
        let mut parameters = Vec::new();
        let mut names = Vec::new();
        for shown in &finding.properties {
            let Some((name, query)) = seen.query(self.id, &shown.value) else {
                // Of another operation of the finding, or a member of an object that is sent as a form.
                if shown.value.contains('[') {
                    return Err("describe the members of the parameter by hand".to_owned());
                }
                continue;
            };
            refuse_masked(name)?;
            if name.contains('[') {
                return Err(format!(
                    "`{name}` may be part of an object that is sent as a form: describe it by hand"
                ));
            }
            names.push(name.to_owned());
            parameters.push(parameter(name, query, self.dialect));
        }
        if names.is_empty() {
            return Err("too many different names to list".to_owned());
        }
        let path = format!("{}/parameters", self.place.pointer);
        let operations = match self.value.get("parameters") {
            Some(_) => {
                let add = |value| Operation::Add {
                    path: format!("{path}/-"),
                    value,
                };
                parameters.into_iter().map(add).collect()
            }
            None => vec![Operation::Add {
                path,
                value: parameters.into(),
            }],
        };
        let what = match names.len() {
            1 => "query parameter",
            _ => "query parameters",
        };
        Ok(Edit {
            operations,
            words: format!("declare the {what} {} of `{}`", quoted(&names), self.id),
            place: self.place.clone(),
        })
    }

    /// Declares statuses, with the types of their bodies.
    fn statuses(&self, finding: &Finding, seen: &Seen) -> Result<Edit, String> {
        let own = finding.targets().filter(|target| *target.operation == *self.id);
        let mut statuses: Vec<u16> = own.filter_map(|target| target.status).collect();
        statuses.sort_unstable();
        statuses.dedup();
        if statuses.is_empty() || self.value.get("responses").is_none() {
            return Err(none(finding));
        }
        let add = |status: &u16| {
            let mut response = json!({"description": "Seen in captured traffic."});
            if let Some((keyword, body)) = body(seen.bodies(self.id, *status), self.dialect) {
                response[keyword] = body;
            }
            Operation::Add {
                path: format!("{}/responses/{status}", self.place.pointer),
                value: response,
            }
        };
        let operations = statuses.iter().map(add).collect();
        let what = if statuses.len() == 1 { "status" } else { "statuses" };
        let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
        Ok(Edit {
            operations,
            words: format!("declare the {what} {} of `{}`", quoted(&statuses), self.id),
            place: self.place.clone(),
        })
    }
}

/// A query parameter with the type of the values that were seen.
fn parameter(name: &str, query: Query, dialect: Dialect) -> Value {
    let kind = match (query.are_integers, query.are_booleans) {
        (true, _) => "integer",
        (_, true) => "boolean",
        _ => "string",
    };
    let mut schema = json!({"type": kind});
    if query.is_repeated {
        schema = json!({"type": "array", "items": schema});
    }
    match dialect {
        Dialect::Swagger2 => {
            let mut parameter = json!({"name": name, "in": "query"});
            if query.is_repeated {
                parameter["collectionFormat"] = "multi".into();
            }
            if let (Some(parameter), Value::Object(schema)) = (parameter.as_object_mut(), schema) {
                parameter.extend(schema);
            }
            parameter
        }
        _ => json!({"name": name, "in": "query", "schema": schema}),
    }
}

/// The keyword that describes bodies of these types, and its argument; `None` if there were none.
fn body(seen: Option<&BTreeMap<String, Kinds>>, dialect: Dialect) -> Option<(&'static str, Value)> {
    let seen = seen.filter(|seen| !seen.is_empty())?;
    if dialect == Dialect::Swagger2 {
        let all = seen.values().fold(Kinds::default(), |all, kinds| all | *kinds);
        return Some(("schema", all.schema(dialect)));
    }
    let is_plain = |name: &String| {
        let mut bytes = name.bytes();
        name.contains('/') && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"/+.-".contains(&byte))
    };
    if !seen.keys().all(is_plain) {
        return Some(("content", json!({"*/*": {}})));
    }
    let content = seen.iter().map(|(name, kinds)| {
        let media = match *kinds == Kinds::default() {
            true => json!({}),
            false => json!({"schema": kinds.schema(dialect)}),
        };
        (name.clone(), media)
    });
    Some(("content", content.collect::<Map<_, _>>().into()))
}

/// Lets responses have bodies.
pub(super) fn with_bodies(
    finding: &Finding,
    contract: &Contract,
    seen: &Seen,
) -> Result<Vec<Edit>, String> {
    // Several operations can share a response.
    let mut places: BTreeMap<Place, BTreeMap<String, Kinds>> = BTreeMap::new();
    for target in finding.targets() {
        let response = target.status.and_then(|status| {
            let operation = contract.operation(&target.operation)?;
            Some((operation.response(status)?.place.as_ref()?, status))
        });
        let Some((place, status)) = response else {
            continue;
        };
        let place = referenced(contract, place)?;
        let bodies = places.entry(place).or_default();
        for (name, kinds) in seen.bodies(&target.operation, status).into_iter().flatten() {
            *bodies.entry(name.clone()).or_default() |= *kinds;
        }
    }
    let edits = places.into_iter().filter_map(|(place, bodies)| {
        let document = contract.documents.document(&place.document)?;
        file_of(document)?;
        let response = document.value.pointer(place.pointer.as_str())?;
        let (keyword, value) = body(Some(&bodies), document.dialect)?;
        if response.get(keyword).is_some() {
            return None;
        }
        Some(Edit {
            operations: vec![Operation::Add {
                path: format!("{}/{keyword}", place.pointer),
                value,
            }],
            words: format!("allow a body for {}", name_of(contract, &place)),
            place,
        })
    });
    let edits: Vec<Edit> = edits.collect();
    match edits.is_empty() {
        true => Err(none(finding)),
        false => Ok(edits),
    }
}
