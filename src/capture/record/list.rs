//! Lists of entries in JSON, read one entry at a time.

use std::io::{self, BufRead, Read as _};

use crate::capture::blocks::read_error;
use crate::capture::sink::guarded;
use crate::capture::{Limits, ReadProblem, Sink};
use crate::json::{SyntaxErrorKind, TapeDocument, ValueEnd, is_white_space};
use crate::location::{Origin, Position};

use super::{Lists, Record};

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// Bytes in which a document shows what it is.
const AHEAD: usize = 256 * 1024;

/// Bytes that are released at once.
const RELEASED: usize = 1024 * 1024;

pub(super) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    lists: Lists,
    limits: &Limits,
    sink: &mut dyn Sink,
    each: &mut dyn FnMut(&Record<'_>, &mut dyn Sink) -> u64,
) -> u64 {
    let mut list = List {
        text: Text {
            reader,
            buffer: Vec::new(),
            from: 0,
            ended: false,
            position: origin.position,
        },
        origin,
        limits,
        // A part of a file starts after entries.
        entries: origin.entry.unwrap_or_default(),
        lists_found: 0,
        count: 0,
        sink,
        each,
    };
    let open: Vec<&[&str]> = lists.to_vec();
    let result = list.documents(&open);
    match result {
        Err(problem) => list.sink.problem(problem),
        Ok(()) if list.lists_found == 0 => {
            let names: Vec<String> = lists
                .iter()
                .filter(|path| !path.is_empty())
                .map(|path| format!("`{}`", path.join(".")))
                .collect();
            list.sink.problem(ReadProblem {
                origin: origin.clone(),
                message: format!("{} is missing or not an array", names.join(" or ")),
            });
        }
        Ok(()) if list.entries == 0 => list.sink.problem(ReadProblem {
            origin: origin.clone(),
            message: "the recording contains no entries".to_owned(),
        }),
        Ok(()) => {}
    }
    list.count
}

/// The part of a stream that is in memory.
struct Text<'r> {
    reader: &'r mut dyn BufRead,
    buffer: Vec<u8>,
    /// The offset in the buffer of what comes next.
    from: usize,
    ended: bool,
    /// The position of what comes next.
    position: Position,
}

