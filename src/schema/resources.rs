//! Resolves references: base URIs, `$id`, anchors and JSON pointers.

use std::borrow::Cow;
use std::sync::Arc;

use fluent_uri::{Uri, UriRef};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::error::closest;
use crate::location::Pointer;

use super::vocabulary::is_applicator;
use super::{Dialect, Documents, Place, Vocabularies};

/// Identifies a resource in [`Resources`].
pub(super) type ResourceId = u32;

/// A document, or a schema in it with a URI of its own.
pub(super) struct Resource<'d> {
    /// The URI, without fragment.
    pub(super) uri: String,
    document: Arc<str>,
    /// The start of the resource in the document.
    pointer: Pointer,
    value: &'d Value,
    pub(super) dialect: Dialect,
    pub(super) vocabularies: Vocabularies,
    anchors: FxHashMap<&'d str, Anchor<'d>>,
    /// `$recursiveAnchor: true`
    pub(super) is_recursive: bool,
}

struct Anchor<'d> {
    value: &'d Value,
    pointer: Pointer,
    is_dynamic: bool,
}

impl Resource<'_> {
    /// The names of its dynamic anchors.
    pub(super) fn dynamic_anchors(&self) -> impl Iterator<Item = &str> {
        self.anchors
            .iter()
            .filter(|(_, anchor)| anchor.is_dynamic)
            .map(|(name, _)| *name)
    }
}

/// The target of a reference.
pub(super) struct Target<'d> {
    pub(super) value: &'d Value,
    pub(super) place: Place,
    pub(super) resource: ResourceId,
    /// The name of the dynamic anchor that the reference used, if any.
    pub(super) dynamic: Option<String>,
}

/// Every resource of a set of documents.
pub(super) struct Resources<'d> {
    documents: &'d Documents,
    list: Vec<Resource<'d>>,
    by_uri: FxHashMap<String, ResourceId>,
    by_address: FxHashMap<usize, ResourceId>,
    /// The names that dynamic references use; only these can change the meaning of a schema. The name of
    /// `$recursiveRef` is the empty string.
    pub(super) dynamic_names: FxHashSet<&'d str>,
    /// Resources by their ids as written: in a folder of schemas with relative ids, authors mean them
    /// relative to its root.
    by_written_id: FxHashMap<&'d str, ResourceId>,
    /// Ids that another schema already has.
    pub(super) repeated_ids: Vec<(Place, String)>,
}

const REFERENCES: usize = crate::limits::REFERENCES;

/// The role of a part of a document.
#[derive(Debug, Clone, Copy)]
enum Part {
    Schema,
    /// An OpenAPI object that is not a schema.
    Description,
    /// A map with names chosen by the author.
    Names(Named),
    /// A plain value, whatever it looks like. This includes the content of unknown keywords.
    Data,
}

/// The role of the members of a map.
#[derive(Debug, Clone, Copy)]
enum Named {
    Schemas,
    Descriptions,
}

impl Part {
    /// The role of a member of an object, where `self` is the role of the object.
    fn of_member(self, key: &str, member: &Value) -> Self {
        match self {
            Self::Schema => match key {
                "properties" | "patternProperties" | "$defs" | "definitions"
                | "dependentSchemas" | "dependencies"
                    if member.is_object() =>
                {
                    Self::Names(Named::Schemas)
                }
                "contentSchema" => Self::Schema,
                _ if is_applicator(key) => Self::Schema,
                _ => Self::Data,
            },
            Self::Description => match key {
                "schema" | "itemSchema" => Self::Schema,
                "schemas" | "definitions" if member.is_object() => Self::Names(Named::Schemas),
                // Here, a name such as `default` is a key and not a field.
                "responses"
                | "headers"
                | "callbacks"
                | "parameters"
                | "requestBodies"
                | "pathItems"
                | "content"
                | "paths"
                | "webhooks"
                | "links"
                | "mediaTypes"
                | "additionalOperations"
                    if member.is_object() =>
                {
                    Self::Names(Named::Descriptions)
                }
                "default" | "example" | "examples" | "value" | "dataValue" | "mapping" => {
                    Self::Data
                }
                _ if key.starts_with("x-") => Self::Data,
                _ => Self::Description,
            },
            Self::Names(Named::Schemas) => Self::Schema,
            Self::Names(Named::Descriptions) => Self::Description,
            Self::Data => Self::Data,
        }
    }
}

