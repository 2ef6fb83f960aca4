//! Checks recorded traffic against an OpenAPI document:
//! `cargo run --example check_har -- openapi.yaml session.har`.

#![expect(clippy::print_stdout, reason = "a program that prints what it found")]

use wiredrift::{Color, Contract, Level, Result, check};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |usual: &str| arguments.next().unwrap_or_else(|| usual.to_owned());
    let contract = Contract::load(next("samples/petstore/openapi.yaml"))?;
    let report = check(&contract)
        .captures([next("samples/petstore/captures/drifting/list-pets.har")])
        .level("undeclared-property", Level::Error)
        .run()?;
    for problem in report.problems() {
        println!("could not be read: {problem}");
    }
    for finding in report.at_least(Level::Error) {
        print!("{}", finding.to_text(Color::Never));
    }
    let errors = report.at_least(Level::Error).count();
    println!(
        "{errors} errors in {} payloads and requests",
        report.compared()
    );
    Ok(())
}
