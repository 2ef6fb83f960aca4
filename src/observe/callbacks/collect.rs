//! Finds the URLs of callbacks in exchanges.

use std::path::PathBuf;

use crate::capture::{Exchange, ParallelSink, ReadProblem, Request, Sink, SourceRead, Unused};
use crate::contract::{Contract, Operation, OperationKind, RequestTarget, Route, UrlTemplate};
use crate::location::Origin;

use super::evaluate::Told;
use super::urls::{CallbackUrls, host_of};
use crate::observe::incoming::Rewrite;
use crate::observe::options::Options;

/// The callbacks of an operation.
#[derive(Debug, Clone)]
struct Caller<'c> {
    contract: &'c Contract,
    operation: &'c Operation,
    callbacks: Vec<(&'c Operation, UrlTemplate)>,
}

/// Takes exchanges, and keeps the URLs of callbacks.
#[derive(Debug, Clone)]
pub(super) struct Collector<'c> {
    callers: Vec<Caller<'c>>,
    /// They apply to the requests of callbacks, too.
    rewrites: Vec<Rewrite>,
    /// Which requests belong to callbacks and webhooks with callbacks of their own.
    options: Options,
    /// What was found.
    pub(super) found: CallbackUrls,
}

/// A URL that an exchange names.
pub(super) struct Named<'c> {
    contract: &'c Contract,
    callback: &'c Operation,
    url: String,
    has_variables: bool,
    /// The host of the exchange.
    host: Option<String>,
}

impl Named<'_> {
    pub(super) fn add_to(&self, urls: &mut CallbackUrls) {
        urls.add(self.contract, self.callback, &self.url, self.has_variables, self.host.as_deref());
    }
}

impl<'c> Collector<'c> {
    /// Starts with the URLs that are the same for every exchange.
    pub(super) fn new(asked: &[&'c Contract], rewrites: &[Rewrite], options: &Options) -> Self {
        let mut found = CallbackUrls::default();
        let mut callers: Vec<Caller<'c>> = Vec::new();
        for &contract in asked {
            let all = &contract.operations;
            let callbacks = all.iter().filter_map(|operation| Some((operation, all.get(operation.caller?)?)));
            for (operation, caller) in callbacks {
                // What is wrong with others is a finding.
                let url = UrlTemplate::parse(&operation.path.to_string()).ok();
                let Some(url) = url.filter(UrlTemplate::is_address) else {
                    continue;
                };
                if url.is_constant() {
                    let text = url.with_values(|_| None).unwrap_or_default();
                    found.add(contract, operation, &rewritten(rewrites, text), url.has_variables(), None);
                    continue;
                }
                let known = callers.iter_mut().find(|known| std::ptr::eq(known.operation, caller));
                match known {
                    Some(known) => known.callbacks.push((operation, url)),
                    None => callers.push(Caller {
                        contract,
                        operation: caller,
                        callbacks: vec![(operation, url)],
                    }),
                }
            }
        }
        Self {
            callers,
            rewrites: rewrites.to_vec(),
            options: options.clone(),
            found,
        }
    }

    /// Whether exchanges have to be read for URLs.
    pub(super) fn is_needed(&self) -> bool {
        !self.callers.is_empty()
    }

    /// How often exchanges have to be read: callbacks may have callbacks of their own.
    pub(super) fn rounds(&self) -> usize {
        let depth = |caller: &Caller<'c>| {
            let operations = &caller.contract.operations;
            let up = |operation: &&'c Operation| operations.get(operation.caller?);
            std::iter::successors(Some(caller.operation), up).count()
        };
        self.callers.iter().map(depth).max().unwrap_or(0)
    }

    /// Takes what was found into account for the next round.
    pub(super) fn next_round(&mut self) {
        self.options.callbacks = self.found.clone().into();
    }

    /// The URLs that an exchange names. `options` has what is known of others.
    pub(super) fn named_in(&self, exchange: &Exchange<'_>, options: &Options) -> Vec<Named<'c>> {
        let mut found = Vec::new();
        let Some(request) = &exchange.request else { return found };
        let response = exchange.response.as_ref();
        // Nothing is sent to the URL of a subscription that was rejected.
        if response.is_some_and(|response| response.status >= 400) {
            return found;
        }
        let target = RequestTarget::parse(&rewritten(&self.rewrites, request.target.clone()));
        let host = host_of(request, &target);
        for caller in &self.callers {
            let Some(path_values) = values_of(caller, request, &target, host.as_deref(), options) else {
                continue;
            };
            let told = Told {
                request,
                response,
                target: &target,
                host: host.as_deref(),
                path_values: &path_values,
            };
            for (callback, url) in &caller.callbacks {
                let text = url.with_values(|expression| told.value(expression));
                // A path is one of the host that it was sent to.
                let text = text.and_then(|text| match (&host, text.starts_with('/')) {
                    (Some(host), true) => Some(format!("https://{host}{text}")),
                    (None, true) => None,
                    (_, false) => Some(text),
                });
                found.extend(text.map(|text| Named {
                    contract: caller.contract,
                    callback,
                    url: rewritten(&self.rewrites, text),
                    has_variables: url.has_variables(),
                    host: host.clone(),
                }));
            }
        }
        found
    }
}

/// The values of the path's parameters, if a request belongs to the operation.
fn values_of<'c>(
    caller: &Caller<'c>,
    request: &Request<'_>,
    target: &RequestTarget,
    host: Option<&str>,
    options: &Options,
) -> Option<Vec<(&'c str, String)>> {
    if !caller.operation.method.eq_ignore_ascii_case(&request.method) {
        return None;
    }
    if caller.operation.kind == OperationKind::Path {
        return match caller.contract.route(&request.method, target) {
            Route::Operation(operation, values) if std::ptr::eq(operation, caller.operation) => Some(values),
            _ => None,
        };
    }
    let claims = options.claims(caller.contract, &request.method, host, target);
    let claim = claims.into_iter().find(|claim| std::ptr::eq(claim.operation, caller.operation));
    claim.map(|claim| claim.values)
}

fn rewritten(rewrites: &[Rewrite], url: String) -> String {
    rewrites.iter().find_map(|rewrite| rewrite.apply(&url)).unwrap_or(url)
}

impl Sink for Collector<'_> {
    fn exchange(&mut self, exchange: Exchange<'_>) {
        for named in self.named_in(&exchange, &self.options) {
            named.add_to(&mut self.found);
        }
    }

    // All of this is reported when the captures are read to be compared.
    fn unused(&mut self, _: Unused, _: &Origin) {}

    fn problem(&mut self, _: ReadProblem) {}

    fn source(&mut self, _: SourceRead) {}

    fn skipped(&mut self, _: PathBuf, _: &'static str) {}
}

impl ParallelSink for Collector<'_> {
    fn fork(&self) -> Self {
        self.clone()
    }

    fn join(&mut self, forks: Vec<Self>) {
        for fork in forks {
            self.found += &fork.found;
        }
    }
}
