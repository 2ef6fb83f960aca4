//! Opens each input, recognises its format, and passes it to the reader of that format.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, ErrorKind};
use std::path::Path;

use crate::capture::blocks::{read_error, read_messages, read_whole};
use crate::capture::cut::Cuts;
use crate::error::{io_words, near_file};
use crate::capture::sink::guarded;
use crate::capture::beside::Beside;
use crate::capture::by_line::{self, Context};
use crate::capture::format::{Recognised, Head, Reader, Text, recognise};
use crate::capture::record::{self, Record};
use crate::capture::{Hint, ReadProblem, Sink, SourceRead};
use crate::location::{Origin, Position};

use super::decompress::decompress;
use super::dispatch::Crew;
use super::archive::Archive;
use super::{Counted, Reading, Source};

/// Bytes of a file that are inspected to recognise its format.
const HEAD: usize = crate::limits::HEAD;

/// A path as the user would write it, without a leading `./`.
pub(super) fn display_path(path: &Path) -> String {
    let text = path.display().to_string();
    match text.strip_prefix("./") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        Some(_) | None => text,
    }
}

/// `of_folder` is true for a file that was found in a folder rather than named by the user: such a file need
/// not be a capture.
pub(super) fn read_file(path: &Path, reading: &Reading, sink: &mut dyn Sink, of_folder: bool) {
    read_path(path, reading, &mut Crew::Here(sink), of_folder);
}

pub(super) fn read_path(path: &Path, reading: &Reading, crew: &mut Crew<'_, '_>, of_folder: bool) {
    if reading.is_stopped() {
        return;
    }
    let name = display_path(path);
    match File::open(path) {
        Ok(file) => read_stream(
            BufReader::with_capacity(capacity(&file), Counted::new(file, reading.progress)),
            &Source {
                of_folder: of_folder.then_some(path),
                ..Source::named(&name)
            },
            reading,
            crew,
        ),
        Err(error) => {
            let near = match error.kind() {
                ErrorKind::NotFound => near_file(path),
                _ => None,
            };
            let near = near.map(|near| format!("; did you mean `{}`?", near.display()));
            let message = format!("{}{}", io_words(&error), near.unwrap_or_default());
            crew.sink().problem(problem(&name, message));
        }
    }
}

/// A buffer size that fits the file, within bounds: most files of a folder are small.
fn capacity(file: &File) -> usize {
    const MOST: usize = HEAD * 4;
    let size = file.metadata().ok().filter(std::fs::Metadata::is_file);
    let size = size.and_then(|found| usize::try_from(found.len()).ok());
    size.map_or(MOST, |size| size.saturating_add(1).clamp(4 * 1024, MOST))
}

