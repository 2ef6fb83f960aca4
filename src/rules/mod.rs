//! Rules: which fact is a finding, and how grave.

pub mod catalogue;
mod contract;
mod drift;
pub(crate) mod except;
pub(crate) use change::words::part_words;
mod finding;
mod key;
mod order;
mod places;
mod policy;
mod scope;
mod traffic;
mod change;

pub use catalogue::{CATALOGUE, Level, Rule};
pub use change::judge::{Change, Release, judge_changes, release};
#[cfg(feature = "cli")]
pub(crate) use change::judge::change_key;
pub use contract::judge_contract;
pub use drift::judge_drift;
pub(crate) use drift::{TRAFFIC, unsure_words};
pub use traffic::words::sentence;
pub use finding::{Finding, FindingPlace, Seen, Unit};
pub(crate) use finding::Matter;
pub(crate) use key::{Key, component_of, schema_name, hash};
pub(crate) use order::natural;
pub use order::in_order;
pub use policy::Policy;
pub(crate) use policy::ScopedLevel;
pub(crate) use except::{Kind, Suppression, unused_ignores};
pub use traffic::judge::judge;
pub(crate) use traffic::judge::judge_except;

#[cfg(test)]
pub(crate) mod tests;
