//! Bodies in other character encodings than UTF-8.

use encoding_rs::Encoding;

use crate::capture::{Body, Scribe, Transcript};
use crate::media_type::{self, ContentKind};

/// What is to be said about the charset of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CharsetFault {
    /// JSON is always UTF-8 (RFC 8259 section 8.1).
    OfJson,
    /// No such charset is known.
    Unknown,
}

/// The charset that a body names, in its media type or, for XML, in its declaration.
fn named(body: &Body<'_>, kind: ContentKind) -> Option<String> {
    let of_type = body.media_type.as_deref().and_then(|media_type| media_type::parameter(media_type, "charset"));
    of_type.filter(|charset| !charset.is_empty()).or_else(|| {
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

/// What is wrong with the charset that a body names, and its name.
pub(crate) fn fault(body: &Body<'_>, kind: ContentKind) -> Option<(CharsetFault, String)> {
    let label = named(body, kind)?;
    let Some(encoding) = Encoding::for_label(label.as_bytes()) else {
        return Some((CharsetFault::Unknown, label));
    };
    // Of ASCII, each byte means the same in UTF-8.
    let is_utf8 = encoding == encoding_rs::UTF_8 || label.eq_ignore_ascii_case("us-ascii");
    let is_of_json = matches!(kind, ContentKind::Json | ContentKind::JsonLines | ContentKind::JsonSequence);
    (is_of_json && !is_utf8).then_some((CharsetFault::OfJson, label))
}

/// The body in UTF-8; `None` if it is UTF-8, or names no charset that explains its bytes.
///
/// Most captures hold text in UTF-8, whatever the media type says.
pub(crate) fn recoded<'b>(body: &'b Body<'_>, kind: ContentKind) -> Option<Transcript<'b>> {
    let encoding = Encoding::for_label(named(body, kind)?.as_bytes())?;
    if encoding == encoding_rs::UTF_8 {
        return None;
    }
    let bytes: &[u8] = &body.bytes;
    let is_wide = encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE;
    let is_plain = match is_wide {
        true => !bytes.contains(&0),
        false => std::str::from_utf8(bytes).is_ok(),
    };
    if is_plain {
        return None;
    }
    let mut scribe = Scribe::new(body);
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut start = 0;
    // Runs of ASCII are the same in every encoding but UTF-16.
    let mut run = 0..0;
    for (at, byte) in bytes.iter().enumerate() {
        if byte.is_ascii() && !is_wide && start == at {
            run.end = at + 1;
            start = at + 1;
            continue;
        }
        if !run.is_empty() {
            let text = std::str::from_utf8(&bytes[run.clone()]).unwrap_or_default();
            scribe.verbatim(text, run.start);
        }
        let mut text = String::with_capacity(16);
        let is_last = at + 1 == bytes.len();
        let (_, _, is_malformed) = decoder.decode_to_string(&bytes[at..=at], &mut text, is_last);
        if is_malformed {
            return None;
        }
        if !text.is_empty() {
            scribe.part(&text, start..at + 1);
            start = at + 1;
        }
        run = at + 1..at + 1;
    }
    if !run.is_empty() {
        let text = std::str::from_utf8(&bytes[run.clone()]).unwrap_or_default();
        scribe.verbatim(text, run.start);
    }
    Some(scribe.finish_recoded())
}
