//! Profiles: what was learnt from captures, in a file that stands for them and can be joined with others.

mod contract;
mod file;

use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::learn::Learnt;
use crate::observe::Observation;

pub use contract::Compared;

/// What was learnt from captures. Merging is associative and commutative; the default is its identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredProfile {
    /// What the captures were compared with, if they were.
    pub compared: Option<Compared>,
    /// What came out of that, and how the captures were read. Places in the contract are those of [`Compared`].
    observation: Observation,
    /// What they show without a contract.
    pub learnt: Learnt,
}

impl StoredProfile {
    /// The profile of captures that were compared with no contract.
    #[must_use]
    pub fn learnt(observation: Observation, learnt: Learnt) -> Self {
        Self {
            compared: None,
            observation,
            learnt,
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
        }
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
            Some(compared) => compared.allows(wanted)?,
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

    /// Adds another profile.
    ///
    /// # Errors
    ///
    /// When they were compared with different contracts, or in different ways.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        match (&self.compared, &other.compared) {
            (Some(ours), Some(theirs)) => ours.allows(theirs)?,
            (None, _) if *self == Self::default() => self.compared.clone_from(&other.compared),
            (_, None) if *other == Self::default() => {}
            (None, None) => {}
            (None, Some(_)) | (Some(_), None) => {
                let message = "one of the profiles was compared with a contract, and the other was not";
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
