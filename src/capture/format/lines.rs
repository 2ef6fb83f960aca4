//! Lines in captured text: labels, first lines of messages, and the end of a JSON block.

/// The first line of an HTTP message.
#[derive(Debug)]
pub(super) enum StartLine<'a> {
    Request { method: &'a str, target: &'a str },
    Response { status: u16 },
}

impl<'a> StartLine<'a> {
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix("HTTP/") {
            let (version, rest) = rest.split_once(' ')?;
            let status = rest.split(' ').next().unwrap_or(rest);
            let is_status = status.len() == 3 && is_version(version);
            return is_status
                .then(|| status.parse().ok())
                .flatten()
                .map(|status| Self::Response { status });
        }
        let (method, rest) = line.split_once(' ')?;
        let (target, version) = rest.rsplit_once(" HTTP/")?;
        let is_method = (3..=16).contains(&method.len())
            && method
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'-');
        (is_method && is_version(version) && !target.is_empty())
            .then_some(Self::Request { method, target })
    }
}

fn is_version(version: &str) -> bool {
    matches!(version, "1.0" | "1.1" | "2" | "2.0" | "3" | "3.0")
}

/// Whether a line starts a message: `GET /path HTTP/1.1` or `HTTP/1.1 200 OK`.
pub(crate) fn is_start_line(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| StartLine::parse(line).is_some())
}

/// The line that starts at `start`, without its line break.
pub(crate) fn line_at(text: &[u8], start: usize) -> &[u8] {
    let rest = &text[start.min(text.len())..];
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The start of the next line.
pub(crate) fn next_line(text: &[u8], start: usize) -> usize {
    memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |newline| start + newline + 1)
}

/// What a label line announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Json,
    /// JSON with comments and trailing commas, and maybe more.
    Jsonc,
    Http,
    Python,
}

impl Label {
    /// Parses a label, or the first word of the info string of a Markdown block.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word.trim_end_matches(':').to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "jsonc" | "json5" => Some(Self::Jsonc),
            "http" => Some(Self::Http),
            "python" | "py" => Some(Self::Python),
            _ => None,
        }
    }
}

/// Whether the line is a label and nothing else.
pub(crate) fn is_label(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| Label::parse(line.trim()).is_some())
}

/// Where malformed JSON probably ends: where its brackets balance, or else before the next label or message.
pub(crate) fn balanced_end(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            // A string does not span lines, so a quote is missing.
            b'\n' => {
                in_string = false;
                let line = line_at(text, at + 1);
                if is_label(line) || is_start_line(line) {
                    return at;
                }
            }
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}
