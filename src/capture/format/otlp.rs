//! Spans and log records of OpenTelemetry in JSON (OTLP), as one document or a document per line.
//!
//! | part | attributes, first choice first |
//! | --- | --- |
//! | method | `http.request.method`, `http.method` |
//! | URL | `url.full`, `http.url`; `url.path` and `url.query`, `http.target`, `http.route`, with `server.address` or `http.host` |
//! | status | `http.response.status_code`, `http.status_code` |
//! | bodies | `http.request.body`, `http.request.body.content`, `http.request.body.text`, and the same of the response |
//!
//! Bodies may also be attributes of an event of the span. Spans of clients and servers are read alike. Spans and records
//! without a method and a URL are counted. Resources, scopes, links, metrics and other attributes are ignored.

use std::borrow::Cow;

use crate::capture::record::Record;
use crate::capture::record::Lists;
use crate::capture::{Body, Exchange, Headers, Hint, Request, Response, Sink, Unused, transfer};
use crate::json::{Kind, Value};

use super::message::{self, first};

/// Where resources are.
pub(super) const LISTS: Lists = &[&["resourceSpans"], &["resourceLogs"], &["resourceMetrics"], &[]];

/// Names of parts of messages in attributes.
const METHODS: &[&str] = &["http.request.method", "http.method"];
const URLS: &[&str] = &["url.full", "http.url"];
const PATHS: &[&str] = &["url.path", "http.target", "http.route"];
const HOSTS: &[&str] = &["server.address", "http.host", "net.host.name", "net.peer.name"];
const PORTS: &[&str] = &["server.port", "net.host.port", "net.peer.port"];
const STATUSES: &[&str] = &["http.response.status_code", "http.status_code"];
const SENT: &[&str] = &["http.request.body", "http.request.body.content", "http.request.body.text", "http.request_body", "request.body"];
const ANSWERED: &[&str] = &["http.response.body", "http.response.body.content", "http.response.body.text", "http.response_body", "response.body"];
const SENT_TYPE: &[&str] = &["http.request.header.content-type", "http.request.header.content_type"];
const ANSWERED_TYPE: &[&str] = &["http.response.header.content-type", "http.response.header.content_type"];

/// Reads the spans and records of a resource, or of a document that is a line.
pub(super) fn read(record: &Record<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    let root = record.root();
    let documents = ["resourceSpans", "resourceLogs", "resourceMetrics"];
    let mut resources: Vec<Value<'_>> = documents
        .iter()
        .filter_map(|key| root.get(key))
        .flat_map(Value::elements)
        .collect();
    if documents.iter().all(|key| root.get(key).is_none()) {
        resources.push(root);
    }
    let mut count = 0;
    for resource in resources {
        let scopes = ["scopeSpans", "scopeLogs", "instrumentationLibrarySpans"];
        let scopes: Vec<Value<'_>> = scopes.iter().filter_map(|key| resource.get(key)).collect();
        if scopes.is_empty() {
            sink.unused(Unused::NotHttp, &record.at(resource));
        }
        for scope in scopes.into_iter().flat_map(Value::elements) {
            let items = ["spans", "logRecords"].iter().filter_map(|key| scope.get(key));
            for item in items.flat_map(Value::elements) {
                count += span(record, item, hint, sink);
            }
        }
    }
    count
}

/// Reads a span or a log record.
fn span(record: &Record<'_>, span: Value<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    let Some((line, method, target)) = asked(span) else {
        sink.unused(Unused::NotHttp, &record.at(span));
        return 0;
    };
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut origin = record.at(span);
    origin.entry = record.origin().entry;
    let mut exchange = Exchange::new(origin, hint);
    exchange.may_lack_bodies = true;
    exchange.time = first(span, &["startTimeUnixNano", "timeUnixNano", "observedTimeUnixNano"]).and_then(message::scalar);
    let sent = body(record, span, SENT, SENT_TYPE, sink);
    exchange.request = Some(Request {
        line: record.line(line),
        method,
        target,
        headers: Headers::default(),
        body_left_out: sent.is_none(),
        body: sent,
    });
    if let Some(written) = attribute(span, STATUSES) {
        match message::status(written) {
            Some(status) => {
                let answered = body(record, span, ANSWERED, ANSWERED_TYPE, sink);
                exchange.response = Some(Response {
                    line: record.line(written),
                    status,
                    headers: Headers::default(),
                    body_left_out: answered.is_none(),
                    body: answered,
                });
            }
            // A client writes 0 if there was no response.
            None if message::scalar(written).as_deref() == Some("0") => {}
            None => sink.problem(record.problem(written, "response skipped: its status is invalid")),
        }
    }
    sink.exchange(exchange);
    1
}

