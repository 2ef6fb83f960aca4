//! Captures: files and streams that hold recorded traffic, read into exchanges.
//!
//! Nothing here knows of contracts. A reader hands each [`Exchange`] to a [`Sink`] as it is read;
//! what could not be read goes to the same sink as a [`ReadProblem`], so nothing is lost silently.

mod decode;
mod guide;
mod har;
mod hint;
mod http;
mod json;
mod lines;
mod markdown;
mod parallel;
mod python;
pub mod redact;
mod shapes;
mod sniff;
mod source;

use std::borrow::Cow;
use std::path::PathBuf;

use crate::json::{Document, SyntaxError};
use crate::location::{Origin, Position};

pub use hint::Hint;
pub use parallel::{ParallelSink, Reading};
pub use sniff::Format;
pub use source::{Input, Limits};

/// One recorded request and/or response, or a bare payload of neither side.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// Where it starts.
    pub origin: Origin,
    /// What the name of the file or block says of it.
    pub hint: Hint,
    /// When it was recorded, as the capture writes it.
    pub time: Option<String>,
    /// What the client sent.
    pub request: Option<Request<'a>>,
    /// What the server sent.
    pub response: Option<Response<'a>>,
    /// A payload that the capture does not put on a side.
    pub payload: Option<Body<'a>>,
    /// What the reader noticed.
    pub remarks: Vec<Remark>,
}

impl<'a> Exchange<'a> {
    /// An exchange with nothing in it yet.
    #[must_use]
    pub fn new(origin: Origin, hint: Hint) -> Self {
        Self {
            origin,
            hint,
            time: None,
            request: None,
            response: None,
            payload: None,
            remarks: Vec::new(),
        }
    }

    /// An exchange that is a bare payload.
    #[must_use]
    pub fn bare(payload: Body<'a>, hint: Hint) -> Self {
        let mut exchange = Self::new(payload.origin.clone(), hint);
        exchange.payload = Some(payload);
        exchange
    }
}

/// The part of a capture that says what a message is: a request line, a status line, the URL of an
/// archive. Findings about a message point into it.
#[derive(Debug, Clone)]
pub struct Line {
    /// The text as it stands in the capture.
    pub text: String,
    /// Where the text starts.
    pub origin: Origin,
}

/// What a client sent.
#[derive(Debug)]
pub struct Request<'a> {
    /// The line that says method and target, or the target alone.
    pub line: Line,
    /// The method, as written.
    pub method: String,
    /// The request target, as written.
    pub target: String,
    /// Header fields in order.
    pub headers: Headers,
    /// The body; `None` where there is none.
    pub body: Option<Body<'a>>,
    /// There was a body, but the capture does not hold it.
    pub body_left_out: bool,
}

/// What a server sent.
#[derive(Debug)]
pub struct Response<'a> {
    /// The line that says the status, or the status alone.
    pub line: Line,
    /// The status code.
    pub status: u16,
    /// Header fields in order.
    pub headers: Headers,
    /// The body; `None` where there is none.
    pub body: Option<Body<'a>>,
    /// There was a body, but the capture does not hold it.
    pub body_left_out: bool,
}

/// Header fields in the order of the message.
#[derive(Debug, Default, Clone)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// The value of the first field with this name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The bytes of a payload, and where each of them was read.
#[derive(Debug)]
pub struct Body<'a> {
    /// The payload, decoded from whatever carried it.
    pub bytes: Cow<'a, [u8]>,
    /// Where it starts.
    pub origin: Origin,
    /// The media type that the capture names.
    pub media_type: Option<String>,
    places: Places<'a>,
    stand_ins: Option<StandIns<'a>>,
}

/// Strings that stand for what is no JSON.
#[derive(Debug)]
struct StandIns<'a> {
    /// The body as it was.
    original: &'a str,
    /// Where the strings start, in order.
    at: Vec<usize>,
}

/// How places in a body map to places in the file.
#[derive(Debug, Clone, Copy)]
enum Places<'a> {
    /// The body stands in the file as it is.
    Verbatim,
    /// The body is the content of a JSON string, which stands in the file with escapes.
    Escaped(&'a str),
    /// The body was decoded (base64, gzip, chunks): only its start is known.
    Start,
}

