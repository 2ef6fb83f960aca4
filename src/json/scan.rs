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
        .to_bitmask()
}

/// A bit for each byte of a block that is a quote, a backslash or a control character.
#[inline]
pub(crate) fn stops(block: [u8; 16]) -> u32 {
    stop_lanes(block).to_bitmask()
}

/// All bits of each byte that is a quote, a backslash or a control character.
#[inline]
fn stop_lanes(block: [u8; 16]) -> u8x16 {
    let bytes = u8x16::new(block);
    let quotes = bytes.simd_eq(u8x16::splat(b'"'));
    let escapes = bytes.simd_eq(u8x16::splat(b'\\'));
    let controls = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
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

/// Bytes that are looked at together where more is to be expected.
pub(super) const BLOCK: usize = 64;

/// A bit for each byte of a block that is `wanted` once the bits of `ignored` are set in it.
#[inline(always)]
pub(super) fn is(block: &[u8; BLOCK], wanted: u8, ignored: u8) -> u64 {
    test_lanes(block, |lanes| {
        (lanes | u8x16::splat(ignored)).simd_eq(u8x16::splat(wanted))
    })
}

/// A bit for each byte of a block for which all bits are set in what `test` makes of it.
#[inline(always)]
fn test_lanes(block: &[u8; BLOCK], test: impl Fn(u8x16) -> u8x16) -> u64 {
    let mut found = 0;
    for (index, lanes) in block.as_chunks::<16>().0.iter().enumerate() {
        let lanes = test(u8x16::new(*lanes)).to_bitmask();
        found |= u64::from(lanes & 0xffff) << (16 * index);
    }
    found
}

/// Which bytes of a string are escaped, block by block.
#[derive(Debug, Default)]
pub(super) struct Escaped {
    /// The first bit, if the first byte of the next block is escaped.
    next: u64,
}

impl Escaped {
    /// A bit for each byte of a block behind a backslash that is not escaped itself, from a bit for each
    /// backslash.
    #[inline(always)]
    pub(super) fn of(&mut self, backslashes: u64) -> u64 {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        let backslashes = backslashes & !self.next;
        let behind = backslashes << 1 | self.next;
        // Of backslashes in a row every second one is escaped. A row that starts at an odd place is added
        // to, so that it turns to zeros, and the bit behind it is set.
        let odd = backslashes & !EVEN & !behind;
        let (rows, goes_on) = odd.overflowing_add(backslashes);
        self.next = u64::from(goes_on);
        (EVEN ^ rows << 1) & behind
    }
}

/// Passes over the escape at `at` and what follows, up to a quote, a control character, or an escape that has
/// to be looked at: of a code unit, or a wrong one. That may be the one at `at`; near the end of the text it is
/// one that may be passed over.
pub(super) fn stop_behind_escapes(text: &[u8], mut at: usize) -> usize {
    // That would be found, too, only later.
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
                // Its backslash may be that before the block.
                return at + other as usize - 1;
            }
            others &= others - 1;
        }
        if stops < u64::BITS {
            return at + stops as usize;
        }
        at += BLOCK;
    }
    // What is left is looked at one by one, from a backslash on if one was the last byte.
    at - escaped.next as usize
}

/// What a character stands for behind a backslash; 0 where it is none that stands for one byte.
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

/// Decodes what stands between the quotes of a string whose escapes were checked.
pub(crate) fn unescape(content: &str) -> String {
    let text = content.as_bytes();
    // No escape is shorter than what it stands for.
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
            // Alone at the end, which no string that was checked has.
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
    // What was UTF-8 still is.
    String::from_utf8(decoded).unwrap_or_default()
}

/// The character that `\uXXXX` at `at` stands for, with the low surrogate behind it if it is a high one,
/// and the length of all that.
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
            // Alone it is no character.
            _ => (first, 6),
        },
        _ => (first, 6),
    };
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    (character, length)
}
