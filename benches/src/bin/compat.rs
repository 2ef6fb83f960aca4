//! How often containment is decided, and how often correctly, on labelled pairs of schemas.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin compat -- PAIRS.jsonl [--wrong]`
//!
//! A line is `{id, source, draft, old, new, truth}`; `truth` is `compatible` if every instance of `old` is
//! one of `new`. `format` is an annotation. Every witness is checked with the `jsonschema` crate; one that
//! contradicts a label of `compatible` refutes the label.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use wiredrift::diff::{Containment, SchemaRef, contain};
use wiredrift::schema::{CompileOptions, Compiler, Dialect, Document, Documents, Graph, NodeId};

#[derive(Default)]
struct Tally {
    right: u32,
    wrong: u32,
    unknown: u32,
    /// Pairs whose label a witness contradicts.
    label: u32,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("a file of pairs");
    let lists = arguments.next();
    let text = std::fs::read_to_string(path).expect("readable");
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut times: Vec<(Duration, String)> = Vec::new();
    for line in text.lines() {
        let pair: Value = serde_json::from_str(line).expect("JSON");
        let word = |key: &str| pair[key].as_str().unwrap_or_default().to_owned();
        let draft = word("draft");
        let (old_documents, new_documents) = (
            documents(&pair["old"], &draft),
            documents(&pair["new"], &draft),
        );
        let (old_graph, old) = compiled(&old_documents);
        let (new_graph, new) = compiled(&new_documents);
        let start = Instant::now();
        let verdict = contain(
            SchemaRef {
                graph: &old_graph,
                node: old,
            },
            SchemaRef {
                graph: &new_graph,
                node: new,
            },
        );
        times.push((start.elapsed(), word("id")));
        let tally = tallies.entry(word("source")).or_default();
        let is_compatible = word("truth") == "compatible";
        let told = match &verdict {
            Containment::Unknown => {
                tally.unknown += 1;
                "unknown"
            }
            Containment::Proved if is_compatible => {
                tally.right += 1;
                continue;
            }
            Containment::Proved => {
                tally.wrong += 1;
                "WRONG proof"
            }
            Containment::Refuted(witness) => {
                let holds = is_valid(&pair["old"], &draft, witness)
                    && !is_valid(&pair["new"], &draft, witness);
                if !holds {
                    tally.wrong += 1;
                    "WRONG witness"
                } else if is_compatible {
                    // The crate agrees with the witness, so the label is wrong.
                    tally.label += 1;
                    "label"
                } else {
                    tally.right += 1;
                    continue;
                }
            }
        };
        if lists.is_some() {
            println!(
                "{told} {} {} {verdict:?}\n  {}\n  {}",
                word("id"),
                word("truth"),
                pair["old"],
                pair["new"]
            );
        }
    }
    let mut all = Tally::default();
    for (source, tally) in &tallies {
        print(source, tally);
        all.right += tally.right;
        all.wrong += tally.wrong;
        all.unknown += tally.unknown;
        all.label += tally.label;
    }
    print("all", &all);
    times.sort();
    let (slowest, id) = times.last().expect("some");
    println!(
        "median {:?}, 99 % {:?}, slowest {slowest:?} ({id})",
        times[times.len() / 2].0,
        times[times.len() * 99 / 100].0
    );
}

fn print(name: &str, tally: &Tally) {
    let count = tally.right + tally.wrong + tally.unknown + tally.label;
    println!(
        "{name:20} {:5} pairs  {:5} right ({:.1} %)  {} wrong  {} unknown  {} labels refuted",
        count,
        tally.right,
        f64::from(tally.right) * 100.0 / f64::from(count),
        tally.wrong,
        tally.unknown,
        tally.label
    );
}

fn dialect(draft: &str) -> Dialect {
    match draft {
        "draft4" => Dialect::Draft4,
        "draft6" => Dialect::Draft6,
        "draft7" => Dialect::Draft7,
        "draft2019-09" => Dialect::Draft201909,
        _ => Dialect::Draft202012,
    }
}

fn documents(schema: &Value, draft: &str) -> Documents {
    let mut documents = Documents::default();
    let own = schema
        .get("$schema")
        .and_then(Value::as_str)
        .and_then(Dialect::of_uri);
    documents.push(Document {
        uri: "pair:/schema".into(),
        value: schema.clone(),
        dialect: own.unwrap_or_else(|| dialect(draft)),
        source: None,
        repeated: Vec::new(),
        vocabularies: wiredrift::schema::Vocabularies::default(),
        is_referenced: true,
    });
    documents
}

fn compiled(documents: &Documents) -> (Graph, NodeId) {
    let options = CompileOptions {
        formats_annotate: true,
        ..CompileOptions::default()
    };
    let mut compiler = Compiler::new(documents, options);
    let node = compiler.entry("pair:/schema").expect("there");
    (compiler.finish().0, node)
}

fn is_valid(schema: &Value, draft: &str, instance: &Value) -> bool {
    let draft = match draft {
        "draft4" => jsonschema::Draft::Draft4,
        "draft6" => jsonschema::Draft::Draft6,
        "draft7" => jsonschema::Draft::Draft7,
        "draft2019-09" => jsonschema::Draft::Draft201909,
        _ => jsonschema::Draft::Draft202012,
    };
    let mut options = jsonschema::options().should_validate_formats(false);
    if schema.get("$schema").is_none() {
        options = options.with_draft(draft);
    }
    options
        .build(schema)
        .is_ok_and(|validator| validator.is_valid(instance))
}
