//! Evidence for facts about messages and bodies.

use std::ops::Range;

use jiff::Timestamp;

use crate::redact::Excerpt;
use crate::capture::{Body, FieldPlace, Headers, Line, Remark, Transcript, WrittenFields};
use crate::contract::decode_query;
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
    /// The path of a request target in such a line, or a segment of it.
    InPath(&'a Line, &'a str),
    /// The name of a query parameter in such a line, or how it starts.
    QueryName(&'a Line, &'a str),
    /// A header field of the message that the line identifies, by its position: its value, or its name if that is
    /// `true`. Without a position, the line.
    Header(&'a Line, &'a Headers, Option<usize>, bool),
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
            Self::Part(line, _) | Self::Query(line, ..) | Self::QueryName(line, _) | Self::InPath(line, _) | Self::Header(line, ..) => {
                (&line.origin, 0)
            }
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
                let pairs = || pairs(&line.text).filter(|(known, _)| decode_query(&line.text[known.clone()]) == **name);
                let same = pairs().find(|(_, written)| {
                    let written = &line.text[written.clone()];
                    *written == **value || decode_query(written) == **value
                });
                let span = same.or_else(|| pairs().next()).map(|(_, value)| value);
                in_line(line, span.filter(|span| !span.is_empty()))
            }
            Self::QueryName(line, name) => {
                let names = || pairs(&line.text).map(|(known, _)| (decode_query(&line.text[known.clone()]), known));
                let exact = names().find(|(known, _)| known == *name);
                let found = exact.or_else(|| names().find(|(known, _)| known.starts_with(*name)));
                in_line(line, found.map(|(_, span)| span))
            }
            Self::InPath(line, value) => {
                let path = path_in(&line.text);
                let mut start = path.start;
                let mut segments = line.text[path.clone()].split('/').map(|segment| {
                    let span = start..start + segment.len();
                    start = span.end + 1;
                    span
                });
                let whole = segments.find(|span| !span.is_empty() && line.text[span.clone()] == **value);
                let part = || find(&line.text[path.clone()], value).map(|at| at.start + path.start..at.end + path.start);
                in_line(line, whole.or_else(part).or_else(|| find(&line.text, value)))
            }
            Self::Header(line, headers, position, is_name) => {
                let field = position.zip(headers.1.as_ref());
                let field = field.and_then(|(position, written)| field_at(written, position, *is_name));
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

/// The path in a line that has a request target.
fn path_in(line: &str) -> Range<usize> {
    let authority = line.find("://").map_or(0, |scheme| scheme + "://".len());
    let start = line[authority..].find('/').map_or(line.len(), |slash| authority + slash);
    let end = line[start..].find(|c: char| c.is_whitespace() || matches!(c, '?' | '#' | '"'));
    start..end.map_or(line.len(), |end| start + end)
}

/// The names and values of the query in a line that has a request target.
fn pairs(line: &str) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let start = line.find('?').map_or(line.len(), |mark| mark + 1);
    let query = &line[start..];
    let end = query.find(|c: char| c.is_whitespace() || matches!(c, '"' | '#'));
    let mut at = start;
    let pairs = query[..end.unwrap_or(query.len())].split('&').map(move |pair| {
        let name = at..at + pair.find('=').unwrap_or(pair.len());
        let value = (name.end + 1).min(at + pair.len())..at + pair.len();
        at += pair.len() + 1;
        (name, value)
    });
    pairs.filter(|(name, _)| !name.is_empty())
}

/// How much of JSON around a field is read for its excerpt, in bytes.
const AROUND: usize = 2 << 10;

/// The value of a header field, or its name, as it is written.
fn field_at(written: &WrittenFields, position: usize, is_name: bool) -> Option<(Origin, Position, Excerpt)> {
    let place = written.places.get(position)?;
    let span = match is_name || place.value.is_empty() {
        true => place.name.clone(),
        false => place.value.clone(),
    };
    let Line { text, origin } = &written.all;
    let excerpt = match text.starts_with('[') {
        true => of_fields(text, &written.places, position, span.clone())?,
        false => Excerpt::of_line(text.as_bytes(), span.clone()),
    };
    let place = origin.at(origin.position.at_offset(text.as_bytes(), span.start));
    let end = place.position.after(&text.as_bytes()[span]);
    Some((place, end, excerpt))
}

/// The excerpt of a field in a JSON array. Only the fields around it are read: there may be many, and many excerpts.
fn of_fields(text: &str, places: &[FieldPlace], position: usize, span: Range<usize>) -> Option<Excerpt> {
    let before = places[..position].iter().rev().take_while(|place| place.whole.end + AROUND > span.start);
    let first = before.last().map_or(places[position].whole.start, |place| place.whole.start);
    let after = places[position..].iter().take_while(|place| place.whole.start < span.end + AROUND);
    let last = after.last().map_or(places[position].whole.end, |place| place.whole.end);
    let part = format!("[{}]", text.get(first..last)?);
    let document = TapeDocument::parse(part.as_bytes()).ok()?;
    Some(Excerpt::of_json(&document, span.start + 1 - first..span.end + 1 - first))
}

/// A part of a line, or all of it.
fn in_line(line: &Line, span: Option<Range<usize>>) -> (Origin, Position, Excerpt) {
    let span = span.unwrap_or(0..line.text.len());
    let before = &line.text.as_bytes()[..span.start];
    let place = line.origin.at(line.origin.position.after(before));
    let end = place.position.after(&line.text.as_bytes()[span.clone()]);
    (place, end, Excerpt::of_line(line.text.as_bytes(), span))
}
