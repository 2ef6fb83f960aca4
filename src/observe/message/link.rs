//! Links in headers (RFC 8288), and whether they lead to operations.

use std::borrow::Cow;

use fluent_uri::{Uri, UriRef};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::capture::{Request, Response};
use crate::contract::{Contract, Operation, RequestTarget, Route};
use crate::redact::sanitised;

use super::acceptable::split_unquoted;
use super::placeholder::is_placeholder;
use crate::observe::callbacks::host_of;
use crate::observe::observer::Observer;
use crate::observe::profile::TrafficFact;
use crate::observe::profile::sighting::Sighting;
use crate::observe::routing::destination::Destination;
use crate::observe::watch::Watcher;

/// Links of one message that are followed.
const LINKS: usize = crate::limits::LINKS;

/// Relations to what is no operation: pages, documentation, what a page loads, and names that are no addresses.
const OTHER_RELATIONS: [&str; 27] = [
    "about",
    "alternate",
    "author",
    "canonical",
    "deprecation",
    "describedby",
    "dns-prefetch",
    "help",
    "icon",
    "license",
    "manifest",
    "modulepreload",
    "preconnect",
    "prefetch",
    "preload",
    "privacy-policy",
    "profile",
    "service-desc",
    "service-doc",
    "service-meta",
    "shortlink",
    "status",
    "stylesheet",
    "sunset",
    "terms-of-service",
    "type",
    "webmention",
];

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Follows the links of a response; `place` is the response.
    pub(crate) fn links(&mut self, place: &Destination<'c>, request: &Request<'_>, response: &Response<'_>) {
        let is_location = response.status == 201 || matches!(response.status, 300..=303 | 307 | 308);
        let mut links: Vec<(usize, &'static str, &str)> = Vec::new();
        for (position, (name, value)) in response.headers.0.iter().enumerate() {
            match () {
                () if is_location && name.eq_ignore_ascii_case("location") => {
                    links.push((position, "Location", value.trim()));
                }
                () if name.eq_ignore_ascii_case("link") => {
                    links.extend(targets(value).take(LINKS).map(|link| (position, "Link", link)));
                }
                () => {}
            }
            if links.len() >= LINKS {
                break;
            }
        }
        links.truncate(LINKS);
        if links.is_empty() {
            return;
        }
        let base = Base::of(place, request);
        for (position, header, link) in links {
            // To a page, as after a login, perhaps: it may be next to the API.
            let may_be_page = header == "Location" && matches!(response.status, 300 | 302 | 303);
            let Some(path) = self.unmatched(place, &base, link, may_be_page) else { continue };
            let fact = TrafficFact::UnmatchedLink {
                target: place.key(),
                header,
            };
            self.fact(&fact, &path, &Sighting::Header(&response.line, &response.headers, Some(position), false));
        }
    }

    /// The path of a link that is on the API and that no operation has.
    fn unmatched(&self, place: &Destination<'c>, base: &Base, link: &str, may_be_page: bool) -> Option<String> {
        if link.is_empty() || is_placeholder(link) {
            return None;
        }
        // Text, such as what replaces a link.
        let is_text = link.contains(char::is_whitespace) && !link.starts_with('/') && !link.contains("://");
        if is_text {
            return None;
        }
        let link = encoded(link);
        let reference = UriRef::parse(&*link).ok()?;
        // Only the path of the base counts: a link without a host stays on the host of the request.
        let start = Uri::parse(format!("http://base.invalid{}", encoded(&base.path))).ok()?;
        let resolved = reference.resolve_against(&start).ok()?;
        if !matches!(resolved.scheme().as_str(), "http" | "https") {
            return None;
        }
        let has_host = reference.scheme().is_some() || reference.authority().is_some();
        let target = RequestTarget::parse(resolved.as_str());
        let host = target.host.as_deref().filter(|_| has_host);
        let own = base.host.as_deref();
        let is_own = host.is_none_or(|host| own.is_some_and(|own| is_same_host(host, own)));
        let is_on_api = is_own && is_below(&target.path, &base.prefix)
            || host.is_some_and(|host| is_on_server(place.contract, host, &target.path));
        let routes = |path: String| {
            let target = RequestTarget { path, ..target.clone() };
            self.versions.asked.iter().map(move |contract| contract.route("GET", &target))
        };
        // Paths of a contract may be written with or without escapes.
        let both = |path: &str| routes(path.to_owned()).chain(routes(decoded(path)));
        let is_matched = both(&target.path).any(|route| !matches!(route, Route::Unknown));
        // It may be the path that the server sees, which does not have the base path that a proxy removes.
        let lacks_base = || {
            let path = format!("{}{}", base.prefix, target.path);
            is_own && !may_be_page && !base.prefix.is_empty() && both(&path).any(|route| matches!(route, Route::Operation(..)))
        };
        (!is_matched && (is_on_api || lacks_base())).then(|| sanitised(&target.folded_path()))
    }
}

