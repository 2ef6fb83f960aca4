//! Compiles documents into the graph.

mod annotation;
mod array;
mod branch;
mod keywords;
mod length;
mod mapping;
mod nullable;
mod number;
mod object;
mod reference;
mod string;
mod value;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::location::Pointer;
use crate::source::Locator;

use super::check::KeywordCheck;
use super::resources::{ResourceId, Resources, Target, address};
use super::vocabulary::Language;
use super::{
    ContractProblem, Dialect, Documents, Graph, Node, NodeId, Place, ProblemKind, Required, Types, Vocabularies,
};
use super::discriminator;
use super::{cycles, direction};

/// Options for cases in which the specification differs from common practice.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompileOptions {
    /// A schema with `nullable: true` (OpenAPI 3.0) accepts null regardless of its other keywords: an `enum`
    /// that does not list null, an `allOf`, a `$ref`.
    pub lenient_null: bool,
    /// `format` is an annotation and constrains nothing.
    pub formats_annotate: bool,
    /// A `discriminator` is only a hint, as OpenAPI 3.1.1 defines it: a value that matches a second branch of
    /// a `oneOf` is rejected, whatever its tag.
    pub discriminators_hint: bool,
}

/// Compiles the schemas at `entries` (URIs into `documents`, with a JSON pointer as fragment) and every
/// schema they refer to. Returns the graph and the node of each entry.
///
/// # Errors
///
/// The first problem in the schemas.
pub fn compile(
    documents: &Documents,
    entries: &[String],
    options: CompileOptions,
) -> Result<(Graph, Vec<NodeId>)> {
    let mut compiler = Compiler::new(documents, options);
    let mut nodes = Vec::with_capacity(entries.len());
    for entry in entries {
        nodes.push(compiler.entry(entry).map_err(|reason| {
            Error::new(
                ErrorKind::Schema,
                format!("`{entry}` cannot be resolved: {reason}"),
            )
        })?);
    }
    let (graph, problems) = compiler.finish();
    let is_grave = |problem: &&ContractProblem| problem.kind.leaves_out();
    match problems.iter().find(is_grave) {
        Some(ContractProblem { place, kind }) => {
            Err(Error::new(ErrorKind::Schema, format!("{place}: {kind}")))
        }
        None => Ok((graph, nodes)),
    }
}

/// The scope of a schema: the resource that its references are relative to, and the dynamic scope along the
/// path to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::schema) struct Scope {
    pub(in crate::schema) resource: ResourceId,
    environment: u32,
}

/// A schema whose node still has to be filled.
struct Open<'d> {
    id: NodeId,
    schema: &'d Value,
    scope: Scope,
}

/// The context in which the keywords of a schema are read.
pub(in crate::schema) struct Here {
    pub(in crate::schema) place: Arc<Place>,
    pub(in crate::schema) scope: Scope,
    pub(in crate::schema) dialect: Dialect,
    pub(in crate::schema) vocabularies: Vocabularies,
}

/// Builds a graph from documents. A schema gets its node when it is first reached, and the node is filled
/// later, so cycles terminate. A schema that is reached again keeps the same node.
///
/// Anything unusable is recorded as a [`ContractProblem`], and compilation continues without it.
pub struct Compiler<'d> {
    documents: &'d Documents,
    pub(in crate::schema) resources: Resources<'d>,
    pub(in crate::schema) options: CompileOptions,
    graph: Graph,
    /// Nodes by the address of their schema (documents do not move during compilation) and by the environment
    /// that decides dynamic references.
    known: FxHashMap<(usize, u32), NodeId>,
    open: Vec<Open<'d>>,
    /// For each environment, the resource that decides each anchor. The anchor of `$recursiveRef` is the
    /// empty string.
    environments: Vec<Vec<(String, ResourceId)>>,
    /// Checks by dialect, keyword and argument; the same few recur constantly.
    pub(in crate::schema) checks: FxHashMap<(Dialect, &'static str, String), Result<Arc<KeywordCheck>, String>>,
    /// Interned property names.
    names: rustc_hash::FxHashSet<Arc<str>>,
    problems: Vec<ContractProblem>,
    has_too_many_environments: bool,
    /// OpenAPI objects inside schemas.
    pub(in crate::schema) attached: Vec<(&'static str, Place, &'d Value)>,
    /// Locators of the documents, created on first use.
    locators: RefCell<FxHashMap<Arc<str>, Locator<'d>>>,
}

/// The limit on environments. Each needs nodes of its own, and dynamic anchors can be combined endlessly.
const ENVIRONMENTS: usize = crate::limits::DYNAMIC_SCOPES;

