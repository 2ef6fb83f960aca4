//! Lists of entries in YAML, read one entry at a time.
//!
//! Recorders write a block sequence below a key (`interactions:`, `http_interactions:`), or one document for each
//! entry. An entry starts with `- ` and goes on as long as lines are indented more than that.

use std::io::{BufRead, Read as _};

use crate::capture::blocks::read_error;
use crate::capture::sink::guarded;
use crate::capture::{Limits, ReadProblem, Sink};
use crate::location::{Origin, Position};

use super::yaml::{self, YamlError};
use super::{Lists, Record};

pub(super) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    lists: Lists,
    limits: &Limits,
    sink: &mut dyn Sink,
    each: &mut dyn FnMut(&Record<'_>, &mut dyn Sink) -> u64,
) -> u64 {
    let mut sequence = Sequence {
        origin,
        lists,
        limits,
        entries: 0,
        count: 0,
        entry: String::new(),
        start: origin.position,
        place: Place::Outside,
        has_list: false,
        sink,
        each,
    };
    let mut position = origin.position;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut *reader)
            .take(limits.body.saturating_add(1))
            .read_until(b'\n', &mut line);
        let failure = match read {
            Ok(0) => break,
            Ok(_) if line.len() as u64 > limits.body => {
                Some(limits.too_large("a line", line.len() as u64))
            }
            Ok(_) => None,
            Err(error) => Some(read_error(&error)),
        };
        let text = std::str::from_utf8(&line);
        let failure = failure.or_else(|| {
            text.is_err()
                .then(|| "not valid UTF-8; a recording in YAML must be UTF-8 text".to_owned())
        });
        if let Some(message) = failure {
            sequence.finish();
            let origin = origin.at(position);
            sequence.sink.problem(ReadProblem { origin, message });
            return sequence.count;
        }
        sequence.line(text.unwrap_or_default(), position);
        position.byte += line.len() as u64;
        position.line += 1;
        position.column = 1;
    }
    sequence.finish();
    if sequence.entries == 0 {
        let message = "the recording contains no entries".to_owned();
        let origin = origin.clone();
        sequence.sink.problem(ReadProblem { origin, message });
    }
    sequence.count
}

/// Where the next line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In none of the lists.
    Outside,
    /// After the key of a list, before its first entry.
    Before,
    /// In a list whose entries have this indentation.
    In(usize),
    /// In a document that is an entry.
    Document,
}

/// The lists of one stream.
struct Sequence<'r, 's> {
    origin: &'r Origin,
    lists: Lists,
    limits: &'r Limits,
    entries: u64,
    count: u64,
    /// The lines of the entry so far.
    entry: String,
    /// Where it starts.
    start: Position,
    place: Place,
    /// Whether the document has a list of entries, so that it is not an entry itself.
    has_list: bool,
    sink: &'s mut dyn Sink,
    each: &'s mut dyn FnMut(&Record<'_>, &mut dyn Sink) -> u64,
}

impl Sequence<'_, '_> {
    fn line(&mut self, line: &str, position: Position) {
        let content = line.trim_start_matches(' ');
        let indentation = line.len() - content.len();
        let content = content.trim_end();
        let is_blank = content.is_empty() || content.starts_with('#');
        let is_item = content == "-" || content.starts_with("- ");
        let is_mark = indentation == 0
            && ["---", "...", "%YAML"]
                .iter()
                .any(|mark| content == *mark || content.starts_with(&format!("{mark} ")));
        match self.place {
            _ if is_mark => {
                self.finish();
                self.has_list = false;
                self.place = Place::Outside;
            }
            Place::In(at) if is_item && indentation == at => {
                self.finish();
                self.begin(line, indentation, position);
            }
            Place::In(at) if is_blank || indentation > at => self.go_on(line),
            // What came before the list is not an entry.
            Place::Document if self.is_key_of_list(indentation, content) => {
                self.entry.clear();
                self.has_list = true;
                self.place = Place::Before;
            }
            Place::Document => self.go_on(line),
            Place::Before if is_blank => {}
            Place::Before if is_item => {
                self.place = Place::In(indentation);
                self.begin(line, indentation, position);
            }
            // Something else follows the list.
            Place::In(_) | Place::Before | Place::Outside => {
                self.finish();
                self.place = Place::Outside;
                if is_blank || indentation > 0 {
                    return;
                }
                let is_root = !self.has_list && self.lists.iter().any(|path| path.is_empty());
                let key = content.split_once(':');
                if self.is_key_of_list(indentation, content) {
                    self.has_list = true;
                    self.place = Place::Before;
                } else if is_root && is_item {
                    self.has_list = true;
                    self.place = Place::In(0);
                    self.begin(line, 0, position);
                } else if let Some((key, rest)) = key
                    && self.lists.iter().any(|path| *path == [key.trim_matches(['"', '\''])])
                {
                    self.has_list = true;
                    if rest.trim() != "[]" {
                        self.sink.problem(ReadProblem {
                            origin: self.origin.at(position),
                            message: format!("`{key}` must be a list with one `- ` per entry"),
                        });
                    }
                } else if is_root {
                    self.place = Place::Document;
                    self.start = position;
                    self.go_on(line);
                }
            }
        }
    }

    /// Whether a line is the key of a list whose entries follow.
    fn is_key_of_list(&self, indentation: usize, content: &str) -> bool {
        let Some((key, rest)) = content.split_once(':').filter(|_| indentation == 0) else {
            return false;
        };
        let key = key.trim_matches(['"', '\'']);
        let rest = rest.trim();
        self.lists.iter().any(|path| *path == [key]) && (rest.is_empty() || rest.starts_with('#'))
    }

    /// Begins an entry. Its dash is replaced, so that the rest is a document with the same places.
    fn begin(&mut self, line: &str, indentation: usize, position: Position) {
        self.start = position;
        self.entry.push_str(&line[..indentation]);
        self.entry.push(' ');
        self.go_on(&line[indentation + 1..]);
    }

    fn go_on(&mut self, line: &str) {
        // What is over the limit is not kept.
        if self.entry.len() as u64 <= self.limits.body {
            self.entry.push_str(line);
        }
    }

    /// Passes on the entry, if there is one.
    fn finish(&mut self) {
        let entry = std::mem::take(&mut self.entry);
        if entry.trim().is_empty() {
            return;
        }
        self.entries += 1;
        let origin = Origin {
            file: self.origin.file.clone(),
            entry: Some(self.entries),
            position: self.start,
        };
        if entry.len() as u64 > self.limits.body {
            let message = self.limits.too_large("an entry", entry.len() as u64);
            return self.sink.problem(ReadProblem { origin, message });
        }
        let rendered = match yaml::render(&entry) {
            Ok(rendered) => rendered,
            Err(YamlError { offset, message }) => {
                let place = origin.position.at_offset(entry.as_bytes(), offset);
                let message = format!("entry skipped: not YAML: {message}");
                let origin = origin.at(place);
                return self.sink.problem(ReadProblem { origin, message });
            }
        };
        let record = Record::json(rendered.json.as_bytes(), origin);
        let Self { sink, each, .. } = self;
        match record {
            Ok(record) => {
                let record = record.in_yaml(entry.as_bytes(), &rendered.marks);
                self.count += guarded(record.origin(), *sink, |sink| each(&record, sink));
            }
            Err(problem) => sink.problem(problem),
        }
        self.entry = entry;
        self.entry.clear();
    }
}
