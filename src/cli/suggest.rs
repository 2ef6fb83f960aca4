//! `wiredrift check --suggest`: edits of the contract that accept what was seen, tried on the captures before they
//! are shown or written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::contract::{Contract, LoadOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::lint::lint;
use crate::report::Report;
use crate::rules::{Finding, Level, Policy, judge_contract};
use crate::source::edit::edited;
use crate::suggest::{Suggestion, Suggestions, patch_document, suggest, text};

use super::args::{CheckArguments, SuggestFormat};
use super::chosen::Chosen;
use super::output::{Output, write_file};
use super::rewritten::unified;
use super::upgrade::styled;
use super::{Exit, Failure};

/// Rounds after which no further edits are tried: an edit can bring up what was behind it.
const ROUNDS: usize = 12;

/// The texts of edited files, by the name of the file.
type Texts = BTreeMap<String, String>;

/// The edits of all rounds.
struct Edits {
    suggestions: Suggestions,
    /// The edited files.
    texts: Texts,
    /// The report on the edited contract.
    report: Report,
}

/// Proposes edits for a report. `check` compares the captures with the contract at hand again.
pub(super) fn run(
    arguments: &CheckArguments,
    format: SuggestFormat,
    reading: &LoadOptions,
    first: Report,
    check: impl FnMut(&Chosen) -> Result<Report>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    if arguments
        .captures
        .iter()
        .any(|path| path.as_os_str() == "-")
    {
        let message =
            "`--suggest` reads captures several times, so they cannot come from standard input";
        return Err(Error::new(ErrorKind::Format, message).into());
    }
    let before = Chosen::find(&arguments.contract, reading)?;
    let contract = only(&before)?;
    let edits = tried(arguments, reading, contract, first, check)?;
    let originals = originals(contract, &edits.texts);
    refuse_new_mistakes(arguments, reading, contract, &edits.texts)?;
    show(&edits, format, &originals, output)?;
    if arguments.apply {
        for (file, text) in &edits.texts {
            write_file(Path::new(file), text)?;
        }
        if !output.is_quiet() {
            for file in edits.texts.keys() {
                output.note(&format!("Wrote {file}.\n"));
            }
        }
    }
    let rest = edits.report.shown(arguments.coverage);
    let fails = |level| rest.iter().any(|finding| finding.level >= level);
    let is_clean = !arguments.fail_on.level().is_some_and(fails);
    // Without --apply, the contract is as it was.
    Ok(
        match is_clean && (arguments.apply || edits.suggestions.edits.is_empty()) {
            true => Exit::Clean,
            false => Exit::Findings,
        },
    )
}

/// The one contract that edits are for.
fn only(chosen: &Chosen) -> Result<&Contract> {
    match chosen.asked()?.as_slice() {
        [contract] => Ok(contract),
        _ => Err(Error::new(
            ErrorKind::Unknown,
            "`--suggest` needs one version of the contract: name it",
        )),
    }
}

/// Finds edits, applies them to the texts, and checks the captures again, until nothing is left to edit.
fn tried(
    arguments: &CheckArguments,
    reading: &LoadOptions,
    contract: &Contract,
    first: Report,
    mut check: impl FnMut(&Chosen) -> Result<Report>,
) -> Result<Edits> {
    let mut edits = Edits {
        suggestions: Suggestions::default(),
        texts: Texts::new(),
        report: first,
    };
    let mut current: Option<Chosen> = None;
    for round in 0..ROUNDS {
        let contract = match &current {
            Some(chosen) => only(chosen)?,
            None => contract,
        };
        let findings: Vec<&Finding> = edits
            .report
            .shown(false)
            .into_iter()
            .filter(|finding| finding.level >= Level::Warning)
            .collect();
        let suggestions = suggest(&findings, contract, round);
        let (applied, refused) = applied(&suggestions.edits, contract, &mut edits.texts);
        edits.suggestions.without = suggestions.without;
        edits.suggestions.without.extend(refused);
        if applied.is_empty() {
            break;
        }
        edits.suggestions.edits.extend(applied);
        let changed = LoadOptions {
            edited: edits.texts.clone(),
            ..reading.clone()
        };
        let chosen = Chosen::find(&arguments.contract, &changed)?;
        edits.report = check(&chosen)?;
        current = Some(chosen);
    }
    Ok(edits)
}

/// Applies edits to the texts. Those that change the same object or list as another edit wait for the next round:
/// positions in the list have changed, and what they are about may be settled.
fn applied(
    edits: &[Suggestion],
    contract: &Contract,
    texts: &mut Texts,
) -> (Vec<Suggestion>, Vec<(crate::suggest::Because, String)>) {
    let (mut applied, mut refused) = (Vec::new(), Vec::new());
    let mut touched: BTreeSet<(String, String)> = BTreeSet::new();
    for edit in edits {
        let paths = edit
            .operations
            .iter()
            .map(|operation| around(operation.path()));
        let own: Vec<(String, String)> = paths.map(|path| (edit.file.clone(), path)).collect();
        if own.iter().any(|path| touched.contains(path)) {
            continue;
        }
        let text = match texts.get(&edit.file) {
            Some(text) => text.clone(),
            None => original(contract, &edit.document),
        };
        match edited(&text, &edit.operations) {
            Ok(new) => {
                texts.insert(edit.file.clone(), new);
                applied.push(edit.clone());
                touched.extend(own);
            }
            Err(error) => refused.push((edit.because.clone(), format!("{}:{error}", edit.file))),
        }
    }
    (applied, refused)
}

/// The pointer of the object or list that an operation changes.
fn around(path: &str) -> String {
    path.rsplit_once('/')
        .map_or_else(String::new, |(around, _)| around.to_owned())
}

/// The text of a document as it was read.
fn original(contract: &Contract, uri: &str) -> String {
    let source = contract
        .documents
        .document(uri)
        .and_then(|document| document.source.as_ref());
    source
        .map(|source| source.text().to_owned())
        .unwrap_or_default()
}

/// The files that were edited, as they were.
fn originals(contract: &Contract, texts: &Texts) -> Texts {
    let sources = contract
        .documents
        .iter()
        .filter_map(|document| document.source.as_ref());
    let files = sources.map(|source| (source.origin(0).file.to_string(), source.text().to_owned()));
    files.filter(|(file, _)| texts.contains_key(file)).collect()
}

/// Refuses edits that make the contract itself worse.
fn refuse_new_mistakes(
    arguments: &CheckArguments,
    reading: &LoadOptions,
    contract: &Contract,
    texts: &Texts,
) -> Result<()> {
    let mistakes = |contract: &Contract| -> BTreeMap<String, String> {
        let findings = judge_contract(contract, &lint(contract), &Policy::default());
        let errors = findings
            .into_iter()
            .filter(|finding| finding.level == Level::Error);
        errors
            .map(|finding| (finding.key.to_string(), finding.headline().to_string()))
            .collect()
    };
    let changed = LoadOptions {
        edited: texts.clone(),
        ..reading.clone()
    };
    let after = Chosen::find(&arguments.contract, &changed)?;
    let before = mistakes(contract);
    let new = mistakes(only(&after)?)
        .into_iter()
        .find(|(key, _)| !before.contains_key(key));
    match new {
        Some((_, message)) => Err(Error::new(
            ErrorKind::Format,
            format!("the edits would break the contract, so nothing is written: {message}"),
        )),
        None => Ok(()),
    }
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
