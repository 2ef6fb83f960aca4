//! What HTTP says of messages, whatever the contract: statuses, encodings, negotiation (RFC 9110).

use crate::capture::{Headers, Line, Request, Response};
use crate::contract::Payload;
use crate::redact::sanitised;

use super::acceptable::excluded;
use super::body::allows_body;
use super::placeholder::is_placeholder;
use crate::observe::observer::Observer;
use crate::observe::profile::TrafficFact;
use crate::observe::profile::sighting::Sighting;
use crate::observe::routing::destination::Destination;
use crate::observe::walk::record::shorten;
use crate::observe::watch::Watcher;

/// Content codings that IANA registers, and `aws-chunked`, which is one in the signatures of AWS.
const CODINGS: [&str; 15] = [
    "aes128gcm",
    "aws-chunked",
    "br",
    "compress",
    "dcb",
    "dcz",
    "deflate",
    "exi",
    "gzip",
    "identity",
    "pack200-gzip",
    "x-compress",
    "x-gzip",
    "zstd",
    "",
];

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Compares a request with what HTTP says; `place` is the request.
    pub(crate) fn request_semantics(
        &mut self,
        place: &Destination<'c>,
        request: &Request<'_>,
        response: Option<&Response<'_>>,
    ) {
        self.content_codings(&request.line, &request.headers);
        // A server may ignore what a client accepts (RFC 9110 section 12.4.1), and what else it answers with has other
        // reasons.
        let may_be_refused = response.is_none_or(|response| response.status == 406);
        if may_be_refused && let Some((declared, value)) = excluded(place.operation, &request.headers) {
            let fact = TrafficFact::NotAcceptable {
                target: place.key(),
                declared,
            };
            let sighting = Sighting::Header(&request.line, &request.headers, request.headers.position("accept"), false);
            self.fact(&fact, &shorten(&value), &sighting);
        }
    }

    /// Compares a response with what HTTP says; `place` is the response.
    pub(crate) fn response_semantics(&mut self, place: &Destination<'c>, response: &Response<'_>) {
        self.content_codings(&response.line, &response.headers);
        let declared = place.operation.response(response.status);
        if let Some(body) = &response.body
            // Browsers record what they have in their cache.
            && response.status != 304
            && !allows_body(&place.operation.method, Some(response.status))
            && !body.bytes.trim_ascii().is_empty()
            // Otherwise the contract says so, too.
            && !declared.is_some_and(|declared| declared.payload == Payload::Absent)
        {
            let fact = TrafficFact::StatusBody(place.key());
            self.fact(&fact, "", &Sighting::Body(body, 0));
        }
        let is_location = |name: &str| name.eq_ignore_ascii_case("location");
        let location = declared.and_then(|declared| declared.headers.iter().find(|header| is_location(&header.name)));
        if let Some(location) = location.filter(|location| response.status == 201 && !location.required)
            && response.headers.are_shown()
            && !self.may_lack_bodies
            && response.headers.get("location").is_none()
        {
            let fact = TrafficFact::MissingLocation(place.key());
            self.fact(&fact, &sanitised(&location.name), &Sighting::of_part(&response.line, ""));
        }
    }

    /// Reports content codings that are not registered.
    fn content_codings(&mut self, line: &Line, headers: &Headers) {
        let fields = headers.0.iter().enumerate();
        let fields = fields.filter(|(_, (name, _))| name.eq_ignore_ascii_case("content-encoding"));
        let codings = fields.flat_map(|(position, (_, value))| value.split(',').map(move |coding| (position, coding)));
        for (position, coding) in codings {
            let name = coding.trim().to_ascii_lowercase();
            if CODINGS.contains(&&*name) || is_placeholder(coding) {
                continue;
            }
            let sighting = Sighting::Header(line, headers, Some(position), false);
            let fact = TrafficFact::ContentEncoding { is_known: false };
            self.fact(&fact, &shorten(&name), &sighting);
        }
    }
}
