//! Levels and descriptions for the changes between two contracts.

pub(crate) mod judge;
pub(crate) mod words;
