//! The destination of rewritten payloads: standard output, or their files.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, BufReader, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::{NamedTempFile, TempPath};

use crate::capture::{Format, SourceRead};
use crate::error::{Error, ErrorKind};
use crate::report::{hunks, sign};

use super::ci;
use super::pieces::{Pieces, Replaced};

/// The number of lines of context around a change.
const CONTEXT: usize = 3;

/// The destination of rewritten payloads.
pub(super) enum Rewritten {
    Printed(Printed),
    Files(Box<Files>),
}

impl fmt::Debug for Rewritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Printed(_) => "Printed",
            Self::Files(_) => "Files",
        })
    }
}

impl Rewritten {
    /// Writes rewritten payloads, in the order of the captures.
    pub(super) fn put(&mut self, pieces: &Pieces) {
        match self {
            Self::Printed(printed) => printed.put(pieces.bytes()),
            Self::Files(files) => pieces.replaced().for_each(|replaced| files.put(replaced)),
        }
    }
}

/// Payloads on a stream, one after the other.
pub(super) struct Printed {
    stream: BufWriter<Box<dyn Write + Send>>,
    /// The first error. Nothing is written after it.
    failed: Option<io::Error>,
    /// Whether something reads commands from the stream.
    runs_commands: bool,
}

impl Printed {
    pub(super) fn to(stream: Box<dyn Write + Send>) -> Self {
        Self {
            stream: BufWriter::with_capacity(1 << 16, stream),
            failed: None,
            runs_commands: ci::reads_commands(),
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            let safe = match self.runs_commands {
                true => ci::disarmed_json(bytes),
                false => Cow::Borrowed(bytes),
            };
            self.failed = self.stream.write_all(&safe).err();
        }
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        match self.failed {
            Some(error) => Err(error),
            None => self.stream.flush(),
        }
    }
}

/// Takes the name of a file, its old content and its new content.
pub(super) type Patch<'p> = &'p mut dyn FnMut(&Path, &str, &str);

/// Files whose payloads are rewritten. Each is written as a whole after everything was read.
#[derive(Default)]
pub(super) struct Files {
    open: Option<Open>,
    changed: Vec<Changed>,
    /// The real paths of files that were read, since a file may have several names.
    known: BTreeSet<PathBuf>,
}

/// A file that is being read.
struct Open {
    /// The name of the file as the user wrote it.
    name: Arc<str>,
    /// `None` for a file that was already read under another name.
    rewriting: Option<Result<Rewriting, String>>,
}

/// A file that is being rewritten.
struct Rewriting {
    /// Its real path.
    path: PathBuf,
    /// The metadata of the file when it was opened.
    before: Metadata,
    original: BufReader<File>,
    /// The number of bytes of the original that were copied or replaced.
    at: u64,
    content: BufWriter<NamedTempFile>,
    /// The last text. It waits for the next one, because the response of an exchange may precede its request.
    held: Option<Held>,
}

/// A text that replaces a payload.
struct Held {
    start: u64,
    was: Vec<u8>,
    new: Vec<u8>,
}

/// A file whose new content is known.
struct Changed {
    name: Arc<str>,
    /// The content, or why it could not be created.
    content: Result<NewContent, String>,
}

/// The new content of a file.
struct NewContent {
    path: PathBuf,
    before: Metadata,
    content: TempPath,
}

/// Reasons why a file does not contain what was read from it.
const ELSEWHERE: &str = "its payloads are not stored in it verbatim (it may be compressed)";
const CHANGED: &str = "it changed while it was being read; run the command again";

impl Files {
    fn put(&mut self, replaced: Replaced<'_>) {
        let file = replaced.file;
        let is_same = |open: &Open| Arc::ptr_eq(&open.name, file) || open.name == *file;
        if !self.open.as_ref().is_some_and(is_same) {
            self.close();
            let path = fs::canonicalize(&**file).unwrap_or_else(|_| PathBuf::from(&**file));
            let is_new = self.known.insert(path.clone());
            self.open = Some(Open {
                name: Arc::clone(file),
                rewriting: is_new.then(|| Rewriting::open(path)),
            });
        }
        let open = self.open.as_mut().and_then(|open| open.rewriting.as_mut());
        if let Some(state) = open
            && let Ok(rewriting) = state
            && let Err(why) = rewriting.replace(replaced)
        {
            *state = Err(why);
        }
    }

