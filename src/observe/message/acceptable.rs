//! Content negotiation: what a request accepts, and what its operation answers with.

use crate::capture::Headers;
use crate::contract::{MediaRange, Operation, Payload, Response, StatusPattern};

/// Ranges of one `Accept` that are looked at. Requests with more of them are not judged.
const RANGES: usize = crate::limits::ACCEPTED;

/// The media types of an operation's successful responses, if a request accepts none of them, and the value of its
/// `Accept`.
pub(super) fn excluded(operation: &Operation, headers: &Headers) -> Option<(Vec<String>, String)> {
    let fields = headers.0.iter().filter(|(name, _)| name.eq_ignore_ascii_case("accept"));
    let values: Vec<&str> = fields.map(|(_, value)| value.trim()).collect();
    if values.is_empty() || values == ["*/*"] {
        return None;
    }
    let value = values.join(", ");
    let accepted = ranges(&value)?;
    let mut declared: Vec<&MediaRange> = Vec::new();
    // Without a success of its own, an operation answers with its default response.
    let of = |is_answer: fn(StatusPattern) -> bool| operation.responses.iter().filter(move |known| is_answer(known.status));
    let successes = of(StatusPattern::is_success);
    let is_default = |status| status == StatusPattern::Default;
    let answers: Vec<&Response> = match successes.clone().next() {
        Some(_) => successes.collect(),
        None => of(is_default).collect(),
    };
    for response in answers {
        match &response.payload {
            Payload::Absent => {}
            // It may be anything.
            Payload::Undocumented => return None,
            Payload::Content(content) => declared.extend(content.media.iter().map(|media| &media.range)),
        }
    }
    if accepted.is_empty() || declared.is_empty() || declared.iter().any(|range| is_accepted(range, &accepted)) {
        return None;
    }
    let mut names: Vec<String> = declared.iter().map(ToString::to_string).collect();
    names.sort();
    names.dedup();
    Some((names, value))
}

/// A range of `Accept`, and whether it is accepted at all (`q` is not 0).
struct Accepted {
    range: MediaRange,
    is_wanted: bool,
}

/// The ranges of an `Accept` (RFC 9110 section 12.5.1); `None` if one of them cannot be read.
fn ranges(value: &str) -> Option<Vec<Accepted>> {
    let mut found = Vec::new();
    for element in split_unquoted(value, ',') {
        let element = element.trim();
        if element.is_empty() {
            continue;
        }
        if found.len() >= RANGES {
            return None;
        }
        let mut parts = split_unquoted(element, ';');
        // Old clients of Java write `*`.
        let essence = match parts.next().unwrap_or_default().trim() {
            "*" => "*/*",
            essence => essence,
        };
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let (kind, subtype) = essence.split_once('/')?;
        if kind.is_empty() || subtype.is_empty() || !kind.bytes().chain(subtype.bytes()).all(is_token) {
            return None;
        }
        let mut text = essence.to_owned();
        let mut is_wanted = true;
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            // What follows the weight is no part of the range.
            if name.trim().eq_ignore_ascii_case("q") {
                is_wanted = value.trim().parse::<f32>().map_or(true, |weight| weight > 0.0);
                break;
            }
            text.push(';');
            text.push_str(part);
        }
        found.push(Accepted {
            range: MediaRange::parse(&text),
            is_wanted,
        });
    }
    Some(found)
}

/// Whether a client takes some media type of a declared range: the most specific range of the client decides.
fn is_accepted(declared: &MediaRange, accepted: &[Accepted]) -> bool {
    let meeting = accepted.iter().filter_map(|found| Some((found.range.meets(declared, !found.is_wanted)?, found)));
    let best = meeting.clone().map(|(rank, _)| rank).max();
    let is_wanted = |wanted: bool| meeting.clone().any(|(rank, found)| Some(rank) == best && found.is_wanted == wanted);
    match declared.is_range() {
        // It has other media types besides those that the client excludes.
        true => meeting.clone().any(|(_, found)| found.is_wanted),
        false => is_wanted(true),
    }
}

/// The parts of a header value between separators outside of quoted strings.
pub(super) fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |c: char| {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        c == separator && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_of_a_client_decides() {
        let table: [(&str, &str, bool); 31] = [
            ("*/*", "application/json", true),
            ("*", "application/json", true),
            ("text/html, image/gif, *; q=.2, */*; q=.2", "application/json", true),
            ("application/json", "application/json", true),
            ("Application/JSON;q=0.5", "application/json", true),
            ("application/*", "application/json", true),
            ("text/*", "application/json", false),
            ("text/html, application/xml;q=0.9", "application/json", false),
            ("text/html, */*;q=0.1", "application/json", true),
            ("application/json;q=0", "application/json", false),
            ("*/*, application/json;q=0", "application/json", false),
            ("*/*;q=0, application/json", "application/json", true),
            ("application/json;q=0.0", "application/json", false),
            ("application/json;q=0", "application/*", false),
            ("application/*;q=0, application/xml", "application/*", true),
            ("application/hal+json", "application/json", false),
            ("application/json", "application/hal+json", false),
            ("application/hal+json", "application/*+json", true),
            ("application/json", "*/*+json", true),
            ("application/*+json", "application/hal+json", true),
            ("text/csv", "application/*+json", false),
            ("application/json;version=2", "application/json;version=1", false),
            ("application/json;version=2", "application/json", true),
            ("application/json;charset=utf-8", "application/json", true),
            ("application/json", "application/json;version=1", true),
            ("text/html;a=\"b, application/json\"", "application/json", false),
            ("json", "application/json", true),
            ("[REDACTED]", "application/json", true),
            ("", "application/json", true),
            ("text/*;q=abc", "application/json", false),
            ("image/png", "*/*", true),
        ];
        for (accept, declared, expected) in table {
            let accepted = ranges(accept).filter(|accepted| !accepted.is_empty());
            let found = accepted.is_none_or(|accepted| is_accepted(&MediaRange::parse(declared), &accepted));
            assert_eq!(found, expected, "{accept} {declared}");
        }
    }
}
