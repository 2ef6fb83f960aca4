//! What a contract expects of a message in addition to its schema: parameters, a body or none, a media type.

use crate::redact::{MASK, is_of_authorisation, is_secret_name, sanitised, shown_url, shows_values};
use crate::capture::{Body, Request, Response};
use crate::contract::{ParameterPlace, Payload, RequestTarget};
use crate::location::Side;
use crate::media_type::ContentKind;
use crate::observe::observer::Observer;

use super::body::{Said, Wanted};
use super::credential::{ACCESS_TOKEN, is_misplaced_key, is_of_scheme, takes_token_in_query};
use super::header::bad_field;
use super::parameter::{Claims, Found, Sent};
use super::placeholder::is_placeholder;
use crate::observe::profile::{TargetKey, TrafficFact};
use crate::observe::walk::record::shorten;
use crate::observe::routing::destination::Destination;
use crate::observe::profile::sighting::Sighting;
use crate::observe::watch::Watcher;

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Compares the parameters of a request with those of its operation. `is_unauthorised` says that its credentials are
    /// a finding: then parameters that are credentials are none.
    pub(crate) fn parameters(
        &mut self,
        place: &Destination<'c>,
        request: &Request<'_>,
        target: &RequestTarget,
        path_values: &[(&str, String)],
        (response, is_unauthorised): (Option<&Response<'_>>, bool),
    ) {
        // The operation was chosen because the path matches its template. So the path counts as compared only
        // if there is no response to compare.
        let does_path_count = self.options.hint.side == Some(Side::Request)
            || response.is_none_or(|response| {
                has_no_content(place, response) || self.may_lack_bodies && response.body.is_none()
            });
        let key = place.key();
        let graph = &place.contract.graph;
        let operation = place.operation;
        let sent = Sent {
            path: path_values,
            target,
            headers: &request.headers,
            form: &[],
        };
        for parameter in &operation.parameters {
            let name = sanitised(&parameter.name);
            let is_compared = parameter.schema.is_some()
                && (does_path_count || parameter.place != ParameterPlace::Path)
                && !sent.texts(graph, operation, parameter).is_empty();
            self.profile.compared += u64::from(is_compared);
            match sent.parameter(graph, operation, parameter) {
                Found::Good(undeclared) => {
                    // An object sent as a form declares its own members.
                    if parameter.place == ParameterPlace::Query {
                        for at in undeclared {
                            let inside: String = at
                                .steps()
                                .map(|step| format!("[{}]", sanitised(&step)))
                                .collect();
                            let fact = TrafficFact::UndeclaredQuery(key.clone());
                            let sighting = Sighting::QueryName(&request.line, &parameter.name);
                            self.fact(&fact, &format!("{name}{inside}"), &sighting);
                        }
                    }
                }
                // Where a webhook or callback is sent may not be known.
                Found::Missing if parameter.place == ParameterPlace::Path && operation.is_incoming() => {}
                Found::Missing if is_unauthorised && is_of_scheme(operation, parameter.place, &parameter.name) => {}
                Found::Missing => {
                    let fact = TrafficFact::MissingParameter {
                        target: key.clone(),
                        place: parameter.place,
                    };
                    self.fact(
                        &fact,
                        &name,
                        &Sighting::InPath(&request.line, &target.path),
                    );
                }
                Found::Bad(value, faults) => {
                    let sighting = match parameter.place {
                        ParameterPlace::Query => {
                            Sighting::Query(&request.line, &parameter.name, &value)
                        }
                        ParameterPlace::Path => Sighting::InPath(&request.line, &value),
                        ParameterPlace::Header => {
                            let position = bad_field(place, &request.headers, parameter);
                            Sighting::Header(&request.line, &request.headers, position, false)
                        }
                        ParameterPlace::Cookie | ParameterPlace::Form => {
                            Sighting::of_part(&request.line, "")
                        }
                    };
                    if is_placeholder(&value) {
                        let fact = TrafficFact::ParameterPlaceholder(key.clone());
                        self.fact(&fact, &name, &sighting);
                        continue;
                    }
                    let others = || target.query.iter().map(|(name, _)| name.as_str());
                    let is_secret = is_secret_name(&name)
                        || match parameter.place {
                            ParameterPlace::Cookie => !shows_values(),
                            ParameterPlace::Query => is_of_authorisation(&name, others),
                            _ => false,
                        };
                    let subject = match is_secret {
                        true => MASK.to_owned(),
                        false => shorten(shown_url(&name, &value).as_deref().unwrap_or(&value)),
                    };
                    for (at, kind) in faults {
                        let fact = TrafficFact::ParameterValue {
                            target: key.clone(),
                            place: parameter.place,
                            name: name.clone(),
                            at: sanitised(at.as_str()),
                            kind,
                        };
                        self.fact(&fact, &subject, &sighting);
                    }
                }
            }
        }
        if operation.open_query {
            return;
        }
        let queries = operation.parameters.iter();
        let queries = queries.filter(|parameter| parameter.place == ParameterPlace::Query);
        let claims: Vec<Claims<'_>> = queries.map(|query| Claims::of(graph, query)).collect();
        for (name, _) in &target.query {
            let is_said = is_unauthorised && is_misplaced_key(operation, name)
                || name == ACCESS_TOKEN && takes_token_in_query(operation);
            if !is_said && !claims.iter().any(|claim| claim.has(graph, name, operation)) {
                let fact = TrafficFact::UndeclaredQuery(key.clone());
                let sighting = Sighting::QueryName(&request.line, name);
                self.fact(&fact, &sanitised(name), &sighting);
            }
        }
    }

    /// What a body is compared with. A wrong presence or media type is recorded as a fact.
    pub(crate) fn expected(
        &mut self,
        place: &Destination<'c>,
        key: &TargetKey,
        body: &Body<'_>,
    ) -> Wanted<'c> {
        let sighting = Sighting::Body(body, 0);
        let no_schema = Wanted {
            schemas: Vec::new(),
            media: None,
            said: Said::NoSchema,
        };
        let payload = place.operation.payload(place.side, place.status);
        let content = match payload {
            // Already reported for the status.
            None => return no_schema,
            Some(Payload::Absent) => {
                self.fact(&TrafficFact::UnexpectedBody(key.clone()), "", &sighting);
                return no_schema;
            }
            Some(Payload::Undocumented) => {
                self.fact(&TrafficFact::NoSchema(key.clone()), "", &sighting);
                return no_schema;
            }
            Some(Payload::Content(content)) => content,
        };
        let all = payload.map(Payload::schemas).unwrap_or_default();
        let wanted = |schemas, media| Wanted {
            schemas,
            media,
            said: Said::OtherMediaType,
        };
        let Some(media_type) = &body.media_type else {
            // Without a media type, a body is what it looks like, or the only one that is declared.
            let found = looks_like(body).and_then(|kind| content.of_kind(kind)).or(match &content.media[..] {
                [media] if all.is_empty() && (media.schema.is_some() || media.items.is_some()) => Some(media),
                _ => None,
            });
            if all.is_empty() && found.is_none() {
                self.fact(&TrafficFact::NoSchema(key.clone()), "", &sighting);
            }
            // A body that does not look like JSON is not judged as JSON.
            return wanted(all, found);
        };
        match content.covering(media_type) {
            Some(media) if media.schema.is_some() || media.items.is_some() => {
                wanted(media.schema.into_iter().collect(), Some(media))
            }
            Some(_) if body.is_json() => {
                self.fact(&TrafficFact::NoSchema(key.clone()), "", &sighting);
                no_schema
            }
            Some(_) => wanted(Vec::new(), None),
            None => {
                let fact = TrafficFact::MediaType {
                    target: key.clone(),
                    declared: content.media_types(),
                };
                self.fact(&fact, &sanitised(media_type), &sighting);
                // `text/xml` is read like a declared `application/xml`.
                let kind = body.kind();
                let is_told_apart = matches!(kind, ContentKind::Json | ContentKind::Text | ContentKind::Other);
                wanted(all, content.of_kind(kind).filter(|_| !is_told_apart))
            }
        }
    }
}

