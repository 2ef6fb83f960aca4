//! Writes a schema of the graph as a JSON Schema document, for validators that only read documents.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value, json};

use crate::json::Kind;
use crate::location::Side;

use super::format;
use super::{KeywordCheck, DRAFT_2020_12, Graph, Node, NodeId};

/// Writes a schema of any dialect as one document of draft 2020-12, restricted to a value: constraints on
/// parts that the value does not have are omitted. The size of the document depends on the value and not on
/// the size of the graph, and the document has no cycles.
///
/// With a `side`, properties that are not required on that side are not required.
///
/// What dialects have beyond draft 2020-12 is omitted: `contentEncoding` as an assertion, and the integers of
/// draft 4.
#[must_use]
pub fn portable(graph: &Graph, root: NodeId, side: Option<Side>, value: &Value) -> Value {
    let mut writer = Writer {
        graph,
        side,
        places: vec![vec![Cow::Borrowed(value)]],
        below: FxHashMap::default(),
        open: Vec::new(),
        seen: FxHashSet::default(),
        definitions: Map::new(),
    };
    let root = writer.to(root, WHOLE);
    while let Some((id, place)) = writer.open.pop() {
        let schema = writer.schema(graph.node(id), place);
        writer.definitions.insert(name_of(id, place), schema);
    }
    let mut document = match root {
        Value::Object(members) => members,
        other => Map::from_iter([("allOf".to_owned(), json!([other]))]),
    };
    document.insert("$schema".to_owned(), DRAFT_2020_12.into());
    document.insert("$defs".to_owned(), writer.definitions.into());
    document.into()
}

/// A class of parts of the value: those reached by the same steps.
type Place = usize;

/// The value as a whole.
const WHOLE: Place = 0;

/// A step into parts of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    Member(Arc<str>),
    Members,
    Names,
    Element(usize),
    Elements,
}

struct Writer<'g> {
    graph: &'g Graph,
    side: Option<Side>,
    /// The values of each place.
    places: Vec<Vec<Cow<'g, Value>>>,
    below: FxHashMap<(Place, Part), Place>,
    open: Vec<(NodeId, Place)>,
    seen: FxHashSet<(NodeId, Place)>,
    definitions: Map<String, Value>,
}

fn name_of(id: NodeId, place: Place) -> String {
    format!("s{}p{place}", id.index())
}

