//! Checks captured HTTP/JSON traffic against versioned contracts.
//!
//! A [`Contract`] describes the requests and responses of an API. It is read from OpenAPI or JSON Schema
//! ([`Contract::load`]), described by Rust types ([`Contract::describe`]), taken from a framework that
//! derives OpenAPI ([`Contract::from_openapi`]), or built in ([`Contract::builtin`]). There are four things
//! to do with it:
//!
//! | to | use |
//! | --- | --- |
//! | check recorded traffic (HAR, raw HTTP, NDJSON, …) | [`check`] |
//! | check one payload against an operation, in `cargo test` | [`assert_conforms!`] |
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
//! The results are [`Finding`]s and [`Change`]s: each has a [`Rule`], a [`Level`] and a text. Whatever could
//! not be read or compared is an [`Error`] or is listed among the problems of the [`Report`]. A run in which
//! nothing was compared fails.
//!
//! # Features
//!
//! - `cli` (default) builds the command line and pulls in the dependencies that only it needs. To use only
//!   the library, set `default-features = false`.
//! - `unstable` makes the internal modules public, for benches and fuzzing. They change without notice.

#![cfg_attr(
    not(feature = "cli"),
    expect(
        dead_code,
        unused_imports,
        reason = "some items are only used by the command line"
    )
)]

/// Declares the internal modules, which are public only for benches and fuzzing.
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
    drift
    export
    infer
    json
    learn
    limits
    lint
    location
    media_type
    migrate
    model
    observe
    profile
    redact
    report
    rules
    schema
    source
    suggest
    survey
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

/// Items that the macros use.
#[doc(hidden)]
pub mod __private {
    pub use crate::facade::{lock_failure, payload_failure};
}

// Benches and tests share code that refers to the crate by its name.
#[cfg(test)]
extern crate self as wiredrift;
