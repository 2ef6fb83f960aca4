//! `wiredrift check --batch`: captures, or parts of them, one after the other from standard input, each in a frame.
//!
//! A frame is a line of JSON, as many bytes as it says, and a line feed. `docs/scale.md` describes it.

use std::io::{BufRead, Read as _};
use std::sync::Arc;

use serde::Deserialize;

use crate::capture::{Format, Input, Part};
use crate::error::{Error, ErrorKind, Result};
use crate::location::Position;

/// The longest header of a frame, in bytes.
const HEADER: u64 = 64 << 10;

/// The header of a frame.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// The name of the file, as findings show it.
    file: String,
    /// The bytes that follow.
    bytes: u64,
    /// Where they are in the file, if they are a part of it.
    #[serde(default)]
    at: Option<At>,
    /// The format, instead of recognising it.
    #[serde(default)]
    format: Option<Format>,
    /// Whether it was found in a folder rather than named by the user, so that it need not be a capture.
    #[serde(default)]
    found: bool,
    /// Whether it is a hidden file of a folder, which is listed as skipped. Then no bytes follow.
    #[serde(default)]
    hidden: bool,
    /// Why the file cannot be read. Then no bytes follow.
    #[serde(default)]
    problem: Option<String>,
}

/// Where a part of a file starts, at the beginning of a line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct At {
    /// The line, from 1.
    line: u64,
    /// The byte, from 0.
    byte: u64,
    /// The lines before it that are not blank.
    entries: u64,
}

/// The frames of a stream.
pub(super) struct Frames<R> {
    reader: R,
    count: u64,
    /// What is wrong with the stream.
    pub(super) error: Option<Error>,
}

impl<R: BufRead> Frames<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self {
            reader,
            count: 0,
            error: None,
        }
    }

    fn read(&mut self) -> Result<Option<Input>> {
        self.count += 1;
        let failed = |what: &str| {
            let message = format!("frame {} of standard input {what}", self.count);
            Error::new(ErrorKind::Format, message)
        };
        let unread = |error: std::io::Error| failed("cannot be read").with_source(error);
        let mut line = Vec::new();
        self.reader
            .by_ref()
            .take(HEADER)
            .read_until(b'\n', &mut line)
            .map_err(unread)?;
        if line.is_empty() {
            return Ok(None);
        }
        let header: Header = serde_json::from_slice(&line)
            .map_err(|error| failed("has no valid header").with_source(error))?;
        let name: Arc<str> = header.file.into();
        if header.hidden {
            return Ok(Some(Input::Hidden(name.to_string().into())));
        }
        if header.format.is_some() && header.at.is_none() {
            return Err(failed(
                "names a format without `at`; --format sets that of whole files",
            ));
        }
        if let Some(message) = header.problem {
            return Ok(Some(Input::Unread { name, message }));
        }
        let mut bytes = Vec::new();
        self.reader
            .by_ref()
            .take(header.bytes)
            .read_to_end(&mut bytes)
            .map_err(unread)?;
        let mut end = [0];
        if bytes.len() as u64 != header.bytes
            || self.reader.read_exact(&mut end).is_err()
            || end != *b"\n"
        {
            return Err(failed("is not as long as its header says"));
        }
        let bytes = bytes.into();
        Ok(Some(match header.at {
            Some(At {
                line,
                byte,
                entries,
            }) => Input::Part(Part {
                name,
                bytes,
                position: Position {
                    byte,
                    line,
                    column: 1,
                },
                entries,
                format: header.format,
            }),
            None if header.found => Input::Found { name, bytes },
            None => Input::Memory { name, bytes },
        }))
    }
}

impl<R: BufRead> Iterator for Frames<R> {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        self.read().unwrap_or_else(|error| {
            self.error = Some(error);
            None
        })
    }
}
