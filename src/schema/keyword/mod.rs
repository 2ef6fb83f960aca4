//! What keywords say, one file for each family. How they are read is in [`compile`](super::compile), and what
//! they apply and assert together in [`traverse`](super::traverse).

mod annotation;
mod array;
mod branch;
mod discriminator;
mod length;
mod object;
mod value;

pub use annotation::Annotations;
pub use array::{ArrayRules, Contains};
pub use branch::Conditional;
pub use discriminator::Discriminator;
pub(crate) use discriminator::Tagged;
pub use length::Length;
pub use object::{ObjectRules, Required};
pub use value::{Types, Values};
