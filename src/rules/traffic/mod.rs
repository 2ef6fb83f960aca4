//! What traffic shows, judged and put in words.

pub(crate) mod facts;
pub(crate) mod judge;
pub(crate) mod related;
pub(crate) mod unseen;
pub(crate) mod words;
mod cause;
mod silent;
