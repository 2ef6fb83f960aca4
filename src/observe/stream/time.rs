//! Date-times as nearly all of them are written: `2022-11-01T03:15:03Z`, or with `+00:00` for `Z`.

use wide::u8x16;

/// The length of such a string to its seconds, with its first quote.
const LENGTH: usize = 20;

/// How the offset is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offset {
    /// `Z`
    Z,
    /// `+00:00`
    Zero,
}

/// The offset behind the date-time in quotes at `at`, if it is written in this way and is a date-time by
/// RFC 3339. Any other way is for the long road.
#[inline]
pub(super) fn plain(text: &[u8], at: usize) -> Option<(usize, Offset)> {
    let (quoted, rest) = text.get(at..)?.split_first_chunk::<LENGTH>()?;
    let head = has_form(quoted.first_chunk()?, *b"\"0000-00-00T00:0");
    let tail = has_form(quoted.last_chunk()?, *b"0-00-00T00:00:00");
    if !head || !tail {
        return None;
    }
    let two = |at: usize| (quoted[at] - b'0') * 10 + (quoted[at + 1] - b'0');
    let (month, day) = (two(6), two(9));
    let (hour, minute, second) = (two(12), two(15), two(18));
    // A second of 60 may be a leap second.
    let is_clock = hour < 24 && minute < 60 && second < 60;
    let is_date = (1..=12).contains(&month) && (1..=28).contains(&day);
    if !is_clock || !(is_date || is_late(quoted, month, day)) {
        return None;
    }
    let end = at + LENGTH;
    match rest {
        [b'Z', b'"', ..] => Some((end + 2, Offset::Z)),
        [b'+', b'0', b'0', b':', b'0', b'0', b'"', ..] => Some((end + 7, Offset::Zero)),
        _ => None,
    }
}

/// Whether a block has digits where a form has zeros, and the characters of the form elsewhere.
#[inline]
fn has_form(block: &[u8; 16], form: [u8; 16]) -> bool {
    let (block, form) = (u8x16::new(*block), u8x16::new(form));
    let values = block - u8x16::splat(b'0');
    let digits = values.min(u8x16::splat(9)).cmp_eq(values);
    let digits = digits & form.cmp_eq(u8x16::splat(b'0'));
    (digits | block.cmp_eq(form)).move_mask() == 0xffff
}

/// Whether a month has a day after the 28th.
fn is_late(quoted: &[u8; LENGTH], month: u8, day: u8) -> bool {
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => {
            let digits = quoted[1..5].iter();
            let year = digits.fold(0_u16, |year, digit| year * 10 + u16::from(digit - b'0'));
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            28 + u8::from(is_leap)
        }
        _ => return false,
    };
    (1..=days).contains(&day)
}
