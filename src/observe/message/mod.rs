//! Everything around payloads: statuses, presence and media types of bodies, parameters, placeholders.

pub(crate) mod exchange;
pub(crate) mod expectation;
pub(crate) mod incoming;
pub(crate) mod parameter;
pub(crate) mod placeholder;
pub(crate) mod refused;
pub(crate) mod body;

pub(crate) use body::allows_body;
pub(crate) use placeholder::is_placeholder;
