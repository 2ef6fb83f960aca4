//! What of a fact counts, and what a baseline knows or the user ignores.

use std::borrow::Cow;

use crate::observe::Tally;
use crate::rules::except::{ANYTHING, Suppression, tells_values_apart};
use crate::rules::key::Key;

use super::cause::CauseFact;
use super::judge::{Judge, Standing};

impl Judge<'_> {
    /// The parts of a fact by their standing. Only values that were counted apart can be separated.
    pub(super) fn parts<'p>(&mut self, key: &Key, mut fact: CauseFact<'p>) -> Vec<(Standing, CauseFact<'p>)> {
        if self.exceptions.is_empty() {
            return vec![(Standing::Active, fact)];
        }
        // Of the payloads of the whole cause, some may not count.
        fact.payloads = None;
        if let Some((at, suppression)) = self.exceptions.ignored(fact.rule, &fact.spot()) {
            self.used.insert(at);
            return vec![(Standing::Suppressed(suppression), fact)];
        }
        let key = key.to_string();
        let details = fact.details();
        let known: Vec<Option<Suppression>> = match &*details {
            [] => vec![self.exceptions.known(&key, None)],
            details => details.iter().map(|detail| self.exceptions.known(&key, Some(detail))).collect(),
        };
        let first = known.iter().flatten().next().cloned();
        let Some(suppression) = first else {
            return vec![(Standing::Active, fact)];
        };
        let suppression = Standing::Suppressed(suppression);
        if known.iter().all(Option::is_some) {
            return vec![(suppression, fact)];
        }
        if fact.value_tallies.len() != fact.values.len() || fact.values.len() != known.len() {
            return vec![(Standing::Active, fact)];
        }
        let mut rest = fact.clone();
        rest.keep_values(|at| known[at].is_none());
        fact.keep_values(|at| known[at].is_some());
        vec![(suppression, fact), (Standing::Active, rest)]
    }
}

impl CauseFact<'_> {
    /// The properties or values that it is about, where each is a matter of its own.
    fn details(&self) -> Vec<String> {
        let is_by_value = tells_values_apart(&self.matter);
        let seen = match is_by_value {
            true => &self.values,
            false => &self.properties,
        };
        match seen.is_empty() && is_by_value {
            // They were too many to list.
            true => vec![ANYTHING.to_owned()],
            false => seen.iter().map(|seen| seen.value.to_string()).collect(),
        }
    }

    /// Keeps some of the values, with what was counted of them.
    fn keep_values(&mut self, is_kept: impl Fn(usize) -> bool) {
        let mut all = Tally::default();
        let mut at = 0;
        let mut keep = || {
            at += 1;
            is_kept(at - 1)
        };
        self.value_tallies.retain(|_| keep());
        at = 0;
        let mut keep = || {
            at += 1;
            is_kept(at - 1)
        };
        self.values.retain(|_| keep());
        for tally in &self.value_tallies {
            all += *tally;
        }
        self.tally = Cow::Owned(all);
    }
}
