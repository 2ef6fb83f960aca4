#[path = "../../benches/src/mutate.rs"]
mod mutate;
mod mutated;
mod numbers;
#[path = "../../benches/src/outside.rs"]
#[expect(dead_code, reason = "the benches use the rest")]
mod outside;
mod placeholders;
mod routing;
mod survivors;
mod unions;
mod written;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::message::placeholder::is_placeholder;
use super::*;
use crate::capture::Body;
use crate::contract::{Contract, Operation};
use crate::json::TapeDocument;
use crate::location::{Origin, Position, Side};
use crate::schema::tests::{document, instance, oracle};

fn origin(file: &str) -> Origin {
    Origin {
        file: file.into(),
        entry: None,
        position: Position::START,
    }
}

pub(super) fn contract_of(schema: &Value) -> Contract {
    try_contract_of(schema).expect("compiles")
}

pub(super) fn try_contract_of(schema: &Value) -> Option<Contract> {
    Contract::describe("test", "v1", "")
        .operation(Operation::describe("get", "GET", "/").response_schema(200, schema.clone()))
        .build()
        .ok()
}

/// Observes payloads, each as a separate file, under one schema. Both engines must learn the same.
fn observed(contract: &Contract, payloads: &[(String, String)]) -> Profile {
    let [streaming, reference] = [Engine::Streaming, Engine::Reference].map(|engine| {
        let options = Options {
            engine,
            ..Options::default()
        };
        let mut observer = Observer::new(vec![contract], vec![contract], options);
        for (name, text) in payloads {
            let body = Body::verbatim(text.as_bytes(), origin(name));
            let place = <Observer>::destination(contract, "get", Side::Response, Some(200));
            observer.body(&place.expect("an operation"), &body, None);
        }
        observer.settle();
        (observer.profile, observer.judged)
    });
    assert_eq!(streaming, reference);
    streaming.0
}

fn target(profile: &Profile) -> &TargetProfile {
    profile.targets.values().next().expect("one target")
}

/// Every deviation with its path, as text.
fn deviations(schema: &Value, payload: &Value) -> Vec<String> {
    let contract = contract_of(schema);
    let profile = observed(&contract, &[("a".to_owned(), payload.to_string())]);
    let shape = &target(&profile).shape;
    let mut found = Vec::new();
    for (path, id) in shape.walk() {
        let at = shape.path(id);
        for (deviation, tally) in &at.deviations {
            let variant = deviation.variant.as_deref().unwrap_or("-");
            let evidence = tally.samples.iter().next().expect("evidence");
            found.push(format!(
                "{path} {:?} {variant} {}",
                deviation.kind, evidence.pointer
            ));
        }
        for keyed in at.undeclared.values() {
            if let Some(keys) = &keyed.keys {
                found.extend(keys.keys().map(|key| format!("{path} undeclared {key}")));
            }
        }
        for keyed in at.beyond_enum.values() {
            found.push(format!("{path} beyond enum {}", keyed.keys.is_some()));
        }
    }
    found
}

#[test]
fn a_property_is_undeclared_when_no_schema_that_applies_names_it() {
    let undeclared = |schema: Value, payload: Value| deviations(&schema, &payload);
    let named = json!({"properties": {"a": true}});
    assert_eq!(
        undeclared(named.clone(), json!({"a": 1, "b": 1})),
        [" undeclared b"]
    );
    // Through every keyword by which a schema applies another.
    let schema = json!({
        "$defs": {"r": {"properties": {"b": true}}},
        "$ref": "#/$defs/r",
        "allOf": [{"properties": {"c": true}}],
        "anyOf": [{"properties": {"d": {"type": "integer"}}}, {"properties": {"e": true}, "required": ["e"]}],
        "if": {"properties": {"f": {"const": 1}}, "required": ["f"]},
        "then": {"properties": {"g": true}},
        "else": {"properties": {"h": true}},
        "dependentSchemas": {"a": {"properties": {"i": true}}},
        "patternProperties": {"^x-": true},
        "properties": {"a": true}
    });
    let all =
        json!({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1, "h": 1, "i": 1, "x-y": 1});
    assert_eq!(undeclared(schema.clone(), all), [" undeclared h"]);
    assert_eq!(
        undeclared(schema, json!({"g": 1, "h": 1, "i": 1, "e": 1, "d": "x"})),
        [" undeclared d", " undeclared g", " undeclared i",]
    );
    // A map, or an object without any names, is open on purpose.
    assert!(undeclared(json!({"type": "object"}), json!({"b": 1})).is_empty());
    assert!(
        undeclared(
            json!({"properties": {"a": true}, "additionalProperties": {"type": "integer"}}),
            json!({"b": 1})
        )
        .is_empty()
    );
    assert_eq!(
        undeclared(
            json!({"properties": {"a": true}, "additionalProperties": true}),
            json!({"b": 1})
        ),
        [" undeclared b"]
    );
    // A property that a closed object rejects is a violation, not an undeclared property.
    let closed = json!({"properties": {"a": true}, "additionalProperties": false});
    assert_eq!(undeclared(closed, json!({"b": 1})), [" Closed - /b"]);
}

