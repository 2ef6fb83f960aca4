//! Flow dumps of mitmproxy: `mitmdump -w FILE`, as of mitmproxy 7.
//!
//! A file is a row of flows as tnetstrings: the length in decimal digits, `:`, so many bytes, and the type: `,` bytes, `;`
//! text, `#` integer, `^` float, `!` boolean, `~` null, `]` list, `}` dictionary. A flow of `type` `http` has `request`
//! (`method`, `scheme`, `host`, `port`, `path`, `headers`, `content`, `timestamp_start`) and `response` (`status_code`,
//! `headers`, `content`), or null. WebSocket messages, other types of flows, certificates and metadata are ignored.

use std::io::{BufRead, Read as _};

use crate::capture::blocks::read_error;
use crate::capture::{
    Body, Exchange, Headers, Hint, Limits, Line, ReadProblem, Remark, RemarkKind, Request, Response, Sink, Unused, transfer,
};
use crate::location::{Origin, Position};
use crate::redact::Excerpt;

use super::message::{Found, kept};

/// The deepest nesting of values.
const DEEPEST: u8 = 32;

/// The most digits of a length.
const DIGITS: usize = 12;

/// Whether a file starts like this: with the length of a dictionary that starts with the length of a key.
pub(super) fn is_mitmproxy(head: &[u8]) -> bool {
    let after_length = |text: &[u8]| {
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_length = (1..=DIGITS).contains(&digits) && text.get(digits) == Some(&b':');
        is_length.then(|| text[digits + 1..].to_vec())
    };
    let Some(first) = after_length(head) else {
        return false;
    };
    let is_key = |key: Vec<u8>| key.first().is_some_and(u8::is_ascii_lowercase);
    after_length(&first).is_some_and(is_key) && memchr::memmem::find(head, b"7:request;").or(memchr::memmem::find(head, b"7:version;")).or(memchr::memmem::find(head, b"4:type;")).is_some()
}

/// Reads every flow.
pub(super) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    hint: &Hint,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> u64 {
    let mut position = origin.position;
    let mut entries = 0;
    let mut count = 0;
    loop {
        let mut place = origin.at(position);
        place.entry = Some(entries + 1);
        let problem = |message: String| ReadProblem {
            origin: place.clone(),
            message,
        };
        let flow = match next(reader, limits) {
            Ok(Some(flow)) => flow,
            Ok(None) => return count,
            Err(message) => {
                sink.problem(problem(message));
                return count;
            }
        };
        entries += 1;
        // A dump is binary: it has no lines.
        position = Position {
            byte: position.byte + flow.length,
            ..position
        };
        let Some(content) = flow.content else {
            sink.problem(problem(limits.too_large("a flow", flow.length)));
            continue;
        };
        match Value::parse(&content, DEEPEST) {
            Some((value, _)) => match exchange(&value, &place, hint, sink) {
                Ok(true) => count += 1,
                Ok(false) => sink.unused(Unused::NotHttp, &place),
                Err(message) => sink.problem(problem(message)),
            },
            None => sink.problem(problem("flow skipped: it is not a valid tnetstring".to_owned())),
        }
    }
}

/// A flow as written, with its length; without content if it is over the limit.
struct Flow {
    content: Option<Vec<u8>>,
    length: u64,
}

fn next(reader: &mut dyn BufRead, limits: &Limits) -> Result<Option<Flow>, String> {
    let failed = |error: std::io::Error| read_error(&error);
    let mut prefix = Vec::new();
    loop {
        let mut byte = [0];
        if reader.read(&mut byte).map_err(failed)? == 0 {
            return match prefix.is_empty() {
                true => Ok(None),
                false => Err("the file ends in the length of a flow".to_owned()),
            };
        }
        match byte[0] {
            // Some tools write a line break after each flow.
            b'\n' | b'\r' if prefix.is_empty() => {}
            b':' if !prefix.is_empty() => break,
            digit if digit.is_ascii_digit() && prefix.len() < DIGITS => prefix.push(digit),
            _ => return Err("not a flow: expected its length".to_owned()),
        }
    }
    let digits = std::str::from_utf8(&prefix).ok().and_then(|digits| digits.parse::<u64>().ok());
    let length = digits.ok_or_else(|| "not a flow: expected its length".to_owned())?;
    // The type follows the bytes.
    let all = length.saturating_add(1);
    let mut part = reader.take(all);
    let whole = prefix.len() as u64 + 1 + all;
    let is_kept = length <= limits.body;
    let mut content = prefix;
    content.push(b':');
    let read = match is_kept {
        true => part.read_to_end(&mut content).map(|read| read as u64),
        false => std::io::copy(&mut part, &mut std::io::sink()),
    };
    let read = read.map_err(failed)?;
    if read < all {
        return Err(format!("the file ends too early: {read} of the {all} bytes of a flow are there"));
    }
    Ok(Some(Flow {
        content: is_kept.then_some(content),
        length: whole,
    }))
}

