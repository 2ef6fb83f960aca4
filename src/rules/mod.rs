//! Rules: which fact is a finding, and how grave.

pub mod catalogue;
mod describe;
mod finding;
mod judge;
mod related;
mod traffic;
mod unseen;

pub use catalogue::{CATALOGUE, Level, Rule};
pub use finding::{Finding, FindingPlace, SeenValue, Unit};
pub use judge::{Policy, judge};

#[cfg(test)]
mod tests;
