//! Operations that a contract lacks, learnt from the exchanges that none of its operations describes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::capture::{Body, Exchange};
use crate::contract::{Contract, Operation, OperationKind, RequestTarget};
use crate::learn::{Learner, Learnt, Sight};
use crate::limits::HOSTS;
use crate::observe::{
    Count, ParallelWatcher, ParameterUse, PayloadVerdict, RoutedPayload, RoutedRequest, TargetKey, Undeclared, Watcher,
    is_server,
};
use crate::redact::sanitised;
use crate::schema::Place;
use crate::source::edit::Operation as Edit;

use super::Options;
use super::dialect::as_version_3_0;
use super::endpoint::is_prefix;
use super::openapi::{PathItem, path_items};

/// Statuses that say that there is no such path or method: Not Found, Method Not Allowed, Not Implemented (RFC 9110).
const ABSENT: [u16; 3] = [404, 405, 501];

/// Learns from the exchanges that no operation of a contract describes.
#[derive(Debug)]
pub struct Missing<'c> {
    contract: &'c Contract,
    /// The base paths of its servers.
    bases: Vec<Vec<String>>,
    /// What was learnt on each host; the empty name if the host is not known.
    hosts: BTreeMap<String, OnHost>,
    /// Whether there were more hosts than are distinguished.
    has_more_hosts: bool,
}

/// What one host shows.
#[derive(Debug, Default)]
struct OnHost {
    /// Exchanges with methods that their path does not have, by the path as the contract writes it.
    methods: BTreeMap<String, Learner>,
    /// Exchanges with paths that no operation has.
    paths: Learner,
    /// Exchanges from which nothing is learnt, and the first one of each kind.
    ignored: BTreeMap<Ignored, (u64, String)>,
}

/// Why nothing is learnt from an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ignored {
    /// The server says that there is no such path or method.
    Absent,
    /// It belongs to an operation if its path started otherwise.
    Rebased,
    /// Its path does not start like those of the contract's servers.
    Outside,
}

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
    /// The methods and paths of the operations.
    pub operations: Vec<(String, String)>,
}

impl OnHost {
    fn ignore(&mut self, why: Ignored, example: impl FnOnce() -> String) {
        self.ignored.entry(why).or_insert_with(|| (0, example())).0 += 1;
    }

    fn join(&mut self, other: Self) {
        for (path, learner) in other.methods {
            ParallelWatcher::join(self.methods.entry(path).or_default(), learner);
        }
        ParallelWatcher::join(&mut self.paths, other.paths);
        for (why, (count, example)) in other.ignored {
            let known = self.ignored.entry(why).or_insert_with(|| (0, example.clone()));
            known.0 += count;
            known.1 = example.min(std::mem::take(&mut known.1));
        }
    }
}

impl<'c> Missing<'c> {
    /// Has seen nothing.
    #[must_use]
    pub fn new(contract: &'c Contract) -> Self {
        Self {
            contract,
            bases: bases(contract),
            hosts: BTreeMap::new(),
            has_more_hosts: false,
        }
    }

    /// Keeps the servers of the contract, and the first hosts by name.
    fn fit(&mut self) {
        while self.hosts.len() > HOSTS {
            let mut names = self.hosts.keys().rev();
            let last = names.find(|host| !is_server(self.contract, host)).cloned();
            let Some(last) = last else { return };
            self.hosts.remove(&last);
            self.has_more_hosts = true;
        }
    }

