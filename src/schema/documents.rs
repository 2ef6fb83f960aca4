//! The documents from which schemas are compiled.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use referencing::meta;
use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::source::{RepeatedKey, Source};

use super::resources::join;
use super::vocabulary::{Language, Vocabularies};
use super::{Dialect, Place};

/// A document under the URI that references use for it.
#[derive(Debug)]
pub struct Document {
    /// The URI, without fragment.
    pub uri: Arc<str>,
    /// The content.
    pub value: Value,
    /// The dialect of its schemas, unless they specify another.
    pub dialect: Dialect,
    /// The source text, if it was read from one.
    pub source: Option<Source>,
    /// Repeated keys.
    pub repeated: Vec<RepeatedKey>,
    /// The vocabularies in use.
    pub vocabularies: Vocabularies,
    /// Whether the document is part of the contract, as opposed to merely available.
    pub is_referenced: bool,
}

impl Document {
    /// The metaschema with this URI, from draft 4 to 2020-12.
    pub(crate) fn of_metaschema(uri: &str) -> Option<Self> {
        let without_scheme = |uri: &str| {
            let uri = uri.trim_end_matches('#');
            let rest = uri
                .strip_prefix("https://")
                .or_else(|| uri.strip_prefix("http://"));
            rest.map(str::to_owned)
        };
        let wanted = without_scheme(uri)?;
        let value = METASCHEMAS.iter().find(|metaschema| {
            let id = metaschema.get("$id").or_else(|| metaschema.get("id"));
            id.and_then(Value::as_str).and_then(without_scheme).as_ref() == Some(&wanted)
        })?;
        let stated = value
            .get("$schema")
            .and_then(Value::as_str)
            .and_then(Dialect::of_uri);
        Some(Self {
            uri: uri.into(),
            value: Value::clone(&***value),
            dialect: stated.unwrap_or_default(),
            source: None,
            repeated: Vec::new(),
            vocabularies: Vocabularies::default(),
            is_referenced: true,
        })
    }

    /// The URI that the root assigns to itself.
    fn own_uri(&self) -> Option<String> {
        let id = ["$id", "id", "$self"]
            .iter()
            .find_map(|key| self.value.get(key)?.as_str());
        join(&self.uri, id?)
    }
}

static METASCHEMAS: [&LazyLock<Arc<Value>>; 19] = [
    &meta::DRAFT4,
    &meta::DRAFT6,
    &meta::DRAFT7,
    &meta::DRAFT201909,
    &meta::DRAFT201909_CORE,
    &meta::DRAFT201909_APPLICATOR,
    &meta::DRAFT201909_VALIDATION,
    &meta::DRAFT201909_META_DATA,
    &meta::DRAFT201909_FORMAT,
    &meta::DRAFT201909_CONTENT,
    &meta::DRAFT202012,
    &meta::DRAFT202012_CORE,
    &meta::DRAFT202012_APPLICATOR,
    &meta::DRAFT202012_UNEVALUATED,
    &meta::DRAFT202012_VALIDATION,
    &meta::DRAFT202012_META_DATA,
    &meta::DRAFT202012_FORMAT_ANNOTATION,
    &meta::DRAFT202012_FORMAT_ASSERTION,
    &meta::DRAFT202012_CONTENT,
];

/// The longest chain of custom metaschemas that are described by each other.
const HOPS: usize = 8;

/// A set of documents that may refer to each other.
#[derive(Debug, Default)]
pub struct Documents {
    list: Vec<Document>,
    /// Documents that are referenced but unavailable, with the reason.
    missing: BTreeMap<String, String>,
}

