//! Raw HTTP messages: requests, responses, the output of `curl -i`, several in one text.

use std::ops::Range;

use crate::json::TapeDocument;
use crate::location::Origin;

use crate::capture::cut::Cuts;
use crate::capture::transfer;
use crate::redact::Excerpt;
use super::lines::{StartLine, is_start_line, line_at, next_line, balanced_end};
use super::Text;
use super::message::{Found, kept};
use crate::capture::{
    Body, Exchange, FieldPlace, Headers, Hint, Line, ReadProblem, Remark, RemarkKind, Request, Response, Sink, WrittenFields,
};

/// Reads every message of a text. A response right after a request answers it. Comments (`#`) are allowed
/// before the first request, and `###` between requests.
pub(super) fn read(text: &Text<'_>, sink: &mut dyn Sink) -> u64 {
    let Text { bytes: text, origin, hint, cuts } = *text;
    let Some(first) = next_start(text, 0) else {
        sink.problem(ReadProblem {
            origin: origin.clone(),
            message:
                "no HTTP message found: expected a request line such as `GET /path HTTP/1.1`, or a status \
                      line such as `HTTP/1.1 200 OK`, as printed by `curl -i`"
                    .to_owned(),
        });
        return 0;
    };
    let is_comment = |line: &[u8]| line.trim_ascii().is_empty() || line.starts_with(b"#");
    if !text[..first].split(|byte| *byte == b'\n').all(is_comment) {
        sink.problem(ReadProblem {
            origin: origin.clone(),
            message: "text before the first HTTP message was skipped".to_owned(),
        });
    }
    let mut messages = Messages::new(text, hint, cuts);
    let mut entry = origin.clone();
    entry.entry = Some(origin.entry.unwrap_or(1));
    let mut passed = 0;
    let mut limit = 0;
    let mut next = Some(first);
    while let Some(start) = next {
        entry.position = entry.position.after(&text[passed..start]);
        entry.position.byte += cuts.within(&(passed..start));
        passed = start;
        // Searched only once, even if many messages start inside the lines before it.
        if limit <= start {
            limit = next_start(text, next_line(text, start)).unwrap_or(text.len());
        }
        let (message, end) = message((text, cuts), start, limit, Extent::ToNextMessage);
        messages.add(message, &entry, sink);
        entry.entry = entry.entry.map(|number| number + 1);
        next = next_start(text, end.max(start + 1));
        let gap = &text[end..next.unwrap_or(text.len())];
        if !gap.split(|byte| *byte == b'\n').all(is_comment) {
            let blank = gap.len() - gap.trim_ascii_start().len();
            let place = entry.position.at_offset(&text[start..], end + blank - start);
            sink.problem(ReadProblem {
                origin: origin.at(place),
                message:
                    "text between messages was skipped: a request line must end with the HTTP version, \
                          as in `GET /path HTTP/1.1`"
                        .to_owned(),
            });
        }
    }
    messages.finish(sink);
    messages.count
}

/// Consecutive requests that may wait for their responses.
const PIPELINED: usize = crate::limits::REQUESTS_IN_A_ROW;

/// Pairs requests with the responses that follow them.
struct Messages<'t, 'c> {
    text: &'t [u8],
    /// What was left out of the text.
    cuts: &'c Cuts,
    hint: &'c Hint,
    /// Consecutive requests.
    requests: Vec<Exchange<'t>>,
    /// The responses that follow them.
    responses: Vec<Exchange<'t>>,
    count: u64,
}

impl<'t, 'c> Messages<'t, 'c> {
    fn new(text: &'t [u8], hint: &'c Hint, cuts: &'c Cuts) -> Self {
        Self {
            text,
            cuts,
            hint,
            requests: Vec::new(),
            responses: Vec::new(),
            count: 0,
        }
    }

