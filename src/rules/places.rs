//! Maps places in contract documents to lines and columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::redact::Excerpt;
use crate::contract::Contract;
use crate::location::{Origin, Position};
use crate::location::Pointer;
use crate::observe::Evidence;
use crate::schema::Place;
use crate::source::{Locator, Source};


/// Finds places. A document is parsed when its first place is requested.
pub(super) struct Places<'c> {
    contracts: Vec<&'c Contract>,
    documents: BTreeMap<Arc<str>, Option<(&'c Source, Locator<'c>)>>,
}

impl<'c> Places<'c> {
    pub(super) fn new(contracts: impl IntoIterator<Item = &'c Contract>) -> Self {
        Self {
            contracts: contracts.into_iter().collect(),
            documents: BTreeMap::new(),
        }
    }

    fn document(&mut self, uri: &Arc<str>) -> Option<&(&'c Source, Locator<'c>)> {
        let contracts = &self.contracts;
        let find = || {
            let mut documents = contracts
                .iter()
                .filter_map(|contract| contract.documents.document(uri));
            let source = documents.find_map(|document| document.source.as_ref())?;
            Some((source, source.locator()))
        };
        let known = self.documents.entry(Arc::clone(uri));
        known.or_insert_with(find).as_ref()
    }

    /// The line and column of a place; `None` if the document has no text.
    pub(super) fn origin(&mut self, place: &Place) -> Option<Origin> {
        let (source, locator) = self.document(&place.document)?;
        Some(source.origin(locator.find(&place.pointer).start))
    }

    /// The place with its line.
    pub(super) fn evidence(&mut self, place: &Place) -> Evidence {
        let pointer = place.pointer.clone();
        match self.document(&place.document) {
            Some((source, locator)) => {
                let span = locator.find(&place.pointer);
                Evidence {
                    origin: source.origin(span.start),
                    end: source.origin(span.end).position,
                    pointer,
                    excerpt: match holds_value(&place.pointer) {
                        true => Excerpt::of_line(source.text().as_bytes(), span),
                        false => Excerpt::of_contract(source.text().as_bytes(), span),
                    },
                }
            }
            None => Evidence {
                origin: nowhere(&place.document),
                end: Position::START,
                pointer,
                excerpt: Excerpt::default(),
            },
        }
    }
}

/// Whether a place in a contract is inside a value that payloads may have, and so may contain a secret.
fn holds_value(pointer: &Pointer) -> bool {
    let values = [
        "example",
        "examples",
        "default",
        "enum",
        "const",
        "value",
        "dataValue",
    ];
    pointer.steps().any(|step| values.contains(&&*step))
}

/// The start of a document that has no text.
pub(super) fn nowhere(document: &str) -> Origin {
    let path = document.strip_prefix("file://");
    let path = path.map(|path| percent_encoding::percent_decode_str(path).decode_utf8_lossy());
    Origin {
        file: path.map_or_else(|| document.into(), |path| (*path).into()),
        entry: None,
        position: Position::START,
    }
}