impl<'a> Body<'a> {
    /// A body that stands in the file as it is.
    #[must_use]
    pub fn verbatim(bytes: &'a [u8], origin: Origin) -> Self {
        Self {
            bytes: Cow::Borrowed(bytes),
            origin,
            media_type: None,
            stand_ins: None,
            places: Places::Verbatim,
        }
    }

    /// A body of the same length as the text in the file, place by place.
    pub(crate) fn transliterated(bytes: Vec<u8>, origin: Origin) -> Self {
        Self {
            bytes: Cow::Owned(bytes),
            origin,
            media_type: None,
            stand_ins: None,
            places: Places::Verbatim,
        }
    }

    /// A body that was decoded from what stands in the file.
    pub(crate) fn decoded(bytes: Vec<u8>, origin: Origin) -> Self {
        Self {
            bytes: Cow::Owned(bytes),
            origin,
            media_type: None,
            stand_ins: None,
            places: Places::Start,
        }
    }

    /// The content of a JSON string; `quoted` is the string as it stands in the file.
    pub(crate) fn escaped(text: Cow<'a, str>, quoted: &'a str, origin: Origin) -> Self {
        let bytes = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Self {
            bytes,
            origin,
            media_type: None,
            stand_ins: None,
            places: Places::Escaped(quoted),
        }
    }

    /// The same body with strings of the same length in place of what is no JSON, which start at these offsets.
    pub(crate) fn with_stand_ins<'s>(&'s self, text: String, at: Vec<usize>) -> Body<'s> {
        Body {
            bytes: Cow::Owned(text.into_bytes()),
            origin: self.origin.clone(),
            media_type: self.media_type.clone(),
            places: self.places,
            stand_ins: std::str::from_utf8(&self.bytes)
                .ok()
                .map(|original| StandIns { original, at }),
        }
    }

    /// Whether strings stand for what is no JSON.
    pub(crate) fn has_stand_ins(&self) -> bool {
        self.stand_ins.is_some()
    }

    /// The body as a document.
    ///
    /// # Errors
    ///
    /// Where and why it is not JSON.
    pub(crate) fn parse(&self) -> Result<Document<'_>, SyntaxError> {
        let document = Document::parse(&self.bytes)?;
        Ok(match &self.stand_ins {
            Some(StandIns { original, at }) => document.standing_in(original, at),
            None => document,
        })
    }

    /// The same body with a media type.
    #[must_use]
    pub fn with_media_type(mut self, media_type: Option<&str>) -> Self {
        self.media_type = media_type.map(str::to_owned);
        self
    }

    /// Where the byte at this offset of the body was read.
    #[must_use]
    pub fn place(&self, offset: usize) -> Origin {
        let offset = offset.min(self.bytes.len());
        let start = self.origin.position;
        self.origin.at(match self.places {
            Places::Verbatim => start.after(&self.bytes[..offset]),
            Places::Start => start,
            Places::Escaped(quoted) => {
                start.after(&quoted.as_bytes()[..escaped_offset(quoted, offset)])
            }
        })
    }

    /// The payload as it was read, without strings in place of what is no JSON.
    #[must_use]
    pub fn as_read(&self) -> &[u8] {
        match &self.stand_ins {
            Some(stand_ins) => stand_ins.original.as_bytes(),
            None => &self.bytes,
        }
    }

    /// The payload as it stands in the file, and the offset there that it starts at, in bytes; `None` where it was
    /// decoded from something else.
    pub(crate) fn as_written(&self) -> Option<(u64, &[u8])> {
        let start = self.origin.position.byte;
        match self.places {
            Places::Verbatim => Some((start, self.as_read())),
            Places::Escaped(quoted) => Some((start, quoted.as_bytes())),
            Places::Start => None,
        }
    }

    /// Another text, as it would stand in the file in place of the payload.
    pub(crate) fn written_like<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.places {
            Places::Escaped(_) => Cow::Owned(serde_json::Value::from(text).to_string()),
            Places::Verbatim | Places::Start => Cow::Borrowed(text),
        }
    }

    /// Whether the body is JSON by its media type; without one, everything is but HTML and XML.
    #[must_use]
    pub fn is_json(&self) -> bool {
        match &self.media_type {
            Some(media_type) => is_json_media_type(media_type),
            None => self.bytes.trim_ascii_start().first() != Some(&b'<'),
        }
    }
}

