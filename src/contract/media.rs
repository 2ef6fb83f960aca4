//! Bodies by media type.

use std::fmt;

use crate::json::Kind;
use crate::location::Step;
use crate::media_type::ContentKind;
use crate::schema::{Graph, NodeId, Place};

use super::parameter::{Encoding, Parameter, Style};

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
    /// The same, parsed.
    pub fields: Vec<FieldEncoding>,
    /// Where the contract's documents describe it.
    pub place: Option<Place>,
}

/// How a payload of a sequence is described: lines, events, parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemShape {
    /// As the value of the item.
    Item,
    /// As an event with its fields as members.
    Event,
    /// Not at all: the body as a whole is a text.
    Whole,
}

/// How a property of a form is encoded (Encoding Object).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldEncoding {
    /// The property.
    pub name: String,
    /// The media types that its part may have; empty if the contract does not list any.
    pub media: Vec<MediaRange>,
    /// How its value is written as text, if the contract says so.
    pub written: Option<Encoding>,
    /// How arrays inside its array are written, from the outside in (Swagger 2.0).
    pub nested: Vec<Style>,
    /// The headers of its part.
    pub headers: Vec<Parameter>,
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
                fields: Vec::new(),
                place: None,
            }],
        })
    }

    /// The declared media types.
    pub(crate) fn media(&self) -> &[Media] {
        match self {
            Self::Content(content) => &content.media,
            Self::Absent | Self::Undocumented => &[],
        }
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

    /// The schemas of the values that bodies of any media type are read as, those of JSON first, without duplicates.
    #[must_use]
    pub(crate) fn value_schemas(&self, graph: &Graph) -> Vec<NodeId> {
        let mut schemas = self.schemas();
        if let Self::Content(content) = self {
            let others = content.media.iter().filter_map(|media| media.value_schema(graph));
            for schema in others {
                if !schemas.contains(&schema) {
                    schemas.push(schema);
                }
            }
        }
        schemas
    }

    /// The schemas that correspond to one of another payload: those of the same kind of content.
    #[must_use]
    pub(crate) fn corresponding(&self, graph: &Graph, other: (&Graph, &Self), schema: NodeId) -> Vec<NodeId> {
        let (theirs, other) = other;
        let json = self.schemas();
        if other.schemas().contains(&schema) && !json.is_empty() {
            return json;
        }
        let own = other.media().iter().filter(|media| media.value_schema(theirs) == Some(schema));
        let kinds: Vec<ContentKind> = own.map(Media::kind).collect();
        let mut found: Vec<NodeId> = Vec::new();
        for media in self.media().iter().filter(|media| kinds.contains(&media.kind())) {
            found.extend(media.value_schema(graph).filter(|schema| !found.contains(schema)));
        }
        // A schema that is not one of bodies, such as that of the data of an event, corresponds to none.
        match found.is_empty() && !kinds.is_empty() {
            true => self.value_schemas(graph),
            false => found,
        }
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

impl Media {
    /// The kind of its content.
    #[must_use]
    pub(crate) fn kind(&self) -> ContentKind {
        ContentKind::of(&self.range.text)
    }

    /// The schema of the values that bodies are read as: of each item, if they are sequences.
    #[must_use]
    pub(crate) fn value_schema(&self, graph: &Graph) -> Option<NodeId> {
        match self.kind() {
            kind if kind.is_sequence() => self.item_schema(graph, kind).map(|(schema, _)| schema),
            _ => self.schema,
        }
    }

    /// How the items of a sequence are described: `itemSchema`, or else the schema of the body, which older contracts
    /// write for one item.
    #[must_use]
    pub(crate) fn item_schema(&self, graph: &Graph, kind: ContentKind) -> Option<(NodeId, ItemShape)> {
        let node = self.items.or(self.schema)?;
        let takes = |kind| graph.may_hold(node, kind);
        if kind == ContentKind::Events {
            let closure = graph.closure(&[node], |_| true);
            let has_fields = closure.iter().any(|id| graph.node(*id).object.properties.contains_key("data"));
            if has_fields || self.items.is_some() {
                return Some((node, ItemShape::Event));
            }
        }
        if self.items.is_none() {
            if takes(Kind::String) && !takes(Kind::Object) && !takes(Kind::Array) {
                return Some((node, ItemShape::Whole));
            }
            // The schema may describe the sequence as an array (OpenAPI 3.2.0, "Complete vs Streaming Content").
            if takes(Kind::Array) && !takes(Kind::Object) {
                let elements = graph.part(&graph.closure(&[node], |_| true), &Step::Any);
                if let [element] = elements[..] {
                    return Some((element, ItemShape::Item));
                }
            }
        }
        Some((node, ItemShape::Item))
    }
}

impl Content {
    /// What is declared for a body with this media type: the most specific range that covers it decides
    /// (OpenAPI 3.1.1, Media Type Object).
    pub(crate) fn covering(&self, media_type: &str) -> Option<&Media> {
        let covering = self
            .media
            .iter()
            .filter_map(|media| Some((media.range.covers(media_type)?, media)));
        // Of equally specific ranges, the first one wins.
        let best = covering.rev().max_by_key(|(rank, _)| *rank);
        best.map(|(_, media)| media)
    }

    /// The first declared media type of a kind.
    pub(crate) fn of_kind(&self, kind: ContentKind) -> Option<&Media> {
        let has_schema = |media: &&Media| media.schema.is_some() || media.items.is_some();
        self.media.iter().filter(has_schema).find(|media| media.kind() == kind)
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
        let mut own = self.parameters.iter().filter(|(name, _)| !is_of_writing(name));
        let has_parameters = own.all(|own| given.parameters.contains(own));
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

    /// Whether the range covers a media type.
    #[must_use]
    pub fn takes(&self, media_type: &str) -> bool {
        self.covers(media_type).is_some()
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

    /// Whether two ranges are equal, regardless of spelling.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let sorted = |range: &Self| {
            let mut parameters = range.parameters.clone();
            parameters.retain(|(name, _)| !is_of_writing(name));
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

/// Whether a parameter of a media type says how a body was written, and not what it is: generators of contracts write
/// `text/plain;charset=UTF-8` for what is also sent without it.
fn is_of_writing(parameter: &str) -> bool {
    matches!(parameter, "charset" | "boundary")
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
