//! Mappings of WireMock: what a mock server answers, often recorded from a real one.
//!
//! A file is one mapping, or has a list `mappings`. `request` has `method` and one of `url`, `urlPath`, `urlPathTemplate`,
//! `urlPattern` and `urlPathPattern`; a body that it must equal (`bodyPatterns[].equalToJson`, `equalTo`) was sent.
//! `response` has `status`, `headers`, and one of `body`, `jsonBody`, `base64Body` and `bodyFileName`, a file in the
//! folder `__files` next to `mappings`. Scenarios, delays, faults, proxies and other matchers are ignored. A method of
//! `ANY` is no method, so such a mapping is skipped.

use std::path::{Component, Path};

use crate::capture::record::{Lists, Record, text};
use crate::capture::{Body, Exchange, Headers, Hint, ReadProblem, Sink, Unused};
use crate::json::{Kind, Value};

use super::message::{self, Found, first, headers, missing};

/// Where mappings are.
pub(super) const LISTS: Lists = &[&["mappings"], &[]];

/// The largest file of a body in bytes.
const LARGEST: u64 = crate::limits::BODY;

/// Reads one mapping.
pub(super) fn read(record: &Record<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    // The list is read by itself.
    if record.root().get("mappings").is_some() {
        return 0;
    }
    let asked = first(record.root(), &["request"]);
    if let Some(asked) = asked.filter(|asked| text(*asked, "method").as_deref() == Some("ANY")) {
        sink.unused(Unused::AnyRequest, &record.at(asked));
        return 0;
    }
    match mapping(record, hint, sink) {
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

fn mapping<'d>(
    record: &'d Record<'_>,
    hint: &Hint,
    sink: &mut dyn Sink,
) -> Result<Exchange<'d>, ReadProblem> {
    let root = record.root();
    let asked = first(root, &["request"]).ok_or_else(|| missing(record, root, "request"))?;
    let method = message::required(record, asked, "method", "request.method")?;
    let keys = ["url", "urlPath", "urlPathTemplate", "urlPattern", "urlPathPattern"];
    let url = first(asked, &keys)
        .filter(|url| url.kind() == Kind::String)
        .ok_or_else(|| missing(record, asked, "request.url"))?;
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut exchange = Exchange::new(record.origin().clone(), hint);
    exchange.may_lack_credentials = true;
    let patterns = asked.get("bodyPatterns").into_iter().flat_map(Value::elements);
    let mut equal = patterns.filter_map(|pattern| first(pattern, &["equalToJson", "equalTo"]));
    let sent = match equal.next() {
        Some(body) if body.kind() == Kind::String => message::body(record, body, &Headers::default()),
        Some(body) => Ok(Some(record.embedded(body))),
        None => Ok(None),
    };
    exchange.request = Some(message::request(record, (&method, url), Headers::default(), sent, sink));
    let answer = first(root, &["response"]).ok_or_else(|| missing(record, root, "response"))?;
    // Without a status, WireMock answers with 200.
    let (status, written) = match first(answer, &["status"]) {
        Some(written) => {
            let status = message::status(written);
            (status.ok_or_else(|| missing(record, written, "response.status"))?, written)
        }
        None => (200, answer),
    };
    let fields = headers(first(answer, &["headers"]));
    let body = answer_body(record, answer, &fields);
    exchange.response = Some(message::response(record, (status, written), fields, body, sink));
    Ok(exchange)
}

fn answer_body<'d>(record: &'d Record<'_>, answer: Value<'d>, headers: &Headers) -> Found<'d> {
    let media_type = headers.get("content-type");
    let found = if let Some(body) = first(answer, &["jsonBody"]) {
        let json = media_type.or(Some("application/json"));
        Some(record.embedded(body).with_media_type(json))
    } else if let Some(body) = first(answer, &["base64Body"]) {
        message::base64(record, body, headers)?
    } else if let Some(name) = text(answer, "bodyFileName") {
        let value = answer.get("bodyFileName").unwrap_or(answer);
        Some(of_file(record, &name).map_err(|message| record.problem(value, message))?)
    } else if let Some(body) = first(answer, &["body"]) {
        message::body(record, body, headers)?
    } else {
        None
    };
    Ok(found.map(|body| match body.media_type {
        Some(_) => body,
        None => body.with_media_type(media_type),
    }))
}

/// The body in a file of `__files`, next to the folder of the mapping.
fn of_file(record: &Record<'_>, name: &str) -> Result<Body<'static>, String> {
    let failed = |why: &str| format!("body skipped: `bodyFileName` {name}: {why}");
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !is_inside {
        return Err(failed("it must be below `__files`"));
    }
    let mapping = Path::new(&*record.origin().file);
    let folders = mapping.ancestors().skip(1).map(|folder| folder.join("__files"));
    let path = folders.map(|files| files.join(name)).find(|path| path.is_file());
    let path = path.ok_or_else(|| failed("there is no such file in a folder `__files` above the mapping"))?;
    let size = path.metadata().map_or(0, |found| found.len());
    if size > LARGEST {
        return Err(failed("it is too large"));
    }
    let bytes = std::fs::read(&path).map_err(|error| failed(&crate::error::io_words(&error)))?;
    let origin = crate::location::Origin {
        file: path.to_string_lossy().into(),
        entry: None,
        position: crate::location::Position::START,
    };
    Ok(Body::owned(bytes, origin))
}
