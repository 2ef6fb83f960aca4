//! What payloads and requests have where findings are about them: values, types and extremes, as JSON.
//!
//! Findings hold text for people: masked, shortened and escaped. That must not get into a contract, so the values
//! are collected from the captures themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Number, Value};

use crate::capture::{Body, Exchange};
use crate::contract::{Parameter, ParameterPlace};
use crate::json::{self, Key, Kind, TapeDocument};
use crate::location::Side;
use crate::observe::{
    About, DeviationKind, ParallelWatcher, ParameterUse, PayloadVerdict, Recorder, RoutedPayload,
    RoutedRequest, SentParameter, Taken, TargetKey, Walk, Watcher, is_placeholder, shorten,
};
use crate::redact::{MASK, is_secret_name, mask_shapes, masked, sanitised};
use crate::schema::{Graph, NodeId, Place};

use super::kinds::Kinds;

/// Distinct values that are kept for one keyword of a schema.
const DISTINCT: usize = crate::limits::DISTINCT;

/// The longest string that is proposed for an enum, in characters.
const LONGEST: usize = 200;

/// What is collected about one schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    /// Values that violate a keyword.
    Keyword(&'static str),
    /// Objects without a required property.
    Missing(String),
    /// Values of a property that is not declared.
    Undeclared(String),
}

/// Values that have something in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    pub(super) kinds: Kinds,
    /// The distinct values, by what a finding calls them and by their JSON text.
    pub(super) distinct: BTreeMap<String, Value>,
    /// There were more, or longer ones.
    pub(super) has_more: bool,
    /// Some are secret, and not kept.
    pub(super) is_masked: bool,
    /// The least and the greatest number, or length.
    pub(super) extremes: Option<(Number, Number)>,
    /// The variants that the values were read as, where that is a guess.
    pub(super) guesses: BTreeSet<String>,
    /// Whether some of them were not guessed.
    pub(super) is_certain: bool,
    /// Whether another schema that applies to the same object declares the property.
    pub(super) is_declared_elsewhere: bool,
}

impl Values {
    /// The variants that all of the values were read as, where that is a guess.
    pub(super) fn guess(&self) -> Option<String> {
        let names: Vec<&str> = self.guesses.iter().map(String::as_str).collect();
        (!self.is_certain && !names.is_empty()).then(|| names.join("`, `"))
    }

    fn extend_to(&mut self, number: Number) {
        let (mut least, mut most) = self
            .extremes
            .take()
            .unwrap_or_else(|| (number.clone(), number.clone()));
        if number.as_f64() < least.as_f64() {
            least = number.clone();
        }
        if number.as_f64() > most.as_f64() {
            most = number;
        }
        self.extremes = Some((least, most));
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.kinds |= other.kinds;
        self.distinct.extend(other.distinct);
        self.has_more |= other.has_more;
        self.is_masked |= other.is_masked;
        if let Some((least, most)) = other.extremes {
            self.extend_to(least);
            self.extend_to(most);
        }
        self.guesses.extend(other.guesses);
        self.is_certain |= other.is_certain;
        self.is_declared_elsewhere |= other.is_declared_elsewhere;
        self.fold();
    }

    fn fold(&mut self) {
        while self.distinct.len() > DISTINCT {
            self.distinct.pop_last();
            self.has_more = true;
        }
    }
}

/// How the values of an undeclared query parameter are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) are_integers: bool,
    pub(super) are_booleans: bool,
    /// Whether a request has several.
    pub(super) is_repeated: bool,
}

/// What a run saw.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Whether requests that the server rejected count.
    strict_requests: bool,
    /// The server rejected the current request, so that what it violates is no finding.
    is_rejected: bool,
    /// The current payload was not JSON: some of its members have names that no schema can declare.
    is_transcript: bool,
    /// By schema, topic and operation.
    schemas: BTreeMap<(Place, Topic, String), Values>,
    /// Undeclared query parameters, by operation and name.
    queries: BTreeMap<(String, String), Query>,
    /// Bodies without a schema, by operation and status: their types by media type.
    bodies: BTreeMap<(String, u16), BTreeMap<String, Kinds>>,
}

impl Seen {
    /// `strict_requests`: whether requests that the server rejected count.
    pub(crate) fn new(strict_requests: bool) -> Self {
        Self {
            strict_requests,
            ..Self::default()
        }
    }

