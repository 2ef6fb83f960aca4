//! The dialects of JSON Schema and OpenAPI, and their keywords.

use std::fmt;
use std::sync::LazyLock;

use jsonschema::Draft;
use rustc_hash::FxHashMap;

/// A version of the schema language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Dialect {
    /// JSON Schema draft 4.
    Draft4,
    /// JSON Schema draft 6.
    Draft6,
    /// JSON Schema draft 7.
    Draft7,
    /// JSON Schema draft 2019-09.
    Draft201909,
    /// JSON Schema draft 2020-12.
    #[default]
    Draft202012,
    /// The Schema Object of Swagger 2.0, with the widespread `x-nullable`.
    Swagger2,
    /// The Schema Object of OpenAPI 3.0.
    OpenApi30,
    /// The Schema Object of OpenAPI 3.1 and 3.2: draft 2020-12 and a few annotations.
    OpenApi31,
}

/// A set of dialects.
pub(super) type Dialects = u8;

const D4: Dialects = 1;
const D6: Dialects = 1 << 1;
const D7: Dialects = 1 << 2;
const D19: Dialects = 1 << 3;
const D20: Dialects = 1 << 4;
const S2: Dialects = 1 << 5;
const O30: Dialects = 1 << 6;
const O31: Dialects = 1 << 7;

const ALL: Dialects = u8::MAX;
const JSON_SCHEMA: Dialects = D4 | D6 | D7 | D19 | D20 | O31;
const FROM_6: Dialects = D6 | D7 | D19 | D20 | O31;
const FROM_7: Dialects = D7 | D19 | D20 | O31;
const FROM_2019: Dialects = D19 | D20 | O31;
const FROM_2020: Dialects = D20 | O31;
const OPENAPI: Dialects = S2 | O30 | O31;

/// The role of a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It constrains values.
    Assertion,
    /// It informs people or tools, or contains or names schemas.
    Annotation,
}

use Role::{Annotation, Assertion};

/// Every keyword, with the dialects that have it and its role. `dependencies` is kept in later drafts, as in
/// the `jsonschema` crate.
#[rustfmt::skip]
const KEYWORDS: &[(&str, Dialects, Role)] = &[
    ("$ref", ALL, Assertion),
    ("type", ALL, Assertion), ("enum", ALL, Assertion), ("const", FROM_6, Assertion),
    ("properties", ALL, Assertion), ("required", ALL, Assertion),
    ("additionalProperties", ALL, Assertion), ("patternProperties", JSON_SCHEMA, Assertion),
    ("propertyNames", FROM_6, Assertion),
    ("minProperties", ALL, Assertion), ("maxProperties", ALL, Assertion),
    ("items", ALL, Assertion), ("prefixItems", FROM_2020, Assertion),
    ("additionalItems", D4 | D6 | D7 | D19, Assertion),
    ("minItems", ALL, Assertion), ("maxItems", ALL, Assertion), ("uniqueItems", ALL, Assertion),
    ("contains", FROM_6, Assertion),
    ("minContains", FROM_2019, Assertion), ("maxContains", FROM_2019, Assertion),
    ("unevaluatedItems", FROM_2019, Assertion), ("unevaluatedProperties", FROM_2019, Assertion),
    ("minLength", ALL, Assertion), ("maxLength", ALL, Assertion), ("pattern", ALL, Assertion),
    ("format", ALL, Assertion),
    ("minimum", ALL, Assertion), ("maximum", ALL, Assertion), ("multipleOf", ALL, Assertion),
    ("exclusiveMinimum", ALL, Assertion), ("exclusiveMaximum", ALL, Assertion),
    ("allOf", ALL, Assertion), ("anyOf", JSON_SCHEMA | O30, Assertion),
    ("oneOf", JSON_SCHEMA | O30, Assertion), ("not", JSON_SCHEMA | O30, Assertion),
    ("if", FROM_7, Assertion), ("then", FROM_7, Assertion), ("else", FROM_7, Assertion),
    ("dependencies", JSON_SCHEMA, Assertion),
    ("dependentRequired", FROM_2019, Assertion), ("dependentSchemas", FROM_2019, Assertion),
    ("$dynamicRef", FROM_2020, Assertion), ("$recursiveRef", D19, Assertion),
    ("contentEncoding", D6 | D7, Assertion), ("contentMediaType", D6 | D7, Assertion),
    ("nullable", O30, Assertion), ("x-nullable", S2, Assertion),
    ("contentEncoding", FROM_2019, Annotation), ("contentMediaType", FROM_2019, Annotation),
    ("contentSchema", FROM_2019, Annotation),
    ("title", ALL, Annotation), ("description", ALL, Annotation), ("default", ALL, Annotation),
    ("examples", FROM_6, Annotation), ("example", OPENAPI, Annotation),
    ("readOnly", FROM_7 | OPENAPI, Annotation), ("writeOnly", FROM_7 | O30, Annotation),
    ("deprecated", FROM_2019 | O30, Annotation), ("discriminator", OPENAPI, Annotation),
    ("xml", OPENAPI, Annotation), ("externalDocs", OPENAPI, Annotation),
    // Fields of a Swagger 2.0 parameter in addition to the keywords of its schema.
    ("name", S2, Annotation), ("in", S2, Annotation), ("collectionFormat", S2, Annotation),
    ("allowEmptyValue", S2, Annotation),
    ("$schema", JSON_SCHEMA, Annotation), ("$comment", FROM_7, Annotation),
    ("id", D4, Annotation), ("$id", FROM_6, Annotation),
    ("$anchor", FROM_2019, Annotation), ("$dynamicAnchor", FROM_2020, Annotation),
    ("$recursiveAnchor", D19, Annotation), ("$vocabulary", FROM_2019, Annotation),
    ("definitions", JSON_SCHEMA, Annotation), ("$defs", FROM_2019, Annotation),
];

