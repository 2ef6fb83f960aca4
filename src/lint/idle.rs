//! Keywords that cannot do anything, because of the types beside them.

use crate::error::closest;
use crate::json::Kind;
use crate::schema::format::{self, Origin};
use crate::schema::{Graph, Node, Types};

use super::{LintFact, LintKind};

pub(super) fn facts(graph: &Graph) -> Vec<LintFact> {
    let mut facts = Vec::new();
    for (_, node) in graph.iter() {
        facts.extend(misspelled(graph, node));
        let Some(types) = node.types else { continue };
        for (keyword, kind) in keywords(node) {
            if !types.may_hold(kind) {
                let reason = format!("it is about {}, and `type` is {types}", plural(kind));
                facts.push(idle(node, &keyword, reason));
            }
        }
        facts.extend(outside(node, types));
    }
    facts
}

/// Names that are nearly those of something known: a format, a property that is required.
fn misspelled(graph: &Graph, node: &Node) -> Vec<LintFact> {
    let mut facts = Vec::new();
    for check in node.checks.iter().filter(|check| check.keyword == "format") {
        let name = check.argument.as_str().unwrap_or_default();
        if format::named(name).is_some() {
            continue;
        }
        if let Some(near) = closest(name, format::FORMATS.iter().map(|format| format.name)) {
            let reason = format!("no format is called `{name}`; did you mean `{near}`?");
            facts.push(idle(node, "format", reason));
        }
    }
    let object = &node.object;
    for required in &object.required {
        let names = || object.names.iter().map(|name| &**name);
        let is_declared = names().any(|name| *name == *required.name);
        let is_closed = object.additional.is_some_and(|rest| graph.node(rest).never);
        let takes_others = node.types.is_none_or(|types| {
            let kinds = [
                Kind::Null,
                Kind::Boolean,
                Kind::Number,
                Kind::String,
                Kind::Array,
            ];
            kinds.iter().any(|kind| types.may_hold(*kind))
        });
        // Where objects are all that there is, nothing satisfies the schema, and that is told.
        if is_closed && takes_others && node.named_schemas(&required.name).next().is_none() {
            let reason = format!(
                "the object is closed and `properties` does not declare `{}`: no object is accepted",
                required.name
            );
            facts.push(idle(node, "required", reason));
            continue;
        }
        // A name that another one is derived from is no misspelling of it: both may be meant.
        let is_free = |name: &&str| !object.required.iter().any(|other| *other.name == **name);
        if !is_declared && let Some(near) = closest(&required.name, names().filter(is_free)) {
            let reason = format!(
                "`properties` does not declare `{}`; did you mean `{near}`?",
                required.name
            );
            facts.push(idle(node, "required", reason));
        }
    }
    facts
}

/// A keyword that does nothing, wholly or in a part.
fn idle(node: &Node, keyword: &str, reason: String) -> LintFact {
    let mut place = (*node.place).clone();
    place.pointer.push_key(keyword);
    let keyword = keyword.to_owned();
    LintFact {
        place,
        kind: LintKind::Idle { keyword, reason },
    }
}

/// The keywords that say something of one kind of value alone.
fn keywords(node: &Node) -> Vec<(String, Kind)> {
    let mut keywords: Vec<(String, Kind)> = Vec::new();
    for check in &node.checks {
        // Formats of OpenAPI's registry also stand where strings hold numbers, and the other way round.
        let of_strings = |name| {
            format::named(name).is_some_and(|format| matches!(format.origin, Origin::JsonSchema(_)))
        };
        let is_known = check.keyword != "format" || check.argument.as_str().is_some_and(of_strings);
        if is_known {
            keywords.push((check.keyword.to_owned(), check.kind));
        }
    }
    for length in &node.lengths {
        keywords.push((length.keyword().to_owned(), length.kind));
    }
    let object = &node.object;
    let of_objects = [
        ("properties", !object.names.is_empty()),
        ("patternProperties", !object.patterns.is_empty()),
        ("additionalProperties", object.additional.is_some()),
        ("required", !object.required.is_empty()),
        ("propertyNames", object.property_names.is_some()),
        ("unevaluatedProperties", object.unevaluated.is_some()),
    ];
    let array = &node.array;
    let of_arrays = [
        ("items", array.items.is_some()),
        ("contains", array.contains.is_some()),
        ("unevaluatedItems", array.unevaluated.is_some()),
    ];
    let kinds = [
        (&of_objects[..], Kind::Object),
        (&of_arrays[..], Kind::Array),
    ];
    for (known, kind) in kinds {
        let there = known.iter().filter(|(_, is_there)| *is_there);
        keywords.extend(there.map(|(keyword, _)| ((*keyword).to_owned(), kind)));
    }
    keywords
}

/// Enum values that are not of the type.
fn outside(node: &Node, types: Types) -> Option<LintFact> {
    let values = node.values.as_ref()?;
    let is_outside = |value: &&serde_json::Value| {
        let text = value.to_string();
        crate::json::Document::parse(text.as_bytes()).is_ok_and(|value| !types.hold(value.root()))
    };
    let outside: Vec<String> = values
        .all
        .iter()
        .filter(is_outside)
        .map(ToString::to_string)
        .collect();
    if outside.is_empty() {
        return None;
    }
    let reason = match outside.as_slice() {
        [one] => format!("value {one} is none that `type` takes: {types}"),
        several => format!(
            "values {} are none that `type` takes: {types}",
            several.join(", ")
        ),
    };
    Some(idle(node, "enum", reason))
}

const fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Boolean => "booleans",
        Kind::Number => "numbers",
        Kind::String => "strings",
        Kind::Array => "arrays",
        Kind::Object => "objects",
    }
}
