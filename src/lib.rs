//! wiredrift
pub mod capture;
pub mod contract;
pub mod error;
pub mod json;
pub mod location;
pub mod model;
pub mod observe;
pub mod schema;
pub use error::{Error, Result};
