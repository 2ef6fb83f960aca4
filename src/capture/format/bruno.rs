//! Requests of Bruno (`.bru`) with their examples, which are saved responses.
//!
//! ```text
//! file     = *block
//! block    = name " {" lines "}"                     at the start of a line
//! example  = "example {" *(name ": " value) request response "}"
//! request  = "request: {" url method [params] [headers] ["body:json: {" text "}"] "}"
//! response = "response: {" [headers] "status: {" code [text] "}" "body: {" type "content: '''" text "'''" "}" "}"
//! ```
//!
//! A block ends at a `}` that is indented as its first line. A field of an example that it lacks is that of the request of
//! the file (`get { url: … }`). A file without an example is a request without a response. Scripts, tests, variables,
//! assertions, authorisation and documentation are ignored. Fields that start with `~` are disabled.

use crate::capture::places::Known;
use crate::capture::{Body, Exchange, Headers, Hint, Line, ReadProblem, Request, Response, Sink, Unused};
use crate::location::Origin;

use super::Text;
use super::lines::{line_at, next_line};
use super::log_fields::is_method;

/// Whether a file is one of Bruno: it has a block with metadata, and a request.
pub(super) fn is_bruno<'t>(lines: impl Iterator<Item = &'t [u8]>) -> bool {
    let mut has_meta = false;
    for line in lines {
        match std::str::from_utf8(line).unwrap_or_default().strip_suffix(" {") {
            Some("meta") => has_meta = true,
            Some("http") if has_meta => return true,
            Some(name) if has_meta && is_method(name) => return true,
            _ => {}
        }
    }
    false
}

/// Lines of a file.
#[derive(Clone, Copy)]
struct Block<'t> {
    text: &'t [u8],
    /// The lines inside.
    start: usize,
    end: usize,
    /// Where the line that opens it starts.
    opened: usize,
}

