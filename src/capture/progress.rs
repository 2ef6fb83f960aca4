//! How much was read, and whether to stop: shared by the threads that read and by those that watch.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Counts what is read, and stops readers.
#[derive(Debug, Default)]
pub struct Progress {
    bytes: AtomicU64,
    files: AtomicU64,
    is_reading: AtomicBool,
    is_stopped: AtomicBool,
    /// Whether captures are read that will be read again.
    is_ahead: AtomicBool,
}

impl Progress {
    /// Nothing was read yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: AtomicU64::new(0),
            files: AtomicU64::new(0),
            is_reading: AtomicBool::new(false),
            is_stopped: AtomicBool::new(false),
            is_ahead: AtomicBool::new(false),
        }
    }

    /// Bytes read, before decompression.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Files opened.
    pub fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    /// Whether captures are being read.
    pub fn is_reading(&self) -> bool {
        self.is_reading.load(Ordering::Relaxed)
    }

    /// Whether reading is to stop.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// Stops readers: they report what they could not read to the end. Returns whether that was new.
    pub fn stop(&self) -> bool {
        !self.is_stopped.swap(true, Ordering::Relaxed)
    }

    pub(super) fn set_reading(&self, is_reading: bool) {
        self.is_reading.store(is_reading, Ordering::Relaxed);
    }

    /// Counts nothing while captures are read that will be read again.
    pub(super) fn set_ahead(&self, is_ahead: bool) {
        self.is_ahead.store(is_ahead, Ordering::Relaxed);
    }

    pub(super) fn opened(&self) {
        if !self.is_ahead.load(Ordering::Relaxed) {
            self.files.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn count(&self, bytes: usize) {
        if !self.is_ahead.load(Ordering::Relaxed) {
            self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }
}

/// A reader that counts, and that fails once readers are stopped.
#[derive(Debug)]
pub(super) struct Counted<R> {
    inner: R,
    progress: Option<&'static Progress>,
}

impl<R> Counted<R> {
    pub(super) const fn new(inner: R, progress: Option<&'static Progress>) -> Self {
        Self { inner, progress }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(progress) = self.progress else {
            return self.inner.read(buffer);
        };
        if progress.is_stopped() {
            return Err(interrupted());
        }
        let read = self.inner.read(buffer)?;
        progress.count(read);
        Ok(read)
    }
}

/// Why a reader fails that was stopped. The kind `Interrupted` would make callers try again.
fn interrupted() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "interrupted")
}

/// A stream that a thread of its own reads, so that whoever waits for it can be stopped: a terminal or a pipe may have
/// nothing to read for a long time.
#[derive(Debug)]
pub(super) struct Waiting {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: io::Cursor<Vec<u8>>,
    progress: Option<&'static Progress>,
}

impl Waiting {
    /// Bytes read at once.
    const CHUNK: usize = 256 * 1024;
    /// How often a reader that waits looks whether it is stopped.
    const PATIENCE: Duration = Duration::from_millis(100);

    pub(super) fn new(mut stream: impl Read + Send + 'static, progress: Option<&'static Progress>) -> Self {
        let (send, chunks) = sync_channel(4);
        // If no thread starts, the stream is empty, which is reported.
        let _ = std::thread::Builder::new().name("input".to_owned()).spawn(move || {
            loop {
                let mut chunk = vec![0; Self::CHUNK];
                let read = stream.read(&mut chunk).map(|read| {
                    chunk.truncate(read);
                    chunk
                });
                if matches!(&read, Err(error) if error.kind() == io::ErrorKind::Interrupted) {
                    continue;
                }
                let is_last = !matches!(&read, Ok(chunk) if !chunk.is_empty());
                if send.send(read).is_err() || is_last {
                    return;
                }
            }
        });
        Self {
            chunks,
            chunk: io::Cursor::default(),
            progress,
        }
    }
}

impl Read for Waiting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.progress.is_some_and(Progress::is_stopped) {
                return Err(interrupted());
            }
            let read = self.chunk.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                if let Some(progress) = self.progress {
                    progress.count(read);
                }
                return Ok(read);
            }
            match self.chunks.recv_timeout(Self::PATIENCE) {
                Ok(Ok(chunk)) if chunk.is_empty() => return Ok(0),
                Ok(chunk) => self.chunk = io::Cursor::new(chunk?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}
