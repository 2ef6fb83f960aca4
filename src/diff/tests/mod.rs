mod around;
mod everyday;
mod keywords;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::contract::{LoadOptions, builtin};
use crate::json::TapeDocument;
use crate::schema::tests::{document, instance, oracle};

/// The contract of a document.
fn contract(document: &Value) -> Contract {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("api.json");
    std::fs::write(&path, document.to_string()).expect("written");
    crate::contract::read(&path, &LoadOptions::default()).expect("loads")
}

fn diff_of(old: &Value, new: &Value) -> Diff {
    compare_contracts(&contract(old), &contract(new), &Options::default())
}

fn facts(diff: &Diff) -> Vec<Fact> {
    let mut facts: Vec<Fact> = diff.changes.iter().map(|change| change.fact).collect();
    facts.sort_unstable();
    facts
}

/// Facts with their subjects: `PropertyRemoved name`.
fn told(old: &Value, new: &Value) -> Vec<String> {
    let found = diff_of(old, new);
    let changes = found.changes.iter().map(|change| {
        let words = format!("{:?} {}", change.fact, change.subject);
        words.trim_end().to_owned()
    });
    changes.collect()
}

fn api(paths: &Value, components: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "paths": paths,
        "components": components,
    })
}

/// An API of one operation with this request and response.
fn exchange(request: &Value, response: &Value) -> Value {
    let operation = json!({
        "operationId": "pets",
        "requestBody": {"content": {"application/json": {"schema": request}}},
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": response}}}},
    });
    api(&json!({"/pets": {"post": operation}}), &json!({}))
}

#[test]
fn a_contract_does_not_differ_from_itself() {
    let registry = builtin::registry().expect("builds");
    for contract in registry.iter() {
        let found = compare_contracts(contract, contract, &Options::default());
        assert!(found.changes.is_empty(), "{}", contract.reference());
        assert!(found.equivalent.is_empty());
    }
    let files = [
        "samples/petstore/openapi.yaml",
        "samples/petstore/split/openapi.yaml",
        "samples/petstore/schemas",
    ];
    for file in files {
        let load = || crate::contract::read(file.as_ref(), &LoadOptions::default()).expect("loads");
        let found = compare_contracts(&load(), &load(), &Options::default());
        assert!(found.changes.is_empty(), "{file}");
    }
    // The same contract in one file and split into many files.
    let [one, split] = [
        "samples/petstore/openapi.yaml",
        "samples/petstore/split/openapi.yaml",
    ]
    .map(|file| crate::contract::read(file.as_ref(), &LoadOptions::default()).expect("loads"));
    let found = compare_contracts(&one, &split, &Options::default());
    assert!(found.changes.is_empty(), "{:?}", facts(&found));
}

/// Asserts that swapping the contracts yields the mirrored changes.
fn assert_mirrors(old: &Contract, new: &Contract) -> Result<(), String> {
    let forward = compare_contracts(old, new, &Options::default());
    let backward = compare_contracts(new, old, &Options::default());
    let mut mirrored: Vec<Fact> = facts(&backward).into_iter().map(Fact::mirror).collect();
    mirrored.sort_unstable();
    let mut own = facts(&forward);
    // What several changes break together depends on the sender, and only one direction is checked.
    own.retain(|fact| *fact != Fact::ConstraintChanged);
    mirrored.retain(|fact| *fact != Fact::ConstraintChanged);
    match own == mirrored {
        true => Ok(()),
        false => Err(format!("{own:?}\n{mirrored:?}")),
    }
}

#[test]
fn swapping_the_contracts_mirrors_each_change() {
    for fact in Fact::ALL {
        assert_eq!(fact.mirror().mirror(), *fact);
    }
    let registry = builtin::registry().expect("builds");
    let versions: Vec<&Contract> = registry.versions("organisations").collect();
    // Only v2 declares what it replaced. Backwards, the operations are reported as added and removed.
    let forward = compare_contracts(versions[0], versions[1], &Options::default());
    let backward = compare_contracts(versions[1], versions[0], &Options::default());
    let count = |diff: &Diff| {
        let mut counts: BTreeMap<Fact, usize> = BTreeMap::new();
        for fact in facts(diff) {
            *counts.entry(fact).or_default() += 1;
        }
        counts
    };
    let (forward, backward) = (count(&forward), count(&backward));
    for (fact, count) in &forward {
        let mirrored = backward.get(&fact.mirror()).copied().unwrap_or(0);
        match fact {
            Fact::OperationReplaced => assert_eq!(mirrored, 0),
            Fact::OperationAdded => assert_eq!(mirrored, *count),
            _ => assert_eq!(mirrored, *count, "{fact:?}"),
        }
    }
}