#[test]
fn a_value_that_fits_no_variant_is_read_as_the_closest() {
    let schema = json!({"oneOf": [
        {"title": "Cat", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind", "lives"]},
        {"title": "Dog", "properties": {"kind": {"const": "dog"}, "name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["kind", "name", "age"]},
        {"type": "null"}
    ]});
    // The tag decides, even if the other variant would have fewer deviations.
    assert_eq!(
        deviations(&schema, &json!({"kind": "dog", "lives": 9})),
        [
            " Missing { property: \"age\", because: None } Dog ",
            " Missing { property: \"name\", because: None } Dog ",
            " undeclared lives",
        ]
    );
    // Without a tag, the fewest deviations decide.
    let found = deviations(&schema, &json!({"lives": "9"}));
    assert!(found.iter().all(|line| !line.contains("Dog")), "{found:?}");
    // How much of the value matches decides, not the number of deviations.
    let schema = json!({"anyOf": [
        {"title": "Whole", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}, "c": true, "d": true}, "required": ["a", "b"]},
        {"title": "Part", "properties": {"e": true}, "required": ["e"]}
    ]});
    let found = deviations(&schema, &json!({"a": "1", "b": "2", "c": 1, "d": 1}));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found.iter().all(|line| line.contains(" Whole ")),
        "{found:?}"
    );
    // A tag that no variant has is the only deviation.
    let schema = json!({"oneOf": [
        {"properties": {"kind": {"const": "cat"}, "lives": true}, "required": ["kind", "lives"]},
        {"properties": {"kind": {"const": "dog"}}, "required": ["kind"]}
    ]});
    assert_eq!(
        deviations(&schema, &json!({"kind": "cow"})),
        [" Tag { property: \"kind\", tags: [\"cat\", \"dog\"] } - /kind",]
    );
    // So is a type that no variant accepts.
    let schema = json!({"oneOf": [{"type": "object"}, {"type": "string"}, {"type": "null"}]});
    let found = deviations(&schema, &json!(5));
    assert_eq!(found.len(), 1, "{found:?}");
    // A single variant next to null is not a choice.
    let nullable = json!({"anyOf": [{"type": "integer"}, {"type": "null"}]});
    let found = deviations(&nullable, &json!("x"));
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("\"string\" } - "), "{found:?}");
}

#[test]
fn nested_unions_take_no_exponential_time() {
    let schema = json!({"anyOf": [
        {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"type": "integer"}}, "required": ["b"]},
        {"type": "object", "properties": {"a": {"$ref": "#"}, "c": {"type": "integer"}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"$ref": "#"}, "d": {"type": "integer"}}, "required": ["a"]}
    ]});
    let mut payload = json!({"b": "no integer"});
    for _ in 0..100 {
        payload = json!({"a": payload});
    }
    // Without memory of earlier decisions, this takes 3 to the power of 100 steps.
    assert!(!deviations(&schema, &payload).is_empty());
}

#[test]
fn an_enum_beside_any_string_is_open() {
    let schema = json!({"anyOf": [{"enum": ["a", "b"]}, {"type": "string"}]});
    assert_eq!(deviations(&schema, &json!("c")), [" beyond enum true"]);
    assert!(deviations(&schema, &json!("a")).is_empty());
}

#[test]
fn what_nothing_evaluates_is_told_by_name() {
    let schema =
        json!({"properties": {"a": true}, "unevaluatedProperties": false, "type": "object"});
    assert_eq!(
        deviations(&schema, &json!({"a": 1, "b": 1})),
        [" Closed - /b"]
    );
    // A variant that was meant evaluates members, even if it does not accept.
    let schema = json!({
        "oneOf": [{"properties": {"k": {"const": "a"}, "n": {"type": "integer"}}, "required": ["k"]}],
        "unevaluatedProperties": false
    });
    assert_eq!(
        deviations(&schema, &json!({"k": "a", "n": "x", "z": 1})),
        [
            " Closed - /z",
            "/n Type { expected: Types(4), found: \"string\" } - /n"
        ]
    );
    let schema = json!({"prefixItems": [true], "unevaluatedItems": {"type": "string"}});
    assert_eq!(deviations(&schema, &json!([1, 2])).len(), 1);
}

