//! The one place that prints.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::error::{Error, Result};

use super::Failure;

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();

/// Standard output and standard error, styled where that is wanted.
pub(super) struct Output {
    stdout: AutoStream<io::StdoutLock<'static>>,
    choice: ColorChoice,
}

impl Output {
    pub(super) fn new(choice: ColorChoice) -> Self {
        Self {
            stdout: AutoStream::new(io::stdout().lock(), choice),
            choice,
        }
    }

    /// Writes to standard output.
    pub(super) fn print(&mut self, text: &str) -> io::Result<()> {
        match self.stdout.current_choice() {
            // In one go: a stream that strips writes what stands between styles piece by piece.
            ColorChoice::Never => {
                let plain = anstream::adapter::strip_str(text).to_string();
                self.stdout.write_all(plain.as_bytes())
            }
            _ => self.stdout.write_all(text.as_bytes()),
        }
    }

    /// Writes data to standard output, byte by byte.
    pub(super) fn print_as_is(&mut self, text: &str) -> io::Result<()> {
        self.stdout.flush()?;
        io::stdout().write_all(text.as_bytes())
    }

    /// Writes a report: to a file without styles, or to standard output.
    pub(super) fn write(&mut self, rendered: &str, path: Option<&Path>) -> Result<(), Failure> {
        match path {
            None => self.print(rendered)?,
            Some(path) => {
                let plain = anstream::adapter::strip_str(rendered).to_string();
                write_file(path, &plain)?;
            }
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }

    /// Writes a note about what was printed to standard error.
    pub(super) fn note(&mut self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.choice);
        // When standard error is gone there is nowhere left to say so.
        let _ = write!(stderr, "{text}");
    }

    /// Writes an error to standard error.
    pub(super) fn error(&mut self, message: &str, cause: Option<&str>) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.choice);
        // When standard error is gone there is nowhere left to say so.
        let _ = writeln!(stderr, "{ERROR}error{ERROR:#}: {message}");
        if let Some(cause) = cause {
            let _ = writeln!(stderr, "  caused by: {cause}");
        }
    }
}

/// Writes a file as a whole: a reader sees the old content or the new, never a part. A link is
/// followed; what is no regular file (a device, a pipe) is written to as it is.
pub(super) fn write_file(path: &Path, content: &str) -> Result<()> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let failed = |error| Error::write(path, error);
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .open(path)
            .map_err(failed)?;
        return file.write_all(content.as_bytes()).map_err(failed);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    // Who may read and write the file is not for us to change.
    let permissions = fs::metadata(path).map(|metadata| metadata.permissions());
    let write = || {
        let mut file = create(&temporary, permissions.is_ok())?;
        if let Ok(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.write_all(content.as_bytes())?;
        fs::rename(&temporary, path)
    };
    let written = write();
    written.map_err(|error| {
        // What was written is of no use; that it may stay behind is the lesser evil.
        let _ = fs::remove_file(&temporary);
        Error::write(path, error)
    })
}

/// Creates a file; one that takes the place of another is nobody else's to read until it has its permissions.
fn create(path: &Path, is_private: bool) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if is_private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = is_private;
    options.open(path)
}
