//! The files of a contract: the one that was named, and those that it refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::schema::{Dialect, Document, Documents, join};
use crate::source::{Parsed, Source};

/// What does not stand for itself in the path of a URI (RFC 3986 section 3.3).
const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Gathers documents. Nothing is fetched over a network.
pub(super) struct Files<'o> {
    pub(super) documents: Documents,
    /// Files that stand for URLs.
    refs: &'o BTreeMap<String, PathBuf>,
    /// The folder of the contract: as a URI, and as the user named it.
    folder: (String, PathBuf),
    /// URIs of documents that were looked for.
    sought: BTreeSet<String>,
}

impl<'o> Files<'o> {
    /// Starts with the contract at `path`: a file in `folder`, or the folder itself.
    pub(super) fn new(folder: &Path, refs: &'o BTreeMap<String, PathBuf>) -> Result<Self> {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        Ok(Self {
            documents: Documents::default(),
            refs,
            folder: (uri_of(folder)?, folder.to_owned()),
            sought: BTreeSet::new(),
        })
    }

    /// Reads a file and adds it. Returns its URI.
    pub(super) fn add(&mut self, path: &Path, default: Option<Dialect>) -> Result<String> {
        let uri = uri_of(path)?;
        let parsed = Source::read(path, &path.display().to_string())?;
        self.push(&uri, parsed, default.unwrap_or_default());
        Ok(uri)
    }

    pub(super) fn push(&mut self, uri: &str, parsed: Parsed, default: Dialect) {
        let Parsed {
            value,
            repeated,
            source,
        } = parsed;
        self.sought.insert(uri.to_owned());
        self.documents.push(Document {
            uri: uri.into(),
            dialect: dialect_of(&value).unwrap_or(default),
            value,
            source: Some(source),
            repeated,
        });
    }

    /// Adds every document that is referred to, and those that they refer to. What cannot be had is
    /// remembered with the reason, for whoever follows the reference.
    pub(super) fn gather(&mut self, default: Dialect) {
        // Files that were given for URLs may be meant by any base.
        for url in self.refs.keys() {
            if self.sought.insert(url.clone()) {
                self.seek(url, default);
            }
        }
        let mut done = 0;
        while let Some(document) = self.documents.at(done) {
            done += 1;
            let mut references = BTreeSet::new();
            collect(&document.value, &mut references);
            let base = document.uri.to_string();
            let uris = references
                .iter()
                .filter_map(|reference| join(&base, reference));
            let uris: Vec<String> = uris.collect();
            for uri in uris {
                if self.sought.insert(uri.clone()) {
                    self.seek(&uri, default);
                }
            }
        }
    }

    fn seek(&mut self, uri: &str, default: Dialect) {
        let found = match (self.refs.get(uri), path_of(uri)) {
            (Some(path), _) => Source::read(path, &path.display().to_string()),
            (None, Some(path)) => {
                let name = self.name(uri);
                Source::read(&path, &name)
            }
            (None, None) => {
                let reason = format!(
                    "nothing is fetched over the network; give the file that holds it: \
                     --ref {uri}=FILE"
                );
                return self.documents.push_missing(uri, reason);
            }
        };
        match found {
            Ok(parsed) => self.push(uri, parsed, default),
            Err(error) => {
                let cause = std::error::Error::source(&error);
                let is_absent = cause
                    .and_then(|cause| cause.downcast_ref::<std::io::Error>())
                    .is_some_and(|cause| cause.kind() == std::io::ErrorKind::NotFound);
                let reason = match (is_absent, cause) {
                    (true, _) => format!("there is no file {}", self.name(uri)),
                    (false, Some(cause)) => format!("{error}: {cause}"),
                    (false, None) => error.to_string(),
                };
                self.documents.push_missing(uri, reason);
            }
        }
    }

    /// A file as the user would name it: from the folder that the contract was named in.
    fn name(&self, uri: &str) -> String {
        let (base, folder) = &self.folder;
        let from: Vec<&str> = base.split('/').collect();
        let to: Vec<&str> = uri.split('/').collect();
        let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let mut path = folder.clone();
        for _ in common..from.len() {
            let can_pop = path.file_name().is_some();
            if !(can_pop && path.pop()) {
                path.push("..");
            }
        }
        for segment in &to[common..] {
            path.push(&*percent_decode_str(segment).decode_utf8_lossy());
        }
        let name = path.display().to_string();
        name.strip_prefix("./").unwrap_or(&name).to_owned()
    }
}

/// What a document says of its own dialect.
pub(super) fn dialect_of(value: &Value) -> Option<Dialect> {
    if value.get("swagger").is_some() {
        return Some(Dialect::Swagger2);
    }
    if let Some(version) = value.get("openapi") {
        let version = match version {
            Value::String(version) => version.clone(),
            other => other.to_string(),
        };
        if version.starts_with("3.0") || version == "3" {
            return Some(Dialect::OpenApi30);
        }
        let dialect = value.get("jsonSchemaDialect").and_then(Value::as_str);
        return Some(
            dialect
                .and_then(Dialect::of_uri)
                .unwrap_or(Dialect::OpenApi31),
        );
    }
    value
        .get("$schema")
        .and_then(Value::as_str)
        .and_then(Dialect::of_uri)
}

/// The documents that a value refers to, fragments left out.
fn collect(value: &Value, references: &mut BTreeSet<String>) {
    let mut add = |reference: &str| {
        let document = reference.split('#').next().unwrap_or_default();
        if !document.is_empty() && !references.contains(document) {
            references.insert(document.to_owned());
        }
    };
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(reference)
                        if matches!(key.as_str(), "$ref" | "$dynamicRef" | "operationRef") =>
                    {
                        add(reference);
                    }
                    // Tags and what they lead to; names of schemas have no dot or slash.
                    Value::Object(tags) if key == "mapping" => {
                        let targets = tags.values().filter_map(Value::as_str);
                        targets
                            .filter(|target| target.contains(['/', '.']))
                            .for_each(&mut add);
                    }
                    Value::Object(_) | Value::Array(_) => {}
                    _ => {}
                }
            }
            for member in members.values() {
                collect(member, references);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

/// The URI of a file.
pub(super) fn uri_of(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path).map_err(|error| Error::read(path, error))?;
    let mut segments: Vec<String> = Vec::new();
    for component in absolute.components() {
        match component {
            std::path::Component::Normal(name) => {
                let name = name.to_string_lossy();
                segments.push(utf8_percent_encode(&name, NOT_IN_PATH).to_string());
            }
            std::path::Component::ParentDir => {
                segments.pop();
            }
            _ => {}
        }
    }
    Ok(format!("file:///{}", segments.join("/")))
}

fn path_of(uri: &str) -> Option<PathBuf> {
    let path = uri.strip_prefix("file://")?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    Some(PathBuf::from(&*path))
}