impl Text<'_> {
    /// What is known of what comes next.
    fn rest(&self) -> &[u8] {
        &self.buffer[self.from..]
    }

    /// Reads more. Returns false at the end.
    fn more(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.from >= RELEASED || self.from == self.buffer.len() {
            self.buffer.drain(..self.from);
            self.from = 0;
        }
        let read = (&mut *self.reader)
            .take(CHUNK as u64)
            .read_to_end(&mut self.buffer)?;
        self.ended = read < CHUNK;
        Ok(read > 0)
    }

    fn advance(&mut self, bytes: usize) {
        let passed = &self.buffer[self.from..self.from + bytes];
        self.position = self.position.after(passed);
        self.from += bytes;
    }

    /// The next byte that is not white space; `None` at the end.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let rest = self.rest();
            let blank = rest.iter().position(|byte| !is_white_space(*byte));
            match blank {
                Some(blank) => {
                    let found = rest[blank];
                    self.advance(blank);
                    return Ok(Some(found));
                }
                None => {
                    let all = rest.len();
                    self.advance(all);
                    if !self.more()? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// The length of the array or object that comes next; `None` if it does not end or is over the limit.
    fn collection(&mut self, limit: u64) -> io::Result<Option<usize>> {
        let mut end = ValueEnd::default();
        loop {
            if let Some(length) = end.find(self.rest(), self.ended) {
                return Ok(Some(length));
            }
            if self.rest().len() as u64 > limit || !self.more()? && self.ended {
                return Ok(end.find(self.rest(), true));
            }
        }
    }

    /// The length of the line that comes next, if documents are lines: another one starts right after it. After other
    /// documents, the last line needs none.
    fn line(&mut self, is_after_others: bool) -> io::Result<Option<usize>> {
        loop {
            let rest = self.rest();
            let end = memchr::memchr(b'\n', rest);
            match end.map(|end| (end, rest.get(end + 1))) {
                Some((end, Some(next))) => return Ok((*next == b'{').then_some(end)),
                Some((end, None)) if self.ended => return Ok(is_after_others.then_some(end)),
                None if self.ended => return Ok(is_after_others.then_some(rest.len())),
                _ if rest.len() > AHEAD => return Ok(None),
                _ => {
                    self.more()?;
                }
            }
        }
    }

    /// Whether a document whose first line ends here may go on with a `{` on the next one, so that it is not a line.
    fn may_go_on(&self, end: usize) -> bool {
        let rest = self.rest();
        let Some(line) = rest.get(..end).filter(|_| rest.get(end + 1) == Some(&b'{')) else {
            return false;
        };
        if !matches!(line.trim_ascii_end().last(), Some(b'[' | b',' | b':')) {
            return false;
        }
        // If a value is expected there, nothing is wrong but the end.
        let with_next = [line, b"\n{"].concat();
        TapeDocument::parse(&with_next).is_err_and(|error| error.kind == SyntaxErrorKind::UnexpectedEnd)
    }

    /// Passes over the array or object that comes next. Returns whether it ends.
    fn pass_collection(&mut self) -> io::Result<bool> {
        let mut end = ValueEnd::default();
        loop {
            if let Some(length) = end.find(self.rest(), self.ended) {
                self.advance(length);
                return Ok(true);
            }
            if self.ended {
                return Ok(false);
            }
            let passed = end.release();
            self.advance(passed);
            self.more()?;
        }
    }

    /// The length of the string, number or word that comes next.
    fn scalar(&mut self, limit: u64) -> io::Result<usize> {
        let is_string = self.rest().first() == Some(&b'"');
        let mut at = usize::from(is_string);
        loop {
            let rest = self.rest();
            while at < rest.len() {
                match rest[at] {
                    b'"' if is_string => return Ok(at + 1),
                    b'\\' if is_string => at += 1,
                    byte if !is_string
                        && (is_white_space(byte) || b",:]}[{\"".contains(&byte)) =>
                    {
                        return Ok(at);
                    }
                    _ => {}
                }
                at += 1;
            }
            if rest.len() as u64 > limit || !self.more()? && self.ended {
                return Ok(self.rest().len());
            }
        }
    }
}

/// The lists of one document.
struct List<'r, 's> {
    text: Text<'r>,
    origin: &'r Origin,
    limits: &'r Limits,
    /// Entries so far, of all lists.
    entries: u64,
    lists_found: usize,
    /// Exchanges so far.
    count: u64,
    sink: &'s mut dyn Sink,
    each: &'s mut dyn FnMut(&Record<'_>, &mut dyn Sink) -> u64,
}