    /// Copies the rest of the open file.
    fn close(&mut self) {
        if let Some(Open { name, rewriting }) = self.open.take()
            && let Some(rewriting) = rewriting
        {
            let content = rewriting.and_then(Rewriting::finish);
            self.changed.push(Changed { name, content });
        }
    }

    /// Writes the files, or a patch for them. Returns how many were written, and errors for the others.
    pub(super) fn finish(
        mut self,
        sources: &[SourceRead],
        mut patch: Option<Patch<'_>>,
    ) -> (u64, Vec<Error>) {
        self.close();
        self.changed.sort_by(|one, other| one.name.cmp(&other.name));
        let (mut count, mut refused) = (0, Vec::new());
        for Changed { name, content } in self.changed {
            let path = Path::new(&*name);
            let source = sources.iter().find(|source| *source.file == *name);
            let format = source.and_then(|source| source.format);
            let written = rewritable(format)
                .and(content)
                .and_then(|content| match &mut patch {
                    Some(patch) => content.patch(path, patch),
                    None => content.write(),
                });
            count += u64::from(written.is_ok());
            if let Err(why) = written {
                let message = format!(
                    "not rewritten: {why}; without --in-place and --dry-run its payloads are printed"
                );
                refused.push(Error::new(ErrorKind::Format, message).with_path(path));
            }
        }
        (count, refused)
    }
}

/// Whether files of a format can be rewritten. The error is the end of a sentence.
fn rewritable(format: Option<Format>) -> Result<(), String> {
    match format {
        Some(Format::Json | Format::Ndjson | Format::Har) => Ok(()),
        Some(format) => Err(format!(
            "it is {format}, and only JSON, NDJSON and HAR files can be rewritten"
        )),
        None => Err("it is not a file of payloads".to_owned()),
    }
}

impl Rewriting {
    fn open(path: PathBuf) -> Result<Self, String> {
        let opened = || -> io::Result<Self> {
            let original = File::open(&path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => io::Error::other("it is not a file that can be written"),
                _ => error,
            })?;
            let before = original.metadata()?;
            if !before.is_file() {
                return Err(io::Error::other("it is not a regular file"));
            }
            // Its name is unpredictable and it must not exist yet, so that nobody can put a link in its
            // place.
            let mut builder = tempfile::Builder::new();
            builder.prefix(".wiredrift-");
            let folder = path.parent().unwrap_or(Path::new("."));
            let content = builder
                .tempfile_in(folder)
                .or_else(|_| builder.tempfile())?;
            Ok(Self {
                path,
                before,
                original: BufReader::with_capacity(1 << 16, original),
                at: 0,
                content: BufWriter::with_capacity(1 << 16, content),
                held: None,
            })
        };
        opened().map_err(|error| error.to_string())
    }

    /// Replaces a payload with a text.
    fn replace(&mut self, replaced: Replaced<'_>) -> Result<(), String> {
        let Some(start) = replaced.start else {
            return Err(ELSEWHERE.to_owned());
        };
        if self.held.as_ref().is_some_and(|held| held.start > start) {
            return self.write(start, replaced.was, replaced.new);
        }
        let held = self.held.replace(Held {
            start,
            was: replaced.was.to_vec(),
            new: replaced.new.to_vec(),
        });
        match held {
            Some(held) => self.write(held.start, &held.was, &held.new),
            None => Ok(()),
        }
    }

    /// Copies the text before a payload, and writes its replacement.
    fn write(&mut self, start: u64, was: &[u8], new: &[u8]) -> Result<(), String> {
        let told = |error: io::Error| error.to_string();
        // A file that is given twice is read twice.
        let Some(between) = start.checked_sub(self.at) else {
            return Ok(());
        };
        let mut rest = (&mut self.original).take(between);
        let copied = io::copy(&mut rest, &mut self.content).map_err(told)?;
        let mut stands = vec![0; was.len()];
        let read = self.original.read_exact(&mut stands);
        if copied < between || read.is_err() || stands != was {
            let is_changed = self.is_changed().unwrap_or(true);
            return Err(if is_changed { CHANGED } else { ELSEWHERE }.to_owned());
        }
        self.content.write_all(new).map_err(told)?;
        self.at = start + was.len() as u64;
        Ok(())
    }

    /// Whether the file was changed since it was opened.
    fn is_changed(&self) -> io::Result<bool> {
        is_changed(&self.path, &self.before)
    }

    fn finish(mut self) -> Result<NewContent, String> {
        if let Some(held) = self.held.take() {
            self.write(held.start, &held.was, &held.new)?;
        }
        let rest = io::copy(&mut self.original, &mut self.content);
        rest.map_err(|error| error.to_string())?;
        let content = self.content.into_inner();
        let content = content.map_err(|error| error.to_string())?;
        Ok(NewContent {
            path: self.path,
            before: self.before,
            content: content.into_temp_path(),
        })
    }
}

