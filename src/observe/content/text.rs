//! Text bodies: the text as a string, or as the scalar that its schema asks for.

use crate::capture::Body;
use crate::json::Kind;
use crate::observe::message::parameter::{accepts_all, typed};
use crate::schema::{Graph, NodeId};

use super::draft::{Draft, Drafted};
use super::multipart;

/// The value of a text; `None` if the schema takes no text.
pub(super) fn read(graph: &Graph, schema: NodeId, text: &str) -> Option<Draft> {
    let scalars = [Kind::String, Kind::Number, Kind::Boolean, Kind::Null];
    if !scalars.into_iter().any(|kind| graph.may_hold(schema, kind)) {
        return None;
    }
    let whole = typed(graph, &[schema], text);
    // A line break at the end is often added by whoever writes or saves the text.
    let line = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let value = match line {
        Some(line) if !accepts_all(graph, &[schema], &whole) => {
            let trimmed = typed(graph, &[schema], line);
            return Some(Draft::new(0..line.len(), Drafted::Value(trimmed)));
        }
        _ => whole,
    };
    Some(Draft::new(0..text.len(), Drafted::Value(value)))
}

/// The value of bytes that are no text: a string of the same length; `None` if the schema takes no string.
pub(super) fn bytes(graph: &Graph, schema: NodeId, body: &Body<'_>) -> Option<Draft> {
    if !graph.may_hold(schema, Kind::String) {
        return None;
    }
    let value = multipart::of_file(graph, &[schema], body.bytes.len(), None);
    Some(Draft::new(0..body.bytes.len(), Drafted::Value(value)))
}
