//! What the values at a place are: types, maps, unions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::learn::{PlaceProfile, Tags, Types, Variant};
use crate::observe::{PathId, Shape};

/// Objects that are needed to tell them apart by a property.
const UNION_SAMPLES: u64 = 10;

/// Keys that objects need to have for the keys to be data, and the share of the objects that has each of them.
const MAP_KEYS: usize = 12;
const MAP_SHARE: f64 = 0.3;

/// The places of payloads.
pub(super) type Places = Shape<PlaceProfile>;

/// The types as JSON Schema names them, `null` last.
pub(super) fn schema_types(types: &Types) -> Vec<&'static str> {
    let is_number = types.number > 0;
    let named = types.named().into_iter().filter(|(name, count)| *count > 0 && *name != "null");
    let mut names: Vec<&str> = named.map(|(name, _)| name).filter(|name| !(is_number && *name == "integer")).collect();
    if types.null > 0 {
        names.push("null");
    }
    names
}

/// Whether the keys of the objects at a place are data.
pub(super) fn is_map(places: &Places, id: PathId) -> bool {
    if places.is_map(id) {
        return true;
    }
    let keys = places.key_count(id);
    let objects = places.path(id).types.object;
    if keys == 0 {
        return places.any(id).is_some() && places.path(id).types.array == 0;
    }
    if keys < MAP_KEYS || objects == 0 {
        return false;
    }
    let kinds = |child: PathId| schema_types(&places.path(child).types);
    let mut children = places.keys(id).map(|(_, child)| child);
    let first = children.next().map(kinds);
    let are_alike = children.all(|child| Some(kinds(child)) == first);
    let values: u64 = places.keys(id).map(|(_, child)| places.path(child).types.all()).sum();
    #[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
    let share = values as f64 / (keys as f64 * objects as f64);
    are_alike && share < MAP_SHARE
}

/// The property that tells the objects of a place apart, and what they are by its values.
pub(super) fn union_of(place: &PlaceProfile) -> Option<(&str, &BTreeMap<Box<str>, Variant>)> {
    if place.types.object < UNION_SAMPLES {
        return None;
    }
    let candidates = place.tags.iter().filter_map(|(tag, Tags(variants))| {
        let variants = variants.as_ref()?;
        let objects: u64 = variants.values().map(|variant| variant.objects).sum();
        let are_all = objects == place.types.object && variants.values().all(|variant| variant.keys.is_some());
        let told = told_apart(variants);
        (are_all && variants.len() > 1 && told > 0).then_some((told, tag, variants))
    });
    let best = candidates.min_by(|(told, tag, _), (other, other_tag, _)| other.cmp(told).then(tag.cmp(other_tag)));
    best.map(|(_, tag, variants)| (&**tag, variants))
}

/// How many keys every object of one variant has, and none of another.
fn told_apart(variants: &BTreeMap<Box<str>, Variant>) -> usize {
    let has_all = |variant: &Variant, key: &str| {
        let keys = variant.keys.iter().flatten();
        variant.objects > 1 && keys.clone().any(|(known, count)| **known == *key && count.0 == variant.objects)
    };
    let has_none = |variant: &Variant, key: &str| {
        variant.objects > 1 && variant.keys.as_ref().is_some_and(|keys| !keys.contains_key(key))
    };
    let mut keys: Vec<&Arc<str>> = variants.values().flat_map(|variant| variant.keys.iter().flatten().map(|(key, _)| key)).collect();
    keys.sort();
    keys.dedup();
    let is_telling = |key: &&Arc<str>| {
        variants.values().any(|variant| has_all(variant, key)) && variants.values().any(|variant| has_none(variant, key))
    };
    keys.into_iter().filter(is_telling).count()
}
