//! How numbers are distributed, in bounded space.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Bins that are distinguished. With more, bins are joined in pairs.
const BINS: usize = 256;

/// The bits of the fraction of a double that tell bins apart: 32 bins from a power of two to the next.
const FRACTION: u32 = 5;

/// The bits of the fraction of a double (IEEE 754 binary64).
const FRACTION_OF_DOUBLE: u32 = 52;

/// A quantile sketch: how many numbers are in each of logarithmic bins, as in DDSketch (Masson, Rim, Lee: "DDSketch: A
/// Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", 2019). A quantile is at most 1.6 % off, or
/// twice that for each time that bins had to be joined in pairs (Epicoco and others: "UDDSketch", 2020).
///
/// The crates for sketches add up doubles, or join bins in the order in which they come; this one only counts, so merging
/// in any order gives the same bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SketchRead")]
pub struct Sketch {
    /// How often bins were joined in pairs.
    #[serde(default, skip_serializing_if = "is_zero")]
    joined: u8,
    /// The numbers in each bin: 0 for zero, negative for negative numbers.
    bins: BTreeMap<i32, u64>,
}

/// A sketch as it is read.
#[derive(Deserialize)]
struct SketchRead {
    #[serde(default)]
    joined: u8,
    bins: BTreeMap<i32, u64>,
}

/// With more joins, all numbers of one sign are in one bin.
const JOINS: u8 = 16;

impl TryFrom<SketchRead> for Sketch {
    type Error = &'static str;

    fn try_from(read: SketchRead) -> Result<Self, Self::Error> {
        let SketchRead { joined, bins } = read;
        let is_bin = |bin: &i32| u64::from(bin.unsigned_abs()) <= LAST + 1;
        match joined <= JOINS && bins.len() <= BINS && bins.keys().all(is_bin) {
            true => Ok(Self { joined, bins }),
            false => Err("these are no bins of a sketch"),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(value: &u8) -> bool {
    *value == 0
}

impl Sketch {
    /// Counts a number.
    pub fn add(&mut self, number: f64) {
        if number.is_finite() {
            let bin = self.joined_bin(bin_of(number));
            *self.bins.entry(bin).or_default() += 1;
            self.fit();
        }
    }

    /// Roughly the number that this share of the numbers does not exceed; `None` if there are none.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let last = self.count().checked_sub(1)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a rank that is one off does not matter"
        )]
        let rank = ((last as f64) * share.clamp(0.0, 1.0)).round() as u64;
        let mut before = 0;
        let found = self.bins.iter().find(|(_, numbers)| {
            before += **numbers;
            before > rank
        });
        found.map(|(bin, _)| self.middle(*bin))
    }

    /// How many numbers there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.bins.values().sum()
    }

    /// The greatest difference between the shares of numbers up to some bin: 0 for the same distribution, 1 for
    /// numbers that do not overlap. 0 if one of the sketches is empty.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "numbers beyond 2^53 are not told apart")]
    pub fn distance(&self, other: &Self) -> f64 {
        let (all, others) = (self.count(), other.count());
        if all == 0 || others == 0 {
            return 0.0;
        }
        let joined = self.joined.max(other.joined);
        let mut steps: BTreeMap<i32, f64> = BTreeMap::new();
        for (bin, numbers) in &self.bins {
            *steps.entry(join(*bin, joined - self.joined)).or_default() += *numbers as f64 / all as f64;
        }
        for (bin, numbers) in &other.bins {
            *steps.entry(join(*bin, joined - other.joined)).or_default() -= *numbers as f64 / others as f64;
        }
        let (mut difference, mut greatest) = (0.0_f64, 0.0_f64);
        for step in steps.values() {
            difference += step;
            greatest = greatest.max(difference.abs());
        }
        greatest
    }

    /// Joins bins in pairs until there are few enough.
    fn fit(&mut self) {
        while self.bins.len() > BINS {
            self.joined += 1;
            for (bin, numbers) in std::mem::take(&mut self.bins) {
                *self.bins.entry(join(bin, 1)).or_default() += numbers;
            }
        }
    }

    fn joined_bin(&self, bin: i32) -> i32 {
        join(bin, self.joined)
    }

    /// The middle of a bin.
    fn middle(&self, bin: i32) -> f64 {
        if bin == 0 {
            return 0.0;
        }
        let first = u64::from(bin.unsigned_abs() - 1) << self.joined;
        let next = u64::from(bin.unsigned_abs()) << self.joined;
        let start = |at: u64| f64::from_bits(at.min(LAST) << (FRACTION_OF_DOUBLE - FRACTION));
        let middle = f64::midpoint(start(first), start(next));
        f64::from(bin.signum()) * middle
    }
}