#[test]
fn the_direction_determines_who_breaks() {
    let narrow =
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
    let wide = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let verdicts = |old: &Value, new: &Value| -> Vec<(Sender, String)> {
        let found = diff_of(&exchange(old, old), &exchange(new, new));
        let changes = found.changes.iter();
        changes
            .flat_map(|change| &change.verdicts)
            .map(|(sender, verdict)| (*sender, verdict.word().to_owned()))
            .collect()
    };
    let expected = |client: &str, server: &str| {
        vec![
            (Sender::Client, client.to_owned()),
            (Sender::Server, server.to_owned()),
        ]
    };
    // The two sides have schemas of their own: one change each.
    assert_eq!(verdicts(&wide, &narrow), expected("breaking", "compatible"));
    assert_eq!(verdicts(&narrow, &wide), expected("compatible", "breaking"));
}

#[test]
fn a_change_of_a_shared_component_is_one_change() {
    let pet = |name: Value| json!({"type": "object", "properties": {"name": name}});
    let with = |name: Value| {
        let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}});
        let one = json!({"$ref": "#/components/schemas/Pet"});
        let response = |schema: &Value| json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}});
        let paths = json!({
            "/pets": {
                "get": {"operationId": "list", "responses": response(&list)},
                "post": {"operationId": "create", "requestBody": {"content": {"application/json": {"schema": one}}}, "responses": response(&one)},
            },
        });
        api(&paths, &json!({"schemas": {"Pet": pet(name)}}))
    };
    let found = diff_of(
        &with(json!({"type": "string"})),
        &with(json!({"type": ["string", "null"]})),
    );
    let [change] = found.changes.as_slice() else {
        panic!("{:?}", facts(&found));
    };
    assert_eq!(change.fact, Fact::NullAdded);
    assert_eq!(change.owner, Owner::Component("Pet".into(), "Pet".into()));
    assert_eq!(change.path.to_string(), "/name");
    assert_eq!(change.reach.len(), 3);
    assert_eq!(change.senders(), [Sender::Client, Sender::Server]);
}

#[test]
fn a_narrowing_without_effect_is_not_breaking() {
    // `a` must be absent, so its schema does not matter.
    let old = json!({"type": "object", "properties": {"a": {"type": "object", "properties": {"n": {"type": "integer"}}}}, "not": {"required": ["a"]}});
    let new = json!({"type": "object", "properties": {"a": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}}}, "not": {"required": ["a"]}});
    let found = diff_of(&old, &new);
    assert_eq!(facts(&found), [Fact::BoundsNarrowed]);
    assert!(
        !found.changes[0].is_breaking(),
        "{:?}",
        found.changes[0].verdicts
    );
}

#[test]
fn cycles_terminate() {
    let tree = |leaf: &str| {
        json!({"$ref": "#/$defs/Tree", "$defs": {
            "Tree": {"type": "object", "properties": {"value": {"type": leaf}, "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}, "twin": {"$ref": "#/$defs/Other"}}},
            "Other": {"type": "object", "properties": {"back": {"$ref": "#/$defs/Tree"}}},
        }})
    };
    let found = diff_of(&tree("integer"), &tree("string"));
    assert_eq!(facts(&found), [Fact::TypeChanged]);
    assert!(found.changes[0].is_breaking());
    // A thousand components that all refer to each other.
    let many = |leaf: &str| {
        let mut components = serde_json::Map::new();
        for index in 0..1000 {
            let to =
                |other: usize| json!({"$ref": format!("#/components/schemas/C{}", other % 1000)});
            let schema = json!({"type": "object", "properties": {
                "value": {"type": if index % 250 == 0 { leaf } else { "integer" }},
                "next": to(index + 1), "far": to(index * 7 + 3), "list": {"type": "array", "items": to(index * 3 + 1)},
            }});
            components.insert(format!("C{index}"), schema);
        }
        let response = json!({"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/C1"}}}}});
        api(
            &json!({"/c": {"get": {"operationId": "c", "responses": response}}}),
            &json!({"schemas": components}),
        )
    };
    let found = diff_of(&many("integer"), &many("string"));
    assert_eq!(facts(&found), [Fact::TypeChanged; 4]);
    assert!(found.changes.iter().all(Difference::is_breaking));
}

