//! Requests of webhooks and callbacks, which servers send to URLs that are not part of the API.

use crate::capture::{Hint, Request, Response};
use crate::contract::{Contract, Operation, OperationKind, ParameterPlace, RequestTarget};
use crate::json::Value;
use crate::location::Side;

use super::parameter::Claims;
use crate::observe::callbacks::{Claimed, is_server};
use crate::observe::head::Head;
use crate::observe::observer::Observer;
use crate::observe::routing::destination::Destination;
use crate::observe::routing::fit::Fit;
use crate::observe::walk::deviation::DeviationKind;
use crate::observe::walk::explain::deviations;
use crate::observe::watch::Watcher;
use crate::schema::{Graph, NodeId};

/// A request whose operation is known.
pub(crate) struct Belonging<'c> {
    pub(crate) place: Destination<'c>,
    /// The values of the path's parameters.
    pub(crate) values: Vec<(&'c str, String)>,
    /// The target without what the receiver of a webhook or callback added to its URL.
    pub(crate) target: Option<RequestTarget>,
}

impl<'c> Belonging<'c> {
    pub(crate) const fn new(
        contract: &'c Contract,
        operation: &'c Operation,
        values: Vec<(&'c str, String)>,
        target: Option<RequestTarget>,
    ) -> Self {
        let place = Destination {
            contract,
            operation,
            side: Side::Request,
            status: None,
        };
        Self { place, values, target }
    }
}

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// The webhook or callback that the user selected, if it is not known where its requests are sent. Requests to any
    /// path may belong to it.
    pub(crate) fn selected_incoming(&self, target: &RequestTarget) -> Option<Belonging<'c>> {
        let place = self.versions.incoming(&self.options.hint)?;
        let has_url = self.versions.asked.iter().any(|contract| {
            let operation = contract.operation(&place.operation.id);
            operation.is_some_and(|operation| self.options.has_url(contract, operation))
        });
        let own = || own_target(place.contract, place.operation, target, None);
        (!has_url).then(|| Belonging::new(place.contract, place.operation, Vec::new(), Some(own())))
    }

    /// The webhook or callback that a request is sent to, and whether it takes precedence over an operation with the
    /// same path.
    pub(crate) fn incoming(
        &mut self,
        contract: &'c Contract,
        request: &Request<'_>,
        target: &RequestTarget,
        host: Option<&str>,
    ) -> Option<(Belonging<'c>, bool)> {
        let mut claims = self.options.claims(contract, &request.method, host, target);
        let claim = match claims.len() {
            0 => return None,
            1 => claims.pop()?,
            _ => {
                let fitting = self.best_claim(contract, &claims, request);
                claims.swap_remove(fitting)
            }
        };
        let Claimed { operation, values, query, is_first } = claim;
        let own = own_target(contract, operation, target, query.as_deref());
        Some((Belonging::new(contract, operation, values, Some(own)), is_first))
    }

    /// Several callbacks may be sent to one URL: the first one whose schema the body fits best.
    fn best_claim(&mut self, contract: &'c Contract, claims: &[Claimed<'c>], request: &Request<'_>) -> usize {
        let body = request.body.as_ref().filter(|body| body.is_json());
        let Some(body) = body else { return 0 };
        let head = Head::of(body);
        let Some(document) = head.document() else { return 0 };
        let mut best: (usize, Option<Fit>) = (0, None);
        for (number, claim) in claims.iter().enumerate() {
            for node in claim.operation.request.schemas() {
                let fit = self.scales.fit(contract, node, Side::Request, document.root());
                if best.1.is_none_or(|known| fit.compare(known).is_gt()) {
                    best = (number, Some(fit));
                }
            }
        }
        best.0
    }

    /// The webhook that a request without an operation belongs to by its content, if nothing else is likely.
    ///
    /// A request of another API must not be taken for one: the server may not have refused it, it may not be sent to
    /// a server of the API, and its body must fit one webhook well, and better than every other operation.
    pub(crate) fn webhook_by_content(
        &mut self,
        request: &Request<'_>,
        target: &RequestTarget,
        host: Option<&str>,
        response: Option<&Response<'_>>,
    ) -> Option<Belonging<'c>> {
        let is_webhook = |operation: &Operation| {
            operation.kind == OperationKind::Webhook && operation.method.eq_ignore_ascii_case(&request.method)
        };
        let asked = self.versions.asked.clone();
        if !asked.iter().any(|contract| contract.operations.iter().any(is_webhook)) {
            return None;
        }
        let body = request.body.as_ref().filter(|body| body.is_json())?;
        if response.is_some_and(|response| response.status >= 300) {
            return None;
        }
        let is_of_api = |contract: &&Contract| {
            contract.without_base(&request.method, &target.path).is_some()
                || host.is_some_and(|host| is_server(contract, host))
        };
        if asked.iter().any(is_of_api) {
            return None;
        }
        let hint = Hint {
            side: Some(Side::Request),
            ..Hint::default()
        };
        let head = Head::of(body);
        let found = self.guess(&hint, &head)?;
        let place = found.place;
        if found.ambiguous.is_some() || !is_webhook(place.operation) || self.options.has_url(place.contract, place.operation)
        {
            return None;
        }
        let (node, value) = (found.node?, head.document()?.root());
        let fit = self.scales.fit(place.contract, node, Side::Request, value);
        let own = own_target(place.contract, place.operation, target, None);
        let is_clear = is_clear(fit)
            && has_required_headers(place.operation, request)
            && has_required_values(&place.contract.graph, node, value);
        is_clear.then(|| Belonging::new(place.contract, place.operation, Vec::new(), Some(own)))
    }
}