/// Whether an object of a description has keywords that only schemas have: a file of a split contract may
/// contain a schema.
fn is_identified(members: &serde_json::Map<String, Value>) -> bool {
    ["$id", "$anchor", "$dynamicAnchor", "$schema"]
        .iter()
        .any(|keyword| members.get(*keyword).is_some_and(Value::is_string))
}

impl<'d> Resources<'d> {
    pub(super) fn new(documents: &'d Documents) -> Self {
        let mut resources = Self {
            documents,
            list: Vec::new(),
            by_uri: FxHashMap::default(),
            by_address: FxHashMap::default(),
            dynamic_names: FxHashSet::default(),
            by_written_id: FxHashMap::default(),
            repeated_ids: Vec::new(),
        };
        for document in documents.iter() {
            let id = resources.add(Resource {
                uri: document.uri.to_string(),
                document: Arc::clone(&document.uri),
                pointer: Pointer::root(),
                value: &document.value,
                dialect: document.dialect,
                vocabularies: document.vocabularies,
                anchors: FxHashMap::default(),
                is_recursive: false,
            });
            if document.dialect.id_keyword().is_some() {
                let part = match document.dialect.is_openapi() {
                    true => Part::Description,
                    false => Part::Schema,
                };
                resources.scan(&document.value, &mut Pointer::root(), id, part);
            }
            if let Some(own) = document.value.get("$self").and_then(Value::as_str)
                && document.value.get("openapi").is_some()
                && let Some(uri) = join(&document.uri, own)
            {
                // OpenAPI 3.2: the base URI of references (section 4.1.2.2.1).
                resources.by_uri.entry(uri.clone()).or_insert(id);
                resources.list[id as usize].uri = uri;
            }
        }
        resources
    }

    fn add(&mut self, resource: Resource<'d>) -> ResourceId {
        let id = crate::limits::index(self.list.len());
        self.by_uri.entry(resource.uri.clone()).or_insert(id);
        self.by_address.insert(address(resource.value), id);
        self.list.push(resource);
        id
    }

