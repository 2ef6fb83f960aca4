//! Checks the responses of a handler against its contract, in a test of the handler.
//!
//! The handler is a plain function from request to response (`http` types), as used with `axum`, `hyper` and
//! others. `cargo test --example handler` runs the tests, `cargo run --example handler` prints one response.

#![expect(clippy::print_stdout, reason = "a program that prints what it found")]

use http::{Request, Response, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wiredrift::{Contract, Operation, Result};

/// What a client sends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewInvoice {
    /// In cents.
    total: u64,
}

/// What it gets.
#[derive(Debug, Serialize, JsonSchema)]
struct Invoice {
    number: u32,
    /// In cents.
    total: u64,
    paid: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Refusal {
    error: String,
}

/// The contract of the API, from the types that the handler uses.
fn billing() -> Result<Contract> {
    Contract::describe("billing", "v1", "Invoices")
        .operation(
            Operation::describe("create-invoice", "POST", "/invoices")
                .request::<NewInvoice>()
                .response::<Invoice>(201)
                .response::<Refusal>(422),
        )
        .build()
}

fn create_invoice(request: &Request<String>) -> Response<String> {
    let answer = |status, body: String| {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        response
    };
    match serde_json::from_str::<NewInvoice>(request.body()) {
        Ok(NewInvoice { total }) => {
            let invoice = Invoice {
                number: 7,
                total,
                paid: false,
            };
            answer(StatusCode::CREATED, serde_json::json!(invoice).to_string())
        }
        Err(error) => {
            let refusal = Refusal {
                error: error.to_string(),
            };
            let body = serde_json::json!(refusal).to_string();
            answer(StatusCode::UNPROCESSABLE_ENTITY, body)
        }
    }
}

fn main() -> Result<()> {
    let response = create_invoice(&Request::new(r#"{"total": 950}"#.to_owned()));
    println!("{} {}", response.status(), response.body());
    println!("{}", billing()?.to_openapi()?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use wiredrift::assert_conforms;

    use super::*;

    #[test]
    fn answers_are_as_the_contract_has_them() -> Result<()> {
        let contract = billing()?;
        for sent in [r#"{"total": 950}"#, r#"{"total": "a lot"}"#, "{"] {
            let response = create_invoice(&Request::new(sent.to_owned()));
            let body: Value = serde_json::from_str(response.body()).expect("JSON");
            // An undeclared property in a response is a warning; here it fails, too.
            let status = response.status().as_u16();
            assert_conforms!(body, contract, "create-invoice", response status, level = warning);
        }
        Ok(())
    }
}
