//! Inputs: files, folders, standard input or memory, plain or compressed, read by one or more threads.

mod archive;
pub(super) mod decompress;
mod dispatch;
mod folder;
mod parallel;
mod part;
mod source;

use std::io::{self, BufReader};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::beside::Beside;
use super::fields::LogFields;
use super::format::Format;
use super::limits::Limits;
use super::progress::{Counted, Progress, Waiting};
use super::sink::{ParallelSink, Sink};

use dispatch::Crew;
use folder::read_folder;
use parallel::{is_long, share};
pub use part::Part;
use source::{HIDDEN, problem, read_path, read_stream};

/// A stream that is read.
#[derive(Debug, Clone, Copy)]
struct Source<'s> {
    /// Its name, as the user would write it.
    name: &'s str,
    /// Its path, if it was found in a folder or an archive rather than named by the user: such a file need not be a
    /// capture.
    of_folder: Option<&'s Path>,
    /// How many archives it is in.
    depth: u8,
    /// The files next to it, if it is in an archive.
    beside: Option<&'s Beside>,
}

impl<'s> Source<'s> {
    /// A stream that the user named.
    const fn named(name: &'s str) -> Self {
        Self {
            name,
            of_folder: None,
            depth: 0,
            beside: None,
        }
    }
}

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file or a folder.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// Data in memory. Its name provides the same hints as a file name.
    Memory {
        /// The name.
        name: Arc<str>,
        /// The data.
        bytes: Arc<[u8]>,
    },
    /// The data of a file that was found in a folder rather than named by the user: it need not be a capture.
    Found {
        /// The name.
        name: Arc<str>,
        /// The data.
        bytes: Arc<[u8]>,
    },
    /// A hidden file of a folder, which is not read.
    Hidden(PathBuf),
    /// A part of a file.
    Part(Part),
    /// A file that somebody else could not read.
    Unread {
        /// Its name.
        name: Arc<str>,
        /// Why.
        message: String,
    },
}

/// How captures are read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The format of all captures, instead of detecting it.
    pub format: Option<Format>,
    /// The fields of log lines, instead of guessing them.
    pub fields: LogFields,
    /// Size limits.
    pub limits: Limits,
    /// The number of threads that read; by default, one per core.
    pub jobs: Option<NonZeroUsize>,
    /// Counts what is read, and stops readers.
    pub progress: Option<&'static Progress>,
}

impl Reading {
    /// Reads inputs, with several threads if that may pay off.
    pub fn read(&self, inputs: &[Input], sink: &mut impl ParallelSink) {
        self.set_reading(true);
        self.read_all(inputs, sink);
        self.set_reading(false);
    }

    /// The same on this thread only, in the order of the inputs.
    pub fn read_in_order(&self, inputs: &[Input], sink: &mut dyn Sink) {
        self.set_reading(true);
        self.read_here(inputs, sink);
        self.set_reading(false);
    }

    /// Reads inputs that will be read again, without counting them.
    pub fn read_ahead(&self, inputs: &[Input], sink: &mut impl ParallelSink) {
        let set_ahead = |is_ahead| {
            if let Some(progress) = self.progress {
                progress.set_ahead(is_ahead);
            }
        };
        set_ahead(true);
        self.read(inputs, sink);
        set_ahead(false);
    }

    fn read_all(&self, inputs: &[Input], sink: &mut impl ParallelSink) {
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

    fn set_reading(&self, is_reading: bool) {
        if let Some(progress) = self.progress {
            progress.set_reading(is_reading);
        }
    }

    /// Whether reading is to stop.
    fn is_stopped(&self) -> bool {
        self.progress.is_some_and(Progress::is_stopped)
    }

    /// Reads inputs on this thread only, in the order given; the files of a folder are read in name order.
    ///
    /// This never fails: unreadable input is reported to the sink as a problem.
    pub fn read_here(&self, inputs: &[Input], sink: &mut dyn Sink) {
        read_inputs(inputs, self, &mut Crew::Here(&mut *sink));
        sink.finish();
    }
}

/// Reads inputs in the order given.
fn read_inputs(inputs: &[Input], reading: &Reading, crew: &mut Crew<'_, '_>) {
    for input in inputs {
        if reading.is_stopped() {
            return;
        }
        match input {
            Input::Stdin => {
                let stdin = BufReader::new(Waiting::new(io::stdin(), reading.progress));
                read_stream(stdin, &Source::named("<stdin>"), reading, crew);
            }
            Input::Memory { name, bytes } => {
                let reader = io::Cursor::new(Arc::clone(bytes));
                read_stream(reader, &Source::named(name), reading, crew);
            }
            Input::Found { name, bytes } => {
                let reader = io::Cursor::new(Arc::clone(bytes));
                let source = Source {
                    of_folder: Some(Path::new(&**name)),
                    ..Source::named(name)
                };
                read_stream(reader, &source, reading, crew);
            }
            Input::Hidden(path) => crew.sink().skipped(path.clone(), HIDDEN),
            Input::Part(part) => part.read(reading, crew.sink()),
            Input::Unread { name, message } => crew.sink().problem(problem(name, message.clone())),
            Input::Path(path) if path.is_dir() => read_folder(path, reading, crew),
            Input::Path(path) => read_path(path, reading, crew, false),
        }
    }
}
