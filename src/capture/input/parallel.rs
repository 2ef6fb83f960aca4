//! Reads captures with several threads.

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::capture::Sink;
use crate::capture::sink::guarded;
use crate::location::{Origin, Position};

use super::dispatch::{Crew, Dispatch, Work};
use super::source::read_file;
use super::{Input, Reading, read_inputs};

/// Stack size of each thread in bytes, the same as for the main thread of the command line. It is reserved,
/// not committed.
const STACK: usize = crate::limits::STACK;

/// Files smaller than this, in bytes, are read before a second thread would have started.
const LONG: u64 = 1 << 20;

/// Whether reading an input with several threads may pay off.
pub(super) fn is_long(input: &Input) -> bool {
    match input {
        Input::Stdin => true,
        Input::Memory { bytes, .. } => bytes.len() as u64 >= LONG,
        Input::Found { .. } | Input::Hidden(_) | Input::Part(_) | Input::Unread { .. } => false,
        Input::Path(path) => path
            .metadata()
            .map_or(true, |found| found.is_dir() || found.len() >= LONG),
    }
}

/// Reads inputs into several sinks at once: `own` receives what this thread reports, and each of the others
/// belongs to a thread.
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
            // If fewer threads start than requested, those do all the work.
            is_shared |= thread.is_ok();
        }
        // Only the threads keep the receiver, so sending fails if all of them have died.
        drop(receive);
        if is_shared {
            let mut dispatch = Dispatch::new(send, count, &mut *own);
            read_inputs(inputs, reading, &mut Crew::Shared(&mut dispatch));
            dispatch.end();
        }
        // The threads end when the sender is dropped.
    });
    if !is_shared {
        reading.read_here(inputs, own);
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
            Ok(Work::Stream(stream)) => stream.read(&mut block, sink),
            Err(_) => return,
        }
    }
}
