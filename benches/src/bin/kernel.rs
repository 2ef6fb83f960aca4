//! How fast payloads in memory are checked and counted, compared with other tools, in one process and one
//! thread.
//!
//! `GLIBC_TUNABLES=glibc.malloc.hugetlb=1 cargo run --release --manifest-path benches/Cargo.toml --bin kernel [MB] [ROUNDS]`
//!
//! With a kind of payload as the third argument (`v2`, `v1`, `deviating`, `shuffled`, `orders`, `dropped`, or
//! a name from `outside`), only that kind is checked, `ROUNDS` times, for counting instructions.

use std::hint::black_box;

use serde_json::Value;
use wiredrift::capture::{Body, Exchange, Hint, Sink as _};
use wiredrift::contract::{Contract, Operation, Registry, builtin};
use wiredrift::location::{Origin, Position, Side};
use wiredrift::observe::{Engine, Observer, Options, PayloadVerdict};
use wiredrift_benches::made::{Drift, lists};
use wiredrift_benches::outside::{self, outside};
use wiredrift_benches::{cpu_seconds, median};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok());
    let bytes = number(0).unwrap_or(40) * 1_000_000;
    let rounds: usize = number(1).unwrap_or(7);

    let registry = builtin::registry().expect("compiles");
    if let Some(kind) = arguments.get(2) {
        return alone(&registry, kind, bytes, rounds);
    }
    let clean = Drift::default();
    let one_in_a_hundred = Drift { bad: 1, ..clean };
    let mut speeds = Vec::new();
    for version in [2, 1] {
        let payloads = lists(bytes, version, one_in_a_hundred);
        println!("lists of v{version}, 1 % bad");
        let work = Work::lists(&registry, version);
        beside_others(&work, &payloads, &list_schema(version), rounds);
        if version == 2 {
            let clean = lists(bytes, 2, clean);
            let kinds = [
                (
                    "every payload deviates",
                    Drift {
                        bad: 100,
                        ..Drift::default()
                    },
                ),
                (
                    "members in any order",
                    Drift {
                        shuffled: true,
                        ..Drift::default()
                    },
                ),
            ];
            for (name, drift) in kinds {
                let drifted = lists(bytes, 2, drift);
                let ratio = paired(&Work::lists(&registry, 2), rounds, &clean, &drifted);
                speeds.push((name, ratio));
            }
        }
    }
    for outside in outside() {
        let payloads = outside::payloads(&outside, bytes);
        println!("{}, 1 % bad", outside.name);
        let contract = contract_of(&outside.schema);
        let work = Work::outside(&contract);
        beside_others(&work, &payloads, &outside.schema, rounds);
    }
    let (schema, all) = outside::orders(bytes, 0);
    let contract = contract_of(&schema);
    for (name, share) in [
        ("one in ten optional members dropped", 10),
        ("one in two optional members dropped", 50),
    ] {
        let (_, dropped) = outside::orders(bytes, share);
        let ratio = paired(&Work::outside(&contract), rounds, &all, &dropped);
        speeds.push((name, ratio));
    }
    for (name, ratio) in speeds {
        println!(
            "{name}: {:.0} % of the speed of clean payloads",
            100.0 * ratio
        );
    }
}

/// Checks payloads of one kind.
fn alone(registry: &Registry, kind: &str, bytes: usize, rounds: usize) {
    let report = |work: &Work<'_>, payloads: &[String]| {
        let speeds = (0..rounds).map(|_| timed(payloads, || work.run(payloads)));
        println!("{kind}: {:.0} MB/s", median(speeds.collect()));
    };
    let dropped = match kind {
        "orders" => Some(0),
        "dropped" => Some(50),
        _ => None,
    };
    if let Some(share) = dropped {
        let (schema, payloads) = outside::orders(bytes, share);
        let contract = contract_of(&schema);
        return report(&Work::outside(&contract), &payloads);
    }
    if let Some(outside) = outside().iter().find(|outside| outside.name == kind) {
        let contract = contract_of(&outside.schema);
        return report(
            &Work::outside(&contract),
            &outside::payloads(outside, bytes),
        );
    }
    let drift = match kind {
        "v2" | "v1" => Drift {
            bad: 1,
            ..Drift::default()
        },
        "deviating" => Drift {
            bad: 100,
            ..Drift::default()
        },
        "shuffled" => Drift {
            shuffled: true,
            ..Drift::default()
        },
        _ => panic!("{kind} is not a kind of payload"),
    };
    let version = if kind == "v1" { 1 } else { 2 };
    let payloads = lists(bytes, version, drift);
    report(&Work::lists(registry, version), &payloads);
}

