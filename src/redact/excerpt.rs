//! One line of a capture or a contract, with a part of it marked.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::json::{TapeDocument, Kind, Value};

use super::names::{MASK, is_secret_name};
use super::policy::{is_kept, policy};
use super::shapes::{boundary, floor, is_card, shapes, token_length};
use super::shown::printable;
use super::url::query_in;

/// The maximum width of an excerpt, in columns.
const EXCERPT_WIDTH: usize = 96;

/// The number of bytes before and after a place that may be shown.
const REACH: usize = EXCERPT_WIDTH * 4;

/// The number of bytes before those that are searched for the name of a secret, if the text is not parsed.
const CONTEXT: usize = 4096;

/// One line of a text around a place, safe to print: secrets are masked, control characters are replaced, and
/// the line is truncated to a terminal width.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
pub struct Excerpt {
    /// The text.
    pub text: String,
    /// The number of columns before the place.
    pub caret: usize,
    /// The width of the place in columns, at least 1.
    pub width: usize,
}

impl Excerpt {
    /// Takes the line of a text in which `span` starts. The text may be invalid JSON with any structure, so
    /// the line is masked after the first word that names a secret, and masked entirely if it is inside the
    /// value of one. The fault itself stays visible if it cannot be part of a secret. [`Excerpt::of_json`] is
    /// more precise for valid JSON.
    #[must_use]
    pub fn of_broken(text: &[u8], span: Range<usize>) -> Self {
        let (window, span) = window_of(text, span);
        let context = boundary(text, window.start.saturating_sub(CONTEXT));
        let Ok(text) = std::str::from_utf8(&text[context..window.end]) else {
            return Self::window(&[(0..1, "(not UTF-8)".into())], &(0..1), EXCERPT_WIDTH);
        };
        let window = window.start - context..window.end - context;
        let span = span.start - context..span.end - context;
        let mut masks = shapes(text);
        let fault = fault_at(text, span.start);
        let mut mask = |range: Range<usize>| {
            masks.push(range.start..range.end.min(fault.start).max(range.start));
            masks.push(range.start.max(fault.end).min(range.end)..range.end);
        };
        for (word, name) in names(text) {
            if !is_secret_name(&name) {
                continue;
            }
            if word.start >= window.start {
                mask(word.end..window.end);
            } else if word.end > window.start || value_is_open(&text[word.end..window.start]) {
                mask(window.clone());
            }
        }
        Self::masked(text, window, masks, span)
    }

    /// Takes a line of a contract. Its names are those of schemas and fields, so they do not indicate
    /// secrets. Text that looks like a secret is masked nevertheless.
    #[must_use]
    pub fn of_contract(text: &[u8], span: Range<usize>) -> Self {
        Self::of_line_with(text, span, |_| None)
    }

    /// Takes a line of HTTP or a URL. The names of headers and parameters indicate secrets.
    #[must_use]
    pub fn of_line(text: &[u8], span: Range<usize>) -> Self {
        Self::of_line_with(text, span, header_value)
    }

    fn of_line_with(
        text: &[u8],
        span: Range<usize>,
        named: impl Fn(&str) -> Option<Range<usize>>,
    ) -> Self {
        let (window, span) = window_of(text, span);
        // The name of a header or parameter may precede the visible part of its value.
        let start = memchr::memrchr(b'\n', &text[..window.start]).map_or(0, |newline| newline + 1);
        let start = boundary(text, start.max(window.start.saturating_sub(CONTEXT)));
        let line = String::from_utf8_lossy(&text[start..window.end]);
        if line.len() != window.end - start {
            return Self::window(&[(0..1, "(not UTF-8)".into())], &(0..1), EXCERPT_WIDTH);
        }
        let mut masks = shapes(&line);
        masks.extend(named(&line));
        let window = window.start - start..window.end - start;
        Self::masked(&line, window, masks, span.start - start..span.end - start)
    }

