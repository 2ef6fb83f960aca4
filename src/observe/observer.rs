//! Takes exchanges from the readers, and learns from each.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::capture::redact::{Excerpt, is_secret_name, mask_target, sanitised};
use crate::capture::{
    Body, Exchange, Hint, Problem, Remark, RemarkKind, Request, Response, Sink, SourceRead,
};
use crate::contract::{Contract, ParameterPlace, Payload, Route, Target};
use crate::json::Document;
use crate::location::{Origin, Pointer, Side};

use super::placeholder::is_placeholder;
use super::profile::{Profile, TargetKey, TrafficFact, Verdict};
use super::record::ShapeRecorder;
use super::route::{Destination, Guess, Versions};
use super::tally::{Evidence, Spot};
use super::walk::Walk;

/// Verdicts on single payloads that are kept for the report.
const JUDGED_KEPT: usize = 1_000;

/// What the user said of all captures of a run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Operation, side and status of payloads that come without method and URL. They win over what
    /// the capture's own name says.
    pub hint: Hint,
}

/// The verdict on one payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Where the payload starts.
    pub origin: Origin,
    /// What it was compared with.
    pub target: Option<TargetKey>,
    /// What came out.
    pub verdict: Verdict,
    /// The named variants that accepted it as a whole.
    pub variants: Vec<String>,
}

/// Compares exchanges with the versions of a contract and keeps what is learnt.
#[derive(Debug)]
pub struct Observer<'c> {
    versions: Versions<'c>,
    options: Options,
    payloads: u64,
    /// What was learnt.
    pub profile: Profile,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The files that were read.
    pub sources: Vec<SourceRead>,
    /// Files of folders that were passed over, and why.
    pub skipped: Vec<(PathBuf, &'static str)>,
    /// The verdicts on the first payloads.
    pub judged: Vec<Judged>,
}

impl<'c> Observer<'c> {
    /// An observer for `asked` versions of one contract; `family` is every known version of it, from
    /// old to new.
    #[must_use]
    pub fn new(asked: Vec<&'c Contract>, family: Vec<&'c Contract>, options: Options) -> Self {
        Self {
            versions: Versions { asked, family },
            options,
            payloads: 0,
            profile: Profile::default(),
            problems: Vec::new(),
            sources: Vec::new(),
            skipped: Vec::new(),
            judged: Vec::new(),
        }
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
        if let Some(operation) = contract.operation(operation) {
            let place = Destination {
                contract,
                operation,
                side,
                status,
            };
            self.body(&place, body);
        }
    }

    fn fact(&mut self, fact: TrafficFact, subject: &str, evidence: &Evidence) {
        let spot = Spot {
            start: &evidence.origin,
            offset: 0,
            payload: self.payloads,
        };
        let keyed = self.profile.traffic.entry(fact).or_default();
        keyed.add(subject, spot, || evidence.clone());
    }

    fn verdict(
        &mut self,
        origin: &Origin,
        target: Option<TargetKey>,
        verdict: Verdict,
        variants: Vec<String>,
    ) {
        self.profile.verdicts.entry(verdict).or_default().0 += 1;
        if self.judged.len() < JUDGED_KEPT {
            self.judged.push(Judged {
                origin: origin.clone(),
                target,
                verdict,
                variants,
            });
        }
    }

    /// An exchange with method and URL.
    fn routed(&mut self, request: &Request<'_>, response: Option<&Response<'_>>) {
        let target = Target::parse(&request.target);
        let mut others = Vec::new();
        for contract in self.versions.asked.clone() {
            match contract.route(&request.method, &target) {
                Route::Operation(operation, values) => {
                    let place = Destination {
                        contract,
                        operation,
                        side: Side::Request,
                        status: None,
                    };
                    self.parameters(&place, request, &target, &values);
                    self.message(&place, request.body.as_ref(), &request.origin);
                    if let Some(response) = response {
                        let place = Destination {
                            side: Side::Response,
                            status: Some(response.status),
                            ..place
                        };
                        self.message(&place, response.body.as_ref(), &response.origin);
                    }
                    return;
                }
                Route::OtherMethod(operations) => others.push((contract, operations)),
                Route::Unknown => {}
            }
        }
        let (fact, subject) = match others.first() {
            Some((contract, operations)) => {
                let mut known: Vec<String> = operations.iter().map(|o| o.method.clone()).collect();
                known.sort();
                let fact = TrafficFact::OtherMethod {
                    contract: contract.reference().into(),
                    path: operations[0].path.to_string(),
                    known,
                };
                (fact, sanitised(&request.method))
            }
            None => {
                let path = sanitised(&target.folded_path());
                let subject = format!("{} {path}", sanitised(&request.method));
                (TrafficFact::UnknownOperation, subject)
            }
        };
        let marked = match &fact {
            TrafficFact::OtherMethod { .. } => request.method.as_str(),
            _ => target.path.as_str(),
        };
        let evidence = line_evidence(request, marked);
        self.fact(fact, &subject, &evidence);
        let bodies = [
            request.body.as_ref(),
            response.and_then(|r| r.body.as_ref()),
        ];
        let mut readable = true;
        for body in bodies.into_iter().flatten().filter(|body| body.is_json()) {
            readable &= self.parse(body, None).is_some();
        }
        if readable {
            self.verdict(&request.origin, None, Verdict::Unmatched, Vec::new());
        }
    }

