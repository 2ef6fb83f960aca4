//! What shows a fact about a message or a body.

use std::ops::Range;

use crate::capture::redact::Excerpt;
use crate::capture::{Body, Line, Remark};
use crate::json::Document;
use crate::location::Pointer;

use super::tally::{Evidence, Spot};

/// What shows a fact; lines, columns and excerpts are made only when it is kept.
pub(super) enum Proof<'a> {
    /// A place in a body that may not be JSON.
    Body(&'a Body<'a>, usize),
    /// A place in a body that is JSON.
    Json(&'a Body<'a>, &'a Document<'a>, Range<usize>),
    /// A part of a line that says what a message is.
    Line(&'a Line, Range<usize>),
    /// What a reader noticed.
    Ready(&'a Remark),
}

impl<'a> Proof<'a> {
    /// The part of the line that reads like this, else the whole line.
    pub(super) fn of_part(line: &'a Line, part: &str) -> Self {
        let found = line.text.find(part).filter(|_| !part.is_empty());
        Self::Line(
            line,
            match found {
                Some(start) => start..start + part.len(),
                None => 0..line.text.len(),
            },
        )
    }

    pub(super) fn spot(&self, payload: u64) -> Spot<'_> {
        let (start, offset) = match self {
            Self::Body(body, offset) => (&body.origin, *offset),
            Self::Json(body, _, span) => (&body.origin, span.start),
            Self::Line(line, span) => (&line.origin, span.start),
            Self::Ready(remark) => (&remark.origin, 0),
        };
        Spot {
            start,
            offset,
            payload,
        }
    }

    pub(super) fn evidence(&self) -> Evidence {
        let (origin, excerpt) = match self {
            // What is not JSON may hold secrets that nothing gives away.
            Self::Body(body, offset) if !body.is_json() => {
                (body.place(*offset), Excerpt::default())
            }
            Self::Body(body, offset) => (
                body.place(*offset),
                Excerpt::of_broken(&body.bytes, *offset..*offset + 1),
            ),
            Self::Json(body, document, span) => (
                body.place(span.start),
                Excerpt::of_json(document, span.clone()),
            ),
            Self::Line(line, span) => {
                let before = &line.text.as_bytes()[..span.start];
                let place = line.origin.at(line.origin.position.after(before));
                (place, Excerpt::of_line(line.text.as_bytes(), span.clone()))
            }
            Self::Ready(remark) => (remark.origin.clone(), remark.excerpt.clone()),
        };
        Evidence {
            origin,
            pointer: Pointer::root(),
            excerpt,
        }
    }
}
