//! Requests of a REST client (`.http`, `.rest`), with the responses that it saved.
//!
//! ```text
//! file      = entry *("###" [name] entry)
//! entry     = *(comment | variable | directive) request [blank body] *saved
//! request   = [method] target [version] *(continuation) *(header)
//! saved     = "<>" path          JetBrains: the newest response first, named `2026-03-02T091500.200.json`
//! message   = a response as it was received, also without a request (VS Code saves it in a file of its own)
//! ```
//!
//! The file of a saved response is in the same folder, or in one below it. It has the body, or the whole message with its
//! status line; otherwise the status is in its name. All saved responses of a request are read. `< file` is a body that is
//! not in this file. Scripts (`< {% … %}`, `> {% … %}`), variables, names and directives (`# @name`) are ignored. A request
//! without a saved response is counted.

use std::path::{Component, Path};

use crate::capture::places::Known;
use crate::capture::{Body, Exchange, Headers, Hint, Line, ReadProblem, Request, Response, Sink, Unused};
use crate::location::{Origin, Position};

use super::Text;
use super::lines::{StartLine, line_at, next_line};
use super::log_fields::is_method;

/// The largest file of a response in bytes.
const LARGEST: u64 = crate::limits::BODY;

/// What a file of a REST client has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Saved responses.
    Saved,
    /// Requests whose first one has no version, so they are no HTTP messages.
    Requests,
}

/// Whether a file is one of a REST client, rather than one of HTTP messages.
pub(super) fn look<'t>(lines: impl Iterator<Item = &'t [u8]>) -> Option<Look> {
    let mut is_at_start = true;
    let mut found = None;
    let mut has_request = false;
    for line in lines {
        let text = std::str::from_utf8(line).unwrap_or_default().trim_end();
        let start = StartLine::parse(text);
        if matches!(start, Some(StartLine::Response { .. })) {
            return None;
        }
        if has_request && saved(text).is_some() {
            return Some(Look::Saved);
        }
        if is_at_start && Asked::parse(text).is_some() {
            let is_first = !std::mem::replace(&mut has_request, true);
            found = found.or((is_first && start.is_none()).then_some(Look::Requests));
        }
        let is_passed_over = text.is_empty() || text.starts_with(['#', '@']) || text.starts_with("//");
        is_at_start = text.starts_with("###") || is_at_start && is_passed_over;
    }
    found
}

/// A request line.
struct Asked<'t> {
    method: &'t str,
    target: &'t str,
}

impl<'t> Asked<'t> {
    fn parse(line: &'t str) -> Option<Self> {
        let line = line.trim();
        let line = line.strip_suffix(" HTTP/1.1").or_else(|| line.strip_suffix(" HTTP/2")).unwrap_or(line);
        let (method, target) = match line.split_once(' ') {
            Some((method, target)) if is_method(method) && method.starts_with(|first: char| first.is_ascii_uppercase()) => (method, target.trim()),
            _ => ("GET", line),
        };
        let is_target = ["http://", "https://", "/", "{{"].iter().any(|start| target.starts_with(start))
            || method.len() < line.len() - target.len() && target.contains(['/', '.', ':']);
        (is_target && !target.contains(' ')).then_some(Self { method, target })
    }
}

/// The path of a saved response.
fn saved(line: &str) -> Option<&str> {
    line.strip_prefix("<>").map(str::trim).filter(|path| !path.is_empty())
}

/// Reads the requests and their saved responses.
pub(super) fn read(text: &Text<'_>, sink: &mut dyn Sink) -> u64 {
    let Text { bytes, origin, hint, .. } = *text;
    let mut count = 0;
    let mut start = 0;
    let mut number = 0;
    let known = Known::default();
    while start < bytes.len() {
        // An entry ends before the next separator.
        let mut end = next_line(bytes, start);
        while end < bytes.len() && !line_at(bytes, end).starts_with(b"###") {
            end = next_line(bytes, end);
        }
        let entry = Entry { bytes, start, end, origin, hint, known: &known };
        count += entry.read(&mut number, sink);
        start = end;
    }
    if number == 0 {
        sink.problem(ReadProblem {
            origin: origin.clone(),
            message: "no request found: expected a request line such as `GET https://host/path`".to_owned(),
        });
    }
    count
}

