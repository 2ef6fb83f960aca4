//! How much was read, and whether to stop: shared by the threads that read and by those that watch.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counts what is read, and stops readers.
#[derive(Debug, Default)]
pub struct Progress {
    bytes: AtomicU64,
    files: AtomicU64,
    is_reading: AtomicBool,
    is_stopped: AtomicBool,
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

    pub(super) fn opened(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
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
            return Err(io::Error::other("interrupted"));
        }
        let read = self.inner.read(buffer)?;
        progress.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
