//! Secrets: what looks like one, and texts in which they are masked.
//!
//! A value looks like a secret by the name it stands under (authorization, cookie, token, key,
//! password, …) or by its shape (a JSON Web Token, a bearer token). Every text that leaves wiredrift
//! goes through here.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::json::{Document, Kind, Value};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Words that make the name of a secret when they end it: `x-api-key`, `accessToken`.
const SECRET_ENDINGS: [&str; 21] = [
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "jwt",
    "key",
    "passphrase",
    "passwd",
    "password",
    "pwd",
    "secret",
    "secrets",
    "session",
    "sig",
    "signature",
    "token",
    "tokens",
];

/// Words that make the name of a secret wherever they stand, unless it ends in one of [`HARMLESS`].
const SECRET_ANYWHERE: [&str; 9] = [
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "passphrase",
    "passwd",
    "password",
    "secret",
    "secrets",
];

/// Endings of names that are about a secret and hold none: `password_updated_at`.
const HARMLESS: [&str; 17] = [
    "at", "changed", "count", "enabled", "expired", "expires", "expiry", "id", "length", "limit",
    "name", "policy", "required", "set", "strength", "type", "url",
];

/// Beginnings of names that hold a number of secrets: `max_tokens`.
const QUANTITIES: [&str; 7] = ["count", "max", "min", "n", "num", "number", "total"];

/// How tokens of well-known issuers start, and how long they are at least.
const ISSUED: [(&str, usize); 14] = [
    ("AKIA", 20),
    ("ASIA", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("sk_live_", 20),
    ("sk-", 30),
    ("AIza", 35),
];

/// Widest excerpt, in columns.
const EXCERPT_WIDTH: usize = 96;

/// Whether a property, header or parameter of this name holds a secret.
///
/// The name is split into words at `_`, `-`, `.` and changes of case: `x-api-key`, `accessToken` and
/// `Set-Cookie` are secrets; `monkey`, `max_tokens` and `password_updated_at` are not.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let mut word = String::new();
    let mut words = Vec::new();
    let mut lower_before = false;
    for character in name.chars() {
        let starts_word = character.is_uppercase() && lower_before;
        if !character.is_alphanumeric() || starts_word {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        lower_before = character.is_lowercase() || character.is_numeric();
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return false;
    };
    let ends = SECRET_ENDINGS.contains(&last.as_str())
        && (words.len() == 1 || !QUANTITIES.contains(&first.as_str()));
    let anywhere = words
        .iter()
        .any(|word| SECRET_ANYWHERE.contains(&word.as_str()));
    ends || (anywhere && !HARMLESS.contains(&last.as_str()))
}

/// Masks what looks like a secret by its shape: JSON Web Tokens and bearer tokens.
#[must_use]
pub fn mask_shapes(text: &str) -> String {
    let mut masked = String::new();
    let mut from = 0;
    for range in shapes(text) {
        masked.push_str(&text[from..range.start]);
        masked.push_str(MASK);
        from = range.end;
    }
    masked.push_str(&text[from..]);
    masked
}

/// One line of a text around a place, safe to print: secrets masked, control characters replaced,
/// cut to a width that a terminal shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Excerpt {
    /// The text.
    pub text: String,
    /// Columns before the place.
    pub caret: usize,
    /// Columns of the place, at least 1.
    pub width: usize,
}

impl Excerpt {
    /// Takes the line of a text in which `span` starts. Secrets are known by the quoted names before
    /// them; for parsed JSON, [`Excerpt::of_json`] knows better.
    #[must_use]
    pub fn new(text: &[u8], span: Range<usize>) -> Self {
        let (line, span) = line_of(text, span);
        // Everything before is looked at: a secret may have opened lines above.
        let before = String::from_utf8_lossy(&text[..line.end]);
        if before.len() != line.end {
            // Not UTF-8, so that offsets do not fit: nothing of the line is shown.
            return Self::window(&[(0..1, "(not UTF-8)".to_owned())], &(0..1));
        }
        let mut masks = secrets(&before);
        if let Some(header) = header_value(&before[line.clone()]) {
            masks.push(line.start + header.start..line.start + header.end);
        }
        Self::masked(&before, line, masks, span)
    }

