//! The OpenAPI document of what was learnt.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::learn::{Field, Fields, Learnt, Message, OperationProfile, Seen, canonical};
use crate::media_type::ContentKind;
use crate::observe::PathId;

use super::components::{Components, Names};
use super::endpoint::{Endpoint, Segment, endpoints, is_prefix};
use super::schema::{NOTE, Rules, Schemas, note};
use super::shapes::Places;
use super::words::{camel, pascal, singular};
use super::{Options, period_of};

/// Hosts that are listed as servers.
const SERVERS: usize = 5;

/// Where components are.
const COMPONENTS: &str = "#/components/schemas/";

/// The version of OpenAPI that is written.
const VERSION: &str = "3.1.1";

/// The document.
pub(super) fn document(learnt: &Learnt, options: &Options) -> Value {
    let mut endpoints = endpoints(learnt);
    let prefix = take_prefix(&mut endpoints);
    let mut components = Components::new(COMPONENTS);
    for endpoint in &endpoints {
        for (method, operation) in &endpoint.methods {
            each_json(endpoint, method, operation, &mut |places, names| components.add(places, names));
        }
    }
    components.choose();
    let schemas = Schemas {
        rules: options.rules(),
        components: &components,
    };
    let mut writer = Writer {
        schemas: &schemas,
        rules: options.rules(),
        schemes: BTreeMap::new(),
        ids: BTreeSet::new(),
        collections: endpoints.iter().filter_map(collection_of).collect(),
    };
    let mut paths = Map::new();
    for endpoint in &endpoints {
        let item = writer.path(endpoint);
        if endpoint.methods.keys().any(|method| METHODS.contains(&method.as_str())) {
            paths.insert(endpoint.template(), item);
        }
    }
    let hosts: Vec<&str> = learnt.hosts.keys().map(String::as_str).collect();
    let title = options.title.clone().unwrap_or_else(|| match hosts.as_slice() {
        [] => "API".to_owned(),
        [host, ..] => (*host).to_owned(),
    });
    let mut document = json!({
        "openapi": VERSION,
        "info": { "title": title, "version": "0.1.0", "description": described(learnt, &endpoints) },
    });
    let servers = servers(&hosts, &prefix);
    if !servers.is_empty() {
        document["servers"] = servers.into();
    }
    document["paths"] = paths.into();
    let named: Map<String, Value> = components
        .iter()
        .map(|(name, places)| (name.to_owned(), schemas.component(places)))
        .collect();
    let mut parts = Map::new();
    if !named.is_empty() {
        parts.insert("schemas".to_owned(), named.into());
    }
    if !writer.schemes.is_empty() {
        let schemes = writer.schemes.into_iter();
        parts.insert("securitySchemes".to_owned(), Value::Object(schemes.collect()));
    }
    if !parts.is_empty() {
        document["components"] = parts.into();
    }
    document
}

/// A path with the operations that were learnt.
pub(super) struct PathItem {
    /// `/pets/{petId}`
    pub(super) template: String,
    /// The parameters of the path.
    pub(super) parameters: Vec<Value>,
    /// The methods, in lower case, and the operations.
    pub(super) operations: Vec<(String, Value)>,
}

/// The paths of what was learnt, for a document that exists: without components and notes. `ids` are those of
/// operations, to which new ones are added.
pub(super) fn path_items(learnt: &Learnt, options: &Options, ids: &mut BTreeSet<String>) -> Vec<PathItem> {
    let endpoints = endpoints(learnt);
    let components = Components::new(COMPONENTS);
    let rules = Rules {
        notes: false,
        ..options.rules()
    };
    let schemas = Schemas {
        rules,
        components: &components,
    };
    let mut writer = Writer {
        schemas: &schemas,
        rules,
        schemes: BTreeMap::new(),
        ids: std::mem::take(ids),
        collections: endpoints.iter().filter_map(collection_of).collect(),
    };
    let items = endpoints.iter().map(|endpoint| {
        let methods = endpoint.methods.iter().filter(|(method, _)| METHODS.contains(&method.as_str()));
        let operations = methods.map(|(method, operation)| {
            let written = writer.operation(endpoint, method, operation);
            (method.to_ascii_lowercase(), written)
        });
        PathItem {
            template: endpoint.template(),
            operations: operations.collect(),
            parameters: endpoint.segments.iter().filter_map(|segment| writer.path_parameter(segment)).collect(),
        }
    });
    let items = items.collect();
    *ids = writer.ids;
    items
}