/// For each keyword, the dialects in which it asserts and those in which it annotates.
static ROLES: LazyLock<FxHashMap<&str, (Dialects, Dialects)>> = LazyLock::new(|| {
    let mut roles: FxHashMap<&str, (Dialects, Dialects)> = FxHashMap::default();
    for (keyword, dialects, role) in KEYWORDS {
        let known = roles.entry(keyword).or_default();
        match role {
            Assertion => known.0 |= dialects,
            Annotation => known.1 |= dialects,
        }
    }
    roles
});

impl Dialect {
    /// Every dialect, from oldest to newest.
    pub const ALL: [Self; 8] = [
        Self::Draft4,
        Self::Draft6,
        Self::Draft7,
        Self::Draft201909,
        Self::Draft202012,
        Self::Swagger2,
        Self::OpenApi30,
        Self::OpenApi31,
    ];

    /// The dialect with this URI, as used in `$schema` or `jsonSchemaDialect`.
    #[must_use]
    pub fn of_uri(uri: &str) -> Option<Self> {
        let uri = uri.trim_end_matches('#');
        let uri = uri
            .strip_prefix("https://")
            .or_else(|| uri.strip_prefix("http://"))?;
        Some(match uri {
            "json-schema.org/draft-04/schema" => Self::Draft4,
            "json-schema.org/draft-06/schema" => Self::Draft6,
            "json-schema.org/draft-07/schema" => Self::Draft7,
            "json-schema.org/draft/2019-09/schema" => Self::Draft201909,
            "json-schema.org/draft/2020-12/schema" => Self::Draft202012,
            _ if uri.starts_with("spec.openapis.org/oas/3.") => Self::OpenApi31,
            _ => return None,
        })
    }

    const fn bit(self) -> Dialects {
        1 << self as u8
    }

    /// Whether `$ref` makes its sibling keywords ignored.
    pub(crate) const fn ref_hides_siblings(self) -> bool {
        self.bit() & (D4 | D6 | D7 | S2 | O30) != 0
    }

    /// Whether the dialect is OpenAPI's, whose schemas have a direction.
    pub(super) const fn is_openapi(self) -> bool {
        self.bit() & OPENAPI != 0
    }

    /// Whether `exclusiveMinimum` and `exclusiveMaximum` are booleans next to `minimum` and `maximum`.
    pub(super) const fn has_boolean_bounds(self) -> bool {
        self.bit() & (D4 | S2 | O30) != 0
    }

    /// Whether `items` may be a list, with `additionalItems` for the rest.
    pub(super) const fn has_item_lists(self) -> bool {
        self.bit() & (D4 | D6 | D7 | D19) != 0
    }

    /// The keyword that identifies a resource, if there is one.
    pub(super) const fn id_keyword(self) -> Option<&'static str> {
        match self {
            Self::Draft4 => Some("id"),
            Self::Swagger2 | Self::OpenApi30 => None,
            _ => Some("$id"),
        }
    }

    /// Whether an id that is a plain fragment (`"$id": "#here"`) is an anchor.
    pub(super) const fn has_fragment_ids(self) -> bool {
        self.bit() & (D4 | D6 | D7) != 0
    }

    /// The `jsonschema` draft used for formats and content keywords.
    pub(super) const fn draft(self) -> Draft {
        match self {
            Self::Draft4 => Draft::Draft4,
            Self::Draft6 => Draft::Draft6,
            Self::Draft7 => Draft::Draft7,
            Self::Draft201909 => Draft::Draft201909,
            Self::Draft202012 | Self::Swagger2 | Self::OpenApi30 | Self::OpenApi31 => {
                Draft::Draft202012
            }
        }
    }

    /// The role of a keyword in this dialect; `None` if the dialect does not have it.
    pub(super) fn role(self, keyword: &str) -> Option<Role> {
        let (assertion, annotation) = ROLES.get(keyword)?;
        if assertion & self.bit() != 0 {
            Some(Assertion)
        } else {
            (annotation & self.bit() != 0).then_some(Annotation)
        }
    }

    /// Whether the keyword constrains values in this dialect.
    #[must_use]
    pub fn asserts(self, keyword: &str) -> bool {
        self.role(keyword) == Some(Assertion)
    }

    /// The keywords of this dialect.
    pub(super) fn keywords(self) -> impl Iterator<Item = &'static str> {
        KEYWORDS
            .iter()
            .filter(move |(_, dialects, _)| dialects & self.bit() != 0)
            .map(|(name, ..)| *name)
    }

    /// The first later dialect of the same family that has this keyword.
    pub(super) fn later_with(self, keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|later| {
            *later > self
                && later.is_openapi() == self.is_openapi()
                && later.role(keyword).is_some()
        })
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft4 => "draft 4",
            Self::Draft6 => "draft 6",
            Self::Draft7 => "draft 7",
            Self::Draft201909 => "draft 2019-09",
            Self::Draft202012 => "draft 2020-12",
            Self::Swagger2 => "Swagger 2.0",
            Self::OpenApi30 => "OpenAPI 3.0",
            Self::OpenApi31 => "OpenAPI 3.1",
        })
    }
}
