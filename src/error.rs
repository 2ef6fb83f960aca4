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

    pub(crate) fn read(path: &Path, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Read, "cannot be read")
            .with_path(path)
            .with_source(source)
    }

    pub(crate) fn write(path: &Path, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Write, "cannot be written")
            .with_path(path)
            .with_source(source)
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
        if let Some(path) = &self.0.path {
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
