//! Inputs: files, folders, standard input; plain, gzip or Zstandard.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::location::{Origin, Position};

use super::decode::Frames;
use super::parallel::{Dispatch, guarded};
use super::{
    Format, Hint, ReadProblem, Sink, SourceRead, guide, har, http, json, lines, markdown, sniff,
};
use sniff::Found;

/// How much of a file is looked at to recognise its format.
const HEAD: usize = crate::limits::HEAD;

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file or a folder.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// What is in memory, under a name that says of it what the name of a file does.
    Memory {
        /// The name.
        name: Arc<str>,
        /// What it holds.
        bytes: Arc<[u8]>,
    },
}

/// How large things may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one payload, one line or one file that has to be read whole, after decompression.
    pub body: u64,
}

impl Default for Limits {
    /// 256 MiB.
    fn default() -> Self {
        Self {
            body: crate::limits::BODY,
        }
    }
}

impl Limits {
    pub(super) fn too_large(&self, what: &str, bytes: u64) -> String {
        format!(
            "{what} of {bytes} bytes is over the limit of {} (raise it with --max-body)",
            self.body
        )
    }

    /// What was read whole, unless there is too much of it.
    fn whole(&self, text: Vec<u8>) -> Result<Vec<u8>, String> {
        match text.len() as u64 > self.body {
            true => Err(format!(
                "the file is over the limit of {} bytes for what has to be read whole (raise it with \
                 --max-body)",
                self.body
            )),
            false => Ok(text),
        }
    }
}

/// Reads inputs with this thread alone, in the order given; a folder in the order of its names.
///
/// `format` overrides what is recognised. Nothing fails: what cannot be read is a problem of the sink.
pub fn read_here(inputs: &[Input], format: Option<Format>, limits: &Limits, sink: &mut dyn Sink) {
    each(inputs, format, limits, &mut Crew::Here(&mut *sink));
    sink.finish();
}

/// Reads inputs by handing their parts to threads.
pub(super) fn dispatch(
    inputs: &[Input],
    format: Option<Format>,
    limits: &Limits,
    dispatch: &mut Dispatch<'_>,
) {
    each(inputs, format, limits, &mut Crew::Shared(dispatch));
}

