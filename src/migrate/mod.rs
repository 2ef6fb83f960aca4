//! Migration: what the changes between two contracts mean for payloads, and for the traffic that was seen.
//!
//! [`Migration`] brings payloads of one contract into the shape of another, as far as the changes
//! determine it.

mod apply;
pub mod coverage;
mod edit;
pub mod impact;
mod keys;
mod layout;
mod migration;
mod moves;
mod object;
mod plan;
mod repair;
mod rewrite;
mod summary;
mod tree;
mod upgrade;

pub(crate) use edit::shown_value;
pub use edit::{Edit, EditKind, Proposal};
pub use layout::Layout;
pub use migration::{Counterpart, Migration, Routed};
pub use moves::Moves;
pub(crate) use moves::declared;
pub use rewrite::{LISTED, Rewritten};
pub use summary::{EditKey, EditUse, Met, Outcomes, Places, Summary, Tally, Target, Values};
pub use tree::{Member, Tree};
pub use upgrade::{Destination, Done, Upgrader};

#[cfg(test)]
mod tests;