impl Documents {
    /// Adds a JSON Schema document under an absolute URI, such as `wiredrift:/api`. Its dialect comes from
    /// `$schema`, and is draft 2020-12 by default.
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
            vocabularies: Vocabularies::default(),
            is_referenced: true,
        });
    }

    /// A set with a single OpenAPI document.
    pub(crate) fn of_one(uri: &str, value: Value, dialect: Dialect) -> Self {
        let mut documents = Self::default();
        documents.add(uri, value);
        documents.settle(dialect, Some(0), &[]);
        documents
    }

    /// Sets whether the document at this index, if there is one, is part of the contract.
    pub(crate) fn set_referenced(&mut self, index: usize, is_referenced: bool) {
        if let Some(document) = self.list.get_mut(index) {
            document.is_referenced = is_referenced;
        }
    }

    /// The language selected by this `$schema`: a draft, or what a metaschema among the documents declares.
    pub(super) fn language(&self, schema: &str, base: &str) -> Option<Language> {
        let mut schema = schema.to_owned();
        let mut base = base.to_owned();
        let mut language: Option<Language> = None;
        for _ in 0..HOPS {
            if let Some(dialect) = Dialect::of_uri(&schema) {
                let of_draft = Language::from(dialect);
                return Some(match language {
                    Some(language) => Language {
                        dialect,
                        ..language
                    },
                    None => of_draft,
                });
            }
            let uri = join(&base, &schema)?;
            let mut all = self.list.iter();
            let metaschema = all.find(|other| {
                *other.uri == *uri || other.own_uri().is_some_and(|own| own == uri)
            })?;
            let listed = metaschema
                .value
                .get("$vocabulary")
                .and_then(Value::as_object);
            // The metaschema of a metaschema describes the metaschema itself, not the schemas based on it.
            if let (Some(listed), None) = (listed, &language) {
                let (vocabularies, unknown) = Vocabularies::of(listed);
                language = Some(Language {
                    dialect: Dialect::default(),
                    vocabularies,
                    unknown,
                });
            }
            schema = metaschema.value.get("$schema")?.as_str()?.to_owned();
            base = metaschema.uri.to_string();
        }
        None
    }

    /// Determines the language of each document: the one it declares, or else that of a document that refers
    /// to it. `references` pairs the index of a document with a URI that it refers to. `root` is the index of
    /// the document from which all others were reached, if there is one.
    pub(crate) fn settle(
        &mut self,
        default: Dialect,
        root: Option<usize>,
        references: &[(usize, String)],
    ) {
        let stated = |document: &Document| {
            of_openapi(&document.value).map(Language::from).or_else(|| {
                let schema = document.value.get("$schema")?.as_str()?;
                self.language(schema, &document.uri)
            })
        };
        let mut languages: Vec<Option<Language>> = self.list.iter().map(stated).collect();
        let mut by_uri: FxHashMap<String, usize> = FxHashMap::default();
        for (at, document) in self.list.iter().enumerate().rev() {
            by_uri.extend(document.own_uri().map(|own| (own, at)));
            by_uri.insert(document.uri.to_string(), at);
        }
        let mut referred: Vec<Vec<usize>> = vec![Vec::new(); self.list.len()];
        let mut is_alone = vec![true; self.list.len()];
        for (from, uri) in references {
            if let Some(&to) = by_uri.get(uri).filter(|to| *to != from) {
                referred[*from].push(to);
                is_alone[to] = false;
            }
        }
        // A document that nothing refers to uses the default.
        for (at, language) in languages.iter_mut().enumerate() {
            if language.is_none() && (root == Some(at) || is_alone[at]) {
                *language = Some(default.into());
            }
        }
        let mut queue: Vec<usize> = (0..languages.len())
            .filter(|at| languages[*at].is_some())
            .collect();
        let mut next = 0;
        while let Some(&at) = queue.get(next) {
            next += 1;
            let own = languages[at].clone();
            for &to in &referred[at] {
                if languages[to].is_none() {
                    languages[to].clone_from(&own);
                    queue.push(to);
                }
            }
        }
        for (document, language) in self.list.iter_mut().zip(languages) {
            let language = language.unwrap_or_else(|| default.into());
            document.dialect = language.dialect;
            document.vocabularies = language.vocabularies;
        }
    }

    /// Adds a document.
    pub fn push(&mut self, document: Document) {
        self.list.push(document);
    }

    /// Records that a document is unavailable.
    pub fn push_missing(&mut self, uri: &str, reason: String) {
        self.missing.insert(uri.to_owned(), reason);
    }

    /// Why a document is unavailable.
    #[must_use]
    pub fn missing(&self, uri: &str) -> Option<&str> {
        self.missing.get(uri).map(String::as_str)
    }

    /// The value of the document with this URI.
    #[must_use]
    pub fn get(&self, uri: &str) -> Option<&Value> {
        self.document(uri).map(|document| &document.value)
    }

    /// The value at a place.
    #[must_use]
    pub fn at_place(&self, place: &Place) -> Option<&Value> {
        self.get(&place.document)?.pointer(place.pointer.as_str())
    }

    /// The document with this URI.
    #[must_use]
    pub fn document(&self, uri: &str) -> Option<&Document> {
        self.list.iter().find(|document| *document.uri == *uri)
    }

    /// The document at this index, in the order of addition.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<&Document> {
        self.list.get(index)
    }

    /// Changes the displayed names of files.
    pub fn rename_files(&mut self, name: impl Fn(&str) -> String) {
        let sources = self.list.iter_mut().filter_map(|d| d.source.as_mut());
        sources.for_each(|source| source.rename(&name));
    }

    /// The documents, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.list.iter()
    }
}

/// The dialect of an OpenAPI document.
fn of_openapi(value: &Value) -> Option<Dialect> {
    if value.get("swagger").is_some() {
        return Some(Dialect::Swagger2);
    }
    let version = match value.get("openapi")? {
        Value::String(version) => version.clone(),
        other => other.to_string(),
    };
    if version.starts_with("3.0") || version == "3" {
        return Some(Dialect::OpenApi30);
    }
    let dialect = value.get("jsonSchemaDialect").and_then(Value::as_str);
    Some(
        dialect
            .and_then(Dialect::of_uri)
            .unwrap_or(Dialect::OpenApi31),
    )
}
