//! Detects what a file contains by its first bytes.

use crate::json::{Kind, TapeDocument, Value};

use super::log;
use super::rest_client::{self, Look};
use super::{Format, Head, Recognised, bruno, curl, playwright};
use super::lines::is_label;
use super::lines::is_start_line;

/// The format of a recording, or what it is if it cannot be read. Payloads are never taken for one.
pub(super) fn recording(head: &Head<'_>) -> Option<Recognised> {
    /// The first bytes of binary captures.
    const BINARY: [(&[u8], &str); 3] = [
        (&[0xd4, 0xc3, 0xb2, 0xa1], "packet capture (pcap)"),
        (&[0xa1, 0xb2, 0xc3, 0xd4], "packet capture (pcap)"),
        (&[0x0a, 0x0d, 0x0d, 0x0a], "packet capture (pcapng)"),
    ];
    let binary = BINARY.iter().find(|(magic, _)| head.bytes.starts_with(magic));
    if let Some((_, name)) = binary {
        return Some(Recognised::Unread(name));
    }
    let found = match head.text.first()? {
        b'{' | b'[' => json_recording(head.text, head.complete),
        _ if bruno::is_bruno(untrimmed_lines_of(head.text)) => Some(Recognised::Format(Format::Bruno)),
        _ => text_recording(head.text).or_else(|| rest_client(head).map(Recognised::Format)),
    };
    found.or_else(|| is_log(head).then_some(Recognised::Format(Format::Log)))
}

/// Tells requests of a REST client from HTTP messages, which have the same extensions.
fn rest_client(head: &Head<'_>) -> Option<Format> {
    let is_named = matches!(&*head.extension, "http" | "rest");
    match rest_client::look(lines_of(head.text)) {
        Some(Look::Saved) => Some(Format::RestClient),
        Some(Look::Requests) => is_named.then_some(Format::RestClient),
        None => (is_named && is_http(head)).then_some(Format::Http),
    }
}

/// Whether the first lines are those of a log with exchanges. One line in JSON may also be a payload.
fn is_log(head: &Head<'_>) -> bool {
    /// Lines inspected.
    const LINES: usize = 16;
    let lines = || lines_of(head.text).filter(|line| !line.is_empty());
    let whole = match head.complete || head.text.ends_with(b"\n") {
        true => LINES,
        // The last line of an incomplete head may be cut off.
        false => LINES.min(lines().take(LINES + 1).count().saturating_sub(1)),
    };
    let mut looks = Vec::new();
    let is_json = head.text.starts_with(b"{");
    for line in lines().take(whole) {
        // The lines of an indented document are no prefixes.
        looks.push(match head.text.starts_with(b"[") || is_json && !line.starts_with(b"{") {
            true => log::Look::Other,
            false => log::look(line),
        });
        if looks.last() == Some(&log::Look::Other) {
            // A line may be broken, but the first ones say what the file is.
            return looks.len() > 3 && looks.contains(&log::Look::Access);
        }
    }
    looks.contains(&log::Look::Access) && (looks.len() > 1 || !is_json || head.extension == "log")
}

/// Whether the first lines may be read as a log if the user named fields.
pub(super) fn is_lines(head: &Head<'_>) -> bool {
    let mut lines = lines_of(head.text).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    log::holds_object(first) || matches!(log::look(first), log::Look::Access | log::Look::Log)
}

/// Recognises a recording that is one JSON document by the keys at its root.
fn json_recording(text: &[u8], complete: bool) -> Option<Recognised> {
    const LISTS: [(&str, Format); 3] = [
        ("http_interactions", Format::Cassette),
        ("interactions", Format::Cassette),
        ("mappings", Format::Wiremock),
    ];
    // The keys at the start are enough to decide.
    let Some(document) = TapeDocument::parse(text).ok().filter(|_| complete) else {
        let line = TapeDocument::parse(lines_of(text).next().unwrap_or_default());
        let is_exchange = line.ok().and_then(|line| exchange(line.root()));
        return match is_exchange {
            Some(format) => Some(Recognised::Format(format)),
            None => truncated_recording(text),
        };
    };
    let root = document.root();
    for (key, format) in LISTS {
        if root.get(key).is_some_and(holds_exchanges) {
            return Some(Recognised::Format(format));
        }
    }
    if let Some(info) = root.get("info")
        && root.get("item").is_some()
    {
        let schema = info.get("schema").and_then(Value::as_str);
        let is_postman = schema.is_some_and(|schema| schema.contains("postman"));
        if is_postman || info.get("_postman_id").is_some() {
            return Some(Recognised::Format(Format::Postman));
        }
    }
    if root.get("_type").and_then(Value::as_str).as_deref() == Some("export")
        && root.get("resources").is_some()
    {
        return Some(Recognised::Format(Format::Insomnia));
    }
    if is_otlp(root) {
        return Some(Recognised::Format(Format::Otlp));
    }
    if root
        .get("data")
        .and_then(|data| data.get("pairs"))
        .is_some()
        && root.get("meta").is_some()
    {
        return Some(Recognised::Format(Format::Hoverfly));
    }
    let has_stubs = |imposter: Value<'_>| imposter.get("protocol").is_some() && imposter.get("stubs").is_some();
    let imposters = root.get("imposters").and_then(|imposters| imposters.elements().next());
    if has_stubs(root) || imposters.is_some_and(has_stubs) {
        return Some(Recognised::Format(Format::Mountebank));
    }
    let first = root.elements().next();
    let has = |keys: &[&str]| first.is_some_and(|it| keys.iter().all(|key| it.get(key).is_some()));
    if has(&["scope", "method", "path", "status"]) {
        return Some(Recognised::Format(Format::Nock));
    }
    if is_mapping(root) {
        return Some(Recognised::Format(Format::Wiremock));
    }
    match holds_exchanges(root) {
        true => Some(Recognised::Format(Format::Cassette)),
        false => exchange(root).map(Recognised::Format),
    }
}

