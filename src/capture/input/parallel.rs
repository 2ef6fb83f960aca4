//! Several threads read captures: files of folders, and blocks of lines.

use std::io::BufRead;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::capture::format::{Format, ndjson};
use crate::capture::{Hint, ReadProblem, Sink, SourceRead};
use crate::location::{Origin, Position};

use super::blocks::{BLOCK, Block, Blocks};
use super::source::{read_file, read_inputs};
use super::{Input, Limits, Reading};

/// Bytes of stack of each thread: as much as the thread of the command line has. It is reserved, not used up.
const STACK: usize = crate::limits::STACK;

/// Files under this size, in bytes, are read before a second thread has started.
const LONG: u64 = 1 << 20;

/// Whether it may pay to read an input with several threads.
pub(super) fn is_long(input: &Input) -> bool {
    match input {
        Input::Stdin => true,
        Input::Memory { bytes, .. } => bytes.len() as u64 >= LONG,
        Input::Path(path) => path
            .metadata()
            .map_or(true, |found| found.is_dir() || found.len() >= LONG),
    }
}

/// Reads inputs into several sinks at once: `own` takes what the reader itself has to say, each of the
/// others is a thread.
pub(super) fn share<S: Sink + Send>(
    inputs: &[Input],
    reading: &Reading,
    own: &mut S,
    threads: &mut [S],
) {
    let (send, receive) = sync_channel(2 * threads.len());
    let receive = Arc::new(Mutex::new(receive));
    let count = threads.len();
    let mut is_shared = false;
    std::thread::scope(|scope| {
        for (number, sink) in threads.iter_mut().enumerate() {
            let receive = Arc::clone(&receive);
            let thread = std::thread::Builder::new()
                .name(format!("reader {number}"))
                .stack_size(STACK)
                .spawn_scoped(scope, move || {
                    work(&receive, reading, sink);
                });
            // With fewer threads than were asked for the rest does the work.
            is_shared |= thread.is_ok();
        }
        // Only threads receive: when all of them have died, nobody waits for them.
        drop(receive);
        if is_shared {
            let mut dispatch = Dispatch {
                send,
                threads: count,
                part: 0,
                is_open: false,
                sink: &mut *own,
            };
            read_inputs(inputs, reading, &mut Crew::Shared(&mut dispatch));
            dispatch.end();
        }
        // The threads end when there is nobody left to send.
    });
    if !is_shared {
        reading.read_here(inputs, own);
    }
}

/// What a thread reads.
enum Work {
    /// A file of a folder, and the number of its part.
    File(u64, PathBuf),
    /// Blocks of a stream, as long as there are any.
    Stream(Arc<Stream>),
}

/// A stream that several threads read: each takes the next block when it has walked the last one.
struct Stream {
    name: String,
    hint: Hint,
    progress: Mutex<Progress>,
}

/// How far a stream is read.
struct Progress {
    blocks: Blocks<Box<dyn BufRead + Send>>,
    /// The number of the last part.
    part: u64,
    /// Who is told of the number of the last part when the stream has ended.
    ended: Option<SyncSender<u64>>,
}

impl Stream {
    /// Reads the next block of lines; its part is numbered, unless the stream had ended before.
    fn next(&self, block: &mut Vec<u8>) -> (Option<u64>, Block) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.ended.is_none() {
            return (None, Block::End);
        }
        let found = progress.blocks.next(block);
        progress.part += 1;
        if let Block::End | Block::Broken(_) = &found
            && let Some(ended) = progress.ended.take()
        {
            // Who asked has not gone: it waits for this.
            let _: Result<(), _> = ended.send(progress.part);
        }
        (Some(progress.part), found)
    }

    /// Reads blocks until there are no more.
    fn read(&self, block: &mut Vec<u8>, limits: &Limits, sink: &mut dyn Sink) {
        loop {
            let (part, found) = self.next(block);
            let Some(part) = part else { return };
            sink.part(part);
            let exchanges = match found {
                Block::Lines(start) => {
                    let hint = &self.hint;
                    guarded(&start, sink, |sink| {
                        ndjson::read_block(block, &start, hint, limits, sink)
                    })
                }
                Block::TooLong(problem) => {
                    sink.problem(problem);
                    1
                }
                Block::Broken(problem) => {
                    sink.problem(problem);
                    return sink.part_ended();
                }
                Block::End => return sink.part_ended(),
            };
            sink.source(self.source(exchanges));
            sink.part_ended();
            // A buffer that a long line made large is not kept.
            if block.capacity() > 4 * BLOCK {
                *block = Vec::new();
            }
        }
    }

    fn source(&self, exchanges: u64) -> SourceRead {
        SourceRead {
            file: self.name.clone(),
            format: Some(Format::Ndjson),
            exchanges,
        }
    }
}

