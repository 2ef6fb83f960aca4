//! The URLs of callbacks, and which requests are sent to them.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;

use crate::capture::Request;
use crate::contract::{Contract, Operation, PathTemplate, RequestTarget, without_user, without_usual_port};
use crate::limits::{CALLBACK_URL, CALLBACK_URLS};

/// The URLs that exchanges name for callbacks. `a += &b` merges; the order of merging makes no difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallbackUrls {
    /// By `name@version` of the contract, and id of the callback.
    by_operation: BTreeMap<(Arc<str>, Arc<str>), Urls>,
}

/// The URLs of one callback, and whether each of them is on a host of the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Urls {
    constant: BTreeMap<Url, bool>,
    /// With variables in their paths.
    patterns: BTreeMap<Url, bool>,
    /// Whether there were more than are kept.
    is_cut: bool,
}

/// A URL, ordered by host and path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Url {
    /// Host and port; without it, any host.
    host: Option<String>,
    /// Decoded, unless it has variables.
    path: String,
    /// In order, so that URLs with the same start of the query are next to each other.
    query: Vec<(String, String)>,
}

/// A callback or webhook that a request is sent to.
#[derive(Debug)]
pub(in crate::observe) struct Claimed<'c> {
    pub(in crate::observe) operation: &'c Operation,
    /// The values of its path parameters.
    pub(in crate::observe) values: Vec<(&'c str, String)>,
    /// The query of its URL; `None` if the receiver may have added any.
    pub(in crate::observe) query: Option<Vec<(String, String)>>,
    /// Whether it takes precedence over an operation with the same path.
    pub(in crate::observe) is_first: bool,
}

impl CallbackUrls {
    /// Adds a URL of a callback. `api` is the host of the request that names it.
    pub(super) fn add(
        &mut self,
        contract: &Contract,
        operation: &Operation,
        url: &str,
        has_variables: bool,
        api: Option<&str>,
    ) {
        if url.len() > CALLBACK_URL || url.contains(char::is_whitespace) {
            return;
        }
        let target = RequestTarget::parse(url);
        let is_path = url.starts_with('/') && !url.starts_with("//");
        // `data:…` and the like.
        if !is_path && target.host.as_ref().is_none_or(|host| host.is_empty() || host.ends_with(':')) {
            return;
        }
        let host = target.host.filter(|_| !is_path);
        let host = host.map(|host| without_usual_port(&host).to_owned());
        let is_own = match &host {
            None => true,
            Some(host) => {
                api.is_some_and(|api| without_usual_port(api) == *host)
                    || is_server(contract, host)
            }
        };
        let path = match has_variables {
            true => target.path,
            false => plain(&target.path),
        };
        let urls = self.of(&contract.reference(), &operation.id);
        let query = in_order(&target.query);
        let url = Url { host, path, query };
        urls.add(url, is_own, has_variables);
    }

    fn of(&mut self, contract: &str, operation: &str) -> &mut Urls {
        self.by_operation.entry((contract.into(), operation.into())).or_default()
    }

    /// Whether a URL of the callback is known.
    pub(in crate::observe) fn has(&self, contract: &Contract, operation: &Operation) -> bool {
        !self.by_operation.is_empty()
            && self.by_operation.contains_key(&(contract.reference().into(), operation.id.as_str().into()))
    }

    /// The callbacks with more URLs than are kept.
    pub(crate) fn cut(&self) -> impl Iterator<Item = &str> {
        let cut = self.by_operation.iter().filter(|(_, urls)| urls.is_cut);
        cut.map(|((_, operation), _)| &**operation)
    }

    /// The callbacks that a request is sent to, in the order of their ids. A URL with more of the request's query is the
    /// one that was meant.
    pub(in crate::observe) fn claims<'c>(
        &self,
        contract: &'c Contract,
        method: &str,
        host: Option<&str>,
        target: &RequestTarget,
    ) -> Vec<Claimed<'c>> {
        if self.by_operation.is_empty() {
            return Vec::new();
        }
        let reference: Arc<str> = contract.reference().into();
        let all = self.by_operation.range((Arc::clone(&reference), "".into())..);
        let own = all.take_while(|((contract, _), _)| *contract == reference);
        let claims = own.filter_map(|((_, id), urls)| {
            let operation = contract.operation(id)?;
            if !operation.method.eq_ignore_ascii_case(method) {
                return None;
            }
            urls.claim(operation, host.map(without_usual_port), target)
        });
        let mut claims: Vec<Claimed<'c>> = claims.collect();
        let pairs = |claim: &Claimed<'_>| claim.query.as_ref().map_or(0, Vec::len);
        let most = claims.iter().map(pairs).max();
        claims.retain(|claim| Some(pairs(claim)) == most);
        claims
    }
}

impl AddAssign<&Self> for CallbackUrls {
    fn add_assign(&mut self, other: &Self) {
        for ((contract, operation), others) in &other.by_operation {
            let urls = self.of(contract, operation);
            urls.is_cut = urls.is_cut || others.is_cut;
            for (kept, has_variables) in [(&others.constant, false), (&others.patterns, true)] {
                for (url, is_own) in kept {
                    urls.add(url.clone(), *is_own, has_variables);
                }
            }
        }
    }
}

impl Urls {
    fn add(&mut self, url: Url, is_own: bool, has_variables: bool) {
        let kept = if has_variables { &mut self.patterns } else { &mut self.constant };
        *kept.entry(url).or_default() |= is_own;
        // The first ones are kept, so that the order in which they are found makes no difference.
        if kept.len() > CALLBACK_URLS {
            kept.pop_last();
            self.is_cut = true;
        }
    }

