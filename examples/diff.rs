//! What changed between two OpenAPI documents: `cargo run --example diff -- old.yaml new.yaml`.

#![expect(clippy::print_stdout, reason = "a program that prints what it found")]

use wiredrift::{Color, Contract, Result, diff};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |usual: &str| arguments.next().unwrap_or_else(|| usual.to_owned());
    let old = Contract::load(next("samples/petstore/openapi.yaml"))?;
    let new = Contract::load(next("samples/petstore/next.yaml"))?;

    let changes = diff(&old, &new);
    for change in changes.breaking() {
        print!("{}", change.to_text(Color::Never));
        if let Some(witness) = change.witness() {
            println!("A payload that shows it: {witness}");
        }
        println!();
    }
    println!(
        "{} of {} changes are breaking",
        changes.breaking().count(),
        changes.len()
    );
    Ok(())
}
