//! The lexer: finds where strings, numbers and skipped values end, and refuses what is not JSON.
//!
//! Everything here works on bytes that nobody has looked at yet. It accepts exactly what
//! [`crate::json`] accepts; what is wrong, and where, is for that parser to say.

use crate::json::scan::{block, specials, stops};

/// The deepest nesting that is read; as in [`crate::json`].
pub(super) const MAX_DEPTH: u32 = 127;

/// The text is not JSON, or not JSON that the streaming walk reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Where a string ends, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scanned {
    /// Offset behind the closing quote.
    pub(super) end: usize,
    /// Whether the string has escapes.
    pub(super) is_escaped: bool,
}

/// Scans a string from behind its opening quote.
#[inline]
pub(super) fn string(text: &[u8], start: usize) -> Result<Scanned, Malformed> {
    let mut at = start;
    while let Some(block) = block(text, at) {
        let found = specials(block);
        if found != 0 {
            at += found.trailing_zeros() as usize;
            if text[at] == b'"' {
                return Ok(Scanned {
                    end: at + 1,
                    is_escaped: false,
                });
            }
            return unusual_string(text, start, at);
        }
        at += 16;
    }
    unusual_string(text, start, at)
}

/// The rest of a string that has escapes, is not ASCII, or stands near the end of the text.
#[cold]
#[inline(never)]
fn unusual_string(text: &[u8], start: usize, mut at: usize) -> Result<Scanned, Malformed> {
    let mut is_escaped = false;
    let mut is_ascii = true;
    loop {
        match text.get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                is_escaped = true;
                at += escape(text, at)?;
            }
            Some(0x20..=0x7f) => at += 1,
            Some(0x80..) => {
                is_ascii = false;
                at += 1;
                // What is not ASCII mostly comes in runs.
                while let Some(block) = block(text, at) {
                    let stops = stops(block);
                    if stops != 0 {
                        at += stops.trailing_zeros() as usize;
                        break;
                    }
                    at += 16;
                }
            }
            Some(..0x20) | None => return Err(Malformed),
        }
    }
    if !is_ascii && std::str::from_utf8(&text[start..at]).is_err() {
        return Err(Malformed);
    }
    Ok(Scanned {
        end: at + 1,
        is_escaped,
    })
}

/// The length of the escape at `at`; of a surrogate pair both halves.
fn escape(text: &[u8], at: usize) -> Result<usize, Malformed> {
    match text.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => match code_unit(text, at)? {
            0xDC00..=0xDFFF => Err(Malformed),
            0xD800..=0xDBFF => match code_unit(text, at + 6)? {
                0xDC00..=0xDFFF => Ok(12),
                _ => Err(Malformed),
            },
            _ => Ok(6),
        },
        _ => Err(Malformed),
    }
}

/// Reads `\uXXXX` at `at`.
fn code_unit(text: &[u8], at: usize) -> Result<u32, Malformed> {
    let Some([b'\\', b'u', digits @ ..]) = text.get(at..).and_then(<[u8]>::first_chunk::<6>) else {
        return Err(Malformed);
    };
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16).ok_or(Malformed)?;
        Ok(unit * 16 + digit)
    })
}

/// Where a number ends, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    /// Offset behind the last digit.
    pub(super) end: usize,
    /// Whether it is digits alone, after a sign perhaps: no fraction, no exponent.
    pub(super) is_plain: bool,
}

/// Scans a number from its first character.
#[inline(always)]
pub(super) fn number(text: &[u8], start: usize) -> Result<Number, Malformed> {
    let mut at = start;
    if text.get(at) == Some(&b'-') {
        at += 1;
    }
    match text.get(at) {
        Some(b'0') => at += 1,
        Some(b'1'..=b'9') => at = digits(text, at + 1),
        _ => return Err(Malformed),
    }
    match text.get(at) {
        Some(b'.' | b'e' | b'E') => fraction(text, start, at),
        // A digit after a leading zero is left for the caller, which finds no comma there.
        _ if at - start > 300 => check_range(text, start, at),
        _ => Ok(Number {
            end: at,
            is_plain: true,
        }),
    }
}

