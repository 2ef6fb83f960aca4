//! Reads contracts from a commit, `git:REV:PATH`, with the `git` command.

use std::fs;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use crate::contract::{Contract, LoadOptions};
use crate::error::{Error, ErrorKind, Result, closest};

use super::ci;

/// The extensions of files that a contract may refer to. These files are extracted, too.
const EXTENSIONS: [&str; 3] = ["json", "yaml", "yml"];

/// Loads the contract that `REV:PATH` names. PATH starts at the current folder.
pub(super) fn load(operand: &str, place: &str, options: &LoadOptions) -> Result<Contract> {
    let (revision, path) = place
        .split_once(':')
        .filter(|(revision, path)| !revision.is_empty() && !path.is_empty())
        .ok_or_else(|| {
            let message =
                format!("`{operand}`: expected git:REV:PATH, such as git:main:openapi.yaml");
            Error::new(ErrorKind::Format, message)
        })?;
    if revision.starts_with('-') {
        let message = format!("`{operand}`: a revision must not start with a dash");
        return Err(Error::new(ErrorKind::Format, message));
    }
    // A configuration that is named by an absolute path has absolute paths.
    let path = Path::new(path);
    let (start, inside) = match path.is_absolute() {
        true => ("--show-toplevel", None),
        false => ("--show-prefix", Some(path)),
    };
    let start = text(git(&["rev-parse", start], None)?)?;
    let start = Path::new(start.trim_end_matches('\n'));
    let path = match inside {
        Some(inside) => normal(&start.join(inside), operand)?,
        None => normal(path.strip_prefix(start).unwrap_or(path), operand)?,
    };
    let commit = format!("{revision}^{{tree}}");
    let tree = git(
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ],
        None,
    )
    .map_err(|_| {
        let message = format!(
            "`{operand}`: unknown git revision `{revision}`{}",
            missing(revision)
        );
        Error::new(ErrorKind::Unknown, message)
    })?;
    let tree = text(tree)?.trim().to_owned();
    let listed = git(&["ls-tree", "-r", "-z", "--full-tree", &tree], None)?;
    let listed = text(listed)?;
    // Mode, type and hash come first. A symbolic link (mode 120000) is not a document.
    let files = listed
        .split('\0')
        .filter(|entry| !entry.starts_with("120000 "));
    let wanted: Vec<&str> = files
        .filter_map(|entry| entry.split_once('\t').map(|(_, name)| name))
        .filter(|name| !name.is_empty() && !name.contains('\n'))
        .filter(|name| {
            let extension = Path::new(name)
                .extension()
                .map(std::ffi::OsStr::to_ascii_lowercase);
            let is_document = extension.is_some_and(|own| EXTENSIONS.iter().any(|e| own == *e));
            is_document || Path::new(name) == path
        })
        .collect();
    if !wanted.iter().any(|name| Path::new(name).starts_with(&path)) {
        // An absolute path does not depend on the current folder.
        let prefix = inside.map_or(Path::new(""), |_| start);
        let near = near(&path, prefix, &wanted)
            .map(|near| format!("; did you mean `git:{revision}:{near}`?"));
        let relative = match prefix.as_os_str().is_empty() {
            true => "",
            false => " (paths are relative to the current folder)",
        };
        let message = format!(
            "`{operand}`: there is no {} in {revision}{relative}{}",
            path.display(),
            near.unwrap_or_default()
        );
        return Err(Error::new(ErrorKind::Read, message));
    }
    let folder = tempfile::tempdir()
        .map_err(|error| Error::write(Path::new("the temporary folder"), &error))?;
    extract(&tree, &wanted, folder.path())?;
    let shown = |name: &str| {
        let inside = Path::new(name).strip_prefix(folder.path());
        match inside {
            Ok(inside) => format!("git:{revision}:{}", inside.display()),
            Err(_) => name.to_owned(),
        }
    };
    let mut options = options.clone();
    options.allowed.push(folder.path().to_owned());
    let mut contract =
        crate::contract::read(&folder.path().join(&path), &options).map_err(|error| {
            let inside = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
            error.renamed(&inside, &format!("git:{revision}:"))
        })?;
    contract.documents.rename_files(shown);
    let inside = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    contract.rename_in_problems(&inside, &format!("git:{revision}:"));
    Ok(contract)
}

