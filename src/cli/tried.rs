//! Tries edits of a contract on the captures. An edit that makes the contract invalid, that makes other payloads
//! deviate, or that does not help is left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Contract, LoadOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::lint::lint;
use crate::observe::{DeviationKind, PayloadVerdict};
use crate::report::Report;
use crate::rules::{Finding, Level, Matter, Policy, judge_contract};
use crate::source::edit::edited;
use crate::suggest::{FindingSummary, Seen, Suggestion, Suggestions, suggest};

use super::args::CheckArguments;
use super::chosen::Chosen;

/// Rounds after which no further edits are tried: an edit can bring up what was behind it.
const ROUNDS: usize = 24;

/// The texts of edited files, by the name of the file.
pub(super) type Texts = BTreeMap<String, String>;

/// The edits of all rounds.
pub(super) struct Edits {
    pub(super) suggestions: Suggestions,
    /// The edited files.
    pub(super) texts: Texts,
    /// The report on the edited contract.
    pub(super) report: Report,
}

/// What edits are tried with.
pub(super) struct Trial<'a, C> {
    pub(super) arguments: &'a CheckArguments,
    pub(super) reading: &'a LoadOptions,
    pub(super) policy: &'a Policy,
    /// Compares the captures with a contract.
    pub(super) check: C,
}

/// A contract with edits, and what the captures have under it.
struct State {
    /// `None` for the contract as it is on disk.
    chosen: Option<Chosen>,
    texts: Texts,
    report: Report,
    seen: Seen,
}

impl<C> Trial<'_, C>
where
    C: FnMut(&Chosen) -> Result<(Report, Seen)>,
{
    fn load(&self, texts: &Texts) -> Result<Chosen> {
        let changed = LoadOptions {
            edited: texts.clone(),
            ..self.reading.clone()
        };
        Chosen::find(&self.arguments.contract, &changed)
    }

    fn checked(&mut self, texts: Texts) -> Result<State> {
        let chosen = self.load(&texts)?;
        let (report, seen) = (self.check)(&chosen)?;
        Ok(State {
            chosen: Some(chosen),
            texts,
            report,
            seen,
        })
    }

    /// What an edited contract has for an error that it did not have before.
    fn new_mistake(&self, texts: &Texts, before: &BTreeMap<String, String>) -> Option<String> {
        let chosen = match self.load(texts) {
            Ok(chosen) => chosen,
            Err(error) => return Some(error.to_string()),
        };
        let mistakes = mistakes(only(&chosen).ok()?, self.policy);
        let new = mistakes
            .into_iter()
            .find(|(key, _)| !before.contains_key(key));
        new.map(|(_, message)| message)
    }
}

