//! Checks captured HTTP/JSON traffic against versioned contracts.
//!
//! A [`Contract`] says what requests and responses of an API look like. It is read from OpenAPI or JSON Schema
//! ([`Contract::load`]), described by Rust types ([`Contract::describe`]), taken from a framework that derives
//! OpenAPI ([`Contract::from_openapi`]), or built in ([`Contract::builtin`]). There are four things to do with it:
//!
//! | to | use |
//! | --- | --- |
//! | hold recorded traffic (HAR, raw HTTP, NDJSON, …) against it | [`check`] |
//! | hold one payload against an operation, in `cargo test` | [`assert_conforms!`] |
//! | see what a new version changes and breaks | [`diff`](diff()) |
//! | keep Rust types from breaking it unnoticed | [`assert_compatible!`] |
//!
//! ```
//! use wiredrift::{Color, Contract, Level, check};
//!
//! let contract = Contract::builtin("organisations@v2")?;
//! let report = check(&contract).captures(["samples/organisations/v1"]).run()?;
//! assert!(report.problems().is_empty(), "everything could be read");
//!
//! let finding = report.at_least(Level::Error).next().expect("v1 is not v2");
//! println!("{}", finding.to_text(Color::Always));
//! # Ok::<(), wiredrift::Error>(())
//! ```
//!
//! What was found comes as [`Finding`]s and [`Change`]s: each has a [`Rule`], a [`Level`] and a text. Whatever
//! could not be read or compared is an [`Error`] or among the problems of the [`Report`]; a run in which nothing
//! was compared does not pass.
//!
//! # Features
//!
//! - `cli` (default) is the command line, and brings what only that needs. A program that uses the library alone
//!   has `default-features = false`.
//! - `unstable` opens the modules inside, for benches and fuzzing. They change without notice.

#![cfg_attr(
    not(feature = "cli"),
    expect(
        dead_code,
        unused_imports,
        reason = "the command line uses what the library alone does not"
    )
)]

/// Declares the modules inside, which are open to benches and fuzzing alone.
macro_rules! rooms {
    ($($name:ident)*) => {
        $(
            #[cfg(feature = "unstable")]
            pub mod $name;
            #[cfg(not(feature = "unstable"))]
            mod $name;
        )*
    };
}

rooms! {
    capture
    contract
    diff
    json
    limits
    lint
    location
    migrate
    model
    observe
    redact
    report
    rules
    schema
    source
}

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod error;
mod facade;
mod stack;

pub use capture::ReadProblem;
pub use contract::{Contract, ContractBuilder, Operation, OperationBuilder};
pub use error::{Error, ErrorKind, Result};
pub use facade::{Check, Color, check, diff};
pub use report::Report;
pub use report::diff::Changes;
pub use rules::{Change, Finding, Level, Rule};

/// What the macros use.
#[doc(hidden)]
pub mod __private {
    pub use crate::facade::{lock_failure, payload_failure};
}

// Benches and tests share code, which names the crate.
#[cfg(test)]
extern crate self as wiredrift;
