//! Payloads as bytes, with the position that each byte was read from.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::{TapeDocument, SyntaxError};
use crate::location::{Origin, Position};
use crate::media_type::ContentKind;
use crate::redact::Excerpt;

use super::cut::Cuts;
use super::places::{Known, Places, Written};
use super::scalar::Scalar;

/// The bytes of a payload, with the position that each byte was read from.
#[derive(Debug)]
pub struct Body<'a> {
    /// The payload, after any decoding.
    pub bytes: Cow<'a, [u8]>,
    /// Where it starts.
    pub origin: Origin,
    /// The media type named by the capture.
    pub media_type: Option<String>,
    places: Places<'a>,
    known: Known,
    stand_ins: Option<StandIns<'a>>,
    cuts: Cuts,
}

/// Strings substituted for parts that are not JSON.
#[derive(Debug)]
struct StandIns<'a> {
    /// The original body.
    original: &'a str,
    /// The offsets of the strings, in order.
    at: Vec<usize>,
}

impl<'a> Body<'a> {
    /// A body that appears in the file unchanged.
    #[must_use]
    pub fn verbatim(bytes: &'a [u8], origin: Origin) -> Self {
        Self::new(Cow::Borrowed(bytes), origin, Places::Verbatim)
    }

    /// A body that is a whole file.
    pub(crate) fn owned(bytes: Vec<u8>, origin: Origin) -> Self {
        Self::transliterated(bytes, origin)
    }

    /// A body with the same length as its text in the file, byte for byte.
    pub(crate) fn transliterated(bytes: Vec<u8>, origin: Origin) -> Self {
        Self::new(Cow::Owned(bytes), origin, Places::Verbatim)
    }

    /// A body decoded from the text in the file.
    pub(crate) fn decoded(bytes: Vec<u8>, origin: Origin) -> Self {
        Self::new(Cow::Owned(bytes), origin, Places::Start)
    }

    /// The content of a JSON string; `quoted` is the string as written in the file.
    pub(crate) fn escaped(text: Cow<'a, str>, quoted: &'a str, origin: Origin) -> Self {
        Self::new(bytes_of(text), origin, Places::Escaped(quoted))
    }

    /// The content of a YAML scalar.
    pub(crate) fn scalar(text: Cow<'a, str>, written: Scalar<'a>, origin: Origin) -> Self {
        Self::new(bytes_of(text), origin, Places::Scalar(written))
    }

    pub(super) fn new(bytes: Cow<'a, [u8]>, origin: Origin, places: Places<'a>) -> Self {
        Self {
            bytes,
            origin,
            media_type: None,
            places,
            known: Known::default(),
            stand_ins: None,
            cuts: Cuts::NONE,
        }
    }

    /// The same body, of which bytes were left out.
    pub(super) fn cut(mut self, cuts: Cuts) -> Self {
        self.cuts = cuts;
        self
    }

    /// The length of a part of the body, with the bytes that were left out.
    pub(crate) fn length_of(&self, range: &Range<usize>) -> u64 {
        range.len() as u64 + self.cuts.within(range)
    }