    /// Takes the line of a JSON text in which `span` starts; every value under a secret name is masked.
    #[must_use]
    pub fn of_json(document: &Document<'_>, span: Range<usize>) -> Self {
        let text = document.text();
        let (line, span) = line_of(text.as_bytes(), span);
        // A line may be the whole document: only what can be shown is looked at.
        let reach = EXCERPT_WIDTH * 4;
        let bytes = text.as_bytes();
        let start = boundary(bytes, line.start.max(span.start.saturating_sub(reach)));
        let end = boundary(bytes, line.end.min(span.start + reach));
        let mut masks = Vec::new();
        json_secrets(document.root(), &(start..end), false, &mut masks);
        Self::masked(text, start..end, masks, span)
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
        masks.dedup_by(|later, earlier| later.start < earlier.end);
        Self::window(&pieces(&text[line.clone()], &masks), &inside(span))
    }

    /// Cuts pieces of text to the width, keeping the span in sight.
    fn window(pieces: &[(Range<usize>, String)], span: &Range<usize>) -> Self {
        let first = pieces
            .iter()
            .position(|(range, _)| range.end > span.start)
            .unwrap_or(pieces.len());
        let width_of = |pieces: &[(Range<usize>, String)]| -> usize {
            pieces.iter().map(|(_, text)| columns(text)).sum()
        };
        // A third of the width goes to what stands before.
        let mut from = first;
        let mut before = 0;
        while from > 0 && before + columns(&pieces[from - 1].1) <= EXCERPT_WIDTH / 3 {
            from -= 1;
            before += columns(&pieces[from].1);
        }
        if width_of(pieces) <= EXCERPT_WIDTH {
            from = 0;
        }
        let mut to = from;
        let mut shown = 0;
        while to < pieces.len() && shown + columns(&pieces[to].1) <= EXCERPT_WIDTH {
            shown += columns(&pieces[to].1);
            to += 1;
        }
        let mut text: String = pieces[from..to]
            .iter()
            .map(|(_, text)| text.as_str())
            .collect();
        let mut caret = width_of(&pieces[from..first.clamp(from, to)]);
        // Indentation says nothing in one line; up to four columns are kept.
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

/// The nearest offset at or before `at` where a character starts.
fn boundary(text: &[u8], mut at: usize) -> usize {
    while at > 0 && at < text.len() && text[at] & 0xC0 == 0x80 {
        at -= 1;
    }
    at
}

fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The line as printable pieces, each with the bytes that it stands for.
fn pieces(line: &str, masks: &[Range<usize>]) -> Vec<(Range<usize>, String)> {
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
            pieces.push((at..mask.end, MASK.to_owned()));
            continue;
        }
        pieces.push((at..at + character.len_utf8(), printable(character)));
    }
    pieces
}

/// A character that does nothing to a terminal.
fn printable(character: char) -> String {
    match character {
        '\t' => " ".to_owned(),
        '\r' => String::new(),
        // Bidirectional controls and other characters without width could hide what stands there.
        c if c.is_control() || c.width().unwrap_or(0) == 0 => {
            format!("\\u{{{:x}}}", u32::from(c))
        }
        c => c.to_string(),
    }
}

/// Makes text that comes from a payload safe to print in a sentence.
#[must_use]
pub fn sanitised(text: &str) -> String {
    mask_shapes(text).chars().map(printable).collect()
}

/// The line of the text in which `span` starts, and the span.
fn line_of(text: &[u8], span: Range<usize>) -> (Range<usize>, Range<usize>) {
    let at = span.start.min(text.len());
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline);
    (start..end, at..span.end.clamp(at, end))
}

/// The value of an HTTP header whose name is that of a secret.
fn header_value(line: &str) -> Option<Range<usize>> {
    let (name, value) = line.split_once(':')?;
    let is_header = !name.contains(['"', '{', ' ']) && is_secret_name(name);
    let space = value.len() - value.trim_start().len();
    is_header.then(|| name.len() + 1 + space..line.trim_end().len())
}

/// Secrets of a parsed value within a window of its text.
fn json_secrets(
    value: Value<'_>,
    window: &Range<usize>,
    in_secret: bool,
    found: &mut Vec<Range<usize>>,
) {
    let span = value.span();
    if span.end <= window.start || span.start >= window.end {
        return;
    }
    match value.kind() {
        Kind::Object => {
            for (key, member) in value.all_members() {
                if key.span().start >= window.end {
                    break;
                }
                let name = key.name();
                let at = key.span().start;
                found.extend(
                    shapes(&value.document_text()[key.span()])
                        .into_iter()
                        .map(|range| at + range.start..at + range.end),
                );
                json_secrets(member, window, in_secret || is_secret_name(&name), found);
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
        Kind::Number if in_secret => found.push(span),
        Kind::String => {
            let shapes = shapes(value.raw()).into_iter();
            found.extend(shapes.map(|range| span.start + range.start..span.start + range.end));
        }
        Kind::Number | Kind::Null | Kind::Boolean => {}
    }
}

/// The secrets in a text of JSON, whole or broken, or of anything with quoted names.
fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = shapes(text);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'"', &bytes[at.min(bytes.len())..]) {
        let start = at + quote;
        let end = string_end(bytes, start);
        at = end + 1;
        let Some(rest) = text.get(at..) else { break };
        let value = at + (rest.len() - rest.trim_start().len());
        if bytes.get(value) == Some(&b':') && is_secret_name(&text[start + 1..end]) {
            let rest = &text[value + 1..];
            let value = value + 1 + (rest.len() - rest.trim_start().len());
            if let Some(range) = value_range(text, value) {
                at = range.end;
                // Past the quote that ends a masked string.
                if bytes.get(value) == Some(&b'"') {
                    at += 1;
                }
                found.push(range);
            }
        }
    }
    found
}

