//! Contracts: named API descriptions with versions, operations and compiled schemas.

mod builder;
pub mod builtin;
mod expression;
mod fence;
mod files;
mod kind;
mod load;
mod media;
mod openapi;
mod operations;
mod parameter;
mod path;
mod path_index;
mod registry;
mod route;
mod schema_dir;
mod schemas;
mod security;

use std::fmt;

use crate::location::Side;
use crate::schema::{Documents, Graph, NodeId, Place, ContractProblem, ProblemKind};

pub use builder::{ContractBuilder, OperationBuilder};
pub(crate) use expression::{MessagePart, RuntimeExpression, UrlTemplate};
pub use load::{LoadOptions, read};
use operations::Operations;
pub use media::{Content, Entry, FieldEncoding, ItemShape, Media, MediaRange, Payload};
pub use parameter::{Encoding, Parameter, ParameterPlace, Style};
pub use path::PathTemplate;
pub(crate) use registry::{incoming_named, operation_named, unknown};
pub use registry::{ContractRef, Registry};
pub use route::{Route, RequestTarget};
pub(crate) use route::{decode_query, split_target, without_user, without_usual_port};
pub(crate) use security::http_words;
pub use security::{Requirement, Scheme, SchemeKind, Security};

/// One version of an API description.
#[derive(Debug)]
pub struct Contract {
    /// The name, such as `organisations`.
    pub(crate) name: String,
    /// The version, such as `v2`.
    pub(crate) version: String,
    /// A one-line title.
    pub(crate) title: String,
    /// The operations, in the order of the description.
    pub(crate) operations: Operations,
    /// Behaviour that no schema expresses.
    pub(crate) notes: Vec<String>,
    /// The servers that the contract's documents list, by URL.
    pub(crate) servers: Vec<Entry>,
    /// Every schema of the operations.
    pub(crate) graph: Graph,
    /// The documents that the graph was compiled from.
    pub(crate) documents: Documents,
    /// Problems of the documents: parts that could not be used.
    pub(crate) problems: Vec<ContractProblem>,
    /// The contract's own examples of payloads and parameters.
    pub(crate) samples: Vec<Sample>,
    /// Names of headers, query parameters and cookies that are credentials.
    pub(crate) keys: Vec<String>,
}

/// A value that a contract gives as an example next to a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Where it is.
    pub place: Place,
    /// The schema that it must conform to.
    pub schema: NodeId,
    /// The side that it is an example of.
    pub side: Option<Side>,
}

impl Contract {
    /// Renames files in the messages of problems.
    pub(crate) fn rename_in_problems(&mut self, from: &str, to: &str) {
        for problem in &mut self.problems {
            let text = match &mut problem.kind {
                ProblemKind::Reference { reason, .. } => reason,
                ProblemKind::LeftOut(text) | ProblemKind::Skipped(text) => text,
                _ => continue,
            };
            *text = text.replace(from, to);
        }
    }

    /// Starts the description of a contract from Rust types.
    ///
    /// ```
    /// use schemars::JsonSchema;
    /// use serde::Serialize;
    /// use wiredrift::{Contract, Operation};
    ///
    /// /// An invoice.
    /// #[derive(Serialize, JsonSchema)]
    /// struct Invoice {
    ///     number: u32,
    ///     total: f64,
    /// }
    ///
    /// let billing = Contract::describe("billing", "v1", "Invoices")
    ///     .operation(
    ///         Operation::describe("retrieve-invoice", "GET", "/invoices/{number}")
    ///             .path_parameter::<u32>("number")
    ///             .response::<Invoice>(200),
    ///     )
    ///     .build()?;
    /// assert_eq!(billing.reference(), "billing@v1");
    /// # Ok::<(), wiredrift::Error>(())
    /// ```
    #[must_use]
    pub fn describe(name: &str, version: &str, title: &str) -> ContractBuilder {
        ContractBuilder::new(name, version, title)
    }

