//! One JSON document per line.

use std::io::BufRead;

use crate::capture::blocks::{Block, Blocks, origin_of_line};
use crate::capture::sink::guarded;
use crate::capture::{Body, Exchange, Hint, Limits, ReadProblem, Sink};
use crate::json;
use crate::location::{Origin, Position};

/// Emits each non-blank line as a payload of its own, and returns how many there were.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    hint: &Hint,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> u64 {
    let mut blocks = Blocks::new(reader, origin, limits);
    let mut block = Vec::new();
    let mut count = 0;
    loop {
        match blocks.next(&mut block) {
            Block::Lines(start) => {
                count += guarded(&start, sink, |sink| {
                    read_block(&block, &start, hint, limits, sink)
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

/// Emits each line of a block.
pub(crate) fn read_block(
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
        let text = json::trim_start(&block[at..end]);
        let leading = (end - at - text.len()) as u64;
        if !text.is_empty() {
            count += 1;
            let origin = origin_of_line(start, line, leading);
            if text.len() as u64 > limits.body {
                let message = limits.too_large("a line", text.len() as u64);
                sink.problem(ReadProblem { origin, message });
            } else {
                let body = Body::verbatim(json::trim_end(text), origin);
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