/// Finds edits, applies them to the texts, and checks the captures again, until nothing is left to edit.
pub(super) fn tried<C>(
    trial: &mut Trial<'_, C>,
    original: &Contract,
    (report, seen): (Report, Seen),
) -> Result<Edits>
where
    C: FnMut(&Chosen) -> Result<(Report, Seen)>,
{
    let before = mistakes(original, trial.policy);
    // Places in the contract are those of the files as they are.
    let summaries: BTreeMap<String, FindingSummary> = report
        .shown(false)
        .into_iter()
        .map(|finding| (finding.key.to_string(), FindingSummary::new(finding)))
        .collect();
    let mut state = State {
        chosen: None,
        texts: Texts::new(),
        report,
        seen,
    };
    let mut kept: Vec<Suggestion> = Vec::new();
    let mut without: Vec<(FindingSummary, String)> = Vec::new();
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    for round in 0..=ROUNDS {
        let contract = match &state.chosen {
            Some(chosen) => only(chosen)?,
            None => original,
        };
        let findings: Vec<&Finding> = state
            .report
            .shown(false)
            .into_iter()
            .filter(|finding| finding.level >= Level::Warning)
            .collect();
        let known = findings.iter().filter_map(|finding| {
            let reason = refused.get(&finding.key.to_string())?;
            Some((FindingSummary::new(finding), reason.clone()))
        });
        without = known.collect();
        let open = findings.iter().copied();
        let open = open.filter(|finding| !refused.contains_key(&finding.key.to_string()));
        let open: Vec<&Finding> = open.collect();
        let suggestions = suggest(&open, contract, &state.seen);
        without.extend(suggestions.without);
        let batch = Batch::of(&suggestions.edits, contract, &state.texts);
        if (batch.edits.is_empty() && batch.failed.is_empty()) || round == ROUNDS {
            let left = suggestions.edits.into_iter();
            let left =
                left.map(|edit| (edit.finding, "there were too many edits to try".to_owned()));
            without.extend(left);
            break;
        }
        refused.extend(batch.failed);
        if batch.edits.is_empty() {
            continue;
        }
        let start = state.texts.clone();
        let originals = Originals::of(contract);
        let refuse = |refused: &mut BTreeMap<String, String>, edits: Vec<Dropped>| {
            for (edit, reason) in edits {
                refused.insert(edit.finding.key, reason);
            }
        };
        // The contract stays valid.
        let (valid, dropped) = sifted(batch.edits, |edits| {
            let texts = originals.with(&start, edits);
            let mistake = trial.new_mistake(&texts, &before);
            Ok(mistake.map(|message| {
                let words = edits
                    .last()
                    .map(|edit| edit.words.as_str())
                    .unwrap_or_default();
                format!("the edit \"{words}\" makes the contract invalid: {message}")
            }))
        })?;
        refuse(&mut refused, dropped);
        // No payload deviates that did not deviate before.
        let harm = harm(&state.report);
        let mut latest: Option<State> = None;
        let (harmless, dropped) = sifted(valid, |edits| {
            let next = trial.checked(originals.with(&start, edits))?;
            let more = self::harm(&next.report);
            let is_harmful = more.0 > harm.0 || more.1 > harm.1;
            if !is_harmful {
                latest = Some(next);
            }
            Ok(is_harmful.then(|| {
                let words = edits.last().map(|edit| edit.words.as_str()).unwrap_or_default();
                format!("after the edit \"{words}\", values would match several variants or others would deviate")
            }))
        })?;
        refuse(&mut refused, dropped);
        let Some(next) = latest.filter(|_| !harmless.is_empty()) else {
            continue;
        };
        let counts = counts(&next.report);
        let is_useless = |edit: &Suggestion| {
            let key = &edit.finding.key;
            let waits = batch.waiting.contains(key);
            !waits
                && counts
                    .get(key)
                    .is_some_and(|count| *count >= edit.finding.count)
        };
        let (useless, useful): (Vec<Suggestion>, Vec<Suggestion>) =
            harmless.into_iter().partition(is_useless);
        state = match (useless.is_empty(), useful.is_empty()) {
            (true, _) => next,
            (false, true) => state,
            (false, false) => trial.checked(originals.with(&start, &useful))?,
        };
        for edit in useless {
            let reason = format!("the edit \"{}\" does not accept what was seen", edit.words);
            refused.insert(edit.finding.key, reason);
        }
        kept.extend(useful);
    }
    let first = |mut finding: FindingSummary| match summaries.get(&finding.key) {
        Some(known) => known.clone(),
        None => {
            let is_edited = |file: &str| state.texts.contains_key(file);
            finding.evidence = finding
                .evidence
                .filter(|evidence| !is_edited(&evidence.origin.file));
            finding
        }
    };
    let edits = kept.into_iter().map(|edit| Suggestion {
        finding: first(edit.finding.clone()),
        ..edit
    });
    let edits = edits.collect();
    let without = without
        .into_iter()
        .map(|(finding, reason)| (first(finding), reason));
    let without = without.collect();
    Ok(Edits {
        suggestions: Suggestions { edits, without },
        texts: state.texts,
        report: state.report,
    })
}

/// The errors in a contract itself: what they say, by their keys.
pub(super) fn mistakes(contract: &Contract, policy: &Policy) -> BTreeMap<String, String> {
    let findings = judge_contract(contract, &lint(contract), policy);
    let errors = findings
        .into_iter()
        .filter(|finding| finding.level == Level::Error);
    errors
        .map(|finding| (finding.key.to_string(), finding.headline().to_string()))
        .collect()
}

/// The one contract that edits are for.
pub(super) fn only(chosen: &Chosen) -> Result<&Contract> {
    match chosen.asked()?.as_slice() {
        [contract] => Ok(contract),
        _ => Err(Error::new(
            ErrorKind::Unknown,
            "edits need one version of the contract: name it",
        )),
    }
}

/// Payloads that deviate, and values that match too much.
fn harm(report: &Report) -> (u64, u64) {
    let is_about_match = |finding: &&Finding| {
        matches!(
            finding.matter,
            Matter::Broken(DeviationKind::SeveralVariants { .. } | DeviationKind::Excluded)
        )
    };
    let matching = report.findings.iter().filter(is_about_match);
    (
        report.with_verdict(PayloadVerdict::Deviates),
        matching.map(|finding| finding.count).sum(),
    )
}

/// How often each finding was seen.
fn counts(report: &Report) -> BTreeMap<String, u64> {
    let findings = report.shown(false).into_iter();
    findings
        .map(|finding| (finding.key.to_string(), finding.count))
        .collect()
}

/// An edit that is left out, and why.
type Dropped = (Suggestion, String);

