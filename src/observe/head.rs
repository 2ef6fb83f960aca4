//! The start of a payload, for guessing where it belongs.

use std::cell::OnceCell;

use crate::capture::Body;
use crate::json::TapeDocument;

use super::routing::fit::ELEMENTS;

/// The first elements of each array of a payload, parsed on demand.
pub(crate) struct Head<'b> {
    bytes: &'b [u8],
    document: OnceCell<Option<TapeDocument<'b>>>,
}

impl<'b> Head<'b> {
    pub(crate) fn of(body: &'b Body<'_>) -> Self {
        Self {
            bytes: &body.bytes,
            document: OnceCell::new(),
        }
    }

    /// `None` when it is not JSON.
    pub(crate) fn document(&self) -> Option<&TapeDocument<'b>> {
        let parse = || TapeDocument::head(self.bytes, ELEMENTS);
        self.document.get_or_init(parse).as_ref()
    }
}
