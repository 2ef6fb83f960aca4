//! Problem details without a schema of their own (RFC 9457).

use fluent_uri::UriRef;

use crate::capture::{Body, Response};
use crate::contract::Payload;
use crate::json::{Kind, TapeDocument, Value};

use super::placeholder::is_placeholder;
use crate::observe::observer::Observer;
use crate::observe::profile::TrafficFact;
use crate::observe::profile::sighting::Sighting;
use crate::observe::routing::destination::Destination;
use crate::observe::watch::Watcher;

const MEDIA_TYPE: &str = "application/problem+json";

/// Members that RFC 9457 defines, and whether each is a URI reference. `status` is a number.
const MEMBERS: [(&str, bool); 4] = [("type", true), ("title", false), ("detail", false), ("instance", true)];

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// Compares problem details for which the contract has no schema with RFC 9457; `place` is the response.
    pub(crate) fn problem_details(&mut self, place: &Destination<'c>, response: &Response<'_>) {
        let Some(body) = response.body.as_ref().filter(|body| is_problem(body)) else {
            return;
        };
        let has_schema = match place.operation.payload(place.side, place.status) {
            Some(Payload::Content(content)) => content.covering(MEDIA_TYPE).is_some_and(|media| media.schema.is_some()),
            Some(Payload::Absent | Payload::Undocumented) | None => false,
        };
        // What is wrong with its syntax is said elsewhere.
        let Some(document) = Some(body).filter(|_| !has_schema).and_then(|body| TapeDocument::parse(&body.bytes).ok()) else {
            return;
        };
        for (member, expected, value) in faults(document.root(), response.status) {
            let fact = TrafficFact::ProblemDetails {
                target: place.key(),
                member,
                expected,
            };
            self.fact(&fact, "", &Sighting::Json(body, &document, value.span()));
        }
    }
}

fn is_problem(body: &Body<'_>) -> bool {
    let media_type = body.media_type.as_deref().unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(MEDIA_TYPE)
}

/// What is wrong with problem details: the member, what it should be, and where it is.
fn faults(root: Value<'_>, status: u16) -> Vec<(&'static str, &'static str, Value<'_>)> {
    if root.kind() != Kind::Object {
        return vec![("", "an object", root)];
    }
    let mut found = Vec::new();
    for (name, is_uri) in MEMBERS {
        let Some(value) = root.get(name) else { continue };
        match value.as_str() {
            None => found.push((name, "a string", value)),
            Some(text) if is_uri && !is_placeholder(&text) && UriRef::parse(&*text).is_err() => {
                found.push((name, "a URI reference", value));
            }
            Some(_) => {}
        }
    }
    if let Some(value) = root.get("status") {
        let number = value.as_number().and_then(|number| number.as_f64());
        let is_replaced = value.as_str().is_some_and(|text| is_placeholder(&text));
        match number {
            None if is_replaced => {}
            Some(number) if number == f64::from(status) => {}
            Some(number) if number.fract() == 0.0 => found.push(("status", "the status of the response", value)),
            _ => found.push(("status", "an integer", value)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_compared_with_the_rfc() {
        for (text, expected) in [
            ("{}", ""),
            (r#"{"type": "about:blank", "title": "a", "detail": "b", "status": 404, "instance": "/a?b#c", "more": 1}"#, ""),
            (r#"{"type": "", "status": 404.0}"#, ""),
            (r#"{"type": "not a uri"}"#, "type: a URI reference"),
            (r#"{"type": null, "title": 5, "detail": [], "instance": {}}"#, "type: a string, title: a string, detail: a string, instance: a string"),
            (r#"{"status": 500}"#, "status: the status of the response"),
            (r#"{"status": "404"}"#, "status: an integer"),
            (r#"{"status": 404.5}"#, "status: an integer"),
            (r#"{"status": "{{status}}", "type": "{{type}}"}"#, ""),
            ("[]", ": an object"),
        ] {
            let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
            let found: Vec<String> = faults(document.root(), 404)
                .iter()
                .map(|(member, fault, _)| format!("{member}: {fault}"))
                .collect();
            assert_eq!(found.join(", "), expected, "{text}");
        }
    }
}
