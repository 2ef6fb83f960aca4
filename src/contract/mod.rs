//! Contracts: named API descriptions with versions, operations and compiled schemas.

mod builder;
pub mod builtin;
mod path;
mod registry;
mod route;
mod schemas;

use std::fmt;

use crate::location::Side;
use crate::schema::{Documents, Graph, NodeId};

pub use builder::{ContractBuilder, OperationBuilder};
pub use path::PathTemplate;
pub(crate) use registry::unknown;
pub use registry::{ContractRef, Registry};
pub use route::{Route, Target};
pub use schemas::PayloadSchema;

/// One version of an API description.
#[derive(Debug)]
pub struct Contract {
    /// The name, such as `organisations`.
    pub name: String,
    /// The version, such as `v2`.
    pub version: String,
    /// One line for people.
    pub title: String,
    /// The operations, in the order of the description.
    pub operations: Vec<Operation>,
    /// Behaviour that no schema shows.
    pub notes: Vec<String>,
    /// Every schema of the operations.
    pub graph: Graph,
    /// The JSON Schema documents that the graph was compiled from.
    pub documents: Documents,
}

impl Contract {
    /// Starts the description of a contract from Rust types.
    ///
    /// ```
    /// use schemars::JsonSchema;
    /// use serde::Serialize;
    /// use wiredrift::contract::{Contract, Operation};
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

    /// `name@version`
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The operation with this id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

/// Method and path template of one version, with parameters, request body and responses.
#[derive(Debug)]
pub struct Operation {
    /// The id, unique in the contract; the same operation keeps it across versions.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, from the root of the host.
    pub path: PathTemplate,
    /// One line for people.
    pub summary: String,
    /// The declared parameters.
    pub parameters: Vec<Parameter>,
    /// Whether query parameters beyond the declared ones are part of the contract.
    pub open_query: bool,
    /// The request body.
    pub request: Payload,
    /// The responses, by status.
    pub responses: Vec<Response>,
    /// Behaviour that no schema shows.
    pub notes: Vec<String>,
    /// Operations of the version before that this one replaces, wholly or in part.
    pub replaces: Vec<Replacement>,
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
        format!("{} {}", self.method, self.path)
    }

    /// The response declared for a status: exact before the class before the default.
    #[must_use]
    pub fn response(&self, status: u16) -> Option<&Response> {
        let specificity = |response: &&Response| response.status.specificity();
        self.responses
            .iter()
            .filter(|response| response.status.covers(status))
            .max_by_key(specificity)
    }

    /// The query parameter with this name.
    #[must_use]
    pub fn query_parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.place == ParameterPlace::Query && parameter.name == name)
    }

    /// The schemas that a payload of another version's operation may be compared with: of the same side
    /// and status, and of every success where the status is one, since versions may answer with
    /// different ones.
    #[must_use]
    pub fn schemas_like(&self, side: Side, status: Option<u16>) -> Vec<NodeId> {
        if side == Side::Request {
            return self.request.schema().into_iter().collect();
        }
        let success = status.is_some_and(|status| status < 300);
        self.responses
            .iter()
            .filter(|response| {
                let example = response.status.example();
                Some(example) == status || (success && example < 300)
            })
            .filter_map(|response| response.payload.schema())
            .collect()
    }

    /// What the contract says of the payload of a side; `None` where it does not know the status.
    #[must_use]
    pub fn payload(&self, side: Side, status: Option<u16>) -> Option<Payload> {
        match side {
            Side::Request => Some(self.request),
            Side::Response => self.response(status?).map(|response| response.payload),
        }
    }
}

/// What a contract says of the body of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// There is none.
    Absent,
    /// There may be one, but the contract does not describe it.
    Undocumented,
    /// There is one, and this schema describes it.
    Schema(NodeId),
}

impl Payload {
    /// The schema, if there is one.
    #[must_use]
    pub const fn schema(self) -> Option<NodeId> {
        match self {
            Self::Schema(node) => Some(node),
            Self::Absent | Self::Undocumented => None,
        }
    }
}

/// A response of an operation.
#[derive(Debug)]
pub struct Response {
    /// The statuses it is for.
    pub status: StatusPattern,
    /// Its body.
    pub payload: Payload,
}

/// Which statuses a response is for.
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

    /// A status that the pattern covers, for a payload that came without one.
    #[must_use]
    pub const fn example(self) -> u16 {
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

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub place: ParameterPlace,
    /// What its value has to be; `None` where the contract does not say.
    pub schema: Option<NodeId>,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query string.
    Query,
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