/// The methods of OpenAPI 3.1.
const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// The operations that OpenAPI cannot describe, by method and path.
pub(super) fn left_out(learnt: &Learnt) -> Vec<String> {
    let endpoints = endpoints(learnt);
    let operations = endpoints.iter().flat_map(|endpoint| endpoint.methods.keys().map(move |method| (endpoint, method)));
    let others = operations.filter(|(_, method)| !METHODS.contains(&method.as_str()));
    others.map(|(endpoint, method)| format!("{method} {}", endpoint.template())).collect()
}

/// Calls `act` with the values of each body that has any, and what they are called.
fn each_json(
    endpoint: &Endpoint,
    method: &str,
    operation: &OperationProfile,
    act: &mut dyn FnMut(&Places, &Names),
) {
    let noun = noun(endpoint);
    let of_requests = names_of_request(endpoint, method, &noun);
    let requests = [(&operation.request, of_requests)].into_iter();
    let responses = operation.responses.iter().map(|(status, message)| (message, names_of_response(*status, &noun)));
    // Responses name most of what there is.
    for (message, names) in responses.chain(requests) {
        for (media, learnt) in &message.media {
            if holds_json(media) && learnt.bodies > learnt.malformed {
                let places = &learnt.shape;
                act(places, &suited(places, &names));
            }
        }
    }
}

/// Whether bodies of a media type are learnt as JSON.
fn holds_json(media: &str) -> bool {
    matches!(ContentKind::of(media), ContentKind::Json | ContentKind::JsonLines)
}

/// What a path is about: `Pet`.
fn noun(endpoint: &Endpoint) -> String {
    pascal(&singular(endpoint.nouns().last().unwrap_or("payload")))
}

fn names_of_request(endpoint: &Endpoint, method: &str, noun: &str) -> Names {
    let own = match (method, endpoint.ends_with_parameter()) {
        ("POST", false) => format!("New{noun}"),
        ("PATCH" | "PUT", _) => format!("{noun}Update"),
        _ => format!("{noun}Request"),
    };
    Names { own, inner: None }
}

fn names_of_response(status: u16, noun: &str) -> Names {
    match status {
        400.. => Names {
            own: "Error".to_owned(),
            inner: None,
        },
        _ => Names {
            own: format!("{noun}List"),
            inner: Some(noun.to_owned()),
        },
    }
}

/// The names, if the payload is around the object or list that the path is about; otherwise that name is its own.
fn suited(places: &Places, names: &Names) -> Names {
    let Some(inner) = &names.inner else { return names.clone() };
    let root = PathId::ROOT;
    let is_list = places.path(root).types.array > 0;
    let lists = places.keys(root).filter(|(_, child)| {
        let items = places.any(*child);
        items.is_some_and(|items| places.path(items).types.object > 0)
    });
    match (is_list, lists.count()) {
        (true, _) | (_, 1) => names.clone(),
        _ if places.key(root, "data").is_some_and(|data| places.path(data).types.object > 0) => Names {
            own: format!("{inner}Response"),
            inner: Some(inner.clone()),
        },
        _ => Names {
            own: inner.clone(),
            inner: None,
        },
    }
}

