//! Contracts of Rust types as OpenAPI 3.1 documents.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::contract::{
    Contract, Encoding, Operation, OperationKind, Parameter, ParameterPlace, Payload, Response,
    StatusPattern,
};
use crate::contract::load::DERIVED;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::emit::each_reference;
use crate::schema::{DRAFT_2020_12, NodeId};

use super::extension::{
    ANY_JSON, NAME, NOTES, OPEN_QUERY, REPLACES, UNDECLARED, UNDOCUMENTED, UNTYPED,
};
use super::operation::METHODS;

/// The version of OpenAPI that is written.
const VERSION: &str = "3.1.1";

/// Where components are.
const COMPONENTS: &str = "/components/schemas";

/// Where the documents of Rust types have their definitions.
const DEFINITIONS: &str = "/$defs/";

impl Contract {
    /// The OpenAPI document of the contract: the one it was derived from, or one written from its types.
    ///
    /// # Errors
    ///
    /// When the contract was read from files, or OpenAPI cannot express an operation.
    pub(crate) fn openapi_document(&self) -> Result<Value> {
        if let Some(derived) = self.documents.get(DERIVED) {
            return Ok(derived.clone());
        }
        let is_read = |known: &Operation| {
            known.place.is_some() || known.kind == OperationKind::Schema
        };
        if self.operations.iter().any(is_read) {
            let message = format!(
                "{} was read from files; only contracts of Rust types can be \
                 written as OpenAPI",
                self.reference()
            );
            return Err(Error::new(ErrorKind::Format, message));
        }
        let components = Components::of(self);
        let writer = Writer {
            contract: self,
            components: &components,
        };
        let failed = |operation: &Operation, why: &str| {
            let message = format!("{} cannot be written as OpenAPI: {why}", operation.signature());
            Err(Error::new(ErrorKind::Format, message))
        };
        let mut info = json!({ "title": self.title, "version": self.version });
        info[NAME] = self.name.as_str().into();
        let mut paths = Map::new();
        for operation in &self.operations {
            let item = paths
                .entry(operation.path.to_string())
                .or_insert_with(|| json!({}));
            let method = operation.method.to_ascii_lowercase();
            if !METHODS.contains(&method.as_str()) {
                return failed(operation, "OpenAPI has no such method");
            }
            if item.get(&method).is_some() {
                return failed(operation, "two operations have this method and path");
            }
            item[method] = writer.operation(operation);
        }
        let mut document = json!({
            "openapi": VERSION,
            // The dialect of the schemas of the types: OpenAPI's own dialect has other formats.
            "jsonSchemaDialect": DRAFT_2020_12,
            "info": info,
            "paths": paths,
        });
        let components = components.written(self);
        if !components.is_empty() {
            document["components"] = json!({ "schemas": components });
        }
        notes(&mut document, &self.notes);
        Ok(document)
    }
}

fn notes(owner: &mut Value, notes: &[String]) {
    if !notes.is_empty() {
        owner[NOTES] = json!(notes);
    }
}

/// Writes the operations of one contract.
struct Writer<'c> {
    contract: &'c Contract,
    components: &'c Components<'c>,
}