/// A value of a tnetstring.
#[derive(Debug)]
enum Value<'t> {
    Bytes(&'t [u8]),
    Number(f64),
    Boolean,
    Null,
    List(Vec<Value<'t>>),
    Dictionary(Vec<(&'t [u8], Value<'t>)>),
}

impl<'t> Value<'t> {
    /// Parses the value at the start of a text, and returns the rest.
    fn parse(text: &'t [u8], depth: u8) -> Option<(Self, &'t [u8])> {
        let colon = memchr::memchr(b':', &text[..text.len().min(DIGITS + 1)])?;
        let length: usize = std::str::from_utf8(&text[..colon]).ok()?.parse().ok()?;
        let rest = &text[colon + 1..];
        let content = rest.get(..length)?;
        let kind = *rest.get(length)?;
        let value = match kind {
            b',' | b';' => Self::Bytes(content),
            b'#' | b'^' => Self::Number(std::str::from_utf8(content).ok()?.trim().parse().ok()?),
            b'!' => Self::Boolean,
            b'~' => Self::Null,
            b']' => {
                let depth = depth.checked_sub(1)?;
                let mut list = Vec::new();
                let mut rest = content;
                while !rest.is_empty() {
                    let (value, more) = Self::parse(rest, depth)?;
                    list.push(value);
                    rest = more;
                }
                Self::List(list)
            }
            b'}' => {
                let depth = depth.checked_sub(1)?;
                let mut members = Vec::new();
                let mut rest = content;
                while !rest.is_empty() {
                    let (key, more) = Self::parse(rest, depth)?;
                    let (value, more) = Self::parse(more, depth)?;
                    let Self::Bytes(key) = key else { return None };
                    members.push((key, value));
                    rest = more;
                }
                Self::Dictionary(members)
            }
            _ => return None,
        };
        Some((value, &rest[length + 1..]))
    }

    fn get(&self, key: &str) -> Option<&Self> {
        let Self::Dictionary(members) = self else {
            return None;
        };
        let mut members = members.iter();
        members.find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| value)
    }

    fn bytes(&self) -> Option<&'t [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    fn text(&self) -> Option<String> {
        Some(String::from_utf8_lossy(self.bytes()?).into_owned())
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Emits the exchange of a flow. Returns false if the flow is not one of HTTP.
fn exchange(flow: &Value<'_>, place: &Origin, hint: &Hint, sink: &mut dyn Sink) -> Result<bool, String> {
    let missing = |what: &str| format!("flow skipped: `{what}` is missing or invalid");
    if flow.get("type").and_then(Value::text).is_some_and(|kind| kind != "http") {
        return Ok(false);
    }
    let asked = flow.get("request").ok_or_else(|| missing("request"))?;
    let text = |key: &str| asked.get(key).and_then(Value::text).filter(|text| !text.is_empty());
    let method = text("method").ok_or_else(|| missing("request.method"))?;
    let path = text("path").ok_or_else(|| missing("request.path"))?;
    let host = text("authority").or_else(|| text("host"));
    let scheme = text("scheme").unwrap_or_else(|| "http".to_owned());
    let target = match host {
        Some(host) if path.starts_with('/') => {
            let port = asked.get("port").and_then(Value::number);
            let usual = if scheme == "https" { 443.0 } else { 80.0 };
            let port = port.filter(|port| *port != usual && !host.contains(':'));
            let port = port.map_or_else(String::new, |port| format!(":{port}"));
            format!("{scheme}://{host}{port}{path}")
        }
        _ => path,
    };
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut exchange = Exchange::new(place.clone(), hint);
    let time = asked.get("timestamp_start").and_then(Value::number);
    exchange.time = time.and_then(|seconds| {
        // Seconds since 1970, with fractions.
        let milliseconds = (seconds * 1000.0).round();
        jiff::Timestamp::from_millisecond(milliseconds as i64).ok().map(|time| time.to_string())
    });
    let sent = headers(asked.get("headers"));
    exchange.remarks.extend(coding(asked.get("content"), &sent, place));
    let (body, body_left_out) = kept(body(asked.get("content"), &sent, place), sink);
    let line = |text: String| Line {
        text,
        origin: place.clone(),
    };
    exchange.request = Some(Request {
        line: line(format!("{method} {target}")),
        method,
        target,
        body_left_out,
        headers: sent,
        body,
    });
    if let Some(answer) = flow.get("response").filter(|answer| !matches!(answer, Value::Null)) {
        let status = answer.get("status_code").and_then(Value::number);
        let status = status.filter(|status| (100.0..1000.0).contains(status) && status.fract() == 0.0);
        let status = status.ok_or_else(|| missing("response.status_code"))? as u16;
        let fields = headers(answer.get("headers"));
        exchange.remarks.extend(coding(answer.get("content"), &fields, place));
        let (body, body_left_out) = kept(self::body(answer.get("content"), &fields, place), sink);
        exchange.response = Some(Response {
            line: line(status.to_string()),
            status,
            body_left_out,
            headers: fields,
            body,
        });
    }
    sink.exchange(exchange);
    Ok(true)
}

fn headers(fields: Option<&Value<'_>>) -> Headers {
    let Some(Value::List(fields)) = fields else {
        return Headers::default();
    };
    let fields = fields.iter().filter_map(|field| match field {
        Value::List(pair) => Some((pair.first()?.text()?, pair.get(1)?.text()?)),
        _ => None,
    });
    Headers::new(fields.collect())
}

/// A remark on a body that does not have the coding that its header names: flows keep bodies as they were sent.
fn coding(content: Option<&Value<'_>>, headers: &Headers, place: &Origin) -> Option<Remark> {
    let coding = transfer::contradicted(content.and_then(Value::bytes)?, headers)?;
    Some(Remark {
        origin: place.clone(),
        kind: RemarkKind::ContentCoding(coding),
        excerpt: Excerpt::default(),
    })
}

fn body<'t>(content: Option<&Value<'t>>, headers: &Headers, place: &Origin) -> Found<'t> {
    let Some(raw) = content.and_then(Value::bytes).filter(|raw| !raw.is_empty()) else {
        return Ok(None);
    };
    let decoded = transfer::decode(raw, headers).map_err(|message| ReadProblem {
        origin: place.clone(),
        message,
    })?;
    let body = Body::decoded(decoded.unwrap_or_else(|| raw.to_vec()), place.clone());
    Ok(Some(body.with_media_type(headers.get("content-type"))))
}
