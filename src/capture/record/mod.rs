//! Records: the entries of recordings in JSON or YAML, one at a time.
//!
//! A recording may be larger than memory, so [`read`] finds the list of entries and passes on each one as a
//! [`Record`]. What was written in YAML is rendered as JSON, so that a reader of a format need not care.

mod list;
mod sequence;
mod yaml;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::io::BufRead;

use crate::json::{Kind, TapeDocument, Value};
use crate::location::Origin;

use super::beside::Beside;
use super::places::Known;
use super::{Body, Limits, Line, ReadProblem, Sink};
use super::scalar::Scalar;
use super::transfer;

use yaml::Mark;

/// The lists that a format keeps its entries in: the keys that lead to each one. The empty path is the document
/// itself: each element of an array, or the whole document if it is an object.
pub(crate) type Lists = &'static [&'static [&'static str]];

/// Reads the entries of a recording, and returns how many there were.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    lists: Lists,
    limits: &Limits,
    sink: &mut dyn Sink,
    each: &mut dyn FnMut(&Record<'_>, &mut dyn Sink) -> u64,
) -> u64 {
    let is_json = reader
        .fill_buf()
        .is_ok_and(|start| matches!(start.first(), Some(b'{' | b'[')));
    match is_json {
        true => list::read(reader, origin, lists, limits, sink, each),
        false => sequence::read(reader, origin, lists, limits, sink, each),
    }
}

/// One entry of a recording.
#[derive(Debug)]
pub(crate) struct Record<'t> {
    document: TapeDocument<'t>,
    /// The entry as written.
    written: &'t [u8],
    /// Where the entry starts.
    origin: Origin,
    /// Where the scalars of the JSON were written, in order, if that was in YAML.
    marks: Option<&'t [Mark]>,
    /// The files next to the recording.
    beside: OnceCell<Beside>,
    /// Positions in the entry as written.
    known: Known,
}

impl<'t> Record<'t> {
    /// Parses an entry in JSON.
    pub(crate) fn json(text: &'t [u8], origin: Origin) -> Result<Self, ReadProblem> {
        let document = TapeDocument::parse(text).map_err(|error| ReadProblem {
            origin: origin.at(origin.position.at_offset(text, error.offset)),
            message: format!("entry skipped: not JSON: {error}"),
        })?;
        Ok(Self {
            document,
            written: text,
            origin,
            marks: None,
            beside: OnceCell::new(),
            known: Known::default(),
        })
    }

    /// The same entry, which may name files next to the recording.
    pub(crate) fn beside(self, files: Option<&Beside>) -> Self {
        self.set_beside(files);
        self
    }

    /// The entry may name files next to the recording.
    pub(crate) fn set_beside(&self, files: Option<&Beside>) {
        if let Some(files) = files {
            // It has none yet.
            self.beside.get_or_init(|| files.clone());
        }
    }

    /// The body in a file next to the recording; `value` names it.
    pub(crate) fn file_body(&self, value: Value<'_>, names: &[&str]) -> Result<Body<'static>, ReadProblem> {
        let failed = |why: &str| self.problem(value, format!("body skipped: {}: {why}", names.first().unwrap_or(&"")));
        let files = self.beside.get().ok_or_else(|| failed("there is no such file next to the capture"))?;
        let (path, bytes) = files.read(names).map_err(|why| failed(&why))?;
        let origin = Origin {
            file: path.into(),
            entry: None,
            position: crate::location::Position::START,
        };
        Ok(Body::owned(bytes, origin))
    }

    /// The same entry, which was written in YAML.
    fn in_yaml(self, written: &'t [u8], marks: &'t [Mark]) -> Self {
        Self {
            written,
            marks: Some(marks),
            known: Known::default(),
            ..self
        }
    }

    /// The entry.
    pub(crate) fn root(&self) -> Value<'_> {
        self.document.root()
    }

    /// Where the entry starts.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Where a value was written.
    pub(crate) fn at(&self, value: Value<'_>) -> Origin {
        let offset = match self.mark(value) {
            Some(mark) => mark.written.start,
            None => value.span().start,
        };
        self.at_offset(offset)
    }

    /// The position of a byte of the entry as written.
    pub(crate) fn at_offset(&self, offset: usize) -> Origin {
        let start = self.origin.position;
        self.origin.at(self.known.in_text(start, self.written, offset))
    }

    /// The mark of a scalar, or of the first one in a collection.
    fn mark(&self, value: Value<'_>) -> Option<&Mark> {
        let marks = self.marks?;
        let start = value.span().start;
        let next = marks.partition_point(|mark| mark.rendered < start);
        marks.get(next).or(marks.last())
    }

    /// A value that identifies a message, such as a URL or a status.
    pub(crate) fn line(&self, value: Value<'_>) -> Line {
        let text = match self.mark(value) {
            Some(mark) => String::from_utf8_lossy(&self.written[mark.written.clone()]).into_owned(),
            None => value.raw().to_owned(),
        };
        Line {
            text,
            origin: self.at(value),
        }
    }

    /// A string as a body, with the place of each of its bytes.
    pub(crate) fn text_body<'d>(&'d self, value: Value<'d>) -> Option<Body<'d>> {
        let content = value.as_str()?;
        let origin = self.at(value);
        let Some(mark) = self.mark(value) else {
            return Some(Body::escaped(content, value.raw(), origin));
        };
        if mark.is_binary {
            return transfer::base64(&content).map(|bytes| Body::decoded(bytes, origin));
        }
        let written = self.written.get(mark.written.clone());
        let written = written.and_then(|written| std::str::from_utf8(written).ok());
        Some(match written {
            Some(written) => Body::scalar(content, Scalar::new(written, mark.style), origin),
            None => Body::decoded(content.into_owned().into_bytes(), origin),
        })
    }

    /// A value that is embedded as it is, as a body.
    pub(crate) fn embedded<'d>(&'d self, value: Value<'d>) -> Body<'d> {
        let origin = self.at(value);
        match self.marks {
            None => Body::verbatim(value.raw().as_bytes(), origin),
            Some(_) => Body::decoded(value.raw().as_bytes().to_vec(), origin),
        }
    }

    /// Whether the entry was written in YAML.
    pub(crate) fn is_yaml(&self) -> bool {
        self.marks.is_some()
    }

    /// Whether a string was written as `!!binary`, which is base64.
    pub(crate) fn is_binary(&self, value: Value<'_>) -> bool {
        self.mark(value)
            .is_some_and(|mark| mark.is_binary && value.kind() == Kind::String)
    }

    /// A problem with a value.
    pub(crate) fn problem(&self, value: Value<'_>, message: impl Into<String>) -> ReadProblem {
        ReadProblem {
            origin: self.at(value),
            message: message.into(),
        }
    }
}

/// The text of a member that is a string.
pub(crate) fn text<'d>(value: Value<'d>, key: &str) -> Option<Cow<'d, str>> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests;
