//! Operations that a contract lacks, learnt from the exchanges that none of its operations describes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::capture::{Body, Exchange};
use crate::contract::{Contract, Operation, OperationKind, RequestTarget};
use crate::learn::{Learner, Sight};
use crate::observe::{
    ParallelWatcher, PayloadVerdict, RoutedPayload, RoutedRequest, TargetKey, Undeclared, Watcher, host_of, is_server,
};
use crate::schema::Place;
use crate::source::edit::Operation as Edit;

use super::Options;
use super::dialect::as_version_3_0;
use super::openapi::path_items;

/// Hosts whose exchanges are distinguished.
const HOSTS: usize = 64;

/// Learns from the exchanges that no operation of a contract describes.
#[derive(Debug)]
pub struct Missing<'c> {
    contract: &'c Contract,
    /// Exchanges with methods that their path does not have, by the path as the contract writes it.
    methods: BTreeMap<String, Learner>,
    /// Exchanges with paths that no operation has, by their host; the empty name if it is not known.
    paths: BTreeMap<String, Learner>,
    /// Hosts that operations were called on.
    known_hosts: BTreeSet<String>,
    /// Exchanges that belong to an operation if their path started otherwise, with the first one.
    rebased: u64,
    /// Exchanges whose paths do not start like those of the contract's servers.
    outside: u64,
    /// Exchanges in which the server said that there is no such path or method.
    absent: u64,
}

/// Statuses that say so: Not Found, Method Not Allowed, Not Implemented (RFC 9110).
const ABSENT: [u16; 3] = [404, 405, 501];

/// Operations that a contract lacks, as edits of its documents.
#[derive(Debug, Default)]
pub struct Additions {
    /// The edits.
    pub edits: Vec<Addition>,
    /// Why others were left out, one sentence each.
    pub left_out: Vec<String>,
}

/// An operation that a contract lacks, or a path with several.
#[derive(Debug)]
pub struct Addition {
    /// The document that it is added to.
    pub document: String,
    /// The edit.
    pub edit: Edit,
    /// `GET /pets/{petId}`, one for each operation.
    pub signatures: Vec<String>,
}

impl<'c> Missing<'c> {
    /// Has seen nothing.
    #[must_use]
    pub fn new(contract: &'c Contract) -> Self {
        Self {
            contract,
            methods: BTreeMap::new(),
            paths: BTreeMap::new(),
            known_hosts: BTreeSet::new(),
            rebased: 0,
            outside: 0,
            absent: 0,
        }
    }

