//! From a finding to an edit.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::contract::{Contract, OperationKind};
use crate::location::Pointer;
use crate::observe::{DeviationKind, TrafficFact};
use crate::redact::MASK;
use crate::rules::catalogue as rules;
use crate::rules::{Finding, Matter};
use crate::schema::{Dialect, Document, Place};
use crate::source::edit::Operation;

/// Rounds in which limits are moved before they are removed.
const MOVED: usize = 3;

/// The most references that are followed to a schema.
const HOPS: usize = 16;

/// What to do to a document.
pub(super) struct Edit {
    pub(super) operations: Vec<Operation>,
    pub(super) words: String,
}

type Edits = Vec<(Arc<str>, String, Edit)>;

/// The edits that accept what a finding is about; else why there is none.
pub(super) fn edit(finding: &Finding, contract: &Contract, round: usize) -> Result<Edits, String> {
    if contract.documents.iter().all(|document| document.source.is_none()) {
        return Err(built_in(finding));
    }
    if [&rules::UNDECLARED_QUERY_PARAMETER, &rules::UNDECLARED_STATUS].contains(&finding.rule) {
        return of_operations(finding, contract);
    }
    if *finding.rule == rules::UNEXPECTED_BODY {
        return with_bodies(finding, contract);
    }
    // A parameter that is declared in several operations has a schema in each.
    let places = match &finding.schema {
        Some(schema) => std::slice::from_ref(schema),
        None => finding.declarations.as_slice(),
    };
    let edits = places.iter().map(|place| {
        let document = contract.documents.document(&place.document).ok_or_else(|| none(finding))?;
        let file = file_of(document).ok_or_else(|| none(finding))?;
        let at = At::schema(document, place)?;
        let edit = of_schema(finding, &at, place, round)?;
        Ok((Arc::clone(&document.uri), file, edit))
    });
    let edits: Edits = edits.collect::<Result<_, String>>()?;
    match edits.is_empty() {
        true => Err(none(finding)),
        false => Ok(edits),
    }
}

/// The file of a document, as the user would name it.
fn file_of(document: &Document) -> Option<String> {
    document.source.as_ref().map(|source| source.origin(0).file.to_string())
}

/// Why there is no edit for a finding.
fn none(finding: &Finding) -> String {
    match finding.rule.id {
        "unknown-operation" | "undeclared-method" => "describe the operation by hand".to_owned(),
        "media-type" | "missing-body" | "unexpected-body" => "describe the body by hand".to_owned(),
        "malformed-json" | "duplicate-key" | "content-length" | "capture-encoding" => {
            "the traffic is wrong, not the contract".to_owned()
        }
        _ => "no edit is known".to_owned(),
    }
}

/// What to change in the Rust types of a built-in contract.
fn built_in(finding: &Finding) -> String {
    let place = finding.schema.as_ref().map(|schema| schema.pointer.to_string());
    match place.filter(|place| !place.is_empty()) {
        Some(place) => format!("in src/model, change the Rust type behind `{place}`"),
        None => "in src/model, change the operation".to_owned(),
    }
}

/// A schema in a document.
struct At<'d> {
    document: &'d Document,
    pointer: Pointer,
    value: &'d Value,
}

impl<'d> At<'d> {
    /// The schema at a place; of a parameter, its schema. References within the document are followed.
    fn schema(document: &'d Document, place: &Place) -> Result<Self, String> {
        let mut pointer = place.pointer.clone();
        for _ in 0..HOPS {
            let value = document.value.pointer(pointer.as_str()).ok_or("the schema is not in a document")?;
            if value.get("in").is_some_and(Value::is_string)
                && value.get("name").is_some()
                && value.get("schema").is_some()
            {
                pointer.push_key("schema");
                continue;
            }
            match value.get("$ref").and_then(Value::as_str).map(|target| target.strip_prefix('#')) {
                Some(Some(target)) if target.is_empty() || target.starts_with('/') => {
                    pointer = Pointer::from_escaped(target);
                }
                Some(_) => return Err("the schema is a reference to another document".to_owned()),
                None => return Ok(Self { document, pointer, value }),
            }
        }
        Err("the references form a cycle".to_owned())
    }

