//! What was not compared.

use std::ops::AddAssign;
use std::sync::Arc;

use crate::location::Origin;

/// Entries, exchanges or bodies that were not compared for the same reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NotCompared {
    /// How many.
    pub count: u64,
    /// The first one, by file and place.
    pub first: Option<Origin>,
}

impl NotCompared {
    /// Counts one.
    pub(crate) fn add(&mut self, origin: &Origin) {
        self.count += 1;
        self.offer(origin);
    }

    /// Keeps the place if it comes before the first one.
    fn offer(&mut self, origin: &Origin) {
        let rank = |origin: &Origin| (Arc::clone(&origin.file), origin.position.byte);
        if self.first.as_ref().is_none_or(|first| rank(origin) < rank(first)) {
            self.first = Some(origin.clone());
        }
    }
}

impl AddAssign<&Self> for NotCompared {
    fn add_assign(&mut self, other: &Self) {
        self.count += other.count;
        if let Some(first) = &other.first {
            self.offer(first);
        }
    }
}
