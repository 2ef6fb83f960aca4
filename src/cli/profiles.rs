//! Profiles as named on the command line, and `wiredrift merge`.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::{Error, ErrorKind, Result};
use crate::learn::Learner;
use crate::observe::Observer;
use crate::profile::StoredProfile;

use super::args::{CaptureArguments, MergeArguments, ProfileArguments};
use super::output::{Output, write_bytes};
use super::{Exit, Failure};

/// How the names of profiles in folders end.
const ENDS: [&str; 2] = [".profile", ".profile.zst"];

pub(super) fn merge(arguments: &MergeArguments, output: &mut Output) -> Result<Exit, Failure> {
    let profile = joined(&arguments.profiles)?;
    write(&profile, &arguments.output, output)?;
    Ok(Exit::Clean)
}

impl ProfileArguments {
    /// The profiles that are taken in place of captures, joined; `None` if captures are read.
    pub(super) fn given(&self) -> Result<Option<StoredProfile>> {
        match self.from_profile.is_empty() {
            true => Ok(None),
            false => joined(&self.from_profile).map(Some),
        }
    }
}

/// What captures show without a contract.
pub(super) fn learn(capture: &CaptureArguments, paths: &[PathBuf]) -> Result<StoredProfile> {
    let inputs = capture.inputs(paths)?;
    let options = capture.observation(&[], "")?;
    let observer = Observer::new(Vec::new(), Vec::new(), options).watched_by(Learner::default());
    let (observer, learner) = capture.read(&inputs, observer).unwatched();
    Ok(StoredProfile::learnt(
        observer.into_observation(),
        learner.finish(),
    ))
}

/// Refuses options that select exchanges, where there are none.
pub(super) fn refuse_selection(capture: &CaptureArguments) -> Result<()> {
    match capture.is_limited() || !capture.webhook.is_empty() {
        true => {
            let message = "exchanges are selected and routed when captures are read: give these options to the command \
                           that wrote the profile";
            Err(Error::new(ErrorKind::Format, message))
        }
        false => Ok(()),
    }
}

/// Whether a folder has profiles.
pub(super) fn has_profiles(folder: &Path) -> bool {
    folder.is_dir() && files(&[folder.to_owned()]).is_ok()
}

/// Writes a profile to a file or to standard output.
pub(super) fn write(
    profile: &StoredProfile,
    path: &Path,
    output: &mut Output,
) -> Result<(), Failure> {
    let bytes = profile.to_bytes()?;
    match path.as_os_str() == "-" {
        true => output.print_bytes(&bytes)?,
        false => write_bytes(path, &bytes)?,
    }
    Ok(())
}

/// Joins profiles, each read by one of several threads.
pub(super) fn joined(paths: &[PathBuf]) -> Result<StoredProfile> {
    let files = files(paths)?;
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(files.len())
        .max(1);
    let share = files.len().div_ceil(threads);
    let parts: Vec<Result<StoredProfile>> = std::thread::scope(|scope| {
        let readers = files
            .chunks(share)
            .map(|files| scope.spawn(|| in_turn(files)));
        let readers: Vec<_> = readers.collect();
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap_or_else(|_| Err(stopped())))
            .collect()
    });
    let mut all = StoredProfile::default();
    for (number, part) in parts.into_iter().enumerate() {
        all.merge(&part?)
            .map_err(|error| error.with_path(&files[number * share]))?;
    }
    Ok(all)
}

fn in_turn(files: &[PathBuf]) -> Result<StoredProfile> {
    let mut all = StoredProfile::default();
    for path in files {
        let bytes = std::fs::read(path).map_err(|error| Error::read(path, &error))?;
        let named = |error: Error| error.with_path(path);
        all.merge(&StoredProfile::read(&bytes).map_err(named)?)
            .map_err(named)?;
    }
    Ok(all)
}

fn stopped() -> Error {
    Error::new(
        ErrorKind::Read,
        "an internal error stopped the reading of a profile. Please report this as a bug",
    )
}

/// The profiles that are named, and those in folders that are named.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let known = files.len();
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = entry.map_err(|error| Error::new(ErrorKind::Read, error.to_string()))?;
            let name = entry.file_name().to_string_lossy();
            if entry.file_type().is_file() && ENDS.iter().any(|end| name.ends_with(end)) {
                files.push(entry.into_path());
            }
        }
        if files.len() == known {
            let message = "the folder has no profiles: their names end in `.profile`";
            return Err(Error::new(ErrorKind::Read, message).with_path(path));
        }
    }
    Ok(files)
}
