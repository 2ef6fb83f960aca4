//! Problems in a schema itself.

use std::fmt;

use super::{Dialect, Place};

/// Something in a document that is unusable or has no effect. Compilation continues without it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContractProblem {
    /// The keyword or part in question.
    pub place: Place,
    /// The kind of problem.
    pub kind: ProblemKind,
}

/// The kinds of problems in a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A reference that cannot be resolved; it accepts any value.
    Reference {
        /// The reference as written.
        reference: String,
        /// Why, and what to do about it.
        reason: String,
    },
    /// A schema applies itself to the same value, which has no effect: the names on the path.
    Cycle(Vec<String>),
    /// A chain of schemas for the same value is longer than this limit; the rest is ignored.
    TooLong(u32),
    /// The argument of a keyword is invalid; the keyword is ignored.
    Argument {
        /// The keyword.
        keyword: String,
        /// What is wrong, as in "`minLength` must be a non-negative integer".
        message: String,
    },
    /// The dialect does not have this keyword; it is ignored.
    UnknownKeyword {
        /// The keyword.
        keyword: String,
        /// The dialect.
        dialect: Dialect,
        /// The likely intended keyword.
        near: Option<&'static str>,
        /// The first later dialect that has the keyword.
        later: Option<Dialect>,
    },
    /// An OpenAPI object does not have this field; it is ignored.
    UnknownField {
        /// The field.
        field: String,
        /// The object, as in `Path Item Object`.
        object: &'static str,
        /// The version of the description, as in `OpenAPI 3.1`.
        version: &'static str,
        /// The likely intended field.
        near: Option<&'static str>,
        /// Another version that has the field.
        other: Option<&'static str>,
    },
    /// A file of a folder is not part of the contract.
    Skipped(String),
    /// A part of the description outside the schemas is unusable or contradicts another part.
    Description(String),
    /// Like `Description`, and the part is left out.
    LeftOut(String),
    /// Something that the specification does not define but that has an obvious meaning.
    Tolerated(String),
    /// A keyword has no effect here.
    Idle {
        /// The keyword.
        keyword: String,
        /// Why.
        reason: String,
    },
}

impl ProblemKind {
    /// Whether an intended constraint on values is lost because of the problem.
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
                "a chain of more than {limit} schemas applies to the same value; the rest is \
                 ignored"
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
