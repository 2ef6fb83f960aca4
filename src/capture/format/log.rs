//! Logs of servers, proxies, gateways and applications, a line for each exchange.
//!
//! ```text
//! line    = [prefix] object | access line
//! prefix  = text without `{`, such as a time and the name of a process
//! ```
//!
//! The object is JSON. The names of its fields say what they hold ([`super::log_fields`]), unless the user named them:
//! method, URL or path, query, status, host, time, and bodies as JSON or as a string with JSON. An access line is plain
//! text ([`super::access_line`]). A line with a method and a URL is an exchange. A line with a body alone is a payload.
//! Other lines are counted and not read. Header fields are ignored but for the media type, and so are durations, sizes, addresses and identifiers.
//!
//! Logs leave bodies out, so one that is not there is no fact about the API.

use crate::capture::by_line::Context;
use crate::capture::fields::LogFields;
use crate::capture::record::Record;
use crate::capture::{Body, Exchange, Headers, Hint, Line, ReadProblem, Request, Response, Sink, Unused};
use crate::json::{Kind, TapeDocument, Value};
use crate::location::{Origin, Side};

use super::access_line::{self, AccessLine, Parsed};
use super::log_fields::{Found, Role, is_method, is_url, request_line};
use super::message::{self, headers};

/// Reads a line.
pub(super) fn read(line: &[u8], origin: Origin, context: &Context, sink: &mut dyn Sink) -> u64 {
    if !line.starts_with(b"{") {
        let text = String::from_utf8_lossy(line);
        match access_line::parse(&text) {
            Parsed::Access(found) => return access(&text, &found, &origin, context, sink),
            Parsed::NoRequest => {
                sink.unused(Unused::NotHttp, &origin);
                return 0;
            }
            Parsed::CutOff => {
                let message = "line skipped: it ends within an entry of an access log".to_owned();
                sink.problem(ReadProblem { origin, message });
                return 0;
            }
            Parsed::Other => {}
        }
    }
    let Some(start) = object_in(line) else {
        sink.unused(Unused::NotHttp, &origin);
        return 0;
    };
    let object = line.get(start..).unwrap_or_default();
    let origin = origin.at(origin.position.after(line.get(..start).unwrap_or_default()));
    match Record::json(object, origin) {
        Ok(record) => entry(&record, context, sink),
        Err(mut problem) => {
            problem.message = problem.message.replace("entry skipped", "line skipped");
            sink.problem(problem);
            0
        }
    }
}

/// Where the object of a line starts. A brace in a prefix starts an object only if it has a key.
fn object_in(line: &[u8]) -> Option<usize> {
    let mut braces = memchr::memchr_iter(b'{', line);
    braces.find(|at| {
        let inside = line.get(at + 1..).unwrap_or_default().trim_ascii_start();
        *at == 0 || inside.starts_with(b"\"") && memchr::memmem::find(inside, b"\":").is_some()
    })
}

fn access(
    text: &str,
    line: &AccessLine<'_>,
    origin: &Origin,
    context: &Context,
    sink: &mut dyn Sink,
) -> u64 {
    let part = |range: &std::ops::Range<usize>| text.get(range.clone()).unwrap_or_default();
    let place = |offset: usize| origin.at(origin.position.at_offset(text.as_bytes(), offset));
    let Some((method, target)) = request_line(part(&line.request)) else {
        return 0;
    };
    let mut exchange = of_log(origin.clone(), &context.hint);
    exchange.time = Some(line.time.to_owned());
    exchange.request = Some(Request {
        line: Line {
            text: part(&line.request).to_owned(),
            origin: place(line.request.start),
        },
        method: method.to_ascii_uppercase(),
        target: absolute(target.to_owned(), line.host, None),
        headers: Headers::default(),
        body: None,
        body_left_out: true,
    });
    exchange.response = part(&line.status).parse().ok().map(|status| Response {
        line: Line {
            text: part(&line.status).to_owned(),
            origin: place(line.status.start),
        },
        status,
        headers: Headers::default(),
        body: None,
        body_left_out: true,
    });
    sink.exchange(exchange);
    1
}