/// The attribute that has the URL, the method and the target.
fn asked<'d>(span: Value<'d>) -> Option<(Value<'d>, String, String)> {
    let text = |names: &[&str]| attribute(span, names).and_then(message::scalar).filter(|text| !text.is_empty());
    let method = text(METHODS)?.to_ascii_uppercase();
    if let Some((line, url)) = attribute(span, URLS).zip(text(URLS)) {
        return Some((line, method, url));
    }
    let line = attribute(span, PATHS)?;
    let mut target = line.as_str().filter(|path| path.starts_with('/'))?.into_owned();
    if let Some(query) = text(&["url.query"]).filter(|_| !target.contains('?')) {
        target = format!("{target}?{}", query.trim_start_matches('?'));
    }
    if let Some(host) = text(HOSTS) {
        let scheme = text(&["url.scheme", "http.scheme"]).unwrap_or_else(|| "http".to_owned());
        let port = text(PORTS).filter(|_| !host.contains(':'));
        let port = port.filter(|port| !matches!((&*scheme, &**port), ("http", "80") | ("https", "443")));
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        target = format!("{scheme}://{host}{port}{target}");
    }
    Some((line, method, target))
}

/// The value of the first of these attributes that is there.
fn attribute<'d>(owner: Value<'d>, names: &[&str]) -> Option<Value<'d>> {
    let attributes = || owner.get("attributes").into_iter().flat_map(Value::elements);
    names.iter().find_map(|name| {
        let mut named = attributes().filter(|attribute| attribute.get("key").and_then(Value::as_str).as_deref() == Some(*name));
        inner(named.next()?.get("value")?)
    })
}

/// What a value of an attribute wraps.
fn inner(value: Value<'_>) -> Option<Value<'_>> {
    let kinds = ["stringValue", "intValue", "boolValue", "doubleValue", "kvlistValue", "arrayValue", "bytesValue"];
    first(value, &kinds)
}

fn body<'d>(
    record: &'d Record<'_>,
    span: Value<'d>,
    names: &[&str],
    types: &[&str],
    sink: &mut dyn Sink,
) -> Option<Body<'d>> {
    let events = || span.get("events").into_iter().flat_map(Value::elements);
    let owner = std::iter::once(span).chain(events()).find(|owner| attribute(*owner, names).is_some())?;
    let named = names.iter().find_map(|name| {
        let mut attributes = owner.get("attributes").into_iter().flat_map(Value::elements);
        attributes.find(|attribute| attribute.get("key").and_then(Value::as_str).as_deref() == Some(*name))
    });
    let wrapped = named?.get("value")?;
    let value = inner(wrapped)?;
    let media_type = attribute(span, types).and_then(|found| match found.kind() {
        Kind::Object => found.get("values")?.elements().next().and_then(inner)?.as_str(),
        _ => found.as_str(),
    });
    let body = if wrapped.get("bytesValue").is_some() {
        let bytes = transfer::base64(&value.as_str()?);
        if bytes.is_none() {
            sink.problem(record.problem(value, "body skipped: not valid base64"));
        }
        Body::decoded(bytes?, record.at(value))
    } else if value.kind() == Kind::String {
        value.as_str().filter(|text| !text.trim().is_empty())?;
        record.text_body(value)?
    } else {
        let json = plain(wrapped, DEEPEST)?;
        Body::decoded(json.to_string().into_bytes(), record.at(value))
    };
    Some(body.with_media_type(media_type.as_deref()))
}

/// Nesting of values that is read.
const DEEPEST: usize = 100;

/// A value of an attribute as plain JSON.
fn plain(value: Value<'_>, depth: usize) -> Option<serde_json::Value> {
    let depth = depth.checked_sub(1)?;
    if let Some(list) = value.get("kvlistValue") {
        let members = list.get("values").into_iter().flat_map(Value::elements);
        let members = members.map(|member| {
            let key = member.get("key")?.as_str().map(Cow::into_owned)?;
            Some((key, plain(member.get("value")?, depth)?))
        });
        return members.collect::<Option<serde_json::Map<_, _>>>().map(Into::into);
    }
    if let Some(list) = value.get("arrayValue") {
        let elements = list.get("values").into_iter().flat_map(Value::elements);
        return elements.map(|element| plain(element, depth)).collect();
    }
    // 64-bit integers are strings in JSON of Protocol Buffers.
    match value.get("intValue").and_then(message::scalar) {
        Some(digits) => digits.parse::<i64>().ok().map(Into::into),
        None => Some(inner(value).map_or(serde_json::Value::Null, Value::to_serde)),
    }
}
