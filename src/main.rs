//! The command line of wiredrift.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    wiredrift::cli::run(arguments)
}
