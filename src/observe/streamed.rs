//! How an observer uses the streaming walk: for payloads of which it is known, or guessed, where they belong.

use crate::capture::{Body, Hint};
use crate::json::{Document, Value};
use crate::schema::NodeId;

use super::fit::ELEMENTS;
use super::guess::{Candidates, Guess};
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
            && let Some(spoken) = self.versions.spoken(&mut self.scales, place, &body.bytes)
        {
            let fact = TrafficFact::OtherVersion(key_of(place));
            self.fact(fact, &spoken.reference(), &Sighting::Start(body));
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

    /// Where a payload with this hint belongs, by the head of it.
    pub(super) fn guess(&mut self, hint: &Hint, head: Value<'_>) -> Guess<'c> {
        let mut open = self.candidates(hint);
        let guess = open.guess(&self.versions, &mut self.scales, head);
        self.open = Some(open);
        guess
    }

    /// Takes the places that a hint leaves open.
    fn candidates(&mut self, hint: &Hint) -> Candidates<'c> {
        let known = self.open.take().filter(|open| open.are_of(hint));
        known.unwrap_or_else(|| Candidates::new(&self.versions, hint))
    }

    /// A payload without method and URL; false when it is for the other walk.
    pub(super) fn bare_streamed(&mut self, body: &Body<'_>, hint: &Hint) -> bool {
        // A media type may choose among schemas; it is looked at where the place is known.
        if !self.streams() || !body.is_json() || body.media_type.is_some() {
            return false;
        }
        let open = self.candidates(hint);
        let only = open.only;
        self.open = Some(open);
        let payload = self.payloads;
        let equal = match only {
            Some((place, node)) if self.streamed(&place, node, body) => Vec::new(),
            Some(_) => return false,
            None => match self.guessed(body, hint) {
                Some((place, node, equal)) if self.streamed(&place, node, body) => equal,
                // Facts about the traffic, and what is not JSON, are for the other walk.
                _ => return false,
            },
        };
        self.profile.matched += 1;
        if equal.len() > 1 {
            let fact = TrafficFact::Ambiguous(equal);
            self.fact_of(payload, fact, "", &Sighting::Start(body));
        }
        true
    }

    /// Where a payload seems to belong, if it is known what to compare it with there; and the labels of
    /// places that are as good. It may not be JSON.
    fn guessed(
        &mut self,
        body: &Body<'_>,
        hint: &Hint,
    ) -> Option<(Destination<'c>, NodeId, Vec<String>)> {
        let head = Document::head(&body.bytes, ELEMENTS)?;
        let Guess::Found(place, equal) = self.guess(hint, head.root()) else {
            return None;
        };
        let payload = place.operation.payload(place.side, place.status)?;
        match *payload.schemas() {
            [node] => Some((place, node, equal)),
            _ => None,
        }
    }
}