/// Edits without those for which `fault` has a reason: first all at once, then by halves.
fn sifted(
    edits: Vec<Suggestion>,
    mut fault: impl FnMut(&[Suggestion]) -> Result<Option<String>>,
) -> Result<(Vec<Suggestion>, Vec<Dropped>)> {
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    let mut open = vec![edits];
    while let Some(mut group) = open.pop() {
        if group.is_empty() {
            continue;
        }
        let together: Vec<Suggestion> = kept.iter().chain(&group).cloned().collect();
        match fault(&together)? {
            None => kept = together,
            Some(reason) if group.len() == 1 => {
                dropped.extend(group.pop().map(|edit| (edit, reason)));
            }
            Some(_) => {
                let rest = group.split_off(group.len() / 2);
                open.extend([rest, group]);
            }
        }
    }
    Ok((kept, dropped))
}

/// The texts of a contract's documents.
struct Originals(Texts);

impl Originals {
    fn of(contract: &Contract) -> Self {
        let sources = contract
            .documents
            .iter()
            .filter_map(|document| document.source.as_ref());
        let texts =
            sources.map(|source| (source.origin(0).file.to_string(), source.text().to_owned()));
        Self(texts.collect())
    }

    /// The texts with edits, each of which can be applied by itself.
    fn with(&self, start: &Texts, edits: &[Suggestion]) -> Texts {
        let mut texts = start.clone();
        for edit in edits {
            let text = texts.get(&edit.file).or_else(|| self.0.get(&edit.file));
            if let Some(Ok(new)) = text.map(|text| edited(text, &edit.operations)) {
                texts.insert(edit.file.clone(), new);
            }
        }
        texts
    }
}

/// Edits that do not touch each other.
struct Batch {
    edits: Vec<Suggestion>,
    /// The keys of findings with edits that wait for the next round.
    waiting: BTreeSet<String>,
    /// Findings with an edit that cannot be applied, and why not.
    failed: Vec<(String, String)>,
}

impl Batch {
    /// Edits that change the same object or list as another edit wait for the next round: positions in the list
    /// have changed, and what they are about may be settled.
    fn of(edits: &[Suggestion], contract: &Contract, start: &Texts) -> Self {
        let originals = Originals::of(contract);
        let mut texts = start.clone();
        let mut batch = Self {
            edits: Vec::new(),
            waiting: BTreeSet::new(),
            failed: Vec::new(),
        };
        let mut touched: BTreeSet<(String, String)> = BTreeSet::new();
        for edit in edits {
            let paths = edit
                .operations
                .iter()
                .map(|operation| around(operation.path()));
            let own: Vec<(String, String)> = paths.map(|path| (edit.file.clone(), path)).collect();
            if own.iter().any(|path| touched.contains(path)) {
                batch.waiting.insert(edit.finding.key.clone());
                continue;
            }
            let text = texts
                .get(&edit.file)
                .or_else(|| originals.0.get(&edit.file));
            match edited(
                text.map(String::as_str).unwrap_or_default(),
                &edit.operations,
            ) {
                Ok(new) => {
                    texts.insert(edit.file.clone(), new);
                    batch.edits.push(edit.clone());
                    touched.extend(own);
                }
                Err(error) => {
                    let key = edit.finding.key.clone();
                    // After other edits, its place would be wrong.
                    let reason = match texts.contains_key(&edit.file) {
                        true => format!("{}: {error:#}", edit.file),
                        false => format!("{}:{error}", edit.file),
                    };
                    batch.failed.push((key, reason));
                }
            }
        }
        batch
    }
}

/// The pointer of the object or list that an operation changes.
fn around(path: &str) -> String {
    path.rsplit_once('/')
        .map_or_else(String::new, |(around, _)| around.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(words: &str) -> Suggestion {
        Suggestion {
            file: "api.yaml".to_owned(),
            operations: Vec::new(),
            words: words.to_owned(),
            reach: Vec::new(),
            finding: FindingSummary {
                key: words.to_owned(),
                rule: "wrong-type",
                message: String::new(),
                count: 1,
                evidence: None,
            },
        }
    }

    #[test]
    fn only_edits_that_are_to_blame_are_left_out() {
        let names: Vec<String> = (0..40).map(|number| number.to_string()).collect();
        for bad in [&[][..], &["0"], &["39"], &["7", "8", "31"]] {
            let mut tries = 0;
            let edits = names.iter().map(|name| edit(name)).collect();
            let (kept, dropped) = sifted(edits, |edits| {
                tries += 1;
                let mut bad = bad.iter();
                let found = bad.find(|bad| edits.iter().any(|edit| edit.words == **bad));
                Ok(found.map(|bad| format!("{bad} is bad")))
            })
            .expect("tried");
            let kept: Vec<&str> = kept.iter().map(|edit| edit.words.as_str()).collect();
            let good = names.iter().map(String::as_str);
            let good: Vec<&str> = good.filter(|name| !bad.contains(name)).collect();
            assert_eq!(kept, good);
            let dropped: Vec<String> = dropped.into_iter().map(|(_, reason)| reason).collect();
            let reasons: Vec<String> = bad.iter().map(|bad| format!("{bad} is bad")).collect();
            assert_eq!(dropped, reasons);
            assert!(tries <= 1 + bad.len() * 12, "{tries}");
        }
    }
}
