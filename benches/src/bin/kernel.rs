//! How fast payloads in memory are checked and counted, beside other tools, in one process and one
//! thread.
//!
//! `GLIBC_TUNABLES=glibc.malloc.hugetlb=1 cargo run --release --manifest-path benches/Cargo.toml --bin kernel [MB] [ROUNDS]`

use std::hint::black_box;

use wiredrift::capture::{Body, Exchange, Hint, Sink as _};
use wiredrift::contract::{Contract, builtin};
use wiredrift::location::{Origin, Position, Side};
use wiredrift::observe::{Engine, Observer, Options, Verdict};
use wiredrift_benches::made::{Drift, lists};
use wiredrift_benches::{cpu_seconds, median};

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok());
    let megabytes: usize = arguments.next().unwrap_or(40);
    let rounds: usize = arguments.next().unwrap_or(7);
    let bytes = megabytes * 1_000_000;

    let registry = builtin::registry().expect("compiles");
    let clean = Drift::default();
    let one_in_a_hundred = Drift { bad: 1, ..clean };
    let mut speeds = Vec::new();
    for version in [2, 1] {
        let payloads = lists(bytes, version, one_in_a_hundred);
        println!("lists of v{version}, 1 % bad");
        beside_others(contract(&registry, version), &payloads, version, rounds);
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
                let ratio = paired(contract(&registry, 2), rounds, &clean, &drifted);
                speeds.push((name, ratio));
            }
        }
    }
    for (name, ratio) in speeds {
        println!(
            "{name}: {:.0} % of the speed of clean payloads",
            100.0 * ratio
        );
    }
}

/// The speed on the second payloads over that on the first.
fn paired(contract: &Contract, rounds: usize, clean: &[String], drifted: &[String]) -> f64 {
    let ratios = (0..rounds).map(|_| {
        let speed = |payloads: &[String]| timed(payloads, || wiredrift(contract, payloads));
        let clean = speed(clean);
        speed(drifted) / clean
    });
    median(ratios.collect())
}

/// Megabytes a second.
fn timed<T>(payloads: &[String], run: impl FnOnce() -> T) -> f64 {
    let bytes: usize = payloads.iter().map(String::len).sum();
    let start = cpu_seconds();
    black_box(run());
    bytes as f64 / 1e6 / (cpu_seconds() - start)
}

fn beside_others(contract: &Contract, payloads: &[String], version: u8, rounds: usize) {
    let name = match version {
        1 => "v1/organisation-list",
        _ => "v2/paginated-organisation-list",
    };
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/../schemas/organisations/{name}.schema.json");
    let schema = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    let mut figures: [Vec<f64>; 3] = Default::default();
    let mut bad = [0_usize; 2];
    for _ in 0..rounds {
        figures[0].push(timed(payloads, || bad[0] = wiredrift(contract, payloads)));
        figures[1].push(timed(payloads, || {
            let is_bad = |text: &&String| {
                let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
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

fn contract(registry: &wiredrift::contract::Registry, version: u8) -> &Contract {
    let version = format!("v{version}");
    let mut versions = registry.versions("organisations");
    versions
        .find(|contract| contract.version == version)
        .expect("known")
}

/// Checks payloads and returns how many deviate.
fn wiredrift(contract: &Contract, payloads: &[String]) -> usize {
    let options = Options {
        engine: Engine::Streaming,
        ..Options::default()
    };
    let mut observer = Observer::new(vec![contract], vec![contract], options);
    let hint = Hint {
        operation: Some("list-organisations".to_owned()),
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
    let deviates = observer.profile.verdicts.get(&Verdict::Deviates);
    deviates.map_or(0, |count| count.0 as usize)
}