/// Whether a payload certainly belongs to a schema: several of its places match, and hardly anything else is in it.
const fn is_clear(fit: Fit) -> bool {
    fit.recognised >= 3 && fit.recognised >= 4 * fit.strange
}

/// Whether a payload has every property that a schema requires, and every value that it fixes, such as the name of an
/// event. Without these, a guess would make an error of a request to another API.
fn has_required_values(graph: &Graph, node: NodeId, value: Value<'_>) -> bool {
    /// Deviations that are looked at. A payload with more of them is another one.
    const MOST: usize = 64;
    let found = deviations(graph, node, Some(Side::Request), value, MOST);
    let is_of_another = |kind: &DeviationKind| {
        matches!(kind, DeviationKind::Missing { .. } | DeviationKind::Constant { .. } | DeviationKind::Tag { .. })
    };
    found.len() < MOST && !found.iter().any(|(_, kind)| is_of_another(kind))
}

/// Whether a request has the headers that an operation requires, as far as the capture shows them.
fn has_required_headers(operation: &Operation, request: &Request<'_>) -> bool {
    let required = operation.parameters.iter().filter(|known| known.required && known.place == ParameterPlace::Header);
    let mut required = required.filter(|_| request.headers.are_shown());
    required.all(|header| request.headers.get(&header.name).is_some())
}

/// The target of a request without the parameters that the receiver added to its URL: `added`, or every one that the
/// operation does not declare.
fn own_target(
    contract: &Contract,
    operation: &Operation,
    target: &RequestTarget,
    added: Option<&[(String, String)]>,
) -> RequestTarget {
    let graph = &contract.graph;
    let queries = operation.parameters.iter();
    let queries = queries.filter(|parameter| parameter.place == ParameterPlace::Query);
    let claims: Vec<Claims<'_>> = queries.map(|query| Claims::of(graph, query)).collect();
    let mut own = target.clone();
    let pairs = target.query.iter().zip(&target.raw_query);
    let pairs = pairs.filter(|(pair, _)| {
        let is_declared = claims.iter().any(|claim| claim.has(graph, &pair.0, operation));
        is_declared || added.is_some_and(|added| !added.contains(pair))
    });
    (own.query, own.raw_query) = pairs.map(|(pair, raw)| (pair.clone(), raw.clone())).unzip();
    own
}
