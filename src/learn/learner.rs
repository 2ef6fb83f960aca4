//! Learns from exchanges as they are read.

use std::collections::BTreeMap;

use crate::capture::{Body, Exchange, Hint, Request, Response, Unused, time};
use crate::contract::{RequestTarget, decode_query, without_user};
use crate::json::{Kind, TapeDocument, Value};
use crate::location::{Origin, Side};
use crate::media_type::{ContentKind, essence};
use crate::observe::{
    AUTHORIZATION_SCHEMES, ParallelWatcher, PathId, PayloadVerdict, RoutedPayload, RoutedRequest, Shape, TargetKey,
    Watcher,
};
use crate::redact::{is_of_authorisation, is_secret_by_rule, is_secret_name, is_shown_key, mask_shapes, sanitised};

use super::place::{PlaceProfile, Sight, is_data_key};
use super::segment::SegmentKind;
use super::traffic::{Fields, KEYS, Learnt, LooseKey, Media, Message, OperationProfile, Resource, SEGMENTS};

/// The media type of a JSON body that names none.
const JSON: &str = "application/json";

/// Statuses of responses to requests that are wrong in themselves: malformed, without credentials, with invalid values.
const REJECTED: [u16; 4] = [400, 401, 403, 422];

/// Keys by which payloads without a name are distinguished.
const OUTLINE: usize = 32;

/// The deepest segment of a path that is distinguished.
const DEPTH: usize = 32;

/// Learns from exchanges. It watches their comparison with a contract, or with none.
#[derive(Debug, Default)]
pub struct Learner {
    learnt: Learnt,
    secrets: Secrets,
}

impl Learner {
    /// What was learnt.
    #[must_use]
    pub fn finish(self) -> Learnt {
        self.learnt
    }

    /// Whether nothing was learnt.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.learnt.is_empty()
    }

    /// Learns from an exchange as if its request had another path, such as a template.
    pub fn see_at(&mut self, path: &str, request: &Request<'_>, response: Option<&Response<'_>>, sight: &Sight) {
        self.learnt.exchanges += 1;
        let target = RequestTarget {
            path: path.to_owned(),
            ..RequestTarget::parse(&request.target)
        };
        self.message(&target, request, response, sight);
    }

    fn message(&mut self, target: &RequestTarget, request: &Request<'_>, response: Option<&Response<'_>>, sight: &Sight) {
        let host = || Some(without_user(request.headers.get("host")?).to_ascii_lowercase());
        if let Some(host) = target.host.clone().or_else(host) {
            self.learnt.see_host(&sanitised(&host));
        }
        let Self { learnt, secrets } = self;
        let Some(operation) = operation_of(learnt, &request.method, &target.path, sight) else { return };
        operation.requests += 1;
        // A request that was rejected does not show how requests are.
        if !response.is_some_and(|response| REJECTED.contains(&response.status)) {
            credentials(operation, request, target);
            let query = target.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            fields(&mut operation.query, query, sight);
            see_message(&mut operation.request, request.body.as_ref(), request.body_left_out, sight, secrets);
            let headers = request.headers.0.iter().filter(|(name, _)| is_of_api(name, Side::Request));
            headers_of(&mut operation.request.headers, headers, sight);
        }
        let Some(response) = response else { return };
        let message = operation.responses.entry(response.status).or_default();
        see_message(message, response.body.as_ref(), response.body_left_out, sight, secrets);
        let headers = response.headers.0.iter().filter(|(name, _)| is_of_api(name, Side::Response));
        headers_of(&mut message.headers, headers, sight);
    }

    /// A payload that names no method and path.
    fn loose(&mut self, hint: &Hint, side: Option<Side>, status: Option<u16>, body: Option<&Body<'_>>, sight: &Sight) {
        let key = LooseKey {
            name: hint.operation.as_deref().map(sanitised),
            side: side.or(hint.side),
            status: status.or(hint.status),
            outline: body.filter(|_| hint.operation.is_none()).and_then(outline),
        };
        let message = self.learnt.loose.entry(key).or_default();
        see_message(message, body, false, sight, &mut self.secrets);
        self.learnt.fit();
    }
}

