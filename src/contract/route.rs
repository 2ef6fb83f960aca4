//! From method and URL to an operation.

use std::collections::BTreeSet;

use super::{Contract, Operation, Operations, PathTemplate};

/// A request target split into what routing looks at: `https://host/path?query` → path and query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTarget {
    /// The host and port, or the scheme of a URL without a host (`data:`), if the target has one.
    pub host: Option<String>,
    /// The path, still percent-encoded.
    pub path: String,
    /// Names and values of the query, still percent-encoded, in order.
    pub raw_query: Vec<(String, String)>,
    /// The same, decoded.
    pub query: Vec<(String, String)>,
}

impl RequestTarget {
    /// Splits a request target in origin form (`/path?query`) or absolute form.
    ///
    /// It may contain a placeholder for a value, as guides write it, such as `{ id }`.
    #[must_use]
    pub fn parse(target: &str) -> Self {
        let (before, path, after) = split_target(target);
        let query = after.split('#').next().and_then(|query| query.strip_prefix('?')).unwrap_or_default();
        let (host, path) = match before.split_once("://") {
            Some((_, authority)) => {
                let path = if path.is_empty() { "/" } else { path };
                (Some(without_user(authority).to_ascii_lowercase()), path.to_owned())
            }
            None if !before.is_empty() => (Some(before.to_owned()), format!("/{}", path.trim_start_matches('/'))),
            // `data:…` and the like have no host and no meaningful path.
            None => match path.split_once(':') {
                Some((scheme, _)) if !path.starts_with('/') => (Some(format!("{scheme}:")), "/".to_owned()),
                Some(_) | None => (None, path.to_owned()),
            },
        };
        let raw_query: Vec<(String, String)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (name.to_owned(), value.to_owned())
            })
            .collect();
        let decoded = raw_query
            .iter()
            .map(|(name, value)| (decode_query(name), decode_query(value)));
        Self {
            host,
            path,
            query: decoded.collect(),
            raw_query,
        }
    }

    /// The path with segments that look like data folded to `{}`, so that requests that only differ in an
    /// identifier look the same.
    #[must_use]
    pub fn folded_path(&self) -> String {
        let fold = |segment: &str| {
            let digits = segment.bytes().filter(u8::is_ascii_digit).count();
            let is_version = segment.len() <= 4 && segment.starts_with('v') && digits > 0;
            let is_data = (digits > 0 && digits == segment.len())
                || (segment.len() >= 16 && digits >= 4)
                || segment.contains(['{', '<', '%', '@']);
            if is_data && !is_version {
                "{}".to_owned()
            } else {
                segment.to_owned()
            }
        };
        self.path.split('/').map(fold).collect::<Vec<_>>().join("/")
    }
}

/// A request target in three parts: the scheme and the host or a placeholder for them, the path, and what follows it
/// from `?` or `#` on. A URL in a path is a part of the path.
pub(crate) fn split_target(target: &str) -> (&str, &str, &str) {
    let (address, after) = target.split_at(target.find(['?', '#']).unwrap_or(target.len()));
    let scheme = address.find("://").filter(|end| !address[..*end].contains('/'));
    let start = match (placeholder_of_host(address), scheme) {
        (Some((host, _)), _) => host.len(),
        (None, Some(end)) => {
            let authority = end + "://".len();
            address[authority..].find('/').map_or(address.len(), |slash| authority + slash)
        }
        (None, None) => 0,
    };
    let (before, path) = address.split_at(start);
    (before, path, after)
}

/// A host and port without user information. If the port is not a number, everything after the first `:` is
/// dropped, since it may be part of a password.
pub(crate) fn without_user(authority: &str) -> &str {
    let host = authority.rsplit('@').next().unwrap_or_default();
    match host.rsplit_once(':') {
        Some((name, port))
            if !host.ends_with(']') && !port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            name.split(':').next().unwrap_or_default()
        }
        _ => host,
    }
}

/// A host without a port that its scheme implies.
pub(crate) fn without_usual_port(host: &str) -> &str {
    host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host)
}

