//! Contracts that are inferred from traffic: OpenAPI, or JSON Schema for payloads without method and path.

mod components;
mod dialect;
mod endpoint;
mod json_schema;
mod missing;
mod openapi;
mod rust;
mod schema;
mod shapes;
mod statistics;
mod words;

use serde_json::Value;

use crate::learn::{Learnt, Seen};
use crate::observe::Period;

pub use endpoint::Endpoints;
pub use missing::{Addition, Missing};
pub use rust::rust;
pub use schema::Rules;

/// How a contract is inferred.
#[derive(Debug, Clone)]
pub struct Options {
    /// The title of the contract; without it, the host.
    pub title: Option<String>,
    /// Objects that are needed for a property that all of them have to be required.
    pub required_samples: u64,
    /// Whether guesses say what they are based on (`x-wiredrift`).
    pub notes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            title: None,
            required_samples: 10,
            notes: true,
        }
    }
}

impl Options {
    const fn rules(&self) -> Rules {
        Rules {
            required_samples: self.required_samples,
            notes: self.notes,
        }
    }
}

/// The OpenAPI 3.1 document of the requests and responses; `None` if there are none.
#[must_use]
pub fn openapi(learnt: &Learnt, options: &Options) -> Option<Value> {
    let has_operations = learnt.resources.walk().iter().any(|(_, id)| !learnt.resources.path(*id).methods.is_empty());
    has_operations.then(|| openapi::document(learnt, options))
}

/// The operations that OpenAPI cannot describe, such as `PURGE /pets`.
#[must_use]
pub fn left_out(learnt: &Learnt) -> Vec<String> {
    openapi::left_out(learnt)
}

/// The JSON Schema (2020-12) of the payloads: those without method and path, or else every successful response; `None`
/// if there is none.
#[must_use]
pub fn json_schema(learnt: &Learnt, options: &Options) -> Option<Value> {
    json_schema::document(learnt, options)
}

/// The days on which something was seen: `2026-05-01 to 2026-05-03`.
fn period_of(seen: &Seen) -> Option<String> {
    let (first, last) = seen.ends.as_ref()?;
    let ends = first.time.or(last.time).zip(last.time);
    Period { ends }.days()
}

#[cfg(test)]
mod tests;
