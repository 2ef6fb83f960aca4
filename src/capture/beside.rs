//! Files next to a capture that belong to it: bodies that it names, in its folder or its archive.

use std::fmt;
use std::path::{Component, Path};
use std::sync::Arc;

use crate::error::io_words;

/// Reads a file by its path from the folder of the capture; `None` if there is none.
type Find = dyn Fn(&str) -> Option<Result<Vec<u8>, String>> + Send + Sync;

/// The files next to a capture.
#[derive(Clone)]
pub(crate) struct Beside {
    /// The folder for people, with a slash at its end if it is not the current one.
    folder: Arc<str>,
    find: Arc<Find>,
}

impl fmt::Debug for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beside").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// The folder of a path, with a slash at its end.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rfind('/').and_then(|end| path.get(..=end)).unwrap_or_default()
}

impl Beside {
    /// Files next to a file on the disk.
    pub(crate) fn on_disk(capture: &str) -> Self {
        let folder = folder_of(capture).to_owned();
        let inside = folder.clone();
        let find = move |name: &str| {
            let path = Path::new(&inside).join(name);
            let size = path.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
            Some(match size > crate::limits::BODY {
                true => Err("it is too large".to_owned()),
                false => std::fs::read(&path).map_err(|error| io_words(&error)),
            })
        };
        Self {
            folder: folder.into(),
            find: Arc::new(find),
        }
    }

    /// Files that `find` reads.
    pub(crate) fn new(capture: &str, find: Arc<Find>) -> Self {
        Self {
            folder: folder_of(capture).into(),
            find,
        }
    }

    /// Reads the first of these files that is there, and returns its path for people.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub(crate) fn read(&self, names: &[&str]) -> Result<(String, Vec<u8>), String> {
        let is_inside = |name: &str| Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !names.iter().all(|name| is_inside(name)) {
            return Err("it must be next to the capture".to_owned());
        }
        let found = names.iter().find_map(|name| Some((name, (self.find)(name)?)));
        let (name, content) = found.ok_or("there is no such file next to the capture")?;
        Ok((format!("{}{name}", self.folder), content?))
    }
}

/// The folder and the extensions of captures that a file belongs to, if there is such a capture.
pub(crate) fn owners(path: &str) -> Option<(&str, &'static [&'static str])> {
    let folder = folder_of(path);
    let name = path.get(folder.len()..)?;
    let stem = name.split('.').next()?;
    if let Some(parent) = folder.strip_suffix("resources/") {
        return Some((parent, &["network", "trace"]));
    }
    if name.ends_with(".stacks") {
        return Some((folder, &["trace"]));
    }
    if stem.len() == 40 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some((folder, &["har"]));
    }
    let (date, time) = stem.split_once('T')?;
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    (date.len() == 10 && digits(date) == 8 && time.len() == 6 && digits(time) == 6).then_some((folder, &["http", "rest"]))
}

/// Whether a path is a capture in this folder with one of these extensions.
pub(crate) fn is_owner(path: &str, folder: &str, extensions: &[&str]) -> bool {
    let name = path.strip_prefix(folder).filter(|name| !name.contains('/'));
    name.and_then(|name| name.rsplit_once('.')).is_some_and(|(_, found)| extensions.contains(&found))
}
