//! The folder that copies are written to.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Files that are open at a time; the others are opened again.
const OPEN: usize = 64;

/// A folder that is filled under another name, so that no reader sees half of it.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    partial: PathBuf,
    open: HashMap<PathBuf, BufWriter<File>>,
    /// How many files were written.
    pub(super) count: usize,
}

impl Files {
    /// A folder that does not exist yet, or is empty.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let refused = |message: String| Error::new(ErrorKind::Write, message);
        let is_taken = match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_some(),
            Err(_) => folder.exists(),
        };
        if is_taken {
            let message = format!("{} is not empty: name a new folder, so that nothing is mixed up", folder.display());
            return Err(refused(message));
        }
        let name = folder.file_name().map_or_else(|| "export".into(), |name| name.to_string_lossy().into_owned());
        // Hidden folders are not read as captures.
        let partial = folder.with_file_name(format!(".{name}.partial-{}", std::process::id()));
        fs::create_dir_all(&partial).map_err(|error| {
            refused(format!("cannot create {}: {error}", partial.display()))
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            partial,
            open: HashMap::new(),
            count: 0,
        })
    }

    /// Adds a line to a file.
    pub(super) fn add(&mut self, name: &Path, line: &str) -> Result<()> {
        let failed = |error: std::io::Error| {
            Error::new(ErrorKind::Write, format!("cannot write {}: {error}", name.display()))
        };
        if !self.open.contains_key(name) {
            if self.open.len() >= OPEN {
                self.close().map_err(failed)?;
            }
            let path = self.partial.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            self.count += usize::from(!path.exists());
            let file = fs::OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
            self.open.insert(name.to_owned(), BufWriter::new(file));
        }
        let Some(file) = self.open.get_mut(name) else { return Ok(()) };
        file.write_all(line.as_bytes()).map_err(failed)?;
        file.write_all(b"\n").map_err(failed)
    }

    fn close(&mut self) -> std::io::Result<()> {
        for (_, mut file) in self.open.drain() {
            file.flush()?;
        }
        Ok(())
    }

    /// Gives the folder its name.
    pub(super) fn finish(mut self) -> Result<()> {
        let failed = |error: std::io::Error| Error::new(ErrorKind::Write, format!("cannot write the copies: {error}"));
        self.close().map_err(failed)?;
        if self.folder.exists() {
            fs::remove_dir(&self.folder).map_err(failed)?;
        }
        fs::rename(&self.partial, &self.folder).map_err(failed)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // After `finish`, there is none.
        let _: std::io::Result<()> = fs::remove_dir_all(&self.partial);
    }
}

/// Where the copy of a file goes: the same path below the folder, without its root.
pub(super) fn place_of(file: &str) -> PathBuf {
    let path = Path::new(file.trim_matches(['<', '>']));
    let names = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
    });
    let place: PathBuf = names.collect();
    let compressed = place.extension().and_then(|extension| extension.to_str());
    match compressed {
        Some("gz" | "zst" | "br") => place.with_extension(""),
        _ => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_stay_in_the_folder() {
        for (file, place) in [
            ("a/b.har", "a/b.har"),
            ("../../etc/x.har", "etc/x.har"),
            ("/tmp/x.har", "tmp/x.har"),
            ("./a.json.gz", "a.json"),
            ("a.zip/b/c.har", "a.zip/b/c.har"),
            ("<stdin>", "stdin"),
        ] {
            assert_eq!(place_of(file), Path::new(place), "{file}");
        }
    }
}