/// The operation of a method and path.
fn operation_of<'l>(learnt: &'l mut Learnt, method: &str, path: &str, sight: &Sight) -> Option<&'l mut OperationProfile> {
    let resources = &mut learnt.resources;
    let path = path.trim_matches('/');
    let segments = path.split('/').take(DEPTH).filter(|_| !path.is_empty());
    let mut is_after_secret = false;
    let segments: Vec<(String, SegmentKind)> = segments
        .map(|segment| {
            let text = decode_query(&segment.replace('+', "%2B"));
            // What has to be encoded in a path is no part of a template, and neither is a secret.
            let is_odd = text.contains(['/', '?', '#', '%', '{', '}']) || text.contains(char::is_control);
            let is_data = is_odd || std::mem::replace(&mut is_after_secret, is_secret_name(&text));
            let kind = match SegmentKind::of(&text) {
                SegmentKind::Literal if is_data || mask_shapes(&text) != text => SegmentKind::Identifier,
                kind => kind,
            };
            (text, kind)
        })
        .collect();
    let found = match enter_path(resources, &segments) {
        Some(found) => found,
        None => {
            resources.fold_wide(SEGMENTS);
            enter_path(resources, &segments).unwrap_or_default()
        }
    };
    for ((text, kind), at) in segments.iter().zip(&found) {
        // A placeholder says nothing of the values.
        if !text.contains(['{', '<']) {
            let is_secret = *kind == SegmentKind::Identifier;
            resources.path_mut(*at).segments.see_text(text, is_secret, sight);
        }
    }
    let at = found.last().copied().unwrap_or(PathId::ROOT);
    let method = sanitised(&method.to_ascii_uppercase());
    resources.path_mut(at).method(&method)
}

/// The places of the segments of a path; `None` if a place has more segments now than are distinguished.
fn enter_path(resources: &mut Shape<Resource>, segments: &[(String, SegmentKind)]) -> Option<Vec<PathId>> {
    let mut at = PathId::ROOT;
    let mut found = Vec::new();
    for (text, kind) in segments {
        let above = at;
        at = resources.enter_key(above, kind.name().unwrap_or(&sanitised(text)));
        if resources.key_count(above) > SEGMENTS {
            return None;
        }
        found.push(at);
    }
    Some(found)
}

fn see_message(
    message: &mut Message,
    body: Option<&Body<'_>>,
    is_left_out: bool,
    sight: &Sight,
    secrets: &mut Secrets,
) {
    message.messages += 1;
    message.seen.see(sight);
    match body {
        Some(body) => {
            see_body(message, body, sight, secrets);
            message.fit();
        }
        None => message.without_body += u64::from(!is_left_out),
    }
}

/// The keys at the top of a payload, or of the first element of a list.
fn outline(body: &Body<'_>) -> Option<String> {
    let document = body.parse().ok()?;
    let root = document.root();
    let (value, start) = match root.kind() {
        Kind::Array => (root.elements().next()?, "[] "),
        _ => (root, ""),
    };
    let mut keys: Vec<String> = value.members().take(OUTLINE).map(|(key, _)| sanitised(&key.name())).collect();
    keys.sort();
    Some(format!("{start}{}", keys.join(" ")))
}

fn see_body(message: &mut Message, body: &Body<'_>, sight: &Sight, secrets: &mut Secrets) {
    let name = body.media_type.as_deref().map_or_else(|| JSON.to_owned(), essence);
    let kind = match &body.media_type {
        Some(media_type) => ContentKind::of(media_type),
        None => ContentKind::Json,
    };
    if body.media_type.is_none() && Unused::of_body(body).is_some() {
        return;
    }
    let media = message.media(&name);
    media.bodies += 1;
    match kind {
        ContentKind::Json => match body.parse() {
            Ok(document) => see_value(media, document.root(), sight, secrets),
            Err(_) => media.malformed += 1,
        },
        ContentKind::JsonLines => {
            let lines = body.bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
            for line in lines {
                match TapeDocument::parse(line) {
                    Ok(document) => see_value(media, document.root(), sight, secrets),
                    Err(_) => media.malformed += 1,
                }
            }
        }
        ContentKind::Form => match std::str::from_utf8(&body.bytes) {
            Ok(text) => see_form(media, text, sight),
            Err(_) => media.malformed += 1,
        },
        _ => {}
    }
}

/// Names of properties whose values are secret, and others: to find out takes longer than to look it up.
#[derive(Debug, Default)]
struct Secrets(foldhash::HashMap<String, bool>);

/// Names that are looked up.
const NAMES: usize = 10_000;

impl Secrets {
    fn has(&mut self, name: &str) -> bool {
        if let Some(known) = self.0.get(name) {
            return *known;
        }
        let is_secret = is_secret_name(name);
        if self.0.len() < NAMES {
            self.0.insert(name.to_owned(), is_secret);
        }
        is_secret
    }
}

