//! Counts what the walk found, and locates it again if a report may show it.

pub(crate) mod counter;
pub(crate) mod deferred;
pub(crate) mod fault;
pub(crate) mod measure;
pub(crate) mod place;
