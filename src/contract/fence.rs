//! Which files a contract may open: those around it. A pull request that changes a contract must not be able
//! to read the files of the machine that checks it.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// The folders whose files a contract may open.
#[derive(Debug)]
pub(super) struct Fence {
    /// Absolute, without symbolic links.
    roots: Vec<PathBuf>,
}

impl Fence {
    /// The current folder, the folder of the contract, the repository around it, and the folders that the
    /// user adds.
    ///
    /// # Errors
    ///
    /// When a folder that the user adds does not exist.
    pub(super) fn around(folder: &Path, allowed: &[PathBuf]) -> Result<Self> {
        let mut roots = Vec::new();
        for path in allowed {
            let real = path
                .canonicalize()
                .map_err(|error| Error::read(path, &error))?;
            roots.push(real);
        }
        let current = std::env::current_dir().ok();
        let here = current.as_deref().and_then(|path| path.canonicalize().ok());
        // Every path is inside the root folder.
        roots.extend(here.filter(|here| here.parent().is_some()));
        let mut fence = Self { roots };
        let Ok(real) = folder.canonicalize() else {
            return Ok(fence);
        };
        // A link in the current folder that points outside of it is not a folder that the user meant.
        let named = current.map(|current| current.join(folder));
        let is_link_out =
            named.is_some_and(|named| fence.holds(&without_dots(&named))) && !fence.holds(&real);
        if !is_link_out {
            let repository = real.ancestors().find(|folder| folder.join(".git").exists());
            fence.roots.extend(repository.map(Path::to_owned));
            fence.roots.push(real);
        }
        Ok(fence)
    }

    fn holds(&self, path: &Path) -> bool {
        let inside = self
            .roots
            .iter()
            .filter_map(|root| path.strip_prefix(root).ok());
        // The `.git` folder is not part of a contract, and may contain tokens.
        let is_git = |inside: &Path| inside.components().any(|part| part.as_os_str() == ".git");
        inside.into_iter().any(|inside| !is_git(inside))
    }

    /// Whether a path inside is a symbolic link whose target, compared as text, is outside.
    fn is_link_out(&self, path: &Path) -> bool {
        let folder = match path.parent() {
            Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
            Some(folder) => folder,
            None => return false,
        };
        let (Ok(target), Ok(folder)) = (path.read_link(), folder.canonicalize()) else {
            return false;
        };
        self.holds(&folder) && !self.holds(&without_dots(&folder.join(target)))
    }

    /// Whether a file may be opened, after symbolic links are resolved. Missing files may be looked up
    /// inside.
    pub(super) fn admits(&self, path: &Path) -> bool {
        match path.canonicalize() {
            Ok(real) => self.holds(&real),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // The contract must not learn whether the target of a link that points outside exists.
                let mut above = path.ancestors();
                let has_link_out = above.any(|part| self.is_link_out(part));
                let mut above = path.ancestors().skip(1);
                let there = above.find_map(|above| above.canonicalize().ok());
                !has_link_out && there.is_some_and(|there| self.holds(&there))
            }
            Err(_) => false,
        }
    }

    /// Rejects a file that is not inside. `name` is the user's name for it.
    ///
    /// # Errors
    ///
    /// The message names the option that allows it.
    pub(super) fn check(&self, path: &Path, name: &str) -> Result<()> {
        match self.admits(path) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Read, self.outside(path, name))),
        }
    }

    /// The message for a file that a contract may not open. `name` is the user's name for it.
    pub(super) fn outside(&self, path: &Path, name: &str) -> String {
        if without_dots(path)
            .components()
            .any(|part| part.as_os_str() == ".git")
        {
            return "files inside `.git` are not opened".to_owned();
        }
        let what = "outside the current folder, the folder of the contract and its repository, and is not opened";
        // Its path is inside, so a symbolic link points outside; the report does not say where.
        if std::path::absolute(path).is_ok_and(|path| self.holds(&without_dots(&path))) {
            return format!(
                "it is a symbolic link to a file {what}; pass `--allow-path` with the folder of that file to allow it"
            );
        }
        let folder = Path::new(name)
            .parent()
            .map(|folder| folder.display().to_string());
        let folder = folder
            .filter(|folder| !folder.is_empty())
            .unwrap_or_else(|| "DIR".to_owned());
        format!("the file is {what}; pass `--allow-path {folder}` to allow it")
    }
}

/// Removes `.` and `..` from a path without looking at the file system.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::ParentDir => {
                plain.pop();
            }
            std::path::Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}
