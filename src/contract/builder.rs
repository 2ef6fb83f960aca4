//! Contracts from Rust types.

use std::collections::BTreeSet;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::error::{Error, ErrorKind, Result};
use crate::location::{Pointer, Side};
use crate::schema::CompileOptions;
use crate::stack::with_stack;
use crate::schema::{DRAFT_2020_12, Documents, NodeId, compile};

use super::{
    Contract, Operation, OperationKind, Operations, Parameter, ParameterPlace, PathTemplate, Payload,
    Replacement, Response, Security, StatusPattern,
};

/// Generates the schema of one type.
type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

fn schema_of<T: JsonSchema>() -> SchemaOf {
    |generator| generator.subschema_for::<T>()
}

/// A contract that is being described; see [`Contract::describe`].
#[derive(Debug)]
pub struct ContractBuilder {
    name: String,
    version: String,
    title: String,
    operations: Vec<OperationBuilder>,
    notes: Vec<String>,
}

impl ContractBuilder {
    pub(super) fn new(name: &str, version: &str, title: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            title: title.to_owned(),
            operations: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds an operation.
    #[must_use]
    pub fn operation(mut self, operation: OperationBuilder) -> Self {
        self.operations.push(operation);
        self
    }

    /// Adds a note about behaviour that no schema expresses.
    #[must_use]
    pub fn note(mut self, text: &str) -> Self {
        self.notes.push(text.to_owned());
        self
    }

    /// Derives the schemas (requests from what is deserialised, responses from what is serialised) and
    /// compiles them.
    ///
    /// # Errors
    ///
    /// When a description contradicts itself or HTTP (two operations with the same id, a path parameter that
    /// is not in the path, a parameter or a response described twice, a status below 100), or a schema does
    /// not compile.
    pub fn build(self) -> Result<Contract> {
        with_stack(|| self.build_with(CompileOptions::default()))
    }

    /// The same, with options for compiling the schemas.
    pub(super) fn build_with(self, options: CompileOptions) -> Result<Contract> {
        let settings = SchemaSettings::draft2020_12();
        let mut sides = Sides {
            requests: Bundle::new(settings.clone().for_deserialize().into_generator()),
            responses: Bundle::new(settings.for_serialize().into_generator()),
            base: format!(
                "wiredrift:/{}@{}",
                segment(&self.name),
                segment(&self.version)
            ),
            documents: Documents::default(),
            entries: Vec::new(),
        };
        let mut ids = BTreeSet::new();
        for operation in &self.operations {
            if !ids.insert(&operation.id) {
                let message = format!("two operations have the id `{}`", operation.id);
                return Err(Error::new(ErrorKind::Format, message));
            }
            operation.add_schemas(&mut sides)?;
        }
        let mut documents = sides.documents;
        documents.add(
            &uri(&sides.base, Side::Request),
            sides.requests.into_document(),
        );
        documents.add(
            &uri(&sides.base, Side::Response),
            sides.responses.into_document(),
        );
        let (graph, nodes) = compile(&documents, &sides.entries, options)?;
        let mut nodes = nodes.into_iter();
        let operations = self
            .operations
            .into_iter()
            .map(|operation| operation.finish(&mut nodes))
            .collect();
        Ok(Contract {
            name: self.name,
            version: self.version,
            title: self.title,
            operations: Operations::new(operations),
            notes: self.notes,
            servers: Vec::new(),
            graph,
            documents,
            problems: Vec::new(),
            samples: Vec::new(),
            keys: Vec::new(),
        })
    }
}

/// An operation that is being described; see [`Contract::describe`].
#[derive(Debug, Clone)]
pub struct OperationBuilder {
    id: String,
    method: String,
    path: PathTemplate,
    summary: String,
    parameters: Vec<(String, ParameterPlace, Option<SchemaOf>)>,
    open_query: bool,
    request: Described,
    responses: Vec<(StatusPattern, Described)>,
    notes: Vec<String>,
    replaces: Vec<Replacement>,
}

#[derive(Debug, Clone)]
enum Described {
    Absent,
    Undocumented,
    Type(SchemaOf),
    Document(Value),
}

impl OperationBuilder {
    pub(super) fn new(id: &str, method: &str, path: &str) -> Self {
        Self {
            id: id.to_owned(),
            method: method.to_ascii_uppercase(),
            path: PathTemplate::parse(path),
            summary: String::new(),
            parameters: Vec::new(),
            open_query: false,
            request: Described::Absent,
            responses: Vec::new(),
            notes: Vec::new(),
            replaces: Vec::new(),
        }
    }

