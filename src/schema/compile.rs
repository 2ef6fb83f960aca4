//! From JSON Schema documents to the graph.

use std::sync::Arc;

use jsonschema::{Draft, Registry};
use referencing::Resolver;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind, Result};
use crate::json::Kind;
use crate::location::Pointer;

use super::crate_check::{WholeCheck, schema_error};
use super::cycles::{cyclic, reached};
use super::{
    Check, Conditional, Contains, DRAFT_2020_12, Graph, Length, Node, NodeId, Opaque, Place, Types,
    Values,
};

/// Keywords that the crate decides on one value alone, and the kind of value each is about.
const CHECKS: [(&str, Kind); 8] = [
    ("pattern", Kind::String),
    ("format", Kind::String),
    ("minimum", Kind::Number),
    ("maximum", Kind::Number),
    ("exclusiveMinimum", Kind::Number),
    ("exclusiveMaximum", Kind::Number),
    ("multipleOf", Kind::Number),
    ("uniqueItems", Kind::Array),
];

const LENGTHS: [(&str, Kind, bool); 6] = [
    ("minLength", Kind::String, false),
    ("maxLength", Kind::String, true),
    ("minItems", Kind::Array, false),
    ("maxItems", Kind::Array, true),
    ("minProperties", Kind::Object, false),
    ("maxProperties", Kind::Object, true),
];

/// Keywords that the crate understands and the walk does not.
const OPAQUE: [&str; 4] = [
    "unevaluatedProperties",
    "unevaluatedItems",
    "dependencies",
    "additionalItems",
];

/// Keywords that say nothing of values. An unknown keyword counts as saying something, which is the
/// cautious side.
const ANNOTATIONS: [&str; 11] = [
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$id",
    "$schema",
    "default",
    "deprecated",
    "description",
    "examples",
    "title",
];

/// JSON Schema documents, each under the URI that references use for it.
#[derive(Debug, Default, Clone)]
pub struct Documents(Vec<(Arc<str>, Value)>);

impl Documents {
    /// Adds a document under an absolute URI, such as `wiredrift:/api`.
    pub fn add(&mut self, uri: &str, document: Value) {
        self.0.push((uri.into(), document));
    }

    /// The document with this URI.
    #[must_use]
    pub fn get(&self, uri: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(name, _)| **name == *uri)
            .map(|(_, document)| document)
    }

    /// URIs and documents, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(uri, document)| (&**uri, document))
    }
}

/// Compiles the schemas at `entries` (URIs into `documents`, with a JSON pointer as fragment) and
/// everything they refer to. Returns the graph and the node of each entry.
///
/// # Errors
///
/// When a document breaks the draft's meta-schema, a reference leads nowhere, or a pattern or
/// another argument cannot be compiled.
pub fn compile(documents: &Documents, entries: &[String]) -> Result<(Graph, Vec<NodeId>)> {
    for (uri, document) in documents.iter() {
        jsonschema::draft202012::meta::validate(document).map_err(|error| {
            let error = schema_error(&error);
            Error::new(ErrorKind::Schema, format!("{uri}: {error}"))
        })?;
    }
    let registry = registry(documents)?;
    let mut compiler = Compiler {
        documents,
        registry: &registry,
        graph: Graph::default(),
        known: FxHashMap::default(),
        open: Vec::new(),
        dynamic_anchors: dynamic_anchors(documents),
        ambiguous: Vec::new(),
    };
    let base = "wiredrift:/entries";
    let base = referencing::uri::from_str(base).map_err(|error| reference_error(base, &error))?;
    let resolver = registry.resolver(base);
    let mut nodes = Vec::with_capacity(entries.len());
    for entry in entries {
        nodes.push(compiler.target(entry, &resolver)?);
    }
    while let Some(open) = compiler.open.pop() {
        compiler.fill(&open)?;
    }
    compiler.leave_unwalkable_entries(&nodes)?;
    Ok((compiler.graph, nodes))
}

fn registry(documents: &Documents) -> Result<Registry<'_>> {
    let mut builder = Registry::new().draft(Draft::Draft202012);
    for (uri, document) in documents.iter() {
        builder = builder
            .add(uri, document)
            .map_err(|error| reference_error(uri, &error))?;
    }
    builder.prepare().map_err(|error| {
        Error::new(
            ErrorKind::Schema,
            format!("a reference leads nowhere: {error}"),
        )
    })
}

fn reference_error(reference: &str, error: &referencing::Error) -> Error {
    Error::new(
        ErrorKind::Schema,
        format!("reference `{reference}` leads nowhere: {error}"),
    )
}

