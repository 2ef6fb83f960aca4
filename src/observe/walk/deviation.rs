//! How a value can break a schema.

use std::sync::Arc;

use crate::observe::profile::word::{self, Word};
use crate::schema::{KeywordCheck, Place, Types};

/// One way in which values broke one schema: what payloads with the same cause have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Deviation {
    /// What was broken.
    pub kind: DeviationKind,
    /// The schema that was broken.
    pub schema: Arc<Place>,
    /// The variant that the value was read as, when it fits none of several.
    pub variant: Option<Arc<str>>,
}

/// What can be broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviationKind {
    /// A required property is not there; `because` names the property that makes it required.
    Missing {
        /// The property.
        property: Arc<str>,
        /// The property of `dependentRequired`.
        because: Option<Arc<str>>,
    },
    /// The tag of an object is none of those that tell its variants apart. The tags met are counted
    /// apart.
    Tag {
        /// The property that is the tag.
        property: Arc<str>,
        /// The tags of the variants.
        tags: Vec<String>,
    },
    /// The value is of another type.
    Type {
        /// The types of the schema.
        expected: Types,
        /// The type of the value.
        #[serde(deserialize_with = "word::deserialize")]
        found: Word,
    },
    /// The value is none of an enum. The values met are counted apart.
    Enum {
        /// How many values the enum has.
        listed: usize,
    },
    /// The value is not the constant; as JSON text.
    Constant {
        /// The constant.
        expected: String,
    },
    /// The string is not of the format.
    Format {
        /// The name of the format.
        format: String,
    },
    /// The string does not match the regular expression.
    Pattern {
        /// The expression.
        pattern: String,
    },
    /// Whether the string matches the regular expression takes too many steps to find out.
    Undecided {
        /// The expression.
        pattern: String,
    },
    /// The number breaks a bound.
    Bound {
        /// `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum` or `multipleOf`.
        #[serde(deserialize_with = "word::deserialize")]
        keyword: Word,
        /// Its argument.
        limit: String,
    },
    /// The string, array or object is too short or too long.
    Length {
        /// `minLength` … `maxProperties`.
        #[serde(deserialize_with = "word::deserialize")]
        keyword: Word,
        /// Its argument.
        limit: u64,
    },
    /// Two elements of the array are equal.
    Unique,
    /// Too few or too many elements are what `contains` asks for.
    Contains {
        /// At least.
        minimum: u64,
        /// At most.
        maximum: Option<u64>,
    },
    /// An object that takes declared properties only has others. The keys met are counted apart.
    Closed,
    /// A key is not what `propertyNames` asks for. The keys met are counted apart.
    PropertyName,
    /// The schema accepts nothing, or the value is what `not` excludes.
    Excluded,
    /// The value fits several variants of a `oneOf`.
    SeveralVariants {
        /// The variants.
        names: Vec<String>,
    },
    /// A parameter that has one value is given several times.
    Repeated {
        /// How often.
        times: usize,
    },
    /// A parameter is not written in its style (OpenAPI, "Style Values").
    Style {
        /// The style.
        #[serde(deserialize_with = "word::deserialize")]
        style: Word,
    },
    /// The string does not hold what it has to: `contentEncoding` and `contentMediaType` of drafts 6
    /// and 7.
    Content {
        /// The keyword.
        #[serde(deserialize_with = "word::deserialize")]
        keyword: Word,
        /// The encoding or media type.
        expected: String,
    },
}

impl DeviationKind {
    /// The keyword of the schema that is broken; for the style of a parameter, the field of OpenAPI.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::Missing { because: None, .. } => "required",
            Self::Missing { .. } => "dependentRequired",
            Self::Tag { .. } => "discriminator",
            Self::Type { .. } => "type",
            Self::Enum { .. } => "enum",
            Self::Constant { .. } => "const",
            Self::Format { .. } => "format",
            Self::Pattern { .. } | Self::Undecided { .. } => "pattern",
            Self::Bound { keyword, .. } | Self::Length { keyword, .. } | Self::Content { keyword, .. } => keyword,
            Self::Unique => "uniqueItems",
            Self::Contains { .. } => "contains",
            Self::Closed => "additionalProperties",
            Self::PropertyName => "propertyNames",
            Self::Excluded => "not",
            Self::SeveralVariants { .. } => "oneOf",
            Self::Repeated { .. } => "explode",
            Self::Style { .. } => "style",
        }
    }
}

/// The deviation of a value that a check rejects.
pub(crate) fn kind_of_check(check: &KeywordCheck, gives_up: bool) -> DeviationKind {
    let argument = check.argument_text();
    match check.keyword {
        "format" => DeviationKind::Format { format: argument },
        "pattern" if gives_up => DeviationKind::Undecided { pattern: argument },
        "pattern" => DeviationKind::Pattern { pattern: argument },
        "uniqueItems" => DeviationKind::Unique,
        keyword if keyword.starts_with("content") => DeviationKind::Content {
            keyword,
            expected: argument,
        },
        keyword => DeviationKind::Bound {
            keyword,
            limit: argument,
        },
    }
}
