//! How a value of a format is written: values may be valid and still be spelled another way.

use std::fmt;

/// How a date-time or time writes its offset and fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spelling {
    offset: Offset,
    /// Digits of the fraction of a second; 0 without one.
    fraction: u8,
    /// Whether `t` or `z` is in lower case.
    lower_case: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Offset {
    Z,
    Zero,
    MinusZero,
    Other,
}

impl Spelling {
    /// Reads the spelling of a value that the format accepts; `None` for formats with one spelling.
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

    /// Whether a reader that was made for `self` may stumble over `other`: the offset or the case is
    /// written another way, or a fraction is there that was not, or the reverse.
    #[must_use]
    pub fn differs(self, other: Self) -> bool {
        self.offset != other.offset
            || (self.fraction > 0) != (other.fraction > 0)
            || self.lower_case != other.lower_case
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
