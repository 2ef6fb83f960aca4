//! Inputs: files, folders, standard input, memory; plain or compressed; with one thread or several.

mod decompress;
mod dispatch;
mod folder;
mod parallel;
mod source;

use std::io::{self, BufReader};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use super::format::Format;
use super::limits::Limits;
use super::sink::{ParallelSink, Sink};

pub(super) use decompress::Frames;
use dispatch::Crew;
use folder::read_folder;
use parallel::{is_long, share};
use source::{read_path, read_stream};

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

/// Reads inputs in the order given.
fn read_inputs(inputs: &[Input], reading: &Reading, crew: &mut Crew<'_, '_>) {
    for input in inputs {
        match input {
            Input::Stdin => {
                let stdin = BufReader::new(io::stdin());
                read_stream(stdin, "<stdin>", reading, crew, None);
            }
            Input::Memory { name, bytes } => {
                let reader = io::Cursor::new(Arc::clone(bytes));
                read_stream(reader, name, reading, crew, None);
            }
            Input::Path(path) if path.is_dir() => read_folder(path, reading, crew),
            Input::Path(path) => read_path(path, reading, crew, false),
        }
    }
}
