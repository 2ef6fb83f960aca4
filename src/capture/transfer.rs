//! Decodes bodies: chunks, compression, base64.

use std::io::Read;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::json::TapeDocument;

use super::input::decompress::Frames;
use super::{Headers, Limits};

/// Padding is often missing.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD_ANY: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL_SAFE_ANY: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Decodes a body according to its headers; `None` if it is not encoded.
///
/// Tools print decoded bodies with the original headers, so a header counts only if the bytes confirm it.
pub(crate) fn decode(raw: &[u8], headers: &Headers) -> Result<Option<Vec<u8>>, String> {
    let is = |name: &str, coding: &str| {
        headers.get(name).is_some_and(|value| {
            value
                .split(',')
                .any(|part| part.trim().eq_ignore_ascii_case(coding))
        })
    };
    let mut decoded = None;
    if is("transfer-encoding", "chunked") {
        decoded = chunks(raw);
    }
    let bytes = decoded.as_deref().unwrap_or(raw);
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return inflate(flate2::read::MultiGzDecoder::new(bytes)).map(Some);
    }
    if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return inflate(Frames::new(bytes)).map(Some);
    }
    let is_text = matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'));
    if is("content-encoding", "deflate") && !is_text {
        return inflate(flate2::read::ZlibDecoder::new(bytes)).map(Some);
    }
    if is("content-encoding", "br") && !is_text {
        return inflate(brotli_decompressor::Decompressor::new(bytes, bytes.len().clamp(64, 16 * 1024))).map(Some);
    }
    Ok(decoded)
}

fn inflate(decoder: impl Read) -> Result<Vec<u8>, String> {
    let limit = Limits::default().body;
    let mut bytes = Vec::new();
    match decoder.take(limit + 1).read_to_end(&mut bytes) {
        Err(error) => Err(format!(
            "the compressed body is corrupt after {} bytes: {error}",
            bytes.len()
        )),
        Ok(_) if bytes.len() as u64 > limit => {
            Err(format!("the decompressed body is over the limit of {limit} bytes"))
        }
        Ok(_) => Ok(bytes),
    }
}

/// Joins chunks (RFC 9112 section 7.1); `None` if the body is not chunked.
fn chunks(mut raw: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::new();
    loop {
        // The line break after the last chunk may have been cut off at the end of the file.
        let end = memchr::memchr(b'\n', raw).unwrap_or(raw.len());
        let line = std::str::from_utf8(&raw[..end]).ok()?;
        let size = line.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(joined);
        }
        raw = raw.get(end + 1..)?;
        joined.extend_from_slice(raw.get(..size)?);
        raw = raw.get(size..)?;
        raw = raw.strip_prefix(b"\r").unwrap_or(raw);
        raw = raw.strip_prefix(b"\n")?;
    }
}

/// Decodes base64, standard or URL-safe, with or without padding and line breaks. `None` if the text is
/// something else.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.split_ascii_whitespace().collect();
    let engines = [&STANDARD_ANY, &URL_SAFE_ANY];
    engines
        .iter()
        .find_map(|engine| engine.decode(&compact).ok())
}

/// Decodes unlabelled base64, whose content must be a JSON array or object.
pub(crate) fn unlabelled_base64(text: &str) -> Option<Vec<u8>> {
    // A JSON text that is also valid base64 is a number or a word.
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
    if text.len() < 4 || !text.trim_ascii().bytes().all(is_base64) {
        return None;
    }
    let bytes = base64(text.trim_ascii())?;
    let is_container = matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['));
    (is_container && TapeDocument::parse(&bytes).is_ok()).then_some(bytes)
}

/// Decodes a JSON array of strings, each a part of the body in hexadecimal or base64, as Polly.js writes
/// compressed bodies.
pub(crate) fn chunked_text(text: &str) -> Option<Vec<u8>> {
    if !text.trim_ascii_start().starts_with('[') {
        return None;
    }
    let document = TapeDocument::parse(text.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    for part in document.root().elements() {
        let part = part.as_str()?;
        bytes.extend(hexadecimal(&part).or_else(|| base64(&part))?);
    }
    (!bytes.is_empty()).then_some(bytes)
}

pub(crate) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || digits.is_empty() {
        return None;
    }
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}