    /// A one-line summary.
    #[must_use]
    pub fn summary(mut self, text: &str) -> Self {
        text.clone_into(&mut self.summary);
        self
    }

    /// Declares a path parameter.
    #[must_use]
    pub fn path_parameter<T: JsonSchema>(mut self, name: &str) -> Self {
        let schema = Some(schema_of::<T>());
        self.parameters
            .push((name.to_owned(), ParameterPlace::Path, schema));
        self
    }

    /// Declares a query parameter.
    #[must_use]
    pub fn query<T: JsonSchema>(mut self, name: &str) -> Self {
        let schema = Some(schema_of::<T>());
        self.parameters
            .push((name.to_owned(), ParameterPlace::Query, schema));
        self
    }

    /// Declares query parameters without describing their values.
    #[must_use]
    pub fn undocumented_queries(mut self, names: &[&str]) -> Self {
        let parameters = names
            .iter()
            .map(|name| ((*name).to_owned(), ParameterPlace::Query, None));
        self.parameters.extend(parameters);
        self
    }

    /// Allows any query parameter.
    #[must_use]
    pub fn open_query(mut self) -> Self {
        self.open_query = true;
        self
    }

    /// The request body.
    #[must_use]
    pub fn request<T: JsonSchema>(mut self) -> Self {
        self.request = Described::Type(schema_of::<T>());
        self
    }

    /// The request body, as a JSON Schema document (draft 2020-12).
    #[must_use]
    pub fn request_schema(mut self, schema: Value) -> Self {
        self.request = Described::Document(schema);
        self
    }

    /// A request body that is not described.
    #[must_use]
    pub fn undocumented_request(mut self) -> Self {
        self.request = Described::Undocumented;
        self
    }

    /// The body of the response with this status.
    #[must_use]
    pub fn response<T: JsonSchema>(mut self, status: u16) -> Self {
        let body = Described::Type(schema_of::<T>());
        self.responses.push((StatusPattern::Exact(status), body));
        self
    }

    /// The body of the response with this status, as a JSON Schema document (draft 2020-12).
    #[must_use]
    pub fn response_schema(mut self, status: u16, schema: Value) -> Self {
        let body = Described::Document(schema);
        self.responses.push((StatusPattern::Exact(status), body));
        self
    }

    /// A response without a body.
    #[must_use]
    pub fn empty_response(mut self, status: u16) -> Self {
        self.responses
            .push((StatusPattern::Exact(status), Described::Absent));
        self
    }

    /// A response whose body is not described.
    #[must_use]
    pub fn undocumented_response(mut self, status: u16) -> Self {
        let status = StatusPattern::Exact(status);
        self.responses.push((status, Described::Undocumented));
        self
    }

    /// Any other response is allowed, too; its body is not described.
    #[must_use]
    pub fn undocumented_responses(mut self) -> Self {
        let status = StatusPattern::Default;
        self.responses.push((status, Described::Undocumented));
        self
    }

    /// Adds a note about behaviour that no schema expresses.
    #[must_use]
    pub fn note(mut self, text: &str) -> Self {
        self.notes.push(text.to_owned());
        self
    }

    /// Names an operation of an older version that this one replaces, and what it replaces of it.
    #[must_use]
    pub fn replaces(mut self, version: &str, operation: &str, what: &str) -> Self {
        self.replaces.push(Replacement {
            version: version.to_owned(),
            operation: operation.to_owned(),
            what: what.to_owned(),
        });
        self
    }

    /// Checks that the operation is valid HTTP, and that each part of it is described once.
    fn validate(&self) -> Result<()> {
        let failed = |message: String| {
            let of = match self.id.as_str() {
                "" => format!("{} {}", self.method, self.path),
                id => id.to_owned(),
            };
            Err(Error::new(ErrorKind::Format, format!("{of}: {message}")))
        };
        if self.id.is_empty() {
            return failed("the operation has no id".to_owned());
        }
        // RFC 9110, section 5.6.2.
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if self.method.is_empty() || !self.method.chars().all(is_token) {
            return failed(format!("`{}` is not an HTTP method", self.method));
        }
        if !self.path.to_string().starts_with('/') {
            return failed(format!("the path `{}` must start with `/`", self.path));
        }
        let mut statuses = BTreeSet::new();
        for (status, _) in &self.responses {
            if let StatusPattern::Exact(code) = status
                && !(100..=599).contains(code)
            {
                return failed(format!("{code} is not an HTTP status"));
            }
            if !statuses.insert(*status) {
                return failed(format!("the response {status} is described twice"));
            }
        }
        let mut parameters = BTreeSet::new();
        for (name, place, _) in &self.parameters {
            if !parameters.insert((place.to_string(), name)) {
                return failed(format!("the {place} parameter `{name}` is described twice"));
            }
        }
        Ok(())
    }