fn of_log<'a>(origin: Origin, hint: &Hint) -> Exchange<'a> {
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut exchange = Exchange::new(origin, hint);
    exchange.may_lack_bodies = true;
    exchange
}

/// A target with its host, if it has none and the host is known.
fn absolute(target: String, host: Option<&str>, scheme: Option<&str>) -> String {
    match host {
        Some(host) if target.starts_with('/') => format!("{}://{host}{target}", scheme.unwrap_or("http")),
        _ => target,
    }
}

fn entry(record: &Record<'_>, context: &Context, sink: &mut dyn Sink) -> u64 {
    let found = Found::of(record.root(), &context.fields);
    let status = found.get(Role::Status).and_then(|written| Some((message::status(written)?, written)));
    let bodies = Bodies::of(record, &found, status.is_some());
    let Some((line, method, target)) = asked(&found) else {
        return payloads(bodies, &context.hint, status.map(|(status, _)| status), record, sink);
    };
    let mut exchange = of_log(record.origin().clone(), &context.hint);
    exchange.time = time(&found);
    exchange.request = Some(Request {
        line: record.line(line),
        method,
        target,
        // Logs have some header fields, and one that is not there may have been sent.
        headers: Headers::default(),
        body_left_out: bodies.request.is_none(),
        body: bodies.request,
    });
    exchange.response = status.map(|(status, written)| Response {
        line: record.line(written),
        status,
        headers: Headers::default(),
        body_left_out: bodies.response.is_none(),
        body: bodies.response,
    });
    sink.exchange(exchange);
    1
}

/// The field that identifies the request, its method and its target.
fn asked<'d>(found: &Found<'d>) -> Option<(Value<'d>, String, String)> {
    let text = |role| found.get(role)?.as_str();
    let host = text(Role::Host);
    let scheme = text(Role::Scheme);
    let complete = |target: &str| {
        let query = text(Role::Query).filter(|query| !target.contains('?') && !query.is_empty());
        let target = match query {
            Some(query) => format!("{target}?{}", query.trim_start_matches('?')),
            None => target.to_owned(),
        };
        absolute(target, host.as_deref(), scheme.as_deref())
    };
    let url = found.get(Role::Url).zip(text(Role::Url));
    let method = text(Role::Method).filter(|method| is_method(method));
    if let Some(((line, url), method)) = url.zip(method) {
        return Some((line, method.to_ascii_uppercase(), complete(&url)));
    }
    let line = found.get(Role::Line)?;
    let written = line.as_str()?;
    let (method, target) = request_line(&written)?;
    let target = match is_url(target) {
        true => complete(target),
        false => target.to_owned(),
    };
    Some((line, method.to_ascii_uppercase(), target))
}

fn time(found: &Found<'_>) -> Option<String> {
    let time = found.get(Role::Time).and_then(message::scalar)?;
    let date = found.get(Role::Date).and_then(Value::as_str);
    // CloudFront writes the day on its own, in UTC.
    match date.filter(|_| time.len() == 8 && time.contains(':')) {
        Some(date) => Some(format!("{date}T{time}Z")),
        None => Some(time),
    }
}

/// The bodies of a line.
struct Bodies<'d> {
    request: Option<Body<'d>>,
    response: Option<Body<'d>>,
    /// Whether one of them is from a field that does not say which side it is.
    is_guess: bool,
}

impl<'d> Bodies<'d> {
    fn of(record: &'d Record<'_>, found: &Found<'d>, is_answered: bool) -> Self {
        let body = |role: Role, kind: Role, fields: Role| {
            let value = found.get(role)?;
            let fields = found.get(fields).map_or_else(Headers::default, |fields| headers(Some(fields)));
            let named = found.get(kind).and_then(Value::as_str);
            let media_type = named.as_deref().or_else(|| fields.get("content-type"));
            of_field(record, value, media_type, found.named(role).is_some())
        };
        let mut request = body(Role::RequestBody, Role::RequestType, Role::RequestHeaders);
        let mut response = body(Role::ResponseBody, Role::ResponseType, Role::ResponseHeaders);
        let mut is_guess = false;
        let own = match is_answered {
            true => &mut response,
            false => &mut request,
        };
        if own.is_none() || found.named(Role::Body).is_some() {
            let (kind, fields) = match is_answered {
                true => (Role::ResponseType, Role::ResponseHeaders),
                false => (Role::RequestType, Role::RequestHeaders),
            };
            let other = body(Role::Body, kind, fields);
            let is_asked = found.get(Role::Url).is_some() || found.get(Role::Line).is_some();
            let text = found.get(Role::Text).filter(|text| is_asked && is_json_text(*text));
            *own = other.or_else(|| of_field(record, text?, None, false)).or(own.take());
            is_guess = own.is_some() && !is_answered;
        }
        Self { request, response, is_guess }
    }
}