/// Reads one stream.
pub(super) fn read_stream(
    raw: impl BufRead + Send + 'static,
    source: &Source<'_>,
    reading: &Reading,
    crew: &mut Crew<'_, '_>,
) {
    let Source {
        name, of_folder, ..
    } = *source;
    if let Some(progress) = reading.progress {
        progress.opened();
    }
    let (mut reader, plain_name) = match decompress(Box::new(raw), name) {
        Ok(opened) => opened,
        Err(error) => return crew.sink().problem(problem(name, read_error(&error))),
    };
    let archive = match reader.fill_buf() {
        Ok(start) => Archive::of(start),
        Err(error) => return crew.sink().problem(problem(name, read_error(&error))),
    };
    if let Some(archive) = archive {
        return read_archive(archive, &mut *reader, source, reading, crew);
    }
    let mut head = Vec::with_capacity(4 * 1024);
    let mut position = Position::START;
    // Data read before an error is still processed; the error is reported after it.
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
            bytes => format!("the file is empty: it contains only white space ({bytes} bytes)"),
        };
        return crew.sink().problem(problem_at(name, position, message));
    }
    if head.starts_with(PROFILE) {
        let Some(path) = of_folder else {
            let message = "this is a profile, not a capture: pass it with --from-profile".to_owned();
            return crew.sink().problem(problem_at(name, position, message));
        };
        return crew.sink().skipped(display_path(path).into(), "a profile");
    }
    let complete = head.len() < HEAD;
    let found = match reading.format {
        Some(format) => Recognised::Format(format),
        None => recognise(&Head::new(plain_name, &head, complete), reading.fields.is_any()),
    };
    if let Recognised::Unread(recording) = found {
        let article = match recording.starts_with(['a', 'I']) {
            true => "an",
            false => "a",
        };
        let message = format!(
            "unsupported format: this is {article} {recording}; convert it to HAR, or use --format json \
             to read it as a single payload"
        );
        return crew.sink().problem(problem_at(name, position, message));
    }
    let Recognised::Format(found) = found else {
        if let Some(path) = of_folder {
            return crew
                .sink()
                .skipped(display_path(path).into(), "not a capture format");
        }
        let message = if std::str::from_utf8(&head[..head.len() - head.len() % 4]).is_err()
            && head.contains(&0)
        {
            "unrecognised binary data; expected JSON, NDJSON, HTTP messages, HAR or a guide"
        } else {
            "unrecognised capture format; specify it with --format"
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
    let limits = &reading.limits;
    // Usually nothing is left to read of a file in a folder.
    let is_all = complete && broken.is_none();
    let rest: Box<dyn BufRead + Send> = match broken {
        Some(error) => Box::new(BufReader::new(Broken(Some(error)))),
        None if complete => Box::new(io::empty()),
        None => reader,
    };
    let start = io::Cursor::new(head);
    let beside = match source.beside {
        Some(beside) => Some(beside.clone()),
        // What is in memory or a stream has no files next to it.
        None => (source.depth == 0 && Path::new(name).is_file()).then(|| Beside::on_disk(name)),
    };
    let context = || Context {
        hint: hint.clone(),
        limits: *limits,
        fields: reading.fields.clone(),
        beside: beside.clone(),
    };
    if let Crew::Shared(dispatch) = crew
        && let Reader::Lines(each) = found.reader()
    {
        return dispatch.hand_lines(Box::new(start.chain(rest)), &origin, context(), (found, each));
    }
    let sink = crew.sink();
    let exchanges = match found.reader() {
        Reader::Lines(each) => by_line::read(&mut start.chain(rest), &origin, &context(), each, sink),
        Reader::Records(lists, read) => {
            let mut reader = start.chain(rest);
            let mut each = |record: &Record<'_>, sink: &mut dyn Sink| {
                record.set_beside(beside.as_ref());
                read(record, &hint, sink)
            };
            record::read(&mut reader, &origin, lists, limits, sink, &mut each)
        }
        Reader::Stream(read) => {
            let mut reader = start.chain(rest);
            guarded(&origin, sink, |sink| read(&mut reader, &origin, &hint, limits, sink))
        }
        Reader::Whole(read) => {
            let text = match is_all {
                true => limits.checked(start.into_inner()).map(|text| (text, Cuts::NONE)),
                false if found.holds_messages() => read_messages(&mut start.chain(rest), limits),
                false => read_whole(&mut start.chain(rest), limits).map(|text| (text, Cuts::NONE)),
            };
            match text {
                Ok((text, cuts)) => guarded(&origin, sink, |sink| {
                    let text = Text {
                        bytes: &text,
                        origin: &origin,
                        hint: &hint,
                        cuts: &cuts,
                    };
                    read(&text, sink)
                }),
                Err(message) => {
                    sink.problem(problem_at(name, position, message));
                    0
                }
            }
        }
    };
    sink.source(SourceRead {
        file: name.to_owned(),
        format: Some(found),
        exchanges,
    });
}

/// How profiles start, which hold what was learnt from captures.
const PROFILE: &[u8] = br#"{"format":"wiredrift-profile""#;

/// Why a file whose name starts with a point is skipped.
pub(super) const HIDDEN: &str = "hidden";

/// Why a file that another capture names is skipped.
pub(super) const PART: &str = "part of another capture";

/// Archives in archives are read to this depth.
const DEEPEST: u8 = 3;

/// Reads the members of an archive.
fn read_archive(
    archive: Archive,
    reader: &mut dyn BufRead,
    source: &Source<'_>,
    reading: &Reading,
    crew: &mut Crew<'_, '_>,
) {
    if source.depth >= DEEPEST {
        let message = "archives are nested too deeply; unpack this one".to_owned();
        return crew.sink().problem(problem(source.name, message));
    }
    let read = archive.read(reader, &reading.limits, &mut |member| {
        let name = member.path(source.name);
        let beside = member.files.as_ref().map(|files| files.beside(&member.name, &name));
        if member.is_hidden() {
            crew.sink().skipped(name.into(), HIDDEN);
            return !reading.is_stopped();
        }
        if member.is_part {
            crew.sink().skipped(name.into(), PART);
            return !reading.is_stopped();
        }
        match member.content {
            Err(message) => crew.sink().problem(problem(&name, message)),
            Ok(bytes) => {
                let inner = Source {
                    name: &name,
                    // A member need not be a capture.
                    of_folder: Some(Path::new(&name)),
                    depth: source.depth + 1,
                    beside: beside.as_ref(),
                };
                read_stream(io::Cursor::new(bytes), &inner, reading, crew);
            }
        }
        !reading.is_stopped()
    });
    if let Err(message) = read {
        crew.sink().problem(problem(source.name, message));
    }
}

/// Skips a byte order mark and white space, then fills `head` with what follows.
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

pub(super) fn problem(name: &str, message: String) -> ReadProblem {
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
