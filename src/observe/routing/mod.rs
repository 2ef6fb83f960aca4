//! Which operation an exchange or a bare payload belongs to.

pub(crate) mod destination;
pub(crate) mod distinct;
pub(crate) mod fit;
pub(crate) mod guess;
pub(crate) mod naming;
