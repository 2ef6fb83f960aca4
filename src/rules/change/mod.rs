//! What changed between two contracts, judged and put in words.

pub(crate) mod judge;
pub(crate) mod words;