    fn path(&self, keys: &[&str]) -> String {
        let mut pointer = self.pointer.clone();
        for key in keys {
            pointer.push_key(key);
        }
        pointer.to_string()
    }

    fn remove(&self, keyword: &str) -> Operation {
        Operation::Remove { path: self.path(&[keyword]) }
    }

    fn set(&self, keyword: &str, value: Value) -> Operation {
        let path = self.path(&[keyword]);
        match self.value.get(keyword) {
            Some(_) => Operation::Replace { path, value },
            None => Operation::Add { path, value },
        }
    }

    /// The name of the schema in a sentence: the last steps of the pointer.
    fn name(&self) -> String {
        format!("`{}`", self.pointer)
    }
}

fn of_schema(finding: &Finding, at: &At<'_>, place: &Place, round: usize) -> Result<Edit, String> {
    if let Matter::Traffic(TrafficFact::ParameterValue { at: below, .. }) = &finding.matter
        && !below.is_empty()
    {
        return Err("the value is inside of the parameter".to_owned());
    }
    let kind = match &finding.matter {
        Matter::Broken(kind) | Matter::Traffic(TrafficFact::ParameterValue { kind, .. }) => Some(kind),
        _ => None,
    };
    let name = at.name();
    let names = || finding.properties.iter().map(|seen| seen.value.to_string());
    let edit = |operations: Vec<Operation>, words: String| Ok(Edit { operations, words });
    match (finding.rule.id, kind) {
        ("missing-property", _) => {
            let names: Vec<String> = names().collect();
            optional(at, &names)
        }
        ("undeclared-property" | "closed-object", _) => {
            let names: Vec<String> = names().collect();
            refuse_masked(&names)?;
            declared(at, &names)
        }
        ("missing-parameter", _) => {
            let path = place.pointer.to_string();
            edit(vec![Operation::Remove { path: format!("{path}/required") }], format!("make `{path}` optional"))
        }
        // Without `readOnly`, the property would be required in requests.
        ("read-only-property" | "write-only-property", _) => Err("decide who sends the property".to_owned()),
        (_, Some(DeviationKind::Tag { .. })) => Err("describe the variant by hand".to_owned()),
        ("open-enum-value", _) => listed(finding, at),
        (_, Some(DeviationKind::Type { .. })) => typed(finding, at),
        (_, Some(DeviationKind::Enum { .. })) => listed(finding, at),
        (_, Some(DeviationKind::Constant { .. })) => {
            let Some(constant) = at.value.get("const") else {
                return listed(finding, at);
            };
            let mut values = vec![constant.clone()];
            values.extend(marked(finding));
            match values.len() {
                1 => edit(vec![at.remove("const")], format!("remove `const: {}` of {name}", short(constant))),
                _ => edit(
                    vec![at.set("enum", values.into()), at.remove("const")],
                    format!("allow further values next to the constant of {name}"),
                ),
            }
        }
        (_, Some(DeviationKind::Bound { keyword, .. })) => bound(finding, at, keyword, round),
        (_, Some(kind)) => {
            let keyword = kind.keyword();
            match at.value.get(keyword) {
                Some(value) => edit(vec![at.remove(keyword)], format!("remove `{keyword}: {}` of {name}", short(value))),
                None => Err(format!("`{keyword}` is not at {name} itself")),
            }
        }
        _ => Err(none(finding)),
    }
}

/// A value for a sentence.
fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    crate::redact::clipped(&text, 40).into_owned()
}