    pub(super) fn get(&self, id: ResourceId) -> &Resource<'d> {
        &self.list[id as usize]
    }

    /// The resource that starts at this schema, if there is one.
    pub(super) fn starting_at(&self, schema: &Value) -> Option<ResourceId> {
        self.by_address.get(&address(schema)).copied()
    }

    /// The resource for a whole document.
    pub(super) fn of_document(&self, uri: &str) -> Option<ResourceId> {
        let document = self.documents.get(uri)?;
        // If the root of a document has an `$id`, that inner resource is used.
        self.starting_at(document)
    }

    /// Collects ids and anchors.
    fn scan(&mut self, value: &'d Value, at: &mut Pointer, outer: ResourceId, part: Part) {
        let mut resource = outer;
        match value {
            Value::Object(members) => {
                let mut part = part;
                match part {
                    Part::Schema => resource = self.identify(value, at, outer),
                    Part::Description if is_identified(members) => {
                        part = Part::Schema;
                        resource = self.identify(value, at, outer);
                    }
                    Part::Data => self.dynamic_name(value),
                    Part::Description | Part::Names(_) => {}
                }
                for (key, member) in members {
                    if !(member.is_object() || member.is_array()) {
                        continue;
                    }
                    let inner = part.of_member(key, member);
                    at.within(key, |at| self.scan(member, at, resource, inner));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    at.within(&index.to_string(), |at| {
                        self.scan(item, at, resource, part);
                    });
                }
            }
            _ => {}
        }
    }

    /// Collects the names that dynamic references use.
    fn dynamic_name(&mut self, value: &'d Value) {
        if let Some(reference) = value.get("$dynamicRef").and_then(Value::as_str) {
            let name = reference.rsplit('#').next().unwrap_or_default();
            self.dynamic_names.insert(name);
        }
        if value.get("$recursiveRef").is_some() {
            self.dynamic_names.insert("");
        }
    }

    /// Records the id and anchors of one schema; returns the resource that contains it.
    fn identify(&mut self, value: &'d Value, at: &Pointer, outer: ResourceId) -> ResourceId {
        let text = |keyword: &str| value.get(keyword).and_then(Value::as_str);
        let mut resource = outer;
        let mut dialect = self.get(outer).dialect;
        let id = dialect.id_keyword().and_then(text).or_else(|| text("$id"));
        self.dynamic_name(value);
        if let Some(id) = id
            && !(dialect.ref_hides_siblings() && value.get("$ref").is_some())
        {
            if let Some(name) = id.strip_prefix('#') {
                if dialect.has_fragment_ids() && !name.is_empty() {
                    self.anchor(resource, name, value, at, false);
                }
            } else if let Some(uri) = join(&self.get(outer).uri, id) {
                let base = &self.get(outer).uri;
                let own = text("$schema").and_then(|schema| self.documents.language(schema, base));
                let mut vocabularies = self.get(outer).vocabularies;
                if let Some(own) = own {
                    dialect = own.dialect;
                    vocabularies = own.vocabularies;
                }
                if let Some(&other) = self.by_uri.get(&uri)
                    && other != outer
                {
                    let place = Place {
                        document: Arc::clone(&self.get(outer).document),
                        pointer: at.clone(),
                    };
                    self.repeated_ids.push((place, id.to_owned()));
                }
                let written = id.trim_end_matches('#');
                if std::ptr::eq(self.get(outer).value, value) {
                    self.by_written_id.entry(written).or_insert(outer);
                    // A whole document is known by the URI it was read from and by its own.
                    self.by_uri.entry(uri.clone()).or_insert(outer);
                    self.list[outer as usize].uri = uri;
                } else {
                    resource = self.add(Resource {
                        uri,
                        document: Arc::clone(&self.get(outer).document),
                        pointer: at.clone(),
                        value,
                        dialect,
                        vocabularies,
                        anchors: FxHashMap::default(),
                        is_recursive: false,
                    });
                }
            }
        }
        if value.get("$recursiveAnchor") == Some(&Value::Bool(true))
            && std::ptr::eq(self.get(resource).value, value)
        {
            self.list[resource as usize].is_recursive = true;
        }
        if let Some(name) = text("$anchor") {
            self.anchor(resource, name, value, at, false);
        }
        if let Some(name) = text("$dynamicAnchor") {
            self.anchor(resource, name, value, at, true);
        }
        resource
    }

    fn anchor(
        &mut self,
        resource: ResourceId,
        name: &'d str,
        value: &'d Value,
        at: &Pointer,
        is_dynamic: bool,
    ) {
        let pointer = at.clone();
        self.list[resource as usize].anchors.insert(
            name,
            Anchor {
                value,
                pointer,
                is_dynamic,
            },
        );
    }

    /// The target of a reference.
    ///
    /// # Errors
    ///
    /// Why it cannot be resolved, and what to do.
    pub(super) fn resolve(&self, reference: &str, from: ResourceId) -> Result<Target<'d>, String> {
        let (uri, fragment) = match reference.split_once('#') {
            Some((uri, fragment)) => (uri, fragment),
            None => (reference, ""),
        };
        let resource = if uri.is_empty() {
            from
        } else {
            self.resource(uri, from)?
        };
        let fragment = percent_encoding::percent_decode_str(fragment)
            .decode_utf8()
            .map_err(|_| "its fragment is not UTF-8".to_owned())?;
        if fragment.is_empty() || fragment.starts_with('/') {
            self.at_pointer(resource, Pointer::from_escaped(fragment), REFERENCES)
        } else {
            self.at_anchor(resource, &fragment).ok_or_else(|| {
                let pointer = Pointer::from_escaped(format!("/{fragment}"));
                match self.at_pointer(resource, pointer, REFERENCES) {
                    Ok(_) => {
                        format!(
                            "no schema has the anchor `{fragment}`; did you mean `#/{fragment}`?"
                        )
                    }
                    Err(_) => format!("no schema has the anchor `{fragment}`"),
                }
            })
        }
    }

    fn resource(&self, uri: &str, from: ResourceId) -> Result<ResourceId, String> {
        let base = self.get(from);
        let absolute =
            join(&base.uri, uri).ok_or_else(|| "it is not a URI reference".to_owned())?;
        if let Some(id) = self.by_uri.get(&absolute) {
            return Ok(*id);
        }
        // An `$id` moves the base away from the neighbouring files that authors mean.
        let beside = join(&base.document, uri);
        if let Some(id) = beside.as_ref().and_then(|beside| self.by_uri.get(beside)) {
            return Ok(*id);
        }
        if let Some(id) = self.by_written_id.get(uri) {
            return Ok(*id);
        }
        if let Some(meant) = meant_inside(uri) {
            return Err(format!("there is no such file; did you mean `#/{meant}`?"));
        }
        let missing = self.documents.missing(&absolute);
        Err(match missing {
            Some(reason) => reason.to_owned(),
            None if absolute.starts_with("http") => not_fetched(&absolute),
            None => format!("there is no document `{uri}`"),
        })
    }

    /// The target of a pointer. A part on the way may itself be a reference
    /// (`schemas: {$ref: schemas.yaml}`); `hops` limits how many of these are followed.
    fn at_pointer(
        &self,
        resource: ResourceId,
        fragment: Pointer,
        hops: usize,
    ) -> Result<Target<'d>, String> {
        let start = self.get(resource);
        let mut value = start.value;
        let mut inside = resource;
        let mut done = Pointer::root();
        let steps: Vec<_> = fragment.steps().collect();
        for (at, step) in steps.iter().enumerate() {
            let next = match value {
                Value::Object(members) => members.get(&**step),
                Value::Array(items) => step.parse().ok().and_then(|at: usize| items.get(at)),
                _ => None,
            };
            let Some(next) = next else {
                let elsewhere = value.get("$ref").and_then(Value::as_str);
                let Some(elsewhere) = elsewhere.filter(|_| hops > 0) else {
                    return Err(nothing_there(value, &done, step));
                };
                let (uri, start) = elsewhere.split_once('#').unwrap_or((elsewhere, ""));
                let other = match uri {
                    "" => inside,
                    uri => self.resource(uri, inside)?,
                };
                let mut rest = Pointer::from_escaped(start);
                steps[at..].iter().for_each(|step| rest.push_key(step));
                return self.at_pointer(other, rest, hops - 1);
            };
            value = next;
            done.push_key(step);
            if let Some(other) = self.starting_at(value) {
                inside = other;
            }
        }
        let pointer = match start.pointer == Pointer::root() {
            true => fragment,
            false => Pointer::from_escaped(format!("{}{fragment}", start.pointer)),
        };
        Ok(Target {
            value,
            place: Place {
                document: Arc::clone(&start.document),
                pointer,
            },
            resource: inside,
            dynamic: None,
        })
    }

    /// The schema with an anchor.
    pub(super) fn at_anchor(&self, resource: ResourceId, name: &str) -> Option<Target<'d>> {
        let start = self.get(resource);
        let anchor = start.anchors.get(name)?;
        Some(Target {
            value: anchor.value,
            place: Place {
                document: Arc::clone(&start.document),
                pointer: anchor.pointer.clone(),
            },
            resource: self.starting_at(anchor.value).unwrap_or(resource),
            dynamic: anchor.is_dynamic.then(|| name.to_owned()),
        })
    }

    /// The root schema of a resource.
    pub(super) fn root_of(&self, resource: ResourceId) -> Target<'d> {
        let start = self.get(resource);
        Target {
            value: start.value,
            place: Place {
                document: Arc::clone(&start.document),
                pointer: start.pointer.clone(),
            },
            resource,
            dynamic: None,
        }
    }
}

