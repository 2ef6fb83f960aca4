//! How long a contract takes to load and compile, and how much memory.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin load [CONTRACT]`
//!
//! Without an argument, it generates a contract of the size of GitHub's: 13 MB, 1,200 operations, 44,000
//! schemas. Each run is a separate process, so that the peak is that of one load.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use wiredrift::contract::LoadOptions;
use wiredrift_benches::openapi::made;

const RUNS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, path] if flag == "--once" => once(Path::new(path)),
        [path] => measure(Path::new(path)),
        _ => {
            let path = std::env::temp_dir().join("wiredrift-bench-contract.json");
            std::fs::write(&path, made()).expect("written");
            measure(&path);
        }
    }
}

fn once(path: &Path) {
    let start = Instant::now();
    let contract = wiredrift::contract::read(path, &LoadOptions::default()).expect("loads");
    let seconds = start.elapsed().as_secs_f64();
    let (operations, schemas) = (contract.operations().len(), contract.schema_count());
    println!("{seconds} {} {operations} {schemas}", peak_kib());
}

/// The largest resident size of this process so far; 0 if the system does not report it.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn measure(path: &Path) {
    let own: PathBuf = std::env::current_exe().expect("this program");
    let mut seconds = Vec::new();
    let mut last = String::new();
    for _ in 0..RUNS {
        let output = Command::new(&own)
            .arg("--once")
            .arg(path)
            .output()
            .expect("runs");
        last = String::from_utf8(output.stdout).expect("text");
        let first = last.split_whitespace().next().expect("seconds");
        seconds.push(first.parse::<f64>().expect("a number"));
    }
    seconds.sort_by(f64::total_cmp);
    let rest: Vec<u64> = last
        .split_whitespace()
        .skip(1)
        .filter_map(|number| number.parse().ok())
        .collect();
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    println!(
        "{:.1} MB, {} operations, {} schemas: median {:.3} s of {RUNS} (least {:.3} s), peak {} MiB",
        bytes as f64 / 1e6,
        rest[1],
        rest[2],
        seconds[RUNS / 2],
        seconds[0],
        rest[0] / 1024
    );
}
