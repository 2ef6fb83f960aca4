//! Watchers, for callers that need the traffic itself and not only what was learnt from it.

use std::cell::OnceCell;
use std::fmt;

use jiff::Timestamp;

use crate::capture::{Body, Exchange, Request, Response, Unused};
use crate::contract::{Contract, Operation, Parameter, ParameterPlace, RequestTarget};
use crate::json::TapeDocument;
use crate::location::{Origin, Pointer, Side};
use crate::schema::NodeId;

use super::content::form_texts;
use super::message::parameter::{Found, Sent};
use super::profile::{TargetKey, PayloadVerdict};
use super::walk::deviation::DeviationKind;

/// Receives the exchanges of a run as they are read: for each exchange, first the exchange, then its request,
/// then its payloads.
pub trait Watcher<'c>: fmt::Debug {
    /// What follows belongs to this part of the captures; see [`Sink::part`](crate::capture::Sink::part).
    fn part(&mut self, number: u64) {
        let _ = number;
    }
    /// The current part has been read; see [`Sink::part_ended`](crate::capture::Sink::part_ended).
    fn part_ended(&mut self) {}
    /// An exchange starts.
    fn exchange(&mut self, exchange: &Exchange<'_>);
    /// The operation of its request is known.
    fn request(&mut self, routed: &RoutedRequest<'_, 'c>);
    /// One of its payloads was compared with a schema.
    fn payload(&mut self, routed: &RoutedPayload<'_, 'c>);
    /// A payload was not compared. `verdict` says why not, and `why` says what is wrong with the payload, if
    /// that is known.
    fn unjudged(
        &mut self,
        body: &Body<'_>,
        target: Option<&TargetKey>,
        verdict: PayloadVerdict,
        why: Option<&str>,
    );
    /// The request belongs to no operation.
    fn undeclared(&mut self, undeclared: &Undeclared<'_, 'c>) {
        let _ = undeclared;
    }
    /// An entry that is no exchange, or an exchange that was left out before it was passed on.
    fn left_out(&mut self, reason: Unused, origin: &Origin) {
        let _ = (reason, origin);
    }
    /// The current exchange, or one of its bodies, is not compared.
    fn unused(&mut self, reason: Unused, origin: &Origin) {
        let _ = (reason, origin);
    }
    /// A payload could not be read, because it is nested too deeply or is not UTF-8.
    fn unread(&mut self, body: &Body<'_>) {
        let _ = body;
    }
}

/// A watcher whose work several threads can share; see [`ParallelSink`](crate::capture::ParallelSink).
pub trait ParallelWatcher<'c>: Watcher<'c> + Send + Sized {
    /// Creates an empty watcher for another thread.
    fn fork(&self) -> Self;

    /// Merges what a fork saw.
    fn join(&mut self, fork: Self);
}

impl ParallelWatcher<'_> for () {
    fn fork(&self) -> Self {}

    fn join(&mut self, (): Self) {}
}

/// Two watchers of the same run.
impl<'c, A: ParallelWatcher<'c>, B: ParallelWatcher<'c>> ParallelWatcher<'c> for (A, B) {
    fn fork(&self) -> Self {
        (self.0.fork(), self.1.fork())
    }

    fn join(&mut self, fork: Self) {
        self.0.join(fork.0);
        self.1.join(fork.1);
    }
}

impl<'c, A: Watcher<'c>, B: Watcher<'c>> Watcher<'c> for (A, B) {
    fn part(&mut self, number: u64) {
        self.0.part(number);
        self.1.part(number);
    }

    fn part_ended(&mut self) {
        self.0.part_ended();
        self.1.part_ended();
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        self.0.exchange(exchange);
        self.1.exchange(exchange);
    }

    fn request(&mut self, routed: &RoutedRequest<'_, 'c>) {
        self.0.request(routed);
        self.1.request(routed);
    }

