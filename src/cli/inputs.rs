//! Captures as named on the command line.

use std::path::{Path, PathBuf};

use crate::capture::{Hint, Input, Limits, Reading, Sink};
use crate::contract::{Contract, incoming_named, operation_named};
use crate::error::{Error, ErrorKind, Result};
use crate::location::Side;
use crate::observe::{
    FileGlob, Incoming, Observer, Options, ParallelWatcher, Preparation, Selection, UrlPattern,
};

use crate::redact::Policy;

use super::args::{CaptureArguments, PrivacyArguments, SelectionArguments, SideArgument};
use super::progress::{PROGRESS, measure};

impl CaptureArguments {
    /// How captures are read.
    fn reading(&self) -> Reading {
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

    /// Reads captures into an observer, prepared as the options say.
    pub(super) fn read<'c, W: ParallelWatcher<'c>>(
        &self,
        inputs: &[Input],
        observer: Observer<'c, W>,
    ) -> Observer<'c, W> {
        observer.read(inputs, &self.reading(), self.selection.preparation())
    }

    /// Reads captures as they come into an observer.
    pub(super) fn read_each<'c, W: ParallelWatcher<'c>>(
        &self,
        inputs: &mut dyn Iterator<Item = Input>,
        observer: Observer<'c, W>,
    ) -> Observer<'c, W> {
        observer.read_each(inputs, &self.reading(), self.selection.preparation())
    }

    /// An observer that knows the URLs of callbacks in captures.
    pub(super) fn with_callbacks<'c, W: ParallelWatcher<'c>>(
        &self,
        inputs: &[Input],
        observer: Observer<'c, W>,
    ) -> Observer<'c, W> {
        observer.with_callbacks(inputs, &self.reading(), &self.selection.preparation())
    }

    /// Reads captures into a sink on this thread only, in the order of the captures.
    pub(super) fn read_here<S: Sink>(&self, inputs: &[Input], sink: S) -> S {
        let mut incoming = Incoming::new(self.selection.preparation(), sink);
        self.reading().read_here(inputs, &mut incoming);
        incoming.into_inner()
    }

    /// Whether a part of the captures is left out.
    pub(super) fn is_limited(&self) -> bool {
        let selection = self.selection.preparation().selection;
        self.operation.is_some() || self.side.is_some() || !selection.is_everything()
    }

    /// Refuses the options that need a contract, for commands that have none.
    pub(super) fn refuse_contract(&self) -> Result<()> {
        let given = [
            ("--operation", self.operation.is_some()),
            ("--schema-for", !self.schema_for.is_empty()),
            ("--webhook", !self.webhook.is_empty()),
            ("--side", self.side.is_some()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => {
                let message = format!("{option} needs a contract, and this command has none");
                Err(Error::new(ErrorKind::Format, message))
            }
            None => Ok(()),
        }
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
        let selection = self.selection.preparation().selection;
        if selection
            .since
            .zip(selection.until)
            .is_some_and(|(since, until)| since >= until)
        {
            let message = "--since is not before --until, so that no exchange is left";
            return Err(Error::new(ErrorKind::Format, message));
        }
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
                status: self.selection.preparation().selection.status(),
            },
            by_file: self.schema_for.clone(),
            webhooks: self.webhooks(asked, name)?,
            ..Options::default()
        })
    }

    /// The ids of the webhooks that `--webhook` names, each with its URL.
    fn webhooks(
        &self,
        asked: &[&Contract],
        contract: &str,
    ) -> Result<Vec<(Vec<String>, UrlPattern)>> {
        if self.webhook.is_empty() {
            return Ok(Vec::new());
        }
        if asked.is_empty() {
            let message = "--webhook needs a contract: name it with --contract";
            return Err(Error::new(ErrorKind::Format, message));
        }
        let webhooks = self.webhook.iter();
        webhooks
            .map(|(name, url)| Ok((incoming_named(name, asked, contract)?, url.clone())))
            .collect()
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

impl PrivacyArguments {
    /// What the user says about secrets.
    pub(super) fn policy(&self) -> Policy {
        Policy {
            redacted: self.redact.clone(),
            kept: self.keep.clone(),
            shows_values: self.show_values,
        }
    }
}

impl SelectionArguments {
    fn preparation(&self) -> Preparation {
        Preparation {
            selection: Selection {
                hosts: self.host.clone(),
                since: self.since.map(|moment| moment.start),
                until: self.until.map(|moment| moment.end),
                statuses: self.status.clone(),
                methods: self.method.clone(),
                paths: self.path.clone(),
                sample: self.sample,
            },
            rewrites: self.rewrite.clone(),
        }
    }
}
