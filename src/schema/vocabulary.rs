//! Vocabularies of custom metaschemas (`$vocabulary`; JSON Schema core 2019-09 and 2020-12, section 8.1.2).

use serde_json::Value;

use super::Dialect;

/// The vocabularies in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vocabularies(u8);

const NAMES: [&str; 8] = [
    "core",
    "applicator",
    "unevaluated",
    "validation",
    "meta-data",
    "format-annotation",
    "format-assertion",
    "content",
];

impl Default for Vocabularies {
    fn default() -> Self {
        Self(u8::MAX)
    }
}

impl Vocabularies {
    /// The vocabularies that a metaschema lists, and the required ones that are not supported.
    pub(super) fn of(listed: &serde_json::Map<String, Value>) -> (Self, Vec<String>) {
        let mut known = 0;
        let mut unknown = Vec::new();
        for (uri, required) in listed {
            let name = [
                "https://json-schema.org/draft/2020-12/vocab/",
                "https://json-schema.org/draft/2019-09/vocab/",
            ]
            .iter()
            .find_map(|start| uri.strip_prefix(start));
            match name {
                // The `format` vocabulary of 2019-09.
                Some("format") => known |= bit("format-annotation"),
                Some(name) if bit(name) != 0 => known |= bit(name),
                _ if required == &Value::Bool(true) => unknown.push(uri.clone()),
                _ => {}
            }
            // In 2019-09, both are one vocabulary.
            if uri == "https://json-schema.org/draft/2019-09/vocab/applicator" {
                known |= bit("unevaluated");
            }
        }
        (Self(known | bit("core")), unknown)
    }

    /// Whether a keyword is in use. Keywords without a vocabulary always are.
    pub(super) fn hold(self, keyword: &str) -> bool {
        vocabulary_of(keyword).is_none_or(|names| names.iter().any(|name| self.0 & bit(name) != 0))
    }
}

fn bit(name: &str) -> u8 {
    NAMES
        .iter()
        .position(|known| *known == name)
        .map_or(0, |at| 1 << at)
}

/// The vocabularies that contain a keyword.
fn vocabulary_of(keyword: &str) -> Option<&'static [&'static str]> {
    Some(match keyword {
        "allOf"
        | "anyOf"
        | "oneOf"
        | "not"
        | "if"
        | "then"
        | "else"
        | "dependentSchemas"
        | "prefixItems"
        | "items"
        | "additionalItems"
        | "contains"
        | "properties"
        | "patternProperties"
        | "additionalProperties"
        | "propertyNames" => &["applicator"],
        "unevaluatedItems" | "unevaluatedProperties" => &["unevaluated"],
        "type" | "const" | "enum" | "multipleOf" | "maximum" | "exclusiveMaximum" | "minimum"
        | "exclusiveMinimum" | "maxLength" | "minLength" | "pattern" | "maxItems" | "minItems"
        | "uniqueItems" | "maxContains" | "minContains" | "maxProperties" | "minProperties"
        | "required" | "dependentRequired" => &["validation"],
        "format" => &["format-annotation", "format-assertion"],
        "contentEncoding" | "contentMediaType" | "contentSchema" => &["content"],
        "title" | "description" | "default" | "deprecated" | "readOnly" | "writeOnly"
        | "examples" => &["meta-data"],
        _ => return None,
    })
}

/// Whether a keyword applies schemas.
pub(super) fn is_applicator(keyword: &str) -> bool {
    vocabulary_of(keyword).is_some_and(|names| matches!(names, ["applicator"] | ["unevaluated"]))
}

/// The language that a `$schema` selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Language {
    pub(super) dialect: Dialect,
    pub(super) vocabularies: Vocabularies,
    /// Required vocabularies that are not supported.
    pub(super) unknown: Vec<String>,
}

impl From<Dialect> for Language {
    fn from(dialect: Dialect) -> Self {
        Self {
            dialect,
            vocabularies: Vocabularies::default(),
            unknown: Vec::new(),
        }
    }
}
