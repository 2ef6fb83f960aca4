//! Changes around schemas: operations, parameters, statuses, headers, and how exchanges meet them.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::capture::is_json_media_type;
use crate::contract::{Contract, Operation, Payload};
use crate::diff::{Difference, Fact, Reach, Sender, canonical, word as diff_word};
use crate::location::{Pointer, Side};
use crate::observe::{ParameterUse, RoutedRequest, SentParameter, is_placeholder};

use crate::migrate::migration::Migration;
use super::affected::{Affected, affected};
use super::meet::Mets;
use super::parts::{Messages, Part, is_of_status, request_has_body, response_has_body};
use super::usage::Met;

/// The changes of each operation, and the names of operations in both contracts.
#[derive(Debug)]
pub(super) struct Around<'c> {
    migration: Migration<'c>,
    changes: &'c [Difference],
    /// Positions of operations in their contracts, by id: in the old one, and in the new one.
    positions: [HashMap<&'c str, usize>; 2],
    /// The changes that reach an operation, by its position in the diff, each with the part of the operation.
    reached: HashMap<usize, Vec<(usize, &'c Reach)>>,
}

/// How a request meets a change, and the values that the change is about.
pub(super) type Meeting = (usize, Met, Vec<String>);

impl<'c> Around<'c> {
    pub(super) fn new(migration: Migration<'c>, changes: &'c [Difference]) -> Self {
        let positions = |contract: &'c Contract| -> HashMap<&'c str, usize> {
            let operations = contract.operations.iter().enumerate();
            operations
                .map(|(position, operation)| (operation.id.as_str(), position))
                .collect()
        };
        let mut reached: HashMap<usize, Vec<(usize, &Reach)>> = HashMap::new();
        for (index, change) in changes.iter().enumerate() {
            for reach in &change.reach {
                let own = reached.entry(reach.operation.position).or_default();
                own.push((index, reach));
            }
        }
        Self {
            migration,
            changes,
            positions: [positions(migration.old), positions(migration.new)],
            reached,
        }
    }

    /// The same operation in the other contract.
    pub(super) fn counterpart(&self, operation: &Operation, is_old: bool) -> Option<&'c Operation> {
        let own = self.position(operation, is_old)?;
        let mut pairs = self.migration.alignment.operations.iter();
        match is_old {
            true => {
                let (_, new) = pairs.find(|(old, _)| *old == own)?;
                self.migration.new.operations.get(*new)
            }
            false => {
                let (old, _) = pairs.find(|(_, new)| *new == own)?;
                self.migration.old.operations.get(*old)
            }
        }
    }

    /// The name of an operation: that of the old contract, if it has one.
    pub(super) fn name(&self, operation: &Operation, is_old: bool) -> String {
        let old = match is_old {
            true => None,
            false => self.counterpart(operation, false),
        };
        old.unwrap_or(operation).id.clone()
    }

    fn position(&self, operation: &Operation, is_old: bool) -> Option<usize> {
        let known = &self.positions[usize::from(!is_old)];
        known.get(operation.id.as_str()).copied()
    }

    /// The changes that reach an operation.
    pub(super) fn reaching(&self, operation: &Operation, is_old: bool) -> &[(usize, &'c Reach)] {
        let Some(own) = self.position(operation, is_old) else {
            return &[];
        };
        // The diff counts operations of the new contract first.
        let position = match (is_old, self.counterpart(operation, is_old)) {
            (false, _) => own,
            (true, Some(new)) => self.position(new, false).unwrap_or(own),
            (true, None) => self.migration.new.operations.len() + own,
        };
        self.reached.get(&position).map_or(&[], Vec::as_slice)
    }

    /// The changes that every exchange of an operation shows.
    pub(super) fn shown_by_all(&self, operation: &Operation, is_old: bool) -> Vec<usize> {
        let reaching = self.reaching(operation, is_old).iter();
        let is_whole = |index: &usize| match self.changes[*index].fact {
            Fact::OperationAdded => !is_old,
            Fact::OperationRemoved
            | Fact::OperationReplaced
            | Fact::MethodChanged
            | Fact::PathChanged
            | Fact::NoteChanged
            | Fact::DeprecationAdded
            | Fact::DeprecationRemoved
            | Fact::SecurityNarrowed
            | Fact::SecurityWidened
            | Fact::SecurityChanged => self.changes[*index].pair.is_none(),
            _ => false,
        };
        let mut found: Vec<usize> = reaching.map(|(index, _)| *index).filter(is_whole).collect();
        found.dedup();
        found
    }

    /// The changes that an exchange leaves open, because something was not captured or not compared.
    pub(super) fn open(&self, operation: &Operation, messages: &Messages, mets: &Mets) -> Vec<usize> {
        let reaching = self.reaching(operation, true).iter();
        let open = reaching.filter(|(index, reach)| {
            messages.leave_open(&self.changes[*index], reach, operation, mets.has(*index))
        });
        open.map(|(index, _)| *index).collect()
    }

    /// How a request and its answer meet the changes of parameters, statuses, headers and bodies.
    pub(super) fn request(&self, routed: &RoutedRequest<'_, 'c>, is_old: bool) -> Vec<Meeting> {
        let reaching = self.reaching(routed.operation, is_old).iter();
        reaching
            .filter_map(|(index, reach)| self.meet(*index, reach, routed, is_old))
            .collect()
    }

    fn meet(
        &self,
        index: usize,
        reach: &Reach,
        routed: &RoutedRequest<'_, 'c>,
        is_old: bool,
    ) -> Option<Meeting> {
        let change = &self.changes[index];
        let part = Part::of(&reach.part);
        // A request that was already invalid and was rejected depends on nothing.
        if is_old && routed.is_refused && part.is_of_request() {
            return None;
        }
        if let Part::Parameter(place, name) = part {
            return self.meet_parameter(index, (place, name), routed, is_old);
        }
        let is_of_subject = |subject: &str| {
            let response = routed.response?;
            Some(is_of_status(subject, response.status, routed.operation))
        };
        if let Part::Response(pattern, header) = part
            && !matches!(change.fact, Fact::StatusRemoved | Fact::StatusAdded)
        {
            if is_of_subject(pattern) != Some(true) {
                return None;
            }
            let is_of_presence = matches!(
                change.fact,
                Fact::HeaderRemoved | Fact::HeaderAdded | Fact::HeaderRequired | Fact::HeaderOptional
            );
            if let Some(name) = header.filter(|_| !is_of_presence) {
                return self.meet_header(index, name, routed, is_old);
            }
        }
        let how = self.meet_around(change, part, routed, is_old)?;
        let how = match is_old {
            true => how.of(affected(change, reach.sender)),
            false => how,
        };
        Some((index, how, Vec::new()))
    }

    /// How an exchange meets a change around schemas, if it has what the change is about.
    fn meet_around(
        &self,
        change: &Difference,
        part: Part<'_>,
        routed: &RoutedRequest<'_, 'c>,
        is_old: bool,
    ) -> Option<Met> {
        let met = |is_shown: bool, is_before: bool| match (is_shown, is_before) {
            (true, _) => Met::Shown,
            (false, true) if !is_old => Met::Contradicted,
            (false, _) => Met::Reached,
        };
        let response = routed.response;
        let is_status = || {
            let is_it = |status| is_of_status(&change.subject, status, routed.operation);
            response.is_some_and(|response| is_it(response.status))
        };
        // A capture without any headers has left them out.
        let are_headers_known = response.is_some_and(|response| response.headers.are_shown());
        let has_header = || response.is_some_and(|response| response.headers.get(&change.subject).is_some());
        let is_response = matches!(part, Part::Response(..));
        let (body, has_body) = match is_response {
            true => (
                response.and_then(|response| response.body.as_ref()),
                response.is_some_and(response_has_body),
            ),
            false => (routed.request.body.as_ref(), request_has_body(routed.request)),
        };
        Some(match change.fact {
            Fact::StatusRemoved => {
                let is_it = is_status();
                met(is_old && is_it, is_it)
            }
            Fact::StatusAdded => met(is_status(), false),
            Fact::HeaderRemoved => {
                let has = has_header();
                met(is_old && has, has)
            }
            Fact::HeaderAdded => met(has_header(), false),
            Fact::HeaderRequired => {
                let has = has_header();
                met(!is_old && has, are_headers_known && !has)
            }
            Fact::HeaderOptional => met(!is_old && are_headers_known && !has_header(), false),
            Fact::LinkRemoved | Fact::LinkChanged => met(is_old, false),
            Fact::LinkAdded => met(false, false),
            Fact::BodyEncoding => met(has_body, false),
            Fact::BodyOptional => met(!is_old && !has_body, false),
            Fact::BodyRemoved => met(is_old && has_body, has_body),
            // Requests without it are now rejected; in responses it is new.
            Fact::BodyAdded | Fact::BodyRequired if is_old && !is_response => match (body, has_body) {
                // Captures without bodies often do not say whether there was one.
                (None, true) => Met::Doubtful,
                (_, has_body) => met(!has_body, false),
            },
            Fact::BodyAdded | Fact::BodyRequired => met(has_body, !has_body),
            Fact::SchemaAdded | Fact::SchemaRemoved if has_body && change.pair.is_none() => met(is_old, false),
            Fact::MediaTypeRemoved | Fact::MediaTypeAdded => {
                let media_type = body.and_then(|body| body.media_type.as_deref())?;
                self.meet_media_type(change, (media_type, is_response), routed, is_old)
            }
            _ => return None,
        })
    }

    /// How a body meets a change of the declared media types. Each contract decides which of its ranges a media type
    /// belongs to, as it does when the body is compared.
    fn meet_media_type(
        &self,
        change: &Difference,
        (media_type, is_response): (&str, bool),
        routed: &RoutedRequest<'_, 'c>,
        is_old: bool,
    ) -> Met {
        let side = match is_response {
            true => Side::Response,
            false => Side::Request,
        };
        let status = routed.response.filter(|_| is_response).map(|response| response.status);
        let range = |operation: Option<&Operation>| {
            let Some(Payload::Content(content)) = operation?.payload(side, status) else {
                return None;
            };
            content.covering(media_type).map(|media| media.range.to_string())
        };
        let own = range(Some(routed.operation));
        let other = range(self.counterpart(routed.operation, is_old));
        let is_removed = change.fact == Fact::MediaTypeRemoved;
        let is_it = |range: &Option<String>| range.as_ref() == Some(&change.subject);
        match (is_old, is_removed) {
            // What the new contract still allows under another range is not affected.
            (true, true) if is_it(&own) && other.is_none() => Met::Shown,
            // Neither contract declares the media type, and the body is compared as if it were JSON.
            (true, true) if own.is_none() && other.is_none() && is_json_media_type(media_type) => Met::Doubtful,
            (true, false) if is_it(&other) => Met::Shown,
            (false, false) if is_it(&own) => Met::Shown,
            (false, true) if is_it(&other) && own.is_none() => Met::Contradicted,
            _ => Met::Reached,
        }
    }

    /// How a response meets the change of a header's value.
    fn meet_header(
        &self,
        index: usize,
        name: &str,
        routed: &RoutedRequest<'_, 'c>,
        is_old: bool,
    ) -> Option<Meeting> {
        let change = &self.changes[index];
        let (here, there) = self.both(is_old, routed.operation, |contract, operation| {
            routed.response_header(contract, operation, name)
        });
        let Some(here) = here.filter(|sent| sent.usage != ParameterUse::Absent) else {
            return Some((index, if is_old { Met::Aside } else { Met::Reached }, Vec::new()));
        };
        let how = match (is_old, affected(change, Sender::Server)) {
            (false, _) => Met::Reached,
            (true, Affected::NotShown) => Met::Held,
            (true, Affected::Every | Affected::With) => Met::Shown,
            (true, Affected::Listed) => shown(is_listed(change, &here)),
            // A reader of the old contract cannot read what the new one sends instead.
            (true, Affected::Type) => Met::Shown,
            (true, _) => shown(is_refused(&here, there.as_ref())),
        };
        Some((index, how, here.words))
    }

    /// What an operation and its counterpart in the other contract say.
    fn both<T>(
        &self,
        is_old: bool,
        operation: &Operation,
        read: impl Fn(&Contract, &Operation) -> Option<T>,
    ) -> (Option<T>, Option<T>) {
        let (old, new) = (self.migration.old, self.migration.new);
        let (own, other) = if is_old { (old, new) } else { (new, old) };
        let there = self.counterpart(operation, is_old);
        (read(own, operation), there.and_then(|operation| read(other, operation)))
    }

    /// How a request meets the change of a parameter.
    fn meet_parameter(
        &self,
        index: usize,
        parameter: (&str, &str),
        routed: &RoutedRequest<'_, 'c>,
        is_old: bool,
    ) -> Option<Meeting> {
        let change = &self.changes[index];
        let (here, there) = self.both(is_old, routed.operation, |contract, operation| {
            routed.parameter(contract, operation, parameter)
        });
        // A parameter that its own contract does not declare may still be sent.
        let sent = here.as_ref().or(there.as_ref());
        let values = sent.map(|sent| sent.words.clone()).unwrap_or_default();
        let (has, lacks) = (!values.is_empty(), values.is_empty());
        let is_listed = sent.is_some_and(|sent| is_listed(change, sent));
        let is_refused = || here.as_ref().is_some_and(|here| is_refused(here, there.as_ref()));
        let read = |of: &Option<SentParameter>| of.as_ref().and_then(|sent| sent.value.clone());
        let how = match (is_old, affected(change, Sender::Client)) {
            (true, Affected::Every) => Met::Shown,
            (true, Affected::With) => shown(has),
            (true, Affected::Without) => shown(lacks),
            (true, Affected::NotShown) => match change.fact {
                Fact::ParameterAdded if has => Met::Early,
                Fact::EnumValueAdded if is_listed => Met::Early,
                _ => Met::Held,
            },
            (true, Affected::Reread) => shown(has && (read(&here) != read(&there) || is_refused())),
            (true, Affected::Listed) if is_listed => Met::Shown,
            // The value that a placeholder stands for is not known.
            (true, _) if values.iter().any(|value| is_placeholder(value)) => Met::Doubtful,
            (true, Affected::Listed) => Met::Reached,
            (true, _) => shown(is_refused()),
            (false, _) => match change.fact {
                Fact::ParameterRemoved if has => Met::Contradicted,
                Fact::ParameterEncoding => shown(has),
                Fact::ParameterAdded | Fact::ParameterRequired => match has {
                    true => Met::Shown,
                    false if change.is_minor => Met::Reached,
                    false => Met::Contradicted,
                },
                Fact::EnumValueRemoved if is_listed => Met::Contradicted,
                Fact::EnumValueAdded => shown(is_listed),
                Fact::ParameterOptional => shown(lacks),
                _ => Met::Reached,
            },
        };
        Some((index, how, values))
    }
}

const fn shown(is_shown: bool) -> Met {
    match is_shown {
        true => Met::Shown,
        false => Met::Reached,
    }
}

/// Whether a value that was sent, or some part of it, is one of those that a change lists. It is compared as its
/// contract reads it: `1` may be a number.
fn is_listed(change: &Difference, sent: &SentParameter) -> bool {
    fn has(change: &Difference, value: &Json) -> bool {
        change.canonical.contains(&canonical(value))
            || match value {
                Json::Array(elements) => elements.iter().any(|element| has(change, element)),
                Json::Object(members) => members.values().any(|member| has(change, member)),
                _ => false,
            }
    }
    let texts = || sent.words.iter().any(|word| change.values.contains(&diff_word(&word.as_str().into())));
    // One that is not written in the declared style is compared as text.
    sent.value.as_ref().is_some_and(|value| has(change, value)) || texts()
}

/// Whether the other contract finds something wrong with a value that its own contract does not.
fn is_refused(here: &SentParameter, there: Option<&SentParameter>) -> bool {
    let known = |at: &Pointer, keyword: &str| {
        here.faults.iter().any(|(own, kind)| own == at && kind.keyword() == keyword)
    };
    here.usage != ParameterUse::Absent
        && there.is_some_and(|there| {
            let mut faults = there.faults.iter();
            there.usage == ParameterUse::Rejected && faults.any(|(at, kind)| !known(at, kind.keyword()))
        })
}
