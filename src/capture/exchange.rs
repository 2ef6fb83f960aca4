//! Exchanges: what a client sent and what a server answered, with the reader's remarks.

use std::ops::Range;

use crate::location::Origin;
use crate::redact::Excerpt;

use super::body::Body;
use super::hint::Hint;

/// One recorded request, response or both, or a bare payload that belongs to neither side.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// Where it starts.
    pub origin: Origin,
    /// What the name of the file or block says about it.
    pub hint: Hint,
    /// When it was recorded, as written in the capture.
    pub time: Option<String>,
    /// What the client sent.
    pub request: Option<Request<'a>>,
    /// What the server sent.
    pub response: Option<Response<'a>>,
    /// A payload that the capture does not assign to a side.
    pub payload: Option<Body<'a>>,
    /// The reader's remarks.
    pub remarks: Vec<Remark>,
    /// Whether this kind of capture usually leaves bodies out, as logs do: that one is not there is no finding.
    pub may_lack_bodies: bool,
    /// Whether this kind of capture does not show the credentials of requests as they were sent, as collections and
    /// stubs do not: that they are not there is no finding.
    pub may_lack_credentials: bool,
}

impl<'a> Exchange<'a> {
    /// Creates an empty exchange.
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
            may_lack_bodies: false,
            may_lack_credentials: false,
        }
    }

    /// When it was recorded: the time that the capture names, or else the `Date` header of the response.
    #[must_use]
    pub fn time_text(&self) -> Option<&str> {
        let date = || self.response.as_ref()?.headers.get("date");
        self.time.as_deref().or_else(date)
    }

    /// Creates an exchange that is a bare payload.
    #[must_use]
    pub fn bare(payload: Body<'a>, hint: Hint) -> Self {
        let mut exchange = Self::new(payload.origin.clone(), hint);
        exchange.payload = Some(payload);
        exchange
    }
}

/// The part of a capture that identifies a message: a request line, a status line, or the URL in an archive.
/// Findings about a message point to it.
#[derive(Debug, Clone)]
pub struct Line {
    /// The text as written in the capture.
    pub text: String,
    /// Where the text starts.
    pub origin: Origin,
}

/// What a client sent.
#[derive(Debug)]
pub struct Request<'a> {
    /// The line with the method and target, or the target alone.
    pub line: Line,
    /// The method, as written.
    pub method: String,
    /// The request target, as written.
    pub target: String,
    /// Header fields in order.
    pub headers: Headers,
    /// The body, if there is one.
    pub body: Option<Body<'a>>,
    /// Whether there was a body that the capture does not include.
    pub body_left_out: bool,
}

/// What a server sent.
#[derive(Debug)]
pub struct Response<'a> {
    /// The line with the status, or the status alone.
    pub line: Line,
    /// The status code.
    pub status: u16,
    /// Header fields in order.
    pub headers: Headers,
    /// The body, if there is one.
    pub body: Option<Body<'a>>,
    /// Whether there was a body that the capture does not include.
    pub body_left_out: bool,
}

/// Header fields in the order of the message, and where they are written, if the reader knows.
#[derive(Debug, Default, Clone)]
pub struct Headers(pub Vec<(String, String)>, pub Option<WrittenFields>);

/// Header fields as a capture has them: lines of HTTP, or a JSON array of objects with `name` and `value`.
#[derive(Debug, Clone)]
pub struct WrittenFields {
    /// All of them.
    pub all: Line,
    /// Where each field is in that text, in the order of the fields.
    pub places: Vec<FieldPlace>,
    /// Whether the writer left fields out.
    pub is_cut: bool,
}

/// The places of a header field in the text of all fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPlace {
    /// The line or the object.
    pub whole: Range<usize>,
    /// Its name.
    pub name: Range<usize>,
    /// Its value.
    pub value: Range<usize>,
}

impl Headers {
    /// Fields whose places in the capture are not known.
    #[must_use]
    pub const fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields, None)
    }

    /// Whether a field that is absent was not sent. A capture without any fields has left them out, and so has one that
    /// only shows the pseudo-header fields of HTTP/2 (RFC 9113 section 8.3).
    #[must_use]
    pub fn are_shown(&self) -> bool {
        let is_cut = self.1.as_ref().is_some_and(|written| written.is_cut);
        !is_cut && self.0.iter().any(|(name, _)| !name.starts_with(':'))
    }

    /// The position of the first field with this name, ignoring case.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(field, _)| field.eq_ignore_ascii_case(name))
    }

    /// The value of the first field with this name, ignoring case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// A reader's remark about an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The position it refers to.
    pub origin: Origin,
    /// What the reader noticed.
    pub kind: RemarkKind,
    /// The excerpt of that line.
    pub excerpt: Excerpt,
}

/// What a reader can remark on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemarkKind {
    /// The Content-Length header does not match the length of the body, in bytes.
    ContentLength {
        /// The length in the header.
        declared: u64,
        /// The length of the body as printed.
        actual: u64,
    },
    /// The body, which was recorded as it was sent, does not have the content coding that its header names.
    ContentCoding(&'static str),
    /// The declared encoding of a body is wrong; the body was read anyway.
    Encoding(EncodingFault),
}

/// How the declared encoding of a body is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EncodingFault {
    /// The body is labelled base64 but is plain text.
    NotBase64,
    /// The body is base64 but has no label.
    NoLabel,
    /// The body is embedded as JSON instead of a string.
    NoString,
    /// The body contains half of a surrogate pair, which text cannot represent; U+FFFD replaces it.
    LoneSurrogate,
}

impl EncodingFault {
    /// Describes the fault in a few words.
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
