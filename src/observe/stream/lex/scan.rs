//! The lexer: finds where strings, numbers and skipped values end, and rejects what is not JSON.
//!
//! It works on unchecked bytes, and accepts exactly what [`crate::json`] accepts. That parser reports what is
//! wrong, and where.

use crate::json::Kind;
use crate::json::scan::{block, specials, stops};

/// The deepest nesting that is read, as in [`crate::json`].
pub(crate) const MAX_DEPTH: u32 = crate::limits::NESTING as u32;

/// Classes of first bytes of values: the kinds, white space, and bytes that start no value.
pub(crate) const CLASSES: usize = 8;

/// The number of the first classes, which are null, booleans, numbers and strings.
pub(crate) const SCALARS: usize = 4;

/// The text is not JSON, or not JSON that the streaming walk reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The class of a byte that a value starts with: its [`Kind`], white space, or none of these.
#[inline(always)]
pub(crate) fn class(first: u8) -> usize {
    usize::from(CLASS_OF[first as usize]) % CLASSES
}

const CLASS_OF: [u8; 256] = {
    let mut classes = [CLASSES as u8 - 1; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'n' => Kind::Null as u8,
            b't' | b'f' => Kind::Boolean as u8,
            b'-' | b'0'..=b'9' => Kind::Number as u8,
            b'"' => Kind::String as u8,
            b'[' => Kind::Array as u8,
            b'{' => Kind::Object as u8,
            b' ' | b'\n' | b'\t' | b'\r' => CLASSES as u8 - 2,
            _ => CLASSES as u8 - 1,
        };
        byte += 1;
    }
    classes
};

/// Where a string ends, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Offset after the closing quote.
    pub(crate) end: usize,
    /// Whether the string has escapes.
    pub(crate) is_escaped: bool,
}

/// The length with quotes of the string at the start of a text, if the string is short, plain and not close
/// to the end of the text.
#[inline(always)]
pub(crate) fn short_string(text: &[u8]) -> Option<usize> {
    // One code path for all lengths, because the length cannot be predicted.
    let (_, rest) = text.split_first()?;
    let (first, rest) = rest.split_first_chunk::<16>()?;
    let found = specials(*first) | specials(*rest.first_chunk()?) << 16;
    let end = found.trailing_zeros() as usize + 1;
    (text.get(end) == Some(&b'"')).then_some(end + 1)
}

/// Scans a string, starting after its opening quote.
pub(crate) fn string(text: &[u8], start: usize) -> Result<Scanned, Malformed> {
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
            break;
        }
        at += 16;
    }
    unusual_string(text, start, at)
}

/// The rest of a string that has escapes, is not ASCII, or is near the end of the text.
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
                // Non-ASCII characters usually come in runs.
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

/// The length of the escape at `at`; of both halves for a surrogate pair.
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
pub(crate) struct Number {
    /// Offset after the last digit.
    pub(crate) end: usize,
    /// Whether it consists of digits only, after an optional sign: no fraction, no exponent.
    pub(crate) is_plain: bool,
}

/// A whole number of one to seven digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShortInteger {
    pub(crate) length: usize,
    /// The digits as text in eight bytes, from the lowest: zeros as padding, then the digits in order.
    digits: u64,
}

impl ShortInteger {
    #[inline(always)]
    pub(crate) const fn value(self) -> i64 {
        // Adjacent pairs, then pairs of pairs.
        let ones = self.digits & 0x0f0f_0f0f_0f0f_0f0f;
        let twos = ones.wrapping_mul(10 * 256 + 1) >> 8 & 0x00ff_00ff_00ff_00ff;
        let fours = twos.wrapping_mul(100 * 65_536 + 1) >> 16 & 0x0000_ffff_0000_ffff;
        (fours.wrapping_mul(10_000 * 4_294_967_296 + 1) >> 32).cast_signed()
    }
}

/// The whole number at the start of a text, if it has at most seven characters, all of them digits.
#[inline(always)]
pub(crate) fn short_integer(text: &[u8]) -> Option<ShortInteger> {
    let chunk = u64::from_le_bytes(*text.first_chunk()?);
    let length = others(chunk).trailing_zeros() / 8;
    // After eight digits, more may follow.
    let next = chunk.checked_shr(8 * length)? as u8;
    let is_whole = !matches!(next, b'.' | b'e' | b'E');
    // A leading zero must be the only digit; without a digit, there is a sign.
    let is_sound = length == 1 || (length > 1 && chunk as u8 != b'0');
    (is_whole && is_sound).then(|| ShortInteger {
        length: length as usize,
        digits: chunk << (64 - 8 * length),
    })
}

/// The highest bit of each byte that is not a digit.
#[inline(always)]
const fn others(chunk: u64) -> u64 {
    let values = chunk ^ 0x3030_3030_3030_3030;
    let beyond = (values & 0x7f7f_7f7f_7f7f_7f7f) + 0x7676_7676_7676_7676;
    (beyond | values) & 0x8080_8080_8080_8080
}