/// A body in a field: JSON as it is, or a string.
fn of_field<'d>(
    record: &'d Record<'_>,
    value: Value<'d>,
    media_type: Option<&str>,
    is_named: bool,
) -> Option<Body<'d>> {
    match value.kind() {
        Kind::Object | Kind::Array => {
            // Elastic's fields have the text in `content`.
            let content = value.get("content").or_else(|| value.get("text"));
            let content = content.filter(|content| content.kind() == Kind::String);
            let is_wrapped = value.get("bytes").is_some() || value.len() == 1;
            match content.filter(|_| is_wrapped) {
                Some(content) => of_field(record, content, media_type, is_named),
                None => Some(record.embedded(value).with_media_type(media_type)),
            }
        }
        Kind::String => {
            let text = value.as_str().filter(|text| !matches!(text.trim(), "" | "-"))?;
            // Without a media type, other texts are words about the body.
            let is_json = is_named || text.trim_start().starts_with(['{', '[']);
            let media_type = media_type.or(if is_json { None } else { Some("text/plain") });
            record.text_body(value).map(|body| body.with_media_type(media_type))
        }
        Kind::Number | Kind::Boolean if is_named => Some(record.embedded(value).with_media_type(media_type)),
        Kind::Number | Kind::Boolean | Kind::Null => None,
    }
}

fn is_json_text(value: Value<'_>) -> bool {
    value.as_str().is_some_and(|text| text.trim_start().starts_with(['{', '[']) && TapeDocument::parse(text.as_bytes()).is_ok())
}

/// The bodies of a line without a method and a URL.
fn payloads(
    bodies: Bodies<'_>,
    hint: &Hint,
    status: Option<u16>,
    record: &Record<'_>,
    sink: &mut dyn Sink,
) -> u64 {
    let mut count = 0;
    for (body, side) in [(bodies.request, Side::Request), (bodies.response, Side::Response)] {
        let Some(body) = body else { continue };
        let hint = Hint {
            side: if bodies.is_guess { hint.side } else { Some(side) },
            status: status.or(hint.status),
            ..hint.clone()
        };
        sink.exchange(Exchange::bare(body, hint));
        count += 1;
    }
    if count == 0 {
        sink.unused(Unused::NotHttp, record.origin());
    }
    count
}

/// Whether a line is an object, maybe after a prefix.
pub(super) fn holds_object(line: &[u8]) -> bool {
    let object = object_in(line).and_then(|start| line.get(start..));
    object.is_some_and(|object| TapeDocument::parse(object).is_ok())
}

/// What a line looks like, without fields that the user named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A line with a method, a URL and a status.
    Access,
    /// A line of a log about something else.
    Log,
    /// A line that starts an object that is not JSON.
    Broken,
    /// Anything else.
    Other,
}

pub(super) fn look(line: &[u8]) -> Look {
    if !line.starts_with(b"{") {
        match access_line::parse(&String::from_utf8_lossy(line)) {
            Parsed::Access(_) => return Look::Access,
            Parsed::NoRequest => return Look::Log,
            Parsed::CutOff | Parsed::Other => {}
        }
    }
    let Some(start) = object_in(line) else {
        return Look::Other;
    };
    let Ok(document) = TapeDocument::parse(line.get(start..).unwrap_or_default()) else {
        return Look::Broken;
    };
    let fields = LogFields::default();
    let found = Found::of(document.root(), &fields);
    match (found.is_access(), found.is_log()) {
        (true, _) => Look::Access,
        (false, true) => Look::Log,
        (false, false) => Look::Other,
    }
}