/// A part of the file, and its offset.
type Part<'t> = (usize, &'t str);

/// What is between two separators.
struct Entry<'t> {
    bytes: &'t [u8],
    start: usize,
    end: usize,
    origin: &'t Origin,
    hint: &'t Hint,
    /// Positions in the file.
    known: &'t Known,
}

impl<'t> Entry<'t> {
    fn place(&self, offset: usize) -> Origin {
        self.origin.at(self.known.in_text(self.origin.position, self.bytes, offset))
    }

    fn line(&self, at: usize) -> &'t str {
        std::str::from_utf8(line_at(self.bytes, at)).unwrap_or_default().trim_end()
    }

    fn read(&self, number: &mut u64, sink: &mut dyn Sink) -> u64 {
        let mut at = self.start;
        // Comments, names and variables come first.
        while at < self.end {
            let line = self.line(at).trim();
            let is_passed_over = line.is_empty() || line.starts_with(['#', '@']) || line.starts_with("//");
            if !is_passed_over {
                break;
            }
            at = next_line(self.bytes, at);
        }
        if at >= self.end {
            return 0;
        }
        *number += 1;
        let first = at;
        let Some(asked) = Asked::parse(self.line(at)) else {
            sink.problem(ReadProblem {
                origin: self.place(at),
                message: "entry skipped: expected a request line such as `GET https://host/path`".to_owned(),
            });
            return 0;
        };
        let mut target = asked.target.to_owned();
        at = next_line(self.bytes, at);
        let mut headers = Headers::default();
        while at < self.end {
            let line = self.line(at);
            if line.trim().is_empty() || saved(line).is_some() {
                break;
            }
            match line.split_once(':') {
                // Parts of the query may be on lines of their own.
                _ if line.starts_with([' ', '\t']) && line.trim().starts_with(['?', '&', '/']) => target.push_str(line.trim()),
                Some((name, value)) if !line.starts_with('#') => headers.0.push((name.trim().to_owned(), value.trim().to_owned())),
                _ => {}
            }
            at = next_line(self.bytes, at);
        }
        let (body, files) = self.rest(at);
        let is_elsewhere = body.is_some_and(|(_, text)| text.starts_with('<'));
        let request = |number: u64| {
            let mut place = self.place(first);
            place.entry = Some(number);
            let sent = body.filter(|_| !is_elsewhere).map(|(at, text)| {
                Body::verbatim(text.as_bytes(), self.place(at)).with_media_type(headers.get("content-type"))
            });
            let hint = Hint { operation: None, ..self.hint.clone() };
            let mut exchange = Exchange::new(place.clone(), hint);
            exchange.may_lack_credentials = true;
            exchange.request = Some(Request {
                line: Line { text: self.line(first).to_owned(), origin: place },
                method: asked.method.to_owned(),
                target: target.clone(),
                headers: headers.clone(),
                body_left_out: is_elsewhere,
                body: sent,
            });
            exchange
        };
        if files.is_empty() {
            sink.unused(Unused::NoResponse, &self.place(first));
            return 0;
        }
        let mut count = 0;
        for (at, path) in files {
            match response(&self.origin.file, path) {
                Ok(answer) => {
                    let mut exchange = request(*number);
                    exchange.time = time_in(path);
                    exchange.response = Some(answer.response(&Line { text: self.line(at).to_owned(), origin: self.place(at) }));
                    sink.exchange(exchange);
                    count += 1;
                }
                Err(why) => sink.problem(ReadProblem {
                    origin: self.place(at),
                    message: format!("response skipped: {path}: {why}"),
                }),
            }
        }
        count
    }

    /// The body with its offset, and the saved responses with theirs.
    fn rest(&self, mut at: usize) -> (Option<Part<'t>>, Vec<Part<'t>>) {
        let start = at;
        let mut files = Vec::new();
        let mut end = None;
        while at < self.end {
            let line = self.line(at);
            if let Some(path) = saved(line) {
                files.push((at, path));
            }
            // A script follows the body.
            if saved(line).is_some() || line.starts_with("> ") || line.starts_with(">>") {
                end.get_or_insert(at);
            }
            at = next_line(self.bytes, at);
        }
        let text = self.bytes.get(start..end.unwrap_or(self.end)).unwrap_or_default();
        let text = std::str::from_utf8(text).unwrap_or_default();
        let blank = text.len() - text.trim_start().len();
        let body = text.trim();
        (Some((start + blank, body)).filter(|(_, body)| !body.is_empty()), files)
    }
}

