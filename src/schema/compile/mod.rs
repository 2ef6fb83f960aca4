//! From documents to the graph.

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
use super::{Dialect, Documents, Graph, Node, NodeId, Place, ContractProblem, ProblemKind, Vocabularies};
use super::discriminator;
use super::{cycles, direction};

/// How schemas are read where the specification is at odds with what people write.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompileOptions {
    /// A schema with `nullable: true` (OpenAPI 3.0) accepts null, whatever else it says: an `enum` that does not
    /// list null, an `allOf`, a `$ref`.
    pub lenient_null: bool,
    /// `format` says something to people and tools, and asserts nothing.
    pub formats_annotate: bool,
    /// A `discriminator` is a hint, as OpenAPI 3.1.1 has it: in a `oneOf`, a value that a second branch accepts
    /// is refused, whatever its tag.
    pub discriminators_hint: bool,
}

/// Compiles the schemas at `entries` (URIs into `documents`, with a JSON pointer as fragment) and
/// everything they refer to. Returns the graph and the node of each entry.
///
/// # Errors
///
/// When something in the schemas cannot be used: the first such problem.
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
                format!("`{entry}` leads nowhere: {reason}"),
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

/// Where a schema is read: the resource that its references start from, and what the way to it says
/// of dynamic references.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::schema) struct Scope {
    pub(in crate::schema) resource: ResourceId,
    environment: u32,
}

/// A schema that has a node, still to be filled.
struct Open<'d> {
    id: NodeId,
    schema: &'d Value,
    scope: Scope,
}

/// What is known of a schema while its keywords are read.
pub(in crate::schema) struct Here {
    pub(in crate::schema) place: Arc<Place>,
    pub(in crate::schema) scope: Scope,
    pub(in crate::schema) dialect: Dialect,
    pub(in crate::schema) vocabularies: Vocabularies,
}

/// Builds a graph from documents. Schemas are given a node when they are met and filled later, so
/// cycles end; a schema that is met again has the same node.
///
/// What cannot be used is put down as a [`ContractProblem`], and compiling goes on without it.
pub struct Compiler<'d> {
    documents: &'d Documents,
    pub(in crate::schema) resources: Resources<'d>,
    pub(in crate::schema) options: CompileOptions,
    graph: Graph,
    /// Nodes by the address of their schema (the documents do not move while compiling) and by what
    /// dynamic references mean there.
    known: FxHashMap<(usize, u32), NodeId>,
    open: Vec<Open<'d>>,
    /// For each environment: which resource decides an anchor; the anchor of `$recursiveRef` is empty.
    environments: Vec<Vec<(String, ResourceId)>>,
    /// Checks by dialect, keyword and argument: the same few are asked for over and over.
    pub(in crate::schema) checks: FxHashMap<(Dialect, &'static str, String), Result<Arc<KeywordCheck>, String>>,
    /// Names of properties, each kept once.
    names: rustc_hash::FxHashSet<Arc<str>>,
    problems: Vec<ContractProblem>,
    has_too_many_environments: bool,
    /// Objects of OpenAPI in schemas.
    pub(in crate::schema) attached: Vec<(&'static str, Place, &'d Value)>,
    /// Places of the documents that were asked for one.
    locators: RefCell<FxHashMap<Arc<str>, Locator<'d>>>,
}

