//! CPU time and peak memory of `check` on an archive of 18 MB with 1,782 exchanges, and a contract of 12 MB.
//!
//! `cargo build --release && cargo run --release --manifest-path benches/Cargo.toml --bin har [CONTRACT]`
//!
//! The payloads are made from the schemas of the contract. Where a few components are used, they deviate: a property
//! is not declared, or has another type, or is missing. Linux.

use std::path::PathBuf;

use serde_json::{Map, Value, json};
use wiredrift_benches::{cost, median, openapi};

const EXCHANGES: usize = 1_782;
const BYTES: usize = 18_000_000;
const RUNS: usize = 9;

/// One of so many components deviates.
const RARELY: usize = 100;

fn main() {
    let folder = std::env::temp_dir();
    let contract = std::env::args()
        .nth(1)
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            let path = folder.join("wiredrift-bench-contract.json");
            std::fs::write(&path, openapi::made()).expect("written");
            path
        });
    let document = std::fs::read(&contract).expect("readable");
    let document: Value = serde_json::from_slice(&document).expect("JSON");
    let archive = folder.join("wiredrift-bench.har");
    let text = format!(
        "{:#}",
        Made {
            document: &document
        }
        .archive()
    );
    std::fs::write(&archive, &text).expect("written");
    let run = |_| {
        cost(|command| {
            command.arg("check").arg(&archive).arg("--contract");
            command.arg(&contract).args(["--jobs", "1"]);
        })
    };
    let runs: Vec<(f64, f64)> = (0..=RUNS).map(run).collect();
    // The first run fills the caches.
    let figure = |of: fn(&(f64, f64)) -> f64| median(runs[1..].iter().map(of).collect());
    println!(
        "{:.1} MB, {EXCHANGES} exchanges: median {:.2} s of CPU of {RUNS}, peak {:.0} MiB",
        text.len() as f64 / 1e6,
        figure(|run| run.0),
        figure(|run| run.1)
    );
}

/// Payloads made from the schemas of a document.
struct Made<'d> {
    document: &'d Value,
}

impl Made<'_> {
    fn archive(&self) -> Value {
        let mut operations = Vec::new();
        for (path, item) in self.document["paths"].as_object().expect("paths") {
            for method in ["get", "post", "put", "patch", "delete"] {
                let responses = item[method]["responses"].as_object();
                for (status, response) in responses.into_iter().flatten() {
                    let (_, response) = self.resolved(response);
                    let schema = &response["content"]["application/json"]["schema"];
                    if status.starts_with('2') && schema.is_object() {
                        operations.push((method, path, status, schema));
                    }
                }
            }
        }
        let is_list = |schema: &Value| self.resolved(schema).1["type"] == "array";
        let lists = operations
            .iter()
            .filter(|(.., schema)| is_list(schema))
            .count();
        // Only lists can be made longer.
        let length = BYTES / EXCHANGES * operations.len() / lists.max(1);
        let entries = (0..EXCHANGES).map(|number| {
            let (method, path, status, schema) = operations[number * 7 % operations.len()];
            self.entry((number, length), (method, path, status), schema)
        });
        json!({"log": {"version": "1.2", "entries": entries.collect::<Vec<_>>()}})
    }

    fn entry(
        &self,
        (number, most): (usize, usize),
        (method, path, status): (&str, &str, &str),
        schema: &Value,
    ) -> Value {
        let (_, own) = self.resolved(schema);
        let payload = match own["type"] == "array" {
            true => {
                let mut elements = Vec::new();
                let mut length = 0;
                while length < most && elements.len() < 400 {
                    let element = self.value(&own["items"], number + elements.len(), 1);
                    length += element.to_string().len() * 3 / 2;
                    elements.push(element);
                }
                Value::Array(elements)
            }
            false => self.value(schema, number, 0),
        };
        // Every third server indents.
        let text = if number % 3 == 0 {
            format!("{payload:#}")
        } else {
            payload.to_string()
        };
        let mut url = "https://api.example.com".to_owned();
        for (at, part) in path.split(['{', '}']).enumerate() {
            url += &if at % 2 == 0 {
                part.to_owned()
            } else {
                number.to_string()
            };
        }
        let header = json!([{"name": "content-type", "value": "application/json"}]);
        json!({
            "startedDateTime": "2024-05-01T10:11:12.123Z",
            "request": {"method": method.to_uppercase(), "url": url, "headers": header, "bodySize": 0},
            "response": {
                "status": status.parse::<u16>().expect("a status"),
                "headers": header,
                "content": {"size": text.len(), "mimeType": "application/json", "text": text},
            },
        })
    }

    /// The name of a schema, and what it refers to.
    fn resolved<'v>(&'v self, schema: &'v Value) -> (&'v str, &'v Value) {
        let Some(reference) = schema["$ref"].as_str() else {
            return ("", schema);
        };
        let target = self.document.pointer(&reference[1..]).expect("the target");
        let (_, target) = self.resolved(target);
        (reference, target)
    }

    fn value(&self, schema: &Value, number: usize, depth: usize) -> Value {
        let (name, schema) = self.resolved(schema);
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if let Some(all) = schema["allOf"].as_array() {
            let mut members = Map::new();
            for part in all {
                if let Value::Object(part) = self.value(part, number, depth) {
                    members.extend(part);
                }
            }
            return Value::Object(members);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(first) = schema[key].get(0) {
                return self.value(first, number, depth);
            }
        }
        match schema["type"].as_str().unwrap_or("object") {
            "object" => self.object((name, schema), number, depth),
            "array" if depth > 3 => json!([]),
            "array" => json!([self.value(&schema["items"], number, depth + 1)]),
            "string" => match (schema["example"].as_str(), schema["format"].as_str()) {
                (Some(example), _) => example.into(),
                (None, Some("date-time")) => "2024-05-01T10:11:12Z".into(),
                (None, Some("date")) => "2024-05-01".into(),
                (None, Some("uri")) => "https://example.com/a".into(),
                (None, _) => "text with \"quotes\"".into(),
            },
            "integer" => number.into(),
            "number" => json!(1.5),
            "boolean" => true.into(),
            _ => Value::Null,
        }
    }

    fn object(&self, (name, schema): (&str, &Value), number: usize, depth: usize) -> Value {
        let required = |key: &str| {
            let mut required = schema["required"].as_array().into_iter().flatten();
            required.any(|name| name == key)
        };
        let mut members = Map::new();
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_deep = depth > 0 && (property["$ref"].is_string() || depth > 8);
            if required(key) || !is_deep {
                members.insert(key.clone(), self.value(property, number, depth + 1));
            }
        }
        let hash = name.bytes().fold(0_usize, |hash, byte| {
            (hash * 31 + usize::from(byte)) % 65_521
        });
        let deviates = hash % RARELY == 0;
        match number % 4 {
            1 if deviates => {
                members.insert("added_later".to_owned(), true.into());
            }
            2 if deviates => {
                if let Some(member) = members.values_mut().next() {
                    *member = json!({});
                }
            }
            3 if deviates => {
                members.shift_remove(members.keys().next().cloned().unwrap_or_default().as_str());
            }
            _ => {}
        }
        Value::Object(members)
    }
}
