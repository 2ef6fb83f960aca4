//! Parameter values: from the text of a request to the JSON value that it represents, and how that value
//! violates its schema.

mod deep;
mod style;
mod value;

use std::sync::Arc;

use serde_json::Value as Json;

use crate::capture::Headers;
use crate::contract::{Encoding, Operation, Parameter, ParameterPlace, Style, RequestTarget};
use crate::json::{TapeDocument, Kind, Value};
use crate::location::{Pointer, Side};
use crate::schema::{Graph, NodeId};

use crate::observe::walk::deviation::DeviationKind;
use crate::observe::walk::explain::examined;

pub(crate) use deep::steps;
pub(crate) use style::{Escapes, Sort};
use style::Parts;
pub(crate) use value::{accepts_all, sorts, typed};
use value::readings;

/// The parameters of one request.
pub(crate) struct Sent<'r> {
    pub(crate) path: &'r [(&'r str, String)],
    pub(crate) target: &'r RequestTarget,
    pub(crate) headers: &'r Headers,
    /// The fields of a form, encoded as in a query.
    pub(crate) form: &'r [(String, String)],
}

/// What a request contains for one declared parameter.
pub(crate) enum Found {
    /// Nothing.
    Missing,
    /// A value that the schema accepts or does not constrain, and its members that no schema declares.
    Good(Vec<Pointer>),
    /// A value that violates the schema: the text as sent (decoded), and each place in the value with its
    /// first deviation.
    Bad(String, Vec<(Pointer, DeviationKind)>),
}

/// Deviations of one value that are reported.
const FAULTS: usize = 4;

