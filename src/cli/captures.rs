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
            let exporter = Exporter::new(folder, (asked.clone(), family), &observation, observer)?;
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
    match report.problems_met > 0 && !arguments.capture.keep_going {
        true => Ok(Exit::Incomplete),
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