    fn add(&mut self, mut message: Message<'t>, entry: &Origin, sink: &mut dyn Sink) {
        let head = message.head.clone();
        let text = &self.text[head.clone()];
        message.headers.1 = std::str::from_utf8(text).ok().map(|written| WrittenFields {
            all: Line {
                text: written.to_owned(),
                origin: entry.at(entry.position.after(&self.text[message.at..head.start])),
            },
            places: std::mem::take(&mut message.places),
            is_cut: message.is_cut,
        });
        let (body, remarks) = message.body((self.text, self.cuts), entry, sink);
        let (body, body_left_out) = kept(body, sink);
        let mut exchange = Exchange::new(entry.clone(), self.hint.clone());
        exchange.remarks = remarks;
        let line = Line {
            text: message.line.to_owned(),
            origin: entry.clone(),
        };
        match message.start {
            StartLine::Request { method, target } => {
                if !self.responses.is_empty() || self.requests.len() >= PIPELINED {
                    self.finish(sink);
                }
                exchange.request = Some(Request {
                    line,
                    method: method.to_owned(),
                    target: target.to_owned(),
                    headers: message.headers,
                    body,
                    body_left_out,
                });
                self.requests.push(exchange);
            }
            // An interim response (such as 100 Continue) is ignored; the final one follows.
            StartLine::Response { status: 100..=199 } => {}
            StartLine::Response { status } => {
                exchange.response = Some(Response {
                    line,
                    status,
                    headers: message.headers,
                    body,
                    body_left_out,
                });
                self.responses.push(exchange);
                // Without requests, there is nothing to wait for.
                if self.requests.is_empty() {
                    self.finish(sink);
                }
            }
        }
    }

    /// Emits the pending messages. A single response answers the request right before it; as many responses
    /// as requests answer them in order (pipelining, RFC 9112 section 9.3.2).
    fn finish(&mut self, sink: &mut dyn Sink) {
        let mut requests = std::mem::take(&mut self.requests);
        let responses = std::mem::take(&mut self.responses);
        let first = match (requests.len(), responses.len()) {
            (requests, 1) => requests.saturating_sub(1),
            (requests, responses) if requests == responses => 0,
            (0, _) | (_, 0) => requests.len(),
            (sent, answered) => {
                sink.problem(ReadProblem {
                    origin: responses[0].origin.clone(),
                    message: format!(
                        "cannot pair requests with responses (requests: {sent}, responses: {answered}); \
                         each message is read on its own"
                    ),
                });
                requests.len()
            }
        };
        let mut alone = Vec::new();
        for (index, response) in responses.into_iter().enumerate() {
            match requests.get_mut(first + index) {
                Some(request) => {
                    request.response = response.response;
                    request.remarks.extend(response.remarks);
                }
                None => alone.push(response),
            }
        }
        for exchange in requests.into_iter().chain(alone) {
            self.count += 1;
            sink.exchange(exchange);
        }
    }
}

/// The start of the next message: `from`, since a body of known length may end inside a line, or the start of
/// a later line.
fn next_start(text: &[u8], from: usize) -> Option<usize> {
    if from < text.len() && is_start_line(line_at(text, from)) {
        return Some(from);
    }
    let mut at = from;
    loop {
        at = next_line(text, at);
        if at >= text.len() {
            return None;
        }
        if is_start_line(line_at(text, at)) {
            return Some(at);
        }
    }
}

/// Reads the single message that starts at `start` of a guide. Its body ends where its JSON ends, because
/// prose may follow. Returns the offset of the end.
pub(crate) fn read_one(
    text: &[u8],
    start: usize,
    entry: &Origin,
    hint: &Hint,
    sink: &mut dyn Sink,
) -> usize {
    let limit = next_start(text, next_line(text, start)).unwrap_or(text.len());
    let cuts = Cuts::NONE;
    let (message, end) = message((text, &cuts), start, limit, Extent::ToEndOfJson);
    let mut messages = Messages::new(text, hint, &cuts);
    let is_request = matches!(message.start, StartLine::Request { .. });
    messages.add(message, entry, sink);
    // A response right after a request answers it.
    let gap = text[end..].len() - text[end..].trim_ascii_start().len();
    let answer = std::str::from_utf8(line_at(text, end + gap)).unwrap_or_default();
    let is_answer = matches!(StartLine::parse(answer), Some(StartLine::Response { .. }));
    let mut end = end;
    if is_request && is_answer {
        let at = end + gap;
        let limit = next_start(text, next_line(text, at)).unwrap_or(text.len());
        let (message, after) = self::message((text, &cuts), at, limit, Extent::ToEndOfJson);
        let mut place = entry.clone();
        place.position = entry.position.at_offset(&text[start..], at - start);
        messages.add(message, &place, sink);
        end = after;
    }
    messages.finish(sink);
    end
}

