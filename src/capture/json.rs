//! One JSON document, and one JSON document a line.

use std::io::BufRead;

use crate::location::{Origin, Position};

use super::source::{Limits, Line, LineReader};
use super::{Body, Exchange, Hint, Problem, Sink};

/// Hands over the whole text as one payload. Whether it is JSON is found out by who parses it.
pub(super) fn document(text: &[u8], origin: &Origin, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    let end = text.trim_ascii_end().len();
    let start = end - text[..end].trim_ascii_start().len();
    let place = origin.at(origin.position.after(&text[..start]));
    sink.exchange(Exchange::bare(
        Body::verbatim(&text[start..end], place),
        hint.clone(),
    ));
    1
}

/// Hands over each line that is not blank as a payload of its own.
pub(super) fn lines(
    reader: &mut dyn BufRead,
    origin: &Origin,
    hint: &Hint,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> u64 {
    let mut lines = LineReader::new(reader, limits.body);
    let mut count = 0;
    let mut position = origin.position;
    loop {
        let line = lines.next_line();
        let place = Origin {
            file: origin.file.clone(),
            entry: Some(position.line),
            position: Position {
                byte: position.byte + lines.leading(),
                line: position.line,
                column: 1 + lines.leading(),
            },
        };
        position = Position {
            byte: position.byte + lines.consumed(),
            line: position.line + 1,
            column: 1,
        };
        match line {
            Ok(Line::End) => return count,
            Ok(Line::Blank) => {}
            Ok(Line::Text) => {
                count += 1;
                let body = Body::verbatim(lines.text().trim_ascii_end(), place);
                sink.exchange(Exchange::bare(body, hint.clone()));
            }
            Ok(Line::TooLong(bytes)) => {
                count += 1;
                sink.problem(Problem {
                    origin: place,
                    message: limits.too_large("a line", bytes),
                });
            }
            Err(error) => {
                sink.problem(Problem {
                    origin: place,
                    message: super::source::read_error(&error),
                });
                return count;
            }
        }
    }
}