/// What to do about a revision that is missing: CI systems fetch one commit only.
fn missing(revision: &str) -> String {
    let ask = |arguments: &[&str]| {
        git(arguments, None)
            .and_then(text)
            .map(|said| said.trim().to_owned())
            .unwrap_or_default()
    };
    let remotes = ask(&["remote"]);
    let mut remotes = remotes.lines();
    let branch = remotes.find_map(|remote| {
        let branch = revision.strip_prefix(remote)?.strip_prefix('/')?;
        Some(format!("{remote} {branch}"))
    });
    let is_shallow = ask(&["rev-parse", "--is-shallow-repository"]) == "true";
    let command = match (branch, is_shallow) {
        (Some(branch), _) => format!("run `git fetch {branch}` first"),
        (None, true) => "the clone is shallow; run `git fetch --unshallow` first".to_owned(),
        (None, false) => return String::new(),
    };
    match ci::is_github() {
        true => format!("; {command}, or set `fetch-depth: 0` for actions/checkout"),
        false => format!("; {command}"),
    }
}

/// Whether a text such as `main:openapi.yaml` names a file in a commit.
pub(super) fn is_in_commit(place: &str) -> bool {
    let Some((revision, path)) = place.split_once(':') else {
        return false;
    };
    let object = format!("{revision}:./{path}");
    !revision.is_empty()
        && !revision.starts_with('-')
        && !path.starts_with("//")
        && git(
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &object,
            ],
            None,
        )
        .is_ok()
}

/// The file or folder in a commit whose path is closest to a missing one, from the current folder.
fn near(path: &Path, prefix: &Path, names: &[&str]) -> Option<String> {
    let up = "../".repeat(prefix.components().count());
    let from_here = |name: &str| match Path::new(name).strip_prefix(prefix) {
        Ok(inside) => inside.display().to_string(),
        Err(_) => format!("{up}{name}"),
    };
    // The path may have been meant from the root of the repository.
    let from_root = path.strip_prefix(prefix).ok()?;
    if names
        .iter()
        .any(|name| Path::new(name).starts_with(from_root))
    {
        return from_root.to_str().map(from_here);
    }
    let wanted = path.to_str()?;
    closest(wanted, names.iter().copied()).map(from_here)
}

/// A path without `.` and `..`. It must not leave the repository.
fn normal(path: &Path, operand: &str) -> Result<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => normal.push(name),
            Component::CurDir => {}
            Component::ParentDir if normal.pop() => {}
            _ => {
                let message = format!("`{operand}`: the path is outside the repository");
                return Err(Error::new(ErrorKind::Format, message));
            }
        }
    }
    Ok(normal)
}

/// Writes files of a tree to a folder.
fn extract(tree: &str, names: &[&str], folder: &Path) -> Result<()> {
    let mut asked = String::new();
    for name in names {
        asked.push_str(&format!("{tree}:{name}\n"));
    }
    let answer = git(&["cat-file", "--batch"], Some(asked))?;
    let mut rest = answer.as_slice();
    for name in names {
        let broken = || {
            let message = format!("unexpected output of `git cat-file` for {name}");
            Error::new(ErrorKind::Read, message)
        };
        // `<id> blob <size>`, the content, and a line break.
        let end = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(broken)?;
        let header = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size = header
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse::<usize>().ok());
        let Some(size) = size.filter(|_| header.contains(" blob ")) else {
            // A submodule is not a file.
            rest = &rest[end + 1..];
            continue;
        };
        let content = rest.get(end + 1..end + 1 + size).ok_or_else(broken)?;
        let path = folder.join(name);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, content));
        written.map_err(|error| Error::write(&path, &error))?;
        rest = rest.get(end + size + 2..).unwrap_or_default();
    }
    Ok(())
}

fn git(arguments: &[&str], input: Option<String>) -> Result<Vec<u8>> {
    let failed = |error| {
        Error::new(
            ErrorKind::Read,
            "git:REV:PATH requires the `git` command, which cannot be run",
        )
        .with_source(error)
    };
    let mut child = Command::new("git")
        .args(arguments)
        .stdin(match input {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let writer = child.stdin.take().zip(input).map(|(mut stdin, input)| {
        // If git stops reading, its exit code reports the failure.
        std::thread::spawn(move || stdin.write_all(input.as_bytes()))
    });
    let output = child.wait_with_output().map_err(failed)?;
    if let Some(writer) = writer {
        let _ = writer.join();
    }
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or_default();
        let message = format!("`git {}` failed: {said}", arguments.first().unwrap_or(&""));
        return Err(Error::new(ErrorKind::Read, message));
    }
    Ok(output.stdout)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorKind::Format, "git reported names that are not UTF-8"))
}
