//! Headers of responses: those that a contract declares, and others that look like the API's own.

use crate::capture::{Headers, Response};
use crate::contract::{Operation, Parameter, RequestTarget};
use crate::redact::{MASK, is_secret_name, sanitised, shown_url};
use crate::schema::Graph;

use super::parameter::{Found, Sent};
use super::placeholder::is_placeholder;
use crate::observe::observer::Observer;
use crate::observe::profile::TrafficFact;
use crate::observe::profile::sighting::Sighting;
use crate::observe::routing::destination::Destination;
use crate::observe::walk::record::shorten;
use crate::observe::watch::Watcher;

/// Names of the API's own headers start with one of these if the user does not say how they start.
const API_PREFIXES: [&str; 1] = ["x-"];

/// Headers starting with `X-` that servers, frameworks, proxies and CDNs add to the responses of any API.
const INFRASTRUCTURE: [&str; 71] = [
    "x-application-context",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-clacks-overhead",
    "x-cloud-trace-context",
    "x-compute-request-id",
    "x-content-security-policy",
    "x-content-type-options",
    "x-correlation-id",
    "x-dns-prefetch-control",
    "x-download-options",
    "x-elastic-product",
    "x-fb-debug",
    "x-fb-rlafr",
    "x-fb-trip-id",
    "x-frame-options",
    "x-generator",
    "x-github-media-type",
    "x-github-request-id",
    "x-gitlab-meta",
    "x-guploader-uploadid",
    "x-hostname",
    "x-http2-stream-id",
    "x-hudson",
    "x-iinfo",
    "x-jenkins",
    "x-jenkins-session",
    "x-lambda-id",
    "x-matched-path",
    "x-middleware-rewrite",
    "x-mod-pagespeed",
    "x-msedge-ref",
    "x-nf-request-id",
    "x-now-id",
    "x-openstack-request-id",
    "x-oracle-dms-ecid",
    "x-oracle-dms-rid",
    "x-page-speed",
    "x-permitted-cross-domain-policies",
    "x-pingback",
    "x-pod-name",
    "x-pool-info",
    "x-powered-by",
    "x-powered-by-plesk",
    "x-powered-cms",
    "x-rack-cache",
    "x-real-ip",
    "x-redirect-by",
    "x-render-origin-server",
    "x-request-id",
    "x-response-time",
    "x-robots-tag",
    "x-runtime",
    "x-sendfile",
    "x-served-by",
    "x-server",
    "x-squid-error",
    "x-srcache-fetch-status",
    "x-srcache-store-status",
    "x-storefront-renderer-rendered",
    "x-timer",
    "x-trace",
    "x-trace-id",
    "x-transaction-id",
    "x-ua-compatible",
    "x-varnish",
    "x-via",
    "x-webkit-csp",
    "x-wf-region",
    "x-wix-request-id",
    "x-xss-protection",
];