    fn claim<'c>(&self, operation: &'c Operation, host: Option<&str>, target: &RequestTarget) -> Option<Claimed<'c>> {
        let claimed = |(url, is_own): (&Url, bool), values| Claimed {
            operation,
            values,
            query: Some(url.query.clone()),
            is_first: !is_own,
        };
        let path = plain(&target.path);
        let query = in_order(&target.query);
        // A host before any host.
        let hosts = host.map(Some).into_iter().chain([None]);
        for host in hosts {
            let sent = Url {
                host: host.map(str::to_owned),
                path: path.clone(),
                query: query.clone(),
            };
            if let Some(found) = fullest(&self.constant, &sent) {
                return Some(claimed(found, Vec::new()));
            }
            if let Some((found, values)) = self.pattern(&sent, &target.path) {
                return Some(claimed(found, in_path(operation, &values)));
            }
        }
        None
    }

    /// The URL with variables that a request is sent to, with their values: of several, the one with the longest query.
    fn pattern<'u>(&'u self, sent: &Url, path: &str) -> Option<(Found<'u>, Vec<(String, String)>)> {
        let mut best: Option<(Found<'u>, Vec<(String, String)>)> = None;
        if self.patterns.is_empty() {
            return best;
        }
        // A pattern starts with a part of the path, up to its first variable.
        for (at, _) in path.char_indices().take_while(|(at, _)| *at < CALLBACK_URL) {
            let before = format!("{}{{", &path[..at]);
            let mut next = Url {
                path: before.clone(),
                query: Vec::new(),
                ..sent.clone()
            };
            // URLs that differ only in the query are one step.
            while let Some((url, _)) = self.patterns.range(next.clone()..).next() {
                if url.host != sent.host || !url.path.starts_with(&before) {
                    break;
                }
                let template = PathTemplate::parse(&url.path);
                if let Some(values) = template.matches(path) {
                    let of_path = Url {
                        path: url.path.clone(),
                        ..sent.clone()
                    };
                    let found = fullest(&self.patterns, &of_path);
                    let is_better = |(url, _): &Found<'_>| best.as_ref().is_none_or(|((known, _), _)| url.query.len() > known.query.len());
                    if let Some(found) = found.filter(is_better) {
                        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
                        best = Some((found, values.collect()));
                    }
                }
                // No text is between this path and the next one.
                next.path = format!("{}\0", url.path);
            }
        }
        best
    }
}

/// A known URL, and whether it is on a host of the API.
type Found<'u> = (&'u Url, bool);

/// The known URL with the host and the path of another one, whose query has all pairs of it: of several, the one with
/// the most pairs.
///
/// The pairs of all are in order. So URLs whose query starts with the same pairs are next to each other, and only such
/// starts are followed that known URLs have.
fn fullest<'u>(known: &'u BTreeMap<Url, bool>, sent: &Url) -> Option<Found<'u>> {
    /// Starts of queries that are followed for one request.
    const STARTS: usize = 4_000;
    let is_here = |url: &Url| url.host == sent.host && url.path == sent.path;
    let from = |query: Vec<(String, String)>| {
        let start = Url { query, ..sent.clone() };
        known.range(start..).next().map(|(url, is_own)| (url, *is_own))
    };
    let mut best: Option<Found<'u>> = None;
    // Each with the position of the first pair that may follow.
    let mut open = vec![(Vec::new(), 0)];
    let mut count = 0;
    while let Some((start, next)) = open.pop() {
        let Some((url, is_own)) = from(start.clone()).filter(|(url, _)| is_here(url) && url.query.starts_with(&start)) else {
            continue;
        };
        if url.query == start && best.is_none_or(|(known, _)| known.query.len() < start.len()) {
            best = Some((url, is_own));
        }
        for (position, pair) in sent.query.iter().enumerate().skip(next) {
            count += 1;
            if count > STARTS {
                return best;
            }
            let mut longer = start.clone();
            longer.push(pair.clone());
            open.push((longer, position + 1));
        }
    }
    best
}

/// The pairs of a query in order, each once.
fn in_order(query: &[(String, String)]) -> Vec<(String, String)> {
    let mut pairs = query.to_vec();
    pairs.sort();
    pairs.dedup();
    pairs
}

/// The values of the parameters in the path of an operation, in order. Expressions count as parameters there, without
/// a value.
fn in_path<'c>(operation: &'c Operation, values: &[(String, String)]) -> Vec<(&'c str, String)> {
    let names = operation.path.parameters();
    let found = names.map(|name| {
        let value = values.iter().find(|(known, _)| known == name);
        (name, value.map_or_else(String::new, |(_, value)| value.clone()))
    });
    found.collect()
}

/// The host that a request is sent to, with the port, if the capture has it.
pub(in crate::observe) fn host_of(request: &Request<'_>, target: &RequestTarget) -> Option<String> {
    target.host.clone().or_else(|| {
        let host = request.headers.get("host")?;
        Some(without_user(host).to_ascii_lowercase())
    })
}

/// Whether a host is that of a server that the contract lists.
pub(crate) fn is_server(contract: &Contract, host: &str) -> bool {
    let mut servers = contract.servers.iter().filter_map(|server| RequestTarget::parse(&server.name).host);
    servers.any(|server| {
        // With variables, as in `https://{region}.example.com`.
        let server = PathTemplate::parse(without_usual_port(&server));
        server.matches(without_usual_port(host)).is_some()
    })
}

/// A decoded path, in which a slash at the end makes no difference.
fn plain(path: &str) -> String {
    let path = path.strip_suffix('/').unwrap_or(path);
    percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned()
}
