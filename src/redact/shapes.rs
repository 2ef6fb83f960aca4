//! Recognises secrets by their form.

use std::ops::Range;

use super::names::{MASK, is_secret_name};
use super::policy::policy;
use super::url::is_of_authorisation;

/// The prefixes of tokens of well-known issuers, with their minimum length.
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

/// The length of the shortest token of [`ISSUED`], and of the shortest JSON Web Token.
const SHORTEST: usize = 20;

/// The digits of the shortest card number.
const FEWEST_DIGITS: usize = 13;

/// Finds secrets by their form: tokens, private keys, and in URLs and forms the user information and the
/// values of secret parameters. The ranges are in order and do not overlap.
pub(crate) fn shapes(text: &str) -> Vec<Range<usize>> {
    match is_short_name(text) || policy().shows_values {
        true => Vec::new(),
        false => search(text),
    }
}

pub(super) fn search(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut fresh = true;
    while at < text.len() {
        let rest = &text[at..];
        let secret = if fresh {
            token(rest).or_else(|| personal(rest))
        } else {
            None
        };
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
                let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
                let character = rest.chars().next().unwrap_or_default();
                fresh = !is_of_word(character);
                at += character.len_utf8();
                if !fresh {
                    // Inside a word, no secret starts.
                    let rest = &text[at..];
                    at += rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                }
            }
        }
    }
    found
}

/// Whether a text has no secret, because it is shorter than a token, has fewer digits than a card number, and has none
/// of the marks that introduce the others. Most names of properties are such texts.
fn is_short_name(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'"');
    text.len() < SHORTEST
        && text.bytes().all(is_plain)
        && text.bytes().filter(u8::is_ascii_digit).count() < FEWEST_DIGITS
}

/// The number of bytes at the start of the text that may be a token.
pub(crate) fn token_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.~+/=".contains(c)))
        .unwrap_or(text.len())
}

/// A token or private key at the start of the text.
fn token(text: &str) -> Option<Range<usize>> {
    if text.starts_with("eyJ") {
        let length = token_length(text);
        // Header, payload and signature, each base64url.
        let is_jwt = length >= SHORTEST && text[..length].matches('.').count() >= 2;
        return is_jwt.then_some(0..length);
    }
    for scheme in ["Bearer ", "bearer ", "Basic ", "basic "] {
        if let Some(rest) = text.strip_prefix(scheme) {
            let start = text.len() - rest.trim_start().len();
            let length = token_length(&text[start..]);
            // `a bearer token` in a sentence.
            let is_word = matches!(&text[start..start + length], "token" | "tokens" | "token." | "authentication");
            return (length > 0 && !is_word).then_some(start..start + length);
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

/// A card number or an email address at the start of the text.
fn personal(text: &str) -> Option<Range<usize>> {
    card(text).or_else(|| mail(text))
}

/// A card number at the start of the text: 13 to 19 digits, perhaps in groups.
fn card(text: &str) -> Option<Range<usize>> {
    const LONGEST: usize = 19;
    let mut digits = String::new();
    let mut end = 0;
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'0'..=b'9' => {
                digits.push(char::from(byte));
                end = at + 1;
                if digits.len() > LONGEST {
                    return None;
                }
            }
            b' ' | b'-' if bytes.peek().is_some_and(|(_, next)| next.is_ascii_digit()) => {}
            _ => break,
        }
    }
    let is_whole = !text[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (is_whole && is_card(&digits)).then_some(0..end)
}

/// Whether digits are a payment card number: their count and prefix belong to a card network (ISO/IEC 7812),
/// and the last digit is a valid check digit (Luhn).
pub(crate) fn is_card(digits: &str) -> bool {
    if !(FEWEST_DIGITS..=19).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let start = |length: usize| digits[..length].parse::<u32>().unwrap_or(0);
    let is_of_network = match digits.len() {
        13 => start(1) == 4,
        14 => matches!(start(3), 300..=305) || matches!(start(2), 36 | 38),
        15 => matches!(start(2), 34 | 37),
        16..=19 => {
            start(1) == 4
                || matches!(start(2), 51..=55 | 62 | 65)
                || matches!(start(4), 2221..=2720 | 3528..=3589 | 6011)
                || matches!(start(3), 644..=649)
        }
        _ => false,
    };
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0');
            match (index % 2, digit) {
                (0, digit) => digit,
                (_, digit) if digit > 4 => digit * 2 - 9,
                (_, digit) => digit * 2,
            }
        })
        .sum();
    is_of_network && sum.is_multiple_of(10)
}

/// An email address at the start of the text.
fn mail(text: &str) -> Option<Range<usize>> {
    /// The longest local part and the longest domain (RFC 5321, section 4.5.3.1).
    const LOCAL: usize = 64;
    const DOMAIN: usize = 255;
    let is_local = |c: char| c.is_ascii_alphanumeric() || "._%+-'".contains(c);
    let local = text[..floor(text, LOCAL + 1)].find(|c: char| !is_local(c))?;
    let rest = text[local..].strip_prefix('@').filter(|_| local > 0)?;
    let domain = &rest[..floor(rest, DOMAIN)];
    let length = domain
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.'))
        .unwrap_or(domain.len());
    let domain = domain[..length].trim_end_matches(['.', '-']);
    let (name, top) = domain.rsplit_once('.')?;
    let is_domain =
        !name.is_empty() && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_domain.then_some(0..local + 1 + domain.len())
}

