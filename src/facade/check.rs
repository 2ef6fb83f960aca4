//! Checks captures against a contract.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::capture::{Input, Reading};
use crate::contract::{Contract, incoming_named, operation_named};
use crate::error::{Error, ErrorKind, Result};
use crate::observe::{Observer, Options, Preparation, UrlPattern};
use crate::redact::declare_secrets;
use crate::report::Report;
use crate::report::check::Gap;
use crate::rules::except::Exceptions;
use crate::rules::{Level, Policy, Rule};
use crate::stack::with_stack;

/// Number of reasons that the error lists when nothing was compared.
const CAUSES: usize = 5;

/// Starts a check of captured traffic against a contract.
///
/// ```
/// use wiredrift::{Contract, Level, check};
///
/// let contract = Contract::builtin("organisations@v2")?;
/// let report = check(&contract)
///     .captures(["samples/organisations/v1"])
///     .run()?;
/// for finding in report.at_least(Level::Error) {
///     println!("{finding}");
/// }
/// # assert!(report.findings().iter().any(|finding| finding.properties().any(|name| name == "archived")));
/// # Ok::<(), wiredrift::Error>(())
/// ```
pub fn check(contract: &Contract) -> Check<'_> {
    Check {
        contract,
        inputs: Vec::new(),
        operation: None,
        webhooks: Vec::new(),
        levels: Vec::new(),
        strict: false,
        strict_requests: false,
        reading: Reading::default(),
    }
}

/// A check that is being set up; see [`check`].
#[derive(Debug, Clone)]
#[must_use = "nothing is read before `run`"]
pub struct Check<'c> {
    contract: &'c Contract,
    inputs: Vec<Input>,
    operation: Option<String>,
    webhooks: Vec<(String, String)>,
    levels: Vec<(String, Level)>,
    strict: bool,
    strict_requests: bool,
    reading: Reading,
}

impl<'c> Check<'c> {
    /// Adds files and folders that contain captures: HAR, raw HTTP, NDJSON, JSON, guides in Markdown, each
    /// also as `.gz` and `.zst`. The format is detected.
    pub fn captures<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        let paths = paths.into_iter().map(|path| Input::Path(path.into()));
        self.inputs.extend(paths);
        self
    }

    /// Adds a capture that is in memory. Its name appears in findings and, like the name of a file, says what
    /// the payload is: `retrieve-invoice.response.200.json`.
    pub fn bytes(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.inputs.push(Input::Memory {
            name: name.into(),
            bytes: bytes.into().into(),
        });
        self
    }

    /// The operation of payloads that have no method and URL, by its id. Other exchanges are only checked if
    /// they belong to this operation.
    pub fn operation(mut self, id: &str) -> Self {
        self.operation = Some(id.to_owned());
        self
    }

    /// Takes requests to a URL or path for those of a webhook, by its name, or of a callback, by its id:
    /// `.webhook("petSold", "https://example.com/hooks/{id}")`. The requests of callbacks whose URLs are in the captures
    /// are found without it.
    pub fn webhook(mut self, name: &str, url: &str) -> Self {
        self.webhooks.push((name.to_owned(), url.to_owned()));
        self
    }

    /// Sets the level of a rule, by its id.
    pub fn level(mut self, rule: &str, level: Level) -> Self {
        self.levels.push((rule.to_owned(), level));
        self
    }

    /// Makes undeclared properties an error.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Checks requests that the server refused with a 4xx like those that it accepted.
    pub fn strict_requests(mut self) -> Self {
        self.strict_requests = true;
        self
    }

    /// How many threads read captures; by default, one per core. The report is the same for any number.
    pub fn jobs(mut self, jobs: NonZeroUsize) -> Self {
        self.reading.jobs = Some(jobs);
        self
    }

    /// The largest payload, line, or file that is read as a whole, in bytes after decompression; by default,
    /// 256 MiB. Anything larger is listed among the problems of the report.
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.reading.limits.body = bytes;
        self
    }

    /// Reads the captures and compares them with the contract.
    ///
    /// Parts of them that could not be read are in [`Report::problems`].
    ///
    /// # Errors
    ///
    /// When the operation, a webhook or a rule does not exist, when the URL of a webhook is invalid, and when nothing was compared: no captures were given,
    /// they contain no exchanges, or none that belongs to the contract.
    pub fn run(self) -> Result<Report> {
        if self.inputs.is_empty() {
            let message = "no captures were given";
            return Err(Error::new(ErrorKind::NothingCompared, message));
        }
        with_stack(|| {
            let report = self.observe()?;
            let is_broken = report.worst() == Some(Level::Error);
            let gap = match report.gap() {
                Some(Gap::NothingCompared) if is_broken => return Ok(report),
                Some(gap) => report.gap_words(gap),
                None => return Ok(report),
            };
            let problems = report.problems.iter().map(ToString::to_string);
            let findings = report.findings.iter().map(ToString::to_string);
            let why: Vec<String> = problems.chain(findings).take(CAUSES).collect();
            let mut message = gap;
            for cause in why {
                message.push_str("\n  ");
                message.push_str(&cause);
            }
            Err(Error::new(ErrorKind::NothingCompared, message))
        })
    }

    fn observe(self) -> Result<Report> {
        declare_secrets(&self.contract.keys);
        let reference = self.contract.reference();
        let versions = vec![self.contract];
        let mut options = Options {
            strict_requests: self.strict_requests,
            ..Options::default()
        };
        if let Some(name) = &self.operation {
            let id = operation_named(name, &versions, &reference)?;
            options.hint.operation = Some(id);
        }
        for (name, url) in &self.webhooks {
            let ids = incoming_named(name, &versions, &reference)?;
            let url =
                UrlPattern::parse(url).map_err(|message| Error::new(ErrorKind::Format, message))?;
            options.webhooks.push((ids, url));
        }
        let levels = self.levels.iter();
        let levels = levels.map(|(rule, level)| Ok((Rule::find(rule)?.id, *level)));
        let policy = Policy {
            strict: self.strict,
            levels: levels.collect::<Result<_>>()?,
            ..Policy::default()
        };
        let observer = Observer::new(versions.clone(), versions.clone(), options);
        let observer = observer.read(&self.inputs, &self.reading, Preparation::default());
        Ok(Report::judged(
            &reference,
            &versions,
            observer.into_observation(),
            &versions,
            &policy,
            &Exceptions::default(),
        ))
    }
}
