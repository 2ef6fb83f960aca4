//! Other spellings of the same value: timestamps, empty objects, numbers in quotes.

use serde_json::Value as Json;

use crate::diff::view::{Kinds, View};
use crate::json::{TapeDocument, Kind, Value};
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
        let accepts = |value: Value<'_>| {
            let memo = Memo::on(side);
            let mut schemas = schemas.iter();
            schemas.all(|schema| self.new.graph.accepts_with(*schema, value, &memo))
        };
        // A part of a document need not be parsed again.
        if let Tree::Kept(value) = tree {
            return accepts(*value);
        }
        let text = tree.to_text();
        TapeDocument::parse(text.as_bytes()).is_ok_and(|document| accepts(document.root()))
    }

    /// Rewrites a value as the new contract requires, if that preserves its meaning.
    pub(super) fn repair<'d>(
        &self,
        here: &Here,
        schemas: &[NodeId],
        value: Value<'d>,
        outcome: &mut Outcome<'d>,
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
            Some(text) => Some(Tree::Made(Json::from(text))),
            None if self.is_accepted(schemas, &outcome.tree, here.side) => None,
            None => readings(&outcome.tree)
                .into_iter()
                .find(|other| self.is_accepted(schemas, other, here.side)),
        };
        let Some(repaired) = repaired else {
            return;
        };
        outcome.edits.push(Edit {
            kind: EditKind::Respelled,
            from: Some(here.from.clone()),
            to: Some(here.to.clone()),
            before: Some(value.raw().to_owned()),
            after: Some(repaired.to_text()),
            proposal: None,
        });
        outcome.tree = repaired;
    }

    fn is_of_other_kind(&self, schemas: &[NodeId], tree: &Tree<'_>) -> bool {
        let view = View::of(&self.new.graph, schemas);
        let kinds = view.all_kinds(3);
        match tree.kind() {
            Kind::Array => !kinds.has(Kinds::ARRAY),
            _ => !kinds.has(Kinds::OBJECT),
        }
    }

    /// A string of a format as the new contract writes it; `None` if it is already written that way.
    fn respelled(&self, schemas: &[NodeId], value: Value<'_>) -> Option<String> {
        let text = value.as_str()?;
        let view = View::of(&self.new.graph, schemas);
        let respelled = view.nodes().find_map(|(_, node)| {
            let (format, example) = node.expected_spelling()?;
            // A text that is not a timestamp is not rewritten as one.
            let is_one = node.checks.iter().all(|check| check.accepts(value));
            if !is_one {
                return None;
            }
            let (own, wanted) = (Spelling::of(format, &text)?, Spelling::of(format, example)?);
            own.differs(wanted).then(|| wanted.write(&text)).flatten()
        });
        respelled.filter(|respelled| **respelled != *text)
    }
}

/// Other spellings of the same value, the most likely first. Kept parts stay as they were written.
fn readings<'d>(tree: &Tree<'d>) -> Vec<Tree<'d>> {
    let mut readings = Vec::new();
    let empty = tree.is_empty_container();
    match (tree.kind(), tree) {
        (Kind::Null, _) => readings.extend([
            Tree::Made(Json::Object(serde_json::Map::new())),
            Tree::Made(Json::Array(Vec::new())),
        ]),
        (Kind::Object | Kind::Array, _) if empty => readings.push(Tree::Made(Json::Null)),
        (Kind::String, Tree::Kept(value)) => {
            // Only if the way back gives the same text.
            let text = value.as_str().unwrap_or_default();
            let read: Option<Json> = serde_json::from_str(&text).ok();
            let scalar = read.filter(|read| read.is_number() || read.is_boolean());
            let same = scalar.filter(|scalar| scalar.to_string().as_str() == &*text);
            readings.extend(same.map(Tree::Made));
        }
        (Kind::Number | Kind::Boolean, Tree::Kept(value)) => {
            readings.push(Tree::Made(Json::from(value.raw())));
        }
        _ => {}
    }
    match tree {
        Tree::Kept(value) if value.kind() == Kind::Array => {
            let mut elements = value.elements();
            if let (Some(only), None) = (elements.next(), elements.next()) {
                readings.push(Tree::Kept(only));
            }
        }
        Tree::Array(items, _) => {
            if let [only] = items.as_slice() {
                readings.push(only.clone());
            }
        }
        _ if tree.kind() == Kind::Null => {}
        other => readings.push(Tree::Array(vec![other.clone()], None)),
    }
    readings
}
