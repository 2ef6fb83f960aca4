//! Migration: what the changes between two contracts mean for payloads and for captured traffic.
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
pub use edit::EditKind;
pub use migration::Migration;
pub use moves::Moves;
pub(crate) use moves::declared;
pub use summary::{EditKey, EditUse, Met, Outcomes, Summary, Target, Values};
pub use upgrade::{Destination, Done, Upgrader};

#[cfg(test)]
mod tests;
