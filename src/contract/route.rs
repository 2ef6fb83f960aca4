//! From method and URL to an operation.

use std::collections::BTreeSet;

use super::{Contract, Operation};

/// A request target split into what routing looks at: `https://host/path?query` → path and query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The host and port, or the scheme of a URL without host (`data:`), where the target has one.
    pub host: Option<String>,
    /// The path, still percent-encoded.
    pub path: String,
    /// Names and values of the query, decoded, in order.
    pub query: Vec<(String, String)>,
}

impl Target {
    /// Splits a request target in origin form (`/path?query`) or absolute form.
    ///
    /// It may hold what a guide writes for a value, such as `{ id }`.
    #[must_use]
    pub fn parse(target: &str) -> Self {
        let target = target.split('#').next().unwrap_or_default();
        let (address, query) = target.split_once('?').unwrap_or((target, ""));
        let (host, path) = match address.split_once("://") {
            Some((_, rest)) => {
                let end = rest.find('/').unwrap_or(rest.len());
                let host = rest[..end].rsplit('@').next().unwrap_or_default();
                let path = if end == rest.len() { "/" } else { &rest[end..] };
                (Some(host.to_ascii_lowercase()), path)
            }
            // `data:…` and the like have no host, and no path to speak of.
            None => match address.split_once(':') {
                Some((scheme, _)) if !address.starts_with('/') => (Some(format!("{scheme}:")), "/"),
                Some(_) | None => (None, address),
            },
        };
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value))
            })
            .collect();
        Self {
            host,
            path: path.to_owned(),
            query,
        }
    }

    /// The path with segments that look like data folded to `{}`, so that requests that differ in
    /// an identifier alone look the same.
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

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// What a contract knows of a method and path.
#[derive(Debug)]
pub enum Route<'c> {
    /// The operation, and the values of its path parameters.
    Operation(&'c Operation, Vec<(&'c str, String)>),
    /// The path is known, but only with other methods: the operations that have them.
    OtherMethod(Vec<&'c Operation>),
    /// Nothing has this path.
    Unknown,
}

impl Contract {
    /// Finds the operation for a method and target. The host is ignored; a path with literal
    /// segments wins over one with parameters.
    #[must_use]
    pub fn route(&self, method: &str, target: &Target) -> Route<'_> {
        let mut matching: Vec<_> = self
            .operations
            .iter()
            .filter_map(|operation| {
                let values = operation.path.matches(&target.path)?;
                Some((operation, values))
            })
            .collect();
        matching.sort_by(|(left, _), (right, _)| left.path.more_specific(&right.path));
        let has_method = |operation: &Operation| operation.method.eq_ignore_ascii_case(method);
        match matching
            .iter()
            .position(|(operation, _)| has_method(operation))
        {
            Some(index) => {
                let (operation, values) = matching.swap_remove(index);
                Route::Operation(operation, values)
            }
            None if matching.is_empty() => Route::Unknown,
            None => {
                let mut seen = BTreeSet::new();
                Route::OtherMethod(
                    matching
                        .into_iter()
                        .map(|(operation, _)| operation)
                        .filter(|operation| seen.insert(operation.id.as_str()))
                        .collect(),
                )
            }
        }
    }
}
