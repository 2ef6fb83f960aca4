//! How an observer uses the streaming walk: for payloads of which it is known where they belong.

use crate::capture::{Body, Hint};
use crate::json::Document;
use crate::schema::NodeId;

use super::observer::{JUDGED_KEPT, Observer, key_of, names};
use super::options::Engine;
use super::profile::{TrafficFact, Verdict};
use super::route::Destination;
use super::sighting::Sighting;
use super::watch::Watcher;

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Whether payloads may be walked in one pass: whoever looks at them wants them parsed.
    fn streams(&self) -> bool {
        !W::LOOKS && self.options.engine == Engine::Streaming
    }

    /// Compares a payload with a schema in one pass over its bytes; false when that is left to the
    /// other walk.
    pub(super) fn streamed(
        &mut self,
        place: &Destination<'c>,
        node: NodeId,
        body: &Body<'_>,
    ) -> bool {
        if !self.streams() {
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
        // A media type may choose among schemas; it is looked at where the place is known.
        if !self.streams() || !body.is_json() || body.media_type.is_some() {
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
        if !self.streamed(&place, node, body) {
            return false;
        }
        self.profile.matched += 1;
        true
    }
}
