//! Credentials of requests: whether they are those that the contract requires. Their values are never kept.

use crate::capture::{Line, Request, base64};
use crate::contract::{Operation, ParameterPlace, RequestTarget, SchemeKind, http_words};
use crate::media_type::ContentKind;
use crate::redact::sanitised;

use super::placeholder::is_placeholder;
use crate::observe::observer::Observer;
use crate::observe::profile::TrafficFact;
use crate::observe::profile::sighting::Sighting;
use crate::observe::routing::destination::Destination;
use crate::observe::watch::Watcher;

/// Schemes of `Authorization`: those that IANA registers, and others in wide use. In lower case.
pub(crate) const AUTHORIZATION_SCHEMES: [&str; 26] = [
    "api-key",
    "apikey",
    "aws",
    "aws4-hmac-sha256",
    "basic",
    "bearer",
    "concealed",
    "digest",
    "dpop",
    "geniekey",
    "gnap",
    "hawk",
    "hmac",
    "hoba",
    "jwt",
    "mac",
    "mutual",
    "negotiate",
    "ntlm",
    "oauth",
    "privatetoken",
    "scram-sha-1",
    "scram-sha-256",
    "signature",
    "ssws",
    "token",
];

/// What a request shows of one scheme that is required.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shown {
    /// Credentials of this kind.
    Present,
    /// Nothing, and the capture would show them.
    Absent,
    /// The capture does not say whether there are any.
    Unknown,
}

/// What the `Authorization` of a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Authorization<'r> {
    /// A known scheme in lower case, and what follows it.
    Scheme(String, &'r str),
    /// A token without a scheme, or with an unknown one.
    Other(&'static str),
    /// The value was replaced, so that it may have been of any kind.
    Replaced,
}

/// A request, and what its capture shows of credentials.
struct Sender<'r> {
    request: &'r Request<'r>,
    target: &'r RequestTarget,
    authorization: Vec<Authorization<'r>>,
    /// Whether absent headers were not sent.
    shows_headers: bool,
    /// Whether an absent query parameter was not sent.
    shows_query: bool,
    /// Whether credentials are written as they are sent.
    is_verbatim: bool,
}

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Compares the credentials of a request with those that its operation requires. Returns whether they are a finding.
    pub(crate) fn credentials(&mut self, place: &Destination<'c>, request: &Request<'_>, target: &RequestTarget) -> bool {
        let alternatives = &place.operation.security.0;
        // Browsers send preflights without credentials (Fetch, CORS-preflight fetch).
        let is_preflight = request.method.eq_ignore_ascii_case("OPTIONS");
        if is_preflight || alternatives.is_empty() || alternatives.iter().any(|needed| needed.0.is_empty()) {
            return false;
        }
        let kinds: Vec<&SchemeKind> = alternatives.iter().flat_map(|needed| &needed.0).map(|scheme| &scheme.kind).collect();
        let sender = Sender {
            request,
            target,
            authorization: authorizations(request, &kinds),
            shows_headers: request.headers.are_shown() && !self.may_lack_bodies && !self.may_lack_credentials,
            // Logs have paths without queries, or without the keys in them.
            shows_query: !self.may_lack_bodies && !self.may_lack_credentials,
            is_verbatim: !self.may_lack_credentials,
        };
        if alternatives.iter().any(|needed| needed.0.iter().all(|scheme| sender.shown(&scheme.kind) != Shown::Absent)) {
            return false;
        }
        let wrong = sender.wrong(place.operation, &kinds);
        let sets = alternatives.iter().map(|needed| needed.0.iter().map(|scheme| scheme.kind.clone()).collect());
        let mut expected: Vec<Vec<SchemeKind>> = sets.collect();
        expected.sort();
        expected.dedup();
        let line = without_query(&request.line);
        let sighting = Sighting::of_part(&line, "");
        let target = place.key();
        match wrong.is_empty() {
            true => {
                let missing = sender.missing(&expected);
                self.fact(&TrafficFact::MissingCredentials { target, expected }, &missing, &sighting);
            }
            false => {
                self.fact(&TrafficFact::WrongCredentials { target, expected }, &wrong.join(" and "), &sighting);
            }
        }
        true
    }
}

