//! What the fields of a log line mean, by the names that web servers, proxies, gateways and loggers give them.
//!
//! Names are compared without case, `_` and `-`, so `request_method`, `requestMethod` and `RequestMethod` are one. A field
//! may be nested in an object or have dots in its key. A first part such as `http` or `attributes` does not count.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::capture::fields::LogFields;
use crate::json::{Kind, Value};

use super::message;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Method,
    /// A request line: `GET /books HTTP/1.1`.
    Line,
    Url,
    Query,
    Status,
    Host,
    Scheme,
    Time,
    /// A day, if the time has none.
    Date,
    RequestBody,
    ResponseBody,
    /// The body of either.
    Body,
    /// A text that may be a body.
    Text,
    RequestHeaders,
    ResponseHeaders,
    RequestType,
    ResponseType,
    /// What only tells that this is a line of a log.
    Mark,
}

/// The number of roles.
const ROLES: usize = 18;

/// The names of each role. Earlier ones are preferred.
const NAMES: [(Role, &[&str]); ROLES] = [
    (Role::Method, &["method", "requestmethod", "httpmethod", "httprequestmethod", "verb", "request.method", "req.method", "request.httpmethod", "httprequest.requestmethod", "csmethod"]),
    (Role::Line, &["request", "requestline", "requestfirstline"]),
    (Role::Url, &[
        "url", "url.full", "url.original", "fullurl", "requesturl", "httpurl", "request.url", "httprequest.requesturl",
        "originalurl", "req.originalurl", "req.url", "request.originalurl", "requesturi", "request.requesturi", "target",
        "request.target", "xenvoyoriginalpath", "uri", "request.uri", "req.uri", "path", "requestpath", "url.path",
        "request.path", "req.path", "csuristem",
    ]),
    (Role::Query, &["query", "querystring", "requestquery", "args", "url.query", "request.query", "request.querystring", "req.query", "csuriquery"]),
    (Role::Status, &[
        "status", "statuscode", "httpstatus", "httpstatuscode", "responsestatus", "responsestatuscode", "responsecode",
        "response.status", "response.statuscode", "response.status.code", "res.statuscode", "res.status",
        "resp.statuscode", "resp.status", "httprequest.status", "downstreamstatus", "originstatus", "scstatus",
        "elbstatuscode",
    ]),
    (Role::Host, &[
        "httphost", "requesthost", "authority", ":authority", "vhost", "virtualhost", "xhostheader", "cs(host)", "host",
        "request.host", "req.host", "request.headers.host", "req.headers.host", "url.domain", "domainname", "server.address",
        "servername", "requestaddr",
    ]),
    (Role::Scheme, &["scheme", "requestscheme", "request.scheme", "url.scheme", "xforwardedproto", "csprotocol"]),
    (Role::Time, &[
        "@timestamp", "timestamp", "time", "ts", "timelocal", "timeiso8601", "starttime", "startutc", "startedat",
        "datetime", "requesttime", "requesttimeepoch", "eventtime", "msec", "asctime", "timems", "t",
    ]),
    (Role::Date, &["date"]),
    (Role::RequestBody, &["requestbody", "reqbody", "request.body", "req.body", "request.body.content", "requestpayload", "request.payload", "postdata"]),
    (Role::ResponseBody, &["responsebody", "respbody", "resbody", "response.body", "resp.body", "res.body", "response.body.content", "responsepayload", "response.payload"]),
    (Role::Body, &["body", "payload"]),
    (Role::Text, &["message", "msg"]),
    (Role::RequestHeaders, &["request.headers", "req.headers", "requestheaders"]),
    (Role::ResponseHeaders, &["response.headers", "res.headers", "resp.headers", "respheaders", "responseheaders"]),
    (Role::RequestType, &["requestcontenttype", "request.contenttype"]),
    (Role::ResponseType, &["responsecontenttype", "response.contenttype", "contenttype", "respheaders.contenttype"]),
    (Role::Mark, &["level", "severity", "loglevel", "lvl", "logger", "log.level", "log.logger"]),
];

/// First parts that do not count.
const AROUND: [&str; 12] = [
    "http", "fields", "attributes", "data", "context", "extra", "meta", "jsonpayload", "properties", "event", "log", "details",
];

/// Members of a line that are looked at.
const MOST: usize = 512;

/// Nesting that is looked at.
const DEEPEST: usize = 4;

type Ranks = HashMap<&'static str, (Role, usize)>;

static RANKS: LazyLock<Ranks> = LazyLock::new(|| {
    let all = NAMES.iter().flat_map(|(role, names)| {
        let names = names.iter().enumerate();
        names.map(|(rank, name)| (*name, (*role, rank)))
    });
    all.collect()
});