/// The offset of the next byte that is no digit.
#[inline]
fn digits(text: &[u8], mut at: usize) -> usize {
    // Eight at a time: what is no digit sets the highest bit of its byte.
    while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let values = u64::from_le_bytes(*chunk) ^ 0x3030_3030_3030_3030;
        let beyond = (values & 0x7f7f_7f7f_7f7f_7f7f) + 0x7676_7676_7676_7676;
        let others = (beyond | values) & 0x8080_8080_8080_8080;
        if others != 0 {
            return at + others.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while matches!(text.get(at), Some(b'0'..=b'9')) {
        at += 1;
    }
    at
}

#[inline(never)]
fn fraction(text: &[u8], start: usize, mut at: usize) -> Result<Number, Malformed> {
    let some_digits = |at: usize| match text.get(at) {
        Some(b'0'..=b'9') => Ok(digits(text, at)),
        _ => Err(Malformed),
    };
    let mut may_overflow = at - start > 300;
    if text.get(at) == Some(&b'.') {
        at = some_digits(at + 1)?;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(text.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        at = some_digits(at)?;
        may_overflow = true;
    }
    if may_overflow {
        check_range(text, start, at)?;
    }
    Ok(Number {
        end: at,
        is_plain: false,
    })
}

/// Refuses a number beyond a double, as `serde_json` does.
fn check_range(text: &[u8], start: usize, end: usize) -> Result<Number, Malformed> {
    match serde_json::from_slice::<serde_json::Number>(&text[start..end]) {
        Ok(_) => Ok(Number {
            end,
            is_plain: end - start <= 300,
        }),
        Err(_) => Err(Malformed),
    }
}

/// The offset of the next byte that is not white space.
#[inline]
pub(super) fn space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// `null`, `true` or `false` at `at`: the offset behind it.
#[inline]
pub(super) fn word(text: &[u8], at: usize, word: &[u8]) -> Result<usize, Malformed> {
    match text[at..].starts_with(word) {
        true => Ok(at + word.len()),
        false => Err(Malformed),
    }
}

/// A 64-bit hash of a key, for telling repeated keys.
pub(super) fn hash(key: &[u8]) -> u64 {
    use std::hash::{Hash as _, Hasher as _};
    let mut hasher = rustc_hash::FxHasher::default();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Passes over values; keeps its stack for the next one.
#[derive(Debug, Default)]
pub(super) struct Skipper {
    /// Hashes of the keys of the open objects.
    keys: Vec<u64>,
}

impl Skipper {
    /// Passes over the value at `at`, at this depth, and returns the offset behind it. A key that stands
    /// twice in one object is refused, too: it is a finding, which the streaming walk leaves to the
    /// other one.
    pub(super) fn value(&mut self, text: &[u8], at: usize, depth: u32) -> Result<usize, Malformed> {
        let at = space(text, at);
        match text.get(at) {
            Some(b'"') => string(text, at + 1).map(|scanned| scanned.end),
            Some(b'{') => self.object(text, at, depth),
            Some(b'[') => self.array(text, at, depth),
            Some(b'-' | b'0'..=b'9') => number(text, at).map(|number| number.end),
            Some(b'n') => word(text, at, b"null"),
            Some(b't') => word(text, at, b"true"),
            Some(b'f') => word(text, at, b"false"),
            _ => Err(Malformed),
        }
    }

    fn array(&mut self, text: &[u8], start: usize, depth: u32) -> Result<usize, Malformed> {
        if depth >= MAX_DEPTH {
            return Err(Malformed);
        }
        let mut at = space(text, start + 1);
        if text.get(at) == Some(&b']') {
            return Ok(at + 1);
        }
        loop {
            at = self.value(text, at, depth + 1)?;
            at = space(text, at);
            match text.get(at) {
                Some(b',') => at += 1,
                Some(b']') => return Ok(at + 1),
                _ => return Err(Malformed),
            }
        }
    }

    fn object(&mut self, text: &[u8], start: usize, depth: u32) -> Result<usize, Malformed> {
        if depth >= MAX_DEPTH {
            return Err(Malformed);
        }
        let mut at = space(text, start + 1);
        if text.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        let mark = self.keys.len();
        loop {
            at = space(text, at);
            if text.get(at) != Some(&b'"') {
                return Err(Malformed);
            }
            let key = string(text, at + 1)?;
            let hash = match key.is_escaped {
                false => hash(&text[at + 1..key.end - 1]),
                true => hash(unescape(&text[at..key.end]).as_bytes()),
            };
            self.keys.push(hash);
            at = space(text, key.end);
            if text.get(at) != Some(&b':') {
                return Err(Malformed);
            }
            at = self.value(text, at + 1, depth + 1)?;
            at = space(text, at);
            match text.get(at) {
                Some(b',') => at += 1,
                Some(b'}') => break,
                _ => return Err(Malformed),
            }
        }
        match repeats(&mut self.keys, mark) {
            true => Err(Malformed),
            false => Ok(at + 1),
        }
    }

    /// Forgets what a value that was refused left behind.
    pub(super) fn reset(&mut self) {
        self.keys.clear();
    }
}

/// Whether a hash stands twice from `mark` on; takes them away.
pub(super) fn repeats(hashes: &mut Vec<u64>, mark: usize) -> bool {
    let own = &mut hashes[mark..];
    let repeats = match own.len() {
        0 | 1 => false,
        2..=8 => (1..own.len()).any(|at| own[..at].contains(&own[at])),
        _ => {
            own.sort_unstable();
            own.windows(2).any(|pair| pair[0] == pair[1])
        }
    };
    hashes.truncate(mark);
    repeats
}

/// Decodes a quoted string that was scanned.
pub(super) fn unescape(quoted: &[u8]) -> String {
    // The scan checked it, so this does not fail.
    let text = std::str::from_utf8(quoted).unwrap_or_default();
    let content = text.get(1..text.len().saturating_sub(1));
    crate::json::scan::unescape(content.unwrap_or_default())
}