#[test]
fn placeholders_are_kept_apart() {
    for text in [
        "{ mid }",
        "{{name}}",
        "https://h/{id}/",
        "<TOKEN>",
        "XXXXXXXX",
        "Bearer XXXX",
        "${HOME}",
        "YOUR_API_KEY",
        "[redacted]",
    ] {
        assert!(is_placeholder(text), "{text}");
    }
    for text in [
        "",
        "{}",
        "a < b and c > d",
        "XXL",
        "{1}",
        "name",
        "{\"a\": 1}",
        "Xxxx1",
    ] {
        assert!(!is_placeholder(text), "{text}");
    }
    let contract = contract_of(&json!({"properties": {"id": {"type": "integer"}}}));
    let profile = observed(
        &contract,
        &[("a".to_owned(), json!({"id": "{ id }"}).to_string())],
    );
    assert_eq!(
        (target(&profile).accepted, target(&profile).placeholders),
        (0, 1)
    );
}

#[test]
fn spellings_are_told_apart() {
    let of = |text: &str| Spelling::of("date-time", text).expect("a date-time");
    assert!(of("2022-01-01T00:00:00Z").differs(of("2022-01-01T00:00:00+00:00")));
    assert!(of("2022-01-01T00:00:00Z").differs(of("2022-01-01T00:00:00.5Z")));
    assert!(of("2022-01-01T00:00:00Z").differs(of("2022-01-01t00:00:00z")));
    assert!(!of("2022-01-01T00:00:00.5Z").differs(of("2023-01-01T00:00:00.123Z")));
    assert_eq!(Spelling::of("email", "a@b.c"), None);
}

#[test]
fn many_keys_fold_and_folding_stays() {
    let names = |range: std::ops::Range<usize>| {
        let members: serde_json::Map<String, Value> =
            range.map(|i| (format!("k{i}"), json!(1))).collect();
        Value::Object(members).to_string()
    };
    let contract = contract_of(&json!({"properties": {"a": true}}));
    let few = observed(&contract, &[("a".to_owned(), names(0..200))]);
    let others = observed(&contract, &[("b".to_owned(), names(150..300))]);
    let mut merged = few.clone();
    merged += &others;
    let whole = observed(
        &contract,
        &[
            ("a".to_owned(), names(0..200)),
            ("b".to_owned(), names(150..300)),
        ],
    );
    let undeclared = |profile: &Profile| {
        let shape = &target(profile).shape;
        shape
            .path(Shape::ROOT)
            .undeclared
            .values()
            .next()
            .expect("some")
            .clone()
    };
    assert!(undeclared(&few).keys.is_some());
    assert!(undeclared(&whole).keys.is_none());
    assert_eq!(undeclared(&whole).all.payloads, 2);
    assert_eq!(merged, whole);
}