#[test]
fn operations_are_recognised() {
    let one = |path: &str, method: &str, id: Option<&str>| {
        let mut operation = json!({"responses": {"200": {"description": ""}}});
        if let Some(id) = id {
            operation["operationId"] = id.into();
        }
        let names: Vec<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        operation["parameters"] = names
            .iter()
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        api(&json!({path: {method: operation}}), &json!({}))
    };
    let table = [
        // The name of a path parameter is internal to the contract.
        (
            one("/pets/{id}", "get", None),
            one("/pets/{petId}", "get", None),
            vec![],
        ),
        (
            one("/pets", "get", Some("list")),
            one("/animals", "get", Some("list")),
            vec!["PathChanged"],
        ),
        (
            one("/pets/{id}", "put", None),
            one("/pets/{id}", "patch", None),
            vec!["MethodChanged"],
        ),
        (
            one("/v1/pets", "get", None),
            one("/v2/pets", "get", None),
            vec!["PathChanged"],
        ),
        (
            one("/pets", "get", None),
            one("/pets", "delete", None),
            vec!["OperationAdded", "OperationRemoved"],
        ),
        (
            one("/pets", "get", None),
            one("/vets", "get", None),
            vec!["OperationAdded", "OperationRemoved"],
        ),
    ];
    for (old, new, expected) in &table {
        let mut told = told(old, new);
        told.sort();
        assert_eq!(told, *expected, "{old} {new}");
    }
    let (old, new) = (
        one("/api/pets", "get", None),
        one("/api/v2/pets", "get", None),
    );
    let options = Options {
        map_paths: vec![("/api".to_owned(), "/api/v2".to_owned())],
        ..Options::default()
    };
    let found = compare_contracts(&contract(&old), &contract(&new), &options);
    assert!(found.changes.is_empty(), "{:?}", facts(&found));
}

#[test]
fn what_webhooks_send_comes_from_the_server() {
    let with = |schema: Value| {
        let body = json!({"required": true, "content": {"application/json": {"schema": schema}}});
        json!({
            "openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": {},
            "webhooks": {"sold": {"post": {"requestBody": body, "responses": {"200": {"description": ""}}}}},
        })
    };
    let wide = with(json!({"type": ["string", "integer"]}));
    let narrow = with(json!({"type": "string"}));
    let found = diff_of(&narrow, &wide);
    assert_eq!(facts(&found), [Fact::TypeWidened]);
    assert!(
        found.changes[0].is_breaking(),
        "receivers know strings only"
    );
    assert_eq!(found.changes[0].senders(), [Sender::Server]);
    assert!(!diff_of(&wide, &narrow).changes[0].is_breaking());
}

/// Whether a value only has members that the schema declares at its root.
fn is_declared(schema: &Value, value: &Value) -> bool {
    let is_empty = |value: &Value| !value.to_string().contains(':');
    match value {
        Value::Object(members) => members
            .iter()
            .all(|(name, member)| schema["properties"].get(name).is_some() && is_empty(member)),
        other => is_empty(other),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(200), ..ProptestConfig::default() })]

    /// A value that the old schema accepts and the new one rejects, according to the `jsonschema` crate, is
    /// never missed. Every witness is also one for the crate.
    #[test]
    fn breaking_changes_are_never_missed(
        old in document(),
        new in document(),
        values in prop::collection::vec(instance(), 8),
    ) {
        let (left, right) = (contract(&old), contract(&new));
        if !left.problems.is_empty() || !right.problems.is_empty() {
            return Ok(());
        }
        // A document without assertions is represented by its definitions.
        if [&left, &right].iter().any(|side| side.operation("api").is_none()) {
            return Ok(());
        }
        let found = compare_contracts(&left, &right, &Options::default());
        let draft = jsonschema::Draft::Draft202012;
        let valid = |schema: &Value, value: &Value| {
            let text = value.to_string();
            let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
            oracle(schema, draft, document.root())
        };
        for value in &values {
            if valid(&old, value) == Some(true) && valid(&new, value) == Some(false) && is_declared(&old, value) {
                let is_told = found.changes.iter().any(|change| {
                    change.verdicts.iter().any(|(_, verdict)| match verdict {
                        // Proofs based on common practice do not hold for all values.
                        Verdict::Compatible(proof) => matches!(proof, Proof::Assumed(_)),
                        _ => true,
                    })
                });
                prop_assert!(is_told, "{} {}: {}", old, new, value);
            }
        }
        for change in &found.changes {
            for (_, verdict) in &change.verdicts {
                if let Verdict::Breaking(witness) = verdict && witness.component.is_none() {
                    prop_assert_ne!(valid(&old, &witness.payload), Some(false), "{} {}", old, witness.payload);
                    prop_assert_ne!(valid(&new, &witness.payload), Some(true), "{} {}", new, witness.payload);
                }
            }
        }
        let mirror = assert_mirrors(&left, &right);
        prop_assert!(mirror.is_ok(), "{} {}: {:?}", old, new, mirror);
    }
}
