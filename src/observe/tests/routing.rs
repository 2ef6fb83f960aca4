//! Where payloads without method and URL go.

use serde_json::{Value, json};

use super::origin;
use crate::capture::{Body, Exchange, Hint, Sink};
use crate::contract::{Contract, Operation, Registry, builtin};
use crate::observe::{Engine, Observer, Options};

fn judged(registry: &Registry, asked: &str, hint: &str, payload: &str) -> String {
    let family: Vec<_> = registry.versions("organisations").collect();
    let asked = registry
        .find(&asked.parse().expect("reference"))
        .expect("known");
    let mut observer = Observer::new(asked, family, Options::default());
    let body = Body::verbatim(payload.as_bytes(), origin("a"));
    observer.exchange(Exchange::bare(body, Hint::parse(hint)));
    let judged = &observer.judged[0];
    match &judged.target {
        Some(target) => format!(
            "{} {} {} {:?} {:?}",
            target.contract,
            target.operation,
            target.message(),
            target.status,
            judged.verdict
        ),
        None => format!("{:?}", judged.verdict),
    }
}

#[test]
fn payloads_without_url_go_where_they_fit() {
    let registry = builtin::registry().expect("compiles");
    let read = |path: &str| std::fs::read_to_string(path).expect("a sample");
    let v1_list = read("samples/organisations/v1/list-organisations.v1.json");
    let v1_single = read("samples/organisations/v1/retrieve-organisation.v1.json");
    let v2_single = read("samples/organisations/v2/retrieve-organisation.v2.json");
    let table = [
        (
            "organisations",
            "x",
            &*v1_list,
            "organisations@v1 list-organisations response Some(200) Conforms",
        ),
        (
            "organisations",
            "x",
            &v1_single,
            "organisations@v1 retrieve-organisation response Some(200) Conforms",
        ),
        (
            "organisations",
            "retrieve-organisation",
            &v1_single,
            "organisations@v1 retrieve-organisation response Some(200) Conforms",
        ),
        (
            "organisations",
            "retrieve-organisation.v2",
            &v1_single,
            "organisations@v2 retrieve-organisation response Some(200) Deviates",
        ),
        (
            "organisations",
            "x",
            &v2_single,
            "organisations@v2 retrieve-organisation response Some(200) Conforms",
        ),
        // Recognised as the other version, and compared with the requested one.
        (
            "organisations@v2",
            "x",
            &v1_list,
            "organisations@v2 list-organisations response Some(200) Deviates",
        ),
        (
            "organisations@v2",
            "create-organisation.request",
            r#"{"name": "A"}"#,
            "organisations@v2 create-organisation request None Conforms",
        ),
        (
            "organisations@v2",
            "create-organisation.422",
            r#"{"name": ["odd"]}"#,
            "organisations@v2 create-organisation response Some(422) Conforms",
        ),
        (
            "organisations@v2",
            "x",
            r#"{"error": "Not found."}"#,
            "Undecided",
        ),
        (
            "organisations@v2",
            "x",
            r#"{"quite": "other"}"#,
            "Unmatched",
        ),
        ("organisations@v2", "x", "{}", "Unmatched"),
        // The side and status in the name apply, whether declared or not.
        (
            "organisations@v2",
            "retrieve-organisation.500",
            r#"{"error": "Oops."}"#,
            "organisations@v2 retrieve-organisation response Some(500) NoSchema",
        ),
        (
            "organisations@v2",
            "list-organisations.request",
            "{}",
            "organisations@v2 list-organisations request None NoSchema",
        ),
        (
            "organisations@v2",
            "2024-05-01 Retrieve_Organisation",
            &v2_single,
            "organisations@v2 retrieve-organisation response Some(200) Conforms",
        ),
        // Compared with what it mostly matches, whatever the number of deviations.
        (
            "organisations@v2",
            "retrieve-organisations",
            &v2_single,
            "organisations@v2 retrieve-organisation response Some(200) Conforms",
        ),
        ("organisations@v2", "x", "{", "Malformed"),
        (
            "organisations@v2",
            "list-organisations",
            "{",
            "organisations@v2 list-organisations response None Malformed",
        ),
    ];
    for (asked, hint, payload, expected) in table {
        assert_eq!(
            judged(&registry, asked, hint, payload),
            expected,
            "{hint} {payload:.40}"
        );
    }
}

