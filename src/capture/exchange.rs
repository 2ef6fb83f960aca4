//! Exchanges: what a client sent and what a server answered, and what a reader noticed.

use crate::location::Origin;
use crate::redact::Excerpt;

use super::body::Body;
use super::hint::Hint;

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

/// Something that a reader noticed about an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Where.
    pub origin: Origin,
    /// What.
    pub kind: RemarkKind,
    /// The line.
    pub excerpt: Excerpt,
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
