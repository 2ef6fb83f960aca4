//! Schemas of what was seen at a place of payloads.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::learn::{PlaceProfile, TextFormat, Variant};
use crate::observe::PathId;

use super::components::Components;
use super::shapes::{Places, is_map, schema_types, union_of};
use super::statistics::confidence;
use super::words::pascal;

/// The extension that says what a guess is based on.
pub(super) const NOTE: &str = "x-wiredrift";

/// Samples that an enum needs.
const ENUM_SAMPLES: u64 = 30;

/// How payloads become schemas.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Objects that are needed for a property that all of them have to be required.
    pub required_samples: u64,
    /// Whether guesses say what they are based on.
    pub notes: bool,
}

/// Writes schemas.
#[derive(Debug)]
pub(super) struct Schemas<'c> {
    pub(super) rules: Rules,
    pub(super) components: &'c Components,
}

impl Schemas<'_> {
    /// The schema of a place.
    pub(super) fn schema(&self, places: &Places, id: PathId) -> Value {
        let place = places.path(id);
        if let Some(name) = self.components.of(places, id) {
            let reference = json!({ "$ref": format!("{}{name}", self.components.base()) });
            return match place.types.null {
                0 => reference,
                _ => json!({ "anyOf": [reference, { "type": "null" }] }),
            };
        }
        self.inline(places, id)
    }

    /// The schema of a component. Where it may be null, the reference to it says so.
    pub(super) fn component(&self, places: &Places) -> Value {
        let mut places = places.clone();
        places.path_mut(PathId::ROOT).types.null = 0;
        self.inline(&places, PathId::ROOT)
    }

    /// The schema of a place, which may be a component.
    fn inline(&self, places: &Places, id: PathId) -> Value {
        let place = places.path(id);
        let types = schema_types(&place.types);
        let mut schema = Map::new();
        match types.as_slice() {
            [] => return json!({}),
            [one] => schema.insert("type".to_owned(), json!(one)),
            several => schema.insert("type".to_owned(), json!(several)),
        };
        let mut guessed = None;
        let only = |count: u64| count + place.types.null == place.types.all();
        if place.types.string > 0 {
            if let Some(format) = format_of(place) {
                schema.insert("format".to_owned(), json!(format.name()));
                guessed = Some(place.types.string);
            } else if only(place.types.string) && list(&mut schema, place, place.types.string) {
                guessed = Some(place.types.string);
            }
        }
        if place.types.integer > 0 && place.numbers.ends.is_some_and(is_long) {
            schema.insert("format".to_owned(), json!("int64"));
        }
        if place.types.array > 0 {
            let items = places.any(id).map_or_else(|| json!({}), |items| self.schema(places, items));
            schema.insert("items".to_owned(), items);
        }
        if place.types.object > 0 {
            match union_of(place).filter(|_| only(place.types.object)) {
                Some((tag, variants)) => {
                    self.variants(&mut schema, (places, id), tag, variants);
                    guessed = Some(place.types.object);
                }
                None => guessed = self.members(&mut schema, places, id).or(guessed),
            }
        }
        if let Some(samples) = guessed {
            self.note(&mut schema, samples);
        }
        Value::Object(schema)
    }

    /// The properties of an object. Returns the number of objects that a guess is based on.
    fn members(&self, schema: &mut Map<String, Value>, places: &Places, id: PathId) -> Option<u64> {
        let objects = places.path(id).types.object;
        if is_map(places, id) {
            let mut values = Places::default();
            places.children(id).for_each(|(_, child)| values += &places.subtree(child));
            schema.insert("additionalProperties".to_owned(), self.schema(&values, PathId::ROOT));
            return Some(objects);
        }
        let properties: Map<String, Value> = places
            .keys(id)
            .map(|(key, child)| (key.to_string(), self.schema(places, child)))
            .collect();
        let required = places.keys(id).filter(|(_, child)| places.path(*child).types.all() >= objects);
        let required: Vec<&Arc<str>> = required.map(|(key, _)| key).collect();
        let is_sure = objects >= self.rules.required_samples && !required.is_empty();
        if is_sure {
            schema.insert("required".to_owned(), json!(required));
        }
        if !properties.is_empty() {
            schema.insert("properties".to_owned(), properties.into());
        }
        // Where there are arrays, too, it is not known whether an object had such a key.
        if let Some(any) = places.any(id) {
            schema.insert("additionalProperties".to_owned(), self.schema(places, any));
        }
        is_sure.then_some(objects)
    }

    /// Objects that a property tells apart.
    fn variants(
        &self,
        schema: &mut Map<String, Value>,
        (places, id): (&Places, PathId),
        tag: &str,
        variants: &BTreeMap<Box<str>, Variant>,
    ) {
        let variants = variants.iter().map(|(value, variant)| {
            let keys = variant.keys.iter().flatten();
            let properties = keys.clone().filter_map(|(key, _)| {
                let child = places.key(id, key)?;
                let property = match **key == *tag {
                    true => json!({ "const": value }),
                    false => self.schema(places, child),
                };
                Some((key.to_string(), property))
            });
            let is_sure = variant.objects >= self.rules.required_samples;
            let required = keys.filter(|(key, count)| ***key == *tag || (is_sure && count.0 == variant.objects));
            let mut own = Map::new();
            own.insert("title".to_owned(), json!(pascal(value)));
            own.insert("type".to_owned(), json!("object"));
            own.insert("required".to_owned(), required.map(|(key, _)| json!(key)).collect());
            own.insert("properties".to_owned(), Value::Object(properties.collect()));
            self.note(&mut own, variant.objects);
            Value::Object(own)
        });
        let null = (places.path(id).types.null > 0).then(|| json!({ "type": "null" }));
        schema.insert("oneOf".to_owned(), variants.chain(null).collect());
    }

    /// The schema of the texts of a parameter of a path. The things that paths name are no enum.
    pub(super) fn of_segments(&self, place: &PlaceProfile) -> Value {
        let mut schema = self.of_texts(place);
        if let Some(schema) = schema.as_object_mut().filter(|schema| schema.contains_key("enum")) {
            schema.remove("enum");
            schema.remove(NOTE);
        }
        schema
    }

    /// The schema of the texts of a parameter.
    pub(super) fn of_texts(&self, place: &PlaceProfile) -> Value {
        let types = &place.types;
        let all = types.all();
        let mut schema = Map::new();
        let name = match all {
            0 => return json!({ "type": "string" }),
            _ if types.integer == all => "integer",
            _ if types.integer + types.number == all => "number",
            _ if types.boolean == all => "boolean",
            _ => "string",
        };
        schema.insert("type".to_owned(), json!(name));
        if types.string == all {
            match format_of(place) {
                Some(format) => {
                    schema.insert("format".to_owned(), json!(format.name()));
                    self.note(&mut schema, all);
                }
                None => {
                    if list(&mut schema, place, all) {
                        self.note(&mut schema, all);
                    }
                }
            }
        } else if types.integer == all && place.numbers.ends.is_some_and(is_long) {
            schema.insert("format".to_owned(), json!("int64"));
        }
        Value::Object(schema)
    }

    /// The schema of a field of a form: a text, or several.
    fn of_field(&self, places: &Places, id: PathId) -> Value {
        let Some(several) = places.any(id).filter(|_| places.path(id).types.array > 0) else {
            return self.of_texts(places.path(id));
        };
        let mut all = places.path(id).clone();
        all.types.array = 0;
        all += places.path(several);
        json!({ "type": "array", "items": self.of_texts(&all) })
    }

    /// The schema of a form: an object of texts.
    pub(super) fn of_form(&self, places: &Places) -> Value {
        let forms = places.path(PathId::ROOT).types.object;
        let keys = || places.keys(PathId::ROOT);
        let properties: Map<String, Value> =
            keys().map(|(key, child)| (key.to_string(), self.of_field(places, child))).collect();
        let required = keys().filter(|(_, child)| places.path(*child).types.all() >= forms);
        let required: Vec<&Arc<str>> = required.map(|(key, _)| key).collect();
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        let is_sure = forms >= self.rules.required_samples && !required.is_empty();
        if is_sure {
            schema.insert("required".to_owned(), json!(required));
        }
        schema.insert("properties".to_owned(), properties.into());
        if is_sure {
            self.note(&mut schema, forms);
        }
        Value::Object(schema)
    }

    /// Says what a guess is based on.
    pub(super) fn note(&self, schema: &mut Map<String, Value>, n: u64) {
        if self.rules.notes {
            schema.insert(NOTE.to_owned(), note(n));
        }
    }
}

