use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value as Json, json};

use super::super::{Engine, Observer, Options};
use super::*;
use crate::capture::{Body, Exchange, Sink};
use crate::contract::{Operation, builtin};
use crate::location::{Origin, Position};

/// What agrees with the main payloads of the built-in contract is not measured against the others.
#[test]
fn payloads_that_agree_settle_where_they_belong() {
    let registry = builtin::registry().expect("compiles");
    let family: Vec<_> = registry.versions("organisations").collect();
    let versions = Versions {
        asked: family[1..].to_vec(),
        family,
    };
    let mut open = Candidates::new(&versions, &Hint::default());
    let settled: Vec<String> = (0..open.schemas.len())
        .filter_map(|schema| open.sole(&versions, schema))
        .map(|sole| {
            let place = sole.found.place;
            format!("{} {}", place.label(), sole.cases.len())
        })
        .collect();
    assert_eq!(
        settled,
        [
            "list-organisations response 200 1",
            "list-organisations response 401 1",
            // As it is, and as the guide shows it.
            "create-organisation response 201 2",
            "add-client-organisations request 1",
        ]
    );
}

#[test]
fn payloads_start_alike_whatever_their_values_are() {
    let table = [
        (
            r#"{"a": 1, "b": "x", "c": 2}"#,
            r#"{"a":"2","b":null, "c":[1]}"#,
            true,
        ),
        (r#"{"a": 1, "b": 2}"#, r#"{"a": 1, "c": 2}"#, false),
        (r#"[{"a": 1}]"#, r#"[ {"a": {}}, 1]"#, true),
        (r#"[{"a": 1}]"#, r#"{"a": 1}"#, false),
        // What stands behind the first object or array is not looked at.
        (r#"{"a": {"x": 1}, "b": 2}"#, r#"{"a": [], "c": 2}"#, true),
        ("[1]", "[2]", false),
        ("", " ", true),
    ];
    for (left, right, expected) in table {
        let is_same = start_of(left.as_bytes()) == start_of(right.as_bytes());
        assert_eq!(is_same, expected, "{left} {right}");
    }
}

const NAMES: [&str; 4] = ["a", "b", "c", "data"];

/// Schemas as contracts have them.
fn schema() -> impl Strategy<Value = Json> {
    let leaf = prop::sample::select(vec![
        json!({"const": "x"}),
        json!({"enum": ["x", "y"]}),
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": ["string", "null"]}),
        json!({}),
    ]);
    leaf.prop_recursive(3, 12, 4, |inner| {
        let properties = prop::collection::vec(inner.clone(), 4);
        let object = (
            properties,
            subsequence(&NAMES[..], 0..4),
            subsequence(&NAMES[..], 0..4),
            0..8,
        );
        let object = object.prop_map(|(schemas, named, required, rest)| {
            let named = named.into_iter().zip(schemas);
            let properties: serde_json::Map<_, _> = named
                .map(|(name, schema)| (name.to_owned(), schema))
                .collect();
            let mut schema =
                json!({"type": "object", "properties": properties, "required": required});
            match rest {
                0 => schema["additionalProperties"] = json!(false),
                1 => schema["additionalProperties"] = json!({"type": "string"}),
                _ => {}
            }
            schema
        });
        let array = (inner.clone(), 0..3).prop_map(
            |(items, minimum)| json!({"type": "array", "items": items, "minItems": minimum / 2}),
        );
        let union = (
            prop::collection::vec(inner, 1..3),
            any::<bool>(),
            any::<bool>(),
        );
        let union = union.prop_map(|(mut branches, is_nullable, is_one)| {
            if is_nullable {
                branches.push(json!({"type": "null"}));
            }
            json!({if is_one { "oneOf" } else { "anyOf" }: branches})
        });
        prop_oneof![4 => object, 2 => array, 1 => union]
    })
}

/// Payloads that such schemas may accept.
fn payload() -> impl Strategy<Value = Json> {
    let leaf = prop::sample::select(vec![json!("x"), json!("y"), json!(1), json!(null)]);
    leaf.prop_recursive(3, 24, 4, |inner| {
        let members = (
            subsequence(&NAMES[..], 0..4),
            prop::collection::vec(inner.clone(), 4),
        );
        let object = members.prop_map(|(keys, values)| {
            let members = keys.into_iter().map(str::to_owned).zip(values);
            Json::Object(members.collect())
        });
        let array = prop::collection::vec(inner, 0..6).prop_map(Json::Array);
        prop_oneof![3 => object, 1 => array]
    })
}

fn contract(version: &str, schemas: &[Json]) -> Option<Contract> {
    let numbered = schemas.iter().enumerate();
    let contract = numbered.fold(
        Contract::describe("test", version, ""),
        |contract, (number, schema)| {
            let id = format!("get-{number}");
            let path = format!("/{number}");
            let status = if number % 3 == 2 { 400 } else { 200 };
            contract.operation(
                Operation::describe(&id, "POST", &path)
                    .request_schema(schemas[0].clone())
                    .response_schema(status, schema.clone()),
            )
        },
    );
    contract.build().ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    #[test]
    fn both_engines_guess_alike(
        schemas in prop::collection::vec(schema(), 2..8),
        payloads in prop::collection::vec(payload(), 1..6),
        is_one_asked: bool,
    ) {
        let (old, new) = schemas.split_at(schemas.len() / 2);
        let (Some(old), Some(new)) = (contract("v1", old), contract("v2", new)) else {
            return Ok(());
        };
        let family = vec![&old, &new];
        let asked = family[usize::from(is_one_asked)..].to_vec();
        let learnt = [Engine::Streaming, Engine::Reference].map(|engine| {
            let options = Options { engine, ..Options::default() };
            let mut observer = Observer::new(asked.clone(), family.clone(), options);
            // What was guessed before is expected again.
            for payload in payloads.iter().chain(&payloads).chain(&payloads) {
                let text = payload.to_string();
                let origin = Origin { file: "a".into(), entry: None, position: Position::START };
                let body = Body::verbatim(text.as_bytes(), origin);
                observer.exchange(Exchange::bare(body, Hint::default()));
            }
            observer.settle();
            (observer.profile, observer.judged)
        });
        prop_assert_eq!(&learnt[0], &learnt[1]);
    }
}