/// A value and everything in it.
fn see_value(media: &mut Media, value: Value<'_>, sight: &Sight, secrets: &mut Secrets) {
    let mut open = vec![(PathId::ROOT, value, false)];
    let shape = &mut media.shape;
    let mut is_wide = false;
    while let Some((at, value, is_secret)) = open.pop() {
        shape.path_mut(at).see(value, is_secret, sight);
        match value.kind() {
            Kind::Array => {
                let below = shape.enter_any(at);
                open.extend(value.elements().map(|element| (below, element, is_secret)));
            }
            Kind::Object => {
                for (key, member) in value.members() {
                    let name = key.name();
                    let below = enter(shape, at, &name, is_secret);
                    is_wide |= shape.key_count(at) > KEYS;
                    open.push((below, member, is_secret || secrets.has(&name)));
                }
            }
            _ => {}
        }
    }
    // Folding gives other numbers to places, so it waits for the end.
    if is_wide {
        shape.fold_wide(KEYS);
    }
}

/// The place of a member, which is below the name of a secret or not.
fn enter(shape: &mut Shape<PlaceProfile>, at: PathId, name: &str, is_secret: bool) -> PathId {
    if let Some(known) = shape.key(at, name) {
        return known;
    }
    match is_data_key(name) || !is_shown_key(name, is_secret) {
        true => shape.enter_any(at),
        false => shape.enter_key(at, name),
    }
}

/// The fields of a form, as an object of texts.
fn see_form(media: &mut Media, text: &str, sight: &Sight) {
    let shape = &mut media.shape;
    shape.path_mut(PathId::ROOT).types.object += 1;
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        seen.entry(decode_query(name)).or_default().push(decode_query(value));
    }
    let names: Vec<&str> = seen.keys().map(String::as_str).collect();
    for (name, values) in &seen {
        let is_secret = is_secret_among(name, &names);
        let below = enter(shape, PathId::ROOT, name, false);
        match values.as_slice() {
            [one] => shape.path_mut(below).see_text(one, is_secret, sight),
            several => {
                shape.path_mut(below).types.array += 1;
                let element = shape.enter_any(below);
                several.iter().for_each(|value| shape.path_mut(element).see_text(value, is_secret, sight));
            }
        }
    }
    shape.fold_wide(KEYS);
}

/// Whether a parameter holds a secret, by its name and those of the others: a `code` alone may be anything.
fn is_secret_among(name: &str, names: &[&str]) -> bool {
    const GRANT: [&str; 4] = ["client_id", "client_secret", "grant_type", "redirect_uri"];
    let is_of_grant = name == "code" && names.iter().any(|other| GRANT.contains(other));
    is_secret_name(name) || is_of_grant || is_of_authorisation(name, || names.iter().copied())
}

/// Parameters of one message. Those that carry credentials are not among them.
fn fields<'f>(fields: &mut Fields, pairs: impl Iterator<Item = (&'f str, &'f str)>, sight: &Sight) {
    let mut seen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in pairs.filter(|(name, _)| !is_credential(name)) {
        seen.entry(name).or_default().push(value);
    }
    let names: Vec<&str> = seen.keys().copied().collect();
    for (name, values) in &seen {
        let is_secret = is_secret_among(name, &names);
        // A name that is masked is not known.
        if sanitised(name) != **name {
            continue;
        }
        let Some(field) = fields.enter(name) else { continue };
        field.messages += 1;
        field.repeated += u64::from(values.len() > 1);
        for value in values {
            field.values.see_text(value, is_secret, sight);
        }
    }
}

fn headers_of<'f>(into: &mut Fields, headers: impl Iterator<Item = &'f (String, String)>, sight: &Sight) {
    let mut seen: BTreeMap<String, (&str, Vec<&str>)> = BTreeMap::new();
    for (name, value) in headers {
        seen.entry(name.to_ascii_lowercase()).or_insert((name, Vec::new())).1.push(value.trim());
    }
    for (name, (written, values)) in &seen {
        let Some(field) = into.enter(&sanitised(name)) else { continue };
        field.messages += 1;
        field.spell(&sanitised(written));
        for value in values {
            field.values.see_text(value, is_secret_name(name), sight);
        }
    }
}

/// A header name as people write it: `X-Request-Id`.
#[must_use]
pub fn canonical(name: &str) -> String {
    let parts = name.split('-').map(|part| {
        let (first, rest) = part.split_at_checked(1).unwrap_or((part, ""));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    });
    parts.collect::<Vec<_>>().join("-")
}

