//! The values of runtime expressions in an exchange.

use std::borrow::Cow;

use crate::capture::{Body, Request, Response};
use crate::contract::{MessagePart, RequestTarget, RuntimeExpression, decode_query};
use crate::json::{Kind, Value};
use crate::limits::CALLBACK_URL;
use crate::location::Pointer;
use crate::media_type::ContentKind;
use crate::observe::content::form_texts;

/// An exchange whose operation is known.
pub(super) struct Told<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) response: Option<&'a Response<'a>>,
    pub(super) target: &'a RequestTarget,
    pub(super) host: Option<&'a str>,
    /// The values of the path's parameters, percent-encoded.
    pub(super) path_values: &'a [(&'a str, String)],
}

impl Told<'_> {
    /// The value of an expression; `None` if the capture does not hold it.
    pub(super) fn value(&self, expression: &RuntimeExpression) -> Option<String> {
        match expression {
            RuntimeExpression::Url => match self.target.host {
                Some(_) => Some(self.request.target.clone()),
                None => Some(format!("https://{}{}", self.host?, self.request.target)),
            },
            RuntimeExpression::Method => Some(self.request.method.to_ascii_uppercase()),
            RuntimeExpression::StatusCode => Some(self.response?.status.to_string()),
            RuntimeExpression::Request(part) => match part {
                MessagePart::Header(name) => self.request.headers.get(name).map(|value| value.trim().to_owned()),
                MessagePart::Query(name) => {
                    let mut query = self.target.query.iter();
                    query.find(|(known, _)| known == name).map(|(_, value)| value.clone())
                }
                MessagePart::Path(name) => {
                    let (_, value) = self.path_values.iter().find(|(known, _)| known == name)?;
                    Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
                }
                MessagePart::Body(pointer) => body_value(self.request.body.as_ref()?, pointer),
            },
            RuntimeExpression::Response(part) => match part {
                MessagePart::Header(name) => self.response?.headers.get(name).map(|value| value.trim().to_owned()),
                MessagePart::Body(pointer) => body_value(self.response?.body.as_ref()?, pointer),
                MessagePart::Query(_) | MessagePart::Path(_) => None,
            },
        }
    }
}

/// The text of a string, number or boolean in a body; of the body as a whole, if the pointer is empty.
pub(super) fn body_value(body: &Body<'_>, pointer: &Pointer) -> Option<String> {
    if matches!(body.kind(), ContentKind::Form | ContentKind::Multipart) && !pointer.as_str().is_empty() {
        return field_value(body, pointer);
    }
    if !body.is_json() {
        let text = std::str::from_utf8(&body.bytes).ok()?.trim();
        let is_whole = pointer.as_str().is_empty() && text.len() <= CALLBACK_URL;
        return is_whole.then(|| text.to_owned());
    }
    let document = body.parse().ok()?;
    let mut value = document.root();
    for step in pointer.steps() {
        value = below(value, &step)?;
    }
    match value.kind() {
        Kind::String => value.as_str().map(Cow::into_owned),
        Kind::Number | Kind::Boolean => Some(value.raw().to_owned()),
        Kind::Null | Kind::Array | Kind::Object => None,
    }
}

/// The text of a field of a form: `/contact/url` is `contact[url]`.
fn field_value(body: &Body<'_>, pointer: &Pointer) -> Option<String> {
    let mut name = String::new();
    for step in pointer.steps() {
        match name.is_empty() {
            true => name.push_str(&step),
            false => name.push_str(&format!("[{step}]")),
        }
    }
    let mut fields = form_texts(body).into_iter().filter(|(known, _)| *known == name);
    fields.next().map(|(_, text)| decode_query(&text)).filter(|text| text.len() <= CALLBACK_URL)
}

/// The member with this name, or the element at this index (RFC 6901).
fn below<'d>(value: Value<'d>, step: &str) -> Option<Value<'d>> {
    match value.kind() {
        Kind::Object => value.get(step),
        Kind::Array if step == "0" || !step.starts_with(['0', '+']) => value.elements().nth(step.parse().ok()?),
        _ => None,
    }
}