    /// Takes the line of a JSON text in which `span` starts; every value under a secret name is masked.
    #[must_use]
    pub fn of_json(document: &TapeDocument<'_>, span: Range<usize>) -> Self {
        let text = document.text();
        let (window, span) = window_of(text.as_bytes(), span);
        let mut masks = Vec::new();
        json_secrets(document.root(), &window, false, &mut masks);
        Self::masked(document.shown_text(), window, masks, span)
    }

    /// Takes a line of a text in which the secrets are known; text that looks like one is masked, too.
    #[must_use]
    pub(crate) fn of_text(text: &[u8], span: Range<usize>, masks: &[Range<usize>]) -> Self {
        let (window, span) = window_of(text, span);
        let context = boundary(text, window.start.saturating_sub(CONTEXT));
        let Ok(line) = std::str::from_utf8(&text[context..window.end]) else {
            return Self::window(&[(0..1, "(not UTF-8)".into())], &(0..1), EXCERPT_WIDTH);
        };
        let inside = |range: &Range<usize>| {
            range.start.saturating_sub(context)..range.end.saturating_sub(context)
        };
        let masks = masks.iter().map(inside).chain(shapes(line)).collect();
        Self::masked(line, inside(&window), masks, inside(&span))
    }

    /// The text of the place; `None` if it is truncated.
    #[must_use]
    pub(crate) fn marked(&self) -> Option<&str> {
        let (start, end) = self.mark();
        let is_cut = end == self.text.len() && self.text.ends_with('…');
        (start < end && !is_cut).then(|| &self.text[start..end])
    }

    /// The byte range of the place in the text.
    fn mark(&self) -> (usize, usize) {
        let at_column = |wanted: usize| {
            let mut column = 0;
            let mut characters = self.text.char_indices();
            let found = characters.find(|(_, character)| {
                let is_there = column >= wanted;
                column += character.width().unwrap_or(0);
                is_there
            });
            found.map_or(self.text.len(), |(at, _)| at)
        };
        (at_column(self.caret), at_column(self.caret + self.width))
    }

    /// The excerpt in at most `most` columns, with the place visible.
    #[must_use]
    pub(crate) fn fitted(&self, most: usize) -> Self {
        if columns(&self.text) <= most {
            return self.clone();
        }
        let (start, end) = self.mark();
        let pieces: Vec<Piece<'_>> = self
            .text
            .char_indices()
            .map(|(at, character)| {
                let range = at..at + character.len_utf8();
                (range.clone(), Cow::Borrowed(&self.text[range]))
            })
            .collect();
        // An ellipsis on either side takes a column.
        Self::window(&pieces, &(start..end), most.saturating_sub(2).max(8))
    }

    fn masked(
        text: &str,
        line: Range<usize>,
        masks: Vec<Range<usize>>,
        span: Range<usize>,
    ) -> Self {
        let inside = |range: Range<usize>| {
            let start = range.start.clamp(line.start, line.end) - line.start;
            start..range.end.clamp(line.start, line.end) - line.start
        };
        let mut masks: Vec<Range<usize>> = masks.into_iter().map(inside).collect();
        masks.retain(|range| !range.is_empty());
        masks.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        // Merge overlapping masks, so that none is lost.
        masks.dedup_by(|later, earlier| {
            let overlaps = later.start <= earlier.end;
            if overlaps {
                earlier.end = earlier.end.max(later.end);
            }
            overlaps
        });
        Self::window(
            &pieces(&text[line.clone()], &masks),
            &inside(span),
            EXCERPT_WIDTH,
        )
    }