/// The bin of infinity.
const LAST: u64 = f64::INFINITY.to_bits() >> (FRACTION_OF_DOUBLE - FRACTION);

/// The bin of a number before bins are joined: the exponent and the first bits of the fraction, from 1.
fn bin_of(number: f64) -> i32 {
    if number == 0.0 {
        return 0;
    }
    let bin = number.abs().to_bits() >> (FRACTION_OF_DOUBLE - FRACTION);
    let bin = i32::try_from(bin).unwrap_or(i32::MAX - 1) + 1;
    if number < 0.0 { -bin } else { bin }
}

/// The bin that a bin is part of after `times` joins.
const fn join(bin: i32, times: u8) -> i32 {
    match bin.signum() {
        0 => 0,
        sign => sign * (((bin.abs() - 1) >> times) + 1),
    }
}

impl AddAssign<&Self> for Sketch {
    fn add_assign(&mut self, other: &Self) {
        if self.joined < other.joined {
            let more = other.joined - self.joined;
            self.joined = other.joined;
            for (bin, numbers) in std::mem::take(&mut self.bins) {
                *self.bins.entry(join(bin, more)).or_default() += numbers;
            }
        }
        let more = self.joined - other.joined;
        for (bin, numbers) in &other.bins {
            *self.bins.entry(join(*bin, more)).or_default() += numbers;
        }
        self.fit();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Sketch;

    fn sketch(numbers: &[f64]) -> Sketch {
        let mut sketch = Sketch::default();
        for number in numbers {
            sketch.add(*number);
        }
        sketch
    }

    #[test]
    fn quantiles_are_near() {
        let numbers: Vec<f64> = (1..=10_000).map(f64::from).collect();
        let sketch = sketch(&numbers);
        for (share, exact) in [(0.0, 1.0), (0.25, 2_500.0), (0.5, 5_000.0), (0.99, 9_900.0), (1.0, 10_000.0)] {
            let found = sketch.quantile(share).expect("numbers");
            assert!((found - exact).abs() <= exact * 0.07, "{share}: {found}");
        }
        assert_eq!(Sketch::default().quantile(0.5), None);
    }

    #[test]
    fn signs_and_zero_are_in_order() {
        let sketch = sketch(&[-1e300, -4.0, 0.0, 1e-300, 7.0, f64::NAN, f64::INFINITY]);
        let found: Vec<f64> = [0.0, 0.25, 0.5, 0.75, 1.0].iter().filter_map(|share| sketch.quantile(*share)).collect();
        assert!(found.is_sorted(), "{found:?}");
        assert_eq!(found[2], 0.0);
    }

    proptest! {
        #[test]
        fn any_order_of_merging_gives_the_same(
            parts in prop::collection::vec(prop::collection::vec(prop::num::f64::ANY, 0..400), 3),
        ) {
            let [a, b, c] = [0, 1, 2].map(|part| sketch(&parts[part]));
            let whole = sketch(&parts.concat());
            let mut left = a.clone();
            left += &b;
            left += &c;
            let mut right = c;
            right += &Sketch::default();
            right += &a;
            right += &b;
            prop_assert_eq!(&left, &whole);
            prop_assert_eq!(&right, &whole);
        }
    }
}
