//! Reads a stream in blocks of whole lines, without copying individual lines.

use std::io::{self, BufRead, Read};

use crate::error::io_words;
use crate::json;
use crate::location::{Origin, Position};

use super::cut::{self, Cuts};
use super::limits::Limits;
use super::sink::ReadProblem;

/// Bytes read at once.
pub(crate) const BLOCK: usize = 256 * 1024;

/// What the stream yields next.
pub(crate) enum Block {
    /// Whole lines, starting here.
    Lines(Origin),
    /// A line over the limit, which was skipped.
    TooLong(ReadProblem),
    /// The rest of the stream cannot be read.
    Broken(ReadProblem),
    /// The end of the stream.
    End,
}

/// Reads blocks of whole lines.
pub(crate) struct Blocks<R> {
    reader: R,
    limits: Limits,
    /// Where the next block starts.
    at: Origin,
    /// The start of an incomplete line, carried over to the next block.
    rest: Vec<u8>,
    /// A read error, reported after the lines read before it.
    error: Option<io::Error>,
}

impl<R: BufRead> Blocks<R> {
    pub(crate) fn new(reader: R, origin: &Origin, limits: &Limits) -> Self {
        Self {
            reader,
            limits: *limits,
            at: origin.clone(),
            rest: Vec::new(),
            error: None,
        }
    }

    /// Fills `block`, which may be a reused buffer.
    pub(crate) fn next(&mut self, block: &mut Vec<u8>) -> Block {
        if let Some(error) = self.error.take() {
            return self.broken(&error);
        }
        block.clear();
        block.append(&mut self.rest);
        let mut searched = 0;
        loop {
            let read = (&mut self.reader).take(BLOCK as u64).read_to_end(block);
            if let Some(end) = memchr::memrchr(b'\n', &block[searched..]) {
                self.rest.extend_from_slice(&block[searched + end + 1..]);
                block.truncate(searched + end + 1);
                self.error = read.err();
                return self.lines(block);
            }
            match read {
                Err(error) => return self.broken(&error),
                Ok(read) if read < BLOCK && block.is_empty() => return Block::End,
                Ok(read) if read < BLOCK => return self.lines(block),
                Ok(_) => {}
            }
            searched = block.len();
            let text = json::trim_start(block).len() as u64;
            if text == 0 {
                // Leading white space of a long line is dropped, so it takes no memory.
                self.at.position.byte += searched as u64;
                self.at.position.column += searched as u64;
                block.clear();
                searched = 0;
            } else if text > self.limits.body {
                return match self.pass_over(block) {
                    Ok(problem) => Block::TooLong(problem),
                    Err(error) => self.broken(&error),
                };
            }
        }
    }

    fn lines(&mut self, block: &[u8]) -> Block {
        let start = self.at.clone();
        let position = &mut self.at.position;
        position.byte += block.len() as u64;
        position.line += memchr::memchr_iter(b'\n', block).count() as u64;
        position.column = 1;
        Block::Lines(start)
    }

    fn broken(&self, error: &io::Error) -> Block {
        Block::Broken(ReadProblem {
            origin: origin_of_line(&self.at, self.at.position, 0),
            message: read_error(error),
        })
    }

    /// Skips the rest of a line that is too long.
    fn pass_over(&mut self, block: &[u8]) -> io::Result<ReadProblem> {
        let mut length = json::trim_start(block).len() as u64;
        let mut consumed = block.len() as u64;
        loop {
            let chunk = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            let (part, taken) = match memchr::memchr(b'\n', chunk) {
                Some(end) => (end, end + 1),
                None => (chunk.len(), chunk.len()),
            };
            length += part as u64;
            consumed += taken as u64;
            self.reader.consume(taken);
            if taken > part || taken == 0 {
                let problem = ReadProblem {
                    origin: origin_of_line(&self.at, self.at.position, 0),
                    message: self.limits.too_large("a line", length),
                };
                let position = &mut self.at.position;
                position.byte += consumed;
                position.line += 1;
                position.column = 1;
                return Ok(problem);
            }
        }
    }
}

/// The origin of a line's payload, after its leading white space.
pub(crate) fn origin_of_line(file: &Origin, line: Position, leading: u64) -> Origin {
    Origin {
        file: file.file.clone(),
        entry: Some(line.line),
        position: Position {
            byte: line.byte + leading,
            line: line.line,
            column: line.column + leading,
        },
    }
}

/// Reads a stream as a whole, up to the limit.
///
/// # Errors
///
/// Why it cannot be read.
pub(crate) fn read_whole(reader: &mut dyn Read, limits: &Limits) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let read = reader
        .take(limits.body.saturating_add(1))
        .read_to_end(&mut text);
    match read {
        Err(error) => Err(format!(
            "{} (after {} bytes)",
            read_error(&error),
            text.len()
        )),
        Ok(_) => limits.checked(text),
    }
}

/// The same for messages of HTTP: of long files in multipart bodies, only the start is kept.
///
/// # Errors
///
/// Why it cannot be read.
pub(crate) fn read_messages(reader: &mut dyn BufRead, limits: &Limits) -> Result<(Vec<u8>, Cuts), String> {
    let (text, cuts) = cut::read(reader, limits.body).map_err(|error| read_error(&error))?;
    limits.checked(text).map(|text| (text, cuts))
}

/// Describes why reading failed.
pub(crate) fn read_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the compressed data ends too early".to_owned(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            format!("the compressed data is corrupt: {error}")
        }
        io::ErrorKind::ConnectionAborted => error.to_string(),
        _ => io_words(error),
    }
}