    /// What was seen of a schema in some operations.
    pub(super) fn values(&self, place: &Place, topic: &Topic, operations: &[&str]) -> Values {
        let first = (place.clone(), topic.clone(), String::new());
        let mut all = Values::default();
        for ((known, about, operation), values) in self.schemas.range(first..) {
            if (known, about) != (place, topic) {
                break;
            }
            if operations.contains(&operation.as_str()) {
                all.merge(values.clone());
            }
        }
        all
    }

    /// The undeclared properties of a schema in some operations, and their values.
    pub(super) fn undeclared(&self, place: &Place, operations: &[&str]) -> BTreeMap<String, Values> {
        let first = (
            place.clone(),
            Topic::Undeclared(String::new()),
            String::new(),
        );
        let mut all: BTreeMap<String, Values> = BTreeMap::new();
        for ((known, about, operation), values) in self.schemas.range(first..) {
            let Topic::Undeclared(name) = about else { break };
            if known != place {
                break;
            }
            if operations.contains(&operation.as_str()) {
                all.entry(name.clone()).or_default().merge(values.clone());
            }
        }
        all
    }

    /// The undeclared query parameter that a finding calls `shown`: its name, and how its values are written.
    pub(super) fn query(&self, operation: &str, shown: &str) -> Option<(&str, Query)> {
        let mut own = self.queries.iter();
        own.find(|((id, name), _)| id == operation && sanitised(name) == shown)
            .map(|((_, name), query)| (name.as_str(), *query))
    }

    /// The media types of the bodies without a schema that a response has, and the types of the bodies.
    pub(super) fn bodies(&self, operation: &str, status: u16) -> Option<&BTreeMap<String, Kinds>> {
        self.bodies.get(&(operation.to_owned(), status))
    }

    fn collect<'d>(
        &mut self,
        (graph, operation): (&Graph, &str),
        schema: NodeId,
        side: Option<Side>,
        value: json::Value<'d>,
        is_secret: bool,
    ) {
        let frame = Frame {
            is_secret,
            ..Frame::default()
        };
        let collector = Collector {
            graph,
            operation,
            into: self,
            way: vec![frame],
        };
        Walk::new(graph, side, collector).run(schema, value);
    }
}

impl Seen {
    /// Keeps the value of a parameter or header if its schema rejects it.
    fn rejected(
        &mut self,
        routed: &RoutedRequest<'_, '_>,
        parameter: &Parameter,
        sent: Option<SentParameter>,
        side: Side,
    ) {
        let Some((sent, schema)) = sent.zip(parameter.schema) else {
            return;
        };
        let Some(value) = sent.value.filter(|_| sent.usage == ParameterUse::Rejected) else {
            return;
        };
        let text = value.to_string();
        let Ok(document) = TapeDocument::parse(text.as_bytes()) else {
            return;
        };
        let is_cookie =
            parameter.place == ParameterPlace::Cookie || parameter.name.eq_ignore_ascii_case("set-cookie");
        let is_secret = is_cookie || is_secret_name(&parameter.name);
        let graph = (&routed.contract.graph, routed.operation.id.as_str());
        self.collect(graph, schema, Some(side), document.root(), is_secret);
    }
}

impl<'c> Watcher<'c> for Seen {
    fn exchange(&mut self, _: &Exchange<'_>) {
        self.is_rejected = false;
    }

    fn request(&mut self, routed: &RoutedRequest<'_, 'c>) {
        let status = routed.response.map(|response| response.status);
        self.is_rejected =
            !self.strict_requests && status.is_some_and(|status| (400..500).contains(&status));
        let operation = routed.operation;
        let declared = status.and_then(|status| operation.response(status));
        for header in declared.into_iter().flat_map(|response| &response.headers) {
            let sent = routed.response_header(routed.contract, operation, &header.name);
            self.rejected(routed, header, sent, Side::Response);
        }
        if self.is_rejected {
            return;
        }
        for parameter in &operation.parameters {
            let place = parameter.place.to_string();
            let sent = routed.parameter(routed.contract, operation, (&place, &parameter.name));
            self.rejected(routed, parameter, sent, Side::Request);
        }
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (name, text) in &routed.target.query {
            if operation.query_parameter(name).is_some() {
                continue;
            }
            let query = Query {
                are_integers: is_integer(text),
                are_booleans: matches!(text.as_str(), "true" | "false"),
                is_repeated: !names.insert(name),
            };
            join_query(&mut self.queries, (operation.id.clone(), name.clone()), query);
        }
    }