    fn payload(&mut self, routed: &RoutedPayload<'_, 'c>) {
        self.0.payload(routed);
        self.1.payload(routed);
    }

    fn unjudged(&mut self, body: &Body<'_>, target: Option<&TargetKey>, verdict: PayloadVerdict, why: Option<&str>) {
        self.0.unjudged(body, target, verdict, why);
        self.1.unjudged(body, target, verdict, why);
    }

    fn undeclared(&mut self, undeclared: &Undeclared<'_, 'c>) {
        self.0.undeclared(undeclared);
        self.1.undeclared(undeclared);
    }

    fn left_out(&mut self, reason: Unused, origin: &Origin) {
        self.0.left_out(reason, origin);
        self.1.left_out(reason, origin);
    }

    fn unused(&mut self, reason: Unused, origin: &Origin) {
        self.0.unused(reason, origin);
        self.1.unused(reason, origin);
    }

    fn unread(&mut self, body: &Body<'_>) {
        self.0.unread(body);
        self.1.unread(body);
    }
}

/// Watches nothing.
impl<'c> Watcher<'c> for () {
    fn exchange(&mut self, _: &Exchange<'_>) {}

    fn request(&mut self, _: &RoutedRequest<'_, 'c>) {}

    fn payload(&mut self, _: &RoutedPayload<'_, 'c>) {}

    fn unjudged(&mut self, _: &Body<'_>, _: Option<&TargetKey>, _: PayloadVerdict, _: Option<&str>) {}
}

/// A request whose operation is known.
#[derive(Debug)]
pub struct RoutedRequest<'a, 'c> {
    /// The contract.
    pub contract: &'c Contract,
    /// The operation.
    pub operation: &'c Operation,
    /// The request.
    pub request: &'a Request<'a>,
    /// The target of the request.
    pub target: &'a RequestTarget,
    /// The values of the path's parameters.
    pub path_values: &'a [(&'c str, String)],
    /// The response, if there is one.
    pub response: Option<&'a Response<'a>>,
    /// Whether the request violates its contract and the server rejected it with a 4xx status, as it should.
    pub is_refused: bool,
    /// The operation of an older version whose path the request matches, too, if only the payloads decided between
    /// the versions.
    pub older: Option<Older<'a, 'c>>,
}

/// A request that belongs to no operation, and is no preflight, page or asset.
#[derive(Debug, Clone, Copy)]
pub struct Undeclared<'a, 'c> {
    /// The request.
    pub request: &'a Request<'a>,
    /// The response, if there is one.
    pub response: Option<&'a Response<'a>>,
    /// The host that it was sent to, if it is known.
    pub host: Option<&'a str>,
    /// The operations with its path and other methods.
    pub others: &'a [&'c Operation],
    /// When it was recorded; `None` if the capture does not say.
    pub time: Option<Timestamp>,
}

/// The operation of an older version that a request may belong to.
#[derive(Debug, Clone, Copy)]
pub struct Older<'a, 'c> {
    /// The contract.
    pub contract: &'c Contract,
    /// The operation.
    pub operation: &'c Operation,
    /// The values of its path's parameters.
    pub path_values: &'a [(&'c str, String)],
}

/// How a request uses a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterUse {
    /// The request does not have it.
    Absent,
    /// A value that its schema accepts, read as it is sent.
    Accepted,
    /// A value that its schema rejects.
    Rejected,
}

/// What a request contains for a parameter that an operation declares.
#[derive(Debug, Clone)]
pub struct SentParameter {
    /// Whether it is present and accepted.
    pub usage: ParameterUse,
    /// The values in readable form; for a list, each element.
    pub words: Vec<String>,
    /// The parsed value; `None` if it is not written in the declared style.
    pub value: Option<serde_json::Value>,
    /// The first deviations from its schema.
    pub faults: Vec<(Pointer, DeviationKind)>,
}

