//! What differs between operations in the statuses and headers of responses.

use crate::contract::{OperationKind, Parameter, Response, StatusPattern};
use crate::location::Side;

use super::change::Fact;
use super::operations::{Both, Operations, is_success};
use super::parameters::described;

impl<'c> Operations<'_, 'c> {
    /// Responses, status by status. Where only one contract lists a status, it is compared with the range
    /// that covers it in the other one.
    pub(super) fn responses(&mut self, both: &Both<'c>) {
        for old in &both.old.responses {
            let part = match both.new.kind {
                OperationKind::Schema => String::new(),
                _ => format!("response {}", old.status),
            };
            let new = &both.new.responses;
            let same = new.iter().find(|new| new.status == old.status);
            match same.or_else(|| covering(new, old.status)) {
                Some(new) => self.response(both, old, new, &part),
                None => self.status(both, Fact::StatusRemoved, old.status, &part, false),
            }
        }
        for new in &both.new.responses {
            let old = &both.old.responses;
            if old.iter().any(|old| old.status == new.status) {
                continue;
            }
            let part = format!("response {}", new.status);
            let covering = covering(old, new.status);
            self.status(
                both,
                Fact::StatusAdded,
                new.status,
                &part,
                covering.is_some(),
            );
            if let Some(old) = covering {
                self.response(both, old, new, &part);
            }
        }
    }

    fn response(&mut self, both: &Both<'c>, old: &Response, new: &Response, part: &str) {
        self.body(both, (&old.payload, &new.payload), part, Side::Response);
        self.headers(both, old, new, part);
    }

    /// A status that only one contract lists.
    fn status(
        &mut self,
        both: &Both<'c>,
        fact: Fact,
        status: StatusPattern,
        part: &str,
        is_covered: bool,
    ) {
        let sender = both.sender(Side::Response);
        let mut change = self.of_part(fact, &status.to_string(), both, sender, part);
        change.old_place.clone_from(&both.old.place);
        change.new_place.clone_from(&both.new.place);
        // What a range covered was to be reckoned with; failures are.
        change.is_minor = is_covered || !is_success(status);
        self.changes.push(change);
    }

    fn headers(&mut self, both: &Both<'c>, old: &Response, new: &Response, part: &str) {
        let sender = both.sender(Side::Response);
        let same = |one: &Parameter, other: &Parameter| one.name.eq_ignore_ascii_case(&other.name);
        for header in &old.headers {
            let part = format!("{part} header {}", header.name);
            match new.headers.iter().find(|other| same(header, other)) {
                Some(other) => {
                    let requires = [Fact::HeaderRequired, Fact::HeaderOptional];
                    self.named(
                        both,
                        (header, other),
                        &part,
                        (sender, Side::Response),
                        requires,
                    );
                }
                None => {
                    let fact = Fact::HeaderRemoved;
                    let mut change = self.of_part(fact, &header.name, both, sender, &part);
                    change.old = Some(described(&self.walk.old.graph, header));
                    change.old_place.clone_from(&header.declared);
                    change.is_minor = !header.required;
                    self.changes.push(change);
                }
            }
        }
        for header in &new.headers {
            if !old.headers.iter().any(|other| same(header, other)) {
                let part = format!("{part} header {}", header.name);
                let mut change = self.of_part(Fact::HeaderAdded, &header.name, both, sender, &part);
                change.new = Some(described(&self.walk.new.graph, header));
                change.new_place.clone_from(&header.declared);
                change.is_minor = !header.required;
                self.changes.push(change);
            }
        }
    }
}

/// The response whose range of statuses covers one that is not listed: its class, else `default`.
///
/// `default` stands for failures as soon as some success is listed, which is how contracts are written and
/// read: a 201 beside `200` and `default: Error` was never declared to be an error.
fn covering(responses: &[Response], status: StatusPattern) -> Option<&Response> {
    let lists_success = responses.iter().any(|response| is_success(response.status));
    let covers = |response: &&Response| {
        let is_of_failures = response.status == StatusPattern::Default && lists_success;
        response.status.includes(status) && !(is_of_failures && is_success(status))
    };
    // A class comes before `default`.
    responses
        .iter()
        .filter(covers)
        .min_by_key(|response| response.status)
}
