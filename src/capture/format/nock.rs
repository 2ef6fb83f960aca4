//! Recordings of nock, for Node.js: a JSON array of definitions.
//!
//! Each has `scope` (scheme, host and port), `method`, `path`, `body` (what was sent: text, or JSON as it is), `status`,
//! `response` (text, JSON as it is, or a list of parts in hexadecimal or base64 if it is compressed) and `rawHeaders` or
//! `headers`. `reqheaders`, `responseIsBinary` and matchers are ignored: a body in hexadecimal is recognised.

use crate::capture::record::{Lists, Record};
use crate::capture::{Body, Exchange, Headers, Hint, Line, ReadProblem, Request, Sink, transfer};
use crate::json::{Kind, Value};

use super::message::{self, first, headers, missing};

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
    let scope = root.get("scope").and_then(message::scalar).unwrap_or_default();
    let sent = headers(first(root, &["reqheaders"]));
    let answered = headers(first(root, &["rawHeaders", "headers"]));
    let body = first(root, &["body"]).and_then(|body| any_body(record, body, &sent, sink));
    exchange.request = Some(Request {
        line: Line {
            text: path.raw().to_owned(),
            origin: record.at(path),
        },
        method: method.to_ascii_uppercase(),
        target: scope + &path.as_str().unwrap_or_default(),
        body_left_out: body.is_none() && message::has_length(&sent),
        headers: sent,
        body,
    });
    let body = first(root, &["response"]).and_then(|body| any_body(record, body, &answered, sink));
    exchange.response = Some(message::response(record, (code, status), answered, body));
    Ok(exchange)
}

/// A body as text, as JSON, or in parts that were decoded for the recording.
fn any_body<'d>(
    record: &'d Record<'_>,
    value: Value<'d>,
    headers: &Headers,
    sink: &mut dyn Sink,
) -> Option<Body<'d>> {
    let media_type = headers.get("content-type");
    let is_encoded = headers.get("content-encoding").is_some();
    let parts = || transfer::chunked_text(value.raw());
    let decoded = match value.kind() {
        Kind::Array if is_encoded => parts(),
        Kind::String => {
            let text = value.as_str()?;
            transfer::hexadecimal(&text).filter(|_| is_encoded || text.starts_with("1f8b"))
        }
        _ => None,
    };
    if let Some(bytes) = decoded {
        return match transfer::decode(&bytes, headers) {
            Ok(inflated) => {
                let body = Body::decoded(inflated.unwrap_or(bytes), record.at(value));
                Some(body.with_media_type(media_type))
            }
            Err(message) => {
                sink.problem(record.problem(value, message));
                None
            }
        };
    }
    match value.kind() {
        Kind::String => message::body(record, value, headers, sink),
        Kind::Null => None,
        _ => Some(record.embedded(value).with_media_type(media_type)),
    }
}
