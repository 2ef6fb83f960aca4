//! Contracts by name and version.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result, closest};

use super::{Contract, Operation, OperationKind};

/// A set of contracts: an ordinary value, so that a program can make its own.
#[derive(Debug, Default)]
pub struct Registry {
    contracts: Vec<Contract>,
}

impl Registry {
    /// A registry of these contracts. Versions of one name are ordered from old to new.
    #[must_use]
    pub fn new(contracts: Vec<Contract>) -> Self {
        Self { contracts }
    }

    /// Every contract, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Contract> {
        self.contracts.iter()
    }

    /// Renames the version of the only contract of the registry; does nothing if there are several.
    pub fn rename_version(&mut self, rename: impl Fn(&str) -> String) {
        if let [only] = self.contracts.as_mut_slice() {
            only.version = rename(&only.version);
        }
    }

    /// The versions of one contract, from old to new.
    pub fn versions<'r>(&'r self, name: &str) -> impl Iterator<Item = &'r Contract> {
        let name = name.to_owned();
        self.contracts
            .iter()
            .filter(move |contract| contract.name == name)
    }

    /// The contracts that a reference names: one version, or all of them.
    ///
    /// # Errors
    ///
    /// When there is no such contract or version; the message lists the known ones.
    pub fn find(&self, reference: &ContractRef) -> Result<Vec<&Contract>> {
        let versions: Vec<_> = self.versions(&reference.name).collect();
        if versions.is_empty() {
            let names = self.contracts.iter().map(|contract| contract.name.as_str());
            return Err(unknown("contract", &reference.name, names));
        }
        match &reference.version {
            None => Ok(versions),
            Some(version) => match versions.iter().find(|c| c.version == *version) {
                Some(contract) => Ok(vec![contract]),
                None => {
                    let names = versions.iter().map(|contract| contract.version.as_str());
                    let kind = format!("version of `{}`", reference.name);
                    Err(unknown(&kind, version, names))
                }
            },
        }
    }
}

impl Registry {
    /// The one contract that a reference names.
    ///
    /// # Errors
    ///
    /// When there is none, or several.
    pub(super) fn take(mut self, reference: &ContractRef) -> Result<Contract> {
        let found: Vec<String> = self.find(reference)?.iter().map(|c| c.reference()).collect();
        let [only] = found.as_slice() else {
            let message = format!(
                "`{reference}` has several versions; name one of them: {}",
                found.join(", ")
            );
            return Err(Error::new(ErrorKind::Unknown, message));
        };
        let position = self.contracts.iter().position(|known| known.reference() == *only);
        Ok(self.contracts.swap_remove(position.unwrap_or_default()))
    }
}

/// The error for an unknown name: the name that was probably meant, or the known names.
pub(crate) fn unknown<'a>(
    kind: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Error {
    let mut message = format!("no {kind} is named `{name}`");
    if let Some(near) = closest(name, known.clone()) {
        message.push_str(&format!("; did you mean `{near}`?"));
    } else {
        let mut names: Vec<&str> = known.collect();
        names.dedup();
        message.push_str(&format!("; available: {}", names.join(", ")));
    }
    Error::new(ErrorKind::Unknown, message)
}

/// `name` or `name@version`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractRef {
    /// The name of the contract.
    pub name: String,
    /// The version, or all of them.
    pub version: Option<String>,
}

impl FromStr for ContractRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        if name.is_empty() || version == Some("") {
            return Err(Error::new(
                ErrorKind::Format,
                format!("`{text}` is not a contract; write `name` or `name@version`"),
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            version: version.map(str::to_owned),
        })
    }
}

impl fmt::Display for ContractRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}

/// The id of the operation with this name: its id, the `operationId` of a webhook, or method and path.
/// `contract` is how an error refers to the contracts.
pub(crate) fn operation_named(
    name: &str,
    asked: &[&Contract],
    contract: &str,
) -> Result<String> {
    let operations = || asked.iter().flat_map(|contract| &contract.operations);
    let found = operations()
        .find(|operation| operation.id == name)
        .or_else(|| {
            operations().find(|operation| {
                operation.operation_id.as_deref() == Some(name) || operation.signature() == name
            })
        });
    found.map(|operation| operation.id.clone()).ok_or_else(|| {
        let kind = format!("operation of {contract}");
        let mut known: Vec<&str> = Vec::new();
        for operation in operations() {
            if !known.contains(&operation.id.as_str()) {
                known.push(&operation.id);
            }
        }
        unknown(&kind, name, known.into_iter())
    })
}

/// The ids of the operations of a webhook, one for each method, or of a callback. `name` is the name of the webhook, an
/// `operationId`, or an id. `contract` is how an error refers to the contracts.
pub(crate) fn incoming_named(name: &str, asked: &[&Contract], contract: &str) -> Result<Vec<String>> {
    let operations = asked.iter().flat_map(|contract| &contract.operations);
    let incoming: Vec<&Operation> = operations.filter(|operation| operation.is_incoming()).collect();
    let title = |operation: &Operation| match operation.kind {
        OperationKind::Webhook => operation.path.to_string(),
        _ => operation.id.clone(),
    };
    let is_named = |operation: &&&Operation| {
        // The method is a part of the id if there are several.
        let method = operation.id.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
        operation.id == name
            || operation.operation_id.as_deref() == Some(name)
            || title(operation) == name
            || method == Some(&operation.method)
    };
    let named = incoming.iter().filter(is_named);
    let ids: BTreeSet<&String> = named.map(|operation| &operation.id).collect();
    if !ids.is_empty() {
        return Ok(ids.into_iter().cloned().collect());
    }
    let known: BTreeSet<String> = incoming.iter().map(|operation| title(operation)).collect();
    if known.is_empty() {
        let message = format!("no webhook is named `{name}`: {contract} has no webhooks and no callbacks");
        return Err(Error::new(ErrorKind::Unknown, message));
    }
    let kind = format!("webhook or callback of {contract}");
    Err(unknown(&kind, name, known.iter().map(String::as_str)))
}
