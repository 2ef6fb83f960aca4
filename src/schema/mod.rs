//! The schema graph: every schema of a contract, compiled once into an arena of nodes.
//!
//! References are edges, cycles are allowed, and every node keeps the pointer it was compiled from.
//! Validation and observation are walks over this structure. The `jsonschema` crate decides keywords that
//! look at a single value, such as `format` ([`KeywordCheck`]). For all other keywords, property tests
//! compare the verdict with that crate's.
//!
//! All [`Dialect`]s compile to the same nodes. Differences between drafts and OpenAPI versions are resolved
//! during compilation, so walks do not need to know the dialect.

mod accept;
mod check;
mod compile;
mod cycles;
mod dialect;
mod direction;
mod discriminator;
mod documents;
pub mod emit;
mod evaluated;
mod follow;
pub(crate) mod format;
mod graph;
mod hold;
mod keyword;
mod node;
mod node_id;
pub(crate) mod pattern;
mod place;
mod portable;
mod problem;
mod refused;
mod resources;
mod traverse;
mod vocabulary;

pub use accept::Memo;
pub use check::KeywordCheck;
pub(crate) use check::{FormatTest, crate_accepts};
pub use compile::{CompileOptions, Compiler, compile};
pub use dialect::Dialect;
pub use documents::{Document, Documents};
pub(crate) use evaluated::Evaluated;
pub use graph::Graph;
pub use keyword::{
    Contains, Discriminator, Length, Required, Types, Values, Xml, XmlNode,
};
pub(crate) use keyword::Tagged;
pub use node::Node;
pub use node_id::NodeId;
pub use place::Place;
pub use portable::portable;
pub use problem::{ContractProblem, ProblemKind};
pub(crate) use resources::{NOT_FETCHED, join, not_fetched};
pub(crate) use traverse::{Application, Assertion};
pub use vocabulary::Vocabularies;

/// The dialect of emitted schemas.
pub const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";

#[cfg(test)]
pub(crate) mod tests;
