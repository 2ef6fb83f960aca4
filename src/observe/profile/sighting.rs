//! Evidence for facts about messages and bodies.

use std::ops::Range;

use jiff::Timestamp;

use crate::redact::Excerpt;
use crate::capture::{Body, Line, Remark, Transcript};
use crate::json::TapeDocument;
use crate::location::{Origin, Pointer, Position};

use super::tally::{Evidence, Spot};

/// Evidence for a fact; lines, columns and excerpts are computed only if it is kept.
pub(crate) enum Sighting<'a> {
    /// A place in a body that may not be JSON.
    Body(&'a Body<'a>, usize),
    /// A place in a body that is JSON.
    Json(&'a Body<'a>, &'a TapeDocument<'a>, Range<usize>),
    /// A place in a body that was read as JSON.
    Read(&'a Body<'a>, &'a Transcript<'a>, Range<usize>),
    /// The start of a body that is JSON.
    Start(&'a Body<'a>),
    /// A part of a line that identifies a message: the text of that part.
    Part(&'a Line, String),
    /// The value of a query parameter in such a line: name and value.
    Query(&'a Line, &'a str, &'a str),
    /// A reader's remark.
    Ready(&'a Remark),
}

impl<'a> Sighting<'a> {
    /// The part of the line with this text, or else the whole line.
    pub(crate) fn of_part(line: &'a Line, part: &str) -> Self {
        Self::Part(line, part.to_owned())
    }

    pub(crate) fn spot(&self, payload: u64, time: Option<Timestamp>) -> Spot<'_> {
        let (start, offset) = match self {
            Self::Body(body, offset) => (&body.origin, *offset),
            Self::Json(body, _, span) | Self::Read(body, _, span) => (&body.origin, span.start),
            Self::Start(body) => (&body.origin, 0),
            Self::Part(line, _) | Self::Query(line, ..) => (&line.origin, 0),
            Self::Ready(remark) => (&remark.origin, 0),
        };
        Spot {
            start,
            offset,
            payload,
            time,
        }
    }

    pub(crate) fn evidence(&self) -> Evidence {
        let (origin, end, excerpt) = match self {
            // Text that is not JSON may contain secrets that cannot be detected.
            Self::Body(body, offset) if !body.is_json() => {
                let origin = body.place(*offset);
                let end = origin.position;
                (origin, end, Excerpt::default())
            }
            Self::Body(body, offset) => (
                body.place(*offset),
                body.place((*offset + 1).min(body.bytes.len())).position,
                Excerpt::of_broken(&body.bytes, *offset..*offset + 1),
            ),
            Self::Json(body, document, span) => (
                body.place(span.start),
                body.place(span.end).position,
                body.excerpt(document, span.clone()),
            ),
            Self::Read(body, transcript, span) => (
                body.place(span.start),
                body.place(span.end).position,
                transcript.excerpt_of(span.clone()),
            ),
            Self::Start(body) => (
                body.place(0),
                body.place(1.min(body.bytes.len())).position,
                match TapeDocument::parse(&body.bytes) {
                    Ok(document) => body.excerpt(&document, 0..1),
                    Err(_) => Excerpt::default(),
                },
            ),
            Self::Part(line, part) => in_line(line, find(&line.text, part)),
            Self::Query(line, name, value) => {
                let pair = find(&line.text, &format!("{name}={value}"));
                let span = match pair {
                    Some(pair) => Some(pair.start + name.len() + 1..pair.end),
                    None => find(&line.text, value),
                };
                in_line(line, span.filter(|span| !span.is_empty()))
            }
            Self::Ready(remark) => {
                let origin = remark.origin.clone();
                let end = origin.position;
                (origin, end, remark.excerpt.clone())
            }
        };
        Evidence {
            origin,
            end,
            pointer: Pointer::root(),
            excerpt,
        }
    }
}

fn find(text: &str, part: &str) -> Option<Range<usize>> {
    let start = text.find(part).filter(|_| !part.is_empty())?;
    Some(start..start + part.len())
}

/// A part of a line, or all of it.
fn in_line(line: &Line, span: Option<Range<usize>>) -> (Origin, Position, Excerpt) {
    let span = span.unwrap_or(0..line.text.len());
    let before = &line.text.as_bytes()[..span.start];
    let place = line.origin.at(line.origin.position.after(before));
    let end = place.position.after(&line.text.as_bytes()[span.clone()]);
    (place, end, Excerpt::of_line(line.text.as_bytes(), span))
}