/// Whether a header belongs to the API, rather than to HTTP, the client or what is between them.
fn is_of_api(name: &str, side: Side) -> bool {
    const OF_REQUESTS: [&str; 4] = ["idempotency-key", "if-match", "if-none-match", "prefer"];
    const OF_RESPONSES: [&str; 6] = ["deprecation", "etag", "link", "location", "retry-after", "sunset"];
    const NOT_OF_API: [&str; 27] = [
        "x-amz-", "x-amzn-", "x-azure-", "x-b3-", "x-cache", "x-client-data", "x-cloud-trace-context", "x-content-type-options",
        "x-csrf-", "x-datadog-", "x-dns-prefetch-control", "x-download-options", "x-envoy-", "x-fastly-", "x-forwarded-",
        "x-frame-options", "x-github-edge-", "x-goog-", "x-kong-", "x-permitted-cross-domain-policies", "x-powered-by",
        "x-real-ip", "x-requested-with", "x-robots-tag", "x-runtime", "x-served-by", "x-xss-protection",
    ];
    let name = name.to_ascii_lowercase();
    if is_credential(&name) {
        return false;
    }
    let known: &[&str] = match side {
        Side::Request => &OF_REQUESTS,
        Side::Response => &OF_RESPONSES,
    };
    let is_own = name.starts_with("x-") && !NOT_OF_API.iter().any(|start| name.starts_with(start));
    known.contains(&&*name) || is_own || (side == Side::Response && name.contains("ratelimit"))
}

/// Whether a header or parameter with this name carries credentials.
fn is_credential(name: &str) -> bool {
    let plain = name.to_ascii_lowercase().replace(['_', '.'], "-");
    let plain = plain.strip_prefix("x-").unwrap_or(&plain);
    matches!(plain, "authorization" | "proxy-authorization" | "cookie" | "set-cookie")
        || ["api-key", "apikey", "access-token", "auth-token", "api-token"].iter().any(|end| plain.ends_with(end))
}

/// The credentials of a request, without their values.
fn credentials(operation: &mut OperationProfile, request: &Request<'_>, target: &RequestTarget) {
    let mut found = Vec::new();
    for (name, value) in &request.headers.0 {
        let lower = name.to_ascii_lowercase();
        if lower == "authorization" {
            let scheme = value.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
            found.extend(AUTHORIZATION_SCHEMES.contains(&&*scheme).then_some(scheme));
        } else if lower == "cookie" {
            let names = value.split(';').filter_map(|pair| Some(pair.split_once('=')?.0.trim()));
            found.extend(names.filter(|name| is_session(name)).map(|name| format!("cookie {name}")));
        } else if is_credential(&lower) && lower.len() > "x-".len() && !lower.contains("cookie") {
            found.push(format!("header {}", canonical(name)));
        }
    }
    for (name, _) in &target.query {
        if is_credential(name) {
            found.push(format!("query {name}"));
        }
    }
    found.sort();
    found.dedup();
    for name in found {
        operation.credentials.entry(sanitised(&name)).or_default().0 += 1;
    }
    operation.fit();
}

/// Whether a cookie holds a session.
fn is_session(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("sess") || (is_secret_by_rule(name) && !lower.contains("csrf") && !lower.contains("xsrf"))
}

impl<'c> Watcher<'c> for Learner {
    fn exchange(&mut self, exchange: &Exchange<'_>) {
        self.learnt.exchanges += 1;
        let sight = Sight {
            time: exchange.time_text().and_then(time::read).map(|read| read.time),
            origin: exchange.origin.clone(),
        };
        let response = exchange.response.as_ref();
        match &exchange.request {
            Some(request) => self.message(&RequestTarget::parse(&request.target), request, response, &sight),
            None => {
                if let Some(response) = response {
                    let (side, status) = (Some(Side::Response), Some(response.status));
                    self.loose(&exchange.hint, side, status, response.body.as_ref(), &sight);
                }
            }
        }
        if let Some(body) = &exchange.payload {
            self.loose(&exchange.hint, None, None, Some(body), &sight);
        }
    }

    fn request(&mut self, _: &RoutedRequest<'_, 'c>) {}

    fn payload(&mut self, _: &RoutedPayload<'_, 'c>) {}

    fn unjudged(&mut self, _: &Body<'_>, _: Option<&TargetKey>, _: PayloadVerdict, _: Option<&str>) {}

    fn left_out(&mut self, _: Unused, _: &Origin) {}
}

impl ParallelWatcher<'_> for Learner {
    fn fork(&self) -> Self {
        Self::default()
    }

    fn join(&mut self, fork: Self) {
        self.learnt += &fork.learnt;
    }
}