/// The same, by how the names start.
const INFRASTRUCTURE_PREFIXES: [&str; 52] = [
    "x-accel-",
    "x-akamai-",
    "x-amazon-apigateway-",
    "x-amz-",
    "x-amzn-",
    "x-apigee-",
    "x-appengine-",
    "x-azure-",
    "x-b3-",
    "x-backend",
    "x-cache",
    "x-cdn",
    "x-cf-",
    "x-datadog-",
    "x-debug-token",
    "x-drupal-",
    "x-dynatrace",
    "x-edge-",
    "x-envoy-",
    "x-fastly-",
    "x-firefox-",
    "x-fly-",
    "x-forwarded-",
    "x-goog-",
    "x-heroku-",
    "x-instana-",
    "x-iplb-",
    "x-istio-",
    "x-joomla-",
    "x-kong-",
    "x-litespeed-",
    "x-magento-",
    "x-ms-",
    "x-newrelic-",
    "x-nextjs-",
    "x-nginx-",
    "x-oneagent-",
    "x-ovh-",
    "x-proxy-",
    "x-railway-",
    "x-ruxit-",
    "x-sorting-hat-",
    "x-sucuri-",
    "x-tinyproxy",
    "x-traefik-",
    "x-typo3-",
    "x-upstream-",
    "x-varnish-",
    "x-vercel-",
    "x-wordpress-",
    "x-wp-cf-",
    "x-wpe-",
];

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Compares the headers of a response with those that the contract declares for its status; `place` is the
    /// response.
    pub(crate) fn response_headers(&mut self, place: &Destination<'c>, response: &Response<'_>) {
        // A capture without any headers has left them out.
        if response.headers.0.is_empty() {
            return;
        }
        let Some(declared) = place.operation.response(response.status) else {
            return;
        };
        // Headers are not read from a target.
        let target = RequestTarget::parse("");
        for header in declared.headers.iter().filter(|header| !is_content_type(&header.name)) {
            self.response_header(place, &target, response, header);
        }
        // The headers of a receiver of webhooks and callbacks are not the API's.
        if place.operation.is_incoming() {
            return;
        }
        for (position, (name, _)) in response.headers.0.iter().enumerate() {
            let is_declared = || declared.headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
            if is_of_api(name, &self.options.api_headers) && !is_declared() {
                // Clients and proxies change the case of names: HTTP/2 has them in lower case.
                let subject = sanitised(&name.to_ascii_lowercase());
                let fact = TrafficFact::UndeclaredHeader(place.key());
                let sighting = Sighting::Header(&response.line, &response.headers, Some(position), true);
                self.fact(&fact, &subject, &sighting);
            }
        }
    }

    fn response_header(
        &mut self,
        place: &Destination<'c>,
        target: &RequestTarget,
        response: &Response<'_>,
        header: &Parameter,
    ) {
        let (graph, operation) = (&place.contract.graph, place.operation);
        let name = sanitised(&header.name);
        let is_cookie = is_cookie(&header.name);
        let found = match is_cookie {
            true => cookies(graph, operation, header, (target, &response.headers)),
            false => {
                let sent = Sent {
                    path: &[],
                    target,
                    headers: &response.headers,
                    form: &[],
                };
                sent.parameter(graph, operation, header)
            }
        };
        let sighting = match is_cookie {
            // Its value is never shown, so neither is its line.
            true => Sighting::of_part(&response.line, ""),
            false => {
                let position = match found {
                    Found::Bad(..) => bad_field(place, &response.headers, header),
                    Found::Good(_) | Found::Missing => None,
                };
                Sighting::Header(&response.line, &response.headers, position, false)
            }
        };
        let is_sent = response.headers.get(&header.name).is_some();
        self.profile.compared += u64::from(is_sent && header.schema.is_some());
        match found {
            Found::Good(_) => {}
            Found::Missing => {
                // What these say about a response is not repeated in them, and cookies are left out of most captures.
                let may_be_absent = is_cookie || self.may_lack_bodies || matches!(response.status, 100..=199 | 304);
                if !may_be_absent {
                    let fact = TrafficFact::MissingParameter {
                        target: place.key(),
                        place: header.place,
                    };
                    self.fact(&fact, &name, &sighting);
                }
            }
            Found::Bad(value, _) if is_placeholder(&value) => {
                self.fact(&TrafficFact::ParameterPlaceholder(place.key()), &name, &sighting);
            }
            Found::Bad(value, faults) => {
                let subject = match is_cookie || is_secret_name(&name) {
                    true => MASK.to_owned(),
                    false => shorten(shown_url(&name, &value).as_deref().unwrap_or(&value)),
                };
                for (at, kind) in faults {
                    let fact = TrafficFact::ParameterValue {
                        target: place.key(),
                        place: header.place,
                        name: name.clone(),
                        at: match is_cookie {
                            true => String::new(),
                            false => sanitised(at.as_str()),
                        },
                        kind,
                    };
                    self.fact(&fact, &subject, &sighting);
                }
            }
        }
    }
}