/// What a body without a media type looks like, if it is not JSON.
fn looks_like(body: &Body<'_>) -> Option<ContentKind> {
    let text = body.bytes.trim_ascii_start();
    let pair = text.split(|byte| *byte == b'&').next()?;
    let name = pair.split(|byte| *byte == b'=').next()?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.[]%+*".contains(byte);
    match text.first()? {
        b'<' => Some(ContentKind::Xml),
        b'-' if text.starts_with(b"--") => Some(ContentKind::Multipart),
        b'{' | b'[' | b'"' => None,
        _ if name.len() < pair.len() && !name.is_empty() && name.iter().all(is_name) => Some(ContentKind::Form),
        _ => None,
    }
}

/// Whether a response has no body, and its declared status has no content.
fn has_no_content(place: &Destination<'_>, response: &Response<'_>) -> bool {
    let declared = place
        .operation
        .payload(Side::Response, Some(response.status));
    let is_empty = response.body.is_none() && !response.body_left_out;
    is_empty && declared.is_some_and(|payload| payload.schemas().is_empty())
}

/// Splits a path with several parameters in one segment: the first split that the schemas of all of them
/// accept, or else the given values.
pub(crate) fn best_split<'c>(
    place: &Destination<'c>,
    request: &Request<'_>,
    target: &RequestTarget,
    values: Vec<(&'c str, String)>,
) -> Vec<(&'c str, String)> {
    /// Splits to try.
    const WAYS: usize = 256;
    let operation = place.operation;
    let ambiguous = operation.routes.iter().filter(|route| route.is_ambiguous());
    let splits = ambiguous.flat_map(|route| route.splits(&target.path, WAYS));
    let owned = |split: Vec<(&'c str, &str)>| -> Vec<(&'c str, String)> {
        let values = split.into_iter();
        values.map(|(name, text)| (name, text.to_owned())).collect()
    };
    let is_accepted = |split: &Vec<(&'c str, String)>| {
        let sent = Sent {
            path: split,
            target,
            headers: &request.headers,
            form: &[],
        };
        let in_path = operation.parameters.iter();
        let mut in_path = in_path.filter(|parameter| parameter.place == ParameterPlace::Path);
        in_path.all(|parameter| {
            let found = sent.parameter(&place.contract.graph, operation, parameter);
            matches!(found, Found::Good(_))
        })
    };
    splits.map(owned).find(is_accepted).unwrap_or(values)
}
