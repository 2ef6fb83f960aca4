//! HTTP Archive 1.2, as written by browsers, proxies and test recorders.
//!
//! `log.entries` has the entries. Numbers may be strings (Charles), and what a tool leaves out is not required but for the
//! method and the URL. A WebSocket, its messages (`_webSocketMessages`), and a response that is a stream of events are
//! counted. Playwright keeps bodies in files next to the archive, which `_file` names. Pages, timings, caches and cookies are ignored, and so are fields that only one tool writes.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::{Kind, Value};
use crate::location::Origin;
use crate::media_type::ContentKind;

use crate::capture::transfer;

use super::form;
use super::message::{Found, first, has_length, kept};
use crate::redact::Excerpt;
use crate::capture::record::{Lists, Record};
use crate::capture::{Body, EncodingFault, Exchange, FieldPlace, Headers, Hint, ReadProblem, Remark, RemarkKind, Request, Response, Sink, Unused, WrittenFields};

/// Where an archive has its entries.
pub(super) const LISTS: Lists = &[&["log", "entries"]];

/// Reads one entry, and returns how many exchanges it was.
pub(super) fn read(record: &Record<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    entry(record, record.root(), hint, sink)
}

/// Reads an entry that is a part of a record.
pub(super) fn entry(record: &Record<'_>, entry: Value<'_>, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    if is_web_socket(entry) {
        sink.unused(Unused::NotHttp, record.origin());
        return 0;
    }
    let hint = Hint {
        operation: None,
        ..hint.clone()
    };
    let mut exchange = Exchange::new(record.origin().clone(), hint);
    // Some tools write a number of milliseconds.
    exchange.time = entry
        .get("startedDateTime")
        .filter(|time| time.kind() != Kind::Null)
        .map(|time| {
            time.as_str()
                .map_or_else(|| time.raw().to_owned(), Cow::into_owned)
        });
    let reader = Entry { record };
    match reader.request(entry, sink, &mut exchange.remarks) {
        Ok(request) => exchange.request = Some(request),
        Err(problem) => {
            sink.problem(problem);
            return 0;
        }
    }
    exchange.response = reader.response(entry, sink, &mut exchange.remarks);
    sink.exchange(exchange);
    1
}

/// Whether an entry is a connection that left HTTP.
fn is_web_socket(entry: Value<'_>) -> bool {
    let url = entry.get("request").and_then(|request| string(request, "url")).unwrap_or_default();
    let status = entry.get("response").and_then(|response| super::message::status(response.get("status")?));
    entry.get("_webSocketMessages").is_some()
        || string(entry, "_resourceType").as_deref() == Some("websocket")
        || url.starts_with("ws://")
        || url.starts_with("wss://")
        || status == Some(101)
}

/// One entry.
struct Entry<'t> {
    record: &'t Record<'t>,
}