/// The secret part of the value at `at`: what is inside its quotes, a number, or everything in its
/// brackets.
fn value_range(line: &str, at: usize) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    match bytes.get(at)? {
        b'"' => Some(at + 1..string_end(bytes, at).min(bytes.len())),
        b'{' | b'[' => {
            let length = super::guide::balanced_end(&bytes[at..]);
            Some(at + 1..(at + length.max(2) - 1).min(bytes.len()))
        }
        b'-' | b'0'..=b'9' => {
            let length = line[at..]
                .find([',', '}', ']', ' '])
                .unwrap_or(line.len() - at);
            Some(at..at + length)
        }
        // `null`, `true` and `false` are no secrets.
        _ => None,
    }
}

/// Offset of the quote that ends the string that starts at `at`, or of the end of the line: a quote
/// may be missing.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && !matches!(bytes[end], b'"' | b'\n') {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    end.min(bytes.len())
}

/// Secrets by their shape, in order and apart: tokens, private keys, and in URLs and forms the user
/// information and the values of secret parameters.
fn shapes(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut fresh = true;
    while at < text.len() {
        let rest = &text[at..];
        let secret = if fresh { token(rest) } else { None };
        let secret = secret
            .or_else(|| user_information(rest))
            .or_else(|| parameter(text, at));
        match secret {
            Some(range) => {
                found.push(at + range.start..at + range.end);
                at += range.end.max(1);
                fresh = false;
            }
            None => {
                let character = rest.chars().next().unwrap_or_default();
                fresh = !character.is_alphanumeric();
                at += character.len_utf8();
            }
        }
    }
    found
}

/// A token or private key at the start of the text.
fn token(text: &str) -> Option<Range<usize>> {
    let length_of = |text: &str| {
        text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.~+/=".contains(c)))
            .unwrap_or(text.len())
    };
    if text.starts_with("eyJ") {
        let length = length_of(text);
        // Header, payload and signature, each base64url.
        let is_jwt = length >= 20 && text[..length].matches('.').count() >= 2;
        return is_jwt.then_some(0..length);
    }
    for scheme in ["Bearer ", "bearer ", "Basic ", "basic "] {
        if let Some(rest) = text.strip_prefix(scheme) {
            let length = length_of(rest);
            return (length > 0).then_some(scheme.len()..scheme.len() + length);
        }
    }
    if text.starts_with("-----BEGIN ") && text.lines().next()?.contains("PRIVATE KEY") {
        let end = text.find("-----END ").unwrap_or(text.len());
        return Some(0..end);
    }
    ISSUED.iter().find_map(|(prefix, least)| {
        let length = length_of(text);
        (text.starts_with(prefix) && length >= *least).then_some(0..length)
    })
}

/// `://user:password@` at the start of the text.
fn user_information(text: &str) -> Option<Range<usize>> {
    let rest = text.strip_prefix("://")?;
    let end = rest
        .find(|c: char| matches!(c, '/' | '?' | '#' | '"' | '\\') || c.is_whitespace())
        .unwrap_or(rest.len());
    let at = rest[..end].rfind('@')?;
    Some(3..3 + at)
}

/// The value of a secret parameter whose name starts at `at` of a query, a fragment or a form.
fn parameter(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text[..at].chars().next_back();
    if !matches!(before, None | Some('?' | '&' | '#' | ';')) {
        return None;
    }
    let rest = &text[at..];
    let name_length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.[]%".contains(c)))?;
    let value = rest[name_length..].strip_prefix('=')?;
    if !is_secret_name(&rest[..name_length]) {
        return None;
    }
    let length = value
        .find(|c: char| matches!(c, '&' | '#' | '"' | '\\') || c.is_whitespace())
        .unwrap_or(value.len());
    (length > 0).then_some(name_length + 1..name_length + 1 + length)
}