    fn parameters(
        &mut self,
        place: &Destination<'c>,
        request: &Request<'_>,
        target: &Target,
        path_values: &[(&str, String)],
    ) {
        let key = key_of(place);
        let graph = &place.contract.graph;
        let path_values = path_values
            .iter()
            .map(|(name, value)| (*name, value.as_str(), ParameterPlace::Path));
        let query_values = target
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str(), ParameterPlace::Query));
        for (name, value, at) in path_values.chain(query_values) {
            let declared = place
                .operation
                .parameters
                .iter()
                .find(|parameter| parameter.place == at && parameter.name == name);
            let fact = match (declared, at) {
                (Some(parameter), _) if parameter.accepts(graph, value) => continue,
                (Some(_), _) if is_placeholder(value) => {
                    TrafficFact::ParameterPlaceholder(key.clone())
                }
                (Some(_), _) => TrafficFact::ParameterValue(key.clone()),
                (None, ParameterPlace::Query) if !place.operation.open_query => {
                    TrafficFact::UndeclaredQuery(key.clone())
                }
                (None, ParameterPlace::Query | ParameterPlace::Path) => continue,
            };
            let shown = if at == ParameterPlace::Query {
                name
            } else {
                value
            };
            let evidence = line_evidence(request, shown);
            self.fact(fact, &sanitised(name), &evidence);
        }
    }

    /// One side of an exchange whose operation is known.
    fn message(&mut self, place: &Destination<'c>, body: Option<&Body<'_>>, origin: &Origin) {
        match body {
            Some(body) => self.body(place, body),
            None => {
                let wanted = place.operation.payload(place.side, place.status);
                match wanted {
                    Some(Payload::Schema(_)) => {
                        let fact = TrafficFact::MissingBody(key_of(place));
                        self.fact(fact, "", &bare_evidence(origin));
                    }
                    None => {
                        let fact = TrafficFact::UndeclaredStatus(key_of(place));
                        self.fact(fact, "", &bare_evidence(origin));
                    }
                    Some(Payload::Absent | Payload::Undocumented) => {}
                }
            }
        }
    }

    fn body(&mut self, place: &Destination<'c>, body: &Body<'_>) {
        let key = key_of(place);
        let node = match place.operation.payload(place.side, place.status) {
            Some(Payload::Schema(node)) => node,
            other => {
                let fact = match other {
                    None => TrafficFact::UndeclaredStatus(key.clone()),
                    Some(Payload::Absent) => TrafficFact::UnexpectedBody(key.clone()),
                    Some(Payload::Undocumented | Payload::Schema(_)) => {
                        TrafficFact::NoSchema(key.clone())
                    }
                };
                self.fact(fact, "", &body_evidence(body, 0));
                if !body.is_json() || self.parse(body, Some(&key)).is_some() {
                    self.verdict(&body.origin, Some(key), Verdict::NoSchema, Vec::new());
                }
                return;
            }
        };
        if !body.is_json() {
            let media_type = body.media_type.clone().unwrap_or_default();
            let fact = TrafficFact::MediaType(key.clone());
            self.fact(fact, &sanitised(&media_type), &body_evidence(body, 0));
            self.verdict(&body.origin, Some(key), Verdict::NoSchema, Vec::new());
            return;
        }
        let Some(document) = self.parse(body, Some(&key)) else {
            return;
        };
        let graph = &place.contract.graph;
        let target = self.profile.targets.entry(key.clone()).or_default();
        let recorder = ShapeRecorder::new(graph, &mut target.shape, body, &document, self.payloads);
        let mut walk = Walk::new(graph, recorder);
        walk.run(node, document.root());
        let (deviations, placeholders) = (walk.recorder.deviations, walk.recorder.placeholders);
        let variants = walk.recorder.root_variants.iter().map(|id| {
            let node = graph.node(*id);
            node.name
                .as_deref()
                .map_or_else(|| graph.label(*id), str::to_owned)
        });
        let variants = variants.collect();
        target.payloads += 1;
        let verdict = match (deviations, placeholders) {
            (0, 0) => {
                target.accepted += 1;
                Verdict::Conforms
            }
            (0, _) => {
                target.placeholders += 1;
                Verdict::Placeholders
            }
            _ => Verdict::Deviates,
        };
        if verdict == Verdict::Deviates
            && let Some(spoken) = self.versions.spoken(place, document.root())
        {
            let fact = TrafficFact::OtherVersion(key.clone());
            self.fact(fact, &spoken.reference(), &body_evidence(body, 0));
        }
        self.verdict(&body.origin, Some(key), verdict, variants);
    }

    /// Parses a body; what is wrong with it is a fact.
    fn parse<'b>(
        &mut self,
        body: &'b Body<'_>,
        target: Option<&TargetKey>,
    ) -> Option<Document<'b>> {
        self.payloads += 1;
        match Document::parse(&body.bytes) {
            Ok(document) => {
                let repeated: Vec<_> = document
                    .repeated_keys()
                    .map(|key| (sanitised(&key.name()), key.span()))
                    .collect();
                for (name, span) in repeated {
                    let evidence = Evidence {
                        origin: body.place(span.start),
                        pointer: Pointer::root(),
                        excerpt: Excerpt::of_json(&document, span),
                    };
                    self.fact(TrafficFact::DuplicateKey, &name, &evidence);
                }
                Some(document)
            }
            Err(error) => {
                let fact = TrafficFact::MalformedJson {
                    message: error.message,
                    hint: error.hint,
                };
                self.fact(fact, "", &body_evidence(body, error.offset));
                let target = target.cloned();
                self.verdict(&body.origin, target, Verdict::Malformed, Vec::new());
                None
            }
        }
    }

    /// A payload without method and URL.
    fn bare(&mut self, body: &Body<'_>, hint: &Hint) {
        if !body.is_json() {
            self.fact(TrafficFact::Unmatched, "", &body_evidence(body, 0));
            self.verdict(&body.origin, None, Verdict::Unmatched, Vec::new());
            return;
        }
        let guess = match Document::parse(&body.bytes) {
            Ok(document) => self.versions.guess(hint, document.root()),
            Err(_) => {
                self.parse(body, None);
                return;
            }
        };
        match guess {
            Guess::Found(place, equal) => {
                if equal.len() > 1 {
                    let evidence = body_evidence(body, 0);
                    self.fact(TrafficFact::Ambiguous(equal), "", &evidence);
                }
                self.body(&place, body);
            }
            Guess::Unmatched => {
                self.parse(body, None);
                self.fact(TrafficFact::Unmatched, "", &body_evidence(body, 0));
                self.verdict(&body.origin, None, Verdict::Unmatched, Vec::new());
            }
        }
    }

    fn remark(&mut self, remark: &Remark) {
        let (fact, subject) = match remark.kind {
            RemarkKind::ContentLength { declared, actual } => (
                TrafficFact::ContentLength,
                format!("{declared} declared, {actual} printed"),
            ),
        };
        let evidence = Evidence {
            origin: remark.origin.clone(),
            pointer: Pointer::root(),
            excerpt: remark.excerpt.clone(),
        };
        self.fact(fact, &subject, &evidence);
    }
}

