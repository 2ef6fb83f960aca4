//! The files of a contract: the one that was named, and those that it refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use percent_encoding::{percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::location::NOT_IN_PATH;
use crate::schema::{Dialect, Document, Documents, Vocabularies, join, not_fetched};
use crate::source::{Parsed, Source};

use super::LoadOptions;
use super::fence::Fence;

/// Collects documents. Nothing is fetched over a network, and only files inside the [`Fence`] are opened.
pub(super) struct Files<'o> {
    pub(super) documents: Documents,
    /// Files given for URLs.
    refs: BTreeMap<String, &'o Path>,
    /// Texts that are read instead of files, by the name of the file.
    edited: &'o BTreeMap<String, String>,
    fence: Fence,
    /// The folder of the contract: as a URI, and as the user named it.
    folder: (String, PathBuf),
    /// URIs of documents that were looked up.
    sought: BTreeSet<String>,
    /// Which document, by position, refers to which URIs.
    references: Vec<(usize, String)>,
    /// The position of the document that the user named; `None` for a folder.
    root: Option<usize>,
}

impl<'o> Files<'o> {
    /// Starts with the contract at `path`: a file in `folder`, or the folder itself.
    pub(super) fn new(folder: &Path, options: &'o LoadOptions) -> Result<Self> {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let refs = options.refs.iter();
        let refs = refs.map(|(url, file)| (join(url, url).unwrap_or_else(|| url.clone()), &**file));
        Ok(Self {
            documents: Documents::default(),
            refs: refs.collect(),
            edited: &options.edited,
            fence: Fence::around(folder, &options.allowed)?,
            folder: (uri_of(folder)?, folder.to_owned()),
            sought: BTreeSet::new(),
            references: Vec::new(),
            root: None,
        })
    }

    /// Reads the file that the user names and adds it. Returns its URI.
    pub(super) fn add(&mut self, path: &Path) -> Result<String> {
        let uri = uri_of(path)?;
        let name = path.display().to_string();
        if path.exists() && !self.fence.admits(path) {
            let message = self.fence.outside(path, &name);
            return Err(Error::new(ErrorKind::Read, message).with_path(path));
        }
        let parsed = self.open(path, &name)?;
        self.root = Some(self.documents.iter().count());
        self.push(&uri, parsed);
        Ok(uri)
    }

    /// Reads a file, or the text that stands for it.
    fn open(&self, path: &Path, name: &str) -> Result<Parsed> {
        match self.edited.get(name) {
            Some(text) => Source::parse(name, text.clone().into_bytes()),
            None => Source::read(path, name),
        }
    }

    /// Why a part of the folder that the user named may not be read.
    pub(super) fn refusal(&self, path: &Path) -> Option<String> {
        let name = path.display().to_string();
        (!self.fence.admits(path)).then(|| self.fence.outside(path, &name))
    }

    /// Whether a part of the folder that the user named may be read.
    pub(super) fn admits(&self, path: &Path) -> bool {
        self.fence.admits(path)
    }

    /// Reads a file of the folder that the user named.
    pub(super) fn read(&self, path: &Path) -> Result<Parsed> {
        let name = path.display().to_string();
        self.fence.check(path, &name)?;
        self.open(path, &name)
    }

    pub(super) fn push(&mut self, uri: &str, parsed: Parsed) {
        let Parsed {
            value,
            repeated,
            source,
        } = parsed;
        self.sought.insert(uri.to_owned());
        self.documents.push(Document {
            uri: uri.into(),
            dialect: Dialect::default(),
            vocabularies: Vocabularies::default(),
            value,
            source: Some(source),
            repeated,
            is_referenced: true,
        });
    }

    /// Adds every document that is referred to, directly or indirectly. A document that cannot be read is
    /// recorded with the reason, for whoever follows the reference. `default` is the dialect of a contract
    /// that does not declare one.
    pub(super) fn gather(&mut self, default: Dialect) {
        let mut done = 0;
        let mut is_referenced = true;
        loop {
            while let Some(document) = self.documents.at(done) {
                let uris = references(document, |uri| self.is_at_hand(uri));
                for uri in uris {
                    if self.sought.insert(uri.clone()) {
                        let before = self.documents.iter().count();
                        self.seek(&uri);
                        self.documents.set_referenced(before, is_referenced);
                    }
                    self.references.push((done, uri));
                }
                done += 1;
            }
            // Files given for URLs may be referred to by an id of their own.
            let mut urls = self.refs.keys();
            let Some(url) = urls.find(|url| !self.sought.contains(*url)).cloned() else {
                break;
            };
            is_referenced = false;
            self.sought.insert(url.clone());
            let before = self.documents.iter().count();
            self.seek(&url);
            self.documents.set_referenced(before, is_referenced);
        }
        self.documents.settle(default, self.root, &self.references);
    }

