//! Schemas that nothing can satisfy, as far as single keywords show. What is reported is certain; if nothing
//! is reported, a schema may still be unsatisfiable.

use rustc_hash::FxHashMap;

use crate::json::{TapeDocument, Kind};
use crate::schema::{Graph, Memo, Node, NodeId};

use super::{LintFact, LintKind};

pub(super) fn facts(graph: &Graph) -> Vec<LintFact> {
    let reasons: FxHashMap<NodeId, String> = graph
        .iter()
        .filter(|(_, node)| !node.never)
        .filter_map(|(id, _)| Some((id, contradiction(graph, &graph.parts(id))?)))
        .collect();
    let mut facts = Vec::new();
    for (id, node) in graph.iter() {
        let Some(reason) = reasons.get(&id) else {
            continue;
        };
        // A cause is reported where it is, not again for every schema that is built from it.
        let parts = graph.parts(id);
        if !parts[1..].iter().any(|part| reasons.contains_key(part)) {
            let place = (*node.place).clone();
            let kind = LintKind::Unsatisfiable(reason.clone());
            facts.push(LintFact { place, kind });
        }
    }
    facts
}

/// Why no value satisfies all of the schemas, if that is certain.
fn contradiction(graph: &Graph, parts: &[NodeId]) -> Option<String> {
    let nodes = || parts.iter().map(|id| graph.node(*id));
    if let Some(reason) = listed(graph, parts) {
        return Some(reason);
    }
    let mut left = Vec::new();
    let mut reasons = Vec::new();
    for kind in Kind::ALL {
        let is_taken = nodes().all(|node| node.types.is_none_or(|types| types.may_hold(kind)));
        if is_taken {
            match of_kind(graph, parts, kind) {
                Some(reason) => reasons.push(reason),
                None => left.push(kind),
            }
        }
    }
    if !left.is_empty() {
        return None;
    }
    Some(match reasons.into_iter().next() {
        Some(reason) => reason,
        None => {
            let types: Vec<String> = nodes()
                .filter_map(|node| node.types.map(|types| types.to_string()))
                .collect();
            format!("no value can be {} at the same time", types.join(" and "))
        }
    })
}

/// A constant or an enum without any accepted value.
fn listed(graph: &Graph, parts: &[NodeId]) -> Option<String> {
    let (node, values): (&Node, &[serde_json::Value]) = parts.iter().find_map(|id| {
        let node = graph.node(*id);
        match (&node.constant, &node.values) {
            (Some(constant), _) => Some((node, std::slice::from_ref(&**constant))),
            (None, Some(values)) => Some((node, values.all.as_slice())),
            (None, None) => None,
        }
    })?;
    let is_accepted = |value: &serde_json::Value| {
        let text = value.to_string();
        TapeDocument::parse(text.as_bytes())
            .is_ok_and(|document| graph.accepts_with(parts[0], document.root(), &Memo::default()))
    };
    if values.iter().any(is_accepted) {
        return None;
    }
    Some(match node.constant {
        Some(_) => "its `const` is rejected by the rest of the schema".to_owned(),
        None if values.is_empty() => "its `enum` is empty".to_owned(),
        None => "every value of its `enum` is rejected by the rest of the schema".to_owned(),
    })
}

/// Why no value of this kind is accepted, if that is certain.
fn of_kind(graph: &Graph, parts: &[NodeId], kind: Kind) -> Option<String> {
    let nodes = || parts.iter().map(|id| graph.node(*id));
    let lengths = || {
        nodes()
            .flat_map(|node| &node.lengths)
            .filter(|l| l.kind == kind)
    };
    let lower = lengths().filter(|l| !l.is_maximum).max_by_key(|l| l.limit);
    let upper = lengths().filter(|l| l.is_maximum).min_by_key(|l| l.limit);
    if let (Some(lower), Some(upper)) = (lower, upper)
        && lower.limit > upper.limit
    {
        return Some(format!(
            "`{}` {} is greater than `{}` {}",
            lower.keyword(),
            lower.limit,
            upper.keyword(),
            upper.limit
        ));
    }
    match kind {
        Kind::Number => out_of_bounds(parts.iter().map(|id| graph.node(*id))),
        Kind::Object => required_nowhere(graph, parts),
        Kind::Null | Kind::Boolean | Kind::String | Kind::Array => None,
    }
}

fn out_of_bounds<'g>(nodes: impl Iterator<Item = &'g Node>) -> Option<String> {
    let mut lower: Option<(f64, &str)> = None;
    let mut upper: Option<(f64, &str)> = None;
    for check in nodes.flat_map(|node| &node.checks) {
        let Some(limit) = check.argument.as_f64() else {
            continue;
        };
        match check.keyword {
            "minimum" | "exclusiveMinimum" => {
                let stricter = (limit, check.keyword);
                // Of equal limits, the exclusive one is stricter.
                lower = Some(lower.map_or(stricter, |known| match known.0 >= limit {
                    true if known.0 > limit || check.keyword == "minimum" => known,
                    _ => stricter,
                }));
            }
            "maximum" | "exclusiveMaximum" => {
                let stricter = (limit, check.keyword);
                upper = Some(upper.map_or(stricter, |known| match known.0 <= limit {
                    true if known.0 < limit || check.keyword == "maximum" => known,
                    _ => stricter,
                }));
            }
            _ => {}
        }
    }
    let ((lower, least), (upper, most)) = (lower?, upper?);
    let is_empty = lower > upper
        || (lower == upper && (least == "exclusiveMinimum" || most == "exclusiveMaximum"));
    is_empty.then(|| format!("no number is between `{least}` {lower} and `{most}` {upper}"))
}

/// A required property that a closed object does not accept.
fn required_nowhere(graph: &Graph, parts: &[NodeId]) -> Option<String> {
    for required in parts.iter().flat_map(|id| &graph.node(*id).object.required) {
        for node in parts.iter().map(|id| graph.node(*id)) {
            let object = &node.object;
            let is_refused = match node.named_schemas(&required.name).next() {
                Some(schema) => graph.node(graph.resolve(schema)).never,
                None => object
                    .additional
                    .is_some_and(|rest| graph.node(graph.resolve(rest)).never),
            };
            if is_refused {
                return Some(format!(
                    "`required` lists `{}`, but neither `properties` nor \
                     `additionalProperties` allows it",
                    required.name
                ));
            }
        }
    }
    None
}