/// The start of the reason why a document at a URL is missing.
pub(crate) const NOT_FETCHED: &str = "nothing is fetched over the network";

/// Why a document at a URL is missing.
pub(crate) fn not_fetched(url: &str) -> String {
    format!("{NOT_FETCHED}; give the file that holds it: --ref {url}=FILE")
}

/// A pointer that was written without its `#`.
fn meant_inside(reference: &str) -> Option<&str> {
    let path = reference.trim_start_matches('/');
    let is_inside = ["components/", "definitions/", "$defs/"];
    let is_file = path
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'));
    (!is_file && is_inside.iter().any(|start| path.starts_with(start))).then_some(path)
}

fn nothing_there(value: &Value, done: &Pointer, step: &str) -> String {
    let at = match done.as_str() {
        "" => "the document".to_owned(),
        pointer => format!("`{pointer}`"),
    };
    // The locations of schemas in other versions.
    let twins = ["definitions", "$defs", "components"];
    let twin = twins
        .into_iter()
        .find(|twin| *twin != step && value.get(*twin).is_some());
    let near = match twins.contains(&step) {
        true => twin,
        false => value
            .as_object()
            .and_then(|members| closest(step, members.keys().map(String::as_str))),
    };
    match near {
        Some(near) => format!("{at} has no `{step}`; did you mean `{near}`?"),
        None => format!("{at} has no `{step}`"),
    }
}

