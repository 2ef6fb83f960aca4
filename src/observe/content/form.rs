//! `application/x-www-form-urlencoded`: pairs of names and texts, joined by `&` (WHATWG URL, section 5).

use std::borrow::Cow;

use crate::contract::{Media, decode_query};
use crate::media_type::ContentKind;
use crate::observe::message::parameter::Escapes;
use crate::schema::{Graph, NodeId};

use super::{Malformed, resemblance};
use super::draft::Draft;
use super::field::{Field, Fields};

/// The value of a form.
pub(super) fn read(
    graph: &Graph,
    schema: NodeId,
    media: Option<&Media>,
    text: &str,
) -> Result<Draft, Malformed> {
    // What is another kind of content may be read as a form, too.
    if resemblance(ContentKind::Form, text.as_bytes()).is_some() {
        return Err(Malformed::new(0, "expected a form, such as `name=value`".to_owned()));
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