    /// Whether a document is available. It is not required: a metaschema need not exist.
    fn is_at_hand(&self, uri: &str) -> bool {
        self.refs.contains_key(uri)
            || path_of(uri).is_some_and(|path| path.is_file() && self.fence.admits(&path))
    }

    fn seek(&mut self, uri: &str) {
        let found = match (self.refs.get(uri), path_of(uri)) {
            (Some(path), _) => self.open(path, &path.display().to_string()),
            (None, Some(path)) => {
                let name = self.name(uri);
                self.fence
                    .check(&path, &name)
                    .and_then(|()| self.open(&path, &name))
            }
            (None, None) => {
                if let Some(document) = Document::of_metaschema(uri) {
                    return self.documents.push(document);
                }
                return self.documents.push_missing(uri, not_fetched(uri));
            }
        };
        match found {
            Ok(parsed) => self.push(uri, parsed),
            Err(error) => {
                let cause = std::error::Error::source(&error);
                let is_absent = error.kind() == ErrorKind::Read
                    && error.path().is_some_and(|path| !path.exists());
                let reason = match (is_absent, cause) {
                    (true, _) => format!("there is no file {}", self.name(uri)),
                    (false, Some(cause)) => format!("{error}: {cause}"),
                    (false, None) => error.to_string(),
                };
                self.documents.push_missing(uri, reason);
            }
        }
    }

    /// A file as the user would name it, relative to the folder in which the contract was named.
    fn name(&self, uri: &str) -> String {
        let (base, folder) = &self.folder;
        let from: Vec<&str> = base.split('/').collect();
        let to: Vec<&str> = uri.split('/').collect();
        let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        // `file:` and two empty segments: only the root is shared.
        if common <= "file:///".matches('/').count() {
            return path_of(uri).map_or_else(|| uri.to_owned(), |path| path.display().to_string());
        }
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

/// The URIs of the documents that a document refers to. A reference is relative to the enclosing id; some
/// authors mean the file next to the document instead, so that one is included, too.
fn references(document: &Document, is_at_hand: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let mut gathered = References {
        document: &document.uri,
        uris: BTreeSet::new(),
    };
    let own = ["$id", "id", "$self"]
        .iter()
        .find_map(|key| document.value.get(key)?.as_str());
    let base = own.and_then(|id| join(&document.uri, id));
    let base = base.unwrap_or_else(|| document.uri.to_string());
    let metaschema = document.value.get("$schema").and_then(Value::as_str);
    if let Some(uri) = metaschema
        .filter(|uri| Dialect::of_uri(uri).is_none())
        .and_then(|uri| join(&base, uri))
        && is_at_hand(&uri)
    {
        gathered.uris.insert(uri);
    }
    gathered.collect(&document.value, &base);
    gathered.uris
}

struct References<'d> {
    document: &'d str,
    uris: BTreeSet<String>,
}

impl References<'_> {
    fn add(&mut self, reference: &str, base: &str) {
        let document = reference.split('#').next().unwrap_or_default();
        if !document.is_empty() {
            self.uris.extend(join(base, document));
            self.uris.extend(join(self.document, document));
        }
    }

    fn collect(&mut self, value: &Value, base: &str) {
        match value {
            Value::Object(members) => {
                let id = members.get("$id").and_then(Value::as_str);
                let own = id.and_then(|id| join(base, id));
                let base = own.as_deref().unwrap_or(base);
                for (key, member) in members {
                    match member {
                        Value::String(reference)
                            if matches!(key.as_str(), "$ref" | "$dynamicRef" | "operationRef") =>
                        {
                            self.add(reference, base);
                        }
                        // Tags and the schemas that they map to; names of schemas have no dot or slash.
                        Value::Object(tags) if key == "mapping" => {
                            let targets = tags.values().filter_map(Value::as_str);
                            for target in targets.filter(|target| target.contains(['/', '.'])) {
                                self.add(target, base);
                            }
                        }
                        _ => {}
                    }
                }
                for member in members.values() {
                    self.collect(member, base);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, base)),
            _ => {}
        }
    }
}

/// The URI of a file.
pub(super) fn uri_of(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path).map_err(|error| Error::read(path, &error))?;
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

/// The file that a URI names (RFC 8089), on this machine; the host name may be omitted.
fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file:")?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let start = rest.find('/')?;
            let host = &rest[..start];
            (host.is_empty() || host.eq_ignore_ascii_case("localhost")).then_some(&rest[start..])?
        }
        None => Some(rest).filter(|rest| rest.starts_with('/'))?,
    };
    let path = percent_decode_str(path).decode_utf8().ok()?;
    Some(PathBuf::from(&*path))
}
