//! How long a contract takes to load and compile, and how much memory.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin load [CONTRACT]`
//!
//! Without an argument, it generates a contract of the size of GitHub's: 13 MB, 1,200 operations, 44,000
//! schemas. Each run is a separate process, so that the peak is that of one load.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use wiredrift::contract::LoadOptions;

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

/// A contract in which operations share components, and components refer to each other in cycles.
fn made() -> String {
    const OPERATIONS: usize = 1_200;
    const COMPONENTS: usize = 900;
    const PROPERTIES: usize = 40;
    let mut text = String::from(
        "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Made\", \"version\": \"1\"},\n\"paths\": {\n",
    );
    for at in 0..OPERATIONS {
        let comma = if at == 0 { "" } else { ",\n" };
        let _ = write!(
            text,
            "{comma}\"/things{at}/{{owner}}/{{id}}\": {{\"get\": {{\"operationId\": \"thing{at}\", \
             \"summary\": \"One thing of the kind {at}\", \"description\": \"{}\", \"parameters\": [\
             {{\"name\": \"owner\", \"in\": \"path\", \"required\": true, \"schema\": {{\"type\": \"string\"}}}}, \
             {{\"name\": \"id\", \"in\": \"path\", \"required\": true, \"schema\": {{\"type\": \"integer\"}}}}, \
             {{\"name\": \"page\", \"in\": \"query\", \"schema\": {{\"type\": \"integer\", \"default\": 1}}}}], \
             \"responses\": {{\"200\": {{\"description\": \"A thing\", \"content\": {{\"application/json\": {{\
             \"schema\": {{\"type\": \"array\", \"items\": {{\"$ref\": \"#/components/schemas/Thing{}\"}}}}}}}}}}}}}}}}",
            "What it is and where it comes from. ".repeat(100),
            at % COMPONENTS
        );
    }
    text.push_str("},\n\"components\": {\"schemas\": {\n");
    for at in 0..COMPONENTS {
        let comma = if at == 0 { "" } else { ",\n" };
        let _ = write!(
            text,
            "{comma}\"Thing{at}\": {{\"type\": \"object\", \"required\": [\"property0\"], \"properties\": {{"
        );
        for property in 0..PROPERTIES {
            let comma = if property == 0 { "" } else { ",\n  " };
            let schema = match property % 4 {
                0 => "\"type\": \"string\", \"format\": \"date-time\"".to_owned(),
                1 => "\"type\": \"integer\", \"minimum\": 0".to_owned(),
                2 => "\"type\": \"string\", \"nullable\": true, \"enum\": [\"a\", \"b\", null]"
                    .to_owned(),
                _ => format!(
                    "\"$ref\": \"#/components/schemas/Thing{}\"",
                    (at * 7 + property) % COMPONENTS
                ),
            };
            let _ = write!(
                text,
                "{comma}\"property{property}\": {{{schema}, \"description\": \"{}\"}}",
                "What it says. ".repeat(8)
            );
        }
        text.push_str("}}");
    }
    text.push_str("}}}\n");
    text
}
