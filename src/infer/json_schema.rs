//! The JSON Schema of payloads.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::learn::{Learnt, Message};
use crate::location::Side;
use crate::media_type::ContentKind;
use crate::observe::PathId;
use crate::schema::DRAFT_2020_12;

use super::Options;
use super::components::{Components, Names};
use super::endpoint::endpoints;
use super::schema::Schemas;
use super::shapes::Places;
use super::words::{pascal, singular};

/// The document: one schema, or one that accepts what each of several does.
pub(super) fn document(learnt: &Learnt, options: &Options) -> Option<Value> {
    let payloads = payloads(learnt);
    let mut components = Components::new("#/$defs/");
    for Payloads { name, places, .. } in &payloads {
        components.add(places, &names_of(name, places));
    }
    components.choose();
    let schemas = Schemas {
        rules: options.rules(),
        components: &components,
    };
    let mut document = json!({ "$schema": DRAFT_2020_12 });
    if let Some(title) = &options.title {
        document["title"] = title.as_str().into();
    }
    let mut definitions: Map<String, Value> = components
        .iter()
        .map(|(name, places)| (name.to_owned(), schemas.component(places)))
        .collect();
    let written: Vec<(&String, Value)> =
        payloads.iter().map(|known| (&known.name, schemas.schema(&known.places, PathId::ROOT))).collect();
    match written.as_slice() {
        [] => return None,
        [(_, only)] => {
            let only = only.as_object().into_iter().flatten();
            document.as_object_mut()?.extend(only.map(|(keyword, value)| (keyword.clone(), value.clone())));
        }
        several => {
            let references = several.iter().map(|(name, schema)| match schema.get("$ref") {
                Some(_) => schema.clone(),
                None => {
                    let free = (2..).map(|number| format!("{name}{number}"));
                    let mut names = std::iter::once((*name).clone()).chain(free);
                    let name = names.find(|name| !definitions.contains_key(name)).unwrap_or_default();
                    definitions.insert(name.clone(), schema.clone());
                    json!({ "$ref": format!("#/$defs/{name}") })
                }
            });
            document["anyOf"] = references.collect();
        }
    }
    if !definitions.is_empty() {
        definitions.sort_keys();
        document["$defs"] = definitions.into();
    }
    Some(document)
}

/// What payloads are called: `list-pets` holds a list of `Pet`.
fn names_of(name: &str, places: &Places) -> Names {
    let thing = pascal(&singular(name.trim_end_matches("List")));
    let is_around = places.path(PathId::ROOT).types.array > 0
        || places.keys(PathId::ROOT).any(|(key, child)| {
            let holds_objects = |id| places.path(id).types.object > 0;
            &**key == "data" && (holds_objects(child) || places.any(child).is_some_and(holds_objects))
        });
    match is_around {
        true => Names {
            own: format!("{thing}List"),
            inner: Some(thing),
        },
        false => Names {
            own: thing,
            inner: None,
        },
    }
}

/// The name of an operation without its verb: `pets` of `list-pets`.
fn without_verb(name: &str) -> &str {
    const VERBS: [&str; 12] =
        ["add", "create", "delete", "fetch", "find", "get", "list", "replace", "retrieve", "search", "show", "update"];
    let rest = name.split_once(['-', '_', '.']).filter(|(verb, rest)| VERBS.contains(verb) && !rest.is_empty());
    rest.map_or(name, |(_, rest)| rest)
}

/// Payloads that may be of the same type.
struct Payloads {
    /// What they are called.
    name: String,
    /// The keys at their top, if nothing else tells what they are.
    keys: Option<BTreeSet<String>>,
    places: Places,
}

/// The payloads, those of one type together.
fn payloads(learnt: &Learnt) -> Vec<Payloads> {
    let mut payloads: Vec<Payloads> = Vec::new();
    let mut add = |name: String, keys: Option<BTreeSet<String>>, message: &Message| {
        let is_json = |media: &str| matches!(ContentKind::of(media), ContentKind::Json | ContentKind::JsonLines);
        let media = message.media.iter().filter(|(name, _)| is_json(name));
        for (_, media) in media.filter(|(_, media)| media.bodies > media.malformed) {
            let known = payloads.iter_mut().find(|known| known.name == name && are_alike(&known.keys, &keys)
                && is_list(&known.places) == is_list(&media.shape));
            match known {
                Some(known) => {
                    known.places += &media.shape;
                    if let (Some(known), Some(keys)) = (&mut known.keys, &keys) {
                        known.extend(keys.iter().cloned());
                    }
                }
                None => payloads.push(Payloads {
                    name: name.clone(),
                    keys: keys.clone(),
                    places: media.shape.clone(),
                }),
            }
        }
    };
    for (key, message) in &learnt.loose {
        let name = pascal(without_verb(key.name.as_deref().unwrap_or("payload")));
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let name = if name.is_empty() { "Payload".to_owned() } else { name };
        let suffix = match (key.side, key.status) {
            (Some(Side::Request), _) => "Request".to_owned(),
            (_, Some(status)) if status >= 300 => status.to_string(),
            _ => String::new(),
        };
        let keys = key.outline.as_ref().map(|keys| keys.split(' ').map(str::to_owned).collect());
        add(format!("{name}{suffix}"), keys, message);
    }
    if learnt.loose.is_empty() {
        for endpoint in endpoints(learnt) {
            let noun = pascal(&singular(endpoint.nouns().last().unwrap_or("payload")));
            let messages = endpoint.methods.values().flat_map(|operation| &operation.responses);
            for message in messages.filter(|(status, _)| **status < 300).map(|(_, message)| message) {
                let is_list = message.media.values().any(|media| media.shape.path(PathId::ROOT).types.array > 0);
                add(if is_list { format!("{noun}List") } else { noun.clone() }, None, message);
            }
        }
    }
    payloads
}

fn is_list(places: &Places) -> bool {
    places.path(PathId::ROOT).types.array > 0
}

/// Whether payloads have most of the keys at their top in common.
fn are_alike(one: &Option<BTreeSet<String>>, other: &Option<BTreeSet<String>>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return one.is_none() && other.is_none() };
    let shared = one.intersection(other).count();
    let all = one.len() + other.len() - shared;
    shared * 2 >= all && one.contains("[]") == other.contains("[]")
}
