//! The wire types of a service.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An invoice, as clients get it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Invoice {
    pub number: u32,
    /// In cents.
    pub total: u64,
    pub status: Status,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Open,
    Paid,
}