/// Lists the values of a place as an enum, if they are one.
fn list(schema: &mut Map<String, Value>, place: &PlaceProfile, n: u64) -> bool {
    let Some(mut values) = enum_of(place, n) else { return false };
    if place.types.null > 0 {
        values.push(Value::Null);
    }
    schema.insert("enum".to_owned(), values.into());
    true
}

/// What a guess from so many samples is based on.
pub(super) fn note(n: u64) -> Value {
    json!({ "samples": n, "confidence": confidence(n) })
}

/// The format that all strings of a place have.
fn format_of(place: &PlaceProfile) -> Option<TextFormat> {
    let mut formats = place.formats.iter();
    let (format, count) = formats.next()?;
    (count.0 == place.types.string).then_some(*format)
}

/// Whether there are integers beyond 32 bits, all within 64.
fn is_long((least, most): (f64, f64)) -> bool {
    const LONG: f64 = 9.2e18;
    let int32 = f64::from(i32::MIN)..=f64::from(i32::MAX);
    !(int32.contains(&least) && int32.contains(&most)) && least > -LONG && most < LONG
}

/// The values of a place, if they are those of an enum: few, repeated, and not from one message only.
fn enum_of(place: &PlaceProfile, n: u64) -> Option<Vec<Value>> {
    let values = place.values.listed()?;
    let distinct = values.len() as u64;
    let single = values.values().filter(|count| count.0 == 1).count() as u64;
    let is_spread = place.seen.ends.as_ref().is_some_and(|(first, last)| first.origin != last.origin);
    let is_enum = n >= ENUM_SAMPLES
        && distinct >= 2
        && distinct * distinct <= n
        && single * 5 <= distinct
        && is_spread;
    let values = values.keys().map(|text| serde_json::from_str(text).unwrap_or(Value::Null));
    is_enum.then(|| values.collect())
}

