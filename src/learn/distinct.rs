//! Which values there are: each one with its number, or, if there are too many, how many they are.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyperloglockless::HyperLogLog;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use twox_hash::XxHash64;

use crate::observe::Count;

/// Values that are distinguished.
const LISTED: usize = crate::limits::DISTINCT;

/// 2^10 registers: the number of distinct values is about 3 % off.
const PRECISION: u8 = 10;

/// The values at one place. Up to [`LISTED`] of them are counted apart. With more, or if one of them is not to be kept,
/// they are data: only how many distinct ones there are is estimated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distinct {
    /// Every value, as JSON text, with its number.
    Listed(BTreeMap<Box<str>, Count>),
    /// How many there are.
    Estimated(Registers),
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Listed(BTreeMap::new())
    }
}

impl Distinct {
    /// Whether there was no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Listed(values) if values.is_empty())
    }

    /// Counts a value, as JSON text, if that needs no decision whether it may be kept: it is kept already, or none is.
    pub fn add_known(&mut self, value: &str) -> bool {
        match self {
            Self::Listed(values) => match values.get_mut(value) {
                Some(count) => {
                    count.0 += 1;
                    true
                }
                None => false,
            },
            Self::Estimated(registers) => {
                registers.add(value);
                true
            }
        }
    }

    /// Counts a value, as JSON text.
    pub fn add(&mut self, value: &str) {
        match self {
            Self::Listed(values) => match values.get_mut(value) {
                Some(count) => count.0 += 1,
                None => {
                    values.insert(value.into(), Count(1));
                    self.fit();
                }
            },
            Self::Estimated(registers) => registers.add(value),
        }
    }

    /// Counts a value that is not to be kept, as JSON text.
    pub fn add_unlisted(&mut self, value: &str) {
        self.estimated().add(value);
    }

    /// The values with their numbers, if they are distinguished.
    #[must_use]
    pub fn listed(&self) -> Option<&BTreeMap<Box<str>, Count>> {
        match self {
            Self::Listed(values) => Some(values),
            Self::Estimated(_) => None,
        }
    }

    /// How many distinct values there are, roughly if they are not distinguished.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Listed(values) => values.len() as u64,
            Self::Estimated(registers) => registers.0.count() as u64,
        }
    }

    fn estimated(&mut self) -> &mut Registers {
        if let Self::Listed(values) = self {
            let mut registers = Registers::default();
            for value in values.keys() {
                registers.add(value);
            }
            *self = Self::Estimated(registers);
        }
        match self {
            Self::Estimated(registers) => registers,
            Self::Listed(_) => unreachable!("replaced above"),
        }
    }

    fn fit(&mut self) {
        if matches!(self, Self::Listed(values) if values.len() > LISTED) {
            self.estimated();
        }
    }
}

impl AddAssign<&Self> for Distinct {
    fn add_assign(&mut self, other: &Self) {
        match other {
            Self::Listed(theirs) => {
                match self {
                    Self::Listed(ours) => crate::observe::merge(ours, theirs),
                    Self::Estimated(ours) => theirs.keys().for_each(|value| ours.add(value)),
                }
                self.fit();
            }
            Self::Estimated(theirs) => self.estimated().union(theirs),
        }
    }
}

/// The registers of a HyperLogLog of the XXH64 hashes of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registers(HyperLogLog<NoHasher>);

/// The sketch gets hashes that are the same in every run and version.
type NoHasher = std::hash::BuildHasherDefault<std::hash::DefaultHasher>;

impl Default for Registers {
    fn default() -> Self {
        Self(HyperLogLog::with_hasher(PRECISION, NoHasher::default()))
    }
}

impl Registers {
    fn add(&mut self, value: &str) {
        self.0.insert_hash(XxHash64::oneshot(0, value.as_bytes()));
    }

    fn union(&mut self, other: &Self) {
        // All have the same precision.
        let _ = self.0.union(&other.0);
    }
}

impl Serialize for Registers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD_NO_PAD.encode(self.0.parts().0))
    }
}

impl<'de> Deserialize<'de> for Registers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let registers = STANDARD_NO_PAD.decode(text).map_err(D::Error::custom)?;
        if registers.len() != 1 << PRECISION || registers.iter().any(|register| *register > 65) {
            return Err(D::Error::custom("these are no registers of a HyperLogLog"));
        }
        let zeros = registers.iter().filter(|register| **register == 0).count();
        let sum = registers.iter().map(|register| 0.5_f64.powi(i32::from(*register))).sum();
        Ok(Self(HyperLogLog::from_parts(registers.into(), NoHasher::default(), zeros, sum)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Distinct;

    fn of(values: std::ops::Range<u32>) -> Distinct {
        let mut distinct = Distinct::default();
        for value in values {
            distinct.add(&format!("\"{value}\""));
        }
        distinct
    }

    #[test]
    fn the_number_of_many_values_is_near() {
        assert_eq!(of(0..256).len(), 256);
        for values in [257, 1_000, 50_000] {
            let found = f64::from(u32::try_from(of(0..values).len()).expect("small"));
            assert!((found / f64::from(values) - 1.0).abs() < 0.1, "{values}: {found}");
        }
    }

    #[test]
    fn registers_are_read_as_they_are_written() {
        let many = of(0..1_000);
        let text = serde_json::to_string(&many).expect("serialises");
        let read: Distinct = serde_json::from_str(&text).expect("reads");
        assert_eq!(read, many);
        assert_eq!(read.len(), many.len());
        serde_json::from_str::<Distinct>(r#"{"estimated": "AAAA"}"#).expect_err("too short");
    }

    proptest! {
        #[test]
        fn any_order_of_merging_gives_the_same(
            parts in prop::collection::vec((0_u32..400, 0_u32..300, any::<bool>()), 3),
        ) {
            let parts: Vec<Distinct> = parts
                .into_iter()
                .map(|(start, length, has_unlisted)| {
                    let mut part = of(start..start + length);
                    if has_unlisted {
                        part.add_unlisted("\"a long text\"");
                    }
                    part
                })
                .collect();
            let merged = |order: [usize; 3]| {
                let mut all = Distinct::default();
                order.iter().for_each(|part| all += &parts[*part]);
                all
            };
            let mut last = parts[1].clone();
            last += &parts[2];
            let mut right = parts[0].clone();
            right += &last;
            prop_assert_eq!(&merged([2, 1, 0]), &right);
            prop_assert_eq!(merged([0, 1, 2]), right);
        }
    }
}