impl Sink for Observer<'_> {
    fn exchange(&mut self, exchange: Exchange<'_>) {
        self.profile.exchanges += 1;
        for remark in &exchange.remarks {
            self.remark(remark);
        }
        let user = &self.options.hint;
        let hint = Hint {
            operation: user.operation.clone().or(exchange.hint.operation),
            version: user.version.clone().or(exchange.hint.version),
            side: user.side.or(exchange.hint.side),
            status: user.status.or(exchange.hint.status),
        };
        if let Some(request) = &exchange.request {
            self.routed(request, exchange.response.as_ref());
        } else if let Some(response) = &exchange.response
            && let Some(body) = &response.body
        {
            let hint = Hint {
                side: Some(Side::Response),
                status: Some(response.status),
                ..hint.clone()
            };
            self.bare(body, &hint);
        }
        if let Some(body) = &exchange.payload {
            self.bare(body, &hint);
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn source(&mut self, source: SourceRead) {
        self.sources.push(source);
    }

    fn skipped(&mut self, path: PathBuf, reason: &'static str) {
        self.skipped.push((path, reason));
    }
}

fn key_of(place: &Destination<'_>) -> TargetKey {
    TargetKey {
        contract: place.contract.reference().into(),
        operation: Arc::from(place.operation.id.as_str()),
        side: place.side,
        status: place.status,
    }
}

/// The request line, with the part that it is about marked.
fn line_evidence(request: &Request<'_>, part: &str) -> Evidence {
    let line = format!("{} {}", request.method, mask_target(&request.target));
    let span = match line.find(part) {
        Some(start) if !part.is_empty() && !is_secret_name(part) => start..start + part.len(),
        Some(_) | None => 0..line.len(),
    };
    marked(&request.origin, &line, span)
}

fn marked(origin: &Origin, line: &str, span: Range<usize>) -> Evidence {
    Evidence {
        origin: origin.clone(),
        pointer: Pointer::root(),
        excerpt: Excerpt::new(line.as_bytes(), span),
    }
}

fn bare_evidence(origin: &Origin) -> Evidence {
    marked(origin, "", 0..0)
}

/// A place in a body that is perhaps not JSON.
fn body_evidence(body: &Body<'_>, offset: usize) -> Evidence {
    Evidence {
        origin: body.place(offset),
        pointer: Pointer::root(),
        excerpt: Excerpt::new(&body.bytes, offset..offset + 1),
    }
}
