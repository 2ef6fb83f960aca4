//! Callbacks: operations whose URLs are in the exchanges of other operations.
//!
//! The URLs are found before requests are compared, so that the order of the captures makes no difference. Standard
//! input can be read only once: there, URLs count from where they are sent.

mod collect;
mod evaluate;
mod learn;
mod urls;

pub use urls::CallbackUrls;
pub(super) use urls::{Claimed, host_of};
pub(crate) use urls::is_server;

#[cfg(test)]
mod tests;
