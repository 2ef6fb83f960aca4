//! What the walk executes: a table of places, compiled from the schema graph as payloads show them.

pub(crate) mod choice;
pub(crate) mod decide;
pub(crate) mod evidence;
pub(crate) mod glue;
pub(crate) mod how;
pub(crate) mod plan;
pub(crate) mod slot;