    /// Truncates pieces of text to the width, keeping the span visible.
    fn window(pieces: &[Piece<'_>], span: &Range<usize>, most: usize) -> Self {
        let first = pieces
            .iter()
            .position(|(range, _)| range.end > span.start)
            .unwrap_or(pieces.len());
        let width_of =
            |pieces: &[Piece<'_>]| -> usize { pieces.iter().map(|(_, text)| columns(text)).sum() };
        // A third of the width is for the text before the span.
        let mut from = first;
        let mut before = 0;
        while from > 0 && before + columns(&pieces[from - 1].1) <= most / 3 {
            from -= 1;
            before += columns(&pieces[from].1);
        }
        if width_of(pieces) <= most {
            from = 0;
        }
        let mut to = from;
        let mut shown = 0;
        while to < pieces.len() && shown + columns(&pieces[to].1) <= most {
            shown += columns(&pieces[to].1);
            to += 1;
        }
        let mut text: String = pieces[from..to].iter().map(|(_, text)| &**text).collect();
        let mut caret = width_of(&pieces[from..first.clamp(from, to)]);
        // Indentation is meaningless in a single line, so keep at most four columns.
        let indent = text.len() - text.trim_start_matches(' ').len();
        let cut = indent.saturating_sub(4).min(caret);
        text.drain(..cut);
        caret -= cut;
        if from > 0 {
            text.insert(0, '…');
            caret += 1;
        }
        if to < pieces.len() {
            text.push('…');
        }
        let width = pieces[first.min(to)..to]
            .iter()
            .take_while(|(range, _)| range.start < span.end)
            .map(|(_, text)| columns(text))
            .sum::<usize>()
            .max(1);
        Self { text, caret, width }
    }
}

fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// A printable part of a line, and its byte range in the original.
type Piece<'l> = (Range<usize>, Cow<'l, str>);

/// Splits the line into printable pieces.
fn pieces<'l>(line: &'l str, masks: &[Range<usize>]) -> Vec<Piece<'l>> {
    let mut pieces = Vec::new();
    let mut masks = masks.iter().peekable();
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        while masks.peek().is_some_and(|mask| mask.end <= at) {
            masks.next();
        }
        if let Some(mask) = masks.peek()
            && mask.contains(&at)
        {
            while characters.next_if(|(next, _)| *next < mask.end).is_some() {}
            pieces.push((at..mask.end, Cow::Borrowed(MASK)));
            continue;
        }
        let range = at..at + character.len_utf8();
        let text = match character {
            ' '..='~' => Cow::Borrowed(&line[range.clone()]),
            _ => Cow::Owned(printable(character)),
        };
        pieces.push((range, text));
    }
    pieces
}

/// The visible part of the line in which `span` starts, and the part of the span in it.
///
/// A line may be a whole document, so text far from the place is not processed.
fn window_of(text: &[u8], span: Range<usize>) -> (Range<usize>, Range<usize>) {
    let at = span.start.min(text.len());
    let from = boundary(text, at.saturating_sub(REACH));
    let to = boundary(text, (at + REACH).min(text.len()));
    let start = memchr::memrchr(b'\n', &text[from..at]).map_or(from, |newline| from + newline + 1);
    let end = memchr::memchr(b'\n', &text[at..to]).map_or(to, |newline| at + newline);
    (start..end, at..span.end.clamp(at, end))
}

/// The text at the place of a fault if it cannot be part of a secret: a punctuation mark, or a literal of
/// another language. Otherwise the range is empty.
fn fault_at(text: &str, at: usize) -> Range<usize> {
    const LITERALS: [&str; 7] = ["True", "False", "None", "NaN", "Infinity", "undefined", "nil"];
    let rest = text.get(at..).unwrap_or_default();
    let literal = LITERALS.iter().find(|literal| rest.starts_with(**literal));
    let length = match (literal, rest.chars().next()) {
        (Some(literal), _) => literal.len(),
        (None, Some(mark)) if mark.is_ascii_punctuation() => mark.len_utf8(),
        _ => 0,
    };
    at..at + length
}

/// Whether the value after a name may continue after this text, because no comma or bracket has ended it.
fn value_is_open(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut characters = text.chars();
    // A quote immediately after the name closes it.
    if text.starts_with(['"', '\'']) {
        characters.next();
    }
    while let Some(character) = characters.next() {
        match character {
            '\\' if in_string => {
                characters.next();
            }
            '"' => in_string = !in_string,
            // A string does not span lines, so a quote is missing.
            '\n' => in_string = false,
            '{' | '[' if !in_string => depth += 1,
            '}' | ']' | ',' if !in_string && depth == 0 => return false,
            '}' | ']' if !in_string => depth -= 1,
            _ => {}
        }
    }
    true
}

