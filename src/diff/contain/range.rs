//! Exact bounds of numbers.

use std::cmp::Ordering;

use crate::schema::format;
use serde_json::Number;

use crate::json::Kind;
use crate::schema::KeywordCheck;

/// Compares two numbers exactly.
pub(super) fn compare(left: &Number, right: &Number) -> Ordering {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(whole), None) => compare_mixed(whole, right.as_f64().unwrap_or(0.0)),
        (None, Some(whole)) => compare_mixed(whole, left.as_f64().unwrap_or(0.0)).reverse(),
        (None, None) => {
            let (left, right) = (left.as_f64(), right.as_f64());
            left.partial_cmp(&right).unwrap_or(Ordering::Equal)
        }
    }
}

/// The number as an integer, if it is one that fits.
pub(super) fn integer(number: &Number) -> Option<i128> {
    if let Some(integer) = number.as_i64() {
        return Some(integer.into());
    }
    if let Some(integer) = number.as_u64() {
        return Some(integer.into());
    }
    let float = number.as_f64()?;
    // Integral doubles below 2^100 convert to integers exactly.
    (float.fract() == 0.0 && float.abs() < 1e30).then_some(float as i128)
}

/// Compares an integer with a double that is not an integer or exceeds the range of integers.
fn compare_mixed(whole: i128, float: f64) -> Ordering {
    if float.abs() >= 1e30 {
        return if float > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        };
    }
    let floor = float.floor() as i128;
    // The double lies between `floor` and the next integer.
    if whole <= floor {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

/// One end of a range.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) limit: Number,
    pub(super) is_exclusive: bool,
}

/// The numbers between two bounds.
#[derive(Debug, Clone, Default)]
pub(super) struct Range {
    pub(super) lower: Option<Bound>,
    pub(super) upper: Option<Bound>,
}

impl Range {
    /// Narrows the range by one keyword.
    pub(super) fn narrow(&mut self, keyword: &str, limit: &Number) {
        let bound = Bound {
            limit: limit.clone(),
            is_exclusive: keyword.starts_with("exclusive"),
        };
        match keyword {
            "minimum" | "exclusiveMinimum" => {
                let is_stricter = self.lower.as_ref().is_none_or(|known| {
                    let order = compare(limit, &known.limit);
                    order.is_gt() || (order.is_eq() && bound.is_exclusive)
                });
                if is_stricter {
                    self.lower = Some(bound);
                }
            }
            "maximum" | "exclusiveMaximum" => {
                let is_stricter = self.upper.as_ref().is_none_or(|known| {
                    let order = compare(limit, &known.limit);
                    order.is_lt() || (order.is_eq() && bound.is_exclusive)
                });
                if is_stricter {
                    self.upper = Some(bound);
                }
            }
            _ => {}
        }
    }

    /// The smallest and the largest integer, if the range is bounded and they fit.
    pub(super) fn integer_bounds(&self) -> (Option<i128>, Option<i128>) {
        let lower = self.lower.as_ref().and_then(|bound| {
            let Some(whole) = integer(&bound.limit) else {
                let float = bound.limit.as_f64()?;
                return (float.abs() < 1e30).then_some(float.ceil() as i128);
            };
            Some(whole + i128::from(bound.is_exclusive))
        });
        let upper = self.upper.as_ref().and_then(|bound| {
            let Some(whole) = integer(&bound.limit) else {
                let float = bound.limit.as_f64()?;
                return (float.abs() < 1e30).then_some(float.floor() as i128);
            };
            Some(whole - i128::from(bound.is_exclusive))
        });
        (lower, upper)
    }

    /// Whether the range contains no number, or no integer if `whole` is set.
    pub(super) fn is_empty(&self, whole: bool) -> bool {
        let (Some(lower), Some(upper)) = (&self.lower, &self.upper) else {
            return false;
        };
        if whole && let (Some(lower), Some(upper)) = self.integer_bounds() {
            return lower > upper;
        }
        match compare(&lower.limit, &upper.limit) {
            Ordering::Greater => true,
            Ordering::Equal => lower.is_exclusive || upper.is_exclusive,
            Ordering::Less => false,
        }
    }

    /// Whether every number of the range satisfies a bound; only integers count if `whole` is set.
    pub(super) fn keeps(&self, keyword: &str, limit: &Number, whole: bool) -> bool {
        let is_lower = keyword.ends_with("inimum");
        let is_exclusive = keyword.starts_with("exclusive");
        if whole {
            let mut asked = Self::default();
            asked.narrow(keyword, limit);
            let (own, other) = (self.integer_bounds(), asked.integer_bounds());
            if is_lower && let (Some(own), Some(other)) = (own.0, other.0) {
                return own >= other;
            }
            if !is_lower && let (Some(own), Some(other)) = (own.1, other.1) {
                return own <= other;
            }
        }
        let own = if is_lower { &self.lower } else { &self.upper };
        let Some(own) = own else { return false };
        let order = compare(&own.limit, limit);
        let order = if is_lower { order } else { order.reverse() };
        order.is_gt() || (order.is_eq() && (own.is_exclusive || !is_exclusive))
    }
}

/// The bounds of a numeric format.
pub(super) fn bounds_of(check: &KeywordCheck) -> Option<[(&'static str, Number); 2]> {
    if check.keyword != "format" || check.kind != Kind::Number {
        return None;
    }
    let [least, most] = format::bounds(check.argument.as_str()?)?;
    Some([("minimum", least), ("maximum", most)])
}

/// Whether every multiple of `known` is a multiple of `asked`.
pub(super) fn divides(asked: &Number, known: &Number) -> bool {
    if let (Some(asked), Some(known)) = (integer(asked), integer(known)) {
        return asked != 0 && known % asked == 0;
    }
    // Compares as decimals: 0.1 divides 0.5, although not as doubles.
    let (Some(asked), Some(known)) = (decimal(asked), decimal(known)) else {
        return false;
    };
    let scale = asked.1.max(known.1);
    let scaled = |(digits, places): (i128, u32)| {
        10_i128
            .checked_pow(scale - places)
            .and_then(|factor| digits.checked_mul(factor))
    };
    match (scaled(asked), scaled(known)) {
        (Some(asked), Some(known)) => asked != 0 && known % asked == 0,
        _ => false,
    }
}

/// The least common multiple of some integers.
pub(super) fn common_multiple(numbers: &[Number]) -> Option<Number> {
    const fn common_divisor(one: i128, other: i128) -> i128 {
        match other {
            0 => one,
            _ => common_divisor(other, one % other),
        }
    }
    if numbers.is_empty() {
        return None;
    }
    let all = numbers.iter().try_fold(1_i128, |all, number| {
        let number = integer(number).filter(|number| *number > 0)?;
        (all / common_divisor(all, number)).checked_mul(number)
    });
    i64::try_from(all?).ok().map(Number::from)
}

/// A number as digits and a number of decimal places.
fn decimal(number: &Number) -> Option<(i128, u32)> {
    let text = number.to_string();
    if text.contains(['e', 'E']) {
        return None;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}").parse().ok()?;
    Some((digits, u32::try_from(fraction.len()).ok()?))
}
