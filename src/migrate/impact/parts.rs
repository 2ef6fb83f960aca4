//! The parts of an exchange that changes are about, and which of them can be read in a capture.

use crate::capture::{Headers, Request, Response};
use crate::contract::{Operation, Payload};
use crate::diff::{Difference, Reach};
use crate::location::Side;
use crate::observe::{RoutedRequest, TargetKey, allows_body};

use super::affected::concerns;

/// A part of an operation, as [`Reach::part`] names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'p> {
    /// The operation as a whole, or a schema without operations.
    Whole,
    /// A parameter: its place and name.
    Parameter(&'p str, &'p str),
    /// All query parameters.
    Query,
    /// The body of the request.
    Request,
    /// A response with this status, or a header of it.
    Response(&'p str, Option<&'p str>),
}

impl<'p> Part<'p> {
    pub(super) fn of(part: &'p str) -> Self {
        if let Some((place, name)) = part.split_once(" parameter ") {
            return Self::Parameter(place, name);
        }
        if let Some(response) = part.strip_prefix("response ") {
            let (before, header) = match response.split_once(" header ") {
                Some((before, header)) => (before, Some(header)),
                None => (response, None),
            };
            let status = before.split(' ').next().unwrap_or(before);
            return Self::Response(status, header);
        }
        match part {
            "" => Self::Whole,
            "query parameters" => Self::Query,
            _ => Self::Request,
        }
    }

    /// Whether it is part of the request.
    pub(super) const fn is_of_request(self) -> bool {
        matches!(self, Self::Parameter(..) | Self::Query | Self::Request)
    }
}

/// Whether a response with this status is one that a part names: `200`, `4XX`, `default`.
pub(super) fn is_of_status(pattern: &str, status: u16, operation: &Operation) -> bool {
    if pattern == "default" {
        let declared = operation.response(status);
        return declared.is_none_or(|response| response.status.to_string() == pattern);
    }
    let status = status.to_string();
    pattern == status || pattern.strip_suffix("XX").is_some_and(|class| status.starts_with(class))
}

/// What is known about the messages of one exchange.
#[derive(Debug, Clone, Default)]
pub(super) struct Messages {
    request: Option<Message>,
    response: Option<Message>,
    status: Option<u16>,
    /// Whether the old contract and the server both reject the request.
    pub(super) is_refused: bool,
    /// Whether a payload that is of neither side was not compared.
    is_sideless_uncompared: bool,
}

/// What is known about one message.
#[derive(Debug, Clone, Copy)]
struct Message {
    body: BodySeen,
    has_headers: bool,
    has_cookies: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodySeen {
    /// There was none.
    Absent,
    /// There was one, or has to have been one, and it was compared with no schema.
    Uncompared,
    Compared,
}

impl Message {
    fn new(headers: &Headers, has_body: bool, is_missing: bool) -> Self {
        let is_empty = headers.get("content-length").is_some_and(|length| length.trim() == "0");
        Self {
            body: match has_body || (is_missing && !is_empty) {
                true => BodySeen::Uncompared,
                false => BodySeen::Absent,
            },
            has_headers: headers.are_shown(),
            has_cookies: headers.get("cookie").is_some(),
        }
    }

    /// A payload that was captured alone.
    const fn bare(body: BodySeen) -> Self {
        Self {
            body,
            has_headers: false,
            has_cookies: false,
        }
    }
}

/// Whether a request has a body, captured or not.
pub(super) const fn request_has_body(request: &Request<'_>) -> bool {
    request.body.is_some() || request.body_left_out
}

/// Whether a response has a body, captured or not.
pub(super) const fn response_has_body(response: &Response<'_>) -> bool {
    response.body.is_some() || response.body_left_out
}

impl Messages {
    /// What is known from a request and its response; `operation` is the one of the old contract.
    pub(super) fn of(routed: &RoutedRequest<'_, '_>, operation: &Operation) -> Self {
        // A body that the contract requires and the capture does not have was probably not recorded.
        let is_missing = |side: Side, status: Option<u16>| {
            let payload = operation.payload(side, status);
            payload.is_some_and(Payload::is_required) && allows_body(&operation.method, status)
        };
        let request = Message::new(
            &routed.request.headers,
            request_has_body(routed.request),
            is_missing(Side::Request, None),
        );
        let response = routed.response.map(|response| {
            let is_missing = is_missing(Side::Response, Some(response.status));
            Message::new(&response.headers, response_has_body(response), is_missing)
        });
        Self {
            request: Some(request),
            response,
            status: routed.response.map(|response| response.status),
            is_refused: routed.is_refused,
            is_sideless_uncompared: false,
        }
    }

    /// A payload was compared with a schema.
    pub(super) fn compared(&mut self, side: Option<Side>, status: Option<u16>) {
        self.see(side, status, BodySeen::Compared);
    }

    /// A payload was not compared.
    pub(super) fn uncompared(&mut self, target: &TargetKey) {
        self.is_sideless_uncompared |= target.side.is_none();
        self.see(target.side, target.status, BodySeen::Uncompared);
    }

    fn see(&mut self, side: Option<Side>, status: Option<u16>, body: BodySeen) {
        let message = match side {
            Some(Side::Request) => &mut self.request,
            Some(Side::Response) => {
                self.status = self.status.or(status);
                &mut self.response
            }
            None => return,
        };
        message.get_or_insert(Message::bare(body)).body = body;
    }

    /// Whether the exchange cannot show how it meets a change in a part of its operation, because something was not
    /// captured or not compared. `is_met` says whether the change was met.
    pub(super) fn leave_open(
        &self,
        change: &Difference,
        reach: &Reach,
        operation: &Operation,
        is_met: bool,
    ) -> bool {
        if !concerns(change, reach.sender) {
            return false;
        }
        let is_of_schema = change.pair.is_some();
        let is_body_open = |message: &Message| match message.body {
            BodySeen::Absent => false,
            BodySeen::Uncompared => is_of_schema || !is_met,
            BodySeen::Compared => !is_of_schema && !is_met,
        };
        let part = Part::of(&reach.part);
        if part.is_of_request() && self.is_refused {
            return false;
        }
        match (part, &self.request, &self.response) {
            (Part::Whole, ..) if is_of_schema => self.is_sideless_uncompared,
            (Part::Whole, ..) => !is_met,
            (Part::Parameter(..) | Part::Query | Part::Request, None, _) | (Part::Response(..), _, None) => true,
            (Part::Parameter(place, _), Some(request), _) => match place {
                "header" => !request.has_headers || !is_met,
                "cookie" => !request.has_cookies || !is_met,
                "form" => request.body != BodySeen::Absent,
                _ => !is_met,
            },
            (Part::Query, Some(_), _) => !is_met,
            (Part::Request, Some(request), _) => is_body_open(request),
            (Part::Response(pattern, header), _, Some(response)) => {
                let is_it = self.status.is_none_or(|status| is_of_status(pattern, status, operation));
                is_it
                    && match header {
                        Some(_) => !response.has_headers || !is_met,
                        None => is_body_open(response),
                    }
            }
        }
    }
}
