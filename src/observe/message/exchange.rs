//! Exchanges with method and URL: which operation they belong to, and facts about those without one.

use crate::redact::sanitised;
use crate::capture::{Exchange, Hint, Request, Response, Unused};
use crate::contract::{Contract, Operation, Route, RequestTarget};
use crate::location::Side;

use super::expectation::best_split;
use super::incoming::Belonging;
use crate::observe::callbacks::host_of;
use crate::observe::observer::Observer;
use crate::observe::profile::{TrafficFact, PayloadVerdict};
use crate::observe::routing::destination::Destination;
use crate::observe::profile::sighting::Sighting;
use crate::observe::watch::{Older, RoutedRequest, Undeclared, Watcher};

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Handles an exchange with method and URL.
    pub(crate) fn routed(
        &mut self,
        request: &Request<'_>,
        response: Option<&Response<'_>>,
        hint: &Hint,
    ) {
        let target = RequestTarget::parse(&request.target);
        if let Some(selected) = self.selected_incoming(&target) {
            return self.belongs(selected, None, request, &target, response);
        }
        let host = host_of(request, &target);
        let (mut found, mut others) = (Vec::new(), Vec::new());
        for contract in self.versions.asked.clone() {
            let incoming = self.incoming(contract, request, &target, host.as_deref());
            match (incoming, contract.route(&request.method, &target)) {
                (Some((_, false)) | None, Route::Operation(operation, values)) => {
                    found.push(Belonging::new(contract, operation, values, None));
                }
                (Some((incoming, _)), _) => found.push(incoming),
                (None, Route::OtherMethod(operations)) => others.push((contract, operations)),
                (None, Route::Unknown) => {}
            }
        }
        let versions: Vec<Destination<'c>> = found.iter().map(|found| found.place).collect();
        if let Some((index, is_guess)) = self.versions.spoken_by(&versions, hint, request, response) {
            let belonging = found.swap_remove(index);
            // The versions are in order, and `swap_remove` leaves the first one where it is.
            let older = found.into_iter().next().filter(|_| is_guess && index > 0);
            if self.is_other_operation(belonging.place.operation) {
                return self.leave(Unused::Filtered, &request.line.origin);
            }
            if let Some(host) = host
                && !belonging.place.operation.is_incoming()
            {
                self.profile.hosts.entry(host).or_default().0 += 1;
            }
            return self.belongs(belonging, older, request, &target, response);
        }
        if self.options.hint.operation.is_some() {
            return self.leave(Unused::Filtered, &request.line.origin);
        }
        if others.is_empty()
            && let Some(webhook) = self.webhook_by_content(request, &target, host.as_deref(), response)
        {
            let Destination { contract, operation, .. } = webhook.place;
            let key = (contract.reference().into(), operation.id.as_str().into());
            self.profile.by_content.entry(key).or_default().0 += 1;
            return self.belongs(webhook, None, request, &target, response);
        }
        self.unrouted(request, &target, host, &others, response);
        let bodies = [
            request.body.as_ref(),
            response.and_then(|r| r.body.as_ref()),
        ];
        for body in bodies.into_iter().flatten().filter(|body| body.is_json()) {
            if self.is_sound(body, None) {
                self.unjudged(body, None, PayloadVerdict::Unmatched, None);
            }
        }
    }

    /// Compares an exchange with its operation. `older` is that of an older version, if the payloads decided between
    /// them.
    fn belongs(
        &mut self,
        belonging: Belonging<'c>,
        older: Option<Belonging<'c>>,
        request: &Request<'_>,
        target: &RequestTarget,
        response: Option<&Response<'_>>,
    ) {
        let split = |belonging: Belonging<'c>| {
            let Belonging { place, values, .. } = belonging;
            match place.operation.is_incoming() {
                true => (place, values),
                false => (place, best_split(&place, request, target, values)),
            }
        };
        let older = older.map(split);
        let own = belonging.target.clone();
        let target = own.as_ref().unwrap_or(target);
        let (place, values) = split(belonging);
        self.profile.matched += 1;
        let exercised = (
            place.contract.reference().into(),
            place.operation.id.as_str().into(),
        );
        self.profile.exercised.entry(exercised).or_default().0 += 1;
        self.watcher.request(&RoutedRequest {
            contract: place.contract,
            operation: place.operation,
            request,
            target,
            path_values: &values,
            response,
            is_refused: self.is_refused(&place, request, target, &values, response),
            older: older.as_ref().map(|(older, values)| Older {
                contract: older.contract,
                operation: older.operation,
                path_values: values,
            }),
        });
        self.request(&place, request, target, &values, response);
        self.response(&place, Some(request), response);
    }

    /// Whether the user selected a different operation.
    fn is_other_operation(&self, operation: &Operation) -> bool {
        let asked = self.options.hint.operation.as_ref();
        asked.is_some_and(|asked| *asked != operation.id)
    }

    /// Removes the sides of an exchange that were not selected; false if nothing is left.
    pub(crate) fn filter(&self, exchange: &mut Exchange<'_>) -> bool {
        let Hint { side, status, .. } = self.options.hint;
        let is_asked = |own: Side| side.is_none_or(|side| side == own);
        if let Some(response) = &mut exchange.response {
            let is_status = status.is_none_or(|status| status == response.status);
            if !is_status {
                return false;
            }
            // The status of the response is needed to judge the request.
            if !is_asked(Side::Response) {
                response.body = None;
                response.body_left_out = true;
                return exchange.request.is_some();
            }
        } else if exchange.request.is_some() && status.is_some() {
            return false;
        }
        if !is_asked(Side::Request)
            && let Some(request) = &mut exchange.request
        {
            // The target of the request is needed to find the operation of the response.
            request.body = None;
            request.body_left_out = true;
            return exchange.response.is_some();
        }
        exchange.request.is_some() || exchange.response.is_some() || exchange.payload.is_some()
    }

    /// Handles the response of an exchange whose operation is known; `place` is its request.
    fn response(
        &mut self,
        place: &Destination<'c>,
        request: Option<&Request<'_>>,
        response: Option<&Response<'_>>,
    ) {
        let Some(response) = response.filter(|_| self.options.hint.side != Some(Side::Request))
        else {
            return;
        };
        let place = Destination {
            side: Side::Response,
            status: Some(response.status),
            ..*place
        };
        let body = response.body.as_ref();
        self.message(&place, body, response.body_left_out, &response.line);
        self.around_response(&place, response);
        // The receiver of a webhook or callback is no part of the API.
        if let Some(request) = request
            && !place.operation.is_incoming()
        {
            self.links(&place, request, response);
        }
    }

    /// Compares what is around the body of a response; `place` is the response.
    fn around_response(&mut self, place: &Destination<'c>, response: &Response<'_>) {
        self.response_headers(place, response);
        self.response_semantics(place, response);
        self.problem_details(place, response);
    }

    /// A response without a request, of which the user or the name of the file says where it belongs: what is around
    /// its body.
    pub(crate) fn bare_response(&mut self, response: &Response<'_>, hint: &Hint) {
        if let [_] = *self.versions.asked
            && self.options.hint.side != Some(Side::Request)
            && let Some(place) = self.versions.named(hint)
        {
            self.around_response(&place, response);
        }
    }

    fn undeclared(
        &mut self,
        request: &Request<'_>,
        host: Option<&str>,
        others: &[&'c Operation],
        response: Option<&Response<'_>>,
    ) {
        let time = self.time;
        self.watcher.undeclared(&Undeclared { request, response, host, others, time });
    }

    /// Records why a request has no operation.
    fn unrouted(
        &mut self,
        request: &Request<'_>,
        target: &RequestTarget,
        host: Option<String>,
        others: &[(&'c Contract, Vec<&'c Operation>)],
        response: Option<&Response<'_>>,
    ) {
        let method = sanitised(&request.method);
        let Some((contract, operations)) = others.first() else {
            let reason = of_no_operation(request, response);
            self.leave(reason, &request.line.origin);
            if reason != Unused::NoOperation {
                return;
            }
            self.undeclared(request, host.as_deref(), &[], response);
            let subject = format!("{method} {}", sanitised(&target.folded_path()));
            let fact = TrafficFact::UnknownOperation {
                host: host.map(|host| sanitised(&host)),
            };
            return self.fact(
                &fact,
                &subject,
                &Sighting::InPath(&request.line, &target.path),
            );
        };
        self.profile.matched += 1;
        // HTTP defines these for every resource (RFC 9110 section 9.3), so a preflight is not drift.
        if matches!(method.as_str(), "OPTIONS" | "HEAD") {
            if method == "OPTIONS" {
                self.leave(Unused::Preflight, &request.line.origin);
            }
            return;
        }
        self.undeclared(request, host.as_deref(), operations, response);
        let mut known: Vec<String> = operations.iter().map(|o| o.method.clone()).collect();
        known.sort();
        let fact = TrafficFact::OtherMethod {
            contract: contract.reference().into(),
            path: operations[0].path.to_string(),
            known,
        };
        self.fact(
            &fact,
            &method,
            &Sighting::of_part(&request.line, &request.method),
        );
    }
}

/// Why an exchange whose path no operation has is not compared. What a browser does besides calling an API, such as
/// loading pages and what they consist of, is no drift.
fn of_no_operation(request: &Request<'_>, response: Option<&Response<'_>>) -> Unused {
    if request.method.eq_ignore_ascii_case("OPTIONS") {
        return Unused::Preflight;
    }
    let asks_for_json = request.headers.get("accept").is_some_and(|accept| accept.contains("json"));
    let Some(response) = response.filter(|_| request.method.eq_ignore_ascii_case("GET") && !asks_for_json) else {
        return Unused::NoOperation;
    };
    let kind = response.body.as_ref().and_then(Unused::of_body);
    match (response.status, kind) {
        (301 | 302 | 303 | 307 | 308, _) if response.body.as_ref().is_none_or(|body| !body.is_json()) => {
            Unused::Redirect
        }
        (200..=299, Some(reason @ (Unused::Html | Unused::Asset))) => reason,
        _ => Unused::NoOperation,
    }
}
