//! Parts of messages as recorders write them in JSON and YAML.

use std::borrow::Cow;

use crate::capture::record::{Record, text};
use crate::capture::{Body, Headers, ReadProblem, Request, Response, Sink, transfer};
use crate::json::{Kind, Value};

/// A body as a reader found it. The error says why one that is there cannot be read.
pub(super) type Found<'d> = Result<Option<Body<'d>>, ReadProblem>;

/// Reports why a body cannot be read. Returns the body, and whether there is one that is left out.
pub(super) fn kept<'d>(found: Found<'d>, sink: &mut dyn Sink) -> (Option<Body<'d>>, bool) {
    match found {
        Ok(body) => (body, false),
        Err(problem) => {
            sink.problem(problem);
            (None, true)
        }
    }
}

/// The value of the first of these keys that is there and not null.
pub(super) fn first<'d>(value: Value<'d>, keys: &[&str]) -> Option<Value<'d>> {
    let mut found = keys.iter().filter_map(|key| value.get(key));
    found.find(|value| value.kind() != Kind::Null)
}

/// Header fields: an object of names with a string or a list of strings; a list of objects with `name` or `key`, and
/// `value`; a list of pairs; or names and values in turn.
pub(super) fn headers(value: Option<Value<'_>>) -> Headers {
    let mut fields = Vec::new();
    let Some(value) = value else {
        return Headers::new(fields);
    };
    for (name, value) in value.members() {
        let name = name.name();
        match value.kind() {
            Kind::Array => {
                fields.extend(value.elements().filter_map(|value| Some((name.to_string(), scalar(value)?))));
            }
            _ => fields.extend(scalar(value).map(|value| (name.into_owned(), value))),
        }
    }
    let mut elements = value.elements();
    while let Some(element) = elements.next() {
        let field = match element.kind() {
            Kind::Object => first(element, &["name", "key"]).zip(element.get("value")),
            Kind::Array => element.elements().next().zip(element.elements().nth(1)),
            _ => Some(element).zip(elements.next()),
        };
        fields.extend(field.and_then(|(name, value)| Some((scalar(name)?, scalar(value)?))));
    }
    Headers::new(fields)
}

/// A string, or a number or boolean as it is written.
pub(super) fn scalar(value: Value<'_>) -> Option<String> {
    match value.kind() {
        Kind::String => value.as_str().map(Cow::into_owned),
        Kind::Number | Kind::Boolean => Some(value.raw().to_owned()),
        Kind::Null | Kind::Array | Kind::Object => None,
    }
}

/// A status: a number, a text that starts with one (`200 OK`), or an object with a `code`.
pub(super) fn status(value: Value<'_>) -> Option<u16> {
    match value.kind() {
        Kind::Object => status(value.get("code")?),
        _ => {
            let text = scalar(value)?;
            let number = text.split([' ', '.']).next().unwrap_or_default();
            number.parse().ok().filter(|status| (100..1000).contains(status))
        }
    }
}

/// A body as recorders write it.
///
/// A string is the body, unless it is `!!binary`; an object holds it as `string` (or `text`, `data`), or encoded as
/// `base64_string` (or `base64`). Compression is undone.
pub(super) fn body<'d>(
    record: &'d Record<'_>,
    value: Value<'d>,
    headers: &Headers,
) -> Found<'d> {
    let found = match value.kind() {
        Kind::String => plain(record, value, headers)?,
        Kind::Object => {
            if let Some(encoded) = first(value, &["base64_string", "base64"]) {
                base64(record, encoded, headers)?
            } else if let Some(text) = first(value, &["string", "text", "data"]) {
                plain(record, text, headers)?
            } else {
                None
            }
        }
        _ => None,
    };
    Ok(found.map(|body| body.with_media_type(headers.get("content-type"))))
}

/// The text of a string as a body.
fn plain<'d>(
    record: &'d Record<'_>,
    value: Value<'d>,
    headers: &Headers,
) -> Found<'d> {
    if value.as_str().is_none_or(|content| content.is_empty()) {
        return Ok(None);
    }
    if record.is_binary(value) {
        return base64(record, value, headers);
    }
    Ok(record.text_body(value))
}

/// A string in base64 as a body.
pub(super) fn base64<'d>(
    record: &'d Record<'_>,
    value: Value<'d>,
    headers: &Headers,
) -> Found<'d> {
    let Some(content) = value.as_str().filter(|content| !content.trim().is_empty()) else {
        return Ok(None);
    };
    let Some(bytes) = transfer::base64(&content) else {
        return Err(record.problem(value, "body skipped: not valid base64"));
    };
    decoded(record, value, bytes, headers).map(Some)
}

/// The bytes of a body, decoded according to its headers. `value` is where they are from.
pub(super) fn decoded<'d>(
    record: &Record<'_>,
    value: Value<'_>,
    bytes: Vec<u8>,
    headers: &Headers,
) -> Result<Body<'d>, ReadProblem> {
    let decoded = transfer::decode(&bytes, headers).map_err(|message| record.problem(value, message))?;
    Ok(Body::decoded(decoded.unwrap_or(bytes), record.at(value)))
}

/// A request, of which the method and the URL must be known.
pub(super) fn request<'d>(
    record: &'d Record<'_>,
    (method, url): (&str, Value<'d>),
    headers: Headers,
    body: Found<'d>,
    sink: &mut dyn Sink,
) -> Request<'d> {
    let (body, is_unread) = kept(body, sink);
    Request {
        line: record.line(url),
        method: method.trim_start_matches(':').to_ascii_uppercase(),
        target: url.as_str().unwrap_or_default().into_owned(),
        body_left_out: is_unread || body.is_none() && has_length(&headers),
        headers,
        body,
    }
}

/// A response with the value that has its status.
pub(super) fn response<'d>(
    record: &'d Record<'_>,
    (status, written): (u16, Value<'d>),
    headers: Headers,
    body: Found<'d>,
    sink: &mut dyn Sink,
) -> Response<'d> {
    let (body, is_unread) = kept(body, sink);
    Response {
        line: record.line(written),
        status,
        body_left_out: is_unread || body.is_none() && has_length(&headers),
        headers,
        body,
    }
}

/// Whether a message had a body according to its `Content-Length`.
pub(super) fn has_length(headers: &Headers) -> bool {
    let length = headers.get("content-length");
    length.is_some_and(|length| length.trim().parse::<u64>().is_ok_and(|length| length > 0))
}

/// The problem of an entry that lacks something.
pub(super) fn missing(record: &Record<'_>, value: Value<'_>, what: &str) -> ReadProblem {
    record.problem(value, format!("entry skipped: `{what}` is missing or invalid"))
}

/// The text of a member, or a problem.
pub(super) fn required<'d>(
    record: &Record<'_>,
    value: Value<'d>,
    key: &str,
    what: &str,
) -> Result<Cow<'d, str>, ReadProblem> {
    text(value, key).filter(|found| !found.is_empty()).ok_or_else(|| missing(record, value, what))
}
