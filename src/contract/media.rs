//! Bodies by media type.

use std::fmt;

use crate::schema::{NodeId, Place};

/// What a contract declares for the body of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// No body.
    Absent,
    /// A body is allowed, but the contract does not describe it.
    Undocumented,
    /// A body with one of these media types.
    Content(Content),
}

/// The media types that a body may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Whether a body is required.
    pub required: bool,
    /// The media types, in the order of the contract.
    pub media: Vec<Media>,
}

/// One media type of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The media types that it applies to.
    pub range: MediaRange,
    /// The schema, if the contract gives one.
    pub schema: Option<NodeId>,
    /// The schema of each item of a stream (`itemSchema` of OpenAPI 3.2).
    pub items: Option<NodeId>,
    /// How properties of forms are encoded (`encoding`): the property, and its Encoding Object.
    pub encoding: Vec<Entry>,
    /// Where the contract's documents describe it.
    pub place: Option<Place>,
}

/// A named part of a contract that is compared by its text alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, unique among its siblings.
    pub name: String,
    /// The content, as JSON.
    pub text: String,
    /// Where the contract's documents describe it.
    pub place: Place,
}

/// What a contract declares for a body with a certain media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selected {
    /// It is described by this schema.
    Schema(NodeId),
    /// The media type is declared, without a schema.
    NoSchema,
    /// The media type is not declared.
    Undeclared,
}

impl Payload {
    /// A JSON body with this schema, for any JSON media type.
    #[must_use]
    pub fn json(schema: NodeId) -> Self {
        Self::Content(Content {
            required: true,
            media: vec![Media {
                range: MediaRange::any_json(),
                schema: Some(schema),
                items: None,
                encoding: Vec::new(),
                place: None,
            }],
        })
    }

    /// The schemas of JSON bodies, in the order of the contract, without duplicates.
    #[must_use]
    pub fn schemas(&self) -> Vec<NodeId> {
        let mut schemas = Vec::new();
        if let Self::Content(content) = self {
            for media in content
                .media
                .iter()
                .filter(|media| media.range.may_be_json())
            {
                schemas.extend(media.schema.filter(|schema| !schemas.contains(schema)));
            }
        }
        schemas
    }

    /// The schema of a JSON body, if there is exactly one.
    #[must_use]
    pub fn schema(&self) -> Option<NodeId> {
        match self.schemas().as_slice() {
            [schema] => Some(*schema),
            _ => None,
        }
    }

    /// Whether a body is required.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        match self {
            Self::Content(content) => content.required,
            Self::Absent | Self::Undocumented => false,
        }
    }
}

impl Content {
    /// What is declared for a body with this media type: the most specific range that covers it decides
    /// (OpenAPI 3.1.1, Media Type Object).
    #[must_use]
    pub fn select(&self, media_type: &str) -> Selected {
        match self.covering(media_type) {
            Some(Media {
                schema: Some(schema),
                ..
            }) => Selected::Schema(*schema),
            Some(_) => Selected::NoSchema,
            None => Selected::Undeclared,
        }
    }

    /// The most specific declared range that covers a media type.
    pub(crate) fn covering(&self, media_type: &str) -> Option<&Media> {
        let covering = self
            .media
            .iter()
            .filter_map(|media| Some((media.range.covers(media_type)?, media)));
        // Of equally specific ranges, the first one wins.
        let best = covering.rev().max_by_key(|(rank, _)| *rank);
        best.map(|(_, media)| media)
    }

    /// The declared media types, as text.
    #[must_use]
    pub fn media_types(&self) -> Vec<String> {
        self.media
            .iter()
            .map(|media| media.range.to_string())
            .collect()
    }
}

/// A media type, or a range of them: `application/json`, `application/*`, `*/*`,
/// `application/*+json`, with parameters or without (RFC 9110 section 8.3.1 and 12.5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRange {
    text: String,
    kind: String,
    subtype: String,
    parameters: Vec<(String, String)>,
}