fn contract_of(schema: &Value) -> Contract {
    let operation = Operation::describe("get", "GET", "/");
    Contract::describe("outside", "v1", "")
        .operation(operation.response_schema(200, schema.clone()))
        .build()
        .expect("compiles")
}

/// The speed on the second payloads divided by that on the first ones.
fn paired(work: &Work<'_>, rounds: usize, clean: &[String], drifted: &[String]) -> f64 {
    let ratios = (0..rounds).map(|_| {
        let speed = |payloads: &[String]| timed(payloads, || work.run(payloads));
        let clean = speed(clean);
        speed(drifted) / clean
    });
    median(ratios.collect())
}

/// Megabytes per second.
fn timed<T>(payloads: &[String], run: impl FnOnce() -> T) -> f64 {
    let bytes: usize = payloads.iter().map(String::len).sum();
    let start = cpu_seconds();
    black_box(run());
    bytes as f64 / 1e6 / (cpu_seconds() - start)
}

/// The schema of lists as it is exported.
fn list_schema(version: u8) -> Value {
    let name = match version {
        1 => "v1/organisation-list",
        _ => "v2/paginated-organisation-list",
    };
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/../schemas/organisations/{name}.schema.json");
    let schema = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&schema).expect("JSON")
}

fn beside_others(work: &Work<'_>, payloads: &[String], schema: &Value, rounds: usize) {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .expect("a schema");
    let mut figures: [Vec<f64>; 3] = Default::default();
    let mut bad = [0_usize; 2];
    for _ in 0..rounds {
        figures[0].push(timed(payloads, || bad[0] = work.run(payloads)));
        figures[1].push(timed(payloads, || {
            let is_bad = |text: &&String| {
                let value: Value = serde_json::from_str(text).expect("JSON");
                !validator.is_valid(&value)
            };
            bad[1] = payloads.iter().filter(is_bad).count();
        }));
        figures[2].push(timed(payloads, || {
            for text in payloads {
                let value: sonic_rs::Value = sonic_rs::from_str(text).expect("JSON");
                black_box(&value);
            }
        }));
    }
    assert_eq!(bad[0], bad[1], "bad payloads");
    let names = [
        "wiredrift",
        "serde_json + jsonschema",
        "sonic-rs, parse only",
    ];
    for (index, name) in names.iter().enumerate() {
        let ratios = figures[0]
            .iter()
            .zip(&figures[index])
            .map(|(own, other)| own / other);
        println!(
            "  {name:<24} {:>7.0} MB/s   wiredrift is {:.2} times as fast",
            median(figures[index].clone()),
            median(ratios.collect())
        );
    }
}

/// The payloads of one operation under one contract.
struct Work<'c> {
    contract: &'c Contract,
    operation: &'static str,
}

impl<'c> Work<'c> {
    fn lists(registry: &'c Registry, version: u8) -> Self {
        let version = format!("v{version}");
        let mut versions = registry.versions("organisations");
        let contract = versions.find(|contract| contract.version() == version);
        Self {
            contract: contract.expect("known"),
            operation: "list-organisations",
        }
    }

    fn outside(contract: &'c Contract) -> Self {
        Self {
            contract,
            operation: "get",
        }
    }

    /// Checks payloads and returns how many deviate.
    fn run(&self, payloads: &[String]) -> usize {
        let options = Options {
            engine: Engine::Streaming,
            ..Options::default()
        };
        let mut observer = Observer::new(vec![self.contract], vec![self.contract], options);
        let hint = Hint {
            folders: None,
            operation: Some(self.operation.to_owned()),
            version: None,
            side: Some(Side::Response),
            status: Some(200),
        };
        let file: std::sync::Arc<str> = "payloads".into();
        let mut byte = 0;
        for text in payloads {
            let origin = Origin {
                file: file.clone(),
                entry: None,
                position: Position {
                    byte,
                    line: 1,
                    column: 1,
                },
            };
            byte += text.len() as u64 + 1;
            let body = Body::verbatim(text.as_bytes(), origin);
            observer.exchange(Exchange::bare(body, hint.clone()));
        }
        observer.finish();
        let deviates = observer.profile.verdicts.get(&PayloadVerdict::Deviates);
        deviates.map_or(0, |count| count.0 as usize)
    }
}