/// The absolute URI of a reference, without fragment. Characters that are not allowed in a URI (spaces,
/// braces, non-ASCII letters) are encoded first, because authors write file names literally.
pub(crate) fn join(base: &str, reference: &str) -> Option<String> {
    let reference = reference.split('#').next().unwrap_or_default();
    let encoded = encoded(reference);
    let reference = UriRef::parse(&*encoded).ok()?;
    if reference.has_scheme() {
        return Some(reference.normalize().into_string());
    }
    let base = Uri::parse(base).ok()?;
    let joined = reference.resolve_against(&base.strip_fragment()).ok()?;
    Some(joined.normalize().into_string())
}

/// A reference with all characters encoded that are not allowed in a URI.
fn encoded(reference: &str) -> Cow<'_, str> {
    // Brackets are allowed around the address of a host.
    let host_end = reference.find("//").map_or(0, |at| {
        let path = reference[at + 2..].find('/');
        path.map_or(reference.len(), |path| at + 2 + path)
    });
    let is_hex = |at: usize| {
        reference
            .as_bytes()
            .get(at)
            .is_some_and(u8::is_ascii_hexdigit)
    };
    let stays = |at: usize, byte: u8| match byte {
        b'%' => is_hex(at + 1) && is_hex(at + 2),
        b'[' | b']' => at < host_end,
        _ => byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte),
    };
    if reference
        .bytes()
        .enumerate()
        .all(|(at, byte)| stays(at, byte))
    {
        return Cow::Borrowed(reference);
    }
    let mut text = String::with_capacity(reference.len() + 8);
    for (at, byte) in reference.bytes().enumerate() {
        match stays(at, byte) {
            true => text.push(char::from(byte)),
            false => text.push_str(&format!("%{byte:02X}")),
        }
    }
    Cow::Owned(text)
}

pub(super) fn address(schema: &Value) -> usize {
    std::ptr::from_ref(schema) as usize
}