    /// The operations that the contract lacks. `called` are the hosts on which its operations were called.
    #[must_use]
    pub fn additions(self, called: &BTreeMap<String, Count>, options: &Options) -> Additions {
        let contract = self.contract;
        let mut additions = Additions::default();
        let mut known = OnHost::default();
        let mut others = Vec::new();
        for (host, learnt) in self.hosts {
            match host.is_empty() || called.contains_key(&host) || is_server(contract, &host) {
                true => known.join(learnt),
                false => others.push(host),
            }
        }
        let shown = others.iter().take(3).map(|host| sanitised(host)).collect::<Vec<_>>().join(", ");
        let which = match others.len() {
            0 => None,
            1 => Some(format!("{shown}: the contract has no such server")),
            2 | 3 => Some(format!("{shown}: the contract has no such servers")),
            count => Some(format!("{shown} and {} more hosts: the contract has no such servers", count - 3)),
        };
        additions.left_out.extend(which.map(|which| {
            format!("no operations are added for {which}, and none of its operations was called there")
        }));
        if self.has_more_hosts {
            additions.left_out.push(format!("only the first {HOSTS} hosts by name are looked at"));
        }
        let mut root = contract.documents.iter().filter(|document| document.source.is_some());
        let root = root.find(|document| version_of(&document.value).is_some());
        let Some((root, version)) = root.and_then(|root| Some((root, version_of(&root.value)?))) else {
            if !known.methods.is_empty() || !known.paths.is_empty() {
                additions.left_out.push("operations can only be added to OpenAPI 3 documents".to_owned());
            }
            return additions;
        };
        let mut writing = Writing {
            contract,
            options,
            is_3_0: version.starts_with("3.0"),
            ids: contract.operations.iter().map(|operation| operation.id.clone()).collect(),
            has_paths: root.value.get("paths").is_some_and(Value::is_object),
            additions,
        };
        for (path, learner) in known.methods {
            writing.methods(&path, &learner.finish());
        }
        for item in path_items(&known.paths.finish(), options, &mut writing.ids) {
            writing.path(&root.uri, &root.value, item);
        }
        let mut additions = writing.additions;
        additions.left_out.extend(known.ignored.into_iter().map(|(why, (count, example))| {
            let exchanges = match count {
                1 => "1 exchange".to_owned(),
                _ => format!("{count} exchanges"),
            };
            let (which, what_to_do) = match why {
                Ignored::Absent => ("with status 404, 405 or 501", ""),
                Ignored::Rebased => ("below another base path", "; --rewrite removes it"),
                Ignored::Outside => ("outside the base paths of the contract's servers", ""),
            };
            format!("no operation is added for {exchanges} {which}, such as {example}{what_to_do}")
        }));
        additions
    }
}

/// The version of OpenAPI 3 that a document has. A number is one, too: people forget the quotes.
fn version_of(document: &Value) -> Option<String> {
    let version = match document.get("openapi")? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    version.starts_with('3').then_some(version)
}

/// Writes what a contract lacks.
struct Writing<'a, 'c> {
    contract: &'c Contract,
    options: &'a Options,
    is_3_0: bool,
    /// The ids of operations.
    ids: BTreeSet<String>,
    /// Whether the document has paths, or an edit gives it some.
    has_paths: bool,
    additions: Additions,
}

impl Writing<'_, '_> {
    /// Adds methods to a path that the contract has.
    fn methods(&mut self, path: &str, learnt: &Learnt) {
        let mut operations = self.contract.operations.iter().filter(|operation| operation.kind == OperationKind::Path);
        let sibling = operations.find(|operation| operation.path.to_string() == path && operation.place.is_some());
        let place = sibling.and_then(|sibling| sibling.place.as_ref());
        let found = place.and_then(|place| path_item(self.contract, place));
        let Some((place, item)) = found else {
            let reason = format!("no methods are added to {path}: the description of its operations is not in one place");
            return self.additions.left_out.push(reason);
        };
        for written in path_items(learnt, self.options, &mut self.ids) {
            self.operations((&place.document, place.pointer.as_str()), path, item, written.operations);
        }
    }

