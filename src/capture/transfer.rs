//! Decodes bodies: chunks, compression, base64.

use std::io::Read;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use flate2::bufread::{DeflateDecoder, ZlibDecoder};

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
/// Tools print decoded bodies with the original headers, so a header counts only if the bytes confirm it: JSON, and
/// text that cannot be decoded, stay as they are.
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
    let coding = ["deflate", "br"].into_iter().find(|coding| is("content-encoding", coding));
    let Some(coding) = coding else {
        return Ok(decoded);
    };
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    // The first bytes do not tell text from a compressed stream, which may start with `[`.
    if is_utf8 && TapeDocument::parse(bytes).is_ok() {
        return Ok(decoded);
    }
    let inflated = match coding {
        "br" => brotli(bytes),
        _ if has_zlib_header(bytes) => inflate(ZlibDecoder::new(bytes)),
        _ => raw_deflate(bytes),
    };
    match inflated {
        Err(_) if is_utf8 => Ok(decoded),
        inflated => inflated.map(Some),
    }
}

/// The content coding that the headers name for a body and that its bytes, as they were sent, do not have.
pub(crate) fn contradicted(raw: &[u8], headers: &Headers) -> Option<&'static str> {
    let named = headers.get("content-encoding")?;
    let outermost = named.rsplit(',').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = || std::str::from_utf8(raw).is_ok() && matches!(decode(raw, headers), Ok(None));
    let (coding, is_it) = match &*outermost {
        "gzip" | "x-gzip" => ("gzip", raw.starts_with(&[0x1f, 0x8b])),
        // The second one starts a frame that is skipped.
        "zstd" => {
            let is_skipped = matches!(raw, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
            ("zstd", raw.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || is_skipped)
        }
        "deflate" => ("deflate", !is_text()),
        "br" => ("br", !is_text()),
        _ => return None,
    };
    (!raw.is_empty() && !is_it).then_some(coding)
}

/// Whether the bytes start like zlib (RFC 1950, section 2.2). Many servers send `deflate` without that header.
fn has_zlib_header(bytes: &[u8]) -> bool {
    let [method, flags, ..] = *bytes else { return false };
    method & 0x0f == 8 && u16::from_be_bytes([method, flags]).is_multiple_of(31)
}

/// Decompresses Brotli (RFC 7932). It has no checksum either: the text `3` is an empty stream.
fn brotli(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut decoder = brotli_decompressor::Decompressor::new(bytes, bytes.len().clamp(64, 16 * 1024));
    let inflated = inflate(&mut decoder)?;
    // After the end, the decoder says whether anything follows.
    match decoder.read(&mut [0]) {
        Ok(0) => Ok(inflated),
        _ => Err("the compressed body is corrupt: more bytes follow its end".to_owned()),
    }
}

/// Inflates deflate without a header (RFC 1951). It has no checksum, so that text may look like it up to some
/// byte.
fn raw_deflate(mut bytes: &[u8]) -> Result<Vec<u8>, String> {
    let inflated = inflate(DeflateDecoder::new(&mut bytes))?;
    match bytes.trim_ascii().is_empty() {
        true => Ok(inflated),
        false => Err("the compressed body is corrupt: more bytes follow its end".to_owned()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn headers(coding: &str) -> Headers {
        Headers::new(vec![("Content-Encoding".to_owned(), coding.to_owned())])
    }

    /// Deflate without and with a zlib header.
    fn deflated(content: &[u8]) -> [Vec<u8>; 2] {
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        raw.write_all(content).expect("written");
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(content).expect("written");
        [raw.finish().expect("written"), zlib.finish().expect("written")]
    }

    #[test]
    fn bodies_are_decoded_with_and_without_a_header_of_the_stream() {
        let long = format!("[{}1]", "1,".repeat(70_000));
        let spread: String = (0..9_000_u32).map(|n| format!("{},", n.wrapping_mul(2_654_435_761))).collect();
        let spread = format!("[{spread}0]");
        for content in ["{\"a\":0}", "42", "null", "\"x\"", "[1]", "<p>hello</p>", "", "plain", &long, &spread] {
            for stream in deflated(content.as_bytes()) {
                let found = decode(&stream, &headers("deflate")).map(Option::unwrap_or_default);
                assert_eq!(found.as_deref(), Ok(content.as_bytes()), "{content:.20} {stream:.20?}");
            }
        }
        // What Brotli writes at once, of 64 KiB to 1 MiB.
        for (base64_text, content) in [
            ("W+Iigl+aJWarSynyWRgwU0MgMQ==", &long),
            ("W4I4gV+aJWarSynyWRgwByYgMQ==", &format!("[{}1]", "1,".repeat(40_000))),
        ] {
            let stream = base64(base64_text).expect("base64");
            assert_eq!(stream[0], b'[');
            let found = decode(&stream, &headers("br")).map(Option::unwrap_or_default);
            assert_eq!(found.as_deref(), Ok(content.as_bytes()));
        }
    }

    #[test]
    fn text_that_a_client_has_decoded_stays_as_it_is() {
        // Some of these start like a stream: `3` is an empty one of Brotli.
        let texts = [
            "42", "3", "35", "-1.5e3", "null", "true", "\"x\"", "{\"a\":0}", "[1, 2]", " {\"a\": tru}", "[", "<p>hello</p>",
            "3 books", "k", "sold out", "{", "café", "a=b&c=d", "x@y", ";;", "x^y",
        ];
        for text in texts {
            for coding in ["br", "deflate", "gzip", "zstd", "gzip, br"] {
                assert_eq!(decode(text.as_bytes(), &headers(coding)), Ok(None), "{text} {coding}");
            }
        }
    }

    #[test]
    fn bytes_may_not_have_the_coding_that_a_header_names() {
        let [raw, zlib] = deflated(b"{\"a\": 1}");
        for (bytes, coding, expected) in [
            (&b"{}"[..], "gzip", Some("gzip")),
            (b"{}", "X-GZIP", Some("gzip")),
            (b"\x1f\x8b\x08", "gzip", None),
            (b"{}", "zstd", Some("zstd")),
            (b"{}", "br", Some("br")),
            (b"{}", "deflate", Some("deflate")),
            (b"{}", "gzip, br", Some("br")),
            (&raw, "deflate", None),
            (&zlib, "deflate", None),
            (b"{}", "identity", None),
            (b"{}", "utf-8", None),
            (b"", "gzip", None),
        ] {
            assert_eq!(contradicted(bytes, &headers(coding)), expected, "{bytes:?} {coding}");
        }
    }

    #[test]
    fn a_stream_that_is_cut_off_is_corrupt() {
        let [raw, zlib] = deflated("[\"é\", \"a long text, so that something is left out\"]".as_bytes());
        for (stream, coding) in [(&raw, "deflate"), (&zlib, "deflate")] {
            let problem = decode(&stream[..stream.len() - 6], &headers(coding)).expect_err("cut off");
            assert!(problem.contains("the compressed body is corrupt"), "{problem}");
        }
        let brotli = base64("W+Iigl+aJWarSynyWRgwU0MgMQ==").expect("base64");
        assert!(decode(&brotli[..12], &headers("br")).is_err());
        let problem = decode(&[&raw[..], b"\xff"].concat(), &headers("deflate")).expect_err("more follows");
        assert!(problem.contains("more bytes follow its end"), "{problem}");
    }
}
