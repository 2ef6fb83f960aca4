//! Whoever wants to see the traffic itself, and not only what was learnt from it.

use std::cell::OnceCell;
use std::fmt;

use crate::capture::{Body, Exchange, Request, Response};
use crate::contract::{Contract, Operation, Target};
use crate::json::Document;
use crate::location::Side;
use crate::schema::NodeId;

use super::profile::{TargetKey, Verdict};

/// Is told of the exchanges of a run while they are read: of each exchange first, then of its request, then
/// of its payloads.
pub trait Watcher<'c>: fmt::Debug {
    /// What comes next is of this part of the captures; see [`Sink::part`](crate::capture::Sink::part).
    fn part(&mut self, number: u64) {
        let _ = number;
    }
    /// An exchange starts.
    fn exchange(&mut self, exchange: &Exchange<'_>);
    /// Its operation is known.
    fn request(&mut self, routed: &RoutedRequest<'_, 'c>);
    /// One of its payloads was compared with a schema.
    fn payload(&mut self, routed: &RoutedPayload<'_, 'c>);
    /// A payload was not compared: what it was taken for, and why not; `why` says what is wrong with it.
    fn unjudged(
        &mut self,
        body: &Body<'_>,
        target: Option<&TargetKey>,
        verdict: Verdict,
        why: &str,
    );
    /// A payload could not be read: it is nested too deeply, or not UTF-8.
    fn unread(&mut self, body: &Body<'_>) {
        let _ = body;
    }
}

/// Nobody.
impl<'c> Watcher<'c> for () {
    fn exchange(&mut self, _: &Exchange<'_>) {}

    fn request(&mut self, _: &RoutedRequest<'_, 'c>) {}

    fn payload(&mut self, _: &RoutedPayload<'_, 'c>) {}

    fn unjudged(&mut self, _: &Body<'_>, _: Option<&TargetKey>, _: Verdict, _: &str) {}
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
    /// Where it went.
    pub target: &'a Target,
    /// The values of the path's parameters.
    pub path_values: &'a [(&'c str, String)],
    /// What was answered.
    pub response: Option<&'a Response<'a>>,
}

/// A payload that was compared with a schema.
#[derive(Debug)]
pub struct RoutedPayload<'a, 'c> {
    /// The contract.
    pub contract: &'c Contract,
    /// The operation.
    pub operation: &'c Operation,
    /// The side; `None` for payloads of a contract that knows no sides.
    pub side: Option<Side>,
    /// The status of a response.
    pub status: Option<u16>,
    /// The schema.
    pub schema: NodeId,
    /// The payload as it was read.
    pub body: &'a Body<'a>,
    /// What came out.
    pub verdict: Verdict,
    pub(super) document: Lazy<'a>,
}

/// The document of a payload, which may not have been parsed yet.
#[derive(Debug)]
pub(super) enum Lazy<'a> {
    Parsed(&'a Document<'a>),
    /// The payload was walked in one pass: it is JSON without repeated keys.
    Unparsed(OnceCell<Document<'a>>),
}

impl<'a> RoutedPayload<'a, '_> {
    /// The payload.
    #[must_use]
    pub fn document(&self) -> &Document<'a> {
        match &self.document {
            Lazy::Parsed(document) => document,
            Lazy::Unparsed(cell) => cell.get_or_init(|| {
                let parsed = Document::parse(&self.body.bytes);
                parsed.unwrap_or_else(|_| Document::null())
            }),
        }
    }

    /// Whether the payload is known to be JSON without repeated keys, and was not parsed.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        matches!(self.document, Lazy::Unparsed(_))
    }
}
