//! Random contracts, edits and traffic: the counts of the report are those of a recount over parsed payloads.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::migrate::tests::plan;
use super::{Counts, api, counts, of_side, traffic_of, usages};

/// What a property may be, and what an edit of its keyword does.
#[derive(Debug, Clone, Copy)]
enum Sort {
    /// At most 10, then 5.
    Number,
    /// One of three words, then of two.
    Word,
    /// A string or null, then a string.
    Nullable,
    /// A string, then one of three characters.
    Text,
    /// An integer, then a boolean.
    Flag,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    None,
    Keyword,
    Remove,
    Require,
}

/// The name is the position.
#[derive(Debug, Clone)]
struct Property {
    sort: Sort,
    is_required: bool,
    edit: Edit,
}

impl Property {
    fn schema(&self, is_new: bool) -> Json {
        let is_edited = is_new && self.edit == Edit::Keyword;
        match (self.sort, is_edited) {
            (Sort::Number, false) => json!({"type": "integer", "maximum": 10}),
            (Sort::Number, true) => json!({"type": "integer", "maximum": 5}),
            (Sort::Word, false) => json!({"enum": ["a", "b", "c"]}),
            (Sort::Word, true) => json!({"enum": ["a", "b"]}),
            (Sort::Nullable, false) => json!({"type": ["string", "null"]}),
            (Sort::Nullable, true) | (Sort::Text, false) => json!({"type": "string"}),
            (Sort::Text, true) => json!({"type": "string", "maxLength": 3}),
            (Sort::Flag, false) => json!({"type": "integer"}),
            (Sort::Flag, true) => json!({"type": "boolean"}),
        }
    }

    /// Values, some of which the old contract rejects.
    fn value(&self, seed: u8) -> Json {
        let values = match self.sort {
            Sort::Number => [json!(3), json!(7), json!(20), json!("x")],
            Sort::Word => [json!("a"), json!("c"), json!("z"), json!(null)],
            Sort::Nullable => [json!(null), json!("a"), json!("b"), json!(1)],
            Sort::Text => [json!("ab"), json!("abcdef"), json!("äöü"), json!(7)],
            Sort::Flag => [json!(1), json!(2), json!(true), json!("x")],
        };
        values[usize::from(seed) % values.len()].clone()
    }

    /// Whether the edit of the keyword affects a value.
    fn is_affected(&self, value: &Json) -> bool {
        match self.sort {
            Sort::Number => value
                .as_i64()
                .is_some_and(|number| (6..=10).contains(&number)),
            Sort::Word => value == "c",
            Sort::Nullable => value.is_null(),
            Sort::Text => value.as_str().is_some_and(|text| text.chars().count() > 3),
            Sort::Flag => value.is_i64(),
        }
    }

    /// The rule of the edit.
    const fn rule(&self) -> &'static str {
        match (self.edit, self.sort) {
            (Edit::None, _) => "",
            (Edit::Remove, _) => "property-removed",
            (Edit::Require, _) => "property-required",
            (Edit::Keyword, Sort::Number) => "bounds-narrowed",
            (Edit::Keyword, Sort::Word) => "enum-value-removed",
            (Edit::Keyword, Sort::Nullable) => "null-removed",
            (Edit::Keyword, Sort::Text) => "length-narrowed",
            (Edit::Keyword, Sort::Flag) => "type-changed",
        }
    }
}

fn property() -> impl Strategy<Value = Property> {
    let sort = prop_oneof![
        Just(Sort::Number),
        Just(Sort::Word),
        Just(Sort::Nullable),
        Just(Sort::Text),
        Just(Sort::Flag)
    ];
    let edit = prop_oneof![
        Just(Edit::None),
        Just(Edit::Keyword),
        Just(Edit::Remove),
        Just(Edit::Require)
    ];
    (sort, any::<bool>(), edit).prop_map(|(sort, is_required, edit)| Property {
        sort,
        // A member that is already required cannot become required.
        is_required: is_required && edit != Edit::Require,
        edit,
    })
}

/// An object, or a list of them.
fn schema(properties: &[Property], is_list: bool, is_new: bool) -> Json {
    let mut members = Map::new();
    let mut required = vec![json!("id")];
    members.insert("id".to_owned(), json!({"type": "integer"}));
    for (index, property) in properties.iter().enumerate() {
        if is_new && property.edit == Edit::Remove {
            continue;
        }
        let name = format!("p{index}");
        if property.is_required || (is_new && property.edit == Edit::Require) {
            required.push(json!(name));
        }
        members.insert(name, property.schema(is_new));
    }
    let object = json!({"type": "object", "properties": members, "required": required});
    match is_list {
        true => {
            json!({"type": "object", "properties": {"items": {"type": "array", "items": object}}})
        }
        false => object,
    }
}

/// An object that mostly conforms to the old contract.
fn member(properties: &[Property], seeds: &[u8]) -> Json {
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(1));
    for (index, property) in properties.iter().enumerate() {
        let seed = seeds[index % seeds.len()].wrapping_add(index as u8);
        // A third of them is absent.
        if !seed.is_multiple_of(3) {
            object.insert(format!("p{index}"), property.value(seed / 3));
        }
    }
    Json::Object(object)
}

