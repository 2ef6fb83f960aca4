//! Recordings of nock, for Node.js: a JSON array of definitions.
//!
//! Each has `scope` (scheme, host and port), `method`, `path`, `body` (what was sent: text, or JSON as it is), `status`,
//! `response` (text, JSON as it is, or a list of parts in hexadecimal or base64 if it is compressed) and `rawHeaders` or
//! `headers`. `reqheaders`, `responseIsBinary` and matchers are ignored: a body in hexadecimal is recognised.

use crate::capture::record::{Lists, Record};
use crate::capture::{Body, Exchange, Headers, Hint, Line, ReadProblem, Request, Sink, is_json_media_type, transfer};
use crate::json::{Kind, TapeDocument, Value};

use super::message::{self, Found, first, headers, missing};

/// Where the definitions are.
pub(super) const LISTS: Lists = &[&[]];

/// Reads one definition.
pub(super) fn read(record: &Record<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    match definition(record, hint, sink) {
        Ok(exchange) => {
            sink.exchange(exchange);
            1
        }
        Err(problem) => {
            sink.problem(problem);
            0
        }
    }
}

fn definition<'d>(
    record: &'d Record<'_>,
    hint: &Hint,
    sink: &mut dyn Sink,
) -> Result<Exchange<'d>, ReadProblem> {
    let root = record.root();
    let method = message::required(record, root, "method", "method")?;
    let path = first(root, &["path"])
        .filter(|path| path.kind() == Kind::String)
        .ok_or_else(|| missing(record, root, "path"))?;
    let status = first(root, &["status", "statusCode"]).ok_or_else(|| missing(record, root, "status"))?;
    let code = message::status(status).ok_or_else(|| missing(record, status, "status"))?;
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut exchange = Exchange::new(record.origin().clone(), hint);
    exchange.may_lack_credentials = true;
    let scope = root.get("scope").and_then(message::scalar).unwrap_or_default();
    let sent = headers(first(root, &["reqheaders"]));
    let answered = headers(first(root, &["rawHeaders", "headers"]));
    let (body, is_unread) = message::kept(any_body(record, root.get("body"), &sent), sink);
    // Request headers are recorded only if that is asked for.
    let body = body.map(|body| if sent.0.is_empty() { with_guessed_type(body) } else { body });
    exchange.request = Some(Request {
        line: Line {
            text: path.raw().to_owned(),
            origin: record.at(path),
        },
        method: method.to_ascii_uppercase(),
        target: scope + &path.as_str().unwrap_or_default(),
        body_left_out: is_unread || body.is_none() && message::has_length(&sent),
        headers: sent,
        body,
    });
    let has_body = !method.eq_ignore_ascii_case("HEAD") && !matches!(code, 204 | 304);
    let written = root.get("response").filter(|body| has_body || body.kind() != Kind::Null);
    let body = any_body(record, written, &answered);
    exchange.response = Some(message::response(record, (code, status), answered, body, sink));
    Ok(exchange)
}

/// A body as text, as JSON, or in parts that were decoded for the recording.
fn any_body<'d>(record: &'d Record<'_>, value: Option<Value<'d>>, headers: &Headers) -> Found<'d> {
    let Some(value) = value else {
        return Ok(None);
    };
    let media_type = headers.get("content-type");
    let is_encoded = headers.get("content-encoding").is_some();
    let parts = || transfer::chunked_text(value.raw());
    let decoded = match value.kind() {
        Kind::Array if is_encoded => parts(),
        Kind::String => {
            let text = value.as_str().unwrap_or_default();
            transfer::hexadecimal(&text).filter(|_| is_encoded || text.starts_with("1f8b"))
        }
        _ => None,
    };
    let decoded = decoded.map(|bytes| message::decoded(record, value, bytes, headers));
    match (decoded, value.kind()) {
        (Some(Ok(body)), _) => Ok(Some(body.with_media_type(media_type))),
        (Some(Err(problem)), _) if is_encoded => Err(problem),
        // Otherwise it is text that starts like a compressed body.
        (_, Kind::String) => message::body(record, value, headers),
        // An empty body is recorded as text.
        (_, Kind::Null) if !holds_null(headers) => Ok(None),
        _ => Ok(Some(record.embedded(value).with_media_type(media_type))),
    }
}

/// Whether a message has a body in JSON according to its headers, so that null is its content.
fn holds_null(headers: &Headers) -> bool {
    message::has_length(headers) && headers.get("content-type").is_none_or(is_json_media_type)
}

/// A body that was sent with unknown headers, with the media type that it shows. JSON and XML need none.
///
/// What is sent as JSON is recorded as JSON, but for strings, which lose their quotes and cannot be told from text.
fn with_guessed_type(body: Body<'_>) -> Body<'_> {
    let multipart = Some("multipart/form-data");
    let is_multipart = |bytes: &[u8]| bytes.starts_with(b"--") && memchr::memmem::find(bytes, b"form-data").is_some();
    let Ok(text) = std::str::from_utf8(&body.bytes) else {
        return body;
    };
    if text.trim_start().starts_with('<') || TapeDocument::parse(text.as_bytes()).is_ok() {
        return body;
    }
    // A part that is not text has made it hexadecimal.
    if let Some(bytes) = transfer::hexadecimal(text).filter(|bytes| is_multipart(bytes)) {
        return Body::decoded(bytes, body.origin).with_media_type(multipart);
    }
    let is_encoded = |byte: u8| byte.is_ascii_alphanumeric() || b"*-._+%~[]".contains(&byte);
    let is_field = |field: &str| {
        let (name, value) = field.split_once('=').unwrap_or_default();
        !name.is_empty() && name.bytes().chain(value.bytes()).all(is_encoded)
    };
    let media_type = match text.split('&').all(is_field) {
        true => Some("application/x-www-form-urlencoded"),
        false if is_multipart(text.as_bytes()) => multipart,
        false => Some("text/plain"),
    };
    body.with_media_type(media_type)
}