impl Sent<'_> {
    /// Looks up and judges a declared parameter.
    pub(crate) fn parameter(
        &self,
        graph: &Graph,
        operation: &Operation,
        parameter: &Parameter,
    ) -> Found {
        let texts = self.texts(graph, operation, parameter);
        if texts.is_empty() {
            let is_known = match parameter.place {
                ParameterPlace::Path | ParameterPlace::Form => false,
                ParameterPlace::Query => true,
                ParameterPlace::Header => self.headers.are_shown(),
                ParameterPlace::Cookie => self.headers.get("cookie").is_some(),
            };
            return match parameter.required && is_known {
                true => Found::Missing,
                false => Found::Good(Vec::new()),
            };
        }
        let Some(schema) = parameter.schema else {
            return Found::Good(Vec::new());
        };
        if parameter.allow_empty && texts.iter().all(|(_, text)| text.is_empty()) {
            return Found::Good(Vec::new());
        }
        let escapes = escapes_of(parameter.place);
        let shown = || shown(&texts, escapes);
        match parameter.encoding {
            Encoding::Other => Found::Good(Vec::new()),
            Encoding::Json => {
                let text = shown();
                match TapeDocument::parse(text.as_bytes()) {
                    Ok(document) => Read::of(graph, schema, document.root()).found(shown),
                    Err(_) => {
                        let expected = "application/json".to_owned();
                        let keyword = "content";
                        let kind = DeviationKind::Content { keyword, expected };
                        Found::Bad(text.clone(), vec![(Pointer::root(), kind)])
                    }
                }
            }
            Encoding::Styled { style, explode } => {
                let value = Written {
                    name: &parameter.name,
                    texts: &texts,
                    style,
                    explode,
                    nested: &parameter.nested,
                    escapes,
                };
                value.read(graph, schema).found(shown)
            }
        }
    }

    /// The value of a declared parameter, parsed from its text in the declared style. `None` if it is not
    /// sent, or not written in that style.
    pub(crate) fn value(
        &self,
        graph: &Graph,
        operation: &Operation,
        parameter: &Parameter,
    ) -> Option<Json> {
        let texts = self.texts(graph, operation, parameter);
        if texts.is_empty() {
            return None;
        }
        let escapes = escapes_of(parameter.place);
        let is_repeated = texts.len() > 1 && escapes == Escapes::Query;
        match (parameter.encoding, parameter.schema) {
            // The check accepts this, but it is not the declared style.
            (
                Encoding::Styled {
                    style,
                    explode: false,
                },
                _,
            ) if is_repeated && style != Style::DeepObject => None,
            (Encoding::Json, _) => serde_json::from_str(&shown(&texts, escapes)).ok(),
            (Encoding::Styled { style, explode }, Some(schema)) => {
                let value = Written {
                    name: &parameter.name,
                    texts: &texts,
                    style,
                    explode,
                    nested: &parameter.nested,
                    escapes,
                };
                Some(value.best(graph, schema)?.0)
            }
            _ => Some(Json::from(shown(&texts, escapes))),
        }
    }

    /// The values of a parameter in readable form; for a list, each element.
    pub(crate) fn words(
        &self,
        graph: &Graph,
        operation: &Operation,
        parameter: &Parameter,
    ) -> Vec<String> {
        let is_list = parameter
            .schema
            .is_some_and(|schema| graph.may_hold(schema, Kind::Array));
        let is_joined = is_list
            && matches!(parameter.encoding, Encoding::Styled { style, explode }
                if !explode || !matches!(style, Style::Form));
        let texts = self.texts(graph, operation, parameter);
        let words = texts
            .into_iter()
            .map(|pair| shown(std::slice::from_ref(&pair), escapes_of(parameter.place)));
        let words = words.flat_map(|text| match is_joined {
            true => text.split(',').map(str::to_owned).collect(),
            false => vec![text],
        });
        words.collect()
    }

    /// The names and texts that belong to a parameter, still encoded.
    pub(crate) fn texts(
        &self,
        graph: &Graph,
        operation: &Operation,
        parameter: &Parameter,
    ) -> Vec<(String, String)> {
        let name = &parameter.name;
        match parameter.place {
            ParameterPlace::Path => {
                let own = self.path.iter().filter(|(known, _)| known == name);
                own.map(|(name, text)| ((*name).to_owned(), text.clone()))
                    .collect()
            }
            ParameterPlace::Query => {
                let claims = Claims::of(graph, parameter);
                let own = self.target.query.iter().zip(&self.target.raw_query);
                own.filter(|((key, _), _)| claims.has(graph, key, operation))
                    .map(|((key, _), (_, text))| (key.clone(), text.clone()))
                    .collect()
            }
            ParameterPlace::Header => {
                let own = self.headers.0.iter();
                own.filter(|(known, _)| known.eq_ignore_ascii_case(name))
                    .cloned()
                    .collect()
            }
            ParameterPlace::Form => {
                let claims = Claims::of(graph, parameter);
                self.form.iter().filter(|(name, _)| claims.names(name)).cloned().collect()
            }
            ParameterPlace::Cookie => {
                let cookies = self.headers.get("cookie").unwrap_or_default();
                let pairs = cookies
                    .split(';')
                    .filter_map(|pair| pair.trim().split_once('='));
                pairs
                    .filter(|(known, _)| known == name)
                    .map(|(name, text)| (name.to_owned(), text.to_owned()))
                    .collect()
            }
        }
    }
}