/// Whether a media type is JSON or a `+json` type (RFC 6839).
#[must_use]
pub fn is_json_media_type(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    matches!(
        essence.as_str(),
        "application/json" | "text/json" | "application/x-ndjson"
    ) || essence.ends_with("+json")
}

/// The offset in a quoted JSON string of the byte `decoded` of its content.
fn escaped_offset(quoted: &str, decoded: usize) -> usize {
    let bytes = quoted.as_bytes();
    let mut at = 1;
    let mut passed = 0;
    while passed < decoded && at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            passed += 1;
            continue;
        }
        let length = match bytes.get(at + 1) {
            Some(b'u') if is_surrogate_pair(&quoted[at..]) => 12,
            Some(b'u') => 6,
            _ => 2,
        };
        let end = (at + length).min(bytes.len());
        let character = format!("\"{}\"", &quoted[at..end]);
        passed += Document::parse(character.as_bytes())
            .ok()
            .and_then(|document| document.root().as_str().map(|text| text.len()))
            .unwrap_or(1);
        at = end;
    }
    at
}

fn is_surrogate_pair(escapes: &str) -> bool {
    let unit = |at: usize| {
        let digits = escapes.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    matches!(
        (unit(0), unit(6)),
        (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF))
    )
}

/// Something that a reader noticed about an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Where.
    pub origin: Origin,
    /// What.
    pub kind: RemarkKind,
    /// The line.
    pub excerpt: redact::Excerpt,
}

/// What a reader can notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemarkKind {
    /// The Content-Length header does not say the length of the body; both in bytes.
    ContentLength {
        /// What the header says.
        declared: u64,
        /// The length of the body as printed.
        actual: u64,
    },
    /// The capture encodes a body in another way than it says; the body was read all the same.
    Encoding(EncodingFault),
}

/// What is wrong with how a capture encodes a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EncodingFault {
    /// It is labelled base64 and is plain text.
    NotBase64,
    /// It is base64 and has no label.
    NoLabel,
    /// It stands in the capture as JSON and not as a string.
    NoString,
    /// It has half a surrogate pair, which no text can hold; U+FFFD stands in its place.
    LoneSurrogate,
}

impl EncodingFault {
    /// What is wrong, in a few words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotBase64 => "labelled base64, but plain text",
            Self::NoLabel => "base64 without a label",
            Self::NoString => "`text` is not a string",
            Self::LoneSurrogate => "half a surrogate pair",
        }
    }
}

/// An input, or a part of one, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadProblem {
    /// The place.
    pub(crate) origin: Origin,
    /// What is wrong, and what to do.
    pub(crate) message: String,
}

/// A file that was opened and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRead {
    /// The file, as the user would name it.
    pub file: String,
    /// What it holds; `None` when no format was recognised.
    pub format: Option<Format>,
    /// Exchanges read from it.
    pub exchanges: u64,
}

/// Where readers put what they read.
pub trait Sink {
    /// One exchange.
    fn exchange(&mut self, exchange: Exchange<'_>);
    /// Something that could not be read.
    fn problem(&mut self, problem: ReadProblem);
    /// A file is finished.
    fn source(&mut self, source: SourceRead);
    /// A file of a folder that holds no capture, and why it was passed over.
    fn skipped(&mut self, path: PathBuf, reason: &'static str);
    /// What comes next is of this part of the captures; parts have numbers in the order of the
    /// captures. Only readers with several threads tell parts apart.
    fn part(&mut self, number: u64) {
        let _ = number;
    }
    /// The part that was told last is read.
    fn part_ended(&mut self) {}
    /// Everything was read.
    fn finish(&mut self) {}
}

/// Where the byte `offset` of a text stands, when the text starts at `start`.
fn position_in(text: &[u8], offset: usize, start: Position) -> Position {
    start.after(&text[..offset.min(text.len())])
}

#[cfg(test)]
mod tests;