/// Who reads.
enum Crew<'r, 's> {
    /// This thread reads everything.
    Here(&'r mut dyn Sink),
    /// Other threads read what can be read apart.
    Shared(&'r mut Dispatch<'s>),
}

impl Crew<'_, '_> {
    /// The sink for what this thread reads.
    fn sink(&mut self) -> &mut dyn Sink {
        match self {
            Self::Here(sink) => *sink,
            Self::Shared(dispatch) => dispatch.own(),
        }
    }
}

fn each(inputs: &[Input], format: Option<Format>, limits: &Limits, crew: &mut Crew<'_, '_>) {
    for input in inputs {
        match input {
            Input::Stdin => {
                let stdin = BufReader::new(io::stdin());
                one(stdin, "<stdin>", format, limits, crew, None);
            }
            Input::Memory { name, bytes } => {
                let reader = io::Cursor::new(Arc::clone(bytes));
                one(reader, name, format, limits, crew, None);
            }
            Input::Path(path) if path.is_dir() => folder(path, format, limits, crew),
            Input::Path(path) => named(path, format, limits, crew, false),
        }
    }
}

fn folder(root: &Path, format: Option<Format>, limits: &Limits, crew: &mut Crew<'_, '_>) {
    let hidden = |entry: &walkdir::DirEntry| {
        entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
    };
    let mut walk = WalkDir::new(root)
        .follow_links(true)
        // All of a folder, so the order is that of the names, which would have to be cut out each time.
        .sort_by(|one, other| one.path().as_os_str().cmp(other.path().as_os_str()))
        .into_iter();
    let mut found = false;
    while let Some(entry) = walk.next() {
        match entry {
            Ok(entry) if hidden(&entry) => {
                if entry.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                crew.sink().skipped(shown(entry.path()).into(), "hidden");
            }
            Ok(entry) if entry.file_type().is_dir() => {}
            // A pipe would block until somebody writes.
            Ok(entry) if !entry.file_type().is_file() => {
                crew.sink()
                    .skipped(shown(entry.path()).into(), "not a file");
            }
            Ok(entry) => {
                found = true;
                match crew {
                    Crew::Here(sink) => file(entry.path(), format, limits, *sink, true),
                    Crew::Shared(dispatch) => dispatch.file(entry.into_path()),
                }
            }
            Err(error) => {
                found = true;
                let path = shown(error.path().unwrap_or(root));
                let message = match error.loop_ancestor() {
                    Some(ancestor) => format!(
                        "a loop of folders: it leads back to {}; remove the link or name the files",
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
        let message = "the folder holds no files".to_owned();
        crew.sink().problem(problem(&shown(root), message));
    }
}

/// A path as its user would name it: files of the folder `.` without `./`.
fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    match text.strip_prefix("./") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        Some(_) | None => text,
    }
}

/// `of_folder` tells a file found in a folder from one that was named: the first may hold something
/// else than a capture.
pub(super) fn file(
    path: &Path,
    format: Option<Format>,
    limits: &Limits,
    sink: &mut dyn Sink,
    of_folder: bool,
) {
    named(path, format, limits, &mut Crew::Here(sink), of_folder);
}

fn named(
    path: &Path,
    format: Option<Format>,
    limits: &Limits,
    crew: &mut Crew<'_, '_>,
    of_folder: bool,
) {
    let name = shown(path);
    match File::open(path) {
        Ok(file) => one(
            BufReader::with_capacity(capacity(&file), file),
            &name,
            format,
            limits,
            crew,
            of_folder.then_some(path),
        ),
        Err(error) => crew.sink().problem(problem(&name, read_error(&error))),
    }
}

/// As much as there is to read, within bounds: most files of a folder are small.
fn capacity(file: &File) -> usize {
    const MOST: usize = HEAD * 4;
    let size = file.metadata().ok().filter(std::fs::Metadata::is_file);
    let size = size.and_then(|found| usize::try_from(found.len()).ok());
    size.map_or(MOST, |size| size.saturating_add(1).clamp(4 * 1024, MOST))
}

/// Reads one stream; `of_folder` is its path when it was found in a folder.
fn one(
    raw: impl BufRead + Send + 'static,
    name: &str,
    format: Option<Format>,
    limits: &Limits,
    crew: &mut Crew<'_, '_>,
    of_folder: Option<&Path>,
) {
    let (mut reader, plain_name) = match decompress(Box::new(raw), name) {
        Ok(opened) => opened,
        Err(error) => return crew.sink().problem(problem(name, read_error(&error))),
    };
    let mut head = Vec::with_capacity(4 * 1024);
    let mut position = Position::START;
    // What was read before an error is still read: the error comes after it.
    let broken = skip_blank(&mut *reader, &mut position, &mut head).err();
    if head.is_empty()
        && let Some(error) = &broken
    {
        return crew
            .sink()
            .problem(problem_at(name, position, read_error(error)));
    }
    if head.is_empty() {
        let message = match position.byte {
            0 => "the file is empty".to_owned(),
            bytes => format!("the file is empty: nothing but {bytes} bytes of white space"),
        };
        return crew.sink().problem(problem_at(name, position, message));
    }
    let complete = head.len() < HEAD;
    let found = match format {
        Some(format) => Found::Format(format),
        None => sniff::sniff(plain_name, &head, complete),
    };
    if let Found::Unread(recording) = found {
        let article = match recording.starts_with(['a', 'I']) {
            true => "an",
            false => "a",
        };
        let message = format!(
            "this is {article} {recording}, a format that is not supported; convert it to HAR, \
             or read it as a payload with --format json"
        );
        return crew.sink().problem(problem_at(name, position, message));
    }
    let Found::Format(found) = found else {
        if let Some(path) = of_folder {
            return crew
                .sink()
                .skipped(shown(path).into(), "not a format of captures");
        }
        let message = if std::str::from_utf8(&head[..head.len() - head.len() % 4]).is_err()
            && head.contains(&0)
        {
            "binary data; captures are JSON, NDJSON, HTTP, HAR or a guide"
        } else {
            "no format of captures was recognised; say which it is with --format"
        };
        return crew
            .sink()
            .problem(problem_at(name, position, message.to_owned()));
    };
    let origin = Origin {
        file: name.into(),
        entry: None,
        position,
    };
    let hint = Hint::parse(plain_name);
    // Mostly nothing is left to read of a file in a folder.
    let is_all = complete && broken.is_none();
    let rest: Box<dyn BufRead + Send> = match broken {
        Some(error) => Box::new(BufReader::new(Broken(Some(error)))),
        None if complete => Box::new(io::empty()),
        None => reader,
    };
    let start = io::Cursor::new(head);
    if let Crew::Shared(dispatch) = crew
        && found == Format::Ndjson
    {
        return dispatch.lines(Box::new(start.chain(rest)), &origin, &hint, limits);
    }
    let sink = crew.sink();
    let exchanges = if found == Format::Ndjson {
        lines::read(&mut start.chain(rest), &origin, &hint, limits, sink)
    } else {
        let text = match is_all {
            true => limits.whole(start.into_inner()),
            false => read_whole(&mut start.chain(rest), limits),
        };
        match text {
            Ok(text) => guarded(&origin, sink, |sink| {
                whole(found, &text, plain_name, &origin, &hint, sink)
            }),
            Err(message) => {
                sink.problem(problem_at(name, position, message));
                0
            }
        }
    };
    sink.source(SourceRead {
        file: name.to_owned(),
        format: Some(found),
        exchanges,
    });
}

fn whole(
    format: Format,
    text: &[u8],
    name: &str,
    origin: &Origin,
    hint: &Hint,
    sink: &mut dyn Sink,
) -> u64 {
    match format {
        Format::Json | Format::Ndjson => json::document(text, origin, hint, sink),
        Format::Http => http::read(text, origin, hint, sink),
        Format::Har => har::read(text, origin, hint, sink),
        Format::Guide => match std::str::from_utf8(text) {
            Ok(text) if is_markdown(name, text) => markdown::read(text, origin, sink),
            Ok(text) => guide::read(text, origin, sink),
            Err(error) => {
                let place = origin.position.after(&text[..error.valid_up_to()]);
                sink.problem(ReadProblem {
                    origin: origin.at(place),
                    message: "not UTF-8; a guide has to be UTF-8 text".to_owned(),
                });
                0
            }
        },
    }
}

fn is_markdown(name: &str, text: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".md")
        || name.ends_with(".markdown")
        || text.lines().any(|line| {
            let line = line.trim_start();
            line.starts_with("```") || line.starts_with("~~~")
        })
}

/// Opens what is compressed, and names what is inside.
fn decompress(
    mut raw: Box<dyn BufRead + Send>,
    name: &str,
) -> io::Result<(Box<dyn BufRead + Send>, &str)> {
    let magic = raw.fill_buf()?;
    let without = |extension: &str| name.strip_suffix(extension).unwrap_or(name);
    if magic.starts_with(&[0x1f, 0x8b]) {
        let decoder = flate2::bufread::MultiGzDecoder::new(raw);
        Ok((Box::new(BufReader::new(decoder)), without(".gz")))
    } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Ok((Box::new(BufReader::new(Frames::new(raw))), without(".zst")))
    } else {
        Ok((raw, name))
    }
}

/// Passes over a byte order mark and white space, then fills `head` with what follows.
fn skip_blank(
    reader: &mut dyn BufRead,
    position: &mut Position,
    head: &mut Vec<u8>,
) -> io::Result<()> {
    let mut mark = Vec::new();
    reader.take(3).read_to_end(&mut mark)?;
    if mark == b"\xef\xbb\xbf" {
        position.byte += 3;
        mark.clear();
    }
    let mut start = io::Cursor::new(mark).chain(&mut *reader);
    loop {
        let chunk = start.fill_buf()?;
        if chunk.is_empty() {
            return Ok(());
        }
        let blank = chunk
            .iter()
            .position(|byte| !crate::json::is_white_space(*byte))
            .unwrap_or(chunk.len());
        let all = blank == chunk.len();
        *position = position.after(&chunk[..blank]);
        start.consume(blank);
        if !all {
            break;
        }
    }
    start.take(HEAD as u64).read_to_end(head)?;
    Ok(())
}

/// A reader that fails once and then ends.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn read_whole(reader: &mut dyn Read, limits: &Limits) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let read = reader
        .take(limits.body.saturating_add(1))
        .read_to_end(&mut text);
    match read {
        Err(error) => Err(format!(
            "{} (after {} bytes)",
            read_error(&error),
            text.len()
        )),
        Ok(_) => limits.whole(text),
    }
}

/// Why reading failed, in words.
pub(super) fn read_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission to read was denied".to_owned(),
        io::ErrorKind::UnexpectedEof => "the compressed data ends too early".to_owned(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            format!("the compressed data is damaged: {error}")
        }
        _ => format!("cannot be read: {error}"),
    }
}

fn problem(name: &str, message: String) -> ReadProblem {
    problem_at(name, Position::START, message)
}

fn problem_at(name: &str, position: Position, message: String) -> ReadProblem {
    ReadProblem {
        origin: Origin {
            file: name.into(),
            entry: None,
            position,
        },
        message,
    }
}
