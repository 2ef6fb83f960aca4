//! What a program asks of a contract.

use crate::contract::{Contract, Operation};

impl Contract {
    /// The name, such as `organisations`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version, such as `v2`; empty where the contract has none.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// One line for people.
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

    /// What is wrong with its documents, each as `file:line:column: …`: references that lead nowhere, keywords
    /// that cannot be what they are. Nothing is compared with such parts.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        let findings = crate::rules::judge_contract(
            self,
            &crate::lint::unusable(self),
            &crate::rules::Policy::default(),
        );
        findings.into_iter().map(|finding| {
            let declared = finding.declared.first();
            let place = declared.map_or_else(String::new, |origin| format!("{origin}: "));
            format!("{place}{}", finding.message)
        })
    }
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

    /// The HTTP method, in capitals; empty for a schema.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path template, such as `/invoices/{number}`.
    #[must_use]
    pub fn path(&self) -> String {
        self.path.to_string()
    }

    /// One line for people; empty where there is none.
    #[must_use]
    pub fn summary(&self) -> &str {
        &self.summary
    }
}
