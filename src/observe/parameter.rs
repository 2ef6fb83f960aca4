//! Values of parameters: text that stands for a string, or for the JSON scalar that it writes.

use std::sync::Arc;

use crate::contract::Parameter;
use crate::json::{Document, Key, Kind, Value};
use crate::schema::{Graph, NodeId};

use super::deviation::DeviationKind;
use super::walk::{About, Recorder, Taken, Walk};

/// How the text breaks the schema of the parameter; `None` when it is accepted in either reading.
pub(super) fn deviation(graph: &Graph, parameter: &Parameter, text: &str) -> Option<DeviationKind> {
    let schema = parameter.schema?;
    let as_string = first(graph, schema, &serde_json::Value::from(text).to_string())?;
    let is_scalar = Document::parse(text.as_bytes())
        .is_ok_and(|document| !matches!(document.root().kind(), Kind::Array | Kind::Object));
    if !is_scalar {
        return Some(as_string);
    }
    let as_scalar = first(graph, schema, text)?;
    // The reading of the right type tells more.
    Some(match as_string {
        DeviationKind::Type { .. } => as_scalar,
        other => other,
    })
}

fn first(graph: &Graph, schema: NodeId, json: &str) -> Option<DeviationKind> {
    let document = Document::parse(json.as_bytes()).ok()?;
    let mut walk = Walk::new(graph, First(None));
    walk.run(schema, document.root());
    walk.recorder.0
}

/// Keeps the first deviation.
struct First(Option<DeviationKind>);

impl<'d> Recorder<'d> for First {
    fn value(&mut self, _: Value<'d>, _: &[NodeId]) {}

    fn enter(&mut self, _: Taken<'d>) {}

    fn leave(&mut self) {}

    fn deviation(&mut self, _: NodeId, kind: DeviationKind, _: About<'d>, _: Option<&Arc<str>>) {
        self.0.get_or_insert(kind);
    }

    fn undeclared(&mut self, _: NodeId, _: Key<'d>, _: Value<'d>) {}

    fn beyond_enum(&mut self, _: NodeId, _: Value<'d>) {}

    fn variant(&mut self, _: NodeId) {}
}
