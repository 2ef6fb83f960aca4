//! All output goes through this file.

use std::borrow::Cow;
use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::error::{Error, Result};
use crate::redact::{only_styles, without_styles};
use crate::report::notice::github_error;
use crate::report::{Columns, WIDTH};

use super::progress::Bar;
use super::{Failure, ci};

/// The limits on the terminal width that lines are fitted to.
const NARROWEST: usize = 40;
const WIDEST: usize = 120;

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
const WARNING: Style = AnsiColor::BrightYellow.on_default().bold();

/// Standard output and standard error, with styles if they are wanted.
pub(super) struct Output {
    stdout: AutoStream<io::StdoutLock<'static>>,
    choice: ColorChoice,
    manner: Manner,
    /// Whether something reads commands from what is printed.
    runs_commands: bool,
    /// Shown until something is printed.
    bar: Option<Bar>,
}

/// How much is printed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// Only errors are printed.
    pub(super) quiet: bool,
    /// What was read and routed is printed, too.
    pub(super) verbose: bool,
    /// Nothing is added for CI systems.
    pub(super) no_ci: bool,
}

impl Output {
    pub(super) fn new(choice: ColorChoice, manner: Manner) -> Self {
        Self {
            stdout: AutoStream::new(io::stdout().lock(), choice),
            choice,
            manner,
            runs_commands: ci::reads_commands(),
            bar: None,
        }
    }

    /// Shows the progress of a long run, if somebody looks.
    pub(super) fn show_progress(&mut self, is_printing: bool) {
        let is_seen = io::stderr().is_terminal() && !(is_printing && io::stdout().is_terminal());
        if is_seen && !self.is_quiet() {
            self.bar = Bar::start();
        }
    }

    /// Removes the bar.
    pub(super) fn hide_progress(&mut self) {
        self.bar = None;
    }

    /// Whether only errors are printed.
    pub(super) const fn is_quiet(&self) -> bool {
        self.manner.quiet
    }

    /// Whether what was read and routed is printed.
    pub(super) const fn is_verbose(&self) -> bool {
        self.manner.verbose
    }

    /// Whether reports are added for the CI system that runs this process.
    pub(super) const fn adds_for_ci(&self) -> bool {
        !self.manner.no_ci
    }

    /// Writes to standard output.
    pub(super) fn print(&mut self, text: &str) -> io::Result<()> {
        self.hide_progress();
        let text = match self.stdout.current_choice() {
            // Write everything at once: a stripping stream writes the text between styles piece by piece.
            ColorChoice::Never => without_styles(text),
            _ => only_styles(text),
        };
        self.stdout.write_all(self.safe(&text).as_bytes())
    }

    /// Writes commands to the CI system to standard output.
    pub(super) fn print_commands(&mut self, commands: &str) -> io::Result<()> {
        self.hide_progress();
        self.stdout.write_all(without_styles(commands).as_bytes())
    }

