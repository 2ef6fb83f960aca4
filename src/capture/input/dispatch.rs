//! Work handed to threads: files of folders, and blocks of lines.

use std::io::BufRead;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::capture::blocks::{BLOCK, Block, Blocks};
use crate::capture::by_line::{self, Context, ReadLine};
use crate::capture::format::Format;
use crate::capture::sink::guarded;
use crate::capture::{Sink, SourceRead};
use crate::location::Origin;

/// Work for a thread.
pub(super) enum Work {
    /// A file of a folder, with the number of its part.
    File(u64, PathBuf),
    /// Blocks of a stream, until it ends.
    Stream(Arc<Stream>),
}

/// A stream read by several threads: each takes the next block when it has finished its last one.
pub(super) struct Stream {
    name: String,
    context: Context,
    /// Its format, and what reads a line of it.
    format: (Format, ReadLine),
    progress: Mutex<Progress>,
}

/// How far a stream has been read.
struct Progress {
    blocks: Blocks<Box<dyn BufRead + Send>>,
    /// The number of the last part.
    part: u64,
    /// Receives the number of the last part when the stream ends.
    ended: Option<SyncSender<u64>>,
}

impl Stream {
    /// Reads the next block of lines and numbers its part, unless the stream has already ended.
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
            // The receiver still exists: it waits for this.
            let _: Result<(), _> = ended.send(progress.part);
        }
        (Some(progress.part), found)
    }

    /// Reads blocks until there are no more.
    pub(super) fn read(&self, block: &mut Vec<u8>, sink: &mut dyn Sink) {
        loop {
            let (part, found) = self.next(block);
            let Some(part) = part else { return };
            sink.part(part);
            let exchanges = match found {
                Block::Lines(start) => {
                    let context = &self.context;
                    guarded(&start, sink, |sink| {
                        by_line::read_block(block, &start, context, self.format.1, sink)
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
            // Do not keep a buffer that a long line made large.
            if block.capacity() > 4 * BLOCK {
                *block = Vec::new();
            }
        }
    }

    fn source(&self, exchanges: u64) -> SourceRead {
        SourceRead {
            file: self.name.clone(),
            format: Some(self.format.0),
            exchanges,
        }
    }
}

/// Hands parts of captures to threads, and reads the rest itself.
pub(crate) struct Dispatch<'s> {
    send: SyncSender<Work>,
    threads: usize,
    /// The number of the last part.
    part: u64,
    /// Whether that part is read by this thread and still open.
    is_open: bool,
    sink: &'s mut dyn Sink,
}

impl<'s> Dispatch<'s> {
    /// A dispatch to this many threads; `sink` receives what this thread reads.
    pub(super) fn new(send: SyncSender<Work>, threads: usize, sink: &'s mut dyn Sink) -> Self {
        Self {
            send,
            threads,
            part: 0,
            is_open: false,
            sink,
        }
    }

    /// Numbers the next part, and returns the sink that it is read into.
    pub(crate) fn own(&mut self) -> &mut dyn Sink {
        self.end();
        self.part += 1;
        self.is_open = true;
        self.sink.part(self.part);
        self.sink
    }

    /// Ends this thread's own part, if one is open.
    pub(super) fn end(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.sink.part_ended();
        }
    }

    /// Hands a file to a thread.
    pub(super) fn hand_file(&mut self, path: PathBuf) {
        self.end();
        self.part += 1;
        self.hand_over(Work::File(self.part, path));
    }

    fn hand_over(&self, work: Work) {
        // Threads end only after this one does; if one has panicked, the others take over its share.
        let _: Result<(), _> = self.send.send(work);
    }

    /// Hands the lines to the threads, and returns when they have all been read.
    pub(super) fn hand_lines(
        &mut self,
        reader: Box<dyn BufRead + Send>,
        origin: &Origin,
        context: Context,
        format: (Format, ReadLine),
    ) {
        self.end();
        let (ended, end) = sync_channel(1);
        let stream = Arc::new(Stream {
            name: origin.file.to_string(),
            progress: Mutex::new(Progress {
                blocks: Blocks::new(reader, origin, &context.limits),
                part: self.part,
                ended: Some(ended),
            }),
            context,
            format,
        });
        // This thread reports the end of the file, after the other threads have reported its lines.
        let source = stream.source(0);
        for _ in 0..self.threads {
            self.hand_over(Work::Stream(Arc::clone(&stream)));
        }
        drop(stream);
        // If all threads have died, no end is reported, and there is nothing left to do.
        if let Ok(part) = end.recv() {
            self.part = part;
        }
        self.own().source(source);
    }
}

/// Which threads read.
pub(super) enum Crew<'r, 's> {
    /// This thread reads everything.
    Here(&'r mut dyn Sink),
    /// Other threads read what can be read independently.
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
