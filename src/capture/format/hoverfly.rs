//! Simulations of Hoverfly: `data.pairs`, each with a `request` and a `response`.
//!
//! In the schema v5, fields of a request are lists of matchers; the value of the first one that is `exact` (or has no
//! name) counts. Before, they were texts. `encodedBody` says that the body of the response is base64. Other matchers,
//! templates, states and delays are ignored.

use std::fmt::Write as _;

use crate::capture::record::{Lists, Record};
use crate::capture::{Exchange, Headers, Hint, Line, ReadProblem, Request, Sink};
use crate::json::{Kind, Value};

use super::message::{self, first, headers, missing};

/// Where pairs are.
pub(super) const LISTS: Lists = &[&["data", "pairs"]];

/// Reads one pair.
pub(super) fn read(record: &Record<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    match pair(record, hint, sink) {
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

fn pair<'d>(record: &'d Record<'_>, hint: &Hint, sink: &mut dyn Sink) -> Result<Exchange<'d>, ReadProblem> {
    let root = record.root();
    let asked = first(root, &["request"]).ok_or_else(|| missing(record, root, "request"))?;
    let field = |key: &str| matched(asked.get(key)?);
    let method = field("method")
        .and_then(message::scalar)
        .ok_or_else(|| missing(record, asked, "request.method"))?;
    let path = field("path").ok_or_else(|| missing(record, asked, "request.path"))?;
    let text = |key: &str| field(key).and_then(message::scalar);
    let mut target = String::new();
    if let Some(host) = text("destination") {
        let scheme = text("scheme").unwrap_or_else(|| "http".to_owned());
        // Writing to a `String` does not fail.
        let _ = write!(target, "{scheme}://{host}");
    }
    target.push_str(&message::scalar(path).unwrap_or_default());
    if let Some(query) = query(asked).filter(|query| !query.is_empty()) {
        let _ = write!(target, "?{query}");
    }
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut exchange = Exchange::new(record.origin().clone(), hint);
    exchange.may_lack_credentials = true;
    let fields = asked.get("headers").filter(|fields| fields.kind() == Kind::Object);
    let fields = fields.into_iter().flat_map(Value::members).filter_map(|(name, value)| {
        let value = matched(value).and_then(message::scalar)?;
        Some((name.name().into_owned(), value))
    });
    let sent = Headers::new(fields.collect());
    let body = field("body").map_or(Ok(None), |body| message::body(record, body, &sent));
    let (body, body_left_out) = message::kept(body, sink);
    exchange.request = Some(Request {
        line: Line {
            text: path.raw().to_owned(),
            origin: record.at(path),
        },
        method: method.to_ascii_uppercase(),
        target,
        body_left_out,
        headers: sent,
        body,
    });
    let answer = first(root, &["response"]).ok_or_else(|| missing(record, root, "response"))?;
    let written = first(answer, &["status"]).ok_or_else(|| missing(record, answer, "response.status"))?;
    let status = message::status(written).ok_or_else(|| missing(record, written, "response.status"))?;
    let fields = headers(first(answer, &["headers"]));
    let is_encoded = answer.get("encodedBody").and_then(Value::as_bool) == Some(true);
    let body = match first(answer, &["body"]) {
        Some(body) if is_encoded => message::base64(record, body, &fields),
        Some(body) => message::body(record, body, &fields),
        None => Ok(None),
    };
    let body = body.map(|body| body.map(|body| body.with_media_type(fields.get("content-type"))));
    exchange.response = Some(message::response(record, (status, written), fields, body, sink));
    Ok(exchange)
}

/// The value that a field of a request must have.
fn matched(field: Value<'_>) -> Option<Value<'_>> {
    match field.kind() {
        Kind::Array => {
            let is_exact = |matcher: &Value<'_>| {
                let name = matcher.get("matcher").and_then(message::scalar);
                name.is_none_or(|name| name == "exact" || name == "json")
            };
            let mut elements = field.elements();
            let matcher = elements.find(is_exact)?;
            matcher.get("value").or(Some(matcher))
        }
        Kind::Null => None,
        _ => Some(field),
    }
}

/// The query, which newer schemas hold by parameter.
fn query(asked: Value<'_>) -> Option<String> {
    let query = first(asked, &["query", "deprecatedQuery"])?;
    if query.kind() != Kind::Object {
        return matched(query).and_then(message::scalar);
    }
    let pairs = query.members().filter_map(|(name, value)| {
        let value = matched(value).and_then(message::scalar)?;
        Some(format!("{}={value}", name.name()))
    });
    Some(pairs.collect::<Vec<_>>().join("&"))
}