impl Entry<'_> {
    fn request<'d>(
        &self,
        entry: Value<'d>,
        sink: &mut dyn Sink,
        remarks: &mut Vec<Remark>,
    ) -> Result<Request<'d>, ReadProblem> {
        let missing = |what: &str, value: Option<Value<'_>>| ReadProblem {
            origin: self.record.at(value.unwrap_or(entry)),
            message: format!("entry skipped: `{what}` is missing or invalid"),
        };
        let request = entry
            .get("request")
            .ok_or_else(|| missing("request", None))?;
        let method =
            string(request, "method").ok_or_else(|| missing("request.method", Some(request)))?;
        let url = request
            .get("url")
            .filter(|url| url.kind() == Kind::String)
            .ok_or_else(|| missing("request.url", Some(request)))?;
        let data = request.get("postData");
        let headers = self.headers(request);
        let body = data.map_or(Ok(None), |data| self.body(data, &headers, remarks));
        let (body, is_unread) = kept(body, sink);
        // -1 means that the size is unknown.
        let size = request.get("bodySize").and_then(Value::as_number);
        let is_sized = size
            .and_then(|size| size.as_i64())
            .is_some_and(|size| size != 0);
        let is_left_out = is_sized || has_length(&headers) || data.is_some_and(is_left_out);
        Ok(Request {
            line: self.record.line(url),
            method,
            target: url.as_str().unwrap_or_default().into_owned(),
            headers,
            body_left_out: body.is_none() && (is_unread || is_left_out),
            body,
        })
    }

    /// The response, or `None` if the request was not answered. In that case browsers write status 0; other
    /// tools write -1, null, or no response.
    fn response<'d>(
        &self,
        entry: Value<'d>,
        sink: &mut dyn Sink,
        remarks: &mut Vec<Remark>,
    ) -> Option<Response<'d>> {
        let response = entry
            .get("response")
            .filter(|response| response.kind() == Kind::Object)?;
        let written = response
            .get("status")
            .filter(|status| status.kind() != Kind::Null)?;
        let number = match written.as_str() {
            Some(text) => text.trim().parse::<f64>().ok(),
            None => written.as_number().and_then(|number| number.as_f64()),
        };
        let status = match number {
            // Not a status code: the request was not answered.
            Some(number) if number < 1.0 => return None,
            Some(number) if number.fract() == 0.0 && number < 1000.0 => number as u16,
            _ => {
                sink.problem(ReadProblem {
                    origin: self.record.at(written),
                    message: "response skipped: `status` is not an HTTP status code".to_owned(),
                });
                return None;
            }
        };
        let content = response.get("content");
        let headers = self.headers(response);
        let body = content.map_or(Ok(None), |content| self.body(content, &headers, remarks));
        let (body, is_unread) = kept(body, sink);
        let is_aborted = [response, entry]
            .into_iter()
            .flat_map(|owner| ["_failureText", "_error"].map(|key| owner.get(key)))
            .flatten()
            .any(|failure| failure.as_str().is_some_and(|text| !text.is_empty()));
        let body_size = response.get("bodySize").and_then(Value::as_number);
        let is_sized = body_size
            .and_then(|size| size.as_i64())
            .is_some_and(|size| size > 0);
        // Most browsers leave out the events of a stream.
        let kind = content.and_then(|content| string(content, "mimeType"));
        let is_stream = kind.is_some_and(|kind| ContentKind::of(&kind) == ContentKind::Events);
        let is_left_out =
            is_aborted || is_stream || is_sized || has_length(&headers) || content.is_some_and(is_left_out);
        Some(Response {
            line: self.record.line(written),
            status,
            headers,
            body_left_out: body.is_none() && (is_unread || is_left_out),
            body,
        })
    }

    fn headers(&self, message: Value<'_>) -> Headers {
        let written = message.get("headers");
        let Some(written) = written else { return Headers::default() };
        let (mut fields, mut places) = (Vec::new(), Vec::new());
        let start = written.span().start;
        let within = |span: Range<usize>| span.start - start..span.end - start;
        for field in written.elements() {
            let (Some(name), Some(value)) = (field.get("name"), field.get("value")) else { continue };
            let (Some(name_text), Some(text)) = (name.as_str(), value.as_str()) else { continue };
            for (line, span) in lines(&text, value) {
                fields.push((name_text.to_string(), line));
                places.push(FieldPlace {
                    whole: within(field.span()),
                    name: within(name.span()),
                    value: within(span),
                });
            }
        }
        let all = self.record.line(written);
        // Otherwise the places in the capture are others.
        if all.text != written.raw() {
            places.clear();
        }
        let is_cut = false;
        Headers(fields, Some(WrittenFields { all, places, is_cut }))
    }

    /// The body in a file that `postData` or `content` names.
    fn of_file<'d>(&self, data: Value<'d>) -> Found<'d> {
        let named = first(data, &["_file", "_sha1"]);
        let named = named.and_then(|named| Some((named, named.as_str().filter(|name| !name.is_empty())?)));
        let Some((named, name)) = named else {
            return Ok(None);
        };
        let body = self.record.file_body(named, &[&name, &format!("resources/{name}")])?;
        let body = body.with_media_type(string(data, "mimeType").as_deref());
        Ok(Some(body).filter(|body| !body.bytes.is_empty()))
    }

    /// The body in `postData` or `content`.
    fn body<'d>(
        &self,
        data: Value<'d>,
        headers: &Headers,
        remarks: &mut Vec<Remark>,
    ) -> Found<'d> {
        let is_empty = |text: &Value<'_>| text.as_str().is_some_and(|text| text.is_empty());
        let written = data.get("text").filter(|text| text.kind() != Kind::Null);
        // Some tools list the fields of a form in place of its text.
        if let Some(params) = data.get("params").filter(|_| written.as_ref().is_none_or(is_empty))
            && let Some(body) = form::body(params, string(data, "mimeType").as_deref(), self.record.at(params))
        {
            return Ok(Some(body));
        }
        let Some(text) = written else {
            return self.of_file(data);
        };
        let origin = self.record.at(text);
        let mut remark_at = |origin: Origin, fault| {
            remarks.push(Remark {
                origin,
                excerpt: Excerpt::default(),
                kind: RemarkKind::Encoding(fault),
            });
        };
        if let Some(at) = lone::places(text.raw().as_bytes()).first() {
            remark_at(self.record.at_offset(text.span().start + at), EncodingFault::LoneSurrogate);
        }
        let mut remark = |fault| remark_at(origin.clone(), fault);
        let media_type = string(data, "mimeType").filter(|media_type| !media_type.is_empty());
        let Some(content) = text.as_str() else {
            // The payload itself is embedded where its text should be.
            remark(EncodingFault::NoString);
            let body = Body::verbatim(text.raw().as_bytes(), origin.clone());
            return Ok(Some(body.with_media_type(media_type.as_deref())));
        };
        if content.is_empty() {
            return Ok(None);
        }
        let is_labelled = string(data, "encoding")
            .is_some_and(|encoding| encoding.trim().eq_ignore_ascii_case("base64"));
        let is_binary = data.get("_isBinary").and_then(Value::as_bool) == Some(true);
        let is_bytes = is_binary || is_labelled;
        let chunked = is_bytes.then(|| transfer::chunked_text(&content)).flatten();
        let decoded = match chunked {
            Some(bytes) => Some(bytes),
            None if is_labelled => {
                let bytes = transfer::base64(&content);
                if bytes.is_none() {
                    remark(EncodingFault::NotBase64);
                }
                bytes
            }
            None => {
                let media_type = media_type.as_deref();
                let is_json = media_type.is_some_and(crate::capture::is_json_media_type);
                let bytes = transfer::unlabelled_base64(&content).filter(|_| is_json);
                if bytes.is_some() {
                    remark(EncodingFault::NoLabel);
                }
                bytes
            }
        };
        let body = match decoded {
            None => Body::escaped(content, text.raw(), origin.clone()),
            Some(bytes) => match transfer::decode(&bytes, headers) {
                Ok(None) => Body::decoded(bytes, origin.clone()),
                Ok(Some(inflated)) => Body::decoded(inflated, origin.clone()),
                Err(message) => return Err(ReadProblem { origin, message }),
            },
        };
        Ok(Some(body.with_media_type(media_type.as_deref())))
    }
}

