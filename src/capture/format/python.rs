//! Requests written as Python calls: `requests.post("https://…", json={…})`.

use crate::json::TapeDocument;
use crate::location::Origin;

use crate::capture::{Body, Exchange, Headers, Hint, Line, Request, Sink};

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Emits every call of the `requests` library in a block. A call sees the variables assigned since the
/// previous call.
pub(crate) fn read(block: &[u8], origin: &Origin, sink: &mut dyn Sink) -> u64 {
    let Ok(text) = std::str::from_utf8(block) else {
        return 0;
    };
    let mut calls: Vec<usize> = METHODS
        .iter()
        .flat_map(|method| {
            text.match_indices(&format!("requests.{method}("))
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        })
        .collect();
    calls.sort_unstable();
    let mut count = 0;
    let mut from = 0;
    for (index, call) in calls.iter().enumerate() {
        let to = calls.get(index + 1).copied().unwrap_or(block.len());
        let place = origin.at(origin.position.at_offset(block, from));
        if let Some(exchange) = first_call(&block[from..to], &place) {
            sink.exchange(exchange);
            count += 1;
        }
        from = call + "requests.".len();
    }
    count
}

/// Reads the first call in a block, with its body if that is a literal. Positions in the body match the
/// block.
pub(crate) fn first_call<'t>(block: &'t [u8], origin: &Origin) -> Option<Exchange<'t>> {
    let text = std::str::from_utf8(block).ok()?;
    let (call, method) = METHODS
        .iter()
        .filter_map(|method| Some((text.find(&format!("requests.{method}("))?, *method)))
        .min()?;
    let arguments = call + "requests.".len() + method.len() + 1;
    let (target, url_end) = string_at(text, arguments)?;
    let place = |offset| origin.at(origin.position.at_offset(block, offset));
    let rest = &text[arguments..];
    let sends_body = ["json", "data", "files"]
        .into_iter()
        .any(|name| argument(rest, name).is_some());
    let body = ["json", "data"]
        .into_iter()
        .find_map(|name| {
            let at = argument(rest, name)?;
            literal(text, arguments + at, 0)
        })
        .and_then(|start| {
            let json = to_json(&text[start..])?;
            Some(Body::transliterated(json, place(start)))
        });
    let mut exchange = Exchange::new(place(call), Hint::default());
    let line_start = text[..call].rfind('\n').map_or(0, |newline| newline + 1);
    exchange.request = Some(Request {
        line: Line {
            // Up to the end of the URL: what follows may contain a password.
            text: text[line_start..arguments + url_end].to_owned(),
            origin: place(line_start),
        },
        method: method.to_ascii_uppercase(),
        target,
        headers: Headers::default(),
        body_left_out: sends_body && body.is_none(),
        body,
    });
    Some(exchange)
}

/// The string literal at `at`, after white space and an `f` prefix, and the offset of its end from `at`.
fn string_at(text: &str, at: usize) -> Option<(String, usize)> {
    let rest = text[at..].trim_start();
    let rest = rest.strip_prefix('f').unwrap_or(rest);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = rest[1..].find(quote)?;
    let length = text.len() - at - rest.len() + end + 2;
    Some((rest[1..=end].to_owned(), length))
}

/// Where the value of the keyword argument `name` starts.
fn argument(text: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find(name) {
        let at = from + found;
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].trim_start();
        if !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            && after.starts_with('=')
            && !after.starts_with("==")
        {
            let value = after[1..].trim_start();
            return Some(text.len() - value.len());
        }
        from = at + name.len();
    }
    None
}

/// Where the literal of an expression starts: the expression itself, the argument of `json.dumps`, or the
/// value assigned to a variable.
fn literal(text: &str, at: usize, depth: u8) -> Option<usize> {
    let expression = &text[at..];
    if expression.starts_with(['{', '[']) {
        return Some(at);
    }
    if let Some(inner) = expression.strip_prefix("json.dumps(") {
        let inner = inner.trim_start();
        return literal(text, text.len() - inner.len(), depth);
    }
    let name_length = expression
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(expression.len());
    // A variable may be assigned from another; a few steps are enough.
    if name_length == 0 || depth > 3 {
        return None;
    }
    let assigned = argument(text, &expression[..name_length])?;
    (assigned != at)
        .then(|| literal(text, assigned, depth + 1))
        .flatten()
}

/// Writes the literal at the start of `text` as JSON of the same length: `None`, `True` and `False` are as
/// long as their JSON names, and a comment or trailing comma becomes white space. Returns `None` if the
/// literal contains anything but values.
fn to_json(text: &str) -> Option<Vec<u8>> {
    let mut json = Vec::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut last_comma = None;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '{' | '[' => depth += 1,
            '}' | ']' => {
                depth = depth.checked_sub(1)?;
                if let Some(comma) = last_comma {
                    json[comma] = b' ';
                }
            }
            _ => {}
        }
        match first {
            '"' | '\'' => {
                let end = string_end(rest)?;
                let content = &rest[1..end];
                // Other quotes inside would need escapes, which would shift later positions.
                if first == '\'' && content.contains(['"', '\\']) {
                    return None;
                }
                json.push(b'"');
                json.extend_from_slice(content.as_bytes());
                json.push(b'"');
                length = end + 1;
            }
            '#' => {
                length = rest.find('\n').unwrap_or(rest.len());
                json.resize(json.len() + length, b' ');
            }
            'N' | 'T' | 'F' => {
                let (python, name) = [("None", "null"), ("True", "true"), ("False", "false")]
                    .into_iter()
                    .find(|(python, _)| rest.starts_with(python))?;
                length = python.len();
                json.extend_from_slice(name.as_bytes());
            }
            _ => json.extend_from_slice(&rest.as_bytes()[..length]),
        }
        if first == ',' {
            last_comma = Some(json.len() - 1);
        } else if !first.is_whitespace() && first != '#' {
            last_comma = None;
        }
        rest = &rest[length..];
        if depth == 0 {
            return TapeDocument::parse(&json).is_ok().then_some(json);
        }
    }
    None
}

/// Offset of the quote that ends the string literal at the start of `text`.
fn string_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            byte if byte == bytes[0] => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::Position;

    #[test]
    fn python_that_is_no_literal_has_no_body() {
        let origin = Origin {
            file: "f".into(),
            entry: None,
            position: Position::START,
        };
        let body = |text: &str| {
            let exchange = first_call(text.as_bytes(), &origin)?;
            let request = exchange.request?;
            Some(
                request
                    .body
                    .map(|body| String::from_utf8_lossy(&body.bytes).into_owned()),
            )
        };
        assert_eq!(
            body("requests.put('https://h/', json={'a': 1,})"),
            Some(Some("{\"a\": 1 }".to_owned()))
        );
        assert_eq!(
            body("x = 1\nrequests.put('https://h/', json={'a': x})"),
            Some(None)
        );
        assert_eq!(body("requests.get(url)"), None);
        assert_eq!(
            body("data = data2\ndata2 = {\"a\": 1}\nrequests.post(\"h\", data=data)"),
            Some(Some("{\"a\": 1}".to_owned()))
        );
        assert_eq!(
            body("data = data\nrequests.post(\"h\", data=data)"),
            Some(None)
        );
    }
}