    /// Adds a path, or operations to one that has none of these.
    fn path(&mut self, uri: &str, root: &Value, item: PathItem) {
        let paths = root.get("paths").filter(|paths| !paths.is_null());
        if paths.is_some_and(|paths| paths.get("$ref").is_some()) {
            let reason = format!("{} is not added: the paths of the contract are in another file", item.template);
            return self.additions.left_out.push(reason);
        }
        let path = &item.template;
        let mut others = self.contract.operations.iter().filter(|other| other.kind == OperationKind::Path);
        if let Some(other) = others.find(|other| takes_from(path, &other.path.to_string())) {
            let reason = format!("{path} is not added: it would take requests from {}", other.path);
            return self.additions.left_out.push(reason);
        }
        let pointer = format!("/paths/{}", path.replace('~', "~0").replace('/', "~1"));
        match paths.and_then(|paths| paths.get(path)).filter(|known| !known.is_null()) {
            Some(known) if known.get("$ref").is_some() => {
                self.additions.left_out.push(format!("no methods are added to {path}: its description is elsewhere (`$ref`)"));
            }
            Some(known) => self.operations((uri, &pointer), path, known, item.operations),
            None => {
                let mut members = Map::new();
                if !item.parameters.is_empty() {
                    let mut parameters = Value::from(item.parameters);
                    if self.is_3_0 {
                        as_version_3_0(&mut parameters);
                    }
                    members.insert("parameters".to_owned(), parameters);
                }
                let operations = item.operations.iter().map(|(method, _)| (method.to_ascii_uppercase(), path.clone())).collect();
                for (method, operation) in item.operations {
                    members.insert(method, self.suited(operation));
                }
                let (pointer, value) = match std::mem::replace(&mut self.has_paths, true) {
                    true => (pointer, members.into()),
                    false => ("/paths".to_owned(), json!({ path.as_str(): members })),
                };
                self.additions.edits.push(Addition {
                    document: uri.to_owned(),
                    edit: Edit::Add { path: pointer, value },
                    operations,
                });
            }
        }
    }

    /// Adds operations to a path item.
    fn operations(&mut self, (document, pointer): (&str, &str), path: &str, item: &Value, written: Vec<(String, Value)>) {
        for (method, mut operation) in written {
            if item.get(&method).is_some() {
                let method = method.to_ascii_uppercase();
                let reason = format!("{method} {path} is not added: it is described already, for another server");
                self.additions.left_out.push(reason);
                continue;
            }
            let place = format!("{pointer}/{method}");
            let signature = (method.to_ascii_uppercase(), path.to_owned());
            // Several paths may have the same path item, by reference.
            let is_it = |known: &&mut Addition| known.document == document && known.edit.path() == place;
            if let Some(known) = self.additions.edits.iter_mut().find(is_it) {
                known.operations.push(signature);
                continue;
            }
            if self.is_shared(document, pointer) {
                // An id would be that of several operations.
                operation.as_object_mut().into_iter().for_each(|members| members.retain(|key, _| key != "operationId"));
            }
            prepend_parameters(&mut operation, own_parameters(path, item, self.contract, document));
            self.additions.edits.push(Addition {
                document: document.to_owned(),
                operations: vec![signature],
                edit: Edit::Add {
                    path: place,
                    value: self.suited(operation),
                },
            });
        }
    }

    /// Whether several paths have the same path item.
    fn is_shared(&self, document: &str, pointer: &str) -> bool {
        let is_in = |place: &Place| {
            *place.document == *document && place.pointer.parent().is_some_and(|parent| parent.as_str() == pointer)
        };
        let own = self.contract.operations.iter().filter(|operation| operation.place.as_ref().is_some_and(is_in));
        let paths: BTreeSet<String> = own.map(|operation| operation.path.to_string()).collect();
        paths.len() > 1
    }

