//! An exchange that is copied.

use serde_json::json;

use crate::capture::{Body, Exchange, Headers, Hint, Line, Request, Response, Unused};
use crate::json::TapeDocument;
use crate::location::Origin;
use crate::observe::{recoded, substituted};

use super::shaped::Shaper;

/// A body with its media type.
#[derive(Debug, Clone)]
pub(super) struct DraftBody {
    bytes: Vec<u8>,
    media_type: Option<String>,
    /// Why it is not compared, if it is not JSON.
    unused: Option<Unused>,
}

/// One side of an exchange.
#[derive(Debug)]
pub(super) struct DraftRequest {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Headers,
    body: Option<DraftBody>,
    body_left_out: bool,
}

#[derive(Debug)]
struct DraftResponse {
    status: u16,
    headers: Headers,
    body: Option<DraftBody>,
    body_left_out: bool,
}

/// An exchange, read and owned.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) file: String,
    origin: Origin,
    hint: Hint,
    time: Option<String>,
    may_lack_bodies: bool,
    may_lack_credentials: bool,
    pub(super) request: Option<DraftRequest>,
    response: Option<DraftResponse>,
    payload: Option<DraftBody>,
}

/// A copy, as it is written: one line of NDJSON, or a payload.
#[derive(Debug)]
pub(super) struct Copied(String);

impl Copied {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl DraftBody {
    fn of(body: &Body<'_>) -> Self {
        Self {
            bytes: body.as_read().to_vec(),
            media_type: body.media_type.clone(),
            unused: Unused::of_body(body),
        }
    }

    fn body(&self, origin: &Origin) -> Body<'static> {
        let body = Body::owned(self.bytes.clone(), origin.clone());
        body.with_media_type(self.media_type.as_deref())
    }

    /// The same with stand-ins.
    fn shaped(&self, shaper: &mut Shaper<'_>) -> String {
        let body = Body::owned(self.bytes.clone(), Origin::of_file("copy"));
        let body = body.with_media_type(self.media_type.as_deref());
        let kind = body.kind();
        let recoded = recoded(&body, kind);
        let recoded = recoded.as_ref().map(|(transcript, _)| transcript.body());
        let body = recoded.as_ref().unwrap_or(&body);
        if let Some(written) = substituted(kind, body, shaper) {
            return written;
        }
        let text = String::from_utf8_lossy(&body.bytes);
        match self.unused {
            // What it holds is not compared.
            Some(Unused::Html) => "<!doctype html><title>A page</title>".to_owned(),
            Some(Unused::Xml) => "<xml".to_owned(),
            Some(Unused::Asset | Unused::Binary) => "(data)".to_owned(),
            Some(_) => shaper.whole(&text),
            None => match TapeDocument::parse(&self.bytes) {
                Ok(document) => shaper.document(&document),
                Err(_) => shaper.text(&text),
            },
        }
    }
}

impl Draft {
    pub(super) fn of(exchange: &Exchange<'_>) -> Self {
        Self {
            file: exchange.origin.file.to_string(),
            origin: exchange.origin.clone(),
            hint: exchange.hint.clone(),
            time: exchange.time_text().map(str::to_owned),
            may_lack_bodies: exchange.may_lack_bodies,
            may_lack_credentials: exchange.may_lack_credentials,
            request: exchange.request.as_ref().map(|request| DraftRequest {
                method: request.method.clone(),
                target: request.target.clone(),
                headers: request.headers.clone(),
                body: request.body.as_ref().map(DraftBody::of),
                body_left_out: request.body_left_out,
            }),
            response: exchange.response.as_ref().map(|response| DraftResponse {
                status: response.status,
                headers: response.headers.clone(),
                body: response.body.as_ref().map(DraftBody::of),
                body_left_out: response.body_left_out,
            }),
            payload: exchange.payload.as_ref().map(DraftBody::of),
        }
    }

