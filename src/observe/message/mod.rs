//! Everything around payloads: statuses, presence and media types of bodies, parameters, headers,
//! credentials, placeholders.

mod acceptable;
pub(crate) mod content;
mod credential;
pub(crate) mod exchange;
pub(crate) mod expectation;
mod header;
mod link;
pub(crate) mod incoming;
pub(crate) mod parameter;
pub(crate) mod placeholder;
mod problem;
pub(crate) mod refused;
mod semantics;
pub(crate) mod body;

pub(crate) use body::allows_body;
pub(crate) use credential::AUTHORIZATION_SCHEMES;
pub(crate) use placeholder::is_placeholder;
