//! Values that say the same in another way: timestamps, empty objects, numbers in quotes.

use serde_json::Value as Json;

use crate::diff::view::{Kinds, View};
use crate::json::{Document, Kind, Value};
use crate::location::Side;
use crate::observe::Spelling;
use crate::schema::{Memo, NodeId};

use super::edit::{Edit, EditKind};
use super::rewrite::{Here, Outcome, Rewriter};
use super::tree::Tree;

impl Rewriter<'_> {
    /// Whether schemas of the new contract accept a part of a payload.
    pub(super) fn is_accepted(
        &self,
        schemas: &[NodeId],
        tree: &Tree<'_>,
        side: Option<Side>,
    ) -> bool {
        let text = tree.to_text();
        let Ok(document) = Document::parse(text.as_bytes()) else {
            return false;
        };
        let graph = &self.new.graph;
        let memo = Memo::on(side);
        let mut schemas = schemas.iter();
        schemas.all(|schema| graph.accepts_with(*schema, document.root(), &memo))
    }

    /// Writes a value as the new contract has it, where that says the same.
    pub(super) fn repair(
        &self,
        here: &Here,
        schemas: &[NodeId],
        value: Value<'_>,
        outcome: &mut Outcome<'_>,
    ) {
        let may_be_repaired = match outcome.tree.kind() {
            Kind::Object | Kind::Array => {
                outcome.tree.is_empty_container() || self.is_of_other_kind(schemas, &outcome.tree)
            }
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => true,
        };
        if !may_be_repaired || schemas.is_empty() {
            return;
        }
        let repaired = match self.respelled(schemas, value) {
            Some(text) => Some(Json::from(text)),
            None if self.is_accepted(schemas, &outcome.tree, here.side) => None,
            None => readings(&outcome.tree.to_serde())
                .into_iter()
                .find(|other| self.is_accepted(schemas, &Tree::Made(other.clone()), here.side)),
        };
        let Some(repaired) = repaired else {
            return;
        };
        outcome.edits.push(Edit {
            kind: EditKind::Respelled,
            from: Some(here.from.clone()),
            to: Some(here.to.clone()),
            before: Some(value.to_serde()),
            after: Some(repaired.clone()),
        });
        outcome.tree = Tree::Made(repaired);
    }

    fn is_of_other_kind(&self, schemas: &[NodeId], tree: &Tree<'_>) -> bool {
        let view = View::of(&self.new.graph, schemas);
        let kinds = view.all_kinds(3);
        match tree.kind() {
            Kind::Array => !kinds.has(Kinds::ARRAY),
            _ => !kinds.has(Kinds::OBJECT),
        }
    }

    /// A string of a format as the new contract writes it; `None` where it is written so.
    fn respelled(&self, schemas: &[NodeId], value: Value<'_>) -> Option<String> {
        let text = value.as_str()?;
        let view = View::of(&self.new.graph, schemas);
        let respelled = view.nodes().find_map(|(_, node)| {
            let (format, example) = node.expected_spelling()?;
            let (own, wanted) = (Spelling::of(format, &text)?, Spelling::of(format, example)?);
            own.differs(wanted).then(|| wanted.write(&text)).flatten()
        });
        respelled.filter(|respelled| **respelled != *text)
    }
}

/// Other ways to say the same value, the most likely first.
fn readings(value: &Json) -> Vec<Json> {
    let mut readings = Vec::new();
    match value {
        Json::Null => readings.extend([Json::Object(serde_json::Map::new()), Json::Array(vec![])]),
        Json::Object(members) if members.is_empty() => readings.push(Json::Null),
        Json::Array(items) if items.is_empty() => readings.push(Json::Null),
        Json::String(text) => {
            // Only what would be written the same way back.
            let read: Option<Json> = serde_json::from_str(text).ok();
            let scalar = read.filter(|read| read.is_number() || read.is_boolean());
            let written = scalar.map(|scalar| (scalar.to_string(), scalar));
            let same = written.filter(|(written, _)| written == text);
            readings.extend(same.map(|(_, scalar)| scalar));
        }
        Json::Number(_) | Json::Bool(_) => readings.push(Json::String(value.to_string())),
        Json::Object(_) | Json::Array(_) => {}
    }
    match value {
        Json::Array(items) => {
            if let [only] = items.as_slice() {
                readings.push(only.clone());
            }
        }
        Json::Null => {}
        other => readings.push(Json::Array(vec![other.clone()])),
    }
    readings
}
