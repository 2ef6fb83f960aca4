//! Whole processes: `wiredrift check` compared with a loop of serde_json and the `jsonschema` crate, on one
//! thread.
//!
//! `cargo build --release && GLIBC_TUNABLES=glibc.malloc.hugetlb=1 cargo run --release --manifest-path benches/Cargo.toml --bin process [ROUNDS]`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use wiredrift_benches::made::{Drift, list, lists, quoted};
use wiredrift_benches::median;
use wiredrift_benches::mutate::Random;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, kind, path] = arguments.as_slice()
        && flag == "--peer"
    {
        return peer(kind, Path::new(path));
    }
    let rounds = arguments
        .first()
        .and_then(|text| text.parse().ok())
        .unwrap_or(5);
    let folder = std::env::temp_dir().join("wiredrift-bench-process");
    make(&folder);
    let works = [
        ("200 MB of NDJSON", "ndjson", "list-organisations.v2.ndjson"),
        (
            "one document of 100 MB",
            "json",
            "list-organisations.v2.response.200.json",
        ),
        ("20,000 small files", "folder", "small"),
        ("a HAR of 50 MB", "har", "traffic.har"),
    ];
    for (name, kind, file) in works {
        let path = folder.join(file);
        let ratios = (0..rounds).map(|_| {
            let own = children(own(&path, "1", true));
            let other = children(Command::new(this()).arg("--peer").arg(kind).arg(&path));
            (own, other)
        });
        let figures: Vec<(f64, f64)> = ratios.collect();
        println!(
            "{name:<24} wiredrift {:.2} s, loop {:.2} s of CPU: {:.1} times as fast",
            median(figures.iter().map(|(own, _)| *own).collect()),
            median(figures.iter().map(|(_, other)| *other).collect()),
            median(figures.iter().map(|(own, other)| other / own).collect()),
        );
    }
    let path = folder.join("list-organisations.v2.ndjson");
    let threads = (0..rounds).map(|_| wall(own(&path, "2", true)) / wall(own(&path, "1", true)));
    println!(
        "two threads take {:.2} of the time of one",
        median(threads.collect())
    );
    for (name, file, is_told) in [
        ("without the operation", "log.ndjson", false),
        ("every payload deviates", "deviating.ndjson", true),
        ("both", "deviating.ndjson", false),
    ] {
        let other = folder.join(file);
        let figures = (0..rounds).map(|_| {
            let clean = children(own(&path, "1", true));
            clean / children(own(&other, "1", is_told))
        });
        println!(
            "NDJSON, {name}: {:.0} % of the speed",
            100.0 * median(figures.collect())
        );
    }
}

fn this() -> PathBuf {
    std::env::current_exe().expect("this program")
}

/// `is_told` says whether the operation, the side and the status are given.
fn own(path: &Path, jobs: &str, is_told: bool) -> &'static mut Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let mut command = Command::new(target.join("release/wiredrift"));
    command
        .arg("check")
        .arg(path)
        .args(["--contract", "organisations@v2", "--jobs", jobs]);
    if is_told && path.extension().is_none_or(|extension| extension != "har") {
        let told = [
            "--operation",
            "list-organisations",
            "--side",
            "response",
            "--status",
            "200",
        ];
        command.args(told);
    }
    Box::leak(Box::new(command))
}

fn wall(command: &mut Command) -> f64 {
    let start = std::time::Instant::now();
    command.stdout(Stdio::null()).status().expect("runs");
    start.elapsed().as_secs_f64()
}

/// The CPU seconds of a process; Linux.
fn children(command: &mut Command) -> f64 {
    let so_far = || {
        let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
        let behind = stat.rsplit(')').next().expect("fields");
        let fields: Vec<f64> = behind
            .split_whitespace()
            .map(|f| f.parse().unwrap_or(0.0))
            .collect();
        // Ticks of a hundredth of a second, of children that were waited for.
        (fields[13] + fields[14]) / 100.0
    };
    let start = so_far();
    command.stdout(Stdio::null()).status().expect("runs");
    so_far() - start
}

