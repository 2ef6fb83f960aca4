//! Types that wiredrift inferred from traffic. They are a start: check names, and which fields are required.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wiredrift::{Contract, Operation};

/// Inferred from traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Book {
    /// `id`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// `pages`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<i64>,
    /// `title`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Inferred from traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Error {
    /// `status`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// `title`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Inferred from traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetBookResponse404 {
    /// `error`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Inferred from traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewBook {
    /// `pages`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<i64>,
    /// `title`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Inferred from 137 objects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pet {
    /// `id`
    pub id: i64,
    /// `kind`
    pub kind: PetKind,
    /// `name`
    pub name: PetName,
    /// `price`
    pub price: serde_json::Value,
    /// `status`
    pub status: PetStatus,
    /// `weightKg`
    #[serde(rename = "weightKg", default, skip_serializing_if = "Option::is_none")]
    pub weight_kg: Option<f64>,
}

/// One of 2 values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum PetKind {
    /// `cat`
    #[serde(rename = "cat")]
    Cat,
    /// `dog`
    #[serde(rename = "dog")]
    Dog,
}

/// One of 4 values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum PetName {
    /// `Bruno`
    #[serde(rename = "Bruno")]
    Bruno,
    /// `Mia`
    #[serde(rename = "Mia")]
    Mia,
    /// `Rex`
    #[serde(rename = "Rex")]
    Rex,
    /// `Tom`
    #[serde(rename = "Tom")]
    Tom,
}

/// One of 4 values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum PetStatus {
    /// `available`
    #[serde(rename = "available")]
    Available,
    /// `on hold`
    #[serde(rename = "on hold")]
    OnHold,
    /// `reserved`
    #[serde(rename = "reserved")]
    Reserved,
    /// `sold`
    #[serde(rename = "sold")]
    Sold,
}

/// The contract of these types: `wiredrift::check(&contract()?)` compares captures with it.
///
/// # Errors
///
/// When it contradicts itself.
pub fn contract() -> wiredrift::Result<Contract> {
    Contract::describe("api-petshop-example", "0.1.0", "api.petshop.example")
        .operation(
            Operation::describe("listBooks", "GET", "/books")
                .query::<i64>("limit")
                .response::<Vec<Book>>(200),
        )
        .operation(
            Operation::describe("createBook", "POST", "/books")
                .request::<NewBook>()
                .response::<Book>(201),
        )
        .operation(
            Operation::describe("deleteBook", "DELETE", "/books/{bookId}")
                .path_parameter::<i64>("bookId")
                .empty_response(204),
        )
        .operation(
            Operation::describe("getBook", "GET", "/books/{bookId}")
                .path_parameter::<i64>("bookId")
                .response::<GetBookResponse404>(404),
        )
        .operation(
            Operation::describe("getPet", "GET", "/v1/pets/{petId}")
                .path_parameter::<i64>("petId")
                .response::<Pet>(200)
                .response::<Error>(503),
        )
        .build()
}

fn main() -> wiredrift::Result<()> {
    let contract = contract()?;
    let report = wiredrift::check(&contract)
        .captures(["samples/captures/exchanges.ndjson"])
        .run()?;
    report.assert_clean(wiredrift::Level::Error);
    Ok(())
}
