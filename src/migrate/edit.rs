//! What is done to a payload to bring it into another shape.

use std::fmt;

use crate::location::Pointer;

/// One thing that was done to a payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What.
    pub kind: EditKind,
    /// Where in the payload as it was; `None` for what it did not have.
    pub from: Option<Pointer>,
    /// Where in the payload as it is now; `None` for what it does not have any longer.
    pub to: Option<Pointer>,
    /// What stood there.
    pub before: Option<serde_json::Value>,
    /// What stands there.
    pub after: Option<serde_json::Value>,
}

/// What can be done to a payload.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EditKind {
    /// A property was left out, since the other contract does not have it: its value is lost.
    Dropped,
    /// A property was left out that can have one value only: nothing is lost.
    ConstantDropped,
    /// A property that is null was left out, since null is not allowed and the property is optional.
    LeftOut,
    /// A property has another name.
    Renamed,
    /// A property stands in another place.
    Moved,
    /// What was wrapped stands by itself.
    Unwrapped,
    /// What stood by itself is wrapped.
    Wrapped,
    /// A property was added that has one value only.
    Constant,
    /// A property was added with its default.
    Default,
    /// The same is written another way: a timestamp, an empty object as null, a number as a string.
    Respelled,
    /// A property was given a value, as a file of moves says.
    Supplied,
    /// A value was replaced, as a file of moves says.
    Replaced,
}

impl EditKind {
    /// Whether something of the payload is lost.
    #[must_use]
    pub const fn loses(self) -> bool {
        matches!(self, Self::Dropped)
    }

    /// What was done, in one word or two.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::ConstantDropped => "constant dropped",
            Self::LeftOut => "null left out",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Unwrapped => "unwrapped",
            Self::Wrapped => "wrapped",
            Self::Constant => "constant added",
            Self::Default => "default added",
            Self::Respelled => "written another way",
            Self::Supplied => "supplied",
            Self::Replaced => "replaced",
        }
    }
}

impl fmt::Display for EditKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
