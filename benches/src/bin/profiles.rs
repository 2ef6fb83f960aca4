//! What writing a profile and inferring a contract cost beside `check`, on 100 MB of payloads in NDJSON, and how long
//! `merge` takes for 1,000 profiles.
//!
//! `cargo build --release && cargo run --release --manifest-path benches/Cargo.toml --bin profiles [ROUNDS]`

use std::fs;
use std::path::Path;

use wiredrift_benches::made::{Drift, lists};
use wiredrift_benches::{cost, median};

const BYTES: usize = 100_000_000;

/// The profiles that are merged, and the payloads behind each of them.
const PROFILES: usize = 1_000;
const BEHIND: usize = 10;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let rounds: usize = rounds.unwrap_or(5);
    let folder = std::env::temp_dir().join("wiredrift-bench-profiles");
    let parts = folder.join("parts");
    fs::create_dir_all(&parts).expect("a folder");
    let lists = lists(BYTES, 2, Drift::default());
    let captures = folder.join("list-organisations.v2.ndjson");
    fs::write(&captures, lists.join("\n")).expect("written");
    let profile = folder.join("all.profile");
    let contract = folder.join("inferred.json");

    let figures = (0..rounds).map(|_| {
        // In turn, so that noise meets all of them.
        [
            check(&captures, None),
            check(&captures, Some(&profile)),
            cost(|command| {
                let command = command.arg("infer").arg(&captures).args(["--jobs", "1"]);
                command.arg("--output").arg(&contract);
            }),
        ]
    });
    let figures: Vec<[(f64, f64); 3]> = figures.collect();
    for (at, name) in ["check", "check --profile", "infer"].iter().enumerate() {
        let figure = |of: fn(&[(f64, f64); 3], usize) -> f64| {
            median(figures.iter().map(|run| of(run, at)).collect())
        };
        println!(
            "{name:<16} {:.2} s of CPU, {:.1} times `check`, peak {:.0} MiB",
            figure(|run, at| run[at].0),
            figure(|run, at| run[at].0 / run[0].0),
            figure(|run, at| run[at].1),
        );
    }
    println!("the profile has {} bytes", length(&profile));

    for (number, lists) in lists.chunks(BEHIND).take(PROFILES).enumerate() {
        // The name of the file says what its payloads are.
        let own = folder.join(number.to_string());
        fs::create_dir_all(&own).expect("a folder");
        let captures = own.join("list-organisations.v2.ndjson");
        fs::write(&captures, lists.join("\n")).expect("written");
        let profile = parts.join(format!("{number}.profile"));
        check(&captures, Some(&profile));
        fs::remove_dir_all(own).expect("removed");
    }
    let bytes: u64 = (0..PROFILES)
        .map(|number| length(&parts.join(format!("{number}.profile"))))
        .sum();
    let merged = (0..rounds).map(|_| {
        cost(|command| {
            command
                .arg("merge")
                .arg(&parts)
                .arg("--output")
                .arg(&profile);
        })
    });
    let merged: Vec<(f64, f64)> = merged.collect();
    println!(
        "{PROFILES} profiles, {:.1} MB: merged in {:.2} s of CPU, peak {:.0} MiB",
        bytes as f64 / 1e6,
        median(merged.iter().map(|run| run.0).collect()),
        median(merged.iter().map(|run| run.1).collect()),
    );
}

/// The cost of a check on one thread.
fn check(captures: &Path, profile: Option<&Path>) -> (f64, f64) {
    cost(|command| {
        let command = command.arg("check").arg(captures);
        command.args(["--contract", "organisations@v2", "--jobs", "1"]);
        if let Some(profile) = profile {
            command.arg("--profile").arg(profile);
        }
    })
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).expect("was written").len()
}