/// Takes the segments that all paths start with, and that name nothing, out of the paths: `/api/v1`.
fn take_prefix(endpoints: &mut [Endpoint]) -> String {
    let mut prefix = String::new();
    loop {
        let mut firsts = endpoints.iter().map(|endpoint| match endpoint.segments.first() {
            Some(Segment::Literal(text)) if endpoint.segments.len() > 1 && is_prefix(text) => Some(text.clone()),
            _ => None,
        });
        let Some(Some(first)) = firsts.next() else { return prefix };
        if !firsts.all(|other| other.as_ref() == Some(&first)) {
            return prefix;
        }
        prefix.push('/');
        prefix.push_str(&first);
        for endpoint in endpoints.iter_mut() {
            endpoint.segments.remove(0);
        }
    }
}

fn servers(hosts: &[&str], prefix: &str) -> Vec<Value> {
    if hosts.is_empty() {
        return (!prefix.is_empty()).then(|| json!({ "url": prefix })).into_iter().collect();
    }
    let url = |host: &&str| {
        let is_local = host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
        let scheme = if is_local { "http" } else { "https" };
        json!({ "url": format!("{scheme}://{host}{prefix}") })
    };
    hosts.iter().take(SERVERS).map(url).collect()
}

/// Where the document comes from.
fn described(learnt: &Learnt, endpoints: &[Endpoint]) -> String {
    let mut seen = Seen::default();
    let operations = endpoints.iter().flat_map(|endpoint| endpoint.methods.values());
    let mut exchanges = 0;
    for operation in operations {
        exchanges += operation.requests;
        seen += &operation.request.seen;
    }
    let period = period_of(&seen).map(|days| format!(", {days}")).unwrap_or_default();
    let of = match exchanges == learnt.exchanges {
        true => String::new(),
        false => format!(" of {}", learnt.exchanges),
    };
    let unit = if exchanges == 1 && of.is_empty() { "exchange" } else { "exchanges" };
    format!("Inferred by wiredrift {} from {exchanges}{of} {unit}{period}.", env!("CARGO_PKG_VERSION"))
}

/// Writes operations.
struct Writer<'s> {
    schemas: &'s Schemas<'s>,
    rules: Rules,
    /// The security schemes that are used.
    schemes: BTreeMap<String, Value>,
    /// The ids of operations.
    ids: BTreeSet<String>,
    /// The paths that are followed by a parameter in others.
    collections: BTreeSet<String>,
}

