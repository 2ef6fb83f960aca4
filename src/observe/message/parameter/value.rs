//! From the parts of a text to the JSON values that they may mean under a schema.

use serde_json::{Map, Value as Json};

use crate::contract::Style;
use crate::json::{Kind, TapeDocument};
use crate::location::Step;
use crate::schema::{Graph, NodeId};

use super::style::{Parts, Sort};

/// The sorts of values that a schema accepts, the most structured first.
pub(crate) fn sorts(graph: &Graph, schema: NodeId) -> Vec<Sort> {
    let takes = |kind| graph.may_hold(schema, kind);
    let scalars = [Kind::String, Kind::Number, Kind::Boolean, Kind::Null];
    let takes_scalar = scalars.iter().any(|kind| takes(*kind));
    match (takes(Kind::Array), takes(Kind::Object), takes_scalar) {
        // A schema without a type takes the text as it is.
        (true, true, true) => vec![Sort::Scalar],
        (list, members, scalar) => {
            let members = members.then_some(Sort::Members);
            let list = list.then_some(Sort::List);
            members
                .into_iter()
                .chain(list)
                .chain(scalar.then_some(Sort::Scalar))
                .collect()
        }
    }
}

/// The JSON values that parts may mean.
pub(super) fn readings(graph: &Graph, schema: NodeId, parts: &Parts, nested: &[Style]) -> Vec<Json> {
    let below = |step: &Step| graph.part(&graph.closure(&[schema], |_| true), step);
    match parts {
        Parts::Scalar(text) => {
            let written = scalar(text);
            let string = Json::from(text.as_str());
            match written {
                // A deviation of the reading with the right type is more useful.
                Some(value) if graph.may_hold(schema, Kind::String) => vec![string, value],
                Some(value) => vec![value],
                None => vec![string],
            }
        }
        Parts::List(list) => {
            let elements = below(&Step::Any);
            vec![
                list.iter()
                    .map(|text| element(graph, &elements, text, nested))
                    .collect(),
            ]
        }
        Parts::Members(members) => {
            let mut texts: foldhash::HashMap<&str, Vec<&str>> = foldhash::HashMap::default();
            for (key, text) in members {
                texts.entry(key).or_default().push(text);
            }
            let mut object = Map::new();
            for (key, _) in members {
                let Some(texts) = texts.remove(key.as_str()) else {
                    continue;
                };
                let member = below(&Step::Key(key.as_str().into()));
                object.insert(key.clone(), member_of(graph, &member, &texts));
            }
            vec![Json::Object(object)]
        }
    }
}

/// An element of a list, which may itself be a list.
fn element(graph: &Graph, schemas: &[NodeId], text: &str, nested: &[Style]) -> Json {
    let Some((style, deeper)) = nested.split_first() else {
        return typed(graph, schemas, text);
    };
    let separator = match style {
        Style::SpaceDelimited => ' ',
        Style::TabDelimited => '\t',
        Style::PipeDelimited => '|',
        _ => ',',
    };
    let below = graph.part(&graph.closure(schemas, |_| true), &Step::Any);
    text.split(separator)
        .map(|text| element(graph, &below, text, deeper))
        .collect()
}

/// The value of a member with these texts in the query. A repeated name is a list, as most servers read it,
/// and a list with one element looks like a single value.
pub(super) fn member_of(graph: &Graph, schemas: &[NodeId], texts: &[&str]) -> Json {
    let takes = |kind| schemas.iter().all(|schema| graph.may_hold(*schema, kind));
    let scalars = [Kind::String, Kind::Number, Kind::Boolean, Kind::Null];
    let takes_scalar = schemas.is_empty() || scalars.into_iter().any(takes);
    if let ([text], true) = (texts, takes_scalar || !takes(Kind::Array)) {
        return typed(graph, schemas, text);
    }
    let elements = graph.part(&graph.closure(schemas, |_| true), &Step::Any);
    texts
        .iter()
        .map(|text| typed(graph, &elements, text))
        .collect()
}

/// Converts a text to a value that its schemas accept: a string if they accept one, or else the scalar that
/// the text represents.
pub(crate) fn typed(graph: &Graph, schemas: &[NodeId], text: &str) -> Json {
    let accepted = |json: &Json| accepts_all(graph, schemas, json);
    let string = Json::from(text);
    let Some(value) = scalar(text) else {
        return string;
    };
    let takes_string = schemas
        .iter()
        .all(|schema| graph.may_hold(*schema, Kind::String));
    if accepted(&string) || (takes_string && !accepted(&value)) {
        return string;
    }
    value
}

/// Whether all schemas accept a value.
pub(crate) fn accepts_all(graph: &Graph, schemas: &[NodeId], json: &Json) -> bool {
    let text = json.to_string();
    TapeDocument::parse(text.as_bytes()).is_ok_and(|document| {
        let mut schemas = schemas.iter();
        schemas.all(|schema| graph.accepts(*schema, document.root()))
    })
}

/// Parses a text as a JSON scalar, if it is one.
pub(super) fn scalar(text: &str) -> Option<Json> {
    let document = TapeDocument::parse(text.as_bytes()).ok()?;
    let root = document.root();
    matches!(root.kind(), Kind::Null | Kind::Boolean | Kind::Number).then(|| root.to_serde())
}
