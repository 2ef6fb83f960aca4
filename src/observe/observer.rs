//! Takes exchanges from the readers, and learns from each.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::redact::sanitised;
use crate::capture::{Body, Hint, Line, ReadProblem, Sink as _, SourceRead, Unused};
use crate::contract::{Contract, OperationKind, Payload};
use crate::json::{SyntaxErrorKind, TapeDocument, SyntaxError};
use crate::limits::VERDICTS;
use crate::location::{Origin, Side};

use super::observation::{Judged, Observation, Skipped, first_judged};
use super::message::body::{allows_body, best_fit};
use super::routing::guess::Candidates;
use super::options::{Hinted, Options};
use super::message::placeholder;
use super::profile::{Profile, TargetKey, TrafficFact, PayloadVerdict};
use super::walk::record::ShapeRecorder;
use super::routing::destination::{Destination, Versions};
use super::profile::sighting::Sighting;
use super::stream::{Acceptor, Scales, Streams};
use crate::schema::NodeId;
use super::head::Head;
use super::profile::tally::Keyed;
use super::walk::variant::variant_names;
use super::walk::Walk;
use super::watch::{Lazy, RoutedPayload, Watcher};


/// Compares exchanges with the versions of a contract and keeps what is learnt.
#[derive(Debug)]
pub struct Observer<'c, W = ()> {
    pub(super) versions: Versions<'c>,
    pub(super) options: Options,
    pub(super) streams: Streams<'c>,
    pub(super) scales: Scales<'c>,
    /// Tests of payloads against other versions, by contract, schema and side.
    pub(super) acceptors: BTreeMap<(String, NodeId, Option<Side>), Acceptor<'c>>,
    /// Where parts of the captures start.
    pub(super) marks: Vec<Mark>,
    pub(super) hinted: Option<Hinted>,
    /// Where payloads with the latest hint may belong.
    pub(super) open: Option<Candidates<'c>>,
    pub(super) payloads: u64,
    /// When the current exchange was recorded.
    pub(super) time: Option<Timestamp>,
    /// What is learnt now is looked at before it is kept: then nothing may be kept elsewhere.
    pub(super) is_apart: bool,
    /// Whether the capture of the exchange leaves bodies out as a rule.
    pub(super) may_lack_bodies: bool,
    /// Whether it does not show credentials as they were sent.
    pub(super) may_lack_credentials: bool,
    /// What was learnt.
    pub profile: Profile,
    /// What could not be read: the first problems, and how many there were.
    pub problems: Vec<ReadProblem>,
    /// How many problems there were.
    pub problems_met: u64,
    /// The files that were read.
    pub sources: Vec<SourceRead>,
    /// Files of folders that were passed over, and why.
    pub skipped: Vec<Skipped>,
    /// The verdicts on the first payloads by file and position, and on some more.
    pub judged: Vec<Judged>,
    /// Where the verdicts end that are kept; `None` while there is room for more.
    pub(super) judged_until: Option<Origin>,
    /// Who is told of the traffic itself.
    pub watcher: W,
}

impl<'c> Observer<'c> {
    /// An observer for `asked` versions of one contract; `family` is every known version of it, from
    /// old to new.
    #[must_use]
    pub fn new(asked: Vec<&'c Contract>, family: Vec<&'c Contract>, options: Options) -> Self {
        Self {
            versions: Versions { asked, family },
            scales: Scales::new(options.engine),
            options,
            streams: Streams::default(),
            acceptors: BTreeMap::new(),
            marks: Vec::new(),
            hinted: None,
            open: None,
            payloads: 0,
            time: None,
            is_apart: false,
            may_lack_bodies: false,
            may_lack_credentials: false,
            profile: Profile::default(),
            problems: Vec::new(),
            problems_met: 0,
            sources: Vec::new(),
            skipped: Vec::new(),
            judged: Vec::new(),
            judged_until: None,
            watcher: (),
        }
    }

