//! Rewritten payloads on their way to their destination.

use std::ops::Range;
use std::sync::Arc;

use crate::migrate::Done;

/// Rewritten payloads, in order.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) text: Vec<u8>,
    items: Vec<Item>,
}

/// A rewritten payload: its place in a file, and its new text there.
#[derive(Debug)]
struct Item {
    file: Arc<str>,
    /// The offset in the file, in bytes; `None` if the file does not contain the payload as it was read.
    start: Option<u64>,
    was: Range<usize>,
    new: Range<usize>,
}

/// A text in a file, and its replacement.
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

    /// Adds a text that replaces a payload.
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

    /// The texts that replace payloads.
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
