//! Several threads read captures: files of folders, and blocks of lines.

use std::io::BufRead;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::location::Origin;

use super::lines::{self, Block, Blocks};
use super::source::{self, Input, Limits};
use super::{Format, Hint, Sink, SourceRead};

/// Bytes of stack of each thread: as much as the thread of the command line has. It is reserved, not used up.
const STACK: usize = 256 << 20;

/// Reads inputs into several sinks at once: the first takes what the reader itself has to say, each of
/// the others is a thread. [`Sink::part`] tells a sink which part of the captures comes next, so that
/// what has an order can be put into it again.
pub fn read_parallel<S: Sink + Send>(
    inputs: &[Input],
    format: Option<Format>,
    limits: &Limits,
    sinks: &mut [S],
) {
    let Some((own, threads)) = sinks.split_first_mut() else {
        return;
    };
    if threads.is_empty() {
        return source::read(inputs, format, limits, own);
    }
    let (send, receive) = sync_channel(2 * threads.len());
    let (give_back, spare) = channel();
    let receive = Arc::new(Mutex::new(receive));
    let mut is_shared = false;
    std::thread::scope(|scope| {
        for (number, sink) in threads.iter_mut().enumerate() {
            let (receive, give_back) = (Arc::clone(&receive), give_back.clone());
            let thread = std::thread::Builder::new()
                .name(format!("reader {number}"))
                .stack_size(STACK)
                .spawn_scoped(scope, move || {
                    work(&receive, &give_back, format, limits, sink);
                });
            // With fewer threads than were asked for the rest does the work.
            is_shared |= thread.is_ok();
        }
        // Only threads receive: when all of them have died, nobody waits for them.
        drop(receive);
        if is_shared {
            let mut dispatch = Dispatch {
                send,
                spare,
                part: 0,
                sink: &mut *own,
            };
            source::dispatch(inputs, format, limits, &mut dispatch);
        }
        // The threads end when there is nobody left to send.
    });
    if !is_shared {
        source::read(inputs, format, limits, own);
    }
    for sink in sinks {
        sink.finish();
    }
}

/// What a thread reads.
enum Work {
    /// A file of a folder.
    File(PathBuf),
    /// Lines of a stream.
    Lines(Vec<u8>, Arc<Stream>, Origin),
}

/// A stream of which lines are read.
#[derive(Debug)]
struct Stream {
    name: String,
    hint: Hint,
}

fn work(
    receive: &Mutex<Receiver<(u64, Work)>>,
    give_back: &Sender<Vec<u8>>,
    format: Option<Format>,
    limits: &Limits,
    sink: &mut dyn Sink,
) {
    loop {
        let next = receive
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok((part, work)) = next else {
            return;
        };
        sink.part(part);
        match work {
            Work::File(path) => source::file(&path, format, limits, sink, true),
            Work::Lines(block, stream, start) => {
                let exchanges = lines::each(&block, &start, &stream.hint, limits, sink);
                sink.source(SourceRead {
                    file: stream.name.clone(),
                    format: Some(Format::Ndjson),
                    exchanges,
                });
                // One that a long line made large is not kept; and when reading has ended nobody wants
                // it back.
                if block.capacity() <= 4 * lines::BLOCK {
                    let _: Result<(), _> = give_back.send(block);
                }
            }
        }
    }
}

/// Hands parts of captures to threads, and keeps the rest.
pub(super) struct Dispatch<'s> {
    send: SyncSender<(u64, Work)>,
    /// Blocks that were read.
    spare: Receiver<Vec<u8>>,
    part: u64,
    sink: &'s mut dyn Sink,
}

impl Dispatch<'_> {
    /// Numbers the next part, which is read into the sink that this returns.
    pub(super) fn own(&mut self) -> &mut dyn Sink {
        self.part += 1;
        self.sink.part(self.part);
        self.sink
    }

    /// A thread reads the file.
    pub(super) fn file(&mut self, path: PathBuf) {
        self.hand_over(Work::File(path));
    }

    fn hand_over(&mut self, work: Work) {
        self.part += 1;
        // Threads end only after this one has; if one has panicked, the others take its share.
        let _: Result<(), _> = self.send.send((self.part, work));
    }

    /// Threads read the lines.
    pub(super) fn lines(
        &mut self,
        reader: &mut dyn BufRead,
        origin: &Origin,
        hint: &Hint,
        limits: &Limits,
    ) {
        let stream = Arc::new(Stream {
            name: origin.file.to_string(),
            hint: hint.clone(),
        });
        let mut blocks = Blocks::new(reader, limits);
        let mut at = origin.clone();
        let mut too_long = 0;
        let error = loop {
            let mut block = self.spare.try_recv().unwrap_or_default();
            match blocks.next(&mut block) {
                Ok(Block::Lines) => {
                    let start = at.clone();
                    at.position = lines::behind(at.position, &block);
                    self.hand_over(Work::Lines(block, Arc::clone(&stream), start));
                }
                Ok(Block::TooLong(bytes, consumed)) => {
                    too_long += 1;
                    self.own().problem(lines::too_long(&at, limits, bytes));
                    at.position = lines::behind_line(at.position, consumed);
                }
                Ok(Block::White(bytes)) => {
                    at.position = lines::behind_white(at.position, bytes);
                }
                Ok(Block::End) => break None,
                Err(error) => break Some(lines::broken(&at, &error)),
            }
        };
        let sink = self.own();
        if let Some(problem) = error {
            sink.problem(problem);
        }
        // The file ends here; threads have told of its lines.
        sink.source(SourceRead {
            file: stream.name.clone(),
            format: Some(Format::Ndjson),
            exchanges: too_long,
        });
    }
}
