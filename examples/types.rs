//! A contract from Rust types, and a lock for it: `cargo run --example types`.

#![expect(clippy::print_stdout, reason = "a program that prints what it found")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wiredrift::{Contract, Operation, Result, assert_compatible};

/// An invoice.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Invoice {
    /// Its number, from 1.
    #[schemars(range(min = 1))]
    number: u32,
    /// In cents.
    total: u64,
    status: Status,
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Open,
    Paid,
}

fn main() -> Result<()> {
    let billing = Contract::describe("billing", "v1", "Invoices")
        .operation(
            Operation::describe("retrieve-invoice", "GET", "/invoices/{number}")
                .summary("Show an invoice")
                .path_parameter::<u32>("number")
                .response::<Invoice>(200),
        )
        .operation(
            Operation::describe("list-invoices", "GET", "/invoices")
                .summary("List all invoices")
                .query::<Status>("status")
                .response::<Vec<Invoice>>(200),
        )
        .build()?;
    for operation in billing.operations() {
        println!("{}  {}", operation.signature(), operation.summary());
    }

    // In your own test, this fails when a type changes in a way that breaks clients. After a compatible
    // change, `WIREDRIFT_UPDATE=1` writes the file.
    assert_compatible!(billing, "examples/contracts/billing.json");
    println!("the types match examples/contracts/billing.json");
    Ok(())
}
