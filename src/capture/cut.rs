//! Long files in multipart bodies of a text, of which only the start is kept in memory.

use std::io::{self, BufRead, Read as _};
use std::ops::Range;

use crate::limits::FILE_PART;
use crate::media_type;

/// Bytes of a line that are searched for a header or a boundary.
const LINE: u64 = 64 << 10;

/// Where bytes of a text were left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cuts(Vec<Cut>);

/// A place in the text that is kept, and the number of bytes that are missing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    at: usize,
    bytes: u64,
}

impl Cuts {
    /// A text that is complete.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// The number of bytes that are missing in a part of the text.
    pub(crate) fn within(&self, range: &Range<usize>) -> u64 {
        self.inside(range).map(|cut| cut.bytes).sum()
    }

    /// Those of a part of the text.
    pub(crate) fn of_part(&self, range: &Range<usize>) -> Self {
        let own = self.inside(range);
        Self(own.map(|cut| Cut { at: cut.at - range.start, ..*cut }).collect())
    }

    /// Bytes that are missing at the end of a part belong to it: something was kept before them.
    fn inside(&self, range: &Range<usize>) -> impl Iterator<Item = &Cut> {
        let Range { start, end } = *range;
        self.0.iter().filter(move |cut| start < cut.at && cut.at <= end)
    }

    /// Where a part ends that had this length, if it starts at `start`.
    pub(crate) fn end_of(&self, start: usize, length: u64) -> Option<usize> {
        let mut left = length;
        for cut in self.0.iter().filter(|cut| cut.at > start) {
            if (cut.at - start) as u64 >= left {
                break;
            }
            left = left.checked_sub(cut.bytes)?;
        }
        start.checked_add(usize::try_from(left).ok()?)
    }
}

/// What a line of a text is a part of.
enum Place {
    /// Anything but a file.
    Outside,
    /// The headers of a part; whether it is a file.
    Headers(bool),
    /// The content of a file.
    File,
}

/// Reads a text up to a limit. Of a file in a multipart body, only the start is kept, and its line breaks, so that the
/// lines after it keep their numbers.
pub(super) fn read(reader: &mut dyn BufRead, limit: u64) -> io::Result<(Vec<u8>, Cuts)> {
    let mut text = Vec::new();
    let mut cuts = Cuts::default();
    let mut boundary: Vec<u8> = Vec::new();
    let mut place = Place::Outside;
    // What was read beyond a file.
    let mut ahead: Vec<u8> = Vec::new();
    while text.len() as u64 <= limit {
        if let Place::File = place {
            ahead = file(&mut ahead.chain(&mut *reader), &boundary, (&mut text, &mut cuts))?;
            place = Place::Outside;
            continue;
        }
        let start = text.len();
        if ahead.is_empty() {
            (&mut *reader).take(LINE).read_until(b'\n', &mut text)?;
        } else {
            let mut rest = io::Cursor::new(std::mem::take(&mut ahead)).chain(&mut *reader);
            (&mut rest).take(LINE).read_until(b'\n', &mut text)?;
            let (rest, _) = rest.into_inner();
            let at = usize::try_from(rest.position()).unwrap_or(usize::MAX);
            ahead = rest.into_inner().split_off(at);
        }
        if text.len() == start {
            break;
        }
        let line = text[start..].trim_ascii();
        // `curl -v` marks the lines of headers.
        let line = line.strip_prefix(b"> ").or_else(|| line.strip_prefix(b"< ")).unwrap_or(line);
        let is_boundary = line.strip_prefix(b"--").is_some_and(|name| !boundary.is_empty() && name == boundary);
        place = match place {
            _ if is_boundary => Place::Headers(false),
            Place::Headers(true) if line.is_empty() => Place::File,
            Place::Headers(is_file) if !line.is_empty() => Place::Headers(is_file || names_file(line)),
            _ => {
                if let Some(named) = named_boundary(line) {
                    boundary = named.into_bytes();
                }
                Place::Outside
            }
        };
    }
    Ok((text, cuts))
}

/// Whether a header of a part names a file.
fn names_file(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let (name, value) = line.split_once(':').unwrap_or((&line, ""));
    name.trim().eq_ignore_ascii_case("content-disposition")
        && ["filename", "filename*"].iter().any(|name| media_type::parameter(value, name).is_some())
}

/// The boundary that a header of a message names.
fn named_boundary(line: &[u8]) -> Option<String> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    let is_type = name.trim().eq_ignore_ascii_case("content-type");
    let is_multipart = is_type && media_type::essence(value).starts_with("multipart/");
    media_type::parameter(value, "boundary").filter(|boundary| is_multipart && !boundary.is_empty())
}