/// The position of the field that is wrong: a header may be sent as several fields, which are one value.
pub(super) fn bad_field(place: &Destination<'_>, headers: &Headers, header: &Parameter) -> Option<usize> {
    /// Fields that are compared on their own.
    const FIELDS: usize = 64;
    let fields = headers.0.iter().enumerate().filter(|(_, (name, _))| name.eq_ignore_ascii_case(&header.name));
    let positions: Vec<usize> = fields.map(|(position, _)| position).take(FIELDS).collect();
    if positions.len() < 2 {
        return positions.first().copied();
    }
    let target = RequestTarget::parse("");
    let is_bad = |position: &&usize| {
        let sent = Sent {
            path: &[],
            target: &target,
            headers: &Headers::new(vec![headers.0[**position].clone()]),
            form: &[],
        };
        matches!(sent.parameter(&place.contract.graph, place.operation, header), Found::Bad(..))
    };
    positions.iter().find(is_bad).or(positions.first()).copied()
}

/// Each `Set-Cookie` is a value of its own (RFC 9110 section 5.3). If the contract describes one cookie, the others
/// may be anything.
fn cookies(graph: &Graph, operation: &Operation, header: &Parameter, sent: (&RequestTarget, &Headers)) -> Found {
    let (target, headers) = sent;
    let fields = headers.0.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&header.name));
    let mut found = fields.map(|field| {
        let headers = Headers::new(vec![field.clone()]);
        let sent = Sent {
            path: &[],
            target,
            headers: &headers,
            form: &[],
        };
        sent.parameter(graph, operation, header)
    });
    let Some(first) = found.next() else {
        return match header.required {
            true => Found::Missing,
            false => Found::Good(Vec::new()),
        };
    };
    match (first, found.find(|found| matches!(found, Found::Good(_)))) {
        (Found::Good(undeclared), _) => Found::Good(undeclared),
        (first, good) => good.unwrap_or(first),
    }
}

/// OpenAPI ignores a header with this name: the media types of a body say it.
fn is_content_type(name: &str) -> bool {
    name.eq_ignore_ascii_case("content-type")
}

fn is_cookie(name: &str) -> bool {
    ["set-cookie", "set-cookie2"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether a header that no contract declares looks like the API's own. `prefixes` are those that the user gave, in
/// lower case; what servers and proxies add counts only if one of them is more specific than `X-`.
fn is_of_api(name: &str, prefixes: &[String]) -> bool {
    let starts_with = |prefix: &str| {
        let start = name.as_bytes().get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let is_usual = |prefix: &str| API_PREFIXES.contains(&prefix);
    if prefixes.iter().any(|prefix| !is_usual(prefix) && starts_with(prefix)) {
        return true;
    }
    let asks_for_usual = prefixes.is_empty() || prefixes.iter().any(|prefix| is_usual(prefix));
    asks_for_usual
        && API_PREFIXES.into_iter().any(starts_with)
        && !INFRASTRUCTURE.iter().any(|known| name.eq_ignore_ascii_case(known))
        && !INFRASTRUCTURE_PREFIXES.into_iter().any(starts_with)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_servers_and_proxies_are_not_those_of_an_api() {
        let table: [(&str, &[&str], bool); 14] = [
            ("X-RateLimit-Limit", &[], true),
            ("x-total-count", &[], true),
            ("X-Request-Id", &[], false),
            ("x-amz-cf-id", &[], false),
            ("X-Cache", &[], false),
            ("X-Frame-Options", &[], false),
            ("Vary", &[], false),
            ("Acme-Version", &[], false),
            ("Acme-Version", &["acme-"], true),
            ("X-RateLimit-Limit", &["acme-"], false),
            ("X-RateLimit-Limit", &["acme-", "x-"], true),
            ("X-Request-Id", &["x-"], false),
            ("X-Request-Id", &["x-request-id"], true),
            ("é-x", &["é"], true),
        ];
        for (name, prefixes, expected) in table {
            let prefixes: Vec<String> = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
            assert_eq!(is_of_api(name, &prefixes), expected, "{name} {prefixes:?}");
        }
    }
}
