//! Placeholders: what a guide or a sanitiser writes where a value should stand.

/// Whether the text is, or holds, a placeholder: `{ mid }`, `{{name}}`, `${NAME}`, `<TOKEN>`, `XXXX`,
/// `YOUR_API_KEY`, `[REDACTED]`, `***`.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    encloses_name(text, '{', '}')
        || (encloses_name(text, '<', '>') && !is_markup(text))
        || is_crossed_out(text)
        || text.contains("***")
        || ["[REDACTED]", "[FILTERED]", "[MASKED]"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
        || is_yours(text)
}

/// `YOUR_API_KEY`: in capitals, and what it names is something that everybody has another of.
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

/// Whether the text is HTML or XML: it closes what it opens.
fn is_markup(text: &str) -> bool {
    text.contains("</") || text.contains("/>")
}

/// Whether a text that holds a placeholder is nothing else.
pub(super) fn is_whole_placeholder(text: &str) -> bool {
    let text = text.trim();
    let encloses = |open, close| text.starts_with(open) && text.ends_with(close);
    encloses("{", "}")
        || encloses("${", "}")
        || encloses("<", ">")
        || encloses("[", "]")
        || is_yours(text)
        || text.bytes().all(|byte| matches!(byte, b'X' | b'*' | b'-'))
}

/// Whether a name stands between two brackets: letters, digits, `_`, `-`, spaces, no more.
fn encloses_name(text: &str, open: char, close: char) -> bool {
    text.split(open).skip(1).any(|rest| {
        rest.split_once(close).is_some_and(|(name, _)| {
            // `{ name }` is written with spaces; `a < b, c > d` is no placeholder.
            let name = if open == '{' { name.trim() } else { name };
            name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.'))
        })
    })
}

/// Four or more `X` in a row that are a word of their own.
fn is_crossed_out(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|word| word.len() >= 4 && word.bytes().all(|byte| byte == b'X'))
}
