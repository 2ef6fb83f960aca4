//! Where readers put what they read.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use crate::location::Origin;

use super::exchange::Exchange;
use super::format::Format;

/// An input, or a part of one, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadProblem {
    /// The place.
    pub(crate) origin: Origin,
    /// What is wrong, and what to do.
    pub(crate) message: String,
}

/// A file that was opened and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRead {
    /// The file, as the user would name it.
    pub file: String,
    /// What it holds; `None` when no format was recognised.
    pub format: Option<Format>,
    /// Exchanges read from it.
    pub exchanges: u64,
}

/// Where readers put what they read.
pub trait Sink {
    /// One exchange.
    fn exchange(&mut self, exchange: Exchange<'_>);
    /// Something that could not be read.
    fn problem(&mut self, problem: ReadProblem);
    /// A file is finished.
    fn source(&mut self, source: SourceRead);
    /// A file of a folder that holds no capture, and why it was passed over.
    fn skipped(&mut self, path: PathBuf, reason: &'static str);
    /// What comes next is of this part of the captures; parts have numbers in the order of the
    /// captures. Only readers with several threads tell parts apart.
    fn part(&mut self, number: u64) {
        let _ = number;
    }
    /// The part that was told last is read.
    fn part_ended(&mut self) {}
    /// Everything was read.
    fn finish(&mut self) {}
}

/// A sink whose work several threads can share.
///
/// [`Sink::part`] tells each fork which part of the captures comes next, so that what has an order can
/// be put into it again when they are joined.
pub trait ParallelSink: Sink + Send + Sized {
    /// A sink for another thread, which has seen nothing yet.
    fn fork(&self) -> Self;

    /// Takes in what the forks saw. The result is that of one sink that saw everything.
    fn join(&mut self, forks: Vec<Self>);
}

/// Reads a part of the captures. A fault of this program is a problem of the part, and the rest is read.
pub(crate) fn guarded(
    origin: &Origin,
    sink: &mut dyn Sink,
    read: impl FnOnce(&mut dyn Sink) -> u64,
) -> u64 {
    // What the sink learnt of this part may be incomplete, which the problem says.
    let read = std::panic::catch_unwind(AssertUnwindSafe(|| read(&mut *sink)));
    read.unwrap_or_else(|_| {
        let message = "an internal error stopped wiredrift from reading this part; the rest was checked. \
                       Please report it";
        sink.problem(ReadProblem {
            origin: origin.clone(),
            message: message.to_owned(),
        });
        0
    })
}
