//! What the walk executes: a table of places, compiled from the schema graph on demand.

pub(crate) mod choice;
pub(crate) mod decide;
pub(crate) mod evidence;
pub(crate) mod glue;
pub(crate) mod how;
pub(crate) mod plan;
pub(crate) mod slot;
pub(crate) mod decisions;
pub(crate) mod learn;
pub(crate) mod mode;
pub(crate) mod table;

/// No slot, no member, no counter.
pub(crate) const NONE: u32 = u32::MAX;

/// The slot of elements that are not constrained.
pub(crate) const UNASKED: u32 = NONE - 1;
