//! The contract's own examples and defaults, checked against their schemas.

use crate::contract::Contract;
use crate::json::TapeDocument;
use crate::location::Side;
use crate::observe::first_deviation;
use crate::schema::{Graph, NodeId, Place};

use super::{LintFact, LintKind};

pub(super) fn facts(contract: &Contract) -> Vec<LintFact> {
    let mut facts = Vec::new();
    let graph = &contract.graph;
    for (id, node) in graph.iter() {
        let Some(annotations) = node.annotations() else {
            continue;
        };
        let place = |path: &[&str]| {
            let mut place = Place::clone(&node.place);
            path.iter().for_each(|key| place.pointer.push_key(key));
            place
        };
        if let Some(value) = &annotations.default {
            facts.extend(fact(graph, id, None, "default", value, place(&["default"])));
        }
        if let Some(value) = &annotations.example {
            facts.extend(fact(graph, id, None, "example", value, place(&["example"])));
        }
        for (index, value) in annotations.examples.iter().enumerate() {
            let at = place(&["examples", &index.to_string()]);
            facts.extend(fact(graph, id, None, "example", value, at));
        }
    }
    for sample in &contract.samples {
        let document = contract.documents.get(&sample.place.document);
        let value = document.and_then(|document| document.pointer(sample.place.pointer.as_str()));
        if let Some(value) = value {
            let (schema, place) = (sample.schema, sample.place.clone());
            facts.extend(fact(graph, schema, sample.side, "example", value, place));
        }
    }
    facts
}

fn fact(
    graph: &Graph,
    schema: NodeId,
    side: Option<Side>,
    what: &'static str,
    value: &serde_json::Value,
    place: Place,
) -> Option<LintFact> {
    let text = value.to_string();
    // Text that came from a JSON value is JSON.
    let document = TapeDocument::parse(text.as_bytes()).ok()?;
    // An example without a side may be of either side.
    let sides = match side {
        Some(side) => vec![Some(side)],
        None => vec![None, Some(Side::Response), Some(Side::Request)],
    };
    let mut told = None;
    for side in sides {
        let deviation = first_deviation(graph, schema, side, document.root())?;
        told.get_or_insert(deviation);
    }
    let (at, deviation) = told?;
    let kind = LintKind::Value {
        what,
        at,
        deviation,
    };
    Some(LintFact { place, kind })
}
