//! What a report says of findings and changes that do not count.

use crate::rules::{Level, Suppression};
use crate::rules::except::{Entry, Exceptions, Looked, Subject};

use super::plural;

/// Findings or changes that do not count, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exempt {
    /// Those that the baseline lists.
    pub(crate) known: usize,
    /// The errors among them.
    pub(crate) known_errors: usize,
    /// Those that are ignored.
    pub(crate) ignored: usize,
    /// Entries of the baseline that did not occur.
    pub(crate) gone: Vec<Entry>,
    /// Whether there is a baseline.
    pub(crate) has_baseline: bool,
}

impl Exempt {
    /// Counts what is suppressed. `all` is what was found, whether it counts or not.
    pub(crate) fn new<T: Subject>(
        exceptions: &Exceptions,
        suppressed: &[(T, Suppression)],
        all: &[&T],
        looked: &Looked,
    ) -> Self {
        let is_known = |suppression: &Suppression| matches!(suppression, Suppression::Baseline { .. });
        let known = suppressed.iter().filter(|(_, suppression)| is_known(suppression));
        let known: Vec<&T> = known.map(|(item, _)| item).collect();
        let gone = exceptions.baseline.as_ref().map(|baseline| baseline.gone(all, looked));
        Self {
            known: known.len(),
            known_errors: known.iter().filter(|item| item.level() == Level::Error).count(),
            ignored: suppressed.len() - known.len(),
            gone: gone.unwrap_or_default(),
            has_baseline: exceptions.baseline.is_some(),
        }
    }

    /// What they are, in one word: `known`, `ignored`; `None` if there are none.
    pub(crate) const fn word(&self) -> Option<&'static str> {
        match (self.known > 0, self.ignored > 0) {
            (true, true) => Some("known and ignored"),
            (true, false) => Some("known"),
            (false, true) => Some("ignored"),
            (false, false) => None,
        }
    }

    /// The headline of a list that is empty: `No changes`, or `No new changes` if others are known or ignored.
    pub(crate) fn nothing(&self, nouns: &str) -> String {
        match self.word() {
            Some(_) => format!("No new {nouns}"),
            None => format!("No {nouns}"),
        }
    }

    /// The same in sentences, for people.
    pub(crate) fn sentences(&self, noun: &str) -> Vec<String> {
        /// Entries that are listed.
        const LISTED: usize = 5;
        let mut sentences = Vec::new();
        let verb = |count: usize| if count == 1 { "is" } else { "are" };
        if self.known > 0 {
            let mut known = plural(self.known as u64, noun);
            if self.known_errors > 0 {
                known.push_str(&format!(" ({})", plural(self.known_errors as u64, "error")));
            }
            sentences.push(format!("{known} {} in the baseline and not listed.", verb(self.known)));
        }
        if self.ignored > 0 {
            let ignored = plural(self.ignored as u64, noun);
            sentences.push(format!("{ignored} {} ignored.", verb(self.ignored)));
        }
        if !self.gone.is_empty() {
            let mut keys: Vec<String> =
                self.gone.iter().take(LISTED).map(|entry| crate::redact::sanitised(&entry.key)).collect();
            if let Some(more) = self.gone.len().checked_sub(LISTED).filter(|more| *more > 0) {
                keys.push(format!("{more} more"));
            }
            sentences.push(format!(
                "{} of the baseline did not occur; --update-baseline removes {}: {}",
                plural(self.gone.len() as u64, noun),
                if self.gone.len() == 1 { "it" } else { "them" },
                keys.join(", ")
            ));
        }
        sentences
    }
}
