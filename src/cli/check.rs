//! `wiredrift check`

use crate::capture::{self, Hint, Input, Limits};
use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::lint::{lint, unusable};
use crate::location::Side;
use crate::observe::{Observer, Options, fits_file};
use crate::report::{Report, TextOptions, json, text};
use crate::rules::{Level, Policy, in_order, judge, judge_contract};

use super::args::{CheckArguments, OutputFormat, SideArgument};
use super::chosen::Chosen;
use super::levels::{levels, one_to_stdout};
use super::output::Output;
use super::{Exit, Failure};

/// Arguments resolved.
struct Check<'a> {
    arguments: &'a CheckArguments,
    inputs: Vec<Input>,
    options: Options,
    policy: Policy,
    fail_on: Option<Level>,
}

pub(super) fn run(arguments: &CheckArguments, output: &mut Output) -> Result<Exit, Failure> {
    let schemas = arguments
        .schema_for
        .iter()
        .map(|(_, schema)| schema.clone());
    let reading = arguments.reading.options(schemas.collect());
    let chosen = Chosen::find(&arguments.contract, &reading)?;
    let (asked, family) = (chosen.asked()?, chosen.family());
    let check = Check::resolve(arguments, &asked)?;
    if check.inputs.is_empty() {
        return check.contracts(&asked, output);
    }

    let mut observer = Observer::new(asked, family.clone(), check.options.clone());
    let limits = Limits {
        body: arguments.max_body,
    };
    capture::read(&check.inputs, arguments.format, &limits, &mut observer);
    let mut findings = judge(&observer.profile, &family, &check.policy);
    for contract in observer.asked() {
        // What cannot be used of a contract, traffic is not compared with.
        findings.extend(judge_contract(contract, &unusable(contract), &check.policy));
    }
    let findings = in_order(findings);
    let report = Report::new(&arguments.contract, observer, findings);

    check.write(&report, output)?;
    check.exit(&report, output)
}

impl<'a> Check<'a> {
    fn resolve(arguments: &'a CheckArguments, asked: &[&Contract]) -> Result<Self> {
        let stdin = |path: &std::path::PathBuf| path.as_os_str() == "-";
        if arguments.captures.iter().filter(|path| stdin(path)).count() > 1 {
            let message = "standard input (`-`) is named twice";
            return Err(Error::new(ErrorKind::Format, message));
        }
        one_to_stdout(&arguments.output)?;
        let inputs = arguments
            .captures
            .iter()
            .map(|path| {
                if stdin(path) {
                    Input::Stdin
                } else {
                    Input::Path(path.clone())
                }
            })
            .collect();
        let of_schemas = asked.iter().all(|contract| contract.is_of_schemas());
        if !arguments.schema_for.is_empty() && !of_schemas {
            let message = "--schema-for is for contracts of JSON Schemas; name the operation of \
                           payloads with --operation, or in the names of their files";
            return Err(Error::new(ErrorKind::Format, message));
        }
        let operation = match &arguments.operation {
            Some(name) => Some(operation_id(name, asked, &arguments.contract)?),
            None => None,
        };
        let policy = Policy {
            strict: arguments.strict,
            levels: levels(&arguments.level)?,
        };
        Ok(Self {
            arguments,
            inputs,
            options: Options {
                hint: Hint {
                    operation,
                    version: None,
                    side: arguments.side.map(|side| match side {
                        SideArgument::Request => Side::Request,
                        SideArgument::Response => Side::Response,
                    }),
                    status: arguments.status,
                },
                by_file: arguments.schema_for.clone(),
            },
            policy,
            fail_on: arguments.fail_on.level(),
        })
    }

    /// Checks the contracts themselves.
    fn contracts(&self, asked: &[&Contract], output: &mut Output) -> Result<Exit, Failure> {
        let judged = asked.iter().flat_map(|contract| {
            let facts = lint(contract);
            judge_contract(contract, &facts, &self.policy)
        });
        let findings = in_order(judged.collect());
        let report = Report::of_contracts(&self.arguments.contract, asked, findings);
        self.write(&report, output)?;
        output.flush()?;
        Ok(self.exit_for(&report))
    }

    fn exit_for(&self, report: &Report) -> Exit {
        let fails = |level| report.worst().is_some_and(|worst| worst >= level);
        if self.fail_on.is_some_and(fails) {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }

    fn write(&self, report: &Report, output: &mut Output) -> Result<(), Failure> {
        let options = TextOptions {
            payloads: self.arguments.payloads,
        };
        for target in &self.arguments.output {
            let rendered = match target.format {
                OutputFormat::Text => text(report, options),
                OutputFormat::Json | OutputFormat::Markdown => json(report),
            };
            output.write(&rendered, target.path.as_deref())?;
        }
        Ok(())
    }

    fn exit(&self, report: &Report, output: &mut Output) -> Result<Exit, Failure> {
        // What was printed comes before what is said of it.
        output.flush()?;
        let files = || report.sources.iter().map(|source| source.file.as_str());
        let mut globs = self.options.by_file.iter().map(|(glob, _)| glob);
        if let Some(glob) = globs.find(|glob| !files().any(|file| fits_file(glob, file))) {
            output.error(
                &format!("--schema-for `{glob}` fits none of the captures"),
                None,
            );
            return Ok(Exit::Incomplete);
        }
        if !report.problems.is_empty() && !self.arguments.keep_going {
            return Ok(Exit::Incomplete);
        }
        if report.nothing_matched() {
            let contract = &report.contract;
            output.error(
                &format!(
                    "nothing in the captures belongs to {contract}; `wiredrift contracts {contract}` \
                     lists its operations"
                ),
                None,
            );
            return Ok(Exit::Incomplete);
        }
        if report.exchanges == 0 && report.problems.is_empty() {
            output.error("the captures hold no exchanges", None);
            return Ok(Exit::Incomplete);
        }
        Ok(self.exit_for(report))
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
        let kind = format!("operation of `{contract}`");
        let known: Vec<&str> = operations()
            .map(|operation| operation.id.as_str())
            .collect();
        crate::contract::unknown(&kind, name, known.into_iter())
    })
}