fn peer(kind: &str, path: &Path) {
    let name = "organisations/v2/paginated-organisation-list.schema.json";
    let schema = format!("{}/../schemas/{name}", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_slice(&fs::read(schema).expect("a schema")).expect("JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("compiles");
    let mut bad = 0;
    let mut check = |text: &[u8]| {
        let value = serde_json::from_slice::<Value>(text);
        bad += usize::from(!value.is_ok_and(|value| validator.is_valid(&value)));
    };
    match kind {
        "ndjson" => {
            use std::io::BufRead as _;
            let file = fs::File::open(path).expect("a file");
            let mut reader = std::io::BufReader::with_capacity(1 << 18, file);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).expect("a line") > 0 {
                check(&line);
                line.clear();
            }
        }
        "json" => check(&fs::read(path).expect("a file")),
        "folder" => {
            for entry in fs::read_dir(path).expect("a folder") {
                check(&fs::read(entry.expect("an entry").path()).expect("a file"));
            }
        }
        _ => {
            let archive: Value =
                serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
            for entry in archive["log"]["entries"].as_array().expect("entries") {
                let text = entry["response"]["content"]["text"].as_str().expect("text");
                check(text.as_bytes());
            }
        }
    }
    println!("{bad}");
}

fn make(folder: &Path) {
    let done = folder.join("done-2");
    if done.exists() {
        return;
    }
    fs::create_dir_all(folder.join("small")).expect("a folder");
    let drift = Drift {
        bad: 1,
        ..Drift::default()
    };
    let text = lists(200_000_000, 2, drift).join("\n");
    fs::write(folder.join("list-organisations.v2.ndjson"), &text).expect("written");
    // The name says nothing about the payloads.
    fs::write(folder.join("log.ndjson"), &text).expect("written");
    let deviating = Drift { bad: 100, ..drift };
    let text = lists(200_000_000, 2, deviating).join("\n");
    fs::write(folder.join("deviating.ndjson"), text).expect("written");
    let mut random = Random(1);
    let mut organisations = String::new();
    while organisations.len() < 100_000_000 {
        let one = list(&mut random, 2, Drift::default());
        let (start, end) = (
            one.find('[').expect("data") + 1,
            one.rfind(']').expect("data"),
        );
        if !organisations.is_empty() {
            organisations.push(',');
        }
        organisations.push_str(&one[start..end]);
    }
    let one = format!(
        "{{\"object\":\"paginated_list\",\"data\":[{organisations}],\"total\":1,\"count\":1,\"limit\":60,\
         \"current_page\":1,\"total_pages\":1,\"links\":null}}"
    );
    fs::write(folder.join("list-organisations.v2.response.200.json"), one).expect("written");
    for number in 0..20_000 {
        let one = list(&mut random, 2, drift);
        // A few organisations are enough for a small file.
        let end = one
            .match_indices("},{")
            .nth(4)
            .map_or(one.len(), |(at, _)| at + 1);
        let rest = one.rfind("],\"total").expect("the end");
        let name = format!("small/list-organisations.{number}.json");
        fs::write(
            folder.join(name),
            format!("{}{}", &one[..end], &one[rest..]),
        )
        .expect("written");
    }
    let mut entries: Vec<String> = Vec::new();
    let mut length = 0;
    while length < 50_000_000 {
        let body = quoted(&list(&mut random, 2, drift));
        let entry = format!(
            "{{\"startedDateTime\":\"2022-11-01T03:15:03Z\",\"request\":{{\"method\":\"GET\",\
             \"url\":\"https://api.example/api/v2/organisations\",\"headers\":[]}},\"response\":{{\"status\":200,\
             \"headers\":[],\"content\":{{\"mimeType\":\"application/json\",\"text\":{body}}}}}}}"
        );
        length += entry.len();
        entries.push(entry);
    }
    let har = format!(
        "{{\"log\":{{\"version\":\"1.2\",\"entries\":[{}]}}}}",
        entries.join(",")
    );
    fs::write(folder.join("traffic.har"), har).expect("written");
    fs::write(done, "").expect("written");
}
