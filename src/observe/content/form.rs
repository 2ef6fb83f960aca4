//! `application/x-www-form-urlencoded`: pairs of names and texts, joined by `&` (WHATWG URL, section 5).

use std::borrow::Cow;

use crate::contract::{Media, decode_query};
use crate::json::TapeDocument;
use crate::observe::message::parameter::Escapes;
use crate::schema::{Graph, NodeId};

use super::Malformed;
use super::draft::Draft;
use super::field::{Field, Fields};

/// The value of a form.
pub(super) fn read(
    graph: &Graph,
    schema: NodeId,
    media: Option<&Media>,
    text: &str,
) -> Result<Draft, Malformed> {
    if let Some(found) = other_kind(text) {
        let message = format!("expected a form, such as `name=value`; the body looks like {found}");
        return Err(Malformed::new(0, message));
    }
    // A name alone may be a flag, or anything else that was sent as a form.
    let closure = graph.closure(&[schema], |_| true);
    let is_declared = |name: &str| closure.iter().any(|id| graph.node(*id).object.properties.contains_key(name));
    if !text.contains('=') && !text.trim().is_empty() && !text.split('&').any(|name| is_declared(name.trim())) {
        return Err(Malformed::new(0, "expected a form, such as `name=value`; there is no `=`".to_owned()));
    }
    let fields = fields(text);
    let fields = Fields::new(graph, media, Escapes::Query, &fields);
    Ok(fields.value(schema, &(0..text.len())))
}

/// What a body looks like that is no form.
fn other_kind(text: &str) -> Option<&'static str> {
    let text = text.trim();
    match text.chars().next()? {
        '{' | '[' => TapeDocument::parse(text.as_bytes()).is_ok().then_some("JSON"),
        '<' => text.ends_with('>').then_some("XML or HTML"),
        '-' => (text.starts_with("--") && text.contains("Content-Disposition:")).then_some("a multipart form"),
        _ => None,
    }
}

/// The pairs of a form.
pub(super) fn fields(text: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut at = 0;
    // A line break at the end was added by whoever saved the body.
    let text = text.trim_end_matches(['\r', '\n']);
    for pair in text.split('&') {
        let start = at;
        at += pair.len() + 1;
        if pair.is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value_at = (start + name.len() + 1).min(start + pair.len());
        fields.push(Field {
            name: Cow::Owned(decode_query(name)),
            name_at: start..start + name.len(),
            text: Cow::Borrowed(value),
            at: value_at..start + pair.len(),
            value: None,
        });
    }
    fields
}
