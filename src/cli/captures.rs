//! Captures as a command line names them.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::capture::{self, Hint, Input, Limits, Sink};
use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::location::Side;
use crate::observe::{Engine, Options, fits_file};

use super::args::{CaptureArguments, SideArgument};

/// Files under this size are read before a second thread has started.
const LONG: u64 = 1 << 20;

/// Whether it may pay to read an input with several threads.
fn is_long(input: &Input) -> bool {
    match input {
        Input::Stdin => true,
        Input::Path(path) => path
            .metadata()
            .map_or(true, |found| found.is_dir() || found.len() >= LONG),
    }
}

impl CaptureArguments {
    /// Reads captures, with several sinks where there are several threads: what they saw is to be put together.
    pub(super) fn read<S: Sink + Send>(
        &self,
        inputs: &[Input],
        mut sink: impl FnMut() -> S,
    ) -> Vec<S> {
        let jobs = self.jobs.map_or_else(
            || std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            NonZeroUsize::get,
        );
        let mut sinks = vec![sink()];
        if jobs == 1 || !inputs.iter().any(is_long) {
            capture::read(inputs, self.format, &self.limits(), &mut sinks[0]);
        } else {
            sinks.extend((0..jobs).map(|_| sink()));
            capture::read_parallel(inputs, self.format, &self.limits(), &mut sinks);
        }
        sinks
    }

    /// The inputs that were named.
    pub(super) fn inputs(&self, paths: &[PathBuf]) -> Result<Vec<Input>> {
        let is_stdin = |path: &Path| path.as_os_str() == "-";
        if paths.iter().filter(|path| is_stdin(path)).count() > 1 {
            let message = "standard input (`-`) is named twice";
            return Err(Error::new(ErrorKind::Format, message));
        }
        let inputs = paths.iter().map(|path| match is_stdin(path) {
            true => Input::Stdin,
            false => Input::Path(path.clone()),
        });
        Ok(inputs.collect())
    }

    /// What is said of payloads that do not say it themselves; `name` is what the contracts are called.
    pub(super) fn observation(&self, asked: &[&Contract], name: &str) -> Result<Options> {
        let of_schemas = asked.iter().all(|contract| contract.is_of_schemas());
        if !self.schema_for.is_empty() && !of_schemas {
            let message = "--schema-for is for contracts of JSON Schemas; name the operation of \
                           payloads with --operation, or in the names of their files";
            return Err(Error::new(ErrorKind::Format, message));
        }
        let operation = match &self.operation {
            Some(id) => Some(operation_id(id, asked, name)?),
            None => None,
        };
        Ok(Options {
            hint: Hint {
                operation,
                folders: None,
                version: None,
                side: self.side.map(|side| match side {
                    SideArgument::Request => Side::Request,
                    SideArgument::Response => Side::Response,
                }),
                status: self.status,
            },
            by_file: self.schema_for.clone(),
            engine: Engine::default(),
            strict_requests: false,
        })
    }

    /// The schemas that `--schema-for` asks for by reference.
    pub(super) fn schemas(&self) -> Vec<String> {
        let schemas = self.schema_for.iter();
        schemas.map(|(_, schema)| schema.clone()).collect()
    }

    /// How much is read at once.
    pub(super) const fn limits(&self) -> Limits {
        Limits {
            body: self.max_body,
        }
    }

    /// A pattern of `--schema-for` that fits none of the files.
    pub(super) fn idle_pattern<'f>(
        &self,
        files: impl IntoIterator<Item = &'f str>,
    ) -> Option<&glob::Pattern> {
        let files: Vec<&str> = files.into_iter().collect();
        let mut globs = self.schema_for.iter().map(|(glob, _)| glob);
        globs.find(|glob| !files.iter().any(|file| fits_file(glob, file)))
    }
}

/// The id of the operation that goes by this name: its id, the `operationId` of a webhook, or method and
/// path.
fn operation_id(name: &str, asked: &[&Contract], contract: &str) -> Result<String> {
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
        crate::contract::unknown(&kind, name, known.into_iter())
    })
}