    /// The same body with equally long strings substituted for non-JSON parts; `at` holds their offsets.
    pub(crate) fn with_stand_ins<'s>(&'s self, text: String, at: Vec<usize>) -> Body<'s> {
        Body {
            media_type: self.media_type.clone(),
            stand_ins: std::str::from_utf8(&self.bytes)
                .ok()
                .map(|original| StandIns { original, at }),
            ..Body::new(Cow::Owned(text.into_bytes()), self.origin.clone(), self.places)
        }
    }

    /// Whether the body has substituted strings.
    pub(crate) fn has_stand_ins(&self) -> bool {
        self.stand_ins.is_some()
    }

    /// Parses the body.
    ///
    /// # Errors
    ///
    /// Returns where and why the body is not JSON.
    pub(crate) fn parse(&self) -> Result<TapeDocument<'_>, SyntaxError> {
        let document = TapeDocument::parse(&self.bytes)?;
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

    /// The position that the byte at this offset was read from.
    #[must_use]
    pub fn place(&self, offset: usize) -> Origin {
        self.origin.at(self.position(offset))
    }

    /// The same as a position in the file.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.bytes.len());
        let start = self.origin.position;
        let mut position = self.places.position(start, &self.bytes, offset, &self.known);
        position.byte += self.cuts.within(&(0..offset));
        position
    }

    /// A part of the body as a body of its own, with its media type.
    pub(crate) fn part<'p>(&'p self, range: Range<usize>, media_type: Option<&str>) -> Body<'p> {
        let places = match self.places {
            Places::Verbatim => Places::Verbatim,
            Places::Start => Places::Start,
            _ => Places::Within(self, range.start),
        };
        let cuts = self.cuts.of_part(&range);
        let origin = self.place(range.start);
        let part = Body::new(Cow::Borrowed(&self.bytes[range]), origin, places);
        part.cut(cuts).with_media_type(media_type)
    }

    /// The line that a place in the body was written in; `document` is the body, parsed.
    pub(crate) fn excerpt(&self, document: &TapeDocument<'_>, span: Range<usize>) -> Excerpt {
        match self.places {
            Places::Transcript(transcript) => transcript.excerpt(document, span),
            _ => Excerpt::of_json(document, span),
        }
    }

    /// Whether the body was read from one of another media type.
    pub(crate) const fn is_transcript(&self) -> bool {
        matches!(self.places, Places::Transcript(_))
    }

    /// Whether another text cannot take the place of the body in its file, because it is only a part of what the file
    /// holds, or was read from something else.
    pub(crate) const fn is_read_only(&self) -> bool {
        matches!(self.places, Places::Transcript(_) | Places::Within(..))
    }

    /// The payload as read, without substituted strings.
    #[must_use]
    pub fn as_read(&self) -> &[u8] {
        match &self.stand_ins {
            Some(stand_ins) => stand_ins.original.as_bytes(),
            None => &self.bytes,
        }
    }

    /// The payload as written in the file, and its byte offset there; `None` if it was decoded
    /// or is a scalar of YAML.
    pub(crate) fn as_written(&self) -> Option<(u64, &[u8])> {
        let start = self.origin.position.byte;
        match self.places {
            Places::Verbatim => Some((start, self.as_read())),
            Places::Escaped(quoted) => Some((start, quoted.as_bytes())),
            Places::Within(..)
            | Places::Scalar(_)
            | Places::Start
            | Places::Transcript(_) => None,
        }
    }

    /// Formats a text as it would be written in the file in place of the payload.
    pub(crate) fn written_like<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.places {
            Places::Escaped(_) => Cow::Owned(serde_json::Value::from(text).to_string()),
            Places::Verbatim
            | Places::Scalar(_)
            | Places::Start
            | Places::Transcript(_)
            | Places::Within(..) => Cow::Borrowed(text),
        }
    }

    /// Whether the body is JSON by its media type. Without a media type, anything but HTML and XML counts as
    /// JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.kind() == ContentKind::Json
    }

    /// What the body is, by its media type. Without a media type, anything but HTML and XML counts as JSON.
    #[must_use]
    pub(crate) fn kind(&self) -> ContentKind {
        match &self.media_type {
            Some(media_type) => ContentKind::of(media_type),
            None if self.bytes.trim_ascii_start().first() != Some(&b'<') => ContentKind::Json,
            None => ContentKind::Xml,
        }
    }
}

fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

impl Written for Body<'_> {
    fn position(&self, offset: usize) -> Position {
        self.position(offset)
    }

    fn excerpt(&self, document: &TapeDocument<'_>, span: Range<usize>) -> Excerpt {
        self.excerpt(document, span)
    }
}

/// Whether a media type is JSON or a `+json` type (RFC 6839).
#[must_use]
pub fn is_json_media_type(media_type: &str) -> bool {
    ContentKind::of(media_type) == ContentKind::Json
}
