//! Places of schemas.

use std::fmt;
use std::sync::Arc;

use crate::location::Pointer;

/// The place of a schema in the documents it was compiled from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The URI of the document.
    pub document: Arc<str>,
    /// The pointer into the document.
    pub pointer: Pointer,
}

impl Place {
    /// A place below this one.
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
