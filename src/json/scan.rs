//! Sixteen bytes at a time: what both parsers look for in strings.

use wide::u8x16;

/// The 16 bytes at `at`, if there are as many.
#[inline]
pub(crate) fn block(text: &[u8], at: usize) -> Option<[u8; 16]> {
    text.get(at..)?.first_chunk::<16>().copied()
}

/// A bit for each byte of a block that ends the plain part of a string: a quote, a backslash, a control
/// character, or the start of what is not ASCII.
#[inline]
pub(crate) fn specials(block: [u8; 16]) -> u32 {
    // The mask of the bytes themselves is that of their highest bits.
    (stop_lanes(block) | u8x16::new(block))
        .move_mask()
        .cast_unsigned()
}

/// A bit for each byte of a block that is a quote, a backslash or a control character.
#[inline]
pub(crate) fn stops(block: [u8; 16]) -> u32 {
    stop_lanes(block).move_mask().cast_unsigned()
}

/// All bits of each byte that is a quote, a backslash or a control character.
#[inline]
fn stop_lanes(block: [u8; 16]) -> u8x16 {
    let bytes = u8x16::new(block);
    let quotes = bytes.cmp_eq(u8x16::splat(b'"'));
    let escapes = bytes.cmp_eq(u8x16::splat(b'\\'));
    let controls = bytes.min(u8x16::splat(0x1f)).cmp_eq(bytes);
    quotes | escapes | controls
}

/// The next place from `at` on with a quote, a backslash or a control character; near the end of the text
/// a place before it.
#[inline]
pub(crate) fn stop_from(text: &[u8], mut at: usize) -> usize {
    while let Some(block) = block(text, at) {
        let found = stops(block);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += 16;
    }
    at
}

/// Decodes what stands between the quotes of a string whose escapes were checked.
pub(crate) fn unescape(content: &str) -> String {
    let text = content.as_bytes();
    let mut decoded: Vec<u8> = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match block(text, at) {
            Some(block) => {
                let escapes = u8x16::new(block).cmp_eq(u8x16::splat(b'\\'));
                let escapes = escapes.move_mask().cast_unsigned();
                let plain = escapes.trailing_zeros().min(16) as usize;
                let length = decoded.len() + plain;
                decoded.extend_from_slice(&block);
                decoded.truncate(length);
                at += plain;
                if plain == 16 {
                    continue;
                }
            }
            None if text[at] != b'\\' => {
                decoded.push(text[at]);
                at += 1;
                continue;
            }
            None => {}
        }
        at += escape(content, at, &mut decoded);
    }
    // What was UTF-8 still is.
    String::from_utf8(decoded).unwrap_or_default()
}

/// Decodes the escape at `at` and returns its length.
fn escape(content: &str, at: usize, decoded: &mut Vec<u8>) -> usize {
    let byte = match content.as_bytes().get(at + 1) {
        Some(b'b') => 0x08,
        Some(b'f') => 0x0c,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'u') => {
            let unit = |at: usize| {
                let digits = content.get(at + 2..at + 6).unwrap_or_default();
                u32::from_str_radix(digits, 16).unwrap_or_default()
            };
            let first = unit(at);
            let (code, length) = match first {
                0xD800..=0xDBFF => {
                    let low = unit(at + 6).wrapping_sub(0xDC00) & 0x3ff;
                    (0x1_0000 + ((first - 0xD800) << 10) + low, 12)
                }
                _ => (first, 6),
            };
            let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return length;
        }
        Some(other) => *other,
        None => return 1,
    };
    decoded.push(byte);
    2
}
