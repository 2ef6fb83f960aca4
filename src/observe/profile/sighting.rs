//! Evidence for facts about messages and bodies.

use std::borrow::Cow;
use std::ops::Range;

use jiff::Timestamp;

use crate::redact::Excerpt;
use crate::capture::{Body, Headers, Line, Remark, Transcript};
use crate::json::{TapeDocument, Value};
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
    /// A header of the message that the line identifies, by its name: its value, or its name if that is `true`.
    Header(&'a Line, &'a Headers, &'a str, bool),
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
            Self::Part(line, _) | Self::Query(line, ..) | Self::Header(line, ..) => (&line.origin, 0),
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
            Self::Header(line, headers, name, is_name) => {
                let field = headers.1.as_ref().and_then(|written| field(written, name, *is_name));
                field.unwrap_or_else(|| in_line(line, None))
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

/// The first field with a name, as it is written: its value, or its name.
fn field(written: &Line, name: &str, is_name: bool) -> Option<(Origin, Position, Excerpt)> {
    let text = &written.text;
    let (span, excerpt) = if text.starts_with('[') {
        let document = TapeDocument::parse(text.as_bytes()).ok()?;
        let text_of = |value: Value<'_>, key: &str| value.get(key).and_then(|found| found.as_str().map(Cow::into_owned));
        let is_it = |field: &Value<'_>| text_of(*field, "name").is_some_and(|known| known.eq_ignore_ascii_case(name));
        let mut fields = document.root().elements();
        let field = fields.find(is_it)?;
        let span = field.get(if is_name { "name" } else { "value" })?.span();
        (span.clone(), Excerpt::of_json(&document, span))
    } else {
        let mut start = 0;
        let mut lines = text.split_inclusive('\n').map(|line| {
            start += line.len();
            (start - line.len(), line)
        });
        let (start, colon, line) = lines.find_map(|(start, line)| {
            let colon = line.find(':')?;
            line[..colon].eq_ignore_ascii_case(name).then_some((start, colon, line))
        })?;
        let value = line[colon + 1..].trim();
        let span = match is_name || value.is_empty() {
            true => start..start + colon,
            false => {
                let space = line[colon + 1..].len() - line[colon + 1..].trim_start().len();
                let value_start = start + colon + 1 + space;
                value_start..value_start + value.len()
            }
        };
        (span.clone(), Excerpt::of_line(text.as_bytes(), span))
    };
    let place = written.origin.at(written.origin.position.at_offset(text.as_bytes(), span.start));
    let end = place.position.after(&text.as_bytes()[span]);
    Some((place, end, excerpt))
}

/// A part of a line, or all of it.
fn in_line(line: &Line, span: Option<Range<usize>>) -> (Origin, Position, Excerpt) {
    let span = span.unwrap_or(0..line.text.len());
    let before = &line.text.as_bytes()[..span.start];
    let place = line.origin.at(line.origin.position.after(before));
    let end = place.position.after(&line.text.as_bytes()[span.clone()]);
    (place, end, Excerpt::of_line(line.text.as_bytes(), span))
}
