//! Profiles: what was learnt from captures, in a file that stands for them and can be joined with others.

mod basis;
mod contract;
mod file;

use std::fmt;

use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::learn::Learnt;
use crate::migrate::impact::Impact;
use crate::observe::Observation;

pub use basis::{Basis, BasisChange};
pub use contract::Compared;
pub use file::ImpactProfile;

/// What a profile is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    ForUse,
    ForMerge,
}

impl Wanted {
    /// How the options that a profile was written with differ from others, in a sentence.
    fn difference(self, own: &[String], others: &[String]) -> Option<String> {
        let only = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|option| !other.contains(option)).cloned().collect()
        };
        let (own, others) = (only(own, others), only(others, own));
        let (with, without) = (own.join(" "), others.join(" "));
        let it = |options: &[String]| if options.len() == 1 { "it" } else { "them" };
        match (own.as_slice(), others.as_slice()) {
            ([], []) => None,
            ([], others) => Some(format!("it was written without {without}, and {self} with {}", it(others))),
            (own, []) => Some(format!("it was written with {with}, and {self} without {}", it(own))),
            _ => Some(format!("it was written with {with}, and {self} with {without}")),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ForUse => "is used",
            Self::ForMerge => "the others were written",
        })
    }
}

/// What was learnt from captures. Merging is associative and commutative; the default is its identity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredProfile {
    /// What the captures were compared with, if they were.
    pub compared: Option<Compared>,
    /// What came out of that, and how the captures were read. Places in the contract are those of [`Compared`].
    observation: Observation,
    /// What they show without a contract.
    pub learnt: Learnt,
    /// What they show about the changes between the two contracts that they were compared with.
    impact: Option<ImpactProfile>,
}

impl StoredProfile {
    /// The profile of captures that were compared with no contract.
    #[must_use]
    pub fn learnt(observation: Observation, learnt: Learnt) -> Self {
        Self {
            compared: None,
            observation,
            learnt,
            impact: None,
        }
    }

    /// The profile of captures that were compared with a contract.
    #[must_use]
    pub fn compared(compared: Compared, mut observation: Observation, learnt: Learnt, family: &[&Contract]) -> Self {
        compared.to_portable(&mut observation.profile, family);
        Self {
            compared: Some(compared),
            observation,
            learnt,
            impact: None,
        }
    }

    /// The same with what the captures show about changes.
    #[must_use]
    pub fn with_impact(self, basis: Basis, impact: Impact) -> Self {
        let impact = Some(ImpactProfile { basis, seen: impact });
        Self { impact, ..self }
    }

    /// How the captures were read. What is about the contract has places that only [`Self::observation_with`] resolves.
    #[must_use]
    pub const fn observation(&self) -> &Observation {
        &self.observation
    }

    /// What came out of the comparison with a contract.
    ///
    /// # Errors
    ///
    /// When the captures were compared with another contract, in another way, or with none.
    pub fn observation_with(mut self, wanted: &Compared, family: &[&Contract]) -> Result<Observation> {
        match &self.compared {
            Some(compared) => compared.allows(wanted, Wanted::ForUse)?,
            None if self.observation == Observation::default() => {}
            None => {
                let message = "it was written without a contract, so it does not say what the captures violate; \
                               `wiredrift check --profile` writes one that does";
                return Err(Error::new(ErrorKind::Format, message));
            }
        }
        wanted.to_local(&mut self.observation.profile, family);
        Ok(self.observation)
    }

    /// What came out of the comparison with two contracts, and what the captures show about the changes between them.
    ///
    /// # Errors
    ///
    /// When the captures were compared with other contracts, in another way, or not by `report`.
    pub fn impact_with(
        mut self,
        (wanted, basis): (&Compared, &Basis),
        family: &[&Contract],
    ) -> Result<(Observation, Impact)> {
        if self == Self::default() {
            return Ok(<(Observation, Impact)>::default());
        }
        let Some(ImpactProfile { basis: known, seen }) = self.impact.take() else {
            let message = "it was not written by `wiredrift report --profile`, so it does not say what the captures show \
                           about changes between two contracts";
            return Err(Error::new(ErrorKind::Format, message));
        };
        let observation = self.observation_with(wanted, family)?;
        known.allows(basis, Wanted::ForUse)?;
        Ok((observation, seen))
    }

    /// Adds another profile.
    ///
    /// # Errors
    ///
    /// When they were compared with different contracts, or in different ways.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let (is_first, is_nothing) = (*self == Self::default(), *other == Self::default());
        match (&self.compared, &other.compared) {
            (Some(ours), Some(theirs)) => theirs.allows(ours, Wanted::ForMerge)?,
            (None, _) if is_first => self.compared.clone_from(&other.compared),
            (None, None) => {}
            _ if is_nothing => {}
            (None, Some(_)) | (Some(_), None) => {
                let message = "one of the profiles was compared with a contract, and the other was not";
                return Err(Error::new(ErrorKind::Format, message));
            }
        }
        match (&mut self.impact, &other.impact) {
            (Some(ours), Some(theirs)) => {
                theirs.basis.allows(&ours.basis, Wanted::ForMerge)?;
                ours.seen += theirs.seen.clone();
            }
            (None, Some(theirs)) if is_first => {
                // Adding puts what it has in order.
                let mut seen = Impact::default();
                seen += theirs.seen.clone();
                let basis = theirs.basis.clone();
                self.impact = Some(ImpactProfile { basis, seen });
            }
            (None, None) => {}
            _ if is_nothing => {}
            (None, Some(_)) | (Some(_), None) => {
                let message = "one of the profiles was written by `report`, and the other was not";
                return Err(Error::new(ErrorKind::Format, message));
            }
        }
        self.observation += &other.observation;
        self.learnt += &other.learnt;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
