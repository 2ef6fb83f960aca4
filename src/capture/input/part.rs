//! A part of a file with an entry per line, whose place in the file is known.
//!
//! The entries of recordings are numbered, so the number of those before is known, too.

use std::io::Cursor;
use std::sync::Arc;

use crate::capture::by_line::{self, Context};
use crate::capture::format::{Format, Head, Reader, Recognised, recognise};
use crate::capture::record::{self, Record};
use crate::capture::{Hint, ReadProblem, Sink, SourceRead};
use crate::location::{Origin, Position};

use super::Reading;

/// Consecutive lines of a file, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The name of the file.
    pub name: Arc<str>,
    /// The lines.
    pub bytes: Arc<[u8]>,
    /// Where the first line starts.
    pub position: Position,
    /// The lines before it that are not blank.
    pub entries: u64,
    /// The format of the file; without it, it is recognised by these lines.
    pub format: Option<Format>,
}

impl Part {
    pub(super) fn read(&self, reading: &Reading, sink: &mut dyn Sink) {
        let origin = Origin {
            file: Arc::clone(&self.name),
            entry: None,
            position: self.position,
        };
        let format = self.format.or(reading.format).or_else(|| {
            let head = &self.bytes[..self.bytes.len().min(crate::limits::HEAD)];
            let head = Head::new(&self.name, head, head.len() == self.bytes.len());
            match recognise(&head, reading.fields.is_any()) {
                Recognised::Format(format) => Some(format),
                _ => None,
            }
        });
        let mut lines = Cursor::new(&*self.bytes);
        let hint = Hint::parse(&self.name);
        let exchanges = match format.map(Format::reader) {
            Some(Reader::Lines(each)) => {
                let context = Context {
                    hint,
                    limits: reading.limits,
                    fields: reading.fields.clone(),
                    beside: None,
                };
                by_line::read(&mut lines, &origin, &context, each, sink)
            }
            Some(Reader::Records(lists, read)) => {
                let origin = Origin {
                    entry: Some(self.entries),
                    ..origin
                };
                let mut each = |record: &Record<'_>, sink: &mut dyn Sink| read(record, &hint, sink);
                record::read(&mut lines, &origin, lists, &reading.limits, sink, &mut each)
            }
            _ => {
                let message = "only files with an entry per line can be read in parts".to_owned();
                return sink.problem(ReadProblem { origin, message });
            }
        };
        sink.source(SourceRead {
            file: self.name.to_string(),
            format,
            exchanges,
        });
    }
}
