//! Changes around schemas: operations, parameters, statuses, headers, and how exchanges meet them.

use std::collections::HashMap;

use crate::contract::{Contract, Operation};
use crate::diff::{Difference, Fact, Sender, word};
use crate::observe::{ParameterUse, RoutedRequest, SentParameter};

use crate::migrate::migration::Migration;
use super::affected::{Affected, affected};
use super::usage::Met;

/// The changes of each operation, and the names of operations in both contracts.
#[derive(Debug)]
pub(super) struct Around<'c> {
    migration: Migration<'c>,
    changes: &'c [Difference],
    /// Positions of operations in their contracts, by id: in the old one, and in the new one.
    positions: [HashMap<&'c str, usize>; 2],
    /// The changes that reach an operation, by its position in the diff, each with the part of the operation.
    reached: HashMap<usize, Vec<(usize, &'c str)>>,
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
        let mut reached: HashMap<usize, Vec<(usize, &str)>> = HashMap::new();
        for (index, change) in changes.iter().enumerate() {
            for reach in &change.reach {
                let own = reached.entry(reach.operation.position).or_default();
                own.push((index, &*reach.part));
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
    fn reaching(&self, operation: &Operation, is_old: bool) -> &[(usize, &'c str)] {
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

    /// How a request and its answer meet the changes of parameters, statuses, headers and bodies.
    pub(super) fn request(&self, routed: &RoutedRequest<'_, 'c>, is_old: bool) -> Vec<Meeting> {
        let reaching = self.reaching(routed.operation, is_old).iter();
        reaching
            .filter_map(|(index, part)| self.meet(*index, part, routed, is_old))
            .collect()
    }

    fn meet(
        &self,
        index: usize,
        part: &str,
        routed: &RoutedRequest<'_, 'c>,
        is_old: bool,
    ) -> Option<Meeting> {
        let change = &self.changes[index];
        let met = |is_shown: bool, is_before: bool| match (is_shown, is_before) {
            (true, _) => Met::Shown,
            (false, true) if !is_old => Met::Contradicted,
            (false, _) => Met::Reached,
        };
        if let Some((place, name)) = part.split_once(" parameter ") {
            return self.meet_parameter(index, (place, name), routed, is_old);
        }
        let status = routed.response.map(|response| response.status.to_string());
        let is_of_status = |subject: &str| {
            let status = status.as_deref();
            status.is_some_and(|status| {
                subject == status
                    || subject
                        .strip_suffix("XX")
                        .is_some_and(|class| status.starts_with(class))
            })
        };
        let header = || {
            let response = routed.response?;
            let value = response.headers.get(&change.subject)?;
            Some(value.to_owned())
        };
        let body = match part.starts_with("response") {
            true => routed.response.and_then(|response| response.body.as_ref()),
            false => routed.request.body.as_ref(),
        };
        let how = match change.fact {
            Fact::StatusRemoved => {
                let is_it = is_of_status(&change.subject);
                met(is_old && is_it, is_it)
            }
            Fact::StatusAdded => met(is_of_status(&change.subject), false),
            Fact::HeaderRemoved => {
                let has = header().is_some();
                met(is_old && has, has)
            }
            Fact::HeaderAdded => met(header().is_some(), false),
            Fact::HeaderRequired => {
                let has = header().is_some();
                met(!is_old && has, !has)
            }
            Fact::HeaderOptional => met(!is_old && header().is_none(), false),
            Fact::LinkRemoved | Fact::LinkChanged => met(is_old, false),
            Fact::LinkAdded => met(false, false),
            Fact::BodyEncoding => met(body.is_some(), false),
            Fact::BodyOptional => met(!is_old && body.is_none(), false),
            Fact::BodyRemoved => met(is_old && body.is_some(), body.is_some()),
            // Requests without it are now rejected; in responses it is new.
            Fact::BodyAdded | Fact::BodyRequired if is_old && !part.starts_with("response") => {
                met(body.is_none(), false)
            }
            Fact::BodyAdded | Fact::BodyRequired => met(body.is_some(), body.is_none()),
            Fact::MediaTypeRemoved | Fact::MediaTypeAdded => {
                let media_type = body.and_then(|body| body.media_type.as_deref())?;
                let essence = media_type.split(';').next().unwrap_or_default().trim();
                let is_it = essence.eq_ignore_ascii_case(&change.subject);
                let is_removed = change.fact == Fact::MediaTypeRemoved;
                met(is_it && (is_old || !is_removed), is_it && is_removed)
            }
            _ => return None,
        };
        let sender = match part.starts_with("response") {
            true => Sender::Server,
            false => Sender::Client,
        };
        let how = match is_old {
            true => how.of(affected(change, sender)),
            false => how,
        };
        Some((index, how, Vec::new()))
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
        let (old, new) = (self.migration.old, self.migration.new);
        let (own, other) = if is_old { (old, new) } else { (new, old) };
        let here = routed.parameter(own, routed.operation, parameter);
        let there = self
            .counterpart(routed.operation, is_old)
            .and_then(|operation| routed.parameter(other, operation, parameter));
        // A parameter that its own contract does not declare may still be sent.
        let undeclared = there.as_ref().filter(|_| here.is_none());
        let values = here.iter().chain(undeclared).map(|sent| &sent.words);
        let values: Vec<String> = values.flatten().cloned().collect();
        let (has, lacks) = (!values.is_empty(), values.is_empty());
        let is = |of: &Option<SentParameter>, wanted: ParameterUse| {
            of.as_ref().is_some_and(|sent| sent.usage == wanted)
        };
        let mut words = values.iter().map(|value| word(&value.as_str().into()));
        let is_listed = words.any(|word| change.values.contains(&word));
        let shown = |is_shown: bool| if is_shown { Met::Shown } else { Met::Reached };
        // The old contract accepts it, and the new one does not.
        let is_refused = || is(&here, ParameterUse::Accepted) && is(&there, ParameterUse::Rejected);
        let read = |of: &Option<SentParameter>| of.as_ref().and_then(|sent| sent.value.clone());
        let how = match (is_old, affected(change, Sender::Client)) {
            (true, Affected::Every) => Met::Shown,
            (true, Affected::With) => shown(has),
            (true, Affected::Without) => shown(lacks),
            (true, Affected::Reread) => shown(has && (read(&here) != read(&there) || is_refused())),
            (true, Affected::Listed) => shown(is_listed),
            (true, Affected::NotShown) => match change.fact {
                Fact::ParameterAdded if has => Met::Early,
                Fact::EnumValueAdded if is_listed => Met::Early,
                _ => Met::Held,
            },
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
