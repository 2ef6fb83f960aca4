//! Scans strings 16 bytes at a time, for both parsers.

use wide::u8x16;

/// The 16 bytes at `at`, if there are that many.
#[inline]
pub(crate) fn block(text: &[u8], at: usize) -> Option<[u8; 16]> {
    text.get(at..)?.first_chunk::<16>().copied()
}

/// One bit per byte of a block that ends the plain part of a string: a quote, a backslash, a control
/// character or a non-ASCII byte.
#[inline]
pub(crate) fn specials(block: [u8; 16]) -> u32 {
    // The bitmask takes the highest bit of each byte, which is set for non-ASCII bytes.
    (stop_lanes(block) | u8x16::new(block))
        .to_bitmask()
}

/// One bit per byte of a block that is a quote, a backslash or a control character.
#[inline]
pub(crate) fn stops(block: [u8; 16]) -> u32 {
    stop_lanes(block).to_bitmask()
}

/// Sets all bits of each byte that is a quote, a backslash or a control character.
#[inline]
fn stop_lanes(block: [u8; 16]) -> u8x16 {
    let bytes = u8x16::new(block);
    let quotes = bytes.simd_eq(u8x16::splat(b'"'));
    let escapes = bytes.simd_eq(u8x16::splat(b'\\'));
    let controls = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    quotes | escapes | controls
}

/// The offset of the next quote, backslash or control character at or after `at`. Near the end of the text,
/// an offset before it.
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

/// Block size where longer runs are expected.
pub(super) const BLOCK: usize = 64;

/// One bit per byte of a block that equals `wanted` after setting the bits of `ignored`.
#[inline(always)]
pub(super) fn is(block: &[u8; BLOCK], wanted: u8, ignored: u8) -> u64 {
    test_lanes(block, |lanes| {
        (lanes | u8x16::splat(ignored)).simd_eq(u8x16::splat(wanted))
    })
}

/// One bit per byte of a block for which `test` sets all bits.
#[inline(always)]
fn test_lanes(block: &[u8; BLOCK], test: impl Fn(u8x16) -> u8x16) -> u64 {
    let mut found = 0;
    for (index, lanes) in block.as_chunks::<16>().0.iter().enumerate() {
        let lanes = test(u8x16::new(*lanes)).to_bitmask();
        found |= u64::from(lanes & 0xffff) << (16 * index);
    }
    found
}

/// Finds the escaped bytes of a string, block by block.
#[derive(Debug, Default)]
pub(super) struct Escaped {
    /// Bit 0 is set if the first byte of the next block is escaped.
    next: u64,
}

impl Escaped {
    /// One bit per byte of a block that follows an unescaped backslash, given one bit per backslash.
    #[inline(always)]
    pub(super) fn of(&mut self, backslashes: u64) -> u64 {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        let backslashes = backslashes & !self.next;
        let behind = backslashes << 1 | self.next;
        // In a run of backslashes, every second one is escaped. Adding to a run that starts at an odd
        // position turns it into zeros and sets the bit after it.
        let odd = backslashes & !EVEN & !behind;
        let (rows, goes_on) = odd.overflowing_add(backslashes);
        self.next = u64::from(goes_on);
        (EVEN ^ rows << 1) & behind
    }
}

/// Skips the escape at `at` and what follows, up to a quote, a control character, or an escape that needs a
/// closer look: `\u` or an invalid one. That may be the escape at `at` itself. Near the end of the text it
/// may also stop at a harmless escape.
pub(super) fn stop_behind_escapes(text: &[u8], mut at: usize) -> usize {
    // The loop would find this as well, only later.
    if text.get(at + 1) == Some(&b'u') {
        return at;
    }
    let mut escaped = Escaped::default();
    while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let quotes = is(block, b'"', 0);
        let backslashes = is(block, b'\\', 0);
        let controls = test_lanes(block, |lanes| lanes.min(u8x16::splat(0x1f)).simd_eq(lanes));
        let escaped = escaped.of(backslashes);
        let stops = (quotes & !escaped | controls).trailing_zeros();
        let mut others = escaped & !quotes & !backslashes;
        while others != 0 {
            let other = others.trailing_zeros();
            if other > stops {
                break;
            }
            if PLAIN[usize::from(block[other as usize])] == 0 {
                // The backslash may be the last byte of the previous block.
                return at + other as usize - 1;
            }
            others &= others - 1;
        }
        if stops < u64::BITS {
            return at + stops as usize;
        }
        at += BLOCK;
    }
    // The caller handles the rest byte by byte. Step back if the last byte was a backslash.
    at - escaped.next as usize
}

/// The byte that an escaped character stands for; 0 if the escape is not a simple one.
const PLAIN: [u8; 256] = {
    let mut plain = [0; 256];
    let pairs = b"\"\"\\\\//b\x08f\x0cn\nr\rt\t";
    let mut at = 0;
    while at < pairs.len() {
        plain[pairs[at] as usize] = pairs[at + 1];
        at += 2;
    }
    plain
};

/// Decodes the content of a quoted string whose escapes are known to be valid.
pub(crate) fn unescape(content: &str) -> String {
    let text = content.as_bytes();
    // No escape is shorter than its decoded form.
    let mut decoded = vec![0; text.len()];
    let (mut at, mut to) = (0, 0);
    while at < text.len() {
        let room = decoded.get_mut(to..).and_then(<[u8]>::first_chunk_mut);
        let plain = match (block(text, at), room) {
            (Some(block), Some(room)) => {
                *room = block;
                let escapes = u8x16::new(block).simd_eq(u8x16::splat(b'\\'));
                let escapes = escapes.to_bitmask();
                if escapes == 0 {
                    at += block.len();
                    to += block.len();
                    continue;
                }
                escapes.trailing_zeros() as usize
            }
            _ if text[at] != b'\\' => {
                decoded[to] = text[at];
                1
            }
            _ => 0,
        };
        at += plain;
        to += plain;
        let Some([b'\\', escaped]) = text.get(at..).and_then(<[u8]>::first_chunk) else {
            // A lone backslash at the end; valid strings never have one.
            at += usize::from(text.get(at) == Some(&b'\\'));
            continue;
        };
        match PLAIN[usize::from(*escaped)] {
            0 => {
                let (character, length) = code_units(content, at);
                to += character.encode_utf8(&mut decoded[to..]).len();
                at += length;
            }
            plain => {
                decoded[to] = plain;
                (at, to) = (at + 2, to + 1);
            }
        }
    }
    decoded.truncate(to);
    // The decoded text is still valid UTF-8.
    String::from_utf8(decoded).unwrap_or_default()
}

/// The character of the `\uXXXX` at `at`, combined with a following low surrogate if it is a high one, and
/// the length of the whole escape.
fn code_units(content: &str, at: usize) -> (char, usize) {
    let unit = |at: usize| {
        let digits = content.get(at + 2..at + 6).unwrap_or_default();
        u32::from_str_radix(digits, 16).unwrap_or_default()
    };
    let first = unit(at);
    let (code, length) = match first {
        0xD800..=0xDBFF => match content.get(at + 6..at + 8) {
            Some("\\u") if matches!(unit(at + 6), 0xDC00..=0xDFFF) => {
                let low = unit(at + 6) - 0xDC00;
                (0x1_0000 + ((first - 0xD800) << 10) + low, 12)
            }
            // A lone surrogate is not a character.
            _ => (first, 6),
        },
        _ => (first, 6),
    };
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    (character, length)
}