    /// Adds the schemas of the operation, in the order in which [`finish`](Self::finish) takes their
    /// nodes: parameters, request, responses.
    fn add_schemas(&self, sides: &mut Sides) -> Result<()> {
        self.validate()?;
        let path_names: Vec<&str> = self.path.parameters().collect();
        for (name, place, schema) in &self.parameters {
            if *place == ParameterPlace::Path && !path_names.contains(&name.as_str()) {
                let message = format!("{}: `{{{name}}}` is not in {}", self.id, self.path);
                return Err(Error::new(ErrorKind::Format, message));
            }
            if let Some(schema) = schema {
                sides.add(
                    Side::Request,
                    &self.id,
                    &format!("parameter {name}"),
                    *schema,
                );
            }
        }
        sides.add_body(Side::Request, &self.id, "body", &self.request);
        for (status, described) in &self.responses {
            sides.add_body(Side::Response, &self.id, &status.to_string(), described);
        }
        Ok(())
    }

    fn finish(self, nodes: &mut impl Iterator<Item = NodeId>) -> Operation {
        let parameters = self
            .parameters
            .into_iter()
            .map(|(name, place, schema)| {
                Parameter::new(&name, place, schema.and_then(|_| nodes.next()))
            })
            .collect();
        let mut payload = |described: &Described| match described {
            Described::Absent => Payload::Absent,
            Described::Undocumented => Payload::Undocumented,
            Described::Type(_) | Described::Document(_) => {
                nodes.next().map_or(Payload::Undocumented, Payload::json)
            }
        };
        let request = payload(&self.request);
        let responses = self
            .responses
            .into_iter()
            .map(|(status, described)| Response {
                status,
                payload: payload(&described),
                headers: Vec::new(),
                links: Vec::new(),
                place: None,
            })
            .collect();
        Operation {
            id: self.id,
            operation_id: None,
            kind: OperationKind::Path,
            method: self.method,
            routes: vec![self.path.clone()],
            path: self.path,
            caller: None,
            place: None,
            deprecated: false,
            summary: self.summary,
            parameters,
            form: Vec::new(),
            form_body: Payload::Absent,
            open_query: self.open_query,
            request,
            responses,
            notes: self.notes,
            security: Security::default(),
            replaces: self.replaces,
        }
    }
}

/// The documents of both sides while they are being built.
struct Sides {
    requests: Bundle,
    responses: Bundle,
    base: String,
    /// Documents that were given verbatim.
    documents: Documents,
    /// References to the schemas of operations.
    entries: Vec<String>,
}

impl Sides {
    fn add_body(&mut self, side: Side, operation: &str, entry: &str, described: &Described) {
        match described {
            Described::Absent | Described::Undocumented => {}
            Described::Type(schema) => self.add(side, operation, entry, *schema),
            Described::Document(document) => {
                // A separate document: its references are relative to its own root.
                let uri = format!("{}/{}/{entry}", uri(&self.base, side), segment(operation));
                self.documents.add(&uri, document.clone());
                self.entries.push(format!("{uri}#"));
            }
        }
    }

    fn add(&mut self, side: Side, operation: &str, entry: &str, schema: SchemaOf) {
        let bundle = match side {
            Side::Request => &mut self.requests,
            Side::Response => &mut self.responses,
        };
        let schema = schema(&mut bundle.generator).to_value();
        let entries = bundle
            .operations
            .entry(operation)
            .or_insert_with(|| json!({}));
        entries[entry] = schema;
        let pointer = Pointer::root()
            .join("operations")
            .join(operation)
            .join(entry);
        self.entries.push(format!(
            "{}#{}",
            uri(&self.base, side),
            pointer.to_fragment()
        ));
    }
}

/// Any text as a segment of a URI (RFC 3986, section 2.3).
fn segment(text: &str) -> impl fmt::Display {
    const OTHERS: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, &OTHERS)
}

fn uri(base: &str, side: Side) -> String {
    format!("{base}/{side}s")
}

struct Bundle {
    generator: SchemaGenerator,
    operations: Map<String, Value>,
}

impl Bundle {
    fn new(generator: SchemaGenerator) -> Self {
        Self {
            generator,
            operations: Map::new(),
        }
    }

    fn into_document(mut self) -> Value {
        json!({
            "$schema": DRAFT_2020_12,
            "$defs": self.generator.take_definitions(true),
            "operations": self.operations,
        })
    }
}