/// `://user:password@` at the start of the text.
fn user_information(text: &str) -> Option<Range<usize>> {
    let rest = text.strip_prefix("://")?;
    // A host name is not longer, and the search must not scan the rest of the text each time.
    let rest = &rest[..floor(rest, 512)];
    let end = rest
        .find(|c: char| matches!(c, '/' | '?' | '#' | '"' | '\\') || c.is_whitespace())
        .unwrap_or(rest.len());
    if let Some(at) = rest[..end].rfind('@') {
        return Some(3..3 + at);
    }
    // A password may contain an unescaped slash. What is not a port is a password.
    let (_, password) = rest[..end].split_once(':')?;
    if password.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let end = rest
        .find(|c: char| matches!(c, '"' | '\\') || c.is_whitespace())
        .unwrap_or(rest.len());
    rest[..end].rfind('@').map(|at| 3..3 + at)
}

/// The value of a secret parameter whose name starts at `at` in a query, a fragment or a form.
fn parameter(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text[..at].chars().next_back();
    if !matches!(before, None | Some('?' | '&' | '#' | ';')) {
        return None;
    }
    let name = name_before(&text[at..], '=')?;
    if !is_secret_parameter(name) && !is_of_authorisation(name, || names_around(text, at)) {
        return None;
    }
    let start = name.len() + 1;
    let length = value_length(&text[at + start..]);
    (length > 0).then_some(start..start + length)
}

/// The value after a secret name in plain text: `password=…`, `token: …`, `'token': '…'`.
fn assignment(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text[..at].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '"')) {
        return None;
    }
    let rest = &text[at..];
    let head = &rest[..floor(rest, NAME_LENGTH)];
    let name_length = head.find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c)))?;
    if name_length == 0 {
        return None;
    }
    let quotes = |c: char| c == '\'' || c == ' ';
    let value = head[name_length..].trim_start_matches(quotes);
    let value = value.strip_prefix(['=', ':'])?.trim_start_matches(quotes);
    if !is_secret_name(&head[..name_length]) {
        return None;
    }
    let start = head.len() - value.len();
    let rest = &rest[start..];
    let length = rest
        .find(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | '\'' | '&' | '}' | ';'))
        .unwrap_or(rest.len());
    (length > 0).then_some(start..start + length)
}

/// A path segment that looks like a random token: long, with both cases and digits, without the hyphens of a
/// UUID or the words of a name. The segment before it does not matter: `/keys/42` identifies a key, and
/// `/reset/k3J9…` is a secret under any path.
fn segment(text: &str, at: usize) -> Option<Range<usize>> {
    // 20 base-62 characters have about 119 bits.
    if !text[..at].ends_with('/') {
        return None;
    }
    let rest = &text[at..];
    let is_end = |c: char| matches!(c, '/' | '&' | '#' | '"' | '\\' | '?') || c.is_whitespace();
    let segment = &rest[..rest.find(is_end).unwrap_or(rest.len())];
    let has = |is: fn(&u8) -> bool| segment.bytes().any(|byte| is(&byte));
    let is_random = segment.len() >= SHORTEST
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'='))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        // Words are longer than the runs of one case in a random text.
        && !segment.split(|c: char| !c.is_ascii_lowercase()).any(|run| run.len() > 5);
    (is_random || is_base_36(segment)).then_some(0..segment.len())
}

/// Letters of one case and digits without separators, such as a token in hex: 24 characters and more, of which four
/// at least are digits.
fn is_base_36(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_of_one_case = segment.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        || segment.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    segment.len() >= 24 && is_of_one_case && digits >= 4 && digits < segment.len()
}

/// The maximum length of a parameter name that is recognised.
const NAME_LENGTH: usize = 128;

/// The name at the start of the text, if `end` follows it.
fn name_before(text: &str, end: char) -> Option<&str> {
    let text = &text[..floor(text, NAME_LENGTH)];
    let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.[]%".contains(c)))?;
    (length > 0 && text[length..].starts_with(end)).then(|| &text[..length])
}

/// How much of a query is searched for other parameters, in bytes on each side.
const AROUND: usize = 4 << 10;

/// The names of the parameters in the query, fragment or form around `at`.
fn names_around(text: &str, at: usize) -> impl Iterator<Item = &str> {
    let is_end = |c: char| matches!(c, '?' | '#' | '"' | '\\') || c.is_whitespace();
    let before = &text[floor(text, at.saturating_sub(AROUND))..at];
    let after = &text[at..floor(text, at + AROUND)];
    let before = &before[before.rfind(is_end).map_or(0, |end| end + 1)..];
    let after = &after[..after.find(is_end).unwrap_or(after.len())];
    let pairs = before.split('&').chain(after.split('&'));
    pairs.filter_map(|pair| pair.split_once('=')).map(|(name, _)| name)
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
pub(crate) fn floor(text: &str, at: usize) -> usize {
    boundary(text.as_bytes(), at.min(text.len()))
}

/// Masks text that has the form of a secret, such as a JSON Web Token or a bearer token.
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

/// The nearest offset at or before `at` where a character starts.
pub(crate) fn boundary(text: &[u8], mut at: usize) -> usize {
    while at > 0 && at < text.len() && text[at] & 0xC0 == 0x80 {
        at -= 1;
    }
    at
}
