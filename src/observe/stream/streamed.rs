//! How an observer uses the streaming walk: for payloads of which it is known, or guessed, where they belong.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::capture::{Body, Hint};
use crate::contract::Contract;
use crate::schema::{Memo, NodeId};

use crate::observe::routing::guess::{Candidates, Found};
use crate::observe::head::Head;
use crate::observe::observer::Observer;
use crate::observe::walk::variant::variant_names;
use crate::observe::options::Engine;
use crate::observe::profile::{TrafficFact, PayloadVerdict};
use crate::observe::routing::destination::Destination;
use crate::observe::profile::sighting::Sighting;
use super::streams::{Acceptor, Doubt, Outcome};
use crate::observe::watch::{Lazy, RoutedPayload, Watcher};

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Whether payloads may be walked in one pass: whoever looks at them wants them parsed.
    fn streams(&self) -> bool {
        !self.is_apart && self.options.engine == Engine::Streaming
    }

    /// Compares a payload with a schema in one pass over its bytes; false when that is left to the
    /// other walk.
    pub(crate) fn streamed(
        &mut self,
        place: &Destination<'c>,
        node: NodeId,
        body: &Body<'_>,
    ) -> bool {
        self.streams() && self.streamed_with(place, node, body, &Head::of(body))
    }

    fn streamed_with(
        &mut self,
        place: &Destination<'c>,
        node: NodeId,
        body: &Body<'_>,
        head: &Head<'_>,
    ) -> bool {
        let number = self.payloads + 1;
        match self.streams.payload(place, node, body, number, None) {
            Some(outcome) => {
                self.walked(place, node, body, &outcome, head);
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
        head: &Head<'_>,
    ) {
        self.payloads += 1;
        self.profile.compared += 1;
        if outcome.is_exceeded {
            self.too_nested(body);
        }
        let verdict = outcome.verdict;
        if verdict == PayloadVerdict::Deviates {
            self.other_version(place, body, head);
        }
        self.watcher.payload(&RoutedPayload {
            contract: place.contract,
            operation: place.operation,
            side: place.said_side(),
            status: place.status,
            schema: node,
            body,
            document: Lazy::Unparsed(OnceCell::new()),
            verdict,
        });
        self.profile.verdicts.entry(verdict).or_default().0 += 1;
        if self.keeps_verdict(&body.origin) {
            let key = self.streams.key(place, node);
            let variants = variant_names(&place.contract.graph, &outcome.variants);
            self.judge(&body.origin, Some(key), verdict, variants);
        }
    }

    /// Says so if a payload that deviates is one of another version.
    pub(crate) fn other_version(
        &mut self,
        place: &Destination<'c>,
        body: &Body<'_>,
        head: &Head<'_>,
    ) {
        if self.versions.has_others(place)
            && let Some(head) = head.document()
            && let Some(spoken) = self.versions.spoken(&mut self.scales, place, head)
        {
            let fact = TrafficFact::OtherVersion {
                target: place.key(),
                conforms: self.conforms_to(spoken, place, body),
            };
            self.fact(&fact, &spoken.reference(), &Sighting::Start(body));
        }
    }

    /// Whether another version accepts a payload as one of the same operation, side and status.
    fn conforms_to(&mut self, contract: &'c Contract, place: &Destination<'c>, body: &Body<'_>) -> bool {
        let Some(operation) = contract.operation(&place.operation.id) else {
            return false;
        };
        let side = place.said_side();
        let streams = self.streams();
        operation.schemas_like(place.side, place.status).into_iter().any(|schema| {
            let decided = streams.then(|| {
                let key = (contract.reference(), schema, side);
                let new = || Acceptor::new(&contract.graph, side, schema);
                self.acceptors.entry(key).or_insert_with(new).accepts(&body.bytes)
            });
            // What one pass cannot tell is decided on a tree.
            decided.flatten().unwrap_or_else(|| {
                let memo = Memo::on(side);
                let document = body.parse();
                document.is_ok_and(|document| contract.graph.accepts_with(schema, document.root(), &memo))
            })
        })
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

    /// Where a payload with this hint belongs, by its head.
    pub(crate) fn guess(&mut self, hint: &Hint, head: &Head<'_>) -> Option<Arc<Found<'c>>> {
        let head = head.document()?;
        let mut open = self.candidates(hint);
        let found = open.guess(&self.versions, &mut self.scales, head);
        self.open = Some(open);
        found
    }

    /// A payload without method and URL; false when it is for the other walk.
    pub(crate) fn bare_streamed(&mut self, body: &Body<'_>, hint: &Hint) -> bool {
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
        let head = Head::of(body);
        let mut look = |open: &mut Candidates<'c>| {
            let found = open.guess(versions, scales, head.document()?);
            open.expect(&body.bytes);
            found
        };
        let Some(sole) = open.expected(versions, &body.bytes) else {
            return look(open).is_some_and(|found| self.streamed_there(&found, body, &head));
        };
        let mut other = None;
        let mut belongs = || {
            let found = look(open);
            let is_same = found.as_ref().is_some_and(|found| found.is(&sole.found));
            other = Some(found);
            is_same
        };
        let doubt = Doubt {
            cases: &sole.cases,
            belongs: &mut belongs,
        };
        let (place, node) = (&sole.found.place, sole.node);
        let payload = *payloads;
        let outcome = streams.payload(place, node, body, payload + 1, Some(doubt));
        match (outcome, other.flatten()) {
            (Some(outcome), other) => {
                self.walked(place, node, body, &outcome, &head);
                let found = other.as_deref().unwrap_or(&sole.found);
                self.ambiguous(payload, found, body);
                true
            }
            (None, Some(other)) if !other.is(&sole.found) => {
                self.streamed_there(&other, body, &head)
            }
            (None, _) => false,
        }
    }

    fn streamed_there(&mut self, found: &Found<'c>, body: &Body<'_>, head: &Head<'_>) -> bool {
        let payload = self.payloads;
        let is_streamed = found
            .node
            .filter(|_| !found.is_undecided)
            .is_some_and(|node| self.streamed_with(&found.place, node, body, head));
        if is_streamed {
            self.ambiguous(payload, found, body);
        }
        is_streamed
    }

    pub(crate) fn ambiguous(&mut self, payload: u64, found: &Found<'_>, body: &Body<'_>) {
        if let Some(fact) = &found.ambiguous {
            self.fact_of(payload, fact, "", &Sighting::Start(body));
        }
    }
}