impl List<'_, '_> {
    fn stop(&self, message: impl Into<String>) -> ReadProblem {
        ReadProblem {
            origin: self.origin.at(self.text.position),
            message: message.into(),
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, ReadProblem> {
        let found = self.text.peek();
        found.map_err(|error| self.stop(read_error(&error)))
    }

    /// What is expected next, or the reason to stop.
    fn expect(&mut self, wanted: &[u8], words: &str) -> Result<u8, ReadProblem> {
        match self.peek()? {
            Some(byte) if wanted.contains(&byte) => {
                self.text.advance(1);
                Ok(byte)
            }
            Some(_) => Err(self.stop(format!("not JSON: expected {words}"))),
            None => Err(self.cut_off()),
        }
    }

    fn cut_off(&self) -> ReadProblem {
        let entries = match self.entries {
            0 => "before the first entry".to_owned(),
            entries => format!("after entry {entries}"),
        };
        self.stop(format!("the file ends too early, {entries}"))
    }

    /// The document, or several of them if each is an entry.
    fn documents(&mut self, paths: &[&[&str]]) -> Result<(), ReadProblem> {
        let is_entry = paths.iter().any(|path| path.is_empty());
        loop {
            match self.peek()? {
                None => return Ok(()),
                Some(b'{' | b'[') => self.document(paths)?,
                Some(_) => self.stray_line()?,
            }
            if !is_entry && self.peek()?.is_some() {
                return Err(self.stop("not JSON: text follows the end of the document"));
            }
        }
    }

    /// The next document: one of the lists, an object with lists in it, or an entry.
    fn document(&mut self, paths: &[&[&str]]) -> Result<(), ReadProblem> {
        let is_entry = paths.iter().any(|path| path.is_empty());
        if is_entry && self.peek()? == Some(b'{') {
            let line = self.text.line(self.entries > 0);
            let mut line = line.map_err(|error| self.stop(read_error(&error)))?;
            if line.is_some_and(|end| self.text.may_go_on(end)) && self.goes_on(paths)? {
                line = None;
            }
            let leads_on = paths.iter().any(|path| !path.is_empty());
            // What is long before any list is a message: an entry.
            if line.is_some() || !leads_on || !self.leads_to(paths)? {
                self.lists_found += 1;
                return self.entry(line);
            }
        }
        self.value(paths)
    }

    /// Whether the object that comes next, whose first line may go on, does: it has one of the lists, or it is an entry
    /// with line breaks. Otherwise its first line is one that was cut off.
    fn goes_on(&mut self, paths: &[&[&str]]) -> Result<bool, ReadProblem> {
        if self.leads_to(paths)? {
            return Ok(true);
        }
        Ok(match TapeDocument::parse_prefix(self.text.rest()) {
            Ok(_) => true,
            Err(error) => error.kind == SyntaxErrorKind::UnexpectedEnd && !self.text.ended,
        })
    }

    /// A line that starts no document.
    fn stray_line(&mut self) -> Result<(), ReadProblem> {
        let problem = self.stop("entry skipped: not JSON: expected an object");
        self.sink.problem(problem);
        loop {
            let rest = self.text.rest();
            let end = memchr::memchr(b'\n', rest);
            let passed = end.map_or(rest.len(), |end| end + 1);
            self.text.advance(passed);
            let more = match end {
                Some(_) => false,
                None => self.text.more().map_err(|error| self.stop(read_error(&error)))?,
            };
            if !more {
                return Ok(());
            }
        }
    }

    /// The next value, in which lists may be at the given paths.
    fn value(&mut self, paths: &[&[&str]]) -> Result<(), ReadProblem> {
        let is_list = paths.iter().any(|path| path.is_empty());
        let leads_on = paths.iter().any(|path| !path.is_empty());
        match self.peek()? {
            Some(b'[') if is_list => self.list(),
            Some(b'{') if leads_on => self.object(paths),
            _ => self.pass(),
        }
    }

    /// Whether the start of the object that comes next has one of the lists.
    fn leads_to(&mut self, paths: &[&[&str]]) -> Result<bool, ReadProblem> {
        while self.text.rest().len() < AHEAD {
            match self.text.more() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(self.stop(read_error(&error))),
            }
        }
        let rest = self.text.rest();
        let blank = |at: usize| at + rest[at..].iter().take_while(|byte| is_white_space(**byte)).count();
        let mut at = 1;
        loop {
            at = blank(at);
            match rest.get(at) {
                Some(b'"') => {}
                Some(b',') => {
                    at += 1;
                    continue;
                }
                Some(_) | None => return Ok(false),
            }
            let Ok((key, length)) = TapeDocument::parse_prefix(&rest[at..]) else {
                return Ok(false);
            };
            let key = key.root().as_str().unwrap_or_default().into_owned();
            if paths.iter().any(|path| path.first() == Some(&key.as_str())) {
                return Ok(true);
            }
            at = blank(at + length);
            if rest.get(at) != Some(&b':') {
                return Ok(false);
            }
            at = blank(at + 1);
            let length = match rest.get(at) {
                Some(b'{' | b'[') => ValueEnd::default().find(&rest[at..], self.text.ended),
                _ => TapeDocument::parse_prefix(&rest[at..]).ok().map(|(_, length)| length),
            };
            match length {
                Some(length) => at += length,
                None => return Ok(false),
            }
        }
    }

    /// Passes over the next value.
    fn pass(&mut self) -> Result<(), ReadProblem> {
        let passed = match self.peek()? {
            None => return Err(self.cut_off()),
            Some(b'{' | b'[') => self.text.pass_collection(),
            Some(b',' | b':' | b'}' | b']') => {
                return Err(self.stop("not JSON: expected a value"));
            }
            Some(_) => self.text.scalar(self.limits.body).map(|length| {
                self.text.advance(length);
                true
            }),
        };
        match passed {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.cut_off()),
            Err(error) => Err(self.stop(read_error(&error))),
        }
    }