    /// Text that the CI system does not take for commands.
    fn safe<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.runs_commands {
            true => ci::disarmed(text),
            false => Cow::Borrowed(text),
        }
    }

    /// The width of standard output in columns: that of the terminal, or a default for files and pipes.
    pub(super) fn width(&self) -> usize {
        // Shells set it for programs that ask; users set it for pipes.
        let asked = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
            // The width is unknown.
            .filter(|columns| *columns > 0);
        let columns = asked.or_else(|| {
            terminal_size::terminal_size_of(io::stdout()).map(|(columns, _)| usize::from(columns.0))
        });
        columns.map_or(WIDTH, |columns| columns.clamp(NARROWEST, WIDEST))
    }

    /// The same, for reports without other options.
    pub(super) fn columns(&self) -> Columns {
        Columns(self.width())
    }

    /// Whether the terminal shows links.
    pub(super) fn shows_links(&self) -> bool {
        self.is_styled() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout)
    }

    /// Whether printed text keeps its styles.
    pub(super) fn is_styled(&self) -> bool {
        self.stdout.current_choice() != ColorChoice::Never
    }

    /// Whether somebody reads standard output as it is printed.
    pub(super) fn is_seen(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Writes text to standard output unchanged, for other programs: scripts and patches.
    pub(super) fn print_as_is(&mut self, text: &str) -> io::Result<()> {
        self.hide_progress();
        self.stdout.flush()?;
        io::stdout().write_all(text.as_bytes())
    }

    /// Prints bytes that are not text.
    pub(super) fn print_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hide_progress();
        self.stdout.flush()?;
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// Writes a report to a file without styles, or to standard output.
    pub(super) fn write(&mut self, rendered: &str, path: Option<&Path>) -> Result<(), Failure> {
        match path {
            None => self.print(rendered)?,
            Some(path) => {
                let plain = without_styles(rendered);
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
        self.hide_progress();
        self.to_stderr(&self.safe(&only_styles(text)));
    }

    /// Writes commands to the CI system to standard error.
    pub(super) fn note_commands(&mut self, commands: &str) {
        self.hide_progress();
        self.to_stderr(&without_styles(commands));
    }

    /// Writes an error that ends the run to standard error. In GitHub Actions, it becomes an annotation, too.
    pub(super) fn error(&mut self, message: &str, cause: Option<&str>) {
        let cause = cause.map(|cause| format!("\n  caused by: {cause}"));
        let message = format!("{message}{}", cause.unwrap_or_default());
        self.error_in_report(&message);
        if self.adds_for_ci() && ci::is_github() {
            self.note_commands(&github_error(&without_styles(&message)));
        }
    }

    /// Writes an error that reports contain, too.
    pub(super) fn error_in_report(&mut self, message: &str) {
        self.note(&format!("{ERROR}error{ERROR:#}: {message}\n"));
    }

    /// Writes a warning to standard error. It does not change the result of the run.
    pub(super) fn warning(&mut self, message: &str) {
        self.note(&format!("{WARNING}warning{WARNING:#}: {message}\n"));
    }

    fn to_stderr(&self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.choice);
        // If standard error cannot be written, there is nowhere left to report that.
        let _ = write!(stderr, "{text}");
    }
}

/// The file that a link leads to, even if it does not exist yet.
fn behind_links(path: &Path) -> PathBuf {
    /// Links that are followed; more are a circle.
    const MOST: usize = 40;
    if let Ok(path) = fs::canonicalize(path) {
        return path;
    }
    let mut path = path.to_owned();
    for _ in 0..MOST {
        match fs::read_link(&path) {
            // A relative target starts at the folder of the link.
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => break,
        }
    }
    path
}

/// Writes a file atomically: a reader sees either the old or the new content. Links are followed. A device or
/// a pipe is written to directly.
pub(super) fn write_file(path: &Path, content: &str) -> Result<()> {
    write_bytes(path, content.as_bytes())
}

/// The same for a file that is no text.
pub(super) fn write_bytes(path: &Path, content: &[u8]) -> Result<()> {
    match staged(path, content)? {
        Some(staged) => staged.put(),
        None => Ok(()),
    }
}

/// Writes several files. The content of all of them is on disk before the first one is replaced.
pub(super) fn write_files(files: &[(&Path, String)]) -> Result<()> {
    let staged_files = files
        .iter()
        .map(|(path, content)| staged(path, content.as_bytes()));
    let staged_files: Vec<Option<Staged>> = staged_files.collect::<Result<_>>()?;
    staged_files.into_iter().flatten().try_for_each(Staged::put)
}

/// The new content of a file, next to the file.
struct Staged {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Staged {
    /// Replaces the file.
    fn put(self) -> Result<()> {
        let persisted = self.file.persist(&self.path);
        persisted.map_err(|error| Error::write(&self.path, &error.error))?;
        Ok(())
    }
}

/// Writes the new content of a file next to it. A device or a pipe is written to directly.
fn staged(path: &Path, content: &[u8]) -> Result<Option<Staged>> {
    let path = &behind_links(path);
    let failed = |error| Error::write(path, &error);
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .open(path)
            .map_err(failed)?;
        file.write_all(content).map_err(failed)?;
        return Ok(None);
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Its name is unpredictable and it must not exist yet, so that nobody can put a link in its place.
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wiredrift-");
    // Keep the permissions of the file.
    let known = fs::metadata(path).map(|metadata| metadata.permissions());
    #[cfg(unix)]
    if known.is_err() {
        use std::os::unix::fs::PermissionsExt as _;
        // As for any new file, reduced by the umask.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    if let Ok(permissions) = known {
        file.as_file()
            .set_permissions(permissions)
            .map_err(failed)?;
    }
    file.write_all(content).map_err(failed)?;
    let path = path.clone();
    Ok(Some(Staged { file, path }))
}