    /// `name@version`, or only the name if the contract has no version.
    #[must_use]
    pub fn reference(&self) -> String {
        match self.version.as_str() {
            "" => self.name.clone(),
            version => format!("{}@{version}", self.name),
        }
    }

    /// The number of parts of its documents that could not be used, so that nothing is compared with them.
    #[must_use]
    pub(crate) fn unusable(&self) -> usize {
        let problems = self.problems.iter();
        problems.filter(|problem| problem.kind.leaves_out()).count()
    }

    /// Whether it describes payloads but no requests.
    #[must_use]
    pub(crate) fn is_of_schemas(&self) -> bool {
        self.operations
            .iter()
            .all(|operation| operation.kind == OperationKind::Schema)
    }

    /// The operation with this id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.with_id(id)
    }
}

/// Method and path template of one version, with parameters, request body and responses.
#[derive(Debug)]
pub struct Operation {
    /// The id, unique in the contract; the same operation keeps it across versions.
    pub(crate) id: String,
    /// The `operationId` in the contract's documents. The id is different for webhooks and callbacks, and if
    /// several operations have the same `operationId`.
    pub(crate) operation_id: Option<String>,
    /// The kind of its requests.
    pub(crate) kind: OperationKind,
    /// The HTTP method, in upper case; empty for a schema.
    pub(crate) method: String,
    /// The path, as written in the contract; the name of a webhook; the expression of a callback.
    pub(crate) path: PathTemplate,
    /// The path from the root of the host, once for each base path.
    pub(crate) routes: Vec<PathTemplate>,
    /// The position of the operation that declares it, if it is a callback.
    pub(crate) caller: Option<usize>,
    /// Where the contract's documents describe it.
    pub(crate) place: Option<Place>,
    /// Whether the contract deprecates it.
    pub(crate) deprecated: bool,
    /// A one-line summary.
    pub(crate) summary: String,
    /// The declared parameters.
    pub(crate) parameters: Vec<Parameter>,
    /// The fields of a form that are listed as parameters (Swagger 2.0).
    pub(crate) form: Vec<Parameter>,
    /// The form that these fields are, as a body.
    pub(crate) form_body: Payload,
    /// Whether the contract allows undeclared query parameters.
    pub(crate) open_query: bool,
    /// The request body.
    pub(crate) request: Payload,
    /// The responses, by status.
    pub(crate) responses: Vec<Response>,
    /// Behaviour that no schema expresses.
    pub(crate) notes: Vec<String>,
    /// The authorisation that requests need.
    pub(crate) security: Security,
    /// Operations of the previous version that this one replaces, wholly or in part.
    pub(crate) replaces: Vec<Replacement>,
}

impl Operation {
    /// Starts the description of an operation; see [`Contract::describe`].
    #[must_use]
    pub fn describe(id: &str, method: &str, path: &str) -> OperationBuilder {
        OperationBuilder::new(id, method, path)
    }

    /// `GET /api/organisations/{id}`
    #[must_use]
    pub fn signature(&self) -> String {
        match self.kind {
            OperationKind::Path => format!("{} {}", self.method, self.path),
            OperationKind::Webhook => format!("{} (webhook {})", self.method, self.path),
            OperationKind::Callback => format!("{} (callback {})", self.method, self.path),
            OperationKind::Schema => "(schema)".to_owned(),
        }
    }

    /// Whether the server sends its requests: to a URL that is not part of the API.
    #[must_use]
    pub(crate) fn is_incoming(&self) -> bool {
        matches!(self.kind, OperationKind::Webhook | OperationKind::Callback)
    }

    /// The response declared for a status: an exact match, then its class, then the default.
    #[must_use]
    pub(crate) fn response(&self, status: u16) -> Option<&Response> {
        let specificity = |response: &&Response| response.status.specificity();
        self.responses
            .iter()
            .filter(|response| response.status.covers(status))
            .max_by_key(specificity)
    }