    /// The operations that the contract lacks.
    #[must_use]
    pub fn additions(self, options: &Options) -> Additions {
        let Self { contract, .. } = self;
        let mut additions = Additions::default();
        let root = contract.documents.iter().find(|document| {
            document.source.is_some() && document.value.get("openapi").is_some_and(Value::is_string)
        });
        let Some(root) = root else {
            if !self.methods.is_empty() || !self.paths.is_empty() {
                let reason = "operations are added to OpenAPI 3 only: describe the others by hand";
                additions.left_out.push(reason.to_owned());
            }
            return additions;
        };
        let is_3_0 = root.value["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"));
        let is_secured = root.value.get("security").and_then(Value::as_array).is_some_and(|sets| !sets.is_empty());
        let style = |mut operation: Value, has_credentials: bool| {
            if let Some(operation) = operation.as_object_mut() {
                // What the whole contract requires applies, unless requests do without.
                operation.remove("security");
                if is_secured && !has_credentials {
                    operation.insert("security".to_owned(), json!([]));
                }
                let responses = operation.entry("responses").or_insert_with(|| json!({}));
                if responses.as_object().is_some_and(Map::is_empty) {
                    *responses = json!({ "default": { "description": "Not captured" } });
                }
            }
            if is_3_0 {
                as_version_3_0(&mut operation);
            }
            operation
        };
        let mut ids: BTreeSet<String> = contract.operations.iter().map(|operation| operation.id.clone()).collect();
        for (path, learner) in self.methods {
            let sibling = contract.operations.iter().find(|operation| {
                operation.kind == OperationKind::Path && operation.path.to_string() == path && operation.place.is_some()
            });
            let place = sibling.and_then(|sibling| sibling.place.as_ref());
            let Some((place, item)) = place.and_then(|place| path_item(contract, place)) else {
                additions.left_out.push(format!("methods of {path} are not added: its description was not found"));
                continue;
            };
            for written in path_items(&learner.finish(), options, &mut ids) {
                for (method, mut operation, has_credentials) in written.operations {
                    let parameters = own_parameters(&path, item, contract, &place.document);
                    prepend_parameters(&mut operation, parameters);
                    additions.edits.push(Addition {
                        document: place.document.to_string(),
                        signatures: vec![format!("{} {path}", method.to_ascii_uppercase())],
                        edit: Edit::Add {
                            path: format!("{}/{method}", place.pointer),
                            value: style(operation, has_credentials),
                        },
                    });
                }
            }
        }
        let mut known: BTreeSet<String> = contract.operations.iter().map(|operation| operation.path.to_string()).collect();
        let mut has_paths = root.value.get("paths").is_some();
        for (host, learner) in self.paths {
            if !host.is_empty() && !self.known_hosts.contains(&host) && !is_server(contract, &host) {
                additions.left_out.push(format!(
                    "{host} is no server of the contract, and none of its operations was called there: its paths are not added"
                ));
                continue;
            }
            for written in path_items(&learner.finish(), options, &mut ids) {
                let path = written.template;
                if !known.insert(path.clone()) {
                    additions.left_out.push(format!("{path} is described already, or was seen on several hosts"));
                    continue;
                }
                let mut item = Map::new();
                if !written.parameters.is_empty() {
                    let mut parameters = Value::from(written.parameters);
                    if is_3_0 {
                        as_version_3_0(&mut parameters);
                    }
                    item.insert("parameters".to_owned(), parameters);
                }
                let mut signatures = Vec::new();
                for (method, operation, has_credentials) in written.operations {
                    signatures.push(format!("{} {path}", method.to_ascii_uppercase()));
                    item.insert(method, style(operation, has_credentials));
                }
                if signatures.is_empty() {
                    continue;
                }
                if !std::mem::replace(&mut has_paths, true) {
                    additions.edits.push(Addition {
                        document: root.uri.to_string(),
                        edit: Edit::Add { path: "/paths".to_owned(), value: json!({}) },
                        signatures: Vec::new(),
                    });
                }
                let key = path.replace('~', "~0").replace('/', "~1");
                additions.edits.push(Addition {
                    document: root.uri.to_string(),
                    edit: Edit::Add { path: format!("/paths/{key}"), value: item.into() },
                    signatures,
                });
            }
        }
        if self.rebased > 0 {
            additions.left_out.push(format!(
                "{} like operations of the contract below another base path: --rewrite gives them the right one",
                of_exchanges(self.rebased, "is", "are")
            ));
        }
        if self.absent > 0 {
            additions.left_out.push(format!(
                "{} of no operation and answered with 404, 405 or 501, so none is added",
                of_exchanges(self.absent, "is", "are")
            ));
        }
        if self.outside > 0 {
            additions.left_out.push(format!(
                "{} not below the paths of the contract's servers, so no operation is added",
                of_exchanges(self.outside, "is", "are")
            ));
        }
        additions
    }
}

fn of_exchanges(count: u64, is: &str, are: &str) -> String {
    match count {
        1 => format!("1 exchange {is}"),
        _ => format!("{count} exchanges {are}"),
    }
}

/// The place and the content of the path item around an operation.
fn path_item<'c>(contract: &'c Contract, operation: &Place) -> Option<(Place, &'c Value)> {
    let pointer = operation.pointer.parent()?;
    let document = contract.documents.document(&operation.document)?;
    document.source.as_ref()?;
    let item = document.value.pointer(pointer.as_str())?;
    let place = Place { document: operation.document.clone(), pointer };
    Some((place, item))
}

/// The path parameters that an operation has to declare itself, because the path item does not.
fn own_parameters(path: &str, item: &Value, contract: &Contract, document: &str) -> Vec<Value> {
    let resolved = |parameter: &Value| -> Value {
        let reference = parameter.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| {
            let pointer = reference.strip_prefix('#')?;
            contract.documents.document(document)?.value.pointer(pointer).cloned()
        });
        target.unwrap_or_else(|| parameter.clone())
    };
    let of_path = |list: Option<&Value>| -> Vec<(String, Value)> {
        let list = list.and_then(Value::as_array).into_iter().flatten();
        let named = list.filter_map(|parameter| {
            let known = resolved(parameter);
            let name = known.get("name")?.as_str()?.to_owned();
            (known.get("in")? == "path").then(|| (name, parameter.clone()))
        });
        named.collect()
    };
    let shared = of_path(item.get("parameters"));
    let siblings = item.as_object().into_iter().flat_map(Map::values);
    let siblings: Vec<(String, Value)> = siblings.flat_map(|sibling| of_path(sibling.get("parameters"))).collect();
    let names = path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name));
    let lacking = names.filter(|name| !shared.iter().any(|(known, _)| known == name));
    let parameters = lacking.map(|name| {
        let known = siblings.iter().find(|(known, _)| known == name);
        known.map_or_else(
            || json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
            |(_, parameter)| parameter.clone(),
        )
    });
    parameters.collect()
}