    fn object(&mut self, paths: &[&[&str]]) -> Result<(), ReadProblem> {
        self.expect(b"{", "`{`")?;
        if self.peek()? == Some(b'}') {
            self.text.advance(1);
            return Ok(());
        }
        loop {
            if !matches!(self.peek()?, Some(b'"')) {
                self.expect(b"\"", "a key")?;
            }
            let length = self
                .text
                .scalar(self.limits.body)
                .map_err(|error| self.stop(read_error(&error)))?;
            let key = TapeDocument::parse(&self.text.rest()[..length])
                .ok()
                .and_then(|key| key.root().as_str().map(std::borrow::Cow::into_owned));
            let Some(key) = key else {
                return Err(self.stop("not JSON: expected a key"));
            };
            self.text.advance(length);
            self.expect(b":", "`:`")?;
            let inside: Vec<&[&str]> = paths
                .iter()
                .filter(|path| path.first() == Some(&key.as_str()))
                .map(|path| &path[1..])
                .collect();
            match inside.is_empty() {
                true => self.pass()?,
                false => self.value(&inside)?,
            }
            if self.expect(b",}", "`,` or `}`")? == b'}' {
                return Ok(());
            }
        }
    }

    fn list(&mut self) -> Result<(), ReadProblem> {
        self.lists_found += 1;
        self.expect(b"[", "`[`")?;
        if self.peek()? == Some(b']') {
            self.text.advance(1);
            return Ok(());
        }
        loop {
            self.entry(None)?;
            if self.expect(b",]", "`,` or `]`")? == b']' {
                return Ok(());
            }
        }
    }

    /// Passes on the next value as an entry. `line` is its length if it is a line, whatever is in it.
    fn entry(&mut self, line: Option<usize>) -> Result<(), ReadProblem> {
        let limit = self.limits.body;
        let length = match self.peek()? {
            None => return Err(self.cut_off()),
            _ if line.is_some() => Ok(line),
            Some(b'{' | b'[') => self.text.collection(limit),
            Some(b',' | b':' | b'}' | b']') => {
                return Err(self.stop("not JSON: expected a value"));
            }
            Some(_) => self.text.scalar(limit).map(Some),
        };
        let length = length.map_err(|error| self.stop(read_error(&error)))?;
        self.entries += 1;
        let origin = Origin {
            file: self.origin.file.clone(),
            entry: Some(self.entries),
            position: self.text.position,
        };
        let rest = self.text.rest();
        if length.unwrap_or(rest.len()) as u64 > limit {
            let message = self.limits.too_large("an entry", rest.len() as u64);
            self.sink.problem(ReadProblem { origin, message });
            return self.pass();
        }
        let Some(length) = length else {
            // The error in it, or its end, is where reading stops.
            let problem = match Record::json(rest, origin) {
                Err(problem) => problem,
                Ok(_) => return Err(self.cut_off()),
            };
            return Err(problem);
        };
        let Self { sink, each, .. } = self;
        self.count += match Record::json(&rest[..length], origin) {
            Ok(record) => guarded(record.origin(), *sink, |sink| each(&record, sink)),
            Err(problem) => {
                sink.problem(problem);
                0
            }
        };
        self.text.advance(length);
        Ok(())
    }
}