/// What a line holds.
#[derive(Debug)]
pub(super) struct Found<'d> {
    /// The best value for each role, with its rank.
    values: [Option<(usize, Value<'d>)>; ROLES],
    named: &'d LogFields,
    line: Value<'d>,
}

impl<'d> Found<'d> {
    pub(super) fn of(line: Value<'d>, named: &'d LogFields) -> Self {
        let mut found = Self {
            values: [None; ROLES],
            named,
            line,
        };
        let mut left = MOST;
        found.look(line, &mut String::new(), DEEPEST, &mut left);
        found
    }

    fn look(&mut self, object: Value<'d>, path: &mut String, depth: usize, left: &mut usize) {
        for (key, value) in object.members() {
            let Some(rest) = left.checked_sub(1) else { return };
            *left = rest;
            let length = path.len();
            let name = key.name();
            let kept = name.chars().filter(|character| !matches!(character, '_' | '-'));
            path.extend(kept.map(|character| character.to_ascii_lowercase()));
            self.take(path, value);
            if value.kind() == Kind::Object && depth > 1 {
                path.push('.');
                self.look(value, path, depth - 1, left);
            }
            path.truncate(length);
        }
    }

    fn take(&mut self, path: &str, value: Value<'d>) {
        let ranks = &*RANKS;
        let inner = path.split_once('.').filter(|(first, _)| AROUND.contains(first));
        let whole = ranks.get(path).copied();
        let found = whole.or_else(|| {
            let (role, rank) = ranks.get(inner?.1)?;
            Some((*role, rank + MOST))
        });
        let Some((role, rank)) = found.filter(|(role, _)| accepts(*role, value)) else {
            return;
        };
        let best = &mut self.values[role as usize];
        if best.is_none_or(|(known, _)| rank < known) {
            *best = Some((rank, value));
        }
    }

    /// The value of a role. A field that the user named wins.
    pub(super) fn get(&self, role: Role) -> Option<Value<'d>> {
        self.named(role).or_else(|| self.guessed(role))
    }

    /// The value of the field that the user named for a role.
    pub(super) fn named(&self, role: Role) -> Option<Value<'d>> {
        let named = match role {
            Role::Method => &self.named.method,
            Role::Url => &self.named.url,
            Role::Status => &self.named.status,
            Role::Time => &self.named.time,
            Role::RequestBody => &self.named.request_body,
            Role::Body => &self.named.body,
            _ => &None,
        };
        let found = named.as_ref()?.of(self.line);
        found.filter(|value| value.kind() != Kind::Null)
    }

    fn guessed(&self, role: Role) -> Option<Value<'d>> {
        self.values[role as usize].map(|(_, value)| value)
    }

    /// Whether the line is from an access log: it has a method, a URL and a status.
    pub(super) fn is_access(&self) -> bool {
        let is_asked = self.get(Role::Line).is_some() || self.get(Role::Method).is_some() && self.get(Role::Url).is_some();
        is_asked && self.get(Role::Status).is_some()
    }

    /// Whether the line is from some other log: it has a time, and a level or a message.
    pub(super) fn is_log(&self) -> bool {
        let is_told = self.get(Role::Mark).is_some() || self.get(Role::Text).is_some();
        is_told && self.get(Role::Time).is_some()
    }
}

/// Whether a value can have this role.
fn accepts(role: Role, value: Value<'_>) -> bool {
    let text = || value.as_str().filter(|text| !matches!(&**text, "" | "-"));
    match role {
        Role::Method => text().is_some_and(|text| is_method(&text)),
        Role::Line => text().is_some_and(|text| request_line(&text).is_some()),
        Role::Url => text().is_some_and(|text| is_url(&text)),
        Role::Status => value.kind() != Kind::Object && message::status(value).is_some(),
        Role::Host => text().is_some_and(|text| is_host(&text)),
        Role::Scheme => text().is_some_and(|text| matches!(&*text, "http" | "https")),
        Role::Time => is_time(value),
        Role::RequestBody | Role::ResponseBody | Role::Body => value.kind() != Kind::Null,
        Role::RequestHeaders | Role::ResponseHeaders => matches!(value.kind(), Kind::Object | Kind::Array),
        Role::Query | Role::Date | Role::RequestType | Role::ResponseType => text().is_some(),
        Role::Text => text().is_some(),
        Role::Mark => value.kind() != Kind::Null,
    }
}

/// Whether a word is a method of HTTP.
pub(super) fn is_method(word: &str) -> bool {
    const METHODS: [&str; 10] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "QUERY"];
    METHODS.iter().any(|method| method.eq_ignore_ascii_case(word))
}

/// Whether a text is a path or an absolute URL.
pub(super) fn is_url(text: &str) -> bool {
    let is_absolute = ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
    (text.starts_with('/') || is_absolute) && !text.contains([' ', '\n'])
}

/// A host with a dot or a port: other words under such names are machines.
fn is_host(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    (text.contains(['.', ':']) || text == "localhost") && text.bytes().all(is_part)
}

/// A method and a target of a request line.
pub(super) fn request_line(line: &str) -> Option<(&str, &str)> {
    let (method, rest) = line.split_once(' ')?;
    let (target, version) = rest.rsplit_once(' ')?;
    let is_known = is_method(method) && version.starts_with("HTTP/") && !target.is_empty();
    is_known.then_some((method, target))
}

/// A text with digits, or a number of seconds or less since 1970; a short number is a duration.
fn is_time(value: Value<'_>) -> bool {
    let text = message::scalar(value).unwrap_or_default();
    let whole = text.split('.').next().unwrap_or_default();
    match whole.bytes().all(|byte| byte.is_ascii_digit()) {
        true => whole.len() >= 9,
        false => text.len() >= 8 && text.bytes().any(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_its_row() {
        for (index, (role, names)) in NAMES.iter().enumerate() {
            assert_eq!(*role as usize, index, "{role:?}");
            for name in *names {
                assert!(!name.contains(['_', '-']) && !name.contains(char::is_uppercase), "{name}");
            }
        }
        let count: usize = NAMES.iter().map(|(_, names)| names.len()).sum();
        assert_eq!(RANKS.len(), count, "a name has two roles");
    }
}
