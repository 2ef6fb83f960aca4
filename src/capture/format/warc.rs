//! WARC files (ISO 28500), as web archives and `wget --warc-file` write them; also compressed record by record.
//!
//! A record is `WARC/1.0` or `WARC/1.1`, header fields, an empty line, `Content-Length` bytes, and two line breaks. Records
//! of type `request` and `response` hold an HTTP message each (`application/http`). A request and a response belong
//! together if one names the other in `WARC-Concurrent-To`, or if they follow each other with the same target. Other
//! records (`warcinfo`, `metadata`, `resource`, `revisit`, `conversion`) are ignored.

use std::io::{BufRead, Read as _};

use crate::capture::blocks::read_error;
use crate::capture::{Body, Exchange, Headers, Hint, Limits, Line, ReadProblem, Request, Response, Sink, Unused, transfer};
use crate::location::{Origin, Position};

use super::lines::StartLine;
use super::message::{Found, kept};

/// The longest line of a header in bytes.
const LONGEST_LINE: u64 = 64 * 1024;

/// Whether a file starts like this.
pub(super) fn is_warc(head: &[u8]) -> bool {
    head.starts_with(b"WARC/1.") || head.starts_with(b"WARC/0.")
}

/// Reads every exchange.
pub(super) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    hint: &Hint,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> u64 {
    let mut archive = Archive {
        reader,
        origin,
        position: origin.position,
        limits,
        entries: 0,
    };
    let mut pending: Option<Record> = None;
    let mut count = 0;
    loop {
        let record = match archive.next() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(Failure::Skipped(problem)) => {
                sink.problem(problem);
                continue;
            }
            Err(Failure::Ended(problem)) => {
                sink.problem(problem);
                break;
            }
        };
        if record.kind == Kind::Other {
            // The record about the file itself is no entry.
            if record.fields.get("warc-type") != Some("warcinfo") {
                sink.unused(Unused::NotHttp, &record.origin);
            }
            continue;
        }
        match pending.take() {
            Some(other) if other.belongs_to(&record) => count += emit(&[other, record], hint, sink),
            Some(other) => {
                count += emit(&[other], hint, sink);
                pending = Some(record);
            }
            None => pending = Some(record),
        }
    }
    count + pending.map_or(0, |record| emit(&[record], hint, sink))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Request,
    Response,
    Other,
}

/// A record.
struct Record {
    kind: Kind,
    fields: Headers,
    block: Vec<u8>,
    /// Where its block starts.
    origin: Origin,
}

impl Record {
    fn belongs_to(&self, other: &Self) -> bool {
        let get = |record: &Self, name: &str| record.fields.get(name).map(str::to_owned);
        let names = |one: &Self, other: &Self| {
            get(one, "warc-concurrent-to").is_some_and(|id| get(other, "warc-record-id") == Some(id))
        };
        let has_same_target = get(self, "warc-target-uri").is_some()
            && get(self, "warc-target-uri") == get(other, "warc-target-uri");
        self.kind != other.kind && (names(self, other) || names(other, self) || has_same_target)
    }
}

enum Failure {
    /// This record cannot be read.
    Skipped(ReadProblem),
    /// Nothing more can be read.
    Ended(ReadProblem),
}

struct Archive<'r> {
    reader: &'r mut dyn BufRead,
    origin: &'r Origin,
    position: Position,
    limits: &'r Limits,
    entries: u64,
}

