//! HTTP Archive 1.2.

use crate::json::{Document, Kind, Value};
use crate::location::Origin;

use super::decode;
use super::{Body, Exchange, Headers, Hint, Line, Problem, Request, Response, Sink, position_in};

/// Reads every entry. One that is broken is a problem, and the rest goes on.
pub(super) fn read(text: &[u8], origin: &Origin, hint: &Hint, sink: &mut dyn Sink) -> u64 {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let place = position_in(text, error.offset, origin.position);
            sink.problem(Problem {
                origin: origin.at(place),
                message: format!("the archive is not JSON: {error}"),
            });
            return 0;
        }
    };
    let entries = document
        .root()
        .get("log")
        .and_then(|log| log.get("entries"))
        .filter(|entries| entries.kind() == Kind::Array);
    let Some(entries) = entries else {
        sink.problem(Problem {
            origin: origin.clone(),
            message: "not a HAR: `log.entries` is not there or not an array".to_owned(),
        });
        return 0;
    };
    if entries.is_empty() {
        sink.problem(Problem {
            origin: origin.clone(),
            message: "the archive holds no entries".to_owned(),
        });
    }
    let mut count = 0;
    // The position is carried from entry to entry, so that a large archive is counted through once.
    let mut passed = (0, origin.position);
    for (index, entry) in entries.elements().enumerate() {
        let start = entry.span().start;
        passed = (start, passed.1.after(&text[passed.0..start]));
        let reader = Entry {
            text,
            start,
            origin: Origin {
                file: origin.file.clone(),
                entry: Some(index as u64 + 1),
                position: passed.1,
            },
        };
        let mut exchange = Exchange::new(
            reader.origin.clone(),
            Hint {
                operation: None,
                ..hint.clone()
            },
        );
        exchange.time = string(entry, "startedDateTime");
        match reader.request(entry, sink) {
            Ok(request) => exchange.request = Some(request),
            Err(problem) => {
                sink.problem(problem);
                continue;
            }
        }
        exchange.response = reader.response(entry, sink);
        count += 1;
        sink.exchange(exchange);
    }
    count
}

/// One entry and where it stands.
struct Entry<'t> {
    text: &'t [u8],
    start: usize,
    origin: Origin,
}

impl<'t> Entry<'t> {
    fn at(&self, offset: usize) -> Origin {
        let text = &self.text[self.start..];
        self.origin
            .at(position_in(text, offset - self.start, self.origin.position))
    }

    fn line(&self, value: Value<'_>) -> Line {
        Line {
            text: value.raw().to_owned(),
            origin: self.at(value.span().start),
        }
    }

    fn request<'d>(&self, entry: Value<'d>, sink: &mut dyn Sink) -> Result<Request<'d>, Problem> {
        let missing = |what: &str, value: Option<Value<'_>>| Problem {
            origin: self.at(value.unwrap_or(entry).span().start),
            message: format!("entry passed over: it has no `{what}`"),
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
        let body = data.and_then(|data| self.body(data, sink));
        Ok(Request {
            origin: self.at(request.span().start),
            line: self.line(url),
            method,
            target: url.as_str().unwrap_or_default().into_owned(),
            headers: headers(request),
            body_left_out: data.is_some_and(is_left_out) && body.is_none(),
            body,
        })
    }

    /// The response; `None` when the request got none (status 0 is what browsers write then).
    fn response<'d>(&self, entry: Value<'d>, sink: &mut dyn Sink) -> Option<Response<'d>> {
        let response = entry.get("response")?;
        let written = response.get("status")?;
        let status = match written.as_str() {
            Some(text) => text.parse().ok(),
            None => written.as_number().and_then(|number| number.as_u64()),
        };
        let status = match status.and_then(|status| u16::try_from(status).ok()) {
            Some(0) => return None,
            Some(status) => status,
            None => {
                sink.problem(Problem {
                    origin: self.at(written.span().start),
                    message: "response passed over: its status is not a number".to_owned(),
                });
                return None;
            }
        };
        let content = response.get("content");
        let body = content.and_then(|content| self.body(content, sink));
        Some(Response {
            origin: self.at(response.span().start),
            line: self.line(written),
            status,
            headers: headers(response),
            body_left_out: content.is_some_and(is_left_out) && body.is_none(),
            body,
        })
    }

    /// The body in `postData` or `content`.
    fn body<'d>(&self, data: Value<'d>, sink: &mut dyn Sink) -> Option<Body<'d>> {
        let text = data.get("text")?;
        let content = text.as_str().filter(|content| !content.is_empty())?;
        let origin = self.at(text.span().start);
        let body = if string(data, "encoding").as_deref() == Some("base64") {
            match decode::base64(&content) {
                Ok(bytes) => Body::decoded(bytes, origin),
                Err(message) => {
                    sink.problem(Problem { origin, message });
                    return None;
                }
            }
        } else {
            Body::escaped(content, text.raw(), origin)
        };
        let media_type = string(data, "mimeType").filter(|media_type| !media_type.is_empty());
        Some(body.with_media_type(media_type.as_deref()))
    }
}

/// Whether `postData` or `content` tells of a body that it does not hold: by its size, or as parameters.
fn is_left_out(data: Value<'_>) -> bool {
    let size = data.get("size").and_then(Value::as_number);
    size.and_then(|size| size.as_i64())
        .is_some_and(|size| size > 0)
        || data.get("params").is_some_and(|params| !params.is_empty())
}

fn string(value: Value<'_>, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(std::borrow::Cow::into_owned)
}

fn headers(message: Value<'_>) -> Headers {
    let fields = message.get("headers").into_iter().flat_map(Value::elements);
    Headers(
        fields
            .filter_map(|field| Some((string(field, "name")?, string(field, "value")?)))
            .collect(),
    )
}
