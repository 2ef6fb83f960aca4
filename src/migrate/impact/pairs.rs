//! Compares old and new payloads of the same resource.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use crate::redact::{MASK, is_secret_name, sanitised};
use crate::observe::RoutedRequest;

use crate::location::{PathPattern, Step};

/// Resources of one contract that are kept.
const KEPT: usize = 5_000;

/// Examples that are kept of a difference.
const EXAMPLES: usize = 3;

/// What identifies a resource: its operation, where it is in the payload, and its path or id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) operation: String,
    place: PathPattern,
    name: String,
    /// The variant of the new contract's schema that the whole payload matches.
    variant: usize,
    /// The class of the status: an error is not the resource of its path.
    pub(super) class: Option<u16>,
}

/// What the request of a payload says about the resource.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    /// The values of the path parameters, or else the query; `None` if every request creates another
    /// resource.
    name: Option<String>,
    /// The same, as it may be shown.
    shown: String,
}

impl Resource {
    pub(super) fn of(routed: &RoutedRequest<'_, '_>) -> Self {
        let mut values: Vec<(&str, &str)> = routed
            .path_values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let what = match values.is_empty() {
            true => "query",
            false => "path",
        };
        if values.is_empty() {
            let query = routed.target.query.iter();
            values.extend(query.map(|(name, value)| (name.as_str(), value.as_str())));
            values.sort_unstable();
        }
        let joined = |value: &dyn Fn(&str, &str) -> String| {
            let pairs = values
                .iter()
                .map(|(name, text)| format!("{name}={}", value(name, text)));
            pairs.collect::<Vec<_>>().join(" ")
        };
        let makes_another = !matches!(
            routed.operation.method.as_str(),
            "GET" | "HEAD" | "PUT" | "PATCH"
        );
        let shown = joined(&|name, text| match is_secret_name(name) {
            true => MASK.to_owned(),
            false => cut(&sanitised(text)),
        });
        Self {
            name: (!makes_another)
                .then(|| format!("{what} {}", joined(&|_, text| text.to_owned()))),
            shown: format!("{what} {shown}").trim_end().to_owned(),
        }
    }

    /// For a payload without a request: only objects with an id can be identified in it.
    pub(super) const fn unnamed() -> Self {
        Self {
            name: None,
            shown: String::new(),
        }
    }
}

/// Longest name of a resource that is shown, in characters.
const LONGEST: usize = 60;

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The resources that were seen, each with its name; those of the old contract in the shape of the new one.
#[derive(Debug, Default)]
pub(super) struct Resources {
    old: BTreeMap<Key, (String, Json)>,
    new: BTreeMap<Key, (String, Json)>,
    /// Resources for which there was no room.
    left_out: u64,
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
    /// Values that moved: the pointers before and after, in how many pairs the value is the same, and how
    /// many pairs there are.
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

/// The kinds of difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PairDifferenceKind {
    /// It should be present according to the changes, but is not.
    Missing,
    /// It was removed according to the changes, but is present.
    Kept,
    /// It is present, but neither contract declares it.
    Unexpected,
    /// It has another type: the expected one, and the actual one.
    Type(&'static str, &'static str),
}

impl Resources {
    /// Keeps the resources of a payload in the shape of the new contract: what its request names, which
    /// variant of the schema it matches, and its status.
    pub(super) fn add(
        &mut self,
        is_old: bool,
        operation: &str,
        (resource, variant, status): (&Resource, usize, Option<u16>),
        payload: &Json,
    ) {
        let mut found = Vec::new();
        collect(payload, &PathPattern::root(), &mut found);
        // An id that its path already names is the same resource.
        let is_named = resource
            .name
            .as_ref()
            .is_some_and(|name| name.starts_with("path"));
        found.retain(|(place, ..)| !is_named || !place.steps().is_empty());
        let whole = resource.name.as_ref().map(|name| {
            let shown = resource.shown.clone();
            (PathPattern::root(), name.clone(), shown, payload)
        });
        let resources = found.into_iter().map(|(place, id, resource)| {
            let shown = format!("id {}", cut(&sanitised(&id)));
            (place, format!("id {id}"), shown, resource)
        });
        for (place, name, shown, resource) in whole.into_iter().chain(resources) {
            let kept = if is_old { &mut self.old } else { &mut self.new };
            if kept.len() >= KEPT {
                self.left_out += 1;
                continue;
            }
            let key = Key {
                operation: operation.to_owned(),
                place,
                name,
                variant,
                class: status.map(|status| status / 100),
            };
            kept.entry(key).or_insert_with(|| (shown, resource.clone()));
        }
    }

