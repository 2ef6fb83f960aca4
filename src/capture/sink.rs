//! Where readers put what they read.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use crate::location::Origin;

use super::exchange::Exchange;
use super::format::Format;
use super::unused::Unused;

/// An input, or a part of one, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ReadProblem {
    /// Where it is.
    pub(crate) origin: Origin,
    /// What is wrong, and what to do.
    pub(crate) message: String,
}

/// A file that was opened, and what it contained.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SourceRead {
    /// The file, as the user would name it.
    pub file: String,
    /// Its format; `None` if none was recognised.
    pub format: Option<Format>,
    /// The number of exchanges read from it.
    pub exchanges: u64,
}

/// Where readers put what they read.
pub trait Sink {
    /// Receives one exchange.
    fn exchange(&mut self, exchange: Exchange<'_>);
    /// Reports an entry that is no exchange to compare, and why.
    fn unused(&mut self, reason: Unused, origin: &Origin);
    /// Reports something that could not be read.
    fn problem(&mut self, problem: ReadProblem);
    /// Reports that a file is finished.
    fn source(&mut self, source: SourceRead);
    /// Reports a file of a folder that was skipped because it is not a capture, and why.
    fn skipped(&mut self, path: PathBuf, reason: &'static str);
    /// What follows belongs to this part of the captures. Parts are numbered in the order of the captures.
    /// Only readers with several threads use them.
    fn part(&mut self, number: u64) {
        let _ = number;
    }
    /// The current part has been read.
    fn part_ended(&mut self) {}
    /// Everything has been read.
    fn finish(&mut self) {}
}

/// A sink that changes or leaves out exchanges, and passes on everything else.
pub trait Through {
    /// The sink that receives what is passed on.
    type Sink: Sink + ?Sized;

    /// That sink.
    fn sink(&mut self) -> &mut Self::Sink;

    /// Receives one exchange.
    fn pass(&mut self, exchange: Exchange<'_>);
}

impl<T: Through> Sink for T {
    fn exchange(&mut self, exchange: Exchange<'_>) {
        self.pass(exchange);
    }

    fn unused(&mut self, reason: Unused, origin: &Origin) {
        self.sink().unused(reason, origin);
    }

    fn problem(&mut self, problem: ReadProblem) {
        self.sink().problem(problem);
    }

    fn source(&mut self, source: SourceRead) {
        self.sink().source(source);
    }

    fn skipped(&mut self, path: PathBuf, reason: &'static str) {
        self.sink().skipped(path, reason);
    }

    fn part(&mut self, number: u64) {
        self.sink().part(number);
    }

    fn part_ended(&mut self) {
        self.sink().part_ended();
    }

    fn finish(&mut self) {
        self.sink().finish();
    }
}

/// A sink whose work several threads can share.
///
/// [`Sink::part`] tells each fork which part of the captures comes next, so that the original order can be
/// restored when the forks are joined.
pub trait ParallelSink: Sink + Send + Sized {
    /// Creates an empty sink for another thread.
    fn fork(&self) -> Self;

    /// Merges what the forks saw. The result is the same as if one sink had seen everything.
    fn join(&mut self, forks: Vec<Self>);
}

/// Reads a part of the captures. A panic is reported as a problem with that part, and reading continues.
pub(crate) fn guarded(
    origin: &Origin,
    sink: &mut dyn Sink,
    read: impl FnOnce(&mut dyn Sink) -> u64,
) -> u64 {
    // What the sink learnt from this part may be incomplete; the problem says so.
    let read = std::panic::catch_unwind(AssertUnwindSafe(|| read(&mut *sink)));
    read.unwrap_or_else(|_| {
        let message = "an internal error stopped wiredrift from reading this part; the rest was checked. \
                       Please report this as a bug";
        sink.problem(ReadProblem {
            origin: origin.clone(),
            message: message.to_owned(),
        });
        0
    })
}