/// However much a response drifts, it is taken neither for a request nor for an error.
#[test]
fn growing_drift_does_not_change_the_side() {
    let registry = builtin::registry().expect("compiles");
    let mut payload: Value = serde_json::from_str(
        &std::fs::read_to_string("samples/organisations/v2/retrieve-organisation.v2.json")
            .expect("a sample"),
    )
    .expect("JSON");
    for count in 0..8 {
        payload[format!("new_{count}")] = json!(null);
        let verdict = judged(
            &registry,
            "organisations@v2",
            "page.001",
            &payload.to_string(),
        );
        assert_eq!(
            verdict,
            "organisations@v2 retrieve-organisation response Some(200) Conforms"
        );
    }
}

/// The path of a file is a hint if ids are paths, and its folder if the file itself names nothing.
#[test]
fn folders_are_hints() {
    let schemas = |names: &[&str]| {
        let mut contract = Contract::describe("test", "v1", "");
        for name in names {
            let schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}});
            let operation = Operation::describe(name, "GET", &format!("/{name}"));
            contract = contract.operation(operation.response_schema(200, schema));
        }
        contract.build().expect("compiles")
    };
    let table: [(&[&str], &str, &str); 9] = [
        (
            &["run/again", "suite/again", "again/x"],
            "p/run/again.json",
            "run/again",
        ),
        (
            &["run/again", "suite/again"],
            "p/suite/again.payload.json",
            "suite/again",
        ),
        // Two ids match equally well.
        (&["run/again", "suite/again"], "p/other/again.json", "-"),
        (
            &["run/again", "suite/other"],
            "p/other/again.json",
            "run/again",
        ),
        (
            &["getThing", "listThing"],
            "getThing/error.json",
            "getThing",
        ),
        (
            &["getThing", "listThing"],
            "captures/get-thing/deep/error.json",
            "getThing",
        ),
        (
            &["getThing", "listThing"],
            "getThing/listThing.json",
            "listThing",
        ),
        (&["getThing", "listThing"], "getThings/error.json", "-"),
        (&["run/again", "again"], "run/again.json", "again"),
    ];
    for (ids, path, expected) in table {
        let contract = schemas(ids);
        let mut observer = Observer::new(vec![&contract], vec![&contract], Options::default());
        let body = Body::verbatim(b"{\"b\": 1}", origin("a"));
        observer.exchange(Exchange::bare(body, Hint::parse(path)));
        let target = observer.judged[0].target.as_ref();
        let found = target.map_or("-", |target| &*target.operation);
        assert_eq!(found, expected, "{ids:?} {path}");
    }
}

/// Of equally good places, a success of GET is taken; with more than a few, the payload is not judged.
#[test]
fn a_tie_is_broken_or_told() {
    let error = json!({"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}});
    let thing =
        json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}});
    let contract_of = |count: usize| {
        let mut contract = Contract::describe("test", "v1", "");
        for index in 0..count {
            let path = format!("/t{index}");
            let add = Operation::describe(&format!("add{index}"), "POST", &path);
            contract = contract.operation(
                add.response_schema(201, thing.clone())
                    .response_schema(404, error.clone()),
            );
        }
        let get = Operation::describe("get", "GET", "/t");
        contract
            .operation(get.response_schema(200, thing.clone()))
            .build()
            .expect("compiles")
    };
    let table = [
        (2, r#"{"id": 1}"#, "get 200 Conforms"),
        (9, r#"{"id": 1}"#, "get 200 Conforms"),
        (4, r#"{"message": "x"}"#, "add0 404 Conforms"),
        (5, r#"{"message": "x"}"#, "- Undecided"),
    ];
    for engine in [Engine::Streaming, Engine::Reference] {
        for (count, payload, expected) in table {
            let contract = contract_of(count);
            let options = Options {
                engine,
                ..Options::default()
            };
            let mut observer = Observer::new(vec![&contract], vec![&contract], options);
            let body = Body::verbatim(payload.as_bytes(), origin("a"));
            observer.exchange(Exchange::bare(body, Hint::parse("x.json")));
            let judged = &observer.judged[0];
            let target = judged.target.as_ref().map(|target| {
                format!("{} {}", target.operation, target.status.unwrap_or_default())
            });
            let found = format!("{} {:?}", target.as_deref().unwrap_or("-"), judged.verdict);
            assert_eq!(found, expected, "{count} {payload}");
        }
    }
}