/// Makes properties optional.
fn optional(at: &At<'_>, names: &[String]) -> Result<Edit, String> {
    let name = at.name();
    let Some(required) = at.value.get("required").and_then(Value::as_array) else {
        return Err(format!("`required` is not at {name} itself"));
    };
    let positions = required.iter().enumerate();
    let positions = positions.filter(|(_, value)| value.as_str().is_some_and(|text| names.iter().any(|name| name == text)));
    let positions: Vec<usize> = positions.map(|(at, _)| at).collect();
    let operations = match positions.len() {
        0 => return Err(format!("`required` of {name} does not list them")),
        // OpenAPI 3.0 does not allow an empty list.
        all if all == required.len() => vec![at.remove("required")],
        // From the end, so that positions stay valid.
        _ => {
            let positions = positions.iter().rev();
            positions.map(|position| Operation::Remove { path: at.path(&["required", &position.to_string()]) }).collect()
        }
    };
    let words = format!("make {} of {name} optional", quoted(names));
    Ok(Edit { operations, words })
}

/// Declares properties, with a schema that accepts everything.
fn declared(at: &At<'_>, names: &[String]) -> Result<Edit, String> {
    let operations = match at.value.get("properties") {
        Some(_) => {
            let add = |name: &String| Operation::Add { path: at.path(&["properties", name]), value: json!({}) };
            names.iter().map(add).collect()
        }
        None => {
            let properties: serde_json::Map<String, Value> = names.iter().map(|name| (name.clone(), json!({}))).collect();
            vec![at.set("properties", properties.into())]
        }
    };
    let words = format!("declare {} in {}", quoted(names), at.name());
    Ok(Edit { operations, words })
}

/// Allows further types.
fn typed(finding: &Finding, at: &At<'_>) -> Result<Edit, String> {
    let name = at.name();
    let found: Vec<String> = finding.values.iter().map(|seen| seen.value.to_string()).collect();
    let declared = at.value.get("type").ok_or_else(|| format!("`type` is not at {name} itself"))?;
    let dialect = at.document.dialect;
    let is_old = matches!(dialect, Dialect::OpenApi30 | Dialect::Swagger2);
    let mut operations = Vec::new();
    let mut types: Vec<String> = match declared {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => return Err(format!("`type` of {name} is neither a string nor a list")),
    };
    for found in &found {
        match found.as_str() {
            "null" if is_old => {
                let keyword = if dialect == Dialect::Swagger2 { "x-nullable" } else { "nullable" };
                operations.push(at.set(keyword, true.into()));
                // A list of values has to list null, too.
                if at.value.get("enum").and_then(Value::as_array).is_some_and(|values| !values.contains(&Value::Null)) {
                    operations.push(Operation::Add { path: at.path(&["enum", "-"]), value: Value::Null });
                }
            }
            found => {
                if found == "number" {
                    types.retain(|known| known != "integer");
                }
                if !types.iter().any(|known| known == found || known == "number" && found == "integer") {
                    types.push(found.to_owned());
                }
            }
        }
    }
    let new: Value = match types.as_slice() {
        [one] => one.as_str().into(),
        several => several.to_vec().into(),
    };
    if new != *declared {
        match (dialect, new.is_array()) {
            (Dialect::Swagger2, true) => return Err("OpenAPI 2.0 has no schema of several types".to_owned()),
            (Dialect::OpenApi30, true) => {
                let branches: Vec<Value> = types.iter().map(|one| json!({"type": one})).collect();
                if at.value.get("anyOf").is_some() {
                    return Err(format!("{name} has an `anyOf` already"));
                }
                // In this order, the object is not empty in between and keeps its style.
                operations.push(at.set("anyOf", branches.into()));
                operations.push(at.remove("type"));
            }
            _ => match declared.as_array() {
                // An item more leaves the others as they are written.
                Some(known) if types.len() > known.len() && known.iter().zip(&types).all(|(known, new)| known == new) => {
                    let added = types.iter().skip(known.len());
                    operations.extend(added.map(|new| Operation::Add {
                        path: at.path(&["type", "-"]),
                        value: new.as_str().into(),
                    }));
                }
                _ => operations.push(at.set("type", new)),
            },
        }
    }
    let words = format!("allow {} for {name}", found.join(" and "));
    match operations.is_empty() {
        true => Err(format!("{name} allows this type already")),
        false => Ok(Edit { operations, words }),
    }
}

