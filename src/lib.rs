//! Checks captured HTTP/JSON traffic against versioned contracts.
//!
//! The way through the house: [`capture`] reads files into exchanges, [`observe`] routes each to an
//! operation of a [`contract`] and compares its payloads with the [`schema`] graph, [`rules`] judge
//! what was learnt, [`report`] renders the findings. [`diff`] says what changed between two contracts, with
//! a proof or a payload for each change.
//!
//! ```
//! use wiredrift::capture::{self, Input, Limits};
//! use wiredrift::contract::builtin;
//! use wiredrift::observe::{Observer, Options};
//! use wiredrift::rules::{Policy, judge};
//!
//! let registry = builtin::registry()?;
//! let family: Vec<_> = registry.versions("organisations").collect();
//! let v2 = family[1];
//!
//! let mut observer = Observer::new(vec![v2], family.clone(), Options::default());
//! let inputs = [Input::Path("samples/organisations/v1".into())];
//! capture::read_here(&inputs, None, &Limits::default(), &mut observer);
//!
//! let findings = judge(&observer.profile, &family, &Policy::default());
//! assert!(findings.iter().any(|finding| finding.subject == "archived"));
//! # Ok::<(), wiredrift::Error>(())
//! ```
//!
//! A contract of your own, from your own types, takes a few lines: see
//! [`Contract::describe`](contract::Contract::describe). In `cargo test`, [`assert_conforms!`] holds
//! a payload against an operation.

pub mod capture;
pub mod cli;
pub mod conformance;
pub mod contract;
pub mod diff;
mod error;
pub mod json;
pub mod limits;
pub mod lint;
pub mod location;
pub mod migrate;
pub mod model;
pub mod observe;
pub mod report;
pub mod rules;
pub mod schema;
mod shown;
pub mod source;

pub use error::{Error, ErrorKind, Result};