/// Whether a file was replaced or changed since it was opened.
fn is_changed(path: &Path, before: &Metadata) -> io::Result<bool> {
    let now = fs::metadata(path)?;
    #[cfg(unix)]
    let is_other = {
        use std::os::unix::fs::MetadataExt as _;
        (now.dev(), now.ino()) != (before.dev(), before.ino())
    };
    #[cfg(not(unix))]
    let is_other = false;
    Ok(is_other || now.len() != before.len() || now.modified()? != before.modified()?)
}

impl NewContent {
    /// Replaces the file atomically: a reader sees either the old or the new content. Its permissions and
    /// owner are kept. A file with several hard links is overwritten in place, so that it keeps them.
    fn write(self) -> Result<(), String> {
        let told = |error: io::Error| error.to_string();
        if is_changed(&self.path, &self.before).map_err(told)? {
            return Err(CHANGED.to_owned());
        }
        if self.before.permissions().readonly() {
            return Err("it is read-only".to_owned());
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, chown};
            if self.before.nlink() > 1 {
                // A new file would have only one link, so overwrite the old one.
                let mut content = File::open(&self.content).map_err(told)?;
                let file = fs::OpenOptions::new()
                    .write(true)
                    .truncate(true)
                    .open(&self.path);
                io::copy(&mut content, &mut file.map_err(told)?).map_err(told)?;
                return Ok(());
            }
            let made = fs::metadata(&self.content).map_err(told)?;
            let owner = (self.before.uid(), self.before.gid());
            if (made.uid(), made.gid()) != owner {
                chown(&self.content, Some(owner.0), Some(owner.1)).map_err(|_| {
                    "it belongs to another user or group, which cannot be preserved".to_owned()
                })?;
            }
        }
        let permissions = self.before.permissions();
        fs::set_permissions(&self.content, permissions).map_err(told)?;
        match self.content.persist(&self.path) {
            Ok(()) => Ok(()),
            // The temporary file is in another folder.
            Err(error) => {
                let copied = fs::copy(&error.path, &self.path);
                copied.map(|_| ()).map_err(told)
            }
        }
    }

    /// Shows how the file would change.
    fn patch(&self, name: &Path, patch: &mut dyn FnMut(&Path, &str, &str)) -> Result<(), String> {
        let read = |path: &Path| fs::read_to_string(path).map_err(|error| error.to_string());
        patch(name, &read(&self.path)?, &read(&self.content)?);
        Ok(())
    }
}

/// The change of a file as input for `patch -p0`. `style` formats a line with this sign.
pub(super) fn unified(
    file: &Path,
    was: &str,
    is: &str,
    style: impl Fn(char, &str) -> String,
) -> String {
    let name = relative(file);
    // A tab terminates a name that contains spaces.
    let tab = if name.contains(' ') { "\t" } else { "" };
    let name = format!("{name}{tab}");
    patch((&name, &name), (was, is), style)
}

/// The patch from one named text to another.
pub(super) fn patch(
    (old, new): (&str, &str),
    (was, is): (&str, &str),
    style: impl Fn(char, &str) -> String,
) -> String {
    let mut out = format!("--- {old}\n+++ {new}\n");
    for hunk in hunks(was, is, CONTEXT) {
        out.push_str(&style('@', &hunk.header));
        out.push('\n');
        for (tag, line) in hunk.lines {
            let (line, end) = match line.strip_suffix('\n') {
                Some(line) => (line, "\n"),
                None => (line, "\n\\ No newline at end of file\n"),
            };
            out.push_str(&style(sign(tag), &format!("{}{line}", sign(tag))));
            out.push_str(end);
        }
    }
    out
}

/// The path relative to the current folder if the file is in it, because `patch` rejects others.
fn relative(file: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| file.strip_prefix(here).ok());
    below.unwrap_or(file).display().to_string()
}