    fn payload(&mut self, routed: &RoutedPayload<'_, 'c>) {
        if self.is_rejected && routed.side == Some(Side::Request) {
            return;
        }
        self.is_transcript = routed.body.is_transcript();
        let graph = (&routed.contract.graph, routed.operation.id.as_str());
        let root = routed.document().root();
        self.collect(graph, routed.schema, routed.side, root, false);
        self.is_transcript = false;
    }

    fn unjudged(
        &mut self,
        body: &Body<'_>,
        target: Option<&TargetKey>,
        verdict: PayloadVerdict,
        _: Option<&str>,
    ) {
        let Some((target, status)) = target.and_then(|target| Some((target, target.status?)))
        else {
            return;
        };
        if !matches!(
            verdict,
            PayloadVerdict::NoSchema | PayloadVerdict::OtherMediaType
        ) {
            return;
        }
        let media_type = body.media_type.as_deref().unwrap_or("application/json");
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let of_status = (target.operation.to_string(), status);
        let kinds = self.bodies.entry(of_status).or_default();
        let kinds = kinds.entry(essence.to_ascii_lowercase()).or_default();
        if body.is_json()
            && let Ok(document) = body.parse()
        {
            kinds.insert(document.root());
        }
    }
}

impl ParallelWatcher<'_> for Seen {
    fn fork(&self) -> Self {
        Self::new(self.strict_requests)
    }

    fn join(&mut self, fork: Self) {
        for (key, values) in fork.schemas {
            self.schemas.entry(key).or_default().merge(values);
        }
        for (key, query) in fork.queries {
            join_query(&mut self.queries, key, query);
        }
        for (key, bodies) in fork.bodies {
            let own = self.bodies.entry(key).or_default();
            for (media_type, kinds) in bodies {
                *own.entry(media_type).or_default() |= kinds;
            }
        }
    }
}

fn join_query(
    queries: &mut BTreeMap<(String, String), Query>,
    key: (String, String),
    query: Query,
) {
    let known = queries.entry(key).or_insert(query);
    known.are_integers &= query.are_integers;
    known.are_booleans &= query.are_booleans;
    known.is_repeated |= query.is_repeated;
}

/// Whether the text of a parameter is an integer as numbers are usually written, and not an identifier.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (1..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

/// What is known of the current value.
#[derive(Debug, Clone, Default)]
struct Frame {
    /// It is below the name of a secret.
    is_secret: bool,
    /// The variant that it was read as, where that is a guess.
    guess: Option<String>,
    applicable: Vec<NodeId>,
}

/// Collects from one payload.
struct Collector<'a> {
    graph: &'a Graph,
    operation: &'a str,
    into: &'a mut Seen,
    /// The current value and those around it; never empty.
    way: Vec<Frame>,
}

impl Collector<'_> {
    fn add(&mut self, node: NodeId, topic: Topic, then: impl FnOnce(&mut Values, &Frame)) {
        let place = Place::clone(&self.graph.node(node).place);
        let values = self.into.schemas.entry((place, topic, self.operation.to_owned()));
        let values = values.or_default();
        let Some(frame) = self.way.last() else { return };
        match &frame.guess {
            Some(variant) => _ = values.guesses.insert(variant.clone()),
            None => values.is_certain = true,
        }
        then(values, frame);
        values.fold();
    }

    /// An undeclared property. A masked name must not get into a contract.
    fn member(&mut self, node: NodeId, key: Key<'_>, value: json::Value<'_>) {
        let graph = self.graph;
        let is_secret = self.way.last().is_some_and(|frame| frame.is_secret);
        let name = match is_secret {
            true => MASK.to_owned(),
            false => key.name().into_owned(),
        };
        self.add(node, Topic::Undeclared(name.clone()), |values, frame| {
            values.kinds.insert(value);
            let mut others = frame.applicable.iter().filter(|other| **other != node);
            values.is_declared_elsewhere |=
                others.any(|other| graph.node(*other).object.properties.contains_key(&*name));
        });
    }
}

