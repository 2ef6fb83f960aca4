//! What is wrong with a schema itself.

use std::fmt;

use super::{Dialect, Place};

/// Something in a document that cannot be used, or does nothing. Compiling goes on without it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContractProblem {
    /// The keyword or the part it is about.
    pub place: Place,
    /// What it is.
    pub kind: ProblemKind,
}

/// What can be wrong with a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A reference leads nowhere; what it stands for is taken to accept anything.
    Reference {
        /// The reference as it is written.
        reference: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A schema applies itself to the same value, which says nothing: the names on the way.
    Cycle(Vec<String>),
    /// More schemas than this refer to each other in a row for the same value; the rest is left out.
    TooLong(u32),
    /// The argument of a keyword is not what it has to be; the keyword is ignored.
    Argument {
        /// The keyword.
        keyword: String,
        /// What is wrong, as in "`minLength` has to be a whole number".
        message: String,
    },
    /// The dialect has no such keyword; it is ignored.
    UnknownKeyword {
        /// The keyword.
        keyword: String,
        /// The dialect.
        dialect: Dialect,
        /// What was probably meant.
        near: Option<&'static str>,
        /// The first later dialect that has it.
        later: Option<Dialect>,
    },
    /// An object of OpenAPI has no such field; it is ignored.
    UnknownField {
        /// The field.
        field: String,
        /// The object, as in `Path Item Object`.
        object: &'static str,
        /// The version of the description, as in `OpenAPI 3.1`.
        version: &'static str,
        /// What was probably meant.
        near: Option<&'static str>,
        /// Another version that has it.
        other: Option<&'static str>,
    },
    /// A file of a folder is no part of the contract.
    Skipped(String),
    /// A part of the description around the schemas cannot be used, or contradicts another part.
    Description(String),
    /// The same, and it is left out.
    LeftOut(String),
    /// Something that the specification does not know, and that has a plain meaning all the same.
    Tolerated(String),
    /// A keyword cannot do anything where it stands.
    Idle {
        /// The keyword.
        keyword: String,
        /// Why.
        reason: String,
    },
}

impl ProblemKind {
    /// Whether something that the author meant to constrain values is left out for it.
    #[must_use]
    pub const fn leaves_out(&self) -> bool {
        match self {
            Self::Reference { .. }
            | Self::Cycle(_)
            | Self::TooLong(_)
            | Self::Argument { .. }
            | Self::LeftOut(_) => true,
            Self::UnknownKeyword { .. }
            | Self::UnknownField { .. }
            | Self::Skipped(_)
            | Self::Description(_)
            | Self::Tolerated(_)
            | Self::Idle { .. } => false,
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference { reference, reason } => {
                write!(f, "`{reference}` cannot be resolved: {reason}")
            }
            Self::Cycle(way) => {
                write!(
                    f,
                    "a schema refers to itself for the same value: {}",
                    way.join(" → ")
                )
            }
            Self::TooLong(limit) => write!(
                f,
                "more than {limit} schemas refer to each other in a row for the same value; the rest is \
                 left out"
            ),
            Self::Argument { message, .. } => f.write_str(message),
            Self::UnknownKeyword {
                keyword, dialect, ..
            } => write!(f, "`{keyword}` is not a keyword of {dialect}"),
            Self::UnknownField {
                field,
                object,
                version,
                ..
            } => write!(f, "`{field}` is not a field of the {object} in {version}"),
            Self::Description(message)
            | Self::LeftOut(message)
            | Self::Tolerated(message)
            | Self::Skipped(message) => f.write_str(message),
            Self::Idle { keyword, reason } => write!(f, "`{keyword}` does nothing: {reason}"),
        }
    }
}
