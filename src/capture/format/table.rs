//! All formats in one table: how each is named, recognised and read.

use std::fmt;
use std::io::BufRead;

use crate::capture::cut::Cuts;
use crate::capture::by_line::ReadLine;
use crate::capture::hint::Hint;
use crate::capture::limits::Limits;
use crate::capture::record::{Lists, Record};
use crate::capture::sink::{ReadProblem, Sink};
use crate::location::Origin;

use super::{Format, bruno, cassette, curl, guide, har, hoverfly, http, insomnia, json, log, markdown, mitmproxy, mountebank, ndjson, nock, otlp, playwright, postman, rest_client, sniff, warc, wiremock};

/// A row of the table of formats.
struct Row {
    format: Format,
    /// The name shown to users.
    name: &'static str,
    /// File name extensions that decide on their own.
    extensions: &'static [&'static str],
    /// Whether the start of a file looks like this format; used if the name does not decide.
    sniff: fn(&Head<'_>) -> bool,
    reader: Reader,
}

/// Reads a stream, which starts at the origin.
type ReadStream = fn(&mut dyn BufRead, &Origin, &Hint, &Limits, &mut dyn Sink) -> u64;

/// How a format is read. A reader returns the number of exchanges.
#[derive(Clone, Copy)]
pub(in crate::capture) enum Reader {
    /// Line by line: files of any size, which several threads may share.
    Lines(ReadLine),
    /// Entry by entry: the lists of entries, and the reader of one entry.
    Records(Lists, fn(&Record<'_>, &Hint, &mut dyn Sink) -> u64),
    /// From start to end, in whatever pieces the format has.
    Stream(ReadStream),
    /// As a whole.
    Whole(fn(&Text<'_>, &mut dyn Sink) -> u64),
}

/// A whole capture.
#[derive(Debug, Clone, Copy)]
pub(in crate::capture) struct Text<'t> {
    pub(in crate::capture) bytes: &'t [u8],
    /// Where it starts.
    pub(in crate::capture) origin: &'t Origin,
    /// What the name of the file says about it.
    pub(in crate::capture) hint: &'t Hint,
    /// What was left out of it.
    pub(in crate::capture) cuts: &'t Cuts,
}

/// The start of a file.
#[derive(Debug)]
pub(in crate::capture) struct Head<'h> {
    /// The extension of its name, without `.gz` or `.zst`, in lower case.
    pub(super) extension: String,
    /// Its first bytes.
    pub(super) bytes: &'h [u8],
    /// The same, without leading white space.
    pub(super) text: &'h [u8],
    /// Whether these are all of its bytes.
    pub(super) complete: bool,
}

impl<'h> Head<'h> {
    pub(in crate::capture) fn new(name: &str, head: &'h [u8], complete: bool) -> Self {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        Self {
            extension: extension.to_ascii_lowercase(),
            bytes: head,
            text: head.trim_ascii_start(),
            complete,
        }
    }
}

/// All formats, in the order in which content is tested against them.
const TABLE: [Row; 21] = [
    Row {
        format: Format::Ndjson,
        name: "NDJSON",
        extensions: &["ndjson", "jsonl"],
        sniff: sniff::is_ndjson,
        reader: Reader::Lines(ndjson::read),
    },
    Row {
        format: Format::Log,
        name: "log",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Lines(log::read),
    },
    Row {
        format: Format::Har,
        name: "HAR",
        extensions: &["har"],
        sniff: sniff::is_har,
        reader: Reader::Records(har::LISTS, har::read),
    },
    Row {
        format: Format::Cassette,
        name: "cassette",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Records(cassette::LISTS, cassette::read),
    },
    Row {
        format: Format::Nock,
        name: "nock recording",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Records(nock::LISTS, nock::read),
    },
    Row {
        format: Format::Wiremock,
        name: "WireMock mapping",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Records(wiremock::LISTS, wiremock::read),
    },
    Row {
        format: Format::Hoverfly,
        name: "Hoverfly simulation",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Records(hoverfly::LISTS, hoverfly::read),
    },
    Row {
        format: Format::Mountebank,
        name: "Mountebank imposter",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Records(mountebank::LISTS, mountebank::read),
    },
    Row {
        format: Format::Postman,
        name: "Postman collection",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Records(postman::LISTS, postman::read),
    },
    Row {
        format: Format::Bruno,
        name: "Bruno request",
        extensions: &["bru"],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Whole(bruno::read),
    },
    Row {
        format: Format::Playwright,
        name: "Playwright trace",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Lines(playwright::read),
    },
    Row {
        format: Format::Insomnia,
        name: "Insomnia export",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Records(insomnia::LISTS, insomnia::read),
    },
    Row {
        format: Format::Otlp,
        name: "OTLP",
        extensions: &[],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Records(otlp::LISTS, otlp::read),
    },
    Row {
        format: Format::Json,
        name: "JSON",
        // A `.json` file may also be in one of the other formats.
        extensions: &[],
        sniff: |head| sniff::is_json(head) || (head.extension == "json" && !head.text.is_empty()),
        reader: Reader::Whole(json::read),
    },
    Row {
        format: Format::Http,
        name: "HTTP",
        extensions: &["http"],
        sniff: sniff::is_http,
        reader: Reader::Whole(http::read),
    },
    Row {
        format: Format::RestClient,
        name: "REST client",
        extensions: &["rest"],
        // Recordings are recognised before payloads.
        sniff: |_| false,
        reader: Reader::Whole(rest_client::read),
    },
    Row {
        format: Format::Mitmproxy,
        name: "mitmproxy dump",
        extensions: &[],
        sniff: |head| mitmproxy::is_mitmproxy(head.bytes),
        reader: Reader::Stream(mitmproxy::read),
    },
    Row {
        format: Format::Warc,
        name: "WARC",
        extensions: &["warc"],
        sniff: |head| warc::is_warc(head.bytes),
        reader: Reader::Stream(warc::read),
    },
    Row {
        format: Format::Curl,
        name: "output of curl -v",
        extensions: &[],
        sniff: sniff::is_curl,
        reader: Reader::Whole(curl::read),
    },
    Row {
        format: Format::Markdown,
        name: "Markdown",
        extensions: &["md", "mdx", "markdown"],
        sniff: sniff::is_markdown,
        reader: Reader::Whole(|text, sink| read_text(text, sink, markdown::read)),
    },
    Row {
        format: Format::Guide,
        name: "guide",
        extensions: &[],
        sniff: sniff::is_guide,
        reader: Reader::Whole(|text, sink| read_text(text, sink, guide::read)),
    },
];

impl Format {
    fn row(self) -> &'static Row {
        // A test looks up every format.
        let row = TABLE.iter().find(|row| row.format == self);
        row.unwrap_or(&TABLE[0])
    }