fn work(receive: &Mutex<Receiver<Work>>, reading: &Reading, sink: &mut dyn Sink) {
    let mut block = Vec::new();
    loop {
        let next = receive
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        match next {
            Ok(Work::File(part, path)) => {
                sink.part(part);
                let origin = Origin {
                    file: path.to_string_lossy().into(),
                    entry: None,
                    position: Position::START,
                };
                // Others wait for the end of this part, whatever happens in it.
                guarded(&origin, sink, |sink| {
                    read_file(&path, reading, sink, true);
                    0
                });
                sink.part_ended();
            }
            Ok(Work::Stream(stream)) => stream.read(&mut block, &reading.limits, sink),
            Err(_) => return,
        }
    }
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

/// Hands parts of captures to threads, and keeps the rest.
pub(crate) struct Dispatch<'s> {
    send: SyncSender<Work>,
    threads: usize,
    /// The number of the last part.
    part: u64,
    /// Whether that is one of its own, and is being read.
    is_open: bool,
    sink: &'s mut dyn Sink,
}

impl Dispatch<'_> {
    /// Numbers the next part, which is read into the sink that this returns.
    pub(crate) fn own(&mut self) -> &mut dyn Sink {
        self.end();
        self.part += 1;
        self.is_open = true;
        self.sink.part(self.part);
        self.sink
    }

    /// Says that its own part is read.
    fn end(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.sink.part_ended();
        }
    }

    /// A thread reads the file.
    pub(super) fn hand_file(&mut self, path: PathBuf) {
        self.end();
        self.part += 1;
        self.hand_over(Work::File(self.part, path));
    }

    fn hand_over(&self, work: Work) {
        // Threads end only after this one has; if one has panicked, the others take its share.
        let _: Result<(), _> = self.send.send(work);
    }

    /// Threads read the lines, and the caller goes on when they came to the end.
    pub(super) fn hand_lines(
        &mut self,
        reader: Box<dyn BufRead + Send>,
        origin: &Origin,
        hint: &Hint,
        limits: &Limits,
    ) {
        self.end();
        let (ended, end) = sync_channel(1);
        let stream = Arc::new(Stream {
            name: origin.file.to_string(),
            hint: hint.clone(),
            progress: Mutex::new(Progress {
                blocks: Blocks::new(reader, origin, limits),
                part: self.part,
                ended: Some(ended),
            }),
        });
        // The file ends with what this thread tells of it, behind what the others tell of its lines.
        let source = stream.source(0);
        for _ in 0..self.threads {
            self.hand_over(Work::Stream(Arc::clone(&stream)));
        }
        drop(stream);
        // When all threads have died there is no end, and nothing to go on with.
        if let Ok(part) = end.recv() {
            self.part = part;
        }
        self.own().source(source);
    }
}

/// Who reads.
pub(super) enum Crew<'r, 's> {
    /// This thread reads everything.
    Here(&'r mut dyn Sink),
    /// Other threads read what can be read apart.
    Shared(&'r mut Dispatch<'s>),
}

impl Crew<'_, '_> {
    /// The sink for what this thread reads.
    pub(super) fn sink(&mut self) -> &mut dyn Sink {
        match self {
            Self::Here(sink) => *sink,
            Self::Shared(dispatch) => dispatch.own(),
        }
    }
}
