//! Orders the output of several threads that rewrite payloads.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::migrate::{Destination, Done};

use super::pieces::Pieces;
use super::rewritten::Rewritten;

/// The maximum number of bytes that wait for their turn. A thread with more bytes blocks.
const WAITING: usize = 8 << 20;

/// The number of bytes that a thread collects before it hands them over.
const COLLECTED: usize = 1 << 16;

/// Puts the output of several threads into the order of the captures.
#[derive(Debug)]
struct Ordered {
    state: Mutex<State>,
    has_moved_on: Condvar,
}

#[derive(Debug)]
struct State {
    /// The part whose turn it is.
    next: u64,
    /// Parts that wait for their turn.
    waiting: BTreeMap<u64, Part>,
    /// The number of waiting bytes.
    bytes: usize,
    rewritten: Rewritten,
}

#[derive(Debug, Default)]
struct Part {
    pieces: Vec<Pieces>,
    is_ended: bool,
}

impl State {
    fn write(&mut self, pieces: &Pieces) {
        self.rewritten.put(pieces);
    }

    /// Ends a part, and writes the parts whose turn it is now.
    fn end(&mut self, part: u64) {
        self.waiting.entry(part).or_default().is_ended = true;
        while let Some(part) = self.waiting.get_mut(&self.next) {
            let (pieces, is_ended) = (std::mem::take(&mut part.pieces), part.is_ended);
            for pieces in &pieces {
                self.bytes -= pieces.text.len();
                self.write(pieces);
            }
            if !is_ended {
                return;
            }
            self.waiting.remove(&self.next);
            self.next += 1;
        }
    }
}

/// The output of one thread.
pub(super) struct Lane {
    ordered: Arc<Ordered>,
    part: u64,
    pieces: Pieces,
    /// Whether files also receive payloads that do not conform to the new contract yet; `None` if all are
    /// printed.
    in_files: Option<bool>,
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lane({})", self.part)
    }
}

/// Lanes with the same destination.
pub(super) struct Lanes {
    ordered: Arc<Ordered>,
    in_files: Option<bool>,
}

impl Lanes {
    /// Creates lanes for threads. A reader with one thread uses one lane and does not number parts.
    pub(super) fn new(rewritten: Rewritten, in_files: Option<bool>) -> Self {
        let state = State {
            next: 0,
            waiting: BTreeMap::new(),
            bytes: 0,
            rewritten,
        };
        Self {
            ordered: Arc::new(Ordered {
                state: Mutex::new(state),
                has_moved_on: Condvar::new(),
            }),
            in_files,
        }
    }

    pub(super) fn lane(&self) -> Lane {
        Lane {
            ordered: Arc::clone(&self.ordered),
            part: 0,
            pieces: Pieces::default(),
            in_files: self.in_files,
        }
    }

    /// The destination with all output, once all lanes have been dropped.
    pub(super) fn finish(self) -> Option<Rewritten> {
        let ordered = Arc::into_inner(self.ordered)?;
        let state = ordered.state.into_inner();
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        // Do not wait for parts that never arrived.
        for (_, part) in std::mem::take(&mut state.waiting) {
            for pieces in &part.pieces {
                state.write(pieces);
            }
        }
        Some(state.rewritten)
    }
}

impl Ordered {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    /// Hands over what was collected.
    fn hand_on(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        if pieces.is_empty() {
            return;
        }
        let mut state = self.ordered.lock();
        loop {
            if state.next == self.part {
                return state.write(&pieces);
            }
            if state.bytes + pieces.text.len() <= WAITING {
                state.bytes += pieces.text.len();
                let part = state.waiting.entry(self.part).or_default();
                return part.pieces.push(pieces);
            }
            let moved_on = self.ordered.has_moved_on.wait(state);
            state = moved_on.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Destination for Lane {
    fn fork(&self) -> Self {
        Self {
            ordered: Arc::clone(&self.ordered),
            part: 0,
            pieces: Pieces::default(),
            in_files: self.in_files,
        }
    }

    fn part(&mut self, number: u64) {
        self.part = number;
        // Parts are numbered from 1. Without numbers, everything is part 0.
        let mut state = self.ordered.lock();
        state.next = state.next.max(1);
    }

    fn part_ended(&mut self) {
        self.hand_on();
        self.ordered.lock().end(self.part);
        self.ordered.has_moved_on.notify_all();
    }

    fn is_in_files(&self) -> bool {
        self.in_files.is_some()
    }

    fn take(&mut self, done: Done<'_>) {
        match self.in_files {
            None => {
                let bytes = done.bytes();
                let payload = crate::json::trim_end(crate::json::trim_start(&bytes));
                self.pieces.add(payload);
                self.pieces.add(b"\n");
            }
            Some(incomplete) => {
                let text = done.text.filter(|_| done.is_valid || incomplete);
                if let Some(text) = text.filter(|text| text.as_bytes() != done.body.as_read()) {
                    self.pieces.replace(&done, text);
                }
            }
        }
        if self.pieces.text.len() >= COLLECTED {
            self.hand_on();
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        if pieces.is_empty() {
            return;
        }
        let mut state = self.ordered.lock();
        match state.next == self.part {
            true => state.write(&pieces),
            // The part's turn may never come, so keep its output for `finish`.
            false => {
                state.bytes += pieces.text.len();
                let part = state.waiting.entry(self.part).or_default();
                part.pieces.push(pieces);
            }
        }
    }
}
