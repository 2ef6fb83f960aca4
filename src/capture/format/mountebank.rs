//! Imposters of Mountebank: `imposters`, each with `stubs`, or one imposter as the document.
//!
//! A stub that was recorded has `responses[].is` with `statusCode`, `headers` and `body` (text, or JSON as it is), and
//! `predicates` with the request that it answers: `equals` or `deepEquals` of `method`, `path`, `query`, `body`. A stub
//! without a method and a path answers anything and is skipped. Other predicates, behaviors and proxies are ignored.

use crate::capture::record::{Lists, Record};
use crate::capture::{Exchange, Headers, Hint, Line, Request, Sink, Unused};
use crate::json::{Kind, Value};

use super::message::{self, Found, first, headers, missing};

/// Where imposters are.
pub(super) const LISTS: Lists = &[&["imposters"], &[]];

/// Reads one imposter.
pub(super) fn read(record: &Record<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    let root = record.root();
    if root.get("imposters").is_some() {
        return 0;
    }
    let mut count = 0;
    for stub in root.get("stubs").into_iter().flat_map(Value::elements) {
        let asked = Asked::of(stub);
        let Some((method, path)) = asked.method.zip(asked.path) else {
            sink.unused(Unused::AnyRequest, &record.at(stub));
            continue;
        };
        for answer in stub.get("responses").into_iter().flat_map(Value::elements) {
            // Proxies and injected code have no response.
            let Some(answer) = answer.get("is") else {
                sink.unused(Unused::NoResponse, &record.at(answer));
                continue;
            };
            let hint = Hint {
                operation: None,
                ..hint.clone()
            };
            let mut origin = record.at(answer);
            origin.entry = record.origin().entry;
            let mut exchange = Exchange::new(origin, hint);
            exchange.may_lack_credentials = true;
            let mut target = path.as_str().unwrap_or_default().into_owned();
            let query = asked.query.into_iter().flat_map(Value::members);
            for (index, (name, value)) in query.enumerate() {
                let value = message::scalar(value).unwrap_or_default();
                target.push_str(&format!("{}{}={value}", if index == 0 { "?" } else { "&" }, name.name()));
            }
            let sent = Headers::default();
            let (body, body_left_out) = message::kept(any_body(record, asked.body, &sent), sink);
            exchange.request = Some(Request {
                line: Line {
                    text: path.raw().to_owned(),
                    origin: record.at(path),
                },
                method: message::scalar(method).unwrap_or_default().to_ascii_uppercase(),
                target,
                body_left_out,
                headers: sent,
                body,
            });
            // Without a status, Mountebank answers with 200.
            let written = first(answer, &["statusCode"]);
            let status = match written {
                Some(written) => message::status(written),
                None => Some(200),
            };
            let Some(status) = status else {
                sink.problem(missing(record, answer, "statusCode"));
                continue;
            };
            let fields = headers(first(answer, &["headers"]));
            let body = any_body(record, first(answer, &["body"]), &fields);
            let status = (status, written.unwrap_or(answer));
            exchange.response = Some(message::response(record, status, fields, body, sink));
            sink.exchange(exchange);
            count += 1;
        }
    }
    count
}

/// What the predicates of a stub say about a request.
#[derive(Default)]
struct Asked<'d> {
    method: Option<Value<'d>>,
    path: Option<Value<'d>>,
    query: Option<Value<'d>>,
    body: Option<Value<'d>>,
}

impl<'d> Asked<'d> {
    fn of(stub: Value<'d>) -> Self {
        let mut asked = Self::default();
        for predicate in stub.get("predicates").into_iter().flat_map(Value::elements) {
            let lists = predicate.get("and").into_iter().flat_map(Value::elements);
            for predicate in lists.chain([predicate]) {
                let Some(equal) = first(predicate, &["deepEquals", "equals"]) else {
                    continue;
                };
                let text = |key: &str| equal.get(key).filter(|value| value.kind() == Kind::String);
                asked.method = asked.method.or(text("method"));
                asked.path = asked.path.or(text("path"));
                asked.query = asked.query.or(equal.get("query"));
                asked.body = asked.body.or(equal.get("body"));
            }
        }
        asked
    }
}

fn any_body<'d>(record: &'d Record<'_>, body: Option<Value<'d>>, headers: &Headers) -> Found<'d> {
    match body.map(|body| (body, body.kind())) {
        None | Some((_, Kind::Null)) => Ok(None),
        Some((body, Kind::String)) => message::body(record, body, headers),
        Some((body, _)) => Ok(Some(record.embedded(body).with_media_type(headers.get("content-type")))),
    }
}
