//! Collections of Postman, format 2.1 (and 2.0): the responses that were saved with requests.
//!
//! `item` is a tree of folders and requests. A saved response has `code`, `header`, `body`, and the request that it
//! answers as `originalRequest`, else it is that of the item. A URL is a text, or an object with `raw`; variables such
//! as `{{base_url}}` stay as they are. A request without a saved response says nothing about the API: it is counted and not read.
//! Scripts, tests, authorisation and variables are ignored.

use crate::capture::record::{Lists, Record, text};
use crate::capture::{Body, Exchange, Hint, ReadProblem, Request, Response, Sink, Unused};
use crate::json::{Kind, Value};

use super::form;
use super::message::{self, first, headers, missing};

/// Where items are.
pub(super) const LISTS: Lists = &[&["item"]];

/// The deepest nesting of folders.
const DEEPEST: usize = 64;

/// Reads the requests of one item.
pub(super) fn read(record: &Record<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    item(record, record.root(), hint, DEEPEST, sink)
}

fn item(record: &Record<'_>, value: Value<'_>, hint: &Hint, depth: usize, sink: &mut dyn Sink) -> u64 {
    let Some(depth) = depth.checked_sub(1) else {
        sink.problem(record.problem(value, "folders are nested too deeply"));
        return 0;
    };
    let mut count = 0;
    for child in value.get("item").into_iter().flat_map(Value::elements) {
        count += item(record, child, hint, depth, sink);
    }
    let is_request = first(value, &["request"]).is_some();
    if is_request && value.get("response").into_iter().flat_map(Value::elements).next().is_none() {
        sink.unused(Unused::NoResponse, &record.at(value));
    }
    for saved in value.get("response").into_iter().flat_map(Value::elements) {
        match exchange(record, value, saved, hint, sink) {
            Ok(exchange) => {
                sink.exchange(exchange);
                count += 1;
            }
            Err(problem) => sink.problem(problem),
        }
    }
    count
}

fn exchange<'d>(
    record: &'d Record<'_>,
    item: Value<'d>,
    saved: Value<'d>,
    hint: &Hint,
    sink: &mut dyn Sink,
) -> Result<Exchange<'d>, ReadProblem> {
    let asked = first(saved, &["originalRequest"]).or_else(|| first(item, &["request"]));
    let asked = asked.ok_or_else(|| missing(record, saved, "originalRequest"))?;
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut origin = record.at(saved);
    origin.entry = record.origin().entry;
    let mut exchange = Exchange::new(origin, hint);
    exchange.may_lack_credentials = true;
    exchange.request = Some(request(record, asked, sink)?);
    exchange.response = Some(response(record, saved, sink)?);
    Ok(exchange)
}

fn request<'d>(record: &'d Record<'_>, asked: Value<'d>, sink: &mut dyn Sink) -> Result<Request<'d>, ReadProblem> {
    // A text is the URL of a GET.
    let (method, url) = match asked.kind() {
        Kind::String => ("GET".to_owned(), asked),
        _ => {
            let method = text(asked, "method").map_or_else(|| "GET".to_owned(), std::borrow::Cow::into_owned);
            let url = first(asked, &["url"]).ok_or_else(|| missing(record, asked, "request.url"))?;
            let raw = match url.kind() {
                Kind::Object => first(url, &["raw"]),
                _ => Some(url),
            };
            (method, raw.ok_or_else(|| missing(record, url, "request.url.raw"))?)
        }
    };
    let fields = headers(asked.get("header").filter(|fields| fields.kind() == Kind::Array));
    let written = first(asked, &["body"]);
    let mode = written.and_then(|body| text(body, "mode"));
    let listed = |key: &str, media_type: &str| {
        let list = written.and_then(|body| first(body, &[key]))?;
        let named = fields.get("content-type").unwrap_or(media_type);
        form::body(list, Some(named), record.at(list))
    };
    let body = match mode.as_deref() {
        Some("raw") => {
            let raw = written.and_then(|body| first(body, &["raw"]));
            raw.map_or(Ok(None), |raw| message::body(record, raw, &fields))
        }
        Some("urlencoded") => Ok(listed("urlencoded", "application/x-www-form-urlencoded")),
        Some("formdata") => Ok(listed("formdata", "multipart/form-data")),
        _ => Ok(None),
    };
    Ok(message::request(record, (&method, url), fields, body, sink))
}

fn response<'d>(record: &'d Record<'_>, saved: Value<'d>, sink: &mut dyn Sink) -> Result<Response<'d>, ReadProblem> {
    let written = first(saved, &["code"]).ok_or_else(|| missing(record, saved, "response.code"))?;
    let status = message::status(written).ok_or_else(|| missing(record, written, "response.code"))?;
    let fields = headers(saved.get("header").filter(|fields| fields.kind() == Kind::Array));
    let body = first(saved, &["body"]).map_or(Ok(None), |body| message::body(record, body, &fields));
    let language = text(saved, "_postman_previewlanguage");
    let typed = |body: Body<'d>| match (&body.media_type, language.as_deref()) {
        (None, Some("json")) => body.with_media_type(Some("application/json")),
        _ => body,
    };
    let body = body.map(|body| body.map(typed));
    Ok(message::response(record, (status, written), fields, body, sink))
}
