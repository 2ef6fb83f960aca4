//! Rules: which fact is a finding, and how grave.

pub mod catalogue;
mod contract;
mod describe;
mod finding;
mod judge;
mod places;
mod related;
mod traffic;
mod unseen;

pub use catalogue::{CATALOGUE, Level, Rule};
pub use contract::judge_contract;
pub use finding::{Finding, FindingPlace, SeenValue, Unit};
pub use judge::{Policy, in_order, judge};

#[cfg(test)]
mod tests;