impl<'d> Compiler<'d> {
    /// A compiler for these documents.
    #[must_use]
    pub fn new(documents: &'d Documents, options: CompileOptions) -> Self {
        Self {
            documents,
            resources: Resources::new(documents),
            options,
            graph: Graph::default(),
            known: FxHashMap::default(),
            open: Vec::new(),
            environments: vec![Vec::new()],
            checks: FxHashMap::default(),
            names: rustc_hash::FxHashSet::default(),
            problems: Vec::new(),
            has_too_many_environments: false,
            attached: Vec::new(),
            locators: RefCell::default(),
        }
    }

    /// The node of the schema with this absolute URI.
    ///
    /// # Errors
    ///
    /// Why there is no such schema.
    pub fn entry(&mut self, uri: &str) -> Result<NodeId, String> {
        let (document, _) = uri.split_once('#').unwrap_or((uri, ""));
        let from = self
            .resources
            .of_document(document)
            .or_else(|| self.first_document())
            .ok_or_else(|| "there are no documents".to_owned())?;
        let target = self.resources.resolve(uri, from)?;
        Ok(self.target_node(target, 0))
    }

    fn first_document(&self) -> Option<ResourceId> {
        let first = self.documents.iter().next()?;
        self.resources.of_document(&first.uri)
    }

    /// The node of the schema at `place`, which must be inside one of the documents.
    pub fn schema(&mut self, place: Place, schema: &'d Value) -> NodeId {
        let resource = self.resources.of_document(&place.document).unwrap_or(0);
        let environment = self.enter(0, resource);
        let scope = Scope {
            resource,
            environment,
        };
        self.node_at(schema, place, scope)
    }

    /// Adds the schema of an object that no document describes as a schema.
    pub fn object(&mut self, place: Place, properties: &[(&str, NodeId)], required: &[&str]) -> NodeId {
        let mut node = Node::new(Arc::new(place));
        let mut types = Types::default();
        types.insert("object");
        node.types = Some(types);
        node.asserts = true;
        node.is_leaf = properties.is_empty();
        for (name, schema) in properties {
            node.object.properties.insert((*name).into(), *schema);
        }
        let required = required.iter().map(|name| Required {
            name: (*name).into(),
            except: None,
        });
        node.object.required.extend(required);
        self.add(node)
    }

    /// The place of a schema.
    #[must_use]
    pub fn place(&self, node: NodeId) -> Arc<Place> {
        Arc::clone(&self.graph.node(node).place)
    }

    /// The target of an OpenAPI Reference Object in a document.
    ///
    /// # Errors
    ///
    /// Why the reference cannot be resolved.
    pub fn follow(&self, reference: &str, document: &str) -> Result<(&'d Value, Place), String> {
        let from = self
            .resources
            .of_document(document)
            .ok_or_else(|| "there are no documents".to_owned())?;
        let target = self.resources.resolve(reference, from)?;
        Ok((target.value, target.place))
    }

    /// Records a problem.
    pub fn problem(&mut self, place: Place, kind: ProblemKind) {
        self.problems.push(ContractProblem { place, kind });
    }

    /// Fills every node.
    pub(crate) fn complete(&mut self) {
        while let Some(open) = self.open.pop() {
            self.fill(&open);
        }
    }

    /// The OpenAPI objects inside the compiled schemas: keyword, place and object.
    pub(crate) fn take_attached(&mut self) -> Vec<(&'static str, Place, &'d Value)> {
        std::mem::take(&mut self.attached)
    }

    /// Fills every node, and returns the graph and the problems in order of place.
    #[must_use]
    pub fn finish(mut self) -> (Graph, Vec<ContractProblem>) {
        self.complete();
        for problem in cycles::cut(&mut self.graph) {
            self.problems.push(problem);
        }
        if self.has_too_many_environments {
            let message = format!(
                "dynamic anchors combine in more than {ENVIRONMENTS} ways; for the rest, \
                 `$dynamicRef` keeps the anchor of the enclosing scope"
            );
            let keyword = "$dynamicRef".to_owned();
            let place = Place {
                document: self
                    .documents
                    .at(0)
                    .map_or("".into(), |first| first.uri.clone()),
                pointer: Pointer::root(),
            };
            self.problem(place, ProblemKind::Argument { keyword, message });
        }
        for (place, uri) in std::mem::take(&mut self.resources.repeated_ids) {
            let message = format!("another schema has the id `{uri}`; the first one is used");
            self.problem(place, ProblemKind::Description(message));
        }
        direction::exempt(&mut self.graph);
        if !self.options.discriminators_hint {
            discriminator::settle(&mut self.graph);
        }
        self.problems.sort();
        self.problems.dedup();
        // A dangling reference is already an error, so tolerated problems at the same place are dropped.
        let is_dangling = |problem: &ContractProblem| matches!(problem.kind, ProblemKind::Reference { .. });
        let dangling = self.problems.iter().filter(|problem| is_dangling(problem));
        let dangling: BTreeSet<Place> = dangling.map(|problem| problem.place.clone()).collect();
        self.problems.retain(|problem| {
            !matches!(problem.kind, ProblemKind::Tolerated(_)) || !dangling.contains(&problem.place)
        });
        (self.graph, self.problems)
    }