/// Adds values to an enum.
fn listed(finding: &Finding, at: &At<'_>) -> Result<Edit, String> {
    let name = at.name();
    let values = at.value.get("enum").and_then(Value::as_array);
    let values = values.ok_or_else(|| format!("`enum` is not at {name} itself"))?;
    let new = literals(finding, values.first().unwrap_or(&Value::Null))?;
    let new: Vec<Value> = new.into_iter().filter(|value| !values.contains(value)).collect();
    if new.is_empty() {
        return Err(format!("{name} lists these values already"));
    }
    let words: Vec<String> = new.iter().map(short).collect();
    let words = format!("add {} to the enum of {name}", quoted(&words));
    let add = |value| Operation::Add { path: at.path(&["enum", "-"]), value };
    Ok(Edit {
        operations: new.into_iter().map(add).collect(),
        words,
    })
}

/// The values that were seen, of the same type as one that the contract has.
fn literals(finding: &Finding, like: &Value) -> Result<Vec<Value>, String> {
    let texts: Vec<String> = finding.values.iter().map(|seen| seen.value.to_string()).collect();
    refuse_masked(&texts)?;
    if texts.is_empty() {
        return Err("the values were not kept".to_owned());
    }
    let literal = |text: &String| match (like, serde_json::from_str(text)) {
        (Value::String(_), _) | (_, Err(_)) => text.as_str().into(),
        (_, Ok(value)) => value,
    };
    Ok(texts.iter().map(literal).collect())
}

