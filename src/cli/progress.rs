//! Progress on a terminal, and what Ctrl-C does.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use walkdir::WalkDir;

use crate::capture::{Input, Progress};

/// What was read of the captures of this run.
pub(super) static PROGRESS: Progress = Progress::new();

/// The size of the captures in bytes; 0 if it is not known.
static TOTAL: AtomicU64 = AtomicU64::new(0);

/// How long a run is quiet.
const DELAY: Duration = Duration::from_secs(1);

/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// The exit code of a program that Ctrl-C ended: 128 and the number of SIGINT.
pub(super) const INTERRUPTED: u8 = 130;

/// Lets Ctrl-C end the reading of captures, so that what was found is reported. A second one, or one at another
/// time, ends the run at once.
pub(super) fn catch_interrupts() {
    let stop = || {
        if PROGRESS.is_reading() && PROGRESS.stop() {
            return;
        }
        #[expect(
            clippy::exit,
            reason = "a handler of signals has no other way to end the run"
        )]
        std::process::exit(INTERRUPTED.into());
    };
    // Without the handler, Ctrl-C ends the run at once.
    let _ = ctrlc::set_handler(stop);
}

/// A bar on standard error that appears when a run takes long. It disappears when it is dropped.
#[derive(Debug)]
pub(super) struct Bar {
    is_done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bar {
    /// Starts to wait.
    pub(super) fn start() -> Option<Self> {
        let is_done = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&is_done);
        let thread = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || draw(&done));
        thread.ok().map(|thread| Self {
            is_done,
            thread: Some(thread),
        })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.is_done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // Errors of the progress thread are ignored.
            let _ = thread.join();
        }
    }
}

/// Draws until the run is done.
fn draw(is_done: &AtomicBool) {
    let start = Instant::now();
    // It is hidden at first, so that it knows how fast the reading was from the start.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let mut is_shown = false;
    let style = |template: &str| {
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
    };
    let plain = style("{spinner} {msg} {elapsed}");
    let reading = style("{spinner} {msg}: {bytes}, {bytes_per_sec}");
    let sized =
        style("{spinner} {msg}: {bar:24} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left");
    while !is_done.load(Ordering::Relaxed) {
        let total = TOTAL.load(Ordering::Relaxed);
        let (bytes, files) = (PROGRESS.bytes(), PROGRESS.files());
        if bytes == 0 {
            bar.set_style(plain.clone());
            bar.set_message("working");
        } else {
            bar.set_style(if total > 0 {
                sized.clone()
            } else {
                reading.clone()
            });
            if total > 0 {
                bar.set_length(total.max(bytes));
            }
            bar.set_position(bytes);
            bar.set_message(match PROGRESS.is_reading() {
                true => crate::report::plural(files, "file"),
                false => "writing the report".to_owned(),
            });
        }
        if !is_shown && start.elapsed() >= DELAY {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            is_shown = true;
        }
        bar.tick();
        std::thread::park_timeout(TICK);
    }
    bar.finish_and_clear();
}

/// Measures captures in the background, for the time that is left.
pub(super) fn measure(inputs: &[Input]) {
    let mut paths: Vec<PathBuf> = Vec::new();
    for input in inputs {
        match input {
            Input::Path(path) => paths.push(path.clone()),
            // The length of a stream is not known.
            _ => return,
        }
    }
    // Without it, the bar has no end.
    let _ = std::thread::Builder::new()
        .name("measure".to_owned())
        .spawn(move || {
            let files = paths
                .iter()
                .flat_map(|path| WalkDir::new(path).follow_links(true));
            let sizes = files
                .filter_map(Result::ok)
                .filter_map(|entry| entry.metadata().ok());
            TOTAL.store(
                sizes
                    .filter(std::fs::Metadata::is_file)
                    .map(|file| file.len())
                    .sum(),
                Ordering::Relaxed,
            );
        });
}