impl<'g> Writer<'g> {
    /// The place reached by a step from another place.
    fn place(&mut self, from: Place, part: Part) -> Place {
        if let Some(known) = self.below.get(&(from, part.clone())) {
            return *known;
        }
        let values = self.places[from].iter();
        let members = |value: &Cow<'g, Value>| -> Vec<(String, Cow<'g, Value>)> {
            match value {
                Cow::Borrowed(Value::Object(members)) => {
                    let members = members.iter();
                    members
                        .map(|(name, value)| (name.clone(), Cow::Borrowed(value)))
                        .collect()
                }
                _ => Vec::new(),
            }
        };
        let elements = |value: &Cow<'g, Value>| -> Vec<Cow<'g, Value>> {
            match value {
                Cow::Borrowed(Value::Array(elements)) => {
                    elements.iter().map(Cow::Borrowed).collect()
                }
                _ => Vec::new(),
            }
        };
        let values: Vec<Cow<'g, Value>> = match &part {
            Part::Member(name) => values
                .flat_map(members)
                .filter(|(own, _)| **own == **name)
                .map(|(_, value)| value)
                .collect(),
            Part::Members => values.flat_map(members).map(|(_, value)| value).collect(),
            Part::Names => values
                .flat_map(members)
                .map(|(name, _)| Cow::Owned(name.into()))
                .collect(),
            Part::Element(index) => values
                .filter_map(|value| elements(value).into_iter().nth(*index))
                .collect(),
            Part::Elements => values.flat_map(elements).collect(),
        };
        let place = self.places.len();
        self.places.push(values);
        self.below.insert((from, part), place);
        place
    }

    /// What to write for a schema at a place: a boolean or a reference.
    fn to(&mut self, id: NodeId, place: Place) -> Value {
        let id = self.graph.resolve(id);
        let node = self.graph.node(id);
        if node.never {
            return false.into();
        }
        if node.is_open() || self.places[place].is_empty() {
            return true.into();
        }
        if self.seen.insert((id, place)) {
            self.open.push((id, place));
        }
        json!({ "$ref": format!("#/$defs/{}", name_of(id, place)) })
    }

    fn part(&mut self, id: NodeId, from: Place, part: Part) -> Value {
        let place = self.place(from, part);
        self.to(id, place)
    }

    fn all(&mut self, ids: &[NodeId], place: Place) -> Value {
        ids.iter().map(|id| self.to(*id, place)).collect()
    }

    fn schema(&mut self, node: &Node, at: Place) -> Value {
        let mut out = Map::new();
        if node.never {
            return false.into();
        }
        let mut put = |keyword: &str, value: Value| {
            out.insert(keyword.to_owned(), value);
        };
        if let Some(types) = node.types {
            put("type", types.names().into());
        }
        if let Some(constant) = &node.constant {
            put("const", Value::clone(constant));
        }
        if let Some(values) = &node.values {
            put("enum", values.all.clone().into());
        }
        let mut checks: Vec<Value> = node.checks.iter().filter_map(|c| check(c)).collect();
        for length in &node.lengths {
            checks.push(json!({ length.keyword(): length.limit }));
        }
        if let Some(reference) = node.reference {
            let reference = self.to(reference, at);
            checks.push(reference);
        }
        for inner in &node.all_of {
            let inner = self.to(*inner, at);
            checks.push(inner);
        }
        if !checks.is_empty() {
            put("allOf", checks.into());
        }
        if !node.any_of_branches().is_empty() {
            put("anyOf", self.all(node.any_of_branches(), at));
        }
        if !node.one_of_branches().is_empty() {
            put("oneOf", self.all(node.one_of_branches(), at));
        }
        if let Some(not) = node.not {
            put("not", self.to(not, at));
        }
        if let Some(conditional) = node.conditional {
            put("if", self.to(conditional.condition, at));
            if let Some(then) = conditional.then {
                put("then", self.to(then, at));
            }
            if let Some(otherwise) = conditional.otherwise {
                put("else", self.to(otherwise, at));
            }
        }
        self.object(node, at, &mut out);
        self.array(node, at, &mut out);
        out.into()
    }

    fn object(&mut self, node: &Node, at: Place, out: &mut Map<String, Value>) {
        let object = &node.object;
        let mut put = |keyword: &str, value: Value| {
            out.insert(keyword.to_owned(), value);
        };
        let mut properties = Map::new();
        for (name, schema) in &object.properties {
            // Names that the value does not have are declared as well, so that they do not count as
            // additional.
            let schema = self.part(*schema, at, Part::Member(Arc::clone(name)));
            properties.insert(name.to_string(), schema);
        }
        if !properties.is_empty() {
            put("properties", properties.into());
        }
        let mut patterns = Map::new();
        for (pattern, schema) in &object.patterns {
            let schema = self.part(*schema, at, Part::Members);
            let written = pattern.portable_pattern();
            // Two patterns may only differ in how they are escaped.
            let schema = match patterns.remove(&*written) {
                Some(other) => json!({ "allOf": [other, schema] }),
                None => schema,
            };
            patterns.insert(written.into_owned(), schema);
        }
        if !patterns.is_empty() {
            put("patternProperties", patterns.into());
        }
        if let Some(additional) = object.additional {
            put(
                "additionalProperties",
                self.part(additional, at, Part::Members),
            );
        }
        if let Some(unevaluated) = object.unevaluated {
            put(
                "unevaluatedProperties",
                self.part(unevaluated, at, Part::Members),
            );
        }
        if let Some(names) = object.property_names {
            put("propertyNames", self.part(names, at, Part::Names));
        }
        let required = object.required.iter().filter(|r| r.holds_on(self.side));
        let required: Vec<&str> = required.map(|required| &*required.name).collect();
        if !required.is_empty() {
            put("required", required.into());
        }
        let mut dependent = Map::new();
        for (name, needed) in &object.dependent_required {
            let needed: Vec<&str> = needed.iter().map(|name| &**name).collect();
            dependent.insert(name.to_string(), needed.into());
        }
        if !dependent.is_empty() {
            put("dependentRequired", dependent.into());
        }
        let mut dependent = Map::new();
        for (name, schema) in &object.dependent_schemas {
            let schema = self.to(*schema, at);
            dependent.insert(name.to_string(), schema);
        }
        if !dependent.is_empty() {
            put("dependentSchemas", dependent.into());
        }
    }

    fn array(&mut self, node: &Node, at: Place, out: &mut Map<String, Value>) {
        let array = &node.array;
        let mut put = |keyword: &str, value: Value| {
            out.insert(keyword.to_owned(), value);
        };
        if !array.prefix.is_empty() {
            let mut prefix = Vec::new();
            for (index, schema) in array.prefix.iter().enumerate() {
                prefix.push(self.part(*schema, at, Part::Element(index)));
            }
            put("prefixItems", prefix.into());
        }
        if let Some(items) = array.items {
            put("items", self.part(items, at, Part::Elements));
        }
        if let Some(unevaluated) = array.unevaluated {
            put(
                "unevaluatedItems",
                self.part(unevaluated, at, Part::Elements),
            );
        }
        if let Some(contains) = array.contains {
            put("contains", self.part(contains.node, at, Part::Elements));
            put("minContains", contains.minimum.into());
            if let Some(maximum) = contains.maximum {
                put("maxContains", maximum.into());
            }
        }
    }
}

/// A keyword that looks at a single value; `None` if draft 2020-12 does not assert it.
fn check(check: &KeywordCheck) -> Option<Value> {
    match (check.keyword, check.argument.as_str()) {
        ("contentEncoding" | "contentMediaType", _) => None,
        // Integer ranges, which are not formats of JSON Schema.
        ("format", Some(name)) if check.kind == Kind::Number => {
            let [least, most] = format::bounds(name)?;
            Some(json!({ "minimum": least, "maximum": most }))
        }
        ("pattern", _) => Some(json!({ "pattern": check.portable_pattern() })),
        (keyword, _) => Some(json!({ keyword: check.argument })),
    }
}
