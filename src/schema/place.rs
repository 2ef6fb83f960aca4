//! Where schemas stand.

use std::fmt;
use std::sync::Arc;

use crate::location::Pointer;

/// Where a schema stands in the documents it was compiled from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The URI that the document was given.
    pub document: Arc<str>,
    /// The place in the document.
    pub pointer: Pointer,
}

impl Place {
    /// A place further down.
    #[must_use]
    pub fn join(&self, below: &Pointer) -> Self {
        Self {
            document: Arc::clone(&self.document),
            pointer: Pointer::from_escaped(format!("{}{below}", self.pointer)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.document, self.pointer)
    }
}
