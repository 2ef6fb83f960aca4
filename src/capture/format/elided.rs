//! Payloads in documentation of which a part is elided, and JSON with comments.
//!
//! ```text
//! elision = `...` or `…` outside of a string, or in a comment
//!         | "..." as a key or as an element of an array
//! ```

use crate::capture::{Body, Exchange, Sink, Through, Unused};
use crate::json::TapeDocument;

/// Passes on exchanges without bodies of which a part is elided, and counts those.
pub(super) struct Whole<'s> {
    pub(super) sink: &'s mut dyn Sink,
}

impl Whole<'_> {
    /// Whether a body is to be compared.
    fn is_whole(&mut self, body: &Body<'_>) -> bool {
        let is_elided = body.is_json() && is_elided(&body.bytes);
        if is_elided {
            self.sink.unused(Unused::Elided, &body.origin);
        }
        !is_elided
    }
}

impl<'s> Through for Whole<'s> {
    type Sink = dyn Sink + 's;

    fn sink(&mut self) -> &mut (dyn Sink + 's) {
        self.sink
    }

    fn pass(&mut self, mut exchange: Exchange<'_>) {
        if let Some(payload) = exchange.payload.take_if(|body| !self.is_whole(body)) {
            drop(payload);
            if exchange.request.is_none() && exchange.response.is_none() {
                return;
            }
        }
        if let Some(request) = &mut exchange.request
            && request.body.take_if(|body| !self.is_whole(body)).is_some()
        {
            request.body_left_out = true;
            exchange.may_lack_bodies = true;
        }
        if let Some(response) = &mut exchange.response
            && response.body.take_if(|body| !self.is_whole(body)).is_some()
        {
            response.body_left_out = true;
            exchange.may_lack_bodies = true;
        }
        self.sink.exchange(exchange);
    }
}

/// JSON without comments.
#[derive(Debug)]
pub(super) struct Plain {
    /// The text with spaces in place of comments and of commas before a closing bracket, so that each byte stays where
    /// it is.
    pub(super) text: Vec<u8>,
    /// Whether a part is elided.
    pub(super) is_elided: bool,
}

/// Removes comments and trailing commas, and looks for elisions.
pub(super) fn plain(text: &str) -> Plain {
    let bytes = text.as_bytes();
    let mut found = Plain {
        text: bytes.to_vec(),
        is_elided: false,
    };
    // The comma before the current place, if only white space follows it.
    let mut comma = None;
    // The last byte that is not white space.
    let mut last = b'[';
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let rest = text.get(at..).unwrap_or_default();
        let length = match byte {
            b'"' => string(rest),
            b'/' if rest.starts_with("//") => memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => 1,
        };
        let token = rest.get(..length).unwrap_or(rest);
        let is_comment = byte == b'/' && length > 1;
        if is_comment {
            found.is_elided |= token.contains("...") || token.contains('…');
            if let Some(gap) = found.text.get_mut(at..at + length) {
                // A comment of several lines has breaks, which stay.
                gap.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
            }
        } else if byte == b'"' {
            let next = rest.get(length..).unwrap_or_default().trim_start().bytes().next();
            let is_element = matches!(last, b'[' | b',') && matches!(next, Some(b',' | b']'));
            let is_dots = matches!(token, "\"...\"" | "\"…\"");
            found.is_elided |= is_dots && (is_element || next == Some(b':'));
        } else if rest.starts_with("...") || rest.starts_with('…') {
            found.is_elided = true;
        } else if matches!(byte, b'}' | b']')
            && let Some(place) = comma.and_then(|comma: usize| found.text.get_mut(comma))
        {
            *place = b' ';
        }
        if !is_comment && !byte.is_ascii_whitespace() {
            comma = (byte == b',').then_some(at);
            last = byte;
        }
        at += length.max(1);
    }
    found
}

/// The length of the string at the start of a text.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    let mut bytes = text.bytes().enumerate().skip(1);
    let end = bytes.find(|(_, byte)| {
        let is_end = !is_escaped && matches!(byte, b'"' | b'\n');
        is_escaped = !is_escaped && *byte == b'\\';
        is_end
    });
    end.map_or(text.len(), |(end, _)| end + 1)
}

/// Whether a part of a JSON text is elided.
pub(super) fn is_elided(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| plain(text).is_elided)
}

/// JSON with comments and trailing commas (JSONC) as JSON, if it is that.
pub(super) fn without_comments(text: &[u8]) -> Option<Vec<u8>> {
    let plain = plain(std::str::from_utf8(text).ok()?).text;
    TapeDocument::parse(&plain).is_ok().then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_removed_and_elisions_are_found() {
        for (text, expected, is_elided) in [
            ("{\"a\": 1, // one\n\"b\": [1, 2,],}", "{\"a\": 1,       \n\"b\": [1, 2 ] }", false),
            ("{/* a\nb */\"c\": \"// no\"}", "{    \n    \"c\": \"// no\"}", false),
            ("{\"a\": 1, ...}", "{\"a\": 1, ...}", true),
            ("{\"a\": 1, // ...\n}", "{\"a\": 1        \n}", true),
            ("[1, …]", "[1, …]", true),
            ("{\"...\": \"...\"}", "{\"...\": \"...\"}", true),
            ("[\"a\", \"...\"]", "[\"a\", \"...\"]", true),
            ("{\"a\": \"...\"}", "{\"a\": \"...\"}", false),
            ("{\"a\": \"to be continued...\"}", "{\"a\": \"to be continued...\"}", false),
            ("{\"a\": \"\\\"...\"}", "{\"a\": \"\\\"...\"}", false),
        ] {
            let found = plain(text);
            // A comma before a comment that ends in a bracket is also a trailing one.
            assert_eq!(String::from_utf8_lossy(&found.text).replace(' ', ""), expected.replace(' ', ""), "{text}");
            assert_eq!(found.is_elided, is_elided, "{text}");
        }
    }
}
