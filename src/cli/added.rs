//! Adds the operations that a contract lacks to its documents.

use std::collections::BTreeMap;
use std::path::Path;

use crate::contract::{Contract, LoadOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::infer::{Addition, Missing, Options};
use crate::observe::Observer;
use crate::report::plural;
use crate::rules::Policy;
use crate::source::edit::{EditError, Operation, edited};

use super::Failure;
use super::args::CheckArguments;
use super::chosen::Chosen;
use super::output::Output;
use super::progress::PROGRESS;
use super::rewritten::unified;
use super::suggest::{originals, write};
use super::tried::{Texts, mistakes, only};
use super::upgrade::styled;

/// Adds operations for the exchanges that no operation describes, and says so.
pub(super) fn add(
    arguments: &CheckArguments,
    required_samples: u64,
    output: &mut Output,
) -> std::result::Result<(), Failure> {
    let reading = arguments.reading.options(arguments.capture.schemas());
    let chosen = Chosen::find(&arguments.contract, &reading)?;
    let contract = only(&chosen)?;
    if contract.operations.is_empty() {
        let message = "the contract describes no operations: `wiredrift infer` without --update writes one that does";
        return Err(Error::new(ErrorKind::NothingCompared, message)
            .with_path(Path::new(&arguments.contract))
            .into());
    }
    let inputs = arguments.capture.inputs(&arguments.captures)?;
    let called = format!("`{}`", arguments.contract);
    let options = arguments.capture.observation(&[contract], &called)?;
    let observer = Observer::new(vec![contract], vec![contract], options);
    let observer = observer.watched_by(Missing::new(contract));
    let (observer, missing) = arguments.capture.read(&inputs, observer).unwatched();
    let is_incomplete = !observer.problems.is_empty() && !arguments.capture.keep_going;
    // Nothing is written then, and the edits that follow say why.
    if PROGRESS.is_stopped() || is_incomplete {
        return Ok(());
    }
    let options = Options {
        required_samples,
        ..Options::default()
    };
    let additions = missing.additions(&observer.profile.hosts, &options);
    let adding = Adding {
        arguments,
        contract,
        reading: &reading,
    };
    let before = mistakes(contract, &Policy::default());
    let mut edits = additions.edits;
    let mut texts = match adding.with(Texts::new(), &edits, &before) {
        Ok(texts) => texts,
        // Some of them do not fit: each is tried by itself.
        Err(_) => {
            let mut texts = Texts::new();
            edits.retain(|edit| {
                match adding.with(texts.clone(), std::slice::from_ref(edit), &before) {
                    Ok(next) => {
                        texts = next;
                        true
                    }
                    Err(reason) => {
                        let what = signatures(edit).join(", ");
                        output.warning(&format!("{what} cannot be added: {reason}"));
                        false
                    }
                }
            });
            texts
        }
    };
    let added: Vec<String> = edits.iter().flat_map(signatures).collect();
    if added.is_empty() {
        texts.clear();
    }
    for reason in &additions.left_out {
        output.warning(reason);
    }
    if added.is_empty() {
        return Ok(());
    }
    let originals = originals(contract, &texts);
    let mut out = format!("Added {}:\n", plural(added.len() as u64, "operation"));
    for signature in &added {
        out.push_str(&format!("  {signature}\n"));
    }
    let is_styled = output.is_styled();
    for (file, new) in &texts {
        let old = originals.get(file).map(String::as_str).unwrap_or_default();
        out.push('\n');
        out.push_str(&unified(Path::new(file), old, new, |sign, line| {
            styled(sign, line, is_styled)
        }));
    }
    out.push('\n');
    write(&texts, &originals)?;
    if !output.is_quiet() {
        output.print(&out)?;
        for file in texts.keys() {
            output.note(&format!("Wrote {file}.\n"));
        }
    }
    Ok(())
}

/// `GET /pets/{petId}`, for each operation of an edit.
fn signatures(edit: &Addition) -> Vec<String> {
    let operations = edit.operations.iter();
    operations
        .map(|(method, path)| format!("{method} {path}"))
        .collect()
}

struct Adding<'a> {
    arguments: &'a CheckArguments,
    contract: &'a Contract,
    reading: &'a LoadOptions,
}

impl Adding<'_> {
    /// The texts with more operations; else why they make no valid contract. `before` are the errors that it has
    /// already.
    fn with(
        &self,
        mut texts: Texts,
        additions: &[Addition],
        before: &BTreeMap<String, String>,
    ) -> Result<Texts> {
        let mut by_document: BTreeMap<&str, Vec<Operation>> = BTreeMap::new();
        for addition in additions {
            let edits = by_document.entry(&addition.document).or_default();
            edits.push(addition.edit.clone());
        }
        for (document, edits) in by_document {
            let document = self.contract.documents.document(document);
            let Some(source) = document.and_then(|document| document.source.as_ref()) else {
                continue;
            };
            let file = source.origin(0).file.to_string();
            let text = texts
                .get(&file)
                .map_or_else(|| source.text(), String::as_str);
            let failed = |error: EditError| Error::new(ErrorKind::Format, error.to_string());
            let new = edited(text, &edits).map_err(failed)?;
            texts.insert(file, new);
        }
        let edited = LoadOptions {
            edited: texts.clone(),
            ..self.reading.clone()
        };
        let chosen = Chosen::find(&self.arguments.contract, &edited)?;
        let contract = only(&chosen)?;
        for (method, path) in additions.iter().flat_map(|addition| &addition.operations) {
            let mut known = contract.operations.iter();
            let is_it = |operation: &crate::contract::Operation| {
                operation.method == *method && operation.path.to_string() == *path
            };
            if !known.any(is_it) {
                let message = "the contract does not have it after the edit";
                return Err(Error::new(ErrorKind::Format, message));
            }
        }
        let mut new = mistakes(contract, &Policy::default()).into_iter();
        match new.find(|(key, _)| !before.contains_key(key)) {
            Some((_, message)) => Err(Error::new(ErrorKind::Format, message)),
            None => Ok(texts),
        }
    }
}