    /// The exchange again.
    pub(super) fn exchange(&self) -> Exchange<'static> {
        let line = || Line {
            text: String::new(),
            origin: self.origin.clone(),
        };
        let body = |body: Option<&DraftBody>| body.map(|body| body.body(&self.origin));
        let mut exchange = Exchange::new(self.origin.clone(), self.hint.clone());
        exchange.time.clone_from(&self.time);
        exchange.may_lack_bodies = self.may_lack_bodies;
        exchange.may_lack_credentials = self.may_lack_credentials;
        exchange.request = self.request.as_ref().map(|request| Request {
            line: line(),
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body: body(request.body.as_ref()),
            body_left_out: request.body_left_out,
        });
        exchange.response = self.response.as_ref().map(|response| Response {
            line: line(),
            status: response.status,
            headers: response.headers.clone(),
            body: body(response.body.as_ref()),
            body_left_out: response.body_left_out,
        });
        exchange.payload = body(self.payload.as_ref());
        exchange
    }

    /// The name of the file of a payload that belongs to no request, without its number and ending.
    pub(super) fn payload_name(&self) -> Option<String> {
        if self.request.is_some() {
            return None;
        }
        let mut name = self.hint.operation.clone().unwrap_or_else(|| "payload".to_owned());
        name.retain(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if let Some(version) = &self.hint.version {
            name = format!("{name}.{version}");
        }
        let side = match &self.response {
            Some(_) => Some("response".to_owned()),
            None => self.hint.side.map(|side| side.to_string()),
        };
        let status = self.response.as_ref().map(|response| response.status).or(self.hint.status);
        let parts = side.into_iter().chain(status.map(|status| status.to_string()));
        Some(parts.fold(name, |name, part| format!("{name}.{part}")))
    }

    /// The copy of the exchange, with this host.
    pub(super) fn shaped(&self, shaper: &mut Shaper<'_>, host: Option<&str>) -> Copied {
        let Some(request) = &self.request else {
            let body = self.payload.as_ref().or_else(|| self.response.as_ref()?.body.as_ref());
            let mut text = body.map_or_else(String::new, |body| body.shaped(shaper));
            // A payload of NDJSON has one line.
            if self.file.contains(".ndjson") || self.file.contains(".jsonl") {
                text = text.replace(['\n', '\r'], " ");
            }
            return Copied(text);
        };
        let target = shaper.target(&request.target);
        let url = match host {
            Some(host) => format!("https://{host}{target}"),
            None => target,
        };
        let mut entry = json!({
            "request": {
                "method": method_of(&request.method),
                "url": url,
                "headers": headers(shaper, &request.headers, host, Sent::of(request.body.as_ref(), request.body_left_out)),
            },
        });
        if let Some(body) = body(shaper, request.body.as_ref()) {
            entry["request"]["body"] = body;
        }
        // Readers tell an exchange by both sides.
        entry["response"] = serde_json::Value::Null;
        if let Some(response) = &self.response {
            entry["response"] = json!({
                "status": response.status,
                "headers": headers(shaper, &response.headers, host, Sent::of(response.body.as_ref(), response.body_left_out)),
            });
            if let Some(body) = body(shaper, response.body.as_ref()) {
                entry["response"]["body"] = body;
            }
        }
        if self.may_lack_bodies {
            entry["bodies_recorded"] = false.into();
        }
        if self.may_lack_credentials {
            entry["credentials_recorded"] = false.into();
        }
        if let Some(time) = &self.time {
            entry["recorded_at"] = time.clone().into();
        }
        Copied(entry.to_string())
    }
}

/// A method of HTTP (RFC 9110 and 5789); others may be anything.
fn method_of(method: &str) -> &str {
    const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    match METHODS.iter().any(|known| known.eq_ignore_ascii_case(method)) {
        true => method,
        false => "X",
    }
}

/// What is known of a body besides the headers.
#[derive(Debug, Clone, Copy)]
enum Sent<'b> {
    Nothing,
    /// It has this media type.
    As(&'b str),
    /// There was one, and the capture does not hold it.
    LeftOut,
}

impl<'b> Sent<'b> {
    fn of(body: Option<&'b DraftBody>, is_left_out: bool) -> Self {
        match body {
            // A boundary may be anything.
            Some(body) => match body.media_type.as_deref() {
                Some(media_type) => Self::As(media_type.split(';').next().unwrap_or_default().trim()),
                None => Self::Nothing,
            },
            None if is_left_out => Self::LeftOut,
            None => Self::Nothing,
        }
    }
}

/// A body as a cassette writes it.
fn body(shaper: &mut Shaper<'_>, body: Option<&DraftBody>) -> Option<serde_json::Value> {
    body.map(|body| json!({ "string": body.shaped(shaper) }))
}

/// Headers, without those about how the body was sent: it is written decoded.
fn headers(shaper: &mut Shaper<'_>, headers: &Headers, host: Option<&str>, sent: Sent<'_>) -> Vec<serde_json::Value> {
    const ABOUT_BODIES: [&str; 3] = ["content-length", "content-encoding", "transfer-encoding"];
    let is_named = headers.get("content-type").is_some();
    let is_own = |name: &str| !name.starts_with(':') && !ABOUT_BODIES.contains(&&*name.to_ascii_lowercase());
    let own = headers.0.iter().filter(|(name, _)| is_own(name));
    let own = own.map(|(name, value)| {
            let value = match host.filter(|_| name.eq_ignore_ascii_case("host")) {
                Some(host) => host.to_owned(),
                None => shaper.header(name, value),
            };
            json!({ "name": name, "value": value })
        });
    let told = match sent {
        Sent::As(media_type) if !is_named => Some(("content-type", media_type)),
        // Readers conclude that there was a body.
        Sent::LeftOut => Some(("content-length", "1")),
        Sent::As(_) | Sent::Nothing => None,
    };
    own.chain(told.map(|(name, value)| json!({ "name": name, "value": value }))).collect()
}