impl Writer<'_> {
    fn path(&mut self, endpoint: &Endpoint) -> Value {
        let mut item = Map::new();
        let parameters: Vec<Value> = endpoint.segments.iter().filter_map(|segment| self.path_parameter(segment)).collect();
        if !parameters.is_empty() {
            item.insert("parameters".to_owned(), parameters.into());
        }
        for (method, operation) in &endpoint.methods {
            if METHODS.contains(&method.as_str()) {
                item.insert(method.to_ascii_lowercase(), self.operation(endpoint, method, operation));
            }
        }
        item.into()
    }

    fn path_parameter(&self, segment: &Segment) -> Option<Value> {
        let Segment::Parameter { name, values } = segment else { return None };
        let mut parameter = json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": self.schemas.of_segments(values),
        });
        self.say(&mut parameter, values.types.all());
        Some(parameter)
    }

    fn operation(&mut self, endpoint: &Endpoint, method: &str, operation: &OperationProfile) -> Value {
        let mut written = json!({ "operationId": self.id(endpoint, method, operation) });
        let requests = operation.request.messages;
        let mut parameters = self.query(&operation.query, requests);
        let headers = operation.request.headers.0.iter();
        parameters.extend(headers.map(|(_, field)| self.parameter(&header_name(&field.name), "header", field, requests)));
        if !parameters.is_empty() {
            written["parameters"] = parameters.into();
        }
        if let Some(content) = self.content(&operation.request) {
            written["requestBody"] = json!({ "content": content });
            if operation.request.without_body == 0 {
                written["requestBody"]["required"] = true.into();
            }
        }
        let responses = operation.responses.iter();
        let responses: Map<String, Value> =
            responses.filter(|(status, _)| (100..600).contains(*status)).map(|(status, message)| (status.to_string(), self.response(*status, message))).collect();
        if !responses.is_empty() {
            written["responses"] = responses.into();
        }
        if let Some(security) = self.security(operation) {
            written["security"] = security;
        }
        self.say(&mut written, operation.requests);
        written
    }

    /// The parameters of the query; `filter[kind]` is a member of `filter`.
    fn query(&self, fields: &Fields, requests: u64) -> Vec<Value> {
        let mut parameters = Vec::new();
        let mut deep: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        let is_deep = |name: &str| {
            let prefix = format!("{name}[");
            let mut members = fields.0.iter().filter(|(known, _)| known.starts_with(&prefix));
            !fields.0.contains_key(name) && members.all(|(_, field)| field.repeated == 0)
        };
        for (name, field) in &fields.0 {
            let member = name.split_once('[').and_then(|(name, rest)| Some((name, rest.strip_suffix(']')?)));
            match member {
                Some((name, member)) if !name.is_empty() && !member.is_empty() && !member.contains(['[', ']']) && is_deep(name) => {
                    let schema = self.schemas.of_texts(&field.values);
                    deep.entry(name).or_default().insert(member.to_owned(), schema);
                }
                _ => parameters.push(self.parameter(name, "query", field, requests)),
            }
        }
        parameters.extend(deep.into_iter().map(|(name, members)| {
            json!({
                "name": name,
                "in": "query",
                "style": "deepObject",
                "explode": true,
                "schema": { "type": "object", "properties": members },
            })
        }));
        parameters
    }

    fn parameter(&self, name: &str, place: &str, field: &Field, requests: u64) -> Value {
        let mut parameter = json!({ "name": name, "in": place });
        if field.messages == requests && requests >= self.rules.required_samples {
            parameter["required"] = true.into();
        }
        let schema = self.schemas.of_texts(&field.values);
        parameter["schema"] = match field.repeated {
            0 => schema,
            _ => json!({ "type": "array", "items": schema }),
        };
        self.say(&mut parameter, field.messages);
        parameter
    }

    fn response(&self, status: u16, message: &Message) -> Value {
        let mut written = json!({ "description": reason(status) });
        let headers = message.headers.0.iter();
        let headers: Map<String, Value> = headers
            .map(|(_, field)| {
                let mut header = json!({ "schema": self.schemas.of_texts(&field.values) });
                if field.messages == message.messages && message.messages >= self.rules.required_samples {
                    header["required"] = true.into();
                }
                (header_name(&field.name), header)
            })
            .collect();
        if !headers.is_empty() {
            written["headers"] = headers.into();
        }
        if let Some(content) = self.content(message) {
            written["content"] = content;
        }
        self.say(&mut written, message.messages);
        written
    }

    /// The bodies of messages by media type.
    fn content(&self, message: &Message) -> Option<Value> {
        let named = message.media.iter().filter(|(media, _)| is_media_type(media));
        let content = named.map(|(media, learnt)| {
            let is_known = learnt.bodies > learnt.malformed;
            let written = match ContentKind::of(media) {
                ContentKind::Json if is_known => json!({ "schema": self.schemas.schema(&learnt.shape, PathId::ROOT) }),
                ContentKind::JsonLines if is_known => {
                    json!({ "schema": { "type": "array", "items": self.schemas.schema(&learnt.shape, PathId::ROOT) } })
                }
                ContentKind::Form if is_known => json!({ "schema": self.schemas.of_form(&learnt.shape) }),
                _ => json!({}),
            };
            (media.clone(), written)
        });
        let content: Map<String, Value> = content.collect();
        (!content.is_empty()).then_some(Value::Object(content))
    }

    /// The credentials of requests: each set that was seen, and none if some requests had none.
    fn security(&mut self, operation: &OperationProfile) -> Option<Value> {
        let requests = operation.request.messages;
        let mut sets = Vec::new();
        let mut with_credentials = 0;
        for (credential, count) in &operation.credentials {
            let (mut name, scheme) = scheme(credential);
            if self.schemes.get(&name).is_some_and(|known| *known != scheme) {
                name.push_str(&pascal(credential.split(' ').next().unwrap_or_default()));
            }
            sets.push(json!({ name.as_str(): [] }));
            self.schemes.insert(name, scheme);
            with_credentials = with_credentials.max(count.0);
        }
        if sets.is_empty() {
            return None;
        }
        if with_credentials < requests {
            sets.push(json!({}));
        }
        Some(sets.into())
    }

    /// Says how many messages something is based on.
    fn say(&self, written: &mut Value, n: u64) {
        if self.rules.notes {
            written[NOTE] = note(n);
        }
    }

    /// A name for the operation that no other one has: `listPets`, `getPet`, `activatePet`.
    fn id(&mut self, endpoint: &Endpoint, method: &str, operation: &OperationProfile) -> String {
        let nouns: Vec<&str> = endpoint.nouns().collect();
        let last = nouns.last().copied().unwrap_or("root");
        let above = nouns.len().checked_sub(2).map(|at| pascal(&singular(nouns[at])));
        let is_item = endpoint.ends_with_parameter();
        let is_action = !is_item
            && endpoint.segments.iter().any(|segment| matches!(segment, Segment::Parameter { .. }))
            && singular(last) == last
            && matches!(method, "POST" | "PUT")
            // What is created is a thing, not an action.
            && !self.collections.contains(&endpoint.template())
            && !operation.responses.contains_key(&201);
        let answers_list = operation.responses.iter().any(|(status, message)| {
            *status < 300 && message.media.values().any(|media| is_list(&media.shape))
        });
        let one = pascal(&singular(last));
        let verb = match method {
            "GET" if !is_item && answers_list => "list",
            "GET" => "get",
            "POST" => "create",
            "PUT" => "replace",
            "PATCH" => "update",
            "DELETE" => "delete",
            other => &other.to_ascii_lowercase(),
        };
        let names = match (is_action, verb) {
            (true, _) => vec![format!("{}{}", camel(last), above.clone().unwrap_or_default())],
            (_, "list") => vec![format!("list{}", pascal(last)), format!("list{}{}", above.clone().unwrap_or_default(), pascal(last))],
            _ => vec![format!("{verb}{one}"), format!("{verb}{}{one}", above.clone().unwrap_or_default())],
        };
        let numbered = (2..).map(|number| format!("{}{number}", names[0]));
        let mut free = names.iter().cloned().chain(numbered).filter(|name| !self.ids.contains(name));
        let id = free.next().unwrap_or_default();
        self.ids.insert(id.clone());
        id
    }
}