impl<'d> Recorder<'d> for Collector<'_> {
    fn value(&mut self, _: json::Value<'d>, applicable: &[NodeId]) {
        if let Some(frame) = self.way.last_mut() {
            frame.applicable = applicable.to_vec();
        }
    }

    fn enter(&mut self, step: Taken<'d>) {
        let is_secret = match step {
            Taken::Key(key) | Taken::Data(key) => is_secret_name(&key.name()),
            Taken::Index(_) => false,
        };
        let outer = self.way.last();
        self.way.push(Frame {
            is_secret: is_secret || outer.is_some_and(|outer| outer.is_secret),
            guess: outer.and_then(|outer| outer.guess.clone()),
            applicable: Vec::new(),
        });
    }

    fn leave(&mut self) {
        self.way.pop();
    }

    fn deviation(
        &mut self,
        node: NodeId,
        kind: DeviationKind,
        about: About<'d>,
        _: Option<&Arc<str>>,
    ) {
        let value = match about {
            About::Value(value) | About::Member(_, value) => value,
        };
        let is_placeholder = value.as_str().is_some_and(|text| is_placeholder(&text));
        if value.is_stand_in() || is_placeholder {
            return;
        }
        let topic = match (&kind, about) {
            (DeviationKind::Missing { property, .. }, _) => Topic::Missing(property.to_string()),
            (DeviationKind::Closed, About::Member(key, value)) => {
                return self.member(node, key, value);
            }
            _ => Topic::Keyword(kind.keyword()),
        };
        let node_of = self.graph.node(node);
        self.add(node, topic, |values, frame| {
            values.kinds.insert(value);
            match &kind {
                DeviationKind::Length { keyword, .. } => {
                    let length = node_of.lengths.iter().find(|length| length.keyword() == *keyword);
                    if let Some(length) = length.and_then(|length| length.measure(value)) {
                        values.extend_to(length.into());
                    }
                }
                DeviationKind::Bound { .. } if frame.is_secret || has_secret(value.raw()) => {
                    values.is_masked = true;
                }
                DeviationKind::Bound { .. } => {
                    if let Some(number) = value.as_number() {
                        values.extend_to(number);
                    }
                }
                DeviationKind::Enum { .. } | DeviationKind::Constant { .. } => {
                    keep(values, value, frame.is_secret);
                }
                _ => {}
            }
        });
    }

    fn undeclared(&mut self, node: NodeId, key: Key<'d>, value: json::Value<'d>) {
        // Attributes and text of XML need an `xml` object.
        if self.into.is_transcript && key.name().starts_with(['@', '#']) {
            return;
        }
        self.member(node, key, value);
    }

    fn beyond_enum(&mut self, node: NodeId, value: json::Value<'d>) {
        self.add(node, Topic::Keyword("enum"), |values, frame| {
            values.kinds.insert(value);
            keep(values, value, frame.is_secret);
        });
    }

    fn misdirected(&mut self, _: NodeId, _: Key<'d>, _: json::Value<'d>) {}

    fn lookalike(&mut self, _: NodeId, _: NodeId, _: json::Value<'d>) {}

    fn variant(&mut self, _: NodeId) {}

    fn reads_as(&mut self, node: NodeId, is_certain: bool) {
        if let (false, Some(frame)) = (is_certain, self.way.last_mut()) {
            frame.guess = Some(self.graph.label(node));
        }
    }
}

/// Whether a text has the shape of a secret.
fn has_secret(text: &str) -> bool {
    mask_shapes(text) != text
}

/// Keeps a value, unless it is or holds a secret.
fn keep(values: &mut Values, value: json::Value<'_>, is_secret: bool) {
    let known = value.to_serde();
    let is_hidden = is_secret && value.kind() != Kind::Null;
    if is_hidden || has_secret(value.raw()) || masked(&known) != known {
        values.is_masked = true;
        return;
    }
    let text = match value.as_str() {
        Some(text) => text.into_owned(),
        None => value.raw().to_owned(),
    };
    // What an escape such as `\ud800` stands for has no text.
    let is_exact = serde_json::from_str::<Value>(value.raw()).is_ok_and(|read| read == known);
    if !is_exact || text.chars().count() > LONGEST {
        values.has_more = true;
        return;
    }
    // A string and a number may be shown in the same way.
    values.distinct.insert(format!("{}\0{known}", shorten(&text)), known);
}

/// What a finding calls a value.
pub(super) fn shown(key: &str) -> &str {
    key.split('\0').next().unwrap_or_default()
}
