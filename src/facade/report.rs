//! What a program can ask of a report.

use std::fmt;
use std::path::Path;

use crate::capture::ReadProblem;
use crate::report::check::{CheckFormat, TextOptions, finding_text};
use crate::report::{Render, Report};
use crate::rules::{Finding, Level, Rule};

use super::Color;

impl Report {
    /// The findings, the most severe first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The findings of this level or a more severe one.
    pub fn at_least(&self, level: Level) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.level >= level)
    }

    /// Inputs that could not be read: the first 1,000 problems.
    #[must_use]
    pub fn problems(&self) -> &[ReadProblem] {
        &self.problems
    }

    /// Files of folders that were skipped, and why.
    pub fn skipped(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.skipped
            .iter()
            .map(|skipped| (skipped.path.as_path(), skipped.reason))
    }

    /// How many payloads and requests were compared with a schema.
    #[must_use]
    pub fn compared(&self) -> u64 {
        self.compared
    }

    /// The report as `wiredrift check --output json` writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.render(CheckFormat::Json, TextOptions::default())
    }

    /// The report as text.
    #[must_use]
    pub fn to_text(&self, color: Color) -> String {
        color.apply(&self.render(CheckFormat::Text, TextOptions::default()))
    }

    /// Panics with the report if there are findings of this level or a more severe one, or if something could
    /// not be read.
    ///
    /// # Panics
    ///
    /// See above; this is meant for tests.
    #[track_caller]
    pub fn assert_clean(&self, level: Level) {
        let is_clean = self.problems_met == 0 && self.at_least(level).next().is_none();
        assert!(
            is_clean,
            "the captures do not conform to {}\n\n{}",
            self.contract,
            self.to_text(Color::Never)
        );
    }
}

impl Finding {
    /// The rule that was violated.
    #[must_use]
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Its severity.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// What is wrong, in one line.
    #[must_use]
    pub fn message(&self) -> String {
        self.headline().to_string()
    }

    /// Identifies the cause in every run: the rule, the name of the contract, and the JSON pointer of the schema
    /// or operation in the contract.
    #[must_use]
    pub fn key(&self) -> String {
        self.key.to_string()
    }

    /// The names of the properties that it is about, most frequent first: missing, undeclared, not allowed.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        self.properties.iter().map(|seen| &*seen.value)
    }

    /// The values that were seen, redacted, most frequent first.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|seen| &*seen.value)
    }

    /// The ids of the operations that it is about.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        let mut known: Vec<&str> = Vec::new();
        for target in self.places.iter().flat_map(|place| &place.target) {
            if !known.contains(&&*target.operation) {
                known.push(&target.operation);
            }
        }
        known.into_iter()
    }

    /// Where in the payloads: JSON pointers with `*` for every element of an array, such as
    /// `/data/*/name`; empty for the whole payload.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.places.iter().map(|place| place.path.to_string())
    }

    /// How often it was seen.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first places in the captures, as `file:line:column`.
    pub fn seen_at(&self) -> impl Iterator<Item = String> {
        self.evidence
            .iter()
            .map(|evidence| evidence.origin.to_string())
    }

    /// The finding as text, with the excerpt of the capture.
    #[must_use]
    pub fn to_text(&self, color: Color) -> String {
        color.apply(&finding_text(self))
    }
}

/// One line: `session.har:12:3: error[wrong-type]: …`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = self.seen_at().next() {
            write!(f, "{origin}: ")?;
        }
        write!(f, "{}[{}]: {}", self.level, self.rule.id, self.headline())
    }
}

impl ReadProblem {
    /// Where, as `file:line:column`.
    #[must_use]
    pub fn place(&self) -> String {
        self.origin.to_string()
    }

    /// What is wrong, and what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// One line: `session.har:12:3: …`
impl fmt::Display for ReadProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = crate::redact::printed(&self.message);
        write!(f, "{}: {message}", self.origin)
    }
}

impl Rule {
    /// The id, such as `undeclared-property`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What the rule is about, in one line.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// The version of wiredrift that introduced it.
    #[must_use]
    pub fn since(&self) -> &'static str {
        self.since
    }

    /// What the rule means, why it matters, and how to silence it: Markdown, as `wiredrift explain` prints
    /// it.
    #[must_use]
    pub fn documentation(&self) -> &'static str {
        self.doc
    }
}
