//! Guides in Markdown and MDX: fenced blocks of JSON, HTTP and Python.
//!
//! The language of a block is `json`, `jsonc` or `json5`, `http`, or `python`. Comments and trailing commas are removed
//! from `jsonc` and `json5`; what else JSON5 allows is not read. A body of which a part is elided (`...`) is counted and
//! not compared.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::location::Origin;

use super::lines::Label;
use super::lines::is_start_line;
use super::Text;
use crate::capture::cut::Cuts;
use crate::capture::{Body, Exchange, Hint, Sink, Unused};
use super::elided::{Whole, is_elided, without_comments};
use super::{http, python};

/// Reads every labelled fenced block, and unlabelled ones that are clearly JSON or HTTP. The second word
/// of the info string is a hint: ```` ```json retrieve-organisation.v2 ````.
pub(crate) fn read(text: &str, origin: &Origin, sink: &mut dyn Sink) -> u64 {
    let sink = &mut Whole { sink };
    let mut count = 0;
    // Lines are counted only once, however many blocks there are.
    let mut passed = (0, origin.position);
    let mut open: Option<(String, Vec<Range<usize>>)> = None;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                open = Some((info.into_string(), Vec::new()));
            }
            Event::Text(_) => {
                if let Some((_, ranges)) = &mut open {
                    ranges.push(range);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, ranges)) = open.take() {
                    let Some(first) = ranges.first() else {
                        continue;
                    };
                    let before = &text.as_bytes()[passed.0..first.start];
                    passed = (first.start, passed.1.after(before));
                    let mut place = origin.at(passed.1);
                    place.entry = Some(count + 1);
                    count += block(text, &info, &ranges, &place, sink);
                }
            }
            _ => {}
        }
    }
    count
}

fn block(
    text: &str,
    info: &str,
    ranges: &[Range<usize>],
    place: &Origin,
    sink: &mut dyn Sink,
) -> u64 {
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
        return 0;
    };
    // Inside a list or quote, lines carry a prefix. It is overwritten with spaces so that positions match the
    // file; for HTTP and Python, where white space matters, it is removed.
    let mut content = text.as_bytes()[first.start..last.end].to_vec();
    for pair in ranges.windows(2) {
        content[pair[0].end - first.start..pair[1].start - first.start].fill(b' ');
    }
    let content = content.as_slice();
    let dedented: Vec<u8> = ranges
        .iter()
        .flat_map(|range| text.as_bytes()[range.clone()].iter().copied())
        .collect();
    let mut words = info.split_whitespace();
    let label = match words.next() {
        Some(word) => Label::parse(word),
        None => unlabelled(content),
    };
    let hint = words.next().map(Hint::parse).unwrap_or_default();
    match label {
        Some(Label::Json) => {
            let blank = content.len() - content.trim_ascii_start().len();
            let start = place.at(place.position.at_offset(content, blank));
            let body = Body::verbatim(content.trim_ascii(), start);
            sink.exchange(Exchange::bare(body, hint));
            1
        }
        Some(Label::Jsonc) => {
            let blank = content.len() - content.trim_ascii_start().len();
            let start = place.at(place.position.at_offset(content, blank));
            let json = without_comments(content.trim_ascii());
            if is_elided(content) {
                sink.unused(Unused::Elided, &start);
                return 1;
            }
            match json {
                Some(json) => sink.exchange(Exchange::bare(Body::transliterated(json, start), hint)),
                None => sink.unused(Unused::NotJson, &start),
            }
            1
        }
        Some(Label::Http) => {
            let cuts = Cuts::NONE;
            let text = Text {
                bytes: &dedented,
                origin: place,
                hint: &hint,
                cuts: &cuts,
            };
            http::read(&text, sink)
        },
        Some(Label::Python) => python::read(&dedented, place, sink),
        None => 0,
    }
}

/// What an unlabelled block contains, if that is obvious.
fn unlabelled(content: &[u8]) -> Option<Label> {
    let content = content.trim_ascii();
    let first_line = content.split(|byte| *byte == b'\n').next()?;
    if is_start_line(first_line) {
        return Some(Label::Http);
    }
    let is_json = matches!(content.first(), Some(b'{' | b'['))
        && crate::json::TapeDocument::parse(content).is_ok();
    is_json.then_some(Label::Json)
}
