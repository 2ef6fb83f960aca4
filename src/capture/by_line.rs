//! Formats with an entry per line, which several threads may share.

use std::io::BufRead;

use crate::json;
use crate::location::{Origin, Position};

use super::beside::Beside;
use super::blocks::{Block, Blocks, origin_of_line};
use super::fields::LogFields;
use super::sink::guarded;
use super::{Hint, Limits, ReadProblem, Sink};

/// Reads a line, without the white space around it, and returns the number of exchanges.
pub(crate) type ReadLine = fn(&[u8], Origin, &Context, &mut dyn Sink) -> u64;

/// What is known about all lines of a file.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// What the name of the file says.
    pub(crate) hint: Hint,
    pub(crate) limits: Limits,
    /// The fields that the user named.
    pub(crate) fields: LogFields,
    /// The files next to it.
    pub(crate) beside: Option<Beside>,
}

/// Reads each line that is not blank, and returns how many exchanges there were.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    context: &Context,
    each: ReadLine,
    sink: &mut dyn Sink,
) -> u64 {
    let mut blocks = Blocks::new(reader, origin, &context.limits);
    let mut block = Vec::new();
    let mut count = 0;
    loop {
        match blocks.next(&mut block) {
            Block::Lines(start) => {
                count += guarded(&start, sink, |sink| {
                    read_block(&block, &start, context, each, sink)
                });
            }
            Block::TooLong(problem) => {
                count += 1;
                sink.problem(problem);
            }
            Block::Broken(problem) => {
                sink.problem(problem);
                return count;
            }
            Block::End => return count,
        }
    }
}

/// Reads each line of a block.
pub(crate) fn read_block(
    block: &[u8],
    start: &Origin,
    context: &Context,
    each: ReadLine,
    sink: &mut dyn Sink,
) -> u64 {
    let mut count = 0;
    let mut line = start.position;
    let mut at = 0;
    while at < block.len() {
        let end = memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |end| at + end);
        let text = json::trim_start(&block[at..end]);
        let leading = (end - at - text.len()) as u64;
        if !text.is_empty() {
            let origin = origin_of_line(start, line, leading);
            if text.len() as u64 > context.limits.body {
                let message = context.limits.too_large("a line", text.len() as u64);
                sink.problem(ReadProblem { origin, message });
                count += 1;
            } else {
                count += each(json::trim_end(text), origin, context, sink);
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
