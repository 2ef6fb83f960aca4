//! The walk: executes the program on the bytes of one payload.

pub(crate) mod array;
pub(crate) mod branch;
pub(crate) mod object;
pub(crate) mod scratch;
pub(crate) mod walk;
