//! Compares old and new responses that describe the same resource.

use std::collections::{BTreeMap, HashMap};

use crate::contract::{Contract, Operation};
use crate::location::PathPattern;

use crate::migrate::edit::EditKind;
use crate::migrate::migration::Migration;
use crate::migrate::moves::declared;
use super::outline::PairDifferenceKind;
use super::resources::{Digest, RESOURCES, Resource};
use super::responses::{Responses, Side};

/// Examples that are kept of a difference.
const EXAMPLES: usize = 3;

/// What identifies a resource: its operation, where it is in the payload, and its path or id. The order is the one in
/// which examples are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'r> {
    operation: &'r str,
    place: &'r PathPattern,
    /// Different names may be shown in the same way.
    shown: &'r str,
    name: Digest,
    variant: usize,
    class: Option<u16>,
}

/// The result of comparing old and new payloads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SideBySide {
    /// Resources that have an old and a new payload.
    pub pairs: u64,
    /// Those whose new payload has the shape that the changes predict.
    pub agreeing: u64,
    /// Where the new payload is different.
    pub differences: Vec<PairDifference>,
    /// Resources that were skipped because too many were seen.
    pub left_out: u64,
    /// Values that moved: the pointers before and after, in how many pairs of whole payloads the value is the same, and
    /// how many pairs have one there.
    pub moved: Vec<(String, String, u64, u64)>,
}

/// How new payloads differ from what the changes predict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairDifference {
    /// The operation, as the new contract calls it.
    pub operation: String,
    /// The place in the new payload.
    pub place: PathPattern,
    /// What is different.
    pub kind: PairDifferenceKind,
    /// The number of pairs.
    pub pairs: u64,
    /// Some of the resources.
    pub examples: Vec<String>,
}

/// The resources of one contract, and how many mentions of resources there was no room for, by operation.
fn resources(side: &Side) -> (BTreeMap<Key<'_>, &Resource>, BTreeMap<&str, u64>) {
    let mut resources = BTreeMap::new();
    let mut counts: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for described in side.first.iter().filter_map(|response| response.described.as_ref()) {
        let keyed = described.resources.iter().map(|resource| {
            let key = Key {
                operation: &described.operation,
                place: &resource.place,
                shown: &resource.shown,
                name: resource.name,
                variant: described.variant,
                class: described.class,
            };
            (key, resource)
        });
        resources.extend(keyed);
        let (kept, left_out) = counts.entry(&described.operation).or_default();
        *kept += described.resources.len();
        if *kept >= RESOURCES {
            let more = described.mentions.saturating_sub(described.resources.len() as u64);
            *left_out = left_out.saturating_add(more);
        }
    }
    let left_out = counts.into_iter().map(|(operation, (_, left_out))| (operation, left_out));
    (resources, left_out.collect())
}

/// Compares the resources that both contracts have: the shape of what the contracts declare.
pub(super) fn compared(responses: &Responses, migration: Migration<'_>) -> SideBySide {
    let ((old, old_left_out), (new, new_left_out)) = (resources(&responses.old), resources(&responses.new));
    let common = old_left_out.iter().filter_map(|(operation, count)| Some(count.saturating_add(*new_left_out.get(operation)?)));
    let mut result = SideBySide {
        left_out: common.fold(0, u64::saturating_add),
        ..SideBySide::default()
    };
    let mut known: HashMap<(&str, Option<u16>, PathPattern), (bool, bool)> = HashMap::new();
    let mut differences: BTreeMap<(&str, PathPattern, PairDifferenceKind), (u64, Vec<String>)> = BTreeMap::new();
    for (key, was) in &old {
        let Some(is) = new.get(key) else {
            continue;
        };
        result.pairs += 1;
        let mut found = Vec::new();
        responses.outlines.compare((was.outline, is.outline), key.place, &mut found);
        found.sort();
        found.dedup();
        let told = found.into_iter().filter_map(|(place, kind)| {
            let of = (key.operation, key.class, place.clone());
            let is_declared = known.entry(of).or_insert_with(|| declare(migration, key, &place));
            let (in_old, in_new) = *is_declared;
            let kind = match kind {
                // Undeclared members may come and go; what is new is expected.
                PairDifferenceKind::Missing | PairDifferenceKind::Type(..) if !in_new => return None,
                PairDifferenceKind::Unexpected if in_new => return None,
                PairDifferenceKind::Unexpected if in_old => PairDifferenceKind::Kept,
                kind => kind,
            };
            Some((place, kind))
        });
        let found: Vec<(PathPattern, PairDifferenceKind)> = told.collect();
        result.agreeing += u64::from(found.is_empty());
        for (place, kind) in found {
            let (pairs, examples) = differences.entry((key.operation, place, kind)).or_default();
            *pairs += 1;
            if examples.len() < EXAMPLES {
                examples.push(key.shown.to_owned());
            }
        }
    }
    let listed = differences.into_iter().map(|((operation, place, kind), (pairs, examples))| PairDifference {
        operation: operation.to_owned(),
        place,
        kind,
        pairs,
        examples,
    });
    result.differences = listed.collect();
    for row in &responses.rows {
        let (Some(from), Some(to)) = (&row.from, &row.to) else {
            continue;
        };
        if !matches!(row.kind, EditKind::Renamed | EditKind::Moved) {
            continue;
        }
        let operation = migration.old.operation(&row.operation).and_then(|own| migration.operation(own));
        let whole = |(key, _): &(&Key<'_>, &&Resource)| {
            key.place.steps().is_empty() && operation.is_some_and(|operation| operation.id == key.operation)
        };
        let values = old.iter().filter(whole).filter_map(|(key, was)| {
            let (was, is) = (was.moved.get(to), new.get(key)?.moved.get(to));
            Some(was? == is?)
        });
        let (same, all) = values.fold((0, 0), |(same, all), is_same| (same + u64::from(is_same), all + 1));
        if all > 0 {
            result.moved.push((from.to_string(), to.to_string(), same, all));
        }
    }
    result
}

/// Whether the old and the new contract declare a place in the responses that a resource is in.
fn declare(migration: Migration<'_>, key: &Key<'_>, place: &PathPattern) -> (bool, bool) {
    let is_declared = |contract: &Contract, operation: Option<&Operation>| {
        let responses = operation.into_iter().flat_map(|own| &own.responses);
        let responses = responses.filter(|response| {
            let class = response.status.example() / 100;
            key.class.is_none_or(|own| own == class)
        });
        let mut schemas = responses.flat_map(|response| response.payload.value_schemas(&contract.graph));
        schemas.any(|schema| declared(&contract.graph, &[schema], place.steps()).is_some())
    };
    let new = migration.new.operation(key.operation);
    let old = new.and_then(|new| migration.former(new));
    (is_declared(migration.old, old), is_declared(migration.new, new))
}