/// The value of an HTTP header whose name indicates a secret, or the query of one that is a URL.
fn header_value(line: &str) -> Option<Range<usize>> {
    let (name, value) = line.split_once(':')?;
    let is_header = !name.contains(['"', '{', ' ']) && is_secret_name(name);
    let space = value.len() - value.trim_start().len();
    let start = match is_header {
        true => space,
        false => query_in(name, value)?,
    };
    Some(name.len() + 1 + start..line.trim_end().len())
}

/// The secrets in a part of a JSON text.
pub(crate) fn secrets(document: &TapeDocument<'_>, window: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    json_secrets(document.root(), window, false, &mut found);
    found
}

/// Finds secrets in a parsed value, within a window of its text.
fn json_secrets(
    value: Value<'_>,
    window: &Range<usize>,
    in_secret: bool,
    found: &mut Vec<Range<usize>>,
) {
    let span = value.span();
    if span.end <= window.start || span.start >= window.end || policy().shows_values {
        return;
    }
    match value.kind() {
        Kind::Object => {
            // `{"name": "token", "value": "…"}`, as archives write headers.
            let is_named = ["name", "key"].iter().any(|name| {
                let named = value.get(name).and_then(Value::as_str);
                named.is_some_and(|named| is_secret_name(&named))
            });
            for (key, member) in value.all_members() {
                if key.span().start >= window.end {
                    break;
                }
                if member.span().end <= window.start {
                    continue;
                }
                let name = key.name();
                let at = key.span().start;
                if in_secret {
                    found.push(at + 1..key.span().end - 1);
                }
                found.extend(
                    shapes(&value.document_text()[key.span()])
                        .into_iter()
                        .map(|range| at + range.start..at + range.end),
                );
                if !in_secret && is_kept(&name) {
                    continue;
                }
                let of_url = || value.get("name").and_then(Value::as_str).filter(|_| name == "value");
                if let Some(start) = of_url().and_then(|owner| query_in(&owner, member.raw())) {
                    found.push(member.span().start + start..member.span().end - 1);
                }
                let is_secret = is_secret_name(&name) || (is_named && name == "value");
                json_secrets(member, window, in_secret || is_secret, found);
            }
        }
        Kind::Array => {
            for element in value.elements() {
                if element.span().start >= window.end {
                    break;
                }
                json_secrets(element, window, in_secret, found);
            }
        }
        Kind::String if in_secret => found.push(span.start + 1..span.end - 1),
        Kind::Number if in_secret || is_card(value.raw()) => found.push(span),
        // JSON inside a string.
        Kind::String
            if value.raw().contains("\\\"")
                && names(value.raw()).any(|(_, name)| is_secret_name(&name)) =>
        {
            found.push(span.start + 1..span.end - 1);
        }
        Kind::String => {
            // Only search the part of a long string near the window. If this part starts inside the string,
            // it may start inside a token.
            let text = value.document_text();
            let start = boundary(
                text.as_bytes(),
                span.start.max(window.start.saturating_sub(CONTEXT)),
            );
            let end = floor(text, span.end.min(window.end + CONTEXT));
            let near = &text[start..end];
            if start > span.start {
                found.push(start..start + token_length(near));
            }
            let shapes = shapes(near).into_iter();
            found.extend(shapes.map(|range| start + range.start..start + range.end));
        }
        Kind::Number | Kind::Null | Kind::Boolean => {}
    }
}

/// The words of a text that could be names, with `\uXXXX` decoded.
fn names(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let mut name = String::new();
        let mut start = at;
        while at < text.len() {
            let rest = &text[at..];
            let escape = rest
                .strip_prefix("\\u")
                .and_then(|digits| char::from_u32(u32::from_str_radix(digits.get(..4)?, 16).ok()?));
            let (character, length) = match escape {
                Some(character) => (character, 6),
                None => {
                    let character = rest.chars().next()?;
                    (character, character.len_utf8())
                }
            };
            let is_part = character.is_alphanumeric() || matches!(character, '_' | '-');
            if is_part {
                if name.is_empty() {
                    start = at;
                }
                name.push(character);
            } else if !name.is_empty() {
                break;
            }
            at += length;
        }
        (!name.is_empty()).then_some((start..at, name))
    })
}