/// The values at the first places, where they are shown in full.
fn marked(finding: &Finding) -> Vec<Value> {
    let texts = finding.evidence.iter().filter_map(|evidence| evidence.excerpt.marked());
    let values = texts.filter_map(|text| serde_json::from_str::<Value>(text).ok());
    let mut distinct: Vec<Value> = Vec::new();
    for value in values {
        let is_masked = value.as_str().is_some_and(|text| refuse_masked(&[text.to_owned()]).is_err());
        if !is_masked && !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

/// A masked name or value must not get into a contract.
fn refuse_masked(texts: &[String]) -> Result<(), String> {
    let is_masked = |text: &String| text.contains(MASK) || text.contains("[…") || text.ends_with('…');
    match texts.iter().any(is_masked) {
        true => Err("a value is masked or shortened".to_owned()),
        false => Ok(()),
    }
}

/// Moves a limit to what was seen, or removes it.
fn bound(finding: &Finding, at: &At<'_>, keyword: &str, round: usize) -> Result<Edit, String> {
    let name = at.name();
    let limit = at.value.get(keyword).ok_or_else(|| format!("`{keyword}` is not at {name} itself"))?;
    let numbers = finding.values.iter().filter_map(|seen| seen.value.to_string().parse::<serde_json::Number>().ok());
    let in_places = marked(finding).into_iter().filter_map(|value| match value {
        Value::Number(number) => Some(number),
        _ => None,
    });
    let numbers = numbers.chain(in_places);
    let is_upper = keyword.ends_with("aximum");
    let farthest = numbers.max_by(|one, other| {
        let order = one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(std::cmp::Ordering::Equal);
        if is_upper { order } else { order.reverse() }
    });
    let is_inclusive = ["maximum", "minimum"].contains(&keyword) && limit.is_number();
    // `exclusiveMaximum: true` of OpenAPI 3.0 is about the `maximum` next to it.
    let is_exclusive_switch = ["exclusiveMaximum", "exclusiveMinimum"].iter().any(|key| at.value.get(key) == Some(&Value::Bool(true)));
    match farthest {
        Some(number) if is_inclusive && !is_exclusive_switch && round < MOVED => Ok(Edit {
            words: format!("set `{keyword}` of {name} to {number}, where it was {limit}"),
            operations: vec![at.set(keyword, number.into())],
        }),
        _ => Ok(Edit {
            words: format!("remove `{keyword}: {}` of {name}", short(limit)),
            operations: vec![at.remove(keyword)],
        }),
    }
}

/// `a`, `b` and `c`, in backquotes.
fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Edits of the operations that a finding is about.
fn of_operations(finding: &Finding, contract: &Contract) -> Result<Edits, String> {
    let mut edits: Edits = Vec::new();
    for id in finding.operation_ids() {
        let Some(operation) = contract.operation(id).filter(|operation| operation.kind != OperationKind::Schema) else {
            continue;
        };
        let Some(place) = &operation.place else { continue };
        let Some(document) = contract.documents.document(&place.document) else { continue };
        let (Some(file), Some(value)) = (file_of(document), document.value.pointer(place.pointer.as_str())) else {
            continue;
        };
        let path = place.pointer.to_string();
        let edit = if *finding.rule == rules::UNDECLARED_STATUS {
            statuses(finding, id, &path, value)?
        } else {
            let names: Vec<String> = finding.properties.iter().map(|seen| seen.value.to_string()).collect();
            refuse_masked(&names)?;
            query(&names, id, &path, value, document.dialect)
        };
        edits.push((Arc::clone(&document.uri), file, edit));
    }
    match edits.is_empty() {
        true => Err(none(finding)),
        false => Ok(edits),
    }
}

/// Lets responses have a body of any media type.
fn with_bodies(finding: &Finding, contract: &Contract) -> Result<Edits, String> {
    let places = finding.targets().filter_map(|target| {
        let operation = contract.operation(&target.operation)?;
        operation.response(target.status?)?.place.as_ref()
    });
    let edits = places.filter_map(|place| {
        let document = contract.documents.document(&place.document)?;
        let response = document.value.pointer(place.pointer.as_str())?;
        if response.get("content").is_some() || document.dialect == Dialect::Swagger2 {
            return None;
        }
        let edit = Edit {
            operations: vec![Operation::Add {
                path: format!("{}/content", place.pointer),
                value: json!({"*/*": {}}),
            }],
            words: format!("allow a body for `{}`", place.pointer),
        };
        Some((Arc::clone(&document.uri), file_of(document)?, edit))
    });
    let edits: Edits = edits.collect();
    match edits.is_empty() {
        true => Err(none(finding)),
        false => Ok(edits),
    }
}

/// Declares query parameters.
fn query(names: &[String], id: &str, path: &str, value: &Value, dialect: Dialect) -> Edit {
    let parameter = |name: &String| match dialect {
        Dialect::Swagger2 => json!({"name": name, "in": "query", "type": "string"}),
        _ => json!({"name": name, "in": "query", "schema": {}}),
    };
    let operations = match value.get("parameters") {
        Some(_) => {
            let add = |name| Operation::Add { path: format!("{path}/parameters/-"), value: parameter(name) };
            names.iter().map(add).collect()
        }
        None => {
            let all: Vec<Value> = names.iter().map(parameter).collect();
            vec![Operation::Add { path: format!("{path}/parameters"), value: all.into() }]
        }
    };
    Edit {
        operations,
        words: format!("declare the query parameter {} of {id}", quoted(names)),
    }
}

/// Declares statuses, without a schema for their bodies.
fn statuses(finding: &Finding, id: &str, path: &str, value: &Value) -> Result<Edit, String> {
    let mut statuses: Vec<String> = finding
        .targets()
        .filter(|target| *target.operation == *id)
        .filter_map(|target| target.status)
        .map(|status| status.to_string())
        .collect();
    statuses.sort();
    statuses.dedup();
    if statuses.is_empty() || value.get("responses").is_none() {
        return Err(none(finding));
    }
    let add = |status: &String| Operation::Add {
        path: format!("{path}/responses/{status}"),
        value: json!({"description": "Seen in captured traffic."}),
    };
    Ok(Edit {
        operations: statuses.iter().map(add).collect(),
        words: format!("declare status {} of {id}", statuses.join(" and ")),
    })
}
