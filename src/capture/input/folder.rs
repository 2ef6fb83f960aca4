//! Folders of captures.

use std::collections::HashMap;
use std::path::Path;

use walkdir::WalkDir;

use crate::capture::beside::{is_owner, owners};
use crate::capture::blocks::read_error;

use super::Reading;
use super::dispatch::Crew;
use super::source::{HIDDEN, PART, display_path, problem, read_file};

/// Files that captures in the same folder name.
#[derive(Default)]
struct Parts {
    /// Whether a folder has captures with these extensions.
    known: HashMap<(String, &'static [&'static str]), bool>,
}

impl Parts {
    /// Whether a file is a part of a capture.
    fn has(&mut self, path: &str) -> bool {
        let Some((folder, extensions)) = owners(path) else {
            return false;
        };
        *self.known.entry((folder.to_owned(), extensions)).or_insert_with(|| {
            let listed = Path::new(if folder.is_empty() { "." } else { folder }).read_dir();
            let mut names = listed.into_iter().flatten().flatten();
            names.any(|entry| is_owner(&entry.file_name().to_string_lossy(), "", extensions))
        })
    }
}

/// Reads the files of a folder, in the order of their names.
pub(super) fn read_folder(root: &Path, reading: &Reading, crew: &mut Crew<'_, '_>) {
    let hidden = |entry: &walkdir::DirEntry| {
        entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
    };
    let mut walk = WalkDir::new(root)
        .follow_links(true)
        // Within one folder, comparing whole paths orders by name, without extracting the names.
        .sort_by(|one, other| one.path().as_os_str().cmp(other.path().as_os_str()))
        .into_iter();
    let mut found = false;
    let mut parts = Parts::default();
    while let Some(entry) = walk.next() {
        if reading.is_stopped() {
            return;
        }
        match entry {
            Ok(entry) if hidden(&entry) => {
                if entry.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                crew.sink().skipped(display_path(entry.path()).into(), HIDDEN);
            }
            Ok(entry) if entry.file_type().is_dir() => {}
            // Reading a pipe would block until something is written to it.
            Ok(entry) if !entry.file_type().is_file() => {
                crew.sink()
                    .skipped(display_path(entry.path()).into(), "not a file");
            }
            Ok(entry) if parts.has(&display_path(entry.path())) => {
                crew.sink().skipped(display_path(entry.path()).into(), PART);
            }
            Ok(entry) => {
                found = true;
                match crew {
                    Crew::Here(sink) => read_file(entry.path(), reading, *sink, true),
                    Crew::Shared(dispatch) => dispatch.hand_file(entry.into_path()),
                }
            }
            Err(error) => {
                found = true;
                let path = display_path(error.path().unwrap_or(root));
                let message = match error.loop_ancestor() {
                    Some(ancestor) => format!(
                        "folder loop: a link leads back to {}; remove the link, or name the files to read",
                        ancestor.display()
                    ),
                    None => match error.io_error() {
                        Some(error) => read_error(error),
                        None => error.to_string(),
                    },
                };
                crew.sink().problem(problem(&path, message));
            }
        }
    }
    if !found {
        let message = "the folder contains no files to read".to_owned();
        crew.sink().problem(problem(&display_path(root), message));
    }
}