/// Which names of a query belong to a parameter.
pub(crate) enum Claims<'p> {
    /// Exactly this name.
    Name(&'p str),
    /// `name[…]`, and the name itself, which may have a value of another sort.
    Deep(&'p str),
    /// The name of an array, optionally followed by `[]` or an index such as `[0]`.
    List(&'p Parameter, &'p str),
    /// The properties of an exploded object.
    Properties(&'p Parameter, Vec<Arc<str>>),
    /// The same, and every name that no other parameter claims.
    Rest(&'p Parameter),
}

impl<'p> Claims<'p> {
    pub(crate) fn of(graph: &Graph, parameter: &'p Parameter) -> Self {
        let Encoding::Styled { style, explode } = parameter.encoding else {
            return Self::Name(&parameter.name);
        };
        if style == Style::DeepObject {
            return Self::Deep(&parameter.name);
        }
        let is_object = |schema: &NodeId| sorts(graph, *schema).first() == Some(&Sort::Members);
        let exploded = parameter.schema.filter(|_| style == Style::Form && explode);
        let Some(schema) = exploded.filter(is_object) else {
            let is_list = |schema: NodeId| graph.may_hold(schema, Kind::Array);
            let bare = parameter.name.strip_suffix("[]");
            if style == Style::Form && (bare.is_some() || parameter.schema.is_some_and(is_list)) {
                return Self::List(parameter, bare.unwrap_or(&parameter.name));
            }
            return Self::Name(&parameter.name);
        };
        let nodes = graph.closure(&[schema], |_| true);
        let objects = || nodes.iter().map(|id| &graph.node(*id).object);
        let takes_any = objects().any(|object| {
            let rest = object.additional.map(|rest| graph.node(rest));
            rest.is_some_and(|rest| !rest.never) || !object.patterns.is_empty()
        });
        let names: Vec<Arc<str>> = objects()
            .flat_map(|object| object.properties.keys().cloned())
            .collect();
        if takes_any || names.is_empty() {
            Self::Rest(parameter)
        } else {
            Self::Properties(parameter, names)
        }
    }

    /// Whether a name belongs to the parameter.
    pub(crate) fn has(&self, graph: &Graph, key: &str, operation: &Operation) -> bool {
        let is_others = |own: &Parameter| {
            operation.parameters.iter().any(|other| {
                other.place == ParameterPlace::Query
                    && !std::ptr::eq(other, own)
                    && Claims::of(graph, other).names(key)
            })
        };
        match self {
            Self::Name(_) | Self::Deep(_) => self.names(key),
            Self::List(own, _) | Self::Properties(own, _) => {
                self.names(key) && !has_exact(operation, own, key)
            }
            Self::Rest(own) => !is_others(own),
        }
    }

    /// Whether the parameter claims this key, ignoring other parameters.
    fn names(&self, key: &str) -> bool {
        match self {
            Self::Name(name) => *name == key,
            Self::Deep(name) => *name == key || steps(name, key).is_some(),
            Self::List(own, name) => {
                *own.name == *key
                    || key == *name
                    || steps(name, key).is_some_and(|steps| {
                        let is_index = |step: &&str| step.bytes().all(|b| b.is_ascii_digit());
                        steps.len() == 1 && steps.iter().all(is_index)
                    })
            }
            Self::Properties(_, names) => names.iter().any(|name| **name == *key),
            Self::Rest(_) => false,
        }
    }
}

/// Whether another parameter of the query has exactly this name.
fn has_exact(operation: &Operation, own: &Parameter, key: &str) -> bool {
    let other = operation.query_parameter(key);
    other.is_some_and(|other| !std::ptr::eq(other, own))
}

/// A value as it was written.
pub(crate) struct Written<'t> {
    pub(crate) name: &'t str,
    pub(crate) texts: &'t [(String, String)],
    pub(crate) style: Style,
    pub(crate) explode: bool,
    /// How arrays inside the array are written.
    pub(crate) nested: &'t [Style],
    pub(crate) escapes: Escapes,
}

impl Written<'_> {
    /// The result for the first reading of the value that the schema accepts, or else for the likeliest one.
    fn read(&self, graph: &Graph, schema: NodeId) -> Read {
        let sorts = sorts(graph, schema);
        let is_repeated = self.texts.len() > 1 && self.escapes == Escapes::Query;
        if is_repeated && sorts == [Sort::Scalar] && self.style != Style::DeepObject {
            let times = self.texts.len();
            return Read::fault(DeviationKind::Repeated { times });
        }
        let style = self.style.name();
        let best = self.best(graph, schema).map(|(_, read)| read);
        best.unwrap_or_else(|| Read::fault(DeviationKind::Style { style }))
    }

    /// The likeliest reading that the schema accepts, or else the likeliest one.
    fn best(&self, graph: &Graph, schema: NodeId) -> Option<(Json, Read)> {
        let mut first = None;
        for json in self.readings(graph, schema, &sorts(graph, schema)) {
            let text = json.to_string();
            // A value built here is always valid JSON.
            let Ok(document) = TapeDocument::parse(text.as_bytes()) else {
                continue;
            };
            let read = Read::of(graph, schema, document.root());
            if read.faults.is_empty() {
                return Some((json, read));
            }
            first.get_or_insert((json, read));
        }
        first
    }

    /// The JSON values that the text may mean, the likeliest first.
    pub(crate) fn readings(&self, graph: &Graph, schema: NodeId, sorts: &[Sort]) -> Vec<Json> {
        if self.style == Style::DeepObject {
            let pairs = self.texts.iter();
            let pairs: Vec<(&str, String)> = pairs
                .map(|(key, text)| (key.as_str(), self.escapes.decode(text)))
                .collect();
            return deep::readings(graph, schema, self.name, &pairs);
        }
        let parts = sorts.iter().flat_map(|sort| self.parts(*sort));
        let readings = parts.flat_map(|parts| readings(graph, schema, &parts, self.nested));
        readings.collect()
    }

    /// The parts of the value, for each possible interpretation.
    fn parts(&self, sort: Sort) -> Vec<Parts> {
        match (sort, self.style, self.explode) {
            (Sort::Members, Style::Form, true) => {
                let members = self.texts.iter();
                vec![Parts::Members(
                    members
                        .map(|(key, text)| (key.clone(), self.escapes.decode(text)))
                        .collect(),
                )]
            }
            (Sort::List, Style::Form | Style::SpaceDelimited | Style::PipeDelimited, true) => {
                let index = |key: &str| {
                    let inner = key.strip_suffix(']')?.rsplit_once('[')?.1;
                    inner.parse::<u64>().ok()
                };
                let mut texts: Vec<_> = self.texts.iter().collect();
                texts.sort_by_key(|(key, _)| index(key));
                let list = texts.into_iter().map(|(_, text)| self.escapes.decode(text));
                vec![Parts::List(list.collect())]
            }
            _ => {
                // Repeated headers are one list (RFC 9110 section 5.3).
                let texts: Vec<&str> = self.texts.iter().map(|(_, text)| text.as_str()).collect();
                let text = texts.join(",");
                let split = |text: &str| {
                    style::split(
                        self.style,
                        self.explode,
                        self.name,
                        text,
                        sort,
                        self.escapes,
                    )
                };
                let mut ways: Vec<Parts> = split(&text).into_iter().collect();
                // Many clients also encode the separating commas.
                if sort != Sort::Scalar && text.contains("%2") {
                    ways.extend(split(&text.replace("%2C", ",").replace("%2c", ",")));
                }
                ways
            }
        }
    }
}

/// How the values of parameters in a place are escaped.
const fn escapes_of(place: ParameterPlace) -> Escapes {
    match place {
        ParameterPlace::Path | ParameterPlace::Cookie => Escapes::Percent,
        ParameterPlace::Query | ParameterPlace::Form => Escapes::Query,
        ParameterPlace::Header => Escapes::None,
    }
}

/// A value in readable form: the decoded texts, with names if there are several. Repeated headers are one list.
fn shown(texts: &[(String, String)], escapes: Escapes) -> String {
    let decoded = |text: &str| match escapes {
        Escapes::None | Escapes::Text => text.to_owned(),
        Escapes::Percent => percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned(),
        Escapes::Query => crate::contract::decode_query(text),
    };
    match texts {
        [(_, text)] => decoded(text),
        several if escapes == Escapes::None => {
            let texts: Vec<&str> = several.iter().map(|(_, text)| text.as_str()).collect();
            texts.join(", ")
        }
        several => {
            let pairs: Vec<String> = several
                .iter()
                .map(|(name, text)| format!("{name}={}", decoded(text)))
                .collect();
            pairs.join("&")
        }
    }
}

/// The result of checking one reading of a value.
struct Read {
    /// The first deviation at each place.
    faults: Vec<(Pointer, DeviationKind)>,
    /// Members that no schema declares.
    undeclared: Vec<Pointer>,
}

impl Read {
    fn of(graph: &Graph, schema: NodeId, value: Value<'_>) -> Self {
        let (mut faults, undeclared) = examined(graph, schema, Some(Side::Request), value, FAULTS);
        let mut known: Vec<Pointer> = Vec::new();
        faults.retain(|(at, _)| {
            let is_new = !known.contains(at);
            known.push(at.clone());
            is_new
        });
        Self { faults, undeclared }
    }

    fn fault(kind: DeviationKind) -> Self {
        Self {
            faults: vec![(Pointer::root(), kind)],
            undeclared: Vec::new(),
        }
    }

    fn found(self, shown: impl Fn() -> String) -> Found {
        match self.faults.is_empty() {
            true => Found::Good(self.undeclared),
            false => Found::Bad(shown(), self.faults),
        }
    }
}

#[cfg(test)]
mod tests;
