//! Changes around schemas: operations, parameters, statuses, headers, and how exchanges meet them.

use std::collections::HashMap;

use crate::contract::{Contract, Operation};
use crate::diff::{Change, Fact, word};
use crate::json::Document;
use crate::observe::RoutedRequest;

use super::super::migration::Migration;
use super::usage::Met;

/// The changes of each operation, and how operations are called in both contracts.
#[derive(Debug)]
pub(super) struct Around<'c> {
    migration: Migration<'c>,
    changes: &'c [Change],
    /// Positions of operations in their contracts, by id: the old one's, the new one's.
    positions: [HashMap<&'c str, usize>; 2],
    /// The changes that reach an operation, by the position that the diff gives it, with the part of it.
    reached: HashMap<usize, Vec<(usize, &'c str)>>,
}

/// How a request meets a change, and the values that it is about.
pub(super) type Meeting = (usize, Met, Vec<String>);

impl<'c> Around<'c> {
    pub(super) fn new(migration: Migration<'c>, changes: &'c [Change]) -> Self {
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

    /// What an operation is called: the old contract's name for it, where it has one.
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
        // As the diff counts: operations of the new contract first.
        let position = match (is_old, self.counterpart(operation, is_old)) {
            (false, _) => own,
            (true, Some(new)) => self.position(new, false).unwrap_or(own),
            (true, None) => self.migration.new.operations.len() + own,
        };
        self.reached.get(&position).map_or(&[], Vec::as_slice)
    }

    /// The changes that every exchange of an operation shows.
    pub(super) fn whole(&self, operation: &Operation, is_old: bool) -> Vec<usize> {
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
            let value = parameter(routed, place, name);
            let (has, lacks) = (value.is_some(), value.is_none());
            // Lists are written with commas by most styles; what differs is about their elements.
            let values: Vec<String> = match change.pair {
                Some(_) => value
                    .iter()
                    .flat_map(|value| value.split(','))
                    .map(str::to_owned)
                    .collect(),
                None => value.into_iter().collect(),
            };
            let mut words = values.iter().map(|value| word(&value.as_str().into()));
            let is_listed = words.any(|word| change.values.contains(&word));
            let is_refused = || values.iter().any(|value| !self.is_accepted(change, value));
            let how = match change.fact {
                Fact::ParameterRemoved => met(is_old && has, has),
                Fact::ParameterEncoding => met(has, false),
                Fact::ParameterAdded if is_old => met(lacks && !change.is_minor, false),
                Fact::ParameterAdded => met(has, lacks && !change.is_minor),
                Fact::ParameterRequired if is_old => met(lacks, false),
                Fact::ParameterRequired => met(has, lacks),
                Fact::EnumValueRemoved => met(is_old && is_listed, is_listed),
                Fact::EnumValueAdded => met(is_listed, false),
                Fact::ParameterOptional => met(!is_old && lacks, false),
                _ => met(is_old && is_refused(), false),
            };
            return Some((index, how, values));
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
            Fact::HeaderRemoved | Fact::HeaderOptional => {
                let has = header().is_some();
                met(is_old && has, has && change.fact == Fact::HeaderRemoved)
            }
            Fact::HeaderAdded | Fact::HeaderRequired => met(!is_old && header().is_some(), false),
            Fact::BodyRemoved => met(is_old && body.is_some(), body.is_some()),
            Fact::BodyAdded | Fact::BodyRequired => {
                met(is_old == body.is_none(), !is_old && body.is_none())
            }
            Fact::MediaTypeRemoved | Fact::MediaTypeAdded => {
                let media_type = body.and_then(|body| body.media_type.as_deref())?;
                let essence = media_type.split(';').next().unwrap_or_default().trim();
                let is_it = essence.eq_ignore_ascii_case(&change.subject);
                let is_removed = change.fact == Fact::MediaTypeRemoved;
                met(is_it && (is_old || !is_removed), is_it && is_removed)
            }
            _ => return None,
        };
        Some((index, how, Vec::new()))
    }

    /// Whether the new contract accepts the value of a parameter, read as JSON where it can be.
    fn is_accepted(&self, change: &Change, value: &str) -> bool {
        let Some(pair) = change
            .pair
            .map(|pair| &self.migration.alignment.pairs[pair])
        else {
            return true;
        };
        let graph = &self.migration.new.graph;
        let quoted = serde_json::Value::from(value).to_string();
        [value, &quoted].into_iter().any(|text| {
            let Ok(document) = Document::parse(text.as_bytes()) else {
                return false;
            };
            let mut schemas = pair.new.iter();
            schemas.all(|schema| graph.accepts(*schema, document.root()))
        })
    }
}

/// The value of a parameter of a request, as the diff names its place.
fn parameter(routed: &RoutedRequest<'_, '_>, place: &str, name: &str) -> Option<String> {
    match place {
        "query" => {
            let mut query = routed.target.query.iter();
            let (_, value) = query.find(|(known, _)| {
                // `filter[size]` and `tags[]` are values of `filter` and `tags`.
                known == name || known.split('[').next() == Some(name)
            })?;
            Some(value.clone())
        }
        "header" => routed.request.headers.get(name).map(str::to_owned),
        "path" => {
            let mut values = routed.path_values.iter();
            let (_, value) = values.find(|(known, _)| *known == name)?;
            Some(value.clone())
        }
        "cookie" => {
            let cookies = routed.request.headers.get("cookie")?;
            let mut pairs = cookies.split(';').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(known, _)| known.trim() == name)?;
            Some(value.trim().to_owned())
        }
        _ => None,
    }
}