/// The format of an object that is a recorded request with its response. Gateways log the times that it took.
fn exchange(value: Value<'_>) -> Option<Format> {
    if is_otlp(value) {
        return Some(Format::Otlp);
    }
    if playwright::is_trace(value) {
        return Some(Format::Playwright);
    }
    let is_log = value.get("latencies").is_some() || value.get("upstream_uri").is_some();
    is_exchange(value).then_some(match is_log {
        true => Format::Log,
        false => Format::Cassette,
    })
}

/// Whether a list contains recorded requests with their responses.
fn holds_exchanges(list: Value<'_>) -> bool {
    /// A broken entry may come first.
    const INSPECTED: usize = 16;
    list.elements().take(INSPECTED).any(|entry| is_exchange(entry) || is_mapping(entry))
}

/// Whether an object is a recorded request with its response.
fn is_exchange(value: Value<'_>) -> bool {
    let has = |value: Option<Value<'_>>, keys: &[&str]| {
        value.is_some_and(|value| keys.iter().any(|key| value.get(key).is_some()))
    };
    let response = value.get("response");
    let is_answered = has(response, &["status", "statusCode", "status_code", "code"]);
    has(value.get("request"), &["method"])
        && has(value.get("request"), &["url", "uri"])
        && (is_answered || response.is_some_and(|response| response.kind() == Kind::Null))
}

/// Whether an object is a document of OpenTelemetry.
fn is_otlp(value: Value<'_>) -> bool {
    let scopes = |resource: Value<'_>| resource.members().any(|(key, _)| key.name().starts_with("scope"));
    let keys = ["resourceSpans", "resourceLogs", "resourceMetrics"];
    let lists = keys.iter().filter_map(|key| value.get(key));
    lists.flat_map(Value::elements).any(|resource| resource.get("resource").is_some() || scopes(resource))
}

/// Whether an object is a mapping of WireMock.
fn is_mapping(value: Value<'_>) -> bool {
    /// Keys that only WireMock has.
    const URLS: [&str; 4] = ["urlPath", "urlPathTemplate", "urlPattern", "urlPathPattern"];
    const BODIES: [&str; 4] = ["jsonBody", "base64Body", "bodyFileName", "transformers"];
    let Some((request, response)) = value.get("request").zip(value.get("response")) else {
        return false;
    };
    let has = |value: Value<'_>, keys: &[&str]| keys.iter().any(|key| value.get(key).is_some());
    let is_named = value.get("uuid").is_some() || value.get("mappingBuilder").is_some();
    request.get("method").is_some()
        && (has(request, &URLS) || has(response, &BODIES) || is_named && request.get("url").is_some())
}

/// The same for a document of which only the start is known.
fn truncated_recording(text: &[u8]) -> Option<Recognised> {
    let compact: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .take(2_000)
        .collect();
    let has = |needle: &[u8]| memchr::memmem::find(&compact, needle).is_some();
    let is_list = compact.starts_with(b"[{\"request\":{") && has(b"\"response\":{");
    let format = if has(b"\"http_interactions\":[{") || has(b"\"interactions\":[{\"request\":") || is_list {
        Format::Cassette
    } else if compact.starts_with(b"{\"mappings\":[") && has(b"\"request\":") {
        Format::Wiremock
    } else if compact.starts_with(b"{\"data\":{\"pairs\":[") {
        Format::Hoverfly
    } else if compact.starts_with(b"{\"imposters\":[") {
        Format::Mountebank
    } else if compact.starts_with(b"{\"info\":{") && (has(b"\"_postman_id\"") || has(b"getpostman.com")) {
        Format::Postman
    } else if [&b"{\"resourceSpans\":[{"[..], b"{\"resourceLogs\":[{"].iter().any(|start| compact.starts_with(start)) {
        Format::Otlp
    } else if compact.starts_with(b"{\"_type\":\"export\"") && has(b"\"resources\":[") {
        Format::Insomnia
    } else if compact.starts_with(b"[{\"scope\":") && has(b"\"method\":") {
        Format::Nock
    } else if let Some(request) = at_root(&compact, b"request").filter(|_| !text.contains(&b'\n')) {
        let has = |keys: &[&[u8]]| keys.iter().any(|key| memchr::memmem::find(request, key).is_some());
        let is_mapping = has(&[b"\"urlPath", b"\"urlPattern\"", b"\"bodyPatterns\"", b"\"equalTo"]);
        let is_request = request.starts_with(b"{") && has(&[b"\"method\":"])
            && (is_mapping || has(&[b"\"url\":", b"\"uri\":"]));
        match is_mapping {
            _ if !is_request => return None,
            true => Format::Wiremock,
            // The first line of many, of which the response is not known yet.
            false => Format::Cassette,
        }
    } else {
        return None;
    };
    Some(Recognised::Format(format))
}

