//! Payloads of one contract rewritten for another, as they come out of captures.

use crate::capture::{Body, Exchange};
use crate::contract::Contract;
use crate::json::Document;
use crate::location::{Origin, Pointer, Side};
use crate::observe::{
    DeviationKind, RoutedPayload, RoutedRequest, TargetKey, Verdict, Watcher, first_deviation,
};
use crate::shown::printed;

use super::edit::Edit;
use super::layout::{Layout, line_indent};
use super::migration::Migration;

/// Rewrites every payload of the old contract that it sees.
#[derive(Debug)]
pub struct Upgrader<'c> {
    migration: Migration<'c>,
    /// What became of each payload, in the order of the captures.
    pub payloads: Vec<Upgraded>,
}

/// What became of one payload.
#[derive(Debug, Clone)]
pub struct Upgraded {
    /// Where it starts.
    pub origin: Origin,
    /// Its operation; `None` where that is not known.
    pub operation: Option<String>,
    /// The side that it is on, if it is on one.
    pub side: Option<Side>,
    /// The status of a response.
    pub status: Option<u16>,
    /// What became of it.
    pub fate: Fate,
}

/// What can become of a payload.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It was brought into the shape of the new contract, as far as that goes.
    Rewritten(Box<Upgrade>),
    /// It is as the new contract has it, and was left alone: its text.
    Current(String),
    /// It was left alone, since it cannot be rewritten: its text, and why.
    Left {
        /// The payload as it was written.
        text: String,
        /// Why, as the end of a sentence: `it is not JSON`.
        why: String,
    },
}

/// A payload in another shape.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// The payload as it was written.
    pub was: String,
    /// The payload as it is now, laid out as it was.
    pub text: String,
    /// The payload as it is now, for what is left to do; null where nothing is.
    pub payload: serde_json::Value,
    /// What was done to it.
    pub edits: Vec<Edit>,
    /// Where it still breaks the new contract: what has to be supplied by hand.
    pub left: Vec<(Pointer, DeviationKind)>,
    /// How it broke the old contract already, if it did.
    pub broke: Option<(Pointer, DeviationKind)>,
}

impl<'c> Upgrader<'c> {
    /// An upgrader that has seen nothing yet.
    #[must_use]
    pub const fn new(migration: Migration<'c>) -> Self {
        Self {
            migration,
            payloads: Vec::new(),
        }
    }

    fn fate(&self, routed: &RoutedPayload<'_, 'c>) -> Fate {
        let is_of = |contract: &Contract| std::ptr::eq(routed.contract, contract);
        let deviates = routed.verdict == Verdict::Deviates;
        let left = |why: String| Fate::Left {
            text: routed.document.root().raw().to_owned(),
            why,
        };
        if let Some(key) = routed.document.repeated_keys().next() {
            let name = printed(&key.name());
            return left(format!(
                "the key `{name}` stands twice in one object, and only one of the values can be meant"
            ));
        }
        if is_of(self.migration.new) && !deviates {
            return Fate::Current(routed.document.root().raw().to_owned());
        }
        if !is_of(self.migration.old) {
            return left(format!(
                "it is a payload of {} already, and breaks it",
                routed.contract.reference()
            ));
        }
        let root = routed.document.root();
        let rewritten = match self.migration.rewrite(routed, root) {
            Ok(rewritten) => rewritten,
            Err(why) => return left(why),
        };
        // Whatever its name says, it is as the new contract has it.
        if rewritten.edits.is_empty() && rewritten.left.is_empty() {
            return Fate::Current(root.raw().to_owned());
        }
        let outer = line_indent(routed.document.text(), root.span().start);
        let text = Layout::of(routed.document).write(&rewritten.tree, outer);
        let payload = rewritten.tree.to_serde();
        // What is written has to be read again as what is meant.
        let is_meant = |text: &str| {
            let read = Document::parse(text.as_bytes());
            read.is_ok_and(|read| read.root().to_serde() == payload)
        };
        let text = match is_meant(&text) {
            _ if rewritten.edits.is_empty() => root.raw().to_owned(),
            true => text,
            false => rewritten.tree.to_text(),
        };
        let graph = &routed.contract.graph;
        let broke = deviates.then(|| first_deviation(graph, routed.schema, routed.side, root));
        Fate::Rewritten(Box::new(Upgrade {
            was: root.raw().to_owned(),
            text,
            payload: match rewritten.left.is_empty() {
                true => serde_json::Value::Null,
                false => payload,
            },
            edits: rewritten.edits,
            left: rewritten.left,
            broke: broke.flatten(),
        }))
    }
}

impl<'c> Watcher<'c> for Upgrader<'c> {
    fn exchange(&mut self, _: &Exchange<'_>) {}

    fn request(&mut self, _: &RoutedRequest<'_, 'c>) {}

    fn payload(&mut self, routed: &RoutedPayload<'_, 'c>) {
        let start = routed.document.root().span().start;
        self.payloads.push(Upgraded {
            origin: routed.body.place(start),
            operation: Some(routed.operation.id.clone()),
            side: routed.side,
            status: routed.status,
            fate: self.fate(routed),
        });
    }

    fn unjudged(
        &mut self,
        body: &Body<'_>,
        target: Option<&TargetKey>,
        verdict: Verdict,
        why: &str,
    ) {
        let why = match why {
            "" => format!("it {}", verdict.words()),
            why => format!("it {}: {why}", verdict.words()),
        };
        self.payloads.push(Upgraded {
            origin: body.origin.clone(),
            operation: target.map(|target| target.operation.to_string()),
            side: target.and_then(|target| target.side),
            status: target.and_then(|target| target.status),
            fate: Fate::Left {
                text: String::from_utf8_lossy(&body.bytes).into_owned(),
                why,
            },
        });
    }
}
