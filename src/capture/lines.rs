//! One JSON document a line: a stream is read in blocks of whole lines, and no line is copied.

use std::io::{self, BufRead, Read as _};

use crate::location::{Origin, Position};

use super::source::{Limits, read_error};
use super::{Body, Exchange, Hint, Problem, Sink};

/// How much is read at once.
pub(super) const BLOCK: usize = 256 * 1024;

/// What comes next of a stream.
pub(super) enum Block {
    /// Whole lines.
    Lines,
    /// A line over the limit: how long it is, and how many bytes it takes with its end. It was passed
    /// over.
    TooLong(u64, u64),
    /// White space of a line that goes on, so many bytes. It was passed over, so that it takes no memory.
    White(u64),
    /// There is no more.
    End,
}

/// Reads blocks of whole lines.
pub(super) struct Blocks<'r> {
    reader: &'r mut dyn BufRead,
    limit: u64,
    /// What was read of the line that the last block ends before.
    rest: Vec<u8>,
    /// An error that comes after lines that were read before it.
    error: Option<io::Error>,
}

impl<'r> Blocks<'r> {
    pub(super) fn new(reader: &'r mut dyn BufRead, limits: &Limits) -> Self {
        Self {
            reader,
            limit: limits.body,
            rest: Vec::new(),
            error: None,
        }
    }

    /// Fills `block`, which may be one that was used before.
    pub(super) fn next(&mut self, block: &mut Vec<u8>) -> io::Result<Block> {
        if let Some(error) = self.error.take() {
            return Err(error);
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
                return Ok(Block::Lines);
            }
            if read? < BLOCK {
                return Ok(match block.is_empty() {
                    true => Block::End,
                    false => Block::Lines,
                });
            }
            searched = block.len();
            let text = block.trim_ascii_start().len() as u64;
            if text == 0 {
                return Ok(Block::White(block.len() as u64));
            }
            if text > self.limit {
                return self.pass_over(block);
            }
        }
    }

    /// Passes over the rest of a line.
    fn pass_over(&mut self, block: &[u8]) -> io::Result<Block> {
        let mut length = block.trim_ascii_start().len() as u64;
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
                return Ok(Block::TooLong(length, consumed));
            }
        }
    }
}

/// Hands over each line that is not blank as a payload of its own.
pub(super) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    hint: &Hint,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> u64 {
    let mut blocks = Blocks::new(reader, limits);
    let mut block = Vec::new();
    let mut count = 0;
    let mut at = origin.clone();
    loop {
        match blocks.next(&mut block) {
            Ok(Block::Lines) => {
                count += each(&block, &at, hint, limits, sink);
                at.position = behind(at.position, &block);
            }
            Ok(Block::TooLong(bytes, consumed)) => {
                count += 1;
                sink.problem(too_long(&at, limits, bytes));
                at.position = behind_line(at.position, consumed);
            }
            Ok(Block::White(bytes)) => at.position = behind_white(at.position, bytes),
            Ok(Block::End) => return count,
            Err(error) => {
                sink.problem(broken(&at, &error));
                return count;
            }
        }
    }
}

/// The place behind a block of lines.
pub(super) fn behind(start: Position, block: &[u8]) -> Position {
    Position {
        byte: start.byte + block.len() as u64,
        line: start.line + memchr::memchr_iter(b'\n', block).count() as u64,
        column: 1,
    }
}

/// The place behind a line that takes so many bytes.
pub(super) const fn behind_line(start: Position, bytes: u64) -> Position {
    Position {
        byte: start.byte + bytes,
        line: start.line + 1,
        column: 1,
    }
}

/// The place behind white space of a line.
pub(super) const fn behind_white(start: Position, bytes: u64) -> Position {
    Position {
        byte: start.byte + bytes,
        line: start.line,
        column: start.column + bytes,
    }
}

/// A line that was passed over.
pub(super) fn too_long(at: &Origin, limits: &Limits, bytes: u64) -> Problem {
    Problem {
        origin: entry(at, at.position, 0),
        message: limits.too_large("a line", bytes),
    }
}

/// A stream that cannot be read on.
pub(super) fn broken(at: &Origin, error: &io::Error) -> Problem {
    Problem {
        origin: entry(at, at.position, 0),
        message: read_error(error),
    }
}

/// The payload of a line, behind its leading white space.
fn entry(file: &Origin, line: Position, leading: u64) -> Origin {
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

/// Hands over each line of a block.
pub(super) fn each(
    block: &[u8],
    start: &Origin,
    hint: &Hint,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> u64 {
    let mut count = 0;
    let mut line = start.position;
    let mut at = 0;
    while at < block.len() {
        let end = memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |end| at + end);
        let text = block[at..end].trim_ascii_start();
        let leading = (end - at - text.len()) as u64;
        if !text.is_empty() {
            count += 1;
            let origin = entry(start, line, leading);
            if text.len() as u64 > limits.body {
                let message = limits.too_large("a line", text.len() as u64);
                sink.problem(Problem { origin, message });
            } else {
                let body = Body::verbatim(text.trim_ascii_end(), origin);
                sink.exchange(Exchange::bare(body, hint.clone()));
            }
        }
        at = end + 1;
        line = Position {
            byte: start.position.byte + at as u64,
            line: line.line + 1,
            column: 1,
        };
    }
    count
}
