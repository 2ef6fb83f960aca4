//! The contract that a command uses: built in, or read from files.

use std::collections::BTreeMap;
use std::path::Path;

use crate::contract::{Contract, ContractRef, LoadOptions, Registry, builtin};
use crate::error::{Error, ErrorKind, Result};
use crate::redact::declare_secrets;
use crate::schema::CompileOptions;

use super::args::{FormatsArgument, ReadingArguments};

/// The contracts that a reference names.
pub(super) struct Chosen {
    registry: Registry,
    /// The reference of a built-in contract; `None` if the contract was read from files.
    reference: Option<ContractRef>,
}

impl Chosen {
    /// Finds the contract that a reference names. A built-in contract takes precedence over a file of the
    /// same name; `./name` is always a file.
    pub(super) fn find(text: &str, options: &LoadOptions) -> Result<Self> {
        let path = Path::new(text);
        if text.starts_with("http://") || text.starts_with("https://") {
            let message = "contracts are not downloaded from URLs; save the contract to a file and pass its path";
            return Err(Error::new(ErrorKind::Read, message).with_path(path));
        }
        if text.starts_with("git:") && !path.exists() {
            let message =
                "`git:REV:PATH` is for `diff`, `report` and `upgrade`; check out the file first";
            return Err(Error::new(ErrorKind::Unknown, message));
        }
        if !looks_like_path(text) {
            let named = text.parse::<ContractRef>();
            // Building all contracts takes longer than checking a payload.
            let name = named.as_ref().map_or("", |reference| &reference.name);
            let registry = builtin::family(name, options.compile)?;
            let error = match named.and_then(|reference| {
                registry.find(&reference)?;
                Ok(reference)
            }) {
                Ok(reference) => {
                    return Ok(Self::of(registry, Some(reference)));
                }
                Err(error) => error,
            };
            if !path.exists() {
                let message = error.to_string();
                return Err(match message.ends_with('?') {
                    true => error,
                    false => {
                        let message = format!("{message}; there is no file with this name either");
                        Error::new(ErrorKind::Unknown, message)
                    }
                });
            }
        }
        Ok(Self::loaded(crate::contract::read(path, options)?))
    }

    /// A contract that was read elsewhere.
    pub(super) fn loaded(contract: Contract) -> Self {
        Self::of(Registry::new(vec![contract]), None)
    }

    /// Every command reads captures after this, so that what the contract says of credentials holds for all of them.
    fn of(registry: Registry, reference: Option<ContractRef>) -> Self {
        for contract in registry.iter() {
            declare_secrets(&contract.keys);
        }
        Self {
            registry,
            reference,
        }
    }

    /// Adds a word to the version of a contract, to distinguish it from another one.
    pub(super) fn mark(&mut self, word: &str) {
        self.registry
            .rename_version(|version| format!("{version} {word}").trim_start().to_owned());
    }

    /// The versions that the reference names.
    pub(super) fn asked(&self) -> Result<Vec<&Contract>> {
        match &self.reference {
            Some(reference) => self.registry.find(reference),
            None => Ok(self.registry.iter().collect()),
        }
    }

    /// All known versions of the contract, from old to new.
    pub(super) fn family(&self) -> Vec<&Contract> {
        match &self.reference {
            Some(reference) => self.registry.versions(&reference.name).collect(),
            None => self.registry.iter().collect(),
        }
    }
}

/// Whether a contract is named as a file, and not as a built-in contract.
pub(super) fn looks_like_path(text: &str) -> bool {
    text.contains(['/', '\\'])
        || [".json", ".yaml", ".yml"]
            .iter()
            .any(|end| text.ends_with(end))
}

impl ReadingArguments {
    /// The options that decide what contracts accept and have, apart from their documents, as on the command line.
    pub(super) fn decisive(&self) -> Vec<String> {
        let mut options = Vec::new();
        if self.formats == FormatsArgument::Annotate {
            options.push("--formats annotate".to_owned());
        }
        options.extend(
            self.base_path
                .iter()
                .map(|path| format!("--base-path {path}")),
        );
        if self.lenient_null {
            options.push("--lenient-null".to_owned());
        }
        options
    }

    /// The options for reading. `schemas` are references to further schemas.
    pub(super) fn options(&self, schemas: Vec<String>) -> LoadOptions {
        LoadOptions {
            refs: self.refs.iter().cloned().collect(),
            base_path: self.base_path.clone(),
            schemas,
            allowed: self.allowed.clone(),
            edited: BTreeMap::new(),
            compile: CompileOptions {
                lenient_null: self.lenient_null,
                formats_annotate: self.formats == FormatsArgument::Annotate,
                ..CompileOptions::default()
            },
        }
    }
}