/// The counts of the edit of a property, over parsed payloads.
fn recount(property: &Property, name: &str, payloads: &[Vec<Json>], is_request: bool) -> Counts {
    let mut counts = [0; 4];
    for objects in payloads {
        let values = || objects.iter().map(|object| object.get(name));
        let is_reached = match property.edit {
            Edit::Keyword => values().flatten().next().is_some(),
            _ => !objects.is_empty(),
        };
        let can_tell = property.edit != Edit::Require || is_request;
        let is_shown = match property.edit {
            Edit::Keyword => values().flatten().any(|value| property.is_affected(value)),
            Edit::Remove => values().flatten().next().is_some(),
            _ => is_request && values().any(|value| value.is_none()),
        };
        counts[0] += u64::from(is_reached);
        counts[1] += u64::from(is_reached && can_tell);
        counts[2] += u64::from(is_shown);
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn counts_are_those_of_a_recount(
        properties in prop::collection::vec(property(), 1..6),
        seeds in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 1..6), 0..4), 1..8),
        is_list in any::<bool>(),
        is_request in any::<bool>(),
    ) {
        let payloads: Vec<Vec<Json>> = seeds
            .iter()
            .map(|objects| objects.iter().map(|seeds| member(&properties, seeds)).collect())
            .collect();
        let payloads: Vec<Vec<Json>> = match is_list {
            true => payloads,
            false => payloads.into_iter().flatten().map(|object| vec![object]).collect(),
        };
        let texts: Vec<String> = payloads
            .iter()
            .map(|objects| match is_list {
                true => json!({"items": objects}).to_string(),
                false => objects[0].to_string(),
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        prop_assume!(!texts.is_empty());
        let document = |version, is_new| api(version, &of_side(is_request, &schema(&properties, is_list, is_new)));
        let found = usages(&document("v1", false), &document("v2", true), &traffic_of(is_request, &texts));
        for (index, property) in properties.iter().enumerate() {
            if property.edit == Edit::None {
                continue;
            }
            let name = format!("p{index}");
            let own: BTreeSet<Counts> = found
                .iter()
                .filter(|(change, _)| change.fact.rule().id == property.rule())
                .filter(|(change, _)| change.subject == name || change.path.to_string().ends_with(&format!("/{name}")))
                .map(|(_, usage)| counts(usage))
                .collect();
            let expected = recount(property, &name, &payloads, is_request);
            let told = || found.iter().map(|(change, usage)| (change.fact, &change.subject, change.path.to_string(), counts(usage))).collect::<Vec<_>>();
            prop_assert_eq!(own, BTreeSet::from([expected]), "{} of {:?} in {:?}", name, told(), texts);
        }
    }

    /// [`usages`] asks both ways and compares the results.
    #[test]
    fn bytes_are_asked_as_trees_are(
        edits in prop::collection::vec(prop::sample::select(&plan::EDITS[..]), 1..6),
        seeds in prop::collection::vec(prop::collection::vec(any::<u8>(), 8..24), 1..6),
        is_request in any::<bool>(),
    ) {
        let (old, new) = plan::schemas(&edits);
        let payloads: Vec<String> = seeds.iter().map(|seeds| plan::payload(&edits, seeds)).collect();
        let payloads: Vec<&str> = payloads.iter().map(String::as_str).collect();
        let document = |version, schema: &Json| api(version, &of_side(is_request, schema));
        let (old, new) = (document("v1", &old), document("v2", &new));
        let traffic = traffic_of(is_request, &payloads);
        usages(&old, &new, &traffic);
        // Traffic of the new version must give the same results, too.
        usages(&document("v2", &plan::schemas(&edits).1), &document("v1", &plan::schemas(&edits).0), &traffic);
    }
}

/// More values than are kept, in several spellings and orders: [`usages`] compares the results with those of
/// trees.
#[test]
fn values_are_the_same_in_any_order_and_spelling() {
    let schema = |is_new: bool| match is_new {
        true => json!({"type": "object", "properties": {"id": {"type": "integer"}}}),
        false => json!({"type": "object", "properties": {"id": {"type": "integer"}, "x": {}}}),
    };
    let document = |version, is_new| api(version, &of_side(false, &schema(is_new)));
    let spelled = (0..300).flat_map(|number| {
        [
            format!("{number}.5"),
            format!("{number}.50"),
            format!("\"{number}\""),
            format!("{number}"),
            format!("\"user{number}@a.example\""),
            format!("\"\\u0061{number}\""),
            format!("\"a{number}\""),
        ]
    });
    let mut payloads: Vec<String> = spelled
        .map(|x| format!("{{\"id\": 1, \"x\": {x}}}"))
        .collect();
    let mut counted = Vec::new();
    for _ in 0..2 {
        let texts: Vec<&str> = payloads.iter().map(String::as_str).collect();
        let traffic = traffic_of(false, &texts);
        let found = usages(&document("v1", false), &document("v2", true), &traffic);
        let values: Vec<(String, u64)> = found[0]
            .1
            .values
            .by_count()
            .into_iter()
            .map(|(value, seen)| (value.to_owned(), seen.count))
            .collect();
        counted.push(values);
        payloads.reverse();
    }
    assert_eq!(counted[0], counted[1]);
    assert_eq!(counted[0].len(), 256);
}
