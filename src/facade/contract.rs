//! What a program can ask of a contract.

use serde_json::Value;

use crate::contract::{Contract, Operation};
use crate::error::{Error, ErrorKind, Result};
use crate::rules::Finding;

use super::diff;

impl Contract {
    /// The contract as an OpenAPI 3.1 document. [`Contract::from_openapi`] reads it as an equal contract.
    ///
    /// Types become components. A type that is sent and received in different shapes becomes two, the second
    /// with the suffix `Input`. What OpenAPI cannot express is written as `x-wiredrift-…`. For a contract
    /// that was made with [`Contract::from_openapi`], this is its original document.
    ///
    /// # Errors
    ///
    /// When the contract was read from files, or when OpenAPI cannot express all of it: an anchor in a schema
    /// that was given as JSON, a draft other than 2020-12.
    pub fn to_openapi(&self) -> Result<Value> {
        let document = self.openapi_document()?;
        let read = Self::from_openapi(&document)?;
        let lost = match read.unusable() > self.unusable() {
            true => read.problems().next(),
            false => diff(self, &read).iter().next().map(ToString::to_string),
        };
        match lost {
            None => Ok(document),
            Some(lost) => Err(Error::new(
                ErrorKind::Format,
                format!(
                    "{} cannot be written as OpenAPI without loss; reading it back changes: {lost}",
                    self.reference()
                ),
            )),
        }
    }

    /// The name, such as `organisations`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version, such as `v2`; empty if the contract has none.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A one-line title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The operations, in the order of the description. A contract of JSON Schemas has one for each
    /// schema.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The problems of its documents, each as `file:line:column: …`: references that cannot be resolved,
    /// keywords with invalid values. Nothing is compared with such parts.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        let findings = crate::rules::judge_contract(
            self,
            &crate::lint::unusable(self),
            &crate::rules::Policy::default(),
        );
        findings.into_iter().map(|finding| problem(&finding))
    }
}

/// A part of a contract that cannot be used, in one line.
pub(super) fn problem(finding: &Finding) -> String {
    let declared = finding.declared.first();
    let seen = finding.evidence.first().map(|evidence| &evidence.origin);
    let place = declared.or(seen);
    let place = place.map_or_else(String::new, |origin| format!("{origin}: "));
    format!("{place}{}", finding.headline())
}

/// For benches.
#[cfg(feature = "unstable")]
impl Contract {
    /// How many schemas it has, nested ones included.
    #[must_use]
    pub fn schema_count(&self) -> usize {
        self.graph.size()
    }
}

impl Operation {
    /// The id, unique in the contract; the same operation keeps it across versions.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The HTTP method, in upper case; empty for a schema.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path template, such as `/invoices/{number}`.
    #[must_use]
    pub fn path(&self) -> String {
        self.path.to_string()
    }

    /// A one-line summary; empty if there is none.
    #[must_use]
    pub fn summary(&self) -> &str {
        &self.summary
    }
}
