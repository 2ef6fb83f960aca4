//! The lexer: where strings, numbers and skipped values end.

pub(crate) mod literal;
pub(crate) mod scan;
pub(crate) mod time;