impl RoutedRequest<'_, '_> {
    /// What the request contains for a parameter as an operation declares it: the request's own operation, or
    /// its counterpart in another contract. `None` if the operation does not declare the parameter.
    #[must_use]
    pub fn parameter(
        &self,
        contract: &Contract,
        operation: &Operation,
        (place, name): (&str, &str),
    ) -> Option<SentParameter> {
        let mut parameters = operation.parameters.iter().chain(&operation.form);
        let parameter = parameters.find(|parameter| {
            parameter.place.to_string() == place
                && (parameter.name == name
                    || (place == "header" && parameter.name.eq_ignore_ascii_case(name)))
        })?;
        // In another version, the path may name them differently.
        let names = operation.path.parameters();
        let path: Vec<(&str, String)> = names
            .zip(self.path_values)
            .map(|(name, (_, value))| (name, value.clone()))
            .collect();
        let form = match (parameter.place, &self.request.body) {
            (ParameterPlace::Form, Some(body)) => form_texts(body),
            _ => Vec::new(),
        };
        let sent = Sent {
            path: &path,
            target: self.target,
            headers: &self.request.headers,
            form: &form,
        };
        Some(read(&sent, contract, operation, parameter))
    }

    /// What the response contains for a header that an operation declares for its status. `None` without a response,
    /// or if the operation does not declare the header.
    #[must_use]
    pub fn response_header(&self, contract: &Contract, operation: &Operation, name: &str) -> Option<SentParameter> {
        let response = self.response?;
        let declared = operation.response(response.status)?;
        let mut headers = declared.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
        let sent = Sent {
            path: &[],
            target: self.target,
            headers: &response.headers,
            form: &[],
        };
        Some(read(&sent, contract, operation, header))
    }
}

/// Reads a parameter or header as its contract declares it.
fn read(sent: &Sent<'_>, contract: &Contract, operation: &Operation, parameter: &Parameter) -> SentParameter {
    let graph = &contract.graph;
    let words = sent.words(graph, operation, parameter);
    let (usage, faults) = match sent.parameter(graph, operation, parameter) {
        _ if words.is_empty() => (ParameterUse::Absent, Vec::new()),
        Found::Bad(_, faults) => (ParameterUse::Rejected, faults),
        Found::Missing | Found::Good(_) => (ParameterUse::Accepted, Vec::new()),
    };
    SentParameter {
        usage,
        words,
        value: sent.value(graph, operation, parameter),
        faults,
    }
}

/// A payload that was compared with a schema.
#[derive(Debug)]
pub struct RoutedPayload<'a, 'c> {
    /// The contract.
    pub contract: &'c Contract,
    /// The operation.
    pub operation: &'c Operation,
    /// The side; `None` for payloads of a contract without sides.
    pub side: Option<Side>,
    /// The status of a response.
    pub status: Option<u16>,
    /// The schema.
    pub schema: NodeId,
    /// The payload as it was read.
    pub body: &'a Body<'a>,
    /// The verdict.
    pub verdict: PayloadVerdict,
    pub(super) document: Lazy<'a>,
}

/// The document of a payload, which may not have been parsed yet.
#[derive(Debug)]
pub(super) enum Lazy<'a> {
    Parsed(&'a TapeDocument<'a>),
    /// The payload was walked in one pass: it is JSON without repeated keys.
    Unparsed(OnceCell<TapeDocument<'a>>),
}

impl<'a> RoutedPayload<'a, '_> {
    /// The payload.
    #[must_use]
    pub fn document(&self) -> &TapeDocument<'a> {
        match &self.document {
            Lazy::Parsed(document) => document,
            Lazy::Unparsed(cell) => cell.get_or_init(|| {
                let parsed = TapeDocument::parse(&self.body.bytes);
                parsed.unwrap_or_else(|_| TapeDocument::null())
            }),
        }
    }

    /// Whether the payload is known to be JSON without repeated keys, and has not been parsed.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        matches!(self.document, Lazy::Unparsed(_))
    }
}
