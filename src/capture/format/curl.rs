//! What `curl -v` prints, with the body: `curl -v URL > file 2>&1`.
//!
//! `> ` starts a line of the request, `< ` one of the response, `* ` a remark, and `{ ` or `} ` what was sent or received.
//! Anything else is the body of the response, which a remark may follow on the same line. curl does not print what it
//! sends, so the body of a request is missing. Interim responses (1xx) and remarks are ignored.

use std::ops::Range;

use crate::capture::places::Known;
use crate::capture::{Body, Exchange, Headers, Line, ReadProblem, Request, Response, Sink, transfer};
use crate::location::{Origin, Position};

use super::Text;
use super::lines::{StartLine, line_at, next_line};
use super::message::{Found, has_length, kept};

/// Remarks that curl prints after a body, without a line break before them.
const AFTER_BODY: [&[u8]; 4] = [
    b"* Connection #",
    b"* Closing connection",
    b"* Issue another request",
    b"* Curl_",
];

/// Whether a text looks like this: a request follows the remarks.
pub(super) fn is_curl(lines: impl Iterator<Item = impl AsRef<[u8]>>) -> bool {
    for line in lines {
        let line = line.as_ref();
        if let Some(rest) = line.strip_prefix(b"> ") {
            return std::str::from_utf8(rest)
                .is_ok_and(|rest| matches!(StartLine::parse(rest), Some(StartLine::Request { .. })));
        }
        let is_other = line.is_empty() || [&b"* "[..], b"} [", b"{ [", b"*"].iter().any(|mark| line.starts_with(mark));
        if !is_other {
            return false;
        }
    }
    false
}

/// Reads every request with its response.
pub(super) fn read(text: &Text<'_>, sink: &mut dyn Sink) -> u64 {
    let Text { bytes, origin, hint, .. } = *text;
    let mut transfers = Transfers {
        bytes,
        file: origin,
        known: Known::default(),
        current: None,
        count: 0,
    };
    let mut at = 0;
    while at < bytes.len() {
        let next = next_line(bytes, at);
        let line = line_at(bytes, at);
        transfers.line(line, at..next, |start, number| {
            let mut origin = origin.at(start);
            origin.entry = Some(number);
            Exchange::new(origin, hint.clone())
        }, sink);
        at = next;
    }
    transfers.finish(sink);
    if transfers.count == 0 {
        sink.problem(ReadProblem {
            origin: origin.clone(),
            message: "no request found: expected `> GET /path HTTP/1.1`, as printed by `curl -v`".to_owned(),
        });
    }
    transfers.count
}

/// A request, and what has been seen of its response.
struct Transfer<'t> {
    exchange: Exchange<'t>,
    headers: Headers,
    /// The status line, where it starts, and the fields after it.
    status: Option<(u16, Line, Headers)>,
    /// Whether lines of headers come next, and on which side.
    is_in_response: bool,
    body: Option<Range<usize>>,
}

struct Transfers<'t, 'o> {
    bytes: &'t [u8],
    file: &'o Origin,
    /// Positions in the file.
    known: Known,
    current: Option<Transfer<'t>>,
    count: u64,
}