/// Scans a number from its first character.
pub(crate) fn number(text: &[u8], start: usize) -> Result<Number, Malformed> {
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

/// The offset of the next byte that is not a digit.
#[inline]
fn digits(text: &[u8], mut at: usize) -> usize {
    // Eight at a time; `others` sets the highest bit of each byte that is not a digit.
    while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let others = others(u64::from_le_bytes(*chunk));
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

/// Rejects a number that exceeds a double, as `serde_json` does.
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
pub(crate) fn space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// The length of a word, if a text starts with it.
#[inline(always)]
pub(crate) fn word<const LENGTH: usize>(
    text: &[u8],
    word: &[u8; LENGTH],
) -> Result<usize, Malformed> {
    match text.first_chunk() {
        Some(found) if found == word => Ok(LENGTH),
        _ => Err(Malformed),
    }
}

/// The length and value of the `true` or `false` at the start of a text.
#[inline(always)]
pub(crate) fn boolean(text: &[u8]) -> Result<(usize, bool), Malformed> {
    // One code path for both, because the value cannot be predicted.
    let is_true = text.first() == Some(&b't');
    let rest = text.get(usize::from(!is_true)..).ok_or(Malformed)?;
    let rest: &[u8; 4] = rest.first_chunk().ok_or(Malformed)?;
    let expected = if is_true { *b"true" } else { *b"alse" };
    match *rest == expected && (is_true | (text.first() == Some(&b'f'))) {
        true => Ok((5 - usize::from(is_true), is_true)),
        false => Err(Malformed),
    }
}

/// Whether a text is a non-empty array or object, and which.
pub(crate) fn shown_kind(text: &[u8]) -> Option<Kind> {
    let (first, rest) = text.trim_ascii_start().split_first()?;
    let (kind, end) = match first {
        b'[' => (Kind::Array, b']'),
        b'{' => (Kind::Object, b'}'),
        _ => return None,
    };
    (rest.trim_ascii_start().first() != Some(&end)).then_some(kind)
}

/// A 64-bit hash of a key, to detect repeated keys.
pub(crate) fn hash(key: &[u8]) -> u64 {
    use std::hash::{Hash as _, Hasher as _};
    let mut hasher = rustc_hash::FxHasher::default();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Skips values; its stack is reused.
#[derive(Debug, Default)]
pub(crate) struct Skipper {
    /// Hashes of the keys of the open objects.
    keys: Vec<u64>,
}

impl Skipper {
    /// Skips the value at `at`, at this depth, and returns the offset after it. An object with a repeated key
    /// is rejected, too: this is a finding, which the streaming walk leaves to the reference walk.
    pub(crate) fn value(&mut self, text: &[u8], at: usize, depth: u32) -> Result<usize, Malformed> {
        let at = space(text, at);
        match text.get(at) {
            Some(b'"') => string(text, at + 1).map(|scanned| scanned.end),
            Some(b'{') => self.object(text, at, depth),
            Some(b'[') => self.array(text, at, depth),
            Some(b'-' | b'0'..=b'9') => number(text, at).map(|number| number.end),
            Some(b'n') => Ok(at + word(&text[at..], b"null")?),
            Some(b't' | b'f') => Ok(at + boolean(&text[at..])?.0),
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

    /// Clears what a rejected value left behind.
    pub(crate) fn reset(&mut self) {
        self.keys.clear();
    }
}

/// Whether a hash occurs twice from `mark` on. Removes these hashes.
pub(crate) fn repeats(hashes: &mut Vec<u64>, mark: usize) -> bool {
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

/// Decodes a quoted string that has been scanned.
pub(crate) fn unescape(quoted: &[u8]) -> String {
    // The scan has checked it, so this does not fail.
    let text = std::str::from_utf8(quoted).unwrap_or_default();
    let content = text.get(1..text.len().saturating_sub(1));
    crate::json::scan::unescape(content.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{boolean, short_integer};

    #[test]
    fn booleans_are_read() {
        for behind in ["", ",", "e", "false"] {
            for word in ["true", "false"] {
                let read = boolean(format!("{word}{behind}").as_bytes());
                assert_eq!(read, Ok((word.len(), word == "true")), "{word}{behind}");
            }
        }
        for text in [
            "", "t", "tru", "f", "fals", "talse", "frue", "xalse", "True", "alse",
        ] {
            assert!(boolean(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn short_integers_are_read() {
        for integer in [0, 1, 9, 10, 42, 305, 1_999, 70_001, 123_456, 9_999_999] {
            for behind in ["", ",", "}]", " 12345678", "00"] {
                let text = format!("[{integer}{behind}        ");
                let short = short_integer(&text.as_bytes()[1..]);
                let is_longer = behind == "00" && (integer == 0 || integer > 99_999);
                let read = short.map(|short| (short.length, short.value()));
                let expected = match behind {
                    "00" => (text.trim().len() - 1, integer * 100),
                    _ => (integer.to_string().len(), integer),
                };
                assert_eq!(read, (!is_longer).then_some(expected), "{text}");
            }
        }
        for text in [
            "-1      ", "01      ", "1.5     ", "1e3     ", "12345678", "x       ", "12",
        ] {
            assert_eq!(short_integer(text.as_bytes()), None, "{text}");
        }
    }
}
