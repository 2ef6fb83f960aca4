//! Placeholders that a guide or sanitiser writes instead of a value.

use crate::capture::Body;
use crate::json::TapeDocument;

/// Whether texts of a format contain braces or brackets themselves, so that these do not indicate a
/// placeholder.
pub(crate) fn has_brackets(format: &str) -> bool {
    matches!(format, "regex" | "uri-template")
}

/// Whether the text is, or contains, a placeholder: `{ mid }`, `{{name}}`, `${NAME}`, `<TOKEN>`, `XXXX`,
/// `YOUR_API_KEY`, `[REDACTED]`, `REDACTED_DATE`, `***`.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    encloses_name(text, '{', '}')
        || (encloses_name(text, '<', '>') && !is_markup(text))
        || is_crossed_out(text)
        || text.contains("***")
        || is_redacted(text)
        || is_yours(text)
}

/// What sanitisers of captures write: `[FILTERED]`, `[email redacted]`, `REDACTED`, `REDACTED_DATE`.
fn is_redacted(text: &str) -> bool {
    const WORDS: [&str; 3] = ["redacted", "filtered", "masked"];
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(inside) => {
            let mut words = inside.split([' ', '_', '-']);
            words.any(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
        }
        None => text
            .strip_prefix("REDACTED")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-'])),
    }
}

/// `YOUR_API_KEY`: in capitals, with a noun for something specific to each user.
fn is_yours(text: &str) -> bool {
    let nouns = [
        "KEY", "TOKEN", "ID", "SECRET", "NAME", "PASSWORD", "DOMAIN", "HOST", "EMAIL",
    ];
    text.strip_prefix("YOUR_").is_some_and(|rest| {
        rest.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
            && nouns
                .iter()
                .any(|noun| rest == *noun || rest.ends_with(&format!("_{noun}")))
    })
}

/// HTML elements that need not be closed, so that a text with one looks like a placeholder.
const VOID: [&str; 8] = ["br", "hr", "img", "input", "li", "p", "td", "wbr"];

/// Whether the text is HTML or XML: it has a closing or self-closing tag.
fn is_markup(text: &str) -> bool {
    text.contains("</") || text.contains("/>")
}

/// Longest placeholder to look for, in bytes.
const LONGEST: usize = 80;

/// A body that is JSON except for unquoted placeholders, with strings substituted for them.
pub(crate) fn with_strings<'b>(body: &'b Body<'_>) -> Option<Body<'b>> {
    let text = std::str::from_utf8(&body.bytes).ok()?;
    let bytes = text.as_bytes();
    let mut mended = bytes.to_vec();
    let mut at = Vec::new();
    let mut next = 0;
    while next < bytes.len() {
        if bytes[next] == b'"' {
            next = end_of_string(bytes, next);
            continue;
        }
        match unquoted(&text[next..]) {
            Some(length) => {
                let end = next + length - 1;
                mended[next] = b'"';
                mended[end] = b'"';
                for byte in &mut mended[next + 1..end] {
                    if matches!(byte, b'"' | b'\\' | 0..0x20) {
                        *byte = b'_';
                    }
                }
                at.push(next);
                next = end + 1;
            }
            None => next += text[next..].chars().next().map_or(1, char::len_utf8),
        }
    }
    let mended = String::from_utf8(mended).ok().filter(|_| !at.is_empty())?;
    TapeDocument::parse(mended.as_bytes()).ok()?;
    Some(body.with_stand_ins(mended, at))
}

/// The offset after the string that starts at `start`.
fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(next) = memchr::memchr2(b'"', b'\\', &text[at..]) {
        if text[at + next] == b'"' {
            return at + next + 1;
        }
        at = (at + next + 2).min(text.len());
    }
    text.len()
}

/// The length of the placeholder at the start of a text: at least two bytes, so that quotes can replace them.
fn unquoted(text: &str) -> Option<usize> {
    let enclosed = |open: &str, close: &str| {
        let rest = text.strip_prefix(open)?;
        let end = start_of(rest).find(close)?;
        let name = rest[..end].trim();
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || "_-. :".contains(c));
        is_name.then_some(open.len() + end + close.len())
    };
    let word = || {
        let start = start_of(text);
        let length = start.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let length = length.unwrap_or(start.len());
        let word = &text[..length];
        (is_yours(word) || is_crossed_out(word)).then_some(length)
    };
    match text.as_bytes().first()? {
        b'<' => enclosed("<", ">"),
        b'{' => enclosed("{{", "}}"),
        b'$' => enclosed("${", "}"),
        b'%' => enclosed("%", "%"),
        b'[' => ["[REDACTED]", "[FILTERED]", "[MASKED]"]
            .iter()
            .find_map(|mask| {
                let is_mask = text.get(..mask.len())?.eq_ignore_ascii_case(mask);
                is_mask.then_some(mask.len())
            }),
        b'*' => {
            let length = text.bytes().take_while(|byte| *byte == b'*').count();
            (length >= 3).then_some(length)
        }
        b'X' | b'Y' => word(),
        _ => None,
    }
}

/// The start of a text that may contain a placeholder, so that a search does not scan the whole text each
/// time.
fn start_of(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether the text has a name between two brackets: letters, digits, `_`, `-` and spaces only.
fn encloses_name(text: &str, open: char, close: char) -> bool {
    text.split(open).skip(1).any(|rest| {
        rest.split_once(close).is_some_and(|(name, _)| {
            // `{ name }` may have spaces; `a < b, c > d` is not a placeholder.
            let name = if open == '{' { name.trim() } else { name };
            name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.'))
                && !(open == '<' && VOID.contains(&&*name.to_ascii_lowercase()))
        })
    })
}

/// Whether the text has four or more `X` in a row as a separate word.
fn is_crossed_out(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|word| word.len() >= 4 && word.bytes().all(|byte| byte == b'X'))
}
