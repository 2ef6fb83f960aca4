//! Payloads that were rewritten, on their way to where they go.

use std::ops::Range;
use std::sync::Arc;

use crate::migrate::Done;

/// Payloads that are done, in their order.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) text: Vec<u8>,
    items: Vec<Item>,
}

/// A payload that is done: where it stands in a file, and what it becomes there.
#[derive(Debug)]
struct Item {
    file: Arc<str>,
    /// The offset in the file, in bytes; `None` where it does not stand there as it was read.
    start: Option<u64>,
    was: Range<usize>,
    new: Range<usize>,
}

/// What stands in a file, and what it becomes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Replaced<'p> {
    pub(super) file: &'p Arc<str>,
    pub(super) start: Option<u64>,
    pub(super) was: &'p [u8],
    pub(super) new: &'p [u8],
}

impl Pieces {
    /// Adds bytes that are written as they are.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    /// Adds a text that comes to stand in the place of a payload.
    pub(super) fn replace(&mut self, done: &Done<'_>, text: &str) {
        let written = done.body.as_written();
        let was = self.text.len();
        self.add(written.map_or(&[][..], |(_, was)| was));
        let new = self.text.len();
        self.add(done.body.written_like(text).as_bytes());
        self.items.push(Item {
            file: Arc::clone(&done.body.origin.file),
            start: written.map(|(start, _)| start),
            was: was..new,
            new: new..self.text.len(),
        });
    }

    /// The bytes that are written as they are.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.text
    }

    /// The texts that come to stand in the place of payloads.
    pub(super) fn replaced(&self) -> impl Iterator<Item = Replaced<'_>> {
        self.items.iter().map(|item| Replaced {
            file: &item.file,
            start: item.start,
            was: &self.text[item.was.clone()],
            new: &self.text[item.new.clone()],
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.items.is_empty()
    }
}