    fn fill(&mut self, open: &Open<'d>) {
        let index = open.id.0 as usize;
        let place = Arc::clone(&self.graph.nodes[index].place);
        let blank = Node::new(Arc::clone(&place));
        let mut node = std::mem::replace(&mut self.graph.nodes[index], blank);
        match open.schema {
            Value::Bool(accepts) => {
                node.never = !accepts;
                node.asserts = node.never;
            }
            Value::Object(members) => {
                let resource = self.resources.get(open.scope.resource);
                let dialect = resource.dialect;
                node.dialect = dialect;
                let here = Here {
                    place,
                    scope: open.scope,
                    dialect,
                    vocabularies: resource.vocabularies,
                };
                self.keywords(&mut node, members, &here);
                node.is_leaf = node.applies_nothing();
            }
            other => {
                // The content is not shown: a reference may point to a file that is not a contract.
                let found = match other {
                    Value::Array(_) => "a list",
                    Value::String(_) => "a string",
                    Value::Number(_) => "a number",
                    Value::Null | Value::Bool(_) | Value::Object(_) => "null",
                };
                let kind = ProblemKind::Argument {
                    keyword: String::new(),
                    message: format!("a schema must be an object or a boolean, not {found}"),
                };
                self.problem(Place::clone(&place), kind);
            }
        }
        self.graph.nodes[index] = node;
    }

    /// The node of a subschema of a keyword.
    pub(in crate::schema) fn child(&mut self, here: &Here, path: &[&str], schema: &'d Value) -> NodeId {
        let pointer = path.iter().fold(here.place.pointer.clone(), |mut at, key| {
            at.push_key(key);
            at
        });
        let place = Place {
            document: Arc::clone(&here.place.document),
            pointer,
        };
        self.node_at(schema, place, here.scope)
    }

    /// The node that a `$ref` points to.
    pub(in crate::schema) fn reference(&mut self, here: &Here, reference: &str) -> Result<NodeId, String> {
        let target = self.resources.resolve(reference, here.scope.resource)?;
        if here.dialect.is_openapi()
            && let Some(section) = other_component(&target.place.pointer)
        {
            return Err(format!(
                "it points to an entry of `{section}`, but a schema is expected here"
            ));
        }
        Ok(self.target_node(target, here.scope.environment))
    }

    /// The node that a `$dynamicRef` points to: in the outermost resource of the dynamic scope that has the
    /// dynamic anchor (JSON Schema core 2020-12, section 8.2.3.2).
    pub(in crate::schema) fn dynamic(&mut self, here: &Here, reference: &str) -> Result<NodeId, String> {
        let target = self.resources.resolve(reference, here.scope.resource)?;
        let environment = self.enter(here.scope.environment, target.resource);
        let outermost = target.dynamic.as_deref().and_then(|name| {
            let resource = self.deciding(environment, name)?;
            self.resources.at_anchor(resource, name)
        });
        Ok(self.target_node(outermost.unwrap_or(target), environment))
    }

    /// The node that a `$recursiveRef` points to (JSON Schema core 2019-09, section 8.2.4.2).
    pub(in crate::schema) fn recursive(&mut self, here: &Here) -> NodeId {
        let own = here.scope.resource;
        let resource = match self.resources.get(own).is_recursive {
            true => self.deciding(here.scope.environment, "").unwrap_or(own),
            false => own,
        };
        let target = self.resources.root_of(resource);
        self.target_node(target, here.scope.environment)
    }

    fn deciding(&self, environment: u32, anchor: &str) -> Option<ResourceId> {
        self.environments[environment as usize]
            .iter()
            .find(|(name, _)| name == anchor)
            .map(|(_, resource)| *resource)
    }

    /// The environment after entering a resource: the first resource on the path that has an anchor decides
    /// that anchor.
    fn enter(&mut self, environment: u32, resource: ResourceId) -> u32 {
        let asked = &self.resources.dynamic_names;
        if asked.is_empty() {
            return environment;
        }
        let mut inside = self.environments[environment as usize].clone();
        let entered = self.resources.get(resource);
        for name in entered
            .dynamic_anchors()
            .filter(|name| asked.contains(name))
        {
            if !inside.iter().any(|(known, _)| known == name) {
                inside.push((name.to_owned(), resource));
            }
        }
        match entered.is_recursive {
            true if !inside.iter().any(|(name, _)| name.is_empty()) => {
                inside.push((String::new(), resource));
            }
            true => {}
            false => inside.retain(|(name, _)| !name.is_empty()),
        }
        inside.sort();
        let known = self.environments.iter().position(|known| *known == inside);
        if known.is_none() && self.environments.len() >= ENVIRONMENTS {
            // Reported once, when the graph is finished.
            self.has_too_many_environments = true;
            return environment;
        }
        let index = known.unwrap_or_else(|| {
            self.environments.push(inside);
            self.environments.len() - 1
        });
        crate::limits::index(index)
    }

