//! The folder that CI systems name files from.

use std::path::{Component, Path, PathBuf};

use percent_encoding::utf8_percent_encode;

use crate::location::NOT_IN_PATH;

/// The folder that files are named from: that of the repository, or the current folder outside of repositories.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    /// The folder.
    folder: PathBuf,
    /// The current folder, which relative names start from.
    current: PathBuf,
}

impl Root {
    /// The root for the current folder of the process.
    pub(crate) fn current() -> Self {
        Self::around(&std::env::current_dir().unwrap_or_default())
    }

    /// The root for a current folder.
    pub(crate) fn around(current: &Path) -> Self {
        let mut folders = current.ancestors();
        let repository = folders.find(|folder| folder.join(".git").exists());
        Self {
            folder: repository.unwrap_or(current).to_owned(),
            current: current.to_owned(),
        }
    }

    /// The name of a file from the root, with slashes; `None` for standard input and for files outside.
    pub(crate) fn relative(&self, file: &str) -> Option<String> {
        if file.is_empty() || file.starts_with('<') || file.starts_with("git:") {
            return None;
        }
        let mut whole = PathBuf::new();
        for part in self.current.join(file).components() {
            match part {
                Component::ParentDir => {
                    whole.pop();
                }
                Component::CurDir => {}
                part => whole.push(part),
            }
        }
        let inside = match whole.strip_prefix(&self.folder) {
            Ok(inside) => inside.to_owned(),
            // The path may go through a link, as `/tmp` is one on macOS.
            Err(_) => {
                let resolved = whole.canonicalize().ok()?;
                resolved.strip_prefix(self.folder.canonicalize().ok()?).ok()?.to_owned()
            }
        };
        let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
        let parts: Vec<_> = parts.collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    /// The same as a URI reference.
    pub(crate) fn relative_uri(&self, file: &str) -> Option<String> {
        let name = self.relative(file)?;
        // A colon in the first segment would look like a scheme.
        let encoded = utf8_percent_encode(&name, NOT_IN_PATH).to_string();
        let first = encoded.split('/').next().unwrap_or_default();
        Some(match first.contains(':') {
            true => format!("./{encoded}"),
            false => encoded,
        })
    }

    /// A URI reference for what is not in the folder: a file elsewhere, a commit, standard input.
    pub(crate) fn named(name: &str) -> String {
        let path = name.replace('\\', "/");
        let encoded = utf8_percent_encode(&path, NOT_IN_PATH).to_string();
        match path.starts_with('/') {
            true => format!("file://{encoded}"),
            false => encoded.replace(':', "%3A"),
        }
    }

    /// The folder as a URI, with a slash at the end.
    pub(crate) fn uri(&self) -> String {
        let path = self.folder.to_string_lossy().replace('\\', "/");
        let slash = if path.starts_with('/') { "" } else { "/" };
        let end = if path.ends_with('/') { "" } else { "/" };
        format!("file://{slash}{}{end}", utf8_percent_encode(&path, NOT_IN_PATH))
    }
}