    /// The same observer, which tells somebody of the traffic that it sees.
    #[must_use]
    pub fn watched_by<W: Watcher<'c>>(self, watcher: W) -> Observer<'c, W> {
        Observer {
            versions: self.versions,
            options: self.options,
            streams: self.streams,
            scales: self.scales,
            acceptors: self.acceptors,
            marks: self.marks,
            hinted: self.hinted,
            open: self.open,
            payloads: self.payloads,
            time: self.time,
            is_apart: self.is_apart,
            may_lack_bodies: self.may_lack_bodies,
            may_lack_credentials: self.may_lack_credentials,
            profile: self.profile,
            problems: self.problems,
            problems_met: self.problems_met,
            sources: self.sources,
            skipped: self.skipped,
            judged: self.judged,
            judged_until: self.judged_until,
            watcher,
        }
    }
}

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// The observer without its watcher, and the watcher.
    pub fn unwatched(self) -> (Observer<'c>, W) {
        let observer = Observer {
            versions: self.versions,
            options: self.options,
            streams: self.streams,
            scales: self.scales,
            acceptors: self.acceptors,
            marks: self.marks,
            hinted: self.hinted,
            open: self.open,
            payloads: self.payloads,
            time: self.time,
            is_apart: self.is_apart,
            may_lack_bodies: self.may_lack_bodies,
            may_lack_credentials: self.may_lack_credentials,
            profile: self.profile,
            problems: self.problems,
            problems_met: self.problems_met,
            sources: self.sources,
            skipped: self.skipped,
            judged: self.judged,
            judged_until: self.judged_until,
            watcher: (),
        };
        (observer, self.watcher)
    }

    /// What was learnt, and how the captures were read.
    #[must_use]
    pub fn into_observation(self) -> Observation {
        let callbacks_cut = self.options.callbacks.cut().map(str::to_owned).collect();
        let observation = Observation {
            profile: self.profile,
            sources: self.sources,
            skipped: self.skipped,
            problems: self.problems,
            problems_met: self.problems_met,
            judged: self.judged,
            callbacks_cut,
        };
        observation.in_order()
    }

    /// The versions that payloads are compared with.
    #[must_use]
    pub fn asked(&self) -> &[&'c Contract] {
        &self.versions.asked
    }

    /// Compares a payload with a known operation.
    pub fn payload(
        &mut self,
        contract: &'c Contract,
        operation: &str,
        side: Side,
        status: Option<u16>,
        body: &Body<'_>,
    ) {
        if let Some(place) = Self::destination(contract, operation, side, status) {
            self.body(&place, body, None);
            self.settle();
        }
    }

    pub(super) fn destination(
        contract: &'c Contract,
        operation: &str,
        side: Side,
        status: Option<u16>,
    ) -> Option<Destination<'c>> {
        let operation = contract.operation(operation)?;
        Some(Destination {
            contract,
            operation,
            side,
            status,
        })
    }

    pub(super) fn fact(&mut self, fact: &TrafficFact, subject: &str, sighting: &Sighting<'_>) {
        self.fact_of(self.payloads, fact, subject, sighting);
    }

    /// A fact about the payload with this number.
    pub(super) fn fact_of(
        &mut self,
        payload: u64,
        fact: &TrafficFact,
        subject: &str,
        sighting: &Sighting<'_>,
    ) {
        let spot = sighting.spot(payload, self.time);
        let is_new = !self.profile.traffic.contains_key(fact);
        if is_new {
            self.profile.traffic.insert(fact.clone(), Keyed::default());
        }
        let Some(keyed) = self.profile.traffic.get_mut(fact) else {
            return;
        };
        keyed.add(subject, spot, || sighting.evidence());
        if is_new && matches!(fact, TrafficFact::UnknownOperation { .. }) {
            self.profile.fold_hosts();
        }
    }

    fn verdict(
        &mut self,
        origin: &Origin,
        target: Option<TargetKey>,
        verdict: PayloadVerdict,
        variants: Vec<String>,
    ) {
        self.profile.verdicts.entry(verdict).or_default().0 += 1;
        self.judge(origin, target, verdict, variants);
    }

    pub(super) fn judge(
        &mut self,
        origin: &Origin,
        target: Option<TargetKey>,
        verdict: PayloadVerdict,
        variants: Vec<String>,
    ) {
        if self.keeps_verdict(origin) {
            self.judged.push(Judged {
                origin: origin.clone(),
                target,
                verdict,
                variants,
            });
        }
    }

    /// Whether the verdict on a payload that starts there may be among the first.
    pub(super) fn keeps_verdict(&self, origin: &Origin) -> bool {
        self.judged_until.as_ref().is_none_or(|until| origin < until)
    }

    /// Leaves out verdicts for which there is no room. Called between exchanges, because the verdicts on one may change.
    pub(super) fn fit_judged(&mut self) {
        if self.judged.len() >= 2 * VERDICTS {
            first_judged(&mut self.judged);
            self.judged_until = self.judged.last().map(|last| last.origin.clone());
        }
    }

    /// Counts the current exchange, or a body of it, that is not compared.
    pub(super) fn leave(&mut self, reason: Unused, origin: &Origin) {
        self.watcher.unused(reason, origin);
        self.profile.leave(reason, origin);
    }

    /// Says that a payload was not compared to its end.
    pub(super) fn too_nested(&mut self, body: &Body<'_>) {
        let most = crate::limits::NESTED_SCHEMAS;
        self.problem(ReadProblem {
            origin: body.place(0),
            message: format!(
                "the payload was not compared to its end: its schema applies more than {most} schemas \
                 inside each other to it"
            ),
        });
    }

    /// A payload that was not compared.
    pub(super) fn unjudged(
        &mut self,
        body: &Body<'_>,
        target: Option<TargetKey>,
        verdict: PayloadVerdict,
        why: Option<&str>,
    ) {
        let reason = Unused::of_body(body).or(match verdict {
            PayloadVerdict::NoSchema => Some(Unused::NoSchema),
            PayloadVerdict::Undecided => Some(Unused::Undecided),
            _ => None,
        });
        if let Some(reason) = reason {
            self.leave(reason, &body.origin);
        }
        self.watcher.unjudged(body, target.as_ref(), verdict, why);
        self.verdict(&body.origin, target, verdict, Vec::new());
    }

    /// One side of an exchange whose operation is known.
    pub(super) fn message(
        &mut self,
        place: &Destination<'c>,
        body: Option<&Body<'_>>,
        left_out: bool,
        line: &Line,
    ) {
        let wanted = place.operation.payload(place.side, place.status);
        // Not Modified and Switching Protocols have no body and are no answers of the operation's own.
        if wanted.is_none() && !matches!(place.status, Some(101 | 304)) {
            let fact = TrafficFact::UndeclaredStatus(place.key());
            let status = place.status.unwrap_or_default().to_string();
            self.fact(&fact, "", &Sighting::of_part(line, &status));
        }
        let is_expected = wanted.is_some_and(Payload::is_required)
            && allows_body(&place.operation.method, place.status);
        if body.is_none() && left_out && (is_expected || !self.may_lack_bodies) {
            self.leave(Unused::LeftOut, &line.origin);
        }
        match (body, wanted) {
            (Some(body), _) => self.body(place, body, None),
            (None, _) if is_expected && !(left_out && self.may_lack_bodies) => {
                let fact = match left_out {
                    true => TrafficFact::BodyLeftOut(place.key()),
                    false => TrafficFact::MissingBody(place.key()),
                };
                self.fact(&fact, "", &Sighting::of_part(line, ""));
            }
            (None, _) => {}
        }
    }

    /// A JSON value that is compared with one of these schemas.
    pub(super) fn value(
        &mut self,
        place: &Destination<'c>,
        schemas: &[NodeId],
        body: &Body<'_>,
        parsed: Option<Parsed<'_>>,
    ) {
        let key = place.key();
        if parsed.is_none()
            && !body.has_stand_ins()
            && let [node] = *schemas
            && self.streamed(place, node, body)
        {
            return;
        }
        let parsed = parsed.unwrap_or_else(|| body.parse());
        if parsed.is_err()
            && let Some(mended) = placeholder::with_strings(body)
        {
            return self.value(place, schemas, &mended, Some(mended.parse()));
        }
        let Some(document) = self.parsed(body, parsed, Some(&key)) else {
            return;
        };
        let graph = &place.contract.graph;
        let node = best_fit(graph, schemas, place.side, document.root());
        let target = self.profile.targets.entry(key.clone()).or_default();
        let recorder = ShapeRecorder::new(
            graph,
            place.said_side(),
            &mut target.shape,
            body,
            &document,
            (self.payloads, self.time),
        );
        let mut walk = Walk::new(graph, place.said_side(), recorder);
        walk.run(node, document.root());
        let is_exceeded = walk.is_exceeded();
        let (deviations, placeholders) = (walk.recorder.deviations, walk.recorder.placeholders);
        let variants = variant_names(graph, &walk.recorder.root_variants);
        // One where nothing is asked of values keeps the payload from being JSON, too.
        let placeholders = placeholders.max(u64::from(body.has_stand_ins()));
        let verdict = PayloadVerdict::of(deviations, placeholders);
        target.count(verdict);
        self.profile.compared += 1;
        if is_exceeded {
            self.too_nested(body);
        }
        if verdict == PayloadVerdict::Deviates {
            self.other_version(place, body, &Head::of(body));
        }
        self.watcher.payload(&RoutedPayload {
            contract: place.contract,
            operation: place.operation,
            side: place.said_side(),
            status: place.status,
            schema: node,
            body,
            document: Lazy::Parsed(&document),
            verdict,
        });
        self.verdict(&body.origin, Some(key), verdict, variants);
    }

    /// Whether a body that is compared with nothing is JSON, but for placeholders; what is wrong with it is a fact.
    pub(super) fn is_sound(&mut self, body: &Body<'_>, target: Option<&TargetKey>) -> bool {
        let parsed = body.parse();
        if parsed.is_err() && placeholder::with_strings(body).is_some() {
            self.payloads += 1;
            return true;
        }
        self.parsed(body, parsed, target).is_some()
    }

    fn parsed<'b>(
        &mut self,
        body: &'b Body<'_>,
        parsed: Parsed<'b>,
        target: Option<&TargetKey>,
    ) -> Option<TapeDocument<'b>> {
        self.payloads += 1;
        match parsed {
            Ok(document) => {
                for key in document.repeated_keys() {
                    let sighting = Sighting::Json(body, &document, key.span());
                    self.fact(
                        &TrafficFact::DuplicateKey,
                        &sanitised(&key.name()),
                        &sighting,
                    );
                }
                Some(document)
            }
            Err(error) if error.kind.is_unreadable() => {
                self.watcher.unread(body);
                self.problem(ReadProblem {
                    origin: body.place(error.offset),
                    message: error.to_string(),
                });
                None
            }
            Err(error) => {
                let message = error.message;
                let fact = TrafficFact::MalformedJson {
                    target: target.cloned(),
                    kind: error.kind,
                    message: message.clone(),
                    hint: error.hint,
                };
                self.fact(&fact, "", &Sighting::Body(body, error.offset));
                let reason = match error.kind {
                    SyntaxErrorKind::UnexpectedEnd => Unused::Truncated,
                    _ => Unused::Malformed,
                };
                self.leave(reason, &body.origin);
                let target = target.cloned();
                self.unjudged(body, target, PayloadVerdict::Malformed, Some(&message));
                None
            }
        }
    }

    /// A payload without method and URL.
    pub(super) fn bare(&mut self, body: &Body<'_>, hint: &Hint, line: Option<&Line>) {
        if !body.has_stand_ins() && self.bare_streamed(body, hint) {
            return;
        }
        let parsed = match body.is_json() {
            true => body.parse(),
            false => {
                // Nothing in such a body says where it belongs, but a name may.
                let named = self.versions.named(hint);
                let is_named = |place: &Destination<'c>| {
                    place.operation.kind != OperationKind::Schema
                        && place.operation.payload(place.side, place.status).is_some()
                };
                if let Some(place) = named.filter(is_named) {
                    self.profile.matched += 1;
                    return self.body(&place, body, None);
                }
                self.fact(&TrafficFact::Unmatched, "", &Sighting::Body(body, 0));
                return self.unjudged(body, None, PayloadVerdict::Unmatched, None);
            }
        };
        if parsed.is_err()
            && let Some(mended) = placeholder::with_strings(body)
        {
            return self.bare(&mended, hint, line);
        }
        if parsed.is_err() {
            // What is malformed belongs where the hint says, if it says so.
            let key = self.versions.named(hint).map(|place| place.key());
            self.profile.matched += u64::from(key.is_some());
            self.parsed(body, parsed, key.as_ref());
            return;
        }
        let Some(found) = self.guess(hint, &Head::of(body)) else {
            if !self.versions.asked.is_empty() {
                self.leave(Unused::NoOperation, &body.origin);
            }
            self.fact(&TrafficFact::Unmatched, "", &Sighting::Start(body));
            self.parsed(body, parsed, None);
            return self.unjudged(body, None, PayloadVerdict::Unmatched, None);
        };
        let place = found.place;
        if found.is_undecided {
            self.ambiguous(self.payloads, &found, body);
            self.parsed(body, parsed, None);
            return self.unjudged(body, None, PayloadVerdict::Undecided, None);
        }
        self.profile.matched += 1;
        self.ambiguous(self.payloads, &found, body);
        if place.operation.payload(place.side, place.status).is_none() {
            let sighting = match line {
                Some(line) => {
                    let status = place.status.unwrap_or_default().to_string();
                    Sighting::of_part(line, &status)
                }
                None => Sighting::Start(body),
            };
            self.fact(
                &TrafficFact::UndeclaredStatus(place.key()),
                "",
                &sighting,
            );
        }
        self.body(&place, body, Some(parsed));
    }
}

/// How much an observer had seen when a part of the captures started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) part: u64,
    pub(super) problems: usize,
    pub(super) sources: usize,
    pub(super) skipped: usize,
}

/// A body that was parsed, or why it could not be.
pub(super) type Parsed<'b> = Result<TapeDocument<'b>, SyntaxError>;
