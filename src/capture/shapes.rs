//! Secrets known by their shape.

use std::ops::Range;

use super::redact::{boundary, is_secret_name};

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

/// Secrets by their shape, in order and apart: tokens, private keys, and in URLs and forms the user
/// information and the values of secret parameters.
pub(super) fn shapes(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut fresh = true;
    while at < text.len() {
        let rest = &text[at..];
        let secret = if fresh { token(rest) } else { None };
        let secret = secret
            .or_else(|| user_information(rest))
            .or_else(|| parameter(text, at))
            .or_else(|| assignment(text, at))
            .or_else(|| segment(text, at));
        match secret {
            Some(range) => {
                found.push(at + range.start..at + range.end);
                at += range.end.max(1);
                fresh = false;
            }
            None => {
                let character = rest.chars().next().unwrap_or_default();
                fresh = !(character.is_alphanumeric() || matches!(character, '-' | '_'));
                at += character.len_utf8();
            }
        }
    }
    found
}

/// Bytes of what may be a token at the start of the text.
pub(super) fn token_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.~+/=".contains(c)))
        .unwrap_or(text.len())
}

/// A token or private key at the start of the text.
fn token(text: &str) -> Option<Range<usize>> {
    if text.starts_with("eyJ") {
        let length = token_length(text);
        // Header, payload and signature, each base64url.
        let is_jwt = length >= 20 && text[..length].matches('.').count() >= 2;
        return is_jwt.then_some(0..length);
    }
    for scheme in ["Bearer ", "bearer ", "Basic ", "basic "] {
        if let Some(rest) = text.strip_prefix(scheme) {
            let start = text.len() - rest.trim_start().len();
            let length = token_length(&text[start..]);
            return (length > 0).then_some(start..start + length);
        }
    }
    if text.starts_with("-----BEGIN ") && text.lines().next()?.contains("PRIVATE KEY") {
        let end = text.find("-----END ").unwrap_or(text.len());
        return Some(0..end);
    }
    let (_, least) = ISSUED.iter().find(|(prefix, _)| text.starts_with(prefix))?;
    let length = token_length(text);
    (length >= *least).then_some(0..length)
}

/// `://user:password@` at the start of the text.
fn user_information(text: &str) -> Option<Range<usize>> {
    let rest = text.strip_prefix("://")?;
    // A host name is not longer, and the search must not run to the end of the text each time.
    let rest = &rest[..floor(rest, 512)];
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
    let name = name_before(&text[at..], '=').filter(|name| is_secret_parameter(name))?;
    let start = name.len() + 1;
    let length = value_length(&text[at + start..]);
    (length > 0).then_some(start..start + length)
}

/// The value behind a secret name in prose: `password=…`, `token: …`, `'token': '…'`.
fn assignment(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text[..at].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '"')) {
        return None;
    }
    let rest = &text[at..];
    let head = &rest[..floor(rest, NAME_LENGTH)];
    let name_length = head.find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c)))?;
    if name_length == 0 || !is_secret_name(&head[..name_length]) {
        return None;
    }
    let quotes = |c: char| c == '\'' || c == ' ';
    let value = head[name_length..].trim_start_matches(quotes);
    let value = value.strip_prefix(['=', ':'])?.trim_start_matches(quotes);
    let start = head.len() - value.len();
    let rest = &rest[start..];
    let length = rest
        .find(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | '\'' | '&' | '}' | ';'))
        .unwrap_or(rest.len());
    (length > 0).then_some(start..start + length)
}

/// The segment of a path that follows a segment which names a secret: `/reset/token/…`.
fn segment(text: &str, at: usize) -> Option<Range<usize>> {
    if !text[..at].ends_with('/') {
        return None;
    }
    let name = name_before(&text[at..], '/').filter(|name| is_secret_parameter(name))?;
    let start = name.len() + 1;
    let rest = &text[at + start..];
    let length = rest.find('/').unwrap_or(rest.len()).min(value_length(rest));
    (length > 0).then_some(start..start + length)
}

/// Longest name of a parameter that is looked at.
const NAME_LENGTH: usize = 128;

/// The name that the text starts with, when `end` follows it.
fn name_before(text: &str, end: char) -> Option<&str> {
    let text = &text[..floor(text, NAME_LENGTH)];
    let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.[]%".contains(c)))?;
    (length > 0 && text[length..].starts_with(end)).then(|| &text[..length])
}

fn is_secret_parameter(name: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    is_secret_name(&decoded)
}

fn value_length(text: &str) -> usize {
    text.find(|c: char| matches!(c, '&' | '#' | '"' | '\\' | '?') || c.is_whitespace())
        .unwrap_or(text.len())
}

/// The last place at or before `at` where a character starts.
pub(super) fn floor(text: &str, at: usize) -> usize {
    boundary(text.as_bytes(), at.min(text.len()))
}