    fn target_node(&mut self, target: Target<'d>, environment: u32) -> NodeId {
        let environment = self.enter(environment, target.resource);
        let scope = Scope {
            resource: target.resource,
            environment,
        };
        self.node_at(target.value, target.place, scope)
    }

    fn node_at(&mut self, schema: &'d Value, place: Place, mut scope: Scope) -> NodeId {
        if let Some(inner) = self.resources.starting_at(schema)
            && inner != scope.resource
        {
            scope = Scope {
                resource: inner,
                environment: self.enter(scope.environment, inner),
            };
        }
        let key = (address(schema), scope.environment);
        if let Some(&id) = self.known.get(&key) {
            return id;
        }
        let id = NodeId::at(self.graph.nodes.len());
        let (name, component) = match component_name(&place) {
            Some(name) => (Some(name), true),
            None => {
                let title = schema.get("title").and_then(Value::as_str).map(Into::into);
                (title, false)
            }
        };
        let mut node = Node::new(Arc::new(place));
        node.name = name;
        node.component = component;
        self.graph.nodes.push(node);
        self.known.insert(key, id);
        self.open.push(Open { id, schema, scope });
        id
    }

    /// Adds a node that is not a schema of any document.
    pub(in crate::schema) fn add(&mut self, node: Node) -> NodeId {
        let id = NodeId::at(self.graph.nodes.len());
        self.graph.nodes.push(node);
        id
    }

    /// Interns a name.
    pub(in crate::schema) fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name));
        name
    }

    /// The document from which all others were reached.
    pub(in crate::schema) fn entry_document(&self) -> Option<(&'d str, &'d Value)> {
        let entry = self.documents.at(0)?;
        Some((&entry.uri, &entry.value))
    }

    /// The scalar at a place as its document writes it, if the document has a text.
    pub(in crate::schema) fn written(&self, place: &Place) -> Option<String> {
        let source = self.documents.document(&place.document)?.source.as_ref()?;
        let mut locators = self.locators.borrow_mut();
        let locator = locators
            .entry(Arc::clone(&place.document))
            .or_insert_with(|| source.locator());
        let span = locator.scalar(&place.pointer)?;
        source.text().get(span).map(str::to_owned)
    }

    /// The language that this `$schema` selects.
    pub(in crate::schema) fn language(&self, schema: &str, here: &Here) -> Option<Language> {
        self.documents
            .language(schema, &self.resources.get(here.scope.resource).uri)
    }

    /// The value at a place.
    pub(crate) fn value_at(&self, place: &Place) -> Option<&'d Value> {
        self.documents.at_place(place)
    }

    /// The value of the document with this URI.
    pub(in crate::schema) fn document(&self, uri: &str) -> Option<&'d Value> {
        self.documents.get(uri)
    }
}

/// The section of the OpenAPI components that a pointer leads into, unless it is the one for schemas.
fn other_component(pointer: &Pointer) -> Option<&'static str> {
    const SECTIONS: [&str; 9] = [
        "responses",
        "parameters",
        "examples",
        "requestBodies",
        "headers",
        "securitySchemes",
        "links",
        "callbacks",
        "pathItems",
    ];
    let (section, name) = pointer
        .as_str()
        .strip_prefix("/components/")?
        .split_once('/')?;
    let section = SECTIONS.into_iter().find(|known| *known == section)?;
    (!name.contains('/')).then_some(section)
}

/// The name of a component: `…/$defs/Name`, `…/definitions/Name`, `/components/schemas/Name`, or a file of
/// its own.
fn component_name(place: &Place) -> Option<Arc<str>> {
    if place.pointer == Pointer::root() {
        let path = place.document.strip_prefix("file://")?;
        let file = path.rsplit('/').next()?;
        let stem = file.split('.').next().filter(|stem| !stem.is_empty())?;
        let stem = percent_encoding::percent_decode_str(stem).decode_utf8_lossy();
        return Some(stem.into());
    }
    let (rest, name) = place.pointer.as_str().rsplit_once('/')?;
    let is_component = rest.is_empty()
        || rest.ends_with("/$defs")
        || rest.ends_with("/definitions")
        || rest.ends_with("/components/schemas");
    // A member of the root is a component if the root is a collection of schemas.
    let is_keyword = rest.is_empty() && Dialect::ALL.iter().any(|d| d.role(name).is_some());
    (is_component && !is_keyword).then(|| name.replace("~1", "/").replace("~0", "~").into())
}
