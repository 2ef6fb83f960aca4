//! Captures as named on the command line.

use std::path::{Path, PathBuf};

use crate::capture::{Hint, Input, Limits, Reading};
use crate::contract::{Contract, operation_named};
use crate::error::{Error, ErrorKind, Result};
use crate::location::Side;
use crate::observe::{Engine, FileGlob, Options};

use super::args::{CaptureArguments, SideArgument};
use super::progress::{PROGRESS, measure};

impl CaptureArguments {
    /// How captures are read.
    pub(super) fn reading(&self) -> Reading {
        Reading {
            format: self.format,
            fields: self.logs.fields(),
            limits: Limits {
                body: self.max_body,
            },
            jobs: self.jobs,
            progress: Some(&PROGRESS),
        }
    }

    /// Whether a part of the captures is left out.
    pub(super) const fn is_limited(&self) -> bool {
        self.operation.is_some() || self.side.is_some() || self.status.is_some()
    }

    /// The inputs to read.
    pub(super) fn inputs(&self, paths: &[PathBuf]) -> Result<Vec<Input>> {
        let is_stdin = |path: &Path| path.as_os_str() == "-";
        if paths.iter().filter(|path| is_stdin(path)).count() > 1 {
            let message = "standard input (`-`) is given twice";
            return Err(Error::new(ErrorKind::Format, message));
        }
        let inputs = paths.iter().map(|path| match is_stdin(path) {
            true => Input::Stdin,
            false => Input::Path(path.clone()),
        });
        let inputs: Vec<Input> = inputs.collect();
        measure(&inputs);
        Ok(inputs)
    }

    /// The options for payloads that do not identify their operation. `name` is the name of the contracts for
    /// messages.
    pub(super) fn observation(&self, asked: &[&Contract], name: &str) -> Result<Options> {
        let of_schemas = asked.iter().all(|contract| contract.is_of_schemas());
        if !self.schema_for.is_empty() && !of_schemas {
            let message = "--schema-for works only with JSON Schema contracts; name the operation of \
                           payloads with --operation or in their file names";
            return Err(Error::new(ErrorKind::Format, message));
        }
        let operation = match &self.operation {
            Some(id) => Some(operation_named(id, asked, name)?),
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

    /// The schemas that `--schema-for` refers to.
    pub(super) fn schemas(&self) -> Vec<String> {
        let schemas = self.schema_for.iter();
        schemas.map(|(_, schema)| schema.clone()).collect()
    }

    /// A pattern of `--schema-for` that matches none of the files.
    pub(super) fn idle_pattern<'f>(
        &self,
        files: impl IntoIterator<Item = &'f str>,
    ) -> Option<&FileGlob> {
        let files: Vec<&str> = files.into_iter().collect();
        let mut globs = self.schema_for.iter().map(|(glob, _)| glob);
        globs.find(|glob| !files.iter().any(|file| glob.fits(file)))
    }
}