/// How the end of a body is found if Content-Length does not match.
#[derive(Clone, Copy, PartialEq)]
enum Extent {
    ToNextMessage,
    ToEndOfJson,
}

/// A message; ranges are offsets in the text.
struct Message<'t> {
    start: StartLine<'t>,
    line: &'t str,
    headers: Headers,
    /// The lines of the header section.
    head: Range<usize>,
    /// Where each field is in them.
    places: Vec<FieldPlace>,
    /// Whether the writer left fields out.
    is_cut: bool,
    body: Range<usize>,
    /// Where the message starts.
    at: usize,
    /// The value of the Content-Length header and its offset.
    declared: Option<(u64, usize)>,
    /// The offset of a line in the header section that is not a header field.
    malformed: Option<usize>,
}

fn message<'t>((text, cuts): (&'t [u8], &Cuts), start: usize, limit: usize, extent: Extent) -> (Message<'t>, usize) {
    let line = std::str::from_utf8(line_at(text, start)).unwrap_or_default();
    // The caller has checked that this line starts a message.
    let start_line = StartLine::parse(line).unwrap_or(StartLine::Response { status: 100 });
    let mut headers = Headers::default();
    let mut declared = None;
    let mut malformed = None;
    let mut places = Vec::new();
    let mut is_cut = false;
    let mut at = next_line(text, start);
    let head = at;
    let mut head_end = at;
    let mut has_body = false;
    while at < limit {
        let line = line_at(text, at);
        if line.trim_ascii().is_empty() {
            at = next_line(text, at);
            has_body = true;
            break;
        }
        let Some((name, value)) = header(line) else {
            if is_ellipsis(line) {
                is_cut = true;
                at = next_line(text, at);
                continue;
            }
            // In a guide, prose may follow a message without a blank line in between.
            if extent == Extent::ToEndOfJson {
                break;
            }
            // A line that starts with white space continues the previous one (RFC 9112 section 5.2).
            if !line.starts_with(b" ") && !line.starts_with(b"\t") {
                malformed.get_or_insert(at);
            }
            at = next_line(text, at);
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            let value_at = at + line.iter().position(|b| *b == b':').unwrap_or(0) + 1;
            let space = text[value_at..].iter().take_while(|b| **b == b' ').count();
            declared = value.parse().ok().map(|length| (length, value_at + space));
        }
        let start = at - head;
        let value_at = start + line.len() - line[name.len() + 1..].trim_ascii_start().len();
        headers.0.push((name.to_owned(), value.to_owned()));
        places.push(FieldPlace {
            whole: start..start + line.len(),
            name: start..start + name.len(),
            value: value_at..value_at + value.len(),
        });
        at = next_line(text, at);
        head_end = at;
    }
    let at = at.min(limit);
    let body = if has_body {
        let end = declared.and_then(|(length, _)| cuts.end_of(at, length));
        let declared = declared.map(|_| end);
        body_range(text, at, limit, declared, extent)
    } else {
        at..at
    };
    let end = body.end.max(at);
    let message = Message {
        start: start_line,
        line,
        headers,
        head: head..head_end,
        places,
        is_cut,
        body,
        at: start,
        declared,
        malformed,
    };
    (message, end)
}

/// Whether a line stands for header fields that the writer left out.
fn is_ellipsis(line: &[u8]) -> bool {
    let text = std::str::from_utf8(line).unwrap_or_default().trim();
    matches!(text, "..." | "\u{2026}" | "[...]" | "[\u{2026}]" | "(...)" | "# ..." | "// ...")
}

