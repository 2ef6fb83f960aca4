//! Time and peak memory of whole diffs.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin diff -- OLD NEW` compares two documents.
//! `--bin diff -- cyclic` and `--bin diff -- expandable` compare generated contracts: components that all
//! reach each other, and components whose references may be an id or the whole object.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use wiredrift::contract::LoadOptions;
use wiredrift::diff::{Options, compare_contracts};

/// Components of a generated contract.
const COMPONENTS: usize = 1_000;

/// References of each.
const REFERENCES: usize = 12;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = std::env::temp_dir().join(format!("wiredrift-bench-{}", std::process::id()));
    let (old, new) = match arguments.as_slice() {
        [old, new] => (PathBuf::from(old), PathBuf::from(new)),
        [kind] => {
            std::fs::create_dir_all(&folder).expect("a folder");
            let is_expandable = kind == "expandable";
            let write = |name: &str, is_new: bool| {
                let path = folder.join(name);
                std::fs::write(&path, made(is_expandable, is_new).to_string()).expect("written");
                path
            };
            (write("old.json", false), write("new.json", true))
        }
        _ => panic!("OLD NEW, cyclic or expandable"),
    };
    let load =
        |path: &Path| wiredrift::contract::read(path, &LoadOptions::default()).expect("loads");
    let start = Instant::now();
    let (old, new) = (load(&old), load(&new));
    let loaded = start.elapsed();
    let found = compare_contracts(&old, &new, &Options::default());
    let all = start.elapsed();
    println!(
        "{} changes, {} equivalent; loaded in {loaded:?}, all in {all:?}, peak memory {} KiB",
        found.changes.len(),
        found.equivalent.len(),
        peak()
    );
    let _ = std::fs::remove_dir_all(&folder);
}

/// An API with one operation for each component.
fn made(is_expandable: bool, is_new: bool) -> Value {
    let name = |index: usize| format!("C{}", index % COMPONENTS);
    let mut schemas = serde_json::Map::new();
    let mut paths = serde_json::Map::new();
    for index in 0..COMPONENTS {
        let mut properties = serde_json::Map::new();
        for step in 0..REFERENCES {
            let target = json!({"$ref": format!("#/components/schemas/{}", name(index * 7 + step * 13 + 1))});
            let schema = match (is_expandable, step % 3) {
                (true, 0) => json!({"anyOf": [{"type": "string", "maxLength": 5000}, target]}),
                (true, 1) => json!({"type": "array", "items": target}),
                _ => target,
            };
            properties.insert(format!("p{step}"), schema);
        }
        properties.insert("id".to_owned(), json!({"type": "string"}));
        // Every tenth component changes.
        let is_changed = is_new && index % 10 == 0;
        let amount = if is_changed {
            json!({"type": "string"})
        } else {
            json!({"type": "integer"})
        };
        properties.insert("amount".to_owned(), amount);
        schemas.insert(
            name(index),
            json!({"type": "object", "required": ["id"], "properties": properties}),
        );
        let content = json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{}", name(index))}}});
        let operation = json!({
            "operationId": format!("get{index}"),
            "responses": {"200": {"description": "", "content": content}},
        });
        paths.insert(format!("/c{index}"), json!({"get": operation}));
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Made", "version": if is_new { "2.0" } else { "1.0" }},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

/// Peak memory of the process, as Linux reports it; 0 elsewhere.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or(0)
}