/// What follows a key of the outermost object, in JSON of which only the start is known.
fn at_root<'t>(text: &'t [u8], key: &[u8]) -> Option<&'t [u8]> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                let start = at + 1;
                let mut end = start;
                while text.get(end).is_some_and(|byte| *byte != b'"') {
                    end += if text[end] == b'\\' { 2 } else { 1 };
                }
                let rest = text.get(end + 1..)?;
                if depth == 1 && text[start..end] == *key && rest.starts_with(b":") {
                    return Some(&rest[1..]);
                }
                at = end;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Recognises a recording in YAML.
fn text_recording(text: &[u8]) -> Option<Recognised> {
    /// Lines inspected.
    const LINES: usize = 40;
    let lines = || lines_of(text).take(LINES);
    let key = |name: &'static [u8]| lines().any(|line| line.strip_prefix(name) == Some(b":"));
    // PHP-VCR writes a list without a key, and Keploy a document for each exchange.
    let is_list = || {
        let mut lines = lines().filter(|line| !line.is_empty() && *line != b"---");
        match lines.next() {
            Some(b"-") => lines.next() == Some(b"request:"),
            first => first == Some(b"- request:"),
        }
    };
    let is_insomnia = lines().any(|line| {
        let name = line.strip_prefix(b"type: ").unwrap_or_default();
        name.starts_with(b"collection.insomnia.rest/") || name.starts_with(b"\"collection.insomnia.rest/")
    });
    if is_insomnia || lines().any(|line| line == b"_type: export") && key(b"resources") {
        return Some(Recognised::Format(Format::Insomnia));
    }
    let is_keploy = || lines().any(|line| line.starts_with(b"version: api.keploy.io/"));
    if key(b"http_interactions") || key(b"interactions") || is_list() || is_keploy() {
        return Some(Recognised::Format(Format::Cassette));
    }
    None
}

/// The lines, without white space at their ends.
fn untrimmed_lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end)
}

/// The lines, without surrounding white space.
fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    let lines = ends.scan(0, |start, end| {
        Some(&text[std::mem::replace(start, end + 1)..end])
    });
    lines.map(<[u8]>::trim_ascii)
}

/// Whether the JSON is several documents, one per line.
pub(super) fn is_ndjson(head: &Head<'_>) -> bool {
    let text = head.text;
    if !is_json(head) {
        return false;
    }
    let is_document = |line: &[u8]| TapeDocument::parse(line).is_ok();
    let mut lines = lines_of(text).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let second = lines.next();
    let third = lines.next();
    // The last line of an incomplete head may be cut off.
    let second = second.filter(|_| head.complete || third.is_some());
    let starts_document = |line: &[u8]| matches!(line.first(), Some(b'{' | b'['));
    if let Some(second) = second
        && starts_document(second)
        && (is_document(first) || (first.len() > 1 && is_document(second)))
    {
        return true;
    }
    // One line, longer than the head: a document on one line reads the same as NDJSON, and any further lines
    // are documents, too.
    !is_har(head) && !head.complete && !text.contains(&b'\n')
}

/// Whether it starts like JSON.
pub(super) fn is_json(head: &Head<'_>) -> bool {
    matches!(head.text.first(), Some(b'{' | b'['))
}

/// Whether it starts like an HTTP message.
pub(super) fn is_http(head: &Head<'_>) -> bool {
    lines_of(head.text).next().is_some_and(is_start_line)
}

/// Whether it starts like the output of `curl -v`.
pub(super) fn is_curl(head: &Head<'_>) -> bool {
    curl::is_curl(lines_of(head.text).take(200))
}

/// Whether it contains a fenced block.
pub(super) fn is_markdown(head: &Head<'_>) -> bool {
    lines_of(head.text).any(|line| line.starts_with(b"```") || line.starts_with(b"~~~"))
}

/// Whether it contains a line that announces a block.
pub(super) fn is_guide(head: &Head<'_>) -> bool {
    lines_of(head.text).any(is_label)
}

/// An archive starts `{"log": {` and names its entries or its version soon after.
pub(super) fn is_har(head: &Head<'_>) -> bool {
    let compact = || {
        let bytes = head.text.iter().copied();
        bytes.filter(|byte| !byte.is_ascii_whitespace()).take(2_000)
    };
    if !compact().take(8).eq(*b"{\"log\":{") {
        return false;
    }
    let compact: Vec<u8> = compact().collect();
    let has = |needle: &[u8]| memchr::memmem::find(&compact, needle).is_some();
    has(b"\"version\"") || has(b"\"creator\"") || has(b"\"entries\"")
}
