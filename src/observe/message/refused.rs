//! Requests that the server rejected: most of them were sent to violate the contract on purpose.

use crate::capture::{Request, Response};
use crate::contract::RequestTarget;
use crate::location::{PathPattern, Side};

use crate::observe::observer::Observer;
use crate::observe::profile::{PathProfile, Profile, TrafficFact, PayloadVerdict};
use crate::observe::routing::destination::Destination;
use crate::observe::profile::sighting::Sighting;
use crate::observe::watch::Watcher;

/// Problems of one request that are listed.
const NAMED: usize = 3;

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Whether a request that was answered with 4xx violates its contract.
    pub(crate) fn is_refused(
        &self,
        place: &Destination<'c>,
        request: &Request<'_>,
        target: &RequestTarget,
        path_values: &[(&str, String)],
        response: Option<&Response<'_>>,
    ) -> bool {
        if refusal(place, response).is_none() {
            return false;
        }
        // Nothing of this is kept: it is compared again.
        let mut alone = Observer::new(
            self.versions.asked.clone(),
            self.versions.family.clone(),
            self.options.clone(),
        );
        alone.is_apart = true;
        alone.may_lack_bodies = self.may_lack_bodies;
        alone.may_lack_credentials = self.may_lack_credentials;
        let is_compared = refusal(place, response).is_some_and(is_of_credentials);
        let is_unauthorised = is_compared && alone.credentials(place, request, target);
        alone.parameters(place, request, target, path_values, (response, is_unauthorised));
        alone.message(place, request.body.as_ref(), request.body_left_out, &request.line);
        violates(&alone.profile)
    }

    /// Compares a request with its operation. All problems of a request answered with 4xx are recorded as one
    /// fact.
    pub(crate) fn request(
        &mut self,
        place: &Destination<'c>,
        request: &Request<'_>,
        target: &RequestTarget,
        path_values: &[(&str, String)],
        response: Option<&Response<'_>>,
    ) {
        // Only the response was selected.
        if self.options.hint.side == Some(Side::Response) {
            return;
        }
        self.request_semantics(place, request, response);
        let body = request.body.as_ref();
        let refused = refusal(place, response).filter(|_| !self.options.strict_requests);
        // With another status, the server did not reject the credentials.
        let mut is_unauthorised = !refused.is_some_and(is_of_credentials) && self.credentials(place, request, target);
        let Some(status) = refused else {
            self.parameters(place, request, target, path_values, (response, is_unauthorised));
            return self.message(place, body, request.body_left_out, &request.line);
        };
        // Problems are collected separately from what is known about accepted requests.
        let kept = std::mem::take(&mut self.profile);
        let judged = self.judged.len();
        self.is_apart = true;
        if is_of_credentials(status) {
            is_unauthorised = self.credentials(place, request, target);
        }
        self.parameters(place, request, target, path_values, (response, is_unauthorised));
        self.message(place, body, request.body_left_out, &request.line);
        self.is_apart = false;
        let tried = std::mem::replace(&mut self.profile, kept);
        let wrong = complaints(&tried);
        if wrong.is_empty() {
            self.profile += &tried;
            return;
        }
        self.profile.compared += tried.compared;
        for judged in &mut self.judged[judged..] {
            judged.verdict = PayloadVerdict::Refused;
        }
        let payloads: u64 = tried.verdicts.values().map(|count| count.0).sum();
        if payloads > 0 {
            self.profile.verdicts.entry(PayloadVerdict::Refused).or_default().0 += payloads;
        }
        let fact = TrafficFact::Refused {
            target: place.key(),
            status,
        };
        let mut named = wrong[..wrong.len().min(NAMED)].join(", ");
        if wrong.len() > NAMED {
            named.push_str(", …");
        }
        self.fact(&fact, &named, &Sighting::of_part(&request.line, ""));
    }
}

/// The status of a response that rejects its request. What the server itself sends to a webhook or callback is not
/// meant to be wrong.
fn refusal(place: &Destination<'_>, response: Option<&Response<'_>>) -> Option<u16> {
    let status = response.map(|response| response.status);
    status.filter(|status| (400..500).contains(status) && !place.operation.is_incoming())
}

/// Whether a server answers with this status to a request without the right credentials.
const fn is_of_credentials(status: u16) -> bool {
    matches!(status, 401 | 403)
}

/// Whether a request violates the contract: what is only undeclared is no reason to reject it.
fn violates(tried: &Profile) -> bool {
    let mut facts = tried.traffic.keys();
    let is_violated = facts.any(|fact| {
        matches!(
            fact,
            TrafficFact::ParameterValue { .. }
                | TrafficFact::MissingParameter { .. }
                | TrafficFact::MissingCredentials { .. }
                | TrafficFact::WrongCredentials { .. }
                | TrafficFact::MissingBody(_)
                | TrafficFact::MalformedJson { .. }
                | TrafficFact::MalformedBody { .. }
        )
    });
    let mut requests = tried.targets.iter().filter(|(key, _)| key.side == Some(Side::Request));
    is_violated
        || requests.any(|(_, target)| {
            let shape = &target.shape;
            shape.walk().into_iter().any(|(_, id)| {
                let at = shape.path(id);
                !at.deviations.is_empty() || !at.beyond_enum.is_empty()
            })
        })
}

/// What in a request violates the contract, or is not part of it.
fn complaints(tried: &Profile) -> Vec<String> {
    let mut found = Vec::new();
    for (fact, subjects) in &tried.traffic {
        let names = subjects.keys.iter().flatten().map(|(name, _)| &**name);
        match fact {
            TrafficFact::ParameterValue { name, at, .. } => {
                found.push(format!("parameter {name}{at}"));
            }
            TrafficFact::MissingParameter { .. } | TrafficFact::UndeclaredQuery(_) => {
                found.extend(names.map(|name| format!("parameter {name}")));
            }
            TrafficFact::MissingCredentials { .. } => found.push("missing credentials".to_owned()),
            TrafficFact::WrongCredentials { .. } => found.push("wrong credentials".to_owned()),
            TrafficFact::MediaType { .. } => found.push("media type".to_owned()),
            TrafficFact::MissingBody(_) => found.push("missing body".to_owned()),
            TrafficFact::UnexpectedBody(_) => found.push("unexpected body".to_owned()),
            TrafficFact::MalformedJson { .. } => found.push("body is not JSON".to_owned()),
            TrafficFact::MalformedBody { kind, .. } => found.push(format!("body is not {}", kind.words())),
            TrafficFact::PartMediaType { part, .. } => found.push(format!("media type of part {part}")),
            TrafficFact::ElementName { .. } => found.extend(names.map(|name| format!("element {name}"))),
            TrafficFact::DuplicateKey => found.extend(names.map(|name| format!("key {name}"))),
            _ => {}
        }
    }
    let requests = tried.targets.iter();
    let requests = requests.filter(|(key, _)| key.side == Some(Side::Request));
    for (path, at) in requests.flat_map(|(_, target)| {
        let paths = target.shape.walk().into_iter();
        paths.map(|(path, id)| (path, target.shape.path(id)))
    }) {
        if !says_nothing(at) {
            found.push(named(&path));
        }
    }
    found.dedup();
    found
}

fn says_nothing(at: &PathProfile) -> bool {
    at.deviations.is_empty()
        && at.undeclared.is_empty()
        && at.misdirected.is_empty()
        && at.beyond_enum.is_empty()
        && at.lookalikes.is_empty()
}

fn named(path: &PathPattern) -> String {
    match path.steps().is_empty() {
        true => "body".to_owned(),
        false => format!("body {path}"),
    }
}
