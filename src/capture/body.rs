//! Payloads as bytes, with the position that each byte was read from.

use std::borrow::Cow;

use crate::json::{TapeDocument, SyntaxError};
use crate::location::Origin;

use super::places::{Known, Places};
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
        Self {
            bytes: Cow::Borrowed(bytes),
            origin,
            media_type: None,
            stand_ins: None,
            places: Places::Verbatim,
            known: Known::default(),
        }
    }

    /// A body that is a whole file.
    pub(crate) fn owned(bytes: Vec<u8>, origin: Origin) -> Self {
        Self::transliterated(bytes, origin)
    }

    /// A body with the same length as its text in the file, byte for byte.
    pub(crate) fn transliterated(bytes: Vec<u8>, origin: Origin) -> Self {
        Self {
            bytes: Cow::Owned(bytes),
            origin,
            media_type: None,
            stand_ins: None,
            places: Places::Verbatim,
            known: Known::default(),
        }
    }

    /// A body decoded from the text in the file.
    pub(crate) fn decoded(bytes: Vec<u8>, origin: Origin) -> Self {
        Self {
            bytes: Cow::Owned(bytes),
            origin,
            media_type: None,
            stand_ins: None,
            places: Places::Start,
            known: Known::default(),
        }
    }

    /// The content of a JSON string; `quoted` is the string as written in the file.
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
            known: Known::default(),
        }
    }

    /// The content of a YAML scalar.
    pub(crate) fn scalar(text: Cow<'a, str>, written: Scalar<'a>, origin: Origin) -> Self {
        let bytes = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Self {
            bytes,
            origin,
            media_type: None,
            stand_ins: None,
            places: Places::Scalar(written),
            known: Known::default(),
        }
    }

    /// The same body with equally long strings substituted for non-JSON parts; `at` holds their offsets.
    pub(crate) fn with_stand_ins<'s>(&'s self, text: String, at: Vec<usize>) -> Body<'s> {
        Body {
            bytes: Cow::Owned(text.into_bytes()),
            origin: self.origin.clone(),
            media_type: self.media_type.clone(),
            places: self.places,
            known: Known::default(),
            stand_ins: std::str::from_utf8(&self.bytes)
                .ok()
                .map(|original| StandIns { original, at }),
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
        let offset = offset.min(self.bytes.len());
        let start = self.origin.position;
        let known = &self.known;
        self.origin.at(self.places.position(start, &self.bytes, offset, known))
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
            Places::Scalar(_) | Places::Start => None,
        }
    }

    /// Formats a text as it would be written in the file in place of the payload.
    pub(crate) fn written_like<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.places {
            Places::Escaped(_) => Cow::Owned(serde_json::Value::from(text).to_string()),
            Places::Verbatim | Places::Scalar(_) | Places::Start => Cow::Borrowed(text),
        }
    }

    /// Whether the body is JSON by its media type. Without a media type, anything but HTML and XML counts as
    /// JSON.
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