/// How often each `$dynamicAnchor` stands in the documents.
fn dynamic_anchors(documents: &Documents) -> FxHashMap<String, usize> {
    let mut anchors = FxHashMap::default();
    let mut open: Vec<&Value> = documents.iter().map(|(_, document)| document).collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(name)) = members.get("$dynamicAnchor") {
                    *anchors.entry(name.clone()).or_insert(0) += 1;
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    anchors
}

/// A schema that has a node, still to be filled.
struct Open<'r> {
    id: NodeId,
    schema: &'r Value,
    resolver: Resolver<'r>,
}

struct Compiler<'r> {
    documents: &'r Documents,
    registry: &'r Registry<'r>,
    graph: Graph,
    /// Nodes by the address of their schema: the documents do not move while compiling.
    known: FxHashMap<usize, NodeId>,
    open: Vec<Open<'r>>,
    dynamic_anchors: FxHashMap<String, usize>,
    /// Schemas with a `$dynamicRef` whose target depends on the way to it.
    ambiguous: Vec<NodeId>,
}

impl<'r> Compiler<'r> {
    /// The node that a reference leads to.
    fn target(&mut self, reference: &str, resolver: &Resolver<'r>) -> Result<NodeId> {
        let resolved = resolver
            .lookup(reference)
            .map_err(|error| reference_error(reference, &error))?;
        let (schema, resolver, _) = resolved.into_inner();
        if let Some(&id) = self.known.get(&address(schema)) {
            return Ok(id);
        }
        let place = self.find_place(schema, reference)?;
        Ok(self.node_at(schema, place, resolver))
    }

