//! One row for each thing that a specification asks for: the version, a part of a document, and what is said.

mod allowed;
mod objects;
mod parameters;
mod together;

use serde_json::{Value, json};

use crate::contract::LoadOptions;

/// What is wrong with a document: pointers and messages.
fn told(document: &Value) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("api.json");
    std::fs::write(&path, document.to_string()).expect("written");
    let contract = crate::contract::read(&path, &LoadOptions::default()).expect("a contract");
    let problems = contract.problems.iter();
    problems
        .map(|problem| format!("{} {}", problem.place.pointer, problem.kind))
        .collect()
}

/// A document that is as it should be, but for these members of its root.
fn document(version: &str, members: Value) -> Value {
    let mut document = match version {
        "2.0" => json!({"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {}}),
        _ => {
            json!({"openapi": format!("{version}.0"), "info": {"title": "T", "version": "1"}, "paths": {}})
        }
    };
    let Value::Object(members) = members else {
        panic!("an object")
    };
    for (key, value) in members {
        match value {
            Value::Null => document
                .as_object_mut()
                .expect("an object")
                .shift_remove(&key),
            value => document
                .as_object_mut()
                .expect("an object")
                .insert(key, value),
        };
    }
    document
}

fn operation(path: &str, operation: Value) -> Value {
    let mut document = json!({"paths": {path: {}}});
    document["paths"][path]["get"] = operation;
    document
}

fn parameter(parameter: Value) -> Value {
    let mut document = json!({"components": {"parameters": {}}});
    document["components"]["parameters"]["P"] = parameter;
    document
}

/// Holds documents against what has to be said of them; of an empty text, nothing.
fn hold(table: Vec<(&str, Value, &str)>) {
    for (version, members, expected) in table {
        let mut members = members;
        if members.to_string().contains("#/components/responses/R") {
            members["components"]["responses"]["R"] = json!({"description": "d"});
        }
        let is_null_schema = members.pointer("/components/schemas/S") == Some(&Value::Null);
        let said = told(&document(version, members.clone()));
        if is_null_schema {
            assert_eq!(
                said,
                ["/components/schemas/S a schema must be an object or a boolean, not null"]
            );
        } else if expected.is_empty() {
            assert_eq!(said, Vec::<String>::new(), "{version} {members}");
        } else {
            assert!(
                said.iter().any(|text| text.contains(expected)),
                "{version} {members}\n{expected}\n{said:#?}"
            );
        }
    }
}