impl Writer<'_> {
    /// The schema of a node, with references to components.
    fn schema(&self, node: NodeId) -> Value {
        let place = &self.contract.graph.node(node).place;
        let uri = &*place.document;
        if let Some(root) = self.components.roots.get(uri) {
            return json!({ "$ref": component_reference(root) });
        }
        let schema = self.contract.documents.get(uri);
        let schema = schema.and_then(|document| document.pointer(place.pointer.as_str()));
        let schema = schema.cloned().unwrap_or(Value::Bool(true));
        self.components.referring(schema, uri)
    }

    fn operation(&self, operation: &Operation) -> Value {
        let mut written = json!({ "operationId": operation.id });
        if !operation.summary.is_empty() {
            written["summary"] = operation.summary.as_str().into();
        }
        let parameters = operation.parameters.iter();
        let mut parameters: Vec<Value> = parameters.map(|known| self.parameter(known)).collect();
        for name in operation.path.parameters() {
            let is_this = |known: &&Parameter| {
                known.place == ParameterPlace::Path && known.name == name
            };
            if operation.parameters.iter().find(is_this).is_none() {
                parameters.push(json!({
                    "name": name,
                    "in": "path",
                    "required": true,
                    "schema": {},
                    UNDECLARED: true,
                }));
            }
        }
        if !parameters.is_empty() {
            written["parameters"] = parameters.into();
        }
        if let Some(body) = self.body(&operation.request) {
            written["requestBody"] = body;
            if let Payload::Content(content) = &operation.request {
                written["requestBody"]["required"] = content.required.into();
            }
        }
        let responses = operation.responses.iter();
        let responses: Map<String, Value> = responses
            .map(|response| (response.status.to_string(), self.response(response)))
            .collect();
        if !responses.is_empty() {
            written["responses"] = responses.into();
        }
        if operation.open_query {
            written[OPEN_QUERY] = true.into();
        }
        notes(&mut written, &operation.notes);
        if !operation.replaces.is_empty() {
            let replaces = operation.replaces.iter().map(|replaced| {
                json!({
                    "version": replaced.version,
                    "operation": replaced.operation,
                    "what": replaced.what,
                })
            });
            written[REPLACES] = replaces.collect();
        }
        written
    }

    fn parameter(&self, parameter: &Parameter) -> Value {
        let mut written = json!({
            "name": parameter.name,
            "in": parameter.place.to_string(),
            "required": parameter.required,
        });
        if let Encoding::Styled { style, explode } = parameter.encoding
            && parameter.encoding != Encoding::usual(parameter.place)
        {
            written["style"] = style.name().into();
            written["explode"] = explode.into();
        }
        match parameter.schema {
            Some(schema) => written["schema"] = self.schema(schema),
            None => {
                written["schema"] = json!({});
                written[UNTYPED] = true.into();
            }
        }
        written
    }

    fn response(&self, response: &Response) -> Value {
        let mut written = json!({ "description": reason(response.status) });
        if let Some(Value::Object(body)) = self.body(&response.payload) {
            for (key, value) in body {
                written[key] = value;
            }
        }
        written
    }

    /// The members that describe a body; `None` for no body.
    fn body(&self, payload: &Payload) -> Option<Value> {
        match payload {
            Payload::Absent => None,
            Payload::Undocumented => Some(json!({ "content": { "*/*": {} }, UNDOCUMENTED: true })),
            Payload::Content(content) => {
                let media = content.media.iter().map(|media| {
                    let mut written = json!({});
                    if let Some(schema) = media.schema {
                        written["schema"] = self.schema(schema);
                    }
                    if media.range.is_any_json() {
                        written[ANY_JSON] = true.into();
                    }
                    (media.range.to_string(), written)
                });
                Some(json!({ "content": media.collect::<Map<_, _>>() }))
            }
        }
    }
}

/// The named schemas of a contract.
struct Components<'c> {
    /// The component of each definition: by document, and by its name in the document.
    definitions: BTreeMap<(&'c str, &'c str), String>,
    /// The component for a whole document that was given verbatim.
    roots: BTreeMap<&'c str, String>,
}

impl<'c> Components<'c> {
    fn of(contract: &'c Contract) -> Self {
        let mut components = Self {
            definitions: BTreeMap::new(),
            roots: BTreeMap::new(),
        };
        let bundle = |side| {
            let found = contract.documents.iter().find(|document| {
                // A bundle of types is the document with references to operations.
                document.uri.ends_with(side) && document.value.get("operations").is_some()
            });
            found.map(|document| (&*document.uri, definitions_of(&document.value)))
        };
        // Most clients look at responses, so these keep the plain names.
        let (responses, requests) = (bundle("/responses"), bundle("/requests"));
        let shared = match (&responses, &requests) {
            (Some((_, responses)), Some((_, requests))) => shared(responses, requests),
            _ => BTreeSet::new(),
        };
        let mut taken = BTreeSet::new();
        let mut common: BTreeMap<&str, String> = BTreeMap::new();
        for (uri, definitions) in [&responses, &requests].into_iter().flatten() {
            for name in definitions.keys() {
                let component = match common.get(name) {
                    Some(component) => component.clone(),
                    None => take_name(&component_name(name), "Input", &mut taken),
                };
                if shared.contains(name) {
                    common.insert(name, component.clone());
                }
                components.definitions.insert((uri, name), component);
            }
        }
        let bundles: Vec<&str> = [&responses, &requests]
            .into_iter()
            .flatten()
            .map(|(uri, _)| *uri)
            .collect();
        // Operations that were given the same document share a component.
        let mut given: BTreeMap<String, String> = BTreeMap::new();
        let mut documents: Vec<_> = contract.documents.iter().collect();
        documents.sort_by(|one, other| one.uri.cmp(&other.uri));
        for document in documents {
            if bundles.contains(&&*document.uri) {
                continue;
            }
            let text = document.value.to_string();
            if let Some(root) = given.get(&text) {
                components.roots.insert(&document.uri, root.clone());
                continue;
            }
            let title = document.value.get("title").and_then(Value::as_str);
            // `…/responses/retrieve-invoice/200`
            let mut segments = document.uri.rsplit('/');
            let entry = segments.next().unwrap_or_default();
            let operation = segments.next().unwrap_or_default();
            let own = component_name(&format!("{operation}-{entry}"));
            let name = title.map_or_else(|| own.clone(), component_name);
            let name = take_name(&name, &format!("-{own}"), &mut taken);
            given.insert(text, name.clone());
            for definition in definitions_of(&document.value).into_keys() {
                let plain = component_name(definition);
                let component = take_name(&plain, &format!("-{own}"), &mut taken);
                let key = (&*document.uri, definition);
                components.definitions.insert(key, component);
            }
            components.roots.insert(&document.uri, name);
        }
        components
    }

