//! Whether samples differ by more than chance.

use std::collections::BTreeMap;

use crate::learn::Sketch;
use crate::observe::Count;

/// The normal deviate of the intervals: two intervals that do not overlap differ by chance in less than one of 10,000
/// comparisons. A report makes thousands.
const Z: f64 = 3.29;

/// Shares that differ by less are not worth a finding, however sure they are.
const LEAST: f64 = 0.01;

/// Shares that differ by so much, and are in few samples, are counted as unsure.
const UNSURE: f64 = 0.2;

/// The samples on each side that distributions are compared with.
const SAMPLES: u64 = 30;

/// A part of a number of samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
}

/// What samples say about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sureness {
    /// There is no difference that matters.
    Same,
    /// There may be one, but there are too few samples to tell.
    TooFew,
    /// There is one.
    Differs,
}

#[expect(clippy::cast_precision_loss, reason = "samples beyond 2^53 are not told apart")]
const fn number(count: u64) -> f64 {
    count as f64
}

impl Share {
    /// `count` of `of`.
    #[must_use]
    pub const fn new(count: u64, of: u64) -> Self {
        Self { count, of }
    }

    /// As a number from 0 to 1; 0 without samples.
    #[must_use]
    pub fn value(self) -> f64 {
        match self.of {
            0 => 0.0,
            of => number(self.count.min(of)) / number(of),
        }
    }

    /// The Wilson interval: where the true share is, almost certainly.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (n, p) = (number(self.of), self.value());
        let z2 = Z * Z;
        let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        ((middle - half).max(0.0), (middle + half).min(1.0))
    }

    /// Whether two shares differ.
    #[must_use]
    pub fn compare(self, other: Self) -> Sureness {
        let difference = (self.value() - other.value()).abs();
        if difference == 0.0 {
            return Sureness::Same;
        }
        let (low, high) = self.interval();
        let (other_low, other_high) = other.interval();
        let is_apart = high < other_low || other_high < low;
        // From nothing to something, or to nothing, matters even if it is little.
        let matters = difference >= LEAST || self.count == 0 || other.count == 0;
        match is_apart && matters {
            true => Sureness::Differs,
            false if difference >= UNSURE && !is_apart => Sureness::TooFew,
            false => Sureness::Same,
        }
    }
}

/// Whether the values of two samples are distributed differently: a chi-square test of homogeneity, and at least 5 % of
/// the values have to be others.
pub(super) fn values_differ(old: &BTreeMap<Box<str>, Count>, new: &BTreeMap<Box<str>, Count>) -> Sureness {
    let total = |values: &BTreeMap<Box<str>, Count>| values.values().map(|count| count.0).sum::<u64>();
    let (olds, news) = (total(old), total(new));
    if olds == 0 || news == 0 {
        return Sureness::Same;
    }
    let mut keys: Vec<&str> = old.keys().chain(new.keys()).map(|key| &**key).collect();
    keys.sort_unstable();
    keys.dedup();
    let (mut statistic, mut distance) = (0.0, 0.0);
    for key in &keys {
        let of = |values: &BTreeMap<Box<str>, Count>| values.get(*key).map_or(0, |count| count.0);
        let (first, second) = (number(of(old)), number(of(new)));
        let expected = (first + second) / (number(olds) + number(news));
        let (expected_old, expected_new) = (expected * number(olds), expected * number(news));
        statistic += (first - expected_old).powi(2) / expected_old + (second - expected_new).powi(2) / expected_new;
        distance += (first / number(olds) - second / number(news)).abs() / 2.0;
    }
    let freedom = number(keys.len() as u64) - 1.0;
    if freedom < 1.0 || distance < 0.05 {
        return Sureness::Same;
    }
    // The cube root of chi-square is roughly normal (Wilson and Hilferty, 1931).
    let width = 2.0 / (9.0 * freedom);
    let deviate = ((statistic / freedom).cbrt() - (1.0 - width)) / width.sqrt();
    match deviate > Z {
        true if olds.min(news) >= SAMPLES => Sureness::Differs,
        true => Sureness::TooFew,
        false if distance >= UNSURE && olds.min(news) < SAMPLES => Sureness::TooFew,
        false => Sureness::Same,
    }
}

/// Whether numbers are distributed differently: the two-sample test of Kolmogorov and Smirnov on sketches.
pub(super) fn numbers_differ((old, olds): (&Sketch, u64), (new, news): (&Sketch, u64)) -> Sureness {
    if olds == 0 || news == 0 {
        return Sureness::Same;
    }
    let distance = old.distance(new);
    // The critical distance for a significance of 0.001.
    let critical = 1.95 * ((number(olds) + number(news)) / (number(olds) * number(news))).sqrt();
    match distance > critical && distance >= 0.1 {
        true if olds.min(news) >= SAMPLES => Sureness::Differs,
        true => Sureness::TooFew,
        false if distance >= 0.5 && olds.min(news) < SAMPLES => Sureness::TooFew,
        false => Sureness::Same,
    }
}
