//! Archives: zip and tar files, whose members are read as the files of a folder are.
//!
//! A member is decompressed into memory, so that its format can be recognised and its lines can be shared by threads.
//! It must not be larger than the limit of a file that is read as a whole.

use std::collections::HashMap;
use std::io::{self, BufRead, Cursor, Read};
use std::sync::Arc;

use zip::ZipArchive;

use crate::capture::beside::{Beside, folder_of, is_owner, owners};
use crate::capture::blocks::{read_error, read_whole};
use crate::capture::limits::Limits;

/// What kind of archive data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Archive {
    Zip,
    Tar,
}

/// A member of an archive: its name, and its content or why it cannot be read.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) content: Result<Vec<u8>, String>,
    /// Whether another member is a capture that this one is a part of.
    pub(super) is_part: bool,
    /// All members, if they can be read in any order.
    pub(super) files: Option<Files>,
}

/// The members of a zip archive. A copy shares the data.
#[derive(Clone)]
pub(super) struct Files(ZipArchive<Cursor<Arc<[u8]>>>, Limits);

impl Files {
    /// The members next to one, which has this name in the archive and this path for people.
    pub(super) fn beside(&self, member: &str, path: &str) -> Beside {
        let Self(archive, limits) = self.clone();
        let folder = folder_of(member).to_owned();
        let find = move |name: &str| {
            let mut archive = archive.clone();
            let mut found = archive.by_name(&format!("{folder}{name}")).ok()?;
            Some(read_whole(&mut found, &limits))
        };
        Beside::new(path, Arc::new(find))
    }
}

impl Member {
    /// Whether it is hidden, or what macOS adds to archives.
    pub(super) fn is_hidden(&self) -> bool {
        let is_hidden = |part: &str| part.starts_with('.') && part.len() > 2;
        self.name.split(['/', '\\']).any(is_hidden) || self.name.starts_with("__MACOSX/")
    }

    /// The name for people: the archive is like a folder.
    pub(super) fn path(&self, archive: &str) -> String {
        let name = self.name.trim_start_matches(['/', '\\']);
        format!("{archive}/{}", name.trim_start_matches("./"))
    }
}

impl Archive {
    /// Recognises an archive by its first bytes.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let is_zip = head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06");
        let is_tar = head.get(257..262) == Some(b"ustar");
        match (is_zip, is_tar) {
            (true, _) => Some(Self::Zip),
            (_, true) => Some(Self::Tar),
            _ => None,
        }
    }

    /// Reads the members in the order of the archive, until `each` returns false.
    ///
    /// # Errors
    ///
    /// Why the archive cannot be read to its end.
    pub(super) fn read(
        self,
        reader: &mut dyn BufRead,
        limits: &Limits,
        each: &mut dyn FnMut(Member) -> bool,
    ) -> Result<(), String> {
        match self {
            Self::Zip => read_zip(reader, limits, each),
            Self::Tar => read_tar(reader, limits, each),
        }
    }
}

fn read_zip(
    reader: &mut dyn BufRead,
    limits: &Limits,
    each: &mut dyn FnMut(Member) -> bool,
) -> Result<(), String> {
    let corrupt = |error: &dyn std::fmt::Display| format!("the zip archive is corrupt: {error}");
    // The directory of the archive is at its end.
    let bytes = read_whole(reader, limits)?;
    let bytes: Arc<[u8]> = bytes.into();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| corrupt(&error))?;
    let files = Files(archive.clone(), *limits);
    let names: Vec<String> = archive.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned).collect();
    // Whether a folder has captures with these extensions.
    let mut known = HashMap::new();
    let mut is_part = |name: &str| {
        owners(name).is_some_and(|(folder, extensions)| {
            let find = || names.iter().any(|name| is_owner(name, folder, extensions));
            *known.entry((folder.to_owned(), extensions)).or_insert_with(find)
        })
    };
    for index in 0..archive.len() {
        let unnamed = format!("member {}", index + 1);
        let member = match archive.by_index(index) {
            Ok(member) if member.is_dir() => continue,
            Ok(mut member) => {
                let name = member.name().map_or(unnamed, std::borrow::Cow::into_owned);
                let is_part = is_part(&name);
                Member {
                    content: match is_part {
                        true => Ok(Vec::new()),
                        false => read_whole(&mut member, limits),
                    },
                    name,
                    is_part,
                    files: Some(files.clone()),
                }
            }
            Err(error) => Member {
                name: unnamed,
                content: Err(corrupt(&error)),
                is_part: false,
                files: None,
            },
        };
        if !each(member) {
            break;
        }
    }
    Ok(())
}

fn read_tar(
    reader: &mut dyn BufRead,
    limits: &Limits,
    each: &mut dyn FnMut(Member) -> bool,
) -> Result<(), String> {
    let corrupt = |error: &io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => "the tar archive ends too early".to_owned(),
        // The crate has no kind for this.
        io::ErrorKind::Other if error.to_string().contains("EOF") => {
            "the tar archive ends too early".to_owned()
        }
        _ => format!("the tar archive is corrupt: {}", read_error(error)),
    };
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries().map_err(|error| corrupt(&error))? {
        let mut entry = entry.map_err(|error| corrupt(&error))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let member = Member {
            name: String::from_utf8_lossy(&entry.path_bytes()).into_owned(),
            content: read_whole(&mut entry as &mut dyn Read, limits),
            is_part: false,
            files: None,
        };
        if !each(member) {
            break;
        }
    }
    Ok(())
}
