//! `wiredrift captures`

use std::path::Path;

use jiff::Timestamp;

use crate::error::{Error, ErrorKind, Result};
use crate::export::{Exported, Exporter};
use crate::observe::Observer;
use crate::redact::printed;
use crate::report::Render as _;
use crate::report::captures::{CapturesFormat, CapturesOptions, CapturesReport};
use crate::report::plural;
use crate::survey::Survey;

use super::args::CapturesArguments;
use super::chosen::Chosen;
use super::levels::check_outputs;
use super::output::Output;
use super::{Exit, Failure};

pub(super) fn run(arguments: &CapturesArguments, output: &mut Output) -> Result<Exit, Failure> {
    check_outputs(&arguments.output, None)?;
    if arguments.stale && arguments.contract.is_none() {
        let message = "--stale needs a contract: name it with --contract";
        return Err(Error::new(ErrorKind::Format, message).into());
    }
    if arguments.capture.operation.is_some() && arguments.contract.is_none() {
        let message = "--operation needs a contract: name it with --contract";
        return Err(Error::new(ErrorKind::Format, message).into());
    }
    if arguments.export.is_some() && arguments.capture.privacy.show_values {
        let message =
            "--show-values does not go with --export: the copies would hold the original values";
        return Err(Error::new(ErrorKind::Format, message).into());
    }
    let options = arguments.reading.options(arguments.capture.schemas());
    let chosen = arguments
        .contract
        .as_ref()
        .map(|contract| Chosen::find(contract, &options))
        .transpose()?;
    let (asked, family) = match &chosen {
        Some(chosen) => (chosen.asked()?, chosen.family()),
        None => (Vec::new(), Vec::new()),
    };
    let name = arguments
        .contract
        .as_ref()
        .map_or_else(String::new, |contract| format!("`{contract}`"));
    let observation = arguments.capture.observation(&asked, &name)?;
    let inputs = arguments.capture.inputs(&arguments.captures)?;
    let observer = Observer::new(asked.clone(), family.clone(), observation.clone())
        .watched_by(Survey::default());
    let (observer, exported) = match &arguments.export {
        None => (arguments.capture.read(&inputs, observer), None),
        Some(folder) => {
            let read = (folder.as_path(), arguments.captures.as_slice());
            let observer = arguments.capture.with_callbacks(&inputs, observer);
            let exporter = Exporter::new(read, (asked.clone(), family), &observation, observer)?;
            let (observer, exported) = arguments.capture.read_here(&inputs, exporter).finish()?;
            (observer, Some((folder, exported)))
        }
    };
    let (observer, survey) = observer.unwatched();
    let report = CapturesReport {
        contract: arguments.contract.clone(),
        versions: asked.iter().map(|contract| contract.reference()).collect(),
        files: survey.finish(&observer.sources),
        problems: observer.problems,
        problems_met: observer.problems_met,
        skipped: observer.skipped,
        now: Timestamp::now(),
    };
    let options = CapturesOptions {
        columns: output.columns(),
        stale: arguments.stale,
    };
    for target in &arguments.output {
        output.write(
            &report.render(target.format, options),
            target.path.as_deref(),
        )?;
    }
    if !arguments.output.iter().any(|target| target.path.is_none()) && !output.is_quiet() {
        output.write(&report.render(CapturesFormat::Text, options), None)?;
    }
    if let Some((folder, exported)) = exported {
        output.note(&told(folder, &exported));
    }
    if report.problems_met > 0 && !arguments.capture.keep_going {
        return Ok(Exit::Incomplete);
    }
    if arguments.stale
        && report
            .files
            .iter()
            .all(|(_, survey)| survey.versions.is_empty())
    {
        let contract = arguments.contract.as_deref().unwrap_or_default();
        output.error(
            &format!("nothing in the captures was compared with a schema of {contract}"),
            None,
        );
        return Ok(Exit::Incomplete);
    }
    match arguments.fail_on_stale && report.has_stale() {
        true => Ok(Exit::Findings),
        false => Ok(Exit::Clean),
    }
}

/// What was exported, and where a copy shows something else.
fn told(folder: &Path, exported: &Exported) -> String {
    let exchanges = plural(exported.exchanges, "exchange");
    let files = plural(exported.files as u64, "file");
    let mut text = format!(
        "Wrote copies of {exchanges} to {files} in {}.\n",
        folder.display()
    );
    if !exported.different.is_empty() {
        text.push_str("The findings on these may differ, because no stand-in has the form that the contract asks for:\n");
        for (place, count) in &exported.different {
            text.push_str(&format!(
                "  {} ({})\n",
                printed(place),
                plural(*count, "exchange")
            ));
        }
    }
    text
}