    /// Where a schema stands in the documents.
    fn find_place(&self, schema: &Value, reference: &str) -> Result<Place> {
        fn search(at: &Value, wanted: &Value, pointer: &mut Pointer) -> Option<Pointer> {
            if std::ptr::eq(at, wanted) {
                return Some(pointer.clone());
            }
            match at {
                Value::Object(members) => members
                    .iter()
                    .find_map(|(key, member)| search(member, wanted, &mut pointer.join(key))),
                Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
                    search(item, wanted, &mut pointer.join(&index.to_string()))
                }),
                _ => None,
            }
        }
        // The fragment is a pointer into a document in all but unusual cases.
        if let Some((uri, fragment)) = reference.split_once('#') {
            let fragment = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
            for (name, document) in &self.documents.0 {
                let found = document.pointer(&fragment);
                if (uri.is_empty() || **name == *uri)
                    && found.is_some_and(|found| std::ptr::eq(found, schema))
                {
                    return Ok(Place {
                        document: Arc::clone(name),
                        pointer: Pointer::from_escaped(fragment),
                    });
                }
            }
        }
        self.documents
            .0
            .iter()
            .find_map(|(name, document)| {
                Some(Place {
                    document: Arc::clone(name),
                    pointer: search(document, schema, &mut Pointer::root())?,
                })
            })
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Schema,
                    format!("reference `{reference}` leads out of the documents given"),
                )
            })
    }

    fn node_at(&mut self, schema: &'r Value, place: Place, resolver: Resolver<'r>) -> NodeId {
        if let Some(&id) = self.known.get(&address(schema)) {
            return id;
        }
        let id = NodeId(u32::try_from(self.graph.nodes.len()).unwrap_or(u32::MAX));
        self.graph.nodes.push(blank(place, schema));
        self.known.insert(address(schema), id);
        self.open.push(Open {
            id,
            schema,
            resolver,
        });
        id
    }

    fn fill(&mut self, open: &Open<'r>) -> Result<()> {
        let id = open.id;
        let Value::Object(schema) = open.schema else {
            let node = &mut self.graph.nodes[id.0 as usize];
            node.never = open.schema == &Value::Bool(false);
            node.asserts = node.never;
            return Ok(());
        };
        let node = &mut self.graph.nodes[id.0 as usize];
        node.asserts = schema
            .keys()
            .any(|keyword| !ANNOTATIONS.contains(&keyword.as_str()));
        let dialect = schema.get("$schema").and_then(Value::as_str);
        if dialect.is_some_and(|dialect| dialect.trim_end_matches('#') != DRAFT_2020_12) {
            return self.leave_to_crate(id, "another dialect than draft 2020-12");
        }
        let resolver = if schema.contains_key("$id") {
            let resource = Draft::Draft202012.create_resource_ref(open.schema);
            open.resolver
                .in_subresource(resource)
                .map_err(|error| reference_error("$id", &error))?
        } else {
            open.resolver.clone()
        };
        self.assertions(id, schema)?;
        self.applicators(id, schema, &resolver)?;
        self.references(id, schema, &resolver)?;
        let opaque: Vec<&'static str> = OPAQUE
            .into_iter()
            .filter(|keyword| schema.contains_key(*keyword))
            .collect();
        if !opaque.is_empty() {
            let check = self.whole_check(id)?;
            self.graph.nodes[id.0 as usize].opaque = Some(Opaque {
                keywords: Some(opaque),
                reason: "keywords that depend on what other keywords evaluated",
                check,
            });
        }
        Ok(())
    }

    /// What the schema asserts of the value itself.
    fn assertions(&mut self, id: NodeId, schema: &Map<String, Value>) -> Result<()> {
        let node = &mut self.graph.nodes[id.0 as usize];
        if let Some(names) = schema.get("type") {
            let mut types = Types::default();
            for name in one_or_many(names).iter().filter_map(Value::as_str) {
                types.insert(name);
            }
            node.types = Some(types);
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            node.values = Some(Values::new(values.clone()));
        }
        node.constant = schema.get("const").cloned();
        for (keyword, kind) in CHECKS {
            if let Some(argument) = schema.get(keyword) {
                let check = Check::new(keyword, argument, kind).map_err(|error| {
                    Error::new(ErrorKind::Schema, format!("{}: {error}", node.place))
                })?;
                node.checks.push(check);
            }
        }
        for (keyword, kind, is_maximum) in LENGTHS {
            if let Some(limit) = schema.get(keyword).and_then(limit) {
                node.lengths.push(Length {
                    kind,
                    is_maximum,
                    limit,
                });
            }
        }
        node.object.required = strings(schema.get("required"));
        if let Some(Value::Object(dependencies)) = schema.get("dependentRequired") {
            node.object.dependent_required = dependencies
                .iter()
                .map(|(name, needed)| (name.as_str().into(), strings(Some(needed))))
                .collect();
        }
        if let Some(Value::Array(examples)) = schema.get("examples") {
            node.examples.clone_from(examples);
        }
        Ok(())
    }

    /// The schemas that the schema applies to the value or its parts.
    fn applicators(
        &mut self,
        id: NodeId,
        schema: &'r Map<String, Value>,
        resolver: &Resolver<'r>,
    ) -> Result<()> {
        let place = Arc::clone(&self.graph.node(id).place);
        let child = |compiler: &mut Self, schema: &'r Value, path: &[&str]| {
            let mut pointer = place.pointer.clone();
            for key in path {
                pointer.push_key(key);
            }
            let place = Place {
                document: Arc::clone(&place.document),
                pointer,
            };
            compiler.node_at(schema, place, resolver.clone())
        };
        let one = |compiler: &mut Self, keyword: &str| {
            let schema = schema.get(keyword)?;
            Some(child(compiler, schema, &[keyword]))
        };
        let many = |compiler: &mut Self, keyword: &str| match schema.get(keyword) {
            Some(Value::Array(schemas)) => schemas
                .iter()
                .enumerate()
                .map(|(index, schema)| child(compiler, schema, &[keyword, &index.to_string()]))
                .collect(),
            _ => Vec::new(),
        };
        let named = |compiler: &mut Self, keyword: &str| match schema.get(keyword) {
            Some(Value::Object(schemas)) => schemas
                .iter()
                .map(|(name, schema)| {
                    let id = child(compiler, schema, &[keyword, name]);
                    (Arc::<str>::from(name.as_str()), id)
                })
                .collect(),
            _ => Vec::new(),
        };

        let all_of = many(self, "allOf");
        let any_of = many(self, "anyOf");
        let one_of = many(self, "oneOf");
        let not = one(self, "not");
        let conditional = one(self, "if").map(|condition| Conditional {
            condition,
            then: one(self, "then"),
            otherwise: one(self, "else"),
        });
        let prefix = many(self, "prefixItems");
        let items = one(self, "items");
        let contains = one(self, "contains").map(|node| Contains {
            node,
            minimum: schema.get("minContains").and_then(limit).unwrap_or(1),
            maximum: schema.get("maxContains").and_then(limit),
        });
        let properties: Vec<(Arc<str>, NodeId)> = named(self, "properties");
        let mut patterns = Vec::new();
        for (pattern, id) in named(self, "patternProperties") {
            let check = Check::new("pattern", &Value::from(&*pattern), Kind::String)?;
            patterns.push((check, id));
        }
        let additional = one(self, "additionalProperties");
        let property_names = one(self, "propertyNames");
        let dependent_schemas = named(self, "dependentSchemas");

        let node = &mut self.graph.nodes[id.0 as usize];
        node.all_of = all_of;
        node.any_of = any_of;
        node.one_of = one_of;
        node.not = not;
        node.conditional = conditional;
        node.array.prefix = prefix;
        node.array.items = items;
        node.array.contains = contains;
        node.object.names = properties
            .iter()
            .map(|(name, _)| Arc::clone(name))
            .collect();
        node.object.properties = properties.into_iter().collect();
        node.object.patterns = patterns;
        node.object.additional = additional;
        node.object.property_names = property_names;
        node.object.dependent_schemas = dependent_schemas;
        Ok(())
    }

    fn references(
        &mut self,
        id: NodeId,
        schema: &'r Map<String, Value>,
        resolver: &Resolver<'r>,
    ) -> Result<()> {
        let reference = match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => Some(self.target(reference, resolver)?),
            None => None,
        };
        let mut dynamic = None;
        if let Some(reference) = schema.get("$dynamicRef").and_then(Value::as_str) {
            let anchor = reference.rsplit('#').next().unwrap_or_default();
            if self.dynamic_anchors.get(anchor).copied().unwrap_or(0) > 1 {
                self.ambiguous.push(id);
            } else {
                dynamic = Some(self.target(reference, resolver)?);
            }
        }
        let node = &mut self.graph.nodes[id.0 as usize];
        match (reference, dynamic) {
            (Some(reference), Some(dynamic)) => {
                node.reference = Some(reference);
                node.all_of.push(dynamic);
            }
            (reference, dynamic) => node.reference = reference.or(dynamic),
        }
        Ok(())
    }

    fn whole_check(&self, id: NodeId) -> Result<WholeCheck> {
        let place = &self.graph.node(id).place;
        if place.pointer == Pointer::root()
            && let Some(document) = self.documents.get(&place.document)
        {
            return WholeCheck::of_document(self.registry, document);
        }
        let uri = format!("{}#{}", place.document, place.pointer.to_fragment());
        WholeCheck::new(self.registry, &uri)
    }

    /// Makes a node opaque as a whole.
    fn leave_to_crate(&mut self, id: NodeId, reason: &'static str) -> Result<()> {
        let check = self.whole_check(id)?;
        let node = &mut self.graph.nodes[id.0 as usize];
        let place = Place::clone(&node.place);
        let (name, component) = (node.name.clone(), node.component);
        *node = blank(place, &Value::Null);
        node.name = name;
        node.component = component;
        node.opaque = Some(Opaque {
            keywords: None,
            reason,
            check,
        });
        Ok(())
    }

    /// Leaves an entry to the crate as a whole when the walk cannot decide what it reaches: a schema
    /// that applies itself to the same value (the walk would run forever, and where the crate breaks
    /// such a cycle depends on where it entered), or a `$dynamicRef` whose target depends on the way.
    fn leave_unwalkable_entries(&mut self, entries: &[NodeId]) -> Result<()> {
        let cyclic = cyclic(&self.graph);
        for &entry in entries {
            let reached = reached(&self.graph, entry);
            if cyclic.iter().any(|id| reached.contains(id)) {
                self.leave_to_crate(entry, "a schema that refers to itself for the same value")?;
            } else if self.ambiguous.iter().any(|id| reached.contains(id)) {
                self.leave_to_crate(entry, "`$dynamicRef` with several possible targets")?;
            }
        }
        Ok(())
    }
}

