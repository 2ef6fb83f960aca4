//! Rules: which fact is a finding, and how grave.

pub mod catalogue;
mod change;
mod contract;
mod describe;
mod describe_change;
pub(crate) use describe_change::part_words;
mod finding;
mod judge;
mod places;
mod related;
mod traffic;
mod unseen;

pub use catalogue::{CATALOGUE, Level, Rule};
#[cfg(test)]
pub(crate) use change::rule_of;
pub use change::{Change, Release, judge_changes, release};
pub use contract::judge_contract;
pub use describe::sentence;
pub use finding::{Finding, FindingPlace, SeenValue, Unit};
pub use judge::{Policy, in_order, judge};

#[cfg(test)]
mod tests;