/// The placeholder for a host at the start of an address, such as `{{base_url}}` or `<HOST>`, and the path
/// after it.
fn placeholder_of_host(address: &str) -> Option<(&str, &str)> {
    let brackets = [("{{", "}}"), ("${", "}"), ("<", ">")];
    brackets.into_iter().find_map(|(open, close)| {
        let end = address.strip_prefix(open)?.find(close)? + open.len() + close.len();
        Some(address.split_at(end))
    })
}

/// Decodes a part of a query string, in which `+` is a space.
pub(crate) fn decode_query(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// What a contract declares for a method and path.
#[derive(Debug)]
pub enum Route<'c> {
    /// The operation, and the values of its path parameters, still percent-encoded.
    Operation(&'c Operation, Vec<(&'c str, String)>),
    /// The path is declared, but only with other methods: the operations that have them.
    OtherMethod(Vec<&'c Operation>),
    /// No operation has this path.
    Unknown,
}

/// A full path that matches, its operation, and the values of the parameters.
type Match<'c, 'p> = (&'c PathTemplate, &'c Operation, Vec<(&'c str, &'p str)>);

impl Operations {
    /// The operation of a request whose base path differs from those of the contract's servers, and that base
    /// path. Only for contracts that have documents.
    fn without_base<'p>(&self, method: &str, path: &'p str) -> Option<(&Operation, &'p str)> {
        // The longest matching path is the most reliable.
        let starts = path.match_indices('/').map(|(at, _)| at);
        starts.filter(|at| at + 1 < path.len()).find_map(|at| {
            let mut matching: Vec<&Operation> = self
                .with_path(&path[at..])
                .filter(|operation| {
                    operation.method.eq_ignore_ascii_case(method)
                        && operation.place.is_some()
                        && operation.path.has_literal()
                        && operation.path.matches(&path[at..]).is_some()
                })
                .collect();
            matching.sort_by(|left, right| left.path.more_specific(&right.path));
            let base = if at == 0 { "/" } else { &path[..at] };
            matching.first().map(|operation| (*operation, base))
        })
    }

    /// Finds the operation for a method and target. The host is ignored; a path with literal
    /// segments wins over one with parameters.
    pub(super) fn route(&self, method: &str, target: &RequestTarget) -> Route<'_> {
        let mut matching: Vec<Match<'_, '_>> = self
            .routed(&target.path)
            .filter_map(|(operation, route)| Some((route, operation, route.matches(&target.path)?)))
            .collect();
        // The first route of an operation that matches.
        matching.dedup_by(|(_, later, _), (_, first, _)| std::ptr::eq(*later, *first));
        matching.sort_by(|(left, ..), (right, ..)| {
            let ends = |template: &PathTemplate| !template.ends_like(&target.path);
            left.more_specific(right).then(ends(left).cmp(&ends(right)))
        });
        let has_method = |operation: &Operation| operation.method.eq_ignore_ascii_case(method);
        match matching
            .iter()
            .position(|(_, operation, _)| has_method(operation))
        {
            Some(index) => {
                let (_, operation, values) = matching.swap_remove(index);
                let values = values
                    .into_iter()
                    .map(|(name, text)| (name, text.to_owned()));
                Route::Operation(operation, values.collect())
            }
            None if matching.is_empty() => Route::Unknown,
            None => {
                let mut seen = BTreeSet::new();
                Route::OtherMethod(
                    matching
                        .into_iter()
                        .map(|(_, operation, _)| operation)
                        .filter(|operation| seen.insert(operation.id.as_str()))
                        .collect(),
                )
            }
        }
    }
}

impl Contract {
    /// The operation of a request whose base path differs from those of the contract's servers, and that base
    /// path. Only for contracts that have documents.
    #[must_use]
    pub(crate) fn without_base<'p>(&self, method: &str, path: &'p str) -> Option<(&Operation, &'p str)> {
        self.operations.without_base(method, path)
    }

    /// Finds the operation for a method and target. The host is ignored; a path with literal
    /// segments wins over one with parameters.
    #[must_use]
    pub(crate) fn route(&self, method: &str, target: &RequestTarget) -> Route<'_> {
        self.operations.route(method, target)
    }
}
