//! Recognises OpenAPI documents and raw HTTP by their first lines.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Bytes of a file that show what it is.
const HEAD: u64 = 4096;

/// Whether a file starts like an OpenAPI document: the key is at the top, and its value is a version.
pub(super) fn is_openapi(path: &Path) -> bool {
    head(path).is_some_and(|head| starts_like_openapi(&head))
}

/// Whether a file starts like an HTTP message, as `curl -i` prints it.
pub(super) fn is_http(path: &Path) -> bool {
    head(path).is_some_and(|head| starts_like_http(&head))
}

/// The start of a file.
fn head(path: &Path) -> Option<String> {
    // Opening a pipe would wait for its writer.
    if !path.is_file() {
        return None;
    }
    let mut head = Vec::new();
    File::open(path)
        .ok()?
        .take(HEAD)
        .read_to_end(&mut head)
        .ok()?;
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// A status line or a request line.
fn starts_like_http(head: &str) -> bool {
    let line = head.lines().next().unwrap_or_default().trim_end();
    let is_version = |word: &str| {
        let number = word.strip_prefix("HTTP/");
        number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
    };
    match line.split(' ').collect::<Vec<_>>().as_slice() {
        [version, status, ..] if is_version(version) => {
            status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit())
        }
        [method, _, version] => {
            !method.is_empty()
                && method.bytes().all(|byte| byte.is_ascii_uppercase())
                && is_version(version)
        }
        _ => false,
    }
}

fn starts_like_openapi(head: &str) -> bool {
    let head = head.trim_start_matches('\u{feff}');
    match head.trim_start().starts_with('{') {
        true => is_in_json(head),
        false => head.lines().any(is_line_of_yaml),
    }
}

/// Whether a line at the top of a YAML document has the key.
fn is_line_of_yaml(line: &str) -> bool {
    let keys = ["openapi", "swagger"];
    keys.iter().any(|key| {
        let quoted = [format!("\"{key}\""), format!("'{key}'"), (*key).to_owned()];
        let mut quoted = quoted.iter();
        // A key with spaces before it is inside another one.
        let value = quoted.find_map(|key| {
            line.strip_prefix(key.as_str())?
                .trim_start()
                .strip_prefix(':')
        });
        value.is_some_and(is_version)
    })
}

/// Whether an object of JSON, of which the end may be missing, has the key.
fn is_in_json(head: &str) -> bool {
    let (mut depth, mut at) = (0_usize, 0);
    let bytes = head.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at + 1;
                at = start;
                while bytes.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                let name = bytes.get(start..at).unwrap_or_default();
                let rest = head.get(at + 1..).unwrap_or_default();
                let value = rest.trim_start().strip_prefix(':');
                let is_key = depth == 1 && (name == b"openapi" || name == b"swagger");
                if is_key && value.is_some_and(is_version) {
                    return true;
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

fn is_version(value: &str) -> bool {
    let value = value.trim_start().trim_start_matches(['"', '\'']);
    value.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_recognised_by_their_first_line() {
        for (head, expected) in [
            ("HTTP/1.1 200 OK\r\n", true),
            ("HTTP/2 404 \n", true),
            ("GET /pets?limit=1 HTTP/1.1\n", true),
            ("HTTP/1.1 is a protocol", false),
            ("see HTTP/1.1", false),
            ("", false),
        ] {
            assert_eq!(starts_like_http(head), expected, "{head}");
        }
    }

    #[test]
    fn documents_are_recognised_by_a_key_at_the_top() {
        for (head, expected) in [
            ("openapi: 3.1.0\ninfo: {}\n", true),
            ("# a comment\n'swagger': \"2.0\"\n", true),
            ("\u{feff}openapi: '3.0.3'\n", true),
            ("{\n  \"openapi\": \"3.1.0\"", true),
            ("{\"info\":{\"title\":\"}\"},\"openapi\":\"3.0.0\"}", true),
            ("{\"info\": {\"openapi\": \"3.1.0\"}}", false),
            ("{\"title\": \"openapi\", \"x\": 3", false),
            ("metadata:\n  openapi: 3.1.0\n", false),
            ("openapi: see below\n", false),
            ("{\"a\\\"", false),
            ("", false),
        ] {
            assert_eq!(starts_like_openapi(head), expected, "{head}");
        }
    }
}
