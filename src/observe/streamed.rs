//! How an observer uses the streaming walk: for payloads of which it is known, or guessed, where they belong.

use crate::capture::{Body, Hint};
use crate::json::{Document, Value};
use crate::schema::NodeId;

use super::fit::ELEMENTS;
use super::guess::{Candidates, Found, Guess};
use super::observer::{JUDGED_KEPT, Observer, key_of, names};
use super::options::Engine;
use super::profile::{TrafficFact, Verdict};
use super::route::{Destination, Versions};
use super::sighting::Sighting;
use super::stream::{Doubt, Outcome, Scales};
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
        match self.streams.payload(place, node, body, number, None) {
            Some(outcome) => {
                self.walked(place, node, body, &outcome);
                true
            }
            None => false,
        }
    }

    /// Keeps what came out of a payload.
    fn walked(
        &mut self,
        place: &Destination<'c>,
        node: NodeId,
        body: &Body<'_>,
        outcome: &Outcome,
    ) {
        self.payloads += 1;
        let verdict = outcome.verdict;
        if verdict == Verdict::Deviates
            && let Some(spoken) = self.versions.spoken(&mut self.scales, place, &body.bytes)
        {
            let fact = TrafficFact::OtherVersion(key_of(place));
            self.fact(&fact, &spoken.reference(), &Sighting::Start(body));
        }
        self.profile.verdicts.entry(verdict).or_default().0 += 1;
        if self.judged.len() < JUDGED_KEPT {
            let key = self.streams.key(place, node);
            let variants = names(&place.contract.graph, &outcome.variants);
            self.judge(&body.origin, Some(key), verdict, variants);
        }
    }

    /// Moves what the streaming walk learnt to the profile. [`Sink::finish`](crate::capture::Sink::finish) does
    /// that, too.
    pub fn settle(&mut self) {
        self.streams.settle(&mut self.profile);
    }

    /// Takes the places that a hint leaves open.
    fn candidates(&mut self, hint: &Hint) -> Candidates<'c> {
        let known = self.open.take().filter(|open| open.are_of(hint));
        known.unwrap_or_else(|| Candidates::new(&self.versions, hint))
    }

    /// Where a payload with this hint belongs, by the head of it.
    pub(super) fn guess(&mut self, hint: &Hint, head: Value<'_>) -> Guess<'c> {
        let mut open = self.candidates(hint);
        let guess = open.guess(&self.versions, &mut self.scales, head);
        self.open = Some(open);
        guess
    }

    /// A payload without method and URL; false when it is for the other walk.
    pub(super) fn bare_streamed(&mut self, body: &Body<'_>, hint: &Hint) -> bool {
        // A media type may choose among schemas; it is looked at where the place is known.
        if !self.streams() || !body.is_json() || body.media_type.is_some() {
            return false;
        }
        let mut open = self.candidates(hint);
        let is_streamed = match open.only {
            Some((place, node)) => self.streamed(&place, node, body),
            None => self.guessed(&mut open, body),
        };
        self.open = Some(open);
        self.profile.matched += u64::from(is_streamed);
        is_streamed
    }

    /// A payload of which it has to be guessed where it belongs. A guess that has to say more of the traffic, and
    /// what is not JSON, is for the other walk.
    fn guessed(&mut self, open: &mut Candidates<'c>, body: &Body<'_>) -> bool {
        let Self {
            versions,
            scales,
            streams,
            payloads,
            ..
        } = self;
        let payload = *payloads;
        let Some(sole) = open.expected(versions, &body.bytes) else {
            return match found(open, versions, scales, body) {
                Some(found) => self.streamed_there(&found, body),
                None => false,
            };
        };
        let mut other = None;
        let mut belongs = || {
            let found = found(open, versions, scales, body);
            let is_same = found.as_ref().is_some_and(|found| found.is(&sole.found));
            other = Some(found);
            is_same
        };
        let doubt = Doubt {
            cases: &sole.cases,
            belongs: &mut belongs,
        };
        let Found { place, node, .. } = &sole.found;
        match (
            streams.payload(place, *node, body, payload + 1, Some(doubt)),
            other,
        ) {
            (Some(outcome), other) => {
                self.walked(place, *node, body, &outcome);
                self.ambiguous(
                    payload,
                    other.flatten().as_ref().unwrap_or(&sole.found),
                    body,
                );
                true
            }
            (None, Some(Some(other))) if !other.is(&sole.found) => {
                self.streamed_there(&other, body)
            }
            (None, _) => false,
        }
    }

    fn streamed_there(&mut self, found: &Found<'c>, body: &Body<'_>) -> bool {
        let payload = self.payloads;
        let is_streamed = self.streamed(&found.place, found.node, body);
        if is_streamed {
            self.ambiguous(payload, found, body);
        }
        is_streamed
    }

    fn ambiguous(&mut self, payload: u64, found: &Found<'c>, body: &Body<'_>) {
        if let Some(fact) = &found.ambiguous {
            self.fact_of(payload, fact, "", &Sighting::Start(body));
        }
    }
}

/// Where a payload belongs by its head, if it is known what to compare it with there.
fn found<'c>(
    open: &mut Candidates<'c>,
    versions: &Versions<'c>,
    scales: &mut Scales<'c>,
    body: &Body<'_>,
) -> Option<Found<'c>> {
    let head = Document::head(&body.bytes, ELEMENTS)?;
    let guess = open.guess(versions, scales, head.root());
    open.expect(&body.bytes);
    match guess {
        Guess::Found(place, equal) => Found::new(place, equal),
        Guess::Unmatched => None,
    }
}
