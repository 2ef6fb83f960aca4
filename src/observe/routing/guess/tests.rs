use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value as Json, json};

use crate::observe::{Engine, Judged, Observer, Options, Profile};
use super::*;
use crate::capture::{Body, Exchange, Sink};
use crate::contract::{Operation, builtin};
use crate::location::{Origin, Position};

/// Payloads that agree with the main schemas of the built-in contract are not measured against the others.
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
            // Error responses all look alike, so they are not settled.
            "list-organisations response 200 1",
            // The real response, and the one that the guide shows.
            "retrieve-organisation response 200 2",
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
        // What follows the first object or array is ignored.
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

/// Schemas like those in contracts.
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
            let known = schema["properties"].clone();
            let of = |name: &str| known.get(name).cloned().unwrap_or(json!(true));
            match rest {
                0 => schema["additionalProperties"] = json!(false),
                1 => schema["additionalProperties"] = json!({"type": "string"}),
                2 => schema["anyOf"] = json!([of("a"), of("b")]),
                3 => schema["dependentSchemas"] = json!({"a": of("b")}),
                4 => {
                    schema["if"] = json!({"required": ["c"]});
                    schema["then"] = of("c");
                }
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

fn contract(version: &str, schemas: &[Json], has_requests: bool) -> Option<Contract> {
    let numbered = schemas.iter().enumerate();
    let contract = numbered.fold(
        Contract::describe("test", version, ""),
        |contract, (number, schema)| {
            let id = format!("get-{number}");
            let path = format!("/{number}");
            let status = if number % 3 == 2 { 400 } else { 200 };
            let operation =
                Operation::describe(&id, "POST", &path).response_schema(status, schema.clone());
            contract.operation(match has_requests {
                true => operation.request_schema(schemas[0].clone()),
                false => operation,
            })
        },
    );
    contract.build().ok()
}

type Learnt = (Profile, Vec<Judged>);

/// What both engines learn from payloads without method and URL.
fn learnt(old: &Contract, new: &Contract, is_one_asked: bool, texts: &[String]) -> [Learnt; 2] {
    [Engine::Streaming, Engine::Reference].map(|engine| {
        let family = vec![old, new];
        let asked = family[usize::from(is_one_asked)..].to_vec();
        let options = Options {
            engine,
            ..Options::default()
        };
        let mut observer = Observer::new(asked, family, options);
        for text in texts {
            let origin = Origin {
                file: "a".into(),
                entry: None,
                position: Position::START,
            };
            let body = Body::verbatim(text.as_bytes(), origin);
            observer.exchange(Exchange::bare(body, Hint::default()));
        }
        observer.settle();
        (observer.profile, observer.judged)
    })
}

/// Schemas that may seem distinct, but are not.
#[test]
fn what_is_said_elsewhere_of_a_member_is_heeded() {
    let of = |name: &str| json!({"type": "object", "properties": {name: {}}});
    let member = |of: &Json| json!({"properties": {"a": of}});
    let both = json!({"type": "object", "properties": {"p": {}, "q": {}}, "required": ["p", "q"]});
    let q = json!({"type": "object", "properties": {"q": {}}, "required": ["q"]});
    let needs =
        |schema: &Json| json!({"type": "object", "required": ["a"], "properties": {"a": schema}});
    let items = |of: &Json| json!({"type": "array", "minItems": 1, "items": of});
    let tags = |tag: &str| {
        let tags = json!({"type": "array", "items": {"const": tag}});
        items(&json!({"type": "object", "required": ["tags"], "properties": {"tags": tags}}))
    };
    let table = [
        // Two branches both accept.
        (
            needs(&both),
            json!({"type": "object", "required": ["a"], "anyOf": [member(&of("p")), member(&of("q"))]}),
            vec![r#"{"a":{"p":1,"q":2}}"#],
        ),
        (
            needs(&q),
            json!({"type": "object", "required": ["a"], "properties": {"a": of("p")},
                   "dependentSchemas": {"a": member(&of("q"))}}),
            vec![r#"{"a":{"q":2}}"#],
        ),
        (
            needs(&items(&q)),
            json!({"type": "object", "properties": {"a": items(&of("p"))},
                   "if": {"required": ["a"]}, "then": member(&items(&of("q")))}),
            vec![r#"{"a":[{"q":2}]}"#],
        ),
        // Elements of an array after the first ones.
        (
            tags("x"),
            tags("y"),
            vec![
                r#"[{"tags":["x"]}]"#,
                r#"[{"tags":[]},{"tags":[]},{"tags":[]},{"tags":["y"]}]"#,
            ],
        ),
    ];
    for (left, right, payloads) in table {
        let texts = payloads.iter().flat_map(|text| vec![(*text).to_owned(); 3]);
        let texts: Vec<String> = texts.collect();
        for [old, new] in [[&left, &right], [&right, &left]] {
            let [old, new] = [("v1", old), ("v2", new)].map(|(version, schema)| {
                contract(version, std::slice::from_ref(schema), false).expect("compiles")
            });
            let [streaming, reference] = learnt(&old, &new, false, &texts);
            assert_eq!(streaming, reference, "{left} {right}");
        }
    }
}

/// Unions of objects that contain such unions are abandoned early.
#[test]
fn recursive_unions_take_no_exponential_time() {
    let tree = |tag: &str| {
        let branches = (0..4).map(|number| {
            json!({"type": "object", "required": ["child", "type"],
                   "properties": {"child": {"$ref": "#"}, "type": {"const": format!("{tag}{number}")}}})
        });
        let mut branches: Vec<Json> = branches.collect();
        branches.push(
            json!({"type": "object", "required": ["leaf"], "properties": {"leaf": {"type": "array",
                             "items": {"$ref": "#"}}}}),
        );
        json!({"oneOf": branches})
    };
    let [old, new] = [("v1", "x"), ("v2", "y")]
        .map(|(version, tag)| contract(version, &[tree(tag)], false).expect("compiles"));
    let payload = r#"{"child":{"child":{"leaf":[]},"type":"x1"},"type":"x0"}"#.to_owned();
    let [streaming, reference] = learnt(&old, &new, false, &vec![payload; 3]);
    assert_eq!(streaming, reference);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    #[test]
    fn both_engines_guess_alike(
        schemas in prop::collection::vec(schema(), 1..5),
        others in prop::collection::vec(schema(), 0..3),
        payloads in prop::collection::vec(payload(), 1..6),
        has_requests: bool,
        is_one_asked: bool,
    ) {
        // The new version mostly differs in a constant.
        let changed = schemas.iter().map(|schema| {
            let text = schema.to_string().replace("{\"const\":\"x\"}", "{\"const\":\"y\"}");
            serde_json::from_str(&text).expect("JSON")
        });
        let new: Vec<Json> = changed.chain(others).collect();
        let (Some(old), Some(new)) = (contract("v1", &schemas, has_requests), contract("v2", &new, has_requests))
        else {
            return Ok(());
        };
        let texts: Vec<String> = payloads.iter().map(Json::to_string).collect();
        // Payloads that were guessed before are expected again.
        let texts = [&*texts, &*texts, &*texts].concat();
        let [streaming, reference] = learnt(&old, &new, is_one_asked, &texts);
        prop_assert_eq!(streaming, reference);
    }
}
