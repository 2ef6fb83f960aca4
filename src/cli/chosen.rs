//! The contract that a command is about: built in, or read from files.

use std::path::Path;

use crate::contract::{Contract, ContractRef, LoadOptions, Registry, builtin};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::CompileOptions;

use super::args::{FormatsArgument, ReadingArguments};

/// Contracts by a reference.
pub(super) struct Chosen {
    registry: Registry,
    /// The built-in one that was named; else the registry holds what was read.
    reference: Option<ContractRef>,
}

impl Chosen {
    /// Finds the contract that a reference names. A built-in contract wins over a file of its name;
    /// `./name` is always a file.
    pub(super) fn find(text: &str, options: &LoadOptions) -> Result<Self> {
        let path = Path::new(text);
        if text.starts_with("http://") || text.starts_with("https://") {
            let message = "a contract is not fetched; save it to a file and name that";
            return Err(Error::new(ErrorKind::Read, message).with_path(path));
        }
        let looks_like_path = text.contains(['/', '\\'])
            || [".json", ".yaml", ".yml"]
                .iter()
                .any(|end| text.ends_with(end));
        if !looks_like_path {
            let named = text.parse::<ContractRef>();
            // Building the others takes longer than checking a payload.
            let name = named.as_ref().map_or("", |reference| &reference.name);
            let registry = builtin::family(name, options.compile)?;
            let error = match named.and_then(|reference| {
                registry.find(&reference)?;
                Ok(reference)
            }) {
                Ok(reference) => {
                    return Ok(Self {
                        registry,
                        reference: Some(reference),
                    });
                }
                Err(error) => error,
            };
            if !path.exists() {
                let message = error.to_string();
                return Err(match message.ends_with('?') {
                    true => error,
                    false => {
                        let message = format!("{message}; no file has this name either");
                        Error::new(ErrorKind::Unknown, message)
                    }
                });
            }
        }
        Ok(Self::loaded(crate::contract::read(path, options)?))
    }

    /// A contract that was read from somewhere else.
    pub(super) fn loaded(contract: Contract) -> Self {
        Self {
            registry: Registry::new(vec![contract]),
            reference: None,
        }
    }

    /// Adds a word to the version of a contract that was read, to tell it from another one.
    pub(super) fn mark(&mut self, word: &str) {
        self.registry
            .rename_version(|version| format!("{version} {word}").trim_start().to_owned());
    }

    /// The versions that were asked for.
    pub(super) fn asked(&self) -> Result<Vec<&Contract>> {
        match &self.reference {
            Some(reference) => self.registry.find(reference),
            None => Ok(self.registry.iter().collect()),
        }
    }

    /// Every known version of the contract, from old to new.
    pub(super) fn family(&self) -> Vec<&Contract> {
        match &self.reference {
            Some(reference) => self.registry.versions(&reference.name).collect(),
            None => self.registry.iter().collect(),
        }
    }
}

impl ReadingArguments {
    /// The options for reading, with schemas that are asked for by reference.
    pub(super) fn options(&self, schemas: Vec<String>) -> LoadOptions {
        LoadOptions {
            refs: self.refs.iter().cloned().collect(),
            base_path: self.base_path.clone(),
            schemas,
            allowed: self.allowed.clone(),
            compile: CompileOptions {
                lenient_null: self.lenient_null,
                formats_annotate: self.formats == FormatsArgument::Annotate,
                ..CompileOptions::default()
            },
        }
    }
}