impl Archive<'_> {
    fn problem(&self, position: Position, message: impl Into<String>) -> ReadProblem {
        let mut origin = self.origin.at(position);
        origin.entry = (self.entries > 0).then_some(self.entries);
        ReadProblem {
            origin,
            message: message.into(),
        }
    }

    /// The next line without its break; `None` at the end of the file.
    fn line(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let mut line = Vec::new();
        let read = (&mut *self.reader).take(LONGEST_LINE).read_until(b'\n', &mut line);
        if let Err(error) = read {
            return Err(Failure::Ended(self.problem(self.position, read_error(&error))));
        }
        self.position = self.position.after(&line);
        if line.is_empty() {
            return Ok(None);
        }
        let end = line.trim_ascii_end().len();
        line.truncate(end);
        Ok(Some(line))
    }

    fn next(&mut self) -> Result<Option<Record>, Failure> {
        let mut start = self.position;
        let version = loop {
            start = match self.line()? {
                None => return Ok(None),
                Some(line) if line.is_empty() => self.position,
                Some(line) => break line,
            };
        };
        self.entries += 1;
        if !is_warc(&version) {
            let message = "expected the next record, which starts with `WARC/1.1`; the length of the record before it may \
                           be wrong";
            return Err(Failure::Ended(self.problem(start, message)));
        }
        let mut fields = Headers::default();
        loop {
            let line = self.line()?;
            let Some(line) = line else {
                return Err(Failure::Ended(self.problem(start, "the file ends in the header of a record")));
            };
            if line.is_empty() {
                break;
            }
            let text = String::from_utf8_lossy(&line);
            if let Some((name, value)) = text.split_once(':') {
                fields.0.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        let length = fields.get("content-length").and_then(|length| length.parse::<u64>().ok());
        let Some(length) = length else {
            let message = "the `Content-Length` of a record is missing or invalid";
            return Err(Failure::Ended(self.problem(start, message)));
        };
        let mut origin = self.origin.at(self.position);
        origin.entry = Some(self.entries);
        let kind = match fields.get("warc-type").unwrap_or_default() {
            "request" => Kind::Request,
            "response" => Kind::Response,
            _ => Kind::Other,
        };
        let is_kept = kind != Kind::Other && length <= self.limits.body;
        let mut block = Vec::new();
        let mut part = (&mut *self.reader).take(length);
        let read = match is_kept {
            true => part.read_to_end(&mut block).map(|read| read as u64),
            false => std::io::copy(&mut part, &mut std::io::sink()),
        };
        let read = read.map_err(|error| Failure::Ended(self.problem(origin.position, read_error(&error))))?;
        self.position = match is_kept {
            true => self.position.after(&block),
            // Lines of what is not kept are not counted.
            false => Position {
                byte: self.position.byte + read,
                ..self.position
            },
        };
        if read < length {
            let message = format!("the file ends too early: {read} of the {length} bytes of a record are there");
            return Err(Failure::Ended(self.problem(origin.position, message)));
        }
        if kind != Kind::Other && !is_kept {
            let message = self.limits.too_large("a record", length);
            return Err(Failure::Skipped(self.problem(origin.position, message)));
        }
        Ok(Some(Record {
            kind,
            fields,
            block,
            origin,
        }))
    }
}

/// Emits the exchange that one or two records are.
fn emit(records: &[Record], hint: &Hint, sink: &mut dyn Sink) -> u64 {
    let Some(first) = records.first() else { return 0 };
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut exchange = Exchange::new(first.origin.clone(), hint);
    exchange.time = first.fields.get("warc-date").map(str::to_owned);
    for record in records {
        let Some(message) = Message::parse(record) else {
            sink.problem(ReadProblem {
                origin: record.origin.clone(),
                message: "record skipped: it holds no HTTP message".to_owned(),
            });
            continue;
        };
        let (body, body_left_out) = kept(message.body(record), sink);
        let line = Line {
            text: message.line.clone(),
            origin: record.origin.clone(),
        };
        match (StartLine::parse(&message.line), record.kind) {
            (Some(StartLine::Request { method, target }), Kind::Request) => {
                // The record has the whole URL.
                let target = record.fields.get("warc-target-uri").unwrap_or(target);
                exchange.request = Some(Request {
                    line,
                    method: method.to_owned(),
                    target: target.trim_matches(['<', '>']).to_owned(),
                    headers: message.headers,
                    body,
                    body_left_out,
                });
            }
            (Some(StartLine::Response { status }), Kind::Response) => {
                exchange.response = Some(Response {
                    line,
                    status,
                    headers: message.headers,
                    body,
                    body_left_out,
                });
            }
            _ => sink.problem(ReadProblem {
                origin: record.origin.clone(),
                message: "record skipped: it holds no HTTP message of its type".to_owned(),
            }),
        }
    }
    // A response without its request has the URL, but no method.
    if exchange.request.is_none() && exchange.response.is_none() {
        return 0;
    }
    sink.exchange(exchange);
    1
}

/// An HTTP message in a block.
struct Message {
    line: String,
    headers: Headers,
    /// Where the body starts.
    body: usize,
}

impl Message {
    fn parse(record: &Record) -> Option<Self> {
        let block = &record.block;
        let mut at = 0;
        let mut line = None;
        let mut headers = Headers::default();
        while at < block.len() {
            let end = memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |end| at + end + 1);
            let text = String::from_utf8_lossy(block[at..end].trim_ascii_end()).into_owned();
            at = end;
            match &line {
                None => line = Some(text),
                Some(_) if text.is_empty() => break,
                Some(_) => {
                    let field = text.split_once(':');
                    headers.0.extend(field.map(|(name, value)| (name.to_owned(), value.trim().to_owned())));
                }
            }
        }
        Some(Self {
            line: line?,
            headers,
            body: at,
        })
    }

    fn body<'r>(&self, record: &'r Record) -> Found<'r> {
        let raw = &record.block[self.body..];
        if raw.trim_ascii().is_empty() {
            return Ok(None);
        }
        let start = record.origin.position.at_offset(&record.block, self.body);
        let origin = record.origin.at(start);
        let body = match transfer::decode(raw, &self.headers) {
            Ok(None) => Body::verbatim(raw, origin),
            Ok(Some(bytes)) => Body::decoded(bytes, origin),
            Err(message) => return Err(ReadProblem { origin, message }),
        };
        Ok(Some(body.with_media_type(self.headers.get("content-type"))))
    }
}