impl<'t> Block<'t> {
    fn line(self, at: usize) -> &'t str {
        std::str::from_utf8(line_at(self.text, at)).unwrap_or_default()
    }

    /// The blocks and fields inside: the name, the value of a field, and the block.
    fn parts(self) -> Vec<(&'t str, &'t str, Self)> {
        let mut parts = Vec::new();
        let mut at = self.start;
        while at < self.end {
            let line = self.line(at);
            let indentation = line.len() - line.trim_start().len();
            let inside = next_line(self.text, at);
            let name = line.trim();
            let closing = if name.ends_with("'''") && !name.ends_with("''''''") { "'''" } else { "}" };
            let opening = name.strip_suffix('{').or_else(|| name.strip_suffix("'''"));
            let block = |end| Self { text: self.text, start: inside, end, opened: at };
            let Some(name) = opening.filter(|name| name.ends_with([' ', ':'])) else {
                if let Some((name, value)) = name.split_once(':').filter(|(name, _)| !name.starts_with('~')) {
                    // The name of a header may have quotes.
                    parts.push((name.trim().trim_matches('"'), value.trim(), block(inside)));
                }
                at = inside;
                continue;
            };
            let mut end = inside;
            while end < self.end {
                let line = self.line(end);
                let is_end = line.trim() == closing && line.len() - line.trim_start().len() <= indentation;
                if is_end || closing == "'''" && line.trim() == closing {
                    break;
                }
                end = next_line(self.text, end);
            }
            parts.push((name.trim().trim_end_matches(':'), "", block(end)));
            at = match end < self.end {
                true => next_line(self.text, end),
                false => end,
            };
        }
        parts
    }

    fn block(self, name: &str) -> Option<Self> {
        self.parts().into_iter().find(|(found, value, _)| *found == name && value.is_empty()).map(|(_, _, block)| block)
    }

    fn field(self, name: &str) -> Option<(&'t str, Self)> {
        let found = self.parts().into_iter().find(|(found, value, _)| *found == name && !value.is_empty());
        found.map(|(_, value, block)| (value, block))
    }

    fn headers(self) -> Headers {
        let fields = self.block("headers").map(Self::parts).unwrap_or_default();
        Headers::new(fields.into_iter().map(|(name, value, _)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The text inside, without white space around it, and its offset.
    fn content(self) -> Option<(&'t [u8], usize)> {
        let text = self.text.get(self.start..self.end)?;
        let blank = text.len() - text.trim_ascii_start().len();
        Some((text.trim_ascii(), self.start + blank)).filter(|(text, _)| !text.is_empty())
    }
}

/// Reads the examples of a request.
pub(super) fn read(text: &Text<'_>, sink: &mut dyn Sink) -> u64 {
    let Text { bytes, origin, hint, .. } = *text;
    let file = Block { text: bytes, start: 0, end: bytes.len(), opened: 0 };
    let parts = file.parts();
    let own = parts.iter().find(|(name, _, _)| is_method(name) || *name == "http");
    let Some((name, _, asked)) = own else {
        sink.problem(ReadProblem {
            origin: origin.clone(),
            message: "a block with the request is missing, such as `get {`".to_owned(),
        });
        return 0;
    };
    let reader = Reader { origin, hint, bytes, method: name, asked: *asked, known: Known::default() };
    let mut number = 0;
    let mut count = 0;
    for (_, _, example) in parts.iter().filter(|(name, _, _)| *name == "example") {
        number += 1;
        match reader.example(*example, number) {
            Ok(exchange) => {
                sink.exchange(exchange);
                count += 1;
            }
            Err(problem) => sink.problem(problem),
        }
    }
    if number == 0 {
        sink.unused(Unused::NoResponse, &reader.place(asked.opened));
    }
    count
}

struct Reader<'t> {
    origin: &'t Origin,
    hint: &'t Hint,
    bytes: &'t [u8],
    /// The request of the file.
    method: &'t str,
    asked: Block<'t>,
    /// Positions in the file.
    known: Known,
}

impl<'t> Reader<'t> {
    fn place(&self, offset: usize) -> Origin {
        self.origin.at(self.known.in_text(self.origin.position, self.bytes, offset))
    }

    fn missing(&self, block: Block<'_>, what: &str) -> ReadProblem {
        ReadProblem {
            origin: self.place(block.opened),
            message: format!("example skipped: `{what}` is missing or invalid"),
        }
    }

    /// The line of a field.
    fn line(&self, block: Block<'t>) -> Line {
        let line = block.line(block.opened);
        let blank = line.len() - line.trim_start().len();
        Line {
            text: line.trim().to_owned(),
            origin: self.place(block.opened + blank),
        }
    }

    fn body(&self, block: Option<Block<'t>>, media_type: Option<&str>) -> Option<Body<'t>> {
        let (text, at) = block?.content()?;
        Some(Body::verbatim(text, self.place(at)).with_media_type(media_type))
    }

    fn example(&self, example: Block<'t>, number: u64) -> Result<Exchange<'t>, ReadProblem> {
        let asked = example.block("request");
        let field = |name: &str| asked.and_then(|asked| asked.field(name)).or_else(|| self.asked.field(name));
        let (url, line) = field("url").ok_or_else(|| self.missing(example, "request.url"))?;
        let method = field("method").map_or(self.method, |(method, _)| method);
        let hint = Hint { operation: None, ..self.hint.clone() };
        let mut place = self.place(example.opened);
        place.entry = Some(number);
        let mut exchange = Exchange::new(place, hint);
        exchange.may_lack_credentials = true;
        let headers = asked.map(Block::headers).unwrap_or_default();
        let json = Some("application/json");
        let sent = asked.and_then(|asked| asked.block("body:json"));
        exchange.request = Some(Request {
            line: self.line(line),
            method: method.to_ascii_uppercase(),
            target: url.to_owned(),
            body: self.body(sent, headers.get("content-type").or(json)),
            headers,
            body_left_out: false,
        });
        let answer = example.block("response").ok_or_else(|| self.missing(example, "response"))?;
        let written = answer.block("status").and_then(|status| status.field("code")).or_else(|| answer.field("status"));
        let status = written.and_then(|(code, line)| Some((code.parse().ok().filter(|code| (100..1000).contains(code))?, line)));
        let (status, line) = status.ok_or_else(|| self.missing(answer, "response.status.code"))?;
        let headers = answer.headers();
        let body = answer.block("body");
        let kind = match body.and_then(|body| body.field("type")).map(|(kind, _)| kind) {
            Some("json") => json,
            Some("xml") => Some("application/xml"),
            Some("html") => Some("text/html"),
            Some("text") => Some("text/plain"),
            _ => None,
        };
        let content = body.and_then(|body| body.block("content"));
        exchange.response = Some(Response {
            line: self.line(line),
            status,
            body: self.body(content, headers.get("content-type").or(kind)),
            headers,
            body_left_out: false,
        });
        Ok(exchange)
    }
}