/// A response from a file of its own.
struct Saved {
    status: u16,
    headers: Headers,
    body: Option<Body<'static>>,
}

impl Saved {
    fn response(self, line: &Line) -> Response<'static> {
        Response {
            line: line.clone(),
            status: self.status,
            headers: self.headers,
            body_left_out: false,
            body: self.body,
        }
    }
}

/// Reads a saved response, next to the file that names it.
fn response(file: &str, name: &str) -> Result<Saved, String> {
    let name = name.trim_start_matches("./");
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !is_inside {
        return Err("it must be next to the file with the request".to_owned());
    }
    let folder = Path::new(file).parent().unwrap_or_else(|| Path::new(""));
    // JetBrains keeps responses in a folder of the project.
    let places = [folder.join(name), folder.join(".idea/httpRequests").join(name)];
    let path = places.iter().find(|path| path.is_file()).ok_or("there is no such file")?;
    if path.metadata().map_or(0, |found| found.len()) > LARGEST {
        return Err("it is too large".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| crate::error::io_words(&error))?;
    let origin = Origin {
        file: path.to_string_lossy().into(),
        entry: None,
        position: Position::START,
    };
    let start = std::str::from_utf8(line_at(&bytes, 0)).unwrap_or_default();
    if let Some(StartLine::Response { status }) = StartLine::parse(start) {
        let mut headers = Headers::default();
        let mut at = next_line(&bytes, 0);
        while at < bytes.len() && !line_at(&bytes, at).trim_ascii().is_empty() {
            let line = String::from_utf8_lossy(line_at(&bytes, at));
            headers.0.extend(line.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())));
            at = next_line(&bytes, at);
        }
        let at = next_line(&bytes, at.min(bytes.len()));
        let place = origin.at(origin.position.at_offset(&bytes, at));
        let content = bytes.get(at..).unwrap_or_default().trim_ascii_end().to_vec();
        let body = (!content.is_empty()).then(|| Body::owned(content, place).with_media_type(headers.get("content-type")));
        return Ok(Saved { status, headers, body });
    }
    let parts = name.rsplit('.');
    let mut statuses = parts.filter_map(|part| part.parse().ok().filter(|status| (100..1000).contains(status)));
    let status = statuses.next().ok_or("its name has no status, as in `2026-03-02T091500.200.json`")?;
    let media_type = match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => Some("application/json"),
        Some("html") => Some("text/html"),
        Some("xml") => Some("application/xml"),
        Some("txt") => Some("text/plain"),
        _ => None,
    };
    let body = (!bytes.trim_ascii().is_empty()).then(|| Body::owned(bytes, origin).with_media_type(media_type));
    Ok(Saved { status, headers: Headers::default(), body })
}

/// The time in the name of a saved response: `2026-03-02T091500`.
fn time_in(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?.split('.').next()?;
    let (date, time) = name.split_once('T')?;
    let is_time = time.len() == 6 && time.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, rest) = time.split_at_checked(2).filter(|_| is_time)?;
    let (minutes, seconds) = rest.split_at_checked(2)?;
    Some(format!("{date}T{hours}:{minutes}:{seconds}"))
}