/// Whether a parameter is credentials that the operation requires: with the wrong ones, this is one finding.
pub(super) fn is_of_scheme(operation: &Operation, place: ParameterPlace, name: &str) -> bool {
    let mut schemes = operation.security.0.iter().flat_map(|needed| &needed.0);
    let is_header = place == ParameterPlace::Header;
    schemes.any(|scheme| match &scheme.kind {
        SchemeKind::ApiKey { place: own, name: known } => *own == place && is_same_name(place, known, name),
        SchemeKind::MutualTls | SchemeKind::Unknown => false,
        _ => is_header && name.eq_ignore_ascii_case("authorization"),
    })
}

/// Whether a query parameter that is not declared is an API key in the wrong place or case.
pub(super) fn is_misplaced_key(operation: &Operation, name: &str) -> bool {
    let mut schemes = operation.security.0.iter().flat_map(|needed| &needed.0);
    schemes.any(|scheme| matches!(&scheme.kind, SchemeKind::ApiKey { name: known, .. } if known.eq_ignore_ascii_case(name)))
}

/// Whether an access token may be in the query (RFC 6750 section 2.3).
pub(super) fn takes_token_in_query(operation: &Operation) -> bool {
    let mut schemes = operation.security.0.iter().flat_map(|needed| &needed.0);
    schemes.any(|scheme| takes_access_token(&scheme.kind))
}

const fn takes_access_token(kind: &SchemeKind) -> bool {
    matches!(kind, SchemeKind::Bearer | SchemeKind::OAuth2 | SchemeKind::OpenIdConnect)
}

/// The name of an access token in a query or a form.
pub(super) const ACCESS_TOKEN: &str = "access_token";

