//! Guides in plain text: each block follows a label line (`json`, `HTTP` or `Python`).

use crate::json::TapeDocument;
use crate::location::{Origin, Position};

use crate::capture::{Body, Exchange, Hint, Sink};
use super::lines::{is_start_line, line_at, next_line, Label, balanced_end};
use super::elided::Whole;
use super::{http, python};

/// Reads every block.
///
/// A label announces one JSON block, which starts on the next non-blank line. HTTP messages are recognised by
/// their first line, with or without a label. A Python block runs from its label to the next label, message
/// or the end.
pub(crate) fn read(text: &str, origin: &Origin, sink: &mut dyn Sink) -> u64 {
    let sink = &mut Whole { sink };
    let bytes = text.as_bytes();
    let mut blocks = Blocks {
        text,
        origin,
        count: 0,
        passed: (0, origin.position),
    };
    let mut at = 0;
    let mut json_announced = false;
    let mut python_from = None;
    while at < bytes.len() {
        let line = line_at(bytes, at);
        let label = std::str::from_utf8(line)
            .ok()
            .and_then(|line| Label::parse(line.trim()));
        if let Some(label) = label {
            blocks.python(python_from.take(), at, sink);
            json_announced = matches!(label, Label::Json | Label::Jsonc);
            at = next_line(bytes, at);
            if label == Label::Python {
                python_from = Some(at);
            } else if label == Label::Http && python_from.is_none() {
                // The tab labels `Python` and `HTTP` of a page, pasted in a row above both blocks.
                python_from = blocks.python_tab(at);
            }
        } else if is_start_line(line) {
            blocks.python(python_from.take(), at, sink);
            blocks.count += 1;
            let entry = blocks.place(at);
            let end = http::read_one(bytes, at, &entry, &Hint::default(), sink);
            at = line_end(bytes, end);
        } else if json_announced && !line.trim_ascii().is_empty() {
            json_announced = false;
            at = match line.trim_ascii_start().first() {
                Some(b'{' | b'[') => blocks.json(at, sink),
                _ => next_line(bytes, at),
            };
        } else {
            at = next_line(bytes, at);
        }
    }
    blocks.python(python_from, bytes.len(), sink);
    blocks.count
}

/// The start of the line after the one that contains `at`, or `at` if it starts a line.
fn line_end(text: &[u8], at: usize) -> usize {
    if at == 0 || text.get(at - 1) == Some(&b'\n') {
        at
    } else {
        next_line(text, at)
    }
}

struct Blocks<'t, 'o> {
    text: &'t str,
    origin: &'o Origin,
    count: u64,
    /// How far lines were counted, so that a long guide is scanned only once.
    passed: (usize, Position),
}

impl Blocks<'_, '_> {
    fn place(&mut self, offset: usize) -> Origin {
        let (passed, position) = match self.passed {
            (passed, position) if passed <= offset => (passed, position),
            _ => (0, self.origin.position),
        };
        self.passed = (
            offset,
            position.after(&self.text.as_bytes()[passed..offset]),
        );
        Origin {
            file: self.origin.file.clone(),
            entry: Some(self.count),
            position: self.passed.1,
        }
    }

    /// Emits the JSON that starts on the line at `at`, and returns the start of the next line.
    fn json(&mut self, at: usize, sink: &mut dyn Sink) -> usize {
        let rest = &self.text[at..];
        let blank = rest.len() - rest.trim_ascii_start().len();
        let json = &rest[blank..];
        let length = match TapeDocument::prefix_length(json) {
            Some(end) => end,
            None => balanced_end(json.as_bytes()),
        };
        self.count += 1;
        let body = Body::verbatim(&json.as_bytes()[..length], self.place(at + blank));
        sink.exchange(Exchange::bare(body, Hint::default()));
        line_end(self.text.as_bytes(), at + blank + length)
    }

    /// Emits the call in the Python block that starts at `from`, if there is one.
    fn python(&mut self, from: Option<usize>, to: usize, sink: &mut dyn Sink) {
        let Some(from) = from else { return };
        self.count += 1;
        let place = self.place(from);
        if python::read(&self.text.as_bytes()[from..to], &place, sink) == 0 {
            self.count -= 1;
        }
    }

    /// Returns `at` if the previous tab label was `Python`, since its block starts here.
    fn python_tab(&self, at: usize) -> Option<usize> {
        let before = self.text.as_bytes()[..at].trim_ascii_end();
        let mut lines = before.rsplit(|byte| *byte == b'\n');
        lines.next();
        let previous = lines.next()?.trim_ascii();
        (Label::parse(std::str::from_utf8(previous).ok()?) == Some(Label::Python)).then_some(at)
    }
}