    /// An operation as the contract's documents write it. What they require of credentials stays as it is: that some
    /// captures show none is no reason to do without.
    fn suited(&self, mut operation: Value) -> Value {
        if let Some(members) = operation.as_object_mut() {
            members.retain(|key, _| key != "security");
            if let Some(Value::Array(parameters)) = members.get_mut("parameters") {
                let is_credential = |parameter: &Value| {
                    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
                    self.contract.keys.iter().any(|key| key.eq_ignore_ascii_case(name))
                };
                parameters.retain(|parameter| !is_credential(parameter));
                if parameters.is_empty() {
                    members.retain(|key, _| key != "parameters");
                }
            }
            let responses = members.entry("responses").or_insert_with(|| json!({}));
            if responses.as_object().is_some_and(Map::is_empty) {
                *responses = json!({ "default": { "description": "Not captured" } });
            }
        }
        if self.is_3_0 {
            as_version_3_0(&mut operation);
        }
        operation
    }
}

/// Whether a new template takes requests from another one: both match them, and the new one has the first name where the
/// other one has a parameter, and a parameter where the other one has a name.
fn takes_from(new: &str, other: &str) -> bool {
    let is_parameter = |segment: &str| segment.contains('{');
    let [new, other]: [Vec<&str>; 2] = [new, other].map(|path| path.split('/').collect());
    let pairs = || new.iter().zip(&other).map(|(new, other)| (is_parameter(new), is_parameter(other), new == other));
    let both_match = new.len() == other.len() && pairs().all(|(new, other, is_same)| new || other || is_same);
    let mut different = pairs().map(|(new, other, _)| (new, other)).filter(|(new, other)| new != other);
    both_match && different.next() == Some((false, true)) && different.any(|(new, _)| new)
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
fn prepend_parameters(operation: &mut Value, parameters: Vec<Value>) {
    let Some(members) = operation.as_object_mut().filter(|_| !parameters.is_empty()) else { return };
    if let Some(Value::Array(own)) = members.get_mut("parameters") {
        own.splice(0..0, parameters);
        return;
    }
    // After `operationId`, the conventional place.
    let own = std::mem::take(members).into_iter();
    let (id, others): (Map<_, _>, Map<_, _>) = own.partition(|(key, _)| key == "operationId");
    members.extend(id);
    members.insert("parameters".to_owned(), parameters.into());
    members.extend(others);
}

/// The base paths of the contract's servers, as segments; one that is a variable fits any text. Those of servers that only
/// some paths or operations have are not among them.
fn bases(contract: &Contract) -> Vec<Vec<String>> {
    let segments = |path: &str| -> Vec<String> {
        path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
    };
    let servers = contract.servers.iter().map(|server| segments(&RequestTarget::parse(&server.name).path));
    let mut servers: Vec<Vec<String>> = servers.collect();
    if servers.is_empty() {
        servers.push(Vec::new());
    }
    // The routes of operations have the values of variables.
    let operations = contract.operations.iter().filter(|operation| operation.kind == OperationKind::Path);
    let bases: BTreeSet<String> = operations.flat_map(bases_of).collect();
    let is_of_server = |base: &Vec<String>| {
        servers.iter().any(|server| {
            let fits = |(own, other): (&String, &String)| own.contains('{') || own == other;
            server.len() == base.len() && server.iter().zip(base).all(fits)
        })
    };
    let mut found: Vec<Vec<String>> = bases.iter().map(|base| segments(base)).filter(is_of_server).collect();
    found.extend(servers.iter().filter(|server| !server.iter().any(|segment| segment.contains('{'))).cloned());
    found
}

/// What stands before the path of an operation.
fn bases_of(operation: &Operation) -> impl Iterator<Item = String> {
    let path = operation.path.to_string();
    operation.routes.iter().filter_map(move |route| Some(route.to_string().strip_suffix(&path)?.to_owned()))
}

/// A path without the base path of a server, and whether there was one to take away; `None` if it starts otherwise.
fn without_base(bases: &[Vec<String>], path: &str) -> Option<(String, bool)> {
    // Empty segments are no part of templates.
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    if path.contains("//") {
        return None;
    }
    let lengths = bases.iter().filter_map(|base| {
        let fits = |(own, other): (&String, &&str)| own.contains('{') || own == other;
        let starts_so = base.len() < segments.len() && base.iter().zip(&segments).all(fits);
        starts_so.then_some(base.len())
    });
    let length = lengths.max()?;
    Some((format!("/{}", segments[length..].join("/")), length > 0))
}

impl<'c> Missing<'c> {
    /// Whether the path of an operation with another method is the path of a request: all of its parameters accept
    /// their values. Otherwise `search` in `/pets/search` would be taken for an id.
    fn is_path_of(&self, other: &'c Operation, undeclared: &Undeclared<'_, 'c>, target: &RequestTarget) -> bool {
        let Some(values) = other.routes.iter().find_map(|route| route.matches(&target.path)) else {
            return true;
        };
        let values: Vec<(&str, String)> = values.into_iter().map(|(name, text)| (name, text.to_owned())).collect();
        let routed = RoutedRequest {
            contract: self.contract,
            operation: other,
            request: undeclared.request,
            target,
            path_values: &values,
            response: undeclared.response,
            is_refused: false,
            older: None,
        };
        values.iter().all(|(name, _)| {
            let sent = routed.parameter(self.contract, other, ("path", name));
            sent.is_none_or(|sent| sent.usage != ParameterUse::Rejected)
        })
    }
}

impl<'c> Watcher<'c> for Missing<'c> {
    fn exchange(&mut self, _: &Exchange<'_>) {}

    fn request(&mut self, _: &RoutedRequest<'_, 'c>) {}

    fn payload(&mut self, _: &RoutedPayload<'_, 'c>) {}

    fn unjudged(&mut self, _: &Body<'_>, _: Option<&TargetKey>, _: PayloadVerdict, _: Option<&str>) {}

    fn undeclared(&mut self, undeclared: &Undeclared<'_, 'c>) {
        let Undeclared { request, response, host, others, time } = *undeclared;
        let contract = self.contract;
        let target = RequestTarget::parse(&request.target);
        let path_of_other = others.iter().find(|other| self.is_path_of(other, undeclared, &target));
        let on_host = self.hosts.entry(host.unwrap_or_default().to_owned()).or_default();
        let example = || format!("`{} {}` at {}", sanitised(&request.method), sanitised(&target.folded_path()), request.line.origin);
        if response.is_some_and(|response| ABSENT.contains(&response.status)) {
            on_host.ignore(Ignored::Absent, example);
        } else if let Some(other) = path_of_other {
            let path = other.path.to_string();
            let sight = Sight { time, origin: request.line.origin.clone() };
            on_host.methods.entry(path.clone()).or_default().see_at(&path, request, response, &sight);
        } else {
            // Only a start that names nothing, such as `/api`, can be left out.
            let rebased = contract.without_base(&request.method, &target.path);
            let is_rebased = rebased.is_some_and(|(_, base)| base.split('/').all(|part| part.is_empty() || is_prefix(part)));
            match without_base(&self.bases, &target.path) {
                None if rebased.is_some() => on_host.ignore(Ignored::Rebased, example),
                None => on_host.ignore(Ignored::Outside, example),
                Some((_, false)) if is_rebased => on_host.ignore(Ignored::Rebased, example),
                Some((path, _)) => {
                    let sight = Sight { time, origin: request.line.origin.clone() };
                    on_host.paths.see_at(&path, request, response, &sight);
                }
            }
        }
        self.fit();
    }
}

impl<'c> ParallelWatcher<'c> for Missing<'c> {
    fn fork(&self) -> Self {
        Self::new(self.contract)
    }

    fn join(&mut self, fork: Self) {
        for (host, learnt) in fork.hosts {
            self.hosts.entry(host).or_default().join(learnt);
        }
        self.has_more_hosts |= fork.has_more_hosts;
        self.fit();
    }
}
