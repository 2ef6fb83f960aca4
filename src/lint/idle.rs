//! Keywords that have no effect, because of the types next to them.

use crate::error::closest;
use crate::json::{TapeDocument, Kind};
use crate::schema::format::{self, FormatOrigin};
use crate::schema::{Dialect, Graph, Node, NodeId, Types, Values};

use super::{LintFact, LintKind};

pub(super) fn facts(graph: &Graph) -> Vec<LintFact> {
    let mut facts = Vec::new();
    for (id, node) in graph.iter() {
        facts.extend(misspelled(graph, node));
        facts.extend(nullable(graph, id, node));
        let Some(types) = node.types else { continue };
        for (keyword, kind) in keywords(node) {
            if !types.may_hold(kind) {
                let reason = format!("it only applies to {}, but `type` is {types}", plural(kind));
                facts.push(idle(node, &keyword, reason));
            }
        }
        facts.extend(outside(node, types));
        facts.extend(null_beyond_enum(node, types));
    }
    facts
}

/// Names that are close to a known one: a format, a required property.
fn misspelled(graph: &Graph, node: &Node) -> Vec<LintFact> {
    let mut facts = Vec::new();
    for check in node.checks.iter().filter(|check| check.keyword == "format") {
        let name = check.argument.as_str().unwrap_or_default();
        if format::named(name).is_some() {
            continue;
        }
        if let Some(near) = closest(name, format::FORMATS.iter().map(|format| format.name)) {
            let reason = format!("no format is named `{name}`; did you mean `{near}`?");
            facts.push(idle(node, "format", reason));
        }
    }
    let object = &node.object;
    for required in &object.required {
        let names = || object.properties.keys().map(|name| &**name);
        if names().any(|name| *name == *required.name) {
            continue;
        }
        let is_closed = object.additional.is_some_and(|rest| graph.node(rest).never)
            && node.named_schemas(&required.name).next().is_none();
        // A declared name that is itself required is not what was meant: both may be.
        let is_free = |name: &&str| !object.required.iter().any(|other| *other.name == **name);
        let near = closest(&required.name, names().filter(is_free));
        // If only objects are allowed, nothing satisfies a closed one, which is reported instead.
        if (is_closed && takes_others(node)) || (near.is_some() && !is_closed) {
            let mut place = (*node.place).clone();
            place.pointer.push_key("required");
            let kind = LintKind::Undeclared {
                name: required.name.to_string(),
                near: near.map(str::to_owned),
                is_closed,
            };
            facts.push(LintFact { place, kind });
        }
    }
    facts
}

/// Whether values other than objects may satisfy a schema.
fn takes_others(node: &Node) -> bool {
    let kinds = [
        Kind::Null,
        Kind::Boolean,
        Kind::Number,
        Kind::String,
        Kind::Array,
    ];
    node.types
        .is_none_or(|types| kinds.iter().any(|kind| types.may_hold(*kind)))
}

/// `nullable: true` on a schema that still rejects null.
fn nullable(graph: &Graph, id: NodeId, node: &Node) -> Option<LintFact> {
    // That it is ignored next to `$ref` is reported when the schema is read.
    if !node.nullable_in_vain || node.reference.is_some() {
        return None;
    }
    let null = TapeDocument::parse(b"null").ok()?;
    if graph.accepts(id, null.root()) {
        return None;
    }
    let lists_null = |values: &Values| values.all.contains(&serde_json::Value::Null);
    let why = match (&node.types, &node.values) {
        (_, Some(values)) if !lists_null(values) => "the `enum` next to it does not list null",
        (None, _) => "it only adds null to a `type` next to it",
        _ => "another keyword next to it rejects null",
    };
    let keyword = match node.dialect {
        Dialect::Swagger2 => "x-nullable",
        _ => "nullable",
    };
    Some(idle(
        node,
        keyword,
        format!("{why}; --lenient-null accepts null"),
    ))
}

/// A keyword that has no effect, wholly or in part.
fn idle(node: &Node, keyword: &str, reason: String) -> LintFact {
    let mut place = (*node.place).clone();
    place.pointer.push_key(keyword);
    let keyword = keyword.to_owned();
    LintFact {
        place,
        kind: LintKind::Idle { keyword, reason },
    }
}

/// The keywords that only apply to one kind of value.
fn keywords(node: &Node) -> Vec<(String, Kind)> {
    let mut keywords: Vec<(String, Kind)> = Vec::new();
    for check in &node.checks {
        // Formats of OpenAPI's registry are also used for numbers in strings, and the other way round.
        let of_strings = |name| {
            format::named(name).is_some_and(|format| matches!(format.origin, FormatOrigin::JsonSchema(_)))
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
        ("properties", !object.properties.is_empty()),
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

/// A type `null` that the enum does not list.
fn null_beyond_enum(node: &Node, types: Types) -> Option<LintFact> {
    let values = node.values.as_ref()?;
    // Before OpenAPI 3.1, this is reported for `nullable`.
    let is_typed = types.may_hold(Kind::Null) && !node.nullable_in_vain;
    let has_null = values.all.contains(&serde_json::Value::Null);
    let is_only = types.names() == ["null"];
    (is_typed && !has_null && !is_only).then(|| {
        let reason = "it allows null, but the `enum` next to it does not list null";
        idle(node, "type", reason.to_owned())
    })
}

/// Enum values that are not of the type.
fn outside(node: &Node, types: Types) -> Option<LintFact> {
    let values = node.values.as_ref()?;
    let is_outside = |value: &&serde_json::Value| {
        let text = value.to_string();
        TapeDocument::parse(text.as_bytes()).is_ok_and(|value| !types.hold(value.root()))
    };
    let outside: Vec<String> = values
        .all
        .iter()
        .filter(is_outside)
        .map(ToString::to_string)
        .collect();
    // If no other value remains, nothing satisfies the schema, which is reported instead.
    if outside.is_empty() || outside.len() == values.all.len() {
        return None;
    }
    let mut place = (*node.place).clone();
    place.pointer.push_key("enum");
    let kind = LintKind::Unmatchable {
        values: outside,
        types: types.to_string(),
    };
    Some(LintFact { place, kind })
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
