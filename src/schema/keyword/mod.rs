//! The data of keywords, with one file for each family. [`compile`](super::compile) reads them, and
//! [`traverse`](super::traverse) lists what they apply and assert.

mod annotation;
mod array;
mod branch;
mod discriminator;
mod length;
mod object;
mod value;

pub use annotation::{Annotations, Xml, XmlNode};
pub use array::{ArrayRules, Contains};
pub use branch::Conditional;
pub use discriminator::Discriminator;
pub(crate) use discriminator::Tagged;
pub use length::Length;
pub use object::{ObjectRules, Required};
pub use value::{Types, Values};
