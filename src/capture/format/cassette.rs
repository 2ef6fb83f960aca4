//! Cassettes: what test libraries record and replay.
//!
//! | library | list of entries | URL | status | body |
//! | --- | --- | --- | --- | --- |
//! | VCR (Ruby) | `http_interactions` | `uri` | `status.code` | `body.string`, `body.base64_string` |
//! | vcrpy | `interactions` | `uri` | `status.code` | `body`, `body.string`, each also `!!binary`; what is sent also as an iterator or a file object of Python |
//! | betamax | `http_interactions` | `uri` | `status.code` | `body.string`, `body.base64_string` |
//! | go-vcr 1 to 3 | `interactions` | `url` | `code`, `status` | `body` |
//! | PHP-VCR | the document | `url` | `status.code`, `status` | `body` |
//! | Schemathesis | `http_interactions`, or one entry per line | `uri` | `status.code` | `body.string`, `body.base64_string` |
//! | Keploy | one document per entry | `spec.req.url` | `spec.resp.status_code` | `body` |
//! | exchanges in NDJSON | one entry per line | `url`, `uri` | `status`, `statusCode`, `status_code` | any of these |
//!
//! | wiredrift's own copies (`captures --export`) | one entry per line; `bodies_recorded: false` if the capture held none | `url` | `status` | `body.string` |
//!
//! All of them are YAML or JSON. An entry has a `request` and a `response`, and often `recorded_at`. What is about the
//! replay, such as matchers, durations and the version of the library, is ignored.

use crate::capture::record::{Lists, Record};
use crate::capture::{Body, Exchange, Headers, Hint, ReadProblem, Request, Response, Sink, transfer};
use crate::json::{Kind, Value};

use super::message::{self, Found, first, headers, missing};

/// Where cassettes have their entries.
pub(super) const LISTS: Lists = &[&["http_interactions"], &["interactions"], &[]];

/// Reads one entry, and returns how many exchanges it was.
pub(super) fn read(record: &Record<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    let root = record.root();
    // Keploy describes the entry around it.
    let entry = root.get("spec").filter(|spec| spec.get("req").is_some()).unwrap_or(root);
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut exchange = Exchange::new(record.origin().clone(), hint);
    exchange.time = first(root, &["recorded_at", "recordedAt", "timestamp", "time"])
        .or_else(|| first(entry, &["created"]))
        .and_then(message::scalar);
    exchange.may_lack_credentials |= entry.get("credentials_recorded").and_then(Value::as_bool) == Some(false);
    exchange.may_lack_bodies |= entry.get("bodies_recorded").and_then(Value::as_bool) == Some(false);
    match request(record, entry, sink) {
        Ok(request) => exchange.request = Some(request),
        Err(problem) => {
            sink.problem(problem);
            return 0;
        }
    }
    match response(record, entry, sink) {
        Ok(response) => exchange.response = response,
        Err(problem) => sink.problem(problem),
    }
    sink.exchange(exchange);
    1
}

fn request<'d>(
    record: &'d Record<'_>,
    entry: Value<'d>,
    sink: &mut dyn Sink,
) -> Result<Request<'d>, ReadProblem> {
    let request = first(entry, &["request", "req"])
        .filter(|request| request.kind() == Kind::Object)
        .ok_or_else(|| missing(record, entry, "request"))?;
    let method = message::required(record, request, "method", "request.method")?;
    let url = first(request, &["uri", "url"])
        .filter(|url| url.kind() == Kind::String)
        .ok_or_else(|| missing(record, request, "request.url"))?;
    let headers = headers(first(request, &["headers", "header"]));
    let body = any_body(record, first(request, &["body"]), &headers);
    Ok(message::request(record, (&method, url), headers, body, sink))
}

/// The response, or `None` if there was none.
fn response<'d>(
    record: &'d Record<'_>,
    entry: Value<'d>,
    sink: &mut dyn Sink,
) -> Result<Option<Response<'d>>, ReadProblem> {
    let Some(response) = first(entry, &["response", "resp"]) else {
        return Ok(None);
    };
    // A go-vcr cassette has the number as `code` and the line as `status`.
    let written = first(response, &["code", "statusCode", "status_code", "status"]);
    let status = written.and_then(|written| Some((message::status(written)?, written)));
    let Some((status, written)) = status else {
        let place = written.unwrap_or(response);
        return Err(record.problem(place, "response skipped: its status is missing or invalid"));
    };
    let written = written.get("code").unwrap_or(written);
    let headers = headers(first(response, &["headers", "header"]));
    let body = any_body(record, first(response, &["body"]), &headers);
    Ok(Some(message::response(record, (status, written), headers, body, sink)))
}

/// A body, which some tools embed as JSON instead of its text.
fn any_body<'d>(record: &'d Record<'_>, value: Option<Value<'d>>, headers: &Headers) -> Found<'d> {
    let Some(value) = value else {
        return Ok(None);
    };
    let wraps = |key: &str| value.get(key).is_some();
    let is_wrapped = ["string", "base64_string", "encoding", "text", "base64"].iter().any(|key| wraps(key));
    match value.kind() {
        Kind::String => return message::body(record, value, headers),
        Kind::Object if is_wrapped => return message::body(record, value, headers),
        Kind::Null => return Ok(None),
        _ => {}
    }
    let media_type = headers.get("content-type");
    let parts = if record.is_yaml() { python_parts(value) } else { None };
    let Some(parts) = parts else {
        return Ok(Some(record.embedded(value).with_media_type(media_type)));
    };
    let mut bytes = Vec::new();
    for part in parts {
        let text = part.as_str().unwrap_or_default();
        match record.is_binary(part) {
            true => bytes.extend(transfer::base64(&text).ok_or_else(|| record.problem(part, "body skipped: not valid base64"))?),
            false => bytes.extend(text.bytes()),
        }
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    let body: Body<'_> = message::decoded(record, value, bytes, headers)?;
    Ok(Some(body.with_media_type(media_type)))
}

/// The parts of a body that is an object of Python, as vcrpy writes it. An iterator has a list of them in `args`, and
/// the number of those that were read as `state`. A file object has only a `state`: its content, for text how its
/// lines end, its position, and its attributes or null. Tags are not looked at.
fn python_parts(value: Value<'_>) -> Option<Vec<Value<'_>>> {
    let is_number = |value: &Value<'_>| value.kind() == Kind::Number;
    let is_string = |value: &Value<'_>| value.kind() == Kind::String;
    let state = value.get("state")?;
    let parts: Vec<Value<'_>> = match (value.len(), value.get("args")) {
        (2, Some(args)) => {
            let mut args = args.elements();
            let list = args.next().filter(|list| list.kind() == Kind::Array)?;
            (args.next().is_none() && is_number(&state)).then(|| list.elements().collect())?
        }
        (1, None) => {
            let kinds: Vec<Kind> = state.elements().map(Value::kind).collect();
            match *kinds {
                [Kind::String, Kind::Number, Kind::Null | Kind::Object]
                | [Kind::String, Kind::String | Kind::Null, Kind::Number, Kind::Null | Kind::Object] => {}
                _ => return None,
            }
            state.elements().take(1).collect()
        }
        _ => return None,
    };
    parts.iter().all(is_string).then_some(parts)
}