/// Whether a text is a media type (RFC 9110 section 8.3.1).
fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

/// The path of the collection that a path with a parameter at its end is an item of.
fn collection_of(endpoint: &Endpoint) -> Option<String> {
    let (_, above) = endpoint.segments.split_last().filter(|_| endpoint.ends_with_parameter())?;
    let collection = Endpoint {
        segments: above.to_vec(),
        methods: BTreeMap::new(),
    };
    Some(collection.template())
}

/// Whether payloads are lists, or objects around one.
fn is_list(places: &Places) -> bool {
    let root = PathId::ROOT;
    let lists = places.keys(root).filter(|(_, child)| {
        places.any(*child).is_some_and(|items| places.path(items).types.object > 0)
    });
    places.path(root).types.array > 0 || lists.count() == 1
}

/// A header as people write it: `X-Request-Id`, where HTTP/2 made it lower case.
fn header_name(written: &str) -> String {
    match written.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => written.to_owned(),
        false => canonical(written),
    }
}

/// The name and the description of a security scheme for credentials: `bearer`, `header X-Api-Key`.
fn scheme(credential: &str) -> (String, Value) {
    match credential.split_once(' ') {
        Some((place, name)) => (camel(name), json!({ "type": "apiKey", "in": place, "name": name })),
        None => (camel(credential), json!({ "type": "http", "scheme": credential })),
    }
}

/// The reason phrase of a status (RFC 9110 section 15).
fn reason(status: u16) -> String {
    let phrase = match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => return format!("Status {status}"),
    };
    phrase.to_owned()
}