impl MediaRange {
    /// Parses a media type or range. Names and values of parameters are compared case-insensitively.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = text.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/').unwrap_or((&essence, ""));
        let parameters = parts.filter_map(|part| {
            let (name, value) = part.split_once('=')?;
            let value = value.trim().trim_matches('"');
            Some((name.trim().to_ascii_lowercase(), value.to_ascii_lowercase()))
        });
        Self {
            text: text.trim().to_owned(),
            kind: kind.to_owned(),
            subtype: subtype.to_owned(),
            parameters: parameters.collect(),
        }
    }

    /// Every JSON media type: `application/json` and the `+json` types.
    #[must_use]
    pub fn any_json() -> Self {
        Self {
            text: "application/json".to_owned(),
            ..Self::parse("*/*+json")
        }
    }

    /// Whether the range covers the media type; more specific ranges rank higher.
    fn covers(&self, media_type: &str) -> Option<(u8, usize)> {
        let given = Self::parse(media_type);
        let is_kind = self.kind == given.kind || self.kind == "*";
        // A charset has no meaning for JSON, which is UTF-8 (RFC 8259 section 11).
        let has_parameters = self
            .parameters
            .iter()
            .filter(|(name, _)| name != "charset" || !self.may_be_json())
            .all(|own| given.parameters.contains(own));
        if !is_kind || !has_parameters {
            return None;
        }
        let rank = if self.subtype == given.subtype {
            4
        } else if let Some(suffix) = self.subtype.strip_prefix("*+") {
            let is_plain = given.subtype == suffix;
            if !is_plain && !given.subtype.ends_with(&format!("+{suffix}")) {
                return None;
            }
            3
        } else if self.subtype != "*" {
            return None;
        } else if self.kind != "*" {
            2
        } else {
            1
        };
        Some((rank, self.parameters.len()))
    }

    /// Whether it stands for several media types.
    pub(crate) fn is_range(&self) -> bool {
        self.kind == "*" || self.subtype.starts_with('*')
    }

    /// Whether the range of a client and a declared one have a media type in common; more specific ranges of the
    /// client rank higher. Parameters that only one of them has do not matter, unless `is_strict`: then the declared
    /// one must have those of the client.
    pub(crate) fn meets(&self, declared: &Self, is_strict: bool) -> Option<(u8, usize)> {
        let is_kind = self.kind == declared.kind || self.kind == "*" || declared.kind == "*";
        let has_suffix = |range: &Self, suffix: &str| {
            range.subtype == suffix || range.subtype.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('+'))
        };
        let of_suffix = |one: &Self, other: &Self| {
            let suffix = one.subtype.strip_prefix("*+");
            suffix.is_some_and(|suffix| has_suffix(other, suffix))
        };
        let is_subtype = self.subtype == declared.subtype
            || self.subtype == "*"
            || declared.subtype == "*"
            || of_suffix(self, declared)
            || of_suffix(declared, self);
        let is_met = |(name, value): &(String, String)| {
            let mut same = declared.parameters.iter().filter(|(known, _)| known == name);
            name == "charset" || same.next().map_or(!is_strict, |(_, known)| known == value)
        };
        let rank = match (&*self.kind, &*self.subtype) {
            ("*", "*") => 0,
            (_, "*") => 1,
            (_, subtype) if subtype.starts_with("*+") => 2,
            _ => 3,
        };
        let is_it = is_kind && is_subtype && self.parameters.iter().all(is_met);
        is_it.then_some((rank, self.parameters.len()))
    }

    /// Whether this range covers every media type of another one, and is not equal to it.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        self.covers(&other.text).is_some() && !self.is_same(other)
    }

    /// Whether two ranges are equal, regardless of spelling. A charset has no meaning for JSON.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let sorted = |range: &Self| {
            let mut parameters = range.parameters.clone();
            parameters.retain(|(name, _)| name != "charset" || !range.may_be_json());
            parameters.sort();
            parameters
        };
        self.kind == other.kind && self.subtype == other.subtype && sorted(self) == sorted(other)
    }

    /// Whether the range covers every JSON media type.
    #[must_use]
    pub fn is_any_json(&self) -> bool {
        self.kind == "*" && self.subtype == "*+json"
    }

    /// Whether the range covers some JSON media type.
    #[must_use]
    pub fn may_be_json(&self) -> bool {
        self.subtype == "json" || self.subtype == "*" || self.subtype.ends_with("+json")
    }
}

impl fmt::Display for MediaRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_media_range_decides() {
        let table = [
            ("application/json", "application/json", Some(4)),
            (
                "application/json",
                "application/json; charset=utf-8",
                Some(4),
            ),
            ("application/json", "Application/JSON", Some(4)),
            ("application/json", "application/problem+json", None),
            ("application/json", "text/json", None),
            (
                "application/json; version=2",
                "application/json;version=2",
                Some(4),
            ),
            ("application/json; version=2", "application/json", None),
            ("application/*", "application/json", Some(2)),
            ("application/*", "text/plain", None),
            ("*/*", "text/plain", Some(1)),
            ("application/*+json", "application/problem+json", Some(3)),
            ("application/*+json", "application/json", Some(3)),
            ("application/*+json", "application/xml", None),
            ("application/*+json", "application/notjson", None),
            ("*/*+json", "text/json", Some(3)),
        ];
        for (range, media_type, expected) in table {
            let rank = MediaRange::parse(range).covers(media_type);
            assert_eq!(rank.map(|(rank, _)| rank), expected, "{range} {media_type}");
        }
        let ranges = [
            "*/*",
            "application/*",
            "application/json",
            "application/json; version=2",
            "application/*+json",
        ];
        let selected = |media_type: &str| {
            let best = ranges
                .iter()
                .filter_map(|range| Some((MediaRange::parse(range).covers(media_type)?, *range)))
                .max();
            best.map(|(_, range)| range)
        };
        assert_eq!(selected("application/json"), Some("application/json"));
        assert_eq!(selected("application/json; version=2"), Some(ranges[3]));
        assert_eq!(selected("application/hal+json"), Some("application/*+json"));
        assert_eq!(selected("application/pdf"), Some("application/*"));
        assert_eq!(selected("text/csv"), Some("*/*"));
    }
}