    /// Whether a file holds messages of HTTP as they were sent, whose bodies may be long.
    pub(in crate::capture) fn holds_messages(self) -> bool {
        self == Self::Http
    }

    /// Whether a file is read line by line, so that several threads may share it.
    pub(crate) fn is_by_line(self) -> bool {
        matches!(self.reader(), Reader::Lines(_))
    }

    pub(in crate::capture) fn reader(self) -> Reader {
        self.row().reader
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().name)
    }
}

/// What a file contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::capture) enum Recognised {
    /// A supported format.
    Format(Format),
    /// Recorded traffic in an unsupported format, with the name of that format.
    Unread(&'static str),
    /// Something else.
    Unknown,
}

/// Recognises a format by the name of the file and the start of its content.
///
/// If the name identifies a format, it decides; otherwise the content does. An unsupported recording must not
/// be taken for a payload, even if its name says JSON or HAR. If the user named fields of log lines (`are_logs`), lines
/// of JSON are a log.
pub(in crate::capture) fn recognise(head: &Head<'_>, are_logs: bool) -> Recognised {
    let by_name = TABLE
        .iter()
        .find(|row| row.extensions.contains(&head.extension.as_str()));
    let is_sure = by_name.is_some_and(|row| !matches!(row.format, Format::Har | Format::Ndjson | Format::Http | Format::RestClient));
    if !is_sure && let Some(recording) = sniff::recording(head) {
        return recording;
    }
    let is_payload = by_name.is_none_or(|row| row.format == Format::Ndjson);
    if are_logs && is_payload && sniff::is_lines(head) {
        return Recognised::Format(Format::Log);
    }
    let row = by_name.or_else(|| TABLE.iter().find(|row| (row.sniff)(head)));
    row.map_or(Recognised::Unknown, |row| Recognised::Format(row.format))
}

/// Reads a text format.
fn read_text(
    text: &Text<'_>,
    sink: &mut dyn Sink,
    read: fn(&str, &Origin, &mut dyn Sink) -> u64,
) -> u64 {
    match std::str::from_utf8(text.bytes) {
        Ok(content) => read(content, text.origin, sink),
        Err(error) => {
            let valid = &text.bytes[..error.valid_up_to()];
            let place = text.origin.position.after(valid);
            sink.problem(ReadProblem {
                origin: text.origin.at(place),
                message: "not valid UTF-8; a guide must be UTF-8 text".to_owned(),
            });
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, TABLE};

    #[test]
    fn every_format_has_a_row() {
        let all = [
            Format::Json,
            Format::Ndjson,
            Format::Log,
            Format::Http,
            Format::Curl,
            Format::Har,
            Format::Cassette,
            Format::Mitmproxy,
            Format::Warc,
            Format::Nock,
            Format::Wiremock,
            Format::Hoverfly,
            Format::Mountebank,
            Format::Postman,
            Format::RestClient,
            Format::Bruno,
            Format::Playwright,
            Format::Insomnia,
            Format::Otlp,
            Format::Markdown,
            Format::Guide,
        ];
        for format in all {
            assert_eq!(format.row().format, format);
        }
        assert_eq!(TABLE.len(), all.len());
    }
}
