//! Inputs: files, folders, standard input, memory; plain or compressed; with one thread or several.

mod blocks;
mod decompress;
mod folder;
mod parallel;
mod source;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use super::format::Format;
use super::sink::{ParallelSink, Sink};

pub(super) use blocks::{Block, Blocks, origin_of_line};
pub(super) use decompress::Frames;
use parallel::{Crew, is_long, share};
pub(super) use parallel::guarded;
use source::read_inputs;

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file or a folder.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// What is in memory, under a name that says of it what the name of a file does.
    Memory {
        /// The name.
        name: Arc<str>,
        /// What it holds.
        bytes: Arc<[u8]>,
    },
}

/// How large things may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one payload, one line or one file that has to be read whole, after decompression.
    pub body: u64,
}

impl Default for Limits {
    /// 256 MiB.
    fn default() -> Self {
        Self {
            body: crate::limits::BODY,
        }
    }
}

impl Limits {
    pub(crate) fn too_large(&self, what: &str, bytes: u64) -> String {
        format!(
            "{what} of {bytes} bytes is over the limit of {} (raise it with --max-body)",
            self.body
        )
    }

    /// What was read whole, unless there is too much of it.
    fn whole(&self, text: Vec<u8>) -> Result<Vec<u8>, String> {
        match text.len() as u64 > self.body {
            true => Err(format!(
                "the file is over the limit of {} bytes for what has to be read whole (raise it with \
                 --max-body)",
                self.body
            )),
            false => Ok(text),
        }
    }
}

/// How captures are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reading {
    /// The format of all of them, in place of what is recognised.
    pub format: Option<Format>,
    /// How much is read at once.
    pub limits: Limits,
    /// How many threads read; all cores unless said.
    pub jobs: Option<NonZeroUsize>,
}

impl Reading {
    /// Reads inputs, with several threads where that may pay.
    pub fn read(&self, inputs: &[Input], sink: &mut impl ParallelSink) {
        let jobs = self.jobs.map_or_else(
            || std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            NonZeroUsize::get,
        );
        if jobs == 1 || !inputs.iter().any(is_long) {
            return self.read_here(inputs, sink);
        }
        let mut forks: Vec<_> = (0..jobs).map(|_| sink.fork()).collect();
        share(inputs, self, sink, &mut forks);
        sink.finish();
        for fork in &mut forks {
            fork.finish();
        }
        sink.join(forks);
    }
    /// Reads inputs with this thread alone, in the order given; a folder in the order of its names.
    ///
    /// Nothing fails: what cannot be read is a problem of the sink.
    pub fn read_here(&self, inputs: &[Input], sink: &mut dyn Sink) {
        read_inputs(inputs, self, &mut Crew::Here(&mut *sink));
        sink.finish();
    }
}
