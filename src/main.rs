//! The command line of wiredrift.

use std::process::ExitCode;

fn main() -> ExitCode {
    wiredrift::cli::run(std::env::args_os())
}
