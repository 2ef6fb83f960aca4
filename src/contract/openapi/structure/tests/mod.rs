//! One row for each requirement of a specification: the version, a part of a document, and the expected
//! message.

mod allowed;
mod objects;
mod parameters;
mod together;

use serde_json::{Value, json};

use crate::contract::LoadOptions;

/// The problems of a document: pointers and messages.
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

/// A valid document, except for these members of its root.
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

/// Compares the problems of documents with the expected ones; an empty text means none.
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
