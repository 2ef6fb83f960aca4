//! What traffic shows, judged and put in words.

mod alias;
mod cause;
pub(crate) mod facts;
pub(crate) mod judge;
pub(crate) mod parts;
mod related;
mod silent;
pub(crate) mod unseen;
mod values;
pub(crate) mod words;
