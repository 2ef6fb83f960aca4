//! Wire types of the built-in APIs, and nothing else.
//!
//! Each type derives both its serde form and its JSON Schema, and the two agree on what they accept
//! (tests compare them). Response types are open: an undeclared property is drift, not a
//! violation. Request types are closed where the API's description lists every property.
//!
//! Known differences between schema and serde; anything else is a defect. The tests that compare the two skip
//! these values:
//!
//! - Integers beyond 64 bits signed: a JSON Schema integer has no size; the Rust types store an `i64`.
//! - Formats `uri` and `email`: the Rust types keep the text as it is; only the schema asserts the format.
//! - Date-times such as `2/22-11-01T03:15:03Z`: the jsonschema crate (0.60.2) reads `* + , - . /` as
//!   digits; the Rust types do not.
//! - An array instead of an object: serde's derived structs also read their fields from an array, in order;
//!   the schema does not.
//! - Repeated keys: the last one counts for the schema, as in serde_json; serde refuses them in structs.

pub mod makeleaps;
pub mod organisations;
mod scalar;

pub use scalar::{Count, Id, NonEmpty, OneBased, PageLimit, ShortText, present, some};

#[cfg(test)]
mod tests;
