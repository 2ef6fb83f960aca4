//! Rules: which fact is a finding, and how grave.

pub mod catalogue;
mod contract;
pub(crate) use change::words::part_words;
mod finding;
mod places;
mod policy;
mod traffic;
mod change;

pub use catalogue::{CATALOGUE, Level, Rule};
pub use change::judge::{Change, Release, judge_changes, release};
pub use contract::judge_contract;
pub use traffic::words::sentence;
pub use finding::{Finding, FindingPlace, SeenValue, Unit};
pub use policy::Policy;
pub use traffic::judge::{in_order, judge};

#[cfg(test)]
mod tests;