/// Cases in which the streaming walk used to learn something else, or nothing.
#[test]
fn awkward_payloads_teach_both_walks_the_same() {
    let names = |range: std::ops::Range<usize>, value: &str| {
        let members: Vec<String> = range.map(|i| format!("\"k{i}\":{value}")).collect();
        members.join(",")
    };
    let required: Vec<String> = (0..300).map(|i| format!("k{i}")).collect();
    let padding = " ".repeat(40);
    let table: Vec<(Value, Vec<String>)> = vec![
        // More required names than bits.
        (
            json!({"type": "object", "required": required}),
            vec!["{}".to_owned(), format!("{{{}}}", names(0..300, "1"))],
        ),
        // An enum that lists a string twice, and one with a NUL.
        (
            json!({"properties": {"k": {"enum": ["a", "b", "a"]}, "n": {"enum": ["a\u{0}"]}}}),
            vec![
                "{\"k\":\"a\"}".to_owned(),
                format!("{{\"k\":\"\\u0061\",\"n\":\"a\"{padding}}}"),
                "{\"k\":\"b\",\"n\":\"a\\u0000\"}".to_owned(),
            ],
        ),
        // A repeated key that has no bit.
        (
            json!({"anyOf": [{"type": "object", "additionalProperties": {"type": "string"}}, {"type": "null"}]}),
            vec![
                format!("{{{}}}", names(0..40, "\"x\"")),
                "{\"x\":\"a\",\"y\":\"b\",\"x\":\"c\"}".to_owned(),
                "null".to_owned(),
                "{\"x\":\"a\"}".to_owned(),
            ],
        ),
        // The same branch for null and for a string that an enum next to it does not list.
        (
            json!({"properties": {"p": {"anyOf": [{"type": ["string", "null"]}, {"enum": ["a", "b"]}]}}}),
            vec!["{\"p\":null}", "{\"p\":\"x\"}", "{\"p\":\"a\"}"]
                .into_iter()
                .map(str::to_owned)
                .collect(),
        ),
        // More keys than are kept apart, at once, on the tape.
        (
            json!({"properties": {"a": true}, "unevaluatedProperties": false}),
            vec![
                format!("{{{}}}", names(0..300, "1")),
                format!("{{{}}}", names(0..10, "1")),
            ],
        ),
        // More values of one payload for the tape than are walked one by one.
        (
            json!({"items": {"properties": {"a": {"type": "integer"}}, "unevaluatedProperties": false}}),
            vec![format!("[{}]", vec!["{\"a\":1,\"b\":2}"; 400].join(","))],
        ),
        // Text that ends early, nests too deeply, or contains something that is not a string.
        (
            json!({"items": {"anyOf": [{"type": "integer"}, {"type": "object", "properties": {"a": {"enum": ["x"]}}}]}}),
            [
                "[1,2,{\"a\":\"x\"}",
                "[1,{\"a\":\"x\"},{\"a\":\"\u{1}\"}]",
                "[1,{\"a\":\"\\ud800\"}]",
                "[01]",
                "[1e400]",
                "[1,]",
                "[{\"a\":1\"b\":2}]",
                "[{,\"a\":1}]",
                "[1] x",
                "\u{feff}[1]",
                "",
                "[{\"a\":1}{\"a\":1}]",
            ]
            .into_iter()
            .map(str::to_owned)
            .chain([
                format!("{}{}", "[".repeat(127), "]".repeat(127)),
                format!("{}{}", "[".repeat(128), "]".repeat(128)),
            ])
            .collect(),
        ),
    ];
    for (schema, texts) in table {
        let contract = contract_of(&schema);
        let each = texts.iter().enumerate();
        let payloads: Vec<_> = each
            .map(|(at, text)| (format!("{at:02}"), text.clone()))
            .collect();
        let forward = observed(&contract, &payloads);
        let backward: Vec<_> = payloads.into_iter().rev().collect();
        assert_eq!(forward, observed(&contract, &backward), "{schema}");
    }
}

/// Keys in excess of those that are kept apart still leave their first places, whatever the order of files.
#[test]
fn first_places_are_kept_when_files_come_out_of_order() {
    let names = |range: std::ops::Range<usize>| {
        let members: Vec<String> = range.map(|i| format!("\"k{i}\":1")).collect();
        format!("{{{}}}", members.join(","))
    };
    let contract = contract_of(&json!({"properties": {"a": true}}));
    let payloads: Vec<(String, String)> = (0..8)
        .map(|number| {
            (
                format!("{}", 9 - number),
                names(number * 200..number * 200 + 200),
            )
        })
        .collect();
    observed(&contract, &payloads);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    /// The walk reports a deviation exactly when the crate rejects.
    #[test]
    fn the_walk_agrees_with_the_crate(schema in document(), values in prop::collection::vec(instance(), 6)) {
        let Some(contract) = try_contract_of(&schema) else {
            // The meaning of a schema that applies itself to the same value is not defined.
            return Ok(());
        };
        for value in values {
            let text = value.to_string();
            let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
            let profile = observed(&contract, &[("a".to_owned(), text.clone())]);
            let accepted = target(&profile).accepted + target(&profile).placeholders == 1;
            if let Some(expected) = oracle(&schema, jsonschema::Draft::Draft202012, document.root()) {
                prop_assert_eq!(accepted, expected, "{} on {}", schema, value);
            }
        }
    }

    /// Merging is associative and commutative, has an identity, and equals observing the whole.
    #[test]
    fn profiles_merge(schema in document(), values in prop::collection::vec(instance(), 1..9), cut in any::<(prop::sample::Index, prop::sample::Index)>()) {
        let Some(contract) = try_contract_of(&schema) else { return Ok(()) };
        let payloads: Vec<(String, String)> = values
            .iter()
            .enumerate()
            .map(|(i, value)| (format!("{i}"), value.to_string()))
            .collect();
        let (first, second) = (cut.0.index(payloads.len()), cut.1.index(payloads.len()));
        let (first, second) = (first.min(second), first.max(second));
        let [a, b, c] = [&payloads[..first], &payloads[first..second], &payloads[second..]]
            .map(|part| observed(&contract, part));
        let whole = observed(&contract, &payloads);
        let sum = |parts: [&Profile; 3]| {
            let mut sum = Profile::default();
            for part in parts { sum += part; }
            sum
        };
        let mut right = b.clone();
        right += &c;
        let mut nested = a.clone();
        nested += &right;
        prop_assert_eq!(&sum([&a, &b, &c]), &whole);
        prop_assert_eq!(&sum([&c, &a, &b]), &whole);
        prop_assert_eq!(&nested, &whole);
    }
}
