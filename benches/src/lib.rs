//! Shared by the benches: generated payloads, CPU time and memory, medians.

pub mod made;
pub mod mutate;
pub mod openapi;
pub mod outside;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// CPU seconds of this thread so far.
pub fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The CPU seconds and the peak in MiB of one run of the release build. Linux, with GNU time.
pub fn cost(set_up: impl FnOnce(&mut Command)) -> (f64, f64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let mut command = Command::new("/usr/bin/time");
    command
        .args(["-f", "%U %S %M"])
        .arg(target.join("release/wiredrift"));
    set_up(&mut command);
    let output = command.stdout(Stdio::null()).output().expect("runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().last().expect("figures");
    let numbers: Vec<f64> = last
        .split(' ')
        .filter_map(|number| number.parse().ok())
        .collect();
    let [user, system, peak] = numbers[..] else {
        panic!("no figures: {text}");
    };
    (user + system, peak / 1024.0)
}

/// The median of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
