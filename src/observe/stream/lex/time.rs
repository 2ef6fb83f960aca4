//! Date-times in their most common form: `2022-11-01T03:15:03Z`, or with `+00:00` instead of `Z`.

use wide::u8x16;

/// The length of such a string up to its seconds, with the opening quote.
const LENGTH: usize = 20;

/// How the offset is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offset {
    /// `Z`
    Z,
    /// `+00:00`
    Zero,
}

/// The length with quotes of the date-time at the start of a text, if it has this form and is valid by RFC
/// 3339. Any other form takes the slow path.
#[inline(always)]
pub(crate) fn plain(text: &[u8]) -> Option<(usize, Offset)> {
    let (quoted, rest) = text.split_first_chunk::<LENGTH>()?;
    let head = keeps(
        quoted.first_chunk()?,
        *b"\"0000-00-00T00:0",
        *b"\"9999-19-39T29:5",
    );
    let tail = keeps(
        quoted.last_chunk()?,
        *b"0-00-00T00:00:00",
        *b"9-19-39T29:59:59",
    );
    if (head & tail).to_bitmask() != 0xffff {
        return None;
    }
    // `11-01T03`: each byte becomes ten times itself plus the next one. Only the bytes of month, day and hour
    // are used.
    let digits = u64::from_le_bytes(*quoted[6..].first_chunk()?) & 0x0f0f_000f_0f00_0f0f;
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_0000_ff00_00ff;
    // Sets the highest bit of a month over 12, a day over 28, an hour over 23, a month or day of 0.
    let beyond = (pairs + 0x0068_0000_6300_0073) | pairs.wrapping_sub(0x0000_0000_0100_0001);
    if beyond & 0x0080_0000_8000_0080 != 0 && !is_late(quoted) {
        return None;
    }
    if let Some(b"Z\"") = rest.first_chunk() {
        return Some((LENGTH + 2, Offset::Z));
    }
    match rest {
        [b'+', b'0', b'0', b':', b'0', b'0', b'"', ..] => Some((LENGTH + 7, Offset::Zero)),
        _ => None,
    }
}

/// All bits of the bytes of a block that match a form: digits from 0 to the digit in `most`, and the same
/// characters elsewhere.
#[inline(always)]
fn keeps(block: &[u8; 16], form: [u8; 16], most: [u8; 16]) -> u8x16 {
    let form = u8x16::new(form);
    // The bits of `0` are those that all digits share.
    let value = u8x16::new(*block) ^ form;
    value.min(u8x16::new(most) ^ form).simd_eq(value)
}

/// Whether hour, month and day of a text in the form of a date-time are in range, including days that not
/// every month has.
#[inline(never)]
fn is_late(quoted: &[u8; LENGTH]) -> bool {
    let two = |at: usize| (quoted[at] - b'0') * 10 + (quoted[at + 1] - b'0');
    let (month, day, hour) = (two(6), two(9), two(12));
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
    (1..=days).contains(&day) && hour < 24
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::plain;

    /// The crate accepts some characters that are not digits as digits; this code does not.
    #[test]
    fn what_is_taken_is_a_date_time_for_the_crate() {
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&json!({"format": "date-time"}))
            .expect("compiles");
        let mut taken = 0;
        for base in ["2024-02-29T23:59:59Z", "2023-12-31T09:10:00+00:00"] {
            for at in 0..base.len() {
                for other in "0123456789-T:+Zz/. ".chars() {
                    let mut text: String = base.into();
                    text.replace_range(at..=at, &other.to_string());
                    let quoted = format!("\"{text}\",");
                    let is_taken = plain(quoted.as_bytes()).is_some();
                    let is_time = validator.is_valid(&json!(text));
                    assert!(!is_taken || is_time, "{text}");
                    let is_of_form = text.bytes().zip(base.bytes()).all(|(ours, form)| {
                        ours == form || ours.is_ascii_digit() && form.is_ascii_digit()
                    });
                    let is_usual = text.ends_with('Z') || text.ends_with("+00:00");
                    assert_eq!(is_taken, is_time && is_of_form && is_usual, "{text}");
                    taken += usize::from(is_taken);
                }
            }
        }
        assert!(taken > 100, "{taken}");
    }
}