impl<'t> Transfers<'t, '_> {
    fn position(&self, at: usize) -> Position {
        self.known.in_text(self.file.position, self.bytes, at)
    }

    fn line(
        &mut self,
        line: &'t [u8],
        span: Range<usize>,
        exchange: impl FnOnce(Position, u64) -> Exchange<'t>,
        sink: &mut dyn Sink,
    ) {
        let marked = |mark: u8| match line {
            [first, b' ', rest @ ..] if *first == mark => Some(rest),
            [first] if *first == mark => Some(&line[1..]),
            _ => None,
        };
        if let Some(rest) = marked(b'>') {
            let text = String::from_utf8_lossy(rest);
            if let Some(StartLine::Request { method, target }) = StartLine::parse(&text) {
                self.finish(sink);
                let start = self.position(span.start + 2);
                let mut exchange = exchange(start, self.count + 1);
                exchange.request = Some(Request {
                    line: Line {
                        text: text.trim_end().to_owned(),
                        origin: exchange.origin.clone(),
                    },
                    method: method.to_owned(),
                    target: target.to_owned(),
                    headers: Headers::default(),
                    body: None,
                    body_left_out: false,
                });
                self.current = Some(Transfer {
                    exchange,
                    headers: Headers::default(),
                    status: None,
                    is_in_response: false,
                    body: None,
                });
            } else if let Some(current) = self.current.as_mut().filter(|current| !current.is_in_response) {
                current.headers.0.extend(field(&text));
            }
            return;
        }
        if let Some(rest) = marked(b'<') {
            let text = String::from_utf8_lossy(rest);
            let start = self.position(span.start + 2);
            let Some(current) = &mut self.current else { return };
            current.is_in_response = true;
            match StartLine::parse(&text) {
                // An interim response; the final one follows.
                Some(StartLine::Response { status: 100..=199 }) => current.status = None,
                Some(StartLine::Response { status }) => {
                    let line = Line {
                        text: text.trim_end().to_owned(),
                        origin: current.exchange.origin.at(start),
                    };
                    current.status = Some((status, line, Headers::default()));
                }
                _ => {
                    if let Some((_, _, headers)) = &mut current.status {
                        headers.0.extend(field(&text));
                    }
                }
            }
            return;
        }
        let is_remark = line == b"*" || [&b"* "[..], b"{ [", b"} ["].iter().any(|mark| line.starts_with(mark));
        let Some(current) = self.current.as_mut().filter(|current| current.status.is_some()) else {
            return;
        };
        // After the body, only remarks follow.
        let is_ended = current.body.as_ref().is_some_and(|body| body.end < span.start);
        if is_remark || is_ended {
            return;
        }
        let remark = AFTER_BODY.iter().filter_map(|mark| memchr::memmem::find(line, mark)).min();
        let end = remark.map_or(span.end, |at| span.start + at);
        let start = current.body.as_ref().map_or(span.start, |body| body.start);
        current.body = Some(start..end);
    }

    /// Passes on the current transfer.
    fn finish(&mut self, sink: &mut dyn Sink) {
        let Some(current) = self.current.take() else { return };
        let Transfer {
            mut exchange,
            headers,
            status,
            body,
            ..
        } = current;
        if let Some(request) = &mut exchange.request {
            // A target without a host has it in a field.
            if let Some(host) = headers.get("host").filter(|_| request.target.starts_with('/')) {
                request.target = format!("http://{host}{}", request.target);
            }
            request.body_left_out = has_length(&headers);
            request.headers = headers;
        }
        if let Some((status, line, headers)) = status {
            let body = body.map_or(Ok(None), |body| self.body(body, &headers, &exchange.origin));
            let (body, is_unread) = kept(body, sink);
            exchange.response = Some(Response {
                body_left_out: is_unread || body.is_none() && has_length(&headers),
                line,
                status,
                headers,
                body,
            });
        }
        self.count += 1;
        sink.exchange(exchange);
    }

    fn body(
        &self,
        body: Range<usize>,
        headers: &Headers,
        entry: &Origin,
    ) -> Found<'t> {
        let raw = &self.bytes[body.clone()];
        let blank = raw.len() - raw.trim_ascii_start().len();
        let raw = raw.trim_ascii();
        if raw.is_empty() {
            return Ok(None);
        }
        let origin = entry.at(self.position(body.start + blank));
        let body = match transfer::decode(raw, headers) {
            Ok(None) => Body::verbatim(raw, origin),
            Ok(Some(bytes)) => Body::decoded(bytes, origin),
            Err(message) => return Err(ReadProblem { origin, message }),
        };
        Ok(Some(body.with_media_type(headers.get("content-type"))))
    }
}

/// A header field: `Name: value`.
fn field(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once(':')?;
    let is_name = !name.is_empty() && !name.contains(' ');
    is_name.then(|| (name.to_owned(), value.trim().to_owned()))
}