/// Meanings that the way to a schema may give it. Each takes nodes of its own, and dynamic anchors can
/// be combined without end.
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

    /// The node of a schema that stands at `place`, which is inside one of the documents.
    pub fn schema(&mut self, place: Place, schema: &'d Value) -> NodeId {
        let resource = self.resources.of_document(&place.document).unwrap_or(0);
        let environment = self.enter(0, resource);
        let scope = Scope {
            resource,
            environment,
        };
        self.node_at(schema, place, scope)
    }

    /// Where a schema stands.
    #[must_use]
    pub fn place(&self, node: NodeId) -> Arc<Place> {
        Arc::clone(&self.graph.node(node).place)
    }

    /// What an OpenAPI Reference Object of a document leads to.
    ///
    /// # Errors
    ///
    /// Why it leads nowhere.
    pub fn follow(&self, reference: &str, document: &str) -> Result<(&'d Value, Place), String> {
        let from = self
            .resources
            .of_document(document)
            .ok_or_else(|| "there are no documents".to_owned())?;
        let target = self.resources.resolve(reference, from)?;
        Ok((target.value, target.place))
    }

    /// Puts down something that cannot be used.
    pub fn problem(&mut self, place: Place, kind: ProblemKind) {
        self.problems.push(ContractProblem { place, kind });
    }

    /// Fills every node.
    pub(crate) fn complete(&mut self) {
        while let Some(open) = self.open.pop() {
            self.fill(&open);
        }
    }

    /// Objects of OpenAPI that stand in the schemas that were compiled: keyword, place and object.
    pub(crate) fn take_attached(&mut self) -> Vec<(&'static str, Place, &'d Value)> {
        std::mem::take(&mut self.attached)
    }

    /// Fills every node, and returns the graph with what could not be used, in order of place.
    #[must_use]
    pub fn finish(mut self) -> (Graph, Vec<ContractProblem>) {
        self.complete();
        for problem in cycles::cut(&mut self.graph) {
            self.problems.push(problem);
        }
        if self.has_too_many_environments {
            let message = format!(
                "dynamic anchors combine in more than {ENVIRONMENTS} ways; beyond that, \
                 `$dynamicRef` leads to the anchor that the way had before"
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
            let message = format!("another schema has the id `{uri}`; the first one counts");
            self.problem(place, ProblemKind::Description(message));
        }
        direction::exempt(&mut self.graph);
        if !self.options.discriminators_hint {
            discriminator::settle(&mut self.graph);
        }
        self.problems.sort();
        self.problems.dedup();
        // What a reference is needed for says so by an error.
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
                // What it holds is not shown: a reference may lead to a file that is no contract.
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

    /// The node of a schema that a keyword of the schema here applies.
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

    /// The node that `$ref` leads to.
    pub(in crate::schema) fn reference(&mut self, here: &Here, reference: &str) -> Result<NodeId, String> {
        let target = self.resources.resolve(reference, here.scope.resource)?;
        if here.dialect.is_openapi()
            && let Some(section) = other_component(&target.place.pointer)
        {
            return Err(format!(
                "it leads to one of the `{section}`, and a schema is expected here"
            ));
        }
        Ok(self.target_node(target, here.scope.environment))
    }

    /// The node that `$dynamicRef` leads to: of the outermost resource on the way here that has the
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

    /// The node that `$recursiveRef` leads to (JSON Schema core 2019-09, section 8.2.4.2).
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

    /// What dynamic references mean once the way has led into a resource: the first resource on the way
    /// that has an anchor decides it.
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
            // Told once, when the graph is finished.
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

    /// Adds a node that no schema of the documents is.
    pub(in crate::schema) fn add(&mut self, node: Node) -> NodeId {
        let id = NodeId::at(self.graph.nodes.len());
        self.graph.nodes.push(node);
        id
    }

    /// A name, shared with the other places that have it.
    pub(in crate::schema) fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name));
        name
    }

    /// The document that all others were reached from.
    pub(in crate::schema) fn entry_document(&self) -> Option<(&'d str, &'d Value)> {
        let entry = self.documents.at(0)?;
        Some((&entry.uri, &entry.value))
    }

    /// The scalar at a place as its document writes it, where that has a text.
    pub(in crate::schema) fn written(&self, place: &Place) -> Option<String> {
        let source = self.documents.document(&place.document)?.source.as_ref()?;
        let mut locators = self.locators.borrow_mut();
        let locator = locators
            .entry(Arc::clone(&place.document))
            .or_insert_with(|| source.locator());
        let span = locator.scalar(&place.pointer)?;
        source.text().get(span).map(str::to_owned)
    }

    /// What a schema with this `$schema` is written in.
    pub(in crate::schema) fn language(&self, schema: &str, here: &Here) -> Option<Language> {
        self.documents
            .language(schema, &self.resources.get(here.scope.resource).uri)
    }

    /// What stands at a place.
    pub(crate) fn value_at(&self, place: &Place) -> Option<&'d Value> {
        self.documents.at_place(place)
    }

    /// The value of a document of the set, by URI.
    pub(in crate::schema) fn document(&self, uri: &str) -> Option<&'d Value> {
        self.documents.get(uri)
    }
}

/// The section of OpenAPI components that a pointer leads to an entry of, if it is not that of schemas.
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

/// The name of a component: `…/$defs/Name`, `…/definitions/Name`, `/components/schemas/Name`, or a file
/// of its own.
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
    // A member of the root is a component where the root is a collection of schemas.
    let is_keyword = rest.is_empty() && Dialect::ALL.iter().any(|d| d.role(name).is_some());
    (is_component && !is_keyword).then(|| name.replace("~1", "/").replace("~0", "~").into())
}
