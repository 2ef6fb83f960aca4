//! How a value is handled, by its first byte.

use crate::json::Kind;

use crate::observe::stream::lex::scan::CLASSES;

use super::plan::{Integers, Plan, Reach, Usual};

/// How a value that starts with a byte of some class is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// The value decides which schemas apply to it.
    Choose,
    /// A scalar that only one branch accepts: [`Slot::only`](super::slot::Slot::only) has its slot.
    Only,
    Null,
    /// A word that the schemas have to check.
    AskNull,
    Boolean,
    AskBoolean,
    /// A number that is accepted if it is written plainly.
    Number,
    /// The same, if it is within bounds.
    BoundedNumber,
    AskNumber,
    /// Any string is accepted, and none is counted.
    Any,
    /// Usually [`Usual::Constant`].
    Constant,
    /// Usually one of [`Usual::Listed`].
    Listed,
    /// Usually [`Usual::Time`].
    Time,
    /// The same, and spellings are counted.
    SpelledTime,
    AskString,
    /// The glue includes the value.
    Written,
    Array,
    Object,
    Space,
    Malformed,
}

impl How {
    /// How a plan handles values, by class.
    pub(crate) fn of(plan: &Plan) -> [Self; CLASSES] {
        let is_free = |kind: Kind| plan.asserting[kind as usize].is_empty();
        let mut how = [Self::Malformed; CLASSES];
        for kind in Kind::ALL {
            how[kind as usize] = match kind {
                _ if plan.reach != Reach::Fixed => Self::Choose,
                Kind::Null if is_free(kind) => Self::Null,
                Kind::Null => Self::AskNull,
                Kind::Boolean if is_free(kind) => Self::Boolean,
                Kind::Boolean => Self::AskBoolean,
                Kind::Number => match &plan.integers {
                    Integers::Any => Self::Number,
                    Integers::Within(_) => Self::BoundedNumber,
                    Integers::Ask => Self::AskNumber,
                },
                Kind::String => match plan.usual {
                    Usual::Any => Self::Any,
                    Usual::Constant(_) => Self::Constant,
                    Usual::Listed => Self::Listed,
                    Usual::Time(false) => Self::Time,
                    Usual::Time(true) => Self::SpelledTime,
                    Usual::None => Self::AskString,
                },
                Kind::Array => Self::Array,
                Kind::Object => Self::Object,
            };
        }
        how[CLASSES - 2] = Self::Space;
        how
    }
}