/// Adds parameters to an operation, before its own ones.
fn prepend_parameters(operation: &mut Value, mut parameters: Vec<Value>) {
    let Some(members) = operation.as_object_mut().filter(|_| !parameters.is_empty()) else { return };
    if let Some(Value::Array(own)) = members.get_mut("parameters") {
        own.splice(0..0, parameters);
        return;
    }
    // Where people expect them: after the id.
    let mut ordered = Map::new();
    for (key, member) in std::mem::take(members) {
        let is_id = key == "operationId";
        ordered.insert(key, member);
        if is_id {
            ordered.insert("parameters".to_owned(), std::mem::take(&mut parameters).into());
        }
    }
    *members = ordered;
}

/// A path without the base path of the servers, if it starts with one.
fn without_base(contract: &Contract, path: &str) -> Option<String> {
    let operations = contract.operations.iter().filter(|operation| operation.kind == OperationKind::Path);
    let bases: BTreeSet<String> = operations.flat_map(bases).collect();
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let lengths = bases.iter().filter_map(|base| {
        let base: Vec<&str> = base.split('/').filter(|segment| !segment.is_empty()).collect();
        let fits = |(one, other): (&&str, &&str)| one.contains('{') || one == other;
        let is_it = base.len() < segments.len() && base.iter().zip(&segments).all(fits);
        is_it.then_some(base.len())
    });
    match (bases.is_empty(), lengths.max()) {
        (true, _) => Some(path.to_owned()),
        (false, length) => Some(format!("/{}", segments[length?..].join("/"))),
    }
}

/// What stands before the path of an operation.
fn bases(operation: &Operation) -> impl Iterator<Item = String> {
    let path = operation.path.to_string();
    operation.routes.iter().filter_map(move |route| Some(route.to_string().strip_suffix(&path)?.to_owned()))
}

impl<'c> Watcher<'c> for Missing<'c> {
    fn exchange(&mut self, _: &Exchange<'_>) {}

    fn request(&mut self, routed: &RoutedRequest<'_, 'c>) {
        if let Some(host) = host_of(routed.request, routed.target)
            && self.known_hosts.len() < HOSTS
        {
            self.known_hosts.insert(host);
        }
    }

    fn payload(&mut self, _: &RoutedPayload<'_, 'c>) {}

    fn unjudged(&mut self, _: &Body<'_>, _: Option<&TargetKey>, _: PayloadVerdict, _: Option<&str>) {}

    fn undeclared(&mut self, undeclared: &Undeclared<'_, 'c>) {
        let Undeclared { request, response, host, others, time } = *undeclared;
        let sight = Sight { time, origin: request.line.origin.clone() };
        if response.is_some_and(|response| ABSENT.contains(&response.status)) {
            self.absent += 1;
            return;
        }
        if let Some(other) = others.first() {
            let path = other.path.to_string();
            let learner = self.methods.entry(path.clone()).or_default();
            return learner.see_at(&path, request, response, &sight);
        }
        let path = RequestTarget::parse(&request.target).path;
        if self.contract.without_base(&request.method, &path).is_some() {
            self.rebased += 1;
            return;
        }
        let Some(path) = without_base(self.contract, &path) else {
            self.outside += 1;
            return;
        };
        let host = host.unwrap_or_default();
        if self.paths.len() >= HOSTS && !self.paths.contains_key(host) {
            return;
        }
        let learner = self.paths.entry(host.to_owned()).or_default();
        learner.see_at(&path, request, response, &sight);
    }
}

impl<'c> ParallelWatcher<'c> for Missing<'c> {
    fn fork(&self) -> Self {
        Self::new(self.contract)
    }

    fn join(&mut self, fork: Self) {
        for (own, other) in [(&mut self.methods, fork.methods), (&mut self.paths, fork.paths)] {
            for (key, learner) in other {
                ParallelWatcher::join(own.entry(key).or_default(), learner);
            }
        }
        self.known_hosts.extend(fork.known_hosts);
        self.rebased += fork.rebased;
        self.outside += fork.outside;
        self.absent += fork.absent;
    }
}