/// What links are resolved against.
struct Base {
    host: Option<String>,
    path: String,
    /// The part of the path before that of the operation.
    prefix: String,
}

impl Base {
    fn of(place: &Destination<'_>, request: &Request<'_>) -> Self {
        let target = RequestTarget::parse(&request.target);
        let host = host_of(request, &target);
        Self {
            prefix: base_path(place.operation, &target.path),
            host,
            path: target.path,
        }
    }
}

/// A URI reference or path with those characters escaped that neither may have: many captures have them unescaped.
fn encoded(text: &str) -> Cow<'_, str> {
    const UNSAFE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');
    let is_escape = |at: usize| text.as_bytes().get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let mut strays = text.match_indices('%').map(|(at, _)| at).filter(|at| !is_escape(*at)).peekable();
    if strays.peek().is_none() {
        return utf8_percent_encode(text, UNSAFE).into();
    }
    let mut whole = String::with_capacity(text.len() + 2);
    let mut from = 0;
    for at in strays {
        whole.push_str(&text[from..at]);
        whole.push_str("%25");
        from = at + 1;
    }
    whole.push_str(&text[from..]);
    utf8_percent_encode(&whole, UNSAFE).to_string().into()
}

fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// The targets of a `Link`, without those of relations that lead to no operation.
fn targets(value: &str) -> impl Iterator<Item = &str> {
    links(value).filter(|(_, parameters)| {
        let is_rel = |part: &&str| part.split_once('=').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("rel"));
        let relation = split_unquoted(parameters, ';').find(is_rel);
        let relation = relation.and_then(|part| part.split_once('=')).map(|(_, value)| value.trim().trim_matches('"'));
        // A relation that is a URL may lead anywhere.
        let leads_elsewhere = |relation: &str| {
            relation.contains(':') || OTHER_RELATIONS.iter().any(|known| relation.eq_ignore_ascii_case(known))
        };
        relation.is_none_or(|relation| !relation.split_ascii_whitespace().any(leads_elsewhere))
    })
    .map(|(target, _)| target)
}

/// The links of a `Link`: the text between angle brackets, and the parameters that follow.
fn links(value: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let (target, after) = rest.split_once('<')?.1.split_once('>')?;
        // A comma in a quoted parameter separates nothing.
        let parameters = split_unquoted(after, ',').next().unwrap_or_default();
        rest = &after[parameters.len()..];
        Some((target.trim(), parameters))
    })
}

/// The part of a request's path before the path of its operation.
fn base_path(operation: &Operation, path: &str) -> String {
    let segments = |path: &str| path.split('/').filter(|segment| !segment.is_empty()).count();
    let own = segments(&operation.path.to_string());
    let routes = operation.routes.iter().filter(|route| route.matches(path).is_some());
    let length = routes.map(|route| segments(&route.to_string()).saturating_sub(own)).next().unwrap_or_default();
    let kept: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).take(length).collect();
    match kept.is_empty() {
        true => String::new(),
        false => format!("/{}", kept.join("/")),
    }
}

fn is_below(path: &str, base: &str) -> bool {
    let rest = path.strip_prefix(base.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a URL is below the base path of a server of the contract.
fn is_on_server(contract: &Contract, host: &str, path: &str) -> bool {
    let servers = contract.servers.iter().filter(|server| server.name.contains("://") && !server.name.contains('{'));
    let mut servers = servers.map(|server| RequestTarget::parse(&server.name));
    servers.any(|server| {
        server.host.as_deref().is_some_and(|own| is_same_host(own, host)) && is_below(path, &server.path)
    })
}

/// Whether two hosts are the same, with or without the usual ports.
fn is_same_host(one: &str, other: &str) -> bool {
    let name = |host: &str| {
        let host = host.to_ascii_lowercase();
        let without = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).map(str::to_owned);
        without.unwrap_or(host)
    };
    name(one) == name(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_separated_and_their_relations_read() {
        for (value, expected) in [
            ("<a>", &["a"][..]),
            ("<a>; rel=\"next\", </b>;rel=prev", &["a", "/b"]),
            ("<a>; title=\"x, <b>; y\"; rel=next,<c>", &["a", "c"]),
            ("<a>; title=\"\\\"<b>\", <c>", &["a", "c"]),
            ("<a?x=1,2>; rel=next", &["a?x=1,2"]),
            ("<a>; rel=preload, <b>; rel=\"next last\", <c>; rel=\"next help\"", &["b"]),
            ("<a>; rel=\"https://api.w.org/\"", &[]),
            ("< a >", &["a"]),
            ("a; rel=next", &[]),
            ("<a", &[]),
            ("", &[]),
        ] {
            assert_eq!(targets(value).collect::<Vec<_>>(), expected, "{value}");
        }
    }
}
