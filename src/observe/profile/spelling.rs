//! How a value of a format is written: different spellings of a value may all be valid.

use std::borrow::Cow;
use std::fmt;

/// How a date-time or time writes its offset and fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spelling {
    offset: Offset,
    /// Digits of the fraction of a second; 0 without one.
    fraction: u8,
    /// Whether `t` or `z` is in lower case.
    lower_case: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Offset {
    Z,
    Zero,
    MinusZero,
    Other,
}

impl Spelling {
    /// Detects the spelling of a value that the format accepts; `None` for formats with one spelling.
    #[must_use]
    pub fn of(format: &str, text: &str) -> Option<Self> {
        if !matches!(format, "date-time" | "time") {
            return None;
        }
        let offset = if text.ends_with(['Z', 'z']) {
            Offset::Z
        } else if text.ends_with("+00:00") {
            Offset::Zero
        } else if text.ends_with("-00:00") {
            Offset::MinusZero
        } else {
            Offset::Other
        };
        let fraction = text.split_once('.').map_or(0, |(_, rest)| {
            rest.bytes().take_while(u8::is_ascii_digit).count()
        });
        Some(Self {
            offset,
            fraction: u8::try_from(fraction).unwrap_or(u8::MAX),
            lower_case: text.contains(['t', 'z']),
        })
    }

    /// The index of a common spelling, in capitals and without a fraction: 0 with `Z`, 1 with `+00:00`.
    pub(crate) const fn usual(self) -> Option<u8> {
        match self.offset {
            _ if self.fraction > 0 || self.lower_case => None,
            Offset::Z => Some(0),
            Offset::Zero => Some(1),
            Offset::MinusZero | Offset::Other => None,
        }
    }

    /// Whether a reader written for `self` may fail on `other`: the offset or the case differs, or only one
    /// of them has a fraction.
    #[must_use]
    pub fn differs(self, other: Self) -> bool {
        self.offset != other.offset
            || (self.fraction > 0) != (other.fraction > 0)
            || self.lower_case != other.lower_case
    }

    /// The same instant in this spelling; `None` if it cannot be written that way.
    #[must_use]
    pub fn write(self, text: &str) -> Option<String> {
        let offset = match self.offset {
            Offset::Z if self.lower_case => "z",
            Offset::Z => "Z",
            Offset::Zero => "+00:00",
            Offset::MinusZero => "-00:00",
            Offset::Other => return None,
        };
        let is_zero =
            text.ends_with(['Z', 'z']) || text.ends_with("+00:00") || text.ends_with("-00:00");
        let utc = match is_zero {
            true => Cow::Borrowed(text),
            // A leap second cannot be converted to another offset.
            false if text.contains(":60") => return None,
            false => Cow::Owned(text.parse::<jiff::Timestamp>().ok()?.to_string()),
        };
        let clock = utc.find([':']).map(|colon| colon + 6)?;
        let (seconds, rest) = utc.split_at_checked(clock)?;
        let own = text.split_once('.').map_or("", |(_, rest)| {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            &rest[..end]
        });
        // `jiff` writes no trailing zeros; those in the text are kept.
        debug_assert!(rest.starts_with('.') || own.bytes().all(|digit| digit == b'0'));
        let mut out = String::with_capacity(text.len() + offset.len() + usize::from(self.fraction));
        out.push_str(seconds);
        match self.lower_case {
            true => out.make_ascii_lowercase(),
            false => out.make_ascii_uppercase(),
        }
        match (self.fraction, own.bytes().all(|digit| digit == b'0')) {
            (0, true) => {}
            (digits, true) => {
                out.push('.');
                out.extend(std::iter::repeat_n('0', usize::from(digits)));
            }
            (_, false) => {
                out.push('.');
                out.push_str(own);
            }
        }
        out.push_str(offset);
        Some(out)
    }
}

impl fmt::Display for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.offset {
            Offset::Z if self.lower_case => "`z`",
            Offset::Z => "`Z`",
            Offset::Zero => "`+00:00`",
            Offset::MinusZero => "`-00:00`",
            Offset::Other => "an offset other than zero",
        })?;
        if self.fraction > 0 {
            f.write_str(" with a fraction of a second")?;
        }
        Ok(())
    }
}
