//! Decimal numbers as written, compared digit by digit: also beyond 64 bits and beyond the precision of a
//! double.

use std::cmp::Ordering;
use std::fmt;

/// A decimal number, `0.digits × 10^exponent`, without leading or trailing zeros. Zero has no digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    digits: Box<[u8]>,
    exponent: i64,
}

impl Decimal {
    /// Parses a JSON number (RFC 8259, section 6), or a YAML number with a plus sign or without digits on one
    /// side of the point. Returns `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (is_negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power_of(power)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        if digits().next().is_none() || !digits().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let leading = digits().take_while(|digit| *digit == b'0').count();
        let mut kept: Vec<u8> = digits().skip(leading).map(|digit| digit - b'0').collect();
        while kept.last() == Some(&0) {
            kept.pop();
        }
        if kept.is_empty() {
            return Some(Self::zero());
        }
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()?;
        Some(Self {
            is_negative,
            digits: kept.into(),
            exponent: point.saturating_add(power),
        })
    }

    /// The number that `serde_json` holds. For a double, this is the shortest decimal that reads back as the
    /// same double. With more than 15 digits it may differ from what was written. Beyond 2^53, where doubles
    /// are integers, it is the exact value of the double.
    pub(crate) fn of(number: &serde_json::Number) -> Option<Self> {
        const WHOLE: f64 = 9_007_199_254_740_992.0;
        let shortest = Self::parse(&number.to_string())?;
        match number.as_f64() {
            Some(float) if number.is_f64() && float.abs() >= WHOLE && shortest.precision() > 15 => {
                Self::parse(&format!("{float:.0}"))
            }
            _ => Some(shortest),
        }
    }

    fn zero() -> Self {
        Self {
            is_negative: false,
            digits: Box::default(),
            exponent: 0,
        }
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The number of digits without leading and trailing zeros.
    pub(crate) fn precision(&self) -> usize {
        self.digits.len()
    }

    /// Whether the number is an integer.
    pub(crate) fn is_integer(&self) -> bool {
        self.exponent >= 0 && self.exponent.unsigned_abs() >= self.digits.len() as u64
    }

    /// Whether the number is an integer multiple of `divisor`; `None` if that takes too long to compute.
    pub(crate) fn is_multiple_of(&self, divisor: &Self) -> Option<bool> {
        /// The most digits a divisor may have, so that a remainder and one more digit fit in 128 bits.
        const DIVISOR: usize = 37;
        /// The most zeros that are appended to a number.
        const SHIFT: i64 = 10_000;
        if self.is_zero() {
            return Some(true);
        }
        if divisor.is_zero() || divisor.digits.len() > DIVISOR {
            return None;
        }
        // Both are scaled to integers by the same power of ten: the divisor becomes its digits.
        let last =
            |number: &Self| number.exponent - i64::try_from(number.digits.len()).unwrap_or(0);
        let shift = last(self) - last(divisor);
        if shift > SHIFT {
            return None;
        }
        if shift < 0 {
            // The number has nonzero digits after the last digit of the divisor. Only a divisor with factors
            // of ten could reach them, and those were already removed.
            return Some(false);
        }
        let divide = divisor
            .digits
            .iter()
            .fold(0_u128, |all, digit| all * 10 + u128::from(*digit));
        let zeros = std::iter::repeat_n(&0, usize::try_from(shift).unwrap_or(0));
        let remainder = self.digits.iter().chain(zeros).fold(0_u128, |rest, digit| {
            (rest * 10 + u128::from(*digit)) % divide
        });
        Some(remainder == 0)
    }
}

impl fmt::Display for Decimal {
    /// `-0.125e3`: a unique text for each number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        let digits: String = self
            .digits
            .iter()
            .map(|digit| char::from(digit + b'0'))
            .collect();
        let sign = if self.is_negative { "-" } else { "" };
        write!(f, "{sign}0.{digits}e{}", self.exponent)
    }
}

/// A power of ten; saturates beyond 64 bits.
fn power_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let far = match text.starts_with('-') {
        true => i64::MIN / 4,
        false => i64::MAX / 4,
    };
    let power = text.parse::<i64>().unwrap_or(far);
    Some(power.clamp(i64::MIN / 4, i64::MAX / 4))
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.is_zero(), number.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            let by_size = self
                .exponent
                .cmp(&other.exponent)
                .then_with(|| self.digits.cmp(&other.digits));
            match self.is_negative {
                true => by_size.reverse(),
                false => by_size,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect(text)
    }

    /// Each row is smaller than the next one. Numbers in the same row are equal.
    #[test]
    fn numbers_compare_as_they_are_written() {
        let rows: [&[&str]; 19] = [
            &["-1e400", "-10e399"],
            &["-18446744073709551616"],
            &["-9223372036854775809"],
            &["-9223372036854775808", "-9223372036854775808.0"],
            &["-1.5", "-15e-1"],
            &["-1e-400"],
            &["0", "-0", "0.0", "0e99", "-0.000e-5"],
            &["1e-400", "0.1e-399"],
            &["0.1", "1e-1", "+.1", "00.10"],
            &["0.10000000000000000000000000001"],
            &["1", "1.", "1.0", "0.01e2"],
            &["9007199254740992"],
            &["9007199254740993", "9.007199254740993e15"],
            &["9223372036854775807"],
            &["9223372036854775808", "9223372036854775808.000"],
            &["18446744073709551615"],
            &["18446744073709551616"],
            &["123456789012345678901234567890"],
            &["1e99999999999999999999"],
        ];
        for (index, row) in rows.iter().enumerate() {
            for (other_index, other_row) in rows.iter().enumerate() {
                for (left, right) in row
                    .iter()
                    .flat_map(|l| other_row.iter().map(move |r| (l, r)))
                {
                    let expected = index.cmp(&other_index);
                    assert_eq!(
                        decimal(left).cmp(&decimal(right)),
                        expected,
                        "{left} {right}"
                    );
                }
            }
        }
        for text in [
            "", "-", ".", "e1", "1e", "1e+", "0x10", "1_000", "1.2.3", ".inf",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn multiples_are_exact() {
        let table = [
            ("0", "3", true),
            ("0.3", "0.1", true),
            ("0.35", "0.1", false),
            ("1e300", "7", false),
            ("7e300", "7", true),
            ("4.35", "0.01", true),
            ("1e-7", "1e-8", true),
            ("1e-8", "1e-7", false),
            ("18446744073709551616", "2", true),
            ("18446744073709551617", "2", false),
            ("9007199254740993", "2", false),
            ("20", "40", false),
            ("-40", "20", true),
            ("2.5", "0.5", true),
        ];
        for (number, divisor, expected) in table {
            let found = decimal(number).is_multiple_of(&decimal(divisor));
            assert_eq!(found, Some(expected), "{number} {divisor}");
        }
        assert_eq!(decimal("1e20000").is_multiple_of(&decimal("7")), None);
    }

    #[test]
    fn integers_have_no_fraction() {
        for text in [
            "0",
            "-0.0",
            "10",
            "1e3",
            "1.50e1",
            "123456789012345678901234567890.0",
        ] {
            assert!(decimal(text).is_integer(), "{text}");
        }
        for text in ["0.1", "1e-3", "123456789012345678901234567890.5", "15e-1"] {
            assert!(!decimal(text).is_integer(), "{text}");
        }
    }
}