/// The fields in a value, with their places. Browsers join fields with the same name by a line break, above all
/// `Set-Cookie`; a line that starts with white space continues the previous one.
fn lines(text: &str, value: Value<'_>) -> Vec<(String, Range<usize>)> {
    let whole = value.span();
    if !text.contains('\n') {
        return vec![(text.to_owned(), whole)];
    }
    let raw = value.raw();
    let inside = raw.len() - usize::from(raw.ends_with('"'));
    // With other escapes, the places of lines are not known.
    let mut ends: Vec<usize> = raw.match_indices("\\n").map(|(at, _)| at).collect();
    if ends.len() != text.matches('\n').count() || raw.contains("\\\\") {
        ends.clear();
    }
    let mut found: Vec<(String, Range<usize>)> = Vec::new();
    let mut start = usize::from(raw.starts_with('"'));
    for (index, line) in text.split('\n').enumerate() {
        let end = ends.get(index).copied().unwrap_or(inside);
        let span = match ends.is_empty() {
            true => whole.clone(),
            false => whole.start + start..whole.start + end.max(start),
        };
        start = end + "\\n".len();
        match found.last_mut() {
            Some((known, range)) if line.starts_with([' ', '\t']) => {
                known.push(' ');
                known.push_str(line.trim());
                range.end = span.end;
            }
            _ if line.trim().is_empty() => {}
            _ => found.push((line.trim().to_owned(), span)),
        }
    }
    found
}

/// Whether `postData` or `content` describes a body that it does not include: by its size (-1 means unknown),
/// as parameters, or by omitting the text.
fn is_left_out(data: Value<'_>) -> bool {
    let size = data.get("size").and_then(Value::as_number);
    let size = size.and_then(|size| size.as_i64());
    let has_text = data
        .get("text")
        .is_some_and(|text| text.kind() != Kind::Null);
    let is_unknown = string(data, "mimeType").as_deref() == Some("x-unknown");
    match size {
        Some(0) => is_unknown,
        Some(_) => true,
        None => !has_text && !data.is_empty(),
    }
}

mod lone {
    //! Escapes of lone surrogates: JSON allows them (RFC 8259, section 8.2), but text cannot represent them.

    use memchr::memmem;

    /// The offsets of lone surrogates.
    pub(crate) fn places(text: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        // Few bodies have any, and scanning all escapes takes a while.
        let starts = [b"\\ud", b"\\uD"];
        let Some(first) = starts
            .iter()
            .filter_map(|start| memmem::find(text, *start))
            .min()
        else {
            return found;
        };
        let line = memchr::memrchr(b'"', &text[..first]).unwrap_or(0);
        let mut at = line;
        while let Some(next) = memchr::memchr(b'\\', &text[at..]) {
            at += next;
            match unit(&text[at..]) {
                Some(0xd800..=0xdbff) if matches!(unit(&text[at + 6..]), Some(0xdc00..=0xdfff)) => {
                    at += 12;
                }
                Some(0xd800..=0xdfff) => {
                    found.push(at);
                    at += 6;
                }
                Some(_) => at += 6,
                None => at += 2,
            }
            at = at.min(text.len());
        }
        found
    }

    /// The code unit encoded by an escape at the start of a text.
    fn unit(text: &[u8]) -> Option<u32> {
        let digits = text.strip_prefix(b"\\u")?.get(..4)?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }
}

fn string(value: Value<'_>, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(Cow::into_owned)
}

