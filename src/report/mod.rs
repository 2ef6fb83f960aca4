//! The report of a run, and one renderer per format.

mod json;
mod text;

use std::path::PathBuf;

use crate::capture::{Problem, SourceRead};
use crate::observe::{Count, Judged, Observer, Profile, Verdict};
use crate::rules::{Finding, Level};

pub use json::{JsonReport, REPORT_VERSION, json, json_schema};
pub use text::{TextOptions, finding_text, text};

/// Everything a run has to say. Renderers lay it out and add nothing.
#[derive(Debug)]
pub struct Report {
    /// The contract that was asked for: `name` or `name@version`.
    pub contract: String,
    /// Exchanges read.
    pub exchanges: u64,
    /// Exchanges for which an operation, or at least its path, was found.
    pub matched: u64,
    /// Payloads compared, by `name@version` of the contract.
    pub versions: Vec<(String, u64)>,
    /// What came out, by verdict.
    pub verdicts: Vec<(Verdict, u64)>,
    /// The findings, in order.
    pub findings: Vec<Finding>,
    /// The verdicts on the first payloads.
    pub judged: Vec<Judged>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The files that were read.
    pub sources: Vec<SourceRead>,
    /// Files of folders that were passed over, and why.
    pub skipped: Vec<(PathBuf, &'static str)>,
}

impl Report {
    /// Puts together what was observed and what was judged of it.
    #[must_use]
    pub fn new(contract: &str, observer: Observer<'_>, findings: Vec<Finding>) -> Self {
        let Observer {
            profile,
            problems,
            sources,
            skipped,
            judged,
            ..
        } = observer;
        Self {
            contract: contract.to_owned(),
            exchanges: profile.exchanges,
            matched: profile.matched,
            versions: versions(&profile),
            verdicts: profile
                .verdicts
                .iter()
                .map(|(verdict, Count(count))| (*verdict, *count))
                .collect(),
            findings,
            judged,
            problems,
            sources,
            skipped,
        }
    }

    /// Payloads with a verdict.
    #[must_use]
    pub fn payloads(&self) -> u64 {
        self.verdicts.iter().map(|(_, count)| count).sum()
    }

    /// Payloads with this verdict.
    #[must_use]
    pub fn with_verdict(&self, wanted: Verdict) -> u64 {
        self.verdicts
            .iter()
            .filter(|(verdict, _)| *verdict == wanted)
            .map(|(_, count)| count)
            .sum()
    }

    /// Findings of this level.
    #[must_use]
    pub fn at_level(&self, level: Level) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    }

    /// The gravest level among the findings.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }

    /// Whether there were exchanges, and none belongs to the contract. Of payloads that are not JSON
    /// nobody can say.
    #[must_use]
    pub fn nothing_matched(&self) -> bool {
        self.exchanges > 0 && self.matched == 0 && self.with_verdict(Verdict::Malformed) == 0
    }
}

fn versions(profile: &Profile) -> Vec<(String, u64)> {
    let mut versions: Vec<(String, u64)> = Vec::new();
    for (key, target) in &profile.targets {
        match versions
            .iter_mut()
            .find(|(name, _)| **name == *key.contract)
        {
            Some((_, count)) => *count += target.payloads,
            None => versions.push((key.contract.to_string(), target.payloads)),
        }
    }
    versions.sort();
    versions
}

#[cfg(test)]
mod tests;
