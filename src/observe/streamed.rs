//! How an observer uses the streaming walk: for payloads of which it is known where they belong.

use std::sync::Arc;

use crate::capture::{Body, Exchange, Hint};
use crate::json::Document;
use crate::schema::NodeId;

use super::observer::{JUDGED_KEPT, Observer, key_of, names};
use super::options::{Engine, fits_file};
use super::profile::{TrafficFact, Verdict};
use super::route::Destination;
use super::sighting::Sighting;
use super::watch::Watcher;

/// What is known of the payloads of a file that do not say it themselves.
#[derive(Debug)]
pub(super) struct Hinted {
    file: Arc<str>,
    told: Hint,
    hint: Arc<Hint>,
}

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Compares a payload with a schema in one pass over its bytes; false when that is left to the
    /// other walk.
    pub(super) fn streamed(
        &mut self,
        place: &Destination<'c>,
        node: NodeId,
        body: &Body<'_>,
    ) -> bool {
        if W::LOOKS || self.options.engine == Engine::Reference {
            return false;
        }
        let number = self.payloads + 1;
        let Some(outcome) = self.streams.payload(place, node, body, number) else {
            return false;
        };
        self.payloads = number;
        let verdict = outcome.verdict;
        if verdict == Verdict::Deviates
            && let Some(spoken) = self.versions.spoken(place, &body.bytes)
            && let Ok(document) = Document::parse(&body.bytes)
        {
            let fact = TrafficFact::OtherVersion(key_of(place));
            let sighting = Sighting::Json(body, &document, 0..1);
            self.fact(fact, &spoken.reference(), &sighting);
        }
        self.profile.verdicts.entry(verdict).or_default().0 += 1;
        if self.judged.len() < JUDGED_KEPT {
            let key = self.streams.key(place, node);
            let variants = names(&place.contract.graph, &outcome.variants);
            self.judge(&body.origin, Some(key), verdict, variants);
        }
        true
    }

    /// Moves what the streaming walk learnt to the profile. [`Sink::finish`](crate::capture::Sink::finish) does
    /// that, too.
    pub fn settle(&mut self) {
        self.streams.settle(&mut self.profile);
    }

    /// A payload without method and URL of which the hint says enough: there is only one schema for it.
    pub(super) fn bare_streamed(&mut self, body: &Body<'_>, hint: &Hint) -> bool {
        if W::LOOKS || self.options.engine == Engine::Reference || !body.is_json() {
            return false;
        }
        let only = match &self.only {
            Some((known, only)) if known == hint => *only,
            _ => {
                let only = self.versions.only(hint);
                self.only = Some((hint.clone(), only));
                only
            }
        };
        let Some((place, node)) = only else {
            return false;
        };
        if body.media_type.is_some() || !self.streamed(&place, node, body) {
            return false;
        }
        self.profile.matched += 1;
        true
    }

    /// What is known of a payload that does not say it itself.
    pub(super) fn hint_of(&mut self, exchange: &Exchange<'_>) -> Arc<Hint> {
        // Mostly it is what was known of the payload before.
        if let Some(known) = &self.hinted
            && (self.options.by_file.is_empty() || known.file == exchange.origin.file)
            && known.told == exchange.hint
        {
            return Arc::clone(&known.hint);
        }
        let user = &self.options.hint;
        let file = &*exchange.origin.file;
        let by_file = self
            .options
            .by_file
            .iter()
            .find(|(glob, _)| fits_file(glob, file));
        // Digits in a file name are a status only where the name says that it holds a response.
        let mut told = exchange.hint.clone();
        if !self.versions.names_operation(&told) && told.side.is_none() {
            told.status = None;
        }
        let hint = Arc::new(Hint {
            operation: by_file
                .map(|(_, operation)| operation.clone())
                .or_else(|| user.operation.clone())
                .or(told.operation),
            version: user.version.clone().or(told.version),
            side: user.side.or(told.side),
            status: user.status.or(told.status),
        });
        self.hinted = Some(Hinted {
            file: Arc::clone(&exchange.origin.file),
            told: exchange.hint.clone(),
            hint: Arc::clone(&hint),
        });
        hint
    }
}
