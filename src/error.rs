//! The public error type.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

/// Why an operation of wiredrift failed.
///
/// The text is a lower-case fragment that names the place and says what to do. The cause, if there is one, is
/// in [`source`](StdError::source).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    path: Option<PathBuf>,
    /// Whether the message names the path.
    names_path: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What sort of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An input could not be opened or read.
    Read,
    /// A file could not be written.
    Write,
    /// An input was read but is malformed.
    Format,
    /// An input was given as a contract but is not one.
    NoContract,
    /// A contract, version, operation or rule that does not exist was named.
    Unknown,
    /// A schema cannot be compiled.
    Schema,
    /// A generated file is out of date.
    OutOfDate,
    /// A limit was reached.
    Limit,
    /// There was nothing to compare, or nothing that belongs to the contract.
    NothingCompared,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            path: None,
            names_path: false,
            source: None,
        }))
    }

    /// Appends to the message.
    pub(crate) fn adding(mut self, more: &str) -> Self {
        self.0.message.push_str(more);
        self
    }

    pub(crate) fn with_path(mut self, path: &Path) -> Self {
        self.0.path = Some(path.to_owned());
        self
    }

    /// Replaces the name of a folder in the path and in the message.
    pub(crate) fn renamed(mut self, folder: &str, name: &str) -> Self {
        let renamed = |text: &str| text.replace(folder, name);
        let path = self.0.path.take();
        self.0.path = path.map(|path| PathBuf::from(renamed(&path.display().to_string())));
        self.0.message = renamed(&self.0.message);
        self
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    pub(crate) fn read(path: &Path, source: &std::io::Error) -> Self {
        let near = match source.kind() {
            std::io::ErrorKind::NotFound => near_file(path),
            _ => None,
        };
        let near = near.map(|near| format!("; did you mean `{}`?", near.display()));
        let message = format!(
            "cannot read {}: {}{}",
            path.display(),
            io_words(source),
            near.unwrap_or_default()
        );
        Self::about(ErrorKind::Read, message, path)
    }

    pub(crate) fn write(path: &Path, source: &std::io::Error) -> Self {
        let message = format!("cannot write {}: {}", path.display(), io_words(source));
        Self::about(ErrorKind::Write, message, path)
    }

    /// An error whose message names the file.
    fn about(kind: ErrorKind, message: String, path: &Path) -> Self {
        let mut error = Self::new(kind, message).with_path(path);
        error.0.names_path = true;
        error
    }

    /// What sort of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file that the error is about, if any.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = self.0.path.as_ref().filter(|_| !self.0.names_path) {
            write!(f, "{}: ", path.display())?;
        }
        f.write_str(&self.0.message)
    }
}

/// Printed by a program whose `main` returns an error: the message, and its cause on a line of its own.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match self.source() {
            Some(cause) => write!(f, "\n  caused by: {cause}"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// A shorthand for results with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a file cannot be read or written, in words.
pub(crate) fn io_words(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "a part of the path is not a folder".to_owned(),
        ErrorKind::StorageFull => "no space left".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => format!("I/O error: {error}"),
    }
}

/// The file or folder next to a missing one whose name is closest to it.
pub(crate) fn near_file(path: &Path) -> Option<PathBuf> {
    /// Names that are compared.
    const MOST: usize = 1_000;
    let name = path.file_name()?.to_str()?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names = entries
        .take(MOST)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<String> = names.collect();
    let near = closest(name, names.iter().map(String::as_str))?;
    Some(folder.map_or_else(|| PathBuf::from(near), |folder| folder.join(near)))
}

/// Finds the name closest to `wanted`, for "did you mean".
///
/// At most a third of `wanted` (and at least one character) may differ, so that only likely guesses are made.
pub(crate) fn closest<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Every name is close to a name of two letters.
    let limit = match wanted.chars().count() {
        0..=2 => 0,
        length => (length / 3).max(1),
    };
    names
        .into_iter()
        // Names of very different lengths are far apart, and comparing lengths is cheap.
        .filter(|name| name.len().abs_diff(wanted.len()) <= 4 * limit)
        .map(|name| (strsim::osa_distance(wanted, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_offered_only_when_it_is_near() {
        let names = ["undeclared-property", "missing-property", "wrong-type"];
        assert_eq!(closest("wrong-typ", names), Some("wrong-type"));
        assert_eq!(
            closest("undeclared-proprety", names),
            Some("undeclared-property")
        );
        assert_eq!(closest("something-else", names), None);
    }
}