    /// A schema of a document, with references inside the document replaced by references to components.
    fn referring(&self, mut schema: Value, uri: &str) -> Value {
        each_reference(&mut schema, &mut |reference| {
            if let Some(target) = self.target(reference, uri) {
                *reference = target;
            }
        });
        schema
    }

    /// The target, in the document that is written, of a reference inside a document.
    fn target(&self, reference: &str, uri: &str) -> Option<String> {
        let pointer = reference.strip_prefix('#')?;
        if let Some(rest) = pointer.strip_prefix(DEFINITIONS) {
            let end = rest.find('/').unwrap_or(rest.len());
            let name = percent_decode_str(&rest[..end]).decode_utf8_lossy();
            let name = name.replace("~1", "/").replace("~0", "~");
            let component = self.definitions.get(&(uri, name.as_str()))?;
            return Some(format!("{}{}", component_reference(component), &rest[end..]));
        }
        let root = self.roots.get(uri)?;
        // An anchor has the same meaning wherever the schema is.
        (pointer.is_empty() || pointer.starts_with('/'))
            .then(|| format!("{}{pointer}", component_reference(root)))
    }

    /// Every component, by name.
    fn written(&self, contract: &Contract) -> Map<String, Value> {
        let mut written: BTreeMap<&str, Value> = BTreeMap::new();
        for ((uri, name), component) in &self.definitions {
            let document = contract.documents.get(uri);
            let schema = document.and_then(|document| document.get("$defs")?.get(name));
            if let Some(schema) = schema {
                let schema = || self.referring(schema.clone(), uri);
                written.entry(component).or_insert_with(schema);
            }
        }
        for (uri, component) in &self.roots {
            let mut schema = contract.documents.get(uri).cloned().unwrap_or_default();
            if let Value::Object(keywords) = &mut schema {
                keywords.shift_remove("$defs");
                keywords.shift_remove("$schema");
            }
            written.insert(component, self.referring(schema, uri));
        }
        let written = written.into_iter();
        written.map(|(name, schema)| (name.to_owned(), schema)).collect()
    }
}

fn definitions_of(document: &Value) -> BTreeMap<&str, &Value> {
    let definitions = document.get("$defs").and_then(Value::as_object);
    let definitions = definitions.into_iter().flatten();
    definitions.map(|(name, schema)| (name.as_str(), schema)).collect()
}

/// The names of types that are the same on both sides, including everything that they refer to.
fn shared<'d>(
    responses: &BTreeMap<&'d str, &Value>,
    requests: &BTreeMap<&'d str, &Value>,
) -> BTreeSet<&'d str> {
    let same = responses
        .iter()
        .filter(|(name, schema)| requests.get(*name) == Some(schema));
    let mut shared: BTreeSet<&str> = same.map(|(name, _)| *name).collect();
    loop {
        let refers_to_others = |name: &&str| {
            let mut schema = (*responses[name]).clone();
            let mut found = false;
            each_reference(&mut schema, &mut |reference| {
                let target = reference.strip_prefix(&format!("#{DEFINITIONS}"));
                found |= target.is_some_and(|target| !shared.contains(target));
            });
            found
        };
        let apart: Vec<&str> = shared.iter().copied().filter(|name| refers_to_others(name)).collect();
        if apart.is_empty() {
            return shared;
        }
        shared.retain(|name| !apart.contains(name));
    }
}

fn component_reference(component: &str) -> String {
    format!("#{COMPONENTS}/{component}")
}

/// A valid name for a component: letters, digits, `.`, `-` and `_` (OpenAPI 3.1.1, Components Object).
fn component_name(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect()
}

/// The name itself, or, if it is taken, with the suffix and a number appended.
fn take_name(name: &str, suffix: &str, taken: &mut BTreeSet<String>) -> String {
    let longer = format!("{name}{suffix}");
    let numbered = (2..).map(|number| format!("{longer}{number}"));
    let mut names = [name.to_owned(), longer.clone()].into_iter().chain(numbered);
    let free = names.find(|name| !taken.contains(name)).unwrap_or(longer);
    taken.insert(free.clone());
    free
}

/// The description of a response, which OpenAPI requires.
fn reason(status: StatusPattern) -> String {
    match status {
        StatusPattern::Default => "Any other response".to_owned(),
        StatusPattern::Exact(_) | StatusPattern::Class(_) => format!("Response {status}"),
    }
}