fn blank(place: Place, schema: &Value) -> Node {
    let (name, component) = match component_name(&place.pointer) {
        Some(name) => (Some(name), true),
        None => {
            let title = schema.get("title").and_then(Value::as_str).map(Into::into);
            (title, false)
        }
    };
    Node {
        place: Arc::new(place),
        name,
        component,
        never: false,
        asserts: true,
        types: None,
        values: None,
        constant: None,
        checks: Vec::new(),
        lengths: Vec::new(),
        object: super::ObjectRules::default(),
        array: super::ArrayRules::default(),
        reference: None,
        all_of: Vec::new(),
        any_of: Vec::new(),
        one_of: Vec::new(),
        not: None,
        conditional: None,
        opaque: None,
        examples: Vec::new(),
    }
}

/// The name of a component, when the pointer is that of one: `…/$defs/Name`.
fn component_name(pointer: &Pointer) -> Option<Arc<str>> {
    let (rest, name) = pointer.as_str().rsplit_once('/')?;
    rest.ends_with("/$defs")
        .then(|| name.replace("~1", "/").replace("~0", "~").into())
}

fn address(schema: &Value) -> usize {
    std::ptr::from_ref(schema) as usize
}

fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        one => std::slice::from_ref(one),
    }
}

fn strings(value: Option<&Value>) -> Vec<Arc<str>> {
    value
        .map_or(&[][..], one_or_many)
        .iter()
        .filter_map(Value::as_str)
        .map(Into::into)
        .collect()
}

/// A length limit: a whole number, which may be written `2.0`.
fn limit(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        // The meta-schema lets whole, non-negative numbers through only; a float beyond 64 bits
        // saturates, which no length can reach.
        value.as_f64().map(|float| float as u64)
    })
}