    /// In how many pairs of whole payloads of an operation the value at a place is the same, and how many
    /// pairs have one there.
    pub(super) fn same_at(&self, operation: &str, place: &str) -> (u64, u64) {
        let (mut same, mut all) = (0, 0);
        let own = |key: &Key| key.operation == operation && key.place.steps().is_empty();
        for (key, (_, old)) in self.old.iter().filter(|(key, _)| own(key)) {
            let new = self.new.get(key).and_then(|(_, new)| new.pointer(place));
            if let (Some(old), Some(new)) = (old.pointer(place), new) {
                all += 1;
                same += u64::from(old == new);
            }
        }
        (same, all)
    }

    /// Compares the resources that both contracts have: the shape of what the contracts declare. `declared`
    /// says of a place in the payload of a resource whether the old contract declares it, and whether the new
    /// one does.
    pub(super) fn compared(
        &self,
        declared: &dyn Fn(&Key, &PathPattern) -> (bool, bool),
    ) -> SideBySide {
        let mut known: HashMap<(&str, Option<u16>, PathPattern), (bool, bool)> = HashMap::new();
        let mut result = SideBySide {
            left_out: self.left_out,
            ..SideBySide::default()
        };
        let mut differences: BTreeMap<(String, PathPattern, PairDifferenceKind), (u64, Vec<String>)> =
            BTreeMap::new();
        for (key, (shown, old)) in &self.old {
            let Some((_, new)) = self.new.get(key) else {
                continue;
            };
            result.pairs += 1;
            let mut found = Vec::new();
            compare(old, new, &key.place, &mut found);
            found.sort();
            found.dedup();
            let told = found.into_iter().filter_map(|(place, kind)| {
                let of = (key.operation.as_str(), key.class, place.clone());
                let is_declared = known.entry(of).or_insert_with(|| declared(key, &place));
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
                let entry = differences
                    .entry((key.operation.clone(), place, kind))
                    .or_default();
                entry.0 += 1;
                if entry.1.len() < EXAMPLES {
                    entry.1.push(shown.clone());
                }
            }
        }
        let listed = differences.into_iter().map(|(key, (pairs, examples))| {
            let (operation, place, kind) = key;
            PairDifference {
                operation,
                place,
                kind,
                pairs,
                examples,
            }
        });
        result.differences = listed.collect();
        result
    }
}

/// The objects below a payload that have an id, with their places.
fn collect<'v>(
    value: &'v Json,
    place: &PathPattern,
    found: &mut Vec<(PathPattern, String, &'v Json)>,
) {
    match value {
        Json::Object(members) => {
            let id = members
                .get("id")
                .filter(|id| id.is_number() || id.is_string());
            if let Some(id) = id {
                found.push((place.clone(), crate::diff::word(id), value));
            }
            for (name, member) in members {
                collect(member, &place.join(Step::Key(name.as_str().into())), found);
            }
        }
        Json::Array(items) => {
            for item in items {
                collect(item, &place.join(Step::Any), found);
            }
        }
        _ => {}
    }
}

/// How two payloads differ in shape. Values belong to the resource and may change at any time.
fn compare(
    expected: &Json,
    found: &Json,
    place: &PathPattern,
    differences: &mut Vec<(PathPattern, PairDifferenceKind)>,
) {
    let kinds = (kind(expected), kind(found));
    match (expected, found) {
        (Json::Object(expected), Json::Object(found)) => {
            for (name, value) in expected {
                let place = place.join(Step::Key(name.as_str().into()));
                match found.get(name) {
                    Some(other) => compare(value, other, &place, differences),
                    None => differences.push((place, PairDifferenceKind::Missing)),
                }
            }
            for name in found.keys().filter(|name| !expected.contains_key(*name)) {
                let place = place.join(Step::Key(name.as_str().into()));
                differences.push((place, PairDifferenceKind::Unexpected));
            }
        }
        (Json::Array(expected), Json::Array(found)) => {
            // Elements with an id are compared as resources; otherwise the first one determines the shape.
            let has_id = |items: &[Json]| items.iter().any(|item| item.get("id").is_some());
            if !has_id(expected)
                && !has_id(found)
                && let (Some(expected), Some(found)) = (expected.first(), found.first())
            {
                compare(expected, found, &place.join(Step::Any), differences);
            }
        }
        // A nullable value may be null at the moment.
        (Json::Null, _) | (_, Json::Null) => {}
        _ if kinds.0 != kinds.1 => {
            differences.push((place.clone(), PairDifferenceKind::Type(kinds.0, kinds.1)));
        }
        _ => {}
    }
}

const fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
