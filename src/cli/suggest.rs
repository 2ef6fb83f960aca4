//! `wiredrift check --suggest`: edits of the contract that accept what was seen, tried on the captures before they
//! are shown or written.

use std::fs;
use std::path::Path;

use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::report::Report;
use crate::suggest::{patch_document, text};

use super::args::{CheckArguments, SuggestFormat};
use super::chosen::Chosen;
use super::levels::exit_for;
use super::output::{Output, write_files};
use super::rewritten::unified;
use super::tried::{Edits, Texts, Trial, tried};
use super::upgrade::styled;
use super::{Exit, Failure};

const BOM: &str = "\u{feff}";

/// Refuses what cannot be combined with `--suggest`, before captures are read.
pub(super) fn refuse(arguments: &CheckArguments) -> Result<()> {
    if arguments.suggest.is_none() {
        return Ok(());
    }
    for path in &arguments.captures {
        let format = path.to_str().filter(|_| !path.exists());
        if let Some(format @ ("text" | "json-patch")) = format {
            let message = format!("there is no such file; did you mean `--suggest={format}`?");
            return Err(Error::new(ErrorKind::Read, message).with_path(path));
        }
    }
    if arguments
        .captures
        .iter()
        .any(|path| path.as_os_str() == "-")
    {
        let message =
            "`--suggest` reads captures several times, so they cannot come from standard input";
        return Err(Error::new(ErrorKind::Format, message));
    }
    if !arguments.profile.from_profile.is_empty() || arguments.profile.profile.is_some() {
        let message = "`--suggest` reads captures several times, so it goes neither with --profile nor with --from-profile";
        return Err(Error::new(ErrorKind::Format, message));
    }
    if arguments.no_excerpts {
        let message = "`--suggest` prints values of captures, which `no-excerpts` in the configuration forbids";
        return Err(Error::new(ErrorKind::Format, message));
    }
    Ok(())
}

/// Proposes edits for a report on a contract.
pub(super) fn run<C>(
    trial: &mut Trial<'_, C>,
    contract: &Contract,
    first: (Report, crate::suggest::Seen),
    format: SuggestFormat,
    output: &mut Output,
) -> Result<Exit, Failure>
where
    C: FnMut(&Chosen) -> Result<(Report, crate::suggest::Seen)>,
{
    let arguments = trial.arguments;
    let worst = |report: &Report| {
        let findings = report.shown(arguments.coverage);
        findings.iter().map(|finding| finding.level).max()
    };
    let before = worst(&first.0);
    let edits = tried(trial, contract, first)?;
    let originals = originals(contract, &edits.texts);
    show(&edits, format, &originals, output)?;
    if !arguments.apply {
        // The contract is as it was.
        return Ok(exit_for(arguments.fail_on.level(), before));
    }
    write(&edits.texts, &originals)?;
    if !output.is_quiet() {
        for file in edits.texts.keys() {
            output.note(&format!("Wrote {file}.\n"));
        }
    }
    Ok(exit_for(arguments.fail_on.level(), worst(&edits.report)))
}

/// Writes all files, or none.
pub(super) fn write(texts: &Texts, originals: &Texts) -> Result<()> {
    let mut files = Vec::new();
    for (file, text) in texts {
        let path = Path::new(file);
        let refused = |message: &str| {
            Error::new(ErrorKind::Write, format!("nothing was written: {message}")).with_path(path)
        };
        let on_disk = fs::read(path).map_err(|error| Error::read(path, &error))?;
        let bom = if on_disk.starts_with(BOM.as_bytes()) {
            BOM
        } else {
            ""
        };
        let original = originals.get(file).map(String::as_str).unwrap_or_default();
        if on_disk.get(bom.len()..) != Some(original.as_bytes()) {
            return Err(refused("the file was changed in the meantime"));
        }
        let metadata = fs::metadata(path).map_err(|error| Error::read(path, &error))?;
        if metadata.permissions().readonly() {
            return Err(refused("the file is read-only"));
        }
        files.push((path, format!("{bom}{text}")));
    }
    write_files(&files)
}

/// The files that were edited, as they were.
pub(super) fn originals(contract: &Contract, texts: &Texts) -> Texts {
    let sources = contract
        .documents
        .iter()
        .filter_map(|document| document.source.as_ref());
    let files = sources.map(|source| (source.origin(0).file.to_string(), source.text().to_owned()));
    files.filter(|(file, _)| texts.contains_key(file)).collect()
}

/// Prints the edits.
fn show(
    edits: &Edits,
    format: SuggestFormat,
    originals: &Texts,
    output: &mut Output,
) -> Result<(), Failure> {
    match format {
        SuggestFormat::JsonPatch => {
            let patch = patch_document(&edits.suggestions);
            // A JSON value always serialises.
            let document = serde_json::to_string_pretty(&patch).unwrap_or_default();
            output.print(&format!("{document}\n"))?;
        }
        SuggestFormat::Text => {
            let is_styled = output.is_styled();
            let mut out = text(&edits.suggestions, output.width());
            for (file, new) in &edits.texts {
                let old = originals.get(file).map(String::as_str).unwrap_or_default();
                out.push('\n');
                out.push_str(&unified(Path::new(file), old, new, |sign, line| {
                    styled(sign, line, is_styled)
                }));
            }
            if !output.is_quiet() {
                output.print(&out)?;
            }
        }
    }
    Ok(())
}
