//! Runs wiredrift on public test suites and prints how many cases are right.
//!
//! ```text
//! cargo build --release
//! cargo run --release --manifest-path benches/Cargo.toml --bin conformance -- json-schema SUITE
//! cargo run --release --manifest-path benches/Cargo.toml --bin conformance -- openapi SUITE
//! cargo run --release --manifest-path benches/Cargo.toml --bin conformance -- yaml SUITE
//! ```
//!
//! SUITE is a checkout of the JSON Schema Test Suite, a folder with `VERSION/pass` and `VERSION/fail` as in
//! the OpenAPI Specification's tests of its own schemas, or the folder `src` of yaml-test-suite. None of them
//! is part of this project. Every verdict comes from the release build of `wiredrift`; only YAML goes through
//! the library, since the program has no output for it. `docs/CONFORMANCE.md` has the figures.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints what it measured"
)]

mod json_schema;
mod openapi;
mod yaml;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["json-schema", suite, only @ ..] => json_schema::run(Path::new(suite), only),
        ["openapi", suite] => openapi::run(Path::new(suite)),
        ["yaml", suite] => yaml::run(Path::new(suite)),
        _ => Err("usage: conformance json-schema|openapi|yaml SUITE".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// The built program. Set `WIREDRIFT` if it is not in the target folder of the project.
fn program() -> Result<PathBuf> {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/wiredrift");
    let program = std::env::var_os("WIREDRIFT").map_or_else(|| usual.into(), PathBuf::from);
    match program.exists() {
        true => Ok(program),
        false => Err(format!("build {} first", program.display()).into()),
    }
}

fn wiredrift(program: &Path, folder: &Path, arguments: &[String]) -> Result<Output> {
    let output = Command::new(program)
        .current_dir(folder)
        .args(arguments)
        .output()?;
    Ok(output)
}

/// The files of a folder, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

/// How many of how many.
#[derive(Default, Clone, Copy)]
struct Share {
    right: usize,
    all: usize,
}

impl Share {
    fn count(&mut self, is_right: bool) {
        self.right += usize::from(is_right);
        self.all += 1;
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{} of {}", self.right, self.all))
    }
}
