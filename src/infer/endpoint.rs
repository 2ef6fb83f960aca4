//! Path templates: which segments of paths are parameters.

use std::collections::{BTreeMap, BTreeSet};

use crate::learn::{Learnt, OperationProfile, PlaceProfile, Resource, is_parameter};
use crate::location::Step;
use crate::observe::{PathId, Shape};

use super::words::{camel, singular};

/// A path with its methods.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The segments.
    pub segments: Vec<Segment>,
    /// What was learnt of each method.
    pub methods: BTreeMap<String, OperationProfile>,
}

/// A segment of a path template.
#[derive(Debug, Clone)]
pub enum Segment {
    /// The same in every path.
    Literal(String),
    /// A parameter.
    Parameter {
        /// Its name.
        name: String,
        /// Its values.
        values: Box<PlaceProfile>,
    },
}

impl Endpoint {
    /// `/pets/{petId}`
    #[must_use]
    pub fn template(&self) -> String {
        if self.segments.is_empty() {
            return "/".to_owned();
        }
        let segments = self.segments.iter().map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Parameter { name, .. } => format!("/{{{name}}}"),
        });
        segments.collect()
    }

    /// The literal segments that say what the path is about: without versions and `api`.
    pub(super) fn nouns(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(text) if !is_prefix(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether the last segment is a parameter.
    pub(super) fn ends_with_parameter(&self) -> bool {
        matches!(self.segments.last(), Some(Segment::Parameter { .. }))
    }
}

/// `v1` and `api` are the same for all paths and name nothing.
pub(super) fn is_prefix(segment: &str) -> bool {
    let version = segment.strip_prefix(['v', 'V']).unwrap_or_default();
    segment == "api" || segment == "rest" || version.starts_with(|c: char| c.is_ascii_digit())
}

/// The endpoints, by path.
#[must_use]
pub fn endpoints(learnt: &Learnt) -> Vec<Endpoint> {
    Endpoints::of(learnt).list()
}

/// The path templates of some traffic.
#[derive(Debug)]
pub struct Endpoints(Node);

impl Endpoints {
    /// The templates that the paths show.
    #[must_use]
    pub fn of(learnt: &Learnt) -> Self {
        let mut root = Node::of(&learnt.resources, PathId::ROOT);
        root.fold_slugs();
        Self(root)
    }

    fn list(self) -> Vec<Endpoint> {
        let mut found = Vec::new();
        self.0.collect(&mut Vec::new(), &mut found);
        found
    }

    /// What a part of the traffic shows of each operation: `GET /pets/{petId}`.
    #[must_use]
    pub fn operations(&self, part: &Learnt) -> BTreeMap<String, OperationProfile> {
        let mut operations = BTreeMap::new();
        let resources = &part.resources;
        let mut open = vec![(PathId::ROOT, &self.0, Vec::new())];
        while let Some((id, node, segments)) = open.pop() {
            let endpoint = Endpoint {
                segments: segments.clone(),
                methods: BTreeMap::new(),
            };
            for (method, learnt) in &resources.path(id).methods {
                let name = format!("{method} {}", endpoint.template());
                let known: &mut OperationProfile = operations.entry(name).or_default();
                *known += learnt;
            }
            for (step, below) in resources.children(id) {
                let literal = match &step {
                    Step::Key(key) => node.literals.get_key_value(&**key),
                    Step::Any => None,
                };
                let mut longer = segments.clone();
                match (literal, &node.data) {
                    (Some((name, inner)), _) => {
                        longer.push(Segment::Literal(name.clone()));
                        open.push((below, inner, longer));
                    }
                    (None, Some(data)) => {
                        let name = parameter_name(&segments, &data.resource.segments, node.are_slugs);
                        longer.push(Segment::Parameter {
                            name,
                            values: Box::default(),
                        });
                        open.push((below, data, longer));
                    }
                    (None, None) => {}
                }
            }
        }
        operations
    }
}

/// A path and those below it.
#[derive(Debug, Default)]
struct Node {
    resource: Resource,
    literals: BTreeMap<String, Node>,
    /// The segments that are data.
    data: Option<Box<Node>>,
    /// Whether the data are names, rather than numbers or other identifiers.
    are_slugs: bool,
}

/// The properties of responses, by method and depth below a path.
type Signature = BTreeMap<String, BTreeSet<String>>;

/// Whether two paths answer the same: most properties are in both, or one has some of those of the other.
fn are_alike(one: &Signature, other: &Signature) -> bool {
    let are_alike = |keys: &BTreeSet<String>, others: &BTreeSet<String>| {
        let shared = keys.intersection(others).count();
        shared > 0 && (shared * 2 >= keys.len().max(others.len()) || shared == keys.len().min(others.len()))
    };
    let mut shared = one.iter().filter_map(|(line, keys)| Some((keys, other.get(line)?))).peekable();
    shared.peek().is_some() && shared.all(|(keys, others)| are_alike(keys, others))
}

/// Literal segments that are taken for names of things, if everything below them is alike.
const SLUGS: usize = 8;

impl Node {
    fn of(resources: &Shape<Resource>, id: PathId) -> Self {
        let mut node = Self {
            resource: resources.path(id).clone(),
            ..Self::default()
        };
        for (key, below) in resources.keys(id) {
            let below = Self::of(resources, below);
            match is_parameter(key) {
                true => node.add_data(below),
                false => {
                    node.literals.insert(key.to_string(), below);
                }
            }
        }
        if let Some(any) = resources.any(id) {
            node.are_slugs = node.data.is_none();
            node.add_data(Self::of(resources, any));
        }
        node
    }

    fn add_data(&mut self, other: Self) {
        match &mut self.data {
            Some(data) => data.add(other),
            None => self.data = Some(Box::new(other)),
        }
    }

    fn add(&mut self, other: Self) {
        self.resource += &other.resource;
        for (name, node) in other.literals {
            match self.literals.get_mut(&name) {
                Some(known) => known.add(node),
                None => {
                    self.literals.insert(name, node);
                }
            }
        }
        if let Some(data) = other.data {
            self.add_data(*data);
        }
        self.are_slugs |= other.are_slugs;
    }

    /// Takes literal segments for data if there are many, and everything below them is alike.
    fn fold_slugs(&mut self) {
        let mut groups: Vec<(Signature, Vec<String>)> = Vec::new();
        for (name, node) in &self.literals {
            let signature = node.signature();
            if signature.is_empty() {
                continue;
            }
            match groups.iter_mut().find(|(known, _)| are_alike(known, &signature)) {
                Some((known, names)) => {
                    names.push(name.clone());
                    for (line, keys) in signature {
                        known.entry(line).or_default().extend(keys);
                    }
                }
                None => groups.push((signature, vec![name.clone()])),
            }
        }
        let of_data = self.data.as_ref().map(|data| data.signature());
        for (signature, names) in groups {
            let is_like_data = of_data.as_ref().is_some_and(|data| are_alike(data, &signature)) && names.len() > 1;
            if names.len() < SLUGS && !is_like_data {
                continue;
            }
            self.are_slugs |= self.data.is_none();
            for name in names {
                if let Some(node) = self.literals.remove(&name) {
                    self.add_data(node);
                }
            }
        }
        self.literals.values_mut().for_each(Self::fold_slugs);
        if let Some(data) = &mut self.data {
            data.fold_slugs();
        }
    }

    /// What paths like this answer: for each method, the properties of successful JSON responses. For a path that answers
    /// nothing, that of those below it.
    fn signature(&self) -> Signature {
        let mut signature = Signature::new();
        for (method, operation) in &self.resource.methods {
            let shapes = operation.responses.iter().filter(|(status, _)| **status < 400);
            let shapes = shapes.flat_map(|(_, message)| message.media.values()).map(|media| &media.shape);
            let mut names: BTreeSet<String> = BTreeSet::new();
            for shape in shapes {
                let root = PathId::ROOT;
                let objects = [Some(root), shape.any(root)];
                names.extend(objects.into_iter().flatten().flat_map(|id| shape.keys(id)).map(|(key, _)| key.to_string()));
            }
            if !names.is_empty() {
                signature.insert(method.clone(), names);
            }
        }
        if signature.is_empty() {
            let below = self.literals.iter().map(|(name, node)| (name.as_str(), node));
            let below = below.chain(self.data.iter().map(|data| ("{}", &**data)));
            for (_, node) in below {
                for (line, keys) in node.signature() {
                    signature.entry(format!("/ {line}")).or_default().extend(keys);
                }
            }
        }
        signature
    }

    fn collect(self, above: &mut Vec<Segment>, found: &mut Vec<Endpoint>) {
        if !self.resource.methods.is_empty() {
            found.push(Endpoint {
                segments: above.clone(),
                methods: self.resource.methods,
            });
        }
        for (name, node) in self.literals {
            above.push(Segment::Literal(name));
            node.collect(above, found);
            above.pop();
        }
        if let Some(data) = self.data {
            let name = parameter_name(above, &data.resource.segments, self.are_slugs);
            above.push(Segment::Parameter {
                name,
                values: Box::new(data.resource.segments.clone()),
            });
            data.collect(above, found);
            above.pop();
        }
    }
}

/// A name for the parameter after these segments: `petId` after `pets`.
fn parameter_name(above: &[Segment], values: &PlaceProfile, are_slugs: bool) -> String {
    let noun = match above.last() {
        Some(Segment::Literal(text)) if !is_prefix(text) => Some(camel(&singular(text))),
        _ => None,
    };
    let dates = values.formats.get(&crate::learn::TextFormat::Date).map_or(0, |count| count.0);
    let is_date = dates > 0 && dates == values.types.all();
    let name = match noun {
        _ if is_date => "date".to_owned(),
        Some(noun) if are_slugs => noun,
        Some(noun) => format!("{noun}Id"),
        None => "id".to_owned(),
    };
    let is_taken = |name: &str| {
        above.iter().any(|segment| matches!(segment, Segment::Parameter { name: known, .. } if known == name))
    };
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or(name)
}
