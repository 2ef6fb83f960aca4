//! The documents that schemas are compiled from.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::source::{RepeatedKey, Source};

use super::{Dialect, Place};

/// A document under the URI that references use for it.
#[derive(Debug)]
pub struct Document {
    /// The URI, without fragment.
    pub uri: Arc<str>,
    /// What it holds.
    pub value: Value,
    /// What its schemas are written in, unless they say otherwise.
    pub dialect: Dialect,
    /// The text it was read from, if it was read from one.
    pub source: Option<Source>,
    /// Keys that stand twice.
    pub repeated: Vec<RepeatedKey>,
}

/// A set of documents that may refer to each other.
#[derive(Debug, Default)]
pub struct Documents {
    list: Vec<Document>,
    /// Documents that are referred to and could not be had, with the reason.
    missing: BTreeMap<String, String>,
}

impl Documents {
    /// Adds a JSON Schema document under an absolute URI, such as `wiredrift:/api`. Its dialect is
    /// what `$schema` says, else draft 2020-12.
    pub fn add(&mut self, uri: &str, value: Value) {
        let dialect = value
            .get("$schema")
            .and_then(Value::as_str)
            .and_then(Dialect::of_uri)
            .unwrap_or_default();
        self.push(Document {
            uri: uri.into(),
            value,
            dialect,
            source: None,
            repeated: Vec::new(),
        });
    }

    /// Adds a document.
    pub fn push(&mut self, document: Document) {
        self.list.push(document);
    }

    /// Remembers that a document could not be had.
    pub fn push_missing(&mut self, uri: &str, reason: String) {
        self.missing.insert(uri.to_owned(), reason);
    }

    /// Why a document could not be had.
    #[must_use]
    pub fn missing(&self, uri: &str) -> Option<&str> {
        self.missing.get(uri).map(String::as_str)
    }

    /// The value of the document with this URI.
    #[must_use]
    pub fn get(&self, uri: &str) -> Option<&Value> {
        self.document(uri).map(|document| &document.value)
    }

    /// What stands at a place.
    #[must_use]
    pub fn at_place(&self, place: &Place) -> Option<&Value> {
        self.get(&place.document)?.pointer(place.pointer.as_str())
    }

    /// The document with this URI.
    #[must_use]
    pub fn document(&self, uri: &str) -> Option<&Document> {
        self.list.iter().find(|document| *document.uri == *uri)
    }

    /// The document that was added as this one, counted from 0.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<&Document> {
        self.list.get(index)
    }

    /// Gives files another name, for people.
    pub fn rename_files(&mut self, name: impl Fn(&str) -> String) {
        let sources = self.list.iter_mut().filter_map(|d| d.source.as_mut());
        sources.for_each(|source| source.rename(&name));
    }

    /// The documents, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.list.iter()
    }
}