/// Names of headers have no case.
fn is_same_name(place: ParameterPlace, one: &str, other: &str) -> bool {
    match place {
        ParameterPlace::Header => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// A line without the query, which may have a key whose name does not look like one.
fn without_query(line: &Line) -> Line {
    let mut text = line.text.split('?').next().unwrap_or_default().to_owned();
    // The URL of an archive is a JSON string.
    if text.len() < line.text.len() && text.starts_with('"') {
        text.push('"');
    }
    Line {
        text,
        origin: line.origin.clone(),
    }
}

impl Sender<'_> {
    /// What the request shows of a scheme.
    fn shown(&self, kind: &SchemeKind) -> Shown {
        let of_headers = match self.shows_headers {
            true => Shown::Absent,
            false => Shown::Unknown,
        };
        match kind {
            SchemeKind::MutualTls | SchemeKind::Unknown => Shown::Unknown,
            SchemeKind::ApiKey { place, name } => match place {
                _ if self.has_key(*place, name) => Shown::Present,
                ParameterPlace::Query if self.shows_query => Shown::Absent,
                ParameterPlace::Query => Shown::Unknown,
                // Most tools leave cookies out of what they export, or replace them.
                ParameterPlace::Cookie if self.are_cookies_hidden() => Shown::Unknown,
                _ => of_headers,
            },
            kind if self.authorization.iter().any(|found| self.is_of(found, kind)) => Shown::Present,
            SchemeKind::Basic if has_user(&self.request.target) => Shown::Present,
            kind if takes_access_token(kind) && self.has_access_token() => Shown::Present,
            // A request has one `Authorization`, and this is another one.
            _ if !self.authorization.is_empty() => Shown::Absent,
            _ => of_headers,
        }
    }

    /// Whether an `Authorization` is of this kind.
    fn is_of(&self, found: &Authorization<'_>, kind: &SchemeKind) -> bool {
        match (found, kind) {
            (Authorization::Replaced, _) => true,
            (Authorization::Scheme(scheme, rest), SchemeKind::Basic) => {
                scheme == "basic" && !(self.is_verbatim && is_malformed_basic(rest))
            }
            (Authorization::Scheme(scheme, _), SchemeKind::Bearer) => scheme == "bearer",
            (Authorization::Scheme(scheme, _), SchemeKind::OAuth2 | SchemeKind::OpenIdConnect) => {
                matches!(&**scheme, "bearer" | "dpop")
            }
            (Authorization::Scheme(scheme, _), SchemeKind::Http(declared)) => scheme == declared,
            _ => false,
        }
    }

    /// Credentials that are there, and that no scheme accepts.
    fn wrong(&self, operation: &Operation, kinds: &[&SchemeKind]) -> Vec<String> {
        let mut found = Vec::new();
        let is_authorization = |kind: &SchemeKind| match kind {
            SchemeKind::ApiKey { place, name } => {
                *place == ParameterPlace::Header && name.eq_ignore_ascii_case("authorization")
            }
            SchemeKind::MutualTls => false,
            _ => true,
        };
        let of_header: Vec<&SchemeKind> = kinds.iter().copied().filter(|kind| is_authorization(kind)).collect();
        // One of several that are required together may be there.
        let is_accepted = of_header.iter().any(|kind| self.shown(kind) != Shown::Absent);
        if !of_header.is_empty() && !is_accepted {
            found.extend(self.authorization.iter().map(|found| match found {
                Authorization::Scheme(scheme, rest) if scheme == "basic" && is_malformed_basic(rest) => {
                    "malformed HTTP Basic".to_owned()
                }
                Authorization::Scheme(scheme, _) => sanitised(&http_words(scheme)),
                Authorization::Other(what) => (*what).to_owned(),
                Authorization::Replaced => "HTTP".to_owned(),
            }));
        }
        // A key of the same name in another place than those that are declared. What a cookie with the name of a
        // header means is not known.
        for kind in kinds {
            let SchemeKind::ApiKey { name, .. } = kind else { continue };
            let is_declared = |place: ParameterPlace| {
                kinds.iter().any(|kind| {
                    matches!(kind, SchemeKind::ApiKey { place: own, name: known }
                        if *own == place && known.eq_ignore_ascii_case(name))
                })
            };
            if self.shown(kind) != Shown::Absent {
                continue;
            }
            let in_header = ParameterPlace::Header;
            let is_header_parameter = || {
                let mut parameters = operation.parameters.iter();
                parameters.any(|known| known.place == in_header && known.name.eq_ignore_ascii_case(name))
            };
            if !is_declared(in_header) && self.has_key(in_header, name) && !is_header_parameter() {
                found.push(key_words(in_header, name));
            }
            // Names in a query have a case. The keys that are declared there are parameters, too.
            let in_query = self.target.query.iter().map(|(known, _)| known);
            let mut in_query = in_query.filter(|known| known.eq_ignore_ascii_case(name));
            let other = in_query.find(|known| operation.query_parameter(known).is_none());
            found.extend(other.map(|known| key_words(ParameterPlace::Query, known)));
        }
        found.sort();
        found.dedup();
        found
    }

    /// Whether the request has an API key of this name in a place.
    fn has_key(&self, place: ParameterPlace, name: &str) -> bool {
        match place {
            ParameterPlace::Header => self.request.headers.get(name).is_some(),
            ParameterPlace::Query => self.target.query.iter().any(|(known, _)| known == name),
            ParameterPlace::Cookie => {
                self.cookies().any(|pair| pair.split_once('=').is_some_and(|(known, _)| known.trim() == name))
            }
            ParameterPlace::Path | ParameterPlace::Form => false,
        }
    }

    /// The pairs of all cookies.
    fn cookies(&self) -> impl Iterator<Item = &str> {
        let fields = self.request.headers.0.iter().filter(|(field, _)| field.eq_ignore_ascii_case("cookie"));
        let pairs = fields.flat_map(|(_, value)| value.split(';')).map(str::trim);
        pairs.filter(|pair| !pair.is_empty())
    }

    /// Whether a cookie that is not there may have been sent: the capture has none, or replaces names.
    fn are_cookies_hidden(&self) -> bool {
        let is_replaced = |pair: &str| pair.split_once('=').is_none_or(|(name, _)| is_placeholder(name.trim()));
        self.request.headers.get("cookie").is_none() || self.cookies().any(is_replaced)
    }

    /// Whether an access token is in the query or in a form (RFC 6750 sections 2.2 and 2.3).
    fn has_access_token(&self) -> bool {
        let body = self.request.body.as_ref().filter(|body| body.kind() == ContentKind::Form);
        self.target.query.iter().any(|(name, _)| name == ACCESS_TOKEN)
            || body.is_some_and(|body| {
                let mut pairs = body.bytes.split(|byte| *byte == b'&');
                pairs.any(|pair| pair.strip_prefix(ACCESS_TOKEN.as_bytes()).is_some_and(|rest| rest.starts_with(b"=")))
            })
    }

    /// What a request lacks of the credentials of which it has some; empty if it has none. Of several sets, the one with
    /// the fewest that are missing.
    fn missing(&self, sets: &[Vec<SchemeKind>]) -> String {
        let started = sets.iter().filter(|set| set.iter().any(|kind| self.shown(kind) == Shown::Present));
        let lacking = started.map(|set| {
            let missing = set.iter().filter(|kind| self.shown(kind) == Shown::Absent);
            missing.map(|kind| sanitised(&kind.words())).collect::<Vec<_>>()
        });
        let fewest = lacking.min_by_key(Vec::len);
        fewest.unwrap_or_default().join(" and ")
    }
}

fn key_words(place: ParameterPlace, name: &str) -> String {
    let name = name.to_owned();
    sanitised(&SchemeKind::ApiKey { place, name }.words())
}

/// The `Authorization` fields of a request. Schemes that the contract names are known.
fn authorizations<'r>(request: &'r Request<'_>, kinds: &[&SchemeKind]) -> Vec<Authorization<'r>> {
    let fields = request.headers.0.iter();
    let fields = fields.filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let is_declared = |word: &str| {
        kinds.iter().any(|kind| matches!(kind, SchemeKind::Http(declared) if declared == word))
    };
    let read = |value: &'r str| {
        let value = value.trim();
        let (word, rest) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let scheme = word.to_ascii_lowercase();
        let is_known = AUTHORIZATION_SCHEMES.contains(&&*scheme) || is_declared(&scheme);
        match (is_known, rest.trim()) {
            (true, rest) => Authorization::Scheme(scheme, rest),
            (false, "") if is_token(word) => Authorization::Other("a token without a scheme"),
            (false, rest) if is_token(rest) => Authorization::Other("an unknown scheme"),
            (false, _) => Authorization::Replaced,
        }
    };
    fields.map(|(_, value)| read(value)).collect()
}

/// Whether a text looks like a token, and not like what replaces one.
fn is_token(text: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    text.len() >= 16
        && text.bytes().all(is_of_token)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !is_placeholder(text)
}

/// Whether what follows `Basic` cannot be user and password (RFC 7617 section 2), and does not replace them either.
fn is_malformed_basic(text: &str) -> bool {
    if is_placeholder(text) {
        return false;
    }
    // Not encoded.
    if text.split_once(':').is_some_and(|(user, password)| !user.is_empty() && !password.is_empty()) {
        return true;
    }
    let decoded = base64(text).filter(|_| text.len() >= 8 && text.len().is_multiple_of(4));
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.is_some_and(|decoded| {
        let is_text = decoded.bytes().all(|byte| byte.is_ascii_graphic());
        is_text && !decoded.contains(':') && !is_placeholder(&decoded)
    })
}

/// Whether a URL has user information.
fn has_user(target: &str) -> bool {
    let rest = target.split_once("://").map(|(_, rest)| rest);
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    authority.is_some_and(|authority| authority.contains('@'))
}
