//! Bodies in other character encodings than UTF-8.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::capture::{Body, Scribe, Transcript};
use crate::media_type::{self, ContentKind};

/// Characters whose places are computed together.
const RUN: usize = 1024;

/// What is to be said about the charset of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CharsetFault {
    /// JSON is always UTF-8 (RFC 8259 section 8.1).
    OfJson,
    /// No such charset is known.
    Unknown,
    /// The text is not UTF-8, and no charset is named.
    Unnamed,
}

/// The charset that a body names: in its media type, with its first bytes, or, for XML, in its declaration.
fn named(body: &Body<'_>, kind: ContentKind) -> Option<String> {
    let of_type = body.media_type.as_deref().and_then(|media_type| media_type::parameter(media_type, "charset"));
    let of_bytes = || match &*body.bytes {
        [0xff, 0xfe, ..] | [b'<', 0, b'?', 0, ..] => Some("utf-16le".to_owned()),
        [0xfe, 0xff, ..] | [0, b'<', 0, b'?', ..] => Some("utf-16be".to_owned()),
        _ => None,
    };
    // A byte order mark decides (RFC 7303 section 3.3).
    let says_nothing = |charset: &String| charset.is_empty() || charset.eq_ignore_ascii_case("binary");
    of_bytes().or_else(|| of_type.filter(|charset| !says_nothing(charset))).or_else(|| {
        if kind != ContentKind::Xml {
            return None;
        }
        let start = String::from_utf8_lossy(&body.bytes[..body.bytes.len().min(256)]).into_owned();
        let declaration = start.trim_start().strip_prefix("<?xml")?.split("?>").next()?.to_owned();
        let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        value[1..].split(quote).next().map(str::to_owned)
    })
}

/// Whether bodies of a kind are text.
const fn is_text(kind: ContentKind) -> bool {
    !matches!(kind, ContentKind::Other | ContentKind::Multipart | ContentKind::Parts)
}

/// What is wrong with the charset that a body names, and its name.
pub(crate) fn fault(body: &Body<'_>, kind: ContentKind) -> Option<(CharsetFault, String)> {
    let label = named(body, kind).filter(|_| is_text(kind))?;
    let Some(encoding) = Encoding::for_label(label.as_bytes()) else {
        return Some((CharsetFault::Unknown, label));
    };
    // Of ASCII, each byte means the same in UTF-8.
    let is_utf8 = encoding == UTF_8 || label.eq_ignore_ascii_case("us-ascii");
    let is_of_json = matches!(kind, ContentKind::Json | ContentKind::JsonLines | ContentKind::JsonSequence);
    (is_of_json && !is_utf8).then_some((CharsetFault::OfJson, label))
}

/// A body in UTF-8, and what is wrong with the charset that it names.
type Recoded<'b> = (Transcript<'b>, Option<(CharsetFault, String)>);

/// The body in UTF-8; `None` if it is UTF-8, or if nothing explains its bytes.
///
/// Most captures hold text in UTF-8, whatever the media type says. Plain text that names no charset is usually in
/// windows-1252, which every byte is a character of.
pub(crate) fn recoded<'b>(body: &'b Body<'_>, kind: ContentKind) -> Option<Recoded<'b>> {
    if !is_text(kind) {
        return None;
    }
    let encoding = named(body, kind).and_then(|label| Encoding::for_label(label.as_bytes()));
    let is_plain = kind == ContentKind::Text;
    if !is_plain && encoding.is_none_or(|encoding| encoding == UTF_8) {
        return None;
    }
    let bytes: &[u8] = &body.bytes;
    let is_utf8 = || std::str::from_utf8(bytes).is_ok();
    let (encoding, fault) = match encoding {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => {
            (bytes.contains(&0).then_some(encoding)?, None)
        }
        _ if is_utf8() => return None,
        Some(encoding) if encoding != UTF_8 => (encoding, None),
        _ => (WINDOWS_1252, Some((CharsetFault::Unnamed, String::new()))),
    };
    decoded(body, encoding).map(|transcript| (transcript, fault))
}

/// The body in UTF-8, with the places of its characters; `None` if it is malformed.
fn decoded<'b>(body: &'b Body<'_>, encoding: &'static Encoding) -> Option<Transcript<'b>> {
    let bytes: &[u8] = &body.bytes;
    let mut scribe = Scribe::new(body);
    // Bytes of each character, if all have as many; a byte order mark is left out.
    let (step, start) = match (encoding == UTF_16LE || encoding == UTF_16BE, encoding.is_single_byte()) {
        (true, _) => (2, usize::from(matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])) * 2),
        (_, true) => (1, 0),
        _ => (0, 0),
    };
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut at = start;
    while at < bytes.len() {
        // Where characters have different lengths, short runs keep places close.
        let length = match step {
            0 => RUN / 64,
            step => RUN * usize::from(step),
        };
        let mut end = bytes.len().min(at + length);
        let mut text = String::with_capacity((end - at) * 4);
        // A character that is split is decoded with the next run, where it belongs to the start.
        let is_last = end == bytes.len();
        let (_, read, is_malformed) = decoder.decode_to_string(&bytes[at..end], &mut text, is_last);
        if is_malformed {
            return None;
        }
        end = at + read;
        match step {
            0 => scribe.part(&text, at..end),
            step => scribe.characters(&text, at..end, step),
        }
        at = end;
    }
    Some(scribe.finish_recoded())
}

/// A text in a charset that a part of a body names, or that its bytes suggest.
pub(super) fn text_of(bytes: &[u8], media_type: Option<&str>) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let named = media_type.and_then(|media_type| media_type::parameter(media_type, "charset"));
    let encoding = named.and_then(|label| Encoding::for_label(label.as_bytes())).filter(|found| *found != UTF_8);
    let (text, ..) = encoding.unwrap_or(WINDOWS_1252).decode(bytes);
    text.into_owned()
}