    /// The query parameter with this name.
    #[must_use]
    pub(crate) fn query_parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.place == ParameterPlace::Query && parameter.name == name)
    }

    /// The schemas that a payload of another version's operation may be compared with: those of the same side
    /// and status, and those of every success if the status is one, since versions may answer with different
    /// ones.
    #[must_use]
    pub(crate) fn schemas_like(&self, side: Side, status: Option<u16>) -> Vec<NodeId> {
        if side == Side::Request {
            return self.request_body().schemas();
        }
        let success = status.is_some_and(|status| status < 300);
        self.responses
            .iter()
            .filter(|response| {
                let example = response.status.example();
                Some(example) == status || (success && example < 300)
            })
            .flat_map(|response| response.payload.schemas())
            .collect()
    }

    /// The body of requests, which may be a form that is listed as parameters.
    #[must_use]
    pub(crate) fn request_body(&self) -> &Payload {
        match self.form.is_empty() {
            true => &self.request,
            false => &self.form_body,
        }
    }

    /// What the contract declares for the payload of a side; `None` if it does not declare the status.
    #[must_use]
    pub(crate) fn payload(&self, side: Side, status: Option<u16>) -> Option<&Payload> {
        match side {
            Side::Request => Some(self.request_body()),
            Side::Response if self.kind == OperationKind::Schema => {
                self.responses.first().map(|response| &response.payload)
            }
            Side::Response => self.response(status?).map(|response| &response.payload),
        }
    }
}

/// The kind of requests that an operation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// A method and a path.
    Path,
    /// Sent by the server to an address that was agreed on otherwise.
    Webhook,
    /// Sent by the server to an address from a request.
    Callback,
    /// No requests: a JSON Schema for payloads of either side.
    Schema,
}

/// A response of an operation.
#[derive(Debug)]
pub struct Response {
    /// The statuses that it applies to.
    pub status: StatusPattern,
    /// Its body.
    pub payload: Payload,
    /// The declared headers.
    pub headers: Vec<Parameter>,
    /// Operations that its values link to (`links`).
    pub links: Vec<Entry>,
    /// Where the contract's documents describe it.
    pub place: Option<Place>,
}

/// The statuses that a response applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatusPattern {
    /// One status, such as `200`.
    Exact(u16),
    /// A class, such as `4XX`.
    Class(u8),
    /// Every other status.
    Default,
}

impl StatusPattern {
    /// Whether it means that the request succeeded.
    pub(crate) const fn is_success(self) -> bool {
        matches!(self, Self::Exact(200..300) | Self::Class(2))
    }

    const fn covers(self, status: u16) -> bool {
        match self {
            Self::Exact(exact) => exact == status,
            Self::Class(class) => status / 100 == class as u16,
            Self::Default => true,
        }
    }

    const fn specificity(self) -> u8 {
        match self {
            Self::Exact(_) => 2,
            Self::Class(_) => 1,
            Self::Default => 0,
        }
    }

    /// Whether this pattern covers every status of another one, and is not equal to it.
    #[must_use]
    pub(crate) fn includes(self, other: Self) -> bool {
        match (self, other) {
            (Self::Class(class), Self::Exact(status)) => status / 100 == u16::from(class),
            (Self::Default, Self::Exact(_) | Self::Class(_)) => true,
            _ => false,
        }
    }

    /// A status that the pattern covers, for a payload without one.
    #[must_use]
    pub(crate) const fn example(self) -> u16 {
        match self {
            Self::Exact(status) => status,
            Self::Class(class) => class as u16 * 100,
            Self::Default => 500,
        }
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(status) => write!(f, "{status}"),
            Self::Class(class) => write!(f, "{class}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// An operation of another version that an operation replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The version of the replaced operation.
    pub version: String,
    /// The id of the replaced operation.
    pub operation: String,
    /// What moved, in words.
    pub what: String,
}

#[cfg(test)]
mod tests;