fn header(line: &[u8]) -> Option<(&str, &str)> {
    let line = std::str::from_utf8(line).ok()?;
    let (name, value) = line.split_once(':')?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (!name.is_empty() && name.bytes().all(is_token)).then(|| (name, value.trim()))
}

fn body_range(
    text: &[u8],
    at: usize,
    limit: usize,
    // The end that its length declares, if that is in the text.
    declared: Option<Option<usize>>,
    extent: Extent,
) -> Range<usize> {
    let rest = &text[at..];
    if extent == Extent::ToEndOfJson {
        let blank = rest.len() - rest.trim_ascii_start().len();
        if at + blank >= limit {
            return at..at;
        }
        // JSON cannot extend past the line that starts the next message.
        let json = &text[at + blank..limit];
        if !matches!(json.first(), Some(b'{' | b'[')) {
            return at..at;
        }
        let length = match TapeDocument::parse_prefix(json) {
            Ok((_, end)) => end,
            Err(_) => balanced_end(json),
        };
        return at + blank..at + blank + length;
    }
    // The declared end is right if a message, or nothing, follows it.
    if let Some(end) = declared.flatten()
        && end <= text.len()
    {
        let after = &text[end..];
        let following = after.trim_ascii_start();
        if following.is_empty() || starts_message(following) {
            return at..end;
        }
    }
    let region = &text[at..limit];
    // Without a length, a message may follow directly after the JSON of this one. This is checked before the
    // whole region is searched, because the region may contain thousands of such messages.
    if declared.is_none()
        && matches!(region.trim_ascii_start().first(), Some(b'{' | b'['))
        && let Ok((_, end)) = TapeDocument::parse_prefix(region)
        && starts_message(&region[end..])
    {
        return at..at + end;
    }
    // REST clients write `###` between the requests of a file.
    let separator = match region.starts_with(b"###") {
        true => 0,
        false => memchr::memmem::find(region, b"\n###").unwrap_or(region.len()),
    };
    let region = &region[..separator];
    at..at + region.trim_ascii_end().len()
}

fn starts_message(text: &[u8]) -> bool {
    is_start_line(line_at(text, 0))
}

impl<'t> Message<'t> {
    /// The decoded body, and remarks about it.
    fn body(
        &self,
        (text, cuts): (&'t [u8], &Cuts),
        entry: &Origin,
        sink: &mut dyn Sink,
    ) -> (Found<'t>, Vec<Remark>) {
        let raw = &text[self.body.clone()];
        let length = raw.len() as u64 + cuts.within(&self.body);
        // Counted from the start of the message, not of the file.
        let at = |offset: usize| {
            entry.at(entry.position.at_offset(&text[self.at..], offset - self.at))
        };
        if let Some(offset) = self.malformed {
            sink.problem(ReadProblem {
                origin: at(offset),
                message: "a line in the header section is not a header field and was skipped".to_owned(),
            });
        }
        let mut remarks = Vec::new();
        // A response to HEAD has no body, so its length cannot be checked.
        if let Some((declared, place)) = self.declared
            && declared != length
            // Tools print a compressed body decoded, but the headers as sent.
            && self.headers.get("content-encoding").is_none_or(|coding| coding == "identity")
            && !(raw.is_empty() && matches!(self.start, StartLine::Response { .. }))
        {
            let digits = text[place..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            remarks.push(Remark {
                origin: at(place),
                excerpt: Excerpt::of_line(text, place..place + digits),
                kind: RemarkKind::ContentLength {
                    declared,
                    actual: length,
                },
            });
        }
        if raw.is_empty() {
            return (Ok(None), remarks);
        }
        let start = at(self.body.start);
        let body = match transfer::decode(raw, &self.headers) {
            Ok(None) => Ok(Body::verbatim(raw, start).cut(cuts.of_part(&self.body))),
            Ok(Some(bytes)) => Ok(Body::decoded(bytes, start)),
            Err(message) => Err(ReadProblem { origin: start, message }),
        };
        let media_type = self
            .headers
            .get("content-type")
            .filter(|written| !written.is_empty());
        (body.map(|body| Some(body.with_media_type(media_type))), remarks)
    }
}

