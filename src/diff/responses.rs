//! Differences in the statuses and headers of responses.

use crate::contract::{Entry, Operation, OperationKind, Parameter, Response, StatusPattern};
use crate::location::Side;

use super::difference::Fact;
use super::operations::{Both, Operations};
use super::parameters::described;

impl<'c> Operations<'_, 'c> {
    /// Compares responses by status. A status that only one contract lists is compared with the range that
    /// covers it in the other contract.
    pub(super) fn responses(&mut self, both: &Both<'c>) {
        for old in &both.old.responses {
            let part = match both.new.kind {
                OperationKind::Schema => String::new(),
                _ => format!("response {}", old.status),
            };
            let new = &both.new.responses;
            let same = new.iter().find(|new| new.status == old.status);
            match same.or_else(|| covering(new, old.status)) {
                Some(new) => {
                    if new.status != old.status {
                        self.status(both, (Some(old), None), &part, true);
                    }
                    self.response(both, old, new, &part);
                }
                None => self.status(both, (Some(old), None), &part, false),
            }
        }
        for new in &both.new.responses {
            let old = &both.old.responses;
            if old.iter().any(|old| old.status == new.status) {
                continue;
            }
            let part = format!("response {}", new.status);
            let covering = covering(old, new.status);
            self.status(both, (None, Some(new)), &part, covering.is_some());
            if let Some(old) = covering {
                self.response(both, old, new, &part);
            }
        }
    }

    fn response(&mut self, both: &Both<'c>, old: &Response, new: &Response, part: &str) {
        self.body(both, (&old.payload, &new.payload), part, Side::Response);
        self.headers(both, old, new, part);
        self.links(both, old, new, part);
    }

    fn links(&mut self, both: &Both<'c>, old: &Response, new: &Response, part: &str) {
        let sender = both.sender(Side::Response);
        let mut tell = |fact: Fact, (was, is): (Option<&Entry>, Option<&Entry>)| {
            let name = was.or(is).map_or("", |link| &link.name);
            let mut change = self.of_part(fact, name, both, sender, part);
            let text = |link: Option<&Entry>| {
                let value: serde_json::Value = serde_json::from_str(&link?.text).ok()?;
                serde_json::to_string_pretty(&value).ok()
            };
            (change.old, change.new) = (text(was), text(is));
            let place = |link: Option<&Entry>, response: &Response| {
                link.map(|link| link.place.clone())
                    .or(response.place.clone())
            };
            change.old_place = place(was, old);
            change.new_place = place(is, new);
            self.changes.push(change);
        };
        for was in &old.links {
            match new.links.iter().find(|is| is.name == was.name) {
                Some(is) if is.text == was.text => {}
                Some(is) => tell(Fact::LinkChanged, (Some(was), Some(is))),
                None => tell(Fact::LinkRemoved, (Some(was), None)),
            }
        }
        for is in &new.links {
            if !old.links.iter().any(|was| was.name == is.name) {
                tell(Fact::LinkAdded, (None, Some(is)));
            }
        }
    }

    /// A status that only one contract lists.
    fn status(
        &mut self,
        both: &Both<'c>,
        (old, new): (Option<&Response>, Option<&Response>),
        part: &str,
        is_covered: bool,
    ) {
        let fact = match new {
            Some(_) => Fact::StatusAdded,
            None => Fact::StatusRemoved,
        };
        let Some(status) = old.or(new).map(|response| response.status) else {
            return;
        };
        let sender = both.sender(Side::Response);
        let mut change = self.of_part(fact, &status.to_string(), both, sender, part);
        let place = |response: Option<&Response>, operation: &Operation| {
            response.map_or_else(
                || operation.place.clone(),
                |response| response.place.clone(),
            )
        };
        change.old_place = place(old, both.old);
        change.new_place = place(new, both.new);
        // A range that was replaced by one of its statuses allows less.
        let is_narrowed = old.is_some()
            && both
                .new
                .responses
                .iter()
                .any(|new| status.includes(new.status));
        // Clients have to expect statuses covered by a range, and failures in general.
        change.is_minor = is_covered || is_narrowed || !status.is_success();
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

/// The response whose range covers a status that is not listed: its class, or else `default`.
///
/// `default` covers only failures as soon as a success is listed, which is the common convention: next to
/// `200` and `default: Error`, a 201 was never declared to be an error.
fn covering(responses: &[Response], status: StatusPattern) -> Option<&Response> {
    let lists_success = responses.iter().any(|response| response.status.is_success());
    let is_failure = matches!(
        status,
        StatusPattern::Exact(400..600) | StatusPattern::Class(4 | 5)
    );
    let covers = |response: &&Response| {
        let is_of_failures = response.status == StatusPattern::Default && lists_success;
        response.status.includes(status) && (!is_of_failures || is_failure)
    };
    // A class takes precedence over `default`.
    responses
        .iter()
        .filter(covers)
        .min_by_key(|response| response.status)
}
