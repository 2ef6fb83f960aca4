//! What traffic shows without any contract: operations by method and path, their parameters, statuses and payloads,
//! and what the values at each place of payloads are.
//!
//! Everything merges: associative, commutative, with the default as identity. What would grow without end is folded, and
//! what is folded stays folded, so that the order of merging makes no difference.

mod distinct;
mod format;
#[cfg(test)]
pub(crate) mod generated;
mod learner;
mod place;
mod segment;
mod sketch;
mod traffic;

pub use format::TextFormat;
pub use learner::{Learner, canonical};
pub use place::{PlaceProfile, Range, Seen, Sight, Tags, Types, Variant};
pub use segment::is_parameter;
pub use sketch::Sketch;
pub use traffic::{Field, Fields, Learnt, LooseKey, Message, OperationProfile, Resource};