/// Reads the content of a file up to the next boundary, and returns what was read beyond it.
fn file(
    reader: &mut dyn BufRead,
    boundary: &[u8],
    (text, cuts): (&mut Vec<u8>, &mut Cuts),
) -> io::Result<Vec<u8>> {
    let delimiter = [b"\n--", boundary].concat();
    let mut kept = 0;
    let (mut missing, mut lines) = (0, 0);
    let mut keep = |part: &[u8], text: &mut Vec<u8>| {
        let (own, rest) = part.split_at(part.len().min(FILE_PART + 1 - kept));
        kept += own.len();
        text.extend_from_slice(own);
        let breaks = memchr::memchr_iter(b'\n', rest).count();
        lines += breaks;
        missing += (rest.len() - breaks) as u64;
    };
    let mut window: Vec<u8> = Vec::new();
    let rest = loop {
        let chunk = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        let length = chunk.len();
        window.extend_from_slice(chunk);
        reader.consume(length);
        if let Some(at) = memchr::memmem::find(&window, &delimiter) {
            // The line break belongs to the boundary.
            let at = at - usize::from(at > 0 && window[at - 1] == b'\r');
            keep(&window[..at], text);
            break window.split_off(at);
        }
        if length == 0 {
            keep(&window, text);
            break Vec::new();
        }
        // The boundary may have started.
        let sure = window.len().saturating_sub(delimiter.len() + 1);
        keep(&window[..sure], text);
        window.drain(..sure);
    };
    if missing > 0 {
        cuts.0.push(Cut {
            at: text.len(),
            bytes: missing,
        });
    }
    text.resize(text.len() + lines, b'\n');
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_of(text: &[u8]) -> (Vec<u8>, Cuts) {
        // A small buffer, so that boundaries are split.
        read(&mut io::BufReader::with_capacity(7, text), u64::MAX).expect("read")
    }

    #[test]
    fn only_the_start_of_long_files_is_kept() {
        let head = b"POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=\"b c\"\r\n\r\n\
                     --b c\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n";
        let tail = b"\r\n--b c\r\nContent-Disposition: form-data; name=\"g\"\r\n\r\n1\r\n--b c--\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        let lines = b"0123456789abcdef\r\n--b\r\n".repeat(10_000);
        let whole = [head, &lines[..], tail].concat();
        let (text, cuts) = read_of(&whole);
        let breaks = |text: &[u8]| memchr::memchr_iter(b'\n', text).count();
        assert_eq!(breaks(&text), breaks(&whole));
        assert!(text.len() < head.len() + FILE_PART + 20_000 + tail.len(), "{}", text.len());
        assert!(text.starts_with(head) && text.ends_with(tail));
        let missing = (whole.len() - text.len()) as u64;
        assert_eq!(cuts.within(&(0..text.len())), missing);
        // The body has its full length, and ends where it did.
        let body = whole.len() - head.len() + 74 - b"\r\nGET / HTTP/1.1\r\n\r\n".len();
        let start = head.len() - 74;
        let end = cuts.end_of(start, body as u64).expect("an end");
        assert_eq!(&text[end..], b"\r\nGET / HTTP/1.1\r\n\r\n");
        assert_eq!(cuts.of_part(&(start..end)).within(&(0..end - start)), missing);
    }

    #[test]
    fn everything_else_is_kept() {
        let form = "Content-Type: multipart/form-data; boundary=b\n\n--b\nContent-Disposition: form-data; name=\"f\"";
        let long = "x".repeat(FILE_PART * 2);
        for text in [
            format!("{form}\n\n{long}\n--b--\n"),
            format!("{form}; filename=\"a\"\n\nshort\n--b--\n"),
            format!("--b\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\n\n{long}\n--b--\n"),
            format!("Content-Type: text/plain; boundary=b\n\n--b\nContent-Disposition: x; filename=\"a\"\n\n{long}"),
            String::new(),
            "no line break".to_owned(),
            long.clone(),
        ] {
            assert_eq!(read_of(text.as_bytes()), (text.clone().into_bytes(), Cuts::NONE), "{text:.60}");
        }
        // A file that is cut off.
        let text = format!("{form}; filename=\"a\"\n\n{long}");
        let (kept, cuts) = read_of(text.as_bytes());
        assert_eq!(kept.len() as u64 + cuts.within(&(0..usize::MAX)), text.len() as u64);
    }
}
